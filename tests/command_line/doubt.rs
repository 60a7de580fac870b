//! Doubts about a verdict: unknown roles, a token that Graph does not accept, and a state that Graph does not
//! tell.

use serde_json::{Value, json};

use crate::caller::{
    CATALOG_OWNER, GRAPH, OBJECT, READ_WRITE, TENANT, assigned, document, on_catalog, token, user, with_claim,
};
use crate::{File, before_notes, page, printed, request, sample, with};

const IN_DOUBT: &str = "refused, as far as roles are known: the caller may not reprocess this assignment (at Graph: 403)\n\nwhy\n";
const FACT: &str = "refused: the caller may not reprocess this assignment (at Graph: 403)\n\nwhy\n";
const ENTITLEMENT: &str = "  - a token contains no entitlement management roles: look them up with `GET";
const DIRECTORY: &str =
    "  - directory roles are unknown, because the token has no `wids`: look them up with `GET";

#[test]
fn a_refusal_is_in_doubt_as_long_as_a_role_may_be_found() {
    let without_wids = with_claim("wids", Value::Null);
    let mut no_permission = user();
    no_permission["scp"] = json!("User.Read");
    let mut personal = user();
    personal["tid"] = json!("9188040d-6c67-4c5b-b112-36a304b66dad");
    let app = json!({ "idtyp": "app", "oid": OBJECT, "tid": TENANT, "roles": [] });
    let empty = File::new("no-roles", r#"{"value":[]}"#);
    let in_directory =
        json!([{ "principalId": OBJECT, "roleDefinitionId": CATALOG_OWNER, "directoryScopeId": "/" }]);
    let in_directory =
        File::new("no-directory-roles", &in_directory.to_string().replace(CATALOG_OWNER, TENANT));
    let (standard, privileged) =
        (&["--catalog-level", "standard"][..], &["--catalog-level", "privileged"][..]);
    let looked_up = ["--role-assignments", empty.path()];
    let both = ["--role-assignments", empty.path(), "--role-assignments", in_directory.path()];
    for (claims, arguments, look_ups) in [
        (user(), standard, &[ENTITLEMENT][..]),
        (without_wids.clone(), standard, &[ENTITLEMENT, DIRECTORY]),
        (app.clone(), standard, &[ENTITLEMENT, DIRECTORY]),
        (without_wids.clone(), &looked_up, &[DIRECTORY]),
        (with_claim("wids", json!(["45d8d3c5-c802-45c6-b32a-1d70b5e1e86e"])), privileged, &[]),
        (with_claim("scp", json!("User.Read")), standard, &[ENTITLEMENT]),
        (no_permission, standard, &[ENTITLEMENT]),
        (personal, standard, &[]),
        (user(), &looked_up, &[]),
        (without_wids, &both, &[]),
        (user(), &["--role", "none"], &[]),
    ] {
        let file = File::new("doubt", &claims.to_string());
        let arguments = [&["--claims", file.path()], arguments].concat();
        let (text, status) = printed(&arguments, &document());
        assert_eq!(status, Some(1), "{text}");
        let (before, after) = before_notes(&text).split_once("\n\nwhat helps").expect("something helps");
        assert!(before.contains(if look_ups.is_empty() { FACT } else { IN_DOUBT }), "{text}");
        let told = before.split_once("\n\nfind out first\n").map(|(_, told)| told);
        let told: Vec<_> = told.unwrap_or_default().lines().collect();
        assert_eq!(told.len(), look_ups.len(), "{text}");
        assert!(told.iter().zip(look_ups).all(|(told, look_up)| told.starts_with(look_up)), "{text}");
        // Only once.
        assert!(look_ups.iter().all(|look_up| text.matches(look_up).count() == 1), "{after}");

        let (list, _) = printed(&arguments, &page(&[sample(), sample()]));
        let line = if look_ups.is_empty() {
            "  refused: caller"
        } else {
            "  refused, as far as roles are known: caller"
        };
        assert_eq!(list.matches(line).count(), 2, "{list}");
        assert_eq!(list.contains("\nfind out first\n"), !look_ups.is_empty(), "{list}");
        assert!(look_ups.iter().all(|look_up| list.matches(look_up).count() == 1), "{list}");
    }
}

#[test]
fn whether_the_roles_are_known_is_said_in_json() {
    let list = File::new("known-roles", &json!([assigned(OBJECT, CATALOG_OWNER, &on_catalog())]).to_string());
    let (token, bare) = (File::new("wids", &user().to_string()), with_claim("wids", Value::Null));
    let bare = File::new("no-wids", &bare.to_string());
    for (arguments, are_known) in [
        (vec![], true),
        (vec!["--claims", token.path()], false),
        (vec!["--claims", token.path(), "--role-assignments", list.path()], true),
        (vec!["--claims", bare.path(), "--role-assignments", list.path()], false),
        (vec!["--role-assignments", list.path()], false),
    ] {
        for input in [document(), page(&[sample()])] {
            let (json, _) = printed(&[&arguments[..], &["--json"]].concat(), &input);
            let told: Value = serde_json::from_str(json.lines().last().expect("a line")).expect("an object");
            assert_eq!(told["caller"]["rolesKnown"], are_known, "{arguments:?}");
        }
    }
}

#[test]
fn a_token_that_graph_does_not_take_is_said_to_be_one_before_the_verdict() {
    let role = "role       none known\n";
    let unlike = |audience: &str| {
        format!(
            "token      Graph rejects this token with 401: its audience is `{audience}`, not Microsoft Graph: is it the token that you call with?\n"
        )
    };
    let expired =
        |when: &str| format!("token      Graph rejects this token with 401: it expired at {when}\n");
    for (audience, expires, told) in [
        (GRAPH, 7, expired("1970-01-01T00:00:07Z")),
        ("api://own", 4_102_444_800, unlike("api://own")),
        ("a\u{1b}[2J\nb", 4_102_444_800, unlike("a\\u{1b}[2J\\nb")),
        ("api://own", 1_700_000_000, unlike("api://own") + &expired("2023-11-14T22:13:20Z")),
        (GRAPH, i64::MIN, "token      Graph rejects this token with 401: it has expired\n".into()),
        (GRAPH, 4_102_444_800, String::new()),
    ] {
        let mut claims = user();
        (claims["aud"], claims["exp"]) = (json!(audience), json!(expires));
        let file = File::new("untaken", &token(&claims));
        for input in [document(), page(&[sample()])] {
            let (text, _) = printed(&["--token-file", file.path()], &input);
            assert!(text.contains(&format!("{role}{told}\n")), "{text}");
            assert_eq!(text.matches("401").count(), told.lines().count(), "{text}");
        }
    }
}

#[test]
fn what_else_to_ask_stands_beside_a_yes_to_a_token() {
    let asks = "\n  - if Graph refuses the call nevertheless: was it made with this token";
    let owner = ["--role", "Catalog owner"];
    let file = File::new("yes", &token(&user()));
    let by_token = ["--token-file", file.path()];
    for (arguments, said) in
        [([&by_token[..], &owner].concat(), true), (by_token.to_vec(), false), (owner.to_vec(), false)]
    {
        for input in [document(), page(&[sample(), sample()])] {
            let (text, _) = printed(&arguments, &input);
            assert_eq!(text.matches(asks).count(), usize::from(said), "{text}");
        }
    }
}

// R8: Graph does not tell it.
#[test]
fn what_the_assignment_is_refused_for_stands_beside_the_callers_refusal() {
    let too = |what: &str| {
        format!(
            "\n  - the {what} would be refused too, but Graph tells this only to a caller who may reprocess: "
        )
    };
    let nobody = ["--role", "none"];
    for state in ["partiallyDelivered", "expired", "delivering"] {
        let input = with("state", state).to_string();
        let (text, _) = printed(&nobody, input.as_bytes());
        assert!(text.contains(&format!("{}state is `{state}`", too("assignment"))), "{text}");
        let (json, _) = printed(&["--role", "none", "--json"], input.as_bytes());
        assert!(json.contains(r#""code":"assignmentToo""#), "{json}");
        // Once is enough.
        assert!(!printed(&[], input.as_bytes()).0.contains("refused, too"));
    }
    assert!(!printed(&nobody, &document()).0.contains("refused, too"));
    let failed = with("state", "deliveryFailed");
    let of = |completed: &str| {
        File::new("request-too", &request("deliveryFailed", completed, &failed).to_string())
    };
    for (completed, is_refused) in [("2023-11-20T00:00:00Z", true), ("2023-12-20T00:00:00Z", false)] {
        let file = of(completed);
        let arguments = ["--role", "none", "--request", file.path()];
        let (text, _) = printed(&arguments, failed.to_string().as_bytes());
        assert_eq!(text.contains(&too("request")), is_refused, "{text}");
    }
}

#[test]
fn the_object_id_of_an_application_is_found_by_its_client_id() {
    let app = |client: Value| json!({ "TenantId": TENANT, "AuthType": "AppOnly", "Scopes": [READ_WRITE], "ClientId": client });
    let mut user = app(json!(OBJECT));
    user["AuthType"] = json!("Delegated");
    for (context, call) in [
        (app(json!(OBJECT)), format!("servicePrincipals(appId='{OBJECT}')")),
        (app(json!("7\u{1b}")), "servicePrincipals(appId='<client id>')".into()),
        (app(Value::Null), "servicePrincipals(appId='<client id>')".into()),
        (user, "me".into()),
    ] {
        let file = File::new("client", &context.to_string());
        let mut arguments = vec!["--claims", file.path()];
        let hint = format!(" (`<object id>` is the `id` in the response to `GET /v1.0/{call}`)");
        // With the permission, the application needs no role.
        let level = ["--catalog-level", "privileged"];
        arguments.extend(level);
        let (text, _) = printed(&arguments, &document());
        assert!(text.contains(&hint) || !text.contains("<object id>"), "{text}");
        let none = File::new("client-none", &context.to_string().replace(READ_WRITE, "User.Read"));
        let (text, status) = printed(&["--claims", none.path()], &document());
        assert!(text.contains(&hint), "{text}");
        assert_eq!(status, Some(1));
    }
}

#[test]
fn an_application_is_not_told_to_activate_roles() {
    let app = json!({ "idtyp": "app", "oid": OBJECT, "tid": TENANT, "roles": [], "wids": [] });
    let list =
        json!([{ "principalId": OBJECT, "roleDefinitionId": TENANT, "directoryScopeId": "/" }]).to_string();
    let list = File::new("of-application", &list);
    for (claims, is_told) in [(app, false), (user(), true)] {
        let file = File::new("pim", &claims.to_string());
        for more in [&[][..], &["--role", "none"], &["--role-assignments", list.path()]] {
            let (text, status) = printed(&[&["--claims", file.path()], more].concat(), &document());
            assert_eq!(text.contains("(PIM)"), is_told, "{text}");
            assert_eq!(status, Some(1));
        }
    }
}

#[test]
fn an_empty_list_judges_nothing() {
    let why = "error: the list has no assignments: check the filter\n";
    for empty in ["[]", r#"{"value":[]}"#, r#"{"Value":[],"@odata.context":null}"#] {
        for arguments in [&[][..], &["--json"]] {
            assert_eq!(printed(arguments, empty.as_bytes()), (why.into(), Some(2)), "{empty}");
        }
    }
    // The list may continue.
    let more = json!({ "value": [], "@odata.nextLink": "https://graph.microsoft.com/next" });
    let (text, status) = printed(&[], more.to_string().as_bytes());
    assert!(text.contains("\nthe next page is at https://graph.microsoft.com/next\n"), "{text}");
    assert_eq!(status, Some(0));
}
