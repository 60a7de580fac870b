//! Callers with several roles, and the effect of one more role or permission.

use access_package::{
    Authority, Caller, Catalog, CatalogId, Permission, PrivilegeLevel, Refusal, Role, RoleAssignment,
};

use crate::model;
use crate::points::{HERE, NOBODYS, THERE, callers, here, role_assignments, without_roles};
use crate::reasons;
use crate::support::documented::rung;
use crate::support::every_list;

/// The catalogs to ask for. `None` stands for the tenant as a whole.
const CATALOGS: [Option<CatalogId>; 4] = [Some(HERE), Some(THERE), Some(NOBODYS), None];

/// R43: these catalogs, and `HERE` as a privileged one.
fn of_any_level() -> impl Iterator<Item = Option<Catalog>> {
    let unknown = CATALOGS.into_iter().map(|id| id.map(Catalog::of_unknown_level));
    unknown.chain([Some(here(Some(PrivilegeLevel::Privileged)))])
}

fn role_of(caller: &Caller, catalog: Option<CatalogId>) -> Result<Role, Refusal> {
    caller.authority(catalog.map(Catalog::of_unknown_level)).map(Authority::role)
}

/// The value of a role in this catalog: its rung if the role counts there, and a little if it does not.
fn worth(held: RoleAssignment, catalog: Option<CatalogId>) -> usize {
    rung(held.role).map_or(0, |rung| if model::counts(held, catalog) { rung + 2 } else { 1 })
}

/// Tries every list, and so every order and every repetition.
fn are_as_good_as_the_best_of_them(number: usize) {
    let lists = every_list(&role_assignments(), number);
    for caller in without_roles() {
        let alone: Vec<_> = role_assignments()
            .into_iter()
            .map(|held| {
                let caller = Caller { roles: vec![held], ..caller.clone() };
                (held, worth(held, Some(HERE)), role_of(&caller, Some(HERE)))
            })
            .collect();
        let mut caller = caller;
        for roles in &lists {
            caller.roles.clone_from(roles);
            let best =
                alone.iter().filter(|(held, ..)| roles.contains(held)).max_by_key(|(_, worth, _)| worth);
            assert_eq!(Some(role_of(&caller, Some(HERE))), best.map(|&(.., answer)| answer), "{caller:?}");
        }
    }
}

// R1, R3
#[test]
fn two_roles_are_as_good_as_the_better_one() {
    are_as_good_as_the_best_of_them(2);
}

// R1, R3
#[test]
fn three_roles_are_as_good_as_the_best_one() {
    are_as_good_as_the_best_of_them(3);
}

/// Two roles, or a role and a permission, can allow together what neither allows alone.
// R43
#[test]
fn in_a_privileged_catalog_two_roles_are_as_good_as_the_rules_say() {
    let catalog = Some(here(Some(PrivilegeLevel::Privileged)));
    let lists = every_list(&role_assignments(), 2);
    let (mut may, mut points) = (0, 0);
    for mut caller in without_roles() {
        for roles in &lists {
            caller.roles.clone_from(roles);
            let answer = caller.authority(catalog).map(Authority::role).map_err(reasons);
            assert_eq!(answer, model::authority(&caller, catalog), "{caller:?}");
            may += u32::from(answer.is_ok());
            points += 1;
        }
    }
    println!("{points} points");
    assert!(may > 0);
}

/// Adds a role or a permission, before or after those that the caller has.
fn with_one_more(caller: &Caller) -> impl Iterator<Item = Caller> {
    fn added<T: Copy>(before: &[T], one: T) -> [Vec<T>; 2] {
        [[&[one], before].concat(), [before, &[one]].concat()]
    }
    let role = |role| added(&caller.roles, role).map(|roles| Caller { roles, ..caller.clone() });
    let permission = |permission| {
        added(&caller.permissions, permission).map(|permissions| Caller { permissions, ..caller.clone() })
    };
    role_assignments().into_iter().flat_map(role).chain(Permission::ALL.iter().copied().flat_map(permission))
}

#[test]
fn one_more_role_or_permission_never_takes_authority_away() {
    for caller in callers() {
        for catalog in of_any_level() {
            let role_of = |caller: &Caller| caller.authority(catalog).map(Authority::role);
            let Ok(role) = role_of(&caller) else { continue };
            for more in with_one_more(&caller) {
                let after = role_of(&more);
                assert!(
                    after.is_ok_and(|after| rung(after) >= rung(role)),
                    "{caller:?}, {more:?}, {after:?}"
                );
            }
        }
    }
}

// R28
#[test]
fn in_the_tenant_as_a_whole_only_what_is_held_there_counts() {
    for caller in callers() {
        let authority = role_of(&caller, None);
        assert_eq!(authority.map_err(reasons), model::authority(&caller, None), "{caller:?}");
        // A call for a missing assignment gets the answer for an assignment in a foreign catalog.
        assert_eq!(authority, role_of(&caller, Some(NOBODYS)), "{caller:?}");
        let everywhere = [HERE, THERE, NOBODYS]
            .into_iter()
            .all(|id| caller.authority(Some(Catalog::of_unknown_level(id))).is_ok());
        assert_eq!(authority.is_ok(), everywhere, "{caller:?}");
    }
}
