//! The keys with which tokens are signed, as whoever signs publishes them: a set that changes while the server runs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{Instant, sleep, timeout};
use tracing::{info, warn};

use crate::Problem;
use crate::executor::client;
use crate::fault::Fault;

/// How long a look may take, and how large a set may be: that of Entra has some ten kilobytes.
const LOOK: Duration = Duration::from_secs(5);
const SIZE: usize = 256 * 1024;

/// How many callers wait for a look at a time. Anybody can make up a key: whoever does leaves room for others.
const WAITING: usize = 16;

const NOT_YET: Fault = Fault::Busy("keys of tokens are not there yet: call again");
const TOO_MANY: Fault = Fault::Busy("too many callers wait for keys of tokens: call again");

/// How many times as long as between two looks the last set counts, if no other one can be had: so a key that was withdrawn is
/// of use to nobody who keeps the set from being seen.
const BELIEVED: u32 = 6;

/// How long a modulus of 2048 bits is in base64.
const MODULUS: usize = 342;

/// How often the set is looked at: for a key that is not known at most, and without being asked for.
#[derive(Clone, Copy)]
pub struct Times {
    pub pause: Duration,
    pub every: Duration,
}

enum Source {
    File(String),
    Url(Client, Url),
}

/// What was seen, when somebody looked last, and when that was last of use.
#[derive(Default)]
struct Seen {
    keys: HashMap<String, Arc<DecodingKey>>,
    looked: Option<Instant>,
    found: Option<Instant>,
}

impl Seen {
    /// What is said of a key that is not in the set. That it is none only if the last look was of use: else nobody knows.
    fn unknown(&self) -> Result<Option<Arc<DecodingKey>>, Fault> {
        let is_seen = !self.keys.is_empty() && self.looked == self.found;
        if is_seen { Ok(None) } else { Err(NOT_YET) }
    }
}

pub struct KeySet {
    source: Source,
    times: Times,
    seen: watch::Sender<Seen>,
    /// Says that somebody calls with a key that is not known.
    wanted: Notify,
    places: Semaphore,
}

impl KeySet {
    #[must_use]
    pub fn in_file(file: String, times: Times) -> Self {
        Self::new(Source::File(file), times)
    }

    /// Whoever could change the set on its way could let anybody in.
    pub fn at_url(url: &str, times: Times) -> Result<Self, Problem> {
        Ok(Self::new(Source::Url(client(url)?, url.parse()?), times))
    }

    fn new(source: Source, times: Times) -> Self {
        Self {
            source,
            times,
            seen: watch::Sender::default(),
            wanted: Notify::new(),
            places: Semaphore::new(WAITING),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.borrow().keys.is_empty()
    }

    /// The key of this id, or that there is none: then the set was looked at just now, or not longer ago than the pause. For one
    /// that is not known the set is looked at again, once for all who ask meanwhile. While nobody knows, the fault asks to
    /// call again.
    pub async fn find(&self, id: &str) -> Result<Option<Arc<DecodingKey>>, Fault> {
        let mut next = {
            let seen = self.seen.borrow();
            if let Some(key) = seen.keys.get(id) {
                return Ok(Some(Arc::clone(key)));
            }
            if seen.looked.is_some_and(|looked| looked.elapsed() < self.times.pause) {
                return seen.unknown();
            }
            self.seen.subscribe()
        };
        let _place = self.places.try_acquire().map_err(|_| TOO_MANY)?;
        self.wanted.notify_one();
        let Ok(Ok(())) = timeout(LOOK, next.changed()).await else { return Err(NOT_YET) };
        let seen = next.borrow();
        seen.keys.get(id).map_or_else(|| seen.unknown(), |key| Ok(Some(Arc::clone(key))))
    }

    /// Waits for the first look to be over.
    pub async fn looked(&self) {
        let _ = self.seen.subscribe().wait_for(|seen| seen.looked.is_some()).await;
    }

    /// Looks at the set from time to time, and whenever a key is asked for that is not known. Callers may go away meanwhile.
    pub async fn keep(&self) {
        loop {
            let is_seen = self.look().await;
            sleep(self.times.pause).await;
            if is_seen {
                let _ = timeout(self.times.every, self.wanted.notified()).await;
            }
        }
    }

    /// Whether the set could be had. What is no longer in it is no longer known; if it cannot be had, the last one counts for a
    /// time.
    async fn look(&self) -> bool {
        let loaded = match timeout(LOOK, self.load()).await {
            Ok(loaded) => loaded,
            Err(late) => Err(late.into()),
        };
        let is_seen = loaded.is_ok();
        self.seen.send_modify(|seen| {
            let now = Instant::now();
            seen.looked = Some(now);
            match loaded {
                Ok(keys) => {
                    let is_same =
                        keys.len() == seen.keys.len() && keys.keys().all(|id| seen.keys.contains_key(id));
                    if !is_same || seen.found.is_none() {
                        info!(usable = keys.len(), "keys of tokens have changed");
                    }
                    seen.keys = keys;
                    seen.found = Some(now);
                }
                Err(problem) => {
                    if seen.found.is_some_and(|found| now - found > self.times.every * BELIEVED) {
                        seen.keys.clear();
                    }
                    warn!(%problem, known = seen.keys.len(), "keys of tokens cannot be had");
                }
            }
        });
        is_seen
    }

    async fn load(&self) -> Result<HashMap<String, Arc<DecodingKey>>, Problem> {
        let mut text = Vec::new();
        match &self.source {
            Source::File(file) => {
                let opened = File::open(file).await.map_err(|error| format!("`{file}`: {error}"))?;
                opened.take(SIZE as u64 + 1).read_to_end(&mut text).await?;
            }
            Source::Url(client, url) => {
                let mut answer = client.get(url.clone()).send().await?;
                if answer.status() != StatusCode::OK {
                    return Err(format!("`{url}` answers {}", answer.status()).into());
                }
                while let Some(chunk) = answer.chunk().await? {
                    text.extend_from_slice(&chunk);
                    if text.len() > SIZE {
                        break;
                    }
                }
            }
        }
        if text.len() > SIZE {
            return Err("set of keys is too large".into());
        }
        read(&text)
    }
}

/// The keys of a set that are of use here.
fn read(text: &[u8]) -> Result<HashMap<String, Arc<DecodingKey>>, Problem> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set = serde_json::from_slice(text).map_err(|error| format!("is no set of keys: {error}"))?;
    Ok(set.keys.into_iter().filter_map(usable).collect())
}

/// A key that is for checking RS256, with its id. Any other one is passed over (RFC 7517, section 5).
fn usable(key: Value) -> Option<(String, Arc<DecodingKey>)> {
    let key: Jwk = serde_json::from_value(key).ok()?;
    let common = &key.common;
    let is_for_signatures = common.public_key_use.as_ref().is_none_or(|it| *it == PublicKeyUse::Signature);
    let is_for_checking =
        common.key_operations.as_ref().is_none_or(|all| all.contains(&KeyOperations::Verify));
    let is_for_this = common.key_algorithm.is_none_or(|it| it == KeyAlgorithm::from(Algorithm::RS256));
    let AlgorithmParameters::RSA(rsa) = &key.algorithm else { return None };
    // RFC 7518, section 3.3.
    let is_strong = rsa.n.len() >= MODULUS && !rsa.e.is_empty();
    if !(is_for_signatures && is_for_checking && is_for_this && is_strong) {
        return None;
    }
    Some((common.key_id.clone()?, Arc::new(DecodingKey::from_jwk(&key).ok()?)))
}
