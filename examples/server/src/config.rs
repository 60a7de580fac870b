//! What the environment configures.

use std::env;
use std::fs;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use access_package::graph::BaseUrl;

use crate::Problem;
use crate::connections;
use crate::executor::{GraphToken, Times};
use crate::service::Origins;
use crate::token::{KeySet, Keys, Times as KeyTimes, Tokens};
use crate::worker::Limits;

pub struct Config {
    pub listen: String,
    /// Where the metrics are shown, without a token.
    pub metrics_listen: Option<String>,
    pub role: Role,
    /// The file of the database, or the address of one of PostgreSQL.
    pub database: String,
    /// Whether a database that is missing is made.
    pub database_create: bool,
    /// How long a lock of somebody else is waited for there.
    pub database_wait: Duration,
    pub tokens: Tokens,
    /// Where clients find the server.
    pub public_url: Option<BaseUrl>,
    /// The pages of which origins may call.
    pub origins: Origins,
    pub connections: connections::Limits,
    /// How many requests are answered at a time.
    pub requests: usize,
    pub limits: Limits,
    /// Where access is granted. Without it the server has a directory of its own, for development.
    pub graph: Option<(BaseUrl, GraphToken)>,
    /// The file of the database of that directory.
    pub directory_database: String,
    pub times: Times,
    /// Where each action says that it begins and that it ends.
    pub action_log: Option<String>,
}

/// What this process does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It answers requests.
    Server,
    /// It carries out what was accepted.
    Worker,
    Both,
}

impl Config {
    /// Reads the environment; the README lists the variables. What is set and says nothing is a mistake: an empty key would
    /// else be as good as none.
    pub fn from_env() -> Result<Self, Problem> {
        let tokens = tokens()?;
        let role = match variable("ROLE")?.as_deref() {
            None | Some("both") => Role::Both,
            Some("server") => Role::Server,
            Some("worker") => Role::Worker,
            Some(other) => {
                return Err(format!("`ROLE` is `{other}`: expected `server`, `worker` or `both`").into());
            }
        };
        let connections = connections::Limits {
            connections: number("CONNECTIONS")?.unwrap_or(512),
            head: milliseconds("HEAD_MS")?.unwrap_or(Duration::from_secs(10)),
            life: milliseconds("CONNECTION_MS")?.unwrap_or(Duration::from_mins(10)),
        };
        let limits = Limits {
            at_a_time: number("CONCURRENCY")?.unwrap_or(64),
            lease: milliseconds("LEASE_MS")?.unwrap_or(Duration::from_secs(30)),
            action: milliseconds("ACTION_TIMEOUT_MS")?.unwrap_or(Duration::from_hours(2)),
            tries: number("TRIES")?.unwrap_or(20),
            pause: milliseconds("PAUSE_MS")?.unwrap_or(Duration::from_secs(1)),
        };
        let graph = match (variable("GRAPH_URL")?, variable("GRAPH_TOKEN_FILE")?, variable("GRAPH_TOKEN")?) {
            (Some(url), Some(file), None) => Some((url.parse()?, GraphToken::File(file))),
            (Some(url), None, Some(token)) => Some((url.parse()?, GraphToken::Fixed(token))),
            (None, None, None) if tokens.is_development() || role == Role::Server => None,
            _ => {
                let needed = "`GRAPH_URL` and one of `GRAPH_TOKEN_FILE` and `GRAPH_TOKEN` go together";
                return Err(needed.into());
            }
        };
        // That of its own replicates at once.
        let replication = if graph.is_some() { Duration::from_mins(5) } else { Duration::from_secs(2) };
        let times = Times {
            patience: milliseconds("PATIENCE_MS")?.unwrap_or(Duration::from_hours(1)),
            replication: milliseconds("REPLICATION_MS")?.unwrap_or(replication),
        };
        Ok(Self {
            listen: variable("LISTEN")?.unwrap_or_else(|| "127.0.0.1:8080".into()),
            metrics_listen: variable("METRICS_LISTEN")?,
            role,
            database: variable("DATABASE")?.unwrap_or_else(|| "assignments.db".into()),
            database_create: is_asked_for("DATABASE_CREATE")? || tokens.is_development(),
            database_wait: milliseconds("DATABASE_WAIT_MS")?.unwrap_or(Duration::from_secs(2)),
            tokens,
            public_url: variable("PUBLIC_URL")?.map(|url| url.parse()).transpose()?,
            origins: variable("CORS_ORIGINS")?.map(|text| text.parse()).transpose()?.unwrap_or_default(),
            connections,
            requests: number("REQUESTS")?.unwrap_or(256),
            limits,
            graph,
            directory_database: variable("DIRECTORY_DATABASE")?.unwrap_or_else(|| "directory.db".into()),
            times,
            action_log: variable("ACTION_LOG")?,
        })
    }
}

