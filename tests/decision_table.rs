//! The answer of `reprocess` to each role in each state.

mod support;

use access_package::{
    AssignmentState, Observed, Reason, Refusal, ResourceRole, Role, reprocess, reprocess_observed,
};
use support::documented::{ROLES, STATES, rung};
use support::in_state;

struct Decision {
    role: Role,
    state: AssignmentState,
    answer: Result<(), Reason>,
}

/// By the rules: first the role, then the state.
fn decide(role: Role, state: AssignmentState) -> Result<(), Reason> {
    match rung(role) {
        None => Err(Reason::InsufficientRole),
        Some(_) if state == AssignmentState::Delivered => Ok(()),
        Some(_) => Err(Reason::InvalidState(state)),
    }
}

/// The reason of a refusal. A refusal for the role or the state has only one.
fn only(refusal: Refusal) -> Reason {
    let [reason] = refusal.reasons().collect::<Vec<_>>()[..] else { panic!("{refusal}") };
    reason
}

fn decisions() -> impl Iterator<Item = Decision> {
    let in_each_state = |&(role, ..): &(Role, _, _)| {
        STATES.iter().map(move |known| Decision {
            role,
            state: known.state,
            answer: decide(role, known.state),
        })
    };
    ROLES.iter().flat_map(in_each_state)
}

#[test]
fn every_role_and_every_state_is_asked_for_once() {
    for &role in Role::ALL {
        for &state in AssignmentState::ALL {
            let here = decisions().filter(|decision| (decision.role, decision.state) == (role, state));
            assert_eq!(here.count(), 1, "{role}, {state}");
        }
    }
    assert_eq!(decisions().count(), Role::ALL.len() * AssignmentState::ALL.len());
}

// R1, R2, R8, R9
#[test]
fn reprocess_answers_what_the_rules_say() {
    for Decision { role, state, answer } in decisions() {
        let before = in_state(state);
        let mut assignment = before.clone();
        assert_eq!(reprocess(&mut assignment, role).map(drop).map_err(only), answer, "{role}, {state}");
        match answer {
            // R13, R15
            Ok(()) => {
                assert_eq!(assignment.state(), AssignmentState::Delivering);
                assert_eq!(assignment.attempt(), before.attempt() + 1);
                assert_eq!(assignment.actions().count(), 2);
            }
            // R12
            Err(_) => assert_eq!(assignment, before, "{role}, {state}"),
        }
    }
}

#[test]
fn only_an_accepted_call_observes() {
    for Decision { role, state, answer } in decisions() {
        let before = in_state(state);
        let mut assignment = before.clone();
        let mut observed = Vec::new();
        let observe = |resource_role: &ResourceRole| {
            observed.push(resource_role.clone());
            Observed::Unknown
        };
        let answered = reprocess_observed(&mut assignment, role, observe).map(drop).map_err(only);
        assert_eq!(answered, answer, "{role}, {state}");
        match answer {
            Ok(()) => {
                let resource_roles = before.resource_roles().expect("known").iter();
                assert!(resource_roles.map(|role| &role.resource_role).eq(&observed));
            }
            // R12
            Err(_) => assert_eq!((assignment, observed), (before, vec![]), "{role}, {state}"),
        }
    }
}
