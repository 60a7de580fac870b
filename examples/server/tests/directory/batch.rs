//! `$batch`: up to 20 requests in one, each with its own answer.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    Directory, GROUP, GROUP_ELIGIBILITY, MISSING, OTHER_USER, Place, USER, for_ever, group_schedule,
    reference, told,
};

const BATCH: &str = "/v1.0/$batch";

fn add(id: &str, group: Uuid, user: Uuid) -> Value {
    json!({
        "id": id, "method": "POST", "url": format!("/groups/{group}/members/$ref"), "body": reference(user),
        "headers": { "Content-Type": "application/json" },
    })
}

/// The answers by their ids.
fn send(directory: &Directory, requests: &[Value]) -> Value {
    let answer = directory.post(BATCH, &json!({ "requests": requests }));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let responses = answer.json()["responses"].as_array().unwrap().clone();
    assert_eq!(responses.len(), requests.len());
    responses.into_iter().map(|it| (it["id"].as_str().unwrap().to_owned(), it)).collect()
}

#[test]
fn every_part_has_its_own_answer() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    directory.fault(&json!({
        "principal": OTHER_USER, "count": 1, "fault": { "error": { "status": 429, "retryAfter": { "seconds": 3 } } },
    }));
    let eligible = GROUP_ELIGIBILITY.strip_prefix("/v1.0").unwrap();
    let answers = send(
        &directory,
        &[
            add("first", GROUP, USER),
            add("again", GROUP, USER),
            add("throttled", GROUP, OTHER_USER),
            add("missing", MISSING, USER),
            json!({
                "id": "scheduled", "method": "POST", "url": format!("{eligible}Requests"),
                "body": group_schedule("member", USER, &for_ever()),
            }),
            json!({ "id": "list", "method": "GET", "url": format!("/groups/{GROUP}/members?$select=id&$top=5") }),
            json!({ "id": "seen", "method": "GET", "url": format!("{eligible}Instances?$filter=groupId%20eq%20'{GROUP}'") }),
        ],
    );
    let statuses = ["first", "again", "throttled", "missing", "scheduled", "list", "seen"]
        .map(|id| answers[id]["status"].as_u64().unwrap());
    assert_eq!(statuses, [204, 400, 429, 404, 201, 200, 200]);
    assert_eq!(answers["first"].get("body"), None);
    assert_eq!(answers["again"]["body"]["error"]["code"], "Request_BadRequest");
    assert_eq!(answers["throttled"]["headers"]["Retry-After"], "3");
    assert_eq!(answers["again"]["headers"].get("Retry-After"), None);
    assert_eq!(answers["scheduled"]["body"]["status"], "Provisioned");
    assert_eq!(answers["list"]["body"]["value"][0]["id"], json!(USER));
    assert_eq!(answers["seen"]["body"]["value"][0]["accessId"], "member");
}

#[test]
fn answers_come_in_another_order() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let requests: Vec<_> = ["a", "b", "c"].map(|id| add(id, GROUP, USER)).into();
    let answer = directory.post(BATCH, &json!({ "requests": requests })).json();
    let ids: Vec<_> = answer["responses"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
    assert_eq!(ids, ["c", "b", "a"]);
    // The requests were carried out in their own order.
    assert_eq!(answer["responses"][2]["status"], 204);
}

#[test]
fn a_batch_has_20_parts_at_most() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    for (parts, status) in [(0, 200), (20, 200), (21, 400)] {
        let requests: Vec<_> = (0..parts).map(|number| add(&number.to_string(), GROUP, MISSING)).collect();
        assert_eq!(directory.post(BATCH, &json!({ "requests": requests })).status, status, "{parts}");
    }
    assert_eq!(directory.log().len(), 20);
    for body in [Value::Null, json!({}), json!({ "requests": [{ "id": "1" }] })] {
        assert_eq!(directory.post(BATCH, &body).told(), told(400, "BadRequest"), "{body}");
    }
    let wrong = json!({ "requests": [{ "id": "1", "method": "GET", "url": "not a path" }] });
    assert_eq!(directory.post(BATCH, &wrong).told(), told(400, "BadRequest"));
}

#[test]
fn a_batch_can_fail_as_a_whole() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let requests = json!({ "requests": [add("1", GROUP, USER)] });
    for (carried_out, members) in [(false, 0), (true, 1)] {
        let error = json!({ "error": { "status": 503, "carriedOut": carried_out } });
        directory.fault(&json!({ "kind": "batch", "count": 1, "fault": error }));
        assert_eq!(directory.post(BATCH, &requests).told(), told(503, "ServiceUnavailable"));
        assert_eq!(directory.carried_out(), members);
    }
    // A part has no connection of its own to be lost.
    directory
        .fault(&json!({ "kind": "member", "fault": { "lost": { "how": "dropped", "carriedOut": true } } }));
    assert!(
        directory.try_ask("POST", BATCH, &json!({ "requests": [add("1", GROUP, OTHER_USER)] })).is_none()
    );
    assert_eq!(directory.carried_out(), 2);
}

/// A fault may make up an answer. In a batch, JSON in that answer is JSON, too.
#[test]
fn what_a_fault_makes_up_is_json_in_a_batch_if_it_is_json() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let page = json!({ "value": [], "@odata.nextLink": "http://198.51.100.7/" });
    for body in [page.to_string(), "<html>".to_owned()] {
        let fault = json!({ "text": { "status": 200, "body": body } });
        directory.fault(&json!({ "kind": "member", "method": "GET", "count": 1, "fault": fault }));
    }
    let part = |id: &str| json!({ "id": id, "method": "GET", "url": format!("/groups/{GROUP}/members") });
    let answer = directory.post("/v1.0/$batch", &json!({ "requests": [part("1"), part("2")] })).json();
    let bodies: Vec<_> =
        answer["responses"].as_array().unwrap().iter().rev().map(|it| it["body"].clone()).collect();
    assert_eq!(bodies, [page, json!("<html>")]);
}
