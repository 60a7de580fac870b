//! Clock, rounds and counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt;
use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Many, so that a temporary disturbance does not move the median.
pub const ROUNDS: usize = 25;

/// Rounds of long cases.
pub const FEW_ROUNDS: usize = 5;

/// How long one case runs within a round: long compared with the clock's resolution, short compared with disturbances.
const SLICE: Duration = Duration::from_millis(4);

/// The processor time of a thread. It does not count the time of other work on the machine. That work also evicts caches,
/// which no clock can leave out.
#[derive(Clone, Copy)]
pub struct Instant(Duration);

impl Instant {
    pub fn now() -> Self {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Self(Duration::try_from(time).expect("since the thread began"))
    }

    pub fn elapsed(self) -> Duration {
        Self::now().0.saturating_sub(self.0)
    }
}

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, with counts per thread. Counting costs every side the same: two additions per allocation.
struct Counting;

fn count(allocations: usize, gained: usize, lost: usize) {
    ALLOCATIONS.set(ALLOCATIONS.get() + allocations);
    LIVE.set(LIVE.get().wrapping_add(gained).wrapping_sub(lost));
}

// SAFETY: everything is done by `System`; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size(), 0);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size(), 0);
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size, layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, 0, layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// How often this allocates.
pub fn allocations<T>(run: impl FnOnce() -> T) -> usize {
    let before = ALLOCATIONS.get();
    black_box(run());
    ALLOCATIONS.get() - before
}

/// How many bytes the result occupies on the heap.
pub fn heap<T>(make: impl FnOnce() -> T) -> (usize, T) {
    let before = LIVE.get();
    let value = make();
    (LIVE.get().wrapping_sub(before), value)
}

/// The nanoseconds of all rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Time {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Time {
    fn of(rounds: &[f64]) -> Self {
        let mut sorted = rounds.to_vec();
        sorted.sort_by(f64::total_cmp);
        Self { median: sorted[sorted.len() / 2], min: sorted[0], max: sorted[sorted.len() - 1] }
    }
}

/// Nanoseconds in a readable unit.
pub struct Spoken(pub f64);

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(ns) = *self;
        let (value, unit) = match ns {
            ..1e3 => (ns, "ns"),
            ..1e6 => (ns / 1e3, "µs"),
            ..1e9 => (ns / 1e6, "ms"),
            _ => (ns / 1e9, "s"),
        };
        let digits = usize::from(value < 10.0);
        write!(f, "{value:.digits$} {unit}")
    }
}

/// What is measured: a question, and the side that answers it.
pub struct Case<'a> {
    pub question: String,
    pub who: &'static str,
    /// For one call.
    pub allocations: usize,
    /// The nanoseconds of one call, on average over one round.
    round: Box<dyn FnMut() -> f64 + 'a>,
    rounds: Vec<f64>,
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn each(elapsed: Duration, calls: usize) -> f64 {
    elapsed.as_nanos() as f64 / calls as f64
}

impl<'a> Case<'a> {
    /// A call that can be repeated on the same input.
    pub fn repeated<T>(
        question: impl Into<String>,
        who: &'static str,
        mut call: impl FnMut() -> T + 'a,
    ) -> Self {
        black_box(call()); // do not count what is made once and kept
        let allocations = allocations(&mut call);
        let mut calls = 1;
        let round = move || loop {
            let start = Instant::now();
            for _ in 0..calls {
                black_box(call());
            }
            let elapsed = start.elapsed();
            if elapsed >= SLICE {
                break each(elapsed, calls);
            }
            calls *= 2;
        };
        Self::new(question, who, allocations, round)
    }

    /// A call that uses up its input: prepares this number of inputs, then uses all of them.
    pub fn consuming<I>(
        question: impl Into<String>,
        who: &'static str,
        inputs: usize,
        mut prepare: impl FnMut() -> I + 'a,
        mut call: impl FnMut(&mut I) + 'a,
    ) -> Self {
        let allocations = {
            let mut input = prepare();
            allocations(|| call(&mut input))
        };
        let round = move || {
            let (mut elapsed, mut calls) = (Duration::ZERO, 0);
            while elapsed < SLICE {
                let mut prepared: Vec<_> = (0..inputs).map(|_| prepare()).collect();
                let start = Instant::now();
                for input in &mut prepared {
                    call(black_box(input));
                }
                elapsed += start.elapsed();
                calls += inputs;
            }
            each(elapsed, calls)
        };
        Self::new(question, who, allocations, round)
    }

    /// One long call per round, which times itself.
    pub fn long(
        question: impl Into<String>,
        who: &'static str,
        mut call: impl FnMut() -> Duration + 'a,
    ) -> Self {
        Self::new(question, who, 0, move || each(call(), 1))
    }

    fn new(
        question: impl Into<String>,
        who: &'static str,
        allocations: usize,
        round: impl FnMut() -> f64 + 'a,
    ) -> Self {
        Self { question: question.into(), who, allocations, round: Box::new(round), rounds: vec![] }
    }
}

/// A result.
pub struct Figure {
    pub question: String,
    pub who: &'static str,
    pub allocations: usize,
    pub time: Time,
}

/// Runs every case once per round, so that a temporary disturbance affects all of them.
pub fn run(mut cases: Vec<Case>, rounds: usize) -> Vec<Figure> {
    for round in 0..=rounds {
        eprint!("\r{round} of {rounds} rounds of {} cases", cases.len());
        for case in &mut cases {
            let time = (case.round)();
            // The first finds out how often to call, and warms up.
            if round > 0 {
                case.rounds.push(time);
            }
        }
    }
    eprintln!();
    let figure = |case: Case| Figure {
        time: Time::of(&case.rounds),
        question: case.question,
        who: case.who,
        allocations: case.allocations,
    };
    cases.into_iter().map(figure).collect()
}
