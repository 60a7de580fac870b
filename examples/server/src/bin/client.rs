//! Reprocesses one assignment, of the example server or of Microsoft Graph, and follows it to its end.
//!
//! `TOKEN=… client ID`; `BASE_URL` (`http://127.0.0.1:8080`) and `VERSION` (`v1.0`) may be set too. The
//! exit status is 0 if the assignment is delivered, 1 if the call is refused, 3 if it was accepted and
//! ends in another state, and 2 if it is not known.

use std::env;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use access_package::graph::Version;
use access_package::graph::http::{self, CallError, Rejection, RetryAfter};
use access_package::{AssignmentId, AssignmentState, Refusal};
use serde_json::Value;
use ureq::http::{Method, Request, Response};

/// How often the call is made, and how long at most it waits before the next one.
const CALLS: u32 = 5;
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// How long the assignment is followed, and how often.
const FOLLOW: Duration = Duration::from_mins(5);
const LOOK_EVERY: Duration = Duration::from_millis(200);

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run() {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            eprintln!("client: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<u8, Failure> {
    let id: AssignmentId = env::args().nth(1).ok_or("usage: client ASSIGNMENT-ID")?.parse()?;
    let token = env::var("TOKEN").map_err(|_| "`TOKEN` is not set")?;
    let base_url = env::var("BASE_URL").unwrap_or_else(|_| "http://127.0.0.1:8080".into());
    let version = match env::var("VERSION").as_deref() {
        Ok("beta") => Version::Beta,
        Ok("v1.0") | Err(_) => Version::V1,
        Ok(other) => return Err(format!("`{other}` is not a version: expected `v1.0` or `beta`").into()),
    };
    let request = http::request(&base_url, version, id, &token)?;
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent = config.timeout_global(Some(Duration::from_secs(30))).build().new_agent();

    if let Err(error) = call(&agent, &request)? {
        println!("refused: {error}");
        explain(&error);
        return Ok(1);
    }
    println!("accepted");
    let state = follow(&agent, request)?;
    println!("{state}");
    if let Some(advice) = state.advice() {
        println!("  what helps: {advice}");
    }
    Ok(if state == AssignmentState::Delivered { 0 } else { 3 })
}

/// Calls, and again if it is asked to.
fn call(agent: &ureq::Agent, request: &Request<()>) -> Result<Result<(), CallError>, Failure> {
    let mut calls = 1;
    loop {
        let answer = http::read_response(&send(agent, request)?);
        let Err(CallError::Retry { status, after }) = &answer else { return Ok(answer) };
        if calls == CALLS {
            return Err(format!("answer is `{status}`, {CALLS} times").into());
        }
        let pause = match after {
            Some(RetryAfter::Seconds(seconds)) => Duration::from_secs(*seconds),
            Some(RetryAfter::Text(_)) | None => Duration::from_secs(1 << calls),
        };
        if pause > LONGEST_PAUSE {
            return Err(format!("answer is `{status}`: call again in {} s", pause.as_secs()).into());
        }
        println!("answer is `{status}`: again in {} s", pause.as_secs());
        sleep(pause);
        calls += 1;
    }
}

/// Looks at the assignment until its state is final.
fn follow(agent: &ureq::Agent, mut request: Request<()>) -> Result<AssignmentState, Failure> {
    let uri = request.uri().to_string();
    *request.uri_mut() = uri.trim_end_matches("/reprocess").parse()?;
    *request.method_mut() = Method::GET;
    request.headers_mut().remove("content-length");
    let started = Instant::now();
    while started.elapsed() < FOLLOW {
        let response = send(agent, &request)?;
        let document: Value = serde_json::from_str(response.body()).unwrap_or_default();
        let word = document.get("state").or_else(|| document.get("assignmentState")).and_then(Value::as_str);
        match word.map(str::parse).transpose()? {
            Some(AssignmentState::Delivering) => sleep(LOOK_EVERY),
            Some(state) => return Ok(state),
            None if matches!(response.status().as_u16(), 429 | 503 | 504) => sleep(LOOK_EVERY * 10),
            None => return Err(format!("answer is `{}`: no state to be seen", response.status()).into()),
        }
    }
    Err("still `delivering`: look again later".into())
}

fn send(agent: &ureq::Agent, request: &Request<()>) -> Result<Response<String>, Failure> {
    let (head, mut body) = agent.run(request.clone())?.into_parts();
    Ok(Response::from_parts(head, body.read_to_string()?))
}

/// Every reason, and everything that would help.
fn explain(error: &CallError) {
    match error {
        CallError::Rejected(Rejection::Refused(Refusal::Unauthorized(refusal))) => {
            refusal.reasons().for_each(|reason| println!("  because: {reason} ({})", reason.rule()));
            refusal.remedies().for_each(|remedy| println!("  what helps: {remedy}"));
        }
        CallError::Rejected(Rejection::Refused(Refusal::InvalidState { actual, .. })) => {
            actual.advice().iter().for_each(|advice| println!("  what helps: {advice}"));
        }
        _ => {}
    }
}
