//! The gate, whole: every account, every set of permissions, every role, every scope and every state,
//! beside a second implementation that is written from the rules.

mod learned;
mod model;
mod points;
mod remedies;
mod several;
#[path = "../support/mod.rs"]
mod support;
mod texts;

use std::collections::HashSet;

use access_package::{
    AssignmentState, Permission, Reason, Refusal, ReprocessError, Role, Step, StoredAssignment, Unauthorized,
    evaluate, reprocess,
};

use model::Answer;
use points::{ACCOUNTS, HERE, SCOPES, callers};
use support::{MANAGER, in_state, load};

/// Why not, in the order in which it is said.
pub(crate) fn reasons(refused: Unauthorized) -> Vec<Reason> {
    refused.reasons().collect()
}

/// What would help, each remedy as its steps.
pub(crate) fn remedies(refused: Unauthorized) -> Vec<Vec<Step>> {
    refused.remedies().map(|remedy| remedy.steps().collect()).collect()
}

fn seen(answer: Result<Role, Refusal>) -> Answer {
    match answer {
        Ok(role) => Answer::May(role),
        Err(Refusal::Unauthorized(refused)) => Answer::MayNot(reasons(refused)),
        Err(Refusal::InvalidState { required, actual }) => Answer::NotInThisState { required, actual },
    }
}

// R1 to R10
#[test]
fn every_point_is_answered_as_the_rules_say() {
    let mut points = 0;
    for &state in AssignmentState::ALL {
        let assignment = in_state(state);
        for caller in callers() {
            let answer = evaluate(&caller, &assignment);
            assert_eq!(seen(answer), model::answer(&caller, HERE, state), "{caller:?}, {state}");
            points += 1;
        }
    }
    println!("{points} points");
    let sets_of_permissions = 1 << Permission::ALL.len();
    let role_or_none = Role::ALL.len() * SCOPES.len() + 1;
    let different = ACCOUNTS.len() * sets_of_permissions * role_or_none;
    assert_eq!(callers().collect::<HashSet<_>>().len(), different);
    assert_eq!(points, different * AssignmentState::ALL.len());
}

// R8, R9, R12
#[test]
fn evaluate_and_reprocess_agree() {
    for &state in AssignmentState::ALL {
        let assignment = in_state(state);
        for caller in callers() {
            let evaluated = evaluate(&caller, &assignment);
            let role = match caller.authority(Some(HERE)) {
                Ok(role) => role,
                Err(refused) => {
                    assert_eq!(evaluated, Err(Refusal::Unauthorized(refused)), "{caller:?}, {state}");
                    continue;
                }
            };
            let reprocessed = reprocess(&mut assignment.clone(), role).map(|_| role);
            let as_reprocess = evaluated.map_err(|refusal| match refusal {
                Refusal::InvalidState { required, actual } => {
                    ReprocessError::InvalidState { required, actual }
                }
                Refusal::Unauthorized(_) => panic!("{caller:?} has authority, {state}"),
            });
            assert_eq!(as_reprocess, reprocessed, "{caller:?}, {state}");
        }
    }
}

// R13: the one thing that `reprocess` refuses beyond it.
#[test]
fn evaluate_does_not_ask_for_the_resource_roles() {
    for &state in AssignmentState::ALL {
        let known = in_state(state);
        let mut unknown = load(StoredAssignment { resource_roles: None, ..StoredAssignment::from(&known) });
        for caller in callers() {
            assert_eq!(evaluate(&caller, &unknown), evaluate(&caller, &known), "{caller:?}, {state}");
        }
        if state == AssignmentState::Delivered {
            let refused = reprocess(&mut unknown, MANAGER).map(drop);
            assert_eq!(refused, Err(ReprocessError::ResourceRolesUnknown));
        }
    }
}
