//! The search: breadth first, so that the first trace found is a shortest one.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use access_package::AssignmentState;

use crate::host::Upshot;
use crate::laws::{Broken, Laws, check_step};
use crate::liveness::{FairRun, Settled};
use crate::step::{Step, Words};
use crate::world::{Size, World};

/// The numbers of a search.
pub struct Report {
    pub states: usize,
    pub transitions: usize,
    pub depth: usize,
    pub assignments: usize,
    pub refusals: usize,
    pub events: usize,
    pub orders: usize,
    pub settled: Settled,
    pub in_memory: BTreeMap<&'static str, usize>,
    pub upshots: BTreeMap<Upshot, usize>,
    pub time: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { states, transitions, depth, assignments, refusals, events, orders, settled, .. } = self;
        writeln!(f, "  {states} states, {transitions} transitions, depth {depth}, {:.1?}", self.time)?;
        writeln!(
            f,
            "  {assignments} assignments: {refusals} refusals, {events} events, {orders} orders of receipts"
        )?;
        writeln!(f, "  {} fair runs, the longest of {} steps", settled.runs, settled.longest)?;
        let Settled { restored, asked_again, .. } = settled;
        writeln!(
            f,
            "  {restored} of them restored what was missing, {asked_again} by reprocessing the request"
        )?;
        writeln!(f, "  in memory: {:?}", self.in_memory)?;
        writeln!(f, "  steps: {:?}", self.upshots)
    }
}

/// A property that does not hold, with a shortest trace to it.
pub struct Counterexample {
    pub property: &'static str,
    how: String,
    start: World,
    steps: Vec<Step>,
    /// How many of the steps lead to it. The others are fair and show it.
    lead: usize,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} does not hold: {}", self.property, self.how)?;
        let mut world = self.start.clone();
        writeln!(f, "   0. the start\n{world}")?;
        for (place, &step) in self.steps.iter().enumerate() {
            if place == self.lead {
                writeln!(f, "   from here on nothing goes wrong any more")?;
            }
            let words = Words(step, &world).to_string();
            let upshot = world.apply(step);
            writeln!(f, "{:4}. {words} ({upshot:?})\n{world}", place + 1)?;
        }
        Ok(())
    }
}

/// How a world was reached: from which world, and by which step.
type Link = (usize, Option<Step>);

/// Identifies a world by a hash of 64 bits, as model checkers do. Among a million worlds, two share a hash
/// with a probability of about one in thirty million.
fn fingerprint(world: &World) -> u64 {
    let mut hasher = DefaultHasher::new();
    world.hash(&mut hasher);
    hasher.finish()
}

struct Search {
    started: Instant,
    seen: HashSet<u64>,
    links: Vec<Link>,
    frontier: VecDeque<(usize, usize, World)>,
    laws: Laws,
    settled: Settled,
    settled_from: HashSet<u64>,
    transitions: usize,
    depth: usize,
    in_memory: BTreeMap<&'static str, usize>,
    upshots: BTreeMap<Upshot, usize>,
}

/// Explores everything that can be reached from the starts.
pub fn explore(starts: &[World], size: Size) -> Result<Report, Box<Counterexample>> {
    let mut search = Search {
        started: Instant::now(),
        seen: HashSet::new(),
        links: Vec::new(),
        frontier: VecDeque::new(),
        laws: Laws::new(size),
        settled: Settled::default(),
        settled_from: HashSet::new(),
        transitions: 0,
        depth: 0,
        in_memory: BTreeMap::new(),
        upshots: BTreeMap::new(),
    };
    for (place, start) in starts.iter().enumerate() {
        search
            .reach((place, None), 0, start.clone())
            .map_err(|(link, broken)| search.trace(starts, link, broken))?;
    }
    while let Some((place, depth, world)) = search.frontier.pop_front() {
        search.expand(place, depth, &world).map_err(|(link, broken)| search.trace(starts, link, broken))?;
    }
    Ok(search.report())
}

impl Search {
    fn expand(&mut self, place: usize, depth: usize, world: &World) -> Result<(), (Link, Broken)> {
        for step in world.steps() {
            let mut next = world.clone();
            let upshot = next.apply(step);
            self.transitions += 1;
            *self.upshots.entry(upshot).or_default() += 1;
            let link = (place, Some(step));
            check_step(world, step, upshot, &next).map_err(|broken| (link, broken))?;
            self.reach(link, depth + 1, next)?;
        }
        Ok(())
    }

    fn reach(&mut self, link: Link, depth: usize, world: World) -> Result<(), (Link, Broken)> {
        if !self.seen.insert(fingerprint(&world)) {
            return Ok(());
        }
        self.depth = depth;
        let state = world.state().map_or("none", AssignmentState::as_str);
        *self.in_memory.entry(state).or_default() += 1;
        self.laws.check(&world).map_err(|broken| (link, broken))?;
        self.check_liveness(&world).map_err(|broken| (link, broken))?;
        self.frontier.push_back((self.links.len(), depth, world));
        self.links.push(link);
        Ok(())
    }

    /// Worlds that differ only in what might still go wrong are checked once.
    fn check_liveness(&mut self, world: &World) -> Result<(), Broken> {
        for run in FairRun::from(world) {
            if self.settled_from.insert(fingerprint(&run.world)) {
                run.check(&mut self.settled)?;
            }
        }
        Ok(())
    }

    fn trace(&self, starts: &[World], (mut place, mut step): Link, broken: Broken) -> Box<Counterexample> {
        let mut steps = Vec::new();
        while let Some(taken) = step {
            steps.push(taken);
            (place, step) = match self.links[place] {
                // The link of a start holds its place among the starts.
                (start, None) => (start, None),
                link => link,
            };
        }
        steps.reverse();
        let lead = steps.len();
        steps.extend(broken.then);
        let start = starts[place].clone();
        Box::new(Counterexample { property: broken.property, how: broken.how, start, steps, lead })
    }

    fn report(self) -> Report {
        Report {
            states: self.links.len(),
            transitions: self.transitions,
            depth: self.depth,
            assignments: self.laws.assignments(),
            refusals: self.laws.refusals,
            events: self.laws.events,
            orders: self.laws.orders,
            settled: self.settled,
            in_memory: self.in_memory,
            upshots: self.upshots,
            time: self.started.elapsed(),
        }
    }
}
