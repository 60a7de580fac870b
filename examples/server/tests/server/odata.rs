//! The errors, byte by byte except for ids and dates.

use access_package::Timestamp;
use access_package::graph::http::{InnerError, Rejection, respond};

use crate::support::Answer;

/// The answer of the crate, whose bytes the crate's own tests check.
pub fn rejected(rejection: impl Into<Rejection>) -> String {
    let inner = InnerError { date: Timestamp::MIN, request_id: "ID", client_request_id: None };
    let body = respond(Err(rejection.into()), &inner).into_body();
    body.replace(&Timestamp::MIN.to_string(), "DATE")
}

/// The same error for a caller who wanted to read.
pub fn reading(rejected: &str) -> String {
    rejected.replacen("may not reprocess this assignment", "may not read what they may not reprocess", 1)
}

/// An error of the server itself, which has no details.
pub fn plain(code: &str, message: &str) -> String {
    format!(
        r#"{{"error":{{"code":"{code}","innerError":{{"date":"DATE","request-id":"ID"}},"message":"{message}"}}}}"#
    )
}

pub fn assert_is(answer: Answer, status: u16, body: &str, what: &str) {
    let answer = answer.without_ids();
    assert_eq!((answer.status, &*answer.body), (status, body), "{what}");
    // R27, R29
    let content_type = (!body.is_empty()).then_some("application/json");
    assert_eq!(answer.header("content-type"), content_type, "{what}");
}
