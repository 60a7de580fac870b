//! What the README shows of the program is what the program prints.
#![cfg(all(feature = "std", feature = "serde"))]

use std::process::Command;

const README: &str = include_str!("../README.md");

/// The commands in the README's console blocks, each with the output it is said to have.
fn screens() -> impl Iterator<Item = (&'static str, &'static str)> {
    let blocks = README.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.flat_map(|block| block.split("$ ").skip(1).map(|screen| screen.split_once('\n').unwrap()))
}

#[test]
fn every_screen_is_what_the_program_prints() {
    for (command, expected) in screens() {
        let arguments = command.strip_prefix("cargo ").expect("a cargo command");
        let output = Command::new(env!("CARGO"))
            .arg("--quiet")
            .args(arguments.split(' '))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), expected.trim_end(), "{command}");
    }
    assert!(screens().count() > 0);
}
