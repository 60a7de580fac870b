//! The questions, and the sides that answer them.

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use access_package::{Assignment, AssignmentResourceRole, AssignmentState};
use peers::baseline::{Record, read};
use peers::engine::{Baseline, CachedCasbin, Casbin, Cedar, Cel, Crate, Engine, Rego, RegoVm};
use peers::machine::{Life, Machine};
use peers::prepared::{RESOURCE_ROLES, delivered};
use peers::question::{Question, Text, every_point};
use peers::support::{Lacks, MANAGER, caller, in_state};

use crate::measure::{Case, Instant, heap};

pub const EMPTY: &str = "an empty call";
pub const COPY: &str = "copying their bytes";
pub const READ: &str = "reading their bytes";

pub const ALLOWED: &str = "allowed";
pub const REFUSALS: [&str; 4] = ["no role", "no permission", "out of scope", "wrong state"];
pub const IN_TURN: &str = "different each time";
pub const FROM_TEXT: &str = "allowed, from text";

/// The numbers of resource roles.
pub const SIZES: [usize; 5] = [1, 5, 20, 100, 1_000];

pub const MILLION: usize = 1_000_000;
pub const THREADS: [usize; 2] = [1, 2];

fn questions() -> [(&'static str, Question); 5] {
    let question =
        |lacks, state| Question { caller: caller(lacks), assignment: in_state(state), request: None };
    let [role, permission, scope, state] = REFUSALS;
    [
        (ALLOWED, question(Lacks::Nothing, AssignmentState::Delivered)),
        (role, question(Lacks::Role, AssignmentState::Delivered)),
        (permission, question(Lacks::Permission, AssignmentState::Delivered)),
        (scope, question(Lacks::Scope, AssignmentState::Delivered)),
        (state, question(Lacks::Nothing, AssignmentState::Delivering)),
    ]
}

/// The allowed call.
pub fn allowed() -> Question {
    let [(_, question), ..] = questions();
    question
}

/// Some points of every kind: the step has no divisor in common with the numbers of states, levels or roles.
fn some_points() -> Vec<Text> {
    every_point().iter().step_by(157).map(Text::from).collect()
}

fn decisions_of<E: Engine + 'static>(cases: &mut Vec<Case<'static>>) {
    let engine = Rc::new(RefCell::new(E::new()));
    for (name, question) in questions() {
        let text = Text::from(&question);
        let prepared = engine.borrow_mut().prepare(&text);
        assert_eq!(engine.borrow_mut().decide(&prepared), question.answer(), "{name}: {}", E::NAME);
        let asked = Rc::clone(&engine);
        cases.push(Case::repeated(name, E::NAME, move || asked.borrow_mut().decide(black_box(&prepared))));
        if name == ALLOWED {
            let asked = Rc::clone(&engine);
            cases.push(Case::repeated(FROM_TEXT, E::NAME, move || {
                let mut engine = asked.borrow_mut();
                let prepared = engine.prepare(black_box(&text));
                engine.decide(black_box(&prepared))
            }));
        }
    }
    // Its own engine, because it must know many callers.
    let mut engine = E::new();
    let points: Vec<_> = some_points().iter().map(|text| engine.prepare(text)).collect();
    let mut next = 0;
    cases.push(Case::repeated(IN_TURN, E::NAME, move || {
        let answer = engine.decide(black_box(&points[next]));
        next = if next + 1 == points.len() { 0 } else { next + 1 };
        answer
    }));
}

#[inline(never)]
fn empty(question: &Question) -> bool {
    black_box(question);
    true
}

pub fn decisions() -> Vec<Case<'static>> {
    let mut cases = Vec::new();
    decisions_of::<Crate>(&mut cases);
    decisions_of::<Baseline>(&mut cases);
    decisions_of::<Cedar>(&mut cases);
    decisions_of::<Rego>(&mut cases);
    decisions_of::<RegoVm>(&mut cases);
    decisions_of::<Cel>(&mut cases);
    decisions_of::<Casbin>(&mut cases);
    decisions_of::<CachedCasbin>(&mut cases);
    let question = allowed();
    cases.push(Case::repeated(ALLOWED, EMPTY, move || empty(black_box(&question))));
    cases
}

