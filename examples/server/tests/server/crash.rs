//! `kill -9`: what was accepted is still carried out, and whatever was carried out had been saved before.

use std::collections::HashSet;
use std::io::{ErrorKind, Write};
use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use access_package::{Action, AssignmentState, StoredAssignment, Timestamp, graph};
use access_package_server::development::{self, SAMPLE, days_ago, member};
use access_package_server::executor::{Executor, GraphToken, Times};
use access_package_server::store::Store;
use uuid::Uuid;

use crate::support::{Answer, Place, REQUESTS, Server, V1, block_on, in_state, insert, poll, request, token};

const ASSIGNMENTS: usize = 1_000;
/// How many calls are accepted before the server is killed.
const BEFORE: usize = 500;
const CALLERS: usize = 8;

/// The group that each assignment gives.
const GROUP: Uuid = Uuid::from_u128(1);

#[test]
fn what_was_accepted_outlives_the_server() {
    let place = Place::new();
    let calls = place.with_store(prepare);
    let ids: Vec<_> = calls.iter().map(|(id, _)| *id).collect();
    let (application, token) = (token("application"), token("manager"));

    let slow = Server::start(&place, Duration::from_millis(250));
    let accepted = call_all(&slow, &calls, &token, |answer, before| {
        assert!(before >= BEFORE || answer.is_some(), "no answer before the server was killed");
        if before + 1 == BEFORE {
            slow.signal("-KILL");
        }
        answer.map(|answer| assert_eq!(answer.status, 202, "{}", answer.body)).is_some()
    });
    drop(slow);
    assert!((BEFORE..ASSIGNMENTS).contains(&accepted.len()), "killed too late");
    let stored = read_all(&place, &accepted);
    assert!(stored.iter().all(|stored| stored.attempt == 1), "accepted but not saved");
    let saved = read_all(&place, &ids).into_iter().filter(|stored| stored.attempt > 0);
    let saved: HashSet<_> = saved.map(|stored| stored.target.as_uuid()).collect();
    assert!(place.granted(GROUP).iter().all(|target| saved.contains(target)), "granted before it was saved");
    let unfinished = |stored: &StoredAssignment| stored.state == AssignmentState::Delivering;
    assert!(stored.iter().any(unfinished), "no action was under way, so the test shows nothing");

    let mut server = Server::start(&place, Duration::ZERO);
    let others: Vec<_> = calls.into_iter().filter(|(id, _)| !accepted.contains(id)).collect();
    let answered = call_all(&server, &others, &token, |answer, _| {
        let answer = answer.expect("an answer");
        // Some were accepted, but the answer was lost with the server.
        let known = ["delivering", "requestDelivering", "requestDelivered"];
        let is_known = || known.iter().any(|code| answer.json()["error"]["details"][0]["code"] == *code);
        assert!(answer.status == 202 || is_known(), "{}", answer.body);
        true
    });
    assert_eq!(answered.len(), others.len());
    let delivering = format!("{V1}?$filter=state%20eq%20'Delivering'");
    poll("nothing is delivering", || {
        let page = server.ask("GET", &delivering, &application).body;
        graph::json::read_list(page.as_bytes()).unwrap().items.is_empty().then_some(())
    });
    server.signal("-TERM");
    assert_eq!(server.status(), Some(0));

    for stored in read_all(&place, &ids) {
        assert_eq!(stored.state, AssignmentState::Delivered, "{}", stored.id);
        // Assignments that were accepted before have not been called for again.
        let attempts = if accepted.contains(&stored.id.as_uuid()) { 1..=1 } else { 1..=2 };
        assert!(attempts.contains(&stored.attempt), "{}", stored.id);
    }
    // Each is granted once: after the crash, the worker looks for it before it grants it.
    let granted = place.granted(GROUP);
    let distinct: HashSet<_> = granted.iter().collect();
    assert_eq!((granted.len(), distinct.len()), (ASSIGNMENTS, ASSIGNMENTS));
}

