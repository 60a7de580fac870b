//! Several requests in one, and their answers.

use access_package::graph::batch::{self, BatchError};
use access_package::graph::http::{CallError, RetryAfter, read_response};
use access_package::graph::{BaseUrl, Endpoint};
use http::{Request, Response};
use serde_json::{Value, json};

use crate::{GROUP, Run, TARGET, V1, answer, base_url, of_json};

fn get(url: &str) -> Request<String> {
    Request::get(url).header("authorization", "Bearer a").body(String::new()).expect("a request")
}

#[test]
fn requests_are_made_one() {
    let write = Run::of(Endpoint::GroupMembers).send();
    let parts = [get(&format!("{V1}/groups?$top=1")), write, get(&format!("{V1}/users/a%20b"))];
    // A link may spell the host differently.
    let parts = [&parts[..], &[get("https://Graph.Microsoft.com/v1.0/users?$skiptoken=X")]].concat();
    let request = batch::request(&base_url(), &parts).unwrap();
    assert_eq!((request.method().as_str(), request.uri().to_string()), ("POST", format!("{V1}/$batch")));
    let headers: Vec<_> =
        request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let json = b"application/json".as_slice();
    assert_eq!(headers, [("accept", json), ("content-type", json)], "no token");
    let body: Value = serde_json::from_str(request.body()).unwrap();
    let reference = json!({ "@odata.id": format!("{V1}/directoryObjects/{TARGET}") });
    let expected = json!({ "requests": [
        { "id": "0", "method": "GET", "url": "/groups?$top=1" },
        {
            "id": "1", "method": "POST", "url": format!("/groups/{GROUP}/members/$ref"),
            "headers": { "Content-Type": "application/json" }, "body": reference,
        },
        { "id": "2", "method": "GET", "url": "/users/a%20b" },
        { "id": "3", "method": "GET", "url": "/users?$skiptoken=X" },
    ] });
    assert_eq!(body, expected);
}

#[test]
fn a_batch_holds_twenty() {
    let parts: Vec<_> = (0..21).map(|number| get(&format!("{V1}/users/{number}"))).collect();
    assert_eq!(batch::MAX, 20);
    for number in [0, 1, 20] {
        let request = batch::request(&base_url(), &parts[..number]).unwrap();
        let body: Value = serde_json::from_str(request.body()).unwrap();
        assert_eq!(body["requests"].as_array().unwrap().len(), number);
    }
    let error = batch::request(&base_url(), &parts).unwrap_err();
    assert_eq!(error, BatchError::TooMany { actual: 21 });
    assert_eq!(error.to_string(), "batch has 21 requests: at most 20 are allowed");
}

#[test]
fn what_is_for_another_service_or_not_json_is_no_part() {
    let with_body = |body: &str| get(&format!("{V1}/users")).map(|_| body.to_owned());
    let others = [
        get("https://example.com/v1.0/users"),
        get("https://graph.microsoft.us/v1.0/users"),
        get("https://graph.microsoft.com/beta/users"),
        get("http://graph.microsoft.com/v1.0/users"),
        get("/v1.0/users"),
        with_body("<html>"),
        with_body("{"),
        with_body(" "),
    ];
    for other in others {
        let parts = [get(&format!("{V1}/users")), other];
        let error = batch::request(&base_url(), &parts).map(drop).unwrap_err();
        assert_eq!(error, BatchError::NotAPart { index: 1 }, "{:?}", parts[1]);
        assert_eq!(
            error.to_string(),
            "request 1 cannot be part of the batch: it must be for the same service, and its body must be JSON"
        );
    }
    // The spelling of the address does not matter.
    let shouted: BaseUrl = "HTTPS://graph.microsoft.com/".parse().unwrap();
    assert!(batch::request(&shouted, &[get(&format!("{V1}/users"))]).is_ok());
}

fn read(responses: &Value, parts: usize) -> Vec<Option<Response<String>>> {
    batch::read(&of_json(200, &json!({ "responses": responses })), parts).expect("a batch")
}

#[test]
fn answers_come_in_the_order_of_the_requests() {
    let responses = json!([
        { "id": "2", "status": 429, "headers": { "Retry-After": "17", "request-id": "r1", "no header": "x", "y": "\n" } },
        { "id": "0", "status": 200, "headers": null, "body": { "value": [1,  2] } },
        { "id": "9", "status": 200 },
        { "id": "3", "status": 404, "body": "PGh0bWw+" },
        { "id": "4", "status": 204, "body": null },
        { "id": "5", "status": 500 },
        { "id": "5", "status": 200 },
    ]);
    let answers = read(&responses, 6);
    assert_eq!(answers.len(), 6);
    let part = |number: usize| answers[number].as_ref().map(|it| (it.status().as_u16(), it.body().as_str()));
    assert_eq!(part(0), Some((200, r#"{"value":[1,2]}"#)));
    assert_eq!(part(1), None, "it was not answered");
    assert_eq!(part(2), Some((429, "")));
    assert_eq!(part(3), Some((404, "\"PGh0bWw+\"")));
    assert_eq!(part(4), Some((204, "")));
    assert_eq!(part(5), Some((200, "")), "of two answers, the last one counts");
    let throttled = answers[2].as_ref().unwrap();
    assert_eq!(throttled.headers()["request-id"], "r1");
    assert_eq!(throttled.headers().len(), 2, "an invalid header is left out");
    let Err(CallError::Retry { after, .. }) = read_response(throttled) else { panic!("throttled") };
    assert_eq!(after, Some(RetryAfter::Seconds(17)));
    let none = read(&json!([]), 2);
    assert_eq!((none.len(), none.iter().flatten().count()), (2, 0));
}

#[test]
fn what_is_no_answer_to_a_batch_is_an_error() {
    let missing = [
        (json!({}), "`responses`"),
        (json!({ "responses": null }), "`responses`"),
        (json!({ "responses": [{ "id": "0", "status": 200 }, { "status": 200 }] }), "`responses[1].id`"),
        (json!({ "responses": [{ "id": "a", "status": 200 }] }), "`responses[0].id`"),
        (json!({ "responses": [{ "id": "0" }] }), "`responses[0].status`"),
        (json!({ "responses": [{ "id": "0", "status": 99 }] }), "`responses[0].status`"),
        (json!({ "responses": [{ "id": "0", "status": 1000 }] }), "`responses[0].status`"),
    ];
    for (body, part) in missing {
        let error = batch::read(&of_json(200, &body), 1).unwrap_err();
        assert!(matches!(error, BatchError::Read(_)) && error.to_string().contains(part), "{error}");
    }
    for body in ["", "[]", "<html>"] {
        assert!(matches!(batch::read(&answer(200, body), 1), Err(BatchError::Read(_))), "{body}");
    }
    for (status, is_busy) in [(201, false), (400, false), (401, false), (429, true), (503, true)] {
        let Err(BatchError::Call(error)) = batch::read(&answer(status, r#"{"responses":[]}"#), 0) else {
            panic!("{status}")
        };
        assert_eq!(matches!(error, CallError::Retry { .. }), is_busy, "{status}");
    }
}
