//! The requests over HTTP: the paths of Graph with its token, batches, and the paths of control.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body as Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::sleep;
use tracing::error;
use uuid::Uuid;

use super::Directory;
use super::answer::{Answer, Body, Loss, Reply};
use super::call::About;
use super::connection::Cut;
use super::kind::{self, Kind};
use crate::Problem;

/// How large a body may be: the body of a seed is large.
const BODY_SIZE: usize = 256 * 1024 * 1024;
/// How many requests a batch has at most.
const BATCH: usize = 20;
/// How long an answer is withheld; then the connection is cut.
const WITHHELD: Duration = Duration::from_mins(10);

impl Directory {
    pub fn router(self) -> Router {
        Router::new().fallback(answer).with_state(Arc::new(self))
    }

    fn is_authorized(&self, headers: &HeaderMap) -> bool {
        let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = value.and_then(|value| value.split_once(' ')).unwrap_or_default();
        scheme.eq_ignore_ascii_case("Bearer") && token == self.token
    }

    async fn respond(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
        request_id: &str,
    ) -> Result<Reply, Problem> {
        if !self.is_authorized(headers) {
            return Ok(Reply::Answer(Answer::error("InvalidAuthenticationToken")));
        }
        if uri.path().starts_with("/control/") {
            return Ok(Reply::Answer(self.control(method, uri, body).await?));
        }
        let uri = uri.path_and_query().map(|it| it.as_str().strip_prefix("/v1.0").unwrap_or_default());
        let Some(Ok(uri)) = uri.filter(|uri| uri.starts_with('/')).map(str::parse::<Uri>) else {
            return Ok(Reply::Answer(Answer::error_saying("BadRequest", "Invalid version.")));
        };
        if (method, uri.path()) == (&Method::POST, "/$batch") {
            self.batch(body, request_id).await
        } else {
            self.perform(method, &uri, body).await
        }
    }

    /// Up to 20 requests, carried out in order. Their answers come in another order, as Graph allows.
    async fn batch(&self, body: &[u8], request_id: &str) -> Result<Reply, Problem> {
        #[derive(Deserialize)]
        struct Batch {
            requests: Vec<Part>,
        }
        #[derive(Deserialize)]
        struct Part {
            id: String,
            method: String,
            url: String,
            #[serde(default)]
            body: Value,
        }
        let about = About { kind: Kind::Batch, method: kind::Method::Post, resource: None, principal: None };
        let batch = match serde_json::from_slice::<Batch>(body) {
            Ok(batch) if batch.requests.len() <= BATCH => batch,
            Ok(_) => {
                let message = format!("Number of batch request steps exceeds the maximum value of {BATCH}.");
                return Ok(Reply::Answer(Answer::error_saying("BadRequest", &message)));
            }
            Err(error) => {
                return Ok(Reply::Answer(Answer::error_saying("BadRequest", &error.to_string())));
            }
        };
        let decision = self.decide(about).await?;
        if !decision.is_carried_out() {
            return Ok(decision.reply(Kind::Batch, None));
        }
        let mut responses = Vec::new();
        for part in batch.requests {
            let (Ok(uri), Ok(method)) = (part.url.parse::<Uri>(), part.method.parse::<Method>()) else {
                return Ok(Reply::Answer(Answer::error_saying(
                    "BadRequest",
                    "Invalid batch payload format.",
                )));
            };
            let body = if part.body.is_null() { Vec::new() } else { part.body.to_string().into() };
            match self.perform(&method, &uri, &body).await? {
                Reply::Answer(answer) => {
                    responses.push(response_of(&part.id, answer.about(request_id, None)));
                }
                // A part has no connection of its own: the answer to all of them is lost.
                Reply::Lost(loss) => return Ok(Reply::Lost(loss)),
            }
        }
        responses.reverse();
        Ok(decision.reply(Kind::Batch, Some(Answer::ok(json!({ "responses": responses })))))
    }
}

/// The answer to one part of a batch.
fn response_of(id: &str, answer: Answer) -> Value {
    let mut headers = Map::new();
    headers.extend(answer.retry_after.map(|after| ("Retry-After".to_owned(), after.into())));
    let mut response = json!({ "id": id, "status": answer.status.as_u16() });
    match answer.body {
        Body::None => {}
        Body::Json(body) => {
            headers.insert("Content-Type".to_owned(), "application/json".into());
            response["body"] = body;
        }
        Body::Text(body) => {
            headers.insert("Content-Type".to_owned(), "text/html".into());
            // The text of a fault may still be JSON.
            response["body"] = serde_json::from_str(&body).unwrap_or_else(|_| body.into());
        }
    }
    response["headers"] = headers.into();
    response
}

async fn answer(
    State(directory): State<Arc<Directory>>,
    ConnectInfo(connection): ConnectInfo<Cut>,
    request: Request,
) -> Response<Bytes> {
    let (head, body) = request.into_parts();
    let request_id = Uuid::new_v4().to_string();
    let client_request_id = head.headers.get("client-request-id").and_then(|id| id.to_str().ok());
    let reply = match to_bytes(body, BODY_SIZE).await {
        Ok(body) => {
            let reply = directory.respond(&head.method, &head.uri, &head.headers, &body, &request_id);
            reply.await.unwrap_or_else(|problem| {
                error!(%problem, "request is not answered");
                Reply::Answer(Answer::error("InternalServerError"))
            })
        }
        Err(error) => Reply::Answer(Answer::error_saying("BadRequest", &error.to_string())),
    };
    match reply {
        Reply::Answer(answer) => response(answer.about(&request_id, client_request_id), &request_id),
        Reply::Lost(loss) => {
            match loss {
                Loss::Dropped => {}
                Loss::Withheld => sleep(WITHHELD).await,
            }
            connection.cut();
            Response::default()
        }
    }
}

fn response(answer: Answer, request_id: &str) -> Response<Bytes> {
    let (media_type, body) = match answer.body {
        Body::None => (None, String::new()),
        Body::Json(body) => (Some("application/json"), body.to_string()),
        Body::Text(body) => (Some("text/html"), body),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.extend(media_type.map(|it| (CONTENT_TYPE, HeaderValue::from_static(it))));
    headers.extend(answer.retry_after.and_then(|after| Some((RETRY_AFTER, after.parse().ok()?))));
    if let Ok(request_id) = request_id.parse() {
        headers.insert("request-id", request_id);
    }
    if answer.status == StatusCode::TOO_MANY_REQUESTS {
        headers.insert("x-ms-throttle-scope", HeaderValue::from_static("Tenant_Application/ReadWrite"));
    }
    response
}
