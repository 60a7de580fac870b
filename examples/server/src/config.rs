//! What the environment configures.

use std::env;
use std::fmt::Display;
use std::fs;
use std::ops::RangeInclusive;
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
    /// The address of the metrics, which need no token.
    pub metrics_listen: Option<String>,
    pub role: Role,
    /// The file of a SQLite database, or the address of a PostgreSQL one.
    pub database: String,
    /// Whether a missing database is created.
    pub database_create: bool,
    /// How long to wait for a lock that another connection holds.
    pub database_wait: Duration,
    /// Checks tokens. `None` only for a worker: it has no callers.
    pub tokens: Option<Tokens>,
    /// Where clients find the server.
    pub public_url: Option<BaseUrl>,
    /// The origins whose pages may call.
    pub origins: Origins,
    pub connections: connections::Limits,
    /// How many requests are answered at a time.
    pub requests: usize,
    pub limits: Limits,
    /// Where access is granted. Without it, the server starts a directory of its own in development.
    pub graph: Option<(BaseUrl, GraphToken)>,
    /// The database file of that directory.
    pub directory_database: String,
    pub times: Times,
    /// The file in which each action logs when it begins and when it ends.
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
    /// Reads the environment; the README lists the variables. A variable that is set but empty is an error:
    /// an empty key would otherwise count as no key.
    pub fn from_env() -> Result<Self, Problem> {
        let role = match variable("ROLE")?.as_deref() {
            None | Some("both") => Role::Both,
            Some("server") => Role::Server,
            Some("worker") => Role::Worker,
            Some(other) => {
                return Err(format!("`ROLE` is `{other}`: expected `server`, `worker` or `both`").into());
            }
        };
        let tokens = tokens(role)?;
        let is_development = tokens.as_ref().is_some_and(Tokens::is_development);
        let connections = connections::Limits {
            connections: count("CONNECTIONS", 512)?.into(),
            head: milliseconds("HEAD_MS", 10_000, 1)?,
            life: milliseconds("CONNECTION_MS", 600_000, 1)?,
        };
        let limits = Limits {
            at_a_time: count("CONCURRENCY", 64)?.into(),
            // A shorter lease ends before it can be renewed.
            lease: milliseconds("LEASE_MS", 30_000, 1_000)?,
            action: milliseconds("ACTION_TIMEOUT_MS", 7_200_000, 1)?,
            tries: count("TRIES", 20)?.into(),
            pause: milliseconds("PAUSE_MS", 1_000, 1)?,
        };
        let graph = match (graph_url()?, variable("GRAPH_TOKEN_FILE")?, variable("GRAPH_TOKEN")?) {
            (Some(url), Some(file), None) => Some((url, GraphToken::File(file))),
            (Some(url), None, Some(token)) => Some((url, GraphToken::Fixed(token))),
            (None, None, None) if is_development || role == Role::Server => None,
            _ => {
                let needed = "`GRAPH_URL` and one of `GRAPH_TOKEN_FILE` and `GRAPH_TOKEN` go together";
                return Err(needed.into());
            }
        };
        // The directory for development replicates at once.
        let replication = if graph.is_some() { 300_000 } else { 2_000 };
        let times = Times {
            patience: milliseconds("PATIENCE_MS", 3_600_000, 1)?,
            replication: milliseconds("REPLICATION_MS", replication, 1)?,
        };
        Ok(Self {
            listen: variable("LISTEN")?.unwrap_or_else(|| "127.0.0.1:8080".into()),
            metrics_listen: variable("METRICS_LISTEN")?,
            role,
            database: variable("DATABASE")?.unwrap_or_else(|| "assignments.db".into()),
            database_create: is_asked_for("DATABASE_CREATE")? || is_development,
            database_wait: milliseconds("DATABASE_WAIT_MS", 2_000, 1)?,
            tokens,
            public_url: parsed("PUBLIC_URL")?,
            origins: parsed("CORS_ORIGINS")?.unwrap_or_default(),
            connections,
            requests: count("REQUESTS", 256)?.into(),
            limits,
            graph,
            directory_database: variable("DIRECTORY_DATABASE")?.unwrap_or_else(|| "directory.db".into()),
            times,
            action_log: variable("ACTION_LOG")?,
        })
    }
}

