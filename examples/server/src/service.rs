//! The requests. `/healthz`, `/readyz` and the preflight of a browser need no token; every other request
//! first has to say who calls.

mod batch;
mod cors;
mod list;
mod options;
mod shape;

use std::sync::Arc;
use std::time::Duration;

use access_package::graph::http::{self, InnerError, Rejection, Target};
use access_package::graph::{self, BaseUrl};
use access_package::{Account, AssignmentState, Caller, Event, Reason};
use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use serde_json::json;
use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;
use tracing::{info, warn};
use uuid::Uuid;

pub use self::cors::Origins;
use self::options::{Options, parameters};
use crate::fault::Fault;
use crate::stand_in::StandIn;
use crate::store::Store;
use crate::token::Tokens;
use crate::{contract, metrics, now};

/// The only paths without a token.
const HEALTH: &str = "/healthz";
const READY: &str = "/readyz";
const READY_TIME: Duration = Duration::from_secs(2);

const CLIENT_REQUEST_ID: usize = 128;

/// How large a body may be, and how long it may take.
const BODY_SIZE: usize = 64 * 1024;
const BODY_TIME: Duration = Duration::from_secs(5);

const NO_SUCH_ROUTE: Fault = Fault::Other(StatusCode::NOT_FOUND, "ResourceNotFound", "no such route");
const BODY_TOO_LARGE: Fault = Fault::Other(
    StatusCode::PAYLOAD_TOO_LARGE,
    "RequestBodyTooLarge",
    "body is larger than 64 KiB, or broken off: none is needed",
);
const BODY_TOO_LATE: Fault =
    Fault::Other(StatusCode::REQUEST_TIMEOUT, "RequestTimeout", "body is not there in time: none is needed");

pub struct Service {
    pub store: Store,
    /// In development, the directory that this server started.
    pub stand_in: Option<StandIn>,
    pub tokens: Tokens,
    /// Notified when a call is accepted.
    pub accepted: Arc<Notify>,
    /// Limits the requests that are under way.
    pub places: Semaphore,
    /// Limits the lists that are under way, so that connections of the database stay free for calls.
    pub lists: Semaphore,
    /// Where clients find this server, if that is not what they send in `Host`.
    pub public_url: Option<BaseUrl>,
    pub origins: Origins,
}

