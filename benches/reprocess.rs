//! What does it cost to reprocess, compared with the [`baseline`] and with copying the same bytes?
//!
//! Inputs are prepared outside the timed part. Times vary from run to run; the counts of `instructions` do not.

mod baseline;
mod prepared;
#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::thread;

use access_package::{Assignment, AssignmentResourceRole, Observed, Role, StoredAssignment};
use baseline::{Record, Subject, read};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use prepared::{Kind, RESOURCE_ROLES, delivered, delivering, look_at};
use support::MANAGER;

fn main() {
    divan::main();
}

fn put<S: Subject>(bencher: Bencher, stored: StoredAssignment, role: Role) {
    let subject = S::load(stored);
    bencher
        .with_inputs(|| subject.clone())
        .bench_local_refs(|subject| read(subject.reprocess(black_box(role))));
}

#[divan::bench(types = [Assignment, Record], args = [1, 5, 20, 100])]
fn accepted<S: Subject>(bencher: Bencher, resource_roles: usize) {
    put::<S>(bencher, delivered(resource_roles), MANAGER);
}

#[divan::bench(types = [Assignment, Record])]
fn refused_by_role<S: Subject>(bencher: Bencher) {
    put::<S>(bencher, delivered(5), Role::UserAdministrator);
}

#[divan::bench(types = [Assignment, Record])]
fn refused_by_state<S: Subject>(bencher: Bencher) {
    put::<S>(bencher, delivering(5), MANAGER);
}

#[divan::bench(types = [Assignment, Record], args = [1, 5, 20, 100])]
fn observed_with_nothing_missing<S: Subject>(bencher: Bencher, resource_roles: usize) {
    let subject = S::load(delivered(resource_roles));
    bencher.with_inputs(|| subject.clone()).bench_local_refs(|subject| {
        read(subject.reprocess_observed(black_box(MANAGER), |_| black_box(Observed::Present)));
    });
}

/// A million, far more than fits a cache. A thousand in a test run.
fn a_million() -> usize {
    let given = |flag| std::env::args().any(|argument| argument == flag);
    if given("--bench") && !given("--test") { 1_000_000 } else { 1_000 }
}

/// The bytes of this number of assignments and their resource roles.
fn bytes<S: Subject>(assignments: usize) -> usize {
    assignments * (size_of::<S>() + RESOURCE_ROLES * size_of::<AssignmentResourceRole>())
}

/// Works on each, over this number of threads.
fn over<S: Send>(threads: usize, subjects: &mut [S], work: impl Fn(&mut S) + Sync) {
    thread::scope(|scope| {
        for part in subjects.chunks_mut(subjects.len().div_ceil(threads)) {
            let work = &work;
            scope.spawn(move || part.iter_mut().for_each(work));
        }
    });
}

/// Reprocesses all of them over this number of threads, and reads each action in place.
#[divan::bench(types = [Assignment, Record], args = Kind::ALL, consts = [1, 2], sample_count = 10, sample_size = 1)]
fn a_million_reprocessed<S: Subject, const THREADS: usize>(bencher: Bencher, kind: Kind) {
    let count = a_million();
    let bencher = bencher.counter(ItemsCount::new(count)).counter(BytesCount::new(bytes::<S>(count)));
    bencher.with_inputs(|| kind.assignments(count, S::load)).bench_local_refs(|subjects| {
        over(THREADS, subjects, |subject| read(subject.reprocess(black_box(MANAGER))));
    });
}

/// The same without actions: looks at what is owed where it is stored, so that nothing is shared.
#[divan::bench(args = Kind::ALL, consts = [1, 2], sample_count = 10, sample_size = 1)]
fn a_million_looked_at<const THREADS: usize>(bencher: Bencher, kind: Kind) {
    let count = a_million();
    bencher.with_inputs(|| kind.assignments(count, support::load)).bench_local_refs(|subjects| {
        over(THREADS, subjects, look_at);
    });
}

/// Copies as many bytes, over this number of threads. Both places are already in memory.
///
/// A copy touches each byte in two places, reprocessing in one: a yardstick, not a contest.
#[divan::bench(args = [1, 2], sample_count = 10, sample_size = 1)]
fn a_million_copied(bencher: Bencher, threads: usize) {
    let count = a_million();
    let length = bytes::<Assignment>(count);
    let (from, mut to) = (vec![1_u8; length], vec![2_u8; length]);
    let part = length.div_ceil(threads);
    let bencher = bencher.counter(ItemsCount::new(count)).counter(BytesCount::new(length));
    bencher.bench_local(|| {
        thread::scope(|scope| {
            for (from, to) in from.chunks(part).zip(to.chunks_mut(part)) {
                scope.spawn(|| black_box(to).copy_from_slice(black_box(from)));
            }
        });
    });
}
