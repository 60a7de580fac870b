//! The life of an assignment, checked completely: every state that a small world can reach, with the real
//! crate, a host that keeps the contract, and a hostile environment. The search is breadth first, as in a
//! model checker, so a counterexample comes with a shortest trace.
//!
//! Safety, in every state and over every step:
//! - S1: from the end on, nothing is enforced and no attempt begins (R21). No attempt begins by a request
//!   that is too old (R33).
//! - S2: there is one attempt at a time. Actions belong to the present attempt, nothing in flight counts for
//!   the next one, and no two acceptances are saved as the same attempt. While the assignment is
//!   `delivering`, a reprocess is refused, of its request too (R15, R17, R32).
//! - S3: a refused call changes nothing. Only time can have expired an assignment that is not admitted.
//!   Evaluating first gives the same answer (R8, R12).
//! - S4: the state and each fulfillment show what is known of every resource role that the package gives,
//!   each once. `delivered` means that all are fulfilled (R13, R16, R20).
//! - S5: neither the order nor the repetition of receipts matters. Of two reasons, the smaller stays (R17).
//! - S6: an expired assignment stays expired, has no actions and takes no receipts (R21).
//! - S7: an assignment loads as it was saved, with the same actions (R22).
//! - S8: no access is taken away (R14).
//! - S9: the host is told of each change, and only of changes, with an event that agrees. The answer to an
//!   action that was handed out is never an error (R17, R21).
//!
//! Liveness, from every state, once nothing goes wrong any more:
//! - L1: an accepted call comes to an end, in as many steps as there is work (R15, R16).
//! - L2: another reprocess restores what is missing. The next one finds nothing to do (R13, R18).
//! - L3: from every state except `expired`, some allowed calls lead to `delivered`, if the executor can carry
//!   out the actions, and within the 14 days of the request (R31, R33, R34).
#![allow(unreachable_pub, reason = "nothing reaches into a test from outside")]

#[path = "../support/mod.rs"]
mod support;

mod door;
mod evidence;
mod host;
mod laws;
mod liveness;
mod search;
mod step;
mod world;

use access_package::AssignmentState;

use host::Upshot;
use search::{Report, explore};
use world::{Host, Size, World};

const SMALL: Size = Size { roles: 2, in_flight: 2, attempts: 2, faults: 1, changes: 1 };

/// Each is larger in another way: more resource roles, more in flight and more faults, more attempts.
const LARGE: [Size; 3] = [
    Size { roles: 3, ..SMALL },
    Size { in_flight: 3, faults: 2, ..SMALL },
    Size { attempts: 3, faults: 2, changes: 2, ..SMALL },
];

fn check(size: Size) -> Report {
    let report =
        explore(&World::starts(Host::Faithful, size), size).unwrap_or_else(|found| panic!("{found}"));
    println!("{size:?}\n{report}");
    for &state in AssignmentState::ALL {
        assert!(
            report.in_memory.contains_key(state.as_str()),
            "never {state}: it needs a start in `World::starts`"
        );
    }
    for upshot in Upshot::EXPECTED {
        assert!(report.upshots.contains_key(&upshot), "never {upshot:?}");
    }
    let counts =
        [report.refusals, report.events, report.orders, report.settled.restored, report.settled.asked_again];
    assert!(counts.into_iter().all(|count| count > 0), "vacuous: {counts:?}");
    report
}

#[test]
fn every_state_of_a_small_world() {
    assert!(check(SMALL).states > 100_000);
}

#[test]
#[ignore = "takes minutes, in release mode"]
fn every_state_of_larger_worlds() {
    for size in LARGE {
        assert!(check(size).states > 1_000_000);
    }
}

/// The types do not enforce these parts of the contract. Each part is needed: the search finds a host that
/// breaks it.
#[test]
fn a_host_that_breaks_the_contract_is_found_out() {
    for (host, property) in [
        (Host::ActsBeforeSaving, "S2"),
        (Host::IgnoresALostSave, "S2"),
        (Host::OverwritesAnotherSave, "S2"),
        (Host::ForgetsTheAttempt, "S2"),
        (Host::AdmitsAtAnOldTime, "S1"),
        (Host::KeepsAnOldRequest, "S1"),
        (Host::EnforcesAfterTheEnd, "S1"),
        (Host::NeverExpires, "L1"),
        (Host::TakesAccessAway, "S8"),
        (Host::ReportsWithoutDoing, "L2"),
    ] {
        let found = explore(&World::starts(host, SMALL), SMALL).err();
        let found = found.unwrap_or_else(|| panic!("{host:?} was not found out"));
        println!("{host:?}: {found}");
        assert_eq!(found.property, property, "{host:?}: {found}");
    }
}
