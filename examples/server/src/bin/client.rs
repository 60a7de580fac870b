//! Reprocesses one assignment, of the example server or of Microsoft Graph, and follows it to its end.
//!
//! Run `TOKEN=… client ASSIGNMENT-ID`. Run `TOKEN=… client --request REQUEST-ID ASSIGNMENT-ID` to reprocess
//! the request that the assignment came from; without the assignment's id, the client does not follow it. You
//! can also set `BASE_URL` (`http://127.0.0.1:8080`), `VERSION` (`v1.0`) and `PATIENCE` (300, in seconds, for
//! everything together).
//!
//! The exit status is 0 if the assignment is delivered, or if the call is accepted and the assignment not
//! followed; 1 if the call is refused; 3 if the call is accepted and the assignment ends in another state;
//! and 2 if the result is not known.

use std::env;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use access_package::graph::Version;
use access_package::graph::http::{self, CallError, RetryAfter};
use access_package::{AssignmentState, Refusal};
use ureq::Agent;
use ureq::http::{Request, Response};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    run().unwrap_or_else(|failure| {
        eprintln!("client: {failure}");
        2.into()
    })
}

fn run() -> Result<ExitCode, Failure> {
    let token = env::var("TOKEN").map_err(|_| "`TOKEN` is not set")?;
    let variable = |name, default: &str| env::var(name).unwrap_or_else(|_| default.into());
    let version = match &*variable("VERSION", "v1.0") {
        "v1.0" => Version::V1,
        "beta" => Version::Beta,
        other => return Err(format!("`{other}` is not a version: expected `v1.0` or `beta`").into()),
    };
    let base_url = variable("BASE_URL", "http://127.0.0.1:8080");
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let of_request = |id: &str| -> Result<_, Failure> {
        Ok(http::reprocess_request(&base_url, version, id.parse()?, &token)?)
    };
    let (request, followed) = match arguments[..] {
        [id] => (http::request(&base_url, version, id.parse()?, &token)?, Some(id)),
        ["--request", id] => (of_request(id)?, None),
        ["--request", id, assignment] => (of_request(id)?, Some(assignment)),
        _ => return Err("usage: client ASSIGNMENT-ID, or client --request REQUEST-ID [ASSIGNMENT-ID]".into()),
    };
    let followed = followed.map(str::parse).transpose()?;
    let look = followed.map(|id| http::get(&base_url, version, id, &token)).transpose()?;
    let patience =
        variable("PATIENCE", "300").parse().map_err(|_| "`PATIENCE` is not a number of seconds")?;
    let config = Agent::config_builder().http_status_as_error(false).max_redirects(0);
    // A proxy would read everything that is sent over `http`, even the token.
    let is_plain = request.uri().scheme_str() == Some("http");
    let config = if is_plain { config.proxy(None) } else { config };
    let client = Client {
        agent: config.build().new_agent(),
        started: Instant::now(),
        patience: Duration::from_secs(patience),
    };

    if let Err(error) = http::read_response(&client.send(&request)?) {
        return refused(error);
    }
    println!("accepted");
    let Some(look) = look else { return Ok(0.into()) };
    let state = client.follow(&look)?;
    println!("{state}");
    let Some(refusal) = Refusal::of_state(state) else { return Ok(0.into()) };
    refusal.remedies().for_each(|remedy| println!("  what helps: {remedy}"));
    Ok(3.into())
}

struct Client {
    agent: Agent,
    started: Instant,
    patience: Duration,
}

impl Client {
    fn left(&self) -> Duration {
        self.patience.saturating_sub(self.started.elapsed())
    }

    fn wait(&self, pause: Duration) -> Result<(), Failure> {
        if pause > self.left() {
            return Err("wait is longer than `PATIENCE`: run the client again later".into());
        }
        sleep(pause);
        Ok(())
    }

    /// Sends a request, and repeats it if the server asks for that: not before the server says, and with
    /// growing pauses.
    fn send(&self, request: &Request<()>) -> Result<Response<Vec<u8>>, Failure> {
        let mut least = Duration::from_secs(1);
        let no_answer = |error| format!("no answer from `{}`: {error}", request.uri());
        loop {
            let request = self.agent.configure_request(request.clone()).timeout_global(Some(self.left()));
            let (head, mut body) = self.agent.run(request.build()).map_err(no_answer)?.into_parts();
            let response = Response::from_parts(head, body.read_to_vec().map_err(no_answer)?);
            let Err(CallError::Retry { status, after }) = http::read_response(&response) else {
                return Ok(response);
            };
            let pause = after.as_ref().map_or(least, asked).max(least);
            println!("answer is `{}`: again in {} s", status.as_u16(), pause.as_secs());
            self.wait(pause)?;
            least *= 2;
        }
    }

    /// Looks at the assignment until its state is final.
    fn follow(&self, look: &Request<()>) -> Result<AssignmentState, Failure> {
        let mut pause = Duration::from_millis(100);
        loop {
            let assignment = http::read_assignment(&self.send(look)?);
            match assignment.map_err(|error| format!("assignment cannot be read: {error}"))?.state() {
                AssignmentState::Delivering => self.wait(pause)?,
                state => return Ok(state),
            }
            pause = Duration::from_secs(5).min(pause * 2);
        }
    }
}

/// How long the server asks the client to wait.
fn asked(after: &RetryAfter) -> Duration {
    let now = SystemTime::now().into();
    after.at(now).map(|at| at.saturating_duration_since(now)).unwrap_or_default()
}

/// Prints every reason and every remedy.
fn refused(error: CallError) -> Result<ExitCode, Failure> {
    let told = match error {
        CallError::Rejected(told) if told.status.is_client_error() => told,
        // Such an answer does not say whether the call was accepted.
        error => return Err(error.into()),
    };
    println!("refused: {told}");
    for reason in told.reasons() {
        let rules: Vec<_> = reason.rules().map(|rule| rule.id).collect();
        println!("  because: {reason} ({})", rules.join(", "));
    }
    for remedy in told.remedies() {
        let steps: Vec<_> = remedy.iter().map(ToString::to_string).collect();
        println!("  what helps: {}", steps.join(", and "));
    }
    // Graph gives no reasons, but some of its codes tell what helps.
    if let Some(help) = told.help().filter(|_| told.remedies().next().is_none()) {
        println!("  what helps: {help}");
    }
    Ok(1.into())
}
