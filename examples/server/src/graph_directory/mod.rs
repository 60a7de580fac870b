//! A stand-in for the directory of Microsoft Graph, for development and tests: its requests, its answers, and its
//! faults on demand. It is a process of its own (`src/bin/directory.rs`).
//!
//! A request goes through three steps. [`call`] reads it; [`fault`] decides what goes wrong with it; [`write`] or [`read`]
//! carries it out. What the pages of Graph leave open, such as some codes and statuses, is a choice of ours.

pub mod connection;

mod answer;
mod call;
mod control;
mod fault;
mod kind;
mod object;
mod read;
mod schedule;
mod service;
mod store;
mod write;

use std::sync::{Mutex, PoisonError, RwLock};

use axum::http::{self, Uri};

use self::answer::{Answer, DENIED, Reply, Stop};
use self::call::{About, Call};
use self::fault::{Decision, Faults};
use self::kind::is_held;
use self::store::Store;
use crate::Problem;

pub struct Directory {
    store: Store,
    faults: Mutex<Faults>,
    /// Those that the caller has; nothing for all.
    permissions: RwLock<Option<Vec<String>>>,
    /// The token that a caller has to have.
    token: String,
    /// Before every path of Graph, in links.
    base_url: String,
}

/// Ticks of 100 nanoseconds in so many milliseconds.
fn ticks_of(ms: i64) -> i64 {
    ms.saturating_mul(10_000)
}

impl Directory {
    /// Opens the database of a directory at this address. The seed decides on every fault that has a probability.
    pub async fn open(database: &str, token: String, seed: u64, address: &str) -> Result<Self, Problem> {
        let store = Store::open(database).await?;
        // Another start is another series of draws: else the first request after each would fail in the same way.
        let seed = seed ^ u64::try_from(store.start().await?)?.rotate_right(16);
        let faults = Mutex::new(Faults::new(seed, store.rules().await?));
        let permissions = RwLock::new(store.permissions().await?);
        Ok(Self { store, faults, permissions, token, base_url: format!("http://{address}/v1.0") })
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
            (Call::Grant(grant), None) => self.write(grant, &decision).await,
            (Call::Group { .. } | Call::Link { .. } | Call::List(_), None) => {
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
