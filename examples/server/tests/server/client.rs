//! The client: what it prints, how it ends and how long it waits, with this server and with others.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use access_package::graph;
use access_package_server::development::{
    EXPIRED, FAILED_LONG_AGO, FAILED_REQUEST, HALF, HALF_REQUEST, PARTIAL, PARTIAL_REQUEST, SAMPLE,
    SAMPLE_DOCUMENT,
};
use httpdate::fmt_http_date;

use crate::support::{DEADLINE, Place, Server, Started, token};

/// Runs the client with these words and variables. Returns its exit status and its output.
fn client(words: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_client"));
    command.env_clear().envs(variables.iter().copied()).stderr(Stdio::piped()).args(words.split_whitespace());
    let mut client = Started::new(&mut command);
    (client.status(), client.said())
}

#[test]
fn the_client_follows_to_the_end() {
    let place = Place::new();
    let server = Server::start(&place, Duration::from_millis(20));
    let help_for = "  what helps: reprocess this assignment's request, if it was completed less than 14 days ago\n  what helps: request the access package again\n";
    let half = format!("accepted\npartiallyDelivered\n{help_for}");
    let failed = "refused: response is `400`, `InvalidAssignmentState`: state is `deliveryFailed`: only an assignment that is `delivered` can be reprocessed\n  because: state is `deliveryFailed`: only an assignment that is `delivered` can be reprocessed (R9, R10)\n";
    let failed = format!("{failed}{help_for}");
    let delivered = "refused: response is `400`, `InvalidAssignmentRequest`: state is `delivered`: only a request that is `partiallyDelivered` or `deliveryFailed` can be reprocessed\n  because: state is `delivered`: only a request that is `partiallyDelivered` or `deliveryFailed` can be reprocessed (R32)\n  what helps: reprocess the assignment, not its request\n";
    let expired = "refused: response is `400`, `InvalidAssignmentState`: state is `expired`: only an assignment that is `delivered` can be reprocessed\n  because: state is `expired`: only an assignment that is `delivered` can be reprocessed (R9, R10)\n  what helps: request the access package again\n";
    let reader = "refused: response is `403`, `UnAuthorized`: caller may not reprocess this assignment: no role is `Access package assignment manager` or higher\n  because: no role is `Access package assignment manager` or higher (R1, R2)\n  what helps: hold the role `Access package assignment manager` on the assignment's catalog\n";
    let cases = [
        ("v1.0", SAMPLE.to_string(), "manager", 0, "accepted\ndelivered\n"),
        ("beta", SAMPLE.to_string(), "manager", 0, "accepted\ndelivered\n"),
        ("v1.0", HALF.to_string(), "manager", 3, &half),
        ("v1.0", EXPIRED.to_string(), "manager", 1, expired),
        ("beta", SAMPLE.to_string(), "reader", 1, reader),
        ("v1.0", FAILED_LONG_AGO.to_string(), "manager", 1, &failed),
        ("v1.0", format!("--request {HALF_REQUEST} {HALF}"), "manager", 3, &half),
        ("beta", format!("--request {PARTIAL_REQUEST} {PARTIAL}"), "manager", 0, "accepted\ndelivered\n"),
        ("v1.0", format!("--request {PARTIAL_REQUEST} {PARTIAL}"), "manager", 1, delivered),
        ("v1.0", format!("--request {FAILED_REQUEST}"), "manager", 0, "accepted\n"),
    ];
    for (version, words, who, status, says) in cases {
        let variables = [("BASE_URL", &*server.base_url()), ("TOKEN", &token(who)), ("VERSION", version)];
        assert_eq!(client(&words, &variables), ended(status, says), "{words}");
    }
}

