//! The command-line arguments.

use std::path::PathBuf;

use access_package::graph::BaseUrl;
use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand};

use crate::token::Source;

/// Finds the delivered access package assignments in Microsoft Entra that have lost access, and restores it.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Compare what was delivered with what is in place. It writes nothing to the service
    #[command(override_usage = format!("drift check {USAGE}"), after_help = EXITS_OF_CHECK)]
    Check(Check),
    /// Print who should hold which resource role, until when, and whether it was seen, as CSV from the last check
    Report(Report),
    /// Restore what the last check found to be lost and restorable, and nothing else
    #[command(override_usage = format!("drift restore {USAGE}"), after_help = EXITS_OF_RESTORE)]
    Restore(Restore),
}

/// Errors show this usage, too. Clap's own usage for an error would show given options as required.
const USAGE: &str = "[OPTIONS] <--token-file <PATH>|--token-env <NAME>|--token-command <CMD>>";

const EXITS_OF_RESTORE: &str = "Exit status: 0 if everything in the plan is restored or no longer owed, 1 if something was \
                                refused, failed or is still under way, 2 if nothing was done or the run broke off. Run it again \
                                to continue.";

const EXITS_OF_CHECK: &str = "Exit status: 0 if everything delivered is in place, 1 if something is lost, 2 if the check was not \
                              made or broke off, 3 if no loss was found but something is unknown or unreadable, or the files hold no \
                              delivered assignment.";

#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub file: File,
    /// Discard what an interrupted check has found, and begin a new one
    #[arg(long)]
    pub anew: bool,
    /// Read the assignments from this exported file instead of the service: a complete list, or one assignment. Repeatable
    #[arg(long, value_name = "FILE")]
    pub assignments: Vec<PathBuf>,
    /// Print everything that is not in place, as JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print the resource roles that are not in place, as CSV
    #[arg(long)]
    pub csv: bool,
    /// Also write a report with a chart to this file, as HTML
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
    /// Do not ask before restoring, for scripts
    #[arg(long)]
    pub yes: bool,
    /// Restore at most N assignments. The next run continues with others
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Grant each lost resource role in the directory itself, instead of reprocessing the assignments
    #[arg(long)]
    pub direct: bool,
    /// Add a line of JSON to this file for each step
    #[arg(long, value_name = "FILE", default_value = "drift-restore.jsonl")]
    pub log: PathBuf,
}

#[derive(Args)]
pub struct File {
    /// The file with what the check found, and how far each run has got
    #[arg(long, value_name = "FILE", default_value = "drift.db")]
    pub file: PathBuf,
}

#[derive(Args)]
pub struct Connection {
    /// The address of the service that has the assignments
    #[arg(long, value_name = "URL", env = "BASE_URL", default_value = "https://graph.microsoft.com")]
    pub base_url: BaseUrl,
    /// The address of the service that has the groups, applications and roles, if it is another one
    #[arg(long, value_name = "URL", env = "DIRECTORY_URL")]
    pub directory_url: Option<BaseUrl>,
    #[command(flatten)]
    pub token: Token,
    /// Read the token for --directory-url from this environment variable, if it is another token
    #[arg(long, value_name = "NAME", requires = "directory_url")]
    pub directory_token_env: Option<String>,
    /// How many requests (in `restore`: assignments) may be under way at a time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub at_once: usize,
    /// For how many seconds to repeat a request while the service is busy, and the longest wait to
    /// accept from it
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub patience: u64,
    /// How many seconds the directory may take to show a new grant. After that, `drift` looks again
    /// for what it did not see
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub settle: u64,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Token {
    /// Read the token from this file, or from standard input if it is `-`
    #[arg(id = "token_file", long = "token-file", value_name = "PATH")]
    file: Option<PathBuf>,
    /// Read the token from this environment variable
    #[arg(id = "token_env", long = "token-env", value_name = "NAME")]
    env: Option<String>,
    /// Run this command, which prints the token. It runs again when the token expires
    #[arg(id = "token_command", long = "token-command", value_name = "CMD")]
    command: Option<String>,
}

impl Token {
    /// The source of the token. Clap makes sure that there is one.
    #[must_use]
    pub fn source(&self) -> Source {
        match (&self.file, &self.env, &self.command) {
            (Some(path), _, _) => Source::File(path.clone()),
            (_, Some(name), _) => Source::Variable(name.clone()),
            (_, _, command) => Source::Command(command.clone().unwrap_or_default()),
        }
    }
}
