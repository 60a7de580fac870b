//! Actions carried out through a directory that lags, throttles, loses answers and is killed, by workers that are killed.

use std::thread;
use std::time::{Duration, Instant};

use access_package::{AssignmentState, StoredAssignment, Timestamp};
use access_package_server::{development, now};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Directory, Place, Server, in_state, insert, poll, token};

const ASSIGNMENTS: usize = 1_000;
/// One of so many ends while the work is under way.
const ENDING: usize = 10;

/// What goes wrong, each with its chance.
fn faults(directory: &Directory) {
    let some = |chance: f64, fault| json!({ "probability": chance, "fault": fault });
    let writes = |chance: f64, fault| json!({ "method": "POST", "probability": chance, "fault": fault });
    for rule in [
        writes(1.0, json!({ "lag": { "ms": 700 } })),
        some(0.05, json!({ "error": { "status": 429, "retryAfter": { "seconds": 1 } } })),
        some(0.03, json!({ "error": { "status": 503 } })),
        writes(0.05, json!({ "lost": { "how": "dropped", "carriedOut": true } })),
        writes(0.03, json!({ "lost": { "how": "dropped", "carriedOut": false } })),
        writes(0.03, json!({ "error": { "status": 504, "carriedOut": true } })),
        writes(0.03, json!("duplicate")),
    ] {
        directory.fault(&rule);
    }
}

/// A number from 0 on, before `end`, each one as good as another.
fn drawn(state: &mut u64, end: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % end
}

// R21, R37 to R42
#[test]
fn what_was_accepted_is_carried_out_through_every_crash() {
    let place = Place::new();
    let end = Timestamp::from_unix_ticks(now().unix_ticks() + 8 * 10_000_000).unwrap();
    let ids: Vec<Uuid> = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let delivered = in_state(AssignmentState::Delivered);
        let mut ids = Vec::new();
        for number in 0..ASSIGNMENTS {
            let end = number.is_multiple_of(ENDING).then_some(end);
            ids.push(insert(store, &StoredAssignment { end, ..delivered.clone() }).await);
        }
        ids
    });
    let mut directory = Directory::start(&place);
    faults(&directory);
    let address = directory.address().to_owned();
    let times = [("PATIENCE_MS", "600000"), ("REPLICATION_MS", "5000"), ("LEASE_MS", "2000")];
    let times = times.map(|(name, value)| (name, value.to_owned()));
    let variables = [&directory.variables()[..], &times].concat();
    let server = Server::start_as("server", &place, &variables);
    let mut workers = [(); 2].map(|()| Server::start_as("worker", &place, &variables));

    let manager = token("manager");
    let (mut luck, mut kills) = (7_u64, 0);
    for (number, id) in ids.iter().enumerate() {
        let answer = server.reprocess(*id, &manager);
        // Those that end may have ended by now.
        let has_ended = number.is_multiple_of(ENDING) && now() >= end;
        assert!(answer.status == 202 || has_ended, "{}", answer.body);
        if drawn(&mut luck, 100) == 0 {
            kills += 1;
            match drawn(&mut luck, 3) {
                0 => {
                    directory.kill();
                    directory = Directory::start_with(&place, &address, &[]);
                }
                one => {
                    let worker = &mut workers[usize::try_from(one - 1).unwrap()];
                    worker.signal("-KILL");
                    *worker = Server::start_as("worker", &place, &variables);
                }
            }
        }
    }
    let accepted = Instant::now();
    let state = |id: &Uuid| place.read(*id).state;
    for id in &ids {
        poll("final", || (state(id) != AssignmentState::Delivering).then_some(()));
        thread::sleep(Duration::ZERO);
    }
    println!("{ASSIGNMENTS} accepted, {kills} kills, final {:?} after the last", accepted.elapsed());
    assert!(kills >= 5, "{kills} kills say nothing");

    let stored: Vec<StoredAssignment> = ids.iter().map(|id| place.read(*id)).collect();
    let writes = place.granted_at();
    let (mut lost, mut ended) = (0, [0, 0]);
    for (number, stored) in stored.iter().enumerate() {
        let granted = writes.get(&stored.target.as_uuid());
        if number.is_multiple_of(ENDING) {
            let late = granted.into_iter().flatten().filter(|at| **at >= end.unix_ticks()).count();
            assert_eq!(late, 0, "granted after the end");
            ended[usize::from(granted.is_some())] += 1;
            continue;
        }
        assert_eq!(stored.state, AssignmentState::Delivered, "{:?}", stored.resource_roles);
        lost += usize::from(granted.is_none());
    }
    assert_eq!(lost, 0, "delivered, and not granted");
    println!("of those that ended, {} were granted before, and {} never", ended[1], ended[0]);
    assert!(!ended.contains(&0), "{ended:?}");
}
