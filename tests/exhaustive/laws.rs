//! Safety: the properties that have to hold in every state and over every step.

use std::collections::HashSet;

use access_package::uuid::Uuid;
use access_package::{
    Assignment, AssignmentState, Cause, Event, Fulfillment, NotAdmitted, Observed, Receipt, RecordError,
    Recorded, Role, StoredAssignment, Unchanged, reprocess, reprocess_observed,
};

use crate::door::{Door, Way, is_undelivered};
use crate::evidence::{Evidence, Roles};
use crate::host::{Upshot, caller};
use crate::step::{Step, observations};
use crate::support::MANAGER;
use crate::support::documented::rung;
use crate::world::{Clock, Owes, RequestAge, Size, World, entries_words, number, receipt_words, words};

/// A property that does not hold, and the steps after the trace that show it, if any are needed.
#[derive(Debug)]
pub struct Broken {
    pub property: &'static str,
    pub how: String,
    pub then: Vec<Step>,
}

/// Checks that the property holds. `how` tells how it is broken.
pub fn hold(property: &'static str, holds: bool, how: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken { property, how: how(), then: Vec::new() }) }
}

/// The properties of a step.
pub fn check_step(before: &World, step: Step, upshot: Upshot, after: &World) -> Result<(), Broken> {
    if before.clock.end_has_come() {
        hold("S1", after.directory.is_subset(before.directory), || "enforced after the end".into())?;
        hold("S1", !upshot.is_accepted(), || "an attempt begins after the end".into())?;
    }
    if let Step::Reprocess { way: Way::Request, .. } = step {
        let late = before.request == RequestAge::TooOld && upshot.is_accepted();
        hold("S1", !late, || "an attempt begins by a request that is too old".into())?;
    }
    // An attempt begins when the host treats it as saved.
    let begun = match step {
        Step::Reprocess { .. } | Step::Save => after.acting().filter(|&it| before.acting() != Some(it)),
        Step::ComeFirst => Some(after.saved.assignment.attempt),
        _ => None,
    };
    if let Some(attempt) = begun {
        hold("S2", !before.has_in_flight(attempt), || {
            "an action or a receipt of an earlier attempt counts for the new one".into()
        })?;
        hold("S2", before.saved.assignment.attempt != attempt, || {
            "the same attempt was saved before".into()
        })?;
    }
    if before.saved.assignment.state == AssignmentState::Expired {
        hold("S6", before.saved == after.saved, || "what was saved as expired has changed".into())?;
    }
    if let (Some(was), Some(is)) = (&before.memory, &after.memory) {
        let same = was.assignment == is.assignment;
        if was.assignment.state() == AssignmentState::Expired && step != Step::Load {
            hold("S6", same, || "an expired assignment has changed".into())?;
        }
        let told = is.owes != Owes::Nothing;
        hold("S9", same || told || step == Step::Load, || {
            "it has changed, and the host was not told".into()
        })?;
    }
    hold("S9", upshot != Upshot::ReceiptIsAnError, || "an action's own receipt is an error".into())?;
    let removed = matches!(step, Step::RemoveAccess(_));
    hold("S8", removed || before.directory.is_subset(after.directory), || "the host took access away".into())
}

/// The properties of a state. Properties that depend only on the assignment are checked once for each
/// assignment.
pub struct Laws {
    size: Size,
    checked: HashSet<Assignment>,
    pub refusals: usize,
    pub events: usize,
    pub orders: usize,
}

impl Laws {
    pub fn new(size: Size) -> Self {
        Self { size, checked: HashSet::new(), refusals: 0, events: 0, orders: 0 }
    }

    /// The number of different assignments that were checked.
    pub fn assignments(&self) -> usize {
        self.checked.len()
    }

