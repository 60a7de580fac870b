//! The table of answers, row by row: the machine's next step shows what an answer means.

use access_package::graph::Endpoint;
use access_package::graph::enforce::{ANSWERS, Answer, FailureCause, Meaning, Next, Says, Settings};
use access_package::policy::Basis;
use http::Response;
use serde_json::{Value, json};

use crate::{Run, answer, error, not_seen, of_json, settings, with_headers};

/// The meaning of this answer to the first write, by what the machine does next.
fn meaning(endpoint: Endpoint, response: &Response<String>) -> Meaning {
    // Longer than replication, but not by much.
    let patience = core::time::Duration::from_secs(400);
    let mut run = Run::with(endpoint, Settings { patience, ..settings() });
    run.send();
    run.answer(response);
    if let Some(cause) = run.cause() {
        return Meaning::Failed(cause);
    }
    if run.end().is_some() {
        return Meaning::Fulfilled;
    }
    let mut at_once = run.clone();
    if let Next::Send(request) = at_once.next() {
        assert_eq!(request.method(), "GET");
        if request.uri().query().is_some_and(|query| query.contains("groupTypes")) {
            return Meaning::Denied;
        }
        at_once.answer(&not_seen(endpoint));
        let (_, request) = at_once.wait();
        assert_eq!(request.method(), "POST");
        return Meaning::Look;
    }
    let (_, request) = run.wait();
    if request.method() == "GET" {
        run.answer(&not_seen(endpoint));
        return match run.next() {
            Next::Send(request) => {
                assert_eq!(request.method(), "POST");
                Meaning::InDoubt
            }
            Next::Wait(_) => {
                assert_eq!(run.wait().1.method(), "GET");
                Meaning::InProgress
            }
            over @ Next::Done(_) => panic!("{over:?}"),
        };
    }
    let began = run.now;
    for writes in 1.. {
        run.answer(response);
        if let Some(cause) = run.cause() {
            return match cause {
                FailureCause::NotAuthenticated => {
                    assert_eq!(writes, 1);
                    Meaning::NotAuthenticated
                }
                FailureCause::TimedOut => Meaning::Later,
                _ => {
                    assert!(crate::seconds(began, run.now) <= 300, "beyond replication");
                    Meaning::TooEarly(cause)
                }
            };
        }
        assert_eq!(run.request().expect("or it is over").method(), "POST");
    }
    unreachable!()
}

/// An answer with this content only.
fn saying(status: u16, says: Says) -> Response<String> {
    match says {
        Says::Anything => answer(status, ""),
        Says::Code(code) => error(status, code),
        Says::Status(state) => of_json(status, &json!({ "id": "a", "status": state })),
    }
}

fn fits(row: &Answer, endpoint: Endpoint, status: u16, says: Says) -> bool {
    (row.endpoints.is_empty() || row.endpoints.contains(&endpoint))
        && row.status.contains(&status)
        && (row.says == Says::Anything || row.says == says)
}

/// The cases in which this row applies.
fn where_it_holds(number: usize) -> impl Iterator<Item = (Endpoint, u16, Says)> {
    let row = &ANSWERS[number];
    Endpoint::ALL
        .iter()
        .flat_map(move |&endpoint| row.status.clone().map(move |status| (endpoint, status, row.says)))
        .filter(move |&(endpoint, status, says)| {
            ANSWERS.iter().position(|row| fits(row, endpoint, status, says)) == Some(number)
        })
}

// R38, R40, R41
#[test]
fn each_row_means_what_it_says_and_something_else_than_the_next_one() {
    for (number, row) in ANSWERS.iter().enumerate() {
        let mut is_told_apart = false;
        let mut endpoints = std::collections::BTreeSet::new();
        for (endpoint, status, says) in where_it_holds(number) {
            endpoints.insert(endpoint);
            // Of a long range, the edges and some values in between.
            if status != *row.status.start()
                && status != *row.status.end()
                && status % 97 != 0
                && status > 510
            {
                continue;
            }
            assert_eq!(meaning(endpoint, &saying(status, says)), row.means, "{endpoint:?} {status} {says:?}");
            let next = ANSWERS.iter().skip(number + 1).find(|row| fits(row, endpoint, status, says));
            is_told_apart |= next.is_none_or(|next| next.means != row.means);
        }
        assert!(is_told_apart, "{row:?} makes no difference");
        let expected = if row.endpoints.is_empty() { Endpoint::ALL } else { row.endpoints };
        assert!(endpoints.iter().copied().eq(expected.iter().copied()), "{row:?}: {endpoints:?}");
    }
}

#[test]
fn every_status_has_a_row_for_every_endpoint() {
    for endpoint in Endpoint::ALL {
        for status in 100..=999 {
            assert!(
                ANSWERS.iter().any(|row| fits(row, *endpoint, status, Says::Anything)),
                "{endpoint:?} {status}"
            );
        }
    }
}

#[test]
fn every_basis_occurs_and_what_is_seen_in_reports_is_not_called_documented() {
    for row in ANSWERS {
        let code = match row.says {
            Says::Code(code) | Says::Status(code) => code,
            Says::Anything => continue,
        };
        let expected = match code {
            "Directory_ConcurrencyViolation"
            | "RoleAssignmentExists"
            | "RoleNotFound"
            | "RoleAssignmentRequestPolicyValidationFailed"
            | "Request_BadRequest"
            | "PermissionScopeNotGranted" => Basis::Observed,
            "PendingRoleAssignmentRequest" | "SubjectNotFound" | "ResourceIsLocked" => Basis::OurChoice,
            _ => Basis::Documented,
        };
        assert_eq!(row.basis, expected, "{code}");
    }
}

