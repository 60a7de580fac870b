//! Only one of several simultaneous calls is accepted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use access_package::AssignmentState;
use access_package_server::development::{self, SAMPLE};
use serde_json::json;
use uuid::Uuid;

use crate::results::rewrite;
use crate::support::{DEADLINE, Place, Server, in_state, insert, token};

const CALLS: usize = 200;

// R15
#[test]
fn of_simultaneous_calls_one_is_accepted() {
    let place = Place::new();
    // The directory does not answer before the test has ended, so the first call is still under way.
    let first = Server::start(&place, Duration::from_hours(1));
    let servers = [first, Server::start_as("server", &place, &[]), Server::start_as("server", &place, &[])];
    let (token, start, answers) = (token("manager"), Barrier::new(CALLS), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for server in servers.iter().cycle().take(CALLS) {
            let (token, start, answers) = (&token, &start, &answers);
            scope.spawn(move || {
                start.wait();
                let answer = server.reprocess(SAMPLE, token);
                answers.lock().unwrap().push(answer);
            });
        }
    });
    let answers = answers.into_inner().unwrap();
    let (accepted, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 202);
    assert_eq!((accepted.len(), refused.len()), (1, CALLS - 1));
    for answer in refused {
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert_eq!(answer.json()["error"]["details"][0]["code"], "delivering");
    }
    drop(servers);
    let stored = place.read(SAMPLE);
    assert_eq!((stored.state, stored.attempt), (AssignmentState::Delivering, 1));
}

/// Calls race with the recording of outcomes. Each accepted call is an attempt of its own.
#[test]
fn every_accepted_call_is_one_attempt() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let (token, accepted) = (token("manager"), Mutex::new(0_u32));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    match server.reprocess(SAMPLE, &token).status {
                        202 => *accepted.lock().unwrap() += 1,
                        status => assert_eq!(status, 400),
                    }
                }
            });
        }
    });
    assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
    drop(server);
    assert_eq!(place.read(SAMPLE).attempt, accepted.into_inner().unwrap());
}

/// A call while the catalog changes is judged by the old or by the new catalog. No caller is told that the
/// two disagree.
#[test]
fn a_catalog_that_changes_meanwhile_is_no_reason() {
    let place = Place::new();
    let server = Server::start_as("server", &place, &[]);
    let (token, done, started) = (token("manager"), AtomicBool::new(false), Instant::now());
    let own = in_state(AssignmentState::Expired).catalog.id.to_string();
    let ids = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let expired = in_state(AssignmentState::Expired);
        [insert(store, &expired).await, insert(store, &expired).await]
    });
    thread::scope(|scope| {
        scope.spawn(|| {
            place.with_store(async |store| {
                while !done.load(Ordering::Relaxed) && started.elapsed() < DEADLINE * 2 {
                    for catalog in [Uuid::from_u128(9).to_string(), own.clone()] {
                        for id in ids {
                            rewrite(store, id, |stored| stored["catalog"]["id"] = json!(catalog)).await;
                        }
                    }
                }
            });
        });
        let mut statuses = Vec::new();
        // Both answers have been seen, and often.
        while statuses.len() < 300
            || ![400, 403].iter().all(|it| statuses.contains(it)) && started.elapsed() < DEADLINE
        {
            let answer = server.reprocess(ids[statuses.len() % 2], &token);
            statuses.push(answer.status);
            assert!(!answer.body.contains("catalogDisagrees"), "{}", answer.body);
        }
        done.store(true, Ordering::Relaxed);
        assert!(statuses.iter().all(|it| [400, 403].contains(it)), "{statuses:?}");
    });
}
