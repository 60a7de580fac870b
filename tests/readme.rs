//! The screens in the README show the real output of the program.
#![cfg(all(feature = "std", feature = "graph"))]

#[path = "support/golden.rs"]
mod golden;

use std::process::Command;

/// The command of the README's first screen. Its arguments after `--` go to the program.
const COMMAND: &str = "cargo run --all-features --example reprocess";

#[test]
fn the_screen_is_what_the_program_prints() {
    let output = Command::new(env!("CARGO"))
        .arg("--quiet")
        .args(COMMAND.split(' ').skip(1))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8_lossy(&output.stdout);
    // The caller, and the result. The rest is left out.
    let shown = |paragraph: &&str| {
        ["caller", "accepted", "outcomes"].iter().any(|first| paragraph.starts_with(first))
    };
    let shown: Vec<_> = printed.split("\n\n").filter(shown).collect();
    assert_eq!(shown.len(), 3, "{printed}");
    let screen = format!("```console\n$ {COMMAND}\n…\n{}\n…\n```\n", shown.join("\n…\n"));
    golden::hold_block("README.md", "example", &screen);
}

#[test]
fn the_export_that_it_asks_for_has_everything() {
    let page = include_str!("../examples/reprocess/README.md");
    let call = format!("assignments/{{id}}?$expand={}`", access_package::graph::json::EXPAND_V1);
    assert!(page.contains(&call), "{call}");
}
