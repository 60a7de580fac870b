//! The rules as vectors for other languages: `gate.json` and `lifecycle.json`, which the README beside them
//! explains. This test makes them from the crate.
#![cfg(feature = "serde")]

mod answers;
mod gate;
#[path = "../support/golden.rs"]
mod golden;
mod lifecycle;
mod loads;
#[path = "../support/mod.rs"]
mod support;
mod trace;

use access_package::{AssignmentState, Reason, Role, Step};
use golden::{hold, hold_between, hold_block};
use serde::Serialize;

/// The version of all files. It rises when the form of a file changes, or the meaning of a word in it.
const VERSION: u32 = 4;

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data")
}

const README: &str = "tests/vectors/README.md";

#[test]
fn the_gate() {
    let cases = gate::cases();
    let lines: Vec<_> = cases.iter().map(json).collect();
    let header =
        format!("{{\"version\":{VERSION},\n\"assignment\":{},\n\"cases\":[\n", json(&gate::Given::new()));
    hold("tests/vectors/gate.json", &format!("{header}{}\n]}}\n", lines.join(",\n")));
}

#[test]
fn the_lifecycle() {
    let loads: Vec<_> = loads::loads().iter().map(json).collect();
    let traces: Vec<_> = lifecycle::traces().iter().map(trace::Trace::lines).collect();
    let (loads, traces) = (loads.join(",\n"), traces.join(",\n"));
    let current =
        format!("{{\"version\":{VERSION},\n\"loads\":[\n{loads}\n],\n\"traces\":[\n{traces}\n]}}\n");
    hold("tests/vectors/lifecycle.json", &current);
}

/// Every kind of answer of the crate, for programs that read its answers.
#[test]
fn the_answers() {
    let lists = [
        ("verdicts", answers::verdicts(gate::cases().into_iter().map(|case| case.answer))),
        ("recorded", answers::recorded()),
        ("errors", answers::errors()),
    ];
    let lists = lists.map(|(name, lines)| format!("\"{name}\":[\n{}\n]", lines.join(",\n")));
    hold("tests/vectors/answers.json", &format!("{{\"version\":{VERSION},\n{}}}\n", lists.join(",\n")));
}

fn words(items: impl IntoIterator<Item = impl ToString>) -> String {
    let words: Vec<_> = items.into_iter().map(|item| json(&item.to_string())).collect();
    words.join(", ")
}

#[test]
fn the_words_in_the_schemas() {
    let gate = "tests/vectors/gate.schema.json";
    let ends = "] }";
    hold_between(gate, ["\"roleName\": { \"enum\": [", ends], &words(Role::ALL));
    hold_between(gate, ["\"step\": { \"enum\": [", ends], &words(Step::ALL.iter().map(|step| step.code())));
    hold_between(gate, ["\"reason\": { \"enum\": [", ends], &words(Reason::all().map(Reason::code)));
    let answers = "tests/vectors/answers.schema.json";
    hold_between(answers, ["\"roleName\": { \"enum\": [", ends], &words(Role::ALL));
    hold_between(
        answers,
        ["\"step\": { \"enum\": [", ends],
        &words(Step::ALL.iter().map(|step| step.code())),
    );
    hold_between(answers, ["\"reason\": { \"enum\": [", ends], &words(Reason::all().map(Reason::code)));
    for schema in [gate, answers, "tests/vectors/lifecycle.schema.json"] {
        hold_between(schema, ["\"state\": { \"enum\": [", ends], &words(AssignmentState::ALL));
    }
}

/// The output of `check.py` if there is no difference.
#[test]
fn the_screen_in_the_readme() {
    let (cases, loads, traces) = (gate::cases().len(), loads::loads().len(), lifecycle::traces());
    // The load, and for each step the answer, the stored form after it, and that this form loads.
    let compared: usize = traces.iter().map(|trace| 1 + 3 * trace.steps()).sum();
    let screen = format!(
        "```console\n$ python3 tests/vectors/check.py\n\
         gate.json: {cases} cases, {cases} answers compared\n\
         lifecycle.json: {loads} loads, {loads} answers compared\n\
         lifecycle.json: {} traces, {compared} answers compared\n```\n",
        traces.len()
    );
    hold_block(README, "screen", &screen);
}

/// Names in a sentence: `a, b and c`.
fn listed(names: impl IntoIterator<Item = String>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    let (last, others) = names.split_last().expect("names");
    format!("{} and {last}", others.join(", "))
}

// R1, R2, R9
#[test]
fn the_words_in_the_readme() {
    let (suffice, never): (Vec<Role>, Vec<Role>) =
        Role::ALL.iter().partition(|role| role.at_least(support::MANAGER));
    let [suffice, never] = [suffice, never].map(|roles| listed(roles.iter().map(|role| format!("*{role}*"))));
    let roles =
        format!("- These suffice, from the lowest to the highest: {suffice}.\n- These never do: {never}.\n");
    hold_block(README, "roles", &roles);
    let states = listed(AssignmentState::ALL.iter().map(|state| format!("`{state}`")));
    hold_block(README, "states", &format!("The states are {states}.\n"));
}

#[test]
fn every_trace_has_a_name_of_its_own() {
    let mut names: Vec<_> = lifecycle::traces().into_iter().map(|trace| trace.name).collect();
    names.sort();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None);
}
