//! The keys that sign tokens, as the issuer publishes them: a set that changes while the server runs.

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

/// How long a look may take, and how large a set may be: Entra's set has some ten kilobytes.
const LOOK: Duration = Duration::from_secs(5);
const SIZE: usize = 256 * 1024;

/// How many callers wait for a look at a time. Anybody can make up a key, so the limit keeps requests free
/// for others.
const WAITING: usize = 16;

const NOT_YET: Fault = Fault::Busy("keys that check tokens are not loaded yet: call again");
const TOO_MANY: Fault = Fault::Busy("too many callers wait for keys of tokens: call again");

/// How long the last set counts if no other one can be had, as a multiple of the time between two looks. So a
/// withdrawn key is of no use to an attacker who keeps the server from seeing the new set.
const BELIEVED: u32 = 6;

/// The length of a modulus of 2048 bits in base64.
const MODULUS: usize = 342;

/// The least pause between two looks for an unknown key, and the time between two regular looks.
#[derive(Clone, Copy)]
pub struct Times {
    pub pause: Duration,
    pub every: Duration,
}

enum Source {
    File(String),
    Url(Client, Url),
}

/// The keys of the last look that succeeded, the time of the last look, and the time of the last one that
/// succeeded.
#[derive(Default)]
struct Seen {
    keys: HashMap<String, Arc<DecodingKey>>,
    looked: Option<Instant>,
    found: Option<Instant>,
}

impl Seen {
    /// What to say of a key that is not in the set. It is certainly unknown only if the last look succeeded.
    fn unknown(&self) -> Result<Option<Arc<DecodingKey>>, Fault> {
        let is_seen = !self.keys.is_empty() && self.looked == self.found;
        if is_seen { Ok(None) } else { Err(NOT_YET) }
    }
}

pub struct KeySet {
    source: Source,
    times: Times,
    seen: watch::Sender<Seen>,
    /// Notified when a caller names an unknown key.
    wanted: Notify,
    places: Semaphore,
}

impl KeySet {
    #[must_use]
    pub fn in_file(file: String, times: Times) -> Self {
        Self::new(Source::File(file), times)
    }

    /// The address has to be `https`, or on this machine: otherwise anybody on the way could change the set, and
    /// let anybody in.
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

    /// The key of this id, or `None` if the set does not have it: then the last look was just now, or no
    /// longer ago than the pause. An unknown id causes one look for all callers who ask meanwhile. As long as
    /// the set is unknown, the fault asks the caller to try again.
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

    /// Waits until the first look is over.
    pub async fn looked(&self) {
        let _ = self.seen.subscribe().wait_for(|seen| seen.looked.is_some()).await;
    }

    /// Looks at the set from time to time, and whenever a caller names an unknown key. A look goes on even if
    /// its callers go away.
    pub async fn keep(&self) {
        loop {
            let is_seen = self.look().await;
            sleep(self.times.pause).await;
            if is_seen {
                let _ = timeout(self.times.every, self.wanted.notified()).await;
            }
        }
    }

    /// Whether the set could be had. A key that is no longer in the set is no longer known. If the set cannot
    /// be had, the last one counts for a time.
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
                    warn!(%problem, known = seen.keys.len(), "keys that check tokens cannot be loaded");
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

/// The keys of a set that this server can use.
fn read(text: &[u8]) -> Result<HashMap<String, Arc<DecodingKey>>, Problem> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let set: Set = serde_json::from_slice(text).map_err(|error| format!("is not a set of keys: {error}"))?;
    Ok(set.keys.into_iter().filter_map(usable).collect())
}

/// A key that can check RS256, with its id. Any other key is skipped (RFC 7517, section 5).
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
