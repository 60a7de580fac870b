//! Step 5: carries an action out through Microsoft Graph, or through its stand-in. The crate says what to
//! send and when; this module moves the bytes.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::IpAddr;
use std::time::Duration;

use access_package::graph::BaseUrl;
use access_package::graph::enforce::{Delivery, End, FailureCause, Next, Settings};
use access_package::{Action, Receipt, Timestamp};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderValue, Request, Response};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use tokio::fs;
use tokio::time::sleep;
use tracing::{error, info, warn};
use uuid::Uuid;

use crate::{Problem, now};

/// How long one request may take, and how large its answer may be.
const REQUEST_TIME: Duration = Duration::from_secs(30);
const ANSWER_SIZE: usize = 4 * 1024 * 1024;

/// Where the token for Graph comes from. Each request reads it again, so that you can replace it while the
/// server runs.
#[derive(Clone)]
pub enum GraphToken {
    File(String),
    Fixed(String),
}

impl GraphToken {
    /// The variable that configures it.
    const fn variable(&self) -> &'static str {
        match self {
            Self::File(_) => "GRAPH_TOKEN_FILE",
            Self::Fixed(_) => "GRAPH_TOKEN",
        }
    }

    /// The header that shows the token to the directory.
    async fn header(&self) -> Result<HeaderValue, Problem> {
        let variable = self.variable();
        let token = match self {
            Self::File(file) => fs::read_to_string(file)
                .await
                .map_err(|error| format!("`{variable}` is `{file}`: {error}"))?,
            Self::Fixed(token) => token.clone(),
        };
        let header = HeaderValue::try_from(format!("Bearer {}", token.trim()));
        let mut header = header
            .ok()
            .filter(|_| !token.trim().is_empty())
            .ok_or_else(|| format!("`{variable}` holds no token"))?;
        header.set_sensitive(true);
        Ok(header)
    }
}

/// Whether the directory refuses the token and not the action: a later token may do, or one with another
/// permission.
const fn is_of_token(cause: FailureCause) -> bool {
    use FailureCause::{MissingPermission, NotAllowed, NotAuthenticated, RoleAssignableGroup};
    matches!(cause, NotAuthenticated | MissingPermission | NotAllowed | RoleAssignableGroup)
}

/// How long an action is tried, and how long the directory may take to replicate what is new.
#[derive(Clone, Copy)]
pub struct Times {
    pub patience: Duration,
    pub replication: Duration,
}

/// A client that sends requests to this address only. Nobody on the way can read a request or change an
/// answer.
pub fn client(url: &str) -> Result<Client, Problem> {
    let is_private = |url: &Url| {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let is_here = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        url.scheme() == "https" || url.scheme() == "http" && is_here
    };
    if !url.parse().is_ok_and(|url| is_private(&url)) {
        return Err("expected `https://…`, or `http://` on loopback".into());
    }
    // If it fails, the same provider is installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let builder = Client::builder().redirect(Policy::none()).timeout(REQUEST_TIME);
    // A proxy would read everything that is sent over `http`, even the token. With `https` it sees only the
    // name of the host.
    let builder = if url.starts_with("http:") { builder.no_proxy() } else { builder };
    Ok(builder.build()?)
}

#[derive(Clone)]
pub struct Executor {
    client: Client,
    base_url: BaseUrl,
    token: GraphToken,
    times: Times,
    /// A file to which each action adds a line when it begins, before each request, and when it ends.
    log: Option<String>,
}

/// Logs the end of an action, also if the action is broken off.
struct InProgress<'a> {
    executor: &'a Executor,
    action: &'a Action,
    what: &'static str,
}

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        self.executor.log(self.what, self.action, now());
    }
}

impl Executor {
    /// Refuses at once what no action could use.
    pub async fn new(
        base_url: BaseUrl,
        token: GraphToken,
        times: Times,
        log: Option<String>,
    ) -> Result<Self, Problem> {
        let client =
            client(base_url.as_str()).map_err(|error| format!("`GRAPH_URL` is `{base_url}`: {error}"))?;
        token.header().await?;
        if let Some(file) = &log {
            append(file, b"").map_err(|error| format!("`ACTION_LOG` is `{file}`: {error}"))?;
        }
        Ok(Self { client, base_url, token, times, log })
    }

