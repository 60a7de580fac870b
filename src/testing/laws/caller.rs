//! Laws about who may reprocess.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{
    HERE, Law, at_any_time, before_the_end, ensure, highly_privileged, in_any_catalog, same, suffices,
    unseen, who_may,
};
use crate::testing::words::{Words, list};
use crate::testing::{Broken, Implementation, Refused, strategy};
use crate::{
    Account, Caller, Catalog, Permission, PrivilegeLevel, Reason, Role, RoleAssignment, Scope, Step,
    StoredAssignment,
};

type Answer = Result<(), Refused>;

fn refuses_the_caller(answer: &Answer) -> bool {
    answer.as_ref().is_err_and(Refused::is_of_caller)
}

/// A caller who may not reprocess is refused, with every reason. The remedies are exactly the smallest sets of steps
/// that make the call allowed.
///
/// # Errors
/// The law is broken.
pub fn refusal_is_complete_and_its_remedies_minimal<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
) -> Result<(), Broken> {
    let law = Law {
        name: "refusal is complete and its remedies minimal",
        rules: "R1, R2, R3, R4, R5, R6, R7, R43",
    };
    let callers = prop_oneof![2 => strategy::caller(HERE), 1 => highly_privileged()];
    let cases = (in_any_catalog(before_the_end(strategy::stored_assignment())), callers);
    law.hold(cases, |((stored, now), caller)| {
        let ask = |stored: &StoredAssignment, caller: &Caller| {
            make(stored.clone()).reprocess(caller, &unseen, *now)
        };
        let answer = ask(stored, caller);
        let (reasons, remedies): (&[_], &[_]) = match &answer {
            Err(refused) if refused.is_of_caller() => (&refused.reasons, &refused.remedies),
            Ok(()) | Err(_) => (&[], &[]),
        };
        let in_the_way = in_the_way(caller, stored);
        ensure(same(reasons, &in_the_way) && refuses_the_caller(&answer) != in_the_way.is_empty(), || {
            format!("{}, but the rules give these reasons: {}", answer.words(), list(&in_the_way, ", "))
        })?;
        if in_the_way.is_empty() {
            return Ok(());
        }
        // R8: a caller who is not told that the catalog is privileged gets the remedies for a standard catalog.
        let as_told = if in_the_way.iter().any(|reason| IN_PRIVILEGED.contains(reason)) {
            stored.clone()
        } else {
            StoredAssignment { catalog: Catalog::of_unknown_level(HERE), ..stored.clone() } // as good as a standard one
        };
        let minimal = minimal(&steps(as_told.catalog.privilege_level), |steps| {
            !refuses_the_caller(&ask(&as_told, &steps.iter().copied().fold(caller.clone(), taken)))
        });
        let remedies: Vec<_> = remedies.iter().cloned().map(in_order).collect();
        let minimal: Vec<_> = minimal.into_iter().map(in_order).collect();
        ensure(same(&remedies, &minimal), || {
            let (remedies, minimal) = (list(&remedies, ", or "), list(&minimal, ", or "));
            format!("remedies: {remedies}; when they are tried, what turns the verdict is: {minimal}")
        })
    })
}

/// The reasons that say that the catalog is privileged.
const IN_PRIVILEGED: [Reason; 4] = [
    Reason::MissingRoleManagementPermission,
    Reason::PrivilegedCatalog,
    Reason::WithoutIdentityGovernanceAdministrator,
    Reason::WithoutPrivilegedRoleAdministrator,
];

