//! Of several workers, only one carries an action out, as long as its lease holds.

use std::collections::HashSet;
use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use access_package::{
    AssignmentResourceRole, AssignmentState, Fulfillment, Outcome, Recorded, Role, StoredAssignment,
    Timestamp, reprocess,
};
use access_package_server::contract;
use access_package_server::development::{self, member};
use access_package_server::now;
use access_package_server::store::Claimed;
use serde_json::json;
use sqlx::query;
use tokio::task::JoinSet;
use tokio::time::sleep;
use uuid::Uuid;

use crate::support::{Directory, Place, Server, in_state, insert, poll, postgres, token};

const LEASE: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);

/// For each line about this assignment: the process, what it did, and when, in ticks.
fn done(place: &Place, id: Uuid) -> Vec<(u32, String, i64)> {
    let log = fs::read_to_string(place.file("directory")).unwrap_or_default();
    let lines = log.lines().filter(|line| line.contains(&id.to_string()) && !line.contains(" send "));
    let fields = lines.map(|line| line.split(' ').collect::<Vec<_>>());
    fields.map(|it| (it[1].parse().unwrap(), it[2].to_owned(), it[0].parse().unwrap())).collect()
}

fn worker(place: &Place, latency: Duration) -> Server {
    let log = place.file("directory").to_str().unwrap().to_owned();
    let latency = latency.as_millis().to_string();
    Server::start_as("worker", place, &[("DIRECTORY_LATENCY_MS", latency), ("ACTION_LOG", log)])
}

#[test]
fn a_dead_workers_work_is_taken_over() {
    // Long enough to be renewed on a busy machine.
    const LEASE: Duration = Duration::from_secs(4);
    let place = Place::new();
    let id = place.with_store(async |store| insert(store, &in_state(AssignmentState::Delivering)).await);
    let lease = [("LEASE_MS", LEASE.as_millis().to_string())];
    let log = [("ACTION_LOG", place.file("directory").to_str().unwrap().to_owned())];
    let latency = [("DIRECTORY_LATENCY_MS", HOUR.as_millis().to_string())];
    let slow = Server::start_as("worker", &place, &[&lease[..], &log, &latency].concat());
    poll("it is under way", || (!done(&place, id).is_empty()).then_some(()));
    let other = Server::start_as("worker", &place, &[&lease[..], &log].concat());
    // A worker renews its lease as long as it lives.
    thread::sleep(LEASE * 2);
    assert_eq!(done(&place, id).len(), 1);
    let killed = now().unix_ticks();
    slow.signal("-KILL");
    poll("it is taken over", || (place.read(id).state == AssignmentState::Delivered).then_some(()));
    let (by, what, at) = done(&place, id)[1].clone();
    assert_eq!((by, &*what), (other.id(), "begin"));
    #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
    let leases = (at - killed) as f64 / 1e7 / LEASE.as_secs_f64();
    println!("taken over after {leases:.2} leases");
    // The last renewal was up to a third of a lease ago. After the lease, the other worker looks each second.
    assert!(leases > 0.4, "after {leases} leases");
}

/// R21: an assignment expires at its end, without a wait for the lease of a worker that is gone.
#[test]
fn what_a_dead_worker_had_expires_on_time() {
    let place = Place::new();
    let ending = |seconds: i64| {
        let end = Timestamp::from_unix_ticks(now().unix_ticks() + seconds * 10_000_000);
        place.with_store(async |store| {
            insert(store, &StoredAssignment { end, ..in_state(AssignmentState::Delivering) }).await
        })
    };
    let hour = || HOUR.as_millis().to_string();
    let log = place.file("directory").to_str().unwrap().to_owned();
    let variables = [("DIRECTORY_LATENCY_MS", hour()), ("LEASE_MS", hour()), ("ACTION_LOG", log)];
    let dead = Server::start_as("worker", &place, &variables);
    // A busy machine may not begin it before it ends.
    let begun = [3, 12, 48].into_iter().map(ending).find(|id| {
        poll("it is under way, or over", || {
            let is_begun = !done(&place, *id).is_empty();
            (is_begun || place.read(*id).state == AssignmentState::Expired).then_some(is_begun)
        })
    });
    let id = begun.expect("one is under way");
    dead.signal("-KILL");
    let _other = worker(&place, Duration::ZERO);
    poll("expired", || (place.read(id).state == AssignmentState::Expired).then_some(()));
    assert_eq!(done(&place, id).len(), 1, "no action begins at the end or after it");
}

