//! The keys of tokens: a set that changes while the server runs.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use access_package_server::development::{self, SAMPLE};
use access_package_server::token::Tokens;
use serde_json::{Value, json};

use crate::odata::{assert_is, plain};
use crate::support::{Place, Server, V1, poll, request, token};
use crate::tokens::with_header;

/// Three public keys as JWK, one of them of 1024 bits, and tokens that were signed once, until the year 2100:
/// with these keys, or with another one. The private keys are gone.
const SIGNED: &str = include_str!("key-set.json");

const SHORT: &str = "1";
const LONG: &str = "3600000";

fn signed(name: &str) -> String {
    let signed: Value = serde_json::from_str(SIGNED).unwrap();
    signed["tokens"][name].as_str().unwrap().to_owned()
}

fn key(name: &str) -> Value {
    let signed: Value = serde_json::from_str(SIGNED).unwrap();
    signed["keys"][name].clone()
}

fn set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// Publishes a set of keys over HTTP: gives any answer that the test sets, and counts the requests.
struct Publisher {
    address: String,
    answer: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Publisher {
    fn new(takes: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (answer, asked) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicUsize::new(0)));
        let (answers, asks) = (Arc::clone(&answer), Arc::clone(&asked));
        // The thread ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                asks.fetch_add(1, Ordering::SeqCst);
                thread::sleep(takes);
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                assert!(lines.any(|line| line.is_empty()));
                let answer = answers.lock().unwrap().clone();
                // The client may have stopped reading.
                let _ = (&stream).write_all(answer.as_bytes());
                let _ = stream.shutdown(Shutdown::Write);
            }
        });
        Self { address, answer, asked }
    }

    fn answers(&self, status: &str, body: &str) {
        let length = body.len();
        *self.answer.lock().unwrap() =
            format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    }

    fn publishes(&self, keys: &[Value]) {
        self.answers("200 OK", &set(keys));
    }

    fn source(&self) -> (&'static str, String) {
        ("TOKEN_JWKS_URL", format!("http://{}/keys", self.address))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn seeded() -> Place {
    let place = Place::new();
    place.with_store(async |store| development::seed(store).await.unwrap());
    place
}

fn start(place: &Place, source: (&'static str, String), pause: &str, every: &str) -> Server {
    let variables = [
        source,
        ("TOKEN_JWKS_PAUSE_MS", pause.to_owned()),
        ("TOKEN_JWKS_EVERY_MS", every.to_owned()),
        ("TOKEN_AUDIENCE", "https://graph.microsoft.com".to_owned()),
        ("TOKEN_ISSUER", "https://localhost/development".to_owned()),
        // The server must not ask a proxy for keys over `http`; nobody listens there.
        ("HTTP_PROXY", "http://127.0.0.1:9".to_owned()),
        ("http_proxy", "http://127.0.0.1:9".to_owned()),
    ];
    Server::start_as("server", place, &variables)
}

/// The status of the answer to this token.
fn status(server: &Server, token: &str) -> u16 {
    server.ask("GET", &format!("{V1}/{SAMPLE}"), token).status
}

fn ready(server: &Server) -> u16 {
    server.send(&request("GET", "/readyz", "")).status
}

/// A new key is known at the first call with it. An old one is unknown once the set is without it.
#[test]
fn keys_come_and_go() {
    let place = seeded();
    let (file, publisher) = (place.file("keys.json"), Publisher::new(Duration::ZERO));
    let sources = [("TOKEN_JWKS_FILE", file.to_str().unwrap().to_owned()), publisher.source()];
    let publish = |keys: &[Value]| {
        // Rename the file, so that the server never reads half of it.
        fs::write(place.file("new.json"), set(keys)).unwrap();
        fs::rename(place.file("new.json"), &file).unwrap();
        publisher.publishes(keys);
    };
    let [a, b] = ["a", "b"].map(signed);
    for source in sources {
        publish(&[key("a")]);
        let server = start(&place, source.clone(), SHORT, LONG);
        assert_eq!((status(&server, &a), status(&server, &b), ready(&server)), (200, 401, 200));
        for (keys, new, old) in [
            (vec![key("a"), key("b")], &b, None),
            (vec![key("b")], &b, Some(&a)),
            (vec![key("a")], &a, Some(&b)),
        ] {
            publish(&keys);
            thread::sleep(Duration::from_millis(20));
            // A call with an unknown key makes the server look.
            assert_eq!(status(&server, &signed("of a key that is in no set")), 401);
            poll("it is known", || (status(&server, new) == 200).then_some(()));
            assert_eq!(old.map(|old| status(&server, old)), old.map(|_| 401), "{keys:?}");
        }
        drop(server);

        let server = start(&place, source.clone(), SHORT, LONG);
        publish(&[key("b")]);
        thread::sleep(Duration::from_millis(20));
        assert_eq!((status(&server, &b), status(&server, &a)), (200, 401), "at the first call");
        drop(server);

        // Nobody calls with another key.
        publish(&[key("a")]);
        let server = start(&place, source, SHORT, "50");
        assert_eq!(status(&server, &a), 200);
        publish(&[key("b")]);
        poll("it is withdrawn", || (status(&server, &a) == 401).then_some(()));
        publish(&[]);
        poll("all are withdrawn", || (status(&server, &b) == 503).then_some(()));
        assert_eq!(ready(&server), 503);
    }
}

/// Unknown keys cost the publisher little.
#[test]
fn looks_are_shared_and_rare() {
    let place = seeded();
    let (rarely, slow) = (Publisher::new(Duration::ZERO), Publisher::new(Duration::from_millis(300)));
    rarely.publishes(&[key("a")]);
    let server = start(&place, rarely.source(), LONG, LONG);
    rarely.publishes(&[key("a"), key("b")]);
    // No caller waits for a look that does not come: without it, nobody could say that there is no such key.
    for _ in 0..5 {
        assert_eq!((status(&server, &signed("b")), status(&server, &signed("a"))), (401, 200));
    }
    assert_eq!(rarely.asked(), 1);
    drop(server);

    slow.publishes(&[key("a")]);
    let server = start(&place, slow.source(), SHORT, LONG);
    // A token that is refused anyway does not make the server look.
    let [_, payload, signature] =
        signed("b").split('.').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
    for token in [
        signed("without a kid"),
        signed("RS512"),
        signed("to be understood"),
        token("manager"),
        with_header(&json!({ "kid": "b" })),
        format!("e30.{payload}.{signature}"),
        "a.b.c".to_owned(),
    ] {
        assert_eq!(status(&server, &token), 401, "{token}");
    }
    assert!(place.log().contains("token is refused why=it has no `kid`"), "{}", place.log());
    thread::sleep(Duration::from_millis(100));
    assert_eq!(slow.asked(), 1);
    slow.publishes(&[key("a"), key("b")]);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                poll("it is known", || match status(&server, &signed("b")) {
                    200 => Some(()),
                    // A look that takes too long is given up.
                    status => {
                        assert_eq!(status, 503);
                        None
                    }
                });
            });
        }
    });
    // One look at the start, for all callers, and one for a caller that asked while the first was under way.
    // On a busy machine, some looks are in vain.
    let in_vain = place.log().matches("keys that check tokens cannot be loaded").count();
    assert!((2..=3).contains(&(slow.asked() - in_vain)), "{}, {in_vain} in vain", slow.asked());
}

