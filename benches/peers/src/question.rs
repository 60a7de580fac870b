//! The questions, in the crate's types and as text that any engine can read.

use std::collections::BTreeSet;

use access_package::uuid::Uuid;
use access_package::{
    Account, Assignment, AssignmentRequest, AssignmentState, Authority, Caller, PrivilegeLevel, Purpose,
    Reason, Recency, Refusal, RoleAssignment, Scope, StoredAssignment, Timestamp, evaluate, evaluate_request,
};

use crate::points::{LEVELS, here, role_assignments, without_roles};
use crate::support::documented::example;
use crate::support::{Lacks, caller, load, stored};

/// R33, in ticks of 100 nanoseconds.
const FOURTEEN_DAYS: i64 = 12_096_000_000_000;

const NOW_IN_TICKS: i64 = 5 * FOURTEEN_DAYS;

/// No assignment here has an end.
pub const NOW: Timestamp = Timestamp::from_unix_ticks(NOW_IN_TICKS).expect("an instant");

/// May this caller reprocess this assignment, or this request of it?
#[derive(Debug, Clone)]
pub struct Question {
    pub caller: Caller,
    pub assignment: Assignment,
    pub request: Option<AssignmentRequest>,
}

impl Question {
    fn verdict(&self) -> Result<Authority, Refusal> {
        let Self { caller, assignment, request } = self;
        match request {
            None => evaluate(caller, assignment, NOW),
            Some(request) => evaluate_request(caller, assignment, request, NOW),
        }
    }

    /// What the crate answers.
    pub fn answer(&self) -> bool {
        self.verdict().is_ok()
    }

    /// The codes of all reasons. A reason of the state is always `invalidState`.
    pub fn reasons(&self) -> BTreeSet<&'static str> {
        let refusal = self.verdict().err();
        let code = |reason: Reason| if reason.is_of_caller() { reason.code() } else { "invalidState" };
        refusal.into_iter().flat_map(|refusal| refusal.reasons().map(code)).collect()
    }
}

/// The question as strings, as a host has them from a token, a directory and a database.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub account: String,
    pub permissions: Vec<String>,
    /// Each role with its scope.
    pub roles: Vec<(String, String)>,
    /// The scope of the assignment's catalog.
    pub scope: String,
    /// The level of that catalog. `None` if it is unknown.
    pub privilege_level: Option<String>,
    pub state: String,
    /// The request to reprocess instead of the assignment, if any.
    pub request: Option<RequestText>,
}

/// A request of the assignment, and the time of the question. Instants are in ticks.
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
    fn from(Question { caller, assignment, request }: &Question) -> Self {
        let account = match caller.account {
            Account::WorkOrSchool => "workOrSchool",
            Account::Application => "application",
            Account::Personal => "personal",
        };
        let request = request.map(|request| RequestText {
            assignment: if request.assignment == assignment.id() { ASSIGNMENT } else { "another" },
            purpose: match request.purpose {
                Purpose::Grant => "grant",
                Purpose::Removal => "removal",
                Purpose::Unknown => "unknown",
            },
            recency: match request.recency {
                Recency::Newest => "newest",
                Recency::Superseded => "superseded",
            },
            state: request.state.to_string(),
            completed: request.completed.unix_ticks(),
            now: NOW_IN_TICKS,
        });
        let catalog = assignment.catalog();
        Self {
            account: account.to_owned(),
            permissions: caller.permissions.iter().map(ToString::to_string).collect(),
            roles: caller.roles.iter().map(|held| (held.role.to_string(), held.scope.to_string())).collect(),
            scope: Scope::Catalog(catalog.id).to_string(),
            privilege_level: catalog.privilege_level.map(|level| level.to_string()),
            state: assignment.state().to_string(),
            request,
        }
    }
}

/// No role, each role in each scope, and every pair of these.
fn every_pair_of_roles() -> Vec<Vec<RoleAssignment>> {
    let held = role_assignments();
    let alone = held.iter().map(|&one| vec![one]);
    let pairs = held.iter().enumerate().flat_map(|(number, &one)| {
        let others = held.iter().skip(number + 1);
        others.map(move |&other| vec![one, other])
    });
    [vec![]].into_iter().chain(alone).chain(pairs).collect()
}

/// An assignment in this state, in a catalog of this level.
pub fn in_catalog(level: Option<PrivilegeLevel>, state: AssignmentState) -> Assignment {
    load(StoredAssignment { catalog: here(level), ..stored(state, &example(state)) })
}

/// Every point of the gate: every account with every set of permissions and up to two roles, in a catalog of every level,
/// in every state.
pub fn every_point() -> Vec<Question> {
    let roles = every_pair_of_roles();
    let callers = without_roles()
        .flat_map(|caller| roles.iter().map(move |roles| Caller { roles: roles.clone(), ..caller.clone() }));
    let assignments = LEVELS.into_iter().flat_map(|level| {
        let in_state = move |&state| in_catalog(level, state);
        AssignmentState::ALL.iter().map(in_state)
    });
    let assignments: Vec<_> = assignments.collect();
    callers
        .flat_map(|caller| {
            let ask = |assignment: &Assignment| Question {
                caller: caller.clone(),
                assignment: assignment.clone(),
                request: None,
            };
            assignments.iter().map(ask).collect::<Vec<_>>()
        })
        .collect()
}

/// Three callers, each with every request that makes a difference: one who may reprocess by a role and one
/// who may by a permission, both in any catalog except a privileged one, and one who never may.
pub fn every_request() -> Vec<Question> {
    let by_role = caller(Lacks::Nothing);
    let by_permission = Caller { account: Account::Application, roles: vec![], ..by_role.clone() };
    let personal = Caller { account: Account::Personal, ..by_role.clone() };
    let questions = [by_role, by_permission, personal].into_iter().flat_map(|caller| {
        LEVELS.into_iter().flat_map(move |level| {
            let caller = caller.clone();
            let ask = move |&state| {
                let assignment = in_catalog(level, state);
                Question { caller: caller.clone(), assignment, request: None }
            };
            AssignmentState::ALL.iter().map(ask)
        })
    });
    questions.flat_map(|question| with_every_request(&question)).collect()
}

/// The same caller and the same assignment, with every request that makes a difference.
pub fn with_every_request(question: &Question) -> impl Iterator<Item = Question> + use<> {
    let own = question.assignment.id();
    let mut requests = Vec::new();
    for assignment in [own, Uuid::nil().into()] {
        for purpose in [Purpose::Grant, Purpose::Removal, Purpose::Unknown] {
            for recency in [Recency::Newest, Recency::Superseded] {
                for &state in AssignmentState::ALL {
                    for age in [-1, 0, FOURTEEN_DAYS - 1, FOURTEEN_DAYS, FOURTEEN_DAYS + 1] {
                        let completed = Timestamp::from_unix_ticks(NOW_IN_TICKS - age).expect("an instant");
                        let id = Uuid::nil().into();
                        requests.push(AssignmentRequest {
                            id,
                            assignment,
                            purpose,
                            state,
                            completed,
                            recency,
                        });
                    }
                }
            }
        }
    }
    let question = question.clone();
    requests.into_iter().map(move |request| Question { request: Some(request), ..question.clone() })
}
