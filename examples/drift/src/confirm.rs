//! Whether an assignment that seems to have lost something still owes it: in a large tenant minutes have gone by, and what was
//! removed meanwhile is not lost.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use access_package::graph::Version;
use access_package::graph::http::{self as graph, CallError, GetError};
use access_package::graph::observe::LookError;
use access_package::{Assignment, AssignmentState};
use http::{Request, Response, StatusCode};

use crate::ask::{Question, ask_all};
use crate::book::Book;
use crate::problem::Problem;
use crate::service::{Service, now};

/// An assignment that is looked at again.
struct Looked {
    row: i64,
    request: Option<Request<String>>,
    owes: Owes,
}

enum Owes {
    /// As far as it is known.
    Everything,
    /// These, as they are stored.
    Only(BTreeSet<String>),
    Nothing,
}

/// Takes back what is no longer owed.
pub async fn confirm(service: &Arc<Service>, at_once: usize, book: &mut Book) -> Result<(), Problem> {
    let (book, mut after) = (RefCell::new(book), 0);
    let next = || {
        let Some((row, id)) = book.borrow().next_drifted(after)? else { return Ok(None) };
        after = row;
        // The token is the service's.
        let request = graph::get(service.base_url.as_str(), Version::V1, id, "none");
        let request = request.map_err(|source| Problem::Request { source })?;
        Ok(Some(Looked { row, request: Some(request.map(|()| String::new())), owes: Owes::Everything }))
    };
    let done = |looked: Looked, _read| match looked.owes {
        Owes::Everything => Ok(()),
        Owes::Only(roles) => book.borrow_mut().owes_only(looked.row, &roles),
        Owes::Nothing => book.borrow_mut().owes_only(looked.row, &BTreeSet::new()),
    };
    ask_all(service, at_once, next, done).await
}

impl Question for Looked {
    fn request(&self) -> Option<Request<String>> {
        self.request.clone()
    }

    fn read(&mut self, answer: &Response<String>) -> Result<(), LookError> {
        self.owes = match graph::read_assignment(answer) {
            Ok(assignment) => owed(assignment),
            Err(GetError::Call(CallError::Rejected(told))) if told.status == StatusCode::NOT_FOUND => {
                Owes::Nothing
            }
            Err(GetError::Call(error)) => return Err(error.into()),
            // It was read before, and nothing tells otherwise.
            Err(GetError::Read(_)) => Owes::Everything,
        };
        self.request = None;
        Ok(())
    }

    fn size(&self) -> usize {
        1
    }
}

fn owed(mut assignment: Assignment) -> Owes {
    let _ = assignment.expire(now());
    if assignment.state() != AssignmentState::Delivered {
        return Owes::Nothing;
    }
    let roles = assignment.resource_roles().unwrap_or_default().iter();
    Owes::Only(roles.filter_map(|owed| serde_json::to_string(&owed.resource_role).ok()).collect())
}
