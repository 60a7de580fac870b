//! What a refusal says: to people, to programs, and on what ground.

use std::collections::BTreeSet;
use std::error::Error;

use access_package::{AssignmentState, Caller, Reason, Refusal, Remedy, Step, Unauthorized, evaluate};

use crate::points::{HERE, callers};
use crate::support::in_state;

fn refused(caller: &Caller) -> Option<Unauthorized> {
    caller.authority(Some(HERE)).err()
}

#[test]
fn every_refusal_of_a_caller() {
    let texts = BTreeSet::from([
        "caller may not reprocess this assignment: a personal Microsoft account is never allowed",
        "caller may not reprocess this assignment: delegated permission `EntitlementManagement.ReadWrite.All` is missing",
        "caller may not reprocess this assignment: delegated permission `EntitlementManagement.ReadWrite.All` is missing; no role is `Access package assignment manager` or higher",
        "caller may not reprocess this assignment: delegated permission `EntitlementManagement.ReadWrite.All` is missing; a role is `Access package assignment manager` or higher, but held on neither the assignment's catalog nor the tenant",
        "caller may not reprocess this assignment: no role is `Access package assignment manager` or higher",
        "caller may not reprocess this assignment: a role is `Access package assignment manager` or higher, but held on neither the assignment's catalog nor the tenant",
        "caller may not reprocess this assignment: application permission `EntitlementManagement.ReadWrite.All` is missing; no role is `Access package assignment manager` or higher",
        "caller may not reprocess this assignment: application permission `EntitlementManagement.ReadWrite.All` is missing; a role is `Access package assignment manager` or higher, but held on neither the assignment's catalog nor the tenant",
    ]);
    let said: BTreeSet<_> =
        callers().filter_map(|caller| refused(&caller)).map(|it| it.to_string()).collect();
    assert!(said.iter().eq(texts), "{said:#?}");
    for refused in callers().filter_map(|caller| refused(&caller)) {
        let refusal = Refusal::from(refused);
        assert_eq!(refusal.to_string(), refused.to_string());
        assert!(refusal.source().is_none() && refused.source().is_none(), "{refused}");
    }
}

// R9
#[test]
fn a_refusal_for_the_state() {
    let texts = [
        (
            AssignmentState::Delivering,
            "state is `delivering`: only an assignment that is `delivered` can be reprocessed",
        ),
        (
            AssignmentState::PartiallyDelivered,
            "state is `partiallyDelivered`: only an assignment that is `delivered` can be reprocessed",
        ),
        (
            AssignmentState::Expired,
            "state is `expired`: only an assignment that is `delivered` can be reprocessed",
        ),
        (
            AssignmentState::DeliveryFailed,
            "state is `deliveryFailed`: only an assignment that is `delivered` can be reprocessed",
        ),
    ];
    let refused_in = AssignmentState::ALL.iter().filter(|&&state| state != AssignmentState::Delivered);
    assert!(refused_in.eq(texts.iter().map(|(state, _)| state)), "every state but one");
    let caller = callers().find(|caller| refused(caller).is_none()).expect("somebody may");
    for (state, text) in texts {
        let refusal = evaluate(&caller, &in_state(state)).expect_err("not in this state");
        assert_eq!(refusal.to_string(), text);
        assert!(refusal.source().is_none(), "{text}");
    }
}

#[test]
fn every_remedy() {
    let texts = BTreeSet::from([
        "hold the role `Access package assignment manager` on the assignment's catalog",
        "hold the role `Access package assignment manager` on the assignment's catalog, and obtain the delegated permission `EntitlementManagement.ReadWrite.All`",
        "obtain the delegated permission `EntitlementManagement.ReadWrite.All`",
        "obtain the application permission `EntitlementManagement.ReadWrite.All`",
        "use a work or school account (it starts with neither role nor permission), and hold the role `Access package assignment manager` on the assignment's catalog, and obtain the delegated permission `EntitlementManagement.ReadWrite.All`",
    ]);
    let remedies = callers().filter_map(|caller| refused(&caller)).flat_map(Unauthorized::remedies);
    let said: BTreeSet<_> = remedies.map(|remedy: Remedy| remedy.to_string()).collect();
    assert!(said.iter().eq(texts), "{said:#?}");
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
