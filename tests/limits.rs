//! The cost of the core: the size of everything that crosses a queue, and no allocation that is not needed.
#![allow(clippy::result_large_err, reason = "what is refused is given back, and an error allocates nothing")]

mod support;

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::hint::black_box;
use std::alloc::System;

use access_package::{
    Account, Action, Admitted, Assignment, AssignmentState, Authority, Caller, Catalog, FailureReason,
    Fulfillment, Observed, Outcome, Reason, Receipt, Recorded, Remedy, Role, StoredAssignment, Timestamp,
    evaluate, reprocess, reprocess_observed,
};
use support::documented::ladder;
use support::{
    Lacks, MANAGER, caller, delivered, in_state, load, member_of, one_of_each_origin_system, stored,
};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::MIN;

thread_local! {
    /// One count for each thread, so that other tests do not disturb it.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, with a count.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count() {
    // A thread that is ending no longer counts.
    let _ = ALLOCATIONS.try_with(|allocations| allocations.set(allocations.get() + 1));
}

// SAFETY: every call goes to the system's allocator. Counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }
}

/// How often this allocates, and its result.
fn allocations<T>(run: impl FnOnce() -> T) -> (usize, T) {
    let before = ALLOCATIONS.get();
    let result = black_box(run());
    (ALLOCATIONS.get() - before, result)
}

#[test]
fn an_allocation_is_counted() {
    let (first, mut vec) = allocations(|| Vec::<u64>::with_capacity(1));
    let (more, ()) = allocations(|| vec.reserve(1_000));
    let (zeroed, _) = allocations(|| vec![0_u64; 1_000]);
    assert_eq!((first, more, zeroed), (1, 1, 1));
}

/// An assignment in this state, whose end has come.
fn ended(state: AssignmentState) -> Assignment {
    load(StoredAssignment { end: Some(NOW), ..(&in_state(state)).into() })
}

fn authority() -> Authority {
    caller(Lacks::Nothing).authority(Some(delivered(0).catalog())).expect("who lacks nothing may")
}

fn admitted(assignment: Assignment) -> Admitted {
    authority().admit(assignment, NOW).expect("delivered")
}

#[test]
fn a_refusal_does_not_allocate() {
    let mut refusals = 0;
    for &role in Role::ALL {
        for &state in AssignmentState::ALL {
            let mut assignment = in_state(state);
            let (count, result) = allocations(|| reprocess(&mut assignment, role).map(drop));
            assert_eq!(count, 0, "{role}, {state}");
            refusals += usize::from(result.is_err());
        }
    }
    // Every role in every state is refused, except a sufficient role on a delivered assignment.
    assert_eq!(refusals, Role::ALL.len() * AssignmentState::ALL.len() - ladder().count());

    let unknown = StoredAssignment { resource_roles: None, ..stored(AssignmentState::Delivered, &[]) };
    let mut unknown = load(unknown);
    let (count, refused) = allocations(|| reprocess(&mut unknown, MANAGER).map(drop));
    let reasons: Vec<_> = refused.expect_err("refused").reasons().collect();
    assert_eq!((count, reasons), (0, vec![Reason::ResourceRolesUnknown]));
}

#[test]
fn authority_and_admission_do_not_allocate() {
    let catalog = delivered(0).catalog();
    for lacks in [Lacks::Nothing, Lacks::Permission, Lacks::Role, Lacks::Scope] {
        for catalog in [Some(catalog), None] {
            let caller = caller(lacks);
            let (count, answer) = allocations(|| caller.authority(catalog));
            assert_eq!(
                (count, answer.is_ok()),
                (0, lacks == Lacks::Nothing && catalog.is_some()),
                "{lacks:?}"
            );
        }
    }
    let authority = authority();
    let elsewhere =
        StoredAssignment { catalog: Catalog::of_unknown_level(Uuid::nil().into()), ..(&delivered(5)).into() };
    let elsewhere = load(elsewhere);
    let (count, answer) = allocations(|| authority.admit(elsewhere, NOW).is_ok());
    assert_eq!((count, answer), (0, false));
    for &state in AssignmentState::ALL {
        for assignment in [in_state(state), ended(state)] {
            let may = state == AssignmentState::Delivered && assignment.end().is_none();
            let (count, answer) = allocations(|| authority.admit(assignment, NOW).is_ok());
            assert_eq!((count, answer), (0, may), "{state}");
        }
    }
}

