//! A trace: calls to the crate, with all of its answers.

use access_package::{
    Account, Action, Assignment, AssignmentRequest, Caller, Cause, Event, Observed, Outcome, Permission,
    Reason, Receipt, Recorded, Refusal, ResourceRole, Role, RoleAssignment, Scope, StoredAssignment,
    Timestamp, reprocess,
};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::json;
use crate::support::{MANAGER, load, member_of};

/// Before the end of any assignment.
pub(crate) const NOW: Timestamp = Timestamp::MIN;

/// An assignment, and the events of its life.
pub(crate) struct Trace {
    pub(crate) name: String,
    rules: &'static [&'static str],
    start: StoredAssignment,
    spelling: fn(&str) -> String,
    steps: Vec<Step>,
    pub(crate) assignment: Assignment,
}

#[derive(Serialize)]
struct Step {
    call: Box<RawValue>,
    result: &'static str,
    remedies: Vec<Vec<&'static str>>,
    event: Option<Event>,
    actions: Vec<Action>,
    stored: StoredAssignment,
}

#[derive(Serialize)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Call {
    Reprocess {
        role: &'static str,
        now: Timestamp,
        gives: Option<Vec<ResourceRole>>,
        observed: Option<Vec<Seen>>,
    },
    ReprocessRequest {
        role: &'static str,
        now: Timestamp,
        request: AssignmentRequest,
        gives: Vec<ResourceRole>,
        observed: Option<Vec<Seen>>,
    },
    Record {
        receipt: Receipt,
        now: Timestamp,
    },
    Expire {
        now: Timestamp,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    resource_role: ResourceRole,
    observed: &'static str,
}

/// The JSON with each GUID at the end of a string in upper case.
fn with_guids_in_upper_case(json: &str) -> String {
    let upper = |text: &str| match text.len().checked_sub(36).and_then(|at| text.split_at_checked(at)) {
        Some((before, id)) if Uuid::try_parse(id).is_ok() => before.to_owned() + &id.to_uppercase(),
        _ => text.to_owned(),
    };
    json.split('"').map(upper).collect::<Vec<_>>().join("\"")
}

