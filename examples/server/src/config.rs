//! What the environment configures.

use std::env;
use std::str::FromStr;
use std::time::Duration;

use crate::Problem;
use crate::token::Tokens;
use crate::worker::Limits;

pub struct Config {
    pub listen: String,
    pub role: Role,
    /// The file of the database, or the address of one of PostgreSQL.
    pub database: String,
    /// Whether a database that is missing is made.
    pub database_create: bool,
    pub tokens: Tokens,
    pub limits: Limits,
    /// How long the directory takes for one grant: that of the example is quicker than one elsewhere.
    pub directory_latency: Duration,
    /// A resource on which it takes as long as this.
    pub directory_slow: Option<(String, Duration)>,
    /// Where the directory writes what it does.
    pub directory_log: Option<String>,
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
    /// Reads the environment; the README lists the variables. Without a key the server is one for
    /// development.
    pub fn from_env() -> Result<Self, Problem> {
        let tokens = match variable("TOKEN_KEY_FILE") {
            Some(file) => {
                let required = |name| variable(name).ok_or_else(|| format!("`{name}` is not set"));
                let pem = std::fs::read(&file).map_err(|error| format!("`{file}`: {error}"))?;
                Tokens::configured(&pem, &required("TOKEN_AUDIENCE")?, &required("TOKEN_ISSUER")?)?
            }
            None => Tokens::development(variable("DEVELOPMENT_KEY")),
        };
        let role = match variable("ROLE").as_deref() {
            None | Some("both") => Role::Both,
            Some("server") => Role::Server,
            Some("worker") => Role::Worker,
            Some(other) => {
                return Err(format!("`ROLE` is `{other}`: expected `server`, `worker` or `both`").into());
            }
        };
        let limits = Limits {
            at_a_time: number("CONCURRENCY")?.unwrap_or(64),
            lease: milliseconds("LEASE_MS")?.unwrap_or(Duration::from_secs(30)),
            action: milliseconds("ACTION_TIMEOUT_MS")?.unwrap_or(Duration::from_hours(2)),
            tries: number("TRIES")?.unwrap_or(10),
            pause: milliseconds("PAUSE_MS")?.unwrap_or(Duration::from_secs(1)),
        };
        let slow = milliseconds("DIRECTORY_SLOW_MS")?;
        Ok(Self {
            listen: variable("LISTEN").unwrap_or_else(|| "127.0.0.1:8080".into()),
            role,
            database: variable("DATABASE").unwrap_or_else(|| "assignments.db".into()),
            database_create: tokens.is_development() || variable("DATABASE_CREATE").is_some(),
            tokens,
            limits,
            directory_latency: milliseconds("DIRECTORY_LATENCY_MS")?.unwrap_or_default(),
            directory_slow: variable("DIRECTORY_SLOW_RESOURCE").zip(slow),
            directory_log: variable("DIRECTORY_LOG"),
        })
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A number that is not zero.
fn number<N: FromStr + Default + PartialEq>(name: &str) -> Result<Option<N>, Problem> {
    let Some(text) = variable(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| *number != N::default());
    Ok(Some(number.ok_or_else(|| format!("`{name}` is `{text}`: expected a number from 1 on"))?))
}

fn milliseconds(name: &str) -> Result<Option<Duration>, Problem> {
    let Some(text) = variable(name) else { return Ok(None) };
    let time = text.parse().map_err(|_| format!("`{name}` is `{text}`: expected milliseconds"))?;
    Ok(Some(Duration::from_millis(time)))
}
