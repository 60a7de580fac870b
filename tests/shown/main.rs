//! The documentation's tables and picture, and the policies' lists, are made by running the code.

mod gate;
#[path = "../support/golden.rs"]
mod golden;
#[cfg(feature = "http")]
mod graph;
mod life;
mod picture;
mod policies;
#[path = "../support/mod.rs"]
mod support;
#[cfg(feature = "http")]
mod way;

use golden::{hold, hold_between, hold_block};

// R1 to R9
#[test]
fn who_may() {
    hold("src/policy/gate.md", &gate::table());
    hold_block("README.md", "gate", &gate::table());
}

// R43
#[test]
fn who_may_in_a_privileged_catalog() {
    hold("src/policy/privileged.md", &gate::in_privileged());
}

// R1, R2, R9
#[test]
fn what_each_role_is_answered_in_each_state() {
    hold("src/policy/decision-table.md", &gate::by_role_and_state());
}

// R1 to R10, R13
#[test]
fn what_refusals_say() {
    hold("src/policy/refusals.md", &gate::refusals());
}

// R9, R15, R16, R21
#[test]
fn the_life_of_an_assignment() {
    hold("src/policy/life.svg", &picture::draw(&life::moves()));
    hold_between("src/assignment/lifecycle.rs", ["//! ```text\n", "//! ```\n"], &life::table(&life::moves()));
}

#[test]
#[cfg(feature = "http")]
fn the_way_of_an_action() {
    hold("src/guide/way.svg", &way::draw());
}

// R37
#[test]
#[cfg(feature = "http")]
fn the_least_permissions() {
    hold("src/graph/endpoint/permissions.md", &graph::permissions());
}

// R38, R40, R41
#[test]
#[cfg(feature = "http")]
fn what_answers_mean() {
    hold("src/graph/enforce/answers.md", &graph::answers());
}
