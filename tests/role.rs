//! Roles: the partial order "or higher" (R1, R2), ids and names.

#[path = "support/documented.rs"]
mod documented;

use access_package::{ParseRoleError, Role};
use documented::{NAMES_IN_GRAPH, ROLES, ladder, outsiders};
use uuid::Uuid;

#[test]
fn all_holds_every_role_once() {
    assert_eq!(Role::ALL.len(), ROLES.len());
    for &(role, ..) in ROLES {
        assert_eq!(Role::ALL.iter().filter(|&&other| other == role).count(), 1, "{role}");
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
    for (step, role) in ladder().enumerate() {
        for (other_step, other) in ladder().enumerate() {
            assert_eq!(role.at_least(other), step >= other_step, "{role}, {other}");
        }
    }
}

// R2
#[test]
fn an_outsider_is_only_itself() {
    for outsider in outsiders() {
        for role in Role::ALL.iter().copied().filter(|&role| role != outsider) {
            assert!(!outsider.at_least(role), "{outsider}, {role}");
            assert!(!role.at_least(outsider), "{role}, {outsider}");
        }
    }
}

#[test]
fn ids_and_names_are_those_of_the_documentation() {
    for &(role, name, id) in ROLES {
        assert_eq!(role.id().to_string(), id);
        assert_eq!((role.name(), role.to_string()), (name, name.to_owned()));
        assert_eq!(format!("{role:>80}"), format!("{name:>80}"), "in a column");
        for text in [id, name] {
            for text in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
                assert_eq!(text.parse(), Ok(role), "{text}");
            }
        }
    }
}

// R47
#[test]
fn names_that_graph_shows_are_read_too() {
    for &(role, name) in NAMES_IN_GRAPH {
        for text in [name.to_owned(), name.to_lowercase(), name.to_uppercase()] {
            assert_eq!(text.parse(), Ok(role), "{text}");
        }
        assert_ne!(role.name(), name);
    }
}

#[test]
fn nothing_else_is_a_role() {
    let id = Role::CatalogOwner.id();
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
