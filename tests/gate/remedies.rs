//! The remedies, taken: what each step says is done to the caller, and the gate is asked again.

use access_package::{
    Account, AssignmentState, Caller, Permission, Refusal, RoleAssignment, Scope, Step, evaluate,
};

use crate::points::{HERE, callers, every_set};
use crate::support::{MANAGER, in_state};
use crate::{NOW, remedies};

/// The caller who has taken these steps.
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
            Step::ObtainDelegatedPermission => obtain(&mut caller, Account::WorkOrSchool),
            Step::ObtainApplicationPermission => obtain(&mut caller, Account::Application),
            // These help an assignment, and no caller.
            Step::Wait
            | Step::ReprocessRequest
            | Step::ReprocessNewestRequest
            | Step::ReprocessAssignment
            | Step::RequestAgain
            | Step::LoadResourceRoles
            | Step::LoadRequest => {}
        }
    }
    caller
}

/// The permission of this kind of account, which no other can have.
fn obtain(caller: &mut Caller, account: Account) {
    if caller.account == account {
        caller.permissions.push(Permission::EntitlementManagementReadWriteAll);
    }
}

fn proper_parts(steps: &[Step]) -> impl Iterator<Item = Vec<Step>> {
    every_set(steps).into_iter().filter(|part| part.len() < steps.len())
}

/// In every state, for those the caller may know of afterwards.
#[test]
fn a_remedy_turns_the_verdict_and_no_part_of_it_does() {
    for &state in AssignmentState::ALL {
        let assignment = in_state(state);
        let is_unauthorized =
            |caller: &Caller| evaluate(caller, &assignment, NOW).is_err_and(Refusal::is_unauthorized);
        for caller in callers() {
            let Err(refused) = evaluate(&caller, &assignment, NOW) else { continue };
            if !refused.is_unauthorized() {
                continue;
            }
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
    for caller in callers() {
        let Err(refused) = caller.authority(Some(HERE)) else { continue };
        let remedies = remedies(refused);
        let helps = |steps: &[Step]| after(&caller, steps).authority(Some(HERE)).is_ok();
        for steps in every_set(Step::ALL) {
            let smallest = helps(&steps) && !proper_parts(&steps).any(|part| helps(&part));
            let times = remedies.iter().filter(|&remedy| *remedy == steps).count();
            assert_eq!(times, usize::from(smallest), "{caller:?}, {steps:?}");
        }
    }
}
