//! How a step changes the world. The host and the executor are here: they do what the
//! contract says, with the real crate.

use access_package::{
    Assignment, AssignmentState, Observed, Outcome, Receipt, StoredAssignment, reprocess, reprocess_observed,
};

use crate::evidence::{Evidence, Roles};
use crate::step::{Step, UNOBSERVED};
use crate::support::{MANAGER, load, member_of};
use crate::world::{FIRST_ATTEMPT, Host, Known, Observations, World, desired, number};

/// What came of a step. A search counts them, and has to have seen each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    Loaded,
    Expired,
    Accepted,
    AcceptedWithNothingToDo,
    Refused,
    BroughtIn,
    Saved,
    HandedOut,
    HandedOutAgain,
    Enforced,
    EnforcedAgain,
    GivenUp,
    TooLate,
    ReceiptTaken,
    ReceiptTakenInFinalState,
    ReceiptOfAnotherAttempt,
    ReceiptWhileExpired,
    ReceiptForRoleNoLongerGiven,
    Ticked,
    Crashed,
    ActionLost,
    ReceiptLost,
    ReceiptDoubled,
    AccessRemoved,
}

impl Event {
    pub const ALL: [Self; 24] = [
        Self::Loaded,
        Self::Expired,
        Self::Accepted,
        Self::AcceptedWithNothingToDo,
        Self::Refused,
        Self::BroughtIn,
        Self::Saved,
        Self::HandedOut,
        Self::HandedOutAgain,
        Self::Enforced,
        Self::EnforcedAgain,
        Self::GivenUp,
        Self::TooLate,
        Self::ReceiptTaken,
        Self::ReceiptTakenInFinalState,
        Self::ReceiptOfAnotherAttempt,
        Self::ReceiptWhileExpired,
        Self::ReceiptForRoleNoLongerGiven,
        Self::Ticked,
        Self::Crashed,
        Self::ActionLost,
        Self::ReceiptLost,
        Self::ReceiptDoubled,
        Self::AccessRemoved,
    ];
}

impl World {
    pub fn apply(&mut self, step: Step) -> Event {
        match step {
            Step::Load => {
                let Known { mut assignment, evidence } = self.saved.clone();
                if self.host == Host::ForgetsTheAttempt && assignment.state == AssignmentState::Delivered {
                    assignment.attempt = FIRST_ATTEMPT;
                }
                self.memory = Some(Known { assignment: load(assignment), evidence });
                Event::Loaded
            }
            Step::Expire => {
                let now = self.clock.now();
                self.running().assignment.expire(now);
                Event::Expired
            }
            Step::Reprocess(observed) => self.reprocess(observed),
            Step::BringIn(roles) => self.bring_in(roles),
            Step::Save => {
                let Known { assignment, evidence } = self.running();
                self.saved = Known { assignment: StoredAssignment::from(&*assignment), evidence: *evidence };
                Event::Saved
            }
            Step::HandOut(place) => self.hand_out(place),
            Step::Record(place) => {
                let receipt = self.receipts.remove(place);
                self.record(&receipt)
            }
            Step::CarryOut(place, outcome) => self.carry_out(place, outcome),
            Step::Tick => {
                self.clock = self.clock.next().expect("time does not stand still yet");
                Event::Ticked
            }
            Step::Crash => self.fault(Event::Crashed, |world| world.memory = None),
            Step::LoseAction(place) => {
                self.fault(Event::ActionLost, |world| drop(world.actions.remove(place)))
            }
            Step::LoseReceipt(place) => {
                self.fault(Event::ReceiptLost, |world| drop(world.receipts.remove(place)))
            }
            Step::DoubleReceipt(place) => self.fault(Event::ReceiptDoubled, |world| {
                world.receipts.insert(place, world.receipts[place].clone());
            }),
            Step::RemoveAccess(number) => {
                self.fault(Event::AccessRemoved, |world| world.directory.remove(number))
            }
        }
    }

    fn running(&mut self) -> &mut Known<Assignment> {
        self.memory.as_mut().expect("only a running host takes steps")
    }

    fn fault(&mut self, event: Event, happens: impl FnOnce(&mut Self)) -> Event {
        self.left.faults = self.left.faults.saturating_sub(1);
        happens(self);
        event
    }

