//! One service, with everything that all requests to it share: the client, the token and the pace.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use access_package::graph::BaseUrl;
use access_package::graph::http::{CallError, RetryAfter, read_response};
use access_package::{Permission, Timestamp};
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response, StatusCode};
use reqwest::Client;
use reqwest::redirect::Policy;

use crate::pace::{Pace, pause};
use crate::problem::Problem;
use crate::progress::Progress;
use crate::token::{Lack, Tokens, Unauthorized};

/// How long one request may take, and how large its answer may be.
const REQUEST_TIME: Duration = Duration::from_mins(1);
const ANSWER_SIZE: usize = 32 * 1024 * 1024;

pub struct Service {
    pub base_url: BaseUrl,
    client: Client,
    tokens: Arc<Tokens>,
    pace: Arc<Pace>,
    /// How long a request is repeated.
    patience: Duration,
    sent: Arc<Sent>,
    progress: Progress,
    /// Whether it has stopped answering, and the user was told.
    is_silent: AtomicBool,
}

/// How many requests of each kind were sent.
#[derive(Default)]
pub struct Sent(Mutex<BTreeMap<&'static str, u64>>);

impl Sent {
    pub fn count(&self, kind: &'static str, number: usize) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(kind).or_default() += u64::try_from(number).unwrap_or(u64::MAX);
    }

    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[must_use]
pub fn now() -> Timestamp {
    SystemTime::now().into()
}

/// Permission to send one request now, with this token.
pub struct Ready {
    number: u64,
    header: HeaderValue,
}

/// The result of one try.
enum Try {
    Answered(Response<Vec<u8>>),
    /// There was no answer: send the request again.
    Unanswered(String),
    /// Send the request again, but not before this pause if the service asks for one.
    Again(String, Option<Duration>),
    Refused(u64, String),
}

impl Service {
    pub fn new(
        base_url: BaseUrl,
        tokens: Arc<Tokens>,
        pace: Arc<Pace>,
        patience: Duration,
        sent: Arc<Sent>,
        progress: Progress,
    ) -> Result<Self, Problem> {
        if !is_safe(&base_url) {
            return Err(Problem::NotSafe(base_url.to_string()));
        }
        // If it fails, the same provider is installed already.
        drop(rustls::crypto::ring::default_provider().install_default());
        let name = concat!("drift/", env!("CARGO_PKG_VERSION"));
        let mut client = Client::builder().redirect(Policy::none()).timeout(REQUEST_TIME).user_agent(name);
        if !is_https(&base_url) {
            // A proxy is not on this machine, and could read the token.
            client = client.no_proxy();
        }
        let (client, is_silent) = (client.build()?, AtomicBool::new(false));
        Ok(Self { base_url, client, tokens, pace, patience, sent, progress, is_silent })
    }

    /// Sends a request, and repeats it as long as there is patience: if it is throttled or not answered, and
    /// once with a new token. Do not use it for a request that could do harm twice.
    pub async fn send(
        &self,
        kind: &'static str,
        request: &Request<String>,
    ) -> Result<Response<Vec<u8>>, Problem> {
        let (began, mut failures, mut is_renewed) = (Instant::now(), 0, false);
        loop {
            let (said, asked, is_answered) = match self.try_once(kind, request).await {
                Try::Answered(response) => {
                    self.is_silent.store(false, Ordering::Relaxed);
                    return Ok(response);
                }
                Try::Refused(_, said) if is_renewed => {
                    return Err(self.tokens.refused(&self.refusal(said)).await);
                }
                Try::Refused(number, said) => {
                    self.tokens.renew(number, &self.refusal(said)).await?;
                    is_renewed = true;
                    continue;
                }
                Try::Unanswered(said) => (said, None, false),
                Try::Again(said, asked) => (said, asked, true),
            };
            let pause = self.bearable(asked)?.max(pause(failures));
            failures += 1;
            if began.elapsed() + pause > self.patience {
                return Err(Problem::NoAnswer { url: without_query(&request.uri().to_string()), said });
            }
            // A busy service is normal for a while.
            if !is_answered || failures > 3 {
                self.tell_of_silence(&said);
            }
            self.pace.hold(pause);
        }
    }

    /// Says that there is no answer, and does not say so again until there is one.
    fn tell_of_silence(&self, said: &str) {
        if !self.is_silent.swap(true, Ordering::Relaxed) {
            let (url, patience) = (&self.base_url, self.patience.as_secs());
            self.progress.warn(&format!(
                "`{url}` does not answer ({said}): trying again for up to {patience} s (`--patience`)"
            ));
        }
    }

    /// Waits until a request may be sent, and takes the token for it. After that, the request does not have
    /// to wait.
    pub async fn ready(&self) -> Ready {
        loop {
            self.pace.wait().await;
            let (number, header) = self.tokens.current().await;
            // Fetching a new token may have taken its time.
            if self.pace.is_free() {
                return Ready { number, header };
            }
        }
    }

    /// Sends a request once, and at once. The caller decides what to do about the answer, or without one. The
    /// next request has a new token if this one was refused, and waits if the service says so.
    pub async fn send_once(
        &self,
        kind: &'static str,
        ready: Ready,
        request: &Request<String>,
    ) -> Result<Response<Vec<u8>>, Problem> {
        let no_answer = |said| Problem::NoAnswer { url: without_query(&request.uri().to_string()), said };
        let number = ready.number;
        let response = self.exchange_with_token(kind, ready, request).await.map_err(no_answer)?;
        match read_response(&response) {
            Err(CallError::Rejected(told)) if told.status == StatusCode::UNAUTHORIZED => {
                self.tokens.renew(number, &self.refusal(told.to_string())).await?;
            }
            Err(CallError::Retry { after, .. }) => self.told_to_wait(after.as_ref(), 0)?,
            Ok(()) | Err(CallError::Rejected(_)) => {}
        }
        Ok(response)
    }

    fn refusal(&self, said: String) -> Unauthorized<'_> {
        Unauthorized { url: &self.base_url, said, now: now() }
    }

    /// The service told a request, or a part of a batch, to wait: so all requests wait.
    pub fn told_to_wait(&self, after: Option<&RetryAfter>, failures: u32) -> Result<(), Problem> {
        self.pace.hold(self.bearable(asked(after))?.max(pause(failures)));
        Ok(())
    }

    /// The pause that the service asks for. If it is longer than the patience, the run stops, and sends
    /// nothing too early (R40).
    fn bearable(&self, asked: Option<Duration>) -> Result<Duration, Problem> {
        let (asked, patience) = (asked.unwrap_or_default(), self.patience);
        if asked > patience {
            let (url, seconds) = (self.base_url.to_string(), asked.as_secs_f64().ceil());
            return Err(Problem::TooLong { url, seconds, patience: patience.as_secs() });
        }
        Ok(asked)
    }

    /// The missing permission, if the service does not say why it refuses and the token tells.
    pub async fn lack(&self, error: &CallError, needed: Permission) -> Option<Lack> {
        let CallError::Rejected(told) = error else { return None };
        let is_told = told.status != StatusCode::FORBIDDEN || told.reasons().next().is_some();
        if is_told { None } else { self.tokens.lack(needed).await }
    }

    #[must_use]
    pub fn patience(&self) -> Duration {
        self.patience
    }

    pub fn count(&self, kind: &'static str, number: usize) {
        self.sent.count(kind, number);
    }

    async fn exchange_with_token(
        &self,
        kind: &'static str,
        ready: Ready,
        request: &Request<String>,
    ) -> Result<Response<Vec<u8>>, String> {
        let mut request = request.clone();
        request.headers_mut().insert(AUTHORIZATION, ready.header);
        self.sent.count(kind, 1);
        self.exchange(request).await
    }

    async fn try_once(&self, kind: &'static str, request: &Request<String>) -> Try {
        let ready = self.ready().await;
        let number = ready.number;
        let response = match self.exchange_with_token(kind, ready, request).await {
            Ok(response) => response,
            Err(said) => return Try::Unanswered(said),
        };
        match (response.status(), read_response(&response)) {
            (StatusCode::UNAUTHORIZED, Err(error)) => Try::Refused(number, error.to_string()),
            (status, Err(CallError::Retry { after, .. })) => {
                Try::Again(format!("the answer was `{}`", status.as_u16()), asked(after.as_ref()))
            }
            (status, _) if status.is_server_error() => {
                Try::Again(format!("the answer was `{}`", status.as_u16()), None)
            }
            _ => Try::Answered(response),
        }
    }

    async fn exchange(&self, request: Request<String>) -> Result<Response<Vec<u8>>, String> {
        let mut answer = self.client.execute(request.try_into().map_err(cause)?).await.map_err(cause)?;
        let mut response = Response::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        while let Some(chunk) = answer.chunk().await.map_err(cause)? {
            if response.body().len() + chunk.len() > ANSWER_SIZE {
                return Err("the answer is too large".into());
            }
            response.body_mut().extend_from_slice(&chunk);
        }
        Ok(response)
    }
}

/// Leaves out the query, which is longer than anybody wants to read.
pub fn without_query(url: &str) -> String {
    url.split('?').next().unwrap_or(url).to_owned()
}

/// The innermost cause of an error of the client.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn asked(after: Option<&RetryAfter>) -> Option<Duration> {
    let now = now();
    Some(after?.at(now)?.saturating_duration_since(now))
}

fn is_https(base_url: &BaseUrl) -> bool {
    // `BaseUrl` spells the scheme in lower case.
    base_url.as_str().starts_with("https:")
}

/// Whether nobody on the way can read the token.
fn is_safe(base_url: &BaseUrl) -> bool {
    let uri: http::Uri = base_url.as_str().parse().unwrap_or_default();
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    is_https(base_url) || is_here
}
