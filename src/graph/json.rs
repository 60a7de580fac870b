//! The documents of Microsoft Graph, in v1.0 and in beta.
//!
//! [`read`] reads an [`Assignment`] and never guesses: a missing, unknown or malformed part is an error that says
//! where. Ask Graph for a complete document with [`EXPAND_V1`] or [`EXPAND_BETA`]. [`read_list`] reads a page of a
//! list, in which an unreadable item does not hide the others. [`read_request`] reads the request that led to an
//! assignment. [`read_claims`], [`read_mg_context`] and [`read_role_assignments`] read what describes a caller. For a
//! server, [`write()`] and [`write_list`] write documents.
//!
//! # One call or two
//!
//! [`EXPAND_V1`] is three levels deep. If a service or a tool does not support that, or splits the list into pages
//! ([R45](crate::policy#r45)), make two calls, and pass the result of [`read_access_package`] to [`read_with`]:
//!
//! 1. `assignments/{id}?$expand=target,accessPackage($expand=catalog)`
//! 2. `accessPackages/{id}/resourceRoleScopes?$expand=role,scope`, and each `@odata.nextLink`.
//!    [`join`](AccessPackageDocument::join) joins the pages.
//!
//! In beta you need not expand the access package. If you do, with `accessPackageResourceRoleScopes`, you get its
//! current resource roles ([R13](crate::policy#r13)). If you do not, you get those that the assignment was to deliver.
//! To learn what the access package gives now, ask for the access package itself.
//!
//! # What tools export
//!
//! Documents are also read in the forms that tools export. Property names ignore ASCII case, and two spellings of one
//! property are an error. Instants may be in ISO 8601, or as Windows PowerShell writes them (`/Date(1719821350000)/`).
//! A UTF-8 byte order mark is allowed, and so are the forms of a list that [`read_list`] describes. An object in which
//! everything is null counts as not expanded. If `ConvertTo-Json` has cut off an object or a list, the error says so.
//!
//! # Do not store documents
//!
//! **Store a [`StoredAssignment`](crate::StoredAssignment), not a document.** Graph shows neither the attempt nor which
//! resource role has failed, so a document is always read as attempt 0. If you read the document again instead,
//! outcomes of earlier attempts count ([R17](crate::policy#r17)).
//!
//! Where Graph's documentation leaves the meaning of a document open, [`read`] describes our choice.

mod caller;
mod context;
mod error;
mod instant;
mod list;
mod listed;
mod package;
mod read;
mod request;
mod schedule;
mod shown;
mod text;
mod write;

pub use caller::{RoleAssignments, read_claims, read_mg_context, read_role_assignments};
pub use error::ReadError;
pub use list::{ItemError, Page, read_list};
pub use package::{AccessPackageDocument, read_access_package};
pub use request::{RequestDocument, read_request};
pub use write::{write, write_list};

use alloc::vec::Vec;

use crate::assignment::Assignment;
use crate::resource_role::ResourceRole;
pub(crate) use error::{list_cut, missing};
pub(crate) use text::{Place, SHOWN, parse, shortened, unmarked};

/// The `$expand` in v1.0 for everything that [`read`] needs.
pub const EXPAND_V1: &str = "target,accessPackage($expand=catalog,resourceRoleScopes($expand=role,scope))";

/// The `$expand` in beta for everything that [`read`] needs.
pub const EXPAND_BETA: &str = "target,accessPackage($expand=accessPackageCatalog),accessPackageAssignmentResourceRoles($expand=accessPackageResourceRole,accessPackageResourceScope)";

