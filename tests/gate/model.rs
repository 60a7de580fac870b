//! The gate once more, as the rules say it: a line for each way to stand. What would help is not said here: a test
//! searches for it.

use access_package::{
    Account, AssignmentState, Caller, CatalogId, Permission, Reason, Role, RoleAssignment, Scope,
};

use crate::support::documented::{ladder, rung};

use Account::{Application, Personal, WorkOrSchool};
use Reason::{
    InsufficientRole, MissingApplicationPermission, MissingDelegatedPermission, OutOfScope, PersonalAccount,
};
use Role::{GlobalAdministrator, IdentityGovernanceAdministrator};

#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    May(Role),
    MayNot(Vec<Reason>),
    NotInThisState(AssignmentState),
}

/// R8: first who asks, and only then how the assignment stands.
pub(crate) fn answer(caller: &Caller, catalog: CatalogId, state: AssignmentState) -> Answer {
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

#[expect(clippy::match_same_arms, reason = "by rule, not by answer")]
pub(crate) fn authority(caller: &Caller, catalog: Option<CatalogId>) -> Result<Role, Vec<Reason>> {
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
