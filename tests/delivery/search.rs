//! The search: breadth first, so that the first trace found is a shortest one.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use crate::laws::Broken;
use crate::step::Step;
use crate::world::World;

/// The numbers of a search.
pub struct Report {
    pub states: usize,
    pub transitions: usize,
    pub depth: usize,
    /// The most requests on any path.
    pub requests: u32,
    /// The latest time, in seconds.
    pub latest: u16,
    time: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { states, transitions, depth, requests, latest, time } = self;
        write!(f, "{states} states, {transitions} transitions, depth {depth}, ")?;
        write!(f, "at most {requests} requests and {latest} s; {time:.1?}")
    }
}

/// A law that does not hold, with a shortest trace to it.
pub struct Counterexample {
    pub law: &'static str,
    pub steps: Vec<Step>,
    how: String,
    start: World,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut world = self.start.clone();
        writeln!(f, "{} does not hold for {:?}: {}", self.law, world.kind, self.how)?;
        writeln!(f, "   0. the start\n{world}")?;
        for (place, &step) in self.steps.iter().enumerate() {
            // The last step may be the one that shows it.
            let _ = world.apply(step);
            writeln!(f, "{:4}. {step}\n{world}", place + 1)?;
        }
        write!(f, "      then it says {:?}", world.machine.next(world.now()))
    }
}

/// How a world was reached: it is a start, by its place, or it follows from another world by a step.
#[derive(Clone, Copy)]
enum Link {
    Start(usize),
    Step(usize, Step),
}

#[derive(Default)]
struct Search {
    seen: HashMap<u64, usize>,
    links: Vec<Link>,
    frontier: VecDeque<(usize, usize, World)>,
    /// From which world to which, and whether by a request.
    edges: Vec<(u32, u32, bool)>,
    depth: usize,
    latest: u16,
}

/// Explores everything that can be reached from the starts.
pub fn explore(starts: &[World]) -> Result<Report, Box<Counterexample>> {
    let started = Instant::now();
    let mut search = Search::default();
    for (place, start) in starts.iter().enumerate() {
        search.reach(Link::Start(place), 0, start.clone());
    }
    while let Some((place, depth, world)) = search.frontier.pop_front() {
        let steps = world.steps().map_err(|broken| search.trace(starts, search.links[place], broken))?;
        for step in steps {
            let mut next = world.clone();
            let link = Link::Step(place, step);
            next.apply(step).map_err(|broken| search.trace(starts, link, broken))?;
            let reached = search.reach(link, depth + 1, next);
            let number = |place| u32::try_from(place).expect("not that many");
            search.edges.push((number(place), number(reached), matches!(step, Step::Send(..))));
        }
    }
    let requests = search.longest().map_err(|place| {
        let broken = Broken { law: "D5", how: "it goes round in a cycle".into() };
        search.trace(starts, search.links[place], broken)
    })?;
    Ok(Report {
        states: search.links.len(),
        transitions: search.edges.len(),
        depth: search.depth,
        requests,
        latest: search.latest,
        time: started.elapsed(),
    })
}

impl Search {
    fn reach(&mut self, link: Link, depth: usize, world: World) -> usize {
        // Identified by a hash of 64 bits, as model checkers do.
        let mut hasher = DefaultHasher::new();
        world.hash(&mut hasher);
        let place = self.links.len();
        let known = *self.seen.entry(hasher.finish()).or_insert(place);
        if known == place {
            self.depth = depth;
            self.latest = self.latest.max(world.clock);
            self.frontier.push_back((place, depth, world));
            self.links.push(link);
        }
        known
    }

    /// The most requests on any path, or a world on a cycle or behind one.
    fn longest(&self) -> Result<u32, usize> {
        let count = self.links.len();
        let mut into = vec![0_u32; count];
        let mut first = vec![0; count + 1];
        for &(from, to, _) in &self.edges {
            into[to as usize] += 1;
            first[from as usize + 1] += 1;
        }
        // The edges are in the order of the worlds that they leave.
        (0..count).for_each(|place| first[place + 1] += first[place]);
        let mut ready: Vec<_> = (0..count).filter(|&place| into[place] == 0).collect();
        let mut requests = vec![0_u32; count];
        let mut done = 0;
        while let Some(place) = ready.pop() {
            done += 1;
            for &(_, to, is_request) in &self.edges[first[place]..first[place + 1]] {
                let to = to as usize;
                requests[to] = requests[to].max(requests[place] + u32::from(is_request));
                into[to] -= 1;
                if into[to] == 0 {
                    ready.push(to);
                }
            }
        }
        let circle = into.iter().position(|&into| into > 0);
        assert_eq!(done == count, circle.is_none());
        circle.map_or(Ok(requests.into_iter().max().unwrap_or(0)), Err)
    }

    fn trace(&self, starts: &[World], mut link: Link, broken: Broken) -> Box<Counterexample> {
        let mut steps = Vec::new();
        let start = loop {
            match link {
                Link::Start(start) => break starts[start].clone(),
                Link::Step(place, step) => {
                    steps.push(step);
                    link = self.links[place];
                }
            }
        };
        steps.reverse();
        Box::new(Counterexample { law: broken.law, steps, how: broken.how, start })
    }
}
