//! An access token or its replacement. Nothing is verified, and nothing of the token is printed except its claims.

use std::error::Error;

use access_package::{Claims, ObjectId, graph};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::files;

/// The source of the token. The token is never an argument, since other users of the machine could see it.
pub enum Token {
    File(String),
    Variable(String),
    /// Only the payload, or the session as Graph PowerShell prints it.
    Payload(String),
}

/// What the token says about the caller.
pub struct Told {
    pub claims: Claims,
    /// The client id of the Graph PowerShell session, if there is no token.
    pub client: Option<String>,
}

impl From<Claims> for Told {
    fn from(claims: Claims) -> Self {
        Self { claims, client: None }
    }
}

const INSTEAD: &str = "pass the caller with `--claims`, or with `--account`, `--permission` and `--role`";

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
        return Err("a whole token instead of its payload: pass it with `--token-file`".into());
    }
    match graph::json::read_claims(payload) {
        Ok(claims) => Ok(claims.into()),
        Err(of_claims) => {
            let claims = graph::json::read_mg_context(payload).map_err(|_| of_claims.to_string())?;
            Ok(Told { claims, client: client(payload) })
        }
    }
}

/// The `ClientId` of a Graph PowerShell context.
fn client(context: &[u8]) -> Option<String> {
    let context: Value = serde_json::from_slice(context).ok()?;
    let id: ObjectId = context["ClientId"].as_str()?.parse().ok()?;
    Some(id.to_string())
}

/// An error never contains the token.
fn of_token(text: &[u8]) -> Result<Claims, String> {
    let text = std::str::from_utf8(text).map_err(|_| "not a text")?;
    let payload = payload(text)?;
    graph::json::read_claims(&payload).map_err(|error| format!("token payload: {error}"))
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
        return Err("no token: the text is empty".into());
    }
    if token.starts_with(['{', '[']) {
        return Err("JSON instead of a token: pass only the token, as `az account get-access-token --query accessToken -o tsv` \
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
        [_, _, _, _, _] => Err(format!("an encrypted token (JWE), which only its API can read: {INSTEAD}")),
        [_] => Err(format!(
            "an opaque token, which only the service can read: if it is a personal account's, run again with \
             `--account personal` instead; if not, {INSTEAD}"
        )),
        _ => Err("not a JSON Web Token: expected three parts separated by dots".into()),
    }
}
