//! Reprocesses the assignment in a document of Microsoft Graph, from the command line.
//!
//! Exit status: 0 accepted, 1 refused, 2 the document or the arguments cannot be used.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Read as _;
use std::process::ExitCode;
use std::time::SystemTime;

use access_package::{Action, Assignment, AssignmentState, Outcome, Role, Timestamp, graph, reprocess};
use serde_json::json;

const HELP: &str = "\
Reprocess the access package assignment in a document of Microsoft Graph (v1.0 or beta).

Usage: reprocess [OPTIONS] [FILE]

  FILE          the document; `-` reads standard input, and without one a sample is used
  --role ROLE   the caller's role, by name or id [default: Access package assignment manager]
  --now TIME    the present time, in ISO 8601 [default: the clock's]
  --fail N      let the Nth action fail; can be given more than once
  --json        print one JSON object
  --help        print this";

struct Arguments {
    document: Option<String>,
    role: Role,
    now: Timestamp,
    fail: Vec<usize>,
    json: bool,
}

/// What the call has led to.
enum Verdict {
    Refused { reason: String, advice: Option<String> },
    Accepted { between: AssignmentState, done: Vec<(Action, Outcome)> },
}

fn main() -> ExitCode {
    let result =
        arguments().and_then(|arguments| arguments.map_or(Ok(ExitCode::SUCCESS), |given| run(&given)));
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(2)
    })
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let mut assignment = graph::json::read(&document(arguments.document.as_deref())?)?;
    let before = assignment.state();
    assignment.expire(arguments.now);
    let verdict = drive(&mut assignment, arguments)?;
    println!(
        "{}",
        if arguments.json {
            as_json(&assignment, before, &verdict)
        } else {
            as_text(&assignment, before, &verdict)
        }
    );
    Ok(match verdict {
        Verdict::Accepted { .. } => ExitCode::SUCCESS,
        Verdict::Refused { .. } => ExitCode::from(1),
    })
}

/// Reprocesses, carries out each action by doing as it is told, and records the outcomes.
fn drive(assignment: &mut Assignment, arguments: &Arguments) -> Result<Verdict, Box<dyn Error>> {
    let actions: Vec<Action> = match reprocess(assignment, arguments.role) {
        Ok(actions) => actions.collect(),
        Err(error) => {
            let advice = match error {
                access_package::ReprocessError::InvalidState { actual, .. } => actual.advice(),
                _ => None,
            };
            return Ok(Verdict::Refused {
                reason: error.to_string(),
                advice: advice.map(|it| it.to_string()),
            });
        }
    };
    if let Some(n) = arguments.fail.iter().find(|n| !(1..=actions.len()).contains(n)) {
        return Err(format!("--fail {n}: the actions are numbered 1 to {}", actions.len()).into());
    }
    // A host would save the assignment here, before it acts.
    let between = assignment.state();
    let outcome = |n| if arguments.fail.contains(&n) { Outcome::Failed } else { Outcome::Fulfilled };
    let done: Vec<_> = (1..).zip(actions).map(|(n, action)| (action, outcome(n))).collect();
    for (action, outcome) in &done {
        assignment.record(&action.clone().receipt(*outcome))?;
    }
    Ok(Verdict::Accepted { between, done })
}

fn as_text(assignment: &Assignment, before: AssignmentState, verdict: &Verdict) -> String {
    let mut text = format!("assignment {}\ntarget     {}\n", assignment.id(), assignment.target());
    let end = assignment.end().map_or("never".into(), |end| end.to_string());
    let _ = write!(text, "ends       {end}\nstate      {before}\n");
    match verdict {
        Verdict::Refused { reason, advice } => {
            let _ = write!(text, "\nrefused: {reason}");
            if let Some(advice) = advice {
                let _ = write!(text, "\nwhat helps: {advice}");
            }
        }
        Verdict::Accepted { between, done } => {
            let _ = writeln!(text, "\naccepted: {} to enforce", done.len());
            for (n, (action, _)) in (1..).zip(done) {
                let _ = writeln!(text, "  {n}. {}", action.resource_role);
            }
            let _ = writeln!(text, "state      {between}\n\noutcomes");
            for (n, (_, outcome)) in (1..).zip(done) {
                let _ = writeln!(text, "  {n}. {}", word(*outcome));
            }
            let _ = write!(text, "state      {}", assignment.state());
        }
    }
    text
}

fn as_json(assignment: &Assignment, before: AssignmentState, verdict: &Verdict) -> String {
    let mut object = json!({ "assignment": assignment.id(), "before": before, "after": assignment.state() });
    match verdict {
        Verdict::Refused { reason, advice } => {
            object["verdict"] = json!("refused");
            object["reason"] = json!(reason);
            object["advice"] = json!(advice);
        }
        Verdict::Accepted { between, done } => {
            object["verdict"] = json!("accepted");
            object["between"] = json!(between);
            object["actions"] = done.iter().map(|(action, _)| json!(action)).collect();
            object["outcomes"] = done.iter().map(|(_, outcome)| json!(outcome)).collect();
        }
    }
    object.to_string()
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fulfilled => "fulfilled",
        Outcome::Failed => "failed",
    }
}

fn document(path: Option<&str>) -> Result<Vec<u8>, Box<dyn Error>> {
    match path {
        None => Ok(include_bytes!("assignment.json").to_vec()),
        Some("-") => {
            let mut document = Vec::new();
            std::io::stdin().read_to_end(&mut document)?;
            Ok(document)
        }
        Some(path) => std::fs::read(path).map_err(|error| format!("{path}: {error}").into()),
    }
}

/// The arguments; nothing if only the help was asked for.
fn arguments() -> Result<Option<Arguments>, Box<dyn Error>> {
    use lexopt::prelude::*;
    let mut given = Arguments {
        document: None,
        role: Role::AccessPackageAssignmentManager,
        now: SystemTime::now().into(),
        fail: Vec::new(),
        json: false,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("role") => given.role = parser.value()?.parse()?,
            Long("now") => given.now = parser.value()?.parse()?,
            Long("fail") => given.fail.push(parser.value()?.parse()?),
            Long("json") => given.json = true,
            Long("help") | Short('h') => {
                println!("{HELP}");
                return Ok(None);
            }
            Value(path) if given.document.is_none() => given.document = Some(path.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(given))
}
