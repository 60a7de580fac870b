//! The gate as a table, and what stands behind each refusal.

use std::fmt::Write as _;

use access_package::policy::{Basis, RULES, Rule, Source};
use access_package::{
    Account, Advice, AssignmentState, Caller, Permission, Reason, Refusal, ReprocessError, Role,
    RoleAssignment, Scope, StoredAssignment, Unauthorized, evaluate, reprocess,
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

/// On the catalog of the assignment, on another one, and nowhere.
fn scopes() -> [Option<Scope>; 3] {
    let here = Scope::Catalog(in_state(AssignmentState::Delivered).catalog());
    [Some(here), Some(Scope::Catalog(Uuid::from_u128(0xcc).into())), None]
}

/// Why the caller may not reprocess a delivered assignment, if so.
fn refused(account: Account, permission: bool, scope: Option<Scope>) -> Option<Unauthorized> {
    let permissions = permission.then_some(Permission::EntitlementManagementReadWriteAll);
    let roles = scope.map(|scope| RoleAssignment { role: MANAGER, scope });
    let caller = Caller { account, permissions: Vec::from_iter(permissions), roles: Vec::from_iter(roles) };
    match evaluate(&caller, &in_state(AssignmentState::Delivered)) {
        Ok(_) => None,
        Err(Refusal::Unauthorized(refused)) => Some(refused),
        Err(Refusal::InvalidState { .. }) => unreachable!("it is delivered"),
    }
}

fn answer(refused: Option<Unauthorized>) -> String {
    let reasons = |refused: Unauthorized| {
        let reasons: Vec<_> = refused.reasons().map(|reason| in_words(reason.code())).collect();
        reasons.join(", ")
    };
    refused.map_or("**may**".to_owned(), reasons)
}

/// What turns the verdict where nothing stands in the way that does not have to.
fn what_helps(reason: Reason) -> String {
    let points = ACCOUNTS.iter().flat_map(|&(_, account)| {
        [true, false].map(|permission| scopes().map(|scope| refused(account, permission, scope)))
    });
    let of_this_reason =
        points.flatten().flatten().filter(|refused| refused.reasons().any(|it| it == reason));
    let refused = of_this_reason.min_by_key(|refused| refused.reasons().count()).expect("each is given");
    refused.remedies().map(|remedy| remedy.to_string()).collect::<Vec<_>>().join("; or ")
}

/// Who may: the kind of account and the permission by where the role is held.
pub fn table() -> String {
    let mut table =
        "| caller | permission | sufficient role on the catalog or the tenant | only on another catalog | none |\n\
                     |---|---|---|---|---|\n"
            .to_owned();
    for (name, account) in ACCOUNTS {
        for (says, permission) in [("yes", true), ("no", false)] {
            let answers = scopes().map(|scope| answer(refused(account, permission, scope)));
            writeln!(table, "| {name} | {says} | {} |", answers.join(" | ")).unwrap();
        }
    }
    table
}

/// What `reprocess` answers, by role and state.
pub fn by_role_and_state() -> String {
    let states = AssignmentState::ALL;
    let names: Vec<_> = states.iter().map(|state| state.as_str()).collect();
    let rule = "---|".repeat(states.len());
    let mut table = format!("| role passed to `reprocess` | {} |\n|---|{rule}\n", names.join(" | "));
    for &role in Role::ALL {
        let answers = states.iter().map(|&state| match reprocess(&mut in_state(state), role).map(drop) {
            Ok(()) => "**accepted**",
            Err(ReprocessError::InsufficientRole { .. }) => "insufficient role",
            Err(ReprocessError::InvalidState { .. }) => "invalid state",
            Err(ReprocessError::ResourceRolesUnknown) => unreachable!("they are known"),
        });
        writeln!(table, "| {role} | {} |", answers.collect::<Vec<_>>().join(" | ")).unwrap();
    }
    table
}

fn with_ids(ids: &[&str]) -> Vec<&'static Rule> {
    RULES.iter().filter(|rule| ids.contains(&rule.id)).collect()
}

/// Which part of the rules is our choice.
fn choices(rules: &[&Rule]) -> String {
    let parts = rules.iter().flat_map(|rule| rule.parts).filter(|part| part.basis == Basis::OurChoice);
    let choices = parts.map(|part| part.what.expect("a part"));
    choices.fold(String::new(), |all, what| all + "; **our choice**: " + what)
}

/// Where the rules are documented.
fn sources(rules: &[&Rule]) -> String {
    let mut links: Vec<_> = Vec::new();
    for Source { name, url, .. } in rules.iter().flat_map(|rule| rule.sources()) {
        let link = format!("[{name}]({url})");
        if !links.contains(&link) {
            links.push(link);
        }
    }
    links.join(", ")
}

/// Where R9 is documented, and the part of R10 that is about this advice.
fn of_the_advice(advice: Advice) -> String {
    let what = match advice {
        Advice::Wait => "to wait",
        Advice::ReprocessRequest => "to reprocess the request",
        Advice::RequestAgain => "to request again",
    };
    let [refusal, hints] = with_ids(&["R9", "R10"])[..] else { panic!("two rules") };
    let hint = hints.parts.iter().find(|part| part.what == Some(what)).expect("a part");
    match hint.basis {
        Basis::OurChoice => sources(&[refusal]) + "; **our choice**: what helps",
        Basis::Documented | Basis::Observed => {
            let links = hint.sources.iter().map(|Source { name, url, .. }| format!(", [{name}]({url})"));
            sources(&[refusal]) + &links.collect::<Vec<_>>().concat()
        }
    }
}

/// A refusal: what it says, what helps, its rules, and where they come from.
fn line(table: &mut String, [name, says, helps]: [&str; 3], rules: &[&Rule], come_from: &str) {
    // The list of rules is on the same page.
    let link = |rule: &&Rule| format!("[{}](#{})", rule.id, rule.id.to_lowercase());
    let rules: Vec<_> = rules.iter().map(link).collect();
    let (name, rules) = (in_words(name), rules.join(", "));
    writeln!(table, "| {name} | {says} | {helps} | {rules} | {come_from} |").unwrap();
}

/// Each refusal with its words, what helps, the rules behind it, and where these are documented.
pub fn refusals() -> String {
    let mut table =
        "| refusal | in words | what helps | rules | documented in |\n|---|---|---|---|---|\n".to_owned();
    for &reason in Reason::ALL {
        let (says, helps) = (reason.to_string(), what_helps(reason));
        let rules: Vec<_> = reason.rules().collect();
        line(&mut table, [reason.code(), &says, &helps], &rules, &sources(&rules));
    }
    for &state in AssignmentState::ALL {
        let error = reprocess(&mut in_state(state), MANAGER).map(drop);
        if let (Err(error @ ReprocessError::InvalidState { .. }), Some(advice)) = (error, state.advice()) {
            let (says, helps, rules) = (error.to_string(), advice.to_string(), with_ids(&["R9", "R10"]));
            let come_from = of_the_advice(advice);
            line(&mut table, ["invalidState", &says, &helps], &rules, &come_from);
        }
    }
    let unknown = StoredAssignment { resource_roles: None, ..stored(AssignmentState::Delivered, &[]) };
    let error = reprocess(&mut load(unknown), MANAGER).map(drop).expect_err("nothing to enforce is known");
    let (says, rules) = (error.to_string(), with_ids(&["R13"]));
    let come_from = sources(&rules) + &choices(&rules);
    line(
        &mut table,
        ["resourceRolesUnknown", &says, "bring them in with `set_resource_roles`"],
        &rules,
        &come_from,
    );
    table
}
