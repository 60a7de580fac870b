//! The answers, as they are written.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use super::problem::Problem;
use crate::action::Action;
use crate::answer::Verdict;
use crate::assignment::{Assignment, StoredAssignment};
use crate::caller::{Caller, RoleAssignment};
use crate::claims::Caveat;
use crate::event::Event;
use crate::id::ObjectId;
use crate::resource_role::ResourceRole;

/// The answer, and the assignment afterwards.
#[derive(Serialize)]
pub(super) struct Left<T> {
    #[serde(flatten)]
    answer: T,
    /// The remaining actions.
    actions: Vec<Action>,
    stored: StoredAssignment,
}

impl<T> Left<T> {
    pub(super) fn of(answer: T, assignment: Assignment) -> Self {
        Self { answer, actions: assignment.actions().collect(), stored: assignment.into() }
    }
}

#[derive(Serialize)]
pub(super) struct Reprocessed {
    #[serde(flatten)]
    pub(super) verdict: Verdict,
    pub(super) event: Option<Event>,
}

#[derive(Serialize)]
pub(super) struct Expired {
    result: &'static str,
    event: Option<Event>,
}

impl From<Option<Event>> for Expired {
    fn from(event: Option<Event>) -> Self {
        Self { result: if event.is_some() { "expired" } else { "unchanged" }, event }
    }
}

#[derive(Serialize)]
pub(super) struct Explained {
    #[serde(flatten)]
    pub(super) verdict: Verdict,
    pub(super) caller: Caller,
    pub(super) caveats: Vec<Noted>,
}

#[derive(Serialize)]
pub(super) struct Noted {
    code: &'static str,
    text: String,
}

impl Noted {
    /// The caveat about this caller.
    pub(super) fn of(caveat: Caveat, object: Option<ObjectId>) -> Self {
        let mut text = caveat.to_string();
        if let Some(object) = object {
            text = text.replace("<object id>", &object.to_string());
        }
        Self { code: caveat.code(), text }
    }

    /// The caveat about roles that were looked up.
    pub(super) fn of_list() -> Self {
        let text = "roles that the caller holds through a group, or is only eligible for (PIM), are not in the list: look up \
                    the group's roles too, and activate the eligible ones";
        Self { code: "rolesOfGroupsOrEligible", text: text.into() }
    }
}

#[derive(Serialize)]
pub(super) struct Imported {
    pub(super) stored: StoredAssignment,
    pub(super) gives: Option<Vec<ResourceRole>>,
}

#[derive(Serialize)]
pub(super) struct Listed {
    pub(super) roles: Vec<RoleAssignment>,
}

#[derive(Serialize)]
pub(super) struct Failed {
    error: Placed,
}

#[derive(Serialize)]
struct Placed {
    #[serde(flatten)]
    problem: Problem,
    place: Option<String>,
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        let place = problem.place();
        Self { error: Placed { problem, place } }
    }
}