/// What checks tokens: one key, a set of keys, or the key for development, where anybody on this machine gets
/// a token. Development needs `DEVELOPMENT`, or an environment that does not tell the server where anything
/// is.
fn tokens(role: Role) -> Result<Option<Tokens>, Problem> {
    let (keys, audience) = (keys()?, variable("TOKEN_AUDIENCE")?);
    let (issuer, secret) = (variable("TOKEN_ISSUER")?, variable("DEVELOPMENT_KEY")?);
    let is_asked_for = is_asked_for("DEVELOPMENT")? || secret.is_some();
    let is_configured = keys.is_some() || audience.is_some() || issuer.is_some();
    match (keys, audience, issuer) {
        _ if is_asked_for && is_configured => {
            Err("`DEVELOPMENT` and `DEVELOPMENT_KEY` do not go together with `TOKEN_…`".into())
        }
        (Some(keys), Some(audience), Some(issuer)) => Ok(Some(Tokens::configured(keys, &audience, &issuer))),
        (None, None, None) if is_asked_for || is_bare()? => match secret {
            Some(secret) if secret.len() < 32 => Err("`DEVELOPMENT_KEY` is shorter than 32 bytes".into()),
            secret => Ok(Some(Tokens::development(secret))),
        },
        (None, None, None) if role == Role::Worker => Ok(None),
        (None, None, None) => {
            let needed = "`TOKEN_KEY_FILE` is not set: set it, or set `DEVELOPMENT=1` to try the server";
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
    let times = KeyTimes {
        pause: milliseconds("TOKEN_JWKS_PAUSE_MS", 10_000, 1)?,
        every: milliseconds("TOKEN_JWKS_EVERY_MS", 600_000, 1)?,
    };
    let has_times = are_set(&["TOKEN_JWKS_PAUSE_MS", "TOKEN_JWKS_EVERY_MS"])?;
    if set.is_none() && url.is_none() && has_times {
        return Err("`TOKEN_JWKS_…_MS` and one of `TOKEN_JWKS_FILE` and `TOKEN_JWKS_URL` go together".into());
    }
    match (file, set, url) {
        (None, None, None) => Ok(None),
        (Some(file), None, None) => {
            let read = || Keys::of_pem(&fs::read(&file)?);
            Ok(Some(read().map_err(|error| format!("`TOKEN_KEY_FILE` is `{file}`: {error}"))?))
        }
        (None, Some(file), None) => Ok(Some(Keys::Set(Arc::new(KeySet::in_file(file, times))))),
        (None, None, Some(url)) => {
            let keys = KeySet::at_url(&url, times)
                .map_err(|error| format!("`TOKEN_JWKS_URL` is `{url}`: {error}"))?;
            Ok(Some(Keys::Set(Arc::new(keys))))
        }
        _ => Err("set only one of `TOKEN_KEY_FILE`, `TOKEN_JWKS_FILE` and `TOKEN_JWKS_URL`".into()),
    }
}

/// The address of the directory. The crate appends the version.
fn graph_url() -> Result<Option<BaseUrl>, Problem> {
    let Some(url) = parsed::<BaseUrl>("GRAPH_URL")? else { return Ok(None) };
    for version in ["/v1.0", "/beta"] {
        if let Some(without) = url.as_str().strip_suffix(version) {
            return Err(format!("`GRAPH_URL` is `{url}`: expected no version, `{without}`").into());
        }
    }
    Ok(Some(url))
}

/// Whether the environment names no address and no database. Nobody expects such a server to guard anything.
fn is_bare() -> Result<bool, Problem> {
    Ok(!are_set(&["LISTEN", "DATABASE", "GRAPH_URL"])?)
}

/// Whether any of these variables is set.
fn are_set(names: &[&str]) -> Result<bool, Problem> {
    for name in names {
        if variable(name)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
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
        Some(other) => Err(format!("`{name}` is `{other}`: expected `1`, or leave it unset").into()),
    }
}

fn parsed<T: FromStr<Err: Display>>(name: &str) -> Result<Option<T>, Problem> {
    let Some(text) = variable(name)? else { return Ok(None) };
    Ok(Some(text.parse().map_err(|error| format!("`{name}` is `{text}`: {error}"))?))
}

fn count(name: &str, default: u16) -> Result<u16, Problem> {
    number(name, default, 1..=u16::MAX)
}

/// A duration of at most a day.
fn milliseconds(name: &str, default: u64, least: u64) -> Result<Duration, Problem> {
    number(name, default, least..=86_400_000).map(Duration::from_millis)
}

fn number<N>(name: &str, default: N, bounds: RangeInclusive<N>) -> Result<N, Problem>
where
    N: FromStr + PartialOrd + Display,
{
    let Some(text) = variable(name)? else { return Ok(default) };
    let number = text.parse().ok().filter(|number| bounds.contains(number));
    let (least, most) = bounds.into_inner();
    Ok(number.ok_or_else(|| format!("`{name}` is `{text}`: expected a number from {least} to {most}"))?)
}
