//! The crate's answers as data: every verdict of the gate and for requests, every effect of a receipt, and
//! every error.

use std::collections::BTreeSet;

use access_package::{
    Assignment, AssignmentState, Fulfillment, LoadError, Outcome, Reason, Receipt, RecordError, Recorded,
    Refusal, StoredAssignment, Timestamp, Verdict,
};
use serde::Serialize;
use uuid::Uuid;

use crate::json;
use crate::support::{in_state, load, member_of, stored};

/// Each answer once, sorted by its text.
fn each_once(answers: impl IntoIterator<Item = impl Serialize>) -> Vec<String> {
    answers.into_iter().map(|answer| json(&answer)).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The verdicts of the gate, and the refusals that only a request gets.
pub(crate) fn verdicts(of_the_gate: impl IntoIterator<Item = Verdict>) -> Vec<String> {
    let of_requests = Reason::all().filter_map(|reason| {
        let refusal: Refusal =
            serde_json::from_value(serde_json::json!({ "reasons": [reason], "remedies": [] })).ok()?;
        refusal.is_of_request().then(|| Verdict::from(Err(refusal)))
    });
    each_once(of_the_gate.into_iter().chain(of_requests))
}

pub(crate) fn recorded() -> Vec<String> {
    let end = Timestamp::from_unix_ticks(7);
    let delivering = StoredAssignment { end, ..stored(AssignmentState::Delivering, &[Fulfillment::Pending]) };
    let mut assignment: Assignment = load(delivering);
    let receipt = |attempt, outcome| Receipt {
        assignment: assignment.id(),
        attempt,
        resource_role: member_of(0),
        outcome,
        reason: None,
    };
    let [another, failed, fulfilled] =
        [receipt(1, Outcome::Failed), receipt(0, Outcome::Failed), receipt(0, Outcome::Fulfilled)];
    let calls = [
        (&another, Timestamp::MIN),
        (&failed, Timestamp::MIN),
        (&failed, Timestamp::MIN),
        (&fulfilled, Timestamp::MIN),
        (&fulfilled, Timestamp::MAX),
        (&fulfilled, Timestamp::MAX),
    ];
    let record = |(receipt, now)| -> Recorded { assignment.record(receipt, now).expect("its own") };
    calls.map(record).iter().map(json).collect()
}

pub(crate) fn errors() -> Vec<String> {
    let (required, actual) = (AssignmentState::Delivered, AssignmentState::Delivering);
    let of_loading = [
        LoadError::UnsupportedFormat { required: 1, actual: 2 },
        LoadError::DuplicateResourceRole(member_of(0)),
        LoadError::ReasonWithoutFailure(member_of(0)),
        LoadError::StateContradictsFulfillments { required, actual },
    ];
    let of_recording = [
        RecordError::OtherAssignment { required: in_state(required).id(), actual: Uuid::nil().into() },
        RecordError::UnknownResourceRole(member_of(0)),
    ];
    of_loading.iter().map(json).chain(of_recording.iter().map(json)).collect()
}
