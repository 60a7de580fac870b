//! What an access package gives now, by itself.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use super::ReadError;
use super::read::{AccessPackage, List, Listed, Names, expanded};
use super::shown::Kind;
use super::text::{parse, unmarked};
use crate::graph::Version;
use crate::graph::object::Object;
use crate::id::AccessPackageId;
use crate::resource_role::ResourceRole;

/// What a document says that an access package gives now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessPackageDocument {
    /// The access package; `None` where the document is a page, which does not say it.
    pub id: Option<AccessPackageId>,
    /// The resource roles, in their order and each once.
    pub gives: Vec<ResourceRole>,
    /// Where the next page is, to be asked for as it stands (`@odata.nextLink`). As long as there is one, this is
    /// **not everything** that the access package gives ([R45](crate::policy#r45)): put the pages together.
    pub next_link: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    value: Option<Vec<Object<Listed>>>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
}

/// Reads what an access package gives now ([R13](crate::policy#r13)), of v1.0 or of beta: from a page of its resource role
/// scopes (`accessPackages/{id}/resourceRoleScopes?$expand=role,scope`), or from an access package with all of them expanded.
///
/// Resource roles that only provide data for reviews are left out, for there is nothing to enforce.
///
/// # Errors
/// The text is not JSON, it is another document, or the list is missing, malformed, or cut off
/// ([R45](crate::policy#r45)). That a page is not the last is no error: see [`AccessPackageDocument::next_link`].
///
/// # Examples
/// ```
/// use access_package::graph::json::read_access_package;
///
/// let document = br#"{
///     "id": "8ca95b77-5991-438f-b0a4-f5fa02fb93e0",
///     "resourceRoleScopes": [{
///         "role": { "originSystem": "SharePointOnline", "originId": "4" },
///         "scope": { "originSystem": "SharePointOnline", "originId": "https://contoso.sharepoint.com/sites/campaign" }
///     }]
/// }"#;
/// let package = read_access_package(document)?;
/// assert_eq!((package.gives.len(), package.next_link), (1, None));
/// # Ok::<(), access_package::graph::json::ReadError>(())
/// ```
pub fn read_access_package(document: &[u8]) -> Result<AccessPackageDocument, ReadError> {
    let text = unmarked(document)?;
    let is_list = text.trim_ascii_start().starts_with(b"[");
    if is_list {
        return of_page(&parse::<Vec<_>>(text)?, "", text);
    }
    match Kind::read(text)? {
        Some(Kind::AccessPackage | Kind::Page { of_assignments: false }) | None => {}
        Some(
            other @ (Kind::GraphError { .. }
            | Kind::Request { .. }
            | Kind::Assignment
            | Kind::Page { of_assignments: true }
            | Kind::PageWithoutList),
        ) => return Err(other.problem()),
    }
    let Page { value, next_link } = page(text)?;
    match value {
        Some(listed) => Ok(AccessPackageDocument { next_link, ..of_page(&listed, "value", text)? }),
        None => of_whole(text),
    }
}

/// Of the only page.
fn of_page(
    listed: &[Object<Listed>],
    part: &'static str,
    text: &[u8],
) -> Result<AccessPackageDocument, ReadError> {
    let version = listed.first().map_or(Version::V1, |Object(first)| first.version());
    let expand = match version {
        Version::V1 => "role,scope",
        Version::Beta => "accessPackageResourceRole,accessPackageResourceScope",
    };
    let list = List { names: Names::of_list(version, part, expand), listed: Some(listed), goes_on: false };
    Ok(AccessPackageDocument { id: None, gives: gives(&list, text)?, next_link: None })
}

/// Some tools write the only item in place of the list.
fn page(text: &[u8]) -> Result<Page, ReadError> {
    #[derive(Deserialize)]
    struct Single {
        value: Object<Listed>,
        #[serde(rename = "@odata.nextLink")]
        next_link: Option<String>,
    }

    parse(text).map(|Object(page)| page).or_else(|problem| match parse(text) {
        Ok(Object(Single { value, next_link })) => Ok(Page { value: Some(Vec::from([value])), next_link }),
        Err(_) => Err(problem),
    })
}

/// Of an access package with its resource role scopes.
fn of_whole(text: &[u8]) -> Result<AccessPackageDocument, ReadError> {
    let Object(package) = parse::<Object<AccessPackage>>(text)?;
    let version = if package.list(Version::Beta).is_shown() { Version::Beta } else { Version::V1 };
    let names = match version {
        Version::V1 => {
            Names::of_list(version, "resourceRoleScopes", "resourceRoleScopes($expand=role,scope)")
        }
        Version::Beta => Names::of_list(
            version,
            "accessPackageResourceRoleScopes",
            "accessPackageResourceRoleScopes($expand=accessPackageResourceRole,accessPackageResourceScope)",
        ),
    };
    let list = List { names, ..package.list(version) };
    Ok(AccessPackageDocument { id: package.id, gives: gives(&list, text)?, next_link: None })
}

fn gives(list: &List<'_>, text: &[u8]) -> Result<Vec<ResourceRole>, ReadError> {
    let given = list.given().map_err(|problem| expanded(problem, text, list.names.expand))?;
    Ok(given.into_iter().map(|(resource_role, _)| resource_role).collect())
}
