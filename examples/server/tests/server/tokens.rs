//! Nothing answers without a valid token.

use access_package_server::development::{HALF, PARTIAL_REQUEST, SAMPLE};
use access_package_server::token::Tokens;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    Answer, BETA, Directory, GRAPH_TOKEN, KEY, Place, REQUESTS, Server, V1, poll, request, token, tokens,
};

/// Every path that exists, and some that do not.
fn paths() -> Vec<(&'static str, String)> {
    let both = |rest: &str| [format!("{V1}{rest}"), format!("{BETA}{rest}")];
    let assignment = format!("/{SAMPLE}");
    let mut paths = Vec::new();
    paths.extend(both(&format!("{assignment}/reprocess")).map(|path| ("POST", path)));
    paths.extend(both("/no-guid/reprocess").map(|path| ("POST", path)));
    paths.extend(both(&format!("{assignment}/reprocess")).map(|path| ("GET", path)));
    paths.extend(both(&assignment).map(|path| ("GET", path)));
    paths.extend(both(&assignment).map(|path| ("DELETE", path)));
    paths.extend(both("").map(|path| ("GET", path)));
    paths.extend(both("?$filter=state%20eq%20'delivered'").map(|path| ("GET", path)));
    paths.push(("POST", format!("{REQUESTS}/{PARTIAL_REQUEST}/reprocess")));
    paths.push(("POST", format!("/dev/remove-grant?assignment={SAMPLE}")));
    paths.push(("GET", "/v1.0/me".into()));
    paths
}

fn assert_not_known(answer: Answer, what: &str) {
    let answer = answer.without_ids();
    assert_eq!(answer.status, 401, "{what}");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{what}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{what}");
    assert_eq!(
        answer.body,
        concat!(
            r#"{"error":{"code":"InvalidAuthenticationToken","#,
            r#""message":"caller is not authenticated: a valid bearer token is required","#,
            r#""details":[{"code":"noCaller","message":"caller is not authenticated: a valid bearer token is required"}],"#,
            r#""innerError":{"date":"DATE","request-id":"ID"}}}"#,
        ),
        "{what}"
    );
}

// R25
#[test]
fn nothing_answers_without_a_valid_token() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    let good = token("manager");
    let bearer = format!("Authorization: Bearer {good}\r\n");
    let wrong = [
        String::new(),
        "Authorization: Bearer\r\n".into(),
        "Authorization: Bearer 0\r\n".into(),
        format!("Authorization: Basic {good}\r\n"),
        format!("Authorization: {good}\r\n"),
        format!("{bearer}{bearer}"),
    ];
    for (method, path) in paths() {
        for headers in &wrong {
            assert_not_known(
                server.send(&request(method, &path, headers)),
                &format!("{method} {path} {headers}"),
            );
        }
        assert_ne!(server.send(&request(method, &path, &bearer)).status, 401, "{method} {path}");
    }
    let health = server.send(&request("GET", "/healthz", ""));
    assert_eq!((health.status, &*health.body), (200, "ok"));
}

/// The claims of the manager, with others beside them.
fn manager_with(other: &Value) -> Value {
    let (_, mut claims) = access_package_server::development::callers().into_iter().next().unwrap();
    claims.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    claims
}

