//! What an operator sees.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::sleep;
use std::time::Duration;

use access_package::AssignmentState;
use access_package_server::development::{EXPIRED, HALF, MANAGER, PARTIAL, PARTIAL_REQUEST, SAMPLE};
use sqlx::Executor;
use uuid::Uuid;

use crate::odata::{assert_is, plain};
use crate::results::spoil;
use crate::support::{Directory, Place, Server, V1, poll, postgres, request, token};

/// A server is ready if it would accept a call, and healthy if it answers.
#[test]
fn ready_and_healthy() {
    let place = Place::new();
    let server = Server::start_as("server", &place, &[]);
    let ask = |path: &str| server.send(&request("GET", path, ""));
    let ready = ask("/readyz");
    assert_eq!((ready.status, &*ready.body), (200, "ready"));
    assert_eq!(server.send(&request("POST", "/readyz", "")).status, 405);
    if postgres().is_none() {
        fs::remove_file(place.database()).unwrap();
        let answer = ask("/readyz");
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_is(answer, 503, &plain("ServiceUnavailable", "database is not ready"), "deleted");
        assert!(place.log().contains("not ready problem="), "{}", place.log());
        assert_eq!(ask("/healthz").body, "ok");
    }
}

/// A port on which nobody listens.
fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The value of a metric; `None` if Prometheus does not get it.
fn metric(address: &str, name: &str) -> Option<f64> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request("GET", "/metrics", "").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("text/plain; version=0.0.4"), "{answer}");
    let line = answer.lines().find_map(|line| line.strip_prefix(&format!("access_package_{name} ")));
    line.map(|number| number.parse().unwrap())
}