/// R3 to R7, R43: the reasons to refuse this caller.
fn in_the_way(caller: &Caller, stored: &StoredAssignment) -> Vec<Reason> {
    let counts = |scope| scope == Scope::Tenant || scope == Scope::Catalog(stored.catalog.id);
    let here = |role| caller.roles.iter().any(|held| held.role == role && counts(held.scope));
    let mut qualifying = caller.roles.iter().filter(|held| suffices(held.role));
    let permitted = caller.permissions.contains(&Permission::EntitlementManagementReadWriteAll);
    let is_here = qualifying.clone().any(|held| counts(held.scope));
    let as_told = is_here || (caller.account == Account::Application && permitted);
    let is_privileged = as_told && stored.catalog.privilege_level == Some(PrivilegeLevel::Privileged);
    // R43: each of an application's permissions replaces one of the two roles.
    let manages_roles = caller.permissions.contains(&Permission::RoleManagementReadWriteDirectory);
    let stand_for =
        [permitted, manages_roles].map(|permission| permission && caller.account == Account::Application);
    let [governs, grants] =
        [Role::IdentityGovernanceAdministrator, Role::PrivilegedRoleAdministrator].map(here);
    let both = [governs || stand_for[0], grants || stand_for[1]];
    let role = match both {
        _ if is_privileged && here(Role::GlobalAdministrator) => None,
        [true, true] => None, // and in any other catalog too
        [true, false] if is_privileged => Some(Reason::WithoutPrivilegedRoleAdministrator),
        [false, true] if is_privileged => Some(Reason::WithoutIdentityGovernanceAdministrator),
        [false, false] if is_privileged => Some(Reason::PrivilegedCatalog),
        _ if is_here => None,
        _ if qualifying.next().is_some() => Some(Reason::OutOfScope),
        _ => Some(Reason::InsufficientRole),
    };
    let missing = |reason| if permitted { None } else { Some(reason) };
    let reasons = match caller.account {
        Account::Personal => [Some(Reason::PersonalAccount), None],
        Account::WorkOrSchool => [missing(Reason::MissingDelegatedPermission), role],
        Account::Application if role.is_none() || (permitted && !is_privileged) => [None, None],
        Account::Application if role == Some(Reason::WithoutPrivilegedRoleAdministrator) => {
            [Some(Reason::MissingRoleManagementPermission), role]
        }
        Account::Application => [Some(Reason::MissingApplicationPermission), role],
    };
    reasons.into_iter().flatten().collect()
}

/// The steps of a caller to pass the gate of a catalog of this level. Only the least sufficient roles are included.
fn steps(level: Option<PrivilegeLevel>) -> Vec<Step> {
    let roles: &[_] = match level {
        Some(PrivilegeLevel::Privileged) => &[
            Step::HoldIdentityGovernanceAdministrator,
            Step::HoldPrivilegedRoleAdministrator,
            Step::HoldGlobalAdministrator,
            Step::ObtainRoleManagementPermission,
        ],
        Some(PrivilegeLevel::Standard) | None => &[Step::UseWorkOrSchoolAccount, Step::HoldRole],
    };
    [roles, &[Step::ObtainDelegatedPermission, Step::ObtainApplicationPermission]].concat()
}

/// The smallest sets of steps that make the call allowed, found by trying every set.
fn minimal(all: &[Step], turns: impl Fn(&[Step]) -> bool) -> Vec<Vec<Step>> {
    let mut minimal: Vec<Vec<Step>> = Vec::new();
    for set in 1..1_u32 << all.len() {
        let steps = (0..).zip(all.iter().copied()).filter(|(number, _)| set >> number & 1 == 1);
        let steps: Vec<_> = steps.map(|(_, step)| step).collect();
        // Every subset has been tried before.
        let has_a_part = minimal.iter().any(|part| part.iter().all(|step| steps.contains(step)));
        if !has_a_part && turns(&steps) {
            minimal.push(steps);
        }
    }
    minimal
}

/// The caller after this step.
fn taken(caller: Caller, step: Step) -> Caller {
    let is_application = caller.account == Account::Application;
    match step {
        Step::UseWorkOrSchoolAccount => {
            Caller { object: None, account: Account::WorkOrSchool, permissions: Vec::new(), roles: Vec::new() }
        }
        Step::HoldRole => with_role(caller, Role::AccessPackageAssignmentManager, Scope::Catalog(HERE)),
        Step::HoldIdentityGovernanceAdministrator => {
            with_role(caller, Role::IdentityGovernanceAdministrator, Scope::Tenant)
        }
        Step::HoldPrivilegedRoleAdministrator => {
            with_role(caller, Role::PrivilegedRoleAdministrator, Scope::Tenant)
        }
        Step::HoldGlobalAdministrator => with_role(caller, Role::GlobalAdministrator, Scope::Tenant),
        Step::ObtainDelegatedPermission if !is_application => {
            with_permission(caller, Permission::EntitlementManagementReadWriteAll)
        }
        Step::ObtainApplicationPermission if is_application => {
            with_permission(caller, Permission::EntitlementManagementReadWriteAll)
        }
        Step::ObtainRoleManagementPermission => {
            with_permission(caller, Permission::RoleManagementReadWriteDirectory)
        }
        // Such a call cannot carry a permission of the other kind.
        Step::ObtainDelegatedPermission
        | Step::ObtainApplicationPermission
        // The caller cannot take these steps.
        | Step::Wait
        | Step::ReprocessRequest
        | Step::ReprocessNewestRequest
        | Step::ReprocessAssignment
        | Step::RequestAgain
        | Step::LoadResourceRoles
        | Step::LoadCatalog
        | Step::LoadRequest => caller,
    }
}

