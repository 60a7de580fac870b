//! The whole gate: every account, set of permissions, role, scope and state, compared with a second
//! implementation that was written from the rules.

mod learned;
mod model;
mod points;
mod remedies;
mod request;
mod several;
#[path = "../support/mod.rs"]
mod support;
mod texts;

use std::collections::HashSet;

use access_package::{
    Assignment, AssignmentRequest, AssignmentState, Authority, Catalog, NotAdmitted, Permission,
    PrivilegeLevel, Purpose, Reason, Recency, Refusal, Role, Step, StoredAssignment, Timestamp, evaluate,
    reprocess, uuid::Uuid,
};

use model::Answer;
use points::{ACCOUNTS, HERE, LEVELS, SCOPES, THERE, callers, here};
use support::{MANAGER, in_state, load};

/// No assignment here has an end.
const NOW: Timestamp = Timestamp::MAX;

/// The reasons, in the order in which the refusal gives them.
pub(crate) fn reasons(refused: Refusal) -> Vec<Reason> {
    refused.reasons().collect()
}

/// The remedies, each as its steps.
pub(crate) fn remedies(refused: Refusal) -> Vec<Vec<Step>> {
    refused.remedies().map(|remedy| remedy.steps().collect()).collect()
}

/// An assignment in this state, in a catalog of this level.
fn assignment(state: AssignmentState, privilege_level: Option<PrivilegeLevel>) -> Assignment {
    load(StoredAssignment { catalog: here(privilege_level), ..StoredAssignment::from(&in_state(state)) })
}

fn seen(answer: Result<Authority, Refusal>) -> Answer {
    match answer {
        Ok(authority) => Answer::May(authority.role()),
        Err(refused) => match reasons(refused)[..] {
            [Reason::InvalidState(actual)] => Answer::NotInThisState(actual),
            ref reasons => Answer::MayNot(reasons.to_vec()),
        },
    }
}

// R1 to R10
#[test]
fn every_point_is_answered_as_the_rules_say() {
    let mut points = 0;
    for (&state, level) in AssignmentState::ALL.iter().flat_map(|state| LEVELS.map(|level| (state, level))) {
        let assignment = assignment(state, level);
        for caller in callers() {
            let answer = evaluate(&caller, &assignment, NOW);
            // R43: the verdict shows whether the level is known.
            assert!(answer.is_err() || answer.is_ok_and(|it| it.catalog() == Some(here(level))));
            assert_eq!(
                seen(answer),
                model::answer(&caller, here(level), state),
                "{caller:?}, {state}, {level:?}"
            );
            points += 1;
        }
    }
    println!("{points} points");
    let sets_of_permissions = 1 << Permission::ALL.len();
    let role_or_none = Role::ALL.len() * SCOPES.len() + 1;
    let different = ACCOUNTS.len() * sets_of_permissions * role_or_none;
    assert_eq!(callers().collect::<HashSet<_>>().len(), different);
    assert_eq!(points, different * AssignmentState::ALL.len() * LEVELS.len());
}

/// The three entry points agree, except that `reprocess` sees only one role (R43).
// R8, R9, R12
#[test]
fn evaluate_admit_and_reprocess_agree() {
    for (&state, level) in AssignmentState::ALL.iter().flat_map(|state| LEVELS.map(|level| (state, level))) {
        let assignment = assignment(state, level);
        for caller in callers() {
            let evaluated = evaluate(&caller, &assignment, NOW);
            let authority = match caller.authority(Some(here(level))) {
                Ok(authority) => authority,
                Err(refused) => {
                    assert_eq!(evaluated, Err(refused), "{caller:?}, {state}");
                    continue;
                }
            };
            let reprocessed = reprocess(&mut assignment.clone(), authority.role()).map(drop);
            if level == Some(PrivilegeLevel::Privileged) && authority.role() != Role::GlobalAdministrator {
                // R43: `reprocess` sees one role. It refuses a caller who needs two, or a permission that
                // replaces one.
                let alone = vec![Reason::WithoutPrivilegedRoleAdministrator];
                assert_eq!(reprocessed.map_err(reasons), Err(alone), "{caller:?}, {state}");
            } else {
                assert_eq!(evaluated, reprocessed.map(|()| authority), "{caller:?}, {state}");
            }
            match authority.admit(assignment.clone(), NOW) {
                Ok(admitted) => assert_eq!((admitted.assignment(), evaluated.is_ok()), (&assignment, true)),
                Err(NotAdmitted { refusal, assignment: given_back, expired }) => {
                    assert_eq!((Err(refusal), given_back, expired), (evaluated, assignment.clone(), None));
                }
            }
        }
    }
}