    /// Carries out one action. There is no receipt if the assignment has ended before, or if `may_go_on` says
    /// no: it is asked before each request. If the token does not suffice, the error is a `Failure`.
    ///
    /// On a later try, another worker may have sent requests already, so the action looks first.
    pub async fn carry_out(
        &self,
        action: Action,
        is_new: bool,
        may_go_on: impl Fn() -> bool,
    ) -> Result<Option<Receipt>, Problem> {
        self.log("begin", &action, now());
        let mut in_progress = InProgress { executor: self, action: &action, what: "nothing" };
        let receipt = self.deliver(&action, is_new, may_go_on).await;
        if matches!(receipt, Ok(Some(_))) {
            in_progress.what = "end";
        }
        receipt
    }

    async fn deliver(
        &self,
        action: &Action,
        is_new: bool,
        may_go_on: impl Fn() -> bool,
    ) -> Result<Option<Receipt>, Problem> {
        let settings = Settings {
            patience: self.times.patience,
            replication: self.times.replication,
            // Random, so that many actions do not call in step.
            jitter: Uuid::new_v4().as_fields().0,
            ..Settings::new(self.base_url.clone())
        };
        let delivery = match Delivery::new(action.clone(), settings) {
            Ok(delivery) => delivery,
            Err(cannot) => {
                return Ok(Some(action.clone().failed(cannot.reason())));
            }
        };
        let mut delivery = if is_new { delivery } else { delivery.looking_first() };
        loop {
            let at = now();
            match delivery.next(at) {
                Next::Send(_) if !may_go_on() => return Ok(None),
                Next::Send(request) => match self.send_for(action, request, at).await {
                    Ok(response) => delivery.answered(&response, now()),
                    Err(error) => {
                        let (assignment, resource_role) = (action.assignment, &action.resource_role);
                        warn!(%assignment, %resource_role, %error, "request has no answer: tried again");
                        delivery.unanswered(now());
                    }
                },
                Next::Wait(until) => sleep(until.saturating_duration_since(now())).await,
                Next::Done(end) => {
                    if let End::Failed(failure) = &end {
                        let (assignment, resource_role) = (action.assignment, &action.resource_role);
                        if is_of_token(failure.cause) {
                            let (variable, help) = (self.token.variable(), failure.help());
                            error!(%assignment, %resource_role, %failure, help, "token of `{variable}` does not suffice");
                            return Err(failure.clone().into());
                        }
                        info!(%assignment, %resource_role, %failure);
                    }
                    return Ok(delivery.receipt(&end));
                }
            }
        }
    }

    fn log(&self, what: &str, action: &Action, at: Timestamp) {
        let Some(file) = &self.log else { return };
        let (at, process) = (at.unix_ticks(), std::process::id());
        let resource = action.resource_role.resource_origin_id();
        let line = format!("{at} {process} {what} {} {} {resource}\n", action.assignment, action.attempt);
        if let Err(error) = append(file, line.as_bytes()) {
            warn!(%error, "action log cannot be written");
        }
    }

    async fn send_for(
        &self,
        action: &Action,
        request: Request<String>,
        at: Timestamp,
    ) -> Result<Response<Vec<u8>>, Problem> {
        self.log("send", action, at);
        self.send(request).await
    }

    /// Sends a request as it is, with the token added.
    pub async fn send(&self, mut request: Request<String>) -> Result<Response<Vec<u8>>, Problem> {
        let token = self.token.header().await;
        let token = token.inspect_err(|problem| error!(%problem, "no token for the directory"))?;
        request.headers_mut().insert(AUTHORIZATION, token);
        let answer = self.client.execute(request.try_into()?).await?;
        let mut response = Response::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        let mut answer = answer;
        while let Some(chunk) = answer.chunk().await? {
            if response.body().len() + chunk.len() > ANSWER_SIZE {
                return Err("the answer is too large".into());
            }
            response.body_mut().extend_from_slice(&chunk);
        }
        Ok(response)
    }
}

fn append(file: &str, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).open(file)?.write_all(bytes)
}
