//! What can be said on the command line.

use std::path::PathBuf;

use access_package::graph::BaseUrl;
use clap::{Args, Parser, Subcommand};

use crate::token::Source;

/// Finds which delivered access package assignments of Microsoft Entra have lost access, and gives back just that.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Compare what is delivered with what is in place. Nothing is written to the service.
    #[command(override_usage = format!("drift check {USAGE}"), after_help = EXITS_OF_CHECK)]
    Check(Check),
    /// Print who holds what until when, as CSV, from the last check
    Report(Report),
    /// Give back what the last check found restorable, and nothing else
    #[command(override_usage = format!("drift restore {USAGE}"), after_help = EXITS_OF_RESTORE)]
    Restore(Restore),
}

/// What is optional is not shown as if it were required, whatever was given.
const USAGE: &str = "[OPTIONS] <--token-file <PATH>|--token-env <NAME>|--token-command <CMD>>";

const EXITS_OF_RESTORE: &str = "Exit status: 0 if all of the plan is restored or no longer owed, 1 if some of it was refused or \
                                ended otherwise, 2 if nothing was done or the run broke off: run it again, it goes on.";

const EXITS_OF_CHECK: &str = "Exit status: 0 if everything delivered is in place, 1 if something is lost, 3 if nothing is seen to \
                              be lost but something is unknown or unreadable, 2 if the check could not be made or broke off.";

#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub file: File,
    /// Forget what an interrupted check has found, and begin anew
    #[arg(long)]
    pub anew: bool,
    /// Read the assignments from this export instead: a whole list, or an assignment (may be given several times)
    #[arg(long, value_name = "FILE")]
    pub assignments: Vec<PathBuf>,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print what is not in place as CSV
    #[arg(long)]
    pub csv: bool,
    /// Write a report with a chart to this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

#[derive(Args)]
pub struct Report {
    #[command(flatten)]
    pub file: File,
}

#[derive(Args)]
pub struct Restore {
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub file: File,
    /// Do not ask: for scripts
    #[arg(long)]
    pub yes: bool,
    /// Restore so many assignments at most; the next run goes on with others
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Grant what is lost in the directory itself, instead of having the assignments reprocessed
    #[arg(long)]
    pub direct: bool,
    /// The file to which each step adds a line of JSON
    #[arg(long, value_name = "FILE", default_value = "drift-restore.jsonl")]
    pub log: PathBuf,
}

#[derive(Args)]
pub struct File {
    /// What was found so far, and how far the run has got
    #[arg(long, value_name = "FILE", default_value = "drift.db")]
    pub file: PathBuf,
}

#[derive(Args)]
pub struct Connection {
    /// The service that keeps the assignments
    #[arg(long, value_name = "URL", env = "BASE_URL", default_value = "https://graph.microsoft.com")]
    pub base_url: BaseUrl,
    /// The service that keeps groups, applications and roles, if it is another one
    #[arg(long, value_name = "URL", env = "DIRECTORY_URL")]
    pub directory_url: Option<BaseUrl>,
    #[command(flatten)]
    pub token: Token,
    /// An environment variable with the token for --directory-url, if it is another one
    #[arg(long, value_name = "NAME", requires = "directory_url")]
    pub directory_token_env: Option<String>,
    /// How many requests are under way at a time
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub at_once: usize,
    /// For how many seconds a request is sent again while the service is busy, and how long a wait it may ask for
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub patience: u64,
    /// How many seconds the directory may take to show what is new: what is not seen is looked for again then
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub settle: u64,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Token {
    /// A file with the token, or `-` for standard input
    #[arg(id = "token_file", long = "token-file", value_name = "PATH")]
    file: Option<PathBuf>,
    /// An environment variable with the token
    #[arg(id = "token_env", long = "token-env", value_name = "NAME")]
    env: Option<String>,
    /// A command that prints the token; it is run again when the token expires
    #[arg(id = "token_command", long = "token-command", value_name = "CMD")]
    command: Option<String>,
}

impl Token {
    /// Where the token comes from. One of them is given.
    #[must_use]
    pub fn source(&self) -> Source {
        match (&self.file, &self.env, &self.command) {
            (Some(path), _, _) => Source::File(path.clone()),
            (_, Some(name), _) => Source::Variable(name.clone()),
            (_, _, command) => Source::Command(command.clone().unwrap_or_default()),
        }
    }
}
