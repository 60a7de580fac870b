//! What several test files and the benches need: assignments and resource roles by number.
#![allow(dead_code, unreachable_pub, reason = "each file that includes this uses a part of it")]

use access_package::{
    Assignment, AssignmentResourceRole, AssignmentState, Fulfillment, GroupAccess, ResourceRole, Role,
    StoredAssignment,
};
use uuid::Uuid;

/// A role that suffices, and nothing more.
pub const MANAGER: Role = Role::AccessPackageAssignmentManager;

/// Membership of the group with this number. Numbers and resource roles have the same order.
pub fn member_of(number: u128) -> ResourceRole {
    ResourceRole::Group { group: Uuid::from_u128(number).into(), access: GroupAccess::Member }
}

/// The stored form of an assignment in this state, without an end; the resource roles are numbered from 0.
pub fn stored(state: AssignmentState, fulfillments: &[Fulfillment]) -> StoredAssignment {
    let numbered = (0..).zip(fulfillments);
    let resource_roles = numbered.map(|(number, &fulfillment)| AssignmentResourceRole {
        resource_role: member_of(number),
        fulfillment,
    });
    StoredAssignment {
        format: StoredAssignment::FORMAT,
        id: Uuid::from_u128(0xa).into(),
        catalog: Uuid::from_u128(0xc).into(),
        access_package: Uuid::from_u128(0xb).into(),
        target: Uuid::from_u128(0xd).into(),
        state,
        end: None,
        attempt: 0,
        resource_roles: Some(resource_roles.collect()),
    }
}

/// A delivered assignment with so many resource roles, each fulfilled.
pub fn delivered(resource_roles: usize) -> Assignment {
    load(stored(AssignmentState::Delivered, &vec![Fulfillment::Fulfilled; resource_roles]))
}

/// An assignment in this state, with two resource roles where it can have them.
pub fn in_state(state: AssignmentState) -> Assignment {
    use Fulfillment::{Failed, Fulfilled, Pending};
    let fulfillments = match state {
        AssignmentState::Delivering => [Pending, Fulfilled],
        AssignmentState::PartiallyDelivered => [Failed, Fulfilled],
        AssignmentState::Delivered => [Fulfilled, Fulfilled],
        AssignmentState::Expired => [Pending, Failed],
        AssignmentState::DeliveryFailed => [Failed, Failed],
        other => unreachable!("no such state when this was written: {other}"),
    };
    load(stored(state, &fulfillments))
}

pub fn load(stored: StoredAssignment) -> Assignment {
    stored.try_into().expect("a whole assignment")
}
