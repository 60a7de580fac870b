//! The effect of a step on the world. The host and the executor are here: they do what the contract says,
//! with the real crate.

use access_package::{
    Account, AssignmentState, Caller, Cause, NotAdmitted, Permission, Receipt, Recorded, Role,
    RoleAssignment, Scope, StoredAssignment, Unchanged,
};

use crate::door::{Door, Way};
use crate::evidence::{Evidence, Roles};
use crate::step::{Step, UNOBSERVED};
use crate::support::{MANAGER, load};
use crate::world::{
    Answer, Clock, FIRST_ATTEMPT, Host, Memory, Observations, Owes, RequestAge, Saved, World, number,
};

/// The result of a step. A search counts the results, and must see each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Upshot {
    Loaded,
    LoadedAnew,
    Expired,
    Accepted,
    AcceptedWithNothingToDo,
    AcceptedWithOtherResourceRoles,
    RequestAccepted,
    Refused,
    RefusedAndExpired,
    Saved,
    AcceptanceSaved,
    SaveLost,
    HandedOut,
    HandedOutAgain,
    Enforced,
    EnforcedAgain,
    GivenUp,
    TooLate,
    ReceiptTaken,
    ReceiptTakenInFinalState,
    ReceiptAlreadyKnown,
    ReceiptOfAnotherAttempt,
    ReceiptAtTheEnd,
    ReceiptWhileExpired,
    /// It never happens: see [`crate::laws::check_step`].
    ReceiptIsAnError,
    Ticked,
    RequestGrewOld,
    Crashed,
    CameFirst,
    ActionLost,
    ReceiptLost,
    ReceiptDoubled,
    AccessRemoved,
}

impl Upshot {
    pub const EXPECTED: [Self; 32] = [
        Self::Loaded,
        Self::LoadedAnew,
        Self::Expired,
        Self::Accepted,
        Self::AcceptedWithNothingToDo,
        Self::AcceptedWithOtherResourceRoles,
        Self::RequestAccepted,
        Self::Refused,
        Self::RefusedAndExpired,
        Self::Saved,
        Self::AcceptanceSaved,
        Self::SaveLost,
        Self::HandedOut,
        Self::HandedOutAgain,
        Self::Enforced,
        Self::EnforcedAgain,
        Self::GivenUp,
        Self::TooLate,
        Self::ReceiptTaken,
        Self::ReceiptTakenInFinalState,
        Self::ReceiptAlreadyKnown,
        Self::ReceiptOfAnotherAttempt,
        Self::ReceiptAtTheEnd,
        Self::ReceiptWhileExpired,
        Self::Ticked,
        Self::RequestGrewOld,
        Self::Crashed,
        Self::CameFirst,
        Self::ActionLost,
        Self::ReceiptLost,
        Self::ReceiptDoubled,
        Self::AccessRemoved,
    ];

    pub fn is_accepted(self) -> bool {
        use Upshot::{Accepted, AcceptedWithNothingToDo, AcceptedWithOtherResourceRoles, RequestAccepted};
        matches!(self, Accepted | AcceptedWithNothingToDo | AcceptedWithOtherResourceRoles | RequestAccepted)
    }
}

/// A user who holds this role in the whole tenant.
pub fn caller(role: Role) -> Caller {
    Caller {
        object: None,
        account: Account::WorkOrSchool,
        permissions: vec![Permission::EntitlementManagementReadWriteAll],
        roles: vec![RoleAssignment { role, scope: Scope::Tenant }],
    }
}

