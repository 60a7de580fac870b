//! What a person, or a program, wants to see of it.

use std::fmt::Write as _;

use access_package::policy::Rule;
use access_package::{Fulfillment, Outcome, Reason, Receipt, Refusal};
use serde_json::{Value, json};

use crate::caller::Asking;
use crate::{Report, Verdict};

impl Report {
    pub fn as_text(&self, asking: &Asking) -> String {
        let assignment = &self.assignment;
        let end = assignment.end().map_or("never".into(), |end| end.to_string());
        let level = match assignment.catalog().privilege_level {
            None => " (level not known: judged as a standard one)".into(),
            Some(level) => format!(" ({level})"),
        };
        let mut text = format!("assignment {}\ntarget     {}\n", assignment.id(), assignment.target());
        let _ = writeln!(text, "catalog    {}{level}", assignment.catalog().id);
        let _ = write!(text, "ends       {end}\nstate      {}", self.before);
        text += if self.has_expired { ", but its end has come: expired\n\n" } else { "\n\n" };
        match &self.verdict {
            Verdict::Refused(refusal) => text += &explain(*refusal, asking),
            Verdict::Accepted { between, observed, done, .. } => {
                let _ = writeln!(text, "accepted: {} to enforce", done.len());
                for (n, (action, _)) in (1..).zip(done) {
                    let _ = writeln!(text, "  {n}. {}", action.resource_role);
                }
                for it in observed {
                    let unenforceable = it.fulfillment == Fulfillment::Unenforceable;
                    let word = if unenforceable { "cannot be enforced" } else { "in place" };
                    let _ = writeln!(text, "  -  {}: {word}", it.resource_role);
                }
                if !done.is_empty() {
                    let _ = writeln!(text, "state      {between}\n\noutcomes");
                }
                for (n, (_, receipt)) in (1..).zip(done) {
                    let _ = writeln!(text, "  {n}. {}", outcome(receipt));
                }
                let _ = write!(text, "state      {}", assignment.state());
                // Roles are enough; an expired token, or one for another API, may still be refused.
                let caveats: Vec<_> = asking.caveats.iter().filter(|caveat| !caveat.is_of_roles()).collect();
                for caveat in caveats {
                    let _ = write!(text, "\n\nbut {caveat}");
                }
            }
        }
        text
    }

    pub fn as_json(&self, asking: &Asking) -> String {
        let assignment = &self.assignment;
        let mut object =
            json!({ "assignment": assignment.id(), "before": self.before, "after": assignment.state() });
        let words = match &self.verdict {
            Verdict::Refused(refusal) => json!(access_package::Verdict::from(Err(*refusal))),
            Verdict::Accepted { authority, between, observed, done } => {
                let mut words = json!(access_package::Verdict::from(Ok(*authority)));
                words["between"] = json!(between);
                words["actions"] = done.iter().map(|(action, _)| json!(action)).collect();
                words["receipts"] = done.iter().map(|(_, receipt)| json!(receipt)).collect();
                if !observed.is_empty() {
                    words["observed"] = json!(observed);
                }
                words
            }
        };
        let caveats = asking.caveats.iter().map(|it| json!({ "code": it.code(), "text": it.to_string() }));
        if !asking.caveats.is_empty() {
            object["caveats"] = caveats.collect();
        }
        if let (Value::Object(object), Value::Object(words)) = (&mut object, words) {
            object.extend(words);
        }
        object.to_string()
    }
}

/// Why it was refused and what to do about it, as a colleague would say it.
fn explain(refusal: Refusal, asking: &Asking) -> String {
    let who = "the caller may not reprocess this assignment";
    let what = "the assignment cannot be reprocessed as it is";
    let what = if refusal.is_of_request() { "the request cannot be reprocessed as it is" } else { what };
    let mut text = format!("refused: {}\n\nwhy\n", if refusal.is_unauthorized() { who } else { what });
    for reason in refusal.reasons() {
        let source = reason.rules().flat_map(Rule::sources).next().map_or("", |source| source.url);
        let _ = writeln!(text, "  - {reason}\n    ({}: {source})", ids(reason).join(", "));
    }
    let one_of = if refusal.remedies().count() > 1 { ", any one of these" } else { "" };
    let _ = write!(text, "\nwhat helps{one_of}");
    for remedy in refusal.remedies() {
        for (step, before) in remedy.steps().zip(["- ", "  and ", "  and "]) {
            let _ = write!(text, "\n  {before}{step}");
        }
    }
    let notes: Vec<_> = asking.notes(Some(refusal)).map(|note| format!("\n  - {note}")).collect();
    if !notes.is_empty() {
        let _ = write!(text, "\n\nto be known\n  {}", notes.concat().trim_start());
    }
    text
}

fn ids(reason: Reason) -> Vec<&'static str> {
    reason.rules().map(|rule| rule.id).collect()
}

fn outcome(receipt: &Receipt) -> String {
    match (receipt.outcome, &receipt.reason) {
        (Outcome::Fulfilled, _) => "fulfilled".into(),
        (Outcome::Failed, None) => "failed".into(),
        (Outcome::Failed, Some(reason)) => format!("failed: {reason}"),
    }
}
