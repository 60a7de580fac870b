//! The life of an assignment, checked completely: every state that a small world can reach, with the
//! real crate in the middle, a host that keeps the contract, and an environment that does not
//! wish it well. Breadth first, in the manner of a model checker, so that what is found is shown
//! with a shortest way to it.
//!
//! Safety, in every state and over every step:
//! - S1: nothing is enforced from the end on, and no attempt begins (R21).
//! - S2: never two attempts at once: actions are of the present one, nothing in flight counts for the
//!   next, and while `delivering` a reprocess is refused (R15, R17).
//! - S3: a refused call changes nothing (R12).
//! - S4: the state is what is known of every resource role; `delivered`, that each is fulfilled (R16).
//! - S5: neither the order nor the repetition of receipts matters (R17).
//! - S6: an expired assignment stays so, asks for nothing and takes nothing (R21).
//! - S7: what was saved is loaded as the same, with the same actions (R22).
//! - S8: no access is taken away (R14).
//!
//! Liveness, from every state, once nothing goes wrong any more:
//! - L1: what was accepted comes to an end, in as many steps as there is work (R15, R16).
//! - L2: another reprocess restores what is missing; the next one finds nothing to do (R13, R18).
#![allow(unreachable_pub, reason = "nothing reaches into a test from outside")]

#[path = "../support/mod.rs"]
mod support;

mod evidence;
mod host;
mod laws;
mod liveness;
mod search;
mod step;
mod world;

use access_package::AssignmentState;

use host::Event;
use search::{Report, explore};
use world::{Host, Size, World};

const SMALL: Size = Size { roles: 2, in_flight: 2, attempts: 2, faults: 1, changes: 1 };

/// Each is larger in another way: more resource roles, more on its way and going wrong, more attempts.
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
    for event in Event::ALL {
        assert!(report.events.contains_key(&event), "never {event:?}");
    }
    assert!(report.refusals > 0 && report.orders > 0 && report.settled.restored > 0, "vacuous");
    report
}

#[test]
fn every_state_of_a_small_world() {
    assert!(check(SMALL).states > 100_000);
}

#[test]
#[ignore = "takes a minute, in release mode"]
fn every_state_of_larger_worlds() {
    for size in LARGE {
        assert!(check(size).states > 1_000_000);
    }
}

/// Every part of the contract is needed, and the search sees it if one is missing.
#[test]
fn a_host_that_breaks_the_contract_is_found_out() {
    for (host, property) in [
        (Host::EnforcesAfterTheEnd, "S1"),
        (Host::NeverExpires, "L1"),
        (Host::ActsBeforeSaving, "S2"),
        (Host::ForgetsTheAttempt, "S2"),
        (Host::TakesAccessAway, "S8"),
        (Host::ReportsWithoutDoing, "L2"),
    ] {
        let found = explore(&World::starts(host, SMALL), SMALL).err();
        let found = found.unwrap_or_else(|| panic!("{host:?} was not found out"));
        println!("{host:?}: {found}");
        assert_eq!(found.property, property, "{host:?}: {found}");
    }
}
