//! The requests of a client, and how it reads responses of servers that are not ours.

use access_package::graph::http::{
    CallError, Detail, ErrorResponse, GetError, Rejection, RequestError, RetryAfter, Target, get,
    read_assignment, read_response, recognize, request,
};
use access_package::graph::{self, Version};
use access_package::{AssignmentState, Refusal, Step};
use http::{Response, StatusCode};

use crate::support::in_state;
use crate::{TOKEN, answer, id, results};

const GRAPH: &str = "https://graph.microsoft.com";

// R24, R25, R26
#[test]
fn the_request_is_the_documented_one() {
    let urls = [
        (
            Version::V1,
            "https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/assignments/d82eb508-acc4-43cc-bcf1-7c1c4a2c073b/reprocess",
        ),
        (
            Version::Beta,
            "https://graph.microsoft.com/beta/identityGovernance/entitlementManagement/accessPackageAssignments/d82eb508-acc4-43cc-bcf1-7c1c4a2c073b/reprocess",
        ),
    ];
    for (version, url) in urls {
        let request = request(GRAPH, version, id(), TOKEN).unwrap();
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri(), url);
        let headers = [
            ("authorization", "Bearer eyJ0eXAi.eyJhdWQi.c2ln-_~+/=="),
            ("accept", "application/json"),
            ("content-length", "0"),
        ];
        assert_eq!(request.headers().len(), headers.len());
        for (name, value) in headers {
            assert_eq!(request.headers()[name], value);
        }
    }
}

#[test]
fn the_token_is_not_shown() {
    let request = request(GRAPH, Version::V1, id(), TOKEN).unwrap();
    assert!(request.headers()["authorization"].is_sensitive());
    assert!(!format!("{request:?}").contains("eyJ0"), "{request:?}");
}

#[test]
fn what_is_no_token_is_not_sent() {
    let long = "a".repeat(100_000);
    for token in ["a", "a=", "a==", "-._~+/", &long] {
        assert!(request(GRAPH, Version::V1, id(), token).is_ok(), "{token:.20}");
    }
    let others = [
        "",
        " ",
        "=",
        "==",
        "a b",
        " a",
        "a ",
        "a\r\nX: y",
        "a\n",
        "a\0",
        "a\"b",
        "a,b",
        "a=b",
        "ä",
        "\u{7f}",
    ];
    for token in others {
        let refused = request(GRAPH, Version::V1, id(), token).map(drop);
        assert_eq!(refused, Err(RequestError::Token), "{token:?}");
    }
}

#[test]
fn what_is_no_base_url_is_not_called() {
    let long = format!("{GRAPH}/{}", "a".repeat(70_000));
    let others = [
        "",
        "/",
        "graph.microsoft.com",
        "localhost:8080",
        "/graph",
        "https://",
        "https:///",
        "https://graph microsoft.com",
        "https://graph.microsoft.com?x=1",
        "https://graph.microsoft.com/#x",
        "https://graph.microsoft.com\r\n",
        "://graph.microsoft.com",
        "ftp://graph.microsoft.com",
        &long,
    ];
    for base_url in others {
        let refused = request(base_url, Version::V1, id(), TOKEN).map(drop);
        assert_eq!(refused, Err(RequestError::BaseUrl), "{base_url:.60?}");
    }
}

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response<String> {
    let add = |response: http::response::Builder, &(name, value): &(&str, &str)| response.header(name, value);
    headers.iter().fold(Response::builder().status(status), add).body(body.into()).unwrap()
}

fn told(status: u16, code: Option<&str>, message: Option<&str>) -> ErrorResponse {
    let status = StatusCode::from_u16(status).unwrap();
    ErrorResponse { status, code: code.map(Into::into), message: message.map(Into::into), details: vec![] }
}

/// The error in a response that is not accepted and should not be repeated.
fn heard(response: &Response<String>) -> ErrorResponse {
    match read_response(response) {
        Err(CallError::Rejected(told)) => told,
        other => panic!("{other:?}"),
    }
}

// R27: whatever else the response contains.
#[test]
fn accepted_is_202_and_nothing_else() {
    for body in ["", "{}", "<html>", r#"{"error":{"code":"UnAuthorized"}}"#] {
        let headers = [("content-type", "application/json"), ("retry-after", "1")];
        assert_eq!(read_response(&response(202, &headers, body)), Ok(()));
        for status in [100, 200, 201, 203, 204, 302, 304, 418, 500, 502] {
            assert_eq!(heard(&response(status, &headers, body)).status, status, "{body}");
        }
    }
}

