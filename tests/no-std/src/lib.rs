//! Proves that `access-package` needs only `core` and `alloc`, without and with its features `serde` and
//! `graph`.
//!
//! That the crate says `#![no_std]` proves little: a dependency, or a feature of one, can bring `std` back
//! unnoticed. This library has its own panic handler. `std` has one too, and only one is allowed, so with
//! `std` in any dependency the build fails with *found duplicate lang item `panic_impl`*. To see this, build
//! it with `--features access-package/std`.
//!
//! The library is built, but never run: it cannot even allocate memory.

#![no_std]

extern crate alloc;

use core::alloc::{GlobalAlloc, Layout};
use core::panic::PanicInfo;

use access_package::uuid::Uuid;
use access_package::{
    Account, Assignment, AssignmentState, Caller, Catalog, GroupAccess, Outcome, ResourceRole, Role,
    RoleAssignment, Scope, Timestamp,
};

struct NoMemory;

// SAFETY: it never returns memory, which is allowed.
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
    let role = RoleAssignment { role: Role::CatalogOwner, scope: Scope::Tenant };
    let caller =
        Caller { object: None, account: Account::Application, permissions: [].into(), roles: [role].into() };
    let authority = caller.authority(None).ok();
    let admitted = authority.and_then(|authority| authority.admit(delivered(), Timestamp::MIN).ok());
    let Some(mut assignment) = admitted.map(|admitted| admitted.reprocess([member()]).saved()) else {
        return false;
    };
    let receipt = assignment.actions().next().map(|action| action.receipt(Outcome::Fulfilled));
    let recorded = receipt.map(|receipt| assignment.record(&receipt, Timestamp::MIN));
    matches!(recorded, Some(Ok(_))) && assignment.state() == AssignmentState::Delivered
}

/// Writes the stored form as JSON and reads it back.
#[cfg(feature = "serde")]
#[unsafe(no_mangle)]
pub extern "C" fn store_and_load() -> bool {
    let stored = access_package::StoredAssignment::from(delivered());
    let read = serde_json::to_string(&stored).and_then(|json| serde_json::from_str(&json));
    read.is_ok_and(|read: access_package::StoredAssignment| read == stored)
}

/// Writes a document of Graph and reads it back.
#[cfg(feature = "graph")]
#[unsafe(no_mangle)]
pub extern "C" fn write_and_read() -> bool {
    let document = access_package::graph::json::write(&delivered(), access_package::graph::Version::V1);
    access_package::graph::json::read(document.as_bytes()) == Ok(delivered())
}

/// Answers a question in JSON.
#[cfg(feature = "graph")]
#[unsafe(no_mangle)]
pub extern "C" fn ask() -> bool {
    access_package::ask("evaluate", b"{}").starts_with("{\"error\":")
}

fn member() -> ResourceRole {
    ResourceRole::Group { group: Uuid::from_u128(5).into(), access: GroupAccess::Member }
}

fn delivered() -> Assignment {
    let [id, catalog, package, target] = [1, 2, 3, 4].map(Uuid::from_u128);
    Assignment::delivered(
        id.into(),
        Catalog::of_unknown_level(catalog.into()),
        package.into(),
        target.into(),
        None,
        [member()],
    )
}
