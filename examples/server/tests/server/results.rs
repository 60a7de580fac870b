//! Every result of a call, byte by byte except for ids and dates.

use std::time::Duration;

use access_package::graph::http::Rejection;
use access_package::{
    Account, AssignmentState, Caller, Catalog, CatalogId, Permission, PrivilegeLevel, Refusal, Role,
    RoleAssignment, Scope, StoredAssignment,
};
use access_package_server::development::{self, EXPIRED, FOREIGN, SAMPLE};
use access_package_server::store::Store;
use serde_json::{Value, json};
use sqlx::{query, query_scalar};
use uuid::Uuid;

use crate::odata::{assert_is, reading, rejected};
use crate::support::{BETA, Place, Server, V1, delegated, in_state, insert, token, tokens};

const MANAGER: Role = Role::AccessPackageAssignmentManager;

/// A catalog that no call asks for.
const ELSEWHERE: Scope = Scope::Catalog(CatalogId::from_uuid(Uuid::from_u128(5)));

/// The answer to a caller who may not reprocess, with or without the permission, whose role suffices here,
/// elsewhere or nowhere.
fn unauthorized(account: Account, permission: bool, scope: Option<Scope>) -> String {
    let permissions = permission.then_some(Permission::EntitlementManagementReadWriteAll);
    let roles = scope.map(|scope| RoleAssignment { role: MANAGER, scope });
    let (permissions, roles) = (permissions.into_iter().collect(), roles.into_iter().collect());
    rejected(Caller { object: None, account, permissions, roles }.authority(None).unwrap_err())
}

pub fn insufficient_role() -> String {
    unauthorized(Account::WorkOrSchool, true, None)
}

fn out_of_scope() -> String {
    unauthorized(Account::WorkOrSchool, true, Some(ELSEWHERE))
}

// R1, R2, R3, R8, R9, R27, R29: the decision table, through the database and HTTP.
#[test]
fn the_decision_table() {
    let place = Place::new();
    let cells = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let catalog = Scope::Catalog(in_state(AssignmentState::Delivered).catalog.id);
        let mut cells = Vec::new();
        for &role in Role::ALL {
            let [here, elsewhere] = [(); 2].map(|()| Uuid::new_v4().into());
            for (principal, scope) in [(here, catalog), (elsewhere, ELSEWHERE)] {
                store.add_role(principal, RoleAssignment { role, scope }).await.unwrap();
            }
            for &state in AssignmentState::ALL {
                cells.push((role, state, here, elsewhere, insert(store, &in_state(state)).await));
            }
        }
        cells
    });
    // Nothing is granted before the test has ended.
    let server = Server::start(&place, Duration::from_hours(1));
    for (role, state, here, elsewhere, id) in cells {
        let what = format!("{role}, {state}");
        let refused = if role.at_least(MANAGER) { out_of_scope() } else { insufficient_role() };
        assert_is(server.reprocess(id, &delegated(elsewhere)), 403, &refused, &what);
        let answer = server.reprocess(id, &delegated(here));
        if !role.at_least(MANAGER) {
            assert_is(answer, 403, &insufficient_role(), &what);
        } else if let Some(refusal) = Refusal::of_state(state) {
            assert_is(answer, 400, &rejected(refusal), &what);
            assert_eq!(server.state(id), state, "{what}");
        } else {
            assert_is(answer, 202, "", &what);
            assert_eq!(server.state(id), AssignmentState::Delivering, "{what}");
        }
    }
}

/// Makes the stored assignment contradict itself, so that it cannot be loaded.
pub async fn spoil(store: &Store, id: Uuid) {
    rewrite(store, id, |stored| stored["state"] = json!("deliveryFailed")).await;
}

/// Changes what is stored, as no program should.
pub async fn rewrite(store: &Store, id: Uuid, change: impl FnOnce(&mut Value)) {
    let stored = query_scalar::<_, String>("SELECT stored FROM assignment WHERE id = $1");
    let stored = stored.bind(id.to_string()).fetch_one(&store.pool).await.unwrap();
    let mut stored = serde_json::from_str(&stored).unwrap();
    change(&mut stored);
    let rewritten =
        query("UPDATE assignment SET stored = $1, due = 0 WHERE id = $2").bind(stored.to_string());
    rewritten.bind(id.to_string()).execute(&store.pool).await.unwrap();
}

