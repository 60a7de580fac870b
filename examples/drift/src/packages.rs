//! What an access package gives, where the service does not show it beside the assignment: asked for once for each package.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use access_package::graph::json::{self, AccessPackageDocument, ItemError, ReadError};
use access_package::{AccessPackageId, Assignment};
use http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::inventory::{MANAGEMENT, answered, get, unreadable};
use crate::problem::Problem;
use crate::service::Service;

/// Those that were asked for.
#[derive(Default)]
pub struct Packages(HashMap<AccessPackageId, AccessPackageDocument>);

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    access_package: Package,
}

#[derive(Deserialize)]
struct Package {
    id: AccessPackageId,
}

impl Packages {
    /// Reads those items again that were shown without what their access package gives, or with a part of it (R45).
    pub async fn complete(
        &mut self,
        service: &Service,
        page: &[u8],
        items: &mut [Result<Assignment, ItemError>],
    ) -> Result<(), Problem> {
        let is_cut = |item: &Result<Assignment, ItemError>| {
            let problem = item.as_ref().err().map(|error| &*error.problem);
            matches!(problem, Some(ReadError::NotExpanded { .. } | ReadError::ListCut { .. }))
        };
        if !items.iter().any(is_cut) {
            return Ok(());
        }
        let Ok(Page { value }) = serde_json::from_slice(page) else { return Ok(()) };
        for (item, text) in items.iter_mut().zip(value).filter(|(item, _)| is_cut(item)) {
            let Ok(Item { access_package }) = serde_json::from_str(text.get()) else { continue };
            let package = self.of(service, access_package.id).await?;
            if let Ok(assignment) = json::read_with(text.get().as_bytes(), package) {
                *item = Ok(assignment);
            }
        }
        Ok(())
    }

    async fn of(
        &mut self,
        service: &Service,
        id: AccessPackageId,
    ) -> Result<&AccessPackageDocument, Problem> {
        Ok(match self.0.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(read(service, id).await?),
        })
    }
}

/// All pages of it.
async fn read(service: &Service, id: AccessPackageId) -> Result<AccessPackageDocument, Problem> {
    let path = format!("accessPackages/{id}/resourceRoleScopes?$expand=role,scope");
    let mut url = format!("{}/{MANAGEMENT}/{path}", service.base_url);
    let mut whole: Option<AccessPackageDocument> = None;
    loop {
        let response = service.send("packages", &get(&url, &service.base_url)?).await?;
        if response.status() != StatusCode::OK {
            return Err(answered(&url, &response));
        }
        let page = json::read_access_package(response.body()).map_err(|source| unreadable(&url, source))?;
        let joined = match whole {
            None => page,
            Some(before) => before.join(page).map_err(|source| unreadable(&url, source))?,
        };
        match &joined.next_link {
            Some(link) if *link == url => return Err(Problem::SamePage(url)),
            Some(link) => url.clone_from(link),
            None => return Ok(joined),
        }
        whole = Some(joined);
    }
}
