//! What is judged: which assignment, by which request, and what it gives.

use serde_json::{Value, json};

use crate::caller::{CATALOG_OWNER, OBJECT, assigned, token, user};
use crate::{File, TARGET, before_notes, printed, request, run_bare, sample, text_of, with};

/// What is printed without a FILE.
fn without_file(arguments: &[&str]) -> (String, Option<i32>) {
    text_of(run_bare(&[], arguments, b""))
}

#[test]
fn the_sample_stands_in_for_no_document_of_a_caller_whom_there_is() {
    let token = File::new("sample-token", &token(&user()));
    let claims = File::new("sample-claims", &user().to_string());
    let roles = File::new("sample-roles", &json!([assigned(OBJECT, CATALOG_OWNER, "/")]).to_string());
    let bare = json!({ "id": sample()["id"] });
    let request = request("deliveryFailed", "2023-12-20T00:00:00Z", &bare).to_string();
    let request = File::new("sample-request", &request);
    for option in ["--token-file", "--claims", "--role-assignments", "--request"] {
        let path = match option {
            "--token-file" => token.path(),
            "--claims" => claims.path(),
            "--request" => request.path(),
            _ => roles.path(),
        };
        let (text, status) = without_file(&[option, path]);
        assert_eq!((text.as_str(), status), ("error: no FILE: give the assignment\n", Some(2)), "{option}");
    }
    // One who is made up may be tried on the sample, which says what it is.
    let line =
        format!("\nassignment {} (the sample that is built in)\n", sample()["id"].as_str().expect("an id"));
    for arguments in [&[][..], &["--role", "none"], &["--permission", "none", "--account", "work"]] {
        let (text, status) = without_file(arguments);
        assert!(text.contains(&line), "{text}");
        assert_eq!(status, Some(i32::from(!arguments.is_empty())));
        let (text, _) = printed(arguments, sample().to_string().as_bytes());
        assert!(!text.contains("built in"), "{text}");
    }
}

#[test]
fn a_request_is_for_the_assignment_in_the_file() {
    let failed = with("state", "deliveryFailed");
    let id = failed["id"].as_str().expect("an id");
    let mut other = failed.clone();
    other["id"] = json!(TARGET);
    let completed = "2023-12-20T00:00:00Z";
    for shown in [json!({ "id": TARGET }), json!({ "id": TARGET, "state": "deliveryFailed" }), other] {
        let file = File::new("request-elsewhere", &request("deliveryFailed", completed, &shown).to_string());
        let (text, status) = printed(&["--request", file.path()], failed.to_string().as_bytes());
        let why = format!("a request for the assignment `{TARGET}`, and - is `{id}`\n");
        assert_eq!((text, status), (format!("error: {}: {why}", file.path()), Some(2)));
    }
}

#[test]
fn who_may_and_when_needs_no_resource_roles() {
    let package = sample()["accessPackage"]["id"].as_str().expect("an id").to_owned();
    let call = format!(
        "`GET /v1.0/identityGovernance/entitlementManagement/accessPackages/{package}/resourceRoleScopes?$expand=role,scope`"
    );
    let bare = |state: &str| {
        let mut document = with("state", state);
        document["accessPackage"].as_object_mut().expect("an object").remove("resourceRoleScopes");
        document
    };
    let mut null = bare("delivered");
    null["accessPackage"]["resourceRoleScopes"] = Value::Null;
    let mut beta: Value = bare("delivered");
    for (name, older) in [("state", "assignmentState"), ("accessPackage", "accessPackage")] {
        let value = beta.as_object_mut().expect("an object").remove(name).expect("it is there");
        beta[older] = value;
    }
    beta["accessPackageId"] = json!(package);
    beta["catalogId"] = sample()["accessPackage"]["catalog"]["id"].clone();
    for document in [bare("delivered"), null, beta] {
        let input = document.to_string();
        let (text, status) = printed(&[], input.as_bytes());
        assert!(before_notes(&text).ends_with("\n\naccepted: what would be enforced is not known"), "{text}");
        assert_eq!((text.matches(&call).count(), status), (1, Some(0)), "{text}");
        let (text, status) = printed(&["--role", "none"], input.as_bytes());
        assert!(!text.contains(&call), "{text}");
        assert_eq!(status, Some(1));
        let (json, _) = printed(&["--json"], input.as_bytes());
        let json: Value = serde_json::from_str(&json).expect("an object");
        assert_eq!((&json["verdict"], &json["after"]), (&json!("accepted"), &Value::Null));
        assert!(["between", "actions", "receipts"].iter().all(|name| json.get(name).is_none()), "{json}");
    }
    // R10: the state is judged too.
    for state in ["delivering", "expired", "partiallyDelivered"] {
        let (text, status) = printed(&[], bare(state).to_string().as_bytes());
        assert!(text.contains(&format!("\n  - state is `{state}`")), "{text}");
        assert!(!text.contains(&call), "{text}");
        assert_eq!(status, Some(1));
    }
    // By its request, whether that shows the assignment or not.
    for shown in [bare("deliveryFailed"), json!({ "id": sample()["id"] })] {
        let file = request("deliveryFailed", "2023-12-20T00:00:00Z", &shown).to_string();
        let file = File::new("request-unlisted", &file);
        let (text, status) =
            printed(&["--request", file.path()], bare("deliveryFailed").to_string().as_bytes());
        assert!(text.contains("\naccepted: what would be enforced is not known\n"), "{text}");
        assert_eq!((text.matches(&call).count(), status), (1, Some(0)), "{text}");
    }
    // What is listed has to be whole.
    let mut half = sample();
    half["accessPackage"]["resourceRoleScopes"][1].as_object_mut().expect("an object").remove("role");
    assert_eq!(printed(&[], half.to_string().as_bytes()).1, Some(2));
}
