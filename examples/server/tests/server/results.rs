//! Every result of a call, to the byte but for ids and dates.

use std::time::Duration;

use access_package::{AssignmentState, CatalogId, Role, RoleAssignment, Scope, Step, StoredAssignment};
use access_package_server::development::{self, EXPIRED, FOREIGN, SAMPLE};
use access_package_server::store::Store;
use serde_json::json;
use sqlx::query;
use uuid::Uuid;

use crate::odata::{assert_is, error, failed};
use crate::support::{BETA, Place, Server, V1, delegated, insert_in, sample, token, tokens};

const PREFIX: &str = "caller may not reprocess this assignment: ";
const HOLD: &str = "hold the role `Access package assignment manager` on the assignment's catalog";
const NO_ROLE: &str = "no role is `Access package assignment manager` or higher";
const ELSEWHERE: &str = "a role is `Access package assignment manager` or higher, but held on neither the assignment's catalog nor the tenant";
const DELEGATED: &str = "delegated permission `EntitlementManagement.ReadWrite.All` is missing";
const OBTAIN: &str = "obtain the delegated permission `EntitlementManagement.ReadWrite.All`";
const APPLICATION: &str = "application permission `EntitlementManagement.ReadWrite.All` is missing";
const OBTAIN_APPLICATION: &str = "obtain the application permission `EntitlementManagement.ReadWrite.All`";

fn unauthorized(reasons: &[[&str; 2]], remedies: &[[&str; 2]]) -> String {
    let messages: Vec<_> = reasons.iter().map(|[_, message]| *message).collect();
    error("UnAuthorized", &format!("{PREFIX}{}", messages.join("; ")), &[reasons, remedies].concat())
}

fn insufficient_role() -> String {
    unauthorized(&[["insufficientRole", NO_ROLE]], &[["holdRole", HOLD]])
}

fn out_of_scope() -> String {
    unauthorized(&[["outOfScope", ELSEWHERE]], &[["holdRole", HOLD]])
}

fn invalid_state(state: AssignmentState) -> String {
    let (word, code, advice) = match state {
        AssignmentState::Delivering => {
            ("delivering", "wait", "wait until delivery has ended, then look at the state again")
        }
        AssignmentState::PartiallyDelivered => (
            "partiallyDelivered",
            "reprocessRequest",
            "reprocess the request of this assignment, not the assignment; from 14 days after the request was completed, request the access package again",
        ),
        AssignmentState::DeliveryFailed => (
            "deliveryFailed",
            "reprocessRequest",
            "reprocess the request of this assignment, not the assignment; from 14 days after the request was completed, request the access package again",
        ),
        AssignmentState::Expired => ("expired", "requestAgain", "request the access package again"),
        other => panic!("{other} is no wrong state"),
    };
    let message = format!("state is `{word}`: only an assignment that is `delivered` can be reprocessed");
    error("InvalidAssignmentState", &message, &[[word, &format!("state is `{word}`")], [code, advice]])
}

// R1, R2, R3, R8, R9, R27, R29: the decision table, and behind it the database and HTTP.
#[test]
fn the_decision_table() {
    let place = Place::new();
    let cells = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let catalog = sample(store).await.catalog;
        let mut cells = Vec::new();
        for &role in Role::ALL {
            let (here, elsewhere) = (Uuid::new_v4(), Uuid::new_v4());
            let other = CatalogId::from(Uuid::from_u128(5));
            for (principal, catalog) in [(here, catalog), (elsewhere, other)] {
                let held = RoleAssignment { role, scope: Scope::Catalog(catalog) };
                store.add_role(principal, held).await.unwrap();
            }
            for &state in AssignmentState::ALL {
                cells.push((role, state, here, elsewhere, insert_in(store, state).await));
            }
        }
        cells
    });
    // Nothing is granted before the test has ended.
    let server = Server::start(&place, Duration::from_hours(1));
    let too_low = [Role::CatalogReader, Role::CatalogCreator, Role::UserAdministrator];
    for (role, state, here, elsewhere, id) in cells {
        let what = format!("{role}, {state}");
        let refused = if too_low.contains(&role) { insufficient_role() } else { out_of_scope() };
        assert_is(server.reprocess(id, &delegated(elsewhere)), 403, &refused, &what);
        let answer = server.reprocess(id, &delegated(here));
        if too_low.contains(&role) {
            assert_is(answer, 403, &insufficient_role(), &what);
        } else if state == AssignmentState::Delivered {
            assert_is(answer, 202, "", &what);
            assert_eq!(server.state(id), AssignmentState::Delivering, "{what}");
        } else {
            assert_is(answer, 400, &invalid_state(state), &what);
            assert_eq!(server.state(id), state, "{what}");
        }
    }
}

