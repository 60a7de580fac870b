//! Roles: the partial order "or higher" (R1, R2), ids and names.

use access_package::{ParseRoleError, Role};
use uuid::Uuid;

use Role::{
    AccessPackageAssignmentManager, AccessPackageManager, CatalogCreator, CatalogOwner, CatalogReader,
    GlobalAdministrator, IdentityGovernanceAdministrator, UserAdministrator,
};

/// R1, from the lowest to the highest.
const LADDER: [Role; 5] = [
    AccessPackageAssignmentManager,
    AccessPackageManager,
    CatalogOwner,
    IdentityGovernanceAdministrator,
    GlobalAdministrator,
];

/// R2
const OUTSIDERS: [Role; 3] = [CatalogCreator, CatalogReader, UserAdministrator];

/// As the documentation prints them.
const DOCUMENTED: [(Role, &str, &str); 8] = [
    (CatalogCreator, "Catalog creator", "ba92d953-d8e0-4e39-a797-0cbedb0a89e8"),
    (CatalogReader, "Catalog reader", "44272f93-9762-48e8-af59-1b5351b1d6b3"),
    (
        AccessPackageAssignmentManager,
        "Access package assignment manager",
        "e2182095-804a-4656-ae11-64734e9b7ae5",
    ),
    (AccessPackageManager, "Access package manager", "7f480852-ebdc-47d4-87de-0d8498384a83"),
    (CatalogOwner, "Catalog owner", "ae79f266-94d4-4dab-b730-feca7e132178"),
    (UserAdministrator, "User Administrator", "fe930be7-5e62-47db-91af-98c3a49a38b1"),
    (
        IdentityGovernanceAdministrator,
        "Identity Governance Administrator",
        "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e",
    ),
    (GlobalAdministrator, "Global Administrator", "62e90394-69f5-4237-9190-012177145e10"),
];

#[test]
fn all_holds_every_role_once() {
    assert_eq!(Role::ALL.len(), LADDER.len() + OUTSIDERS.len());
    for role in LADDER.into_iter().chain(OUTSIDERS) {
        assert_eq!(Role::ALL.iter().filter(|&&other| other == role).count(), 1, "{role}");
        assert!(DOCUMENTED.iter().any(|(documented, ..)| *documented == role), "{role}");
    }
}

#[test]
fn or_higher_is_a_partial_order() {
    for &a in Role::ALL {
        assert!(a.at_least(a), "reflexive: {a}");
        for &b in Role::ALL {
            assert!(!(a.at_least(b) && b.at_least(a)) || a == b, "antisymmetric: {a}, {b}");
            for &c in Role::ALL {
                assert!(!(a.at_least(b) && b.at_least(c)) || a.at_least(c), "transitive: {a}, {b}, {c}");
            }
        }
    }
}

// R1
#[test]
fn the_ladder_goes_up_step_by_step() {
    for (step, role) in LADDER.into_iter().enumerate() {
        for (other_step, other) in LADDER.into_iter().enumerate() {
            assert_eq!(role.at_least(other), step >= other_step, "{role}, {other}");
        }
    }
}

// R2
#[test]
fn an_outsider_is_only_itself() {
    for outsider in OUTSIDERS {
        for role in Role::ALL.iter().copied().filter(|&role| role != outsider) {
            assert!(!outsider.at_least(role), "{outsider}, {role}");
            assert!(!role.at_least(outsider), "{role}, {outsider}");
        }
    }
}

#[test]
fn ids_and_names_are_those_of_the_documentation() {
    for (role, name, id) in DOCUMENTED {
        assert_eq!(role.id().to_string(), id);
        assert_eq!(Role::from_id(role.id()), Some(role));
        assert_eq!(role.name(), name);
        assert_eq!(role.to_string(), name);
        for text in [id, name] {
            for text in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
                assert_eq!(text.parse(), Ok(role), "{text}");
            }
        }
    }
}

#[test]
fn nothing_else_is_a_role() {
    assert_eq!(Role::from_id(Uuid::nil()), None);
    let id = CatalogOwner.id();
    let junk = [
        String::new(),
        "Owner".into(),
        "CatalogOwner".into(),
        " Catalog owner".into(),
        "Catalog owner ".into(),
        "Catalog  owner".into(),
        id.simple().to_string(),
        id.braced().to_string(),
        id.urn().to_string(),
        Uuid::nil().to_string(),
    ];
    for text in junk {
        assert_eq!(text.parse::<Role>(), Err(ParseRoleError), "{text:?}");
    }
}