// R4 to R8
#[test]
fn who_may_not_is_told_everything_that_stands_in_the_way() {
    let place = Place::new();
    let (of_no_use, delivery_failed, failed_in_unknown) = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let unknown_package = |state| StoredAssignment {
            id: Uuid::new_v4().into(),
            access_package: Uuid::new_v4().into(),
            ..in_state(state)
        };
        let failed = unknown_package(AssignmentState::DeliveryFailed);
        let unknown_package = unknown_package(AssignmentState::Delivered);
        for stored in [&failed, &unknown_package] {
            store.insert(stored).await.unwrap();
        }
        let contradiction = insert(store, &in_state(AssignmentState::Delivered)).await;
        spoil(store, contradiction).await;
        let of_no_use = [unknown_package.id.as_uuid(), contradiction];
        let delivery_failed = insert(store, &in_state(AssignmentState::DeliveryFailed)).await;
        (of_no_use, delivery_failed, failed.id.as_uuid())
    });
    let server = Server::start(&place, Duration::from_hours(1));
    let make = |claims| tokens().make(&claims).unwrap();
    let manager = json!("11111111-0000-4000-8000-000000000001");
    let read_only = "EntitlementManagement.Read.All";
    let cases = [
        ("reader", token("reader"), insufficient_role()),
        ("stranger", token("stranger"), insufficient_role()),
        (
            "role without permission",
            make(json!({ "oid": manager, "scp": read_only })),
            unauthorized(Account::WorkOrSchool, false, Some(Scope::Tenant)),
        ),
        ("neither", make(json!({ "scp": read_only })), unauthorized(Account::WorkOrSchool, false, None)),
        (
            "application with neither",
            make(json!({ "idtyp": "app", "roles": [read_only] })),
            unauthorized(Account::Application, false, None),
        ),
        (
            "personal account",
            make(
                json!({ "tid": "9188040d-6c67-4c5b-b112-36a304b66dad", "oid": manager, "scp": "EntitlementManagement.ReadWrite.All" }),
            ),
            unauthorized(Account::Personal, true, Some(Scope::Tenant)),
        ),
    ];
    for (what, token, body) in &cases {
        // R8: the same in every state, and if the stored assignment is of no use.
        for id in [SAMPLE, EXPIRED, delivery_failed].into_iter().chain(of_no_use) {
            assert_is(server.reprocess(id, token), 403, body, what);
            assert_is(server.ask("GET", &format!("{V1}/{id}"), token), 403, &reading(body), what);
        }
        assert_is(server.ask("GET", V1, token), 403, &reading(body), what);
    }
    let failed = rejected(Rejection::Failed);
    for who in ["application", "manager"] {
        assert_eq!(server.state(SAMPLE), AssignmentState::Delivered);
        for id in of_no_use {
            assert_is(server.reprocess(id, &token(who)), 500, &failed, who);
        }
        assert_is(server.ask("GET", &format!("{V1}/{}", of_no_use[1]), &token(who)), 500, &failed, who);
    }
    // The contents of a package matter only to a call that is accepted.
    let refused = rejected(Refusal::of_state(AssignmentState::DeliveryFailed).unwrap());
    for id in [delivery_failed, failed_in_unknown] {
        assert_is(server.reprocess(id, &token("manager")), 400, &refused, "delivery failed");
    }
    assert_is(server.reprocess(SAMPLE, &token("application")), 202, "", "application");
}

