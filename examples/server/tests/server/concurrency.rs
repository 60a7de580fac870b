//! Of simultaneous calls one is accepted.

use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use access_package::AssignmentState;
use access_package_server::development::SAMPLE;

use crate::support::{Place, Server, token};

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

/// Calls that race with the recording of outcomes: each one that is accepted is an attempt of its own.
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