fn with_role(mut caller: Caller, role: Role, scope: Scope) -> Caller {
    caller.roles.push(RoleAssignment { role, scope });
    caller
}

fn with_permission(mut caller: Caller, permission: Permission) -> Caller {
    caller.permissions.push(permission);
    caller
}

fn in_order(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by_key(|step| Step::ALL.iter().position(|other| other == step));
    steps
}

/// A caller who may reprocess still may with one more role or permission, and with the same effect.
///
/// # Errors
/// The law is broken.
pub fn more_authority_never_hurts<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
) -> Result<(), Broken> {
    let law = Law { name: "more authority never hurts", rules: "R1, R3, R4, R5, R43" };
    let more = prop_oneof![
        strategy::permission().prop_map(More::Permission),
        strategy::role_assignment(HERE).prop_map(More::Role),
    ];
    let callers = prop_oneof![who_may(), strategy::caller(HERE), highly_privileged()];
    let cases = (in_any_catalog(before_the_end(strategy::stored_assignment())), callers, more);
    law.hold(cases, |((stored, now), caller, more)| {
        let ask = |caller: &Caller| {
            let mut it = make(stored.clone());
            (it.reprocess(caller, &unseen, *now), it.actions())
        };
        let before = ask(caller);
        if refuses_the_caller(&before.0) {
            return Ok(());
        }
        // The addition comes first, and then last: the order must not matter.
        for place in [0, usize::MAX] {
            let after = ask(&more.beside(caller, place));
            let (was, is) = (before.0.words(), after.0.words());
            ensure(before.0 == after.0, || format!("{was} before, and with more: {is}"))?;
            ensure(same(&before.1, &after.1), || "with more, other actions than before".into())?;
        }
        Ok(())
    })
}

#[derive(Debug, Clone)]
enum More {
    Permission(Permission),
    Role(RoleAssignment),
}

impl More {
    fn beside(&self, caller: &Caller, place: usize) -> Caller {
        let mut caller = caller.clone();
        match self {
            Self::Permission(more) => caller.permissions.insert(place.min(caller.permissions.len()), *more),
            Self::Role(more) => caller.roles.insert(place.min(caller.roles.len()), *more),
        }
        caller
    }
}

impl Words for More {
    fn words(&self) -> String {
        match self {
            Self::Permission(more) => format!("and then also the permission {}", more.words()),
            Self::Role(more) => format!("and then also the role {}", more.words()),
        }
    }
}

/// A caller who may not reprocess gets the same answer for every assignment in the catalog, in any state.
///
/// # Errors
/// The law is broken.
pub fn a_refused_caller_learns_nothing<I: Implementation>(
    make: impl Fn(StoredAssignment) -> I,
) -> Result<(), Broken> {
    let law = Law { name: "a refused caller learns nothing", rules: "R8" };
    let any = || at_any_time(strategy::stored_assignment());
    let callers = prop_oneof![2 => strategy::caller(HERE), 1 => highly_privileged()];
    // A catalog has one level.
    let both = (any(), any(), strategy::privilege_level()).prop_map(|(mut one, mut other, level)| {
        (one.0.catalog.privilege_level, other.0.catalog.privilege_level) = (level, level);
        (one, other)
    });
    law.hold((both, callers), |((one, other), caller)| {
        let ask =
            |(stored, now): &(StoredAssignment, _)| make(stored.clone()).reprocess(caller, &unseen, *now);
        let (one, other) = (ask(one), ask(other));
        let may_not = refuses_the_caller(&one) || refuses_the_caller(&other);
        ensure(!may_not || one == other, || {
            format!("of the one, {}; of the other, {}", one.words(), other.words())
        })
    })
}
