//! `kill -9` of the directory itself: what it has answered is there afterwards, exactly once.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Directory, GROUP, Place, USER, told};

const USERS: usize = 2_000;
const CALLERS: usize = 8;
const BEFORE: usize = 300;

#[test]
fn what_was_answered_outlives_the_directory() {
    let place = Place::new();
    let mut directory = Directory::seeded(&place);
    let users: Vec<_> = (0..USERS).map(|number| Uuid::from_u128(0x1_0000 + number as u128)).collect();
    directory.seed(&users.iter().map(|id| json!({ "id": id, "object": "user" })).collect());
    let (next, is_over, answered) = (AtomicUsize::new(0), AtomicBool::new(false), Mutex::new(Vec::new()));
    let call = || {
        while let Some(user) = users.get(next.fetch_add(1, Ordering::SeqCst)) {
            let path = format!("/v1.0/groups/{GROUP}/members/$ref");
            let Some(answer) = directory.try_ask("POST", &path, &crate::support::reference(*user)) else {
                break;
            };
            assert_eq!(answer.status, 204, "{}", answer.body);
            answered.lock().unwrap().push(*user);
        }
        is_over.store(true, Ordering::SeqCst);
    };
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(call);
        }
        scope.spawn(|| {
            while answered.lock().unwrap().len() < BEFORE && !is_over.load(Ordering::SeqCst) {
                thread::yield_now();
            }
            directory.signal_kill();
        });
    });
    directory.kill();
    let answered = answered.into_inner().unwrap();
    assert!((BEFORE..USERS).contains(&answered.len()), "killed at the wrong time: {}", answered.len());

    let directory = Directory::start(&place);
    let mut times = HashMap::<Uuid, usize>::new();
    for entry in directory.log() {
        assert_eq!((&entry["carriedOut"], &entry["status"]), (&json!(true), &json!(204)));
        *times.entry(serde_json::from_value(entry["principal"].clone()).unwrap()).or_default() += 1;
    }
    assert!(times.values().all(|times| *times == 1));
    assert!(answered.iter().all(|user| times.contains_key(user)), "answered but not there");
    // Exactly what was logged was granted.
    let members = directory.value(&format!("/v1.0/groups/{GROUP}/members?$top=999"));
    assert_eq!(members.len(), times.len());
    let last = answered.last().unwrap();
    assert_eq!(directory.add("members", GROUP, *last).told(), told(400, "Request_BadRequest"));
}

#[test]
fn faults_and_permissions_outlive_the_directory() {
    let place = Place::new();
    let mut directory = Directory::seeded(&place);
    directory.fault(&json!({ "count": 2, "fault": { "error": { "status": 503 } } }));
    assert_eq!(directory.add("members", GROUP, USER).status, 503);
    directory.try_ask("PUT", "/control/permissions", &json!([])).unwrap();
    directory.kill();
    let directory = Directory::start(&place);
    assert_eq!(directory.value("/control/faults")[0]["fired"], 1);
    let statuses = [(); 2].map(|()| directory.add("members", GROUP, USER).status);
    assert_eq!(statuses, [503, 403]);
    directory.try_ask("DELETE", "/control/permissions", &Value::Null).unwrap();
    assert_eq!(directory.add("members", GROUP, USER).status, 204);
}
