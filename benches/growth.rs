//! Does the cost grow faster than the number of resource roles?
//!
//! Compares an assignment of many resource roles with ten of a tenth as many. Linear work takes as much, sorting a little
//! more, and quadratic work ten times as much. `.ci/instructions` counts.

mod counted;
mod prepared;
#[path = "../tests/support/mod.rs"]
mod support;

use std::cell::OnceCell;
use std::hint::black_box;
use std::process::ExitCode;

use access_package::graph::json;
use access_package::{Assignment, StoredAssignment, Timestamp, reprocess};
use counted::{Case, call};
use prepared::{delivering, receipts, shuffle};
use serde_json::{Value, json};
use support::{MANAGER, load, member_of};

/// How often a case runs at most.
const MOST: usize = 9;

/// The numbers of resource roles, or of items of a page.
const SIZES: [usize; 2] = [1_000, 10_000];

/// Above 1, because a sort and a look-up take more.
const LIMIT: f64 = 1.6;

/// Makes the work for a size. The work returns something, so that the compiler keeps it.
type Work = fn(usize) -> Box<dyn Fn() -> usize>;

const WORK: [(&str, Work); 9] = [
    ("reprocess", |size| {
        let delivered = support::delivered(size);
        Box::new(move || reprocess(&mut delivered.clone(), MANAGER).map_or(0, Iterator::count))
    }),
    ("actions", |size| {
        let delivering = load(delivering(size));
        Box::new(move || delivering.actions().map(black_box).fold(0, |count, _| count + 1))
    }),
    ("record", |size| {
        let (delivering, receipts) = (load(delivering(size)), receipts(delivering(size)));
        Box::new(move || {
            let mut delivering = delivering.clone();
            receipts.iter().filter(|receipt| delivering.record(receipt, Timestamp::MIN).is_ok()).count()
        })
    }),
    ("load", |size| {
        let mut stored = delivering(size);
        stored.resource_roles.iter_mut().for_each(|entries| shuffle(entries));
        Box::new(move || Assignment::try_from(stored.clone()).map_or(0, |_| 1))
    }),
    ("save", |size| {
        let delivering = load(delivering(size));
        Box::new(move || {
            StoredAssignment::from(&delivering).resource_roles.map_or(0, |entries| entries.len())
        })
    }),
    ("read", |size| {
        let text = serde_json::to_string(&delivering(size)).expect("plain data");
        Box::new(move || serde_json::from_str::<StoredAssignment>(&text).map_or(0, |_| 1))
    }),
    ("write", |size| {
        let stored = delivering(size);
        Box::new(move || serde_json::to_string(&stored).map_or(0, |text| text.len()))
    }),
    ("document", |size| {
        let document = document(size).to_string();
        Box::new(move || json::read(document.as_bytes()).map_or(0, |_| 1))
    }),
    ("page", |size| {
        let page = json!({ "value": vec![document(1); size] }).to_string();
        Box::new(move || json::read_list(page.as_bytes()).map_or(0, |page| page.items.len()))
    }),
];

/// A document of Graph with this number of resource roles.
fn document(size: usize) -> Value {
    let mut document: Value =
        serde_json::from_slice(include_bytes!("../examples/assignment.json")).expect("JSON");
    let mut listed: Vec<_> = (0..).take(size).map(member_of).collect();
    shuffle(&mut listed);
    let listed = listed.into_iter().map(|given| {
        json!({
            "role": { "originSystem": given.origin_system(), "originId": given.role_origin_id() },
            "scope": { "originSystem": given.origin_system(), "originId": given.resource_origin_id() },
        })
    });
    document["accessPackage"]["resourceRoleScopes"] = listed.collect();
    document
}

fn cases() -> Vec<Case<'static>> {
    let nothing = Case { name: "loop".to_owned(), limit: 1.0, sides: [call(|| ()), call(|| ())] };
    let of_size = SIZES.into_iter().flat_map(|size| {
        WORK.into_iter().map(move |(name, work)| {
            // Made only when needed, to have nothing else in memory.
            let side = move |size, times| {
                let made: OnceCell<Box<dyn Fn() -> usize>> = OnceCell::new();
                call(move || {
                    let work = made.get_or_init(|| work(size));
                    (0..times).map(|_| work()).sum::<usize>()
                })
            };
            Case { name: format!("{name}-{size}"), limit: LIMIT, sides: [side(size, 1), side(size / 10, 10)] }
        })
    });
    [nothing].into_iter().chain(of_size).collect()
}

/// Checks that all work has a result.
fn check() {
    for (name, work) in WORK {
        assert!(work(20)() > 0, "{name}");
    }
}

fn main() -> ExitCode {
    counted::run_cases("tenfold", &cases(), MOST, check)
}