// R43
#[test]
fn a_privileged_catalog_asks_for_two_roles() {
    use Role::{GlobalAdministrator, IdentityGovernanceAdministrator, PrivilegedRoleAdministrator};
    let place = Place::new();
    let permissions = vec![Permission::EntitlementManagementReadWriteAll];
    let delivered = in_state(AssignmentState::Delivered);
    let catalog = Catalog { privilege_level: Some(PrivilegeLevel::Privileged), ..delivered.catalog };
    let here = Scope::Catalog(catalog.id);
    let callers = [
        (vec![(MANAGER, here)], Some("privilegedCatalog")),
        (vec![(IdentityGovernanceAdministrator, here)], Some("withoutPrivilegedRoleAdministrator")),
        (
            vec![(MANAGER, here), (PrivilegedRoleAdministrator, Scope::Tenant)],
            Some("withoutIdentityGovernanceAdministrator"),
        ),
        (vec![(PrivilegedRoleAdministrator, Scope::Tenant)], Some("insufficientRole")),
        (vec![(MANAGER, ELSEWHERE)], Some("outOfScope")),
        (vec![(IdentityGovernanceAdministrator, here), (PrivilegedRoleAdministrator, Scope::Tenant)], None),
        (vec![(GlobalAdministrator, Scope::Tenant)], None),
    ];
    let (asked, unheard_of) = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let privileged = StoredAssignment { catalog, ..delivered };
        let mut asked = Vec::new();
        for (roles, reason) in callers {
            let principal = Uuid::new_v4().into();
            let roles: Vec<_> =
                roles.into_iter().map(|(role, scope)| RoleAssignment { role, scope }).collect();
            for &held in &roles {
                store.add_role(principal, held).await.unwrap();
            }
            asked.push((delegated(principal), roles, reason, insert(store, &privileged).await));
        }
        let unheard_of = insert(store, &privileged).await;
        rewrite(store, unheard_of, |stored| stored["catalog"]["privilegeLevel"] = json!("secret")).await;
        (asked, unheard_of)
    });
    let server = Server::start(&place, Duration::from_hours(1));
    // A catalog with an invalid level counts as missing. For a caller who may know of the assignment, it
    // cannot be loaded.
    assert_is(
        server.reprocess(unheard_of, &token("manager")),
        403,
        &out_of_scope(),
        "a word that is not a level",
    );
    assert_eq!(server.reprocess(unheard_of, &token("application")).status, 500);
    place.with_store(async |store| {
        let deleted = query("DELETE FROM assignment WHERE id = $1").bind(unheard_of.to_string());
        deleted.execute(&store.pool).await.unwrap();
    });
    for (token, roles, reason, id) in asked {
        let what = format!("{roles:?}");
        let caller =
            Caller { object: None, account: Account::WorkOrSchool, permissions: permissions.clone(), roles };
        let package = place.read(id).access_package;
        let list = format!("{V1}?$filter=accessPackage/id%20eq%20'{package}'");
        let (shown, list) = (format!("{V1}/{id}"), server.ask("GET", &list, &token));
        if let Some(reason) = reason {
            let body = rejected(caller.authority(Some(catalog)).unwrap_err());
            assert!(body.contains(&format!(r#""code":"{reason}""#)), "{what}: {body}");
            assert_is(server.reprocess(id, &token), 403, &body, &what);
            assert_is(server.ask("GET", &shown, &token), 403, &reading(&body), &what);
            assert!(!list.body.contains(&id.to_string()), "{what}");
        } else {
            assert!(list.body.contains(&id.to_string()), "{what}");
            assert_is(server.reprocess(id, &token), 202, "", &what);
            assert_eq!(server.ask("GET", &shown, &token).status, 200, "{what}");
        }
    }
}

// R28: a caller who has roles on catalogs only cannot tell a missing assignment from a foreign one.
#[test]
fn a_missing_assignment_looks_like_a_foreign_one() {
    let place = Place::new();
    let unreadable = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let unreadable = Uuid::new_v4();
        let catalog = Catalog::of_unknown_level(Uuid::new_v4().into());
        let id = unreadable.into();
        let like = in_state(AssignmentState::Delivered);
        store.insert(&StoredAssignment { id, catalog, ..like }).await.unwrap();
        spoil(store, unreadable).await;
        unreadable
    });
    let server = Server::start(&place, Duration::ZERO);
    for who in ["manager", "reader", "stranger"] {
        let token = token(who);
        for collection in [V1, BETA] {
            for (method, rest) in [("POST", "/reprocess"), ("GET", "")] {
                let ask =
                    |id: Uuid| server.ask(method, &format!("{collection}/{id}{rest}"), &token).without_ids();
                let foreign = ask(FOREIGN);
                assert_eq!(foreign.status, 403);
                assert_eq!(foreign, ask(Uuid::from_u128(404)), "{who}: {method} {collection}");
                assert_eq!(foreign, ask(unreadable), "{who}: {method} {collection}");
            }
        }
    }
    // Nor does a list fail because of what is stored there.
    let list = server.ask("GET", V1, &token("application"));
    assert_eq!(list.status, 200);
    assert!(!list.body.contains(&unreadable.to_string()));
    assert_eq!(server.reprocess(Uuid::from_u128(404), &token("application")).status, 404);
    assert_eq!(server.reprocess(FOREIGN, &token("application")).status, 202);
}
