//! The caller: an access token, and the roles that were looked up.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::golden::hold;
use crate::{File, page, printed, run_in, sample, with};

pub const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
pub const OBJECT: &str = "8586ddc8-0ff7-4c24-9c79-f192bc3566e3";
pub const READ_WRITE: &str = "EntitlementManagement.ReadWrite.All";
pub const GRAPH: &str = "https://graph.microsoft.com";

/// A token with these claims and without a signature.
pub fn token(claims: &Value) -> String {
    let part = |it: &Value| URL_SAFE_NO_PAD.encode(it.to_string());
    format!("{}.{}.c2ln", part(&json!({ "alg": "RS256", "typ": "JWT" })), part(claims))
}

pub fn user() -> Value {
    json!({ "aud": GRAPH, "exp": 4_102_444_800_i64, "oid": OBJECT, "scp": READ_WRITE, "tid": TENANT, "wids": [] })
}

pub fn with_claim(claim: &str, value: Value) -> Value {
    let mut claims = user();
    claims[claim] = value;
    claims
}

pub fn assigned(principal: &str, role: &str, scope: &str) -> Value {
    json!({ "principalId": principal, "roleDefinitionId": role, "appScopeId": scope })
}

pub const CATALOG_OWNER: &str = "ae79f266-94d4-4dab-b730-feca7e132178";

pub fn document() -> Vec<u8> {
    sample().to_string().into_bytes()
}

/// The catalog of the sample, as a scope.
pub fn on_catalog() -> String {
    format!("/AccessPackageCatalog/{}", sample()["accessPackage"]["catalog"]["id"].as_str().expect("an id"))
}

/// The token with line breaks, as a console wraps it.
fn wrapped(token: &str, at: &str) -> String {
    let parts: Vec<_> = token.as_bytes().chunks(40).map(String::from_utf8_lossy).collect();
    parts.join(at)
}

#[test]
fn a_token_is_taken_as_it_is_and_never_printed() {
    let token = token(&user());
    let expected = printed(&["--claims", File::new("payload", &user().to_string()).path()], &document());
    assert!(
        expected.0.contains("no role is `Access package assignment manager` or higher"),
        "{}",
        expected.0
    );
    for text in [
        token.clone(),
        format!("Bearer {token}\n"),
        format!("  bearer\t{token} "),
        format!("{token}=="),
        wrapped(&token, "\n"),
        wrapped(&token, "\r\n  "),
        format!("Bearer {}", wrapped(&token, " ")),
    ] {
        let file = File::new("token", &text);
        let output = run_in(&[], &["--token-file", file.path()], &document());
        let printed = String::from_utf8(output.stdout).expect("text");
        assert_eq!((&printed, output.status.code()), (&expected.0, expected.1));
        assert!(output.stderr.is_empty());
        assert!(!printed.contains(&token));
    }
    let output =
        run_in(&[("REPROCESS_TEST_TOKEN", &token)], &["--token-env", "REPROCESS_TEST_TOKEN"], &document());
    assert_eq!(String::from_utf8(output.stdout).expect("text"), expected.0);
}

