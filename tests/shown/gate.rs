//! The gate as a table, and the facts behind each refusal.

use std::fmt::Write as _;

use access_package::policy::{RULES, Rule};
use access_package::{
    Account, AssignmentRequest, AssignmentState, Caller, Catalog, Permission, PrivilegeLevel, Purpose,
    Reason, Recency, Refusal, Role, RoleAssignment, Scope, StoredAssignment, Timestamp, evaluate_request,
    reprocess,
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

/// On the catalog of the assignment, on another catalog, and nowhere.
fn scopes() -> [Option<Scope>; 3] {
    let here = Scope::Catalog(in_state(AssignmentState::Delivered).catalog().id);
    [Some(here), Some(Scope::Catalog(Uuid::from_u128(0xcc).into())), None]
}

/// The refusal of the caller, if any.
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

/// A request for an assignment in this state. It is reprocessed a second after it was completed.
pub fn request(state: AssignmentState) -> AssignmentRequest {
    AssignmentRequest {
        id: Uuid::from_u128(0xe).into(),
        assignment: in_state(state).id(),
        purpose: Purpose::Grant,
        state,
        completed: Timestamp::MIN,
        recency: Recency::Newest,
    }
}

/// The refusal for this reason, with as few other reasons as possible.
fn refusal_for(reason: Reason) -> Refusal {
    let failed = AssignmentState::DeliveryFailed;
    let of_request = |request: AssignmentRequest, now| {
        let caller = caller(Account::WorkOrSchool, &[EM], &[MANAGER]);
        evaluate_request(&caller, &in_state(failed), &request, now).expect_err("refused")
    };
    let of_request_in = |state| Refusal::of_request_state(state).expect("not failed");
    let now = Timestamp::MIN;
    match reason {
        Reason::InvalidState(state) => return Refusal::of_state(state).expect("not delivered"),
        Reason::RequestDelivering => return of_request_in(AssignmentState::Delivering),
        Reason::RequestDelivered => return of_request_in(AssignmentState::Delivered),
        Reason::RequestExpired => return of_request_in(AssignmentState::Expired),
        Reason::ResourceRolesUnknown => {
            let unknown =
                StoredAssignment { resource_roles: None, ..stored(AssignmentState::Delivered, &[]) };
            return reprocess(&mut load(unknown), MANAGER).map(drop).expect_err("they are not known");
        }
        Reason::CatalogDisagrees => {
            let authority = caller(Account::WorkOrSchool, &[EM], &[MANAGER]).authority(None).expect("may");
            let privileged =
                StoredAssignment { catalog: privileged(), ..stored(AssignmentState::Delivered, &[]) };
            return authority.admit(load(privileged), now).expect_err("it is privileged").into();
        }
        Reason::RequestOfAnotherAssignment => {
            return of_request(AssignmentRequest { assignment: Uuid::nil().into(), ..request(failed) }, now);
        }
        Reason::RequestWithoutGrant => {
            return of_request(AssignmentRequest { purpose: Purpose::Removal, ..request(failed) }, now);
        }
        Reason::RequestSuperseded => {
            return of_request(AssignmentRequest { recency: Recency::Superseded, ..request(failed) }, now);
        }
        Reason::RequestStateDisagrees => return of_request(request(AssignmentState::Delivered), now),
        Reason::RequestTooOld => return of_request(request(failed), Timestamp::MAX),
        _ => {}
    }
    let points = ACCOUNTS.iter().flat_map(|&(_, account)| {
        [true, false].map(|permission| scopes().map(|scope| refused(account, permission, scope)))
    });
    let in_privileged = ROLES_IN_PRIVILEGED
        .iter()
        .flat_map(|(_, roles)| CALLERS.map(|(_, account, permissions)| (account, permissions, *roles)))
        .filter_map(|(account, permissions, roles)| {
            caller(account, permissions, roles).authority(Some(privileged())).err()
        });
    let of_this_reason = points
        .flatten()
        .flatten()
        .chain(in_privileged)
        .filter(|refused| refused.reasons().any(|it| it == reason));
    of_this_reason.min_by_key(|refused| refused.reasons().count()).expect("each is given")
}

/// The answers by kind of account, permission and place of the role.
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

const EM: Permission = Permission::EntitlementManagementReadWriteAll;
const RM: Permission = Permission::RoleManagementReadWriteDirectory;

/// The callers in a privileged catalog, without their roles.
const CALLERS: [(&str, Account, &[Permission]); 4] = [
    ("work or school account with the permission", Account::WorkOrSchool, &[EM]),
    ("application without a permission", Account::Application, &[]),
    ("with the permission", Account::Application, &[EM]),
    ("with `RoleManagement.ReadWrite.Directory` too", Account::Application, &[EM, RM]),
];

/// The roles that they hold there.
const ROLES_IN_PRIVILEGED: [(&str, &[Role]); 7] = [
    ("*Global Administrator*", &[Role::GlobalAdministrator]),
    (
        "*Identity Governance Administrator* and *Privileged Role Administrator*",
        &[Role::IdentityGovernanceAdministrator, Role::PrivilegedRoleAdministrator],
    ),
    ("*Identity Governance Administrator*", &[Role::IdentityGovernanceAdministrator]),
    (
        "*Catalog owner* and *Privileged Role Administrator*",
        &[Role::CatalogOwner, Role::PrivilegedRoleAdministrator],
    ),
    ("*Catalog owner* or lower", &[Role::CatalogOwner]),
    ("*Privileged Role Administrator*", &[Role::PrivilegedRoleAdministrator]),
    ("no role", &[]),
];

fn privileged() -> Catalog {
    let privilege_level = Some(PrivilegeLevel::Privileged);
    Catalog { privilege_level, ..in_state(AssignmentState::Delivered).catalog() }
}

fn caller(account: Account, permissions: &[Permission], roles: &[Role]) -> Caller {
    let roles = roles.iter().map(|&role| RoleAssignment { role, scope: Scope::Tenant });
    Caller { object: None, account, permissions: permissions.to_vec(), roles: roles.collect() }
}

/// The answers in a privileged catalog, by caller and roles.
pub fn in_privileged() -> String {
    let names = CALLERS.map(|(name, ..)| name).join(" | ");
    let mut table = format!("| held on the catalog or the tenant | {names} |\n|---|---|---|---|---|\n");
    for (held, roles) in ROLES_IN_PRIVILEGED {
        let answers = CALLERS.map(|(_, account, permissions)| {
            answer(caller(account, permissions, roles).authority(Some(privileged())).err())
        });
        writeln!(table, "| {held} | {} |", answers.join(" | ")).unwrap();
    }
    table
}

/// The answers of `reprocess`, by role and state.
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

/// Each refusal with its text, its remedies and its rules. The rules name their sources.
pub fn refusals() -> String {
    let mut table = "| refusal | in words | what helps | rules |\n|---|---|---|---|\n".to_owned();
    let mut cited = Vec::new();
    for reason in Reason::all() {
        let helps: Vec<_> = refusal_for(reason).remedies().map(|remedy| remedy.to_string()).collect();
        let name = match reason {
            Reason::InvalidState(_) => "invalidState",
            _ => reason.code(),
        };
        cited.extend(reason.rules());
        let links: Vec<_> = reason.rules().map(|rule| format!("[{}]", rule.id)).collect();
        let (name, helps, links) = (in_words(name), helps.join("; or "), links.join(", "));
        writeln!(table, "| {name} | {reason} | {helps} | {links} |").unwrap();
    }
    // For a reader of the file alone. On a page with the rules, the links lead to the rules on the page.
    table.push('\n');
    for Rule { id, .. } in RULES.iter().filter(|rule| cited.contains(rule)) {
        writeln!(table, "[{id}]: rules.md#{}", id.to_lowercase()).unwrap();
    }
    table
}