/// Made-up keys take no room from others, and no token that may be good is refused.
#[test]
fn keys_that_are_made_up_hold_up_nobody() {
    let place = seeded();
    let publisher = Publisher::new(Duration::ZERO);
    publisher.publishes(&[key("a")]);
    let server = start(&place, publisher.source(), SHORT, LONG);
    let answers = Mutex::new(Vec::new());
    // The publisher is asked, and does not answer.
    let held = publisher.answer.lock().unwrap();
    thread::scope(|scope| {
        for _ in 0..60 {
            scope.spawn(|| {
                let made_up = server.reprocess(SAMPLE, &signed("of a key that is in no set"));
                answers.lock().unwrap().push(made_up);
            });
        }
        poll("most are sent away", || (answers.lock().unwrap().len() >= 60 - 16).then_some(()));
        assert_eq!((status(&server, &signed("a")), status(&server, &signed("b"))), (200, 503));
    });
    drop(held);
    let answers = answers.into_inner().unwrap();
    assert!(answers.iter().all(|it| it.status == 503 && it.header("retry-after") == Some("1")));
    let sent_away = answers.into_iter().find(|it| it.body.contains("too many")).expect("one does not wait");
    let too_many = plain("ServiceUnavailable", "too many callers wait for keys of tokens: call again");
    assert_is(sent_away, 503, &too_many, "made up");
    publisher.publishes(&[key("a"), key("b")]);
    poll("it is known", || (status(&server, &signed("b")) == 200).then_some(()));
}

