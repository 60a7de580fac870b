//! Why a group refuses a write: the group itself is asked.

use access_package::graph::Endpoint;
use access_package::graph::enforce::{End, FailureCause};
use http::Response;
use serde_json::{Value, json};

use crate::{GROUP, Run, V1, answer, error, not_seen, of_json, with_headers};

const GROUPS: [Endpoint; 2] = [Endpoint::GroupMembers, Endpoint::GroupOwners];

/// The write is denied, and then the group is asked.
fn denied(endpoint: Endpoint) -> Run {
    let body = r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}"#;
    let mut run = Run::written(endpoint, &with_headers(403, &[("request-id", "r1")], body));
    let request = run.send();
    let query = "$select=groupTypes,mailEnabled,isAssignableToRole,onPremisesSyncEnabled";
    assert_eq!(
        (request.method().as_str(), request.uri().to_string()),
        ("GET", format!("{V1}/groups/{GROUP}?{query}"))
    );
    run
}

/// The write is refused with the ambiguous code until the directory has had time to replicate.
fn rejected(endpoint: Endpoint) -> Run {
    let mut run = Run::of(endpoint);
    loop {
        let request = run.request().expect("the group is asked");
        if request.uri().query().is_some_and(|query| query.contains("groupTypes")) {
            return run;
        }
        let is_write = request.method() == "POST";
        run.answer(&if is_write { error(400, "Request_BadRequest") } else { not_seen(endpoint) });
    }
}

fn told(mut run: Run, group: &Response<String>) -> FailureCause {
    run.answer(group);
    run.cause().expect("failed")
}

fn group(properties: &Value) -> Response<String> {
    of_json(200, properties)
}

// R41
#[test]
fn each_obstacle_is_told_from_the_others() {
    use FailureCause::{
        DynamicGroup, MailEnabledGroup, NotAllowed, Rejected, RoleAssignableGroup, SyncedGroup,
    };
    let plain = json!({ "groupTypes": [], "mailEnabled": false, "isAssignableToRole": null, "onPremisesSyncEnabled": null });
    let cases = [
        (plain, None),
        (json!({ "groupTypes": ["DynamicMembership"] }), Some(DynamicGroup)),
        (json!({ "GroupTypes": ["Unified", "dynamicmembership"], "mailEnabled": true }), Some(DynamicGroup)),
        (json!({ "groupTypes": ["DynamicMembership"], "onPremisesSyncEnabled": true }), Some(DynamicGroup)),
        (json!({ "groupTypes": [], "onPremisesSyncEnabled": true, "mailEnabled": true }), Some(SyncedGroup)),
        (json!({ "groupTypes": [], "onPremisesSyncEnabled": false }), None),
        (
            json!({ "groupTypes": [], "mailEnabled": true, "isAssignableToRole": true }),
            Some(MailEnabledGroup),
        ),
        (json!({ "mailEnabled": true }), Some(MailEnabledGroup)),
        (json!({ "groupTypes": ["unified"], "mailEnabled": true }), None),
        (
            json!({ "groupTypes": ["Unified"], "mailEnabled": true, "isAssignableToRole": true }),
            Some(RoleAssignableGroup),
        ),
        (json!({ "groupTypes": null, "isAssignableToRole": false }), None),
    ];
    for (properties, obstacle) in cases {
        let response = group(&properties);
        assert_eq!(
            told(denied(Endpoint::GroupMembers), &response),
            obstacle.unwrap_or(NotAllowed),
            "{properties}"
        );
        // A `400` has nothing to do with permissions.
        let obstacle = obstacle.filter(|it| *it != RoleAssignableGroup);
        assert_eq!(
            told(rejected(Endpoint::GroupMembers), &response),
            obstacle.unwrap_or(Rejected),
            "{properties}"
        );
    }
}

#[test]
fn the_owners_of_a_dynamic_group_are_changed_like_any_others() {
    let dynamic = json!({ "groupTypes": ["DynamicMembership"] });
    assert_eq!(told(denied(Endpoint::GroupOwners), &group(&dynamic)), FailureCause::NotAllowed);
    let synced = json!({ "groupTypes": ["DynamicMembership"], "onPremisesSyncEnabled": true });
    assert_eq!(told(denied(Endpoint::GroupOwners), &group(&synced)), FailureCause::SyncedGroup);
}

#[test]
fn what_the_group_does_not_tell_is_not_guessed() {
    let dynamic = r#"{ "groupTypes": ["DynamicMembership"] }"#;
    for endpoint in GROUPS {
        let answers = [
            answer(404, dynamic),
            answer(429, dynamic),
            answer(403, dynamic),
            answer(201, dynamic),
            answer(200, ""),
            answer(200, "<html>"),
            answer(200, "[]"),
            answer(200, "null"),
            answer(200, r#"{ "groupTypes": "DynamicMembership" }"#),
            answer(200, "{}"),
        ];
        for response in answers {
            assert_eq!(told(denied(endpoint), &response), FailureCause::NotAllowed, "{response:?}");
            assert_eq!(told(rejected(endpoint), &response), FailureCause::Rejected, "{response:?}");
        }
        let mut silent = denied(endpoint);
        silent.unanswered();
        assert_eq!(silent.cause(), Some(FailureCause::NotAllowed));
        let silent = rejected(endpoint);
        assert_eq!(silent.cause(), Some(FailureCause::Rejected), "asked again without an answer");
    }
}

#[test]
fn the_failure_shows_the_answer_to_the_write() {
    let mut run = denied(Endpoint::GroupMembers);
    run.answer(&with_headers(200, &[("request-id", "r2")], r#"{ "groupTypes": ["DynamicMembership"] }"#));
    let Some(End::Failed(failure)) = run.end() else { panic!("failed") };
    assert_eq!((failure.status, failure.code.as_deref()), (Some(403), Some("Authorization_RequestDenied")));
    assert_eq!(failure.request_id.as_deref(), Some("r1"));
}

#[test]
fn nothing_but_a_group_is_asked() {
    for &endpoint in Endpoint::ALL {
        if !GROUPS.contains(&endpoint) {
            let run = Run::written(endpoint, &error(403, "Authorization_RequestDenied"));
            assert_eq!(run.cause(), Some(FailureCause::NotAllowed), "{endpoint:?}");
        }
    }
    // The code is ambiguous to the end: only the list of app roles is requested.
    let mut run = Run::of(Endpoint::AppRoles);
    while let Some(request) = run.request() {
        let is_write = request.method() == "POST";
        assert!(is_write || request.uri().path().contains("/appRole"), "{request:?}");
        run.answer(&if is_write { error(400, "Request_BadRequest") } else { not_seen(Endpoint::AppRoles) });
    }
    assert_eq!(run.cause(), Some(FailureCause::Rejected));
}