#[test]
fn graph_is_heard_in_its_own_words() {
    let reason = "User is not authorized to perform the operation. Reason: no role.";
    let forbidden = format!(
        r#"{{"error":{{"code":"UnAuthorized","message":"{reason}","innerError":{{"date":"2022-07-27T21:55:19","request-id":"1"}}}}}}"#
    );
    let cases = [
        (403, &*forbidden, Some("UnAuthorized"), Some(reason)),
        (
            400,
            r#"{"error":{"code":"InvalidModel","message":"The model is invalid.","details":null,"target":"x"}}"#,
            Some("InvalidModel"),
            Some("The model is invalid."),
        ),
        // These codes are ours, too, but may mean something else.
        (
            401,
            r#"{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed.","details":[]}}"#,
            Some("InvalidAuthenticationToken"),
            Some("Lifetime validation failed."),
        ),
        (
            404,
            r#"{"error":{"code":"ResourceNotFound","message":"Invalid version: v3.0"}}"#,
            Some("ResourceNotFound"),
            Some("Invalid version: v3.0"),
        ),
        (
            400,
            r#"{"error":{"code":"InvalidRequest","message":"No.","details":[{"code":"x"},{"message":"y"}]}}"#,
            Some("InvalidRequest"),
            Some("No."),
        ),
        (500, r#"{"error":{"code":"generalException"}}"#, Some("generalException"), None),
        (500, r#"{"error":{"message":"sorry"}}"#, None, Some("sorry")),
        (400, r#"{"error":{"code":null,"message":null,"details":null}}"#, None, None),
    ];
    for (status, body, code, message) in cases {
        let mut heard = heard(&response(status, &[], body));
        let details = std::mem::take(&mut heard.details);
        assert_eq!(heard, told(status, code, message), "{body}");
        assert!(details.iter().all(|detail| matches!(detail, Detail::Other { .. })), "{body}");
    }
}

#[test]
fn a_body_that_says_nothing_is_normal() {
    let nested = "[".repeat(100_000);
    let bodies = [
        "",
        " ",
        "<html><h1>502 Bad Gateway</h1></html>",
        "null",
        "7",
        "[]",
        "{}",
        r#"{"error":null}"#,
        r#"{"error":"UnAuthorized"}"#,
        r#"{"error":{}}"#,
        r#"{"error":{"code":7}}"#,
        r#"{"error":{"code":"UnAuthorized""#,
        &nested,
    ];
    for body in bodies {
        for status in [400, 401, 403, 404, 405, 500] {
            assert_eq!(heard(&response(status, &[], body)), told(status, None, None), "{body:.40}");
        }
    }
}

#[test]
fn what_passes_is_called_again() {
    let seconds = |seconds| Some(RetryAfter::Seconds(seconds));
    let text = |text: &str| Some(RetryAfter::Text(text.into()));
    let date = "Wed, 21 Oct 2015 07:28:00 GMT";
    let headers: [(&[(&str, &str)], _); 19] = [
        (&[], None),
        (&[("Retry-After", "0")], seconds(0)),
        (&[("retry-after", "120")], seconds(120)),
        (&[("retry-after", " 120 ")], seconds(120)),
        (&[("retry-after", date)], text(date)),
        (&[("retry-after", "007")], seconds(7)),
        (&[("retry-after", "\t120")], seconds(120)),
        (&[("retry-after", "+5")], text("+5")),
        (&[("retry-after", "-5")], text("-5")),
        (&[("retry-after", "1 2")], text("1 2")),
        (&[("retry-after", "0x10")], text("0x10")),
        (&[("retry-after", "1.5")], text("1.5")),
        (&[("retry-after", "18446744073709551615")], seconds(u64::MAX)),
        (&[("retry-after", "18446744073709551616")], text("18446744073709551616")),
        (&[("retry-after", "99999999999999999999")], text("99999999999999999999")),
        (&[("retry-after", "")], None),
        (&[("retry-after", " ")], None),
        // Of two headers the first one counts: both are only advice.
        (&[("retry-after", "1"), ("retry-after", "2")], seconds(1)),
        (&[("retry-after", "é")], None),
    ];
    for status in [429, 503, 504] {
        for (headers, after) in &headers {
            for body in ["", r#"{"error":{"code":"TooManyRequests","message":"Retry."}}"#] {
                let expected =
                    CallError::Retry { status: StatusCode::from_u16(status).unwrap(), after: after.clone() };
                assert_eq!(read_response(&response(status, headers, body)), Err(expected), "{headers:?}");
            }
        }
    }
}

/// Words and details of a later version are kept beside the known ones.
#[test]
fn the_words_for_programs_count_and_unknown_ones_hide_no_others() {
    for (name, result) in results() {
        let Err(rejection) = result else { continue };
        let said = answer(result);
        let mut body: serde_json::Value = serde_json::from_str(said.body()).unwrap();
        let (reasons, remedies) = match rejection {
            Rejection::Refused(refusal) => (refusal.reasons().collect(), steps(refusal)),
            _ => (vec![], vec![]),
        };
        for detail in body["error"]["details"].as_array_mut().unwrap() {
            detail["message"] = "in other words".into();
        }
        let details = body["error"]["details"].as_array().unwrap().clone();
        for place in 0..=details.len() {
            let unknown = serde_json::json!({ "code": "holdRole+another", "message": "who knows" });
            let mut more = details.clone();
            more.insert(place, unknown);
            body["error"]["details"] = more.into();
            let heard = heard(&said.clone().map(|_| body.to_string()));
            assert_eq!(heard.reasons().collect::<Vec<_>>(), reasons, "{name}");
            assert!(heard.remedies().eq(remedies.iter().map(Vec::as_slice)), "{name}");
            let unknown =
                Detail::Other { code: Some("holdRole+another".into()), message: Some("who knows".into()) };
            assert_eq!(heard.details[place], unknown, "{name}");
            assert_eq!(heard.status, said.status(), "{name}");
        }
    }
}

fn steps(refusal: Refusal) -> Vec<Vec<Step>> {
    refusal.remedies().map(|remedy| remedy.steps().collect()).collect()
}

// R15: the assignment shows the result.
#[test]
fn an_assignment_is_read_where_it_is() {
    for version in [Version::V1, Version::Beta] {
        let request = get(GRAPH, version, id(), TOKEN).unwrap();
        let call = recognize(&request).expect("ours").expect("a call");
        assert_eq!((call.version, call.target), (version, Target::Assignment(Ok(id()))));
        let expand = match version {
            Version::V1 => graph::json::EXPAND_V1,
            Version::Beta => graph::json::EXPAND_BETA,
        };
        assert_eq!(request.uri().query(), Some(&*format!("$expand={expand}")));
        assert!(request.headers()["authorization"].is_sensitive());

        let assignment = in_state(AssignmentState::Delivered);
        let document = graph::json::write(&assignment, version);
        assert_eq!(read_assignment(&response(200, &[], &document)), Ok(assignment));
    }
    let malformed = read_assignment(&response(200, &[], "{}"));
    assert!(matches!(malformed, Err(GetError::Read(_))), "{malformed:?}");
    let gone = read_assignment(&response(404, &[], ""));
    assert_eq!(gone, Err(GetError::Call(told(404, None, None).into())));
    let busy = read_assignment(&response(503, &[], ""));
    assert!(matches!(busy, Err(GetError::Call(CallError::Retry { .. }))), "{busy:?}");
}

#[test]
fn errors_say_what_is_wrong() {
    let status = StatusCode::GATEWAY_TIMEOUT;
    let other = |code, message| CallError::Rejected(told(504, code, message));
    let texts: [(&dyn std::error::Error, _); 6] = [
        (
            &RequestError::BaseUrl,
            "not a base URL: expected a URL such as `https://graph.microsoft.com`, without query or fragment",
        ),
        (
            &RequestError::Token,
            "not a bearer token: expected letters, digits and `-._~+/`, with `=` only at the end",
        ),
        (&CallError::Retry { status, after: None }, "response is `504`: call again later"),
        (&other(None, None), "response is `504`"),
        (&other(Some("Gone"), None), "response is `504`, `Gone`"),
        (&other(Some("Gone"), Some("So it is.")), "response is `504`, `Gone`: So it is."),
    ];
    for (error, text) in texts {
        assert_eq!(error.to_string(), text);
        assert!(error.source().is_none());
    }
}

#[test]
fn what_helps_against_a_refusal_of_graphs_own() {
    let told = |code: Option<&str>| ErrorResponse {
        status: StatusCode::FORBIDDEN,
        code: code.map(String::from),
        message: None,
        details: vec![],
    };
    let mut texts = std::collections::HashSet::new();
    for code in ["UnAuthorized", "NoLicense", "CallerNotResourceOwner"] {
        let help = told(Some(code)).help().expect(code);
        assert_eq!(
            (told(Some(&code.to_lowercase())).help(), graph::help_for(code)),
            (Some(help), Some(help))
        );
        assert!(texts.insert(help), "{help}");
    }
    for code in [None, Some(""), Some("InvalidModel"), Some("UnAuthorized ")] {
        assert_eq!(told(code).help(), None, "{code:?}");
    }
}
