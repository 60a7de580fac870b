//! The figures as Markdown.

use std::fmt::Write as _;
use std::process::Command;

use peers::prepared::RESOURCE_ROLES;

use crate::cases::{ALLOWED, COPY, EMPTY, FROM_TEXT, IN_TURN, MILLION, READ, REFUSALS, SIZES, THREADS};
use crate::measure::{FEW_ROUNDS, Figure, ROUNDS};
use crate::table::{BY_HAND, CRATE, everybody, find, named, number, ratio, table};
use crate::{chart, growth, kinds, lists, whole};

const CACHED: &str = "Casbin, answer cached";

/// Everything that was measured.
pub struct Measured {
    pub decisions: Vec<Figure>,
    pub whole: Vec<Figure>,
    pub reprocess: Vec<Figure>,
    pub million: Vec<Figure>,
    pub memory: Vec<(&'static str, usize)>,
    pub growth: Vec<Figure>,
    pub kinds: Vec<Figure>,
    pub lists: Vec<Figure>,
}

fn said_by(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output().expect("a program that is there");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// The versions in the lock file.
fn versions() -> String {
    let lock = include_str!("../Cargo.lock");
    let version = |name: &str| {
        let (_, package) = lock.split_once(&format!("name = \"{name}\"\nversion = \"")).expect("locked");
        let (version, _) = package.split_once('"').expect("a version");
        format!("`{name}` {version}")
    };
    ["cedar-policy", "regorus", "cel", "casbin", "statig", "serde_json", "sonic-rs", "simd-json"]
        .map(version)
        .join(", ")
}

/// The date, the machine, and its load.
pub fn machine() -> String {
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = read("/proc/loadavg");
    format!(
        "{}, on {} with {cores} cores, {}. The load of the machine before the run was {}. {}.",
        said_by("date", "+%F"),
        model.trim_start_matches([':', ' ', '\t']),
        said_by("rustc", "--version"),
        load.split(' ').next().unwrap_or("unknown"),
        versions(),
    )
}

/// The fastest policy engine for a question, and how many times as long as the crate it takes.
fn fastest_engine(figures: &[Figure], question: &str) -> (f64, &'static str) {
    let engines = everybody(figures).into_iter().filter(|who| ![CRATE, BY_HAND, CACHED, EMPTY].contains(who));
    let compared = engines.map(|who| (ratio(figures, question, who, CRATE), who));
    compared.min_by(|a, b| a.0.total_cmp(&b.0)).expect("an engine")
}

/// The most important results.
fn summary(Measured { decisions, million, .. }: &Measured) -> String {
    let (times, engine) = fastest_engine(decisions, ALLOWED);
    let least = |question| (fastest_engine(decisions, question), question);
    let least = REFUSALS.into_iter().chain([IN_TURN]).map(least).min_by(|a, b| a.0.0.total_cmp(&b.0.0));
    let ((least_times, least_engine), least_question) = least.expect("questions");
    let allocates = match find(decisions, ALLOWED, CRATE).expect("measured").allocations {
        0 => "allocates nothing".to_owned(),
        count => format!("allocates {count} times"),
    };
    let [one, two] = THREADS.map(|threads| number(ratio(million, &threads.to_string(), "crate", COPY)));
    format!(
        "Each cell has the median, how it compares with the crate (×), and below them the fastest and the slowest of \
         {ROUNDS} rounds ({FEW_ROUNDS} for a million or a list). Each round asks everyone.\n\n\
         - For the allowed call, the fastest policy engine, {engine}, takes {times} times as long as the crate, \
         which {allocates}. Of the prepared questions that are decided anew, an engine comes closest \
         for *{least_question}*: {least_engine} takes {least_times} times as long.\n\
         - Reprocessing a million assignments of {RESOURCE_ROLES} resource roles, with every action read in place, takes \
         {one} times as long as copying their bytes on one thread, and {two} times on two.\n",
        times = number(times),
        least_times = number(least_times),
    )
}

/// Everything between the marks in README.md.
pub fn markdown(machine: &str, measured: &Measured) -> String {
    let Measured { decisions, whole, reprocess, million, memory, growth, kinds, lists } = measured;
    let [no_role, no_permission, out_of_scope, wrong_state] = REFUSALS;
    let questions = [ALLOWED, no_role, no_permission, out_of_scope, wrong_state, IN_TURN, FROM_TEXT]
        .map(|name| (name, name));
    let sizes = SIZES.map(|size| size.to_string());
    let sizes: Vec<_> = sizes.iter().map(|size| (size.as_str(), size.as_str())).collect();
    let threads = THREADS.map(|threads| threads.to_string());
    let threads = [(threads[0].as_str(), "one thread"), (threads[1].as_str(), "two threads")];

    let mut text = format!("Measured {machine}\n\n");
    writeln!(text, "{}", summary(measured)).unwrap();
    let mut section = |heading: &str, image: &str, body: &str| {
        writeln!(text, "### {heading}\n\n![{heading}, on a logarithmic scale]({image})\n\n{body}").unwrap();
    };
    section("One decision", "decision.svg", &table("", decisions, CRATE, &questions, true));
    section("From stored text to stored text", "whole.svg", &whole::markdown(whole));
    section(
        "Reprocessing one assignment, by its resource roles",
        "reprocess.svg",
        &table("", reprocess, "crate", &sizes, true),
    );
    let mut body = table("", million, "crate", &threads, false);
    writeln!(body, "\n| | memory of a million | of one |\n|---|--:|--:|").unwrap();
    for (who, bytes) in memory {
        let who = named(who);
        writeln!(body, "| {who} | {} MB | {} bytes |", bytes / 1_000_000, bytes / MILLION).unwrap();
    }
    section("A million assignments of five resource roles", "million.svg", &body);
    section(
        "A million assignments, by the kind of their resource roles",
        "kinds.svg",
        &kinds::markdown(kinds),
    );
    section("Large assignments", "growth.svg", &growth::markdown(growth));
    section("A list of 100,000 documents", "lists.svg", &lists::markdown(lists));
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The charts and their file names.
pub fn charts(measured: &Measured) -> [(&'static str, String); 7] {
    let Measured { decisions, whole, reprocess, million, growth, kinds, lists, .. } = measured;
    let time = |figures: &[Figure], question: &str, who: &str| {
        find(figures, question, who).map(|figure| figure.time)
    };

    let mut order = everybody(decisions);
    order.sort_by(|a, b| {
        let [a, b] = [a, b].map(|who| time(decisions, ALLOWED, who).expect("asked of all").median);
        a.total_cmp(&b)
    });
    let rows: Vec<_> = order
        .into_iter()
        .map(|who| (who, vec![time(decisions, ALLOWED, who), time(decisions, FROM_TEXT, who)]))
        .collect();
    let series = ["all prepared", "from text"];
    let decision = chart::rows("One decision: an allowed call by a user with five roles", &series, &rows);

    let line = |who| {
        let point = |size: usize| Some((size, time(reprocess, &size.to_string(), who)?));
        (named(who), SIZES.into_iter().filter_map(point).collect())
    };
    let lines: Vec<_> = everybody(reprocess).into_iter().map(line).collect();
    let by_size = chart::growth("Reprocessing one assignment, every action read", "resource roles", &lines);

    let row = |who| {
        let times = THREADS.map(|threads| time(million, &threads.to_string(), who));
        (named(who), times.to_vec())
    };
    let rows: Vec<_> = [READ, COPY, "crate", "baseline", "statig"].map(row).into();
    let title = "A million assignments of five resource roles, every action read";
    let million = chart::rows(title, &["one thread", "two threads"], &rows);

    [
        ("decision.svg", decision),
        ("whole.svg", whole::chart(whole)),
        ("reprocess.svg", by_size),
        ("million.svg", million),
        ("kinds.svg", kinds::chart(kinds)),
        ("growth.svg", growth::chart(growth)),
        ("lists.svg", lists::chart(lists)),
    ]
}
