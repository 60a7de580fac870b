//! Every result of a call, to the byte but for ids and dates.

use std::io::{Read, Write};
use std::time::Duration;

use access_package::{
    AssignmentState, CatalogId, Fulfillment, Role, RoleAssignment, Scope, Step, StoredAssignment,
};
use access_package_server::development::{self, FOREIGN, SAMPLE, UNKNOWN_PACKAGE, member};
use access_package_server::store::Store;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Answer, BETA, DEADLINE, Place, Server, V1, delegated, insert, request, token, tokens};

fn error(code: &str, message: &str, details: &[[&str; 2]]) -> String {
    let details: Vec<_> = details
        .iter()
        .map(|[code, message]| format!(r#"{{"code":"{code}","message":"{message}"}}"#))
        .collect();
    format!(
        r#"{{"error":{{"code":"{code}","message":"{message}","details":[{}],"innerError":{{"date":"DATE","request-id":"ID"}}}}}}"#,
        details.join(",")
    )
}

const PREFIX: &str = "caller may not reprocess this assignment: ";
const HOLD: &str = "hold the role `Access package assignment manager` on the assignment's catalog";
const NO_ROLE: &str = "no role is `Access package assignment manager` or higher";
const ELSEWHERE: &str =
    "a role is `Access package assignment manager` or higher, but not on the assignment's catalog";
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
            "reprocess the request of this assignment, not the assignment",
        ),
        AssignmentState::DeliveryFailed => (
            "deliveryFailed",
            "reprocessRequest",
            "reprocess the request of this assignment, not the assignment",
        ),
        AssignmentState::Expired => ("expired", "requestAgain", "request the access package again"),
        other => panic!("{other} is no wrong state"),
    };
    let message = format!("state is `{word}`: only an assignment that is `delivered` can be reprocessed");
    error("InvalidAssignmentState", &message, &[[word, &format!("state is `{word}`")], [code, advice]])
}

fn assert_is(answer: Answer, status: u16, body: &str, what: &str) {
    let answer = answer.without_ids();
    assert_eq!((answer.status, &*answer.body), (status, body), "{what}");
    // R27, R29
    let content_type = (!body.is_empty()).then_some("application/json");
    assert_eq!(answer.header("content-type"), content_type, "{what}");
}

/// An assignment in this state, in the sample's catalog.
async fn insert_in(store: &Store, state: AssignmentState) -> Uuid {
    let sample = store.read(SAMPLE.into()).await.unwrap().unwrap();
    let role = |number, fulfillment| member(Uuid::from_u128(number), fulfillment).unwrap();
    let roles = match state {
        AssignmentState::Delivering => vec![role(1, Fulfillment::Pending)],
        AssignmentState::PartiallyDelivered => {
            vec![role(1, Fulfillment::Failed), role(2, Fulfillment::Fulfilled)]
        }
        AssignmentState::DeliveryFailed => vec![role(1, Fulfillment::Failed)],
        _ => vec![role(1, Fulfillment::Fulfilled)],
    };
    let like = StoredAssignment { state, ..StoredAssignment::from(&sample.assignment) };
    insert(store, &like, roles).await
}

// R1, R2, R3, R8, R9, R27, R29: the decision table, and behind it the database and HTTP.
#[test]
fn the_decision_table() {
    let place = Place::new();
    let cells = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let catalog = store.read(SAMPLE.into()).await.unwrap().unwrap().assignment.catalog();
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

// R4 to R8
#[test]
fn who_may_not_is_told_everything_that_stands_in_the_way() {
    let place = Place::new();
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
        // R8: the same whatever the state.
        for id in [SAMPLE, development::EXPIRED, development::DELIVERY_FAILED, UNKNOWN_PACKAGE] {
            assert_is(server.reprocess(id, token), 403, body, what);
            assert_is(server.ask("GET", &format!("{V1}/{id}"), token), 403, body, what);
        }
        assert_is(server.ask("GET", V1, token), 403, body, what);
    }
    for who in ["application", "manager"] {
        assert_eq!(server.state(SAMPLE), AssignmentState::Delivered);
        assert_is(server.reprocess(UNKNOWN_PACKAGE, &token(who)), 500, &failed(), who);
    }
    assert_is(server.reprocess(SAMPLE, &token("application")), 202, "", "application");
}

fn failed() -> String {
    plain("InternalServerError", "the server has failed")
}

/// An error of the server itself, which has no details.
fn plain(code: &str, message: &str) -> String {
    format!(
        r#"{{"error":{{"code":"{code}","innerError":{{"date":"DATE","request-id":"ID"}},"message":"{message}"}}}}"#
    )
}