/// What checks tokens: a key, a set of them, or that of development, in which anybody on this machine is given a token.
/// Development is asked for by name, or the server is started without being told where anything is.
fn tokens() -> Result<Tokens, Problem> {
    let (keys, audience) = (keys()?, variable("TOKEN_AUDIENCE")?);
    let (issuer, secret) = (variable("TOKEN_ISSUER")?, variable("DEVELOPMENT_KEY")?);
    let is_asked_for = is_asked_for("DEVELOPMENT")? || secret.is_some();
    let is_configured = keys.is_some() || audience.is_some() || issuer.is_some();
    match (keys, audience, issuer) {
        _ if is_asked_for && is_configured => {
            Err("`DEVELOPMENT` and `DEVELOPMENT_KEY` do not go together with `TOKEN_…`".into())
        }
        (Some(keys), Some(audience), Some(issuer)) => Ok(Tokens::configured(keys, &audience, &issuer)),
        (None, None, None) if is_asked_for || is_bare()? => match secret {
            Some(secret) if secret.len() < 32 => Err("`DEVELOPMENT_KEY` has less than 32 bytes".into()),
            secret => Ok(Tokens::development(secret)),
        },
        (None, None, None) => {
            let needed =
                "`TOKEN_KEY_FILE` is not set: it is needed, or `DEVELOPMENT=1` to try the server out";
            Err(needed.into())
        }
        _ => {
            Err("one of `TOKEN_KEY_FILE`, `TOKEN_JWKS_FILE` and `TOKEN_JWKS_URL`, and `TOKEN_AUDIENCE` and \
                  `TOKEN_ISSUER` go together"
                .into())
        }
    }
}

fn keys() -> Result<Option<Keys>, Problem> {
    let (file, set, url) =
        (variable("TOKEN_KEY_FILE")?, variable("TOKEN_JWKS_FILE")?, variable("TOKEN_JWKS_URL")?);
    let (pause, every) = (number("TOKEN_JWKS_PAUSE_MS")?, number("TOKEN_JWKS_EVERY_MS")?);
    let times = KeyTimes {
        pause: Duration::from_millis(pause.unwrap_or(10_000)),
        every: Duration::from_millis(every.unwrap_or(600_000)),
    };
    if set.is_none() && url.is_none() && (pause.is_some() || every.is_some()) {
        return Err("`TOKEN_JWKS_…_MS` and one of `TOKEN_JWKS_FILE` and `TOKEN_JWKS_URL` go together".into());
    }
    match (file, set, url) {
        (None, None, None) => Ok(None),
        (Some(file), None, None) => {
            let pem = fs::read(&file).map_err(|error| format!("`{file}`: {error}"))?;
            Ok(Some(Keys::of_pem(&pem).map_err(|error| format!("`{file}`: {error}"))?))
        }
        (None, Some(file), None) => Ok(Some(Keys::Set(Arc::new(KeySet::in_file(file, times))))),
        (None, None, Some(url)) => {
            let keys = KeySet::at_url(&url, times)
                .map_err(|error| format!("`TOKEN_JWKS_URL` is `{url}`: {error}"))?;
            Ok(Some(Keys::Set(Arc::new(keys))))
        }
        _ => Err("of `TOKEN_KEY_FILE`, `TOKEN_JWKS_FILE` and `TOKEN_JWKS_URL` only one can be set".into()),
    }
}

/// Whether the server is not told where anything is: then nobody expects it to guard anything.
fn is_bare() -> Result<bool, Problem> {
    for name in ["LISTEN", "DATABASE", "GRAPH_URL"] {
        if variable(name)?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn variable(name: &str) -> Result<Option<String>, Problem> {
    match env::var(name) {
        Ok(value) if value.is_empty() => Err(format!("`{name}` is set, but empty").into()),
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(error @ env::VarError::NotUnicode(_)) => Err(format!("`{name}`: {error}").into()),
    }
}

fn is_asked_for(name: &str) -> Result<bool, Problem> {
    match variable(name)?.as_deref() {
        None => Ok(false),
        Some("1") => Ok(true),
        Some(other) => Err(format!("`{name}` is `{other}`: expected `1`, or that it is not set").into()),
    }
}

/// A number that is not zero.
fn number<N: FromStr + Default + PartialEq>(name: &str) -> Result<Option<N>, Problem> {
    let Some(text) = variable(name)? else { return Ok(None) };
    let number = text.parse().ok().filter(|number| *number != N::default());
    Ok(Some(number.ok_or_else(|| format!("`{name}` is `{text}`: expected a number from 1 on"))?))
}

fn milliseconds(name: &str) -> Result<Option<Duration>, Problem> {
    let Some(text) = variable(name)? else { return Ok(None) };
    let time = text.parse().map_err(|_| format!("`{name}` is `{text}`: expected milliseconds"))?;
    Ok(Some(Duration::from_millis(time)))
}