/// Makes the stored assignment contradict itself, so that it cannot be loaded.
async fn spoil(store: &Store, id: Uuid) {
    let sql = "UPDATE assignment SET end_ticks = 0, stored = json_set(stored, '$.state', 'deliveryFailed') \
               WHERE id = ?";
    query(sql).bind(id.to_string()).execute(&store.pool).await.unwrap();
}

// R4 to R8
#[test]
fn who_may_not_is_told_everything_that_stands_in_the_way() {
    let place = Place::new();
    let (of_no_use, delivery_failed) = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let unknown_package = StoredAssignment {
            id: Uuid::new_v4().into(),
            access_package: Uuid::new_v4().into(),
            ..sample(store).await
        };
        store.insert(&unknown_package).await.unwrap();
        let contradiction = insert_in(store, AssignmentState::Delivered).await;
        spoil(store, contradiction).await;
        let of_no_use = [unknown_package.id.as_uuid(), contradiction];
        (of_no_use, insert_in(store, AssignmentState::DeliveryFailed).await)
    });
    let server = Server::start(&place, Duration::from_hours(1));
    let make = |claims| tokens().make(&claims).unwrap();
    let manager = json!("11111111-0000-4000-8000-000000000001");
    let read_only = "EntitlementManagement.Read.All";
    let (no_role, no_permission) = (["insufficientRole", NO_ROLE], ["missingDelegatedPermission", DELEGATED]);
    let cases = [
        ("reader", token("reader"), insufficient_role()),
        ("stranger", token("stranger"), insufficient_role()),
        (
            "role without permission",
            make(json!({ "oid": manager, "scp": read_only })),
            unauthorized(&[no_permission], &[["obtainDelegatedPermission", OBTAIN]]),
        ),
        (
            "neither",
            make(json!({ "scp": read_only })),
            unauthorized(
                &[no_permission, no_role],
                &[["holdRole+obtainDelegatedPermission", &format!("{HOLD}, and {OBTAIN}")]],
            ),
        ),
        (
            "application with neither",
            make(json!({ "idtyp": "app", "roles": [read_only] })),
            unauthorized(
                &[["missingApplicationPermission", APPLICATION], no_role],
                &[["holdRole", HOLD], ["obtainApplicationPermission", OBTAIN_APPLICATION]],
            ),
        ),
        (
            "personal account",
            make(
                json!({ "tid": "9188040d-6c67-4c5b-b112-36a304b66dad", "oid": manager, "scp": "EntitlementManagement.ReadWrite.All" }),
            ),
            unauthorized(
                &[["personalAccount", "a personal Microsoft account is never allowed"]],
                &[[
                    "useWorkOrSchoolAccount+holdRole+obtainDelegatedPermission",
                    &format!("{}, and {HOLD}, and {OBTAIN}", Step::UseWorkOrSchoolAccount),
                ]],
            ),
        ),
    ];
    for (what, token, body) in &cases {
        // R8: the same whatever the state, and if what is stored is of no use.
        for id in [SAMPLE, EXPIRED, delivery_failed].into_iter().chain(of_no_use) {
            assert_is(server.reprocess(id, token), 403, body, what);
            assert_is(server.ask("GET", &format!("{V1}/{id}"), token), 403, body, what);
        }
        assert_is(server.ask("GET", V1, token), 403, body, what);
    }
    for who in ["application", "manager"] {
        assert_eq!(server.state(SAMPLE), AssignmentState::Delivered);
        for id in of_no_use {
            assert_is(server.reprocess(id, &token(who)), 500, &failed(), who);
        }
        assert_is(server.ask("GET", &format!("{V1}/{}", of_no_use[1]), &token(who)), 500, &failed(), who);
    }
    assert_is(server.reprocess(SAMPLE, &token("application")), 202, "", "application");
}

// R28: whoever holds roles on catalogs only cannot tell what is missing from what is foreign.
#[test]
fn a_missing_assignment_looks_like_a_foreign_one() {
    let place = Place::new();
    let unreadable = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let unreadable = Uuid::new_v4();
        let catalog = Uuid::new_v4().into();
        let id = unreadable.into();
        store.insert(&StoredAssignment { id, catalog, ..sample(store).await }).await.unwrap();
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
    // Nor does a list fail for what is foreign, whatever is stored there.
    assert_eq!(server.ask("GET", V1, &token("manager")).status, 200);
    // The tenant's own application may know.
    assert_eq!(server.ask("GET", V1, &token("application")).status, 500);
    assert_eq!(server.reprocess(Uuid::from_u128(404), &token("application")).status, 404);
    assert_eq!(server.reprocess(FOREIGN, &token("application")).status, 202);
}
