//! Reprocesses the request that an assignment came from: every obstacle, and the way out of a failed
//! delivery.

use std::time::Duration;

use access_package::graph::http::Rejection;
use access_package::{
    Account, AssignmentRequest, AssignmentState, Caller, Catalog, Cause, Permission, Purpose, Recency,
    Refusal, Role, RoleAssignment, Scope, StoredAssignment, evaluate_request,
};
use access_package_server::development::{
    self, DELETED_GROUP, FAILED, FAILED_REQUEST, FOREIGN, FOREIGN_REQUEST, HALF, HALF_REQUEST, PARTIAL,
    PARTIAL_REQUEST, SAMPLE, days_ago,
};
use access_package_server::now;
use access_package_server::store::Store;
use sqlx::query;
use uuid::Uuid;

use crate::odata::{assert_is, rejected};
use crate::results::{insufficient_role, spoil};
use crate::support::{BETA, Place, REQUESTS, Server, V1, in_state, insert, token};

/// Inserts a request of this type for this assignment, completed so many days ago.
async fn request(store: &Store, assignment: Uuid, request_type: &str, days: i64) -> Uuid {
    let id = Uuid::new_v4();
    store.insert_request(id.into(), assignment.into(), request_type, days_ago(days)).await.unwrap();
    id
}

// R31, R32, R33, R35: every obstacle to a request, in each state, through the database and HTTP.
#[test]
fn everything_that_stands_in_the_way_of_a_request() {
    use Purpose::{Grant, Removal, Unknown};
    use Recency::{Newest, Superseded};
    // The type and the age in days; the types of a newer and of an older request; and the purpose and recency
    // that follow.
    let cases = [
        ("userAdd", 0, None, None, Grant, Newest),
        ("USERUPDATE", 13, Some("adminRemove"), Some("userAdd"), Grant, Newest),
        ("adminAdd", 13, Some("unknownFutureValue"), None, Grant, Newest),
        ("userAdd", 2, Some("systemAdd"), None, Grant, Superseded),
        ("userAdd", 14, None, None, Grant, Newest),
        ("userAdd", 15, Some("userExtend"), None, Grant, Superseded),
        ("userRemove", 1, None, Some("userAdd"), Removal, Newest),
        ("unknownFutureValue", 1, None, None, Unknown, Newest),
    ];
    let place = Place::new();
    let calls = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let mut calls = Vec::new();
        for &state in AssignmentState::ALL {
            for case in cases {
                let (request_type, days, newer, older, ..) = case;
                let assignment = insert(store, &in_state(state)).await;
                let id = request(store, assignment, request_type, days).await;
                for (other, days) in [(newer, days - 1), (older, days + 1)] {
                    if let Some(other) = other {
                        request(store, assignment, other, days).await;
                    }
                }
                calls.push((state, case, assignment, id));
            }
        }
        calls
    });
    let manager = Caller {
        object: None,
        account: Account::WorkOrSchool,
        permissions: vec![Permission::EntitlementManagementReadWriteAll],
        roles: vec![RoleAssignment { role: Role::AccessPackageAssignmentManager, scope: Scope::Tenant }],
    };
    // Nothing is granted before the test has ended.
    let server = Server::start(&place, Duration::from_hours(1));
    let mut accepted = 0;
    for (state, case, assignment, id) in calls {
        let what = format!("{state}, {case:?}");
        let (_, days, .., purpose, recency) = case;
        let (completed, before) = (days_ago(days), place.read(assignment));
        let (id_of, of) = (id.into(), assignment.into());
        let asked = AssignmentRequest { id: id_of, assignment: of, purpose, state, completed, recency };
        let whole = before.clone().try_into().unwrap();
        assert_is(server.reprocess_request(id, &token("reader")), 403, &insufficient_role(), &what);
        let answer = server.reprocess_request(id, &token("manager"));
        let after = place.read(assignment);
        if let Err(refusal) = evaluate_request(&manager, &whole, &asked, now()) {
            assert_is(answer, 400, &rejected(refusal), &what);
            assert_eq!(after, before, "{what}");
        } else {
            assert_is(answer, 202, "", &what);
            assert_eq!((after.state, after.attempt), (AssignmentState::Delivering, 1), "{what}");
            accepted += 1;
        }
    }
    // Three requests are in order, in two states each.
    assert_eq!(accepted, 6);
}