// R21: an assignment that has ended is refused as expired, even if the host forgot to expire it.
#[test]
fn from_its_end_on_an_assignment_is_expired_whoever_forgot_it() {
    let caller = callers().find(|caller| caller.authority(Some(here(None))).is_ok()).expect("somebody may");
    let tick = |ticks| Timestamp::from_unix_ticks(ticks).expect("an instant");
    for &state in AssignmentState::ALL {
        let stored = StoredAssignment { end: Some(tick(7)), ..StoredAssignment::from(&in_state(state)) };
        let assignment = load(stored);
        for now in [6, 7, 8].map(tick) {
            let authority = caller.authority(Some(here(None))).expect("it may");
            let evaluated = evaluate(&caller, &assignment, now).map(drop);
            let state = if now >= tick(7) { AssignmentState::Expired } else { state };
            assert_eq!(evaluated, Refusal::of_state(state).map_or(Ok(()), Err), "{state}, {now:?}");
            match authority.admit(assignment.clone(), now) {
                Ok(_) => assert_eq!(state, AssignmentState::Delivered),
                Err(not) => {
                    assert_eq!(Err(not.refusal), evaluated);
                    assert_eq!(not.to_string(), not.refusal.to_string());
                    assert_eq!(not.assignment.state(), state);
                    // A caller who may act on the assignment is given the expiry, to save it.
                    assert_eq!(not.expired.is_some(), state != assignment.state());
                }
            }
        }
    }
}

// R3: an authority does not hold for another catalog than the one that it was requested for.
#[test]
fn an_authority_for_another_catalog_is_refused() {
    let assignment = in_state(AssignmentState::Delivered);
    let mut refused = 0;
    for caller in callers() {
        for (catalog, covers) in [(Some(HERE), true), (None, true), (Some(THERE), false)] {
            let Ok(authority) = caller.authority(catalog.map(Catalog::of_unknown_level)) else { continue };
            let admitted = authority.admit(assignment.clone(), NOW).map(drop).map_err(Refusal::from);
            if covers {
                assert_eq!(admitted, Ok(()), "{caller:?}");
            } else {
                assert_eq!(admitted.map_err(reasons), Err(vec![Reason::CatalogDisagrees]), "{caller:?}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
}

// R43: an authority is only as good as the level that the caller was judged by.
#[test]
fn an_authority_for_a_catalog_that_turns_out_to_be_privileged_is_refused() {
    let privileged = assignment(AssignmentState::Delivered, Some(PrivilegeLevel::Privileged));
    let failed = assignment(AssignmentState::DeliveryFailed, Some(PrivilegeLevel::Privileged));
    let request = AssignmentRequest {
        id: Uuid::from_u128(0xe).into(),
        assignment: failed.id(),
        purpose: Purpose::Grant,
        state: AssignmentState::DeliveryFailed,
        completed: NOW,
        recency: Recency::Newest,
    };
    let mut refused = 0;
    for caller in callers() {
        for catalog in [None, Some(here(None)), Some(here(Some(PrivilegeLevel::Standard)))] {
            let Ok(authority) = caller.authority(catalog) else { continue };
            let admitted = authority.admit(privileged.clone(), NOW).map_err(Refusal::from);
            let expected = match authority.role() {
                Role::GlobalAdministrator => Ok(()),
                _ => Err(vec![Reason::CatalogDisagrees]), // the caller may hold both roles, and is judged again
            };
            refused += u32::from(expected.is_err());
            assert_eq!(admitted.map(drop).map_err(reasons), expected, "{caller:?}");
            let admitted = authority.admit_request(failed.clone(), &request, NOW).map_err(Refusal::from);
            assert_eq!(admitted.map(drop).map_err(reasons), expected, "{caller:?}");
        }
    }
    assert!(refused > 0);
}

// R43: the primitive sees one role, but two may be required.
#[test]
fn the_primitive_takes_one_role_alone_in_a_privileged_catalog() {
    for (&state, role) in
        AssignmentState::ALL.iter().flat_map(|it| Role::ALL.iter().map(move |&role| (it, role)))
    {
        let mut privileged = assignment(state, Some(PrivilegeLevel::Privileged));
        let before = privileged.clone();
        let refused = reprocess(&mut privileged, role).map(drop).map_err(reasons);
        let expected = match role {
            Role::GlobalAdministrator => Refusal::of_state(state).map_or(Ok(()), |it| Err(reasons(it))),
            Role::IdentityGovernanceAdministrator => Err(vec![Reason::WithoutPrivilegedRoleAdministrator]),
            role if role.at_least(MANAGER) => Err(vec![Reason::PrivilegedCatalog]),
            _ => Err(vec![Reason::InsufficientRole]),
        };
        assert_eq!(refused, expected, "{role}, {state}");
        assert!(expected.is_ok() || privileged == before); // R12
    }
}

// R13: only the primitive refuses unknown resource roles. After admission, the host says what the access
// package gives.
#[test]
fn evaluate_does_not_ask_for_the_resource_roles() {
    for &state in AssignmentState::ALL {
        let known = in_state(state);
        let mut unknown = load(StoredAssignment { resource_roles: None, ..StoredAssignment::from(&known) });
        for caller in callers() {
            assert_eq!(
                evaluate(&caller, &unknown, NOW),
                evaluate(&caller, &known, NOW),
                "{caller:?}, {state}"
            );
        }
        if state == AssignmentState::Delivered {
            let refused = reprocess(&mut unknown, MANAGER).map(drop).map_err(reasons);
            assert_eq!(refused, Err(vec![Reason::ResourceRolesUnknown]));
        }
    }
}
