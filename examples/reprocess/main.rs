//! Reprocesses the assignment in a document of Microsoft Graph, from the command line.
//!
//! Exit status: 0 accepted, 1 refused, 2 the document or the arguments cannot be used.

mod arguments;
mod report;

use std::error::Error;
use std::io::Read as _;
use std::process::ExitCode;

use access_package::{
    Action, Assignment, AssignmentState, Caller, Outcome, Refusal, evaluate, graph, reprocess,
};

use arguments::Arguments;

/// What the call has led to.
struct Report {
    assignment: Assignment,
    before: AssignmentState,
    /// The end had come, whatever the document says.
    has_expired: bool,
    verdict: Verdict,
}

enum Verdict {
    Refused(Refusal),
    Accepted { between: AssignmentState, done: Vec<(Action, Outcome)> },
}

fn main() -> ExitCode {
    let result =
        arguments::parse().and_then(|given| given.map_or(Ok(ExitCode::SUCCESS), |given| run(&given)));
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(2)
    })
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let assignment = graph::json::read(&document(arguments.document.as_deref())?)?;
    let report = drive(assignment, arguments, &arguments.caller()?)?;
    println!("{}", if arguments.json { report.as_json() } else { report.as_text() });
    Ok(match report.verdict {
        Verdict::Accepted { .. } => ExitCode::SUCCESS,
        Verdict::Refused(_) => ExitCode::from(1),
    })
}

/// Does what a host does, but for storing, and carries out each action by doing as it is told.
fn drive(
    mut assignment: Assignment,
    arguments: &Arguments,
    caller: &Caller,
) -> Result<Report, Box<dyn Error>> {
    let before = assignment.state();
    let has_expired = assignment.expire(arguments.now);
    let role = match evaluate(caller, &assignment) {
        Ok(role) => role,
        Err(refusal) => {
            return Ok(Report { assignment, before, has_expired, verdict: Verdict::Refused(refusal) });
        }
    };
    let actions: Vec<_> = reprocess(&mut assignment, role)?.collect();
    if let Some(n) = arguments.fail.iter().find(|n| !(1..=actions.len()).contains(n)) {
        return Err(format!("--fail {n}: the actions are numbered 1 to {}", actions.len()).into());
    }
    // A host saves the assignment here, before it acts.
    let between = assignment.state();
    let outcome = |n| if arguments.fail.contains(&n) { Outcome::Failed } else { Outcome::Fulfilled };
    let done: Vec<_> = (1..).zip(actions).map(|(n, action)| (action, outcome(n))).collect();
    for (action, outcome) in &done {
        assignment.record(&action.clone().receipt(*outcome))?;
    }
    Ok(Report { assignment, before, has_expired, verdict: Verdict::Accepted { between, done } })
}

fn document(path: Option<&str>) -> Result<Vec<u8>, Box<dyn Error>> {
    match path {
        None => Ok(include_bytes!("../assignment.json").to_vec()),
        Some("-") => {
            let mut document = Vec::new();
            std::io::stdin().read_to_end(&mut document)?;
            Ok(document)
        }
        Some(path) => Ok(std::fs::read(path).map_err(|error| format!("{path}: {error}"))?),
    }
}
