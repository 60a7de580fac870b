//! The requests of real clients, and requests that are wrong or go elsewhere.

use std::io::{Read, Write};
use std::time::Duration;

use access_package::AssignmentState;
use access_package::graph::http::Rejection;
use access_package_server::development::SAMPLE;
use uuid::Uuid;

use crate::odata::{assert_is, plain, rejected};
use crate::support::{BETA, DEADLINE, Place, Server, V1, request, token};

// R24, R28, R30
#[test]
fn what_is_not_there() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let (application, missing) = (token("application"), Uuid::from_u128(404));
    let not_allowed = |allowed| Rejection::MethodNotAllowed { allowed };
    let [not_found, invalid, post_only, get_only] =
        [Rejection::NotFound, Rejection::InvalidId, not_allowed("POST"), not_allowed("GET")].map(rejected);
    let no_route = plain("ResourceNotFound", "no such route");
    let count = plain("InvalidRequest", "`$count` is not supported");
    for collection in [V1, BETA] {
        let cases = [
            ("POST", format!("/{missing}/reprocess"), 404, &not_found),
            ("POST", format!("('{missing}')/microsoft.graph.reprocess"), 404, &not_found),
            ("GET", format!("/{missing}"), 404, &not_found),
            ("GET", format!("('{missing}')"), 404, &not_found),
            ("POST", "/7/reprocess".into(), 400, &invalid),
            ("POST", format!("/{}/reprocess", missing.simple()), 400, &invalid),
            ("GET", "/7".into(), 400, &invalid),
            ("GET", format!("/{missing}/reprocess"), 405, &post_only),
            ("PUT", format!("/{missing}/reprocess"), 405, &post_only),
            ("POST", format!("/{missing}"), 405, &get_only),
            ("POST", String::new(), 405, &get_only),
            ("GET", format!("/{missing}/target"), 404, &no_route),
            ("POST", format!("/{missing}/reprocess/again"), 404, &no_route),
            ("GET", "/$count".into(), 400, &count),
            ("GET", "/%24count".into(), 400, &count),
            ("GET", "/$count/target".into(), 404, &no_route),
        ];
        for (method, rest, status, body) in cases {
            let path = format!("{collection}{rest}");
            assert_is(server.ask(method, &path, &application), status, body, &format!("{method} {path}"));
        }
        let path = format!("{collection}/{missing}/reprocess");
        assert_eq!(server.ask("GET", &path, &application).header("allow"), Some("POST"));
        let path = format!("{collection}/{missing}");
        assert_eq!(server.ask("POST", &path, &application).header("allow"), Some("GET"));
    }
}

// R24, R26, R27: the requests that real clients send, and what they cannot bear in an answer.
#[test]
fn every_form_of_the_call_is_taken() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let authorization = format!("Authorization: Bearer {}\r\n", token("manager"));
    let v1_old = V1.replace("assignments", "accessPackageAssignments");
    let doubled = V1.replace("/v1.0/", "/v1.0//");
    let paths = [
        format!("{V1}/{SAMPLE}/reprocess"),
        format!("{BETA}/{SAMPLE}/reprocess"),
        format!("{v1_old}/{SAMPLE}/reprocess"),
        format!("{doubled}/{SAMPLE}/reprocess"),
        format!("{V1}('{SAMPLE}')/reprocess"),
        format!("{V1}(%27{SAMPLE}%27)/microsoft.graph.reprocess"),
        format!("{}/{}/REPROCESS", V1.to_uppercase(), SAMPLE.to_string().to_uppercase()),
        format!("{V1}/{SAMPLE}/reprocess?api-version=1"),
    ];
    let bodies = [
        "\r\n",
        "Content-Length: 0\r\n\r\n",
        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        "Content-Type: application/json\r\nContent-Length: 4\r\n\r\nnull",
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "Accept: application/xml\r\n\r\n",
        "Accept: */*;q=0\r\n\r\n",
    ];
    let with_first_path = bodies.iter().map(|body| (&paths[0], *body));
    let with_first_body = paths.iter().map(|path| (path, bodies[0]));
    for (path, body) in with_first_path.chain(with_first_body) {
        let head = request("POST", path, &authorization);
        let answer = server.send(&format!("{}{body}", head.strip_suffix("\r\n").unwrap()));
        assert_is(answer, 202, "", &format!("{path} {body:?}"));
        assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
    }
    let named = format!("{authorization}client-request-id: 7f02\r\n");
    let answer = server.send(&request("POST", &paths[0].replace(&SAMPLE.to_string(), "7"), &named));
    assert_eq!(answer.header("client-request-id"), Some("7f02"));
    assert_eq!(answer.json()["error"]["innerError"]["client-request-id"], "7f02");
    assert_eq!(answer.json()["error"]["innerError"]["request-id"], answer.header("request-id").unwrap());
}

