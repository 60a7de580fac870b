//! Several requests in one.

use access_package::graph::http::Rejection;
use access_package_server::development::{EXPIRED, FOREIGN, HALF, SAMPLE};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::odata::{assert_is, plain, rejected};
use crate::support::{Answer, Place, Server, request, token};

const ASSIGNMENTS: &str = "/identityGovernance/entitlementManagement/assignments";
const BETA: &str = "identityGovernance/entitlementManagement/accessPackageAssignments";

fn send(server: &Server, path: &str, body: &str, who: &str) -> Answer {
    let headers = format!("Authorization: Bearer {}\r\nContent-Length: {}\r\n", token(who), body.len());
    server.send(&(request("POST", path, &headers) + body))
}

fn part(id: &str, method: &str, url: &str) -> Value {
    json!({ "id": id, "method": method, "url": url })
}

fn answers(server: &Server, path: &str, parts: &[Value], who: &str) -> Vec<Value> {
    let answer = send(server, path, &json!({ "requests": parts }).to_string(), who);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/json")),
        "{}",
        answer.body
    );
    answer.json()["responses"].as_array().unwrap().clone()
}

fn statuses(answers: &[Value]) -> Vec<u64> {
    answers.iter().map(|answer| answer["status"].as_u64().unwrap()).collect()
}

#[test]
fn each_part_is_answered_for_itself() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    let reprocess = |id: Uuid| format!("{ASSIGNMENTS}/{id}/reprocess");
    let package = place.read(SAMPLE).access_package;
    let parts = [
        part("1", "POST", &reprocess(SAMPLE)),
        part("again", "post", &reprocess(EXPIRED)),
        part("3", "GET", &format!("{ASSIGNMENTS}/{HALF}?$select=id")),
        part("4", "GET", &reprocess(HALF)),
        part("5", "POST", &reprocess(FOREIGN)),
        part("6", "GET", "/me"),
        part("7", "GET", &format!("{ASSIGNMENTS}?$skip=1")),
        part("8", "GET", "/a b"),
        part("9", "POST", "/$batch"),
        part("10", "GET", &format!("{ASSIGNMENTS}?$top=1")),
        part("listed", "GET", &format!("{ASSIGNMENTS}?$filter=accessPackage/id%20eq%20'{package}'")),
        part("11", "BAD METHOD", "/me"),
        part("12", "GET", &format!("https://graph.microsoft.com/v1.0{ASSIGNMENTS}")),
    ];
    let all = answers(&server, "/v1.0/$batch", &parts, "manager");
    assert_eq!(all[1]["id"], "again");
    assert_eq!(statuses(&all), [202, 400, 200, 405, 403, 404, 400, 400, 404, 403, 200, 400, 404]);
    assert_eq!(all[0], json!({ "id": "1", "status": 202, "headers": {} }));
    assert_eq!(all[2]["body"], json!({ "id": HALF.to_string() }));
    assert_eq!(all[2]["headers"], json!({ "content-type": "application/json" }));
    assert_eq!(all[3]["headers"]["allow"], "POST");
    assert_eq!(all[4]["body"]["error"]["code"], "UnAuthorized");
    assert_eq!(all[10]["body"]["value"][0]["id"], SAMPLE.to_string());
    let list = answers(
        &server,
        "/v1.0/$batch",
        &[part("1", "GET", &format!("{ASSIGNMENTS}?$top=1"))],
        "application",
    );
    assert!(list[0]["body"]["@odata.nextLink"].as_str().unwrap().starts_with("http://localhost/v1.0/"));
    assert_eq!(place.read(SAMPLE).attempt, 1);

    // Beta has a `$batch` of its own. The token of the whole batch counts, not the token of a part.
    let mut stolen = part("1", "GET", &format!("{BETA}/{SAMPLE}?select=id"));
    stolen["headers"] = json!({ "Authorization": format!("Bearer {}", token("manager")) });
    for path in ["/beta/$batch", "/BETA/%24Batch"] {
        assert_eq!(statuses(&answers(&server, path, &[stolen.clone()], "manager")), [200]);
        assert_eq!(statuses(&answers(&server, path, &[stolen.clone()], "stranger")), [403]);
    }
    assert!(answers(&server, "/v1.0/$batch", &[], "stranger").is_empty());
}

#[test]
fn what_depends_on_what_has_failed_is_left_out() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    let depending = |id: &str, url: String, on: &[&str]| {
        let mut part = part(id, "POST", &url);
        part["dependsOn"] = json!(on);
        part
    };
    let reprocess = |id: Uuid| format!("{ASSIGNMENTS}/{id}/reprocess");
    let parts = [
        depending("a", reprocess(EXPIRED), &[]),
        depending("b", reprocess(SAMPLE), &["a"]),
        depending("c", reprocess(HALF), &[]),
        depending("d", "/me".into(), &["c"]),
        depending("e", reprocess(SAMPLE), &["c", "b"]),
    ];
    let all = answers(&server, "/v1.0/$batch", &parts, "manager");
    assert_eq!(statuses(&all), [400, 424, 202, 404, 424]);
    assert_eq!(all[1]["body"]["error"]["code"], "FailedDependency");
    assert_eq!((place.read(SAMPLE).attempt, place.read(HALF).attempt), (0, 1));
}

/// A batch that is not in order is refused as a whole, and no part of it is carried out.
#[test]
fn a_batch_in_no_order_is_refused() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    let good = part("1", "POST", &format!("{ASSIGNMENTS}/{SAMPLE}/reprocess"));
    let mut depending = part("2", "GET", "/me");
    depending["dependsOn"] = json!(["3"]);
    let many: Vec<_> = (0..21).map(|number| part(&number.to_string(), "GET", "/me")).collect();
    let refused = |body: &str, message: &str| {
        let answer = send(&server, "/v1.0/$batch", body, "manager");
        assert_is(answer, 400, &plain("InvalidRequest", message), body);
    };
    let of = |parts: &[Value]| json!({ "requests": parts }).to_string();
    refused(&of(&many), "batch has more than 20 requests");
    refused(&of(&[good.clone(), good.clone()]), "id `1` is given twice");
    refused(&of(&[good.clone(), depending]), "no request before `2` has the id `3`");
    for body in ["", "{}", "[]", "null", r#"{"requests":{}}"#, r#"{"requests":[{"id":"1"}]}"#, "\u{1}"] {
        let answer = send(&server, "/v1.0/$batch", body, "manager");
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json()["error"]["message"].as_str().unwrap().starts_with("body is not a batch: "));
    }
    assert_eq!(answers(&server, "/v1.0/$batch", &many[..20], "manager").len(), 20);
    let only = rejected(Rejection::MethodNotAllowed { allowed: "POST" });
    assert_is(server.ask("GET", "/v1.0/$batch", &token("manager")), 405, &only, "GET");
    assert_eq!(server.send(&request("POST", "/v1.0/$batch", "")).status, 401);
    assert_eq!(place.read(SAMPLE).attempt, 0);
}
