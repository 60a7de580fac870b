//! The report, for a person or a program.

use std::fmt::Write as _;

use access_package::policy::Rule;
use access_package::{
    Caller, Catalog, Fulfillment, Outcome, PrivilegeLevel, Reason, Receipt, Refusal, Remedy, Step,
};
use serde_json::{Value, json};

use crate::notes::{self, Note};
use crate::{Report, Verdict};

/// The path of the calls.
const BASE: &str = "/v1.0/identityGovernance/entitlementManagement";

impl Report {
    pub fn as_text(&self, look_ups: &[&Note]) -> String {
        let assignment = &self.assignment;
        let end = assignment.end().map_or("never".into(), |end| end.to_string());
        let level = match assignment.catalog().privilege_level {
            None => " (level unknown: judged as standard)".into(),
            Some(level) => format!(" ({level})"),
        };
        let sample = if self.is_sample { " (the sample that is built in)" } else { "" };
        let mut text =
            format!("assignment {}{sample}\ntarget     {}\n", assignment.id(), assignment.target());
        if let Some(request) = self.request {
            let _ = writeln!(text, "request    {request}");
        }
        let _ = writeln!(text, "catalog    {}{level}", assignment.catalog().id);
        let _ = write!(text, "ends       {end}\nstate      {}", self.before);
        text += if self.has_expired { ", but its end has passed: expired\n\n" } else { "\n\n" };
        match &self.verdict {
            Verdict::Refused(refusal) => text += &explain(*refusal, look_ups),
            Verdict::Accepted { .. } if !self.gives_is_known => {
                text += "accepted: the actions are unknown";
            }
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
            }
        }
        text
    }

    /// R8: Graph shows the state only to a caller who may reprocess. Here the user has the document anyway.
    pub fn of_assignment_too(&self) -> Option<Note> {
        let refusal = self.of_assignment_too?;
        let what = if refusal.is_of_request() { "request" } else { "assignment" };
        let text = format!(
            "the {what} would be refused too, but Graph tells this only to a caller who may reprocess: {refusal}"
        );
        Some(Note::new("assignmentToo", text))
    }

    /// The notes about this assignment.
    pub fn notes(&self, caller: &Caller) -> Vec<Note> {
        let (id, package) = (self.assignment.id(), self.assignment.access_package());
        let has_failed = self.refusal().is_some_and(|refusal| {
            refusal.remedies().flat_map(Remedy::steps).any(|step| step == Step::ReprocessRequest)
        });
        let next = has_failed.then(|| {
            let text = format!(
                "to reprocess the request:\n    \
                 1. save the response to `GET \
                 {BASE}/assignmentRequests?$expand=assignment($select=id),accessPackage&$filter=accessPackage/id eq \
                 '{package}'` as FILE\n    \
                 2. try it here with `--request FILE`, which uses the newest request for the assignment `{id}`\n    \
                 3. call `POST {BASE}/assignmentRequests/{{id of the request}}/reprocess`"
            );
            Note::new("reprocessRequest", text)
        });
        let gives = (!self.gives_is_known && self.refusal().is_none()).then(|| {
            let text = format!(
                "the document does not list what the access package gives: to see the actions, save the \
                 response to `GET {BASE}/accessPackages/{package}/resourceRoleScopes?$expand=role,scope` as FILE, and pass \
                 it with `--package FILE`"
            );
            Note::new("resourceRolesNotListed", text)
        });
        self.notes
            .iter()
            .cloned()
            .chain(gives)
            .chain(next)
            .chain(of_level(self.assignment.catalog(), caller))
            .collect()
    }

    pub fn as_json(&self) -> Value {
        let assignment = &self.assignment;
        let mut object = json!({ "assignment": assignment.id(), "before": self.before, "after": assignment.state(), "simulated": true });
        object["catalog"] = json!(assignment.catalog());
        if let Some(request) = self.request {
            object["request"] = json!(request);
        }
        let words = match &self.verdict {
            Verdict::Refused(refusal) => json!(access_package::Verdict::from(Err(*refusal))),
            Verdict::Accepted { authority, between, observed, done } => {
                let mut words = json!(access_package::Verdict::from(Ok(*authority)));
                if self.gives_is_known {
                    words["between"] = json!(between);
                    words["actions"] = done.iter().map(|(action, _)| json!(action)).collect();
                    words["receipts"] = done.iter().map(|(_, receipt)| json!(receipt)).collect();
                } else {
                    object["after"] = Value::Null;
                }
                if !observed.is_empty() {
                    words["observed"] = json!(observed);
                }
                words
            }
        };
        if let (Value::Object(object), Value::Object(words)) = (&mut object, words) {
            object.extend(words);
        }
        object
    }
}

/// R43: how to look up the level of the catalog, if this caller may act only in a standard one.
fn of_level(catalog: Catalog, caller: &Caller) -> Option<Note> {
    let privileged = Catalog { privilege_level: Some(PrivilegeLevel::Privileged), ..catalog };
    let is_open = caller.authority(Some(catalog)).is_ok() && caller.authority(Some(privileged)).is_err();
    (is_open && catalog.privilege_level.is_none()).then(|| {
        let text = format!(
            "a privileged catalog requires higher roles: look up its `privilegeLevel` with `GET \
             /beta/identityGovernance/entitlementManagement/accessPackageCatalogs/{}`, and pass it with `--catalog-level`",
            catalog.id
        );
        Note::new("catalogLevelNotKnown", text)
    })
}

/// The reasons for a refusal and what helps, in plain words.
fn explain(refusal: Refusal, look_ups: &[&Note]) -> String {
    let who = "the caller may not reprocess this assignment";
    let what = "the assignment cannot be reprocessed as it is";
    let what = if refusal.is_of_request() { "the request cannot be reprocessed as it is" } else { what };
    let (what, status) = if refusal.is_unauthorized() { (who, 403) } else { (what, 400) };
    let mut text = format!("{}: {what} (at Graph: {status})\n\nwhy\n", refused(look_ups));
    for reason in refusal.reasons() {
        let source = reason.rules().flat_map(Rule::sources).next().map_or("", |source| source.url);
        let _ = writeln!(text, "  - {reason}\n    ({}: {source})", ids(reason).join(", "));
    }
    text += &notes::under("find out first", look_ups.iter().copied());
    let one_of = if refusal.remedies().count() > 1 { ", any one of these" } else { "" };
    let _ = write!(text, "\nwhat helps{one_of}");
    for remedy in refusal.remedies() {
        for (step, before) in remedy.steps().zip(["- ", "  and ", "  and "]) {
            let _ = write!(text, "\n  {before}{step}");
        }
    }
    text
}

/// The word for a refusal. It is in doubt while roles remain to be looked up.
pub fn refused(look_ups: &[&Note]) -> &'static str {
    if look_ups.is_empty() { "refused" } else { "refused, as far as roles are known" }
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
