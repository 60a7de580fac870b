//! What can happen next: every step that the host, the executor or the environment may take.

use std::fmt;

use access_package::{AssignmentState, Observed, Outcome};

use crate::evidence::Roles;
use crate::world::{Host, MOST_ROLES, Observations, World, action_words, receipt_words};

/// One step. Actions and receipts are told by their place among those in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    // The host.
    Load,
    Expire,
    /// With the call of `expire` that has to come before it. Time may pass between the two, but that
    /// is the same as time passing after both: to reprocess does not ask for the time.
    Reprocess(Observations),
    BringIn(Roles),
    Save,
    HandOut(usize),
    Record(usize),
    // The executor.
    CarryOut(usize, Outcome),
    // The environment.
    Tick,
    Crash,
    LoseAction(usize),
    LoseReceipt(usize),
    DoubleReceipt(usize),
    RemoveAccess(u8),
}

/// Nothing was observed: a plain `reprocess`.
pub const UNOBSERVED: Observations = [Observed::Unknown; MOST_ROLES];

impl World {
    /// Every step that can be taken now. Only what changes something is worth taking.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        self.steps_of_the_host(&mut steps);
        for place in firsts(&self.actions) {
            let outcomes = [Outcome::Fulfilled, Outcome::Failed];
            steps.extend(outcomes.map(|outcome| Step::CarryOut(place, outcome)));
        }
        let ends = self.saved.assignment.end.is_some();
        if ends && self.clock.next().is_some() {
            steps.push(Step::Tick);
        }
        if self.left.faults > 0 {
            self.faults(&mut steps);
        }
        steps
    }

    fn steps_of_the_host(&self, steps: &mut Vec<Step>) {
        let Some(memory) = &self.memory else {
            steps.push(Step::Load);
            return;
        };
        let saved = self.is_saved();
        let state = memory.assignment.state();
        if self.clock.end_has_come() && state != AssignmentState::Expired && self.host != Host::NeverExpires {
            steps.push(Step::Expire);
        }
        if state != AssignmentState::Delivered {
            steps.push(Step::Reprocess(UNOBSERVED));
        } else if self.left.attempts > 0 {
            let desired = self.desired().unwrap_or_default();
            steps.extend(observations(desired).map(Step::Reprocess));
        }
        if state == AssignmentState::Delivered && self.left.changes > 0 {
            steps.extend(Roles::subsets(self.left.roles).map(Step::BringIn));
        }
        // The one invariant of the contract: save before you act.
        if !saved {
            steps.push(Step::Save);
        }
        if (saved || self.host == Host::ActsBeforeSaving) && self.has_room() {
            steps.extend((0..memory.assignment.actions().count()).map(Step::HandOut));
        }
        steps.extend(firsts(&self.receipts).map(Step::Record));
    }

    fn faults(&self, steps: &mut Vec<Step>) {
        if self.memory.is_some() {
            steps.push(Step::Crash);
        }
        steps.extend(firsts(&self.actions).map(Step::LoseAction));
        steps.extend(firsts(&self.receipts).map(Step::LoseReceipt));
        if self.has_room() {
            steps.extend(firsts(&self.receipts).map(Step::DoubleReceipt));
        }
        steps.extend(self.directory.numbers().map(Step::RemoveAccess));
    }

    fn has_room(&self) -> bool {
        self.actions.len() + self.receipts.len() < self.left.in_flight
    }

    /// What the host sees if it looks at the directory right now.
    pub fn truth(&self) -> Observations {
        let mut observed = [Observed::Absent; MOST_ROLES];
        for number in self.directory.numbers() {
            observed[usize::from(number)] = Observed::Present;
        }
        observed
    }
}

/// The places of what is in flight, equal ones once: they lead to the same world.
fn firsts<T: PartialEq>(in_flight: &[T]) -> impl Iterator<Item = usize> {
    (0..in_flight.len()).filter(|&place| place == 0 || in_flight[place] != in_flight[place - 1])
}

/// Everything that the host may believe to have seen of these: true, stale or wrong.
fn observations(of: Roles) -> impl Iterator<Item = Observations> {
    let every = [Observed::Unknown, Observed::Absent, Observed::Present, Observed::Unenforceable];
    of.numbers()
        .fold(vec![UNOBSERVED], |so_far, number| {
            let with = |seen: Observations| {
                every.map(|one| {
                    let mut seen = seen;
                    seen[usize::from(number)] = one;
                    seen
                })
            };
            so_far.into_iter().flat_map(with).collect()
        })
        .into_iter()
}

/// A step in words; the world is the one in which it is taken.
pub struct Words<'a>(pub Step, pub &'a World);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(step, world) = self;
        let receipt = |place: usize| receipt_words(&world.receipts[place]);
        match *step {
            Step::Load => f.write_str("the host loads what was saved"),
            Step::Expire => f.write_str("the host expires the assignment"),
            Step::Reprocess(seen) if seen == UNOBSERVED => f.write_str("the host reprocesses"),
            Step::Reprocess(seen) => {
                let seen = &seen[..usize::from(world.left.roles)];
                write!(f, "the host reprocesses, having observed {seen:?}")
            }
            Step::BringIn(roles) => write!(f, "the host brings in what the package gives now: {roles}"),
            Step::Save => f.write_str("the host saves"),
            Step::HandOut(place) => {
                let memory = world.memory.as_ref().expect("only a running host hands out");
                let action = memory.assignment.actions().nth(place).expect("it is there to be handed out");
                write!(f, "the host hands out the {}", action_words(&action))
            }
            Step::Record(place) => write!(f, "the host records the {}", receipt(place)),
            Step::CarryOut(place, outcome) => {
                let action = action_words(&world.actions[place]);
                write!(f, "the executor takes the {action}; in time, the outcome is {outcome:?}")
            }
            Step::Tick => f.write_str("time passes"),
            Step::Crash => f.write_str("the host crashes: what is in memory is gone"),
            Step::LoseAction(place) => write!(f, "the {} is lost", action_words(&world.actions[place])),
            Step::LoseReceipt(place) => write!(f, "the {} is lost", receipt(place)),
            Step::DoubleReceipt(place) => write!(f, "the {} is doubled", receipt(place)),
            Step::RemoveAccess(number) => write!(f, "somebody removes the access to role {number}"),
        }
    }
}