/// Calls for each assignment, several at a time, and returns the assignments for which `accepts` says yes.
/// `accepts` gets the answer, if there is one, and the number accepted before. A caller without an answer
/// stops.
fn call_all(
    server: &Server,
    calls: &[(Uuid, String)],
    token: &str,
    accepts: impl Fn(Option<Answer>, usize) -> bool + Sync,
) -> HashSet<Uuid> {
    let (next, accepted) = (AtomicUsize::new(0), Mutex::new(HashSet::new()));
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                while let Some((id, path)) = calls.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let headers = format!("Authorization: Bearer {token}\r\n");
                    let answer = server.try_send(&request("POST", path, &headers));
                    let mut accepted = accepted.lock().unwrap();
                    if !accepts(answer, accepted.len()) {
                        return;
                    }
                    accepted.insert(*id);
                }
            });
        }
    });
    accepted.into_inner().unwrap()
}

fn read_all<'i>(place: &Place, ids: impl IntoIterator<Item = &'i Uuid>) -> Vec<StoredAssignment> {
    place.with_store(async |store| {
        let mut all = Vec::new();
        for id in ids {
            all.push(store.read((*id).into(), None).await.unwrap().unwrap().0.into());
        }
        all
    })
}

/// Inserts a thousand assignments; nothing that they give is in place. Returns the paths that reprocess one
/// half of the assignments and, since the delivery of the other half has failed, the requests of that half.
async fn prepare(store: &Store) -> Vec<(Uuid, String)> {
    development::seed(store).await.unwrap();
    let [delivered, failed] = [AssignmentState::Delivered, AssignmentState::DeliveryFailed].map(in_state);
    let mut calls = Vec::new();
    for _ in 0..ASSIGNMENTS / 2 {
        let id = insert(store, &delivered).await;
        calls.push((id, format!("{V1}/{id}/reprocess")));
        let (id, request) = (insert(store, &failed).await, Uuid::new_v4());
        store.insert_request(request.into(), id.into(), "userAdd", days_ago(1)).await.unwrap();
        calls.push((id, format!("{REQUESTS}/{request}/reprocess")));
    }
    calls
}

/// The server ends by itself even if work under way does not. That work is done after the next start.
#[test]
fn the_end_is_not_waited_for_for_ever() {
    let place = Place::new();
    let mut server = Server::start(&place, Duration::from_hours(1));
    assert_eq!(server.reprocess(SAMPLE, &token("manager")).status, 202);
    // This client begins a request and does not finish it.
    let mut halfway = server.connect().unwrap();
    halfway.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
    // Give both time to be under way. If a busy machine does not, the server still ends.
    thread::sleep(Duration::from_millis(500));
    server.signal("-INT");
    server.status().expect("an end of its own");
    let server = Server::start(&place, Duration::ZERO);
    assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
}

/// R21: the worker expires an assignment that ends while it is delivering, and grants nothing from then on.
#[test]
fn nothing_is_granted_from_the_end_on() {
    let place = Place::new();
    let id = place.with_store(async |store| {
        // The stored assignment is delivering and has ended, as if the server had been down meanwhile.
        let like = in_state(AssignmentState::Delivering);
        let end = Some("2022-07-27T21:55:19.69Z".parse().unwrap());
        insert(store, &StoredAssignment { end, ..like }).await
    });
    let server = Server::start(&place, Duration::ZERO);
    // Nobody asks for it: the worker finds it by itself.
    poll("expired", || (place.read(id).state == AssignmentState::Expired).then_some(()));
    drop(server);
    let target = place.read(id).target;
    assert_eq!(place.remove_grants(target), 0);
}

/// R21: the end is checked right before each request, so an action that has ended on its way sends nothing.
#[test]
fn nothing_is_sent_too_late() {
    let action = |end| Action {
        assignment: Uuid::from_u128(1).into(),
        attempt: 1,
        target: Uuid::from_u128(2).into(),
        resource_role: member(GROUP),
        end: Some(end),
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let times = Times { patience: Duration::from_secs(1), replication: Duration::from_secs(1) };
    let executor = block_on(Executor::new(base_url, GraphToken::Fixed("token".into()), times, None)).unwrap();
    block_on(async {
        assert_eq!(executor.carry_out(action(Timestamp::MIN), true, || true).await.unwrap(), None);
        assert_eq!(executor.carry_out(action(Timestamp::MAX), true, || false).await.unwrap(), None);
    });
    assert_eq!(listener.accept().map(drop).map_err(|error| error.kind()), Err(ErrorKind::WouldBlock));
}