// R28, R35: as for an assignment. The path cannot lend its catalog to a request.
#[test]
fn a_missing_request_looks_like_a_foreign_one() {
    let place = Place::new();
    let (unreadable, contradiction) = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let (like, id) = (in_state(AssignmentState::Delivered), Uuid::new_v4());
        let foreign = StoredAssignment {
            id: id.into(),
            catalog: Catalog::of_unknown_level(Uuid::new_v4().into()),
            ..like.clone()
        };
        store.insert(&foreign).await.unwrap();
        let own = insert(store, &like).await;
        let requests = (request(store, id, "userAdd", 1).await, request(store, own, "userAdd", 1).await);
        for assignment in [id, own] {
            spoil(store, assignment).await;
        }
        requests
    });
    let server = Server::start(&place, Duration::from_hours(1));
    let missing = Uuid::from_u128(404);
    let ask = |path: String, who: &str| server.ask("POST", &path, &token(who)).without_ids();
    let requests = REQUESTS.rsplit_once('/').unwrap().1;
    let below = |assignment: &dyn ToString| format!("{V1}/{}/{requests}", assignment.to_string());
    let collections = [
        REQUESTS.to_owned(),
        REQUESTS.replace("v1.0", "beta").replace("assignmentRequests", "accessPackageAssignmentRequests"),
        below(&SAMPLE),
        below(&FOREIGN),
        below(&missing),
        below(&"7"),
    ];
    for who in ["manager", "reader", "stranger"] {
        for collection in &collections {
            let foreign = ask(format!("{collection}/{FOREIGN_REQUEST}/reprocess"), who);
            assert_eq!(foreign.status, 403, "{who}: {collection}");
            for id in [missing, unreadable] {
                assert_eq!(ask(format!("{collection}/{id}/reprocess"), who), foreign, "{who}: {collection}");
            }
        }
    }

    let not_found = rejected(Rejection::RequestNotFound);
    for collection in &collections {
        let path = format!("{collection}/{missing}/reprocess");
        assert_is(ask(path, "application"), 404, &not_found, collection);
        // A request of another assignment than the one in the path is missing, even for a caller who may
        // reprocess both.
        if collection.starts_with(V1) {
            let path = format!("{collection}/{PARTIAL_REQUEST}/reprocess");
            assert_is(ask(path, "manager"), 404, &not_found, collection);
        }
        let path = format!("{collection}/7/reprocess");
        assert_is(ask(path, "stranger"), 400, &rejected(Rejection::InvalidRequestId), collection);
        let post_only = rejected(Rejection::MethodNotAllowed { allowed: "POST" });
        let path = format!("{collection}/{PARTIAL_REQUEST}/reprocess");
        assert_is(server.ask("GET", &path, &token("manager")), 405, &post_only, collection);
    }
    let delivered = rejected(Refusal::of_request_state(AssignmentState::Delivered).unwrap());
    assert_is(server.reprocess_request(FOREIGN_REQUEST, &token("application")), 400, &delivered, "foreign");
    let failed = rejected(Rejection::Failed);
    assert_is(server.reprocess_request(contradiction, &token("manager")), 500, &failed, "contradiction");
    assert_eq!(place.read(PARTIAL).attempt, 1, "nothing was accepted");
    let path = format!("{}/{PARTIAL_REQUEST}/reprocess", below(&PARTIAL));
    assert_is(ask(path, "manager"), 202, "", "below its own");
    let path = format!("{BETA}('{FAILED}')/{requests}('{FAILED_REQUEST}')/microsoft.graph.reprocess");
    assert_is(ask(path, "application"), 202, "", "below its own");
}

/// The requests in development: there is one of each kind to try.
#[test]
fn what_is_there_to_try() {
    let place = Place::new();
    let server = Server::start(&place, Duration::from_hours(1));
    let told = development::REQUESTS.map(|(id, ..)| {
        let answer = server.reprocess_request(id, &token("application"));
        let code = || answer.json()["error"]["details"][0]["code"].as_str().unwrap().to_owned();
        if answer.status == 202 { "accepted".to_owned() } else { code() }
    });
    assert_eq!(
        told,
        [
            "requestDelivered",
            "accepted",
            "accepted",
            "requestDelivered",
            "requestDelivered",
            "requestSuperseded",
            "requestTooOld",
            "requestExpired",
            "requestWithoutGrant",
        ]
    );
}

// R10, R31, R34: the way out of a failed delivery, and back.
#[test]
fn a_failed_delivery_is_asked_for_again_by_its_request() {
    let place = Place::new();
    let mut server = Server::start(&place, Duration::ZERO);
    let manager = token("manager");
    assert_eq!(server.reprocess(HALF, &manager).status, 202);
    assert_eq!(server.final_state(HALF), AssignmentState::PartiallyDelivered);
    let answer = server.reprocess(HALF, &manager);
    assert_eq!(answer.json()["error"]["details"][1]["code"], "reprocessRequest");
    let refusal = Refusal::of_state(AssignmentState::PartiallyDelivered).unwrap();
    assert_is(answer, 400, &rejected(refusal), "the assignment");

    // While the group is deleted, the delivery fails again, and can be requested again.
    assert_is(server.reprocess_request(HALF_REQUEST, &manager), 202, "", "still deleted");
    assert_eq!(server.final_state(HALF), AssignmentState::PartiallyDelivered);
    place.with_directory(async |pool| {
        let restored = query("UPDATE object SET is_deleted = 0 WHERE id = ?").bind(DELETED_GROUP.to_string());
        assert_eq!(restored.execute(pool).await.unwrap().rows_affected(), 1);
    });
    assert_is(server.reprocess_request(HALF_REQUEST, &manager), 202, "", "restored");
    assert_eq!(server.final_state(HALF), AssignmentState::Delivered);

    let answer = server.reprocess_request(HALF_REQUEST, &manager);
    assert_eq!(answer.json()["error"]["details"][1]["code"], "reprocessAssignment");
    assert_eq!(server.reprocess(HALF, &manager).status, 202);
    assert_eq!(server.final_state(HALF), AssignmentState::Delivered);
    server.signal("-TERM");
    assert_eq!(server.status(), Some(0));
    let by_request = place.events().into_iter().filter_map(|event| match event.cause {
        Cause::Reprocessed { request, .. } => Some((event.attempt, request)),
        _ => None,
    });
    let id = Some(HALF_REQUEST.into());
    assert_eq!(by_request.collect::<Vec<_>>(), [(1, None), (2, id), (3, id), (4, None)]);
}
