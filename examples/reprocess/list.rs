//! A list: the caller, a line for each assignment, and the totals.

use std::error::Error;
use std::io::{Write, stdout};

use access_package::graph::json::{ItemError, Page, ReadError};
use serde_json::json;

use crate::arguments::Arguments;
use crate::asked;
use crate::caller::Asking;
use crate::notes::{self, Note, Outcome};
use crate::observed::Observations;
use crate::report;
use crate::{Report, Status, Verdict, drive};

#[derive(Default)]
struct Sum {
    accepted: usize,
    refused: usize,
    unreadable: usize,
    outcome: Outcome,
    is_incomplete: bool,
    /// The first note of each kind.
    notes: Vec<Note>,
}

impl Sum {
    fn add(&mut self, note: Note) {
        if self.notes.iter().all(|known| known.code != note.code) {
            self.notes.push(note);
        }
    }
}

/// Prints the result of each assignment, and returns the worst status.
pub fn run(
    page: Page,
    arguments: &Arguments,
    asking: &Asking,
    observations: &Observations,
) -> Result<Status, Box<dyn Error>> {
    if page.items.is_empty() && page.next_link.is_none() {
        return Err("the list has no assignments: check the filter".into());
    }
    let mut all_look_ups: Vec<&Note> = Vec::new();
    let mut out = std::io::BufWriter::new(stdout().lock());
    let (mut sum, mut worst) = (Sum::default(), Status::Accepted);
    if !arguments.json {
        writeln!(out, "{}", asking.as_text())?;
    }
    for item in page.items {
        let (line, status) = match item {
            Ok(assignment) => {
                let report = drive(assignment.into(), arguments, &asking.caller, observations)?;
                sum.outcome.add(&report);
                let look_ups: Vec<_> = asking.look_ups(&report).collect();
                report.notes(&asking.caller).into_iter().for_each(|note| sum.add(note));
                let line = line(&report, arguments, &look_ups);
                let is_new = |note: &&Note| all_look_ups.iter().all(|known| known.code != note.code);
                let new: Vec<_> = look_ups.into_iter().filter(is_new).collect();
                all_look_ups.extend(new);
                (line, report.status())
            }
            Err(error) => {
                sum.is_incomplete |= asked::is_incomplete(&error.problem);
                (unreadable(&error, arguments), Status::Unusable)
            }
        };
        writeln!(out, "{line}")?;
        match status {
            Status::Accepted => sum.accepted += 1,
            Status::Refused => sum.refused += 1,
            Status::Unusable => sum.unreadable += 1,
        }
        worst = worst.max(status);
    }
    if sum.is_incomplete {
        let export = asked::export("assignments");
        sum.add(Note::new("exportAgain", format!("the export is incomplete: use `{export}`")));
    }
    let Sum { accepted, refused, unreadable, outcome, notes, .. } = sum;
    let notes = asking.notes(&outcome).chain(&notes);
    let next_link = page.next_link;
    if arguments.json {
        let caveats: Vec<_> = notes.map(Note::as_json).collect();
        let sum = json!({
            "accepted": accepted, "refused": refused, "unreadable": unreadable, "nextLink": next_link,
            "caller": asking.as_json(), "caveats": caveats,
        });
        writeln!(out, "{sum}")?;
    } else {
        let all = accepted + refused + unreadable;
        writeln!(out, "{all} in all: {accepted} accepted, {refused} refused, {unreadable} unreadable")?;
        if let Some(next_link) = next_link {
            writeln!(out, "the next page is at {next_link}")?;
        }
        write!(out, "{}", notes::under("find out first", all_look_ups.iter().copied()))?;
        write!(out, "{}", notes::as_text(notes, &all_look_ups))?;
    }
    out.flush()?;
    Ok(worst)
}

fn line(report: &Report, arguments: &Arguments, look_ups: &[&Note]) -> String {
    let assignment = &report.assignment;
    match &report.verdict {
        _ if arguments.json => report.as_json().to_string(),
        Verdict::Refused(refusal) => {
            format!("{}  {}: {refusal}", assignment.id(), report::refused(look_ups))
        }
        Verdict::Accepted { done, .. } => {
            let (id, state) = (assignment.id(), assignment.state());
            format!("{id}  accepted: {} to enforce, then {state}", done.len())
        }
    }
}

/// Reports a list of something other than assignments.
pub fn of_something_else(problem: &ReadError, arguments: &Arguments) -> Status {
    if arguments.json {
        println!("{}", json!({ "verdict": "unreadable", "message": asked::said(problem, problem) }));
    } else {
        println!("unreadable: {}", asked::named(arguments.document.as_deref(), &[], problem));
    }
    Status::Unusable
}

fn unreadable(error: &ItemError, arguments: &Arguments) -> String {
    if arguments.json {
        let (index, message) = (error.index, asked::said(&error.problem, &error.problem));
        json!({ "assignment": error.id, "index": index, "verdict": "unreadable", "message": message })
            .to_string()
    } else {
        format!("unreadable: {}", asked::said(error, &error.problem))
    }
}