    fn reprocess(&mut self, observed: Observations) -> Event {
        let (now, host) = (self.clock.now(), self.host);
        let Known { assignment, evidence } = self.running();
        if host != Host::NeverExpires {
            assignment.expire(now);
        }
        let accepted = if observed == UNOBSERVED {
            reprocess(assignment, MANAGER).map(Iterator::count)
        } else {
            let seen = |role: &_| observed[usize::from(number(role))];
            reprocess_observed(assignment, MANAGER, seen).map(Iterator::count)
        };
        let Ok(actions) = accepted else { return Event::Refused };

        let roles = desired(assignment).expect("unknown resource roles are refused");
        let of = |wanted: &[Observed]| {
            roles.numbers().filter(|&n| wanted.contains(&observed[usize::from(n)])).collect()
        };
        *evidence = Evidence {
            fulfilled: of(&[Observed::Present]),
            settled: of(&[Observed::Present, Observed::Unenforceable]),
        };
        self.left.attempts = self.left.attempts.saturating_sub(1);
        if actions == 0 { Event::AcceptedWithNothingToDo } else { Event::Accepted }
    }

    fn bring_in(&mut self, roles: Roles) -> Event {
        if self.host == Host::TakesAccessAway {
            self.directory = self.directory.intersection(roles);
        }
        let Known { assignment, evidence } = self.running();
        let current = roles.numbers().map(|number| member_of(number.into()));
        assignment.set_resource_roles(current).expect("brought in only while delivered");
        *evidence = Evidence::of(roles);
        self.left.changes = self.left.changes.saturating_sub(1);
        Event::BroughtIn
    }

    fn hand_out(&mut self, place: usize) -> Event {
        let action = self.running().assignment.actions().nth(place).expect("it is there to be handed out");
        let again = self.actions.contains(&action);
        insert_sorted(&mut self.actions, action, |action| (action.attempt, number(&action.resource_role)));
        if again { Event::HandedOutAgain } else { Event::HandedOut }
    }

    /// The executor honours the end, and may give up. Time does not pass between its look at the
    /// clock and the deed.
    fn carry_out(&mut self, place: usize, outcome: Outcome) -> Event {
        let action = self.actions.remove(place);
        if action.has_ended(self.clock.now()) && self.host != Host::EnforcesAfterTheEnd {
            return Event::TooLate;
        }
        let role = number(&action.resource_role);
        let event = match outcome {
            Outcome::Failed => Event::GivenUp,
            Outcome::Fulfilled if self.directory.contains(role) => Event::EnforcedAgain,
            Outcome::Fulfilled => Event::Enforced,
        };
        if outcome == Outcome::Fulfilled && self.host != Host::ReportsWithoutDoing {
            self.directory.insert(role);
        }
        insert_sorted(&mut self.receipts, action.receipt(outcome), |receipt| {
            (receipt.attempt, number(&receipt.resource_role), receipt.outcome == Outcome::Failed)
        });
        event
    }

    fn record(&mut self, receipt: &Receipt) -> Event {
        let Known { assignment, evidence } = self.running();
        let (state, attempt) = (assignment.state(), assignment.attempt());
        // A receipt for what the package no longer gives is an error to be told, not to stop for.
        let recorded = assignment.record(receipt);
        if state == AssignmentState::Expired {
            return Event::ReceiptWhileExpired;
        }
        if receipt.attempt != attempt {
            return Event::ReceiptOfAnotherAttempt;
        }
        if recorded.is_err() {
            return Event::ReceiptForRoleNoLongerGiven;
        }
        let role = number(&receipt.resource_role);
        evidence.settled.insert(role);
        if receipt.outcome == Outcome::Fulfilled {
            evidence.fulfilled.insert(role);
        }
        match state {
            AssignmentState::Delivering => Event::ReceiptTaken,
            _ => Event::ReceiptTakenInFinalState,
        }
    }
}

fn insert_sorted<T, K: Ord>(into: &mut Vec<T>, item: T, key: impl Fn(&T) -> K) {
    let place = into.partition_point(|other| key(other) <= key(&item));
    into.insert(place, item);
}