// R26: a late body does not cost the client its connection.
#[test]
fn a_connection_can_be_used_again() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let mut stream = server.connect().unwrap();
    let authorization = format!("Authorization: Bearer {}", token("manager"));
    let path = format!("{V1}/{SAMPLE}/reprocess");
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{authorization}\r\nContent-Length: 2\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    // A server that did not wait for the body would answer now.
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let early = stream.read(&mut [0; 4096]);
    assert!(early.is_err(), "answered before the body: {early:?}");
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(format!("{{}}{}", request("GET", "/healthz", "")).as_bytes()).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert!(answers.starts_with("HTTP/1.1 202 ") && answers.ends_with("ok"), "{answers}");
}

/// Whatever the path, the query and the method, the error is OData in JSON.
#[test]
fn odd_paths_queries_and_methods() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let application = token("application");
    let ask = |method: &str, path: &str| server.ask(method, path, &application);

    let no_route = plain("ResourceNotFound", "no such route");
    for path in ["/", "//", "/%", "/%zz", "/v1.0/me", "/v1.0/%ff%00/", "*", &format!("{V1}%zz")] {
        for method in ["GET", "POST", "DELETE", "OPTIONS", "ODD"] {
            assert_is(ask(method, path), 404, &no_route, path);
        }
    }
    let invalid = rejected(Rejection::InvalidId);
    for id in ["%", "%zz", "%ff", "%00", "..", "7e%2", "", "%E2%82%AC"] {
        assert_is(ask("POST", &format!("{V1}/{id}/reprocess")), 400, &invalid, id);
        assert_is(ask("POST", &format!("{BETA}('{id}')/reprocess?%")), 400, &invalid, id);
        assert_is(ask("GET", &format!("{V1}/{id}?%ff")), 400, &invalid, id);
    }
    for query in ["%", "&&=", "%ff=%zz", "$expand=*", "$skiptoken=%00'--"] {
        assert_eq!(ask("GET", &format!("{V1}?{query}")).status, 200, "{query}");
    }
    let only = |allowed| rejected(Rejection::MethodNotAllowed { allowed });
    assert_is(server.send(&request("POST", "/healthz", "")), 405, &only("GET"), "without a token");
    assert_is(ask("GET", "/dev/remove-grant"), 405, &only("POST"), "remove-grant");
    // Like GET, but without the body.
    for path in ["/healthz", V1, &format!("{V1}/{SAMPLE}")] {
        let (answer, length) = (ask("HEAD", path), ask("GET", path).body.len().to_string());
        assert_eq!((answer.status, &*answer.body), (200, ""), "{path}");
        assert_eq!(answer.header("content-length"), Some(&*length), "{path}");
    }
}

/// A call whose body is too large, or does not come, is refused and changes nothing.
#[test]
fn bodies_have_bounds() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let head = |headers: &str| {
        let authorization = format!("Authorization: Bearer {}\r\n{headers}", token("manager"));
        request("POST", &format!("{V1}/{SAMPLE}/reprocess"), &authorization)
    };
    let late = plain("RequestTimeout", "body is not there in time: none is needed");
    let large = plain("RequestBodyTooLarge", "body is larger than 64 KiB, or broken off: none is needed");
    let (full, more) = (" ".repeat(64 * 1024), " ".repeat(64 * 1024 + 1));
    let chunked = "Transfer-Encoding: chunked\r\n";
    let cases = [
        (head("Content-Length: 65537\r\n") + &more, 413, &large),
        (head(chunked) + &format!("10001\r\n{more}\r\n0\r\n\r\n"), 413, &large),
        (head(chunked) + "none", 413, &large),
        (head("Content-Length: 2\r\n"), 408, &late),
    ];
    for (request, status, body) in cases {
        assert_is(server.send(&request), status, body, &request[..99]);
    }
    assert_eq!(place.read(SAMPLE).attempt, 0);
    let unknown = format!("{}{more}", request("POST", "/", "Content-Length: 65537\r\n"));
    assert_eq!(server.send(&unknown).status, 401, "the caller is checked first");
    assert_is(server.send(&(head("Content-Length: 65536\r\n") + &full)), 202, "", "as large as it may be");
}
