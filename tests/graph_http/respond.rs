//! The exact responses, in `responses.txt`: each under the name of its result, as it is sent.

use access_package::graph::http::{InnerError, Rejection, respond};
use http::Response;

use crate::golden::hold;
use crate::{answer, results};

fn on_the_wire(response: &Response<String>) -> String {
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        format!("{name}: {}\n", value.to_str().expect("visible"))
    };
    let mut headers: Vec<_> = response.headers().iter().map(header).collect();
    headers.sort();
    format!("{}\n{}\n{}", response.status(), headers.concat(), response.body())
}

// R27, R28, R29, R30
#[test]
fn every_response_is_as_written() {
    let sections: Vec<_> = results()
        .into_iter()
        .map(|(name, result)| format!("== {name}\n{}\n", on_the_wire(&answer(result)).trim_end()))
        .collect();
    hold("tests/graph_http/responses.txt", &sections.join("\n"));
}

// R27
#[test]
fn accepted_has_neither_body_nor_any_header() {
    let response = answer(Ok(()));
    assert_eq!(response.status(), 202);
    assert!(response.body().is_empty());
    assert!(response.headers().is_empty());
}

#[test]
fn what_the_host_passes_in_is_text_and_stays_text() {
    let hostile = "\"}}\r\n\0</script>\u{2028}é";
    let inner = InnerError {
        date: access_package::Timestamp::MIN,
        request_id: hostile,
        client_request_id: Some(hostile),
    };
    let response = respond(Err(Rejection::NotFound), &inner);
    let body: serde_json::Value = serde_json::from_str(response.body()).expect("JSON");
    assert_eq!(body["error"]["innerError"]["request-id"], hostile);
    assert_eq!(body["error"]["innerError"]["client-request-id"], hostile);
}

#[test]
fn without_a_client_request_id_there_is_none() {
    let inner = InnerError {
        date: "2022-07-27T21:55:19.69Z".parse().unwrap(),
        request_id: "1",
        client_request_id: None,
    };
    let response = respond(Err(Rejection::NoCaller), &inner);
    let end = r#""innerError":{"date":"2022-07-27T21:55:19.69Z","request-id":"1"}}}"#;
    assert!(response.body().ends_with(end), "{}", response.body());
}