#[test]
fn a_worker_that_was_stopped_past_its_lease_sends_and_saves_nothing() {
    let place = Place::new();
    let id = place.with_store(async |store| insert(store, &in_state(AssignmentState::Delivering)).await);
    let directory = Directory::start(&place);
    // The worker is told to come again, and is stopped while it waits.
    directory.fault(&json!({ "method": "POST", "count": 1, "fault": { "error": { "status": 503 } } }));
    let log = [("ACTION_LOG", place.file("directory").to_str().unwrap().to_owned())];
    let variables = [&directory.variables()[..], &log].concat();
    let stopped = Server::start_as("worker", &place, &variables);
    poll("it is told", || (place.writes().len() == 1).then_some(()));
    stopped.signal("-STOP");
    let other = Server::start_as("worker", &place, &variables);
    poll("it is taken over", || (place.read(id).state == AssignmentState::Delivered).then_some(()));
    let before = place.read(id);
    // A grant by the stopped worker would be visible now.
    assert_eq!(place.remove_grants(before.target), 1);
    stopped.signal("-CONT");
    let by_stopped = || {
        let done = done(&place, id).into_iter().filter(|(by, ..)| *by == stopped.id());
        done.map(|(_, what, _)| what).collect::<Vec<_>>()
    };
    // The action is broken off, or finds by itself that it is too late.
    thread::sleep(LEASE * 3);
    assert!(by_stopped().iter().all(|what| what != "end"), "{:?}", by_stopped());
    assert_eq!(place.remove_grants(before.target), 0);
    assert_eq!(place.writes().len(), 2, "one write by each worker");
    assert_eq!(place.read(id), before);
    drop(other);
}

#[test]
fn what_is_saved_under_an_old_lease_is_refused() {
    let place = Place::new();
    place.with_store(async |store| {
        let id = insert(store, &in_state(AssignmentState::Delivering)).await.into();
        let short = Duration::from_millis(50);
        let claimed = store.claim(9, HOUR).await.unwrap();
        let [old] = &claimed[..] else { panic!("{}", claimed.len()) };
        assert!(old.lease.holds() && store.claim(9, HOUR).await.unwrap().is_empty());
        assert!(store.renew(&old.lease, short).await.unwrap());
        sleep(short * 3).await;
        assert!(!old.lease.holds());
        let claimed = store.claim(9, HOUR).await.unwrap();
        let [new] = &claimed[..] else { panic!("{}", claimed.len()) };
        assert_eq!((old.tries, new.tries), (1, 2));

        let read = async || store.read(id, None).await.unwrap().unwrap();
        let (mut assignment, version) = read().await;
        let action = assignment.actions().next().unwrap();
        let receipt = action.clone().receipt(Outcome::Fulfilled);
        contract::record(store, &old.lease, &receipt).await.unwrap();
        assert!(!store.renew(&old.lease, HOUR).await.unwrap());
        store.put_off(&old.lease, Duration::ZERO).await.unwrap();
        assert!(store.claim(9, HOUR).await.unwrap().is_empty(), "no worker gives back another's lease");
        let recorded = assignment.record(&receipt, now()).unwrap();
        let Recorded::Changed(event) = recorded else { panic!("{recorded:?}") };
        let stored = StoredAssignment::from(&assignment);
        assert!(!store.save(&store.pool, &stored, version, Some(&old.lease), &event).await.unwrap());
        assert_eq!(read().await.1, version);
        assert!(!store.save(&store.pool, &stored, version + 1, Some(&new.lease), &event).await.unwrap());
        assert!(store.save(&store.pool, &stored, version, Some(&new.lease), &event).await.unwrap());
        let (mut assignment, version) = read().await;
        assert_eq!(assignment.state(), AssignmentState::Delivered);

        // A new call begins anew: no earlier lease holds, and the tries are counted from one.
        let _ = reprocess(&mut assignment, Role::CatalogOwner).unwrap();
        assert!(store.save(&store.pool, &assignment.into(), version, None, &event).await.unwrap());
        assert!(!store.renew(&new.lease, HOUR).await.unwrap());
        let claimed = store.claim(9, HOUR).await.unwrap();
        assert_eq!(claimed.iter().map(|it| it.tries).collect::<Vec<_>>(), [1]);
        store.put_off(&claimed[0].lease, Duration::ZERO).await.unwrap();
        assert!(!claimed[0].lease.holds(), "it is given back");
        assert_eq!(store.claim(9, HOUR).await.unwrap().len(), 1);
    });
}

