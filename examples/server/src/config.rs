//! What the environment configures.

use std::env;
use std::str::FromStr;
use std::time::Duration;

use access_package::graph::BaseUrl;

use crate::Problem;
use crate::executor::{GraphToken, Times};
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
        let graph = match (variable("GRAPH_URL"), variable("GRAPH_TOKEN_FILE"), variable("GRAPH_TOKEN")) {
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
            listen: variable("LISTEN").unwrap_or_else(|| "127.0.0.1:8080".into()),
            role,
            database: variable("DATABASE").unwrap_or_else(|| "assignments.db".into()),
            database_create: tokens.is_development() || variable("DATABASE_CREATE").is_some(),
            tokens,
            limits,
            graph,
            directory_database: variable("DIRECTORY_DATABASE").unwrap_or_else(|| "directory.db".into()),
            times,
            action_log: variable("ACTION_LOG"),
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
