//! The texts and codes of a refusal, and the rules behind it.

use std::collections::HashSet;
use std::error::Error;

use access_package::{Caller, Reason, Refusal, Step};

use crate::points::{LEVELS, callers, here};
use crate::support::documented::{Known, STATES, in_pascal_case};
use crate::{reasons, remedies};

/// The caller's refusals in a catalog of each level.
fn refused(caller: &Caller) -> Vec<Refusal> {
    LEVELS.iter().filter_map(|&level| caller.authority(Some(here(level))).err()).collect()
}

/// A refusal names every reason.
#[test]
fn every_refusal_of_a_caller() {
    for refused in callers().flat_map(|caller| refused(&caller)) {
        let text = |reason| REASONS.iter().find(|(known, ..)| *known == reason).expect("a known reason").2;
        let reasons: Vec<_> = refused.reasons().map(text).collect();
        let text = format!("caller may not reprocess this assignment: {}", reasons.join("; "));
        assert_eq!(refused.to_string(), text);
        assert!(refused.source().is_none(), "{refused}");
        assert_eq!((refused.is_of_request(), refused.is_unauthorized()), (false, true), "{refused}");
    }
}

/// Each step as a remedy of its own.
fn one_by_one(steps: &[Step]) -> Vec<Vec<Step>> {
    steps.iter().map(|&step| vec![step]).collect()
}

// R9, R10, R32
#[test]
fn a_refusal_for_the_state() {
    let can = |what| format!("only {what} can be reprocessed");
    let of_assignment = can("an assignment that is `delivered`");
    let of_request = can("a request that is `partiallyDelivered` or `deliveryFailed`");
    for &Known { state, word, advice, request_advice, request_reason, .. } in STATES {
        let doors = [
            (Refusal::of_state(state), advice, &of_assignment, Some(Reason::InvalidState(state))),
            (Refusal::of_request_state(state), request_advice, &of_request, request_reason),
        ];
        for (refusal, advice, only, reason) in doors {
            assert_eq!(refusal.map(remedies).unwrap_or_default(), one_by_one(advice), "{state}");
            if let Some(refusal) = refusal {
                assert_eq!(refusal.to_string(), format!("state is `{word}`: {only}"));
                assert_eq!(reasons(refusal), [reason.expect("it is refused")]);
                let of_request = reason == request_reason;
                assert_eq!((refusal.is_of_request(), refusal.is_unauthorized()), (of_request, false));
            }
        }
        assert_eq!(Reason::InvalidState(state).code(), word);
        if let Some(reason) = request_reason {
            assert_eq!(reason.code(), format!("request{}", in_pascal_case(word)));
        }
    }
}

/// A remedy names every step.
#[test]
fn every_remedy() {
    for remedy in callers().flat_map(|caller| refused(&caller)).flat_map(Refusal::remedies) {
        let text = |step| STEPS.iter().find(|(known, ..)| *known == step).expect("a known step").2;
        let steps: Vec<_> = remedy.steps().map(text).collect();
        assert_eq!(remedy.to_string(), steps.join(", and "));
    }
}

/// Each reason with its code, its text and its rules.
const REASONS: [(Reason, &str, &str, &[&str]); 16] = [
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
        "role `Access package assignment manager` or higher is held, but not on the assignment's catalog or in the tenant",
        &["R3"],
    ),
    (
        Reason::MissingRoleManagementPermission,
        "missingRoleManagementPermission",
        "application permission `RoleManagement.ReadWrite.Directory` is missing",
        &["R43"],
    ),
    (
        Reason::PrivilegedCatalog,
        "privilegedCatalog",
        "catalog is privileged: caller holds neither `Global Administrator` nor both `Identity Governance Administrator` and `Privileged Role Administrator`",
        &["R43"],
    ),
    (
        Reason::WithoutIdentityGovernanceAdministrator,
        "withoutIdentityGovernanceAdministrator",
        "catalog is privileged: `Privileged Role Administrator` suffices there only together with `Identity Governance Administrator`",
        &["R43"],
    ),
    (
        Reason::WithoutPrivilegedRoleAdministrator,
        "withoutPrivilegedRoleAdministrator",
        "catalog is privileged: `Identity Governance Administrator` suffices there only together with `Privileged Role Administrator`",
        &["R43"],
    ),
    (
        Reason::CatalogDisagrees,
        "catalogDisagrees",
        "caller was authorized for another catalog, or before this one was known to be privileged",
        &["R3", "R43"],
    ),
    (
        Reason::ResourceRolesUnknown,
        "resourceRolesUnknown",
        "resource roles are unknown: load the access package's current resource roles",
        &["R13"],
    ),
    (
        Reason::RequestOfAnotherAssignment,
        "requestOfAnotherAssignment",
        "request is for another assignment",
        &["R32"],
    ),
    (Reason::RequestWithoutGrant, "requestWithoutGrant", "request does not ask for access", &["R32"]),
    (Reason::RequestSuperseded, "requestSuperseded", "a newer request for access was completed", &["R32"]),
    (
        Reason::RequestStateDisagrees,
        "requestStateDisagrees",
        "request and assignment are in different states",
        &["R32"],
    ),
    (Reason::RequestTooOld, "requestTooOld", "request was completed 14 or more days ago", &["R33"]),
];

