//! The command line of a program whose calls `.ci/instructions` counts.
//!
//! `<case>/<side> <n>` makes one call n times. Everything else is the same for every n, so that the difference of two
//! runs is the calls alone. `--list` prints the cases, each with its other side and its limit. Without arguments, each
//! case runs once and is checked.

#![allow(dead_code, reason = "each bench uses a part of it")]

use std::hint::black_box;
use std::process::ExitCode;

/// A case: the crate and the other side.
pub struct Case<'a> {
    pub name: String,
    /// How many times as much as the other side the crate may take.
    pub limit: f64,
    pub sides: [Box<dyn Fn() + 'a>; 2],
}

/// A side that makes this call, and drops the result.
pub fn call<'a, T>(call: impl Fn() -> T + 'a) -> Box<dyn Fn() + 'a> {
    Box::new(move || drop(black_box(call())))
}

/// Runs a program with these cases. `other` is the name of the other side in all of them.
pub fn run_cases(other: &str, cases: &[Case<'_>], most: usize, check: impl FnOnce()) -> ExitCode {
    let list: Vec<_> = cases.iter().map(|case| (case.name.as_str(), other, case.limit)).collect();
    let count = |asked: &str, times| {
        let side = cases.iter().find_map(|case| {
            let [ours, others] = &case.sides;
            let side = asked.strip_prefix(&case.name)?.strip_prefix('/')?;
            if side == "crate" { Some(ours) } else { (side == other).then_some(others) }
        });
        side.map(|side| (0..black_box(times)).for_each(|_| side())).is_some()
    };
    run(&list, count, most, || {
        check();
        cases.iter().flat_map(|case| &case.sides).for_each(|side| side());
    })
}

/// Runs a program: its cases, how to count one, and what to check without arguments.
pub fn run(
    cases: &[(&str, &str, f64)],
    count: impl Fn(&str, usize) -> bool,
    most: usize,
    check: impl FnOnce(),
) -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] | ["--test"] => check(),
        ["--list"] => {
            for (case, other, limit) in cases {
                println!("{case} {other} {limit}");
            }
        }
        [case, times] => {
            let times = times.parse().ok().filter(|times| *times <= most);
            if !times.is_some_and(|times| count(case, times)) {
                eprintln!("expected a side of a case of `--list` and a number up to {most}");
                return ExitCode::FAILURE;
            }
        }
        _ => {
            eprintln!("usage: [--list | <case>/<side> <n>]");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
