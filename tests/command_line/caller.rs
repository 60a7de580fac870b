//! Who is asking: an access token, and the roles that were looked up.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::golden::hold;
use crate::{File, printed, run_in, sample, with};

const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const OBJECT: &str = "8586ddc8-0ff7-4c24-9c79-f192bc3566e3";
const READ_WRITE: &str = "EntitlementManagement.ReadWrite.All";
const GRAPH: &str = "https://graph.microsoft.com";

/// A token with these claims that nobody has signed.
fn token(claims: &Value) -> String {
    let part = |it: &Value| URL_SAFE_NO_PAD.encode(it.to_string());
    format!("{}.{}.c2ln", part(&json!({ "alg": "RS256", "typ": "JWT" })), part(claims))
}

fn user() -> Value {
    json!({ "aud": GRAPH, "exp": 4_102_444_800_i64, "oid": OBJECT, "scp": READ_WRITE, "tid": TENANT, "wids": [] })
}

fn with_claim(claim: &str, value: Value) -> Value {
    let mut claims = user();
    claims[claim] = value;
    claims
}

fn assigned(principal: &str, role: &str, scope: &str) -> Value {
    json!({ "principalId": principal, "roleDefinitionId": role, "appScopeId": scope })
}

const CATALOG_OWNER: &str = "ae79f266-94d4-4dab-b730-feca7e132178";

fn document() -> Vec<u8> {
    sample().to_string().into_bytes()
}

/// The catalog of the sample, as a scope.
fn on_catalog() -> String {
    format!("/AccessPackageCatalog/{}", sample()["accessPackage"]["catalog"]["id"].as_str().expect("an id"))
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
    for text in
        [token.clone(), format!("Bearer {token}\n"), format!("  bearer\t{token} "), format!("{token}==")]
    {
        let file = File::new("token", &text);
        let output = run_in(&[], &["--token-file", file.path()], &document());
        let printed = String::from_utf8(output.stdout).expect("text");
        assert_eq!((&printed, output.status.code()), (&expected.0, expected.1));
        let note = String::from_utf8(output.stderr).expect("text");
        assert_eq!(note, "note: nothing of the token is verified\n");
        assert!(!printed.contains(&token));
    }
    let output =
        run_in(&[("REPROCESS_TEST_TOKEN", &token)], &["--token-env", "REPROCESS_TEST_TOKEN"], &document());
    assert_eq!(String::from_utf8(output.stdout).expect("text"), expected.0);
}

#[test]
fn what_is_no_token_is_said_to_be_none_and_is_not_printed() {
    let secret = token(&user());
    let encrypted = "the token is encrypted: only the API that it is for can read it";
    let parts = "not a JSON web token: expected three parts with dots between";
    let cases = [
        ("opaque", parts.to_owned()),
        ("", parts.to_owned()),
        ("a.b.c.d.e", encrypted.to_owned()),
        ("a.%.c", "the second part of the token is not base64url".to_owned()),
        (&format!("{secret}.x"), parts.to_owned()),
    ];
    for (text, why) in cases {
        let file = File::new("no-token", text);
        let (printed, status) = printed(&["--token-file", file.path()], &document());
        assert_eq!((printed, status), (format!("error: {}: {why}\n", file.path()), Some(2)), "{text}");
    }
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
    let one = "error: there is one token: give one of --token-file, --token-env and --claims\n";
    assert_eq!((text.as_str(), status), (one, Some(2)));
    for more in [["--account", "work"], ["--permission", "none"]] {
        let (text, status) =
            printed(&[&["--token-file", file.path()], more.as_slice()].concat(), &document());
        assert!(text.starts_with("error: a token says what --account and --permission say"), "{text}");
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

    // Those of others do not count, and are told of; what was looked up is no longer not known.
    let others = page("others", &[assigned(TENANT, CATALOG_OWNER, "/"), assigned(OBJECT, TENANT, "/")]);
    let (text, status) =
        printed(&["--token-file", file.path(), "--role-assignments", others.path()], &document());
    assert!(text.contains("1 role assignments of other principals are passed over"), "{text}");
    assert!(!text.contains("are not in a token"), "{text}");
    assert_eq!(status, Some(1));

    // Without a token nobody knows whose they are: all count.
    let (_, status) = printed(&["--role-assignments", others.path()], &document());
    assert_eq!(status, Some(0));

    let cut = json!({ "value": [], "@odata.nextLink": "https://graph.microsoft.com/next" }).to_string();
    let cut = File::new("cut", &cut);
    let (text, status) =
        printed(&["--token-file", file.path(), "--role-assignments", cut.path()], &document());
    assert!(text.contains("not the whole list, which goes on at https://graph.microsoft.com/next"), "{text}");
    assert_eq!(status, Some(2));
}

// R47
#[test]
fn a_role_that_is_not_known_refuses_and_is_no_error() {
    for role in ["Global Reader", "Connected Organization Administrator", "catalog"] {
        let (text, status) = printed(&["--role", role], &document());
        assert!(text.contains("no role is `Access package assignment manager` or higher"), "{text}");
        let is_known = role == "Connected Organization Administrator";
        assert_eq!(text.contains(&format!("role `{role}` is not known")), !is_known, "{text}");
        assert_eq!(status, Some(1));
    }
    // By the name of Graph, and with the scope as Graph shows it.
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
    assert_eq!((&answer["verdict"], status), (&json!("unauthorized"), Some(1)));
    let (text, _) = printed(&["--json"], &document());
    let answer: Value = serde_json::from_str(&text).expect("an object");
    assert_eq!(answer["caveats"], json!(null));
}

/// What the rules would accept Graph may refuse all the same.
#[test]
fn an_old_token_is_said_to_be_old_beside_a_yes() {
    let mut claims = with_claim("wids", json!(["62e90394-69f5-4237-9190-012177145e10"]));
    (claims["aud"], claims["exp"]) = (json!("api://own"), json!(7));
    let file = File::new("old-token", &token(&claims));
    let (text, status) = printed(&["--token-file", file.path()], &document());
    assert!(text.contains("accepted: 3 to enforce"), "{text}");
    assert!(text.contains("\nbut token has expired, by its `exp`"), "{text}");
    assert!(text.contains("\nbut token is for another API"), "{text}");
    assert!(!text.contains("roleAssignments"), "{text}");
    assert_eq!(status, Some(0));
}

/// Six ways in which people are refused, from nothing but a token and an export.
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
