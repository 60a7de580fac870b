//! The stored form: what loads, what does not, and that nothing is lost.

mod support;

use std::collections::BTreeMap;

use access_package::{
    Assignment, AssignmentResourceRole, AssignmentState, Catalog, FailureReason, Fulfillment, LoadError,
    Outcome, Reason, Receipt, RecordError, Recorded, Role, StoredAssignment, SubjectType, Timestamp,
    Unchanged, reprocess,
};
use support::documented::says;
use support::{MANAGER, every_list, load, member_of, one_of_each_origin_system, save_and_load, stored};
use uuid::Uuid;

use AssignmentState::{Delivered, Delivering, Expired};
use Fulfillment::{Failed, Fulfilled, Pending, Unenforceable};

/// Every list of fulfillments up to this length.
fn fulfillments(up_to: usize) -> impl Iterator<Item = Vec<Fulfillment>> {
    (0..=up_to).flat_map(|length| every_list(&[Pending, Failed, Unenforceable, Fulfilled], length))
}

#[test]
fn every_field_comes_back() {
    let resource_role = |resource_role| AssignmentResourceRole::new(resource_role, Fulfilled);
    let resource_roles: Vec<_> = one_of_each_origin_system().into_iter().map(resource_role).collect();
    let end = Timestamp::from_unix_ticks(16_589_589_196_900_000);
    let stored = StoredAssignment {
        target_type: Some(SubjectType::ServicePrincipal),
        end,
        attempt: u32::MAX,
        resource_roles: Some(resource_roles.clone()),
        ..stored(Delivered, &[])
    };
    let assignment = load(stored.clone());
    assert_eq!(assignment.id(), Uuid::from_u128(0xa).into());
    assert_eq!(assignment.access_package(), Uuid::from_u128(0xb).into());
    assert_eq!(assignment.catalog(), Catalog { id: Uuid::from_u128(0xc).into(), privilege_level: None });
    assert_eq!(assignment.target(), Uuid::from_u128(0xd).into());
    assert_eq!(assignment.target_type(), Some(SubjectType::ServicePrincipal));
    assert_eq!(assignment.state(), Delivered);
    assert_eq!(assignment.end(), end);
    assert_eq!(assignment.attempt(), u32::MAX);
    assert_eq!(assignment.resource_roles(), Some(resource_roles.as_slice()));
    assert_eq!(StoredAssignment::from(&assignment), stored);
    assert_eq!(save_and_load(&assignment), assignment);
}

