//! From the end of the assignment on, nothing is sent.

use access_package::graph::Endpoint;
use access_package::graph::enforce::{End, Next};
use access_package::{Action, Timestamp};

use crate::{Run, SECOND, action, answer, delivery, done, error, later, now, resource_role, settings};

fn ending(endpoint: Endpoint, end: Timestamp) -> Run {
    let action = Action { end: Some(end), ..action(resource_role(endpoint)) };
    Run { delivery: delivery(endpoint, action, settings()).expect("it can be expressed"), now: now() }
}

// R21, R42: to the tick.
#[test]
fn at_the_end_nothing_is_sent_and_before_it_everything() {
    for &endpoint in Endpoint::ALL {
        for (ticks, is_sent) in [(-1, true), (0, false), (1, false), (SECOND, false)] {
            let mut run = ending(endpoint, now());
            run.now = later(now(), ticks);
            assert_eq!(matches!(run.next(), Next::Send(_)), is_sent, "{endpoint:?} {ticks}");
            if !is_sent {
                assert_eq!(run.end(), Some(End::Expired));
                // An earlier time does not undo the end.
                run.now = later(now(), -SECOND);
                assert_eq!(run.end(), Some(End::Expired));
            }
        }
    }
}

#[test]
fn it_waits_no_longer_than_the_end() {
    let end = later(now(), 3 * SECOND);
    let mut run = ending(Endpoint::GroupMembers, end);
    run.send();
    run.answer(&answer(429, ""));
    assert!(matches!(run.next(), Next::Wait(until) if until == later(now(), SECOND)));
    run.now = later(now(), SECOND);
    run.send();
    run.answer(&answer(429, ""));
    run.now = later(now(), 2 * SECOND);
    assert!(matches!(run.next(), Next::Wait(until) if until == end), "the pause would be longer");
    run.now = end;
    assert_eq!(run.end(), Some(End::Expired));
}

#[test]
fn the_end_comes_wherever_the_machine_is() {
    let end = later(now(), SECOND);
    for &endpoint in Endpoint::ALL {
        // Sent and not answered, waiting for a look, and waiting for the group.
        let mut sent = ending(endpoint, end);
        sent.send();
        let mut looking = sent.clone();
        looking.answer(&error(409, "x"));
        let mut asking = sent.clone();
        asking.answer(&error(403, "Authorization_RequestDenied"));
        for run in [&mut sent, &mut looking] {
            run.now = end;
            assert!(matches!(run.next(), Next::Done(End::Expired)), "{endpoint:?}");
            // A later answer is ignored.
            run.answer(&done(endpoint));
            assert_eq!(run.end(), Some(End::Expired), "{endpoint:?}");
        }
        asking.now = end;
        let is_of_group = matches!(endpoint, Endpoint::GroupMembers | Endpoint::GroupOwners);
        assert_eq!(asking.end() == Some(End::Expired), is_of_group, "{endpoint:?}");
    }
}

/// The write was carried out before the end, and the answer came a little later.
#[test]
fn an_answer_that_comes_late_still_counts_if_nobody_has_asked_since() {
    let end = later(now(), SECOND);
    let mut run = ending(Endpoint::GroupMembers, end);
    run.send();
    run.now = later(end, SECOND);
    run.answer(&done(Endpoint::GroupMembers));
    assert_eq!(run.end(), Some(End::Fulfilled));
}
