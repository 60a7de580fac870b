//! A page of a list: a line for each assignment, and a sum at the end.

use std::error::Error;
use std::io::{Write, stdout};

use access_package::Assignment;
use access_package::graph::json::{ItemError, Page};
use serde_json::json;

use crate::arguments::Arguments;
use crate::caller::Asking;
use crate::observed::Observations;
use crate::{Status, Verdict, drive};

#[derive(Default)]
struct Sum {
    accepted: usize,
    refused: usize,
    unreadable: usize,
}

/// Prints what becomes of each, and gives the worst status there was.
pub fn run(
    page: Page,
    arguments: &Arguments,
    asking: &Asking,
    observations: &Observations,
) -> Result<Status, Box<dyn Error>> {
    let mut out = std::io::BufWriter::new(stdout().lock());
    let (mut sum, mut worst) = (Sum::default(), Status::Accepted);
    for item in page.items {
        let (line, status) = match item {
            Ok(assignment) => line(assignment, arguments, asking, observations)?,
            Err(error) => (unreadable(&error, arguments), Status::Unusable),
        };
        writeln!(out, "{line}")?;
        match status {
            Status::Accepted => sum.accepted += 1,
            Status::Refused => sum.refused += 1,
            Status::Unusable => sum.unreadable += 1,
        }
        worst = worst.max(status);
    }
    let Sum { accepted, refused, unreadable } = sum;
    if arguments.json {
        let next_link = page.next_link;
        let sum = json!({ "accepted": accepted, "refused": refused, "unreadable": unreadable, "nextLink": next_link });
        writeln!(out, "{sum}")?;
    } else {
        let all = accepted + refused + unreadable;
        if refused > 0 {
            for note in asking.notes(None) {
                writeln!(out, "note: {note}")?;
            }
        }
        writeln!(out, "{all} in all: {accepted} accepted, {refused} refused, {unreadable} unreadable")?;
        if let Some(next_link) = page.next_link {
            writeln!(out, "the next page is at {next_link}")?;
        }
    }
    out.flush()?;
    Ok(worst)
}

fn line(
    assignment: Assignment,
    arguments: &Arguments,
    asking: &Asking,
    observations: &Observations,
) -> Result<(String, Status), Box<dyn Error>> {
    let report = drive(assignment.into(), arguments, &asking.caller, observations)?;
    let line = if arguments.json {
        report.as_json(asking)
    } else {
        let assignment = &report.assignment;
        match &report.verdict {
            Verdict::Refused(refusal) => format!("{}  refused: {refusal}", assignment.id()),
            Verdict::Accepted { done, .. } => {
                format!(
                    "{}  accepted: {} to enforce, then {}",
                    assignment.id(),
                    done.len(),
                    assignment.state()
                )
            }
        }
    };
    Ok((line, report.status()))
}

fn unreadable(error: &ItemError, arguments: &Arguments) -> String {
    if arguments.json {
        let (index, message) = (error.index, error.problem.to_string());
        json!({ "assignment": error.id, "index": index, "verdict": "unreadable", "message": message })
            .to_string()
    } else {
        format!("unreadable: {error}")
    }
}
