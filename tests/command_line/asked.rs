//! What is judged: the assignment, the request, and the resource roles that the package gives.

use serde_json::{Value, json};

use crate::caller::{CATALOG_OWNER, OBJECT, assigned, token, user};
use crate::{File, TARGET, before_notes, printed, request, run_bare, sample, text_of, with};

/// The output without a FILE.
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
        assert_eq!(
            (text.as_str(), status),
            ("error: FILE is missing: pass the assignment\n", Some(2)),
            "{option}"
        );
    }
    // An invented caller can be tried on the sample, which says that it is the sample.
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
        let why = format!("a request for the assignment `{TARGET}`, but - is `{id}`\n");
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
        assert!(before_notes(&text).ends_with("\n\naccepted: the actions are unknown"), "{text}");
        assert_eq!((text.matches(&call).count(), status), (1, Some(0)), "{text}");
        let (text, status) = printed(&["--role", "none"], input.as_bytes());
        assert!(!text.contains(&call), "{text}");
        assert_eq!(status, Some(1));
        let (json, _) = printed(&["--json"], input.as_bytes());
        let json: Value = serde_json::from_str(&json).expect("an object");
        assert_eq!((&json["verdict"], &json["after"]), (&json!("accepted"), &Value::Null));
        assert!(["between", "actions", "receipts"].iter().all(|name| json.get(name).is_none()), "{json}");
    }
    // R10: the state is judged, too.
    for state in ["delivering", "expired", "partiallyDelivered"] {
        let (text, status) = printed(&[], bare(state).to_string().as_bytes());
        assert!(text.contains(&format!("\n  - state is `{state}`")), "{text}");
        assert!(!text.contains(&call), "{text}");
        assert_eq!(status, Some(1));
    }
    // By its request, with or without the assignment in it.
    for shown in [bare("deliveryFailed"), json!({ "id": sample()["id"] })] {
        let file = request("deliveryFailed", "2023-12-20T00:00:00Z", &shown).to_string();
        let file = File::new("request-unlisted", &file);
        let (text, status) =
            printed(&["--request", file.path()], bare("deliveryFailed").to_string().as_bytes());
        assert!(text.contains("\naccepted: the actions are unknown\n"), "{text}");
        assert_eq!((text.matches(&call).count(), status), (1, Some(0)), "{text}");
    }
    // A list must be complete.
    let mut half = sample();
    half["accessPackage"]["resourceRoleScopes"][1].as_object_mut().expect("an object").remove("role");
    assert_eq!(printed(&[], half.to_string().as_bytes()).1, Some(2));
}

// R32
#[test]
fn the_newest_request_is_taken_out_of_a_list() {
    let failed = with("state", "deliveryFailed");
    let input = failed.to_string();
    let bare = json!({ "id": failed["id"] });
    let of = |id: &str, kind: &str, completed: &str, assignment: &Value| {
        let mut request = request("deliveryFailed", completed, assignment);
        (request["id"], request["requestType"]) = (json!(id), json!(kind));
        request
    };
    let [old, new, other] = [
        "00000000-0000-0000-0000-00000000000a",
        "00000000-0000-0000-0000-00000000000b",
        "00000000-0000-0000-0000-00000000000c",
    ];
    let older = of(old, "userAdd", "2023-12-19T00:00:00Z", &bare);
    let newer = of(new, "adminUpdate", "2023-12-20T00:00:00Z", &bare);
    let elsewhere = of(other, "userAdd", "2023-12-21T00:00:00Z", &json!({ "id": TARGET }));
    let removal = of(other, "userRemove", "2023-12-22T00:00:00Z", &bare);
    let mut denied = of(other, "userAdd", "2023-12-23T00:00:00Z", &Value::Null);
    denied["state"] = json!("denied");
    let mut unshown = of(other, "userAdd", "2023-12-23T00:00:00Z", &bare);
    unshown.as_object_mut().expect("an object").remove("assignment");
    let told = |list: &Value| {
        let file = File::new("requests", &list.to_string());
        let (text, status) = printed(&["--request", file.path()], input.as_bytes());
        (text.replace(file.path(), "FILE"), status)
    };
    for list in [
        json!([older, newer]),
        json!({ "value": [newer, older, elsewhere] }),
        json!({ "value": [elsewhere, removal, denied, newer] }),
    ] {
        let (text, status) = told(&list);
        assert!(text.contains(&format!("\nrequest    {new}\n")), "{text}");
        // Its recency is known.
        assert!(!text.contains("is taken for the newest"), "{text}");
        assert_eq!(status, Some(0), "{text}");
    }
    let id = failed["id"].as_str().expect("an id");
    let none = format!("the list has no request for access to the assignment `{id}`");
    let cut = "not the whole list, which continues at https://next: pass only the newest request for the assignment";
    for (list, why) in [
        (json!({ "value": [] }), none.as_str()),
        (json!({ "value": [elsewhere, removal, denied] }), &none),
        (json!({ "value": [newer], "@odata.nextLink": "https://next" }), cut),
        (
            json!({ "value": [newer, newer] }),
            "two requests were completed at 2023-12-20T00:00:00Z: pass only the newest one",
        ),
        (json!({ "value": [newer, unshown] }), "`value[1]`: `assignment` is missing"),
    ] {
        assert_eq!(told(&list), (format!("error: FILE: {why}\n"), Some(2)));
    }
    let file = File::new("requests-alone", &json!({ "value": [newer] }).to_string());
    let (text, status) = without_file(&["--request", file.path()]);
    assert_eq!(
        (text, status),
        (format!("error: {}: FILE is missing: pass the assignment\n", file.path()), Some(2))
    );
}

