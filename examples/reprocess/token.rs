//! An access token, or what stands for one. Nothing is verified, and nothing of it is printed but what it says.

use std::error::Error;

use access_package::{Claims, ObjectId, graph};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::files;

/// Where the token is. It is never an argument, for other users of the machine could see it there.
pub enum Token {
    File(String),
    Variable(String),
    /// Only its payload, or what Graph PowerShell shows of its session.
    Payload(String),
}

/// What is told of the caller.
pub struct Told {
    pub claims: Claims,
    /// The application that Graph PowerShell has signed in as or with, where there is no token.
    pub client: Option<String>,
}

impl From<Claims> for Told {
    fn from(claims: Claims) -> Self {
        Self { claims, client: None }
    }
}

const INSTEAD: &str = "say who calls with `--claims`, or with `--account`, `--permission` and `--role`";

impl Token {
    pub fn read(&self) -> Result<Told, Box<dyn Error>> {
        let (name, told) = match self {
            Self::Payload(path) => (path, of_payload(&files::read(path)?)),
            Self::File(path) => (path, of_token(&files::read(path)?).map(Told::from)),
            Self::Variable(name) => {
                let text = std::env::var(name).map_err(|error| format!("{name}: {error}"))?;
                (name, of_token(text.as_bytes()).map(Told::from))
            }
        };
        told.map_err(|error| format!("{name}: {error}").into())
    }
}

fn of_payload(payload: &[u8]) -> Result<Told, String> {
    if payload.trim_ascii_start().starts_with(b"eyJ") {
        return Err("not the payload as JSON, but a whole token: give it with `--token-file`".into());
    }
    match graph::json::read_claims(payload) {
        Ok(claims) => Ok(claims.into()),
        Err(of_claims) => {
            let claims = graph::json::read_mg_context(payload).map_err(|_| of_claims.to_string())?;
            Ok(Told { claims, client: client(payload) })
        }
    }
}

/// The `ClientId` of a context of Graph PowerShell.
fn client(context: &[u8]) -> Option<String> {
    let context: Value = serde_json::from_slice(context).ok()?;
    let id: ObjectId = context["ClientId"].as_str()?.parse().ok()?;
    Some(id.to_string())
}

/// An error does not hold the token.
fn of_token(text: &[u8]) -> Result<Claims, String> {
    let text = std::str::from_utf8(text).map_err(|_| "not a text")?;
    let payload = payload(text)?;
    graph::json::read_claims(&payload).map_err(|error| format!("the payload of the token: {error}"))
}

fn payload(token: &str) -> Result<Vec<u8>, String> {
    let token = token.trim();
    let token = match token.split_once(char::is_whitespace) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => token,
        _ => token,
    };
    // A console may have wrapped it.
    let token: String = token.split_whitespace().collect();
    if token.is_empty() {
        return Err("no token: it is empty".into());
    }
    if token.starts_with(['{', '[']) {
        return Err("not a token, but JSON: give only the token, such as `az account get-access-token --query accessToken -o tsv` \
             prints it, or its payload with `--claims`"
                .into(),
        );
    }
    let parts: Vec<_> = token.split('.').collect();
    match parts[..] {
        [_, payload, _] => {
            let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('='));
            payload.map_err(|_| "the second part of the token is not base64url".into())
        }
        [_, _, _, _, _] => {
            Err(format!("an encrypted token (JWE), which only the API that it is for can read: {INSTEAD}"))
        }
        [_] => Err(format!(
            "an opaque token, which only the service can read: if it is a personal account's, run again with \
             `--account personal` instead; if not, {INSTEAD}"
        )),
        _ => Err("not a JSON Web Token: expected three parts with dots between".into()),
    }
}