/// R21: the worker that has carried it out sees it expire, and no worker has to look after it again.
#[test]
fn what_has_expired_under_a_lease_is_left_alone() {
    let place = Place::new();
    place.with_store(async |store| {
        let end = Timestamp::from_unix_ticks(now().unix_ticks() + 2_000_000);
        let stored = StoredAssignment { end, ..in_state(AssignmentState::Delivering) };
        let id = insert(store, &stored).await;
        let claimed = store.claim(9, HOUR).await.unwrap();
        let [Claimed { assignment, lease, .. }] = &claimed[..] else { panic!("{}", claimed.len()) };
        let receipt = assignment.actions().next().unwrap().receipt(Outcome::Fulfilled);
        sleep(Duration::from_millis(400)).await;
        contract::record(store, lease, &receipt).await.unwrap();
        let (expired, _) = store.read(id.into(), None).await.unwrap().unwrap();
        assert_eq!(expired.state(), AssignmentState::Expired);
        assert!(!store.renew(lease, Duration::ZERO).await.unwrap());
        store.put_off(lease, Duration::ZERO).await.unwrap();
        assert!(store.claim(9, HOUR).await.unwrap().is_empty());
    });
}

/// What was granted before a crash is not requested again.
#[test]
fn what_a_dead_worker_has_sent_is_looked_for() {
    let place = Place::new();
    let id = place.with_store(async |store| insert(store, &in_state(AssignmentState::Delivering)).await);
    let directory = Directory::start(&place);
    let withheld = json!({ "lost": { "how": "withheld", "carriedOut": true } });
    directory.fault(&json!({ "method": "POST", "count": 1, "fault": withheld }));
    let dead = Server::start_as("worker", &place, &directory.variables());
    poll("it is granted", || (place.writes().len() == 1).then_some(()));
    dead.signal("-KILL");
    let _other = Server::start_as("worker", &place, &directory.variables());
    poll("it is taken over", || (place.read(id).state == AssignmentState::Delivered).then_some(()));
    assert_eq!(place.writes().len(), 1);
}

/// The worker does not wait for an outcome that it may no longer record.
#[test]
fn what_is_under_way_is_broken_off_with_its_lease() {
    let place = Place::new();
    let id = place.with_store(async |store| insert(store, &in_state(AssignmentState::Delivering)).await);
    let _worker = worker(&place, HOUR);
    poll("it is under way", || (!done(&place, id).is_empty()).then_some(()));
    place.with_store(async |store| {
        let newer = "UPDATE assignment SET lease = lease + 1, due = due + 36000000000 WHERE id = $1";
        query(newer).bind(id.to_string()).execute(&store.pool).await.unwrap();
    });
    let lost = now().unix_ticks();
    let (_, what, at) = poll("it is broken off", || done(&place, id).get(1).cloned());
    assert_eq!(what, "nothing");
    // Without the lease, a request is given up only after 30 seconds.
    assert!(at - lost < 200_000_000, "after {} ticks", at - lost);
}

