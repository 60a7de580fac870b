//! Connections have limits. A client that exceeds them takes nothing from others.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use access_package_server::development::SAMPLE;

use crate::odata::{assert_is, plain};
use crate::support::{DEADLINE, Place, Server, V1, poll, request, token};

const HALF_A_HEAD: &str = "GET /healthz HTTP/1.1\r\nHost: local";
const WHOLE: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn start(variables: &[(&str, &str)]) -> (Place, Server) {
    let place = Place::new();
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let server = Server::start_with(&place, &variables);
    (place, server)
}

/// A connection with this sent on it.
fn with(server: &Server, sent: &str) -> TcpStream {
    let mut stream = server.connect().unwrap();
    stream.write_all(sent.as_bytes()).unwrap();
    stream
}

/// A call whose body is yet to come.
fn without_body(server: &Server) -> TcpStream {
    let headers = format!("Authorization: Bearer {}\r\nContent-Length: 2\r\n", token("manager"));
    with(server, &request("POST", &format!("{V1}/{SAMPLE}/reprocess"), &headers))
}

/// The same, after the server has read the head: it says that it waits for the body.
fn under_way(server: &Server) -> TcpStream {
    const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
    let authorization = format!("Authorization: Bearer {}\r\n", token("manager"));
    let headers = format!("{authorization}Content-Length: 2\r\nExpect: 100-continue\r\n");
    let mut stream = with(server, &request("POST", &format!("{V1}/{SAMPLE}/reprocess"), &headers));
    let mut told = [0; CONTINUE.len()];
    stream.read_exact(&mut told).unwrap();
    assert_eq!(told, CONTINUE);
    stream
}

/// The rest of what comes. A reset counts as an end.
fn rest(mut stream: TcpStream) -> String {
    let mut rest = Vec::new();
    let ended = stream.read_to_end(&mut rest).map_err(|error| error.kind());
    assert!(matches!(ended, Ok(_) | Err(std::io::ErrorKind::ConnectionReset)), "{ended:?}");
    String::from_utf8(rest).unwrap()
}

fn is_healthy(server: &Server) {
    let asked = Instant::now();
    assert_eq!(server.send(&request("GET", "/healthz", "")).body, "ok");
    assert!(asked.elapsed() < DEADLINE, "{:?}", asked.elapsed());
}

