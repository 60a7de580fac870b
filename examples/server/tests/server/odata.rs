//! What the errors look like, to the byte but for ids and dates.

use crate::support::Answer;

pub fn error(code: &str, message: &str, details: &[[&str; 2]]) -> String {
    let details: Vec<_> = details
        .iter()
        .map(|[code, message]| format!(r#"{{"code":"{code}","message":"{message}"}}"#))
        .collect();
    format!(
        r#"{{"error":{{"code":"{code}","message":"{message}","details":[{}],"innerError":{{"date":"DATE","request-id":"ID"}}}}}}"#,
        details.join(",")
    )
}

pub fn failed() -> String {
    plain("InternalServerError", "the server has failed")
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
