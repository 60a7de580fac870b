//! An action on its way through Microsoft Graph, checked completely: the real machine, a model of the
//! directory that gives every answer that a service can give, at every time, and a host that does what the
//! machine says. The search is breadth first, so a counterexample comes with a shortest trace.
//!
//! - D1: the service understands every request: this grant, for this target, until this end (R37).
//! - D2: from the end on nothing is sent, and no wait lasts beyond the end (R21, R42).
//! - D3: after a write that may have been carried out, the machine looks before it writes again (R40).
//! - D4: nothing is sent before `Retry-After` (R40).
//! - D5: the delivery comes to an end: time moves on, there is no cycle, and nothing is sent once patience
//!   and replication are over (R40).
//! - D6: *fulfilled* only if the target has the resource role, or had it. Never *failed* if one of the
//!   machine's own writes was carried out and its answer was lost, unless the service allowed no look (R38,
//!   R39).
//! - D7: a finished delivery stays finished, and an answer without an open request changes nothing.
//! - D8: *failed* for the reason that the service gave: at once if it is final, and when replication is over
//!   if it may only be too early. Out of patience only when patience is over and the service was in trouble
//!   (R41).
//! - D9: the same calls have the same results. To report nothing is to report that there was no answer.
#![cfg(feature = "http")]
#![allow(unreachable_pub, reason = "nothing reaches into a test from outside")]

mod kind;
mod laws;
mod reply;
mod search;
mod step;
mod world;

use kind::Kind;
use search::{Report, explore};
use world::{Host, Size, World};

const SMALL: Size = Size { patience: 5, replication: 3, events: 0, ends: &[2], wide: false };

/// With somebody else who changes the grant in between.
const EVENTFUL: Size = Size { patience: 3, replication: 2, events: 1, ends: &[], wide: false };

/// With every way to say the same thing, and slow answers.
const WIDE: Size = Size { patience: 5, replication: 3, events: 0, ends: &[1, 4], wide: true };

fn check(kind: Kind, size: Size) -> Report {
    let starts = World::starts(kind, Host::Faithful, size);
    let report = explore(&starts).unwrap_or_else(|found| panic!("{found}"));
    println!("{kind:?}: {report}");
    report
}

#[test]
fn every_way_of_a_small_world() {
    std::thread::scope(|scope| {
        scope.spawn(|| assert!(check(Kind::Members, EVENTFUL).states > 20_000));
        for kind in Kind::ALL {
            scope.spawn(move || assert!(check(kind, SMALL).states > 5_000));
        }
    });
}

#[test]
#[ignore = "takes minutes, in release mode"]
fn every_way_of_larger_worlds() {
    std::thread::scope(|scope| {
        for kind in Kind::ALL {
            scope.spawn(move || assert!(check(kind, WIDE).states > 50_000));
        }
    });
    assert!(check(Kind::Members, Size { events: 1, ..WIDE }).states > 1_000_000);
}

/// What the machine demands of its host is needed: the laws find a host that does not do it.
#[test]
fn a_host_that_does_otherwise_is_found_out() {
    for (host, law) in [
        (Host::HasASlowClock, "D2"),
        (Host::DoesNotWait, "D4"),
        (Host::DropsRetryAfter, "D4"),
        (Host::HidesALostAnswer, "D3"),
        (Host::ForgetsToLookAfterACrash, "D3"),
        (Host::TakesABadRequestForDone, "D6"),
    ] {
        let found = explore(&World::starts(Kind::AppRoles, host, Size { ends: &[2], ..EVENTFUL })).err();
        let found = found.unwrap_or_else(|| panic!("{host:?} was not found out"));
        println!("{host:?}: {} steps; {found}", found.steps.len());
        assert_eq!(found.law, law, "{host:?}: {found}");
    }
}
