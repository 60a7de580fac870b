//! Finds the delivered access package assignments that have lost access, and restores it.

/// Prints a line. The program goes on even if nobody reads the output any more.
macro_rules! tell {
    ($($line:tt)*) => {{
        use std::io::Write as _;
        drop(writeln!(std::io::stdout(), $($line)*));
    }};
}

/// The same on standard error.
macro_rules! warn {
    ($($line:tt)*) => {{
        use std::io::Write as _;
        drop(writeln!(std::io::stderr(), $($line)*));
    }};
}

mod arguments;
mod ask;
mod book;
mod check;
mod circle;
mod confirm;
mod evidence;
mod inventory;
mod names;
mod observe;
mod pace;
mod packages;
mod problem;
mod progress;
mod report;
mod requests;
mod restore;
mod service;
mod services;
mod show;
mod token;
mod verdict;

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command};
use crate::problem::Problem;

/// One thread is enough: the program waits for the service most of the time.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        Command::Check(check) => check::run(check).await,
        Command::Report(report) => report::run(report),
        Command::Restore(restore) => restore::run(restore).await,
    };
    let is_report = matches!(arguments.command, Command::Report(_));
    match result {
        Ok(status) => status.into(),
        // The reader has read enough and closed the pipe.
        Err(Problem::Terminal(error)) if is_report && error.kind() == ErrorKind::BrokenPipe => 0.into(),
        Err(problem) => {
            warn!("drift: {problem}");
            for line in problem.details() {
                warn!("  {line}");
            }
            2.into()
        }
    }
}
