//! The gate a second time, as the rules state it: one line for each case. It gives no remedies: another test
//! searches for them.

use access_package::{
    Account, AssignmentState, Caller, Catalog, CatalogId, Permission, PrivilegeLevel, Reason, Role,
    RoleAssignment, Scope,
};

use crate::support::documented::{ladder, rung};

use Account::{Application, Personal, WorkOrSchool};
use Reason::{
    InsufficientRole, MissingApplicationPermission, MissingDelegatedPermission,
    MissingRoleManagementPermission, OutOfScope, PersonalAccount, PrivilegedCatalog,
    WithoutIdentityGovernanceAdministrator, WithoutPrivilegedRoleAdministrator,
};
use Role::{GlobalAdministrator, IdentityGovernanceAdministrator, PrivilegedRoleAdministrator};

#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    May(Role),
    MayNot(Vec<Reason>),
    NotInThisState(AssignmentState),
}

/// R8: the caller is judged first, and then the state.
pub(crate) fn answer(caller: &Caller, catalog: Catalog, state: AssignmentState) -> Answer {
    match authority(caller, Some(catalog)) {
        Err(why) => Answer::MayNot(why),
        // R9
        Ok(role) if state == AssignmentState::Delivered => Answer::May(role),
        Ok(_) => Answer::NotInThisState(state),
    }
}

/// R3
pub(crate) fn counts(held: RoleAssignment, catalog: Option<CatalogId>) -> bool {
    held.scope == Scope::Tenant || catalog.is_some_and(|catalog| held.scope == Scope::Catalog(catalog))
}

/// R1, R2: the highest rung of the ladder that the caller holds where it counts.
pub(crate) fn highest(caller: &Caller, catalog: Option<CatalogId>) -> Option<Role> {
    let held = |role| caller.roles.iter().any(|&held| held.role == role && counts(held, catalog));
    ladder().rev().find(|&role| held(role))
}

pub(crate) fn authority(caller: &Caller, catalog: Option<Catalog>) -> Result<Role, Vec<Reason>> {
    let privileged = catalog.filter(|it| it.privilege_level == Some(PrivilegeLevel::Privileged));
    // R8: a caller who is not told that the catalog is privileged gets the answer for a standard one.
    let told = privileged.and_then(|catalog| in_privileged(caller, catalog.id));
    told.unwrap_or_else(|| in_standard(caller, catalog.map(|catalog| catalog.id)))
}

/// R43: the answer for a caller who is told. `None` for a caller who is not.
fn in_privileged(caller: &Caller, catalog: CatalogId) -> Option<Result<Role, Vec<Reason>>> {
    let held = |role| caller.roles.iter().any(|it| it.role == role && counts(*it, Some(catalog)));
    let permitted = |permission| caller.permissions.contains(&permission);
    let may_change = permitted(Permission::EntitlementManagementReadWriteAll);
    let application = caller.account == Application;
    if highest(caller, Some(catalog)).is_none() && !(application && may_change) {
        return None;
    }
    let instead = |permission| application && permitted(permission);
    let one = held(IdentityGovernanceAdministrator) || instead(Permission::EntitlementManagementReadWriteAll);
    let other = held(PrivilegedRoleAdministrator) || instead(Permission::RoleManagementReadWriteDirectory);
    let lacks = match (one, other) {
        (true, true) => vec![],
        (true, false) => vec![WithoutPrivilegedRoleAdministrator],
        (false, true) => vec![WithoutIdentityGovernanceAdministrator],
        (false, false) => vec![PrivilegedCatalog],
    };
    let top = held(GlobalAdministrator);
    let lacks = if top { vec![] } else { lacks };
    let before = match caller.account {
        Personal => return Some(Err(vec![PersonalAccount])),
        WorkOrSchool if may_change => vec![],
        WorkOrSchool => vec![MissingDelegatedPermission],
        Application if lacks.is_empty() => vec![],
        Application if one => vec![MissingRoleManagementPermission],
        Application => vec![MissingApplicationPermission],
    };
    let reasons = [before, lacks].concat();
    let role = if top { GlobalAdministrator } else { IdentityGovernanceAdministrator };
    Some(if reasons.is_empty() { Ok(role) } else { Err(reasons) })
}

#[expect(clippy::match_same_arms, reason = "by rule, not by answer")]
fn in_standard(caller: &Caller, catalog: Option<CatalogId>) -> Result<Role, Vec<Reason>> {
    // R7
    let permission = caller.permissions.contains(&Permission::EntitlementManagementReadWriteAll);
    let somewhere = caller.roles.iter().any(|held| rung(held.role).is_some());
    let no_role = if somewhere { OutOfScope } else { InsufficientRole };
    let role = highest(caller, catalog);
    let reasons = match (caller.account, permission, role) {
        // R4
        (WorkOrSchool, true, Some(role)) => return Ok(role),
        (WorkOrSchool, true, None) => vec![no_role],
        (WorkOrSchool, false, Some(_)) => vec![MissingDelegatedPermission],
        (WorkOrSchool, false, None) => vec![MissingDelegatedPermission, no_role],
        // R5. The permission is as good as the role that may do anything in every catalog.
        (Application, true, Some(GlobalAdministrator)) => return Ok(GlobalAdministrator),
        (Application, true, _) => return Ok(IdentityGovernanceAdministrator),
        (Application, false, Some(role)) => return Ok(role),
        (Application, false, None) => vec![MissingApplicationPermission, no_role],
        // R6
        (Personal, _, _) => vec![PersonalAccount],
    };
    Err(reasons)
}
