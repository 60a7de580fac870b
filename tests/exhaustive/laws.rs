//! Safety: what has to hold in every state and over every step.

use std::collections::HashSet;

use access_package::{
    Assignment, AssignmentState, Observed, Receipt, Role, StoredAssignment, reprocess, reprocess_observed,
};

use crate::host::Event;
use crate::step::Step;
use crate::support::{MANAGER, member_of};
use crate::world::{Clock, Size, World, desired, receipt_words, words};

/// A property that does not hold, and the steps after the trace that show it, if it takes some.
#[derive(Debug)]
pub struct Broken {
    pub property: &'static str,
    pub how: String,
    pub then: Vec<Step>,
}

/// Holds the property, or says how it is broken.
pub fn hold(property: &'static str, holds: bool, how: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken { property, how: how(), then: Vec::new() }) }
}

/// What has to hold over a step.
pub fn check_step(before: &World, step: Step, event: Event, after: &World) -> Result<(), Broken> {
    let accepted = matches!(event, Event::Accepted | Event::AcceptedWithNothingToDo);
    if before.clock.end_has_come() {
        hold("S1", after.directory.is_subset(before.directory), || "enforced after the end".into())?;
        hold("S1", !accepted, || "an attempt begins after the end".into())?;
    }
    if accepted {
        let attempt = after.memory.as_ref().map(|memory| memory.assignment.attempt());
        let stale = |of: u32| Some(of) == attempt;
        let fresh = !before.actions.iter().any(|action| stale(action.attempt))
            && !before.receipts.iter().any(|receipt| stale(receipt.attempt));
        hold("S2", fresh, || "what is in flight from another attempt counts for the new one".into())?;
    }
    if before.saved.assignment.state == AssignmentState::Expired {
        hold("S6", before.saved == after.saved, || "what was saved as expired has changed".into())?;
    }
    if before.state() == Some(AssignmentState::Expired) && after.memory.is_some() {
        hold("S6", before.memory == after.memory, || "an expired assignment has changed".into())?;
    }
    let removed = matches!(step, Step::RemoveAccess(_));
    hold("S8", removed || before.directory.is_subset(after.directory), || "the host took access away".into())
}

/// The properties of a state. Those that depend on the assignment alone are checked once for each.
pub struct Laws {
    size: Size,
    checked: HashSet<Assignment>,
    pub refusals: usize,
    pub orders: usize,
}

impl Laws {
    pub fn new(size: Size) -> Self {
        Self { size, checked: HashSet::new(), refusals: 0, orders: 0 }
    }

    /// How many different assignments were checked.
    pub fn assignments(&self) -> usize {
        self.checked.len()
    }

    pub fn check(&mut self, world: &World) -> Result<(), Broken> {
        let Some(memory) = &world.memory else { return Ok(()) };
        let (assignment, evidence) = (&memory.assignment, memory.evidence);
        if let Some(desired) = desired(assignment) {
            let state = assignment.state();
            let agrees = evidence.supports(state, desired);
            hold("S4", agrees, || format!("{state}, but of {desired} this is known: {evidence}"))?;
        }
        if self.checked.insert(assignment.clone()) {
            Self::actions(assignment)?;
            self.refusals(assignment)?;
            self.receipts(assignment)?;
            Self::end(assignment)?;
            Self::saving(assignment)?;
        }
        Ok(())
    }

    /// Every action carries the present attempt, the target and the end (S2).
    fn actions(of: &Assignment) -> Result<(), Broken> {
        for action in of.actions() {
            let same = (action.assignment, action.attempt, action.target, action.end)
                == (of.id(), of.attempt(), of.target(), of.end());
            hold("S2", same, || format!("not an action of the present attempt: {action:?}"))?;
        }
        Ok(())
    }

