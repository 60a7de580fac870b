//! Actions through a directory that lags, throttles, loses answers and is killed, by workers that are killed,
//! too.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use access_package::graph::observe::{Holders, Listing, Replication};
use access_package::graph::{BaseUrl, batch};
use access_package::{Action, AssignmentState, Observed, Outcome, ResourceRole, StoredAssignment, Timestamp};
use access_package_server::executor::{Executor, GraphToken, Times};
use access_package_server::{development, now};
use serde_json::json;
use sqlx::query_scalar;
use uuid::Uuid;

use crate::support::{Directory, GRAPH_TOKEN, Place, Server, block_on, in_state, insert, poll, token};

const ASSIGNMENTS: usize = 1_000;
/// One of so many ends while work is under way.
const ENDING: usize = 10;

/// Sets the faults, each with its probability.
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

/// A number from 0 up to, but not including, `end`, each with the same probability.
fn drawn(state: &mut u64, end: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % end
}

/// One resource role of each kind that Graph keeps.
fn each_kind() -> [ResourceRole; 7] {
    let (id, other) = ("0282e19d-bf41-435d-92a4-99bab93af305", "1c0ffee0-5a5a-4d3c-8b2a-90abcdef0123");
    [
        ("AadGroup", id, format!("Member_{id}")),
        ("AadGroup", id, format!("Owner_{id}")),
        ("AadGroup", id, format!("EligibleMember_{id}")),
        ("AadGroup", id, format!("EligibleOwner_{other}")),
        ("AadApplication", "beedadfe-01d5-4025-910b-84abb9369997", other.to_owned()),
        ("DirectoryRole", other, "Eligible".to_owned()),
        ("DirectoryRole", other, "Active".to_owned()),
    ]
    .map(|(system, resource, role)| ResourceRole::from_origin(system, resource, &role, None).unwrap())
}

// R18, R38, R39
#[test]
fn each_kind_is_granted_seen_in_its_list_and_not_granted_again() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let base_url: BaseUrl = directory.base_url.parse().unwrap();
    let times = Times { patience: Duration::from_secs(20), replication: Duration::from_secs(5) };
    let token = GraphToken::Fixed(GRAPH_TOKEN.into());
    let executor = block_on(Executor::new(base_url.clone(), token, times, None)).unwrap();
    let target = Uuid::from_u128(0xb1).into();
    let end = Timestamp::from_unix_ticks(now().unix_ticks() + 3_600 * 10_000_000);
    let action =
        |resource_role| Action { assignment: Uuid::nil().into(), attempt: 1, target, resource_role, end };
    block_on(async {
        let listings: BTreeSet<_> = each_kind().iter().filter_map(Listing::of).collect();
        for resource_role in each_kind() {
            // The second time, it is there already. After a crash, it is looked for first.
            for is_new in [true, true, false] {
                let receipt =
                    executor.carry_out(action(resource_role.clone()), is_new, || true).await.unwrap();
                assert_eq!(receipt.map(|it| it.outcome), Some(Outcome::Fulfilled), "{resource_role}");
            }
        }
        // Reads all lists in one batch, and then the next pages.
        let mut lists: Vec<_> = listings.iter().map(|it| Holders::new(*it, base_url.clone())).collect();
        while lists.iter().any(|list| list.request().is_some()) {
            let mut open: Vec<_> = lists.iter_mut().filter(|list| list.request().is_some()).collect();
            let parts: Vec<_> = open.iter().filter_map(|list| list.request()).collect();
            let answer = executor.send(batch::request(&base_url, &parts).unwrap()).await.unwrap();
            for (list, answer) in open.iter_mut().zip(batch::read(&answer, parts.len()).unwrap()) {
                list.read(&answer.unwrap(), now()).unwrap();
            }
        }
        for resource_role in each_kind() {
            let of_it = lists.iter().map(|list| list.observed(&resource_role, target, Replication::Complete));
            assert_eq!(of_it.filter(|it| *it == Observed::Present).count(), 1, "{resource_role}");
            let nobody = Uuid::from_u128(0xb2).into();
            let of_it = lists.iter().map(|list| list.observed(&resource_role, nobody, Replication::Complete));
            assert_eq!(of_it.filter(|it| *it == Observed::Absent).count(), 1, "{resource_role}");
        }
    });
    assert_eq!(place.granted_at().values().map(Vec::len).sum::<usize>(), each_kind().len());
}

