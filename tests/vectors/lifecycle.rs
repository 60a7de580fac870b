//! What befalls an assignment, step by step.

use access_package::{
    Action, Assignment, AssignmentResourceRole, AssignmentState, Fulfillment, LoadError, Observed, Outcome,
    Receipt, RecordError, ReprocessError, ResourceRole, Role, SetResourceRolesError, StoredAssignment,
    Timestamp, reprocess_observed,
};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::json;
use crate::support::{MANAGER, every_list, in_state, load, member_of, one_of_each_origin_system, stored};

const OBSERVED: [(Observed, &str); 4] = [
    (Observed::Present, "present"),
    (Observed::Absent, "absent"),
    (Observed::Unknown, "unknown"),
    (Observed::Unenforceable, "unenforceable"),
];
const OUTCOMES: [Outcome; 2] = [Outcome::Fulfilled, Outcome::Failed];
const FULFILLMENTS: [Fulfillment; 3] = [Fulfillment::Pending, Fulfillment::Failed, Fulfillment::Fulfilled];

/// A stored form, and whether it loads.
#[derive(Serialize)]
pub(crate) struct Load {
    stored: Box<RawValue>,
    result: &'static str,
}

/// Every state with every list of up to two fulfillments or with none known, and what is wrong otherwise.
pub(crate) fn loads() -> Vec<Load> {
    let fulfillments: Vec<_> = (0..=2).flat_map(|length| every_list(&FULFILLMENTS, length)).collect();
    let known = |state| fulfillments.iter().map(move |fulfillments| stored(state, fulfillments));
    let unknown = |state| StoredAssignment { resource_roles: None, ..stored(state, &[]) };
    let known = AssignmentState::ALL.iter().copied().flat_map(known);
    let unknown = AssignmentState::ALL.iter().copied().map(unknown);
    let of_another_format = StoredAssignment { format: 2, ..delivered(1) };
    let agreeing = known.chain(unknown).chain([of_another_format]).map(|stored| json(&stored));

    // R23: of these pairs the first differ in the case of a GUID, the others in that of an opaque text.
    let pairs = [
        ("AadGroup", "0282e19d-bf41-435d-92a4-99bab93af305", "Member_0282e19d-bf41-435d-92a4-99bab93af305"),
        ("AadApplication", "0282e19d-bf41-435d-92a4-99bab93af305", "7b56ede0-9b58-40bd-b11e-b3d18fc32698"),
        ("DirectoryRole", "0282e19d-bf41-435d-92a4-99bab93af305", "Active"),
        ("SharePointOnline", "https://contoso.sharepoint.com/sites/Sales", "4"),
        ("SapIag", "Finance/1", "approver"),
    ];
    let nothing_known = json(&StoredAssignment { resource_roles: None, ..delivered(0) });
    let doubled = pairs.into_iter().flat_map(|(system, resource, role)| {
        let upper = (resource.to_uppercase(), role.replace("0282e19d", "0282E19D"));
        let same = (resource.to_owned(), role.to_owned());
        [same, upper].map(|other| {
            let pair = [(resource.to_owned(), role.to_owned()), other].map(|(resource, role)| {
                let ids = format!(
                    r#""originSystem":"{system}","resourceOriginId":"{resource}","roleOriginId":"{role}""#
                );
                format!(r#"{{"resourceRole":{{{ids}}},"fulfillment":"fulfilled"}}"#)
            });
            nothing_known
                .replace(r#""resourceRoles":null"#, &format!(r#""resourceRoles":[{}]"#, pair.join(",")))
        })
    });
    agreeing.chain(doubled).map(Load::new).collect()
}

impl Load {
    fn new(stored: String) -> Self {
        let read: StoredAssignment = serde_json::from_str(&stored).expect("a stored form");
        let result = match Assignment::try_from(read) {
            Ok(_) => "loaded",
            Err(LoadError::UnsupportedFormat { .. }) => "unsupportedFormat",
            Err(LoadError::DuplicateResourceRole(_)) => "duplicateResourceRole",
            Err(LoadError::StateContradictsFulfillments { .. }) => "stateContradictsFulfillments",
        };
        Self { stored: RawValue::from_string(stored).expect("it was read"), result }
    }
}

/// An assignment, and what befalls it.
pub(crate) struct Trace {
    pub(crate) name: String,
    rules: &'static [&'static str],
    start: StoredAssignment,
    steps: Vec<Step>,
    assignment: Assignment,
}

#[derive(Serialize)]
struct Step {
    call: Call,
    result: &'static str,
    actions: Vec<Action>,
    stored: StoredAssignment,
}

#[derive(Serialize)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Call {
    Reprocess { role: &'static str, observed: Option<Vec<Seen>> },
    Record { receipt: Receipt },
    Expire { now: Timestamp },
    SetResourceRoles { resource_roles: Vec<ResourceRole> },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    resource_role: ResourceRole,
    observed: &'static str,
}

impl Trace {
    fn new(name: impl Into<String>, rules: &'static [&'static str], start: StoredAssignment) -> Self {
        let assignment = load(start.clone());
        Self { name: name.into(), rules, start, steps: Vec::new(), assignment }
    }

    fn note(mut self, call: Call, result: &'static str) -> Self {
        let (actions, stored) = (self.assignment.actions().collect(), (&self.assignment).into());
        self.steps.push(Step { call, result, actions, stored });
        self
    }

    fn reprocess(self, role: Role) -> Self {
        self.reprocess_seen(role, None)
    }

    /// With what was seen, of one resource role after the other.
    fn reprocess_seen(mut self, role: Role, seen: Option<&[(Observed, &'static str)]>) -> Self {
        let roles = self.assignment.resource_roles().unwrap_or_default().iter();
        let roles: Vec<_> = roles.map(|role| role.resource_role.clone()).collect();
        let seen: Option<Vec<_>> = seen.map(|seen| roles.iter().cloned().zip(seen.iter().copied()).collect());
        let look = |resource_role: &ResourceRole| {
            let mut all = seen.iter().flatten();
            all.find(|(of, _)| of == resource_role).map_or(Observed::Unknown, |(_, (observed, _))| *observed)
        };
        let result = match reprocess_observed(&mut self.assignment, role, look).map(drop) {
            Ok(()) => "accepted",
            Err(ReprocessError::InsufficientRole { .. }) => "insufficientRole",
            Err(ReprocessError::InvalidState { .. }) => "invalidState",
            Err(ReprocessError::ResourceRolesUnknown) => "resourceRolesUnknown",
        };
        let words = |(resource_role, (_, observed))| Seen { resource_role, observed };
        let observed = seen.map(|seen| seen.into_iter().map(words).collect());
        self.note(Call::Reprocess { role: role.name(), observed }, result)
    }

    fn record(mut self, receipt: Receipt) -> Self {
        let result = match self.assignment.record(&receipt) {
            Ok(_) => "recorded",
            Err(RecordError::OtherAssignment { .. }) => "otherAssignment",
            Err(RecordError::UnknownResourceRole(_)) => "unknownResourceRole",
        };
        self.note(Call::Record { receipt }, result)
    }

    /// Of the resource role with this number, in the present attempt.
    fn told(self, number: u128, outcome: Outcome) -> Self {
        let receipt = self.receipt(number, outcome);
        self.record(receipt)
    }

    fn receipt(&self, number: u128, outcome: Outcome) -> Receipt {
        let (assignment, attempt) = (self.assignment.id(), self.assignment.attempt());
        Receipt { assignment, attempt, resource_role: member_of(number), outcome }
    }

    fn expire(mut self, now: Timestamp) -> Self {
        let result = if self.assignment.expire(now) { "expired" } else { "unchanged" };
        self.note(Call::Expire { now }, result)
    }

    fn set_resource_roles(mut self, resource_roles: Vec<ResourceRole>) -> Self {
        let result = match self.assignment.set_resource_roles(resource_roles.clone()) {
            Ok(()) => "taken",
            Err(SetResourceRolesError::InvalidState { .. }) => "invalidState",
            Err(SetResourceRolesError::DuplicateResourceRole(_)) => "duplicateResourceRole",
        };
        self.note(Call::SetResourceRoles { resource_roles }, result)
    }

    pub(crate) fn steps(&self) -> usize {
        self.steps.len()
    }

    /// A line for the trace, and one for each step.
    pub(crate) fn lines(&self) -> String {
        let Self { name, rules, start, steps, .. } = self;
        let steps: Vec<_> = steps.iter().map(json).collect();
        let (name, rules, start, steps) = (json(name), json(rules), json(start), steps.join(",\n"));
        format!("{{\"name\":{name},\"rules\":{rules},\"start\":{start},\"steps\":[\n{steps}\n]}}")
    }
}

fn delivered(resource_roles: usize) -> StoredAssignment {
    stored(AssignmentState::Delivered, &vec![Fulfillment::Fulfilled; resource_roles])
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fulfilled => "fulfilled",
        Outcome::Failed => "failed",
    }
}

pub(crate) fn traces() -> Vec<Trace> {
    [asked(), unknown(), observed(), outcomes(), astray(), ends(), brought_in()]
        .into_iter()
        .flatten()
        .collect()
}

/// Each role in each state.
fn asked() -> Vec<Trace> {
    let asked = |state| {
        Role::ALL.iter().map(move |&role| {
            let name = format!("asked by {role} while {state}");
            Trace::new(name, &["R1", "R2", "R8", "R9", "R12"], (&in_state(state)).into()).reprocess(role)
        })
    };
    AssignmentState::ALL.iter().copied().flat_map(asked).collect()
}

fn unknown() -> Vec<Trace> {
    let unknown = |state| {
        let start = StoredAssignment { resource_roles: None, ..stored(state, &[]) };
        let trace = Trace::new(format!("resource roles unknown while {state}"), &["R8", "R9", "R13"], start);
        trace.reprocess(Role::CatalogReader).reprocess(MANAGER).told(0, Outcome::Fulfilled)
    };
    AssignmentState::ALL.iter().copied().map(unknown).collect()
}

/// Two resource roles, seen in every way; then the outcomes of what is asked for, and once more.
fn observed() -> Vec<Trace> {
    let observed = |seen: Vec<(Observed, &'static str)>| {
        let words: Vec<_> = seen.iter().map(|(_, word)| *word).collect();
        let name = format!("seen {}", words.join(" and "));
        let trace = Trace::new(name, &["R16", "R18", "R19", "R20"], delivered(2));
        let trace = trace.reprocess_seen(MANAGER, Some(&seen));
        let asked: Vec<_> = trace.assignment.actions().collect();
        let settled = |trace: Trace, action: Action| trace.record(action.receipt(Outcome::Fulfilled));
        asked.into_iter().fold(trace, settled).reprocess(MANAGER)
    };
    every_list(&OBSERVED, 2).into_iter().map(observed).collect()
}

/// Outcomes in order, the other way round, doubled, late and contradictory.
fn outcomes() -> Vec<Trace> {
    let all = every_list(&OUTCOMES, 2);
    let both = all.iter().flat_map(|outcomes| {
        [[0, 1], [1, 0]].map(|order| {
            let [first, second] = order.map(|number| (number, outcomes[usize::from(number == 1)]));
            let name = format!("{} {}, then {} {}", first.0, word(first.1), second.0, word(second.1));
            let trace = Trace::new(name, &["R15", "R16", "R17"], delivered(2)).reprocess(MANAGER);
            let trace = trace.told(first.0, first.1).told(second.0, second.1);
            trace.told(first.0, first.1).reprocess(MANAGER)
        })
    });
    let contradictory = all.iter().flat_map(|outcomes| {
        [1, 2].map(|number| {
            let words = outcomes.iter().map(|&outcome| word(outcome)).collect::<Vec<_>>().join(", then ");
            let name = format!("first of {number} {words}");
            let trace = Trace::new(name, &["R16", "R17"], delivered(number)).reprocess(MANAGER);
            outcomes.iter().fold(trace, |trace, &outcome| trace.told(0, outcome))
        })
    });
    let nothing = Trace::new("nothing to enforce", &["R16"], delivered(0)).reprocess(MANAGER);
    both.chain(contradictory).chain([nothing]).collect()
}

/// Receipts that do not belong here: of other attempts, another assignment, another resource role.
fn astray() -> Vec<Trace> {
    let rules = &["R17"];
    let mut traces = Vec::new();
    for outcome in OUTCOMES {
        for attempt in [0, u32::MAX - 1, u32::MAX] {
            let name = format!("{} in the attempt before, which was {attempt}", word(outcome));
            let start = Trace::new(name, rules, StoredAssignment { attempt, ..delivered(1) });
            let before = start.receipt(0, outcome);
            let next = Receipt { attempt: attempt.wrapping_add(2), ..before.clone() };
            let trace = start.record(before.clone()).reprocess(MANAGER).record(before).record(next);
            traces.push(trace.told(0, Outcome::Fulfilled).reprocess(MANAGER));
        }
    }
    for &state in AssignmentState::ALL {
        let trace = Trace::new(format!("astray while {state}"), rules, (&in_state(state)).into());
        let own = trace.receipt(0, Outcome::Fulfilled);
        let of_another = Receipt { assignment: Uuid::from_u128(0xaa).into(), ..own.clone() };
        let of_another_role = Receipt { resource_role: member_of(7), ..own.clone() };
        let and_attempt = Receipt { attempt: 7, ..of_another_role.clone() };
        traces.push(trace.record(of_another).record(of_another_role).record(and_attempt).record(own));
    }
    traces
}

/// In each state, a tick before the end, at the end, and after it.
fn ends() -> Vec<Trace> {
    let instant = |text: &str| text.parse::<Timestamp>().expect("an instant");
    let end = instant("2030-01-01T00:00:00.5Z");
    let clocks = [
        ("a tick before", instant("2030-01-01T00:00:00.4999999Z")),
        ("at", end),
        ("after", instant("9999-12-31T23:59:59.9999999Z")),
    ];
    let ended = |state| {
        clocks.map(|(when, now)| {
            let start = StoredAssignment { end: Some(end), ..(&in_state(state)).into() };
            let trace = Trace::new(format!("{when} the end while {state}"), &["R21"], start).expire(now);
            let trace = trace.told(0, Outcome::Fulfilled).told(1, Outcome::Fulfilled).reprocess(MANAGER);
            trace.expire(instant("0001-01-01T00:00:00Z")).expire(clocks[2].1)
        })
    };
    let without = Trace::new("without an end", &["R21"], delivered(1)).expire(clocks[2].1).reprocess(MANAGER);
    AssignmentState::ALL.iter().copied().flat_map(ended).chain([without]).collect()
}

/// What the access package gives now.
fn brought_in() -> Vec<Trace> {
    let rules = &["R13", "R23"];
    let twice = || vec![member_of(3), member_of(2), member_of(3)];
    let brought_in = |state| {
        let trace = Trace::new(format!("brought in while {state}"), rules, (&in_state(state)).into());
        let trace = trace.set_resource_roles(vec![member_of(3), member_of(2), member_of(1)]);
        trace.set_resource_roles(twice()).reprocess(MANAGER).set_resource_roles(vec![]).reprocess(MANAGER)
    };
    let unknown = StoredAssignment { resource_roles: None, ..delivered(0) };
    let known = Trace::new("brought in where they were unknown", rules, unknown)
        .reprocess(MANAGER)
        .set_resource_roles(one_of_each_origin_system())
        .reprocess(MANAGER);
    let each = one_of_each_origin_system()
        .into_iter()
        .map(|resource_role| AssignmentResourceRole { resource_role, fulfillment: Fulfillment::Fulfilled });
    let each = StoredAssignment { resource_roles: Some(each.collect()), ..delivered(0) };
    let each = Trace::new("one of each origin system", rules, each).reprocess(MANAGER);
    let taken_away = Trace::new("a resource role that is no longer given", rules, delivered(2))
        .set_resource_roles(vec![member_of(1)])
        .reprocess(MANAGER)
        .told(0, Outcome::Fulfilled)
        .told(1, Outcome::Fulfilled);
    AssignmentState::ALL.iter().copied().map(brought_in).chain([known, each, taken_away]).collect()
}