#[test]
fn a_set_that_cannot_be_had_leaves_the_last_one() {
    let place = seeded();
    let elsewhere = Publisher::new(Duration::ZERO);
    elsewhere.publishes(&[key("a")]);
    let large = json!({ "keys": [key("a")], "more": "x".repeat(256 * 1024) }).to_string();
    let redirect = format!("302 Found\r\nLocation: http://{}/keys", elsewhere.address);
    let broken: [(&str, &str, &str); 8] = [
        ("an error", "500 Internal Server Error", &set(&[key("a")])),
        ("no such thing", "404 Not Found", ""),
        ("a redirection", &redirect, ""),
        ("nothing", "200 OK", ""),
        ("no JSON", "200 OK", "<html>"),
        ("no set", "200 OK", r#"{"keys":{}}"#),
        ("no keys", "200 OK", "[]"),
        ("too large", "200 OK", &large),
    ];
    let not_yet = plain("ServiceUnavailable", "keys that check tokens are not loaded yet: call again");
    let not_ready = plain("ServiceUnavailable", "keys of tokens are not there");
    for (what, code, body) in broken {
        let publisher = Publisher::new(Duration::ZERO);
        publisher.answers(code, body);
        let server = start(&place, publisher.source(), SHORT, LONG);
        let answer = server.reprocess(SAMPLE, &signed("a"));
        assert_eq!(answer.header("retry-after"), Some("1"), "{what}");
        assert_is(answer, 503, &not_yet, what);
        assert_is(server.send(&request("GET", "/readyz", "")), 503, &not_ready, what);
        assert_eq!(server.send(&request("GET", "/healthz", "")).status, 200, "{what}");
        assert_eq!(status(&server, "none"), 401, "{what}");

        publisher.publishes(&[key("a")]);
        poll("it is ready", || (ready(&server) == 200).then_some(()));
        assert_eq!(status(&server, &signed("a")), 200, "{what}");

        publisher.answers(code, body);
        let before = publisher.asked();
        poll("it has looked", || {
            // The key may be there by now.
            let unknown = server.reprocess(SAMPLE, &signed("b"));
            assert_eq!(unknown.header("retry-after"), Some("1"), "{what}");
            assert_is(unknown, 503, &not_yet, what);
            (publisher.asked() > before + 1).then_some(())
        });
        assert_eq!(status(&server, &signed("a")), 200, "{what}");
        assert_eq!(ready(&server), 200, "{what}");
        drop(server);
        let log = place.log();
        for known in ["known=0", "known=1"] {
            let is_told =
                |line: &str| line.contains("keys that check tokens cannot be loaded") && line.contains(known);
            assert!(log.lines().any(is_told), "{what}: {log}");
        }
    }
    // The same for a file, and for an address where nobody listens.
    let missing = ("TOKEN_JWKS_FILE", place.file("missing.json").to_str().unwrap().to_owned());
    let nobody = ("TOKEN_JWKS_URL", "http://127.0.0.1:9/keys".to_owned());
    for source in [missing, nobody] {
        // Whether or not it is time to look again.
        for pause in [SHORT, LONG] {
            let server = start(&place, source.clone(), pause, SHORT);
            assert_eq!((ready(&server), status(&server, &signed("a"))), (503, 503));
        }
    }
}

/// A withdrawn key does not stay in use, even if somebody keeps the server from seeing the set.
#[test]
fn the_last_set_does_not_count_for_ever() {
    let place = seeded();
    let publisher = Publisher::new(Duration::ZERO);
    publisher.publishes(&[key("a")]);
    let server = start(&place, publisher.source(), SHORT, "1000");
    assert_eq!((ready(&server), status(&server, &signed("a"))), (200, 200));
    publisher.answers("500 Internal Server Error", "");
    poll("it is believed no longer", || (status(&server, &signed("a")) == 503).then_some(()));
    assert_eq!(ready(&server), 503);
    // The last set counted for a time: six seconds from the last good look.
    let log = place.log();
    for known in ["known=1", "known=0"] {
        let is_told =
            |line: &str| line.contains("keys that check tokens cannot be loaded") && line.contains(known);
        assert!(log.lines().any(is_told), "{log}");
    }
    publisher.publishes(&[key("a")]);
    poll("it is believed again", || (status(&server, &signed("a")) == 200).then_some(()));
    assert_eq!(ready(&server), 200);
}

/// A file that nobody writes to, like a disk that does not answer.
#[test]
fn a_file_that_does_not_come_holds_up_nobody() {
    let place = seeded();
    let file = place.file("keys.json");
    assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
    let server = start(&place, ("TOKEN_JWKS_FILE", file.to_str().unwrap().to_owned()), SHORT, LONG);
    assert_eq!((ready(&server), status(&server, &signed("a"))), (503, 503));
    assert_eq!(server.send(&request("GET", "/healthz", "")).status, 200);
}

/// A key that cannot check RS256 counts as missing.
#[test]
fn keys_for_something_else_are_passed_over() {
    let place = seeded();
    let publisher = Publisher::new(Duration::ZERO);
    let with = |name: &str, value: Value| {
        let mut key = key("a");
        key[name] = value;
        key
    };
    let mut nameless = key("a");
    nameless.as_object_mut().unwrap().remove("kid");
    let public = key("a")["n"].clone();
    let unusable = [
        with("use", json!("enc")),
        with("use", json!("SIG")),
        with("alg", json!("RS512")),
        with("alg", json!("PS256")),
        with("alg", json!("rs256")),
        with("key_ops", json!(["encrypt"])),
        with("key_ops", json!([])),
        with("kty", json!("EC")),
        with("kid", json!("A")),
        with("kid", json!(7)),
        with("n", json!("*".repeat(342))),
        with("n", json!(public.as_str().unwrap()[1..])),
        with("e", json!("")),
        nameless,
        json!({ "kty": "oct", "kid": "a", "alg": "RS256", "k": public }),
        json!({ "kty": "EC", "kid": "a", "crv": "P-256", "x": "AA", "y": "AA" }),
        json!({ "kty": "AKP", "kid": "a" }),
        json!("a"),
        json!(null),
    ];
    publisher.publishes(&unusable[..3]);
    drop(start(&place, publisher.source(), SHORT, LONG));
    assert!(place.log().contains("keys of tokens have changed usable=0"), "{}", place.log());
    publisher.publishes(&[key("b")]);
    let server = start(&place, publisher.source(), SHORT, LONG);
    for unusable in unusable {
        // Such a key does no harm to others.
        publisher.publishes(&[unusable.clone(), key("b")]);
        let before = publisher.asked();
        poll("it has looked", || {
            assert_eq!(status(&server, &signed("a")), 401, "{unusable}");
            (publisher.asked() > before + 1).then_some(())
        });
        assert_eq!((status(&server, &signed("a")), status(&server, &signed("b"))), (401, 200), "{unusable}");
    }
    for usable in [with("use", json!("sig")), with("alg", json!("RS256")), with("key_ops", json!(["verify"]))]
    {
        publisher.publishes(std::slice::from_ref(&usable));
        poll("it is known", || (status(&server, &signed("a")) == 200).then_some(()));
        publisher.publishes(&[key("b")]);
        poll("it is gone", || {
            let gone = status(&server, &signed("b")) == 200 && status(&server, &signed("a")) == 401;
            gone.then_some(())
        });
    }
}

#[test]
fn a_forged_token_is_refused() {
    let place = seeded();
    let publisher = Publisher::new(Duration::ZERO);
    publisher.publishes(&[key("a"), key("b"), key("weak")]);
    let server = start(&place, publisher.source(), SHORT, LONG);
    assert_eq!((status(&server, &signed("a")), status(&server, &signed("b"))), (200, 200));
    let forged = [
        "without a kid",
        "of a key that is in no set",
        "of another key under its kid",
        "of another key that it brings along",
        "of another key that it says where to find",
        "of b under the kid of a",
        "RS512",
        "PS256",
        "to be understood",
        "expired",
        "for somebody else",
        // Anybody who factors 1024 bits can sign anything.
        "of a weak key",
    ];
    for what in forged {
        assert_eq!(status(&server, &signed(what)), 401, "{what}");
    }
    // The public key is no secret, and must not work as one.
    for secret in [key("a").to_string(), key("a")["n"].as_str().unwrap().to_owned()] {
        let (_, claims) = development::callers().into_iter().next().unwrap();
        assert_eq!(status(&server, &Tokens::development(Some(secret)).make(&claims).unwrap()), 401);
    }
    let [a, b] = ["a", "b"].map(signed);
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let ([head, payload, signature], other) = (parts(&a).try_into().unwrap(), parts(&b));
    for token in [
        format!("{head}.{payload}."),
        format!("{head}.{payload}.{}", other[2]),
        format!("{}.{payload}.{signature}", other[0]),
        format!("{head}.{}.{signature}", parts(&signed("expired"))[1]),
    ] {
        assert_eq!(status(&server, &token), 401, "{token}");
    }
    assert_eq!((status(&server, &a), status(&server, &b)), (200, 200));
}
