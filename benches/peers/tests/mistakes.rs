//! Every word of the policies counts: if one is replaced with another, the policy is invalid, or the decision changes at
//! some point of the gate.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use access_package::policy::{CEDAR, CEDAR_SCHEMA, REGO};
use peers::engine::{Cedar, Reasons, Rego, conforming};
use peers::question::{Question, Text, every_point, every_request};

/// A word, and a word that it can be confused with.
const CONFUSIONS: &[(&str, &str)] = &[
    ("permit", "forbid"),
    ("when", "unless"),
    ("principal", "resource"),
    ("resource", "principal"),
    ("User", "Application"),
    ("User", "PersonalAccount"),
    ("Application", "User"),
    ("Application", "PersonalAccount"),
    ("PersonalAccount", "User"),
    ("permissions", "roles"),
    ("roles", "permissions"),
    ("contains", "containsAny"),
    ("in", "=="),
    ("Action", "State"),
    ("Permission", "Scope"),
    ("ReadWrite", "Read"),
    ("state", "scope"),
    ("State", "Scope"),
    ("delivered", "partiallyDelivered"),
    ("accessPackageAssignmentManager", "userAdministrator"),
    ("accessPackageManager", "catalogReader"),
    ("catalogOwner", "catalogCreator"),
    ("identityGovernanceAdministrator", "userAdministrator"),
    ("globalAdministrator", "userAdministrator"),
    ("false", "true"),
    ("workOrSchool", "application"),
    ("application", "personal"),
    ("assignment manager", "manager"),
    ("package manager", "package reader"),
    ("owner", "creator"),
    ("Governance", "Protection"),
    ("Global", "User"),
    ("scope", "state"),
    ("reprocess", "remove"),
    ("not", ""),
    ("==", "!="),
    ("!=", "=="),
    ("||", "&&"),
    ("&&", "||"),
    ("> 0", "> 1"),
    // R43
    ("!resource", "resource"),
    ("isPrivileged", "state"),
    ("Bool", "Long"),
    ("globalAdministrator", "identityGovernanceAdministrator"),
    ("identityGovernanceAdministrator", "catalogOwner"),
    ("privilegedRoleAdministrator", "identityGovernanceAdministrator"),
    ("privilegedRoleAdministrator", "userAdministrator"),
    ("EntitlementManagement", "RoleManagement"),
    ("RoleManagement", "EntitlementManagement"),
    ("All", "Directory"),
    ("Directory", "All"),
    ("Privileged", "User"),
    ("privilegeLevel", "scope"),
    ("privileged", "standard"),
    ("standard", "privileged"),
    ("null", "\"\""),
    ("governs", "grants"),
    ("grants", "governs"),
    ("has_permission", "has_role"),
    ("has_role", "has_permission"),
    ("may_in_standard", "level_suffices"),
    ("level_suffices", "may_in_standard"),
    ("caller_may", "may_in_standard"),
    ("is_told", "has_role"),
    ("needs_role", "needs_more"),
    ("needs_more", "needs_role"),
    ("roles_here", "qualifying"),
    ("qualifying", "roles_here"),
    ("qualifying_scopes", "roles_here"),
    ("missingApplicationPermission", "missingRoleManagementPermission"),
    ("missingRoleManagementPermission", "missingApplicationPermission"),
    ("privilegedCatalog", "insufficientRole"),
    ("withoutIdentityGovernanceAdministrator", "withoutPrivilegedRoleAdministrator"),
    ("withoutPrivilegedRoleAdministrator", "withoutIdentityGovernanceAdministrator"),
    // R32, R33
    ("grant", "removal"),
    ("newest", "superseded"),
    ("partiallyDelivered", "delivered"),
    ("deliveryFailed", "expired"),
    ("isNewest", "purpose"),
    ("< 12096000000000", "<= 12096000000000"),
    (">= 12096000000000", "> 12096000000000"),
];

