//! Liveness: what comes about once the environment stops misbehaving.

use access_package::{AssignmentState, Outcome};

use crate::host::Event;
use crate::laws::{Broken, hold};
use crate::step::Step;
use crate::world::{Host, World};

/// What was found on the way.
#[derive(Debug, Default)]
pub struct Settled {
    pub runs: usize,
    pub longest: usize,
    /// Runs that ended delivered, and so went on to L2.
    pub restored: usize,
}

/// A run from some state on in which nothing goes wrong any more, one step after the other.
#[derive(Clone)]
pub struct FairRun {
    pub world: World,
    taken: Vec<Step>,
}

impl FairRun {
    /// The runs from this world: the host goes on, or starts anew.
    pub fn from(world: &World) -> Vec<Self> {
        let mut world = world.clone();
        (world.left.attempts, world.left.faults, world.left.changes) = (0, 0, 0);
        let goes_on = Self { world, taken: Vec::new() };
        let mut starts_anew = goes_on.clone();
        starts_anew.take(Step::Crash);
        vec![goes_on, starts_anew]
    }

    /// Every accepted reprocess comes to an end (L1), whatever the executor answers; and if that is
    /// `delivered`, another one restores what is missing, and the next finds nothing to do (L2).
    pub fn check(self, settled: &mut Settled) -> Result<(), Broken> {
        for outcome in [Outcome::Fulfilled, Outcome::Failed] {
            let mut run = self.clone();
            run.follow(outcome, settled).map_err(|broken| Broken { then: run.taken, ..broken })?;
        }
        Ok(())
    }

    fn follow(&mut self, outcome: Outcome, settled: &mut Settled) -> Result<(), Broken> {
        self.settle(outcome)?;
        settled.runs += 1;
        settled.longest = settled.longest.max(self.taken.len());
        let known = self.world.desired().is_some();
        if known && self.world.state() == Some(AssignmentState::Delivered) {
            settled.restored += 1;
            self.restore()?;
        }
        Ok(())
    }

    /// L1: a final state, within as many steps as there is work: each action is handed out, carried
    /// out, recorded and saved once.
    fn settle(&mut self, outcome: Outcome) -> Result<(), Broken> {
        let work = usize::from(self.world.left.roles) + self.world.actions.len() + self.world.receipts.len();
        let limit = self.taken.len() + 3 + 4 * work;
        while let Some(step) = self.next(outcome) {
            hold("L1", self.taken.len() < limit, || format!("no end after {limit} fair steps"))?;
            self.take(step);
        }
        hold("L1", self.world.state() != Some(AssignmentState::Delivering), || {
            "nothing left to do, but it is delivering".into()
        })
    }

    /// L2: what is missing comes back, and then nothing is missing and nothing to be done, for good.
    fn restore(&mut self) -> Result<(), Broken> {
        self.take(Step::Reprocess(self.world.truth()));
        self.settle(Outcome::Fulfilled)?;
        let desired = self.world.desired().unwrap_or_default();
        hold("L2", self.world.state() == Some(AssignmentState::Delivered), || "not delivered".into())?;
        hold("L2", desired.is_subset(self.world.directory), || "delivered, but access is missing".into())?;
        for _ in 0..2 {
            let event = self.take(Step::Reprocess(self.world.truth()));
            hold("L2", event == Event::AcceptedWithNothingToDo, || {
                format!("nothing is missing, but: {event:?}")
            })?;
            hold("L2", self.world.state() == Some(AssignmentState::Delivered), || "not delivered".into())?;
            self.settle(Outcome::Fulfilled)?;
        }
        Ok(())
    }

    fn take(&mut self, step: Step) -> Event {
        self.taken.push(step);
        self.world.apply(step)
    }

    /// What a host does that keeps the contract and never rests while there is something to
    /// do; nothing when there is not.
    fn next(&self, outcome: Outcome) -> Option<Step> {
        let world = &self.world;
        let Some(memory) = &world.memory else { return Some(Step::Load) };
        let expired = memory.assignment.state() == AssignmentState::Expired;
        let ended = world.saved.assignment.end.is_some() && world.clock.end_has_come();
        if ended && !expired && world.host != Host::NeverExpires {
            Some(Step::Expire)
        } else if !world.is_saved() {
            Some(Step::Save)
        } else if !world.receipts.is_empty() {
            Some(Step::Record(0))
        } else if !world.actions.is_empty() {
            Some(Step::CarryOut(0, outcome))
        } else {
            memory.assignment.actions().next().map(|_| Step::HandOut(0))
        }
    }
}
