//! The rules as data, as the list that the documentation shows, and as the reasons of a refusal.

#[path = "support/golden.rs"]
mod golden;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use access_package::Reason;
use access_package::policy::{Basis, CEDAR, Part, REGO, RULES, Rule, Source};
use golden::hold;

/// Every source, in the order in which the rules first name them.
fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    for source in RULES.iter().flat_map(|rule| rule.parts).flat_map(|part| part.sources) {
        if !sources.contains(source) {
            sources.push(*source);
        }
    }
    sources
}

fn basis_in_markdown(part: &Part) -> String {
    let basis = match part.basis {
        Basis::Documented => "documented",
        Basis::Observed => "observed",
        Basis::OurChoice => "**our choice**",
    };
    let links: Vec<_> = part.sources.iter().map(|source| format!("[{}]", source.name)).collect();
    let links = links.join(", ");
    match (part.what, part.basis) {
        (None, _) if links.is_empty() => basis.to_owned(),
        (Some(what), _) if links.is_empty() => format!("{basis}: {what}"),
        (Some(what), _) => format!("{basis}: {what} ({links})"),
        (None, Basis::Documented) => format!("{basis}: {links}"),
        // The document does not say so.
        (None, Basis::Observed | Basis::OurChoice) => format!("{basis}, on {links}"),
    }
}

fn in_markdown(rules: &[Rule]) -> String {
    let mut markdown = String::new();
    for about in rules.chunk_by(|a, b| a.about == b.about) {
        writeln!(markdown, "## {}\n\n| id | rule | basis |\n|---|---|---|", about[0].about).unwrap();
        for Rule { id, text, parts, .. } in about {
            let parts: Vec<_> = parts.iter().map(basis_in_markdown).collect();
            let anchor = id.to_lowercase();
            writeln!(markdown, "| <a id=\"{anchor}\"></a>{id} | {text} | {} |", parts.join("; ")).unwrap();
        }
        markdown.push('\n');
    }
    for Source { name, url, .. } in sources() {
        writeln!(markdown, "[{name}]: {url}").unwrap();
    }
    // Other tables later on the same page link to these. Of two definitions, the first counts.
    for Rule { id, .. } in rules {
        writeln!(markdown, "[{id}]: #{}", id.to_lowercase()).unwrap();
    }
    markdown
}

/// The list with which a search for changes begins.
#[test]
fn every_source_of_a_rule_is_on_the_page_of_sources() {
    let page = include_str!("../src/policy/sources.md");
    let lines: Vec<_> = page.lines().filter(|line| line.starts_with("| [")).collect();
    for rule in RULES {
        for Source { name, url, .. } in rule.sources() {
            let link = format!("| [{name}]({url}) | ");
            assert!(lines.iter().any(|line| line.starts_with(&link)), "{}: {link}", rule.id);
        }
    }
    for line in lines {
        let link = line.split(" | ").next().expect("a row");
        let is_a_source = |it: &Source| link == format!("| [{}]({})", it.name, it.url);
        assert!(
            RULES.iter().flat_map(|rule| rule.parts).flat_map(|it| it.sources).any(is_a_source),
            "{link}"
        );
    }
}

#[test]
fn the_documentation_shows_these_rules() {
    hold("src/policy/rules.md", &in_markdown(RULES));
}

#[test]
fn the_rules_are_numbered_and_each_has_a_basis() {
    let number = |rule: &Rule| rule.id.strip_prefix('R').and_then(|number| number.parse::<u32>().ok());
    assert!(RULES.is_sorted_by(|a, b| number(a).is_some() && number(a) < number(b)));
    for rule in RULES {
        assert!(rule.text.ends_with('.'), "{rule:?}");
        assert!(!rule.parts.is_empty(), "{rule:?}");
        for part in rule.parts {
            // A documented part names its source.
            assert!(part.basis != Basis::Documented || !part.sources.is_empty(), "{rule:?}");
        }
    }
    // Microsoft's own pages count as documentation. A removed page is cited from its public history.
    for part in RULES.iter().flat_map(|rule| rule.parts).filter(|part| part.basis == Basis::Documented) {
        for Source { name, url, .. } in part.sources {
            let pages = ["https://learn.microsoft.com/", "https://github.com/MicrosoftDocs/"];
            assert!(pages.iter().any(|page| url.starts_with(page)), "{name}: {url}");
        }
    }
}

#[test]
fn every_reason_rests_on_a_document() {
    for reason in Reason::all() {
        let first = reason.rules().next().expect("a rule");
        assert!(first.sources().next().is_some(), "{reason:?}: {first:?}");
    }
}

/// The rules that a text cites.
fn cited(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| RULES.iter().any(|rule| rule.id == *word))
        .collect()
}

// benches/peers tests that they decide alike.
#[test]
fn the_policies_cite_every_rule_of_the_gate() {
    let of_the_gate = |rule: &&Rule| rule.about == RULES[0].about || ["R9", "R32", "R33"].contains(&rule.id);
    let gate: BTreeSet<_> = RULES.iter().filter(of_the_gate).map(|rule| rule.id).collect();
    for text in [CEDAR, REGO] {
        assert!(gate.is_subset(&cited(text)), "{text}");
    }
}
