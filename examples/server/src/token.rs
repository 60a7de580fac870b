//! Who calls, according to an access token. Its signature, algorithm, issuer, audience and times are checked
//! here.

mod keys;

use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use access_package::graph::http::Rejection;
use access_package::{Claims, ObjectId};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::info;
use uuid::Uuid;

pub use self::keys::{KeySet, Times};
use crate::Problem;
use crate::fault::Fault;

/// The audience and the issuer of tokens made in development.
const DEVELOPMENT_AUDIENCE: &str = "https://graph.microsoft.com";
const DEVELOPMENT_ISSUER: &str = "https://localhost/development";

/// Checks tokens and, in development, makes them.
pub struct Tokens {
    keys: Keys,
    validation: Validation,
    development: Option<EncodingKey>,
}

/// The keys that check tokens: one fixed key, or a set from which a token names one.
pub enum Keys {
    One(Arc<DecodingKey>),
    Set(Arc<KeySet>),
}

impl Keys {
    /// A public key, in PEM. A private one is refused: a server that only checks tokens does not need it.
    pub fn of_pem(pem: &[u8]) -> Result<Self, Problem> {
        if String::from_utf8_lossy(pem).contains("PRIVATE KEY") {
            return Err("this is a private key: expected the public one".into());
        }
        let key = DecodingKey::from_rsa_pem(pem).map_err(|_| "expected an RSA public key (PEM)")?;
        Ok(Self::One(Arc::new(key)))
    }
}

/// The content of a token that was checked.
#[derive(Deserialize)]
pub struct Payload {
    #[serde(flatten)]
    pub claims: Claims,
    pub appid: Option<ObjectId>,
    /// A single issuer: a list is refused.
    #[serde(rename = "iss")]
    _issuer: String,
}

impl Tokens {
    /// Tokens of Entra: signed with RS256.
    #[must_use]
    pub fn configured(keys: Keys, audience: &str, issuer: &str) -> Self {
        Self { keys, validation: validation(Algorithm::RS256, audience, issuer), development: None }
    }

    /// Tokens that this server makes itself, with a new key unless one is given.
    #[must_use]
    pub fn development(key: Option<String>) -> Self {
        let key = key.unwrap_or_else(|| format!("{}{}", Uuid::new_v4(), Uuid::new_v4()));
        Self {
            keys: Keys::One(Arc::new(DecodingKey::from_secret(key.as_bytes()))),
            validation: validation(Algorithm::HS256, DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER),
            development: Some(EncodingKey::from_secret(key.as_bytes())),
        }
    }

    #[must_use]
    pub fn is_development(&self) -> bool {
        self.development.is_some()
    }

    /// Whether there is a key to check with.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        match &self.keys {
            Keys::One(_) => true,
            Keys::Set(keys) => !keys.is_empty(),
        }
    }

    /// Keeps the keys up to date while the server runs. Waits for the first look.
    pub async fn keep(&self) {
        let Keys::Set(keys) = &self.keys else { return };
        let kept = Arc::clone(keys);
        tokio::spawn(async move { kept.keep().await });
        keys.looked().await;
    }

    /// What the token says, if it is valid.
    pub async fn check(&self, token: &str) -> Result<Payload, Fault> {
        let key = self.key_of(token).await?;
        let decoded = decode::<Payload>(token, &key, &self.validation);
        Ok(decoded.map_err(|error| refused(self.why(&error)))?.claims)
    }

    /// Why a token is refused, with what is expected.
    fn why(&self, error: &Error) -> String {
        let expected = match error.kind() {
            ErrorKind::InvalidAudience => &self.validation.aud,
            ErrorKind::InvalidIssuer => &self.validation.iss,
            _ => return error.to_string(),
        };
        let expected: Vec<_> = expected.iter().flatten().map(String::as_str).collect();
        format!("{error}: expected `{}`", expected.join("`, `"))
    }

    /// The key that checks this token. A token that would be refused anyway causes no look for its key.
    async fn key_of(&self, token: &str) -> Result<Arc<DecodingKey>, Fault> {
        let header = decode_header(token).map_err(refused)?;
        // `crit` names extensions that have to be understood, and this server understands no extension (RFC
        // 7515, section 4.1.11).
        if header.crit.is_some() || !self.validation.algorithms.contains(&header.alg) {
            let expected = &self.validation.algorithms;
            return Err(refused(format!(
                "its `alg` is {:?}: expected {expected:?}, without `crit`",
                header.alg
            )));
        }
        let found = match (&self.keys, header.kid) {
            (Keys::One(key), _) => Some(Arc::clone(key)),
            (Keys::Set(keys), Some(id)) => keys.find(&id).await?,
            (Keys::Set(_), None) => return Err(refused("it has no `kid`, which names a key of the set")),
        };
        found.ok_or_else(|| refused("no key of the set has its `kid`"))
    }

    /// A token with these claims and the necessary ones, valid for a day. Claims that are given here win.
    pub fn make(&self, claims: &Value) -> Result<String, Problem> {
        let key = self.development.as_ref().ok_or("tokens are made in development only")?;
        let expires = SystemTime::now() + Duration::from_hours(24);
        let mut payload = json!({
            "aud": DEVELOPMENT_AUDIENCE,
            "iss": DEVELOPMENT_ISSUER,
            "exp": expires.duration_since(SystemTime::UNIX_EPOCH)?.as_secs(),
            "tid": "00000000-0000-4000-8000-00000000feed",
        });
        for (name, value) in claims.as_object().into_iter().flatten() {
            payload[name] = value.clone();
        }
        Ok(encode(&Header::new(Algorithm::HS256), &payload, key)?)
    }
}

/// The reason is for the log only.
fn refused(why: impl Display) -> Fault {
    info!(%why, "token is refused");
    Rejection::NoCaller.into()
}

fn validation(algorithm: Algorithm, audience: &str, issuer: &str) -> Validation {
    // Accept only this algorithm, whatever the token's header says.
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "aud", "iss"]);
    validation.validate_nbf = true;
    validation
}