#[test]
fn what_is_no_json_is_said_to_be_what_it_may_be() {
    let secret = token(&user());
    let is_token = "; is this a token? pass it with `--token-file`\n";
    let opaque = "0.AXoA".repeat(9);
    for (text, kind) in [
        (secret.as_str(), is_token),
        (&format!("Bearer {secret}"), is_token),
        (&opaque, is_token),
        ("", "; it is empty\n"),
        (" \n", "; it is empty\n"),
        (
            "id,state\n1,delivered\n2,expired",
            "; it begins with `id,state\\n1,delivered`, but JSON begins with `{` or `[`\n",
        ),
        ("<html>\u{1b}[2J", "; it begins with `<html>\\u{1b}[2J`, but JSON begins with `{` or `[`\n"),
    ] {
        let file = File::new("no-json", text);
        let name = |option: &str| (option.to_owned(), vec![option.to_owned(), file.path().to_owned()]);
        for (option, arguments) in ["--request", "--package", "--role-assignments"].map(name) {
            if option == "--role-assignments" && text.trim().is_empty() {
                continue; // the message says so itself
            }
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            let (told, status) = printed(&arguments, sample().to_string().as_bytes());
            assert!(told.starts_with(&format!("error: {}: ", file.path())) && told.ends_with(kind), "{told}");
            assert_eq!(status, Some(2));
            assert!(text.len() < 40 || !told.contains(&text[..8]), "{told}");
        }
        let (told, status) = printed(&[], text.as_bytes());
        assert!(told.ends_with(kind), "{told}");
        assert_eq!(status, Some(2));
    }
    assert!(!printed(&[], b"{").0.contains("begins"));
}

#[test]
fn a_document_at_the_wrong_place_is_called_what_it_is() {
    let an_assignment = "an access package assignment, not a role assignment: pass it as FILE\n";
    let mut beta = sample();
    beta["assignmentState"] = beta.as_object_mut().expect("an object").remove("state").expect("it has one");
    for list in [sample(), beta, json!({ "value": [sample()] }), json!([sample()])] {
        let file = File::new("assignment-as-roles", &list.to_string());
        let (text, status) = printed(&["--role-assignments", file.path()], sample().to_string().as_bytes());
        assert_eq!((text, status), (format!("error: {}: {an_assignment}", file.path()), Some(2)));
    }
    let refused = "; this is a refusal by Graph, not an export";
    for code in ["UnAuthorized", "NoLicense", "InvalidModel"] {
        let error = json!({ "error": { "code": code, "message": "No." } }).to_string();
        let (text, status) = printed(&[], error.as_bytes());
        assert!(text.contains(&format!("`{code}`: No.{refused}")), "{text}");
        assert_eq!(status, Some(2));
    }
    let a_request = request("delivered", "2023-12-20T00:00:00Z", &json!({ "id": TARGET }));
    let page = json!({ "value": [a_request, sample()] });
    let (text, _) = printed(&[], page.to_string().as_bytes());
    assert!(text.contains("`: pass it with `--request FILE`\n") && !text.contains("read it with"), "{text}");
    let (json, _) = printed(&["--json"], page.to_string().as_bytes());
    assert!(json.contains("`: pass it with `--request FILE`\"") && !json.contains("read it with"), "{json}");
}
