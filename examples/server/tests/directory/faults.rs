//! Every fault on demand: what the caller gets, and whether the write is carried out.

use std::collections::HashSet;
use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, SystemTime};

use access_package::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    Directory, GROUP, GROUP_ELIGIBILITY, MISSING, OTHER_USER, Place, ROLE, ROLE_ASSIGNMENT, ROLE_ELIGIBILITY,
    TOKEN, USER, for_ever, group_schedule, in_ms, poll, role_schedule, told, until,
};

fn members(directory: &Directory) -> usize {
    directory.value(&format!("/v1.0/groups/{GROUP}/members")).len()
}

#[test]
fn a_write_can_be_seen_late() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    directory.fault(&json!({ "fault": { "lag": { "ms": 5_000 } } }));
    assert_eq!(directory.add("members", GROUP, USER).status, 204);
    let body = crate::support::APP_ROLE;
    assert_eq!(directory.assign_app_role(body, USER).status, 201);
    assert_eq!(directory.schedule(ROLE_ELIGIBILITY, &role_schedule(USER, &for_ever())).status, 201);
    let looks = [
        format!("/v1.0/groups/{GROUP}/members"),
        format!("/v1.0/users/{USER}/appRoleAssignments"),
        format!("{ROLE_ELIGIBILITY}Instances?$filter=principalId eq '{USER}'"),
    ];
    let link = format!("/v1.0/groups/{GROUP}/members/{USER}/$ref");
    assert_eq!(directory.get(&link).told(), told(404, "Request_ResourceNotFound"));
    for look in &looks {
        assert_eq!(directory.value(look).len(), 0, "{look}");
    }
    // The write itself is not affected by the lag.
    assert_eq!(directory.add("members", GROUP, USER).told(), told(400, "Request_BadRequest"));
    for look in &looks {
        poll("it is seen", || (directory.value(look).len() == 1).then_some(()));
    }
    assert_eq!(directory.get(&link).status, 200);
}

#[test]
fn an_object_can_be_there_late() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let [user, group] = [0xb9, 0xa9].map(Uuid::from_u128);
    directory.seed(&json!([
        { "id": user, "object": "user", "visibleInMs": 5_000 },
        { "id": group, "object": { "group": {} }, "visibleInMs": 5_000 },
    ]));
    let new = [(GROUP, user), (group, USER)];
    for (group, user) in new {
        assert_eq!(directory.add("owners", group, user).told(), told(404, "Request_ResourceNotFound"));
    }
    for (group, user) in new {
        poll("it is there", || (directory.add("owners", group, user).status == 204).then_some(()));
    }
}

#[test]
fn a_caller_can_be_throttled() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    for (after, expected) in
        [(Value::Null, None), (json!({ "seconds": 7 }), Some("7")), (json!({ "text": "soon" }), Some("soon"))]
    {
        directory.fault(&json!({
            "kind": "member", "method": "POST", "count": 1, "fault": { "error": { "status": 429, "retryAfter": after } },
        }));
        let throttled = directory.add("members", GROUP, USER);
        assert_eq!(throttled.told(), told(429, "TooManyRequests"));
        assert_eq!(throttled.header("retry-after"), expected);
        assert!(throttled.header("x-ms-throttle-scope").is_some());
    }
    directory
        .fault(&json!({ "count": 1, "fault": { "error": { "status": 503, "retryAfter": { "date": 30 } } } }));
    let unavailable = directory.get(&format!("/v1.0/groups/{GROUP}"));
    let date = httpdate::parse_http_date(unavailable.header("retry-after").unwrap()).unwrap();
    let wait = date.duration_since(SystemTime::now()).unwrap();
    assert!((Duration::from_secs(1)..=Duration::from_secs(30)).contains(&wait), "{wait:?}");
    assert_eq!((unavailable.told(), directory.carried_out()), (told(503, "ServiceUnavailable"), 0));
    assert_eq!(directory.add("members", GROUP, USER).status, 204);
}

