//! Pauses, and how long the delivery continues.

use core::time::Duration;

use access_package::Timestamp;
use access_package::graph::Endpoint;
use access_package::graph::enforce::{End, FailureCause, Next, Settings};

use crate::{Run, SECOND, answer, done, error, later, not_seen, now, seconds, settings, with_headers};

const MEMBERS: Endpoint = Endpoint::GroupMembers;

/// The pauses in seconds while the service is busy, and the time at which the delivery gave up.
fn pauses(settings: Settings) -> (Vec<i64>, Timestamp) {
    let mut run = Run::with(MEMBERS, settings);
    run.send();
    let mut pauses = vec![];
    loop {
        run.answer(&answer(429, ""));
        if let Some(cause) = run.cause() {
            assert_eq!(cause, FailureCause::TimedOut);
            return (pauses, run.now);
        }
        pauses.push(run.wait().0);
    }
}

// R40
#[test]
fn pauses_grow_up_to_a_bound_and_end_with_patience() {
    let (pauses, end) = pauses(settings());
    let growing = [1, 2, 4, 8, 16, 32, 64, 128, 256];
    assert_eq!(pauses[..9], growing);
    assert_eq!(pauses[9..19], [300; 10]);
    assert_eq!(pauses[19..], [89], "a last try when the hour is over");
    assert_eq!(seconds(now(), end), 3_600);
}

#[test]
fn pauses_never_overflow() {
    let (pauses, end) = pauses(Settings { patience: Duration::from_secs(300 * 5_000), ..settings() });
    assert!(pauses.len() > 5_000 - 10 && pauses[9..pauses.len() - 1].iter().all(|pause| *pause == 300));
    assert_eq!(seconds(now(), end), 300 * 5_000);
}

#[test]
fn patience_is_counted_from_the_first_request_to_the_tick() {
    for (ticks, waits) in [
        (0, None),
        (1, Some(1)),
        (SECOND - 1, Some(SECOND - 1)),
        (SECOND, Some(SECOND)),
        (SECOND + 1, Some(SECOND)),
    ] {
        let patience = Duration::from_nanos(u64::try_from(ticks).unwrap() * 100);
        let mut run = Run::with(MEMBERS, Settings { patience, ..settings() });
        // Time before the first request does not count.
        run.now = later(run.now, 7 * SECOND);
        run.send();
        let sent = run.now;
        run.answer(&answer(429, ""));
        let Some(waits) = waits else {
            assert_eq!(run.cause(), Some(FailureCause::TimedOut));
            continue;
        };
        assert!(matches!(run.next(), Next::Wait(until) if until == later(sent, waits)), "{ticks}");
        run.wait();
        run.answer(&answer(429, ""));
        let is_over = ticks <= SECOND;
        assert_eq!(run.cause(), is_over.then_some(FailureCause::TimedOut), "{ticks}");
    }
}

// R39, R41
#[test]
fn replication_is_counted_from_the_first_sign_to_the_tick() {
    for (ticks, is_over) in [(3 * SECOND - 1, true), (3 * SECOND, true), (3 * SECOND + 1, false)] {
        let replication = Duration::from_nanos(u64::try_from(ticks).unwrap() * 100);
        let mut run = Run::with(MEMBERS, Settings { replication, ..settings() });
        run.send();
        // A pause for another reason does not begin it, but makes later pauses longer.
        run.answer(&answer(404, ""));
        assert_eq!(run.wait().0, 1);
        run.answer(&answer(404, ""));
        let until = later(now(), ticks.min(3 * SECOND));
        assert!(matches!(run.next(), Next::Wait(at) if at == until), "no further than replication: {ticks}");
        run.wait();
        run.answer(&answer(404, ""));
        assert_eq!(run.cause(), is_over.then_some(FailureCause::NotFound), "{ticks}");
    }
    let mut run = Run::with(MEMBERS, Settings { replication: Duration::from_secs(2), ..settings() });
    run.send();
    run.answer(&answer(429, ""));
    run.wait();
    run.answer(&answer(404, ""));
    assert_eq!(run.wait().0, 2, "it begins with the 404");
    run.answer(&done(MEMBERS));
    assert_eq!(run.end(), Some(End::Fulfilled));
}

/// The pause after the first write, before the next one.
fn pause_after(status: u16, retry_after: &[&str]) -> Option<i64> {
    let headers: Vec<_> = retry_after.iter().map(|it| ("Retry-After", *it)).collect();
    let mut run = Run::written(MEMBERS, &with_headers(status, &headers, ""));
    match run.next() {
        Next::Wait(until) => Some(seconds(now(), until)),
        Next::Done(End::Failed(failure)) => {
            assert_eq!((failure.cause, failure.status), (FailureCause::TimedOut, Some(status)));
            None
        }
        other => panic!("{other:?}"),
    }
}

// R40
#[test]
fn retry_after_is_kept_in_seconds_and_as_a_date() {
    for status in [429, 503, 423, 409, 401, 404, 500, 504] {
        assert_eq!(pause_after(status, &["7"]), Some(7), "{status}");
        assert_eq!(pause_after(status, &["Sat, 28 Nov 2026 12:02:00 GMT"]), Some(120), "{status}");
        // A `409` is followed by a look at once.
        if status != 409 {
            assert_eq!(pause_after(status, &[]), Some(1), "{status}");
        }
    }
    // Now, in the past, or unreadable: the pause is our own.
    for says_nothing in
        ["0", "Sat, 28 Nov 2026 12:00:00 GMT", "Sat, 28 Nov 2026 11:00:00 GMT", "soon", "-1", ""]
    {
        assert_eq!(pause_after(429, &[says_nothing]), Some(1), "{says_nothing}");
    }
    assert_eq!(pause_after(429, &["3600"]), Some(3_600));
    for too_long in ["3601", "86400", "18446744073709551615", "31 Dec 9000 23:59:59 GMT"] {
        assert_eq!(pause_after(429, &[too_long]), None, "{too_long}");
    }
    // If it leads beyond replication, the next try is the last one for *too early*.
    for after in ["300", "301", "3600"] {
        let mut run = Run::written(MEMBERS, &with_headers(404, &[("retry-after", after)], ""));
        assert_eq!(run.wait().0.to_string(), after);
        run.answer(&answer(404, ""));
        assert_eq!(run.cause(), Some(FailureCause::NotFound));
    }
}