    pub fn check(&mut self, world: &World) -> Result<(), Broken> {
        let Some(memory) = &world.memory else { return Ok(()) };
        let (assignment, evidence) = (&memory.assignment, &memory.evidence);
        shows("S4", assignment, evidence)?;
        if self.checked.insert(assignment.clone()) {
            Self::actions(assignment)?;
            self.admission(assignment)?;
            self.primitives(assignment)?;
            if assignment.state() == AssignmentState::Delivered {
                self.acceptances(assignment, Door::Assignment)?;
            } else if is_undelivered(assignment.state()) {
                self.acceptances(assignment, Door::request(assignment, Clock::Before.now()))?;
            }
            self.receipts(assignment, evidence)?;
            self.orders(assignment, evidence)?;
            self.end(assignment)?;
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

    /// Only an assignment that may be reprocessed is admitted (S1, S2, S6). A call that is not admitted
    /// changes nothing, except what time changes, and evaluating gives the same answer (S3).
    fn admission(&mut self, of: &Assignment) -> Result<(), Broken> {
        for clock in Clock::ALL {
            let (now, expiry) = (clock.now(), expiry(of, clock));
            let state = expiry.as_ref().map_or(of.state(), |expiry| expiry.to);
            let property = match (&expiry, state) {
                (Some(_), _) => "S1",
                (None, AssignmentState::Expired) => "S6",
                (None, _) => "S2",
            };
            for &role in Role::ALL {
                for (door, opens) in Door::every(of, state, now) {
                    let asked = match caller(role).authority(Some(of.catalog())) {
                        Err(refusal) => Err(refusal),
                        Ok(authority) => match door.admit(authority, of.clone(), now) {
                            Err(refused) => {
                                self.not_admitted(of, &refused, expiry.as_ref())?;
                                Err(refused.refusal)
                            }
                            Ok(admitted) => {
                                let same = admitted.assignment() == of;
                                hold("S3", same, || "the admission has changed it".into())?;
                                Ok(role)
                            }
                        },
                    };
                    let may = rung(role).is_some() && opens;
                    hold(property, asked.is_ok() == may, || {
                        format!("{role}, {clock:?} the end, by {door:?}: {asked:?}")
                    })?;
                    let looked = door.evaluate(&caller(role), of, now);
                    hold("S3", looked == asked, || format!("{role} is told {looked:?}, and then {asked:?}"))?;
                }
            }
            let elsewhere = caller(MANAGER)
                .authority(Some(access_package::Catalog::of_unknown_level(Uuid::nil().into())))
                .expect("a manager");
            for (door, _) in Door::every(of, state, now) {
                match door.admit(elsewhere, of.clone(), now) {
                    Ok(_) => {
                        return hold("S3", false, || "an authority over another catalog admits it".into());
                    }
                    Err(refused) => self.not_admitted(of, &refused, None)?,
                }
            }
        }
        Ok(())
    }

    fn not_admitted(
        &mut self,
        of: &Assignment,
        refused: &NotAdmitted,
        expiry: Option<&Event>,
    ) -> Result<(), Broken> {
        self.refusals += 1;
        let NotAdmitted { assignment, expired, .. } = refused;
        let state = expiry.map_or(of.state(), |expiry| expiry.to);
        let only_time = StoredAssignment { state, ..of.into() } == assignment.into();
        hold("S3", only_time, || format!("not admitted, it is {}", words(&assignment.into())))?;
        hold("S9", expired.as_ref() == expiry, || format!("not admitted, it tells {expired:?}"))
    }

    /// The same for the primitives, which do not know the time.
    fn primitives(&mut self, of: &Assignment) -> Result<(), Broken> {
        let delivered = of.state() == AssignmentState::Delivered && of.resource_roles().is_some();
        for &role in Role::ALL {
            let mut observed = false;
            let mut look = |_: &_| {
                observed = true;
                Observed::Present
            };
            let mut after = [of.clone(), of.clone()];
            let [plain, looking] = &mut after;
            let accepted =
                [reprocess(plain, role).is_ok(), reprocess_observed(looking, role, &mut look).is_ok()];
            let may = delivered && rung(role).is_some();
            hold("S2", accepted == [may; 2], || format!("{role}, while {}: {accepted:?}", of.state()))?;
            let same = after.iter().all(|after| after == of) && !observed;
            hold("S3", may || same, || format!("refused to {role}, it has changed or observes"))?;
            self.refusals += accepted.iter().filter(|&&accepted| !accepted).count();
        }
        Ok(())
    }

    /// The new resource roles are the ones that the package gives, each once. The event agrees with them (S2,
    /// S4, S7, S9).
    fn acceptances(&mut self, of: &Assignment, door: Door) -> Result<(), Broken> {
        let now = Clock::Before.now();
        let had = Roles::of(of.resource_roles().unwrap_or_default());
        let every = Roles::subsets(self.size.roles);
        for (gives, observed) in every.flat_map(|gives| observations(gives).map(move |seen| (gives, seen))) {
            let authority = caller(MANAGER).authority(Some(of.catalog())).expect("a manager");
            let admitted = door.admit(authority, of.clone(), now).expect("admitted above");
            let mut looked_at = Vec::new();
            let unsaved = admitted.reprocess_observed(gives.twice(), |role| {
                looked_at.push(number(role));
                observed[usize::from(number(role))]
            });
            let (stored, event, saved) = (unsaved.stored(), unsaved.event(), unsaved.saved());

            let evidence = Evidence::of(gives, observed);
            shows("S4", &saved, &evidence)?;
            let once = gives.numbers().eq(looked_at.iter().copied());
            hold("S4", once, || format!("of {gives} these are observed: {looked_at:?}"))?;
            hold("S7", stored == (&saved).into(), || format!("to be saved is {}", words(&stored)))?;
            let asked = evidence.with(Fulfillment::Pending);
            hold("S2", saved.actions().map(|action| action.resource_role).eq(asked.iter().cloned()), || {
                format!("of {} these are the actions: {:?}", words(&stored), saved.actions())
            })?;
            self.events += 1;
            let expected = Event {
                assignment: of.id(),
                at: now,
                attempt: of.attempt().wrapping_add(1),
                from: of.state(),
                to: saved.state(),
                cause: Cause::Reprocessed {
                    caller: None,
                    role: MANAGER,
                    request: door.id(),
                    asked,
                    unenforceable: evidence.with(Fulfillment::Unenforceable),
                    added: gives.without(had).members().collect(),
                    dropped: had.without(gives).members().collect(),
                },
            };
            hold("S9", event == expected, || format!("it tells {event:?} instead of {expected:?}"))?;
        }
        Ok(())
    }

    /// The effect of each receipt at each time. A receipt that is refused, too late or of another attempt has
    /// no effect (S3, S5, S6). The event agrees (S9).
    fn receipts(&mut self, of: &Assignment, evidence: &Evidence) -> Result<(), Broken> {
        let expired = of.state() == AssignmentState::Expired;
        let receipts = World::possible_receipts(of, self.size);
        for (receipt, clock) in receipts.iter().flat_map(|it| Clock::ALL.map(|clock| (it, clock))) {
            let mut after = of.clone();
            let answer = after.record(receipt, clock.now());
            let same = after == *of;
            let what = || format!("{}, {clock:?} the end: {answer:?}", receipt_words(receipt));
            hold("S3", answer.is_ok() || same, what)?;
            hold("S6", !expired || same, what)?;
            hold("S9", same != matches!(answer, Ok(Recorded::Changed(_))), what)?;
            let mut heard = evidence.clone();
            let expected = if let Some(expiry) = expiry(of, clock) {
                Ok(Recorded::Changed(expiry))
            } else if expired {
                Ok(Recorded::Unchanged(Unchanged::Expired))
            } else if receipt.attempt != of.attempt() {
                hold("S5", same, what)?;
                Ok(Recorded::Unchanged(Unchanged::AnotherAttempt))
            } else if !evidence.gives().contains(number(&receipt.resource_role)) {
                Err(RecordError::UnknownResourceRole(receipt.resource_role.clone()))
            } else {
                heard.hear(receipt);
                if heard == *evidence {
                    Ok(Recorded::Unchanged(Unchanged::AlreadyKnown))
                } else {
                    Ok(Recorded::Changed(recorded(of, clock, receipt, after.state())))
                }
            };
            shows("S4", &after, &heard)?;
            hold("S9", answer == expected, || format!("{}\n  instead of {expected:?}", what()))?;
            self.refusals += usize::from(answer.is_err());
            self.events += usize::from(matches!(answer, Ok(Recorded::Changed(_))));

            let foreign = Receipt { assignment: Uuid::nil().into(), ..receipt.clone() };
            let refused = after.record(&foreign, clock.now()).is_err();
            hold("S3", refused && same == (after == *of), || {
                "a receipt of another assignment is taken".into()
            })?;
        }
        Ok(())
    }

    /// Neither order nor repetition matters (S5), for every pair of receipts that could be in flight. Only
    /// the receipts themselves count.
    fn orders(&mut self, of: &Assignment, evidence: &Evidence) -> Result<(), Broken> {
        let taken = of.state() != AssignmentState::Expired;
        let possible = World::possible_receipts(of, self.size);
        for (place, a) in possible.iter().enumerate() {
            for b in &possible[place..] {
                let mut heard = evidence.clone();
                for receipt in [a, b].into_iter().filter(|it| taken && it.attempt == of.attempt()) {
                    heard.hear(receipt);
                }
                let orders: [&[_]; 5] = [&[a, b], &[b, a], &[a, b, a], &[a, b, b], &[a, a, b]];
                self.orders += orders.len();
                for order in orders {
                    let mut after = of.clone();
                    for receipt in order {
                        // Refused or not, only the resulting assignment counts.
                        let _ = after.record(receipt, Clock::Before.now());
                    }
                    shows("S5", &after, &heard)?;
                }
            }
        }
        Ok(())
    }

    /// The end comes at its time, not before, and for good (S1, S6). The event agrees (S9).
    fn end(&mut self, of: &Assignment) -> Result<(), Broken> {
        for clock in Clock::ALL {
            let mut after = of.clone();
            let (told, expected) = (after.expire(clock.now()), expiry(of, clock));
            let state = expected.as_ref().map_or(of.state(), |expiry| expiry.to);
            let property = if of.state() == AssignmentState::Expired { "S6" } else { "S1" };
            hold(property, StoredAssignment { state, ..of.into() } == (&after).into(), || {
                format!("{} after `expire` {clock:?} the end", words(&(&after).into()))
            })?;
            hold("S9", told == expected, || format!("`expire` tells {told:?} instead of {expected:?}"))?;
            let idle = after.actions().next().is_none();
            hold("S6", state != AssignmentState::Expired || idle, || "it is expired and has actions".into())?;
            self.events += usize::from(told.is_some());
        }
        Ok(())
    }

    /// A saved assignment loads as the same, with the same actions (S7).
    fn saving(of: &Assignment) -> Result<(), Broken> {
        let same = |loaded: StoredAssignment| {
            Assignment::try_from(loaded).is_ok_and(|it| it == *of && it.actions().eq(of.actions()))
        };
        let stored = StoredAssignment::from(of);
        hold("S7", same(stored.clone()), || format!("loaded, it is not {}", words(&stored)))?;
        #[cfg(feature = "serde")]
        {
            let text = serde_json::to_string(&stored).expect("the stored form can be written");
            let read = serde_json::from_str(&text).is_ok_and(same);
            hold("S7", read, || format!("it reads as another assignment: {text}"))?;
        }
        Ok(())
    }
}

/// Checks that the assignment shows what is known of it.
fn shows(property: &'static str, assignment: &Assignment, evidence: &Evidence) -> Result<(), Broken> {
    hold(property, evidence.is_shown_by(assignment), || {
        let known: Vec<_> = evidence.entries().collect();
        format!("it is {}, but known is {}", words(&assignment.into()), entries_words(&known))
    })
}

/// The expiry of the assignment at this time, if it expires (R21).
fn expiry(of: &Assignment, clock: Clock) -> Option<Event> {
    let ended = of.end().is_some() && clock.end_has_come() && of.state() != AssignmentState::Expired;
    ended.then(|| event(of, clock, AssignmentState::Expired, Cause::Expired))
}

fn recorded(of: &Assignment, clock: Clock, receipt: &Receipt, to: AssignmentState) -> Event {
    let Receipt { resource_role, outcome, reason, .. } = receipt.clone();
    event(of, clock, to, Cause::Recorded { resource_role, outcome, reason })
}

fn event(of: &Assignment, clock: Clock, to: AssignmentState, cause: Cause) -> Event {
    Event { assignment: of.id(), at: clock.now(), attempt: of.attempt(), from: of.state(), to, cause }
}
