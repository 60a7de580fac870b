//! Everything that is stored or sent, in `postcard`, a format without field names. A value is read back as it
//! was. A text that was cut off or is of another kind is refused.
#![cfg(feature = "serde")]

mod support;

use core::fmt::Debug;

use access_package::{
    Assignment, AssignmentResourceRole, AssignmentState, Catalog, FailureReason, Fulfillment, Outcome,
    PrivilegeLevel, Recorded, StoredAssignment, SubjectType, Timestamp, reprocess,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use support::{MANAGER, load, one_of_each_origin_system, stored};

fn written<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).expect("plain data")
}

/// The value is read back as it was. A part of its bytes is refused.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let bytes = written(value);
    assert_eq!(postcard::from_bytes::<T>(&bytes).as_ref(), Ok(value));
    for length in 0..bytes.len() {
        assert!(postcard::from_bytes::<T>(&bytes[..length]).is_err(), "{length} of {value:?}");
    }
}

/// In this state, with a resource role of each origin system and every optional field.
fn full(state: AssignmentState, fulfillment: Fulfillment) -> StoredAssignment {
    let resource_roles = one_of_each_origin_system().into_iter().map(|resource_role| {
        let failed = fulfillment == Fulfillment::Failed;
        let reason = failed.then(|| FailureReason::new("gone", "the group does not exist"));
        AssignmentResourceRole { reason, ..AssignmentResourceRole::new(resource_role, fulfillment) }
    });
    let without = stored(state, &[]);
    StoredAssignment {
        catalog: Catalog { privilege_level: Some(PrivilegeLevel::Standard), ..without.catalog },
        target_type: Some(SubjectType::ServicePrincipal),
        end: Timestamp::from_unix_ticks(16_589_589_196_900_000),
        attempt: 3,
        resource_roles: Some(resource_roles.collect()),
        ..without
    }
}

#[test]
fn an_assignment_is_read_back_as_it_was() {
    for (state, fulfillment) in [
        (AssignmentState::Delivering, Fulfillment::Pending),
        (AssignmentState::Delivered, Fulfillment::Fulfilled),
        (AssignmentState::DeliveryFailed, Fulfillment::Failed),
        (AssignmentState::DeliveryFailed, Fulfillment::Unenforceable),
        (AssignmentState::Expired, Fulfillment::Pending),
    ] {
        check(&full(state, fulfillment));
        check(&StoredAssignment { end: None, resource_roles: None, ..stored(state, &[]) });
        let assignment = load(full(state, fulfillment));
        let bytes = written(&StoredAssignment::from(&assignment));
        let read: StoredAssignment = postcard::from_bytes(&bytes).expect("what was written");
        assert_eq!(Assignment::try_from(read), Ok(assignment));
    }
}

#[test]
fn actions_receipts_and_events_are_read_back_as_they_were() {
    let mut assignment = load(full(AssignmentState::Delivered, Fulfillment::Fulfilled));
    let actions: Vec<_> = reprocess(&mut assignment, MANAGER).expect("accepted").collect();
    assert!(actions.len() > 3);
    for (number, action) in actions.into_iter().enumerate() {
        check(&action);
        let receipt = match number % 3 {
            0 => action.receipt(Outcome::Fulfilled),
            1 => action.receipt(Outcome::Failed),
            _ => action.failed(FailureReason::new("gone", "the site does not exist")),
        };
        check(&receipt);
        match assignment.record(&receipt, Timestamp::MIN) {
            Ok(Recorded::Changed(event)) => check(&event),
            other => panic!("{other:?}"),
        }
    }
}

/// R23, R28, R44: a text in JSON is the same text here, and is read as strictly.
#[test]
fn a_text_that_is_none_of_its_kind_is_refused() {
    let bytes = written(&full(AssignmentState::Delivered, Fulfillment::Fulfilled));
    for (text, other) in [
        ("00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000_00000000000a"),
        ("2022-07-27T21:55:19.69Z", "2022-07-27T21:55:19.69 "),
        ("delivered", "deliverer"),
        ("Member_", "Nember_"),
    ] {
        let at = bytes.windows(text.len()).position(|part| part == text.as_bytes()).expect("it is there");
        let mut bytes = bytes.clone();
        bytes[at..at + text.len()].copy_from_slice(other.as_bytes());
        assert!(postcard::from_bytes::<StoredAssignment>(&bytes).is_err(), "{other}");
    }
}
