//! Data for several benches: stored assignments, receipts in no order, and a million assignments of a kind.
#![allow(dead_code, reason = "each bench uses a part of it")]

use std::hint::black_box;

use access_package::uuid::Uuid;
use access_package::{
    Assignment, AssignmentResourceRole, AssignmentState, Catalog, FailureReason, Fulfillment, GroupAccess,
    Outcome, PrivilegeLevel, Receipt, ResourceRole, StoredAssignment, SubjectType, Timestamp, reprocess,
};

use crate::support::{
    MANAGER, azure_role_of, load, member_of, of_each_kind, one_of_each_origin_system, opaque_of, site_of,
    stored,
};

/// A GUID without a pattern, like those of the service.
pub fn guid(number: u128) -> Uuid {
    Uuid::from_u128(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

/// An assignment of these resource roles, with every optional field.
fn with_everything(resource_roles: Vec<AssignmentResourceRole>) -> StoredAssignment {
    StoredAssignment {
        id: guid(1).into(),
        catalog: Catalog { id: guid(2).into(), privilege_level: Some(PrivilegeLevel::Standard) },
        access_package: guid(3).into(),
        target: guid(4).into(),
        target_type: Some(SubjectType::User),
        end: Timestamp::from_unix_ticks(17_800_000_001_234_567),
        attempt: 3,
        resource_roles: Some(resource_roles),
        ..stored(AssignmentState::Delivered, &[])
    }
}

fn fulfilled(resource_role: ResourceRole) -> AssignmentResourceRole {
    AssignmentResourceRole::new(resource_role, Fulfillment::Fulfilled)
}

/// An assignment of five groups.
pub fn of_groups() -> StoredAssignment {
    let member = |number| ResourceRole::Group { group: guid(number).into(), access: GroupAccess::Member };
    with_everything((5..10).map(member).map(fulfilled).collect())
}

/// An assignment with one resource role of each origin system. One has failed, with a reason.
pub fn of_each_origin_system() -> StoredAssignment {
    let mut resource_roles: Vec<_> = one_of_each_origin_system().into_iter().map(fulfilled).collect();
    if let [first, ..] = &mut resource_roles[..] {
        first.fulfillment = Fulfillment::Failed;
        first.reason = Some(FailureReason::new("Request_ResourceNotFound", "the group does not exist"));
    }
    StoredAssignment { state: AssignmentState::PartiallyDelivered, ..with_everything(resource_roles) }
}

/// A delivered assignment of this number of groups.
pub fn delivered(resource_roles: usize) -> StoredAssignment {
    stored(AssignmentState::Delivered, &vec![Fulfillment::Fulfilled; resource_roles])
}

/// The same, delivering.
pub fn delivering(resource_roles: usize) -> StoredAssignment {
    stored(AssignmentState::Delivering, &vec![Fulfillment::Pending; resource_roles])
}

/// A receipt for each action, in no order.
pub fn receipts(stored: StoredAssignment) -> Vec<Receipt> {
    let receipt = |action: access_package::Action| action.receipt(Outcome::Fulfilled);
    let mut receipts: Vec<_> = load(stored).actions().map(receipt).collect();
    shuffle(&mut receipts);
    receipts
}

/// Shuffles, in the same way each time.
pub fn shuffle<T>(items: &mut [T]) {
    let mut random = 1_u64;
    for last in (1..items.len()).rev() {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(random >> 33).map_or(0, |other| other % (last + 1));
        items.swap(last, other);
    }
}

/// How many resource roles each of a million assignments has.
pub const RESOURCE_ROLES: usize = 5;

/// The kind of resource roles of a million assignments.
///
/// A group is plain data. The others have strings, which an action shares through an atomic count. `…OfEach` has strings
/// of its own for each assignment. With `…OfAll`, all assignments share one list, and so the same counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Groups,
    SitesOfEach,
    SitesOfAll,
    AzureOfEach,
    AzureOfAll,
    OpaqueOfEach,
    OpaqueOfAll,
    InTurn,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Groups,
        Self::SitesOfEach,
        Self::SitesOfAll,
        Self::AzureOfEach,
        Self::AzureOfAll,
        Self::OpaqueOfEach,
        Self::OpaqueOfAll,
        Self::InTurn,
    ];

    /// Loads this number of delivered assignments.
    pub fn assignments<T: Clone>(self, count: usize, load: impl Fn(StoredAssignment) -> T) -> Vec<T> {
        let of = |kind: fn(u128) -> ResourceRole| {
            let mut stored = delivered(RESOURCE_ROLES);
            for (number, entry) in (0..).zip(stored.resource_roles.iter_mut().flatten()) {
                entry.resource_role = kind(number);
            }
            load(stored)
        };
        let of_all = |kind| vec![of(kind); count];
        let of_each = |kind| (0..count).map(|_| of(kind)).collect();
        match self {
            Self::Groups => of_all(member_of),
            Self::SitesOfEach => of_each(site_of),
            Self::SitesOfAll => of_all(site_of),
            Self::AzureOfEach => of_each(azure_role_of),
            Self::AzureOfAll => of_all(azure_role_of),
            Self::OpaqueOfEach => of_each(opaque_of),
            Self::OpaqueOfAll => of_all(opaque_of),
            Self::InTurn => of_each(of_each_kind),
        }
    }
}

/// The assignment delivered again, with the same resource roles.
pub fn delivered_again(delivering: Assignment) -> Assignment {
    let mut stored = StoredAssignment::from(delivering);
    stored.state = AssignmentState::Delivered;
    stored.resource_roles.iter_mut().flatten().for_each(|entry| entry.fulfillment = Fulfillment::Fulfilled);
    load(stored)
}

/// Reprocesses, and looks at what is owed where it is stored. Makes no action, so shares nothing.
pub fn look_at(assignment: &mut Assignment) {
    black_box(reprocess(assignment, black_box(MANAGER)).is_ok());
    let entries = assignment.resource_roles().into_iter().flatten();
    entries.filter(|entry| entry.fulfillment == Fulfillment::Pending).for_each(|entry| {
        black_box(&entry.resource_role);
    });
}