impl Service {
    /// Answers every request: a failure becomes an OData error as JSON.
    pub async fn answer(self: Arc<Self>, request: Request<Body>) -> Response<String> {
        let (head, body) = request.into_parts();
        let request_id = Uuid::new_v4().to_string();
        let client_request_id = head.headers.get("client-request-id").and_then(|id| id.to_str().ok());
        // A longer value is not an id.
        let client_request_id = client_request_id.filter(|id| id.len() <= CLIENT_REQUEST_ID);
        let inner = InnerError { date: now(), request_id: &request_id, client_request_id };
        let answer = if head.uri.path() == HEALTH {
            only(&head, "GET").map(|()| Response::new("ok".into()))
        } else if let Some(response) = self.origins.preflight(&head) {
            Ok(response)
        } else if let Ok(_place) = self.places.try_acquire() {
            let body = read_to_end(body).await;
            self.respond(&head, body, &inner).await
        } else {
            Err(Fault::Busy("too many requests are under way: call again"))
        };
        let mut response = answer.unwrap_or_else(|fault| fault.response(&inner));
        metrics::answered(response.status());
        self.origins.allow(&head, &mut response);
        for (name, value) in [("request-id", Some(&*request_id)), ("client-request-id", client_request_id)] {
            if let Some(value) = value.and_then(|value| value.parse().ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// Step 1: who calls.
    async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Fault> {
        let token = http::bearer_token(headers).ok_or(Rejection::NoCaller)?;
        let payload = self.tokens.check(token).await?;
        let mut caller = Caller::from_claims(&payload.claims, []);
        // In a delegated token, `appid` names the application in between, whose roles are not the user's.
        let application = payload.appid.filter(|_| caller.account == Account::Application);
        caller.object = caller.object.or(application);
        if let Some(principal) = caller.object {
            caller.roles.extend(self.store.roles(principal).await?);
        }
        Ok(caller)
    }

    async fn respond(
        &self,
        head: &Parts,
        body: Result<Bytes, Fault>,
        inner: &InnerError<'_>,
    ) -> Result<Response<String>, Fault> {
        if head.uri.path() == READY {
            only(head, "GET")?;
            return self.ready().await;
        }
        let caller = self.caller(&head.headers).await?;
        let body = body?;
        match batch::version(head.uri.path()) {
            Some(version) => self.batch(&caller, version, head, &body, inner).await,
            None => self.perform(&caller, head, inner).await,
        }
    }

    /// Whether calls would be accepted now. The details of a failure are for the log.
    async fn ready(&self) -> Result<Response<String>, Fault> {
        if !self.tokens.is_ready() {
            warn!("not ready: keys of tokens are not there");
            return Err(Fault::Busy("keys of tokens are not there"));
        }
        let problem = match timeout(READY_TIME, self.store.ready()).await {
            Ok(Ok(())) => return Ok(Response::new("ready".into())),
            Ok(Err(problem)) => problem,
            Err(late) => late.into(),
        };
        let problem = self.store.kind.why(problem).await;
        warn!(%problem, "not ready");
        Err(Fault::Busy("database is not ready"))
    }

    /// A request of a known caller.
    async fn perform(
        &self,
        caller: &Caller,
        head: &Parts,
        inner: &InnerError<'_>,
    ) -> Result<Response<String>, Fault> {
        let uri = &head.uri;
        let accepted = |event: Event| {
            if event.to == AssignmentState::Delivering {
                self.accepted.notify_one();
            }
            http::respond(Ok(()), inner)
        };
        let request = Request::from_parts(head.clone(), ());
        let call = http::recognize(&request).transpose()?;
        match call.map(|call| (call.target, call.version)) {
            Some((Target::Reprocess(id), _)) => {
                let id = id?;
                let attempt = contract::reprocess(&self.store, caller, id).await;
                decided(caller, &format!("assignment {id}"), &attempt);
                attempt.map(accepted)
            }
            Some((Target::ReprocessRequest { request, below }, _)) => {
                let id = request?;
                let attempt = contract::reprocess_request(&self.store, caller, id, below).await;
                decided(caller, &format!("request {id}"), &attempt);
                attempt.map(accepted)
            }
            Some((Target::Assignment(id), version)) => {
                if let (Err(_), Some(('$', name))) = (id, last_segment(uri)) {
                    return Err(Fault::Invalid(format!("`${name}` is not supported")));
                }
                let options = Options::read(uri, version, false)?;
                let assignment = contract::load_for(caller, &self.store, id?).await?;
                let written = graph::json::write(&assignment, version);
                Ok(json_response(StatusCode::OK, options.selection.shown(written, None)?))
            }
            Some((Target::Assignments, version)) => self.list(caller, version, head).await,
            None if uri.path() == "/dev/remove-grant" => match &self.stand_in {
                Some(stand_in) => {
                    only(head, "POST")?;
                    self.remove_grants(caller, uri, stand_in).await
                }
                None => Err(NO_SUCH_ROUTE),
            },
            _ => Err(NO_SUCH_ROUTE),
        }
    }

    /// Takes all access from the target of an assignment, so that you can watch a reprocess restore it.
    async fn remove_grants(
        &self,
        caller: &Caller,
        uri: &Uri,
        stand_in: &StandIn,
    ) -> Result<Response<String>, Fault> {
        let given = parameters(uri).into_iter().find(|(name, _)| name == "assignment");
        let id = given.and_then(|(_, id)| id.parse().ok()).ok_or(Rejection::InvalidId)?;
        let target = contract::load_for(caller, &self.store, id).await?.target();
        let removed = stand_in.remove(target).await?;
        Ok(json_response(StatusCode::OK, json!({ "removed": removed }).to_string()))
    }
}

/// Logs one line for each decision: who asked for what, and the verdict.
fn decided(caller: &Caller, asked: &str, attempt: &Result<Event, Fault>) {
    let caller = caller.object.map(|object| object.to_string()).unwrap_or_default();
    match attempt {
        Ok(event) => info!(caller, asked, verdict = "accepted", attempt = event.attempt, "decision"),
        Err(Fault::Rejected(Rejection::Refused(refusal))) => {
            let reasons: Vec<_> = refusal.reasons().map(Reason::code).collect();
            info!(caller, asked, verdict = "refused", reasons = reasons.join(","), "decision");
        }
        Err(Fault::Rejected(_)) => info!(caller, asked, verdict = "missing", "decision"),
        // There was no decision: the failure is logged where it happens.
        Err(_) => {}
    }
}

fn only(head: &Parts, allowed: &'static str) -> Result<(), Fault> {
    let is_allowed = head.method == allowed || allowed == "GET" && head.method == "HEAD";
    if is_allowed { Ok(()) } else { Err(Rejection::MethodNotAllowed { allowed }.into()) }
}

/// The first character of the last segment of a path, and the rest of that segment.
fn last_segment(uri: &Uri) -> Option<(char, &str)> {
    let (_, segment) = uri.path().rsplit_once('/')?;
    let segment =
        segment.strip_prefix("%24").map_or((segment.chars().next()?, segment.get(1..)?), |rest| ('$', rest));
    Some(segment)
}

/// Reads the body to its end, though only a batch looks at it (R26): an unread rest would cost the client its
/// connection.
async fn read_to_end(body: Body) -> Result<Bytes, Fault> {
    match timeout(BODY_TIME, to_bytes(body, BODY_SIZE)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(BODY_TOO_LARGE),
        Err(_) => Err(BODY_TOO_LATE),
    }
}

#[must_use]
pub fn json_response(status: StatusCode, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