/// Simultaneous outcomes of several actions of one assignment are all recorded: a save that loses is
/// repeated.
#[test]
fn receipts_at_once_are_all_recorded() {
    let place = Place::new();
    place.with_store(async |store| {
        let pending =
            |number| AssignmentResourceRole::new(member(Uuid::from_u128(number)), Fulfillment::Pending);
        let stored = in_state(AssignmentState::Delivering);
        let stored = StoredAssignment { resource_roles: Some((1..=8).map(pending).collect()), ..stored };
        let id = insert(store, &stored).await;
        let mut claimed = store.claim(9, HOUR).await.unwrap();
        let Claimed { assignment, lease, .. } = claimed.remove(0);
        let lease = Arc::new(lease);
        let mut receipts = JoinSet::new();
        for action in assignment.actions() {
            let (store, lease) = (store.clone(), Arc::clone(&lease));
            receipts.spawn(async move {
                contract::record(&store, &lease, &action.receipt(Outcome::Fulfilled)).await.unwrap();
            });
        }
        assert_eq!(receipts.join_all().await.len(), 8);
        let (assignment, _) = store.read(id.into(), None).await.unwrap().unwrap();
        assert_eq!(assignment.state(), AssignmentState::Delivered);
    });
}

#[test]
fn an_assignment_is_claimed_by_one() {
    let place = Place::new();
    place.with_store(async |store| {
        let mut ids = HashSet::new();
        for _ in 0..60 {
            ids.insert(insert(store, &in_state(AssignmentState::Delivering)).await);
        }
        let mut claims = JoinSet::new();
        for _ in 0..30 {
            let store = store.clone();
            claims.spawn(async move { store.claim(3, HOUR).await.unwrap() });
        }
        let claimed: Vec<Claimed> = claims.join_all().await.into_iter().flatten().collect();
        let distinct: HashSet<_> = claimed.iter().map(|it| it.assignment.id().as_uuid()).collect();
        assert_eq!(claimed.len(), distinct.len(), "claimed twice");
        // A claim skips rows that others are just claiming, and may find no other row. The next claim finds
        // the rest.
        let rest = store.claim(60, HOUR).await.unwrap();
        assert_eq!(claimed.len() + rest.len(), ids.len());
        assert!(store.claim(60, HOUR).await.unwrap().is_empty());
    });
}

/// A worker gives its leases back at SIGTERM, even for work that is still under way.
#[test]
fn a_worker_that_ends_gives_its_leases_back() {
    let place = Place::new();
    let id = place.with_store(async |store| insert(store, &in_state(AssignmentState::Delivering)).await);
    let lease = [("LEASE_MS", "3600000".to_owned())];
    let slow = [
        ("DIRECTORY_LATENCY_MS", "3600000".to_owned()),
        ("ACTION_LOG", place.file("directory").to_str().unwrap().to_owned()),
    ];
    let mut ended = Server::start_as("worker", &place, &[&lease[..], &slow].concat());
    poll("it is under way", || (!done(&place, id).is_empty()).then_some(()));
    ended.signal("-TERM");
    assert_eq!(ended.status(), Some(0));
    let _next = Server::start_as("worker", &place, &lease);
    poll("it is done by the next", || (place.read(id).state == AssignmentState::Delivered).then_some(()));
}

/// A worker hears at once of a call that a server in another process has accepted. With SQLite, it looks for
/// it.
#[test]
fn a_worker_of_another_process_is_woken() {
    let place = Place::new();
    let ids = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let mut ids = Vec::new();
        for _ in 0..20 {
            ids.push(insert(store, &in_state(AssignmentState::Delivered)).await);
        }
        ids
    });
    let server = Server::start_as("server", &place, &[]);
    let _worker = worker(&place, Duration::ZERO);
    let mut times = Vec::new();
    for id in ids {
        let started = Instant::now();
        assert_eq!(server.reprocess(id, &token("manager")).status, 202);
        assert_eq!(server.final_state(id), AssignmentState::Delivered);
        times.push(started.elapsed());
    }
    times.sort_unstable();
    println!("from the call to its end: {:?} in the middle, {:?} at most", times[10], times[19]);
    // Each call comes right after a look, so a worker that is not woken looks a second later.
    if postgres().is_some() {
        assert!(times[0] < Duration::from_millis(500), "{times:?}");
    }
}
