//! Laws about the state, and about the life of an assignment.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;

use super::told::told;
use super::{HERE, Law, at_any_time, before_the_end, delivered, ensure, from_the_end, same, unseen, who_may};
use crate::testing::words::{Words, list};
use crate::testing::{Broken, Implementation, Refused, strategy};
use crate::{
    Action, AssignmentResourceRole, AssignmentState, Caller, FailureReason, Fulfillment, Observed, Outcome,
    Reason, Receipt, ResourceRole, StoredAssignment, Timestamp,
};

/// An assignment that has not ended can be reprocessed only if it is delivered and its resource roles are known. So a
/// second call is refused while the first is under way.
///
/// # Errors
/// The law is broken.
pub fn only_a_delivered_assignment_is_reprocessed<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
) -> Result<(), Broken> {
    let law = Law { name: "only a delivered assignment is reprocessed", rules: "R9, R13, R15" };
    law.hold((before_the_end(strategy::stored_assignment()), who_may()), |((stored, now), caller)| {
        let answer = make(stored.clone()).reprocess(caller, &unseen, *now);
        let can = stored.state == AssignmentState::Delivered && stored.resource_roles.is_some();
        let expected = if stored.state == AssignmentState::Delivered {
            Reason::ResourceRolesUnknown
        } else {
            Reason::InvalidState(stored.state)
        };
        ensure(if can { answer.is_ok() } else { is_refused_for(&answer, expected) }, || answer.words())
    })
}

/// A refused call changes nothing. Only time does: an assignment whose end has come may be expired.
///
/// # Errors
/// The law is broken.
pub fn refused_changes_nothing<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
) -> Result<(), Broken> {
    let law = Law { name: "refused changes nothing", rules: "R12" };
    let cases = (at_any_time(strategy::stored_assignment()), strategy::caller(HERE), seen());
    law.hold(cases, |((stored, now), caller, seen)| {
        let mut it = make(stored.clone());
        match it.reprocess(caller, &look(stored, seen), *now) {
            Ok(()) => Ok(()),
            Err(_) => agree_but_for_expiry(&it, stored, *now),
        }
    })
}

/// When a call is accepted, another attempt begins, and every resource role becomes an action.
///
/// A resource role that this kind of target cannot hold has failed without an action. If an action is left, the
/// assignment is `delivering`; otherwise its state is final. Nothing else changes.
///
/// # Errors
/// The law is broken.
pub fn accepted_asks_for_everything_owed<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
) -> Result<(), Broken> {
    let law = Law { name: "accepted asks for everything owed", rules: "R13, R14, R15, R16, R19, R46" };
    law.hold((delivered(), who_may()), |((stored, now), caller)| {
        let it = accepted(&make, stored, caller, &unseen, *now)?;
        agree(&it, &attempted(stored, &it, |_| (Fulfillment::Pending, None)))
    })
}

/// With observations, a present resource role is fulfilled and an unenforceable one has failed, both without an action.
/// An absent or unknown one becomes an action.
///
/// # Errors
/// The law is broken.
pub fn observed_asks_only_for_what_is_missing<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
) -> Result<(), Broken> {
    let law = Law { name: "observed asks only for what is missing", rules: "R16, R18, R19, R20" };
    law.hold((delivered(), who_may(), seen()), |((stored, now), caller, seen)| {
        let look = look(stored, seen);
        let it = accepted(&make, stored, caller, &look, *now)?;
        let expected = attempted(stored, &it, |resource_role| match look(resource_role) {
            Observed::Present => (Fulfillment::Fulfilled, None),
            Observed::Absent | Observed::Unknown => (Fulfillment::Pending, None),
            Observed::Unenforceable => (Fulfillment::Unenforceable, None),
        });
        agree(&it, &expected)
    })
}