#[test]
fn a_write_can_be_told_to_be_there_already() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    directory.fault(&json!({ "fault": "duplicate" }));
    let exists = "already exist";
    for answer in [
        directory.add("members", GROUP, USER),
        directory.add("owners", GROUP, USER),
        directory.assign_app_role(crate::support::APP_ROLE, USER),
    ] {
        assert_eq!(answer.told(), told(400, "Request_BadRequest"));
        assert!(answer.message().contains(exists), "{}", answer.message());
    }
    let scheduled = directory.schedule(GROUP_ELIGIBILITY, &group_schedule("owner", USER, &for_ever()));
    assert_eq!(scheduled.told(), told(400, "RoleAssignmentExists"));
    for (of, body) in [ROLE_ELIGIBILITY, ROLE_ASSIGNMENT].map(|of| (of, role_schedule(USER, &for_ever()))) {
        assert_eq!(directory.schedule(of, &body).told(), told(400, "RoleAssignmentExists"));
    }
    assert_eq!((directory.carried_out(), members(&directory)), (6, 1));
    // A request that fails by itself still does.
    assert_eq!(directory.add("members", GROUP, MISSING).told(), told(404, "Request_ResourceNotFound"));
}

#[test]
fn an_answer_can_be_lost() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let path = format!("/v1.0/groups/{GROUP}/members/$ref");
    for (user, carried_out) in [(OTHER_USER, false), (USER, true)] {
        directory.fault(&json!({
            "principal": user, "count": 1, "fault": { "lost": { "how": "dropped", "carriedOut": carried_out } },
        }));
        let before = directory.carried_out();
        assert!(directory.try_ask("POST", &path, &crate::support::reference(user)).is_none());
        assert_eq!(directory.carried_out() - before, usize::from(carried_out));
        let log = directory.log();
        assert_eq!(
            (&log.last().unwrap()["status"], &log.last().unwrap()["carriedOut"]),
            (&Value::Null, &json!(carried_out))
        );
    }
    assert_eq!(directory.add("members", GROUP, USER).status, 400);
    assert_eq!(directory.add("members", GROUP, OTHER_USER).status, 204);
    // Answers to `GET` can be lost, too.
    directory.fault(&json!({ "method": "GET", "count": 1, "fault": { "lost": { "how": "dropped" } } }));
    assert!(directory.try_ask("GET", &format!("/v1.0/groups/{GROUP}/members"), &Value::Null).is_none());
    assert_eq!(members(&directory), 2);
}

#[test]
fn an_answer_can_be_withheld() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    for carried_out in [false, true] {
        directory.fault(
            &json!({ "count": 1, "fault": { "lost": { "how": "withheld", "carriedOut": carried_out } } }),
        );
        let body = crate::support::reference(USER).to_string();
        let mut stream = directory.connect().unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        let head = format!(
            "POST /v1.0/groups/{GROUP}/members/$ref HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The connection stays open, and no answer comes.
        let silence = stream.read(&mut [0; 1]).unwrap_err();
        assert!([ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&silence.kind()), "{silence}");
        assert_eq!(members(&directory), usize::from(carried_out));
    }
}

