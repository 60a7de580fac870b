//! A crash at any time loses nothing: the loaded assignment has the remaining actions (R22).

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use access_package::{
    Action, Assignment, AssignmentState, FailureReason, Observed, Outcome, Recorded, StoredAssignment,
    Timestamp, reprocess_observed,
};
use support::{Lacks, MANAGER, caller, delivered, every_list, load, member_of, save_and_load};

/// Before the end of every assignment here.
const NOW: Timestamp = Timestamp::MIN;

const OBSERVED: [Observed; 4] =
    [Observed::Present, Observed::Absent, Observed::Unknown, Observed::Unenforceable];

/// Whether an action follows from what was observed (R18, R19, R20).
fn is_owed(observed: Observed) -> bool {
    match observed {
        Observed::Absent | Observed::Unknown => true,
        Observed::Present | Observed::Unenforceable => false,
    }
}

fn end() -> Timestamp {
    Timestamp::from_unix_ticks(1).expect("in range")
}

/// A delivered assignment with an end.
fn ending(resource_roles: usize) -> Assignment {
    let stored = StoredAssignment::from(&delivered(resource_roles));
    load(StoredAssignment { end: Some(end()), ..stored })
}

/// Crashes: the saved assignment is loaded, and these actions remain.
fn crash(assignment: &Assignment, remaining: &[Action]) -> Assignment {
    let loaded = save_and_load(assignment);
    assert_eq!(&loaded, assignment);
    assert!(loaded.actions().eq(remaining.iter().cloned()), "{loaded:?}, {remaining:?}");
    assert_eq!(loaded.state() == AssignmentState::Delivering, !remaining.is_empty());

    // R21: an expired assignment has no actions, not even after a crash.
    let mut expired = loaded.clone();
    assert!(expired.expire(end()).is_some());
    assert_eq!(save_and_load(&expired), expired);
    assert_eq!(expired.actions().count(), 0);
    loaded
}

/// Crashes, and then continues with every order of the remaining receipts.
fn crash_and_go_on(assignment: &Assignment, remaining: &[Action]) {
    let loaded = crash(assignment, remaining);
    for (at, action) in remaining.iter().enumerate() {
        let others = [&remaining[..at], &remaining[at + 1..]].concat();
        let reason = FailureReason::new("code", "words");
        for receipt in [action.clone().receipt(Outcome::Fulfilled), action.clone().failed(reason)] {
            let mut next = loaded.clone();
            assert!(matches!(next.record(&receipt, NOW), Ok(Recorded::Changed(_))), "{receipt:?}");
            crash_and_go_on(&next, &others);
        }
    }
}

#[test]
fn after_every_step_the_remaining_actions_survive_a_crash() {
    for observations in (0..=3).flat_map(|length| every_list(&OBSERVED, length)) {
        // The access package no longer gives the last one.
        let before = ending(observations.len() + 1);
        crash(&before, &[]);

        let gives_now: Vec<_> = (0..).take(observations.len()).map(member_of).collect();
        let mut seen = observations.iter().copied();
        let authority = caller(Lacks::Nothing).authority(Some(before.catalog())).expect("allowed");
        let admitted = authority.admit(before.clone(), NOW).expect("delivered");
        let unsaved = admitted.reprocess_observed(gives_now, |_| seen.next().expect("one for each"));
        let stored = unsaved.stored();
        let assignment = unsaved.saved();
        assert_eq!(load(stored), assignment);
        let actions: Vec<_> = assignment.actions().collect();
        let owed = (0..).zip(&observations).filter(|(_, observed)| is_owed(**observed));
        let expected = owed.map(|(number, _)| Action {
            assignment: before.id(),
            attempt: before.attempt() + 1,
            target: before.target(),
            resource_role: member_of(number),
            end: before.end(),
        });
        assert!(expected.eq(actions.iter().cloned()), "{observations:?}");
        crash_and_go_on(&assignment, &actions);
    }
}

#[test]
fn a_panic_while_observing_leaves_a_whole_assignment() {
    for observations in (0..=3).flat_map(|length| every_list(&OBSERVED, length)) {
        // `observe` panics at the first resource role without an observation. One more follows.
        let before = ending(observations.len() + 2);
        let mut assignment = before.clone();
        let mut seen = observations.iter().copied();
        // Unwinds without printing a panic.
        let observe = |_: &_| seen.next().unwrap_or_else(|| resume_unwind(Box::new("observe")));
        let call = AssertUnwindSafe(|| reprocess_observed(&mut assignment, MANAGER, observe).map(drop));
        assert!(catch_unwind(call).is_err());

        assert_eq!(assignment.state(), AssignmentState::Delivering);
        assert_eq!(assignment.attempt(), before.attempt() + 1);
        let not_observed = [Observed::Unknown; 2];
        let owed =
            (0..).zip(observations.iter().chain(&not_observed)).filter(|(_, observed)| is_owed(**observed));
        let owed: Vec<_> = owed.map(|(number, _)| member_of(number)).collect();
        let actions: Vec<_> = assignment.actions().collect();
        assert!(actions.iter().map(|action| &action.resource_role).eq(&owed), "{observations:?}");
        crash(&assignment, &actions);
    }
}