#[test]
fn what_is_no_token_is_said_to_be_none_and_is_not_printed() {
    let secret = token(&user());
    let parts = "not a JSON Web Token: expected three parts separated by dots";
    let instead = "pass the caller with `--claims`, or with `--account`, `--permission` and `--role`";
    let opaque = format!(
        "an opaque token, which only the service can read: if it is a personal account's, run again with `--account \
         personal` instead; if not, {instead}"
    );
    let encrypted = format!("an encrypted token (JWE), which only its API can read: {instead}");
    let json = "JSON instead of a token: pass only the token, as `az account get-access-token --query accessToken -o \
                tsv` prints it, or its payload with `--claims`";
    let not_base64 = "the second part of the token is not base64url";
    let cases = [
        ("opaque", opaque.as_str()),
        ("Bearer opaque", &opaque),
        ("EwBoA8l6BAAU", &opaque),
        ("Bearer EwBoA8l6BAAU", &opaque),
        ("", "no token: the text is empty"),
        (" \n", "no token: the text is empty"),
        ("a.b.c.d.e", &encrypted),
        (r#"{ "access_token": "opaque" }"#, json),
        ("a.%.c", not_base64),
        ("a.b", parts),
        (&format!("{secret}.x"), parts),
    ];
    for (text, why) in cases {
        let file = File::new("no-token", text);
        let (printed, status) = printed(&["--token-file", file.path()], &document());
        assert_eq!((printed, status), (format!("error: {}: {why}\n", file.path()), Some(2)), "{text}");
    }
    let whole = File::new("whole-token", &secret);
    let (text, status) = printed(&["--claims", whole.path()], &document());
    let why = "a whole token instead of its payload: pass it with `--token-file`";
    assert_eq!((text, status), (format!("error: {}: {why}\n", whole.path()), Some(2)));
    let (text, status) = printed(&["--token-env", "REPROCESS_TEST_NO_SUCH_VARIABLE"], &document());
    assert_eq!(text, "error: REPROCESS_TEST_NO_SUCH_VARIABLE: environment variable not found\n");
    assert_eq!(status, Some(2));
    let file = File::new("wrong-claim", &token(&with_claim("wids", json!("all"))));
    let (text, status) = printed(&["--token-file", file.path()], &document());
    assert!(text.contains("line 1, column ") && text.contains("`wids`"), "{text}");
    assert_eq!(status, Some(2));
}

#[test]
fn there_is_one_token_and_it_says_the_account() {
    let file = File::new("one-token", &token(&user()));
    let (text, status) = printed(&["--token-file", file.path(), "--claims", file.path()], &document());
    let one = "error: only one token is allowed: pass one of --token-file, --token-env and --claims\n";
    assert_eq!((text.as_str(), status), (one, Some(2)));
    for more in [["--account", "work"], ["--permission", "none"]] {
        let (text, status) =
            printed(&[&["--token-file", file.path()], more.as_slice()].concat(), &document());
        assert!(text.starts_with("error: a token already gives --account and --permission"), "{text}");
        assert_eq!(status, Some(2));
    }
}

#[test]
fn roles_are_taken_from_the_answer_of_graph() {
    let file = File::new("own-token", &token(&user()));
    let page = |name, items: &[Value]| File::new(name, &json!({ "value": items }).to_string());
    let own = page("own", &[assigned(OBJECT, CATALOG_OWNER, &on_catalog())]);
    let (text, status) =
        printed(&["--token-file", file.path(), "--role-assignments", own.path()], &document());
    assert!(text.contains("accepted: 3 to enforce"), "{text}");
    assert_eq!(status, Some(0));

    // The roles of other principals do not count, and are reported. Roles that were looked up are no longer
    // unknown.
    let others = page("others", &[assigned(TENANT, CATALOG_OWNER, "/"), assigned(OBJECT, TENANT, "/")]);
    let (text, status) =
        printed(&["--token-file", file.path(), "--role-assignments", others.path()], &document());
    assert!(text.contains("  - 1 role assignment of another principal does not count: if one"), "{text}");
    assert!(!text.contains("are in no token"), "{text}");
    assert_eq!(status, Some(1));
}

// R47
#[test]
fn a_role_that_is_not_known_refuses_and_is_no_error() {
    for role in ["Global Reader", "Connected Organization Administrator", "catalog"] {
        let (text, status) = printed(&["--role", role], &document());
        assert!(text.contains("no role is `Access package assignment manager` or higher"), "{text}");
        let is_known = role == "Connected Organization Administrator";
        assert_eq!(text.contains(&format!("role `{role}` is unknown")), !is_known, "{text}");
        assert_eq!(status, Some(1));
    }
    // By Graph's name, and with the scope as Graph shows it.
    let (text, status) =
        printed(&["--role", &format!("AccessPackages manager@{}", on_catalog())], &document());
    assert!(text.contains("accepted"), "{text}");
    assert_eq!(status, Some(0));
    let (text, status) = printed(&["--role", "Catalog owner@/catalog"], &document());
    assert!(text.starts_with("error: --role: `/catalog` is not a known scope"), "{text}");
    assert_eq!(status, Some(2));
}

#[test]
fn the_caveats_stand_beside_a_refusal_in_json() {
    let claims = with_claim("wids", json!(null));
    let file = File::new("json-token", &token(&claims));
    let (text, status) = printed(&["--json", "--token-file", file.path()], &document());
    let answer: Value = serde_json::from_str(&text).expect("an object");
    let codes: Vec<_> = answer["caveats"].as_array().expect("a list").iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["rolesNotInToken", "directoryRolesNotKnown"]);
    // With the id of the caller in the right place.
    let texts = answer["caveats"].to_string();
    assert_eq!((texts.matches(OBJECT).count(), texts.matches("<object id>").count()), (2, 0));
    assert_eq!((&answer["verdict"], status), (&json!("unauthorized"), Some(1)));
    let (text, _) = printed(&["--json", "--catalog-level", "standard"], &document());
    let answer: Value = serde_json::from_str(&text).expect("an object");
    assert_eq!(answer["caveats"], json!([]));
}

