//! The remedies, carried out: each step is applied to the caller, and the gate is asked again.

use access_package::{
    Account, AssignmentState, Caller, Permission, PrivilegeLevel, Refusal, Role, RoleAssignment, Scope, Step,
    evaluate,
};

use crate::points::{HERE, LEVELS, callers, every_set, here};
use crate::support::MANAGER;
use crate::{NOW, assignment, reasons, remedies};

/// The caller after these steps.
fn after(caller: &Caller, steps: &[Step]) -> Caller {
    let mut caller = caller.clone();
    for step in steps {
        match step {
            Step::UseWorkOrSchoolAccount => {
                caller = Caller {
                    object: None,
                    account: Account::WorkOrSchool,
                    permissions: vec![],
                    roles: vec![],
                };
            }
            Step::HoldRole => {
                caller.roles.push(RoleAssignment { role: MANAGER, scope: Scope::Catalog(HERE) });
            }
            Step::HoldIdentityGovernanceAdministrator => {
                caller.roles.push(in_tenant(Role::IdentityGovernanceAdministrator));
            }
            Step::HoldPrivilegedRoleAdministrator => {
                caller.roles.push(in_tenant(Role::PrivilegedRoleAdministrator));
            }
            Step::HoldGlobalAdministrator => caller.roles.push(in_tenant(Role::GlobalAdministrator)),
            Step::ObtainDelegatedPermission => {
                obtain(&mut caller, Account::WorkOrSchool, Permission::EntitlementManagementReadWriteAll);
            }
            Step::ObtainApplicationPermission => {
                obtain(&mut caller, Account::Application, Permission::EntitlementManagementReadWriteAll);
            }
            Step::ObtainRoleManagementPermission => {
                obtain(&mut caller, Account::Application, Permission::RoleManagementReadWriteDirectory);
            }
            // These steps help an assignment, not a caller.
            Step::Wait
            | Step::ReprocessRequest
            | Step::ReprocessNewestRequest
            | Step::ReprocessAssignment
            | Step::RequestAgain
            | Step::LoadResourceRoles
            | Step::LoadCatalog
            | Step::LoadRequest => {}
        }
    }
    caller
}

fn in_tenant(role: Role) -> RoleAssignment {
    RoleAssignment { role, scope: Scope::Tenant }
}

/// Adds the permission, which only this kind of account can have.
fn obtain(caller: &mut Caller, account: Account, permission: Permission) {
    if caller.account == account {
        caller.permissions.push(permission);
    }
}

fn proper_parts(steps: &[Step]) -> impl Iterator<Item = Vec<Step>> {
    every_set(steps).into_iter().filter(|part| part.len() < steps.len())
}

/// R8: a caller who is not told that the catalog is privileged gets the remedies for a standard one.
fn as_told(refused: Refusal, level: Option<PrivilegeLevel>) -> Option<PrivilegeLevel> {
    let is_told = reasons(refused).iter().any(|reason| reason.rules().any(|rule| rule.id == "R43"));
    level.filter(|_| is_told)
}

/// Tried in every state, and with the level that the refusal reveals.
#[test]
fn a_remedy_turns_the_verdict_and_no_part_of_it_does() {
    for (&state, level) in AssignmentState::ALL.iter().flat_map(|state| LEVELS.map(|level| (state, level))) {
        for caller in callers() {
            let Err(refused) = evaluate(&caller, &assignment(state, level), NOW) else { continue };
            if !refused.is_unauthorized() {
                continue;
            }
            let told = assignment(state, as_told(refused, level));
            let is_unauthorized =
                |caller: &Caller| evaluate(caller, &told, NOW).is_err_and(Refusal::is_unauthorized);
            let remedies = remedies(refused);
            assert!(!remedies.is_empty(), "{caller:?}");
            for remedy in remedies {
                assert!(!is_unauthorized(&after(&caller, &remedy)), "{caller:?}, {remedy:?}");
                for part in proper_parts(&remedy) {
                    assert!(is_unauthorized(&after(&caller, &part)), "{caller:?}, {part:?} of {remedy:?}");
                }
            }
        }
    }
}

#[test]
fn no_remedy_is_left_out() {
    // The remedies name only the lowest roles that suffice. The other steps help no caller.
    let in_standard = [
        Step::UseWorkOrSchoolAccount,
        Step::HoldRole,
        Step::ObtainDelegatedPermission,
        Step::ObtainApplicationPermission,
    ];
    let in_privileged = [
        Step::HoldIdentityGovernanceAdministrator,
        Step::HoldPrivilegedRoleAdministrator,
        Step::HoldGlobalAdministrator,
        Step::ObtainRoleManagementPermission,
    ];
    let in_privileged: Vec<_> =
        Step::ALL.iter().copied().filter(|it| [in_standard, in_privileged].concat().contains(it)).collect();
    for (caller, level) in callers().flat_map(|caller| LEVELS.map(|level| (caller.clone(), level))) {
        let Err(refused) = caller.authority(Some(here(level))) else { continue };
        let told = here(as_told(refused, level));
        let helpful = if told.privilege_level.is_some() { &in_privileged[..] } else { &in_standard[..] };
        let remedies = remedies(refused);
        assert!(remedies.iter().flatten().all(|step| helpful.contains(step)), "{remedies:?}");
        let helps = |steps: &[Step]| after(&caller, steps).authority(Some(told)).is_ok();
        for steps in every_set(helpful) {
            let smallest = helps(&steps) && !proper_parts(&steps).any(|part| helps(&part));
            let times = remedies.iter().filter(|&remedy| *remedy == steps).count();
            assert_eq!(times, usize::from(smallest), "{caller:?}, {steps:?}");
        }
    }
}
