//! The gate as a table, and what stands behind each refusal.

use std::fmt::Write as _;

use access_package::policy::{Basis, RULES, Rule};
use access_package::{
    Account, AssignmentState, Caller, Permission, Reason, Refusal, ReprocessError, RoleAssignment, Scope,
    StoredAssignment, evaluate, reprocess,
};
use uuid::Uuid;

use crate::support::{MANAGER, in_state, load, stored};

const ACCOUNTS: [(&str, Account); 3] = [
    ("work or school account", Account::WorkOrSchool),
    ("application", Account::Application),
    ("personal account", Account::Personal),
];

/// `insufficientRole` as "insufficient role".
fn in_words(code: &str) -> String {
    let apart = |letter: char| {
        if letter.is_uppercase() { format!(" {}", letter.to_lowercase()) } else { letter.into() }
    };
    code.chars().map(apart).collect()
}

/// What the verdict is on a delivered assignment.
fn answer(account: Account, permission: bool, scope: Option<Scope>) -> String {
    let permissions = permission.then_some(Permission::EntitlementManagementReadWriteAll);
    let roles = scope.map(|scope| RoleAssignment { role: MANAGER, scope });
    let caller = Caller { account, permissions: Vec::from_iter(permissions), roles: Vec::from_iter(roles) };
    match evaluate(&caller, &in_state(AssignmentState::Delivered)) {
        Ok(_) => "**may**".to_owned(),
        Err(Refusal::Unauthorized(refused)) => {
            let reasons: Vec<_> = refused.reasons().map(|reason| in_words(reason.code())).collect();
            reasons.join("; ")
        }
        Err(Refusal::InvalidState { .. }) => unreachable!("it is delivered"),
    }
}

/// Who may: the kind of account and the permission by where the role is held.
pub fn table() -> String {
    let here = Scope::Catalog(in_state(AssignmentState::Delivered).catalog());
    let elsewhere = Scope::Catalog(Uuid::from_u128(0xcc).into());
    let mut table =
        "| caller | permission | sufficient role on the catalog or the tenant | only on another catalog | none |\n\
                     |---|---|---|---|---|\n"
            .to_owned();
    for (name, account) in ACCOUNTS {
        for (says, permission) in [("yes", true), ("no", false)] {
            let answers = [Some(here), Some(elsewhere), None].map(|scope| answer(account, permission, scope));
            writeln!(table, "| {name} | {says} | {} |", answers.join(" | ")).unwrap();
        }
    }
    table
}

fn rule(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).expect("a rule")
}

/// What a refusal says, its rules, and where they come from. The rules are linked to the list in this file.
fn line(table: &mut String, list: &str, name: &str, says: &str, rules: &[&str]) {
    let mut sources: Vec<_> = Vec::new();
    let mut choices: Vec<_> = Vec::new();
    for part in rules.iter().flat_map(|id| rule(id).basis) {
        let links = part.sources.iter().map(|source| format!("[{}]({})", source.name, source.url));
        let links: Vec<_> = links.filter(|link| !sources.contains(link)).collect();
        match part.basis {
            Basis::Documented => sources.extend(links),
            Basis::OurChoice => {
                let what = part.what.expect("a part of it");
                choices.push(format!("; **our choice**: {what}"));
            }
            Basis::Observed => unreachable!("no refusal rests on it"),
        }
    }
    let rules: Vec<_> = rules.iter().map(|id| format!("[{id}]({list}#{})", id.to_lowercase())).collect();
    let (name, rules, sources) = (in_words(name), rules.join(", "), sources.join(", "));
    writeln!(table, "| {name} | {says} | {rules} | {sources}{} |", choices.concat()).unwrap();
}

/// Each refusal with its words, the rules behind it, in the list in this file, and where these are documented.
pub fn refusals(list: &str) -> String {
    let mut table = "| refusal | in words | rules | documented in |\n|---|---|---|---|\n".to_owned();
    for reason in Reason::ALL {
        line(&mut table, list, reason.code(), &reason.to_string(), &[reason.rule()]);
    }
    for &state in AssignmentState::ALL {
        let error = reprocess(&mut in_state(state), MANAGER).map(drop);
        if let (Err(error @ ReprocessError::InvalidState { .. }), Some(advice)) = (error, state.advice()) {
            line(&mut table, list, "invalidState", &format!("{error}; {advice}"), &["R9", "R10"]);
        }
    }
    let unknown = StoredAssignment { resource_roles: None, ..stored(AssignmentState::Delivered, &[]) };
    let error = reprocess(&mut load(unknown), MANAGER).map(drop).expect_err("nothing to enforce is known");
    line(&mut table, list, "resourceRolesUnknown", &error.to_string(), &["R13"]);
    table
}