/// The places where a code can be.
fn shapes(code: &str) -> Vec<Value> {
    let message = json!({ "errorCode": code, "message": "No.", "instanceAnnotations": [] }).to_string();
    vec![
        json!({ "error": { "code": code, "message": "No." } }),
        json!({ "error": { "code": code.to_uppercase() } }),
        json!({ "Error": { "Code": code.to_lowercase() } }),
        json!({ "error": { "code": "x", "innerError": { "code": code } } }),
        json!({ "error": { "code": "x", "innererror": { "code": "y", "innererror": { "code": code } } } }),
        json!({ "error": { "code": code, "innerError": { "code": "x", "request-id": "1" } } }),
        json!({ "error": { "code": "UnknownError", "message": message } }),
        json!({ "error": { "code": "unknownerror", "message": message, "innerError": { "date": "2026" } } }),
        json!({ "error": { "code": "x", "innerError": { "code": "UnknownError", "message": message } } }),
    ]
}

#[test]
fn a_code_is_found_wherever_it_stands() {
    let cases = [
        (
            Endpoint::GroupMembers,
            403,
            "PermissionScopeNotGranted",
            Meaning::Failed(FailureCause::MissingPermission),
        ),
        (Endpoint::DirectoryEligibility, 400, "RoleAssignmentExists", Meaning::Look),
        (Endpoint::AppRoles, 400, "throttledRequest", Meaning::Later),
    ];
    for (endpoint, status, code, means) in cases {
        for body in shapes(code) {
            assert_eq!(meaning(endpoint, &of_json(status, &body)), means, "{body}");
        }
    }
}

#[test]
fn what_is_no_code_is_none() {
    let code = "RoleAssignmentExists";
    let inside = json!({ "errorCode": code }).to_string();
    let bodies = [
        json!({ "error": { "code": "RoleAssignmentExistsNot" } }),
        json!({ "error": { "code": "RoleAssignmentExist" } }),
        json!({ "error": { "code": ["RoleAssignmentExists"] } }),
        json!({ "error": { "message": code } }),
        // A message is searched only under `UnknownError`, and only if it is JSON.
        json!({ "error": { "code": "x", "message": inside } }),
        json!({ "error": { "code": "UnknownError", "message": code } }),
        json!({ "error": { "code": "UnknownError", "message": { "errorCode": code } } }),
        json!({ "error": { "code": "UnknownError", "message": "{}" } }),
        json!({ "error": code }),
        json!({ "code": code }),
        json!({ "status": code }),
        json!({ "error": null }),
        json!([code]),
        json!(code),
        json!(null),
    ];
    for body in bodies {
        let means = meaning(Endpoint::DirectoryEligibility, &of_json(400, &body));
        assert_eq!(means, Meaning::Failed(FailureCause::Rejected), "{body}");
    }
    let nested = format!("{}1", r#"{"error":"#.repeat(100_000));
    for body in ["", " ", "<html>", "{", "\u{feff}{}", r#"{"error":{"code":"RoleAssignmentExists"}"#, &nested]
    {
        let means = meaning(Endpoint::DirectoryEligibility, &answer(400, body));
        assert_eq!(means, Meaning::Failed(FailureCause::Rejected), "{body:.40}");
    }
}

// R38: the text of a message never decides.
#[test]
fn messages_decide_nothing() {
    let messages = [
        json!(
            "One or more added object references already exist for the following modified properties: 'members'."
        ),
        json!("Permission being assigned already exists on the object."),
        json!("Not a valid reference update."),
        json!("Insufficient privileges to complete the operation."),
        json!("RoleAssignmentExists"),
        json!({ "lang": "en-US", "value": "already exists" }),
        json!(null),
        json!(7),
    ];
    for &endpoint in Endpoint::ALL {
        for (status, code) in
            [(400, "Request_BadRequest"), (403, "Authorization_RequestDenied"), (400, "x"), (500, "y")]
        {
            let expected = meaning(endpoint, &error(status, code));
            for message in &messages {
                let body = json!({ "error": { "code": code, "message": message } });
                assert_eq!(meaning(endpoint, &of_json(status, &body)), expected, "{body}");
            }
        }
    }
}

// R38: a `201` of Privileged Identity Management is judged by the status in its body.
#[test]
fn the_status_of_a_schedule_request_is_read_without_regard_to_case_and_counts_as_text_alone() {
    let declined = Meaning::Failed(FailureCause::Declined);
    let cases = [
        (json!({ "status": "provisioned" }), Meaning::Fulfilled),
        (json!({ "Status": "PROVISIONED" }), Meaning::Fulfilled),
        (json!({ "status": "denied" }), declined),
        (json!({ "status": "Granted" }), Meaning::InProgress),
        (json!({ "status": "PendingApproval" }), Meaning::InProgress),
        (json!({ "status": "ScheduleCreated" }), Meaning::InProgress),
        (json!({ "status": "SomethingNew" }), Meaning::InProgress),
        (json!({ "status": null }), Meaning::InProgress),
        (json!({ "status": ["Provisioned"] }), Meaning::InProgress),
        (json!({ "state": "Provisioned" }), Meaning::InProgress),
        (json!("Provisioned"), Meaning::InProgress),
    ];
    for (body, means) in cases {
        assert_eq!(meaning(Endpoint::GroupEligibility, &of_json(201, &body)), means, "{body}");
    }
    // Elsewhere, this status means nothing.
    let failed = with_headers(201, &[("content-type", "application/json")], r#"{ "status": "Failed" }"#);
    assert_eq!(meaning(Endpoint::AppRoles, &failed), Meaning::Fulfilled);
    assert_eq!(meaning(Endpoint::GroupMembers, &failed), Meaning::InDoubt);
}
