//! What a refusal says: to people, to programs, and on what ground.

use std::collections::HashSet;
use std::error::Error;

use access_package::{Caller, Reason, Refusal, Step};

use crate::points::{HERE, callers};
use crate::support::documented::{Known, STATES};
use crate::{reasons, remedies};

fn refused(caller: &Caller) -> Option<Refusal> {
    caller.authority(Some(HERE)).err()
}

/// A refusal says every reason.
#[test]
fn every_refusal_of_a_caller() {
    for refused in callers().filter_map(|caller| refused(&caller)) {
        let text = |reason| REASONS.iter().find(|(known, ..)| *known == reason).expect("a known reason").2;
        let reasons: Vec<_> = refused.reasons().map(text).collect();
        let text = format!("caller may not reprocess this assignment: {}", reasons.join("; "));
        assert_eq!(refused.to_string(), text);
        assert!(refused.source().is_none(), "{refused}");
    }
}

// R9, R10
#[test]
fn a_refusal_for_the_state() {
    for &Known { state, word, advice, .. } in STATES {
        let refusal = Refusal::of_state(state);
        let steps = refusal.map(|refusal| remedies(refusal).concat());
        assert_eq!(steps, advice.map(|step| vec![step]), "{state}");
        if let Some(refusal) = refusal {
            let text =
                format!("state is `{word}`: only an assignment that is `delivered` can be reprocessed");
            assert_eq!((refusal.to_string(), reasons(refusal)), (text, vec![Reason::InvalidState(state)]));
            assert_eq!(Reason::InvalidState(state).code(), word);
        }
    }
}

/// A remedy says every step.
#[test]
fn every_remedy() {
    for remedy in callers().filter_map(|caller| refused(&caller)).flat_map(Refusal::remedies) {
        let text = |step| STEPS.iter().find(|(known, ..)| *known == step).expect("a known step").2;
        let steps: Vec<_> = remedy.steps().map(text).collect();
        assert_eq!(remedy.to_string(), steps.join(", and "));
    }
}

/// What a reason is, in this order: its code, its text and its rules.
const REASONS: [(Reason, &str, &str, &[&str]); 6] = [
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
    (
        Reason::ResourceRolesUnknown,
        "resourceRolesUnknown",
        "resource roles are not known: load what the access package gives now",
        &["R13"],
    ),
];

#[test]
fn every_reason() {
    let of_state = STATES.iter().filter(|known| known.advice.is_some());
    let of_state = of_state.map(|known| Reason::InvalidState(known.state));
    let all: HashSet<_> = REASONS.iter().map(|(reason, ..)| *reason).chain(of_state).collect();
    assert_eq!((Reason::all().collect(), Reason::all().count()), (all.clone(), all.len()));
    assert!(Reason::all().all(|reason| Reason::from_code(reason.code()) == Some(reason)));
    assert_eq!((Reason::from_code("delivered"), Step::from_code("delivered")), (None, None));
    for (reason, code, text, rules) in REASONS {
        assert_eq!((reason.code(), reason.to_string().as_str()), (code, text));
        assert!(reason.rules().map(|rule| rule.id).eq(rules.iter().copied()), "{reason:?}");
    }
}

const STEPS: [(Step, &str, &str); 8] = [
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
    (Step::Wait, "wait", "wait until delivery has ended, then look at the state again"),
    (
        Step::ReprocessRequest,
        "reprocessRequest",
        "reprocess the request of this assignment, not the assignment; from 14 days after the request was completed, request the access package again",
    ),
    (Step::RequestAgain, "requestAgain", "request the access package again"),
    (Step::LoadResourceRoles, "loadResourceRoles", "load what the access package gives now, and call again"),
];

#[test]
fn every_step() {
    assert_eq!(Step::ALL, STEPS.map(|(step, ..)| step));
    for (step, code, text) in STEPS {
        assert_eq!((step.code(), step.to_string().as_str()), (code, text));
        assert_eq!(Step::from_code(code), Some(step));
    }
}
