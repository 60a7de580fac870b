//! Why a request fails, and the answer that says so: an OData error as JSON.

use access_package::Refusal;
use access_package::graph::http::{InnerError, Rejection, respond};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::json;
use tracing::{error, warn};

use crate::Problem;
use crate::service::json_response;
use crate::store::is_busy;

pub enum Fault {
    /// A rejection in the words of the crate.
    Rejected(Rejection),
    /// Another mistake of the caller: the status, the code and the message.
    Other(StatusCode, &'static str, &'static str),
    /// The request is not valid; the message says why.
    Invalid(String),
    /// The caller may not reprocess the assignment, and so may not read it either.
    NotReadable(Refusal),
    /// The same request may succeed later.
    Busy(&'static str),
    Problem(Problem),
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl Fault {
    #[must_use]
    pub fn response(self, inner: &InnerError<'_>) -> Response<String> {
        let rejection = match self {
            Self::Rejected(rejection) => rejection,
            Self::Other(status, code, message) => return other(status, code, message, inner),
            Self::Invalid(message) => {
                return other(StatusCode::BAD_REQUEST, "InvalidRequest", &message, inner);
            }
            Self::NotReadable(refusal) => {
                let response = respond(Err(refusal.into()), inner);
                return response.map(|body| {
                    body.replacen("reprocess this assignment", "read what they may not reprocess", 1)
                });
            }
            Self::Busy(message) => return busy(message, inner),
            // Neither the call nor the stored data is at fault.
            Self::Problem(problem) if is_busy(&problem) => {
                warn!(%problem, request_id = inner.request_id, "database is busy or out of reach");
                return busy("database is busy or out of reach: call again", inner);
            }
            Self::Problem(problem) => {
                error!(%problem, request_id = inner.request_id, "request is not answered");
                Rejection::Failed
            }
        };
        respond(Err(rejection), inner)
    }
}

fn busy(message: &str, inner: &InnerError<'_>) -> Response<String> {
    let mut response = other(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message, inner);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn other(status: StatusCode, code: &str, message: &str, inner: &InnerError<'_>) -> Response<String> {
    let body = json!({ "error": { "code": code, "message": message, "innerError": inner } });
    json_response(status, body.to_string())
}