#[test]
fn every_reason() {
    let of_state = STATES.iter().filter(|known| !known.advice.is_empty());
    let of_state = of_state.map(|known| Reason::InvalidState(known.state));
    let of_request = STATES.iter().filter_map(|known| known.request_reason);
    let of_states = of_state.chain(of_request);
    let all: HashSet<_> = REASONS.iter().map(|(reason, ..)| *reason).chain(of_states).collect();
    assert_eq!((Reason::all().collect(), Reason::all().count()), (all.clone(), all.len()));
    assert!(Reason::all().all(|reason| Reason::from_code(reason.code()) == Some(reason)));
    assert_eq!((Reason::from_code("delivered"), Step::from_code("delivered")), (None, None));
    for (reason, code, text, rules) in REASONS {
        assert_eq!((reason.code(), reason.to_string().as_str()), (code, text));
        assert!(reason.rules().map(|rule| rule.id).eq(rules.iter().copied()), "{reason:?}");
    }
}

const STEPS: [(Step, &str, &str); 16] = [
    (Step::UseWorkOrSchoolAccount, "useWorkOrSchoolAccount", "sign in with a work or school account"),
    (
        Step::HoldRole,
        "holdRole",
        "hold the role `Access package assignment manager` on the assignment's catalog",
    ),
    (
        Step::HoldIdentityGovernanceAdministrator,
        "holdIdentityGovernanceAdministrator",
        "hold the role `Identity Governance Administrator`",
    ),
    (
        Step::HoldPrivilegedRoleAdministrator,
        "holdPrivilegedRoleAdministrator",
        "hold the role `Privileged Role Administrator`",
    ),
    (Step::HoldGlobalAdministrator, "holdGlobalAdministrator", "hold the role `Global Administrator`"),
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
    (
        Step::ObtainRoleManagementPermission,
        "obtainRoleManagementPermission",
        "obtain the application permission `RoleManagement.ReadWrite.Directory`",
    ),
    (Step::Wait, "wait", "wait until delivery has ended, then check the state again"),
    (
        Step::ReprocessRequest,
        "reprocessRequest",
        "reprocess this assignment's request, if it was completed less than 14 days ago",
    ),
    (
        Step::ReprocessNewestRequest,
        "reprocessNewestRequest",
        "reprocess this assignment's newest request for access",
    ),
    (Step::ReprocessAssignment, "reprocessAssignment", "reprocess the assignment, not its request"),
    (Step::RequestAgain, "requestAgain", "request the access package again"),
    (
        Step::LoadResourceRoles,
        "loadResourceRoles",
        "load the access package's current resource roles, and call again",
    ),
    (Step::LoadCatalog, "loadCatalog", "reload the assignment's catalog, and call again"),
    (Step::LoadRequest, "loadRequest", "reload the request and its assignment, and call again"),
];

#[test]
fn every_step() {
    assert_eq!(Step::ALL, STEPS.map(|(step, ..)| step));
    for (step, code, text) in STEPS {
        assert_eq!((step.code(), step.to_string().as_str()), (code, text));
        assert_eq!(Step::from_code(code), Some(step));
    }
}
