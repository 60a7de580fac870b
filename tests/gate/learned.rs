//! A refused caller learns nothing about the assignment, except whether one of their roles covers its catalog
//! (R8), and whether that catalog is privileged (R43).

use std::collections::{HashMap, HashSet};

use access_package::{
    Account, Assignment, AssignmentState, Caller, Catalog, CatalogId, Permission, PrivilegeLevel, Reason,
    Refusal, RoleAssignment, Scope, Step, StoredAssignment, Timestamp, evaluate,
};
use uuid::Uuid;

use crate::model;
use crate::points::{HERE, LEVELS, NOBODYS, THERE, callers};
use crate::support::documented::ladder;
use crate::support::{in_state, load};
use crate::{NOW, reasons, remedies};

/// Everything that a refusal reveals.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    refusal: Refusal,
    texts: Vec<String>,
    why: (Vec<Reason>, Vec<Vec<Step>>),
}

/// What the caller is told, if the refusal is about the caller.
fn told(caller: &Caller, assignment: &Assignment) -> Option<Told> {
    let refused = evaluate(caller, assignment, NOW).err().filter(|refused| refused.is_unauthorized())?;
    let mut texts = vec![format!("{refused}"), format!("{refused:?}"), format!("{refused:#?}")];
    texts.extend(refused.reasons().map(|reason| format!("{reason} {reason:?}")));
    texts.extend(refused.remedies().map(|remedy| format!("{remedy} {remedy:?}")));
    Some(Told { refusal: refused, texts, why: (reasons(refused), remedies(refused)) })
}

/// Assignments in every state and in three catalogs of each level. There are two of each, which differ in
/// everything else.
fn assignments() -> Vec<Assignment> {
    let in_catalog = |catalog: CatalogId| {
        AssignmentState::ALL.iter().copied().flat_map(move |state| {
            let one = StoredAssignment {
                catalog: Catalog::of_unknown_level(catalog),
                ..StoredAssignment::from(&in_state(state))
            };
            let other = StoredAssignment {
                id: Uuid::from_u128(0xd82e_b508_acc4_43cc_bcf1_7c1c_4a2c_073b).into(),
                access_package: Uuid::from_u128(1).into(),
                target: Uuid::from_u128(2).into(),
                end: Timestamp::from_unix_ticks(3), // in the past
                attempt: 4,
                resource_roles: None,
                ..one.clone()
            };
            let of_level = |privilege_level| {
                [&one, &other].map(|it| {
                    load(StoredAssignment {
                        catalog: Catalog { privilege_level, ..it.catalog },
                        ..it.clone()
                    })
                })
            };
            LEVELS.map(of_level).concat()
        })
    };
    [HERE, THERE, NOBODYS].into_iter().flat_map(in_catalog).collect()
}

/// Whether a text contains one of these ids, with or without hyphens, in upper or lower case.
fn names_one_of(ids: &HashSet<Uuid>, text: &str) -> bool {
    let digits = text.to_lowercase().replace('-', "");
    ids.iter().any(|id| digits.contains(&id.simple().to_string()))
}

// R8
#[test]
fn a_refused_caller_learns_of_the_catalog_alone_and_only_if_a_role_covers_it() {
    let assignments = assignments();
    let ids = assignments.iter().flat_map(|it| [it.id().as_uuid(), it.catalog().id.as_uuid()]).collect();
    for caller in callers() {
        let may_change = caller.permissions.contains(&Permission::EntitlementManagementReadWriteAll);
        let mut by_what_is_told: HashMap<[bool; 3], Option<Told>> = HashMap::new();
        for assignment in &assignments {
            let covered = model::highest(&caller, Some(assignment.catalog().id)).is_some();
            // R43: a caller learns that the catalog is privileged if a role covers it, or if the caller needs
            // no role.
            let is_told = match caller.account {
                Account::WorkOrSchool => covered,
                Account::Application => covered || may_change,
                Account::Personal => false,
            };
            let is_privileged = assignment.catalog().privilege_level == Some(PrivilegeLevel::Privileged);
            let is_told = is_told && is_privileged;
            let one_covers =
                caller.roles.iter().any(|&held| model::counts(held, Some(assignment.catalog().id)));
            let told = told(&caller, assignment);
            // Only these facts decide whether the caller is refused, and what the refusal says.
            let first = by_what_is_told
                .entry([covered, is_told, is_told && one_covers])
                .or_insert_with(|| told.clone());
            assert_eq!(*first, told, "{caller:?}, {assignment:?}");
        }
        for text in by_what_is_told.into_values().flatten().flat_map(|told| told.texts) {
            assert!(!names_one_of(&ids, &text), "{text}");
        }
    }
}

// R8
#[test]
fn nor_which_of_several_roles_covers_it() {
    let held = |role, catalog| RoleAssignment { role, scope: Scope::Catalog(catalog) };
    let in_catalog = |catalog: CatalogId| StoredAssignment {
        catalog: Catalog::of_unknown_level(catalog),
        ..StoredAssignment::from(&in_state(AssignmentState::Delivered))
    };
    let [here, there, nobodys] = [HERE, THERE, NOBODYS].map(|catalog| load(in_catalog(catalog)));
    for account in [Account::WorkOrSchool, Account::Personal] {
        let mut covered = HashSet::new();
        let mut not_covered = HashSet::new();
        for one in ladder() {
            for other in ladder() {
                let permissions = vec![Permission::EntitlementManagementReadAll];
                let caller = Caller {
                    object: None,
                    account,
                    permissions,
                    roles: vec![held(one, HERE), held(other, THERE)],
                };
                let told = |assignment| told(&caller, assignment).expect("refused").texts;
                covered.extend([told(&here), told(&there)]);
                not_covered.insert(told(&nobodys));
            }
        }
        assert_eq!((covered.len(), not_covered.len()), (1, 1), "{account:?}: {covered:?}, {not_covered:?}");
    }
}

// R6
#[test]
fn a_personal_account_is_told_nothing_else() {
    let assignment = in_state(AssignmentState::Delivered);
    let personal = callers().filter(|caller| caller.account == Account::Personal);
    let told: HashSet<_> = personal.map(|caller| evaluate(&caller, &assignment, NOW)).collect();
    assert_eq!(told.len(), 1, "{told:?}");
}
