//! Every move that an assignment can make, found by trying.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use access_package::{
    Assignment, AssignmentState, Fulfillment, Observed, Outcome, StoredAssignment, Timestamp,
    reprocess_observed,
};

use crate::support::{Lacks, MANAGER, caller, every_list, member_of, stored};

/// The event that makes an assignment move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    Reprocess,
    ReprocessRequest,
    Record,
    Expire,
}

impl Event {
    pub const ALL: [Self; 4] = [Self::Reprocess, Self::ReprocessRequest, Self::Record, Self::Expire];

    pub fn name(self) -> &'static str {
        match self {
            Self::Reprocess => "reprocess",
            Self::ReprocessRequest => "reprocess request",
            Self::Record => "record",
            Self::Expire => "expire",
        }
    }
}

/// A move: the index of a state, the event, and the index of the state after it.
pub type Move = (usize, Event, usize);

const RESOURCE_ROLES: usize = 3;

fn is_call(event: Event) -> bool {
    match event {
        Event::Reprocess | Event::ReprocessRequest => true,
        Event::Record | Event::Expire => false,
    }
}

fn place(state: AssignmentState) -> usize {
    AssignmentState::ALL.iter().position(|&other| other == state).expect("one of all")
}

/// Every assignment with up to three resource roles that loads.
fn assignments() -> impl Iterator<Item = Assignment> {
    use Fulfillment::{Failed, Fulfilled, Pending, Unenforceable};
    let fulfillments = (0..=RESOURCE_ROLES)
        .flat_map(|length| every_list(&[Pending, Failed, Unenforceable, Fulfilled], length));
    let in_each_state = |fulfillments: Vec<_>| {
        AssignmentState::ALL
            .iter()
            .map(move |&state| StoredAssignment { end: Some(Timestamp::MAX), ..stored(state, &fulfillments) })
    };
    fulfillments.flat_map(in_each_state).filter_map(|stored| stored.try_into().ok())
}

/// The assignment after it was reprocessed, for all observations of its resource roles.
fn reprocessed(before: &Assignment) -> Vec<Assignment> {
    let seen = [Observed::Present, Observed::Absent, Observed::Unknown, Observed::Unenforceable];
    let length = before.resource_roles().expect("known").len();
    let answers = every_list(&seen, length).into_iter();
    let after = answers.filter_map(|answers| {
        let mut assignment = before.clone();
        let mut answers = answers.into_iter();
        reprocess_observed(&mut assignment, MANAGER, |_| answers.next().expect("an answer for each")).ok()?;
        Some(assignment)
    });
    after.collect()
}

/// The assignment after its request was reprocessed, for all observations of its resource roles.
fn request_reprocessed(before: &Assignment) -> Vec<Assignment> {
    let seen = [Observed::Present, Observed::Absent, Observed::Unknown, Observed::Unenforceable];
    let known = before.resource_roles().expect("known").iter().map(|role| role.resource_role.clone());
    let known: Vec<_> = known.collect();
    let caller = caller(Lacks::Nothing);
    let after = every_list(&seen, known.len()).into_iter().filter_map(|answers| {
        let authority = caller.authority(Some(before.catalog())).expect("it may");
        let request = crate::gate::request(before.state());
        let admitted = authority.admit_request(before.clone(), &request, Timestamp::MIN).ok()?;
        let mut answers = answers.into_iter();
        let observe = |_: &_| answers.next().expect("an answer for each");
        Some(admitted.reprocess_observed(known.clone(), observe).saved())
    });
    after.collect()
}

/// The assignment after one more outcome of one of its actions.
fn recorded(before: &Assignment) -> Vec<Assignment> {
    let number = before.resource_roles().expect("known").len() as u128;
    let receipts = (0..number).flat_map(|number| {
        [Outcome::Fulfilled, Outcome::Failed].map(|outcome| access_package::Receipt {
            assignment: before.id(),
            attempt: before.attempt(),
            resource_role: member_of(number),
            outcome,
            reason: None,
        })
    });
    let after = receipts.map(|receipt| {
        let mut assignment = before.clone();
        let _ = assignment.record(&receipt, Timestamp::MIN).expect("a receipt of its own");
        assignment
    });
    after.collect()
}

/// The assignment after its end.
fn ended(before: &Assignment) -> Vec<Assignment> {
    let mut assignment = before.clone();
    let _ = assignment.expire(Timestamp::MAX);
    vec![assignment]
}

/// Every possible move. A move that stays in the same state counts only if a call was accepted.
pub fn moves() -> BTreeSet<Move> {
    let mut moves = BTreeSet::new();
    for before in assignments() {
        for event in Event::ALL {
            let after = match event {
                Event::Reprocess => reprocessed(&before),
                Event::ReprocessRequest => request_reprocessed(&before),
                Event::Record => recorded(&before),
                Event::Expire => ended(&before),
            };
            let after = after.into_iter().filter(|after| is_call(event) || after.state() != before.state());
            moves.extend(after.map(|after| (place(before.state()), event, place(after.state()))));
        }
    }
    moves
}

/// From, by and to, as Rust comments.
pub fn table(moves: &BTreeSet<Move>) -> String {
    let mut table = format!("//! {:<20} {:<19} to\n", "from", "by");
    for (from, state) in AssignmentState::ALL.iter().enumerate() {
        for event in Event::ALL {
            let to = moves.iter().filter(|(other, by, _)| (*other, *by) == (from, event));
            let to: Vec<_> = to.map(|&(.., to)| AssignmentState::ALL[to].as_str()).collect();
            if !to.is_empty() {
                writeln!(table, "//! {state:<20} {:<19} {}", event.name(), to.join(", ")).unwrap();
            }
        }
    }
    table
}
