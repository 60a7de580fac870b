//! The events in the life of an assignment, and how often they occur.

use access_package::{AssignmentState, Fulfillment, Observed, Outcome, Role, SubjectType, Timestamp};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::naive::{Naive, Package, Request, Why};
use crate::roles::{RESOURCE_ROLES, unholdable};

#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// With an observation for every resource role, or with no look.
    Reprocess(Role, Option<Vec<Observed>>),
    /// By a request or directly, at this many ticks after the end, with what the package gives now, and an
    /// observation for every resource role.
    Ask(Role, Option<Request>, Vec<usize>, Vec<Observed>, i64),
    /// At this many ticks after the end.
    Answer(Asked, Outcome, Why, i64),
    /// A receipt that does not answer an action, or does so only by chance.
    Forge {
        assignment: u128,
        attempts_ahead: u32,
        resource_role: usize,
        outcome: Outcome,
        after: i64,
    },
    /// At this many ticks after the end.
    Expire(i64),
    SaveAndLoad,
}

/// The action to answer.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    /// A remaining action.
    Remaining(Index),
    /// Any action that was handed out: the answer is late, repeated or different.
    Before(Index),
}

/// The assignment that the runs are about.
pub(crate) const ASSIGNMENT: u128 = 0xa;

/// An assignment before its first step: in any state, most often delivered.
pub(crate) fn start() -> impl Strategy<Value = Naive> {
    let package = prop_oneof![
        1 => select(AssignmentState::ALL).prop_map(Package::Unknown),
        3 => given(Just(Fulfillment::Fulfilled).boxed()),
        4 => given(
            select(vec![
                Fulfillment::Pending,
                Fulfillment::Failed,
                Fulfillment::Unenforceable,
                Fulfillment::Fulfilled,
            ])
            .boxed(),
        ),
    ];
    let attempt = prop_oneof![select(vec![0, u32::MAX - 2, u32::MAX - 1, u32::MAX]), any::<u32>()];
    let end =
        prop_oneof![Just(None), select(vec![Timestamp::MIN, at(0), at(7), Timestamp::MAX]).prop_map(Some)];
    let target_type = proptest::option::of(select(SubjectType::ALL));
    let fields = (package, attempt, target_type, end, prop::bool::weighted(0.05));
    fields.prop_map(|(package, attempt, target_type, end, expired)| Naive {
        assignment: ASSIGNMENT,
        attempt,
        target_type,
        cannot_hold: unholdable(target_type),
        end: end.map(Timestamp::unix_ticks),
        expired,
        package,
        heard: Vec::new(),
    })
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 1..80)
}

fn step() -> impl Strategy<Value = Step> {
    let seen = proptest::option::of(vec(observation(), RESOURCE_ROLES.len()));
    let reprocess = (caller(), seen).prop_map(|(role, seen)| Step::Reprocess(role, seen));
    let asked = prop_oneof![
        2 => any::<Index>().prop_map(Asked::Remaining),
        1 => any::<Index>().prop_map(Asked::Before),
    ];
    let why = select(vec![None, Some(0), Some(1), Some(2)]);
    let answer = (asked, outcome(), why, when())
        .prop_map(|(asked, outcome, why, after)| Step::Answer(asked, outcome, why, after));
    let request = proptest::option::weighted(0.7, request());
    let ask = (caller(), request, vec(number(), 0..5), vec(observation(), RESOURCE_ROLES.len()), when())
        .prop_map(|(role, request, gives, seen, after)| Step::Ask(role, request, gives, seen, after));
    prop_oneof![
        4 => reprocess,
        8 => ask,
        14 => answer,
        6 => forgery(),
        2 => prop_oneof![9 => -2..0_i64, 1 => 0..2_i64].prop_map(Step::Expire),
        1 => Just(Step::SaveAndLoad),
    ]
}

/// In ticks after the end; usually before it.
fn when() -> impl Strategy<Value = i64> {
    prop_oneof![60 => -2..0_i64, 1 => 0..2_i64]
}

/// A request that can be reprocessed, or one that cannot, usually for one cause.
fn request() -> impl Strategy<Value = Request> {
    use AssignmentState::{DeliveryFailed, PartiallyDelivered};
    let mostly = || prop::bool::weighted(0.9);
    let state =
        prop_oneof![8 => select(vec![DeliveryFailed, PartiallyDelivered]), 1 => select(AssignmentState::ALL)];
    let days = 12_096_000_000_000_i64;
    let age = select(vec![-1, 0, 1, days - 1, days - 1, days, days + 1]);
    (mostly(), mostly(), mostly(), state, age).prop_map(
        |(is_for_this, asks_for_access, is_newest, state, age)| Request {
            is_for_this,
            asks_for_access,
            is_newest,
            state,
            age,
        },
    )
}

fn caller() -> impl Strategy<Value = Role> {
    prop_oneof![4 => Just(Role::CatalogOwner), 1 => select(Role::ALL)]
}

fn observation() -> impl Strategy<Value = Observed> {
    use Observed::{Absent, Present, Unenforceable, Unknown};
    select(vec![Unknown, Unknown, Absent, Present, Present, Present, Unenforceable, Unenforceable])
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![3 => Just(Outcome::Fulfilled), 2 => Just(Outcome::Failed)]
}

fn forgery() -> impl Strategy<Value = Step> {
    let assignment = prop_oneof![5 => Just(ASSIGNMENT), 1 => Just(ASSIGNMENT + 1)];
    // This attempt, its neighbors, and the one that is farthest away.
    let attempts_ahead = prop_oneof![4 => Just(0), 2 => select(vec![1, 2, u32::MAX - 1, u32::MAX, 1 << 31])];
    (assignment, attempts_ahead, number(), outcome(), when()).prop_map(
        |(assignment, attempts_ahead, resource_role, outcome, after)| Step::Forge {
            assignment,
            attempts_ahead,
            resource_role,
            outcome,
            after,
        },
    )
}

fn given(fulfillment: BoxedStrategy<Fulfillment>) -> impl Strategy<Value = Package> {
    btree_map(number(), fulfillment, 0..5).prop_map(Package::Gives)
}

/// The number of a resource role. Some numbers are frequent, so that they collide.
fn number() -> impl Strategy<Value = usize> {
    prop_oneof![2 => select(vec![1, 4, 6, 9]), 1 => 0..RESOURCE_ROLES.len()]
}

fn at(ticks: i64) -> Timestamp {
    Timestamp::from_unix_ticks(ticks).expect("near 1970")
}
