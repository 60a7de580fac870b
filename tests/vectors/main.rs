//! The rules as vectors, for those who write in other languages: `gate.json` and `lifecycle.json`, which
//! the README beside them explains. Here they are made from the crate, and held to be up to date.
//! `UPDATE=1 cargo test --all-features --test vectors` makes them anew.
#![cfg(feature = "serde")]

mod gate;
#[path = "../support/golden.rs"]
mod golden;
mod lifecycle;
#[path = "../support/mod.rs"]
mod support;

use golden::hold;
use serde::Serialize;

/// The version of both files. Another one says that their form has changed.
const VERSION: u32 = 1;

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data")
}

#[test]
fn the_gate_is_up_to_date() {
    let cases = gate::cases();
    println!("{} cases", cases.len());
    let lines: Vec<_> = cases.iter().map(json).collect();
    let header =
        format!("{{\"version\":{VERSION},\n\"assignment\":{},\n\"cases\":[\n", json(&gate::Given::new()));
    hold("tests/vectors/gate.json", &format!("{header}{}\n]}}\n", lines.join(",\n")));
}

#[test]
fn the_lifecycle_is_up_to_date() {
    let (loads, traces) = (lifecycle::loads(), lifecycle::traces());
    println!("{} loads, {} traces", loads.len(), traces.len());
    let told = format!("{} traces", traces.len());
    assert!(include_str!("../../README.md").contains(&told), "the README does not say {told}");
    let loads: Vec<_> = loads.iter().map(json).collect();
    let traces: Vec<_> = traces.iter().map(lifecycle::Trace::lines).collect();
    let (loads, traces) = (loads.join(",\n"), traces.join(",\n"));
    let current =
        format!("{{\"version\":{VERSION},\n\"loads\":[\n{loads}\n],\n\"traces\":[\n{traces}\n]}}\n");
    hold("tests/vectors/lifecycle.json", &current);
}

#[test]
fn every_trace_has_a_name_of_its_own() {
    let mut names: Vec<_> = lifecycle::traces().into_iter().map(|trace| trace.name).collect();
    names.sort();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None);
}