/// Each outcome settles its action, and the last one settles the state.
///
/// The assignment is `delivering` until then. Then it is `delivered` if everything is in place, `partiallyDelivered` if
/// something is, and otherwise `deliveryFailed`.
///
/// # Errors
/// The law is broken.
pub fn outcomes_make_the_state<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
) -> Result<(), Broken> {
    let law = Law { name: "outcomes make the state", rules: "R15, R16" };
    law.hold((delivered(), who_may(), outcomes()), |((stored, now), caller, outcomes)| {
        let mut it = accepted(&make, stored, caller, &unseen, *now)?;
        let mut told: Vec<Receipt> = Vec::new();
        for (action, outcome) in it.actions().into_iter().zip(outcomes.iter().cycle()) {
            let receipt = action.receipt(*outcome);
            it.record(&receipt, *now);
            told.push(receipt);
            let expected = attempted(stored, &it, |resource_role| {
                match told.iter().find(|receipt| receipt.resource_role == *resource_role) {
                    None => (Fulfillment::Pending, None),
                    Some(Receipt { outcome: Outcome::Failed, .. }) => (Fulfillment::Failed, None),
                    Some(Receipt { outcome: Outcome::Fulfilled, .. }) => (Fulfillment::Fulfilled, None),
                }
            });
            agree(&it, &expected).map_err(|found| format!("told {}, {found}", list(&told, ", ")))?;
        }
        Ok(())
    })
}

/// Outcomes may arrive late, twice and in any order: the result is the same.
///
/// *Fulfilled* beats *failed*, whichever came first. Of several reasons for a failure the smallest stays, by its code
/// and then by its words. Outcomes of other attempts, other assignments and unknown resource roles change nothing.
///
/// # Errors
/// The law is broken.
pub fn order_and_repetition_do_not_matter<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
) -> Result<(), Broken> {
    let law = Law { name: "order and repetition do not matter", rules: "R16, R17, R23" };
    law.hold((delivered(), who_may(), told()), |((stored, now), caller, told)| {
        for otherwise in [false, true] {
            let mut it = accepted(&make, stored, caller, &unseen, *now)?;
            let in_order = told.in_order(&it);
            let receipts = if otherwise { told.otherwise(&it, stored.attempt) } else { in_order.clone() };
            for receipt in &receipts {
                it.record(receipt, *now);
            }
            let expected = attempted(stored, &it, |resource_role| {
                let told = in_order.iter().filter(|receipt| receipt.resource_role == *resource_role);
                if told.clone().any(|receipt| receipt.outcome == Outcome::Fulfilled) {
                    return (Fulfillment::Fulfilled, None);
                }
                let failed =
                    if told.clone().next().is_some() { Fulfillment::Failed } else { Fulfillment::Pending };
                (failed, told.filter_map(|receipt| receipt.reason.clone()).min())
            });
            agree(&it, &expected).map_err(|found| format!("told {}, {found}", list(&receipts, ", ")))?;
        }
        Ok(())
    })
}

/// From its end on, an assignment cannot be reprocessed, has no actions and takes no outcome. It never comes back, even
/// if the clock goes back.
///
/// # Errors
/// The law is broken.
pub fn expired_stays_expired<I: Implementation>(make: impl Fn(StoredAssignment) -> I) -> Result<(), Broken> {
    let law = Law { name: "expired stays expired", rules: "R21" };
    let given = prop_oneof![
        from_the_end(strategy::stored_assignment_in(AssignmentState::Delivered)),
        from_the_end(strategy::stored_assignment()),
        at_any_time(strategy::stored_assignment_in(AssignmentState::Expired)),
    ];
    // Without outcomes, the call to reprocess is the first to look at the time.
    let outcomes = prop_oneof![Just(Vec::new()), outcomes()];
    law.hold((given, who_may(), outcomes), |((stored, now), caller, outcomes)| {
        let mut it = make(stored.clone());
        let known = stored.resource_roles.iter().flatten();
        for (role, outcome) in known.zip(outcomes.iter().cycle()) {
            let receipt = Receipt {
                assignment: stored.id,
                attempt: stored.attempt,
                resource_role: role.resource_role.clone(),
                outcome: *outcome,
                reason: None,
            };
            it.record(&receipt, *now);
            agree_but_for_expiry(&it, stored, *now)
                .map_err(|found| format!("told {}, {found}", receipt.words()))?;
        }
        let clocks = [*now, Timestamp::MIN];
        // If the expiry was not saved, a clock that goes back hides it.
        let until = if it.stored().state == AssignmentState::Expired { 2 } else { 1 };
        for now in clocks.into_iter().take(until) {
            let answer = it.reprocess(caller, &unseen, now);
            ensure(is_refused_for(&answer, Reason::InvalidState(AssignmentState::Expired)), || {
                format!("{} at tick {}", answer.words(), now.unix_ticks())
            })?;
        }
        agree_but_for_expiry(&it, stored, *now)
    })
}

