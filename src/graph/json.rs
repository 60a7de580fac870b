//! The documents with which Microsoft Graph shows an assignment, in v1.0 and in beta.
//!
//! [`read`] takes one to an [`Assignment`] and never guesses: what is missing, unknown or malformed is
//! an error that says where. Ask Graph for a document with everything in it by [`EXPAND_V1`] or
//! [`EXPAND_BETA`]. [`read_list`] does the same for a page of a list, in which one unreadable item does
//! not hide the others. [`read_request`] reads the request that an assignment came from. [`write()`] and [`write_list`] are
//! the way back, for a server.
//!
//! A document is **not the stored form**. Graph shows neither the attempt nor which resource role
//! has failed, so what is read is always attempt 0. A host that stores no
//! [`StoredAssignment`] and reads the document again instead loses the
//! protection against outcomes of earlier attempts ([R17](crate::policy#r17)).
//!
//! Where Graph's documentation leaves open what a document means, how it is read is our choice, and said in [`read`].

mod instant;
mod list;
mod read;
mod request;
mod schedule;
mod write;

pub use list::{ItemError, Page, read_list};
pub use request::{RequestDocument, read_request};
pub use write::{write, write_list};

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::assignment::{Assignment, LoadError, StoredAssignment};
use crate::graph::object::Object;
use crate::resource_role::{ParseResourceRoleError, ResourceRole};

/// What to `$expand` in v1.0 for everything that [`read`] needs.
pub const EXPAND_V1: &str = "target,accessPackage($expand=catalog,resourceRoleScopes($expand=role,scope))";

/// What to `$expand` in beta for everything that [`read`] needs.
pub const EXPAND_BETA: &str = "target,accessPackageAssignmentResourceRoles($expand=accessPackageResourceRole,accessPackageResourceScope)";

/// Reads the document of one assignment, of v1.0 or of beta.
///
/// The state decides how far the resource roles have got (our choice, since Graph does not say it in full):
/// - `delivered`: each is fulfilled.
/// - `delivering`: those that beta shows as fulfilled are, and the others are pending; if none would be left pending, all
///   are. If the list is empty, the document contradicts itself, and they are not known.
/// - In every other state Graph does not say, and they are not known.
///
/// Resource roles that only provide data for reviews are left out, for there is nothing to enforce.
/// Properties that the domain does not know are ignored.
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
/// | `accessPackage.resourceRoleScopes` | `accessPackageAssignmentResourceRoles` |
/// | … `role.originSystem`, `role.originId` | … `accessPackageResourceRole.originSystem`, `….originId` |
/// | … `scope.originId` | … `accessPackageResourceScope.originId` |
///
/// The resource roles are needed only where the state is `delivered` or `delivering`. A page of a list is read by
/// [`read_list`].
///
/// Unknown is not endless ([R44](crate::policy#r44)). An assignment has no end if its schedule is null, if it has nothing
/// but a start, as the documentation shows too, or if its expiration is of the type `noExpiration` or `notSpecified` (our
/// choice). A schedule that says nothing, or that holds a value which could be an end and cannot be read as one, such as a
/// recurrence, is an error.
///
/// Instants are read in ISO 8601 and as Windows PowerShell writes them: `/Date(1719821350000)/`. The names of properties
/// are read without regard to ASCII case.
///
/// # Errors
/// The text is not JSON, a part is missing or malformed, or what it says is not a whole assignment.
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
///     "line 1, column 18: `78f1fdfd` is not a valid assignment id: expected a GUID of 36 characters with hyphens"
/// );
/// # Ok::<(), graph::json::ReadError>(())
/// ```
pub fn read(document: &[u8]) -> Result<Assignment, ReadError> {
    let Object(document) = serde_json::from_slice::<Object<read::Document>>(document)?;
    Ok(StoredAssignment::try_from(document)?.try_into()?)
}

/// Reads what the document of an assignment lists as given, in whatever state the assignment is: in v1.0 what its access
/// package gives now, and in beta what the assignment was to deliver.
///
/// # Errors
/// The text is not JSON, or the list is missing or malformed.
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
    let Object(document) = serde_json::from_slice::<Object<read::Document>>(document)?;
    document.listed()
}

/// The document cannot be read as an assignment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON, or a value in it is not what its property holds.
    #[error("line {line}, column {column}: {message}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1: where reading stopped, so the end of a value that is wrong.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// A part is not there.
    #[error("`{part}` is missing: ask for it with `$expand={expand}`")]
    NotExpanded {
        /// The path of the part.
        part: String,
        /// The expansion that brings it.
        expand: &'static str,
    },
    /// A property is not there, or null, that every document has.
    #[error("`{part}` is missing")]
    Missing {
        /// The path of the property.
        part: String,
    },
    /// The subject of the assignment is not in the tenant yet, so nothing can be enforced for it.
    #[error("`target.objectId` is null: the subject is not in the tenant yet")]
    TargetNotInTenant,
    /// The document has the state twice, as in v1.0 and as in beta.
    #[error("`state` and `assignmentState` are both there: a document is of v1.0 or of beta")]
    MixedVersions,
    /// The document has the state of a request twice, as in v1.0 and as in beta.
    #[error("`state` and `requestState` are both there: a document is of v1.0 or of beta")]
    MixedRequestVersions,
    /// The request is in a state in which there is no assignment, or in one that this crate does not know.
    #[error("request is `{state}`: no assignment came of it")]
    RequestWithoutAssignment {
        /// The state, in the words of the document.
        state: String,
    },
    /// The origin ids are not those of a resource role.
    #[error("`{part}`: {problem}")]
    ResourceRole {
        /// The path of the resource role.
        part: String,
        /// What is wrong with it.
        problem: ParseResourceRoleError,
    },
    /// The expiration is of a type without an end, and has one.
    #[error("`{part}` is there, but the type says that there is no end")]
    ContradictoryExpiration {
        /// The path of the property that says when it ends.
        part: &'static str,
    },
    /// The expiration says twice when it ends, and not the same.
    #[error("`schedule.expiration` has two ends: `endDateTime` and `duration` do not agree")]
    TwoEnds,
    /// A part of the schedule could be an end, and is not one that the crate can read
    /// ([R44](crate::policy#r44)).
    #[error("`{part}` could be an end: only that of `schedule.expiration` is known")]
    PossibleEnd {
        /// The path of the part.
        part: String,
    },
    /// The schedule does not say whether there is an end ([R44](crate::policy#r44)).
    #[error("`{part}` says neither when the assignment ends nor that it does not")]
    EndUnknown {
        /// The path of what should say it.
        part: &'static str,
    },
    /// The end of the schedule lies outside the years 1 to 9999.
    #[error("`schedule` ends outside the years 1 to 9999")]
    EndOutOfRange,
    /// Everything can be read, but it is not a whole assignment.
    #[error(transparent)]
    NotWhole(#[from] LoadError),
}

/// A part that every document has is not there.
fn missing(part: &str) -> ReadError {
    ReadError::Missing { part: part.into() }
}

impl From<serde_json::Error> for ReadError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let mut message = error.to_string();
        // The place is told once, at the front.
        if let Some(at) = message.rfind(" at line ") {
            message.truncate(at);
        }
        Self::Malformed { line, column, message }
    }
}