impl World {
    pub fn apply(&mut self, step: Step) -> Upshot {
        match step {
            Step::Load => self.load(),
            Step::Expire => {
                let now = self.clock.now();
                let memory = self.running();
                if memory.assignment.expire(now).is_some() {
                    memory.owes = Owes::Change;
                }
                Upshot::Expired
            }
            Step::Reprocess { way, gives, observed } => self.reprocess(way, gives, observed),
            Step::Save => self.save(),
            Step::HandOut(place) => self.hand_out(place),
            Step::Record(place) => {
                let receipt = self.receipts.remove(place);
                self.record(&receipt)
            }
            Step::CarryOut(place, answer) => self.carry_out(place, answer),
            Step::Tick => {
                self.clock = self.clock.next().expect("time does not stand still yet");
                Upshot::Ticked
            }
            Step::RequestGrowsOld => {
                self.request = RequestAge::TooOld;
                Upshot::RequestGrewOld
            }
            Step::Crash => self.fault(Upshot::Crashed, |world| world.memory = None),
            Step::ComeFirst => self.fault(Upshot::CameFirst, Self::come_first),
            Step::LoseAction(place) => {
                self.fault(Upshot::ActionLost, |world| drop(world.actions.remove(place)))
            }
            Step::LoseReceipt(place) => {
                self.fault(Upshot::ReceiptLost, |world| drop(world.receipts.remove(place)))
            }
            Step::DoubleReceipt(place) => self.fault(Upshot::ReceiptDoubled, |world| {
                world.receipts.insert(place, world.receipts[place].clone());
            }),
            Step::RemoveAccess(number) => {
                self.fault(Upshot::AccessRemoved, |world| world.directory.remove(number))
            }
        }
    }

    fn running(&mut self) -> &mut Memory {
        self.memory.as_mut().expect("only a running host takes steps")
    }

    fn fault(&mut self, upshot: Upshot, happens: impl FnOnce(&mut Self)) -> Upshot {
        self.left.faults = self.left.faults.saturating_sub(1);
        happens(self);
        upshot
    }

    fn load(&mut self) -> Upshot {
        let Saved { mut assignment, evidence } = self.saved.clone();
        if self.host == Host::ForgetsTheAttempt && assignment.state == AssignmentState::Delivered {
            assignment.attempt = FIRST_ATTEMPT;
        }
        let loaded = Memory { assignment: load(assignment), evidence, owes: Owes::Nothing, stale: false };
        if self.memory.replace(loaded).is_some() { Upshot::LoadedAnew } else { Upshot::Loaded }
    }

    fn reprocess(&mut self, way: Way, gives: Roles, observed: Observations) -> Upshot {
        let clock = if self.host == Host::AdmitsAtAnOldTime { Clock::Before } else { self.clock };
        let memory = self.memory.take().expect("only a running host reprocesses");
        let authority = caller(MANAGER).authority(Some(memory.assignment.catalog())).expect("a manager");
        let age = if self.host == Host::KeepsAnOldRequest { RequestAge::Young } else { self.request };
        let request = Door::Request(age.request(&memory.assignment, clock.now()));
        let door = if way == Way::Request { request } else { Door::Assignment };
        let admitted = match door.admit(authority, memory.assignment, clock.now()) {
            Ok(admitted) => admitted,
            Err(NotAdmitted { assignment, expired, .. }) => {
                let (owes, upshot) = match expired {
                    Some(_) => (Owes::Change, Upshot::RefusedAndExpired),
                    None => (memory.owes, Upshot::Refused),
                };
                self.memory = Some(Memory { assignment, owes, ..memory });
                return upshot;
            }
        };
        let others = gives != self.gives(admitted.assignment().resource_roles());
        let unsaved = if observed == UNOBSERVED {
            admitted.reprocess(gives.twice())
        } else {
            admitted.reprocess_observed(gives.twice(), |role| observed[usize::from(number(role))])
        };

        let owes = if self.host == Host::ActsBeforeSaving { Owes::Change } else { Owes::Acceptance };
        let evidence = Evidence::of(gives, observed);
        let memory = self.memory.insert(Memory { assignment: unsaved.saved(), evidence, owes, ..memory });
        if self.host == Host::TakesAccessAway {
            self.directory = self.directory.intersection(gives);
        }
        self.left.attempts = self.left.attempts.saturating_sub(1);
        self.left.changes = self.left.changes.saturating_sub(u8::from(others));
        match memory.assignment.actions().next() {
            None => Upshot::AcceptedWithNothingToDo,
            Some(_) if way == Way::Request => Upshot::RequestAccepted,
            Some(_) if others => Upshot::AcceptedWithOtherResourceRoles,
            Some(_) => Upshot::Accepted,
        }
    }

