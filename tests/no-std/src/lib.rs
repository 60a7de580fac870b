//! Proves that `access-package` gets by with `core` and `alloc`, without and with its feature `serde`.
//!
//! That the crate says `#![no_std]` proves little: a dependency, or a feature of one, can bring `std`
//! back unseen. This library has a panic handler of its own. `std` has one too, and there can be only
//! one of them, so with `std` anywhere below the build ends in *found duplicate lang item
//! `panic_impl`*. To see that, build it with `--features access-package/std`.
//!
//! It is built, never run: memory cannot even be allocated here.

#![no_std]

extern crate alloc;

use alloc::vec;
use core::alloc::{GlobalAlloc, Layout};
use core::panic::PanicInfo;

use access_package::{
    Action, Assignment, AssignmentResourceRole, AssignmentState, Fulfillment, GroupAccess, Outcome,
    ResourceRole, Role, StoredAssignment, reprocess,
};
use uuid::Uuid;

struct NoMemory;

// SAFETY: it never gives memory out, which an allocator may do.
unsafe impl GlobalAlloc for NoMemory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: NoMemory = NoMemory;

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    loop {}
}

/// Reprocesses an assignment of one resource role, and records that it is in place.
#[unsafe(no_mangle)]
pub extern "C" fn reprocess_and_record() -> bool {
    let Ok(mut assignment) = Assignment::try_from(delivered()) else {
        return false;
    };
    let action = reprocess(&mut assignment, Role::CatalogOwner).ok().and_then(|mut actions| actions.next());
    let receipt = action.map(|action: Action| action.receipt(Outcome::Fulfilled));
    receipt.map(|receipt| assignment.record(&receipt)) == Some(Ok(AssignmentState::Delivered))
}

/// Writes the stored form as JSON and reads it back.
#[cfg(feature = "serde")]
#[unsafe(no_mangle)]
pub extern "C" fn store_and_load() -> bool {
    let stored = delivered();
    let read = serde_json::to_string(&stored).and_then(|json| serde_json::from_str(&json));
    read.is_ok_and(|read: StoredAssignment| read == stored)
}

fn delivered() -> StoredAssignment {
    StoredAssignment {
        format: StoredAssignment::FORMAT,
        id: Uuid::from_u128(1).into(),
        catalog: Uuid::from_u128(2).into(),
        access_package: Uuid::from_u128(3).into(),
        target: Uuid::from_u128(4).into(),
        state: AssignmentState::Delivered,
        end: None,
        attempt: 0,
        resource_roles: Some(vec![AssignmentResourceRole {
            resource_role: ResourceRole::Group {
                group: Uuid::from_u128(5).into(),
                access: GroupAccess::Member,
            },
            fulfillment: Fulfillment::Fulfilled,
        }]),
    }
}
