//! The points at which the gate is tested: callers, scopes and levels.

use access_package::{
    Account, Caller, Catalog, CatalogId, Permission, PrivilegeLevel, Role, RoleAssignment, Scope,
};
use uuid::Uuid;

/// The catalog of the assignments under test.
pub(crate) const HERE: CatalogId = CatalogId::from_uuid(Uuid::from_u128(0xc));

/// Another catalog, on which a caller may hold a role.
pub(crate) const THERE: CatalogId =
    CatalogId::from_uuid(Uuid::from_u128(0xbeed_adfe_01d5_4025_910b_84ab_b936_9997));

/// A catalog on which no caller holds a role.
pub(crate) const NOBODYS: CatalogId =
    CatalogId::from_uuid(Uuid::from_u128(0xcec5_d6ab_c75d_47c0_9c1c_92e8_9f66_e384));

/// R43: the levels of a catalog. `None` means unknown.
pub(crate) const LEVELS: [Option<PrivilegeLevel>; 3] =
    [None, Some(PrivilegeLevel::Standard), Some(PrivilegeLevel::Privileged)];

/// The catalog of the assignments under test, with this level.
pub(crate) const fn here(privilege_level: Option<PrivilegeLevel>) -> Catalog {
    Catalog { id: HERE, privilege_level }
}

pub(crate) const ACCOUNTS: [Account; 3] = [Account::WorkOrSchool, Account::Application, Account::Personal];

pub(crate) const SCOPES: [Scope; 3] = [Scope::Catalog(HERE), Scope::Catalog(THERE), Scope::Tenant];

/// Every subset of these items, in their order.
pub(crate) fn every_set<T: Copy>(items: &[T]) -> Vec<Vec<T>> {
    let with_and_without = |sets: Vec<Vec<T>>, &item: &T| {
        let with: Vec<_> = sets.iter().map(|set| [set.as_slice(), &[item]].concat()).collect();
        [sets, with].concat()
    };
    items.iter().fold(vec![vec![]], with_and_without)
}

/// Every role in every scope.
pub(crate) fn role_assignments() -> Vec<RoleAssignment> {
    let everywhere = |role| SCOPES.map(|scope| RoleAssignment { role, scope });
    Role::ALL.iter().copied().flat_map(everywhere).collect()
}

/// Every account with every set of permissions, without roles.
pub(crate) fn without_roles() -> impl Iterator<Item = Caller> {
    let with_permissions = |account| {
        let caller = move |permissions| Caller { object: None, account, permissions, roles: vec![] };
        every_set(Permission::ALL).into_iter().map(caller)
    };
    ACCOUNTS.into_iter().flat_map(with_permissions)
}

/// Each of these callers with every role in every scope, and without a role.
pub(crate) fn callers() -> impl Iterator<Item = Caller> {
    without_roles().flat_map(|caller| {
        let one_or_none = role_assignments().into_iter().map(|held| vec![held]).chain([vec![]]);
        one_or_none.map(move |roles| Caller { roles, ..caller.clone() })
    })
}
