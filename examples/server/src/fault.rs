//! Why a request is not answered as it wishes, and the answer to that: an error of OData as JSON.

use access_package::graph::http::{InnerError, Rejection, respond};
use axum::http::{Response, StatusCode};
use serde_json::json;
use tracing::error;

use crate::Problem;
use crate::service::json_response;

pub enum Fault {
    /// In the words of the crate.
    Rejected(Rejection),
    /// Another mistake of the caller: the status, the code and the message.
    Other(StatusCode, &'static str, &'static str),
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
            Self::Other(status, code, message) => {
                let body = json!({ "error": { "code": code, "message": message, "innerError": inner } });
                return json_response(status, body.to_string());
            }
            Self::Problem(problem) => {
                error!(%problem, request_id = inner.request_id, "request is not answered");
                Rejection::Failed
            }
        };
        respond(Err(rejection), inner)
    }
}
