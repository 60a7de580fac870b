//! What a program does whose calls `.ci/instructions` counts: `<case>/<side> <n>` makes one call n times, and everything
//! else is the same for every n, so that the difference of two runs is the calls alone. `--list` gives the cases, each with
//! its other side and how many times as much the crate may take at most. Without a case, each is run once and checked.

use std::process::ExitCode;

/// Runs a program: what it can count, how, and what it checks.
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
