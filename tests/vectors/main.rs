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

use std::collections::BTreeSet;

use access_package::{AssignmentState, Permission, Reason, Role, Step};
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
    let told = format!("{},{:03} cases", cases.len() / 1000, cases.len() % 1000);
    assert!(include_str!("../../README.md").contains(&told), "the README does not say {told}");
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

/// The words that a schema allows at this place.
fn allowed(schema: &str, pointer: &str) -> BTreeSet<String> {
    let schema: serde_json::Value = serde_json::from_str(schema).expect("JSON");
    let words = schema.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is there"));
    serde_json::from_value(words.clone()).expect("words")
}

#[test]
fn the_schemas_allow_every_word_and_no_other() {
    let gate = include_str!("gate.schema.json");
    let case = "/$defs/case/properties";
    let states: BTreeSet<_> = AssignmentState::ALL.iter().map(ToString::to_string).collect();
    let permissions = Permission::ALL.iter().map(ToString::to_string).collect();
    for (pointer, words) in [
        ("/$defs/roleName/enum", Role::ALL.iter().map(|role| role.name().into()).collect()),
        ("/$defs/step/enum", Step::ALL.iter().map(|step| step.code().into()).collect()),
        ("/$defs/reason/enum", Reason::ALL.iter().map(|reason| reason.code().into()).collect()),
        (&format!("{case}/permissions/items/enum"), permissions),
        (&format!("{case}/state/enum"), states.clone()),
    ] {
        assert_eq!(allowed(gate, pointer), words, "gate.schema.json at {pointer}");
    }
    let pointer = "/$defs/stored/properties/state/enum";
    assert_eq!(allowed(include_str!("lifecycle.schema.json"), pointer), states, "lifecycle.schema.json");
}

#[test]
fn every_trace_has_a_name_of_its_own() {
    let mut names: Vec<_> = lifecycle::traces().into_iter().map(|trace| trace.name).collect();
    names.sort();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None);
}
