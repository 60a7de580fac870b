//! An access token, or what stands for one. Nothing is verified, and nothing of it is printed but what it says.

use std::error::Error;

use access_package::{Claims, graph};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::files;

/// Where the token is. It is never an argument, for other users of the machine could see it there.
pub enum Token {
    File(String),
    Variable(String),
    /// Only its payload, or what Graph PowerShell shows of its session.
    Payload(String),
}

const INSTEAD: &str = "say who calls with `--claims`, or with `--account`, `--permission` and `--role`";

impl Token {
    pub fn claims(&self) -> Result<Claims, Box<dyn Error>> {
        let (name, claims) = match self {
            Self::Payload(path) => (path, of_payload(&files::read(path)?)),
            Self::File(path) => (path, of_token(&files::read(path)?)),
            Self::Variable(name) => {
                let text = std::env::var(name).map_err(|error| format!("{name}: {error}"))?;
                (name, of_token(text.as_bytes()))
            }
        };
        claims.map_err(|error| format!("{name}: {error}").into())
    }
}

fn of_payload(payload: &[u8]) -> Result<Claims, String> {
    if payload.trim_ascii_start().starts_with(b"eyJ") {
        return Err("not the payload as JSON, but a whole token: give it with `--token-file`".into());
    }
    graph::json::read_claims(payload)
        .or_else(|of_claims| graph::json::read_mg_context(payload).map_err(|_| of_claims.to_string()))
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
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => token.trim_start(),
        _ => token,
    };
    if token.is_empty() {
        return Err("no token: it is empty".into());
    }
    if token.starts_with(['{', '[']) {
        return Err("not a token, but JSON: give only the token, or its payload with `--claims`".into());
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
        [opaque] if opaque.starts_with("Ew") => Err(
            "an opaque token, as personal accounts get: nobody but the service can read it. A personal account may \
             never reprocess: see `--account personal`"
                .into(),
        ),
        [_] => Err(format!("an opaque token, not a JSON Web Token, which nobody else can read: {INSTEAD}")),
        _ => Err("not a JSON Web Token: expected three parts with dots between".into()),
    }
}
