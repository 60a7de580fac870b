//! The caller: the payload of a token, the session of Graph PowerShell, and role assignments.

use access_package::graph::json::{ReadError, read_claims, read_mg_context, read_role_assignments};
use access_package::{Account, Caller, CatalogId, Claims, Permission, Role, RoleAssignment, Scope};
use serde_json::{Value, json};

const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const OBJECT: &str = "8586ddc8-0ff7-4c24-9c79-f192bc3566e3";
const CATALOG: &str = "beedadfe-01d5-4025-910b-84abb9369997";
const READ_WRITE: &str = "EntitlementManagement.ReadWrite.All";

fn claims(payload: &Value) -> Result<Claims, ReadError> {
    read_claims(payload.to_string().as_bytes())
}

fn caller(payload: &Value) -> Caller {
    Caller::from_claims(&claims(payload).expect("claims"), [])
}

// R36: null means absent.
#[test]
fn a_claim_that_is_null_is_not_there() {
    let whole = json!({
        "tid": TENANT, "oid": OBJECT, "sub": OBJECT, "idtyp": "app", "scp": READ_WRITE, "roles": [READ_WRITE],
        "wids": [], "aud": "https://graph.microsoft.com", "exp": 7, "ver": "1.0"
    });
    for claim in ["oid", "sub", "idtyp", "scp", "roles", "wids", "aud", "exp"] {
        let (mut null, mut absent) = (whole.clone(), whole.clone());
        null[claim] = Value::Null;
        absent.as_object_mut().expect("an object").remove(claim);
        assert_eq!(claims(&null), claims(&absent), "{claim}");
        assert_ne!(claims(&null), claims(&whole), "{claim}");
    }
    for payload in [json!({}), json!({ "tid": null }), json!({ "TID": TENANT, "oid": OBJECT })] {
        assert_eq!(claims(&payload).expect_err("nobody's").to_string(), "`tid` is missing", "{payload}");
    }
    for payload in
        [json!([TENANT]), json!([TENANT, OBJECT, null, null, null, null, null, null, null]), json!(null)]
    {
        assert!(matches!(claims(&payload), Err(ReadError::Malformed { part: None, .. })), "{payload}");
    }
}

/// The content of a token must not be printed: an error names the claim, its type and its place.
#[test]
fn a_claim_of_the_wrong_type_is_named_without_its_value() {
    let secret = "5ec8e7";
    let values = [
        (json!(true), "boolean"),
        (json!(5_587), "number"),
        (json!(-5_587), "number"),
        (json!(558.7), "number"),
        (json!(u64::MAX), "number"),
        (json!(secret), "string"),
        (json!([]), "list"),
        (json!([[secret]]), "list"),
        (json!({}), "object"),
        (json!({ "value": { "value": secret } }), "object"),
    ];
    for (claim, expected, right) in [
        ("tid", "a string", &["string"][..]),
        ("oid", "a string", &["string"]),
        ("sub", "a string", &["string"]),
        ("idtyp", "a string", &["string"]),
        ("scp", "a string", &["string"]),
        ("aud", "a string", &["string"]),
        ("roles", "a list of strings", &[]),
        ("wids", "a list of strings", &[]),
        ("exp", "a whole number of seconds", &[]),
    ] {
        for (value, found) in &values {
            let is_list_of_nothing = *value == json!([]) && expected == "a list of strings";
            let is_whole = value.as_i64().is_some() && claim == "exp";
            if right.contains(found) || is_list_of_nothing || is_whole {
                continue;
            }
            let mut payload = json!({ "tid": TENANT });
            payload[claim] = value.clone();
            let error = claims(&payload).expect_err(claim).to_string();
            let text = format!("`{claim}`: invalid type: {found}, expected {expected}");
            assert!(error.starts_with("line 1, column ") && error.ends_with(&text), "{error}");
            assert!(!error.contains("558") && !error.contains(secret), "{error}");
        }
        // An item of a list is treated in the same way.
        for (item, found) in
            [(json!(null), "null"), (json!(7), "number"), (json!([[]]), "list"), (json!({}), "object")]
        {
            let payload = json!({ "tid": TENANT, "roles": ["x", item], "wids": [] });
            let error = claims(&payload).expect_err(claim).to_string();
            let text = format!("`roles`: invalid type: {found}, expected a list of strings");
            assert!(error.ends_with(&text), "{error}");
        }
    }
    let whole = |seconds: i64| claims(&json!({ "tid": TENANT, "exp": seconds })).expect("claims").exp;
    assert_eq!([whole(-7), whole(0), whole(i64::MAX)], [Some(-7), Some(0), Some(i64::MAX)]);
    // Even a token in place of its payload.
    for text in [json!("eyJ0eXAi.eyJhdWQi.c2ln").to_string(), format!("\"{secret}\\u0041\""), "eyJ0".into()] {
        for error in [
            read_claims(text.as_bytes()).expect_err("no payload"),
            read_mg_context(text.as_bytes()).expect_err("no session"),
        ] {
            let error = error.to_string();
            assert!(!error.contains("eyJ") && !error.contains(secret), "{error}");
        }
    }
}

