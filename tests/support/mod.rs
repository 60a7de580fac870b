//! What several test files and benches need: assignments and resource roles by number.
#![allow(dead_code, reason = "each file that includes this uses a part of it")]

pub mod documented;

use access_package::{
    Account, Activation, Assignment, AssignmentResourceRole, AssignmentState, Caller, Catalog, Fulfillment,
    GroupAccess, Permission, ResourceRole, Role, RoleAssignment, Scope, StoredAssignment,
};
use uuid::Uuid;

/// A role that just suffices.
pub const MANAGER: Role = Role::AccessPackageAssignmentManager;

/// Membership of the group with this number. Numbers and resource roles have the same order.
pub fn member_of(number: u128) -> ResourceRole {
    ResourceRole::Group { group: Uuid::from_u128(number).into(), access: GroupAccess::Member }
}

/// A role in the site with this number.
pub fn site_of(number: u128) -> ResourceRole {
    let site = format!("https://contoso.sharepoint.com/sites/{number:06}");
    ResourceRole::SharePointSite { site: site.into(), role: 4 }
}

/// An Azure role on the resource group with this number.
pub fn azure_role_of(number: u128) -> ResourceRole {
    let [subscription, definition] = [4, 5].map(Uuid::from_u128);
    let scope = format!("/subscriptions/{subscription}/resourceGroups/{number:06}");
    let definition = format!("/providers/Microsoft.Authorization/roleDefinitions/{definition}");
    ResourceRole::from_origin("AzureResources", &scope, &definition, Some("active")).expect("a role of Azure")
}

/// A role in an origin system that the crate does not know.
pub fn opaque_of(number: u128) -> ResourceRole {
    ResourceRole::from_origin("SapIag", &format!("Finance/{number}"), "approver", None)
        .expect("an unknown origin system takes any text")
}

/// The kinds of resource roles in turn.
pub fn of_each_kind(number: u128) -> ResourceRole {
    match number % 6 {
        0 => member_of(number),
        1 => ResourceRole::Application {
            service_principal: Uuid::from_u128(number).into(),
            app_role: Uuid::from_u128(7),
        },
        2 => site_of(number),
        3 => ResourceRole::Directory { definition: Uuid::from_u128(number), activation: Activation::Active },
        4 => azure_role_of(number),
        _ => opaque_of(number),
    }
}

/// The stored form of an assignment in this state, without an end. The resource roles are numbered from 0.
pub fn stored(state: AssignmentState, fulfillments: &[Fulfillment]) -> StoredAssignment {
    let numbered = (0..).zip(fulfillments);
    let resource_roles =
        numbered.map(|(number, &fulfillment)| AssignmentResourceRole::new(member_of(number), fulfillment));
    StoredAssignment {
        format: StoredAssignment::FORMAT,
        id: Uuid::from_u128(0xa).into(),
        catalog: Catalog::of_unknown_level(Uuid::from_u128(0xc).into()),
        access_package: Uuid::from_u128(0xb).into(),
        target: Uuid::from_u128(0xd).into(),
        target_type: None,
        state,
        end: None,
        attempt: 0,
        resource_roles: Some(resource_roles.collect()),
    }
}

/// A delivered assignment with this many resource roles, all fulfilled.
pub fn delivered(resource_roles: usize) -> Assignment {
    load(stored(AssignmentState::Delivered, &vec![Fulfillment::Fulfilled; resource_roles]))
}

/// An assignment in this state, with two resource roles.
pub fn in_state(state: AssignmentState) -> Assignment {
    load(stored(state, &documented::example(state)))
}

pub fn load(stored: StoredAssignment) -> Assignment {
    stored.try_into().expect("a whole assignment")
}

/// An Azure role on a resource group, of this type.
pub fn azure_role(role_type: &str) -> ResourceRole {
    let [subscription, definition] = [4, 5].map(Uuid::from_u128);
    let subscription = format!("/subscriptions/{subscription}");
    let scope = format!("{subscription}/resourceGroups/Lab");
    let definition = format!("{subscription}/providers/Microsoft.Authorization/roleDefinitions/{definition}");
    ResourceRole::from_origin("AzureResources", &scope, &definition, Some(role_type))
        .expect("a role of Azure")
}

/// Resource roles of each origin system, in order. The last ones are of a system that the crate does not
/// know. Some differ only in the type of the role.
pub fn one_of_each_origin_system() -> Vec<ResourceRole> {
    let site = "https://contoso.sharepoint.com/sites/Sales";
    let opaque = |role_type| {
        ResourceRole::from_origin("SapIag", "Finance/1", "approver", role_type)
            .expect("an unknown origin system takes any text")
    };
    vec![
        member_of(1),
        ResourceRole::Application { service_principal: Uuid::from_u128(2).into(), app_role: Uuid::nil() },
        ResourceRole::SharePointSite { site: site.into(), role: 4 },
        ResourceRole::Directory { definition: Uuid::from_u128(3), activation: Activation::Eligible },
        azure_role("eligible"),
        azure_role("active"),
        opaque(None),
        opaque(Some("delegated")),
    ]
}

/// For example, `catalogOwner` for `Catalog owner`.
pub fn in_camel_case(name: &str) -> String {
    let words = name.split(' ').enumerate().map(|(number, word)| {
        let (first, rest) = word.split_at(1);
        let first = if number == 0 { first.to_lowercase() } else { first.to_uppercase() };
        first + rest
    });
    words.collect()
}

/// What remains after a crash: the assignment, saved and loaded. With the feature `serde`, saved as JSON.
pub fn save_and_load(assignment: &Assignment) -> Assignment {
    let stored = StoredAssignment::from(assignment);
    #[cfg(feature = "serde")]
    let stored = {
        let json = serde_json::to_string(&stored).expect("plain data");
        serde_json::from_str(&json).expect("what was written")
    };
    load(stored)
}

/// Every list of these items that has this length.
pub fn every_list<T: Copy>(items: &[T], length: usize) -> Vec<Vec<T>> {
    let longer = |list: Vec<T>| items.iter().map(move |&item| [list.as_slice(), &[item]].concat());
    (0..length).fold(vec![vec![]], |lists, _| lists.into_iter().flat_map(longer).collect())
}

/// What a caller lacks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lacks {
    Nothing,
    Permission,
    Role,
    Scope,
}

/// A user with five roles, of which only the last can suffice on the catalog of these assignments.
pub fn caller(lacks: Lacks) -> Caller {
    let [here, elsewhere] = [0xc, 0xcc].map(|number| Scope::Catalog(Uuid::from_u128(number).into()));
    let permission = match lacks {
        Lacks::Permission => Permission::EntitlementManagementReadAll,
        Lacks::Nothing | Lacks::Role | Lacks::Scope => Permission::EntitlementManagementReadWriteAll,
    };
    let others = [
        (Role::UserAdministrator, Scope::Tenant),
        (Role::CatalogCreator, Scope::Tenant),
        (Role::CatalogReader, here),
        (Role::CatalogReader, elsewhere),
    ];
    let last = match lacks {
        Lacks::Nothing | Lacks::Permission => (MANAGER, here),
        Lacks::Role => (Role::UserAdministrator, here),
        Lacks::Scope => (MANAGER, elsewhere),
    };
    let roles = others.into_iter().chain([last]).map(|(role, scope)| RoleAssignment { role, scope });
    Caller {
        object: None,
        account: Account::WorkOrSchool,
        permissions: vec![permission],
        roles: roles.collect(),
    }
}