impl Trace {
    pub(crate) fn new(
        name: impl Into<String>,
        rules: &'static [&'static str],
        start: StoredAssignment,
    ) -> Self {
        let assignment = load(start.clone());
        Self { name: name.into(), rules, start, spelling: str::to_owned, steps: Vec::new(), assignment }
    }

    /// The same start and calls, with the GUIDs in upper case.
    pub(crate) fn in_upper_case(self) -> Self {
        let start = with_guids_in_upper_case(&json(&self.start));
        assert!(start != json(&self.start) && serde_json::from_str(&start).ok() == Some(self.start.clone()));
        Self { spelling: with_guids_in_upper_case, ..self }
    }

    fn note(self, call: &Call, result: &'static str, event: Option<Event>) -> Self {
        self.note_refused(call, result, Vec::new(), event)
    }

    fn note_refused(
        mut self,
        call: &Call,
        result: &'static str,
        remedies: Vec<Vec<&'static str>>,
        event: Option<Event>,
    ) -> Self {
        let (actions, stored) = (self.assignment.actions().collect(), (&self.assignment).into());
        let call = RawValue::from_string((self.spelling)(&json(call))).expect("it is JSON in any case");
        self.steps.push(Step { call, result, remedies, event, actions, stored });
        self
    }

    pub(crate) fn reprocess(self, role: Role) -> Self {
        self.asked(role, NOW, None, None)
    }

    pub(crate) fn gives(self, gives: Vec<ResourceRole>) -> Self {
        self.asked(MANAGER, NOW, Some(gives), None)
    }

    /// With observations, in the order of the resource roles.
    pub(crate) fn asked(
        self,
        role: Role,
        now: Timestamp,
        gives: Option<Vec<ResourceRole>>,
        seen: Option<&[(Observed, &'static str)]>,
    ) -> Self {
        self.ask(role, now, None, gives, seen)
    }

    /// The package gives what the assignment had before.
    pub(crate) fn request(self, role: Role, now: Timestamp, request: AssignmentRequest) -> Self {
        let gives = self.had().expect("known");
        self.ask(role, now, Some(request), Some(gives), None)
    }

    fn had(&self) -> Option<Vec<ResourceRole>> {
        let roles = self.assignment.resource_roles()?;
        Some(roles.iter().map(|role| role.resource_role.clone()).collect())
    }

    pub(crate) fn ask(
        mut self,
        role: Role,
        now: Timestamp,
        request: Option<AssignmentRequest>,
        gives: Option<Vec<ResourceRole>>,
        seen: Option<&[(Observed, &'static str)]>,
    ) -> Self {
        let offered = gives.clone().or(self.had());
        let seen = seen.map(|seen| {
            let of = offered.iter().flatten().cloned();
            of.zip(seen).map(|(resource_role, &(observed, word))| (resource_role, observed, word)).collect()
        });
        let seen: Option<Vec<_>> = seen;
        let look = |resource_role: &ResourceRole| {
            let mut all = seen.iter().flatten();
            all.find(|(of, ..)| of == resource_role).map_or(Observed::Unknown, |(_, observed, _)| *observed)
        };
        let accepted = accept(&mut self.assignment, role, now, request.as_ref(), offered, look);
        let (result, remedies, event) = match accepted {
            Ok(event) => ("accepted", vec![], Some(event)),
            Err((refusal, event)) => {
                let result = match refusal.reasons().next() {
                    Some(Reason::InvalidState(_)) => "invalidState",
                    Some(Reason::RequestDelivering | Reason::RequestDelivered | Reason::RequestExpired) => {
                        "invalidRequestState"
                    }
                    reason => reason.expect("a reason").code(),
                };
                let remedies =
                    refusal.remedies().map(|remedy| remedy.steps().map(access_package::Step::code).collect());
                (result, remedies.collect(), event)
            }
        };
        let words = |(resource_role, _, observed)| Seen { resource_role, observed };
        let observed = seen.map(|seen| seen.into_iter().map(words).collect());
        let role = role.name();
        let call = match request {
            None => Call::Reprocess { role, now, gives, observed },
            Some(request) => {
                let gives = gives.expect("what is given");
                Call::ReprocessRequest { role, now, request, gives, observed }
            }
        };
        self.note_refused(&call, result, remedies, event)
    }

    pub(crate) fn record(self, receipt: Receipt) -> Self {
        self.record_at(receipt, NOW)
    }

    pub(crate) fn record_at(mut self, receipt: Receipt, now: Timestamp) -> Self {
        let (result, event) = match self.assignment.record(&receipt, now) {
            Ok(Recorded::Changed(event)) => match event.cause {
                Cause::Expired => ("expired", Some(event)),
                _ => ("recorded", Some(event)),
            },
            Ok(Recorded::Unchanged(unchanged)) => (unchanged.code(), None),
            Err(error) => (error.code(), None),
        };
        self.note(&Call::Record { receipt, now }, result, event)
    }

    /// A receipt for the resource role with this number, in the present attempt.
    pub(crate) fn told(self, number: u128, outcome: Outcome) -> Self {
        let receipt = self.receipt(number, outcome);
        self.record(receipt)
    }

    pub(crate) fn receipt(&self, number: u128, outcome: Outcome) -> Receipt {
        let (assignment, attempt) = (self.assignment.id(), self.assignment.attempt());
        Receipt { assignment, attempt, resource_role: member_of(number), outcome, reason: None }
    }

    pub(crate) fn expire(mut self, now: Timestamp) -> Self {
        let event = self.assignment.expire(now);
        let result = if event.is_some() { "expired" } else { "unchanged" };
        self.note(&Call::Expire { now }, result, event)
    }

    pub(crate) fn steps(&self) -> usize {
        self.steps.len()
    }

    /// A line for the trace, and one for each step.
    pub(crate) fn lines(&self) -> String {
        let Self { name, rules, start, spelling, steps, .. } = self;
        let steps: Vec<_> = steps.iter().map(json).collect();
        let (name, rules, start, steps) =
            (json(name), json(rules), spelling(&json(start)), steps.join(",\n"));
        format!("{{\"name\":{name},\"rules\":{rules},\"start\":{start},\"steps\":[\n{steps}\n]}}")
    }
}

/// Calls as a caller who holds this role in the tenant.
#[expect(clippy::result_large_err, reason = "an event is what it is")]
fn accept(
    assignment: &mut Assignment,
    role: Role,
    now: Timestamp,
    request: Option<&AssignmentRequest>,
    gives: Option<Vec<ResourceRole>>,
    look: impl FnMut(&ResourceRole) -> Observed,
) -> Result<Event, (Refusal, Option<Event>)> {
    let caller = Caller {
        object: Some(Uuid::from_u128(0xca).into()),
        account: Account::WorkOrSchool,
        permissions: vec![Permission::EntitlementManagementReadWriteAll],
        roles: vec![RoleAssignment { role, scope: Scope::Tenant }],
    };
    let authority = caller.authority(None).map_err(|refusal| (refusal, None))?;
    let admitted = match request {
        None => authority.admit(assignment.clone(), now),
        Some(request) => authority.admit_request(assignment.clone(), request, now),
    };
    let admitted = admitted.map_err(|not| {
        *assignment = not.assignment;
        (not.refusal, not.expired)
    })?;
    let Some(gives) = gives else {
        let refusal = reprocess(assignment, role).map(drop).expect_err("nothing is known to be given");
        return Err((refusal, None));
    };
    let unsaved = admitted.reprocess_observed(gives, look);
    let event = unsaved.event();
    *assignment = unsaved.saved();
    Ok(event)
}
