//! What stops the program, and what helps.

use std::io;

use access_package::graph::batch::BatchError;
use access_package::graph::http::{CallError, RequestError};
use access_package::graph::json::ReadError;
use http::StatusCode;

use crate::token::Lack;

#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("`{path}`: {source}")]
    File { path: String, source: io::Error },
    #[error("standard input and output: {0}")]
    Terminal(#[from] io::Error),
    #[error("`{0}` is not set: it should hold a token")]
    NoVariable(String),
    #[error("command for the token has failed ({status}){said}")]
    Command { status: String, said: String },
    #[error("`{from}` {why}")]
    NotAToken { from: String, why: String },
    #[error("`{url}` refuses the token of `{option}`{why}: get a new one")]
    TokenRefused {
        url: String,
        option: &'static str,
        why: &'static str,
        said: String,
        help: Option<&'static str>,
    },
    #[error("`{0}` is not `https` and not on this machine: a token is not sent there")]
    NotSafe(String),
    #[error("`{url}` does not answer: {said}")]
    NoAnswer { url: String, said: String },
    #[error(
        "`{url}` asks to wait {seconds} s, but `--patience` is {patience} s: run it again later to continue, or raise `--patience`"
    )]
    TooLong { url: String, seconds: f64, patience: u64 },
    #[error("`{url}`: {source}")]
    Answer { url: String, source: Box<CallError>, lack: Option<Lack> },
    #[error("`{url}`: {source}")]
    Read { url: String, source: Box<ReadError> },
    #[error(
        "`{path}` is neither a list of assignments nor an assignment, as Microsoft Graph exports them in JSON: {source}"
    )]
    Export { path: String, source: Box<ReadError> },
    #[error(transparent)]
    Request { source: RequestError },
    #[error("link to the next page leads to another service: `{0}`")]
    OtherService(String),
    #[error("links to the next page lead in a circle: `{0}`")]
    Circle(String),
    #[error(transparent)]
    Batch(#[from] BatchError),
    #[error("`{path}` is in use by another run, or not a file of `drift`: {source}")]
    Book { path: String, source: rusqlite::Error },
    #[error(
        "`{path}` cannot be used: its version is {actual}, and this `drift` needs version {required}: give another `--file`"
    )]
    BookVersion { path: String, required: i64, actual: i64 },
    #[error(
        "`{path}` is a check of `{actual}`, not of `{required}`: give another `--file`, or check with `--anew`"
    )]
    OtherBook { path: String, required: String, actual: String },
    #[error(
        "`{path}` is a check of tenant `{actual}`, but the token is for `{required}`: give another `--file`, or check with `--anew`"
    )]
    OtherTenant { path: String, required: String, actual: String },
    #[error("new token is for tenant `{actual}`, but the one before it was for `{required}`")]
    OtherToken { required: String, actual: String },
    #[error("`{path}` has no finished check: run `drift check` first")]
    NotChecked { path: String },
    #[error("check in `{path}` was interrupted: run `drift check` to continue it")]
    Interrupted { path: String },
    #[error("file of the check: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("file of the check is damaged: {0}")]
    Damaged(String),
    #[error("input is not a terminal: look at the plan, and add `--yes`")]
    NotConfirmed,
    #[error("HTTP client cannot be created: {0}")]
    Client(#[from] reqwest::Error),
}

impl Problem {
    /// Why, and what helps, as far as the service or the crate says it.
    pub fn details(&self) -> Vec<String> {
        if let Self::TokenRefused { said, help, .. } = self {
            let help = help.map(|help| format!("what helps: {help}"));
            return [said.clone()].into_iter().chain(help).collect();
        }
        let Self::Answer { source, lack, .. } = self else { return Vec::new() };
        let CallError::Rejected(told) = &**source else { return Vec::new() };
        let mut says: Vec<_> = told.reasons().map(|reason| format!("because: {reason}")).collect();
        if let Some(lack) = lack {
            says.push(format!("because: {}", lack.reason()));
            says.push(format!("what helps: {}", lack.help()));
        } else if let Some(help) = told.help().filter(|_| told.code.as_deref() != Some("UnAuthorized")) {
            says.push(format!("what helps: {help}"));
        } else if told.status == StatusCode::FORBIDDEN {
            // All requested lists are of the whole tenant, so what the service says about a catalog does not
            // help.
            says.push(
                "what helps: a role for the whole tenant, or an application with `EntitlementManagement.Read.All`: \
                 a caller whose only roles are in catalogs may read one access package at a time"
                    .to_owned(),
            );
        } else if told.status == StatusCode::NOT_FOUND {
            says.push("what helps: the right `--base-url` and `--directory-url`".to_owned());
        }
        says
    }

    pub fn file(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::File { path, source }
    }
}
