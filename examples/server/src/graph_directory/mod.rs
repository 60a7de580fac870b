//! A stand-in for the directory of Microsoft Graph, for development and tests: its requests, its answers, and its
//! faults on demand. It is a process of its own: `access-package-server directory`.
//!
//! A request goes through three steps. [`call`] reads it; [`fault`] decides what goes wrong with it;
//! [`write`] or [`read`] carries it out. Where Graph's pages are silent, such as on some codes and statuses,
//! the choice is ours.

mod answer;
mod call;
mod connection;
mod control;
mod fault;
mod kind;
mod object;
mod read;
mod schedule;
mod service;
mod store;
mod write;

use std::env;
use std::fmt::Display;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::process;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use axum::http::{self, Uri};
use tokio::net::TcpListener;
use tokio::time::sleep;
use uuid::Uuid;

use self::answer::{Answer, DENIED, Reply, Stop};
use self::call::{About, Call};
use self::connection::{Connections, Cut};
use self::fault::{Decision, Faults};
use self::kind::is_held;
use self::store::Store;
use crate::Problem;

pub struct Directory {
    store: Store,
    faults: Mutex<Faults>,
    /// The permissions of the caller; `None` for all.
    permissions: RwLock<Option<Vec<String>>>,
    /// The token that a caller has to send.
    token: String,
    /// The beginning of every link to Graph.
    base_url: String,
    /// Whether everything that a write names exists, unless it was deleted.
    assumes: bool,
    pace: Pace,
}

/// How long a write takes, and how long a write to this resource takes.
struct Pace {
    all: Duration,
    resource: Option<Uuid>,
    slow: Duration,
}

/// Runs the directory, on loopback only, until the process is killed. Every write that was answered is in the
/// database.
pub async fn run() -> Result<(), Problem> {
    let token: String = variable("DIRECTORY_TOKEN", "")?;
    if token.is_empty() {
        return Err("`DIRECTORY_TOKEN` is not set".into());
    }
    let address: SocketAddr = variable("DIRECTORY_LISTEN", "127.0.0.1:8090")?;
    if !address.ip().is_loopback() {
        return Err(format!("`DIRECTORY_LISTEN` is `{address}`: expected an address on loopback").into());
    }
    let seed = variable("DIRECTORY_SEED", "0")?;
    let milliseconds = |name| variable(name, "0").map(Duration::from_millis);
    let slow: String = variable("DIRECTORY_SLOW_RESOURCE", "")?;
    let pace = Pace {
        all: milliseconds("DIRECTORY_LATENCY_MS")?,
        resource: if slow.is_empty() { None } else { Some(variable("DIRECTORY_SLOW_RESOURCE", "")?) },
        slow: milliseconds("DIRECTORY_SLOW_MS")?,
    };
    let database: String = variable("DIRECTORY_DATABASE", "directory.db")?;
    if variable("DIRECTORY_ENDS_WITH_STDIN", "false")? {
        thread::spawn(|| {
            // Returns once the process that started this one is gone.
            drop(io::stdin().read_to_end(&mut Vec::new()));
            process::exit(0)
        });
    }
    let listener = TcpListener::bind(address).await;
    let listener = listener.map_err(|error| format!("`DIRECTORY_LISTEN` is `{address}`: {error}"))?;
    let address = listener.local_addr()?.to_string();
    let directory = Directory::open(&database, token, seed, &address).await;
    let mut directory =
        directory.map_err(|error| format!("`DIRECTORY_DATABASE` is `{database}`: {error}"))?;
    (directory.assumes, directory.pace) = (variable("DIRECTORY_ASSUMES", "false")?, pace);
    println!("listening on http://{address}");
    let service = directory.router().into_make_service_with_connect_info::<Cut>();
    axum::serve(Connections(listener), service).await?;
    Ok(())
}

fn variable<T: FromStr<Err: Display>>(name: &str, default: &str) -> Result<T, Problem> {
    let text = env::var(name).unwrap_or_else(|_| default.into());
    text.parse().map_err(|error| format!("`{name}` is `{text}`: {error}").into())
}

/// Ticks of 100 nanoseconds in so many milliseconds.
fn ticks_of(ms: i64) -> i64 {
    ms.saturating_mul(10_000)
}

impl Directory {
    /// Opens the database of a directory at this address. The seed decides every fault that has a
    /// probability.
    async fn open(database: &str, token: String, seed: u64, address: &str) -> Result<Self, Problem> {
        let store = Store::open(database).await?;
        // Each start draws another series. Otherwise the first request after each start would fail in the
        // same way.
        let seed = seed ^ u64::try_from(store.start().await?)?.rotate_right(16);
        let faults = Mutex::new(Faults::new(seed, store.rules().await?));
        let permissions = RwLock::new(store.permissions().await?);
        let base_url = format!("http://{address}/v1.0");
        let pace = Pace { all: Duration::ZERO, resource: None, slow: Duration::ZERO };
        Ok(Self { store, faults, permissions, token, base_url, assumes: false, pace })
    }

    fn permissions(&self) -> Option<Vec<String>> {
        self.permissions.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn faults(&self) -> std::sync::MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One request of Graph, or one part of a batch. The path begins after the version.
    async fn perform(&self, method: &http::Method, uri: &Uri, body: &[u8]) -> Result<Reply, Problem> {
        let call = match Call::read(method, uri, body) {
            Ok(call) => call,
            Err(answer) => return Ok(Reply::Answer(answer)),
        };
        let about = call.about();
        let decision = self.decide(about).await?;
        let missing = self.missing_permission(about).filter(|_| decision.is_carried_out());
        match (&call, missing) {
            (_, Some(denied)) => Ok(decision.reply(about.kind, Some(denied))),
            (Call::Grant(grant), None) => {
                let is_slow = self.pace.resource == Some(grant.resource);
                sleep(if is_slow { self.pace.slow } else { self.pace.all }).await;
                self.write(grant, &decision).await
            }
            (Call::Resource { .. } | Call::Link { .. } | Call::List(_), None) => {
                let answer = match self.read(&call).await {
                    Ok(answer) | Err(Stop::Answer(answer)) => answer,
                    Err(Stop::Problem(problem)) => return Err(problem),
                };
                Ok(decision.reply(about.kind, Some(answer)))
            }
        }
    }

    /// What goes wrong with a request.
    async fn decide(&self, about: About) -> Result<Decision, Problem> {
        let (decision, fired) = self.faults().decide(about);
        self.store.set_fired(&fired).await?;
        Ok(decision)
    }

    fn missing_permission(&self, About { kind, method, .. }: About) -> Option<Answer> {
        let held = self.permissions()?;
        let is_missing = !kind.needs(method).iter().all(|needed| is_held(&held, needed));
        let code = if kind.is_scheduled() { "UnknownError" } else { DENIED };
        is_missing.then(|| Answer::error(code))
    }
}