/// Graph may refuse a token that the rules would accept.
#[test]
fn an_old_token_is_said_to_be_old_beside_a_yes() {
    let mut claims = with_claim("wids", json!(["62e90394-69f5-4237-9190-012177145e10"]));
    (claims["aud"], claims["exp"]) = (json!("api://own"), json!(7));
    let file = File::new("old-token", &token(&claims));
    let (text, status) = printed(&["--token-file", file.path()], &document());
    assert!(text.contains("accepted: 3 to enforce"), "{text}");
    assert_eq!(text.matches("\ntoken      Graph rejects this token with 401: ").count(), 2, "{text}");
    assert!(!text.contains("roleAssignments"), "{text}");
    assert_eq!(status, Some(0));
}

/// Six kinds of refusals, explained by only a token and an export.
#[test]
fn what_people_are_told() {
    let app = json!({ "aud": GRAPH, "idtyp": "app", "oid": OBJECT, "sub": OBJECT, "tid": TENANT, "roles": ["EntitlementManagement.Read.All"] });
    let mut personal = user();
    personal["tid"] = json!("9188040d-6c67-4c5b-b112-36a304b66dad");
    let mut old = with_claim("scp", json!("User.Read"));
    (old["aud"], old["exp"]) = (json!("api://own"), json!(7));
    let mut privileged = sample();
    privileged["accessPackage"]["catalog"]["privilegeLevel"] = json!("privileged");
    let governor = with_claim("wids", json!(["45d8d3c5-c802-45c6-b32a-1d70b5e1e86e"]));
    let cases = [
        ("a user without a role", user(), sample()),
        ("a user without the permission, and an old token for another API", old, sample()),
        ("an application that may only read", app, sample()),
        ("a personal account", personal, sample()),
        ("a governor in a privileged catalog", governor.clone(), privileged),
        ("an assignment that is not delivered", governor, with("state", "expired")),
    ];
    let mut told = String::new();
    for (number, (what, claims, document)) in (1..).zip(cases) {
        let file = File::new(&format!("refusal-{number}"), &token(&claims));
        let (text, status) = printed(&["--token-file", file.path()], document.to_string().as_bytes());
        assert_eq!(status, Some(1), "{what}: {text}");
        let _ = write!(told, "# {number}. {what}\n\n{text}\n");
    }
    hold("tests/command_line/refusals.txt", &told);
}