/// Reads the document of one assignment, in v1.0 or in beta.
///
/// The state determines the fulfillments. That is our choice, since Graph does not show them in full:
/// - `delivered`: every resource role is fulfilled.
/// - `delivering`: the resource roles that beta shows as fulfilled are fulfilled, and the others are pending. If none
///   would be pending, all of them are. An empty list contradicts the state, so the resource roles are unknown.
/// - In every other state Graph does not show the fulfillments, so the resource roles are unknown.
///
/// The kind of the target ([R46](crate::policy#r46)) is read from `target.subjectType`, as in v1.0, or else from
/// `target.type`, as in beta. An unknown word is ignored.
///
/// The resource roles are those that the access package gives now ([R13](crate::policy#r13)). In beta, if the access
/// package is not expanded, they are those that the assignment was to deliver. Resource roles that only provide data
/// for reviews are left out, since there is nothing to enforce. Duplicates count once. Unknown properties are ignored.
///
/// A document must contain:
///
/// | v1.0 | beta |
/// |---|---|
/// | `id` | `id` |
/// | `state` | `assignmentState` |
/// | `schedule` | `schedule` |
/// | `target.objectId` | `target.objectId` |
/// | `accessPackage.id` | `accessPackageId` |
/// | `accessPackage.catalog.id` | `catalogId` |
/// | `accessPackage.resourceRoleScopes` | `accessPackage.accessPackageResourceRoleScopes` or `accessPackageAssignmentResourceRoles` |
/// | … `role.originSystem`, `role.originId` | … `accessPackageResourceRole.originSystem`, `….originId` |
/// | … `role.type`, for `AzureResources` | … `accessPackageResourceRole.type`, for `AzureResources` |
/// | … `scope.originId` | … `accessPackageResourceScope.originId` |
///
/// If a document has an id in several places, such as `accessPackageId` and `accessPackage.id`, they must be equal. So
/// must the `privilegeLevel` of the catalog, which is read in `accessPackage.catalog` and in
/// `accessPackage.accessPackageCatalog`.
///
/// The resource roles are needed only if the state is `delivered` or `delivering`. In these states a list that
/// continues elsewhere is an error ([R45](crate::policy#r45)).
///
/// An unknown end is not read as no end ([R44](crate::policy#r44)). An assignment has no end if its
/// schedule is null, if the schedule has nothing but a start, as in the documentation, or if the
/// type of its expiration is `noExpiration` or `notSpecified` (our choice). A schedule that says
/// nothing is an error. So is an unreadable value that could be an end, such as a recurrence.
///
/// # Errors
/// [`ReadError`]: the text is not JSON, or it is another document, such as a request, a page, or an error of Graph. A
/// part is missing or malformed, or the document contradicts itself.
///
/// # Examples
/// ```
/// use access_package::{AssignmentState, graph};
///
/// let assignment = graph::json::read(include_bytes!("../../examples/assignment.json"))?;
/// assert_eq!(assignment.state(), AssignmentState::Delivered);
/// assert_eq!(assignment.resource_roles().map(<[_]>::len), Some(3));
///
/// let error = graph::json::read(br#"{ "id": "78f1fdfd", "state": "delivered" }"#).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "line 1, column 18: `id`: `78f1fdfd` is not a valid assignment id: expected a GUID of 36 characters with hyphens"
/// );
/// # Ok::<(), graph::json::ReadError>(())
/// ```
pub fn read(document: &[u8]) -> Result<Assignment, ReadError> {
    read::assignment(document, None)
}

/// Reads the document of one assignment like [`read`], with the resource roles from [`read_access_package`].
///
/// The document need not list the resource roles. If it does, its list is ignored, even if it was cut off.
///
/// If a page of resource roles does not name its access package, make sure that it belongs to this one.
///
/// # Errors
/// As for [`read`]. Also [`ReadError::ListCut`], if the access package document has more pages
/// ([R45](crate::policy#r45)), and [`ReadError::OtherAccessPackage`], if it belongs to another access package.
///
/// # Examples
/// ```
/// use access_package::graph::json::{read_access_package, read_with};
///
/// let assignment = br#"{
///     "id": "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47", "state": "delivered", "schedule": null,
///     "target": { "objectId": "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0" },
///     "accessPackage": {
///         "id": "8ca95b77-5991-438f-b0a4-f5fa02fb93e0", "catalog": { "id": "cec5d6ab-c75d-47c0-9c1c-92e89f66e384" }
///     }
/// }"#;
/// let page = br#"{ "value": [{
///     "role": { "originSystem": "SharePointOnline", "originId": "4" },
///     "scope": { "originSystem": "SharePointOnline", "originId": "https://contoso.sharepoint.com/sites/campaign" }
/// }] }"#;
/// let package = read_access_package(page)?;
/// assert_eq!(package.next_link, None); // or `join` that page
/// let assignment = read_with(assignment, &package)?;
/// assert_eq!(assignment.resource_roles().map(<[_]>::len), Some(1));
/// # Ok::<(), access_package::graph::json::ReadError>(())
/// ```
pub fn read_with(document: &[u8], package: &AccessPackageDocument) -> Result<Assignment, ReadError> {
    read::assignment(document, Some(package))
}

/// Reads the resource roles that the document of an assignment lists, whatever its state.
///
/// They are those that its access package gives now. In beta, if the access package is not expanded, they are those
/// that the assignment was to deliver.
///
/// # Errors
/// [`ReadError`]: the text is not JSON, or it is another document. Or the list is missing, malformed, or cut off
/// ([R45](crate::policy#r45)).
///
/// # Examples
/// ```
/// use access_package::graph;
///
/// let gives = graph::json::read_gives(include_bytes!("../../examples/assignment.json"))?;
/// assert_eq!(gives.len(), 3);
/// # Ok::<(), graph::json::ReadError>(())
/// ```
pub fn read_gives(document: &[u8]) -> Result<Vec<ResourceRole>, ReadError> {
    read::gives(document)
}
