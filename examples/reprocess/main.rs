//! Reprocesses the assignment in a document of Microsoft Graph, or each in a page of a list, from the
//! command line.
//!
//! Exit status: 0 accepted, 1 refused, 2 the document or the arguments cannot be used; of a list the worst.

mod arguments;
mod asked;
mod caller;
mod files;
mod list;
mod observed;
mod report;

use std::error::Error;
use std::mem;
use std::process::ExitCode;

use access_package::{
    Action, Admitted, Assignment, AssignmentResourceRole, AssignmentState, Authority, Caller, FailureReason,
    Fulfillment, NotAdmitted, Outcome, Receipt, Refusal, ResourceRole, graph,
};

use arguments::Arguments;
use asked::Asked;
use caller::Asking;
use observed::Observations;

/// What the call has led to.
struct Report {
    assignment: Assignment,
    before: AssignmentState,
    /// It was found that the end has come, whatever the document says.
    has_expired: bool,
    verdict: Verdict,
}

enum Verdict {
    Refused(Refusal),
    Accepted {
        authority: Authority,
        between: AssignmentState,
        /// What needed no action: it is in place, or cannot be enforced.
        observed: Vec<AssignmentResourceRole>,
        done: Vec<(Action, Receipt)>,
    },
}

/// The exit status, from the best to the worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Accepted,
    Refused,
    Unusable,
}

impl Report {
    fn status(&self) -> Status {
        match self.verdict {
            Verdict::Accepted { .. } => Status::Accepted,
            Verdict::Refused(_) => Status::Refused,
        }
    }
}

fn main() -> ExitCode {
    let result = arguments::parse().and_then(|given| given.map_or(Ok(Status::Accepted), run));
    let status = result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        Status::Unusable
    });
    ExitCode::from(match status {
        Status::Accepted => 0,
        Status::Refused => 1,
        Status::Unusable => 2,
    })
}

fn run(mut arguments: Arguments) -> Result<Status, Box<dyn Error>> {
    let document = files::read(arguments.document.as_deref())?;
    let asking = mem::take(&mut arguments.caller).asking(arguments.now)?;
    let arguments = &arguments;
    let observations =
        arguments.observed.as_deref().map_or(Ok(Observations::default()), Observations::read)?;
    let package = asked::package(&arguments.packages)?;
    if arguments.request.is_none() && package.is_none() {
        if let Ok(page) = graph::json::read_list(&document) {
            return list::run(page, arguments, &asking, &observations);
        }
    }
    let asked = Asked::read(arguments, &document, package.as_ref())?;
    show(&drive(asked, arguments, &asking.caller, &observations)?, arguments, &asking)
}

fn show(report: &Report, arguments: &Arguments, asking: &Asking) -> Result<Status, Box<dyn Error>> {
    if let Verdict::Accepted { done, .. } = &report.verdict {
        if let Some(n) = arguments.fail.iter().find(|n| !(1..=done.len()).contains(n)) {
            return Err(format!("--fail {n}: the actions are numbered 1 to {}", done.len()).into());
        }
    }
    println!("{}", if arguments.json { report.as_json(asking) } else { report.as_text(asking) });
    Ok(report.status())
}

/// Does what a host does, but for storing, and carries out each action by doing as it is told.
fn drive(
    Asked { assignment, request, gives_now }: Asked,
    arguments: &Arguments,
    caller: &Caller,
    observations: &Observations,
) -> Result<Report, Box<dyn Error>> {
    let before = assignment.state();
    let refused = |refusal, assignment, has_expired| Report {
        assignment,
        before,
        has_expired,
        verdict: Verdict::Refused(refusal),
    };
    let authority = match caller.authority(Some(assignment.catalog())) {
        Ok(authority) => authority,
        Err(refusal) => return Ok(refused(refusal, assignment, false)),
    };
    let admitted = match &request {
        None => authority.admit(assignment, arguments.now),
        Some(request) => authority.admit_request(assignment, request, arguments.now),
    };
    match admitted {
        Ok(admitted) => accept(admitted, authority, gives_now, before, arguments, observations),
        Err(NotAdmitted { refusal, assignment, expired }) => {
            Ok(refused(refusal, assignment, expired.is_some()))
        }
    }
}

fn accept(
    admitted: Admitted,
    authority: Authority,
    gives_now: Vec<ResourceRole>,
    before: AssignmentState,
    arguments: &Arguments,
    observations: &Observations,
) -> Result<Report, Box<dyn Error>> {
    let target = admitted.assignment().target();
    let observe = |resource_role: &_| observations.of(target, resource_role);
    let unsaved = admitted.reprocess_observed(gives_now, observe);
    // A host saves `unsaved.stored()` here, before it acts.
    let mut assignment = unsaved.saved();
    let between = assignment.state();
    let known = assignment.resource_roles().unwrap_or_default().iter();
    let observed = known.filter(|role| role.fulfillment != Fulfillment::Pending).cloned().collect();
    let actions: Vec<_> = assignment.actions().collect();
    let receipt = |n, action: Action| {
        if arguments.fail.contains(&n) {
            action.failed(FailureReason::new("toldToFail", "as `--fail` says"))
        } else {
            action.receipt(Outcome::Fulfilled)
        }
    };
    let done: Vec<_> = (1..).zip(actions).map(|(n, action)| (action.clone(), receipt(n, action))).collect();
    for (_, receipt) in &done {
        // Each changes it, and a host saves it each time.
        let _ = assignment.record(receipt, arguments.now)?;
    }
    let verdict = Verdict::Accepted { authority, between, observed, done };
    Ok(Report { assignment, before, has_expired: false, verdict })
}