#[test]
fn what_the_client_cannot_do_it_says() {
    let sample = SAMPLE.to_string();
    // Nobody listens at this address any more.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let no_answer = format!("no answer from `http://{closed}/v1.0/identityGovernance/");
    let closed = ("BASE_URL", &*format!("http://{closed}"));
    let token = ("TOKEN", "0");
    let cases: &[(&str, &[_], &str)] = &[
        (&sample, &[], "`TOKEN` is not set"),
        ("7", &[token], "not a valid assignment id"),
        ("--request 7", &[token], "not a valid assignment request id"),
        (&format!("--request {sample} 7"), &[token], "not a valid assignment id"),
        ("", &[token], "usage: client ASSIGNMENT-ID"),
        (&sample, &[("TOKEN", "two words")], "not a bearer token"),
        (&sample, &[token, ("BASE_URL", "localhost")], "not a base URL"),
        (&sample, &[token, ("VERSION", "v2.0")], "`v2.0` is not a version"),
        (&sample, &[token, ("PATIENCE", "much")], "`PATIENCE` is not a number"),
        (&sample, &[token, closed], &no_answer),
    ];
    for (id, variables, says) in cases {
        let (status, said) = client(id, variables);
        assert!(status == Some(2) && said.starts_with(&format!("client: {says}")), "{status:?} {said}");
    }
}

/// A server that gives these answers in turn, and no answer after them. Also returns how many requests it has
/// seen.
fn stub(answers: Vec<String>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(AtomicUsize::new(0));
    let requests = Arc::clone(&seen);
    thread::spawn(move || {
        let mut answers = answers.into_iter();
        let mut waiting = Vec::new();
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            // The head of a request. There is no body.
            while stream.by_ref().lines().next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {
            }
            requests.fetch_add(1, Ordering::SeqCst);
            match answers.next() {
                Some(answer) => drop(stream.get_mut().write_all(answer.as_bytes())),
                None => waiting.push(stream),
            }
        }
    });
    (base_url, seen)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
}

fn accepted() -> String {
    answer("202 Accepted", "", "")
}

fn shown(body: &str) -> String {
    answer("200 OK", "Content-Type: application/json\r\n", body)
}