// R36
#[test]
fn a_token_that_was_judged_by_its_ids_says_so() {
    let neither = |sub: &str| json!({ "aud": GRAPH, "oid": OBJECT, "sub": sub, "tid": TENANT, "roles": [READ_WRITE], "wids": [] });
    let application =
        "token has neither `idtyp` nor `scp`: it counts as an application's, since `oid` equals `sub` (R36)";
    let account = "token has neither `idtyp` nor `scp`: it counts as an account's, since `oid` differs from `sub` (R36)";
    let mut app = neither(OBJECT);
    app["idtyp"] = json!("app");
    let mut personal = neither("x");
    personal["tid"] = json!("9188040d-6c67-4c5b-b112-36a304b66dad");
    for (claims, said, status) in [
        (neither(OBJECT), Some(application), 0),
        (neither("x"), Some(account), 1),
        (with_claim("sub", json!("x")), None, 1),
        (app, None, 0),
        (personal, None, 1),
    ] {
        let file = File::new("by-ids", &token(&claims));
        let (text, actual) = printed(&["--token-file", file.path()], &document());
        assert_eq!(actual, Some(status), "{text}");
        for note in [application, account] {
            assert_eq!(text.contains(&format!("\n  - {note}\n")), said == Some(note), "{text}");
        }
        let (json, _) = printed(&["--json", "--token-file", file.path()], &document());
        assert_eq!(json.contains(r#""code":"kindByIds""#), said.is_some(), "{json}");
    }
}

#[test]
fn what_was_read_of_the_caller_is_shown() {
    let app = json!({ "idtyp": "app", "oid": OBJECT, "tid": TENANT, "roles": [READ_WRITE, "User.Read.All", "EntitlementManagement.Read.All"] });
    let governs = "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e";
    let mut session = with_claim("oid", json!(null));
    session["scp"] = json!("User.Read");
    for (claims, shown, as_json) in [
        (
            with_claim("wids", json!([governs])),
            format!("caller     work or school account, {OBJECT}\ngranted    {READ_WRITE}\nrole       Identity Governance Administrator, in the tenant\n"),
            json!({
                "account": "workOrSchool", "object": OBJECT, "permissions": [READ_WRITE], "passedOver": 0, "rolesKnown": false, "unknownRoles": [],
                "roles": [{ "role": "Identity Governance Administrator", "scope": "/" }],
            }),
        ),
        (
            app,
            format!("caller     application, {OBJECT}\ngranted    {READ_WRITE}\ngranted    EntitlementManagement.Read.All\nrole       none known\n"),
            json!({
                "account": "application", "object": OBJECT, "permissions": [READ_WRITE, "EntitlementManagement.Read.All"],
                "passedOver": 0, "rolesKnown": false, "unknownRoles": [], "roles": [],
            }),
        ),
        (
            session,
            "caller     work or school account, object id unknown\ngranted    none that counts\nrole       none known\n".into(),
            json!({
                "account": "workOrSchool", "object": null, "permissions": [], "passedOver": 0, "rolesKnown": false, "unknownRoles": [], "roles": [],
            }),
        ),
    ] {
        let file = File::new("shown", &claims.to_string());
        let head = format!(
            "simulation: nothing is sent to Microsoft Graph, nothing has changed, and the token is not verified\n\n\
             {shown}\n"
        );
        let (text, _) = printed(&["--claims", file.path()], &document());
        assert!(text.starts_with(&format!("{head}assignment ")), "{text}");
        let (text, _) = printed(&["--claims", file.path()], &page(&[sample()]));
        assert!(text.starts_with(&format!("{head}78f1fdfd-")), "{text}");
        let (json, _) = printed(&["--claims", file.path(), "--json"], &document());
        let json: Value = serde_json::from_str(&json).expect("an object");
        assert_eq!((&json["caller"], &json["simulated"]), (&as_json, &json!(true)));
    }
}

// R43
#[test]
fn how_to_find_the_level_of_the_catalog_is_said_where_it_matters() {
    let id = sample()["accessPackage"]["catalog"]["id"].as_str().expect("an id").to_owned();
    let call = format!("`GET /beta/identityGovernance/entitlementManagement/accessPackageCatalogs/{id}`");
    let roles = |names: &[&'static str]| names.iter().flat_map(|name| ["--role", name]).collect::<Vec<_>>();
    let governor = "Identity Governance Administrator";
    for (arguments, matters) in [
        (vec![], true),
        (roles(&["none"]), false),
        (roles(&[governor]), true),
        (roles(&["Global Administrator"]), false),
        (roles(&[governor, "Privileged Role Administrator"]), false),
        (vec!["--account", "personal"], false),
        (vec!["--account", "application"], true),
    ] {
        for input in [document(), page(&[sample(), sample()])] {
            let (text, status) = printed(&arguments, &input);
            assert_eq!(text.matches(&call).count(), usize::from(matters), "{arguments:?}: {text}");
            // If the level is known, there is no note about it.
            for level in ["standard", "Privileged"] {
                let (text, now) = printed(&[&arguments[..], &["--catalog-level", level]].concat(), &input);
                assert!(!text.contains(&call), "{text}");
                let is_refused = level == "Privileged" && matters;
                assert_eq!(now, if is_refused { Some(1) } else { status }, "{text}");
            }
        }
    }
    let (text, _) = printed(&["--catalog-level", "privileged"], &document());
    assert!(text.contains(&format!("catalog    {id} (privileged)\n")), "{text}");
    assert!(text.contains("catalog is privileged"), "{text}");
    let (text, status) = printed(&["--catalog-level", "high"], &document());
    assert!(text.contains("not a known privilege level: expected `standard` or `privileged`"), "{text}");
    assert_eq!(status, Some(2));
    // The option wins over the document.
    let mut privileged = sample();
    privileged["accessPackage"]["catalog"]["privilegeLevel"] = json!("privileged");
    let (json, status) =
        printed(&["--catalog-level", "standard", "--json"], privileged.to_string().as_bytes());
    assert!(json.contains(r#""privilegeLevel":"standard""#), "{json}");
    assert_eq!(status, Some(0));
}