    /// A refused call changes nothing (S3), and what has to be refused is (S2, S6).
    fn refusals(&mut self, of: &Assignment) -> Result<(), Broken> {
        let state = of.state();
        let expired = state == AssignmentState::Expired;
        for &role in Role::ALL {
            let refused = self.call("reprocess", of, |it| reprocess(it, role).is_err())?;
            let mut observed = false;
            let refused_observed = self.call("reprocess_observed", of, |it| {
                reprocess_observed(it, role, |_| {
                    observed = true;
                    Observed::Present
                })
                .is_err()
            })?;
            let may = role.at_least(MANAGER)
                && state == AssignmentState::Delivered
                && of.resource_roles().is_some();
            hold(if expired { "S6" } else { "S2" }, refused != may && refused_observed != may, || {
                format!("{role} is {} while {state}", if may { "refused" } else { "accepted" })
            })?;
            hold("S3", may || !observed, || "a refused call observes".into())?;
        }
        let roles = [member_of(0), member_of(1)];
        let refused = self.call("set_resource_roles", of, |it| it.set_resource_roles(roles).is_err())?;
        let delivered = state == AssignmentState::Delivered;
        hold(if expired { "S6" } else { "S4" }, refused != delivered, || {
            format!("resource roles are {} while {state}", if refused { "refused" } else { "brought in" })
        })?;
        let twice = [member_of(0), member_of(0)];
        let refused =
            self.call("set_resource_roles, one twice", of, |it| it.set_resource_roles(twice).is_err())?;
        hold("S3", refused, || "a resource role comes in twice".into())?;
        for receipt in World::possible_receipts(of, self.size) {
            self.call("record", of, |it| it.record(&receipt).is_err())?;
            let foreign = Receipt { assignment: uuid::Uuid::nil().into(), ..receipt };
            let refused =
                self.call("record, of another assignment", of, |it| it.record(&foreign).is_err())?;
            hold("S3", refused, || "a receipt of another assignment is taken".into())?;
        }
        Ok(())
    }

    /// Makes the call on a copy, and says whether it was refused.
    fn call(
        &mut self,
        name: &str,
        of: &Assignment,
        call: impl FnOnce(&mut Assignment) -> bool,
    ) -> Result<bool, Broken> {
        let mut after = of.clone();
        let refused = call(&mut after);
        self.refusals += usize::from(refused);
        hold("S3", !refused || after == *of, || format!("a refused `{name}` has made it {}", words(&after)))?;
        Ok(refused)
    }

    /// Neither order nor repetition matters (S5), for every pair of receipts that there could be in
    /// flight; and nothing at all of another attempt.
    fn receipts(&mut self, of: &Assignment) -> Result<(), Broken> {
        let after = |receipts: &[&Receipt]| {
            let mut it = of.clone();
            for receipt in receipts {
                // Refused or not: what counts is what it has become.
                let _ = it.record(receipt);
            }
            it
        };
        let possible = World::possible_receipts(of, self.size);
        for (place, a) in possible.iter().enumerate() {
            let expired = of.state() == AssignmentState::Expired;
            if expired || a.attempt != of.attempt() {
                let property = if expired { "S6" } else { "S5" };
                hold(property, after(&[a]) == *of, || format!("it takes the {}", receipt_words(a)))?;
            }
            for b in &possible[place..] {
                let once = after(&[a, b]);
                let orders: [&[_]; 4] = [&[b, a], &[a, b, a], &[a, b, b], &[a, a, b]];
                self.orders += orders.len();
                let all = orders.into_iter().all(|order| after(order) == once);
                hold("S5", all, || {
                    format!("the order or repetition matters: {}; {}", receipt_words(a), receipt_words(b))
                })?;
            }
        }
        Ok(())
    }

    /// The end comes when it has come, not before, and is for good (S1, S6).
    fn end(of: &Assignment) -> Result<(), Broken> {
        for clock in Clock::ALL {
            let mut after = of.clone();
            let changed = after.expire(clock.now());
            let ended = of.end().is_some() && clock.end_has_come();
            let was = of.state() == AssignmentState::Expired;
            hold("S1", (after.state() == AssignmentState::Expired) == (was || ended), || {
                format!("{} after `expire` {clock:?} the end", after.state())
            })?;
            hold("S6", changed == (after != *of) && !(was && changed), || {
                "`expire` says otherwise than it does".into()
            })?;
            let expired = after.state() == AssignmentState::Expired;
            hold("S6", !expired || after.actions().next().is_none(), || {
                "an expired assignment has actions".into()
            })?;
        }
        Ok(())
    }

    /// What was saved is loaded as the same, with the same actions (S7).
    fn saving(of: &Assignment) -> Result<(), Broken> {
        let same = |loaded: StoredAssignment| {
            Assignment::try_from(loaded).is_ok_and(|it| it == *of && it.actions().eq(of.actions()))
        };
        let stored = StoredAssignment::from(of);
        hold("S7", same(stored.clone()), || format!("loaded, it is not {}", words(of)))?;
        #[cfg(feature = "serde")]
        {
            let text = serde_json::to_string(&stored).expect("the stored form can be written");
            let read = serde_json::from_str(&text).is_ok_and(same);
            hold("S7", read, || format!("read it is another: {text}"))?;
        }
        Ok(())
    }
}
