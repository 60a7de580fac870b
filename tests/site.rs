//! What the page in `site` takes from the crate: the picture, the rules, the roles, and the call that
//! requests a document. The types for JavaScript take the roles, too. The crate is published without both.
#![cfg(feature = "graph")]

#[path = "support/golden.rs"]
mod golden;

use std::fmt::Write as _;

use access_package::policy::{Basis, Part, RULES, Rule, Source};
use access_package::{Role, graph};
use golden::{hold_between, hold_block};

const PAGE: &str = "site/index.html";

/// The picture without its style, which the page's policy forbids: it is in `site/life.css`.
#[test]
fn the_picture() {
    let picture = include_str!("../src/policy/life.svg");
    let (head, rest) = picture.split_once("<style>").expect("a style");
    let (_, tail) = rest.split_once("</style>\n").expect("its end");
    // The section already uses this name.
    let head = head.replace("id=\"life\"", "id=\"life-picture\"");
    hold_block(PAGE, "life", &[&head, tail].concat());
}

#[test]
fn the_rules() {
    let mut about = "";
    let mut page = String::new();
    for rule in RULES {
        if rule.about != about {
            about = rule.about;
            writeln!(page, "<h3>{}</h3>", html(about)).unwrap();
        }
        page += &written(rule);
    }
    hold_block(PAGE, "rules", &page);
}

#[test]
fn the_roles() {
    let option = |role: &Role| format!("<option data-id=\"{}\">{role}</option>\n", role.id());
    hold_block(PAGE, "roles", &Role::ALL.iter().map(option).collect::<String>());
}

#[test]
fn the_call_that_asks_for_an_assignment() {
    let expand = graph::json::EXPAND_V1;
    let call = format!(
        "GET https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/assignments/{{id}}?$expand={expand}"
    );
    hold_block(PAGE, "call", &format!("<code>{}</code>\n", html(&call)));
}

fn written(rule: &Rule) -> String {
    let Rule { id, text, parts, .. } = rule;
    let basis: Vec<_> = parts.iter().map(told).collect();
    format!(
        "<div class=\"rule\" id=\"{}\"><h4>{id}</h4><p>{}</p><p class=\"basis\">{}</p></div>\n",
        id.to_lowercase(),
        html(text),
        basis.join("; ")
    )
}

fn told(part: &Part) -> String {
    let basis = match part.basis {
        Basis::Documented => "documented",
        Basis::Observed => "observed",
        Basis::OurChoice => "<strong>our choice</strong>",
    };
    let what = part.what.map(|what| format!(": {}", html(what))).unwrap_or_default();
    let sources: Vec<_> = part.sources.iter().map(link).collect();
    let sources = if sources.is_empty() { String::new() } else { format!(" ({})", sources.join(", ")) };
    format!("{basis}{what}{sources}")
}

fn link(Source { name, url, .. }: &Source) -> String {
    format!("<a href=\"{}\">{}</a>", html(url), html(name))
}

/// Markdown without links, with code and emphasis.
fn html(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let outside = |part: &str| marked(part, '*', "em", str::to_owned);
    marked(&text, '`', "code", outside)
}

/// The text between two of these marks becomes an element with this name.
fn marked(text: &str, mark: char, name: &str, outside: impl Fn(&str) -> String) -> String {
    let parts = text.split(mark).enumerate();
    let parts = parts.map(
        |(number, part)| {
            if number % 2 == 1 { format!("<{name}>{part}</{name}>") } else { outside(part) }
        },
    );
    parts.collect()
}

#[test]
fn the_roles_in_the_types_for_javascript() {
    let names: Vec<_> = Role::ALL.iter().map(|role| format!("  | '{}'", role.name())).collect();
    let marks = ["export type RoleName =\n", ";\n"];
    hold_between("bindings/wasm/index.d.ts", marks, &names.join("\n"));
}
