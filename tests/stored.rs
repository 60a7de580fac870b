//! The stored form: what loads, what does not, and that nothing is lost.

mod support;

use std::collections::BTreeMap;

use access_package::{
    Assignment, AssignmentResourceRole, AssignmentState, Fulfillment, LoadError, Outcome, Receipt,
    RecordError, ReprocessError, Role, StoredAssignment, Timestamp, reprocess,
};
use support::documented::says;
use support::{MANAGER, every_list, load, member_of, one_of_each_origin_system, save_and_load, stored};
use uuid::Uuid;

use AssignmentState::{Delivered, Delivering, Expired};
use Fulfillment::{Failed, Fulfilled, Pending};

/// Every list of up to so many fulfillments.
fn fulfillments(up_to: usize) -> impl Iterator<Item = Vec<Fulfillment>> {
    (0..=up_to).flat_map(|length| every_list(&[Pending, Failed, Fulfilled], length))
}

#[test]
fn every_field_comes_back() {
    let resource_role = |resource_role| AssignmentResourceRole { resource_role, fulfillment: Fulfilled };
    let resource_roles: Vec<_> = one_of_each_origin_system().into_iter().map(resource_role).collect();
    let end = Timestamp::from_unix_ticks(16_589_589_196_900_000);
    let stored = StoredAssignment {
        end,
        attempt: u32::MAX,
        resource_roles: Some(resource_roles.clone()),
        ..stored(Delivered, &[])
    };
    let assignment = load(stored.clone());
    assert_eq!(assignment.id(), Uuid::from_u128(0xa).into());
    assert_eq!(assignment.access_package(), Uuid::from_u128(0xb).into());
    assert_eq!(assignment.catalog(), Uuid::from_u128(0xc).into());
    assert_eq!(assignment.target(), Uuid::from_u128(0xd).into());
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
        // They differ in how far they have got: that makes them no other resource roles.
        let progress = [Pending, Failed, Fulfilled, Pending];
        let resource_role =
            |(&number, fulfillment)| AssignmentResourceRole { resource_role: member_of(number), fulfillment };
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

/// An assignment of a client that looks before it leaps: what the package gives is not known.
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

// R13: refused, and last, after the role and the state (R8).
#[test]
fn with_resource_roles_unknown_reprocess_is_refused_after_the_role_and_the_state() {
    for &role in Role::ALL {
        for &state in AssignmentState::ALL {
            let expected = if !role.at_least(MANAGER) {
                ReprocessError::InsufficientRole { required: MANAGER, actual: role }
            } else if state != Delivered {
                ReprocessError::InvalidState { required: Delivered, actual: state }
            } else {
                ReprocessError::ResourceRolesUnknown
            };
            let mut assignment = unknown(state);
            assert_eq!(reprocess(&mut assignment, role).map(drop), Err(expected), "{role}, {state}");
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
        };
        let expected =
            if state == Expired { Ok(Expired) } else { Err(RecordError::UnknownResourceRole(member_of(0))) };
        assert_eq!(assignment.record(&receipt), expected, "{state}");
        assert_eq!(assignment, unknown(state));
    }
}
