//! What the environment configures.

use std::env;
use std::time::Duration;

use crate::Problem;
use crate::token::Tokens;

pub struct Config {
    pub listen: String,
    /// The file of the database.
    pub database: String,
    pub tokens: Tokens,
    /// How long the directory takes for one grant: that of the example is quicker than one elsewhere.
    pub directory_latency: Duration,
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
        let latency = variable("DIRECTORY_LATENCY_MS").map_or(Ok(0), |text| text.parse())?;
        Ok(Self {
            listen: variable("LISTEN").unwrap_or_else(|| "127.0.0.1:8080".into()),
            database: variable("DATABASE").unwrap_or_else(|| "assignments.db".into()),
            tokens,
            directory_latency: Duration::from_millis(latency),
        })
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
