//! The requests. Only `/healthz` answers without a valid token; everything else first asks who calls.

use std::sync::Arc;
use std::time::Duration;

use access_package::graph::{Version, http};
use access_package::{
    Assignment, AssignmentId, AssignmentState, Caller, CatalogId, Scope, Unauthorized, graph,
};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use axum::routing::get;
use serde_json::json;
use tokio::sync::Notify;
use tokio::time::timeout;
use tracing::{debug, error};
use uuid::Uuid;

use crate::directory::Table;
use crate::store::{Loaded, Selection, Store};
use crate::token::Tokens;
use crate::{Problem, driver, now};

/// How many assignments a page of a list has at most.
const PAGE: u32 = 100;

/// How much of a body is read, and for how long.
const BODY_SIZE: usize = 64 * 1024;
const BODY_TIME: Duration = Duration::from_secs(5);

pub struct Service {
    pub store: Store,
    pub directory: Table,
    pub tokens: Tokens,
    pub wake: Arc<Notify>,
}

/// Why a request is not answered as it wishes.
enum Fault {
    /// In the words of the crate.
    Rejected(http::Rejection),
    NoSuchRoute,
    /// Only this method is allowed.
    Only(&'static str),
    Filter,
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for Fault {
    fn from(problem: E) -> Self {
        Self::Problem(problem.into())
    }
}

fn rejected(rejection: impl Into<http::Rejection>) -> Fault {
    Fault::Rejected(rejection.into())
}

fn unauthorized(unauthorized: Unauthorized) -> Fault {
    rejected(access_package::Refusal::Unauthorized(unauthorized))
}

impl Service {
    pub fn router(self) -> Router {
        // What is no route of ours is told apart in `answer`: the crate knows its own paths.
        Router::new().route("/healthz", get(|| async { "ok" })).fallback(answer).with_state(Arc::new(self))
    }

    /// 1: who calls.
    async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Fault> {
        // The crate reads the header where it reads a call, and so it is asked about one.
        let probe =
            call_at("/v1.0/identityGovernance/entitlementManagement/assignments/0/reprocess", headers)?;
        let Some(Ok(call)) = http::recognise(&probe) else { return Err(rejected(http::Rejection::NoCaller)) };
        let payload = self.tokens.check(call.token).map_err(|error| {
            debug!(%error, "token is refused");
            rejected(http::Rejection::NoCaller)
        })?;
        let roles = match payload.principal() {
            Some(principal) => self.store.roles(principal).await?,
            None => Vec::new(),
        };
        Ok(Caller::from_claims(&payload.claims, roles))
    }

    async fn route(&self, request: &axum::http::Request<()>) -> Result<Response<String>, Fault> {
        let caller = self.caller(request.headers()).await?;
        if let Some(call) = http::recognise(request) {
            let id = call.and_then(|call| call.assignment).map_err(rejected)?; // 2
            driver::reprocess(&self.store, &caller, id).await?.map_err(rejected)?;
            self.wake.notify_one();
            return Ok(Response::builder().status(StatusCode::ACCEPTED).body(String::new())?); // 9
        }
        let uri = request.uri();
        let only = |method| {
            if request.method().as_str() == method { Ok(()) } else { Err(Fault::Only(method)) }
        };
        match Read::recognise(uri.path()) {
            Some(Read::One(version, id)) => {
                only("GET")?;
                self.one(&caller, version, id.map_err(rejected)?).await
            }
            Some(Read::List(version)) => {
                only("GET")?;
                self.list(&caller, version, uri, request.headers()).await
            }
            None if uri.path() == "/dev/remove-grant" && self.tokens.is_development() => {
                only("POST")?;
                self.remove_grants(&caller, uri).await
            }
            None => Err(Fault::NoSuchRoute),
        }
    }

    /// Whoever may reprocess an assignment may look at it; of any other nobody learns that it exists.
    async fn look(&self, caller: &Caller, id: AssignmentId) -> Result<Loaded, Fault> {
        let loaded = driver::load(&self.store, id).await?;
        let catalog = loaded.as_ref().map(|loaded| loaded.assignment.catalog());
        caller.authority(catalog).map_err(unauthorized)?;
        loaded.ok_or_else(|| rejected(http::Rejection::NotFound))
    }

    async fn one(
        &self,
        caller: &Caller,
        version: Version,
        id: AssignmentId,
    ) -> Result<Response<String>, Fault> {
        let loaded = self.look(caller, id).await?;
        Ok(json_response(StatusCode::OK, graph::json::write(&loaded.assignment, version)))
    }

    async fn list(
        &self,
        caller: &Caller,
        version: Version,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Response<String>, Fault> {
        let catalogs = readable(caller).map_err(unauthorized)?;
        let state = parameter(uri, "$filter").map(|filter| state_of(&filter, version).ok_or(Fault::Filter));
        let state = state.transpose()?;
        let after = parameter(uri, "$skiptoken").unwrap_or_default();
        for id in self.store.due(now()).await? {
            driver::load(&self.store, id).await?; // So that what has ended is found as expired.
        }
        let selection = Selection { catalogs: catalogs.as_deref(), state, after: &after, limit: PAGE + 1 };
        let mut items = self.store.list(&selection).await?;
        let is_last = items.len() <= PAGE as usize;
        items.truncate(PAGE as usize);
        let next =
            items.last().filter(|_| !is_last).map(|last| next_link(uri, headers, last, state, version));
        Ok(json_response(StatusCode::OK, graph::json::write_list(&items, next.as_deref(), version)))
    }

    /// Takes from whom an assignment is for everything, so that one can watch it being restored.
    async fn remove_grants(&self, caller: &Caller, uri: &Uri) -> Result<Response<String>, Fault> {
        let id = parameter(uri, "assignment").and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| rejected(http::Rejection::InvalidId))?;
        let target = self.look(caller, id).await?.assignment.target();
        let removed = self.directory.remove(target).await?;
        Ok(json_response(StatusCode::OK, json!({ "removed": removed }).to_string()))
    }
}

/// A request to read.
enum Read {
    One(Version, Result<AssignmentId, http::Rejection>),
    List(Version),
}

impl Read {
    /// An assignment is read where it is reprocessed, less the last segment; so the crate is asked about
    /// that path, and every spelling it takes is taken here.
    fn recognise(path: &str) -> Option<Self> {
        let headers =
            HeaderMap::from_iter([(axum::http::header::AUTHORIZATION, HeaderValue::from_static("Bearer 0"))]);
        let recognise = |path: &str| {
            let request = call_at(path, &headers).ok()?;
            http::recognise(&request)?.ok().map(|call| (call.version, call.assignment))
        };
        let one = recognise(&format!("{path}/reprocess"));
        let list = || recognise(&format!("{path}/0/reprocess"));
        one.map(|(version, id)| Self::One(version, id))
            .or_else(|| list().map(|(version, _)| Self::List(version)))
    }
}

fn call_at(path: &str, headers: &HeaderMap) -> Result<axum::http::Request<()>, Problem> {
    let mut request = axum::http::Request::post(path).body(())?;
    *request.headers_mut() = headers.clone();
    Ok(request)
}

/// The catalogs whose assignments the caller may see; nothing for all.
fn readable(caller: &Caller) -> Result<Option<Vec<CatalogId>>, Unauthorized> {
    let Err(mut refused) = caller.authority(None) else { return Ok(None) };
    let mut catalogs = Vec::new();
    for held in &caller.roles {
        if let Scope::Catalog(catalog) = held.scope {
            match caller.authority(Some(catalog)) {
                Ok(_) => catalogs.push(catalog),
                Err(here) => refused = here,
            }
        }
    }
    if catalogs.is_empty() { Err(refused) } else { Ok(Some(catalogs)) }
}

fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    pairs.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// `state eq 'Delivered'`, or `assignmentState` in beta; the case of letters does not matter.
fn state_of(filter: &str, version: Version) -> Option<AssignmentState> {
    let property = match version {
        Version::V1 => "state",
        Version::Beta => "assignmentState",
    };
    let mut words = filter.split_ascii_whitespace();
    let (left, operator, right) = (words.next()?, words.next()?, words.next()?);
    let is_ours = left.eq_ignore_ascii_case(property) && operator.eq_ignore_ascii_case("eq");
    let state = right.strip_prefix('\'')?.strip_suffix('\'')?;
    if is_ours && words.next().is_none() { state.parse().ok() } else { None }
}

fn next_link(
    uri: &Uri,
    headers: &HeaderMap,
    last: &Assignment,
    state: Option<AssignmentState>,
    version: Version,
) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let property = match version {
        Version::V1 => "state",
        Version::Beta => "assignmentState",
    };
    let filter = state.map(|state| format!("&$filter={property}%20eq%20'{state}'")).unwrap_or_default();
    format!("http://{host}{}?$skiptoken={}{filter}", uri.path(), last.id())
}

/// Answers a request, always: what fails is told in JSON of OData.
async fn answer(State(service): State<Arc<Service>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    // The body is read and not looked at (R26): what is left of it would cost the client its connection.
    drop(timeout(BODY_TIME, to_bytes(body, BODY_SIZE)).await);
    let request = axum::http::Request::from_parts(head, ());
    let request_id = Uuid::new_v4().to_string();
    let client_request_id = request.headers().get("client-request-id").and_then(|id| id.to_str().ok());
    let inner = http::InnerError { date: now(), request_id: &request_id, client_request_id };
    let mut response = service.route(&request).await.unwrap_or_else(|fault| fault.response(&inner));
    let headers = response.headers_mut();
    for (name, value) in [("request-id", Some(&*request_id)), ("client-request-id", client_request_id)] {
        if let Some(value) = value.and_then(|value| value.parse().ok()) {
            headers.insert(name, value);
        }
    }
    response.map(Body::from)
}

impl Fault {
    fn response(self, inner: &http::InnerError<'_>) -> Response<String> {
        let (status, code, message) = match &self {
            Self::Rejected(rejection) => return http::respond(Err(*rejection), inner),
            Self::NoSuchRoute => (StatusCode::NOT_FOUND, "ResourceNotFound", "no such route".into()),
            Self::Only(method) => {
                let message = format!("method is not allowed: only `{method}` is");
                (StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
            }
            Self::Filter => {
                let message = "filter is not supported: only `eq` on the state with a known state is";
                (StatusCode::BAD_REQUEST, "InvalidRequest", message.into())
            }
            Self::Problem(problem) => {
                error!(%problem, request_id = inner.request_id, "request is not answered");
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "the server has failed".into())
            }
        };
        let body = json!({ "error": { "code": code, "message": message, "innerError": inner } });
        let mut response = json_response(status, body.to_string());
        if let Self::Only(method) = self {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(method));
        }
        response
    }
}

fn json_response(status: StatusCode, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