#[test]
fn nothing_waits_for_ever() {
    let (_place, server) = start(&[("HEAD_MS", "400")]);
    for sent in ["", "G", HALF_A_HEAD, WHOLE, &format!("{WHOLE}{WHOLE}{HALF_A_HEAD}")] {
        let begun = Instant::now();
        let answers = rest(with(&server, sent)).matches("HTTP/1.1 200 OK").count();
        assert_eq!(answers, sent.matches(WHOLE).count(), "{sent}");
        let lasted = begun.elapsed();
        assert!(lasted > Duration::from_millis(300) && lasted < DEADLINE, "{sent}: {lasted:?}");
    }
    // Nor does a client that keeps sending.
    let mut stream = with(&server, HALF_A_HEAD);
    let begun = Instant::now();
    while stream.write_all(b"l").is_ok() {
        assert!(begun.elapsed() < DEADLINE);
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn heads_have_bounds() {
    let (_place, server) = start(&[]);
    let status = |headers: &str| server.send(&request("GET", "/healthz", headers)).status;
    let long = |size| format!("A: {}\r\n", "a".repeat(size));
    assert_eq!(status(&long(24 * 1024)), 200, "as large as a token may be");
    for headers in [long(33 * 1024), long(1024).repeat(40), "A: a\r\n".repeat(101)] {
        assert_eq!(status(&headers), 431, "{}", &headers[..20]);
    }
    is_healthy(&server);
}

/// Input that is not a request gets an error in the usual form.
#[test]
fn errors_of_form_have_a_body() {
    let (_place, server) = start(&[]);
    let no_request = plain("BadRequest", "request is not valid HTTP/1.1");
    let too_large = "head is larger than 32 KiB, or has more than 100 headers";
    let too_large = plain("RequestHeaderFieldsTooLarge", too_large);
    let cases = [
        ("\u{1}\u{2}\r\n\r\n".to_owned(), 400, &no_request),
        ("GET\r\n\r\n".to_owned(), 400, &no_request),
        ("GET / HTTP/1.1\r\nA b: c\r\n\r\n".to_owned(), 400, &no_request),
        (request("POST", "/", "Content-Length: x\r\n"), 400, &no_request),
        (request("POST", "/", "Content-Length: 1\r\nContent-Length: 2\r\n"), 400, &no_request),
        (request("POST", "/", "Transfer-Encoding: x\r\n"), 400, &no_request),
        (request("GET", "/", &format!("A: {}\r\n", "a".repeat(40_000))), 431, &too_large),
        (request("GET", &"/a".repeat(20_000), ""), 431, &too_large),
        (request("GET", "/", &"A: a\r\n".repeat(101)), 431, &too_large),
    ];
    for (sent, status, body) in cases {
        let answer = server.send(&sent);
        assert_eq!(answer.header("content-length"), Some(&*answer.body.len().to_string()));
        assert!(answer.header("request-id").is_some());
        assert_is(answer, status, body, &sent[..sent.len().min(60)]);
    }
}

/// For one more connection, the one that has waited longest gives way. So silent clients do not keep others
/// out.
#[test]
fn silence_keeps_nobody_out() {
    let (_place, server) = start(&[("CONNECTIONS", "8"), ("HEAD_MS", "60000")]);
    // Until its head is read, it is as silent as the others.
    let mut under_way = under_way(&server);
    let mut silent = Vec::new();
    for number in 0..60 {
        silent.push(with(&server, ["", HALF_A_HEAD, WHOLE][number % 3]));
    }
    is_healthy(&server);
    assert_eq!(server.reprocess(SAMPLE, "0").status, 401);
    // The first of the silent connections are gone, and the last are not.
    let mut last = silent.pop().unwrap();
    assert!(!rest(silent.swap_remove(0)).contains("HTTP"));
    last.write_all(request("GET", "/healthz", "").as_bytes()).unwrap();
    assert_eq!(rest(last).matches("HTTP/1.1 200 OK").count(), 2);
    // A request that is under way does not give way.
    under_way.write_all(b"{}").unwrap();
    let answer = rest(under_way);
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
}

/// Silent clients do not keep others out either when the process has no more file handles.
#[test]
fn no_file_handle_is_left() {
    let (place, server) = start(&[("HEAD_MS", "60000")]);
    let id = server.id().to_string();
    assert!(Command::new("prlimit").args(["--nofile=40:40", "--pid", &id]).status().unwrap().success());
    let silent: Vec<_> = (0..100).map(|_| with(&server, HALF_A_HEAD)).collect();
    is_healthy(&server);
    assert!(place.log().contains("connection is not accepted"), "{}", place.log());
    drop(silent);
}

/// A request beyond the limit is told so, and succeeds when it is sent again.
#[test]
fn too_many_requests() {
    let (_place, server) = start(&[("REQUESTS", "2")]);
    let busy = plain("ServiceUnavailable", "too many requests are under way: call again");
    let mut under_way = Vec::new();
    // The server reads a head some time after it was sent, and refuses a head that comes while another
    // request asks. So add one more until all that ask are refused.
    let refused = poll("there are too many", || {
        under_way.push(without_body(&server));
        let answers: Vec<_> = (0..3).map(|_| server.reprocess(SAMPLE, "0")).collect();
        answers.iter().all(|it| it.status == 503).then_some(answers)
    });
    for answer in refused {
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_is(answer, 503, &busy, "too many");
    }
    is_healthy(&server);
    // The connections that were refused are closed.
    let answers: Vec<_> = under_way
        .into_iter()
        .map(|mut stream| stream.write_all(b"{}").map_or(String::new(), |()| rest(stream)))
        .collect();
    assert!(answers.iter().any(|it| it.starts_with("HTTP/1.1 202 ")), "{answers:?}");
    assert_eq!(server.reprocess(SAMPLE, "0").status, 401);
}

/// A connection in constant use ends after an answer that says so.
#[test]
fn a_connection_ends() {
    let (_place, server) = start(&[("CONNECTION_MS", "2000")]);
    let begun = Instant::now();
    let mut stream = server.connect().unwrap();
    let mut answers = String::new();
    while begun.elapsed() < DEADLINE {
        let (mut part, sent) = ([0; 4096], stream.write_all(WHOLE.as_bytes()));
        let Some(read) = sent.and_then(|()| stream.read(&mut part)).ok().filter(|read| *read > 0) else {
            break;
        };
        answers.push_str(std::str::from_utf8(&part[..read]).unwrap());
        sleep(Duration::from_millis(50));
    }
    let lasted = begun.elapsed();
    assert!(lasted > Duration::from_millis(1900) && lasted < DEADLINE, "{lasted:?}");
    assert!(answers.matches("HTTP/1.1 200 OK").count() > 1, "{answers}");
}

/// A server that is told to end waits for what is under way, and for nothing else.
#[test]
fn the_end_waits_for_nobody_who_is_silent() {
    let (place, mut server) = start(&[("HEAD_MS", "60000")]);
    let silent = ["", "G", HALF_A_HEAD, WHOLE].map(|sent| with(&server, sent));
    let mut under_way = under_way(&server);
    let told = Instant::now();
    server.signal("-TERM");
    poll("it ends", || place.log().contains("no new requests").then_some(()));
    sleep(Duration::from_millis(1200));
    under_way.write_all(b"{}").unwrap();
    assert!(rest(under_way).starts_with("HTTP/1.1 202 "));
    assert_eq!(server.status(), Some(0));
    assert!(told.elapsed() < DEADLINE, "{:?}", told.elapsed());
    drop(silent);
}