#[test]
fn requests_and_outcomes_are_counted() {
    let place = Place::new();
    let address = free_address();
    // The lease is so long that it does not end, however busy the machine is.
    let lease = ("LEASE_MS", "3600000".to_owned());
    let server = Server::start_with(&place, &[lease, ("METRICS_LISTEN", address.clone())]);
    let metric = |name: &str| metric(&address, name);
    assert_eq!((metric("accepted_total"), metric("leases_taken_over_total")), (Some(0.0), Some(0.0)));
    assert_eq!(metric(r#"requests_total{status="202"}"#), None);
    let manager = token("manager");
    for id in [SAMPLE, SAMPLE, HALF] {
        assert_eq!(server.reprocess(id, &manager).status, 202);
        let _ = server.final_state(id);
    }
    for status in [401, 401, 400] {
        let token = if status == 401 { "none" } else { &manager };
        assert_eq!(server.reprocess(EXPIRED, token).status, status);
    }
    for (name, expected) in [
        ("accepted_total", 3.0),
        (r#"requests_total{status="202"}"#, 3.0),
        (r#"requests_total{status="400"}"#, 1.0),
        (r#"requests_total{status="401"}"#, 2.0),
        (r#"outcomes_total{state="delivered"}"#, 2.0),
        (r#"outcomes_total{state="partiallyDelivered"}"#, 1.0),
        ("leases_taken_over_total", 0.0),
        ("work_waiting", 0.0),
        ("work_waiting_age_seconds", 0.0),
        ("rows_set_aside", 0.0),
    ] {
        // An answer may be visible before it is counted.
        poll(name, || (metric(name) == Some(expected)).then_some(()));
    }
    place.with_store(async |store| spoil(store, PARTIAL).await);
    assert_eq!(server.ask("GET", V1, &token("application")).status, 200);
    assert_eq!(metric("rows_set_aside"), Some(1.0));
    // An unknown value is not a number.
    place.with_store(async |store| {
        store.pool.execute("ALTER TABLE assignment RENAME TO gone").await.unwrap();
    });
    assert!(metric("work_waiting").unwrap().is_nan());
    // There is nothing else at this address, and the metrics are at no other.
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.write_all(request("GET", V1, "").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("`GET /metrics`"), "{answer}");
    assert_eq!(server.send(&request("GET", "/metrics", "")).status, 401);
}

#[test]
fn work_that_waits_and_leases_that_are_taken_over_are_counted() {
    let place = Place::new();
    let slow = [("DIRECTORY_LATENCY_MS", "1500".to_owned())];
    let directory = Directory::start_with(&place, "127.0.0.1:0", &slow);
    let (of_server, of_worker) = (free_address(), free_address());
    let with = |address: &String| {
        // Long enough to be renewed on a busy machine.
        let metrics = [("LEASE_MS", "6000".to_owned()), ("METRICS_LISTEN", address.clone())];
        [&directory.variables()[..], &metrics[..]].concat()
    };
    let server = Server::start_as("server", &place, &with(&of_server));
    // This read expires the assignment now, so that no worker has to.
    assert_eq!(server.state(EXPIRED), AssignmentState::Expired);
    assert_eq!(server.reprocess(SAMPLE, &token("manager")).status, 202);
    sleep(Duration::from_millis(300));
    assert_eq!(metric(&of_server, "work_waiting"), Some(1.0));
    let age = metric(&of_server, "work_waiting_age_seconds").unwrap();
    assert!((0.2..90.0).contains(&age), "{age}");
    let worker = Server::start_as("worker", &place, &with(&free_address()));
    poll("it works", || (metric(&of_server, "work_waiting") == Some(0.0)).then_some(()));
    worker.signal("-KILL");
    drop(worker);
    let _other = Server::start_as("worker", &place, &with(&of_worker));
    assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
    assert_eq!(metric(&of_worker, "leases_taken_over_total"), Some(1.0));
    assert_eq!(metric(&of_worker, r#"outcomes_total{state="delivered"}"#), Some(1.0));
    // Work that ends in order is not taken over.
    assert_eq!(server.reprocess(SAMPLE, &token("manager")).status, 202);
    assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
    assert_eq!(metric(&of_worker, "leases_taken_over_total"), Some(1.0));
    let log = place.log();
    let taken_over: Vec<_> = log.lines().filter(|line| line.contains("taken over")).collect();
    assert!(matches!(taken_over[..], [one] if one.contains(&SAMPLE.to_string())), "{taken_over:?}");
}

/// Each decision is one line of the log.
#[test]
fn decisions_are_logged() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let missing = Uuid::from_u128(404);
    let (manager, application) = (token("manager"), token("application"));
    let _ = server.reprocess(SAMPLE, &manager);
    let _ = server.final_state(SAMPLE);
    let _ = server.reprocess(SAMPLE, &manager);
    let _ = server.reprocess(EXPIRED, &manager);
    let _ = server.reprocess(SAMPLE, &token("stranger"));
    let _ = server.reprocess(missing, &application);
    let _ = server.reprocess_request(PARTIAL_REQUEST, &manager);
    let _ = server.reprocess(SAMPLE, "no token");
    let log = place.log();
    let decisions: Vec<_> = log.lines().filter_map(|line| Some(line.split_once(": decision ")?.1)).collect();
    let stranger = "11111111-0000-4000-8000-000000000003";
    let application = "11111111-0000-4000-8000-000000000004";
    let expected = [
        format!(r#"caller="{MANAGER}" asked="assignment {SAMPLE}" verdict="accepted" attempt=1"#),
        format!(r#"caller="{MANAGER}" asked="assignment {SAMPLE}" verdict="accepted" attempt=2"#),
        format!(r#"caller="{MANAGER}" asked="assignment {EXPIRED}" verdict="refused" reasons="expired""#),
        format!(
            r#"caller="{stranger}" asked="assignment {SAMPLE}" verdict="refused" reasons="insufficientRole""#
        ),
        format!(r#"caller="{application}" asked="assignment {missing}" verdict="missing""#),
        format!(r#"caller="{MANAGER}" asked="request {PARTIAL_REQUEST}" verdict="accepted" attempt=2"#),
    ];
    assert_eq!(decisions, expected);
}
