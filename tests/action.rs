//! Actions and receipts as plain data.

mod support;

use access_package::{
    Action, AssignmentState, FailureReason, Fulfillment, Outcome, Receipt, StoredAssignment, Timestamp,
    reprocess,
};
use support::{MANAGER, delivered, load, stored};

fn action(end: Option<Timestamp>) -> Action {
    let assignment =
        StoredAssignment { end, ..stored(AssignmentState::Delivered, &[Fulfillment::Fulfilled]) };
    reprocess(&mut load(assignment), MANAGER).unwrap().next().expect("one action")
}

// R21: the end is exclusive.
#[test]
fn an_action_has_ended_at_its_end_and_after() {
    let at = |ticks| Timestamp::from_unix_ticks(ticks).unwrap();
    let ends = action(Some(at(1_000)));
    assert!(!ends.has_ended(at(999)));
    assert!(ends.has_ended(at(1_000)));
    assert!(ends.has_ended(at(1_001)));
    assert!(!action(None).has_ended(Timestamp::MAX));
}

#[test]
fn a_receipt_says_which_action_it_is_for() {
    for outcome in [Outcome::Fulfilled, Outcome::Failed] {
        let action = action(None);
        let expected = Receipt {
            assignment: action.assignment,
            attempt: action.attempt,
            resource_role: action.resource_role.clone(),
            outcome,
            reason: None,
        };
        assert_eq!(action.receipt(outcome), expected);
    }
}

#[test]
fn a_receipt_of_a_failure_says_why() {
    let reason = FailureReason::new("Request_ResourceNotFound", "the group does not exist");
    let expected = Receipt { reason: Some(reason.clone()), ..action(None).receipt(Outcome::Failed) };
    assert_eq!(action(None).failed(reason), expected);
}

#[test]
fn actions_can_be_cloned_and_stay_empty_at_the_end() {
    let mut assignment = delivered(3);
    let mut actions = reprocess(&mut assignment, MANAGER).unwrap();
    assert_eq!(actions.size_hint(), (0, Some(3)));
    let again = actions.clone();
    assert_eq!(actions.by_ref().count(), 3);
    assert_eq!((actions.next(), actions.size_hint()), (None, (0, Some(0))));
    assert_eq!(again.count(), 3);
}
