//! The gate as a table, and what stands behind each refusal.

use std::fmt::Write as _;

use access_package::policy::{Basis, RULES, Rule, Source};
use access_package::{
    Account, AssignmentState, Caller, Permission, Reason, Refusal, Remedy, Role, RoleAssignment, Scope, Step,
    StoredAssignment, reprocess,
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

/// Why the caller may not reprocess, if so.
fn refused(account: Account, permission: bool, scope: Option<Scope>) -> Option<Refusal> {
    let permissions = permission.then_some(Permission::EntitlementManagementReadWriteAll);
    let roles = scope.map(|scope| RoleAssignment { role: MANAGER, scope });
    let (permissions, roles) = (Vec::from_iter(permissions), Vec::from_iter(roles));
    let caller = Caller { object: None, account, permissions, roles };
    caller.authority(Some(in_state(AssignmentState::Delivered).catalog())).err()
}

fn answer(refused: Option<Refusal>) -> String {
    let reasons = |refused: Refusal| {
        let reasons: Vec<_> = refused.reasons().map(|reason| in_words(reason.code())).collect();
        reasons.join(", ")
    };
    refused.map_or("**may**".to_owned(), reasons)
}

/// The refusal for this reason in which nothing else stands in the way that does not have to.
fn refusal_for(reason: Reason) -> Refusal {
    match reason {
        Reason::InvalidState(state) => return Refusal::of_state(state).expect("not delivered"),
        Reason::ResourceRolesUnknown => {
            let unknown =
                StoredAssignment { resource_roles: None, ..stored(AssignmentState::Delivered, &[]) };
            return reprocess(&mut load(unknown), MANAGER).map(drop).expect_err("they are not known");
        }
        _ => {}
    }
    let points = ACCOUNTS.iter().flat_map(|&(_, account)| {
        [true, false].map(|permission| scopes().map(|scope| refused(account, permission, scope)))
    });
    let of_this_reason =
        points.flatten().flatten().filter(|refused| refused.reasons().any(|it| it == reason));
    of_this_reason.min_by_key(|refused| refused.reasons().count()).expect("each is given")
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
            Err(refusal) if refusal.is_unauthorized() => "insufficient role",
            Err(_) => "invalid state",
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

/// Where R9 is documented, and the part of R10 that is about this step.
fn of_the_step(step: Step) -> String {
    let what = match step {
        Step::Wait => "to wait",
        Step::ReprocessRequest => "to reprocess the request",
        Step::RequestAgain => "to request again",
        other => unreachable!("{other} helps no state"),
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

/// Each refusal with its words, what helps, the rules behind it, and where these are documented.
pub fn refusals() -> String {
    let mut table =
        "| refusal | in words | what helps | rules | documented in |\n|---|---|---|---|---|\n".to_owned();
    for reason in Reason::all() {
        let remedies = refusal_for(reason).remedies();
        let helps: Vec<_> = remedies.clone().map(|remedy| remedy.to_string()).collect();
        let rules: Vec<_> = reason.rules().collect();
        let (name, come_from) = match reason {
            Reason::InvalidState(_) => {
                let step = remedies.flat_map(Remedy::steps).next().expect("something helps");
                ("invalidState", of_the_step(step))
            }
            Reason::ResourceRolesUnknown => (reason.code(), sources(&rules) + &choices(&rules)),
            _ => (reason.code(), sources(&rules)),
        };
        // The list of rules is on the same page.
        let link = |rule: &&Rule| format!("[{}](#{})", rule.id, rule.id.to_lowercase());
        let links: Vec<_> = rules.iter().map(link).collect();
        let (name, helps, links) = (in_words(name), helps.join("; or "), links.join(", "));
        writeln!(table, "| {name} | {reason} | {helps} | {links} | {come_from} |").unwrap();
    }
    table
}
