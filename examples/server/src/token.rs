//! Who calls, by an access token that is checked here: signature, algorithm, issuer, audience, times.

use std::time::{Duration, SystemTime};

use access_package::{Claims, ObjectId};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Problem;

/// Of the tokens made in development.
const DEVELOPMENT_AUDIENCE: &str = "https://graph.microsoft.com";
const DEVELOPMENT_ISSUER: &str = "https://localhost/development";

/// What checks tokens and, in development, makes them.
pub struct Tokens {
    key: DecodingKey,
    validation: Validation,
    development: Option<EncodingKey>,
}

/// What a token that was checked says.
#[derive(Deserialize)]
pub struct Payload {
    #[serde(flatten)]
    pub claims: Claims,
    pub appid: Option<ObjectId>,
    /// One, and no list of them.
    #[serde(rename = "iss")]
    _issuer: String,
}

impl Tokens {
    /// Tokens of Entra: signed with RS256. The private key is not for those who check.
    pub fn configured(pem: &[u8], audience: &str, issuer: &str) -> Result<Self, Problem> {
        if String::from_utf8_lossy(pem).contains("PRIVATE KEY") {
            return Err("is a private key: expected a public one".into());
        }
        let validation = validation(Algorithm::RS256, audience, issuer);
        Ok(Self { key: DecodingKey::from_rsa_pem(pem)?, validation, development: None })
    }

    /// Tokens that this server makes itself, with a key that is made now unless one is given.
    #[must_use]
    pub fn development(key: Option<String>) -> Self {
        let key = key.unwrap_or_else(|| format!("{}{}", Uuid::new_v4(), Uuid::new_v4()));
        Self {
            key: DecodingKey::from_secret(key.as_bytes()),
            validation: validation(Algorithm::HS256, DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER),
            development: Some(EncodingKey::from_secret(key.as_bytes())),
        }
    }

    #[must_use]
    pub fn is_development(&self) -> bool {
        self.development.is_some()
    }

    /// What the token says, if it is valid.
    pub fn check(&self, token: &str) -> jsonwebtoken::errors::Result<Payload> {
        let data = decode::<Payload>(token, &self.key, &self.validation)?;
        // What has to be understood, and is not (RFC 7515, section 4.1.11).
        if data.header.crit.is_some() {
            return Err(ErrorKind::InvalidToken.into());
        }
        Ok(data.claims)
    }

    /// A token with these claims beside the necessary ones, for a day. Claims that are given here win.
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

fn validation(algorithm: Algorithm, audience: &str, issuer: &str) -> Validation {
    // This one algorithm and no other, whatever the token's header says.
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "aud", "iss"]);
    validation.validate_nbf = true;
    validation
}
