//! Reprocesses the assignment in a document of Microsoft Graph, or each in a page of a list, from the
//! command line.
//!
//! Exit status: 0 accepted, 1 refused, 2 the document or the arguments cannot be used; of a list the worst.

mod arguments;
mod caller;
mod files;
mod list;
mod observed;
mod report;

use std::error::Error;
use std::mem;
use std::process::ExitCode;

use access_package::graph::json::{AccessPackageDocument, ReadError, RequestDocument};
use access_package::{
    Action, Admitted, Assignment, AssignmentRequest, AssignmentResourceRole, AssignmentState, Authority,
    Caller, FailureReason, Fulfillment, NotAdmitted, Outcome, Receipt, Refusal, ResourceRole, graph,
};

use arguments::Arguments;
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
    let gives_now = gives_now(&arguments.packages)?;
    if arguments.request.is_none() && gives_now.is_none() {
        if let Ok(page) = graph::json::read_list(&document) {
            return list::run(page, arguments, &asking, &observations);
        }
    }
    let asked = match &arguments.request {
        None => asked(arguments, &document, gives_now)?,
        Some(path) => asked_by_request(path, arguments, &document, gives_now)?,
    };
    show(&drive(asked, arguments, &asking.caller, &observations)?, arguments, &asking)
}

/// What the access package gives now, in all of these files together; `None` if there are none.
fn gives_now(paths: &[String]) -> Result<Option<Vec<ResourceRole>>, Box<dyn Error>> {
    let mut all: Option<Vec<ResourceRole>> = None;
    let mut rest = None;
    for path in paths {
        let read = graph::json::read_access_package(&files::read(Some(path))?);
        let AccessPackageDocument { gives, next_link, .. } =
            read.map_err(|error| named(Some(path), &error))?;
        all.get_or_insert_default().extend(gives);
        rest = next_link.map(|next_link| {
            format!("{path}: that is not all that the access package gives: give the page at {next_link} too")
        });
    }
    rest.map_or(Ok(all), |error| Err(error.into()))
}

/// The error, with the file that it is in, and what helps here.
fn named(path: Option<&str>, error: &ReadError) -> String {
    let help = match error {
        ReadError::GraphError { code, .. } => graph::what_helps(code),
        _ => None,
    };
    let help = help.map(|help| format!("; what helps: {help}")).unwrap_or_default();
    let option = match error {
        ReadError::IsRequest { .. } => " (`--request FILE`)",
        ReadError::IsAccessPackage | ReadError::ListCut { .. } => " (`--package FILE`)",
        _ => "",
    };
    match path {
        None | Some("-") => format!("{error}{option}{help}"),
        Some(path) => format!("{path}: {error}{option}{help}"),
    }
}

/// What is asked for: the assignment, or its request; and what the access package gives now.
struct Asked {
    assignment: Assignment,
    request: Option<AssignmentRequest>,
    gives_now: Vec<ResourceRole>,
}

/// What the document says stands for what the access package gives now. One that is delivered says it.
impl From<Assignment> for Asked {
    fn from(assignment: Assignment) -> Self {
        let listed = assignment.resource_roles().unwrap_or_default().iter();
        let gives_now = listed.map(|entry| entry.resource_role.clone()).collect();
        Self { assignment, request: None, gives_now }
    }
}

/// The assignment in the document.
fn asked(
    arguments: &Arguments,
    document: &[u8],
    gives_now: Option<Vec<ResourceRole>>,
) -> Result<Asked, Box<dyn Error>> {
    let assignment = match gives_now {
        None => graph::json::read(document),
        Some(gives_now) => graph::json::read_with(document, gives_now),
    };
    Ok(assignment.map_err(|error| named(arguments.document.as_deref(), &error))?.into())
}

/// The request in this file, with the assignment that it has expanded, or else the one in the document.
fn asked_by_request(
    path: &str,
    arguments: &Arguments,
    document: &[u8],
    gives_now: Option<Vec<ResourceRole>>,
) -> Result<Asked, Box<dyn Error>> {
    let of_request = graph::json::read_request(&files::read(Some(path))?);
    let RequestDocument { request, assignment, gives, .. } =
        of_request.map_err(|error| named(Some(path), &error))?;
    let of_document = |error: ReadError| named(arguments.document.as_deref(), &error);
    let (assignment, gives) = match (assignment, gives_now.or(gives)) {
        (Some(assignment), Some(gives)) => (assignment, gives),
        (Some(_), None) => {
            let why = "the assignment does not list what the access package gives now";
            return Err(format!("{path}: {why}: give it with `--package FILE`").into());
        }
        (None, Some(gives)) => (graph::json::read_with(document, gives.clone()).map_err(of_document)?, gives),
        (None, None) => {
            let assignment = graph::json::read(document).map_err(of_document)?;
            (assignment, graph::json::read_gives(document).map_err(of_document)?)
        }
    };
    Ok(Asked { assignment, request: Some(request), gives_now: gives })
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