/// The document of the sample, in another state.
fn sample_in(state: &str) -> String {
    str::from_utf8(SAMPLE_DOCUMENT).unwrap().replace(r#": "delivered""#, &format!(r#": "{state}""#))
}

fn delivering() -> String {
    shown(&sample_in("delivering"))
}

fn delivered() -> String {
    shown(&sample_in("delivered"))
}

/// Calls a server that gives these answers, with so many seconds of patience.
fn impatient(answers: Vec<String>, patience: &str) -> ((Option<i32>, String), usize) {
    let (base_url, seen) = stub(answers);
    let variables = [("BASE_URL", &*base_url), ("TOKEN", "0"), ("PATIENCE", patience)];
    let ended = client(&SAMPLE.to_string(), &variables);
    (ended, seen.load(Ordering::SeqCst))
}

/// Calls a server that gives these answers. The client has to ask for each of them, and for no more.
fn against(answers: Vec<String>) -> (Option<i32>, String) {
    let count = answers.len();
    let (ended, seen) = impatient(answers, "300");
    assert_eq!(seen, count, "{ended:?}");
    ended
}

fn ended(status: i32, said: &str) -> (Option<i32>, String) {
    (Some(status), said.to_owned())
}

/// A busy server is asked again when it says so; otherwise after one second, and then after two.
#[test]
fn the_client_calls_again_when_it_is_asked_to() {
    let again =
        |status: &str, headers: &str| against(vec![answer(status, headers, ""), accepted(), delivered()]);
    let cases = [
        ("429 Too Many Requests", "", 1),
        ("429 Too Many Requests", "Retry-After: 0\r\n", 1),
        ("503 Service Unavailable", "Retry-After: 2\r\n", 2),
        ("503 Service Unavailable", "Retry-After: soon\r\n", 1),
        ("504 Gateway Timeout", "Retry-After: 18446744073709551616\r\n", 1),
        ("504 Gateway Timeout", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n", 1),
    ];
    thread::scope(|scope| {
        for (status, headers, seconds) in cases {
            scope.spawn(move || {
                let started = Instant::now();
                let code = &status[..3];
                let says = format!("answer is `{code}`: again in {seconds} s\naccepted\ndelivered\n");
                assert_eq!(again(status, headers), ended(0, &says), "{headers}");
                assert!(started.elapsed() >= Duration::from_secs(seconds), "{headers}");
            });
        }
        scope.spawn(|| {
            let date = SystemTime::now() + Duration::from_secs(4);
            let (status, said) =
                again("503 Service Unavailable", &format!("Retry-After: {}\r\n", fmt_http_date(date)));
            // The header has whole seconds.
            assert!(SystemTime::now() >= date - Duration::from_secs(1), "too early: {said}");
            assert!(status == Some(0) && said.starts_with("answer is `503`: again in "), "{said}");
        });
        scope.spawn(|| {
            let busy = || answer("429 Too Many Requests", "", "");
            let answers = vec![busy(), busy(), accepted(), delivering(), busy(), delivering(), delivered()];
            let says = "answer is `429`: again in 1 s\nanswer is `429`: again in 2 s\naccepted\nanswer is `429`: again in 1 s\ndelivered\n";
            assert_eq!(against(answers), ended(0, says));
        });
    });
}

/// The client does not wait longer than its patience, whatever the server does.
#[test]
fn the_client_does_not_wait_for_ever() {
    const TOO_LONG: &str = "client: wait is longer than `PATIENCE`: run the client again later\n";
    let started = Instant::now();
    let busy = |headers: &str| answer("503 Service Unavailable", headers, "");
    thread::scope(|scope| {
        scope.spawn(|| {
            let says = format!("answer is `503`: again in 3600 s\n{TOO_LONG}");
            assert_eq!(against(vec![busy("Retry-After: 3600\r\n")]), ended(2, &says));
        });
        scope.spawn(|| {
            let date = fmt_http_date(SystemTime::now() + Duration::from_hours(24));
            let (status, said) = against(vec![busy(&format!("Retry-After: {date}\r\n"))]);
            assert!(status == Some(2) && said.ends_with(TOO_LONG), "{said}");
        });
        scope.spawn(|| {
            let (always_busy, _) = impatient(vec![busy(""); 9], "3");
            let says = format!("answer is `503`: again in 1 s\nanswer is `503`: again in 2 s\n{TOO_LONG}");
            assert_eq!(always_busy, ended(2, &says));
        });
        scope.spawn(|| {
            let answers = [vec![accepted()], vec![delivering(); 99]].concat();
            let (always_delivering, seen) = impatient(answers, "3");
            assert_eq!(always_delivering, ended(2, &format!("accepted\n{TOO_LONG}")));
            assert!(seen < 10, "asked {seen} times in three seconds");
        });
        scope.spawn(|| {
            let ((status, said), _) = impatient(Vec::new(), "1");
            assert!(
                status == Some(2)
                    && said.starts_with("client: no answer from `http:")
                    && said.contains("timeout"),
                "{said}"
            );
        });
    });
    assert!(started.elapsed() < DEADLINE);
}

/// Answers that neither accept nor refuse in the words of this crate.
#[test]
fn the_client_bears_odd_answers() {
    let json = "Content-Type: application/json\r\n";
    let invalid = r#"{"error":{"code":"InvalidModel","message":"not valid","innerError":{"date":"2026-01-01T00:00:00"}}}"#;
    let html = "<html>Bad \u{fffd}</html>";
    let fails =
        |headers| answer("500 Internal Server Error", headers, if headers == json { invalid } else { html });
    let cases = [
        (
            answer("400 Bad Request", json, invalid),
            1,
            "refused: response is `400`, `InvalidModel`: not valid",
        ),
        (answer("404 Not Found", "", ""), 1, "refused: response is `404`"),
        (answer("403 Forbidden", json, "{}"), 1, "refused: response is `403`"),
        (fails("Content-Type: text/html\r\n"), 2, "client: response is `500`"),
        (fails(json), 2, "client: response is `500`, `InvalidModel`: not valid"),
        (answer("302 Found", "Location: /elsewhere\r\n", ""), 2, "client: response is `302`"),
        (shown("{}"), 2, "client: response is `200`"),
    ];
    for (answer, status, says) in cases {
        assert_eq!(against(vec![answer]), ended(status, &format!("{says}\n")));
    }
    let unreadable = |body: &str| (shown(body), graph::json::read(body.as_bytes()).unwrap_err().to_string());
    let told = |answer, says: &str| (answer, says.to_owned());
    let cases = [
        told(fails(""), "response is `500`"),
        told(answer("403 Forbidden", json, invalid), "response is `403`, `InvalidModel`: not valid"),
        told(accepted(), "response is `202`"),
        unreadable("[7]"),
        unreadable(r#"{"state":7}"#),
        // R11
        unreadable(&sample_in("unknownFutureValue")),
    ];
    for (answer, says) in cases {
        let says = format!("accepted\nclient: assignment cannot be read: {says}\n");
        assert_eq!(against(vec![accepted(), answer]), ended(2, &says));
    }
}
