//! Actions that are slow, hang for ever or fail: they do not hold up others, and they come to an end.

use std::fs;
use std::time::Duration;

use access_package::{AssignmentState, Event, FailureReason, Fulfillment, StoredAssignment, Timestamp};
use access_package_server::development::{self, member};
use access_package_server::now;
use access_package_server::store::Store;
use serde_json::json;
use sqlx::{query, query_scalar};
use uuid::Uuid;

use crate::support::{Place, Server, in_state, insert, poll, token};

/// The groups that assignments give here: an ordinary one, and one with a fault.
const GROUP: Uuid = Uuid::from_u128(1);
const ODD_GROUP: Uuid = Uuid::from_u128(0x0dd);

/// Inserts a delivered assignment that gives both groups.
async fn insert_odd(store: &Store, end: Option<Timestamp>) -> Uuid {
    insert_with(store, ODD_GROUP, end).await
}

async fn insert_with(store: &Store, odd: Uuid, end: Option<Timestamp>) -> Uuid {
    let mut stored = StoredAssignment { end, ..in_state(AssignmentState::PartiallyDelivered) };
    for (role, group) in stored.resource_roles.iter_mut().flatten().zip([GROUP, odd]) {
        role.resource_role = member(group);
        role.fulfillment = Fulfillment::Fulfilled;
    }
    stored.state = AssignmentState::Delivered;
    insert(store, &stored).await
}

fn fulfillments(stored: &StoredAssignment) -> Vec<Fulfillment> {
    stored.resource_roles.iter().flatten().map(|role| role.fulfillment).collect()
}

fn slow(time: Duration) -> [(&'static str, String); 2] {
    [("DIRECTORY_SLOW_RESOURCE", ODD_GROUP.to_string()), ("DIRECTORY_SLOW_MS", time.as_millis().to_string())]
}

fn after(time: Duration) -> Timestamp {
    let ticks = i64::try_from(time.as_nanos() / 100).unwrap();
    Timestamp::from_unix_ticks(now().unix_ticks() + ticks).unwrap()
}

// R21
#[test]
fn what_hangs_for_ever_holds_up_nobody() {
    let place = Place::new();
    // There are more of them than actions that run at a time.
    let (hanging, others) = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let (mut hanging, mut others) = (Vec::new(), Vec::new());
        for _ in 0..20 {
            hanging.push(insert_odd(store, None).await);
            others.push(insert(store, &in_state(AssignmentState::Delivered)).await);
        }
        (hanging, others)
    });
    let concurrency = [("CONCURRENCY", "4".to_owned())];
    let server = Server::start_with(&place, &[&slow(Duration::from_hours(1))[..], &concurrency].concat());
    let manager = token("manager");
    // A busy machine may not call before the assignment ends.
    let ending = [4, 16, 64].into_iter().find_map(|seconds| {
        let end = after(Duration::from_secs(seconds));
        let id = place.with_store(async |store| insert_odd(store, Some(end)).await);
        (server.reprocess(id, &manager).status == 202).then_some(id)
    });
    let ending = ending.expect("one is accepted");
    for id in &hanging {
        assert_eq!(server.reprocess(*id, &manager).status, 202);
    }
    for id in others {
        assert_eq!(server.reprocess(id, &manager).status, 202);
        assert_eq!(server.final_state(id), AssignmentState::Delivered);
    }
    // Nor do they hold up the other action of the same assignment.
    for id in hanging {
        poll("the sibling is in place", || {
            (fulfillments(&place.read(id)) == [Fulfillment::Fulfilled, Fulfillment::Pending]).then_some(())
        });
    }
    // The end is stored, and not much later than it comes.
    poll("expired", || (place.read(ending).state == AssignmentState::Expired).then_some(()));
    let is_its_end =
        |event: &Event| event.assignment.as_uuid() == ending && event.to == AssignmentState::Expired;
    let expired = place.events().into_iter().find(is_its_end).unwrap();
    let late = expired.at.unix_ticks() - place.read(ending).end.unwrap().unix_ticks();
    assert!((0..100_000_000).contains(&late), "{late} ticks late");
}

