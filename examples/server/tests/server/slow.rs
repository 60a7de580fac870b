//! Actions that are slow, hang for ever or go wrong: they hold up nobody else, and come to an end.

use std::fs;
use std::time::{Duration, Instant};

use access_package::{AssignmentState, Event, FailureReason, Fulfillment, StoredAssignment, Timestamp};
use access_package_server::development::{self, member};
use access_package_server::now;
use access_package_server::store::Store;
use sqlx::{AssertSqlSafe, Executor};
use uuid::Uuid;

use crate::support::{Place, Server, in_state, insert, poll, postgres, token};

/// What assignments give here: a group with which nothing is wrong, and one with which something is.
const GROUP: Uuid = Uuid::from_u128(1);
const ODD_GROUP: Uuid = Uuid::from_u128(0x0dd);

/// Delivered assignments that give both.
async fn insert_odd(store: &Store, end: Option<Timestamp>) -> Uuid {
    let mut stored = StoredAssignment { end, ..in_state(AssignmentState::PartiallyDelivered) };
    for (role, group) in stored.resource_roles.iter_mut().flatten().zip([GROUP, ODD_GROUP]) {
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
    // More of them than are carried out at a time.
    let (hanging, others, ending) = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let (mut hanging, mut others) = (Vec::new(), Vec::new());
        for _ in 0..20 {
            hanging.push(insert_odd(store, None).await);
            others.push(insert(store, &in_state(AssignmentState::Delivered)).await);
        }
        (hanging, others, insert_odd(store, Some(after(Duration::from_secs(4)))).await)
    });
    let concurrency = [("CONCURRENCY", "4".to_owned())];
    let server = Server::start_with(&place, &[&slow(Duration::from_hours(1))[..], &concurrency].concat());
    let manager = token("manager");
    for id in [&[ending][..], &hanging].concat() {
        assert_eq!(server.reprocess(id, &manager).status, 202);
    }
    for id in others {
        assert_eq!(server.reprocess(id, &manager).status, 202);
        assert_eq!(server.final_state(id), AssignmentState::Delivered);
    }
    // Nor its own siblings.
    for id in hanging {
        poll("the sibling is in place", || {
            (fulfillments(&place.read(id)) == [Fulfillment::Fulfilled, Fulfillment::Pending]).then_some(())
        });
    }
    // It is stored that it has ended, and not much later than it has.
    poll("expired", || (place.read(ending).state == AssignmentState::Expired).then_some(()));
    let is_its_end =
        |event: &Event| event.assignment.as_uuid() == ending && event.to == AssignmentState::Expired;
    let expired = place.events().into_iter().find(is_its_end).unwrap();
    let late = expired.at.unix_ticks() - place.read(ending).end.unwrap().unix_ticks();
    assert!((0..20_000_000).contains(&late), "{late} ticks late");
}

#[test]
fn what_hangs_for_ever_fails_at_last() {
    let place = Place::new();
    let id = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        insert_odd(store, None).await
    });
    let limits = [("ACTION_TIMEOUT_MS", "100"), ("TRIES", "2"), ("PAUSE_MS", "50")];
    let limits = limits.map(|(name, value)| (name, value.to_owned()));
    let server = Server::start_with(&place, &[&slow(Duration::from_hours(1))[..], &limits].concat());
    assert_eq!(server.reprocess(id, &token("manager")).status, 202);
    assert_eq!(server.final_state(id), AssignmentState::PartiallyDelivered);
    let stored = place.read(id);
    assert_eq!(fulfillments(&stored), [Fulfillment::Fulfilled, Fulfillment::Failed]);
    let roles = stored.resource_roles.unwrap();
    assert_eq!(roles[1].reason.as_ref().map(FailureReason::code), Some("timedOut"));
}

/// Lets the directory fail for one group.
async fn break_directory(store: &Store) {
    let sql = match postgres() {
        None => format!(
            "CREATE TRIGGER broken BEFORE INSERT ON grants WHEN NEW.resource_role LIKE '%{ODD_GROUP}%' \
             BEGIN SELECT RAISE(ABORT, 'the directory is broken'); END"
        ),
        Some(_) => format!(
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             RAISE 'the directory is broken'; END $$; \
             CREATE TRIGGER broken BEFORE INSERT ON grants FOR EACH ROW \
             WHEN (NEW.resource_role LIKE '%{ODD_GROUP}%') EXECUTE FUNCTION broken()"
        ),
    };
    store.pool.execute(AssertSqlSafe(sql)).await.unwrap();
}

async fn mend_directory(store: &Store) {
    let on = if postgres().is_some() { " ON grants" } else { "" };
    store.pool.execute(AssertSqlSafe(format!("DROP TRIGGER broken{on}"))).await.unwrap();
}

#[test]
fn an_error_is_tried_again_ever_more_slowly_and_fails_at_last() {
    let place = Place::new();
    let (id, mended) = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        break_directory(store).await;
        (insert_odd(store, None).await, insert_odd(store, None).await)
    });
    let log = place.file("directory");
    let variables = [("TRIES", "4"), ("PAUSE_MS", "200"), ("DIRECTORY_LOG", log.to_str().unwrap())];
    let variables = variables.map(|(name, value)| (name, value.to_owned()));
    let server = Server::start_with(&place, &variables);
    assert_eq!(server.reprocess(id, &token("manager")).status, 202);
    assert_eq!(server.final_state(id), AssignmentState::PartiallyDelivered);
    let roles = place.read(id).resource_roles.unwrap();
    assert_eq!(roles[0].fulfillment, Fulfillment::Fulfilled);
    let reason = roles[1].reason.as_ref().unwrap();
    assert_eq!(reason.code(), "notCarriedOut");
    assert!(reason.words().contains("the directory is broken"), "{reason:?}");

    let log = fs::read_to_string(log).unwrap();
    let begun = |group: Uuid| {
        let lines = log.lines().filter(|line| line.contains(" begin ") && line.ends_with(&group.to_string()));
        lines.map(|line| line.split(' ').next().unwrap().parse::<i64>().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(begun(GROUP).len(), 1, "what is in place is left alone");
    let pauses: Vec<_> = begun(ODD_GROUP).windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses.len(), 3, "{pauses:?}");
    for (pause, least) in pauses.iter().zip([2_000_000, 4_000_000, 8_000_000]) {
        assert!(*pause >= least, "{pauses:?}");
    }

    // What goes right in time is as if nothing had been.
    assert_eq!(server.reprocess(mended, &token("manager")).status, 202);
    poll("it went wrong once", || {
        let needle = format!("not carried out assignment={mended}");
        place.log().contains(&needle).then_some(())
    });
    place.with_store(mend_directory);
    let started = Instant::now();
    assert_eq!(server.final_state(mended), AssignmentState::Delivered);
    assert!(started.elapsed() < Duration::from_secs(20));
}
