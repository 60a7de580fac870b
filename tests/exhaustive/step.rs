//! Every step that the host, the executor or the environment can take next.

use std::fmt;

use access_package::{AssignmentState, Observed};

use crate::door::{Way, is_undelivered};
use crate::evidence::Roles;
use crate::world::{
    Answer, Host, MOST_ROLES, Memory, Observations, Owes, RequestAge, World, action_words, number,
    receipt_words,
};

/// One step. Actions and receipts are named by their place among those in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    // The host.
    Load,
    Expire,
    /// The whole way from the caller to an acceptance that is not saved yet. Time may pass between the
    /// stages, but this is the same as time that passes afterwards: only the admission asks for the time.
    Reprocess {
        way: Way,
        gives: Roles,
        observed: Observations,
    },
    Save,
    HandOut(usize),
    Record(usize),
    // The executor.
    CarryOut(usize, Answer),
    // The environment.
    Tick,
    /// 14 days have passed since the request was completed.
    RequestGrowsOld,
    Crash,
    /// Another host reprocesses and saves before this one does.
    ComeFirst,
    LoseAction(usize),
    LoseReceipt(usize),
    DoubleReceipt(usize),
    RemoveAccess(u8),
}

/// No observations: a plain `reprocess`.
pub const UNOBSERVED: Observations = [Observed::Unknown; MOST_ROLES];

impl World {
    /// Every step that can be taken now and that can change something.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        self.steps_of_the_host(&mut steps);
        for place in firsts(&self.actions) {
            let answers = Answer::of(number(&self.actions[place].resource_role));
            steps.extend(answers.map(|answer| Step::CarryOut(place, answer)));
        }
        let ends = self.saved.assignment.end.is_some();
        if ends && self.clock.next().is_some() {
            steps.push(Step::Tick);
        }
        if self.request == RequestAge::Young {
            steps.push(Step::RequestGrowsOld);
        }
        if self.left.faults > 0 {
            self.faults(&mut steps);
        }
        steps
    }

    fn steps_of_the_host(&self, steps: &mut Vec<Step>) {
        let Some(Memory { assignment, owes, stale, .. }) = &self.memory else {
            steps.push(Step::Load);
            return;
        };
        if *owes != Owes::Nothing {
            steps.push(Step::Save);
        }
        // An `Unsaved` can only be saved.
        if *owes == Owes::Acceptance {
            return;
        }
        if *stale {
            steps.push(Step::Load);
        }
        let state = assignment.state();
        if self.clock.end_has_come() && state != AssignmentState::Expired && self.host != Host::NeverExpires {
            steps.push(Step::Expire);
        }
        let gives = self.gives(assignment.resource_roles());
        // A call that the laws expect to be refused is tried once. A call that may be accepted is tried in
        // every way.
        let request_may = self.request == RequestAge::Young && is_undelivered(state);
        for (may, way) in
            [(state == AssignmentState::Delivered, Way::Assignment), (request_may, Way::Request)]
        {
            if !may {
                steps.push(Step::Reprocess { way, gives, observed: UNOBSERVED });
            } else if self.left.attempts > 0 {
                for gives in
                    Roles::subsets(self.left.roles).filter(|&it| it == gives || self.left.changes > 0)
                {
                    steps.extend(observations(gives).map(|observed| Step::Reprocess {
                        way,
                        gives,
                        observed,
                    }));
                }
            }
        }
        if self.has_room() {
            steps.extend((0..assignment.actions().count()).map(Step::HandOut));
        }
        steps.extend(firsts(&self.receipts).map(Step::Record));
    }

    fn faults(&self, steps: &mut Vec<Step>) {
        if let Some(memory) = &self.memory {
            steps.push(Step::Crash);
            let delivered = self.saved.assignment.state == AssignmentState::Delivered;
            if delivered && !memory.stale && self.left.attempts > 0 && !self.clock.end_has_come() {
                steps.push(Step::ComeFirst);
            }
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
}

/// The places of what is in flight. Equal items are listed once, since they lead to the same world.
fn firsts<T: PartialEq>(in_flight: &[T]) -> impl Iterator<Item = usize> {
    (0..in_flight.len()).filter(|&place| place == 0 || in_flight[place] != in_flight[place - 1])
}

/// Every observation of these roles that a host may have: true, stale or wrong.
pub fn observations(of: Roles) -> impl Iterator<Item = Observations> {
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

/// A step in words. It is taken in this world.
pub struct Words<'a>(pub Step, pub &'a World);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(step, world) = self;
        let receipt = |place: usize| receipt_words(&world.receipts[place]);
        match *step {
            Step::Load => f.write_str("the host loads what was saved"),
            Step::Expire => f.write_str("the host expires the assignment"),
            Step::Reprocess { way, gives, observed } => {
                let what = if way == Way::Request { " the request" } else { "" };
                write!(f, "the host reprocesses{what}; the package gives {gives}")?;
                let seen = &observed[..usize::from(world.left.roles)];
                if observed == UNOBSERVED { Ok(()) } else { write!(f, ", and observed is {seen:?}") }
            }
            Step::Save => f.write_str("the host saves"),
            Step::HandOut(place) => {
                let memory = world.memory.as_ref().expect("only a running host hands out");
                let action = memory.assignment.actions().nth(place).expect("it is there to be handed out");
                write!(f, "the host hands out the {}", action_words(&action))
            }
            Step::Record(place) => write!(f, "the host records the {}", receipt(place)),
            Step::CarryOut(place, answer) => {
                let action = action_words(&world.actions[place]);
                write!(f, "the executor takes the {action}; in time, the answer is {answer:?}")
            }
            Step::Tick => f.write_str("time passes"),
            Step::RequestGrowsOld => f.write_str("14 days have passed since the request was completed"),
            Step::Crash => f.write_str("the host crashes: what is in memory is gone"),
            Step::ComeFirst => f.write_str("another host reprocesses it and saves"),
            Step::LoseAction(place) => write!(f, "the {} is lost", action_words(&world.actions[place])),
            Step::LoseReceipt(place) => write!(f, "the {} is lost", receipt(place)),
            Step::DoubleReceipt(place) => write!(f, "the {} is doubled", receipt(place)),
            Step::RemoveAccess(number) => write!(f, "somebody removes the access to role {number}"),
        }
    }
}
