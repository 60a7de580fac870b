//! What a refusal says: to people, to programs, and on what ground.

use std::error::Error;

use access_package::{AssignmentState, Caller, Reason, Refusal, Step, Unauthorized, evaluate};

use crate::points::{HERE, callers};
use crate::support::documented::{Known, STATES};
use crate::support::in_state;

fn refused(caller: &Caller) -> Option<Unauthorized> {
    caller.authority(Some(HERE)).err()
}

/// A refusal says every reason.
#[test]
fn every_refusal_of_a_caller() {
    for refused in callers().filter_map(|caller| refused(&caller)) {
        let text = |reason| REASONS.iter().find(|(known, ..)| *known == reason).expect("a known reason").2;
        let reasons: Vec<_> = refused.reasons().map(text).collect();
        let text = format!("caller may not reprocess this assignment: {}", reasons.join("; "));
        assert_eq!((refused.to_string(), Refusal::from(refused).to_string()), (text.clone(), text));
        assert!(Refusal::from(refused).source().is_none() && refused.source().is_none(), "{refused}");
    }
}

// R9
#[test]
fn a_refusal_for_the_state() {
    let caller = callers().find(|caller| refused(caller).is_none()).expect("somebody may");
    for Known { state, word, .. } in STATES.iter().filter(|known| known.state != AssignmentState::Delivered) {
        let refusal = evaluate(&caller, &in_state(*state)).expect_err("not in this state");
        let text = format!("state is `{word}`: only an assignment that is `delivered` can be reprocessed");
        assert_eq!(refusal.to_string(), text);
        assert!(refusal.source().is_none(), "{text}");
    }
}

/// A remedy says every step.
#[test]
fn every_remedy() {
    for remedy in callers().filter_map(|caller| refused(&caller)).flat_map(Unauthorized::remedies) {
        let text = |step| STEPS.iter().find(|(known, ..)| *known == step).expect("a known step").2;
        let steps: Vec<_> = remedy.steps().map(text).collect();
        assert_eq!(remedy.to_string(), steps.join(", and "));
    }
}

/// What a reason is, in this order: its code, its text and its rules.
const REASONS: [(Reason, &str, &str, &[&str]); 5] = [
    (Reason::PersonalAccount, "personalAccount", "a personal Microsoft account is never allowed", &["R6"]),
    (
        Reason::MissingDelegatedPermission,
        "missingDelegatedPermission",
        "delegated permission `EntitlementManagement.ReadWrite.All` is missing",
        &["R4", "R7"],
    ),
    (
        Reason::MissingApplicationPermission,
        "missingApplicationPermission",
        "application permission `EntitlementManagement.ReadWrite.All` is missing",
        &["R5", "R7"],
    ),
    (
        Reason::InsufficientRole,
        "insufficientRole",
        "no role is `Access package assignment manager` or higher",
        &["R1", "R2"],
    ),
    (
        Reason::OutOfScope,
        "outOfScope",
        "a role is `Access package assignment manager` or higher, but held on neither the assignment's catalog nor the tenant",
        &["R3"],
    ),
];

#[test]
fn every_reason() {
    assert_eq!(Reason::ALL, REASONS.map(|(reason, ..)| reason));
    for (reason, code, text, rules) in REASONS {
        assert_eq!((reason.code(), reason.to_string().as_str()), (code, text));
        assert!(reason.rules().map(|rule| rule.id).eq(rules.iter().copied()), "{reason:?}");
    }
}

const STEPS: [(Step, &str, &str); 4] = [
    (
        Step::UseWorkOrSchoolAccount,
        "useWorkOrSchoolAccount",
        "use a work or school account (it starts with neither role nor permission)",
    ),
    (
        Step::HoldRole,
        "holdRole",
        "hold the role `Access package assignment manager` on the assignment's catalog",
    ),
    (
        Step::ObtainDelegatedPermission,
        "obtainDelegatedPermission",
        "obtain the delegated permission `EntitlementManagement.ReadWrite.All`",
    ),
    (
        Step::ObtainApplicationPermission,
        "obtainApplicationPermission",
        "obtain the application permission `EntitlementManagement.ReadWrite.All`",
    ),
];

#[test]
fn every_step() {
    assert_eq!(Step::ALL, STEPS.map(|(step, ..)| step));
    for (step, code, text) in STEPS {
        assert_eq!((step.code(), step.to_string().as_str()), (code, text));
    }
}