/// The bytes of an assignment and its resource roles.
fn bytes(resource_roles: usize) -> usize {
    size_of::<Assignment>() + resource_roles * size_of::<AssignmentResourceRole>()
}

/// Few enough to stay in a cache. Memory has its own measurement.
pub fn inputs(resource_roles: usize) -> usize {
    (2_000 / resource_roles).clamp(1, 500)
}

fn reprocess_of<L: Life + 'static>(cases: &mut Vec<Case<'static>>) {
    for size in SIZES {
        let life = L::load(delivered(size));
        let call = |life: &mut L| read(life.reprocess(black_box(MANAGER)));
        cases.push(Case::consuming(size.to_string(), L::NAME, inputs(size), move || life.clone(), call));
    }
}

pub fn reprocess() -> Vec<Case<'static>> {
    let mut cases = Vec::new();
    reprocess_of::<Assignment>(&mut cases);
    reprocess_of::<Record>(&mut cases);
    reprocess_of::<Machine>(&mut cases);
    for size in SIZES {
        let prepare = move || (vec![1_u8; bytes(size)], vec![2_u8; bytes(size)]);
        let call = |(from, to): &mut (Vec<u8>, Vec<u8>)| black_box(to).copy_from_slice(black_box(from));
        cases.push(Case::consuming(size.to_string(), COPY, inputs(size), prepare, call));
    }
    cases
}

/// Works on all parts, each on its own thread. Returns the time of the slowest thread.
pub fn timed<T: Send>(parts: impl Iterator<Item = T>, work: impl Fn(T) + Sync) -> Duration {
    let timed = &|part| {
        let start = Instant::now();
        work(part);
        start.elapsed()
    };
    thread::scope(|scope| {
        let threads: Vec<_> = parts.map(|part| scope.spawn(move || timed(part))).collect();
        let each = threads.into_iter().map(|thread| thread.join().expect("no panic"));
        each.max().unwrap_or_default()
    })
}

fn million_of<L: Life + 'static>(cases: &mut Vec<Case<'static>>) {
    let life = L::load(delivered(RESOURCE_ROLES));
    for threads in THREADS {
        let life = life.clone();
        cases.push(Case::long(threads.to_string(), L::NAME, move || {
            let mut lives = vec![life.clone(); MILLION];
            timed(lives.chunks_mut(MILLION.div_ceil(threads)), |part| {
                for life in part {
                    read(life.reprocess(black_box(MANAGER)));
                }
            })
        }));
    }
}

pub fn million() -> Vec<Case<'static>> {
    let mut cases = Vec::new();
    million_of::<Assignment>(&mut cases);
    million_of::<Record>(&mut cases);
    million_of::<Machine>(&mut cases);
    let words = MILLION * bytes(RESOURCE_ROLES) / size_of::<u64>();
    for threads in THREADS {
        let part = words.div_ceil(threads);
        // Made in each round, like the assignments: both places are in memory, and not in a cache.
        cases.push(Case::long(threads.to_string(), COPY, move || {
            let (from, mut to) = (vec![1_u64; words], vec![2_u64; words]);
            timed(from.chunks(part).zip(to.chunks_mut(part)), |(from, to)| {
                black_box(to).copy_from_slice(black_box(from));
            })
        }));
        cases.push(Case::long(threads.to_string(), READ, move || {
            let from = vec![1_u64; words];
            timed(from.chunks(part), |from| {
                black_box(black_box(from).iter().fold(0, |sum: u64, word| sum.wrapping_add(*word)));
            })
        }));
    }
    cases
}

/// The bytes of a million assignments on each side, and the bytes that are copied.
pub fn memory() -> Vec<(&'static str, usize)> {
    fn of<L: Life>() -> (&'static str, usize) {
        let life = L::load(delivered(RESOURCE_ROLES));
        (L::NAME, heap(|| vec![life; MILLION]).0)
    }
    vec![of::<Assignment>(), of::<Record>(), of::<Machine>(), (COPY, MILLION * bytes(RESOURCE_ROLES))]
}
