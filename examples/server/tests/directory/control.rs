//! The requests that set the directory up for tests, and those that ask it afterwards.

use access_package::Timestamp;
use serde_json::{Value, json};

use crate::support::{
    APP, APP_ROLE, Directory, GROUP, GROUP_ELIGIBILITY, MISSING, OTHER_USER, Place, ROLE, ROLE_ELIGIBILITY,
    TOKEN, USER, group_schedule, in_ms, role_schedule, told, until,
};

/// A user with one grant of every kind, and another user with one grant.
fn granted(directory: &Directory) -> String {
    let end = in_ms(3_600_000);
    assert_eq!(directory.add("members", GROUP, USER).status, 204);
    assert_eq!(directory.add("owners", GROUP, USER).status, 204);
    assert_eq!(directory.assign_app_role(APP_ROLE, USER).status, 201);
    let eligible = group_schedule("member", USER, &until(&end));
    assert_eq!(directory.schedule(GROUP_ELIGIBILITY, &eligible).status, 201);
    let role = role_schedule(USER, &until(&end));
    assert_eq!(directory.schedule(ROLE_ELIGIBILITY, &role).status, 201);
    assert_eq!(directory.add("members", GROUP, OTHER_USER).status, 204);
    end
}

#[test]
fn the_log_tells_every_write() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let before = in_ms(0);
    let end = granted(&directory);
    assert_eq!(directory.add("members", GROUP, USER).status, 400);
    let log = directory.log();
    let told: Vec<_> = log
        .iter()
        .map(|it| (it["kind"].as_str().unwrap(), it["status"].as_u64().unwrap(), it["carriedOut"] == true))
        .collect();
    let expected = [
        ("member", 204, true),
        ("owner", 204, true),
        ("appRole", 201, true),
        ("groupEligibility", 201, true),
        ("roleEligibility", 201, true),
        ("member", 204, true),
        ("member", 400, false),
    ];
    assert_eq!(told, expected);
    let first = &log[0];
    let path = format!("/v1.0/groups/{GROUP}/members/$ref");
    assert_eq!([&first["method"], &first["path"]], [&json!("POST"), &json!(path)]);
    assert_eq!(
        [&first["resource"], &first["principal"], &first["end"]],
        [&json!(GROUP), &json!(USER), &Value::Null]
    );
    assert_eq!(
        [&log[4]["resource"], &log[4]["role"], &log[4]["end"]],
        [&json!(ROLE), &json!("/"), &json!(end)]
    );
    let instants = log.iter().map(|it| it["at"].as_str().unwrap().parse::<Timestamp>().unwrap());
    let instants: Vec<_> = [before.parse().unwrap()].into_iter().chain(instants).collect();
    assert!(instants.is_sorted(), "{instants:?}");

    for (query, count) in [
        (format!("?principal={OTHER_USER}"), 1),
        (format!("?resource={APP}"), 1),
        (format!("?resource={GROUP}&principal={USER}"), 4),
        ("?top=2".into(), 2),
        ("?after=5".into(), 2),
    ] {
        assert_eq!(directory.value(&format!("/control/log{query}")).len(), count, "{query}");
    }
}

#[test]
fn access_can_be_taken_away() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let remove = |of: &Value| directory.post("/control/remove", of).json()["removed"].as_u64();
    granted(&directory);
    let one = json!({ "kind": "member", "resource": GROUP, "principal": USER });
    assert_eq!([remove(&one), remove(&one)], [Some(1), Some(0)]);
    assert_eq!(remove(&json!({ "resource": ROLE, "role": "/AdministrativeUnits/1" })), Some(0));
    assert_eq!(remove(&json!({ "resource": ROLE, "role": "/" })), Some(1));
    assert_eq!(remove(&json!({ "principal": USER })), Some(3));
    assert_eq!(remove(&json!({ "resource": GROUP })), Some(1));
    assert_eq!(
        directory.post("/control/remove", &json!({ "kind": "member" })).told(),
        told(400, "BadRequest")
    );
    let grants = directory.value("/control/grants");
    assert_eq!(grants.len(), 6);
    assert!(grants.iter().all(|grant| grant["isPresent"] == false && grant["carriedOut"] == 1), "{grants:?}");
    granted(&directory);
    let grants = directory.value(&format!("/control/grants?principal={USER}"));
    assert_eq!(grants.len(), 5);
    assert!(grants.iter().all(|grant| grant["isPresent"] == true && grant["carriedOut"] == 2), "{grants:?}");
}