#[test]
fn what_hangs_for_ever_fails_at_last() {
    let place = Place::new();
    let id = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        insert_odd(store, None).await
    });
    let log = place.file("actions");
    let limits = [
        ("ACTION_TIMEOUT_MS", "100"),
        ("TRIES", "3"),
        ("PAUSE_MS", "1500"),
        ("ACTION_LOG", log.to_str().unwrap()),
    ];
    let limits = limits.map(|(name, value)| (name, value.to_owned()));
    let server = Server::start_with(&place, &[&slow(Duration::from_hours(1))[..], &limits].concat());
    assert_eq!(server.reprocess(id, &token("manager")).status, 202);
    assert_eq!(server.final_state(id), AssignmentState::PartiallyDelivered);
    let stored = place.read(id);
    assert_eq!(fulfillments(&stored), [Fulfillment::Fulfilled, Fulfillment::Failed]);
    let roles = stored.resource_roles.unwrap();
    assert_eq!(roles[1].reason.as_ref().map(FailureReason::code), Some("timedOut"));
    // The action is tried as often as configured, with growing pauses.
    let log = fs::read_to_string(log).unwrap();
    let begun = log.lines().filter(|line| line.contains(" begin ") && line.contains(&ODD_GROUP.to_string()));
    let begun: Vec<i64> = begun.map(|line| line.split_once(' ').unwrap().0.parse().unwrap()).collect();
    let [first, second, third] = begun[..] else { panic!("{log}") };
    assert!(second - first >= 16_000_000 && third - second >= 31_000_000, "{log}");
}

/// The directory answers so many times that it is busy, for one group.
fn busy(place: &Place, group: Uuid, times: u32) {
    let rule = json!({
        "resource": group, "method": "POST", "count": times, "fault": { "error": { "status": 503 } },
    });
    place.with_directory(async |pool| {
        query("INSERT INTO fault (rule) VALUES (?)").bind(rule.to_string()).execute(pool).await.unwrap();
    });
}

#[test]
fn an_error_is_tried_again_ever_more_slowly_and_fails_at_last() {
    let place = Place::new();
    let id = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        insert_odd(store, None).await
    });
    // The directory creates its database when it starts.
    drop(Server::start(&place, Duration::ZERO));
    let other = Uuid::from_u128(0x0ddd);
    busy(&place, ODD_GROUP, 100);
    busy(&place, other, 2);
    let patience = [("PATIENCE_MS", "15000".to_owned())];
    let server = Server::start_with(&place, &patience);
    assert_eq!(server.reprocess(id, &token("manager")).status, 202);
    assert_eq!(server.final_state(id), AssignmentState::PartiallyDelivered);
    let roles = place.read(id).resource_roles.unwrap();
    assert_eq!(roles[0].fulfillment, Fulfillment::Fulfilled);
    let reason = roles[1].reason.as_ref().unwrap();
    assert_eq!(reason.code(), "timedOut");
    assert!(reason.words().contains("`503`"), "{reason:?}");

    assert_eq!(place.granted(GROUP).len(), 1, "what is in place is left alone");
    let asked: Vec<i64> = place.with_directory(async |pool| {
        let sql = "SELECT at_ticks FROM log WHERE resource = ? ORDER BY number";
        query_scalar(sql).bind(ODD_GROUP.to_string()).fetch_all(pool).await.unwrap()
    });
    let pauses: Vec<_> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses.len() >= 2, "{pauses:?}");
    // The jitter shortens a pause by half at most. The last pause ends with the patience.
    for (pause, least) in pauses.iter().zip([5_000_000, 10_000_000]) {
        assert!(*pause >= least, "{pauses:?}");
    }

    // An action that succeeds in time leaves no trace of its failures.
    let mended = place.with_store(async |store| insert_with(store, other, None).await);
    assert_eq!(server.reprocess(mended, &token("manager")).status, 202);
    assert_eq!(server.final_state(mended), AssignmentState::Delivered);
}
