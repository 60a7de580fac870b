//! Lists of assignments, page by page.

use std::time::Duration;

use access_package::graph::{self, Version};
use access_package::{Caller, Catalog, CatalogId, Refusal, Scope};
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{Response, StatusCode};
use tokio::time::timeout;

use super::options::{Options, option, parameters};
use super::{Service, json_response};
use crate::fault::Fault;
use crate::now;
use crate::store::{Listed, Wanted};

impl Service {
    pub(super) async fn list(
        &self,
        caller: &Caller,
        version: Version,
        head: &Parts,
    ) -> Result<Response<String>, Fault> {
        let options = Options::read(&head.uri, version, true)?;
        let catalogs = readable(caller).map_err(Fault::NotReadable)?;
        let _place = timeout(PLACE, self.lists.acquire()).await.map_err(|_| Fault::Busy(TOO_MANY))?;
        let found = if self.is_within(catalogs.as_deref(), options.wanted).await? {
            self.store.list(options.wanted, &options.after, options.top, now()).await?
        } else {
            Listed::default()
        };
        let next = found.next.map(|last| self.next_link(head, version, &last)).transpose()?;
        let mut found = found.assignments;
        // Judge each assignment by its own catalog (R3): a privileged one asks for more (R43). So a page may
        // be short.
        found.retain(|assignment| caller.authority(Some(assignment.catalog())).is_ok());
        let written = graph::json::write_list(&found, next.as_deref(), version);
        Ok(json_response(StatusCode::OK, options.selection.shown(written, Some("value"))?))
    }

    /// Whether the wanted assignments are in one of these catalogs; `None` allows every catalog. As in Graph,
    /// a caller who has roles on catalogs only has to name one access package, and a package is in one
    /// catalog.
    async fn is_within(&self, catalogs: Option<&[CatalogId]>, wanted: Wanted) -> Result<bool, Fault> {
        let Some(catalogs) = catalogs else { return Ok(true) };
        let catalog = self.store.catalog_of(wanted.access_package.ok_or(NO_PACKAGE)?).await?;
        Ok(catalog.is_some_and(|catalog| catalogs.contains(&catalog)))
    }

    /// The same request for the page after this assignment.
    fn next_link(&self, head: &Parts, version: Version, last: &str) -> Result<String, Fault> {
        let base_url = match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => {
                format!("http://{}", host(head).ok_or_else(|| Fault::Invalid("`Host` is not valid".into()))?)
            }
        };
        let mut link = format!("{base_url}{}?$skiptoken={last}", head.uri.path());
        for pair in head.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let before = format!("/?{pair}").parse().map(|uri| parameters(&uri)).unwrap_or_default();
            let is_skiptoken = |(name, _): &(String, String)| matches!(option(name, version), Ok(Some(option)) if option == "skiptoken");
            if !before.iter().any(is_skiptoken) {
                link = link + "&" + pair;
            }
        }
        Ok(link)
    }
}

const NO_PACKAGE: Fault = Fault::Other(
    StatusCode::FORBIDDEN,
    "UnAuthorized",
    "caller has roles on catalogs only, and may list one access package at a time: `$filter=accessPackage/id eq '…'`",
);
/// How long a list waits for other lists.
const PLACE: Duration = Duration::from_secs(5);
const TOO_MANY: &str = "too many lists are under way: call again";

/// The name by which the client calls this server: a name or an address, perhaps a port, and nothing else.
fn host(head: &Parts) -> Option<Authority> {
    let mut values = head.headers.get_all(HOST).iter();
    let (Some(host), None) = (values.next(), values.next()) else { return None };
    let host = host.to_str().ok()?;
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    host.bytes().all(is_allowed).then(|| host.parse().ok()).flatten()
}

/// The catalogs whose assignments the caller may reprocess, and so may read; `None` for all catalogs. A
/// privileged one among them asks for more.
fn readable(caller: &Caller) -> Result<Option<Vec<CatalogId>>, Refusal> {
    let Err(mut refused) = caller.authority(None) else { return Ok(None) };
    let mut catalogs = Vec::new();
    for held in &caller.roles {
        if let Scope::Catalog(catalog) = held.scope {
            match caller.authority(Some(Catalog::of_unknown_level(catalog))) {
                Ok(_) => catalogs.push(catalog),
                Err(here) => refused = here,
            }
        }
    }
    if catalogs.is_empty() { Err(refused) } else { Ok(Some(catalogs)) }
}