#[test]
fn a_session_of_graph_powershell() {
    let of_session = |session: &Value| {
        let claims = read_mg_context(session.to_string().as_bytes()).expect("a session");
        Caller::from_claims(&claims, [])
    };
    let session = |auth_type: Value, scopes: Value| json!({ "ClientId": OBJECT, "TenantId": TENANT, "Scopes": scopes, "AuthType": auth_type, "Account": "a@b.example" });
    let all = json!(["User.Read", READ_WRITE]);
    // As a word, or as the number that `ConvertTo-Json` makes of it.
    for (auth_type, account) in [
        (json!("Delegated"), Account::WorkOrSchool),
        (json!(0), Account::WorkOrSchool),
        (json!("UserProvidedAccessToken"), Account::WorkOrSchool),
        (json!(2), Account::WorkOrSchool),
        (json!("AppOnly"), Account::Application),
        (json!("apponly"), Account::Application),
        (json!(1), Account::Application),
    ] {
        let expected = Caller {
            object: None,
            account,
            permissions: vec![Permission::EntitlementManagementReadWriteAll],
            roles: vec![],
        };
        assert_eq!(of_session(&session(auth_type.clone(), all.clone())), expected, "{auth_type}");
        assert_eq!(of_session(&session(auth_type, json!(null))).permissions, []);
    }
    let personal = json!({ "TenantId": "9188040d-6c67-4c5b-b112-36a304b66dad", "AuthType": "Delegated" });
    assert_eq!(of_session(&personal).account, Account::Personal); // R6
    // It is unknown which roles there are.
    assert_eq!(
        read_mg_context(session(json!("Delegated"), all).to_string().as_bytes()).expect("a session").wids,
        None
    );
    let error = read_mg_context(br#"{ "AuthType": "Delegated" }"#).expect_err("no tenant");
    assert_eq!(error.to_string(), "`TenantId` is missing");
    for (auth_type, found) in [
        (json!(true), "boolean `true`"),
        (json!(["x"]), "sequence"),
        (json!(null), "null"),
        (json!(1.5), "floating point `1.5`"),
    ] {
        let session = json!({ "TenantId": TENANT, "AuthType": auth_type });
        let error = read_mg_context(session.to_string().as_bytes()).expect_err("no kind").to_string();
        let text =
            format!("`AuthType`: invalid type: {found}, expected a string such as `AppOnly`, or a number");
        assert!(error.ends_with(&text), "{error}");
    }
}

/// The names of claims are case-sensitive, and no claim turns a token into something else.
#[test]
fn a_token_is_read_by_exactly_the_names_of_its_claims() {
    let payload = json!({
        "tid": TENANT, "scp": "User.Read", "IDTYP": "app", "Roles": [READ_WRITE], "AuthType": "AppOnly",
        "TenantId": TENANT, "Scopes": [READ_WRITE]
    });
    let expected =
        Caller { object: None, account: Account::WorkOrSchool, permissions: vec![], roles: vec![] };
    assert_eq!(caller(&payload), expected);
    assert!(claims(&json!({ "TID": TENANT })).is_err());
    // A token is not a session.
    assert!(read_mg_context(json!({ "tid": TENANT, "scp": READ_WRITE }).to_string().as_bytes()).is_err());
}

#[test]
fn role_assignments_are_read_as_graph_lists_them() {
    let assigned = |role: &str, scope: Value| json!({ "id": "x", "principalId": OBJECT, "roleDefinitionId": role, "appScopeId": scope, "directoryScopeId": "/" });
    let on_catalog = json!(format!("/AccessPackageCatalog/{CATALOG}"));
    let page = json!({ "@odata.nextLink": "https://graph.microsoft.com/next", "value": [
        assigned("ae79f266-94d4-4dab-b730-feca7e132178", on_catalog.clone()),
        assigned("45d8d3c5-c802-45c6-b32a-1d70b5e1e86e", json!(null)),
        // R47: an unknown role does not suffice, but is not an error.
        assigned("f2ef992c-3afb-46b9-b7cf-a126ee74c451", on_catalog),
        assigned("ae79f266-94d4-4dab-b730-feca7e132178", json!("/administrativeUnits/7")),
    ]});
    let read = read_role_assignments(page.to_string().as_bytes()).expect("a page");
    let catalog: CatalogId = CATALOG.parse().expect("an id");
    let held = |role, scope| (OBJECT.parse().expect("an id"), RoleAssignment { role, scope });
    assert_eq!(
        read.held,
        [
            held(Role::CatalogOwner, Scope::Catalog(catalog)),
            held(Role::IdentityGovernanceAdministrator, Scope::Tenant)
        ]
    );
    assert_eq!(read.next_link.as_deref(), Some("https://graph.microsoft.com/next"));
}

#[test]
fn what_is_no_list_of_role_assignments_is_said_to_be_none() {
    let cases = [
        (json!({}), "`value` is missing"),
        (json!({ "value": [{}] }), "`value[0].principalId` is missing"),
        (json!({ "value": [{ "principalId": OBJECT }] }), "`value[0].roleDefinitionId` is missing"),
        (
            json!({ "value": [{ "principalId": OBJECT, "roleDefinitionId": OBJECT }] }),
            "`value[0].appScopeId` is missing",
        ),
    ];
    for (page, text) in cases {
        let error = read_role_assignments(page.to_string().as_bytes()).expect_err(text);
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn however_deep_it_is_nested() {
    let run = || {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let nested = format!("{}0{}", open.repeat(100_000), close.repeat(100_000));
            // A value that is not read may be nested to any depth.
            let beside = format!("{{\"tid\":\"{TENANT}\",\"beside\":{nested}}}");
            assert_eq!(read_claims(beside.as_bytes()), claims(&json!({ "tid": TENANT })));
            for claim in ["tid", "aud", "roles", "exp"] {
                let payload = format!("{{\"{claim}\":{nested}}}");
                let error = read_claims(payload.as_bytes()).expect_err(claim);
                assert!(matches!(error, ReadError::Malformed { .. }), "{error}");
            }
            let session = format!("{{\"TenantId\":\"{TENANT}\",\"AuthType\":{nested}}}");
            assert!(matches!(read_mg_context(session.as_bytes()), Err(ReadError::Malformed { .. })));
            assert!(read_claims(nested.as_bytes()).is_err());
            assert!(read_role_assignments(format!("{{\"value\":[{nested}]}}").as_bytes()).is_err());
        }
    };
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(run).expect("a thread");
    thread.join().expect("no panic");
}
