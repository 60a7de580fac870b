//! The document of a request, as far as reprocessing needs it.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::instant::Instant;
use super::shown::Kind;
use super::text::{Place, SHOWN, parse, shortened, unmarked};
use super::{ReadError, missing, read, read_gives};
use crate::assignment::Assignment;
use crate::graph::object::Object;
use crate::id::{AssignmentId, AssignmentRequestId};
use crate::request::{AssignmentRequest, Purpose, Recency};
use crate::resource_role::ResourceRole;
use crate::state::AssignmentState;

/// A request for an assignment, read from its document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestDocument {
    /// The request.
    pub request: AssignmentRequest,
    /// The assignment, if the document expands everything that [`read`](super::read()) needs. Otherwise it is `None`,
    /// for example with only `$expand=assignment`: ask for the assignment itself.
    pub assignment: Option<Assignment>,
    /// The resource roles that the assignment lists, as in [`read_gives`], if the whole list was expanded.
    pub gives: Option<Vec<ResourceRole>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    id: Option<AssignmentRequestId>,
    request_type: Option<String>,
    // v1.0
    state: Option<String>,
    completed_date_time: Option<Instant>,
    #[serde(borrow)]
    assignment: Option<&'a RawValue>,
    // beta
    request_state: Option<String>,
    request_status: Option<IgnoredAny>,
    completed_date: Option<Instant>,
    #[serde(borrow)]
    access_package_assignment: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identified {
    id: Option<AssignmentId>,
    state: Option<IgnoredAny>,
    assignment_state: Option<IgnoredAny>,
}

/// The states in which a request has no assignment.
const WITHOUT_ASSIGNMENT: [&str; 5] = ["submitted", "pendingApproval", "denied", "scheduled", "canceled"];

/// Reads the document of one request for an assignment, in v1.0 or in beta.
///
/// A document must contain:
///
/// | v1.0 | beta |
/// |---|---|
/// | `id` | `id` |
/// | `requestType` | `requestType` |
/// | `state` | `requestState` |
/// | `completedDateTime` | `completedDate` |
/// | `assignment.id` | `accessPackageAssignment.id` |
///
/// A document does not show whether a newer request was completed for the same assignment. Look that up, and pass it as
/// `recency` ([R32](crate::policy#r32)).
///
/// # Errors
/// [`ReadError`]: the text is not JSON, or it is another document. A part is missing or malformed, or both `state` and
/// `requestState` are present. The state is unknown, or means that there is no assignment, such as `denied`. Or the
/// expanded assignment cannot be read. If the request is not completed, its time of completion is missing.
///
/// # Examples
/// ```
/// use access_package::Recency;
/// use access_package::graph::json;
///
/// let document = br#"{
///     "id": "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b", "requestType": "userAdd", "state": "deliveryFailed",
///     "completedDateTime": "2026-11-20T08:00:00Z", "assignment": { "id": "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47" }
/// }"#;
/// let read = json::read_request(document, Recency::Newest)?; // as you have looked up
/// assert_eq!(read.request.assignment.to_string(), "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47");
/// assert!(read.assignment.is_none()); // it was not expanded
/// # Ok::<(), json::ReadError>(())
/// ```
pub fn read_request(document: &[u8], recency: Recency) -> Result<RequestDocument, ReadError> {
    let text = unmarked(document)?;
    let read = parse(text).and_then(|Object(document)| Document::read(document, text, recency));
    read.map_err(|problem| match Kind::of(text) {
        Some(Kind::Request { .. }) | None => problem,
        Some(
            other @ (Kind::GraphError { .. }
            | Kind::Assignment
            | Kind::Page { .. }
            | Kind::AccessPackage
            | Kind::PageWithoutList),
        ) => other.problem(),
    })
}

impl Document<'_> {
    fn read(self, text: &[u8], recency: Recency) -> Result<RequestDocument, ReadError> {
        // The version, if the state does not show it.
        let is_beta = self.request_status.is_some()
            || self.completed_date.is_some()
            || self.access_package_assignment.is_some();
        let (word, completed, assignment, names) = match (self.state, self.request_state) {
            (Some(_), Some(_)) => return Err(ReadError::MixedRequestVersions),
            (Some(state), None) => {
                let names = ["completedDateTime", "assignment", "assignment.id"];
                (state, self.completed_date_time, self.assignment, names)
            }
            (None, Some(state)) => {
                let names = ["completedDate", "accessPackageAssignment", "accessPackageAssignment.id"];
                (state, self.completed_date, self.access_package_assignment, names)
            }
            (None, None) if is_beta => return Err(missing("requestState")),
            (None, None) => return Err(missing("state")),
        };
        let [name_of_completed, name_of_assignment, name_of_id] = names;
        let id = self.id.ok_or_else(|| missing("id"))?;
        let request_type = self.request_type.ok_or_else(|| missing("requestType"))?;
        let Ok(state) = word.parse::<AssignmentState>() else {
            // R11
            let is_known = WITHOUT_ASSIGNMENT.iter().any(|known| known.eq_ignore_ascii_case(&word));
            return Err(if is_known {
                ReadError::RequestWithoutAssignment { state: word }
            } else {
                ReadError::UnknownRequestState { state: shortened(&word, SHOWN, 0) }
            });
        };
        let Instant(completed) = completed.ok_or_else(|| missing(name_of_completed))?;
        let part = assignment.ok_or_else(|| missing(name_of_assignment))?.get().as_bytes();
        let mut place = Place::of(text);
        place.go_to(part);
        let (shown, assignment, gives) = shown(part).map_err(|problem| {
            let problem = Box::new(place.of_whole(problem));
            ReadError::ExpandedAssignment { part: name_of_assignment, problem }
        })?;
        let request = AssignmentRequest {
            id,
            assignment: shown.ok_or_else(|| missing(name_of_id))?,
            purpose: Purpose::of_request_type(&request_type),
            state,
            completed,
            recency,
        };
        Ok(RequestDocument { request, assignment, gives })
    }
}

/// The id of the assignment, the expanded assignment, and the resource roles that it lists.
type Assigned = (Option<AssignmentId>, Option<Assignment>, Option<Vec<ResourceRole>>);

fn shown(text: &[u8]) -> Result<Assigned, ReadError> {
    let Object(Identified { id, state, assignment_state }) = parse(text)?;
    if id.is_none() || state.or(assignment_state).is_none() {
        return Ok((id, None, None));
    }
    Ok((id, if_expanded(read(text))?, if_expanded(read_gives(text))?))
}

/// If a part was not expanded, you can still ask for it.
fn if_expanded<T>(read: Result<T, ReadError>) -> Result<Option<T>, ReadError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(ReadError::NotExpanded { .. } | ReadError::ListCut { .. }) => Ok(None),
        Err(problem) => Err(problem),
    }
}