#[test]
fn an_acceptance_allocates_only_for_what_is_given_now() {
    for resource_roles in [0, 5, 100] {
        let mut assignment = delivered(resource_roles);
        let (count, actions) = allocations(|| reprocess(&mut assignment, MANAGER).map(Iterator::count));
        assert_eq!((count, actions), (0, Ok(resource_roles)));

        for observed in [Observed::Present, Observed::Absent, Observed::Unknown, Observed::Unenforceable] {
            let mut assignment = delivered(resource_roles);
            let (count, result) =
                allocations(|| reprocess_observed(&mut assignment, MANAGER, |_| observed).map(drop));
            assert_eq!((count, result), (0, Ok(())), "{observed:?}");

            // Allocates only the new list of the assignment, whatever the assignment had before.
            for had in [0, 7] {
                let admitted = admitted(delivered(had));
                let gives_now: Vec<_> = (0..).take(resource_roles).map(member_of).collect();
                let (count, unsaved) = allocations(|| admitted.reprocess_observed(gives_now, |_| observed));
                assert_eq!(count, usize::from(resource_roles > 0), "{observed:?}");
                let (count, saved) = allocations(|| unsaved.saved());
                assert_eq!((count, saved.resource_roles().map(<[_]>::len)), (0, Some(resource_roles)));
            }
        }
    }
}

#[test]
fn an_action_does_not_allocate() {
    // Text-keyed resource roles, too: they only share a text that exists already.
    let assignment = admitted(delivered(0)).reprocess(one_of_each_origin_system()).saved();
    let (count, given) = allocations(|| assignment.actions().map(black_box).count());
    assert_eq!((count, given), (0, one_of_each_origin_system().len()));

    // To skip a resource role that is not pending does not allocate either.
    let fulfillments = [[Fulfillment::Fulfilled, Fulfillment::Failed, Fulfillment::Pending]; 33];
    let assignment = load(stored(AssignmentState::Delivering, fulfillments.as_flattened()));
    let (count, given) = allocations(|| assignment.actions().map(black_box).count());
    assert_eq!((count, given), (0, 33));
}

#[test]
fn a_receipt_does_not_allocate() {
    let assignment = admitted(delivered(0)).reprocess(one_of_each_origin_system()).saved();
    for action in assignment.actions() {
        let reason = FailureReason::new("code", "words");
        let smaller = FailureReason::new("cod", "words");
        let failed = |reason: &FailureReason| action.clone().failed(reason.clone());
        let receipts = [
            failed(&reason),
            failed(&reason),
            // A reason only shares texts that exist already.
            failed(&smaller),
            action.clone().receipt(Outcome::Fulfilled),
            Receipt { attempt: 7, ..action.clone().receipt(Outcome::Failed) },
            Receipt { assignment: Uuid::nil().into(), ..action.clone().receipt(Outcome::Failed) },
            Receipt { resource_role: member_of(99), ..action.clone().receipt(Outcome::Failed) },
        ];
        let mut assignment = assignment.clone();
        let mut changes = 0;
        for receipt in &receipts {
            let (count, recorded) = allocations(|| assignment.record(receipt, NOW));
            assert_eq!(count, 0, "{receipt:?}");
            changes += usize::from(matches!(recorded, Ok(Recorded::Changed(_))));
        }
        assert_eq!(changes, 3, "{action:?}");
    }
}

// R17: whatever their number and their order.
#[test]
fn a_receipt_finds_its_resource_role_among_any_number() {
    for number in [1, 2, 7, 8, 9, 10, 16, 17, 33, 100] {
        let mut assignment = admitted(delivered(0)).reprocess((0..number).map(member_of)).saved();
        let mut actions: Vec<_> = assignment.actions().collect();
        // The last one first, and then from both ends to the middle.
        actions.reverse();
        let middle = actions.len() / 2;
        actions[middle..].reverse();
        for (already, action) in actions.into_iter().enumerate() {
            let unknown =
                Receipt { resource_role: member_of(number), ..action.clone().receipt(Outcome::Failed) };
            assert!(assignment.record(&unknown, NOW).is_err());
            let resource_role = action.resource_role.clone();
            let recorded = assignment.record(&action.receipt(Outcome::Fulfilled), NOW);
            assert!(matches!(recorded, Ok(Recorded::Changed(_))), "{resource_role}");
            let entries = assignment.resource_roles().expect("known").iter();
            let fulfilled: Vec<_> = entries.filter(|it| it.fulfillment == Fulfillment::Fulfilled).collect();
            assert_eq!(fulfilled.len(), already + 1);
            assert!(fulfilled.iter().any(|entry| entry.resource_role == resource_role));
        }
        assert_eq!(assignment.state(), AssignmentState::Delivered);
    }
}

