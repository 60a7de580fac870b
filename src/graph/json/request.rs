//! The document of a request, as far as reprocessing it needs it.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::instant::Instant;
use super::{ReadError, missing, read, read_gives};
use crate::assignment::Assignment;
use crate::graph::object::Object;
use crate::id::{AssignmentId, AssignmentRequestId};
use crate::request::{AssignmentRequest, Purpose, Recency};
use crate::resource_role::ResourceRole;
use crate::state::AssignmentState;

/// What the document of a request holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestDocument {
    /// The request. A document does not say whether there is a newer one: it is said to be the newest. **Look that up, and set
    /// [`recency`](AssignmentRequest::recency) before you use it.**
    pub request: AssignmentRequest,
    /// The assignment, where it was expanded with everything that [`read`] needs; `None` where only its id is there.
    pub assignment: Option<Assignment>,
    /// What the assignment lists as given, where it was expanded (as by [`read_gives`]).
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
    completed_date: Option<Instant>,
    #[serde(borrow)]
    access_package_assignment: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identified {
    id: Option<AssignmentId>,
    state: Option<String>,
    assignment_state: Option<String>,
}

/// Reads the document of one request for an assignment, of v1.0 or of beta.
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
/// If the assignment shows a state, it is read as by [`read`], and has to be whole.
///
/// # Errors
/// The text is not JSON; a part is missing or malformed; `state` and `requestState` are both there; the state is one in
/// which there is no assignment, such as `denied`, or one that the crate does not know; or it is not completed yet.
///
/// # Examples
/// ```
/// use access_package::graph::json;
///
/// let document = br#"{
///     "id": "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b", "requestType": "userAdd", "state": "deliveryFailed",
///     "completedDateTime": "2026-11-20T08:00:00Z", "assignment": { "id": "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47" }
/// }"#;
/// let read = json::read_request(document)?;
/// assert_eq!(read.request.assignment.to_string(), "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47");
/// assert!(read.assignment.is_none()); // it was not expanded
/// # Ok::<(), json::ReadError>(())
/// ```
pub fn read_request(document: &[u8]) -> Result<RequestDocument, ReadError> {
    let Object(document) = serde_json::from_slice::<Object<Document<'_>>>(document)?;
    let (word, completed, assignment, names) = match (document.state, document.request_state) {
        (Some(_), Some(_)) => return Err(ReadError::MixedRequestVersions),
        (Some(state), None) => {
            let names = ["completedDateTime", "assignment", "assignment.id"];
            (state, document.completed_date_time, document.assignment, names)
        }
        (None, Some(state)) => {
            let names = ["completedDate", "accessPackageAssignment", "accessPackageAssignment.id"];
            (state, document.completed_date, document.access_package_assignment, names)
        }
        (None, None) => return Err(missing("state")),
    };
    let [name_of_completed, name_of_assignment, name_of_id] = names;
    let id = document.id.ok_or_else(|| missing("id"))?;
    let request_type = document.request_type.ok_or_else(|| missing("requestType"))?;
    let Ok(state) = word.parse::<AssignmentState>() else {
        return Err(ReadError::RequestWithoutAssignment { state: word });
    };
    let Instant(completed) = completed.ok_or_else(|| missing(name_of_completed))?;
    let text = assignment.ok_or_else(|| missing(name_of_assignment))?.get().as_bytes();
    let Object(shown) = serde_json::from_slice::<Object<Identified>>(text)?;
    let is_expanded = shown.state.is_some() || shown.assignment_state.is_some();
    let (assignment, gives) =
        if is_expanded { (Some(read(text)?), Some(read_gives(text)?)) } else { (None, None) };
    let request = AssignmentRequest {
        id,
        assignment: shown.id.ok_or_else(|| missing(name_of_id))?,
        purpose: Purpose::of_request_type(&request_type),
        state,
        completed,
        recency: Recency::Newest,
    };
    Ok(RequestDocument { request, assignment, gives })
}
