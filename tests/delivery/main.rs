//! An action on its way through Microsoft Graph, checked completely: the real machine, a model of the directory that
//! answers whatever a service can answer, at every time, and a host that does as it is told. Breadth first, so that what is
//! found is shown with a shortest way to it.
//!
//! - D1: every request is one that the service understands: this grant, for this target, until this end (R37).
//! - D2: nothing is sent from the end on, and nothing waits for longer (R21, R42).
//! - D3: after a write that may have been carried out there is a look before the next one (R40).
//! - D4: nothing is sent before `Retry-After` (R40).
//! - D5: it comes to an end: time does not stand still, there is no circle, and nothing is sent once patience and
//!   replication are over (R40).
//! - D6: *fulfilled* only if the target has it, or had it. Never *failed* while a write of its own, whose answer was lost,
//!   was carried out, unless the service let nobody look (R38, R39).
//! - D7: what is over stays so, and answers that nobody waits for change nothing.
//! - D8: *failed* for the reason that the service has given, at once if it is final; by what may be too early only when
//!   replication is over, and out of patience only when that is over and the service was in trouble (R41).
//! - D9: the same again leads to the same; to say nothing is to say that there was no answer.
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

/// With somebody else in between.
const EVENTFUL: Size = Size { patience: 3, replication: 2, events: 1, ends: &[], wide: false };

/// With all the ways to say the same, and slow answers.
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

/// What the machine asks of its host is needed, and the laws see it if it is not done.
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