/// The text with one word replaced, once for each place in its code.
fn mistakes(text: &str) -> Vec<(String, String)> {
    let is_part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut mistakes = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.find('#').or_else(|| line.find("//")).map_or(line, |comment| &line[..comment]);
        for (word, other) in CONFUSIONS.iter().filter(|_| !code.starts_with('@')) {
            for (place, _) in code.match_indices(word) {
                let (before, after) = (&code[..place], &code[place + word.len()..]);
                if is_part_of_word(before.chars().next_back()) || is_part_of_word(after.chars().next()) {
                    continue;
                }
                let mut wrong = text.to_owned();
                let place = start + place;
                wrong.replace_range(place..place + word.len(), other);
                mistakes.push((wrong, format!("`{other}` for `{word}` in `{}`", line.trim())));
            }
        }
        start += line.len();
    }
    mistakes
}

/// A question, and the crate's answer.
struct Asked {
    text: Text,
    answer: bool,
    reasons: BTreeSet<&'static str>,
}

/// Every point, and every request. Similar questions are far apart in this order, so that most mistakes are found early.
static ASKED: LazyLock<Vec<Asked>> = LazyLock::new(|| {
    const APART: usize = 997;
    let questions = [every_request(), every_point()].concat();
    let asked = |question: &Question| Asked {
        text: Text::from(question),
        answer: question.answer(),
        reasons: question.reasons(),
    };
    (0..APART).flat_map(|first| questions.iter().skip(first).step_by(APART).map(asked)).collect()
});

/// Whether the answer to a question is the crate's.
type Agrees = Box<dyn Fn(&Asked) -> bool>;

fn agrees(cedar: Cedar) -> Agrees {
    Box::new(move |asked| {
        let answer = cedar.entities(&asked.text).and_then(|question| cedar.answer(&question));
        answer == Ok(asked.answer)
    })
}

fn rego(module: &str) -> Result<Agrees, String> {
    let (rego, of_requests, reasons) =
        (Rego::with(module)?, Rego::of_requests(module)?, Reasons::with(module)?);
    Ok(Box::new(move |Asked { text, answer, reasons: expected }| {
        if text.request.is_some() {
            of_requests.answer(text) == Ok(*answer)
        } else {
            rego.answer(text) == Ok(*answer)
                && reasons.answer(text).is_ok_and(|reasons| reasons.iter().eq(expected))
        }
    }))
}

fn every_mistake_is_seen(language: &str, text: &str, read: impl Fn(&str) -> Result<Agrees, String>) {
    let is_right = |agrees: &Agrees| ASKED.iter().all(agrees);
    assert!(is_right(&read(text).expect("valid")), "{language} as it is");
    let mistakes = mistakes(text);
    let (mut by_an_answer, mut unseen) = (0, Vec::new());
    for (wrong, what) in &mistakes {
        if let Ok(agrees) = read(wrong) {
            if is_right(&agrees) {
                unseen.push(what);
            }
            by_an_answer += 1;
        }
    }
    assert!(unseen.is_empty(), "{language}: not seen: {unseen:#?}");
    assert!(mistakes.len() > 10, "{language}");
    println!("{language}: {} mistakes seen, {by_an_answer} of them by an answer", mistakes.len());
}

#[test]
fn in_cedar() {
    every_mistake_is_seen("Cedar", CEDAR, |text| Cedar::checked(text, CEDAR_SCHEMA).map(agrees));
}

#[test]
fn in_cedar_without_its_schema() {
    every_mistake_is_seen("Cedar without its schema", CEDAR, |text| Cedar::unchecked(text).map(agrees));
}

#[test]
fn in_the_schema() {
    every_mistake_is_seen("Cedar's schema", CEDAR_SCHEMA, |text| Cedar::checked(CEDAR, text).map(agrees));
}

#[test]
fn in_rego() {
    every_mistake_is_seen("Rego", REGO, rego);
}

#[test]
fn every_confusion_is_of_a_word_that_is_there() {
    let mistakes: Vec<_> = [CEDAR, CEDAR_SCHEMA, REGO].into_iter().flat_map(mistakes).collect();
    for &(word, other) in CONFUSIONS {
        let wrong = format!("`{other}` for `{word}`");
        assert!(mistakes.iter().any(|(_, what)| what.starts_with(&wrong)), "{wrong}");
    }
}

// Without its schema Cedar would take it for a state like any other.
#[test]
fn strict_validation_sees_a_misspelt_state() {
    let misspelt = CEDAR.replace("\"delivered\"", "\"deliverd\"");
    assert!(conforming(&misspelt, CEDAR_SCHEMA).is_err());
}