/// The remaining actions follow from the stored form. A restarted implementation has the same actions, and continues
/// the same way.
///
/// # Errors
/// The law is broken.
pub fn restart_forgets_nothing<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
) -> Result<(), Broken> {
    let law = Law { name: "restart forgets nothing", rules: "R22" };
    let given = prop_oneof![delivered(), before_the_end(strategy::stored_assignment())];
    law.hold((given, who_may(), outcomes()), |((stored, now), caller, outcomes)| {
        let mut it = make(stored.clone());
        agree(&it, stored).map_err(|found| format!("started, {found}"))?;
        // The result does not matter here, only the new state.
        let _ = it.reprocess(caller, &unseen, *now);
        let receipts = it.actions().into_iter().zip(outcomes.iter().cycle());
        let receipts: Vec<_> = receipts.map(|(action, outcome)| action.receipt(*outcome)).collect();
        for (number, receipt) in receipts.iter().enumerate() {
            let mut again = make(it.stored());
            same_as(&again, &it)
                .map_err(|found| format!("after {number} outcomes started again, {found}"))?;
            it.record(receipt, *now);
            again.record(receipt, *now);
            same_as(&again, &it).map_err(|found| format!("started again and told one more, {found}"))?;
        }
        same_as(&make(it.stored()), &it).map_err(|found| format!("in the end started again, {found}"))
    })
}

pub(super) fn is_refused_for(answer: &Result<(), Refused>, reason: Reason) -> bool {
    answer.as_ref().is_err_and(|refused| refused.reasons == [reason])
}

/// The observations of the host, in the order of the resource roles.
fn seen() -> impl Strategy<Value = Vec<Observed>> {
    vec(strategy::observed(), 1..4)
}

fn look<'a>(
    stored: &'a StoredAssignment,
    seen: &'a [Observed],
) -> impl Fn(&ResourceRole) -> Observed + use<'a> {
    |resource_role| {
        let mut known = stored.resource_roles.iter().flatten();
        let place = known.position(|role| role.resource_role == *resource_role);
        place.and_then(|place| seen.iter().cycle().nth(place)).copied().unwrap_or(Observed::Unknown)
    }
}

fn outcomes() -> impl Strategy<Value = Vec<Outcome>> {
    vec(strategy::outcome(), 1..4)
}

fn accepted<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
    stored: &StoredAssignment,
    caller: &Caller,
    observe: &dyn Fn(&ResourceRole) -> Observed,
    now: Timestamp,
) -> Result<I, String> {
    let mut it = make(stored.clone());
    let answer = it.reprocess(caller, observe, now);
    ensure(answer.is_ok(), || answer.words())?;
    let attempt = it.stored().attempt;
    ensure(attempt != stored.attempt, || format!("accepted, and still attempt {attempt}"))?;
    Ok(it)
}