/// A valid token, except for what its header says besides the algorithm.
pub fn with_header(more: &Value) -> String {
    let mut header = json!({ "typ": "JWT", "alg": "HS256" });
    header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let good = token("manager");
    let payload = good.split('.').nth(1).unwrap();
    let message = format!("{}.{payload}", base64(header.to_string()));
    let key = jsonwebtoken::EncodingKey::from_secret(KEY.as_bytes());
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

#[test]
fn a_token_that_is_not_in_order_is_refused() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    let good = token("manager");
    let make = |other: Value| tokens().make(&manager_with(&other)).unwrap();
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let more = base64(manager_with(&json!({ "wids": ["62e90394-69f5-4237-9190-012177145e10"] })).to_string());
    let none = base64(r#"{"typ":"JWT","alg":"none"}"#);
    let wrong = [
        ("expired", make(json!({ "exp": 1_000_000_000 }))),
        ("without an end", make(json!({ "exp": null }))),
        ("not valid yet", make(json!({ "nbf": 4_102_444_800_u64 }))),
        ("for somebody else", make(json!({ "aud": "https://vault.azure.net" }))),
        ("without an audience", make(json!({ "aud": null }))),
        ("of another issuer", make(json!({ "iss": "https://example.org" }))),
        ("of issuers", make(json!({ "iss": ["https://localhost/development", "https://example.org"] }))),
        ("of issuers, though one", make(json!({ "iss": ["https://localhost/development"] }))),
        ("to be understood", with_header(&json!({ "crit": ["x"], "x": "1" }))),
        ("to be understood, though known", with_header(&json!({ "crit": ["exp"] }))),
        ("to be understood, and nothing", with_header(&json!({ "crit": [] }))),
        ("without a tenant", make(json!({ "tid": null }))),
        ("with another key", Tokens::development(None).make(&manager_with(&json!({}))).unwrap()),
        ("with another payload", format!("{header}.{more}.{signature}")),
        ("without a signature", format!("{header}.{payload}.")),
        ("alg none", format!("{none}.{payload}.")),
        ("alg none, signed", format!("{none}.{payload}.{signature}")),
        ("HS512", format!("{}.{payload}.{signature}", base64(r#"{"typ":"JWT","alg":"HS512"}"#))),
    ];
    let assignment = format!("{V1}/{SAMPLE}");
    for (what, token) in &wrong {
        assert_not_known(server.reprocess(SAMPLE, token), what);
        assert_not_known(server.ask("GET", &assignment, token), what);
        assert_not_known(server.ask("GET", V1, token), what);
    }
    // The reason is only in the log, and the token is nowhere.
    for why in [
        "ExpiredSignature",
        "InvalidAudience: expected `https://graph.microsoft.com`",
        "InvalidIssuer: expected `https://localhost/development`",
        "InvalidSignature",
        "its `alg` is HS512: expected [HS256], without `crit`",
    ] {
        poll(why, || {
            place.log().lines().any(|it| it.contains("token is refused") && it.contains(why)).then_some(())
        });
    }
    assert!(!place.log().contains(payload));
    assert_ne!(server.reprocess(SAMPLE, &with_header(&json!({ "kid": "x", "x": "1" }))).status, 401);
    assert_eq!(server.reprocess(HALF, &good).status, 202);
}

/// A server with a public key takes only tokens that were signed with the private key: no token from
/// development, and no token that uses the public key as a secret.
#[test]
fn a_configured_key_is_the_only_one() {
    const PUBLIC_KEY: &str = include_str!("public-key.pem");
    /// Signed once, until the year 2100; the private key is gone.
    const SIGNED: &str = include_str!("signed.jwt");

    let place = Place::new();
    // Development fills the database; the configured server does not.
    drop(Server::start_with(&place, &[]));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/public-key.pem");
    let directory = Directory::start(&place);
    let configured = [
        ("GRAPH_URL", directory.base_url.clone()),
        ("GRAPH_TOKEN", GRAPH_TOKEN.to_owned()),
        ("TOKEN_KEY_FILE", file.to_owned()),
        ("TOKEN_AUDIENCE", "https://graph.microsoft.com".to_owned()),
        ("TOKEN_ISSUER", "https://localhost/development".to_owned()),
    ];
    let server = Server::start_with(&place, &configured);
    assert_not_known(server.reprocess(SAMPLE, &token("manager")), "development");
    let confused = Tokens::development(Some(PUBLIC_KEY.into())).make(&manager_with(&json!({}))).unwrap();
    assert_not_known(server.reprocess(SAMPLE, &confused), "HS256 with the public key");

    let removing = server.ask("POST", &format!("/dev/remove-grant?assignment={SAMPLE}"), SIGNED.trim());
    assert_eq!(removing.status, 404, "a configured server has no paths of development");
    assert_eq!(server.reprocess(SAMPLE, SIGNED.trim()).status, 202);
    let path = format!("{V1}/{SAMPLE}");
    poll("delivered", || {
        (server.ask("GET", &path, SIGNED.trim()).json()["state"] == "delivered").then_some(())
    });
}

// R4: the roles of the application in between are not the user's.
#[test]
fn an_application_in_between_lends_no_role() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    let manager = manager_with(&json!({}))["oid"].clone();
    let through = json!({ "scp": "EntitlementManagement.ReadWrite.All", "appid": manager });
    assert_eq!(server.reprocess(SAMPLE, &tokens().make(&through).unwrap()).status, 403);
    let other = json!({ "oid": Uuid::from_u128(9), "appid": manager, "idtyp": "app" });
    assert_eq!(server.reprocess(SAMPLE, &tokens().make(&other).unwrap()).status, 403);
    // R5: an application that calls on its own has its roles, with or without the permission.
    let itself = json!({ "appid": manager, "idtyp": "app" });
    assert_eq!(server.reprocess(SAMPLE, &tokens().make(&itself).unwrap()).status, 202);
    let caller = format!("decision caller={manager}");
    assert!(place.log().lines().any(|line| line.contains(&caller) && line.contains("accepted")), "{caller}");
}

/// Base64 as in tokens: the alphabet for URLs, without padding.
fn base64(text: impl AsRef<[u8]>) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<u8> =
        text.as_ref().iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let digit = |six: &[u8]| {
        let value = (0..6).fold(0, |value, bit| value * 2 + six.get(bit).copied().unwrap_or_default());
        char::from(DIGITS[usize::from(value)])
    };
    bits.chunks(6).map(digit).collect()
}
