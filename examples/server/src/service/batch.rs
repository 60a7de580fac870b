//! `POST /$batch`: up to 20 requests in one, each with an answer of its own.

use std::collections::HashSet;

use access_package::Caller;
use access_package::graph::http::InnerError;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use axum::http::{Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Service, json_response, only};
use crate::fault::Fault;

/// How many requests one batch has at most.
const PARTS: usize = 20;
const DEPENDENCY: Fault = Fault::Other(
    StatusCode::FAILED_DEPENDENCY,
    "FailedDependency",
    "a request that it depends on has failed",
);

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    depends_on: Vec<String>,
}

/// The version in the path of a `$batch`.
pub fn version(path: &str) -> Option<&'static str> {
    match &*path.to_ascii_lowercase().replace("%24", "$") {
        "/v1.0/$batch" => Some("v1.0"),
        "/beta/$batch" => Some("beta"),
        _ => None,
    }
}

impl Service {
    /// Carries the parts out one after the other, all for the caller who sends the batch. The headers and the
    /// body of a part are not needed, and not read.
    pub(super) async fn batch(
        &self,
        caller: &Caller,
        version: &str,
        head: &Parts,
        body: &[u8],
        inner: &InnerError<'_>,
    ) -> Result<Response<String>, Fault> {
        only(head, "POST")?;
        let batch: Batch = serde_json::from_slice(body)
            .map_err(|error| Fault::Invalid(format!("body is not a batch: {error}")))?;
        if batch.requests.len() > PARTS {
            return Err(Fault::Invalid(format!("batch has more than {PARTS} requests")));
        }
        // Check every id before anything is carried out.
        let mut ids = HashSet::new();
        for part in &batch.requests {
            if let Some(missing) = part.depends_on.iter().find(|id| !ids.contains(&***id)) {
                return Err(Fault::Invalid(format!(
                    "no request before `{}` has the id `{missing}`",
                    part.id
                )));
            }
            if !ids.insert(&*part.id) {
                return Err(Fault::Invalid(format!("id `{}` is given twice", part.id)));
            }
        }
        let (mut failed, mut responses) = (HashSet::new(), Vec::new());
        for part in &batch.requests {
            let answer = if part.depends_on.iter().any(|id| failed.contains(&**id)) {
                Err(DEPENDENCY)
            } else {
                self.part(caller, version, head, part, inner).await
            };
            let answer = answer.unwrap_or_else(|fault| fault.response(inner));
            if !answer.status().is_success() {
                failed.insert(&*part.id);
            }
            responses.push(told(&part.id, &answer));
        }
        Ok(json_response(StatusCode::OK, json!({ "responses": responses }).to_string()))
    }

    async fn part(
        &self,
        caller: &Caller,
        version: &str,
        head: &Parts,
        part: &Part,
        inner: &InnerError<'_>,
    ) -> Result<Response<String>, Fault> {
        let uri = format!("/{version}/{}", part.url.strip_prefix('/').unwrap_or(&part.url));
        let request = Request::builder().method(&*part.method.to_ascii_uppercase()).uri(uri).body(());
        let request = request.map_err(|error| Fault::Invalid(format!("request is not valid: {error}")))?;
        let (mut own, ()) = request.into_parts();
        for name in [AUTHORIZATION, HOST] {
            own.headers.extend(head.headers.get(&name).map(|value| (name, value.clone())));
        }
        self.perform(caller, &own, inner).await
    }
}

/// The answer to a part. The answer to the whole batch says the rest, such as the id of the request.
fn told(id: &str, answer: &Response<String>) -> Value {
    let headers = answer.headers().iter();
    let headers: Map<_, _> =
        headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into()))).collect();
    let mut response = json!({ "id": id, "status": answer.status().as_u16(), "headers": headers });
    // A body that is not JSON is left out.
    if let Ok(body) = serde_json::from_str::<Value>(answer.body()) {
        response["body"] = body;
    }
    response
}
