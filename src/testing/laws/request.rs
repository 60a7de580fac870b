//! Laws about reprocessing the request of an assignment.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::life::{agree, agree_but_for_expiry, attempted, is_refused_for};
use super::{HERE, Law, at_any_time, ensure, who_may};
use crate::testing::words::{Words, list};
use crate::testing::{Broken, Implementation, strategy};
use crate::{
    AssignmentRequest, AssignmentResourceRole, AssignmentState, Catalog, Fulfillment, Purpose, Reason,
    Recency, ResourceRole, StoredAssignment, Timestamp,
};

/// An assignment, its request, and the time of the call.
fn asked() -> impl Strategy<Value = (StoredAssignment, AssignmentRequest, Timestamp)> {
    at_any_time(strategy::stored_assignment()).prop_flat_map(|(stored, _)| {
        let request = strategy::request_for(&stored);
        (Just(stored), request).prop_map(|(stored, (request, now))| (stored, request, now))
    })
}

/// R21, R32, R33: the reason, in the order in which the rules are checked.
fn in_the_way(stored: &StoredAssignment, request: &AssignmentRequest, now: Timestamp) -> Option<Reason> {
    let ended = stored.end.is_some_and(|end| now >= end);
    let state = if ended { AssignmentState::Expired } else { stored.state };
    let age = now.unix_ticks() - request.completed.unix_ticks();
    let fourteen_days = 14 * 24 * 60 * 60 * 10_000_000;
    let of_state = match state {
        AssignmentState::Delivering => Some(Reason::RequestDelivering),
        AssignmentState::Delivered => Some(Reason::RequestDelivered),
        AssignmentState::Expired => Some(Reason::RequestExpired),
        AssignmentState::PartiallyDelivered | AssignmentState::DeliveryFailed => None,
    };
    let all = [
        (request.assignment != stored.id).then_some(Reason::RequestOfAnotherAssignment),
        (request.purpose != Purpose::Grant).then_some(Reason::RequestWithoutGrant),
        (request.recency != Recency::Newest).then_some(Reason::RequestSuperseded),
        of_state,
        (request.state != state).then_some(Reason::RequestStateDisagrees),
        (age >= fourteen_days).then_some(Reason::RequestTooOld),
    ];
    all.into_iter().flatten().next()
}

/// A request is refused for the first reason that applies, and a refused call changes nothing.
///
/// Only time does: an assignment whose end has come may be expired. A caller who may not reprocess the assignment is
/// refused in the same way.
///
/// # Errors
/// The law is broken.
pub fn a_request_is_refused_as_the_rules_say<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
) -> Result<(), Broken> {
    let law = Law { name: "a request is refused as the rules say", rules: "R12, R21, R31, R32, R33" };
    let callers = prop_oneof![4 => who_may(), 1 => strategy::caller(HERE)];
    law.hold((asked(), callers), |((stored, request, now), caller)| {
        let mut it = make(stored.clone());
        let answer = it.reprocess_request(caller, request, &[], *now);
        let expected = in_the_way(stored, request, *now);
        match caller.authority(Some(Catalog::of_unknown_level(HERE))) {
            Err(refusal) => {
                let of_caller = answer
                    .as_ref()
                    .is_err_and(|refused| refused.reasons.iter().copied().eq(refusal.reasons()));
                ensure(of_caller, || format!("{}, while the caller may not", answer.words()))?;
            }
            Ok(_) => {
                ensure(expected.map_or(answer.is_ok(), |reason| is_refused_for(&answer, reason)), || {
                    format!(
                        "{}, but the rules give this reason: {}",
                        answer.words(),
                        list(expected.as_slice(), ", ")
                    )
                })?;
            }
        }
        if answer.is_err() { agree_but_for_expiry(&it, stored, *now) } else { Ok(()) }
    })
}

/// When a request is accepted, another attempt begins, and everything that the access package gives now becomes an
/// action, each once, whatever its outcome was before.
///
/// # Errors
/// The law is broken.
pub fn an_accepted_request_asks_for_everything_again<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
) -> Result<(), Broken> {
    let law = Law { name: "an accepted request asks for everything again", rules: "R13, R16, R34, R46" };
    let failed = prop_oneof![
        strategy::stored_assignment_in(AssignmentState::PartiallyDelivered),
        strategy::stored_assignment_in(AssignmentState::DeliveryFailed),
    ];
    let gives = proptest::collection::vec(strategy::resource_role(), 0..4);
    law.hold((at_any_time(failed), who_may(), gives), |((stored, now), caller, gives)| {
        let stored = StoredAssignment { end: None, ..stored.clone() };
        let request = AssignmentRequest {
            id: uuid::Uuid::nil().into(),
            assignment: stored.id,
            purpose: Purpose::Grant,
            state: stored.state,
            completed: *now,
            recency: Recency::Newest,
        };
        // The access package still gives some of the old resource roles, and gives some twice.
        let before = stored.resource_roles.iter().flatten().take(1).map(|role| role.resource_role.clone());
        let gives: Vec<ResourceRole> =
            before.chain(gives.iter().cloned()).chain(gives.first().cloned()).collect();
        let mut it = make(stored.clone());
        let answer = it.reprocess_request(caller, &request, &gives, *now);
        ensure(answer.is_ok(), || answer.words())?;
        let attempt = it.stored().attempt;
        ensure(attempt != stored.attempt, || format!("accepted, and still attempt {attempt}"))?;
        let mut each_once = gives;
        each_once.sort();
        each_once.dedup();
        let pending = |role| AssignmentResourceRole::new(role, Fulfillment::Pending);
        let resource_roles = Some(each_once.into_iter().map(pending).collect());
        let now_has = StoredAssignment { resource_roles, ..stored };
        agree(&it, &attempted(&now_has, &it, |_| (Fulfillment::Pending, None)))
    })
}

impl Words for AssignmentRequest {
    fn words(&self) -> String {
        let Self { id, assignment, purpose, state, completed, recency } = self;
        let completed = completed.unix_ticks();
        format!(
            "request {id}: {purpose:?} for assignment {assignment}, `{state}`, completed at tick {completed}, {recency:?}"
        )
    }
}

impl Words for Vec<ResourceRole> {
    fn words(&self) -> String {
        format!("gives now: {}", list(self, ", "))
    }
}