#[test]
fn a_service_that_always_says_at_once_is_not_called_without_a_pause() {
    let mut run = Run::of(MEMBERS);
    let mut requests = 0;
    while run.request().is_some() {
        requests += 1;
        run.answer(&with_headers(429, &[("retry-after", "0")], ""));
    }
    assert_eq!(requests, 21);
}

#[test]
fn looks_are_paused_as_the_service_says_too() {
    let mut run = Run::written(MEMBERS, &error(400, "Request_BadRequest"));
    run.send();
    run.answer(&with_headers(429, &[("retry-after", "11")], ""));
    assert_eq!(run.wait().0, 11);
    run.answer(&with_headers(500, &[("retry-after", "13")], ""));
    assert_eq!(run.wait().0, 13);
    run.answer(&with_headers(401, &[("retry-after", "5")], ""));
    assert_eq!(run.wait().0, 5);
    // An answered look does not cause a pause.
    let mut answered = run.clone();
    answered.answer(&not_seen(MEMBERS));
    assert_eq!(answered.wait().0, 8);
    // Unless the answer asks for one.
    run.answer(&with_headers(404, &[("retry-after", "9")], ""));
    assert_eq!(run.wait().0, 9);
}

#[test]
fn the_next_page_the_write_after_a_look_and_the_question_why_wait_as_the_service_says() {
    let page = format!(r#"{{"value":[],"@odata.nextLink":"{}/next"}}"#, crate::V1);
    let mut run = Run::of(Endpoint::AppRoles);
    run.delivery = run.delivery.looking_first();
    run.send();
    run.answer(&with_headers(200, &[("retry-after", "5")], &page));
    let (waited, request) = run.wait();
    assert_eq!((waited, request.uri().path()), (5, "/v1.0/next"));
    run.answer(&with_headers(200, &[("retry-after", "6")], r#"{"value":[]}"#));
    let (waited, request) = run.wait();
    assert_eq!((waited, request.method().as_str()), (6, "POST"));

    let body = r#"{"error":{"code":"Authorization_RequestDenied"}}"#;
    let mut run = Run::written(MEMBERS, &with_headers(403, &[("retry-after", "7")], body));
    let (waited, request) = run.wait();
    assert_eq!((waited, request.method().as_str()), (7, "GET"));
    // If patience does not last that long, the delivery fails for the reason that was given.
    let run = Run::written(MEMBERS, &with_headers(403, &[("retry-after", "3601")], body));
    assert_eq!(run.cause(), Some(FailureCause::NotAllowed));
}

// R40: the request of an earlier answer no longer applies when there is no answer.
#[test]
fn no_answer_asks_for_nothing() {
    let mut run = Run::written(MEMBERS, &with_headers(429, &[("retry-after", "50")], ""));
    assert_eq!(run.wait().0, 50);
    run.now = later(run.now, -45 * SECOND);
    run.unanswered();
    assert_eq!(run.wait().0, 2);
}

#[test]
fn jitter_shortens_a_pause_by_up_to_a_half_and_never_more() {
    let first = |jitter| {
        let mut run = Run::with(MEMBERS, Settings { jitter, ..settings() });
        run.send();
        run.answer(&answer(429, ""));
        match run.next() {
            Next::Wait(until) => until.unix_ticks() - now().unix_ticks(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        (first(0), first(1), first(500), first(1_000)),
        (SECOND, SECOND - 5_000, SECOND * 3 / 4, SECOND / 2)
    );
    assert_eq!((first(1_001), first(1_002)), (SECOND, SECOND - 5_000));
    for jitter in [2, 999, 12_345, u32::MAX] {
        assert!((SECOND / 2..=SECOND).contains(&first(jitter)), "{jitter}");
    }
    let (all, _) = pauses(Settings { jitter: 1_000, ..settings() });
    assert_eq!(all[..9], [0, 1, 2, 4, 8, 16, 32, 64, 128]);
    assert!(all[9..all.len() - 1].iter().all(|pause| *pause == 150));
}

#[test]
fn the_settings_have_bounds_that_are_written_down() {
    let settings = settings();
    assert_eq!(
        (settings.patience, settings.replication),
        (Duration::from_secs(3_600), Duration::from_secs(300))
    );
    assert_eq!(settings.jitter, 0);
}

#[test]
fn the_last_instants_do_not_overflow() {
    let mut run =
        Run::with(MEMBERS, Settings { patience: Duration::MAX, replication: Duration::MAX, ..settings() });
    run.now = later(Timestamp::MAX, -2);
    for response in [answer(429, ""), answer(500, "")] {
        run.send();
        run.answer(&response);
        run.now = Timestamp::MAX;
    }
    // The last look, and then it is over.
    assert_eq!(run.send().method(), "GET");
    run.answer(&not_seen(MEMBERS));
    assert_eq!(run.cause(), Some(FailureCause::TimedOut));
    let mut run = Run::of(MEMBERS);
    run.now = Timestamp::MAX;
    run.send();
    run.answer(&answer(404, ""));
    assert_eq!(run.cause(), Some(FailureCause::NotFound));
}
