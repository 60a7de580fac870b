//! What is asked, in the crate's terms and as the text that any engine can read.

use std::collections::BTreeSet;

use access_package::{
    Account, Assignment, AssignmentState, Caller, Reason, RoleAssignment, Scope, Timestamp, evaluate,
};

use crate::points::{role_assignments, without_roles};
use crate::support::in_state;

/// No assignment here has an end.
pub const NOW: Timestamp = Timestamp::MIN;

/// May this caller reprocess this assignment?
#[derive(Debug, Clone)]
pub struct Question {
    pub caller: Caller,
    pub assignment: Assignment,
}

impl Question {
    /// What the crate answers.
    pub fn answer(&self) -> bool {
        evaluate(&self.caller, &self.assignment, NOW).is_ok()
    }

    /// The codes of everything that stands in the way; a word of their own for the state.
    pub fn reasons(&self) -> BTreeSet<&'static str> {
        let refusal = evaluate(&self.caller, &self.assignment, NOW).err();
        let code = |reason: Reason| if reason.is_of_caller() { reason.code() } else { "invalidState" };
        refusal.into_iter().flat_map(|refusal| refusal.reasons().map(code)).collect()
    }
}

/// The same, as a host has it from a token, a directory and a database.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub account: String,
    pub permissions: Vec<String>,
    /// Each a role and its scope.
    pub roles: Vec<(String, String)>,
    /// The one of its catalog.
    pub scope: String,
    pub state: String,
    /// The request that is to be reprocessed instead, if it is one.
    pub request: Option<RequestText>,
}

/// A request beside the assignment, and when it is asked for: instants in ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestText {
    pub assignment: &'static str,
    pub purpose: &'static str,
    pub recency: &'static str,
    pub state: String,
    pub completed: i64,
    pub now: i64,
}

/// The id of the assignment in every question.
pub const ASSIGNMENT: &str = "assignment";

impl From<&Question> for Text {
    fn from(Question { caller, assignment }: &Question) -> Self {
        let account = match caller.account {
            Account::WorkOrSchool => "workOrSchool",
            Account::Application => "application",
            Account::Personal => "personal",
        };
        Self {
            account: account.to_owned(),
            permissions: caller.permissions.iter().map(ToString::to_string).collect(),
            roles: caller.roles.iter().map(|held| (held.role.to_string(), held.scope.to_string())).collect(),
            scope: Scope::Catalog(assignment.catalog()).to_string(),
            state: assignment.state().to_string(),
            request: None,
        }
    }
}

/// No role, each role in each scope, and every two of those.
fn every_pair_of_roles() -> Vec<Vec<RoleAssignment>> {
    let held = role_assignments();
    let alone = held.iter().map(|&one| vec![one]);
    let pairs = held.iter().enumerate().flat_map(|(number, &one)| {
        let others = held.iter().skip(number + 1);
        others.map(move |&other| vec![one, other])
    });
    [vec![]].into_iter().chain(alone).chain(pairs).collect()
}

/// Every point of the gate: every account with every set of permissions and up to two roles, in every state.
pub fn every_point() -> Vec<Question> {
    let roles = every_pair_of_roles();
    let callers = without_roles()
        .flat_map(|caller| roles.iter().map(move |roles| Caller { roles: roles.clone(), ..caller.clone() }));
    callers
        .flat_map(|caller| {
            let ask = move |&state| Question { caller: caller.clone(), assignment: in_state(state) };
            AssignmentState::ALL.iter().map(ask)
        })
        .collect()
}