// R24, R28, R30
#[test]
fn what_is_not_there() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let (application, missing) = (token("application"), Uuid::from_u128(404));
    let gone = "assignment does not exist";
    let not_found = error("ResourceNotFound", gone, &[["noSuchAssignment", gone]]);
    let invalid = "not a valid assignment id: expected a GUID of 36 characters with hyphens";
    let invalid = error("InvalidRequest", invalid, &[["invalidAssignmentId", invalid]]);
    let post_only = "method is not allowed: only `POST` is";
    let post_only = error("MethodNotAllowed", post_only, &[["otherMethod", post_only]]);
    let get_only = plain("MethodNotAllowed", "method is not allowed: only `GET` is");
    let no_route = plain("ResourceNotFound", "no such route");
    let filter = "filter is not supported: only `eq` on the state with a known state is";
    let filter = plain("InvalidRequest", filter);
    for collection in [V1, BETA] {
        let cases = [
            ("POST", format!("/{missing}/reprocess"), 404, &not_found),
            ("POST", format!("('{missing}')/microsoft.graph.reprocess"), 404, &not_found),
            ("GET", format!("/{missing}"), 404, &not_found),
            ("GET", format!("('{missing}')"), 404, &not_found),
            ("POST", "/7/reprocess".into(), 400, &invalid),
            ("POST", format!("/{}/reprocess", missing.simple()), 400, &invalid),
            ("GET", "/7".into(), 400, &invalid),
            ("GET", format!("/{missing}/reprocess"), 405, &post_only),
            ("PUT", format!("/{missing}/reprocess"), 405, &post_only),
            ("POST", format!("/{missing}"), 405, &get_only),
            ("POST", String::new(), 405, &get_only),
            ("GET", format!("/{missing}/target"), 404, &no_route),
            ("POST", format!("/{missing}/reprocess/again"), 404, &no_route),
            ("GET", "?$filter=state%20eq%20'unknownFutureValue'".into(), 400, &filter),
            ("GET", "?$filter=target%20eq%20'delivered'".into(), 400, &filter),
        ];
        for (method, rest, status, body) in cases {
            let path = format!("{collection}{rest}");
            assert_is(server.ask(method, &path, &application), status, body, &format!("{method} {path}"));
        }
        let path = format!("{collection}/{missing}/reprocess");
        assert_eq!(server.ask("GET", &path, &application).header("allow"), Some("POST"));
        let path = format!("{collection}/{missing}");
        assert_eq!(server.ask("POST", &path, &application).header("allow"), Some("GET"));
    }
}

// R28: whoever holds roles on catalogs only cannot tell what is missing from what is foreign.
#[test]
fn a_missing_assignment_looks_like_a_foreign_one() {
    let place = Place::new();
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
            }
        }
    }
    // The tenant's own application may know.
    assert_eq!(server.reprocess(Uuid::from_u128(404), &token("application")).status, 404);
    assert_eq!(server.reprocess(FOREIGN, &token("application")).status, 202);
}

// R24, R26, R27: what real clients send, and what they cannot bear in an answer.
#[test]
fn every_form_of_the_call_is_taken() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let authorization = format!("Authorization: Bearer {}\r\n", token("manager"));
    let v1_old = V1.replace("assignments", "accessPackageAssignments");
    let doubled = V1.replace("/v1.0/", "/v1.0//");
    let paths = [
        format!("{V1}/{SAMPLE}/reprocess"),
        format!("{BETA}/{SAMPLE}/reprocess"),
        format!("{v1_old}/{SAMPLE}/reprocess"),
        format!("{doubled}/{SAMPLE}/reprocess"),
        format!("{V1}('{SAMPLE}')/reprocess"),
        format!("{V1}(%27{SAMPLE}%27)/microsoft.graph.reprocess"),
        format!("{}/{}/REPROCESS", V1.to_uppercase(), SAMPLE.to_string().to_uppercase()),
        format!("{V1}/{SAMPLE}/reprocess?api-version=1"),
    ];
    let bodies = [
        "\r\n",
        "Content-Length: 0\r\n\r\n",
        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        "Content-Type: application/json\r\nContent-Length: 4\r\n\r\nnull",
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "Accept: application/xml\r\n\r\n",
        "Accept: */*;q=0\r\n\r\n",
    ];
    let with_first_path = bodies.iter().map(|body| (&paths[0], *body));
    let with_first_body = paths.iter().map(|path| (path, bodies[0]));
    for (path, body) in with_first_path.chain(with_first_body) {
        let head = request("POST", path, &authorization);
        let answer = server.send(&format!("{}{body}", head.strip_suffix("\r\n").unwrap()));
        assert_is(answer, 202, "", &format!("{path} {body:?}"));
        assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
    }
    let named = format!("{authorization}client-request-id: 7f02\r\n");
    let answer = server.send(&request("POST", &paths[0].replace(&SAMPLE.to_string(), "7"), &named));
    assert_eq!(answer.header("client-request-id"), Some("7f02"));
    assert_eq!(answer.json()["error"]["innerError"]["client-request-id"], "7f02");
    assert_eq!(answer.json()["error"]["innerError"]["request-id"], answer.header("request-id").unwrap());
}

// R26: a body that comes late does not cost the client its connection.
#[test]
fn a_connection_can_be_used_again() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let mut stream = server.connect().unwrap();
    let authorization = format!("Authorization: Bearer {}", token("manager"));
    let path = format!("{V1}/{SAMPLE}/reprocess");
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{authorization}\r\nContent-Length: 2\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    // A server that does not wait for the body answers now.
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let early = stream.read(&mut [0; 4096]);
    assert!(early.is_err(), "answered before the body: {early:?}");
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(format!("{{}}{}", request("GET", "/healthz", "")).as_bytes()).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert!(answers.starts_with("HTTP/1.1 202 ") && answers.ends_with("ok"), "{answers}");
}
