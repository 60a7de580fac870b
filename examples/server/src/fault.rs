//! Why a request is not answered as it wishes, and the answer to that: an error of OData as JSON.

use access_package::graph::http::{InnerError, Rejection, respond};
use access_package::{Refusal, Unauthorized};
use axum::http::header::ALLOW;
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::json;
use tracing::error;

use crate::Problem;
use crate::service::json_response;

pub enum Fault {
    /// In the words of the crate.
    Rejected(Rejection),
    /// Only this method is allowed.
    Only(&'static str),
    /// Another mistake of the caller: the status, the code and the message.
    Other(StatusCode, &'static str, &'static str),
    Problem(Problem),
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Rejected(refusal.into())
    }
}

impl From<Unauthorized> for Fault {
    fn from(unauthorized: Unauthorized) -> Self {
        Refusal::Unauthorized(unauthorized).into()
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
        let allow = if let Self::Only(method) = self { Some(HeaderValue::from_static(method)) } else { None };
        let (status, code, message) = match self {
            Self::Rejected(rejection) => return respond(Err(rejection), inner),
            Self::Only(method) => {
                let message = format!("method is not allowed: only `{method}` is");
                (StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
            }
            Self::Other(status, code, message) => (status, code, message.into()),
            Self::Problem(problem) => {
                error!(%problem, request_id = inner.request_id, "request is not answered");
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "the server has failed".into())
            }
        };
        let body = json!({ "error": { "code": code, "message": message, "innerError": inner } });
        let mut response = json_response(status, body.to_string());
        response.headers_mut().extend(allow.map(|method| (ALLOW, method)));
        response
    }
}