/// Every code of the table, with its status.
#[test]
fn every_error_has_its_code_and_status() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let codes = [
        ("Request_BadRequest", 400),
        ("RoleAssignmentExists", 400),
        ("PendingRoleAssignmentRequest", 400),
        ("RoleNotFound", 400),
        ("SubjectNotFound", 400),
        ("ResourceIsLocked", 400),
        ("RoleAssignmentDoesNotExist", 400),
        ("RoleAssignmentRequestPolicyValidationFailed", 400),
        ("InvalidRoleAssignmentRequest", 400),
        ("Directory_ConcurrencyViolation", 400),
        ("InvalidAuthenticationToken", 401),
        ("Authorization_RequestDenied", 403),
        ("UnknownError", 403),
        ("Request_ResourceNotFound", 404),
        ("activityLimitReached", 429),
        ("throttledRequest", 429),
        ("serviceNotAvailable", 503),
    ];
    for (code, status) in codes {
        directory.fault(&json!({ "count": 1, "fault": { "error": { "code": code } } }));
        let answer = directory.schedule(ROLE_ELIGIBILITY, &role_schedule(USER, &for_ever()));
        assert_eq!(answer.told(), told(status, code));
        assert!(!answer.message().is_empty());
        let inner = &answer.json()["error"]["innerError"];
        assert_eq!(inner["request-id"].as_str(), answer.header("request-id"));
        inner["date"].as_str().unwrap().parse::<Timestamp>().unwrap();
    }
    for (status, code) in [
        (409, "Conflict"),
        (423, "Locked"),
        (429, "TooManyRequests"),
        (500, "InternalServerError"),
        (502, "BadGateway"),
        (503, "ServiceUnavailable"),
        (504, "GatewayTimeout"),
        (509, "BandwidthLimitExceeded"),
    ] {
        directory.fault(&json!({ "count": 1, "fault": { "error": { "status": status } } }));
        assert_eq!(directory.add("members", GROUP, USER).told(), told(status, code));
    }
    assert_eq!(directory.carried_out(), 0);
    // A fault can set all of these at once.
    directory.fault(&json!({ "count": 1, "fault": { "error": {
        "code": "Directory_ConcurrencyViolation", "status": 409, "message": "later",
        "innerCode": "resourceBeingProvisioned",
    } } }));
    let answer = directory.add("members", GROUP, USER);
    assert_eq!(
        (answer.told(), answer.message()),
        (told(409, "Directory_ConcurrencyViolation"), "later".into())
    );
    assert_eq!(answer.json()["error"]["innerError"]["code"], "resourceBeingProvisioned");
}

#[test]
fn an_error_can_come_after_the_write() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    for (status, user) in [(504, USER), (500, OTHER_USER)] {
        let error = json!({ "error": { "status": status, "carriedOut": true } });
        directory.fault(&json!({ "count": 1, "fault": error }));
        assert_eq!(directory.add("members", GROUP, user).status, status);
    }
    assert_eq!((members(&directory), directory.carried_out()), (2, 2));
    // A write that cannot be carried out is not.
    directory.fault(&json!({ "count": 1, "fault": { "error": { "status": 504, "carriedOut": true } } }));
    assert_eq!(directory.add("members", GROUP, MISSING).status, 504);
    assert_eq!(directory.carried_out(), 2);
}

#[test]
fn a_body_can_be_no_json() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    for (status, carried_out) in [(502, false), (200, true), (503, false)] {
        let text = json!({ "status": status, "body": "<html>gateway</html>", "carriedOut": carried_out });
        directory.fault(&json!({ "count": 1, "fault": { "text": text } }));
        let answer = directory.add("members", GROUP, USER);
        assert_eq!((answer.status, answer.body.as_str()), (status, "<html>gateway</html>"));
        assert_eq!(answer.header("content-type"), Some("text/html"));
    }
    assert_eq!(directory.carried_out(), 1);
}

/// A policy ends a grant before its assignment ends.
#[test]
fn a_policy_can_end_a_grant_early() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    directory.fault(&json!({ "resource": ROLE, "fault": { "endsEarly": { "ms": 5_000 } } }));
    let asked = in_ms(3_600_000);
    for info in [until(&asked), for_ever()] {
        let answer = directory.schedule(ROLE_ELIGIBILITY, &role_schedule(USER, &info)).json();
        let end = answer["scheduleInfo"]["expiration"]["endDateTime"].as_str().unwrap().to_owned();
        assert!(end < asked);
        let look = format!("{ROLE_ELIGIBILITY}Instances?$filter=principalId eq '{USER}'");
        assert_eq!(directory.value(&look)[0]["endDateTime"], json!(end));
        poll("it has ended", || directory.value(&look).is_empty().then_some(()));
    }
    // A grant that ends before that keeps its own end. The log shows what was requested.
    let soon = in_ms(4_000);
    let answer = directory.schedule(ROLE_ELIGIBILITY, &role_schedule(USER, &until(&soon))).json();
    assert_eq!(answer["scheduleInfo"]["expiration"]["endDateTime"], json!(soon));
    assert_eq!(directory.log()[0]["end"], json!(asked));
}

