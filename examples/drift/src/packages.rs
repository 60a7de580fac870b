//! What access packages give, if the service does not show it beside the assignment. Each package is asked
//! for once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use access_package::graph::json::{self, AccessPackageDocument, ItemError, ReadError};
use access_package::{AccessPackageId, Assignment};
use http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::circle::Circle;
use crate::inventory::{MANAGEMENT, answered, get, unreadable};
use crate::problem::Problem;
use crate::service::Service;

/// The access packages that were asked for.
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

/// Whether the document shows only a part of what its package gives, or no part of it (R45).
#[must_use]
pub fn is_cut(problem: &ReadError) -> bool {
    matches!(problem, ReadError::NotExpanded { .. } | ReadError::ListCut { .. })
}

/// The access package of an assignment.
#[must_use]
pub fn package_of(document: &[u8]) -> Option<AccessPackageId> {
    serde_json::from_slice::<Item>(document).ok().map(|item| item.access_package.id)
}

impl Packages {
    /// Reads an assignment together with what its access package gives, if the package was asked for.
    pub fn read(&self, document: &[u8]) -> Option<Result<Assignment, ReadError>> {
        Some(json::read_with(document, self.0.get(&package_of(document)?)?))
    }

    /// Completes the items that were shown without what their access package gives, or with a part of it
    /// (R45).
    pub async fn complete(
        &mut self,
        service: &Service,
        page: &[u8],
        items: &mut [Result<Assignment, ItemError>],
    ) -> Result<(), Problem> {
        let is_cut = |item: &Result<Assignment, ItemError>| {
            item.as_ref().err().is_some_and(|error| is_cut(&error.problem))
        };
        if !items.iter().any(is_cut) {
            return Ok(());
        }
        let Ok(Page { value }) = serde_json::from_slice(page) else { return Ok(()) };
        for (item, text) in items.iter_mut().zip(value).filter(|(item, _)| is_cut(item)) {
            let text = text.get().as_bytes();
            let Some(package) = package_of(text) else { continue };
            self.ask(service, package).await?;
            if let Some(Ok(assignment)) = self.read(text) {
                *item = Ok(assignment);
            }
        }
        Ok(())
    }

    /// Asks what an access package gives, unless it is known.
    pub async fn ask(&mut self, service: &Service, id: AccessPackageId) -> Result<(), Problem> {
        if let Entry::Vacant(new) = self.0.entry(id) {
            new.insert(read(service, id).await?);
        }
        Ok(())
    }
}

/// Reads all pages of what an access package gives.
async fn read(service: &Service, id: AccessPackageId) -> Result<AccessPackageDocument, Problem> {
    let path = format!("accessPackages/{id}/resourceRoleScopes?$expand=role,scope");
    let mut url = format!("{}/{MANAGEMENT}/{path}", service.base_url);
    let (mut whole, mut circle) = (None::<AccessPackageDocument>, Circle::default());
    loop {
        if circle.is_closed_by(&url) {
            return Err(Problem::Circle(url));
        }
        let response = service.send("packages", &get(&url, &service.base_url)?).await?;
        if response.status() != StatusCode::OK {
            return Err(answered(service, &url, &response).await);
        }
        let page = json::read_access_package(response.body()).map_err(|source| unreadable(&url, source))?;
        let joined = match whole {
            None => page,
            Some(before) => before.join(page).map_err(|source| unreadable(&url, source))?,
        };
        match &joined.next_link {
            Some(link) => url.clone_from(link),
            None => return Ok(joined),
        }
        whole = Some(joined);
    }
}