// R16, R21
#[test]
fn a_state_loads_with_the_fulfillments_it_says() {
    for fulfillments in fulfillments(3) {
        for &state in AssignmentState::ALL {
            match Assignment::try_from(stored(state, &fulfillments)) {
                Ok(assignment) => {
                    assert!(says(state, &fulfillments), "{state}, {fulfillments:?}");
                    assert_eq!(save_and_load(&assignment), assignment);
                }
                Err(LoadError::StateContradictsFulfillments { required, actual }) => {
                    assert!(!says(state, &fulfillments), "{state}, {fulfillments:?}");
                    assert!(
                        says(required, &fulfillments) && required != Expired,
                        "{required}, {fulfillments:?}"
                    );
                    assert_eq!(actual, state);
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}

// R23
#[test]
fn resource_roles_load_in_any_order_and_each_once() {
    for numbers in (0..=4).flat_map(|length| every_list(&[0, 1, 2], length)) {
        // They differ only in their fulfillment, so they are the same resource role.
        let progress = [Pending, Failed, Fulfilled, Pending];
        let resource_role =
            |(&number, fulfillment)| AssignmentResourceRole::new(member_of(number), fulfillment);
        let given: Vec<_> = numbers.iter().zip(progress).map(resource_role).collect();
        let by_number: BTreeMap<_, _> = numbers.iter().zip(given.clone()).collect();
        let in_order: Vec<_> = by_number.into_values().collect();

        let stored = StoredAssignment { resource_roles: Some(given), ..stored(Expired, &[]) };
        match Assignment::try_from(stored) {
            Ok(assignment) => {
                assert_eq!(in_order.len(), numbers.len(), "{numbers:?}");
                assert_eq!(assignment.resource_roles(), Some(in_order.as_slice()));
            }
            Err(LoadError::DuplicateResourceRole(twice)) => {
                let times = numbers.iter().filter(|&&number| member_of(number) == twice).count();
                assert!(times > 1, "{numbers:?}, {twice}");
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn another_format_is_refused_whatever_else_is_wrong() {
    for actual in [0, StoredAssignment::FORMAT + 1, u32::MAX] {
        for state in [Delivering, Delivered] {
            let refused = Assignment::try_from(StoredAssignment { format: actual, ..stored(state, &[]) });
            assert_eq!(refused, Err(LoadError::UnsupportedFormat { required: 1, actual }));
        }
    }
}

/// An assignment with unknown resource roles.
fn unknown(state: AssignmentState) -> Assignment {
    load(StoredAssignment { resource_roles: None, ..stored(state, &[]) })
}

#[test]
fn with_resource_roles_unknown_every_state_loads_and_nothing_is_to_be_done() {
    for &state in AssignmentState::ALL {
        let assignment = unknown(state);
        assert_eq!((assignment.state(), assignment.resource_roles()), (state, None));
        assert_eq!(assignment.actions().count(), 0);
        assert_eq!(save_and_load(&assignment), assignment);
    }
}

// R13: refused, but only after the role and the state (R8).
#[test]
fn with_resource_roles_unknown_reprocess_is_refused_after_the_role_and_the_state() {
    for &role in Role::ALL {
        for &state in AssignmentState::ALL {
            let expected = if !role.at_least(MANAGER) {
                Reason::InsufficientRole
            } else if state != Delivered {
                Reason::InvalidState(state)
            } else {
                Reason::ResourceRolesUnknown
            };
            let mut assignment = unknown(state);
            let refusal = reprocess(&mut assignment, role).map(drop).expect_err("refused");
            assert!(refusal.reasons().eq([expected]), "{role}, {state}: {refusal}");
            // R12
            assert_eq!(assignment, unknown(state));
        }
    }
}

#[test]
fn with_resource_roles_unknown_no_receipt_is_taken() {
    for &state in AssignmentState::ALL {
        let mut assignment = unknown(state);
        let receipt = Receipt {
            assignment: assignment.id(),
            attempt: assignment.attempt(),
            resource_role: member_of(0),
            outcome: Outcome::Fulfilled,
            reason: None,
        };
        let expected = if state == Expired {
            Ok(Recorded::Unchanged(Unchanged::Expired))
        } else {
            Err(RecordError::UnknownResourceRole(member_of(0)))
        };
        assert_eq!(assignment.record(&receipt, Timestamp::MAX), expected, "{state}");
        assert_eq!(assignment, unknown(state));
    }
}

/// Only a failed resource role has a reason, and the reason is kept.
#[test]
fn only_what_has_failed_has_a_reason() {
    for fulfillment in [Pending, Failed, Unenforceable, Fulfilled] {
        for &state in AssignmentState::ALL.iter().filter(|&&state| says(state, &[fulfillment])) {
            let mut given = stored(state, &[fulfillment]);
            for entry in given.resource_roles.iter_mut().flatten() {
                entry.reason = Some(FailureReason::new("code", "words"));
            }
            match Assignment::try_from(given.clone()) {
                Ok(assignment) => {
                    assert_eq!(fulfillment, Failed);
                    assert_eq!(StoredAssignment::from(&save_and_load(&assignment)), given);
                }
                Err(error) => {
                    assert_ne!(fulfillment, Failed);
                    assert_eq!(error, LoadError::ReasonWithoutFailure(member_of(0)));
                }
            }
        }
    }
}

#[test]
fn a_reason_is_cut_off_at_the_end_of_a_character() {
    let (code, words) = ("c".repeat(FailureReason::MAX_CODE), "w".repeat(FailureReason::MAX_WORDS - 1));
    let as_it_is = FailureReason::new(&code, &words);
    assert_eq!((as_it_is.code(), as_it_is.words()), (&*code, &*words));
    let cut = FailureReason::new(&(code.clone() + "c"), &(words.clone() + "é"));
    assert_eq!((cut.code(), cut.words()), (&*code, &*words));
    assert_eq!(FailureReason::new("", "").to_string(), "``: ");
}

#[test]
fn what_was_just_delivered_has_everything_in_place_and_each_once() {
    let [first, second] = [member_of(1), member_of(2)];
    let (known, end) = (stored(Delivered, &[]), Timestamp::from_unix_ticks(7));
    let gives = [second.clone(), first.clone(), second.clone()];
    let assignment =
        Assignment::delivered(known.id, known.catalog, known.access_package, known.target, end, gives);
    let in_place = [first, second].map(|role| AssignmentResourceRole::new(role, Fulfilled));
    let expected = StoredAssignment { end, resource_roles: Some(in_place.to_vec()), ..known };
    assert_eq!(StoredAssignment::from(&assignment), expected);
    assert_eq!(load(expected), assignment);
}