#[test]
fn a_rule_befalls_what_it_fits() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let error = json!({ "error": { "status": 500 } });
    let add = |link, user| directory.add(link, GROUP, user).status;
    let rules = [
        (json!({ "kind": "owner" }), [204, 500, 204]),
        (json!({ "resource": MISSING }), [204, 204, 204]),
        (json!({ "resource": GROUP }), [500, 500, 500]),
        (json!({ "principal": OTHER_USER }), [204, 204, 500]),
        (json!({ "method": "GET" }), [204, 204, 204]),
        (json!({ "kind": "member", "principal": USER, "method": "POST" }), [500, 204, 204]),
        (json!({ "count": 2 }), [500, 500, 204]),
        (json!({ "probability": 0 }), [204, 204, 204]),
        (json!({ "probability": 1.0 }), [500, 500, 500]),
    ];
    for (mut rule, expected) in rules {
        rule["fault"] = error.clone();
        let id = directory.fault(&rule);
        let seen = [add("members", USER), add("owners", USER), add("members", OTHER_USER)];
        assert_eq!(seen, expected, "{rule}");
        let shown = &directory.value("/control/faults")[0];
        let fired = expected.iter().filter(|status| **status == 500).count();
        assert_eq!((&shown["id"], &shown["fired"]), (&json!(id), &json!(fired)), "{rule}");
        directory.try_ask("DELETE", &format!("/control/faults/{id}"), &Value::Null).unwrap();
        directory.post("/control/remove", &json!({ "resource": GROUP }));
    }
    // The first rule that fires decides.
    directory.fault(&json!({ "count": 1, "fault": { "error": { "status": 502 } } }));
    directory.fault(&json!({ "count": 1, "fault": { "error": { "status": 503 } } }));
    assert_eq!([(); 3].map(|()| add("members", USER)), [502, 503, 204]);
    directory.try_ask("DELETE", "/control/faults", &Value::Null).unwrap();
    assert_eq!(directory.value("/control/faults").len(), 0);
}

/// Faults of PIM befall only requests to PIM, and a `GET` is not changed.
#[test]
fn a_fault_befalls_only_what_it_can() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    for fault in [
        json!({ "status": { "status": "Failed" } }),
        json!({ "endsEarly": { "ms": 0 } }),
        json!({ "lag": { "ms": 0 } }),
        json!("duplicate"),
    ] {
        directory.fault(&json!({ "method": "GET", "fault": fault }));
    }
    directory.fault(&json!({ "fault": { "status": { "status": "Failed" } } }));
    directory.fault(&json!({ "fault": { "endsEarly": { "ms": 0 } } }));
    assert_eq!(directory.add("members", GROUP, USER).status, 204);
    assert_eq!(directory.assign_app_role(crate::support::APP_ROLE, USER).status, 201);
    assert_eq!(members(&directory), 1);
    let grants = directory.value("/control/grants");
    assert!(grants.iter().all(|grant| grant["isPresent"] == true && grant["end"].is_null()), "{grants:?}");
    assert!(directory.value("/control/faults").iter().all(|held| held["fired"] == 0));
}

/// The same seed gives the same faults, whatever else goes on.
#[test]
fn a_seed_decides_on_chance() {
    let draws = |seed: &str, noise: bool| {
        let place = Place::new();
        let mut command = place.command();
        command.env("DIRECTORY_SEED", seed);
        let directory = Directory::spawn(command);
        directory
            .fault(&json!({ "kind": "member", "probability": 0.5, "fault": { "error": { "status": 500 } } }));
        (0..64)
            .map(|number| {
                if noise {
                    directory.add("members", OTHER_USER, OTHER_USER);
                }
                // Neither object exists: without the fault, the answer is 404.
                directory.add("members", GROUP, Uuid::from_u128(number % 8)).status
            })
            .collect::<Vec<_>>()
    };
    let first = draws("7", false);
    assert_eq!(first, draws("7", true));
    assert_ne!(first, draws("8", false));
    // The same request, repeated, fares differently each time.
    let fates = |number| first.iter().skip(number).step_by(8).collect::<HashSet<_>>().len();
    assert!((0..8).map(fates).filter(|fates| *fates == 2).count() > 4, "{first:?}");
    let failed = first.iter().filter(|status| **status == 500).count();
    assert!((16..=48).contains(&failed), "{failed}");
}
