//! Tells whether a caller may reprocess the assignment in a document of Microsoft Graph, or each one in a list, and why
//! not. `help.txt` describes its use.

mod arguments;
mod asked;
mod caller;
mod files;
mod list;
mod notes;
mod observed;
mod report;
mod requests;
mod roles;
mod token;

use std::error::Error;
use std::mem;
use std::process::ExitCode;

use access_package::graph::json::ReadError;
use access_package::{
    Account, Action, Admitted, Assignment, AssignmentRequest, AssignmentRequestId, AssignmentResourceRole,
    AssignmentState, Authority, Caller, FailureReason, Fulfillment, LoadError, NotAdmitted, Outcome,
    Permission, PrivilegeLevel, Receipt, Refusal, ResourceRole, Role, RoleAssignment, Scope,
    StoredAssignment, Timestamp, graph,
};

use arguments::Arguments;
use asked::Asked;
use caller::Asking;
use notes::Note;
use observed::Observations;

/// The result of the call.
struct Report {
    assignment: Assignment,
    /// The assignment is the built-in sample.
    is_sample: bool,
    /// What the access package gives now is known, and so are the actions.
    gives_is_known: bool,
    before: AssignmentState,
    /// If the caller is refused: the refusal of the assignment itself.
    of_assignment_too: Option<Refusal>,
    /// The request, if a request is reprocessed.
    request: Option<AssignmentRequestId>,
    notes: Vec<Note>,
    /// The end of the assignment has passed, whatever the document says.
    has_expired: bool,
    verdict: Verdict,
}

enum Verdict {
    Refused(Refusal),
    Accepted {
        authority: Authority,
        between: AssignmentState,
        /// The resource roles that need no action: in place, or unenforceable.
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

    fn refusal(&self) -> Option<Refusal> {
        match self.verdict {
            Verdict::Accepted { .. } => None,
            Verdict::Refused(refusal) => Some(refusal),
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
    let document = match &arguments.document {
        None if arguments.takes_sample() => Some(files::SAMPLE.to_vec()),
        None if arguments.request.is_none() => return Err(asked::NO_FILE.into()),
        None => None,
        Some(path) => Some(files::read(path)?),
    };
    let is_sample = arguments.takes_sample();
    let asking = mem::take(&mut arguments.caller).asking(arguments.now)?;
    let arguments = &arguments;
    let observations =
        arguments.observed.as_deref().map_or(Ok(Observations::default()), Observations::read)?;
    let package = asked::package(&arguments.packages)?;
    if let (Some(document), None, None) = (&document, &arguments.request, &package) {
        match graph::json::read_list(document) {
            Ok(page) => return list::run(page, arguments, &asking, &observations),
            Err(problem @ (ReadError::IsAccessPackage | ReadError::OtherCollection { .. })) => {
                return Ok(list::of_something_else(&problem, arguments));
            }
            Err(_) => {}
        }
    }
    let asked = Asked::read(arguments, document.as_deref(), package.as_ref())?;
    let report = Report { is_sample, ..drive(asked, arguments, &asking.caller, &observations)? };
    show(&report, arguments, &asking)
}

fn show(report: &Report, arguments: &Arguments, asking: &Asking) -> Result<Status, Box<dyn Error>> {
    if let Verdict::Accepted { done, .. } = &report.verdict {
        if let Some(n) = arguments.fail.iter().find(|n| !(1..=done.len()).contains(n)) {
            let numbered = match done.len() {
                0 => "there is no action".into(),
                1 => "there is 1 action".into(),
                last => format!("the actions are numbered 1 to {last}"),
            };
            return Err(format!("--fail {n}: {numbered}").into());
        }
    }
    let mut outcome = notes::Outcome::default();
    outcome.add(report);
    let mut own = report.notes(&asking.caller);
    own.extend(report.of_assignment_too());
    let notes = asking.notes(&outcome).chain(&own);
    if arguments.json {
        let mut object = report.as_json();
        object["caller"] = asking.as_json();
        object["caveats"] = notes.map(Note::as_json).collect();
        println!("{object}");
    } else {
        let look_ups: Vec<_> = asking.look_ups(report).collect();
        println!("{}\n{}", asking.as_text(), report.as_text(&look_ups));
        print!("{}", notes::as_text(notes, &look_ups));
    }
    Ok(report.status())
}

/// Does what a host does, but saves nothing. The arguments say how each action ends.
fn drive(
    Asked { assignment, request, gives_now, notes }: Asked,
    arguments: &Arguments,
    caller: &Caller,
    observations: &Observations,
) -> Result<Report, Box<dyn Error>> {
    let assignment = at_level(assignment, arguments.level)?;
    let before = assignment.state();
    let gives_is_known = gives_now.is_some();
    let (mut of_assignment_too, mut has_expired) = (None, false);
    let (assignment, verdict) = match caller.authority(Some(assignment.catalog())) {
        Err(refusal) => {
            of_assignment_too = refusal_of_anyone(&assignment, request.as_ref(), arguments.now);
            (assignment, Verdict::Refused(refusal))
        }
        Ok(authority) => {
            let admitted = match &request {
                None => authority.admit(assignment, arguments.now),
                Some(request) => authority.admit_request(assignment, request, arguments.now),
            };
            match admitted {
                Ok(admitted) => {
                    accept(admitted, authority, gives_now.unwrap_or_default(), arguments, observations)?
                }
                Err(NotAdmitted { refusal, assignment, expired }) => {
                    has_expired = expired.is_some();
                    (assignment, Verdict::Refused(refusal))
                }
            }
        }
    };
    let request = request.map(|request| request.id);
    Ok(Report {
        assignment,
        is_sample: false,
        gives_is_known,
        before,
        of_assignment_too,
        request,
        notes,
        has_expired,
        verdict,
    })
}

/// The refusal that every caller would get.
fn refusal_of_anyone(
    assignment: &Assignment,
    request: Option<&AssignmentRequest>,
    now: Timestamp,
) -> Option<Refusal> {
    let caller = Caller {
        object: None,
        account: Account::WorkOrSchool,
        permissions: vec![Permission::EntitlementManagementReadWriteAll],
        roles: vec![RoleAssignment { role: Role::GlobalAdministrator, scope: Scope::Tenant }],
    };
    let verdict = match request {
        None => access_package::evaluate(&caller, assignment, now),
        Some(request) => access_package::evaluate_request(&caller, assignment, request, now),
    };
    verdict.err()
}

/// The assignment in a catalog of this level, or unchanged without one.
fn at_level(assignment: Assignment, level: Option<PrivilegeLevel>) -> Result<Assignment, LoadError> {
    let Some(level) = level else { return Ok(assignment) };
    let mut stored = StoredAssignment::from(&assignment);
    stored.catalog.privilege_level = Some(level);
    stored.try_into()
}

fn accept(
    admitted: Admitted,
    authority: Authority,
    gives_now: Vec<ResourceRole>,
    arguments: &Arguments,
    observations: &Observations,
) -> Result<(Assignment, Verdict), Box<dyn Error>> {
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
            action.failed(FailureReason::new("toldToFail", "requested by `--fail`"))
        } else {
            action.receipt(Outcome::Fulfilled)
        }
    };
    let done: Vec<_> = (1..).zip(actions).map(|(n, action)| (action.clone(), receipt(n, action))).collect();
    for (_, receipt) in &done {
        // Each receipt changes the assignment, and a host saves it each time.
        let _ = assignment.record(receipt, arguments.now)?;
    }
    let verdict = Verdict::Accepted { authority, between, observed, done };
    Ok((assignment, verdict))
}