#[test]
fn an_object_can_be_deleted_and_restored() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    granted(&directory);
    let change =
        |id, what: &str| directory.post(&format!("/control/objects/{id}/{what}"), &Value::Null).status;
    let members = || directory.get(&format!("/v1.0/groups/{GROUP}/members"));
    assert_eq!(change(GROUP, "delete"), 204);
    assert_eq!(members().told(), told(404, "Request_ResourceNotFound"));
    assert_eq!(directory.add("members", GROUP, USER).told(), told(404, "Request_ResourceNotFound"));
    assert_eq!(change(GROUP, "restore"), 204);
    assert_eq!(members().json()["value"].as_array().unwrap().len(), 2);
    assert_eq!(change(USER, "delete"), 204);
    assert_eq!(members().json()["value"].as_array().unwrap().len(), 1);
    assert_eq!(change(USER, "restore"), 204);
    assert_eq!(members().json()["value"].as_array().unwrap().len(), 2);
    assert_eq!(change(MISSING, "delete"), 404);
}

#[test]
fn what_is_wrong_is_refused() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let refused =
        |path: &str, body: &Value| assert_eq!(directory.post(path, body).status, 400, "{path} {body}");
    for fault in [
        json!({ "error": {} }),
        json!({ "error": { "status": 200 } }),
        json!({ "text": { "status": 199, "body": "" } }),
        json!({ "text": { "status": 600, "body": "" } }),
        json!({ "error": { "status": 503, "retryAfter": { "date": 4_294_967_296_i64 } } }),
        json!({ "lag": { "ms": "soon" } }),
        json!({ "lost": { "how": "stolen" } }),
        json!("nothing"),
    ] {
        refused("/control/faults", &json!([{ "fault": fault }]));
    }
    for (name, value) in [("probability", json!(1.1)), ("kind", json!("guest")), ("colour", json!("red"))] {
        let mut rule = json!({ "fault": "duplicate" });
        rule[name] = value;
        refused("/control/faults", &json!([rule]));
    }
    for object in [json!("guest"), json!({ "group": { "colour": "red" } }), Value::Null] {
        refused("/control/objects", &json!([{ "id": USER, "object": object }]));
    }
    refused("/control/objects/x/delete", &Value::Null);
    assert_eq!(directory.value("/control/faults").len(), 0);
    assert_eq!(directory.get("/control/nothing").status, 404);
    assert_eq!(directory.get("/control/log?colour=red").status, 400);
}

#[test]
fn everything_needs_the_token() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let paths = [format!("/v1.0/groups/{GROUP}"), "/control/log".into(), "/elsewhere".into()];
    for path in &paths {
        for header in [String::new(), "Bearer".into(), format!("Bearer {TOKEN}x"), format!("Basic {TOKEN}")] {
            let header = if header.is_empty() { header } else { format!("Authorization: {header}\r\n") };
            let answer = directory.send("GET", path, &header, "").unwrap();
            assert_eq!(answer.told(), told(401, "InvalidAuthenticationToken"), "{path} {header}");
        }
    }
    let lower = directory.send("GET", &paths[0], &format!("authorization: bearer {TOKEN}\r\n"), "").unwrap();
    assert_eq!(lower.status, 200);
    for path in ["/elsewhere", "/v1.0", "/v1.0/nothing", "/beta/groups", "/v1.0/groups/x/friends"] {
        assert_eq!(directory.get(path).status, 400, "{path}");
    }
    let answer = directory.try_ask("DELETE", &paths[0], &Value::Null).unwrap();
    assert_eq!(answer.told(), told(405, "MethodNotAllowed"));
}
