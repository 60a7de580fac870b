//! Figures side by side, as a table in Markdown.

use std::fmt::Write as _;

use crate::measure::{Figure, Spoken, Time};

pub const CRATE: &str = "access-package";
pub const BY_HAND: &str = "by hand";

pub fn find<'a>(figures: &'a [Figure], question: &str, who: &str) -> Option<&'a Figure> {
    figures.iter().find(|figure| figure.question == question && figure.who == who)
}

/// All sides, in the order in which they were asked.
pub fn everybody(figures: &[Figure]) -> Vec<&'static str> {
    let mut all = Vec::new();
    for figure in figures {
        if !all.contains(&figure.who) {
            all.push(figure.who);
        }
    }
    all
}

pub fn number(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

/// The median, how it compares, and all rounds.
fn cell(figure: Option<&Figure>, ours: Option<&Figure>) -> String {
    let Some(figure) = figure else { return "–".to_owned() };
    let Time { median, min, max } = figure.time;
    let ratio = match ours {
        Some(ours) if ours.who != figure.who => format!(" ×{}", number(median / ours.time.median)),
        _ => String::new(),
    };
    format!("{}{ratio}<br><sub>{} – {}</sub>", Spoken(median), Spoken(min), Spoken(max))
}

/// A row for each side that was asked any of these questions, and a column for each question with its heading. The title
/// is empty, or begins with a space.
pub fn table(
    title: &str,
    figures: &[Figure],
    ours: &str,
    questions: &[(&str, &str)],
    with_allocations: bool,
) -> String {
    let mut table = format!("|{title} |");
    let mut line = String::from("|---|");
    for (_, heading) in questions {
        write!(table, " {heading} |").unwrap();
        line.push_str("--:|");
    }
    if with_allocations {
        table.push_str(" allocations |");
        line.push_str("--:|");
    }
    writeln!(table, "\n{line}").unwrap();
    let asked = |who: &&str| questions.iter().any(|(question, _)| find(figures, question, who).is_some());
    for who in everybody(figures).into_iter().filter(asked) {
        write!(table, "| {} |", named(who)).unwrap();
        for (question, _) in questions {
            let [his, ours] = [who, ours].map(|who| find(figures, question, who));
            write!(table, " {} |", cell(his, ours)).unwrap();
        }
        if with_allocations {
            let (question, _) = questions[0];
            let count = find(figures, question, who).map_or(0, |figure| figure.allocations);
            write!(table, " {count} |").unwrap();
        }
        table.push('\n');
    }
    table
}

pub fn ratio(figures: &[Figure], question: &str, who: &str, to: &str) -> f64 {
    let [a, b] = [who, to].map(|who| find(figures, question, who).expect("measured").time.median);
    a / b
}

pub fn named(who: &'static str) -> &'static str {
    match who {
        "crate" => CRATE,
        "baseline" => BY_HAND,
        other => other,
    }
}
