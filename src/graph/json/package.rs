//! Reads what an access package gives now, from a document of its own.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use super::context::{self, Collection};
use super::listed::{AccessPackage, List, Listed, Names, expanded};
use super::shown::Kind;
use super::text::{parse, unmarked};
use super::{ReadError, list_cut};
use crate::graph::Version;
use crate::graph::object::Object;
use crate::id::AccessPackageId;
use crate::resource_role::ResourceRole;

/// The resource roles that an access package gives now, according to a document.
///
/// ```
/// use access_package::AccessPackageId;
/// use access_package::graph::json::read_access_package;
///
/// let first = br#"{ "@odata.nextLink": "https://graph.microsoft.com/v1.0/next", "value": [{
///     "role": { "originSystem": "SharePointOnline", "originId": "4" },
///     "scope": { "originSystem": "SharePointOnline", "originId": "https://contoso.sharepoint.com/sites/campaign" }
/// }] }"#;
/// let last = br#"{ "value": [{
///     "role": { "originSystem": "SharePointOnline", "originId": "5" },
///     "scope": { "originSystem": "SharePointOnline", "originId": "https://contoso.sharepoint.com/sites/campaign" }
/// }] }"#;
/// let id: AccessPackageId = "8ca95b77-5991-438f-b0a4-f5fa02fb93e0".parse().unwrap();
/// let package = read_access_package(first)?;
/// assert!(package.whole_of(id).is_err());
/// let package = package.join(read_access_package(last)?)?;
/// assert_eq!(package.whole_of(id)?.len(), 2);
/// # Ok::<(), access_package::graph::json::ReadError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessPackageDocument {
    /// The access package. `None` if the document does not name it, like a page without an `@odata.context`.
    pub id: Option<AccessPackageId>,
    /// The resource roles in their order, each once. There may be more on other pages: see
    /// [`whole_of`](Self::whole_of).
    pub gives: Vec<ResourceRole>,
    /// The link to the next page (`@odata.nextLink`). Use it unchanged. If there is one, this is **not everything**
    /// that the access package gives ([R45](crate::policy#r45)): [`join`](Self::join) the pages.
    pub next_link: Option<String>,
}

impl AccessPackageDocument {
    /// Joins this page and the next one. Join the pages in their order.
    ///
    /// # Errors
    /// [`ReadError::OtherAccessPackage`]: the next page belongs to another access package.
    pub fn join(mut self, next: Self) -> Result<Self, ReadError> {
        if let (Some(required), Some(actual)) = (self.id, next.id) {
            is_same(required, actual)?;
        }
        self.gives.extend(next.gives);
        self.gives.sort_unstable();
        self.gives.dedup();
        Ok(Self { id: self.id.or(next.id), gives: self.gives, next_link: next.next_link })
    }

    /// Everything that this access package gives. If the document does not name its access package, make sure that it
    /// is this one.
    ///
    /// # Errors
    /// [`ReadError::OtherAccessPackage`]: the document belongs to another access package. [`ReadError::ListCut`]: there
    /// are more pages ([R45](crate::policy#r45)).
    pub fn whole_of(&self, access_package: AccessPackageId) -> Result<&[ResourceRole], ReadError> {
        self.id.map_or(Ok(()), |actual| is_same(access_package, actual))?;
        match &self.next_link {
            Some(next_link) => Err(list_cut("value", next_link)),
            None => Ok(&self.gives),
        }
    }
}

fn is_same(required: AccessPackageId, actual: AccessPackageId) -> Result<(), ReadError> {
    if required == actual { Ok(()) } else { Err(ReadError::OtherAccessPackage { required, actual }) }
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    value: Option<Vec<Object<Listed<'a>>>>,
    #[serde(rename = "@odata.context")]
    context: Option<String>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
}

/// Reads what an access package gives now ([R13](crate::policy#r13)), in v1.0 or in beta.
///
/// The document is a page of its resource role scopes (`accessPackages/{id}/resourceRoleScopes?$expand=role,scope`), or
/// an access package with all of them expanded.
///
/// Resource roles that only provide data for reviews are left out, since there is nothing to enforce.
///
/// # Errors
/// [`ReadError`]: the text is not JSON, or it is another document. The list is missing, malformed, or cut off
/// ([R45](crate::policy#r45)). Or it is another list, according to its `@odata.context`, or because its items have a
/// `status` like those of an assignment. A page that is not the last one is not an error: see
/// [`AccessPackageDocument::next_link`].
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
    let Page { value, context, next_link } = page(text)?;
    let Some(listed) = value else { return of_whole(text) };
    let context = context.as_deref();
    Collection::ResourceRoleScopes.check(context)?;
    let id = context.and_then(context::access_package);
    Ok(AccessPackageDocument { id, next_link, ..of_page(&listed, "value", text)? })
}

/// The document of a single page.
fn of_page(
    listed: &[Object<Listed<'_>>],
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

/// Some tools write a single item in place of a list.
fn page(text: &[u8]) -> Result<Page<'_>, ReadError> {
    #[derive(Deserialize)]
    struct Single<'a> {
        #[serde(borrow)]
        value: Object<Listed<'a>>,
        #[serde(rename = "@odata.context")]
        context: Option<String>,
        #[serde(rename = "@odata.nextLink")]
        next_link: Option<String>,
    }

    parse(text).map(|Object(page)| page).or_else(|problem| match parse(text) {
        Ok(Object(Single { value, context, next_link })) => {
            Ok(Page { value: Some(Vec::from([value])), context, next_link })
        }
        Err(_) => Err(problem),
    })
}

/// The document of an access package with its resource role scopes.
fn of_whole(text: &[u8]) -> Result<AccessPackageDocument, ReadError> {
    let Object(package) = parse::<Object<AccessPackage<'_>>>(text)?;
    let [v1, beta] = [
        (Version::V1, "resourceRoleScopes", "resourceRoleScopes($expand=role,scope)"),
        (
            Version::Beta,
            "accessPackageResourceRoleScopes",
            "accessPackageResourceRoleScopes($expand=accessPackageResourceRole,accessPackageResourceScope)",
        ),
    ]
    .map(|(version, part, expand)| List {
        names: Names::of_list(version, part, expand),
        ..package.list(version)
    });
    let gives = match (v1.is_shown(), beta.is_shown()) {
        (_, false) => gives(&v1, text)?,
        (false, true) => gives(&beta, text)?,
        // Some tools write an unknown list as an empty one.
        (true, true) => match (gives(&v1, text)?, gives(&beta, text)?) {
            (gives, other) if other.is_empty() || gives == other => gives,
            (other, gives) if other.is_empty() => gives,
            _ => {
                return Err(ReadError::Disagreement {
                    part: v1.names.resource_roles,
                    other: beta.names.resource_roles,
                });
            }
        },
    };
    Ok(AccessPackageDocument { id: package.id, gives, next_link: None })
}

fn gives(list: &List<'_>, text: &[u8]) -> Result<Vec<ResourceRole>, ReadError> {
    if let Some(index) =
        list.listed.unwrap_or_default().iter().position(|Object(listed)| listed.status.is_some())
    {
        return Err(ReadError::OfAssignment { part: format!("{}[{index}]", list.names.resource_roles) });
    }
    let given = list.given().map_err(|problem| expanded(problem, text, list.names.expand))?;
    Ok(given.into_iter().map(|(resource_role, _)| resource_role).collect())
}
