//! What a person, or a program, wants to see of it.

use std::fmt::Write as _;

use access_package::policy::Rule;
use access_package::{Fulfillment, Outcome, Reason, Refusal, Step};
use serde_json::{Value, json};

use crate::{Report, Verdict};

impl Report {
    pub fn as_text(&self) -> String {
        let assignment = &self.assignment;
        let end = assignment.end().map_or("never".into(), |end| end.to_string());
        let mut text = format!("assignment {}\ntarget     {}\n", assignment.id(), assignment.target());
        let _ = writeln!(text, "catalog    {}", assignment.catalog());
        let _ = write!(text, "ends       {end}\nstate      {}", self.before);
        text += if self.has_expired { ", but its end has come: expired\n\n" } else { "\n\n" };
        match &self.verdict {
            Verdict::Refused(refusal) => text += &explain(*refusal),
            Verdict::Accepted { between, observed, done } => {
                let _ = writeln!(text, "accepted: {} to enforce", done.len());
                for (n, (action, _)) in (1..).zip(done) {
                    let _ = writeln!(text, "  {n}. {}", action.resource_role);
                }
                for it in observed {
                    let word =
                        if it.fulfillment == Fulfillment::Failed { "cannot be enforced" } else { "in place" };
                    let _ = writeln!(text, "  -  {}: {word}", it.resource_role);
                }
                if !done.is_empty() {
                    let _ = writeln!(text, "state      {between}\n\noutcomes");
                }
                for (n, (_, outcome)) in (1..).zip(done) {
                    let _ = writeln!(text, "  {n}. {}", word(*outcome));
                }
                let _ = write!(text, "state      {}", assignment.state());
            }
        }
        text
    }

    pub fn as_json(&self) -> String {
        let assignment = &self.assignment;
        let mut object =
            json!({ "assignment": assignment.id(), "before": self.before, "after": assignment.state() });
        let words = match &self.verdict {
            Verdict::Refused(refusal) => {
                let mut words = json!({ "verdict": "refused", "message": refusal.to_string() });
                match refusal {
                    Refusal::Unauthorized(refusal) => {
                        let reasons = refusal
                            .reasons()
                            .map(|it| json!({ "code": it.code(), "rules": ids(it), "text": it.to_string() }));
                        let remedies = refusal.remedies();
                        words["reasons"] = reasons.collect();
                        words["remedies"] = remedies
                            .map(|it| {
                                json!({ "steps": it.steps().map(Step::code).collect::<Value>(), "text": it.to_string() })
                            })
                            .collect();
                    }
                    Refusal::InvalidState { actual, .. } => {
                        words["advice"] = json!(actual.advice().map(|advice| advice.to_string()));
                    }
                }
                words
            }
            Verdict::Accepted { between, observed, done } => {
                let mut words = json!({
                    "verdict": "accepted",
                    "between": between,
                    "actions": done.iter().map(|(action, _)| action).collect::<Vec<_>>(),
                    "outcomes": done.iter().map(|(_, outcome)| outcome).collect::<Vec<_>>(),
                });
                if !observed.is_empty() {
                    words["observed"] = json!(observed);
                }
                words
            }
        };
        if let (Value::Object(object), Value::Object(words)) = (&mut object, words) {
            object.extend(words);
        }
        object.to_string()
    }
}

/// Where the state that is required is documented.
const REPROCESS: &str = "https://learn.microsoft.com/graph/api/accesspackageassignment-reprocess";

/// Why it was refused and what to do about it, as a colleague would say it.
fn explain(refusal: Refusal) -> String {
    let mut text = String::new();
    match refusal {
        Refusal::Unauthorized(unauthorized) => {
            text += "refused: the caller may not reprocess this assignment\n\nwhy\n";
            for reason in unauthorized.reasons() {
                let source = reason.rules().flat_map(Rule::sources).next().map_or("", |source| source.url);
                let _ = writeln!(text, "  - {reason}\n    ({}: {source})", ids(reason).join(", "));
            }
            let one_of = if unauthorized.remedies().count() > 1 { ", any one of these" } else { "" };
            let _ = write!(text, "\nwhat helps{one_of}");
            for remedy in unauthorized.remedies() {
                for (step, before) in remedy.steps().zip(["- ", "  and ", "  and "]) {
                    let _ = write!(text, "\n  {before}{step}");
                }
            }
        }
        Refusal::InvalidState { actual, .. } => {
            let _ = writeln!(text, "refused: {refusal}\n         (R9: {REPROCESS})");
            if let Some(advice) = actual.advice() {
                let _ = write!(text, "\nwhat helps\n  - {advice}");
            }
        }
    }
    text
}

fn ids(reason: Reason) -> Vec<&'static str> {
    reason.rules().map(|rule| rule.id).collect()
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fulfilled => "fulfilled",
        Outcome::Failed => "failed",
    }
}
