//! Looks at SharePoint sites, in both readings.

use access_package::graph::Endpoint;
use access_package::graph::enforce::{End, FailureCause};
use http::Response;
use serde_json::json;

use crate::{Run, answer, of_json};

/// Whether the look finds the grant. `None` if the look is repeated.
fn is_seen(endpoint: Endpoint, response: &Response<String>) -> Option<bool> {
    let mut run = Run::of(endpoint);
    run.delivery = run.delivery.looking_first();
    let look = run.send();
    run.answer(response);
    if run.end() == Some(End::Fulfilled) {
        return Some(true);
    }
    match run.request() {
        Some(request) if request.method() == "POST" => Some(false),
        Some(again) => {
            assert_eq!(again.uri(), look.uri());
            None
        }
        None => panic!("{:?}", run.cause()),
    }
}

// R42
#[test]
fn a_role_definition_is_seen_among_the_bindings() {
    let (ours, other) =
        (json!({ "Id": 1_073_741_827, "Name": "Contribute" }), json!({ "Id": 1_073_741_826 }));
    let cases = [
        (json!({ "RoleDefinitionBindings": [other, ours] }), Some(true)),
        (json!({ "RoleDefinitionBindings": { "results": [ours] } }), Some(true)),
        (json!({ "roleDefinitionBindings": [{ "id": 1_073_741_827 }] }), None),
        (json!({ "RoleDefinitionBindings": [other] }), Some(false)),
        (json!({ "RoleDefinitionBindings": { "results": [other] } }), Some(false)),
        (json!({ "RoleDefinitionBindings": [] }), Some(false)),
        (json!({ "RoleDefinitionBindings": { "results": [] } }), Some(false)),
        (json!({ "RoleDefinitionBindings": null }), None),
        (json!({ "RoleDefinitionBindings": [{ "Id": "1073741827" }] }), None),
        (json!({ "RoleDefinitionBindings": "1073741827" }), None),
        (json!({}), None),
        (json!([]), None),
        (json!(null), None),
    ];
    for (body, expected) in cases {
        assert_eq!(is_seen(Endpoint::SiteRoles, &of_json(200, &body)), expected, "{body}");
    }
}

#[test]
fn a_user_is_seen_in_a_group_of_the_site() {
    for endpoint in [Endpoint::SiteRoles, Endpoint::SiteGroups] {
        assert_eq!(is_seen(endpoint, &answer(404, "")), Some(false));
        for status in [201, 204, 302, 429, 500, 503] {
            assert_eq!(
                is_seen(endpoint, &answer(status, r#"{ "RoleDefinitionBindings": [] }"#)),
                None,
                "{status}"
            );
        }
    }
    assert_eq!(is_seen(Endpoint::SiteGroups, &answer(200, r#"{ "Id": 17 }"#)), Some(true));
    // A sign-in page is not a user.
    for body in ["", "<html>", "null", "[]"] {
        assert_eq!(is_seen(Endpoint::SiteGroups, &answer(200, body)), None, "{body}");
    }
}

#[test]
fn a_refusal_of_the_site_is_final() {
    for endpoint in [Endpoint::SiteRoles, Endpoint::SiteGroups] {
        let body = r#"{"error":{"code":"-2147024891, System.UnauthorizedAccessException","message":{"lang":"en-US","value":"Access denied."}}}"#;
        let run = Run::written(endpoint, &answer(403, body));
        let Some(End::Failed(failure)) = run.end() else { panic!("failed") };
        assert_eq!(failure.cause, FailureCause::NotAllowed);
        assert_eq!(failure.code.as_deref(), Some("-2147024891, System.UnauthorizedAccessException"));
    }
}
