//! The documents with which Microsoft Graph shows an assignment, in v1.0 and in beta.
//!
//! [`read`] takes one to an [`Assignment`] and never guesses: what is missing, unknown or malformed is
//! an error that says where. Ask Graph for a document with everything in it by [`EXPAND_V1`] or
//! [`EXPAND_BETA`]. [`read_list`] does the same for a page of a list, in which one unreadable item does
//! not hide the others. [`read_request`] reads the request that an assignment came from. [`read_claims`],
//! [`read_mg_context`] and [`read_role_assignments`] read who is asking. [`write()`] and [`write_list`] are
//! the way back, for a server.
//!
//! # One call or two
//!
//! In v1.0 [`EXPAND_V1`] goes three levels deep. Where a service or a tool does not do that, or cuts the list into pages
//! ([R45](crate::policy#r45)), ask in two calls, and give [`read_with`] what [`read_access_package`] reads:
//!
//! 1. `assignments/{id}?$expand=target,accessPackage($expand=catalog)`
//! 2. `accessPackages/{id}/resourceRoleScopes?$expand=role,scope`, and each `@odata.nextLink`, which
//!    [`join`](AccessPackageDocument::join) puts together
//!
//! In beta the access package need not be expanded. If it is, with `accessPackageResourceRoleScopes`, what it gives now
//! is what is owed ([R13](crate::policy#r13)). If it is not, that is what the assignment was to deliver; ask for the
//! access package by itself to know what it gives now.
//!
//! # What people have
//!
//! Documents are read as tools export them, too: the names of properties without regard to ASCII case, so that two
//! spellings of one are an error; instants in ISO 8601 and as Windows PowerShell writes them
//! (`/Date(1719821350000)/`); with a UTF-8 byte order mark; and in the forms of a list that [`read_list`] names. An object
//! in which everything is null was not expanded. An object or a list that was cut off by `ConvertTo-Json` is an error
//! that says so.
//!
//! # No stored form
//!
//! A document is **not the stored form**. Graph shows neither the attempt nor which resource role
//! has failed, so what is read is always attempt 0. A host that stores no
//! [`StoredAssignment`](crate::StoredAssignment) and reads the document again instead loses the
//! protection against outcomes of earlier attempts ([R17](crate::policy#r17)).
//!
//! Where Graph's documentation leaves open what a document means, how it is read is our choice, and said in [`read`].

mod caller;
mod context;
mod error;
mod instant;
mod list;
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
use error::list_cut;
pub(crate) use error::missing;
pub(crate) use text::{Place, SHOWN, parse, shortened, unmarked};

/// What to `$expand` in v1.0 for everything that [`read`] needs.
pub const EXPAND_V1: &str = "target,accessPackage($expand=catalog,resourceRoleScopes($expand=role,scope))";

/// What to `$expand` in beta for everything that [`read`] needs.
pub const EXPAND_BETA: &str = "target,accessPackage($expand=accessPackageCatalog),accessPackageAssignmentResourceRoles($expand=accessPackageResourceRole,accessPackageResourceScope)";

/// Reads the document of one assignment, of v1.0 or of beta.
///
/// The state decides how far the resource roles have got (our choice, since Graph does not say it in full):
/// - `delivered`: each is fulfilled.
/// - `delivering`: those that beta shows as fulfilled are, and the others are pending; if none would be left pending, all
///   are. If the list is empty, the document contradicts itself, and they are not known.
/// - In every other state Graph does not say, and they are not known.
///
/// The kind of the target ([R46](crate::policy#r46)) is read from `target.subjectType`, as in v1.0, or else from
/// `target.type`, as in beta. A word that the crate does not know says nothing.
///
/// The resource roles are those that the access package gives now ([R13](crate::policy#r13)), or in beta, where that is
/// not expanded, those that the assignment was to deliver. Those that only provide data for reviews are left out, for
/// there is nothing to enforce. One that is listed twice is one. Properties that the domain does not know are ignored.
///
/// What a document needs:
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
/// An id that a document has in more than one place must be the same in all of them: `accessPackageId` and
/// `accessPackage.id`, say. So must the `privilegeLevel` of the catalog, which is read wherever it stands, in
/// `accessPackage.catalog` or `accessPackage.accessPackageCatalog`.
///
/// The resource roles are needed only where the state is `delivered` or `delivering`. There a list that goes on elsewhere
/// is an error ([R45](crate::policy#r45)).
///
/// Unknown is not endless ([R44](crate::policy#r44)). An assignment has no end if its schedule is null, if it has nothing
/// but a start, as the documentation shows too, or if its expiration is of the type `noExpiration` or `notSpecified` (our
/// choice). A schedule that says nothing, or that holds a value which could be an end and cannot be read as one, such as a
/// recurrence, is an error.
///
/// # Errors
/// The text is not JSON, it is another document (a request, a page, an error of Graph), a part is missing or malformed, or
/// what it says is not a whole assignment.
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

/// Reads the document of one assignment, as by [`read`], whose access package gives this now, as [`read_access_package`]
/// reads it. The document need not list the resource roles. If it does, this is taken in their place, so that a list that
/// was cut off does no harm.
///
/// Where a page of resource roles does not say of which access package it is, you vouch that it is of the assignment's.
///
/// # Errors
/// As for [`read`]; or there are more pages of what the access package gives ([R45](crate::policy#r45)), or it is of another
/// access package than the assignment.
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

/// Reads what the document of an assignment lists as given, in whatever state the assignment is: what its access package
/// gives now, or in beta, where that is not expanded, what the assignment was to deliver.
///
/// # Errors
/// The text is not JSON, it is another document, or the list is missing, malformed, or cut off
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
