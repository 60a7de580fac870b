//! The tables and the picture that the documentation shows are made from what the code does.

mod gate;
#[path = "../support/golden.rs"]
mod golden;
mod life;
mod picture;
#[path = "../support/mod.rs"]
mod support;

use golden::hold;

const README: &str = include_str!("../../README.md");

// R1 to R9, R13
#[test]
fn the_gate_and_its_refusals() {
    let gate = gate::table();
    hold("src/policy/gate.md", &gate);
    // There the list of rules is on the same page.
    hold("src/policy/refusals.md", &gate::refusals(""));
    for table in [gate, gate::refusals("src/policy/rules.md")] {
        assert!(README.contains(&table), "the README lacks this table, to the letter:\n{table}");
    }
}

// R9, R15, R16, R21
#[test]
fn the_life_of_an_assignment() {
    hold("src/policy/life.svg", &picture::draw(&life::moves()));
    let table = life::table(&life::moves());
    let lifecycle = include_str!("../../src/assignment/lifecycle.rs");
    assert!(lifecycle.contains(&table), "the head of lifecycle.rs lacks this table, to the letter:\n{table}");
    let table = table.replace("//! ", "");
    assert!(README.contains(&table), "the README lacks this table, to the letter:\n{table}");
}

#[test]
fn the_contract_with_the_host() {
    let section = concat!("\n### The contract with the host\n\n", include_str!("../../src/contract.md"));
    assert!(README.contains(section), "the README lacks src/contract.md, to the letter");
}
