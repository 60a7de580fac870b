//! What an operator sees.

use std::fs;
use std::time::Duration;

use access_package_server::development::{EXPIRED, MANAGER, PARTIAL_REQUEST, SAMPLE};
use uuid::Uuid;

use crate::odata::{assert_is, plain};
use crate::support::{Place, Server, postgres, request, token};

/// Ready is who would accept a call; healthy is who answers.
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
