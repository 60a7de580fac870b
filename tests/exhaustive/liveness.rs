//! Liveness: what happens once the environment stops misbehaving.

use access_package::AssignmentState;

use crate::door::Way;
use crate::evidence::Roles;
use crate::host::Upshot;
use crate::laws::{Broken, hold};
use crate::step::Step;
use crate::world::{Answer, Host, Owes, RequestAge, World};

/// The numbers of the fair runs.
#[derive(Debug, Default)]
pub struct Settled {
    pub runs: usize,
    pub longest: usize,
    /// Runs that ended as `delivered`, and went on to L2.
    pub restored: usize,
    /// Runs that ended in another state before the end of the assignment, and went on to L3.
    pub asked_again: usize,
}

/// A run that starts in some state, and in which nothing goes wrong any more.
#[derive(Clone)]
pub struct FairRun {
    pub world: World,
    taken: Vec<Step>,
}

impl FairRun {
    /// The runs from this world: the host continues, or it restarts.
    pub fn from(world: &World) -> Vec<Self> {
        let mut world = world.clone();
        (world.left.attempts, world.left.faults, world.left.changes) = (0, 0, 0);
        let goes_on = Self { world, taken: Vec::new() };
        let mut starts_anew = goes_on.clone();
        starts_anew.take(Step::Crash);
        vec![goes_on, starts_anew]
    }

    /// Every accepted reprocess comes to an end (L1), whatever the executor answers. If the state is then
    /// `delivered`, another reprocess restores what is missing, and the next finds nothing to do (L2). If
    /// not, the request can be reprocessed (L3).
    pub fn check(self, settled: &mut Settled) -> Result<(), Broken> {
        for answer in [Answer::Fulfilled, Answer::Failed(None)] {
            let mut run = self.clone();
            run.follow(answer, settled).map_err(|broken| Broken { then: run.taken, ..broken })?;
        }
        Ok(())
    }

    fn follow(&mut self, answer: Answer, settled: &mut Settled) -> Result<(), Broken> {
        self.settle(answer)?;
        settled.runs += 1;
        settled.longest = settled.longest.max(self.taken.len());
        if self.world.has_ended() {
            return Ok(());
        }
        match self.world.state() {
            Some(AssignmentState::Delivered) => {
                settled.restored += 1;
                self.restore()
            }
            Some(_) if self.world.request == RequestAge::Young => {
                settled.asked_again += 1;
                self.ask_again()
            }
            _ => Ok(()),
        }
    }

    /// L1: a final state is reached and saved, in as many steps as there is work: each action is handed out,
    /// carried out, recorded and saved once. Before that, a save may be lost, and the assignment is loaded,
    /// expired and saved.
    fn settle(&mut self, answer: Answer) -> Result<(), Broken> {
        let work = usize::from(self.world.left.roles) + self.world.actions.len() + self.world.receipts.len();
        let limit = self.taken.len() + 4 + 4 * work;
        while let Some(step) = self.next(answer) {
            hold("L1", self.taken.len() < limit, || format!("no end after {limit} fair steps"))?;
            self.take(step);
        }
        hold("L1", self.world.saved.assignment.state != AssignmentState::Delivering, || {
            "nothing left to do, but it is delivering".into()
        })
    }

    /// L2: what is missing comes back. Afterwards nothing is missing, and nothing is left to do.
    fn restore(&mut self) -> Result<(), Broken> {
        self.reprocess()?;
        let missing = self.gives().without(self.world.directory);
        hold("L2", missing == Roles::default(), || format!("delivered, but {missing} are missing"))?;
        for _ in 0..2 {
            let upshot = self.reprocess()?;
            hold("L2", upshot == Upshot::AcceptedWithNothingToDo, || {
                format!("nothing is missing, but: {upshot:?}")
            })?;
        }
        Ok(())
    }

    /// L3: if delivery has failed, reprocessing the request leads to `delivered`.
    fn ask_again(&mut self) -> Result<(), Broken> {
        let upshot = self.take(self.reprocess_by(Way::Request));
        hold("L3", upshot.is_accepted(), || format!("the request is not reprocessed: {upshot:?}"))?;
        self.settle(Answer::Fulfilled)?;
        hold("L3", self.world.state() == Some(AssignmentState::Delivered), || "not delivered".into())?;
        self.restore()
    }

    /// Reprocesses what is missing, which leads to `delivered`.
    fn reprocess(&mut self) -> Result<Upshot, Broken> {
        let upshot = self.take(self.reprocess_by(Way::Assignment));
        self.settle(Answer::Fulfilled)?;
        hold("L2", self.world.state() == Some(AssignmentState::Delivered), || "not delivered".into())?;
        Ok(upshot)
    }

    fn reprocess_by(&self, way: Way) -> Step {
        Step::Reprocess { way, gives: self.gives(), observed: self.world.directory.truth() }
    }

    fn gives(&self) -> Roles {
        let memory = self.world.memory.as_ref();
        self.world.gives(memory.and_then(|memory| memory.assignment.resource_roles()))
    }

    fn take(&mut self, step: Step) -> Upshot {
        self.taken.push(step);
        self.world.apply(step)
    }

    /// The next step of a host that keeps the contract and never rests while there is work. `None` if there
    /// is no work.
    fn next(&self, answer: Answer) -> Option<Step> {
        let world = &self.world;
        let Some(memory) = &world.memory else { return Some(Step::Load) };
        let expired = memory.assignment.state() == AssignmentState::Expired;
        if memory.owes != Owes::Nothing {
            Some(Step::Save)
        } else if memory.stale {
            Some(Step::Load)
        } else if world.has_ended() && !expired && world.host != Host::NeverExpires {
            Some(Step::Expire)
        } else if !world.receipts.is_empty() {
            Some(Step::Record(0))
        } else if !world.actions.is_empty() {
            Some(Step::CarryOut(0, answer))
        } else {
            memory.assignment.actions().next().map(|_| Step::HandOut(0))
        }
    }
}
