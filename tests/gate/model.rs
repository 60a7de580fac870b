//! The gate once more, as the rules say it: a list for the ladder, and a line for each way to stand.

use access_package::{
    Account, AssignmentState, Caller, CatalogId, Permission, Reason, Role, RoleAssignment, Scope, Step,
    Unauthorized,
};

use Account::{Application, Personal, WorkOrSchool};
use Reason::{
    InsufficientRole, MissingApplicationPermission, MissingDelegatedPermission, OutOfScope, PersonalAccount,
};
use Role::{GlobalAdministrator, IdentityGovernanceAdministrator};
use Step::{HoldRole, ObtainApplicationPermission, ObtainDelegatedPermission, UseWorkOrSchoolAccount};

/// R1, from the lowest to the highest. R2: the others are not on it.
pub(crate) const LADDER: [Role; 5] = [
    Role::AccessPackageAssignmentManager,
    Role::AccessPackageManager,
    Role::CatalogOwner,
    IdentityGovernanceAdministrator,
    GlobalAdministrator,
];

#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    May(Role),
    MayNot(MayNot),
    NotInThisState { required: AssignmentState, actual: AssignmentState },
}

/// Why not, and what would help.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MayNot {
    pub(crate) reasons: Vec<Reason>,
    pub(crate) remedies: Vec<Vec<Step>>,
}

impl MayNot {
    fn new(reasons: &[Reason], remedies: &[&[Step]]) -> Self {
        Self { reasons: reasons.to_vec(), remedies: remedies.iter().map(|steps| steps.to_vec()).collect() }
    }
}

impl From<Unauthorized> for MayNot {
    fn from(refused: Unauthorized) -> Self {
        Self {
            reasons: refused.reasons().collect(),
            remedies: refused.remedies().map(|remedy| remedy.steps().collect()).collect(),
        }
    }
}

/// R8: first who asks, and only then how the assignment stands.
pub(crate) fn answer(caller: &Caller, catalog: CatalogId, state: AssignmentState) -> Answer {
    let required = AssignmentState::Delivered; // R9
    match authority(caller, Some(catalog)) {
        Err(why) => Answer::MayNot(why),
        Ok(role) if state == required => Answer::May(role),
        Ok(_) => Answer::NotInThisState { required, actual: state },
    }
}

/// R3
pub(crate) fn counts(held: RoleAssignment, catalog: Option<CatalogId>) -> bool {
    held.scope == Scope::Tenant || catalog.is_some_and(|catalog| held.scope == Scope::Catalog(catalog))
}

/// The highest rung of the ladder that the caller holds where it counts.
pub(crate) fn highest(caller: &Caller, catalog: Option<CatalogId>) -> Option<Role> {
    let held = |role| caller.roles.iter().any(|&held| held.role == role && counts(held, catalog));
    LADDER.into_iter().rev().find(|&role| held(role))
}

#[expect(clippy::match_same_arms, reason = "by rule, not by answer")]
pub(crate) fn authority(caller: &Caller, catalog: Option<CatalogId>) -> Result<Role, MayNot> {
    // R7
    let permission = caller.permissions.contains(&Permission::EntitlementManagementReadWriteAll);
    let somewhere = caller.roles.iter().any(|held| LADDER.contains(&held.role));
    let no_role = if somewhere { OutOfScope } else { InsufficientRole };
    let may_not = |reasons: &[_], remedies: &[&[_]]| Err(MayNot::new(reasons, remedies));
    match (caller.account, permission, highest(caller, catalog)) {
        // R4
        (WorkOrSchool, true, Some(role)) => Ok(role),
        (WorkOrSchool, true, None) => may_not(&[no_role], &[&[HoldRole]]),
        (WorkOrSchool, false, Some(_)) => {
            may_not(&[MissingDelegatedPermission], &[&[ObtainDelegatedPermission]])
        }
        (WorkOrSchool, false, None) => {
            may_not(&[MissingDelegatedPermission, no_role], &[&[HoldRole, ObtainDelegatedPermission]])
        }
        // R5. The permission is as good as the role that may do anything in every catalog.
        (Application, true, Some(GlobalAdministrator)) => Ok(GlobalAdministrator),
        (Application, true, _) => Ok(IdentityGovernanceAdministrator),
        (Application, false, Some(role)) => Ok(role),
        (Application, false, None) => {
            may_not(&[MissingApplicationPermission, no_role], &[&[HoldRole], &[ObtainApplicationPermission]])
        }
        // R6
        (Personal, _, _) => {
            may_not(&[PersonalAccount], &[&[UseWorkOrSchoolAccount, HoldRole, ObtainDelegatedPermission]])
        }
    }
}