#[test]
fn expiry_does_not_allocate() {
    for &state in AssignmentState::ALL {
        let mut assignment = ended(state);
        let (count, event) = allocations(|| assignment.expire(NOW));
        assert_eq!((count, event.is_some()), (0, state != AssignmentState::Expired), "{state}");
    }
}

#[test]
fn a_verdict_does_not_allocate() {
    for lacks in [Lacks::Nothing, Lacks::Permission, Lacks::Role, Lacks::Scope] {
        for &state in AssignmentState::ALL {
            for assignment in [in_state(state), ended(state)] {
                let caller = caller(lacks);
                let (count, verdict) = allocations(|| evaluate(&caller, &assignment, NOW));
                assert_eq!(count, 0, "{lacks:?}, {state}");
                let is_delivered = state == AssignmentState::Delivered && assignment.end().is_none();
                assert_eq!(verdict.is_ok(), is_delivered && lacks == Lacks::Nothing, "{lacks:?}, {state}");
            }
        }
    }
}

#[test]
fn reasons_and_remedies_do_not_allocate() {
    let of_account = |account| Caller { account, ..caller(Lacks::Permission) };
    let without_roles = |account| Caller { roles: vec![], ..of_account(account) };
    // The number of reasons, of remedies, and of all their steps.
    let expected = [
        (of_account(Account::WorkOrSchool), [1, 1, 1]),
        (without_roles(Account::WorkOrSchool), [2, 1, 2]),
        (without_roles(Account::Application), [2, 2, 2]),
        (without_roles(Account::Personal), [1, 1, 3]),
    ];
    let assignment = delivered(1);
    for (caller, expected) in expected {
        let refused = evaluate(&caller, &assignment, NOW).expect_err("may not");
        let counted = allocations(|| {
            let steps = refused.remedies().flat_map(Remedy::steps);
            [
                refused.reasons().map(black_box).count(),
                refused.remedies().map(black_box).count(),
                steps.map(black_box).count(),
            ]
        });
        assert_eq!(counted, (0, expected), "{caller:?}");
    }
}

/// Reads in place, and writes straight to the destination.
#[cfg(feature = "serde")]
#[test]
fn the_stored_form_allocates_only_what_stays() {
    let given = one_of_each_origin_system().into_iter();
    // The allocations of each kind. A site is one text. An Azure role is two texts in one place. An unknown
    // resource role is all its texts in one place.
    let kept = [0, 0, 1, 0, 3, 3, 4, 5];
    assert_eq!(given.len(), kept.len());
    for (resource_role, kept) in given.zip(kept) {
        let without = stored(AssignmentState::Expired, &[Fulfillment::Failed; 1]);
        let mut entries = without.resource_roles.clone().expect("known");
        entries[0].resource_role = resource_role;
        let end = Timestamp::from_unix_ticks(16_589_589_196_900_000);
        let plain = StoredAssignment { end, resource_roles: Some(entries.clone()), ..without };
        // A reason is two texts in one place.
        entries[0].reason = Some(FailureReason::new("code", "words"));
        let with_reason = StoredAssignment { resource_roles: Some(entries), ..plain.clone() };
        for (stored, of_reason) in [(plain, 0), (with_reason, 3)] {
            let mut text = Vec::with_capacity(4096);
            let (written, result) = allocations(|| serde_json::to_writer(&mut text, &stored));
            assert!(result.is_ok());
            assert_eq!(written, 0, "{stored:?}");
            let (read, result) = allocations(|| serde_json::from_slice::<StoredAssignment>(&text));
            assert_eq!(result.expect("what was written"), stored);
            // And the list itself.
            assert_eq!(read, 1 + kept + of_reason, "{stored:?}");
        }
    }
}

#[test]
fn an_action_fits_in_96_bytes_and_an_assignment_in_128() {
    assert!(size_of::<Action>() <= 96, "{}", size_of::<Action>());
    assert!(size_of::<Assignment>() <= 128, "{}", size_of::<Assignment>());
}