    /// Another host does everything at once, starting from what was saved.
    fn come_first(&mut self) {
        let assignment = load(self.saved.assignment.clone());
        let gives = self.gives(assignment.resource_roles());
        let authority = caller(MANAGER).authority(Some(assignment.catalog())).expect("a manager");
        let admitted = authority.admit(assignment, self.clock.now()).expect("delivered, and before the end");
        let unsaved = admitted.reprocess(gives.twice());
        self.saved = Saved { assignment: unsaved.stored(), evidence: Evidence::of(gives, UNOBSERVED) };
        self.left.attempts = self.left.attempts.saturating_sub(1);
        self.running().stale = true;
    }

    /// The host overwrites only the version that it loaded. If another host has overwritten it, this one
    /// begins again.
    fn save(&mut self) -> Upshot {
        let host = self.host;
        let memory = self.running();
        if memory.stale && host != Host::OverwritesAnotherSave {
            match host {
                Host::IgnoresALostSave => memory.owes = Owes::Nothing,
                _ => self.memory = None,
            }
            return Upshot::SaveLost;
        }
        let owed = std::mem::replace(&mut memory.owes, Owes::Nothing);
        memory.stale = false;
        let assignment = StoredAssignment::from(&memory.assignment);
        self.saved = Saved { assignment, evidence: memory.evidence.clone() };
        if owed == Owes::Acceptance { Upshot::AcceptanceSaved } else { Upshot::Saved }
    }

    fn hand_out(&mut self, place: usize) -> Upshot {
        let action = self.running().assignment.actions().nth(place).expect("it is there to be handed out");
        let again = self.actions.contains(&action);
        insert_sorted(&mut self.actions, action, |action| (action.attempt, number(&action.resource_role)));
        if again { Upshot::HandedOutAgain } else { Upshot::HandedOut }
    }

    /// The executor respects the end, and may give up. No time passes between its look at the clock and its
    /// write.
    fn carry_out(&mut self, place: usize, answer: Answer) -> Upshot {
        let action = self.actions.remove(place);
        if action.has_ended(self.clock.now()) && self.host != Host::EnforcesAfterTheEnd {
            return Upshot::TooLate;
        }
        let role = number(&action.resource_role);
        let upshot = match answer {
            Answer::Failed(_) => Upshot::GivenUp,
            Answer::Fulfilled if self.directory.contains(role) => Upshot::EnforcedAgain,
            Answer::Fulfilled => Upshot::Enforced,
        };
        if answer == Answer::Fulfilled && self.host != Host::ReportsWithoutDoing {
            self.directory.insert(role);
        }
        insert_sorted(&mut self.receipts, answer.to(action), |receipt| {
            (
                receipt.attempt,
                number(&receipt.resource_role),
                receipt.outcome == access_package::Outcome::Failed,
                receipt.reason.clone(),
            )
        });
        upshot
    }

    fn record(&mut self, receipt: &Receipt) -> Upshot {
        let (now, ended) = (self.clock.now(), self.has_ended());
        let Memory { assignment, evidence, owes, .. } = self.running();
        let state = assignment.state();
        if receipt.attempt == assignment.attempt() && state != AssignmentState::Expired && !ended {
            evidence.hear(receipt);
        }
        let recorded = assignment.record(receipt, now);
        if matches!(recorded, Ok(Recorded::Changed(_))) {
            *owes = Owes::Change;
        }
        match recorded {
            Ok(Recorded::Changed(event)) if event.cause == Cause::Expired => Upshot::ReceiptAtTheEnd,
            Ok(Recorded::Changed(event)) if event.from == AssignmentState::Delivering => Upshot::ReceiptTaken,
            Ok(Recorded::Changed(_)) => Upshot::ReceiptTakenInFinalState,
            Ok(Recorded::Unchanged(Unchanged::AlreadyKnown)) => Upshot::ReceiptAlreadyKnown,
            Ok(Recorded::Unchanged(Unchanged::AnotherAttempt)) => Upshot::ReceiptOfAnotherAttempt,
            Ok(Recorded::Unchanged(Unchanged::Expired)) => Upshot::ReceiptWhileExpired,
            Err(_) => Upshot::ReceiptIsAnError,
        }
    }
}

fn insert_sorted<T, K: Ord>(into: &mut Vec<T>, item: T, key: impl Fn(&T) -> K) {
    let place = into.partition_point(|other| key(other) <= key(&item));
    into.insert(place, item);
}