// R21, R37 to R42
#[test]
fn what_was_accepted_is_carried_out_through_every_crash() {
    let place = Place::new();
    let delivered = in_state(AssignmentState::Delivered);
    let mut ids: Vec<Uuid> = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let mut ids = Vec::new();
        for _ in 0..ASSIGNMENTS {
            ids.push(insert(store, &delivered).await);
        }
        ids
    });
    let mut directory = Directory::start(&place);
    faults(&directory);
    let address = directory.address().to_owned();
    let times = [("PATIENCE_MS", "600000"), ("REPLICATION_MS", "5000"), ("LEASE_MS", "2000")];
    let times = times.map(|(name, value)| (name, value.to_owned()));
    let log = [("ACTION_LOG", place.file("actions").to_str().unwrap().to_owned())];
    let variables = [&directory.variables()[..], &times, &log].concat();
    let server = Server::start_as("server", &place, &variables);
    let mut workers = [(); 2].map(|()| Server::start_as("worker", &place, &variables));

    let manager = token("manager");
    let (mut luck, mut kills) = (7_u64, 0);
    for (number, id) in ids.iter_mut().enumerate() {
        // An assignment that ends soon, or a little later.
        if number.is_multiple_of(ENDING) {
            let soon = if number.is_multiple_of(2 * ENDING) { 3_000_000 } else { 50_000_000 };
            let end = Timestamp::from_unix_ticks(now().unix_ticks() + soon);
            let ending = StoredAssignment { end, ..delivered.clone() };
            *id = place.with_store(async |store| insert(store, &ending).await);
        }
        let answer = server.reprocess(*id, &manager);
        let has_ended = number.is_multiple_of(ENDING) && answer.status == 400;
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
    let left = "SELECT count(*) FROM assignment WHERE state = 'delivering'";
    let left =
        || place.with_store(async |store| query_scalar::<_, i64>(left).fetch_one(&store.pool).await.unwrap());
    // Wait as long as there is progress.
    let mut before = left();
    while before > 0 {
        before = poll("there is less to do", || Some(left()).filter(|left| *left < before));
    }
    println!("{ASSIGNMENTS} accepted, {kills} kills, final {:?} after the last", accepted.elapsed());
    assert!(kills >= 5, "{kills} kills are too few");

    let stored: Vec<StoredAssignment> = place.with_store(async |store| {
        let mut all = Vec::new();
        for id in &ids {
            all.push(store.read((*id).into(), None).await.unwrap().unwrap().0.into());
        }
        all
    });
    let writes = place.granted_at();
    let log = fs::read_to_string(place.file("actions")).unwrap();
    let (mut lost, mut late, mut ended) = (0, 0, [0, 0]);
    for (number, stored) in stored.iter().enumerate() {
        let granted = writes.get(&stored.target.as_uuid());
        if number.is_multiple_of(ENDING) {
            let end = stored.end.unwrap().unix_ticks();
            let is_sent = |line: &&str| line.contains(&format!(" send {} ", stored.id));
            let sent = log
                .lines()
                .filter(is_sent)
                .map(|line| line.split(' ').next().unwrap().parse::<i64>().unwrap());
            assert_eq!(sent.filter(|at| *at >= end).count(), 0, "sent at the end or after it");
            // The request was sent before the end, and took its time.
            late += granted.into_iter().flatten().filter(|at| **at >= end).count();
            ended[usize::from(granted.is_some())] += 1;
            continue;
        }
        assert_eq!(stored.state, AssignmentState::Delivered, "{:?}", stored.resource_roles);
        lost += usize::from(granted.is_none());
    }
    assert_eq!(lost, 0, "delivered but not granted");
    println!("of those that ended, {} were granted, {late} of them late, and {} never", ended[1], ended[0]);
    assert!(!ended.contains(&0), "{ended:?}");
}