/// The assignment in the attempt that the implementation has begun, with these observations. A resource role that the
/// target cannot hold is never pending (R46).
pub(super) fn attempted(
    before: &StoredAssignment,
    it: &impl Implementation,
    known: impl Fn(&ResourceRole) -> (Fulfillment, Option<FailureReason>),
) -> StoredAssignment {
    let mut after = StoredAssignment { attempt: it.stored().attempt, ..before.clone() };
    after.resource_roles.iter_mut().flatten().for_each(|role| {
        (role.fulfillment, role.reason) = known(&role.resource_role);
        let cannot_hold = before.target_type.is_some_and(|target| target.cannot_hold(&role.resource_role));
        if cannot_hold && role.fulfillment == Fulfillment::Pending {
            role.fulfillment = Fulfillment::Unenforceable;
        }
    });
    let all: Vec<_> = after.resource_roles.iter().flatten().map(|role| role.fulfillment).collect();
    let count = |wanted| all.iter().filter(|&&fulfillment| fulfillment == wanted).count();
    after.state = if count(Fulfillment::Pending) > 0 {
        AssignmentState::Delivering // R15
    } else if count(Fulfillment::Fulfilled) == all.len() {
        AssignmentState::Delivered // R16, as in the branches below
    } else if count(Fulfillment::Fulfilled) > 0 {
        AssignmentState::PartiallyDelivered
    } else {
        AssignmentState::DeliveryFailed
    };
    after
}

/// The actions of an assignment in this form (R21, R22).
fn owed(stored: &StoredAssignment) -> Vec<Action> {
    let pending = |role: &&AssignmentResourceRole| {
        stored.state == AssignmentState::Delivering && role.fulfillment == Fulfillment::Pending
    };
    let action = |role: &AssignmentResourceRole| Action {
        assignment: stored.id,
        attempt: stored.attempt,
        target: stored.target,
        resource_role: role.resource_role.clone(),
        end: stored.end,
    };
    stored.resource_roles.iter().flatten().filter(pending).map(action).collect()
}

pub(super) fn agree(it: &impl Implementation, expected: &StoredAssignment) -> Result<(), String> {
    agrees(&it.stored(), &it.actions(), expected, &owed(expected))
}

/// Each implementation, with its stored form and its actions.
fn same_as(it: &impl Implementation, other: &impl Implementation) -> Result<(), String> {
    agrees(&it.stored(), &it.actions(), &other.stored(), &other.actions())
}

fn agrees(
    stored: &StoredAssignment,
    actions: &[Action],
    expected: &StoredAssignment,
    owed: &[Action],
) -> Result<(), String> {
    let (stored, expected) = (in_order(stored.clone()), in_order(expected.clone()));
    ensure(stored == expected && same(actions, owed), || {
        let (is, has_to_be) = (with_actions(&stored, actions), with_actions(&expected, owed));
        format!("there is {is}\nwhere there has to be {has_to_be}")
    })
}

/// The assignment unchanged, or, if its end has come, only expired (R12, R21).
pub(super) fn agree_but_for_expiry(
    it: &impl Implementation,
    before: &StoredAssignment,
    now: Timestamp,
) -> Result<(), String> {
    let ended = before.end.is_some_and(|end| now >= end);
    let expired = it.stored().state == AssignmentState::Expired;
    let state = if ended && expired { AssignmentState::Expired } else { before.state };
    agree(it, &StoredAssignment { state, ..before.clone() })
}

fn with_actions(stored: &StoredAssignment, actions: &[Action]) -> String {
    format!("{}; still to be done: {}", stored.words(), list(actions, ", "))
}

fn in_order(mut stored: StoredAssignment) -> StoredAssignment {
    if let Some(known) = &mut stored.resource_roles {
        known.sort_by(|a, b| a.resource_role.cmp(&b.resource_role));
    }
    stored
}

impl Words for Vec<Outcome> {
    fn words(&self) -> String {
        format!("outcomes, of one action after the other, and then again: {}", list(self, ", "))
    }
}
