//! What `drift` says that an insufficient token lacks.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::faults::page_number;
use crate::stub::{Answer, Stub};
use crate::support::{Place, Said, command, run};
use crate::tenant::{Tenant, document};

/// A token with these claims, with no signature.
fn token(mut claims: Value) -> String {
    claims["tid"] = "7b0a4c3e-52d1-4d0b-9f0e-6a0c4b1f2d3e".into();
    format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn drift(place: &Place, stub: &Stub, arguments: &[&str], token: &str) -> Said {
    let service = ["--settle", "0", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
    run(command(place, &[arguments, &service].concat()).env("TOKEN", token))
}

#[test]
fn a_permission_that_the_token_lacks_is_named() {
    let read = "token lacks `EntitlementManagement.Read.All`";
    for (code, claims, says) in [
        (
            "UnAuthorized",
            json!({ "scp": "User.Read openid" }),
            format!("{read}: it has `User.Read openid`\n"),
        ),
        ("Forbidden", json!({ "scp": "User.Read" }), format!("{read}: it has `User.Read`\n")),
        (
            "UnAuthorized",
            json!({ "idtyp": "app", "roles": ["User.Read.All"] }),
            format!("{read}: it has `User.Read.All`\n"),
        ),
        ("UnAuthorized", json!({ "idtyp": "app" }), format!("{read}: it has no permission\n")),
        // A permission of the other kind does not count.
        ("UnAuthorized", json!({ "idtyp": "app", "scp": "EntitlementManagement.Read.All" }), read.to_owned()),
        // In this case, a role is missing.
        (
            "UnAuthorized",
            json!({ "scp": "EntitlementManagement.Read.All" }),
            "a role for the whole tenant".into(),
        ),
        ("Forbidden", json!({ "scp": "EntitlementManagement.ReadWrite.All" }), "a role for the whole".into()),
        ("NoLicense", json!({ "scp": "EntitlementManagement.Read.All" }), "get a license".into()),
    ] {
        let stub = Stub::start(move |_, _| Some(Answer::error(403, code)));
        let said = drift(&Place::new(), &stub, &["check"], &token(claims.clone()));
        assert_eq!((said.status, &*said.out), (2, ""));
        assert!(said.err.contains(&says), "{claims}: {}", said.err);
        let helps = said.err.contains("what helps: a token with `EntitlementManagement.Read.All`");
        assert_eq!(helps, says.contains(read), "{}", said.err);
        assert_eq!(said.err.lines().count(), if helps { 3 } else { 2 }, "{}", said.err);
    }
}

#[test]
fn what_the_service_says_itself_comes_before_the_token() {
    let reason = json!({ "code": "insufficientRole", "message": "as the test likes" });
    let refused = json!({ "error": { "code": "UnAuthorized", "message": "no", "details": [reason] } });
    let gone = json!({ "error": { "code": "Gone", "message": "not any more" } });
    for (status, body, says) in [(403, refused, "because: no role is "), (410, gone, "`Gone`: not any more")]
    {
        let stub = Stub::start(move |_, _| Some(Answer { status, ..Answer::json(&body) }));
        let said = drift(&Place::new(), &stub, &["check"], &token(json!({ "scp": "User.Read" })));
        assert_eq!((said.status, said.err.contains(says)), (2, true), "{}", said.err);
        assert!(!said.err.contains("token lacks"), "{}", said.err);
    }
}

#[test]
fn what_is_no_token_is_not_sent() {
    let stub = Stub::start(|_, _| Some(Answer::json(&json!({ "value": [] }))));
    let place = Place::new();
    let json = "`TOKEN` gives JSON, not a token: with the Azure CLI, add `--query accessToken -o tsv`\n";
    let other = "`TOKEN` gives no bearer token: not a bearer token: expected letters, digits and ";
    for (token, says) in [
        ("", "`TOKEN` is empty\n"),
        (" \r\n", "`TOKEN` is empty\n"),
        ("{\n  \"accessToken\": \"eyJ0.eyJh.c2ln\"\n}", json),
        ("\"eyJ0.eyJh.c2ln\"", json),
        ("[\"eyJ0.eyJh.c2ln\"]", json),
        ("eyJ0 eyJh", other),
        ("'eyJ0.eyJh.c2ln'", other),
        ("eyJ0.eyJh.c2ln\n2026-11-29", other),
    ] {
        let said = drift(&place, &stub, &["check"], token);
        assert_eq!((said.status, &*said.out), (2, ""));
        assert!(said.err.starts_with(&format!("drift: {says}")), "{token}: {}", said.err);
        assert!(!said.err.contains("eyJ"), "{}", said.err);
    }
    std::fs::write(place.file("empty"), "").unwrap();
    let file = place.file("empty").display().to_string();
    for (option, source, says) in [
        ("--token-command", "true", "`--token-command` printed nothing\n"),
        ("--token-file", "-", "`standard input` is empty\n"),
        ("--token-file", &file, "empty` is empty\n"),
    ] {
        let said = run(&mut command(&place, &["check", "--base-url", &stub.base_url, option, source]));
        assert!(said.status == 2 && said.err.ends_with(says), "{}", said.err);
    }
    assert!(stub.asked().is_empty());
}

#[test]
fn why_a_token_is_refused_is_said_and_never_the_token() {
    let stub = Stub::start(|asked, _| {
        let message = format!("cannot take {}", asked.token);
        let error = json!({ "error": { "code": "InvalidAuthenticationToken", "message": message } });
        Some(Answer { status: 401, ..Answer::json(&error) })
    });
    let (graph, place) = ("https://graph.microsoft.com", Place::new());
    for (token, why, helps) in [
        ("opaque".to_owned(), ", which is not an access token (three parts, with dots between them)", false),
        ("eyJ0.eyJh".into(), ", which is not an access token (three parts, with dots between them)", false),
        ("e30.e30.x".into(), "", false),
        (token(json!({ "aud": graph })), "", false),
        (
            token(json!({ "aud": "https://management.azure.com" })),
            ", because it is not for Microsoft Graph",
            false,
        ),
        (token(json!({ "aud": graph, "exp": 1 })), ", because it has expired", true),
    ] {
        let said = drift(&place, &stub, &["check"], &token);
        assert_eq!((said.status, &*said.out), (2, ""));
        let says = format!("` refuses the token of `--token-env`{why}: get a new one\n");
        assert!(said.err.contains(&says), "{token}: {}", said.err);
        let says = "\n  response is `401`, `InvalidAuthenticationToken`: cannot take …\n";
        assert!(said.err.contains(says) && !said.err.contains(&token), "{}", said.err);
        assert_eq!(said.err.contains("what helps: use `--token-command`"), helps, "{}", said.err);
        let print = format!("echo {token}");
        let said =
            run(&mut command(&place, &["check", "--base-url", &stub.base_url, "--token-command", &print]));
        assert!(said.err.contains(why) && !said.err.contains("what helps"), "{}", said.err);
    }
}

#[test]
fn to_restore_a_token_needs_more_than_to_read() {
    let assignment = document(&Tenant::new(30, 30).assignments[29]);
    let stub = Stub::start(move |asked, _| {
        Some(if asked.path.contains("/reprocess") {
            Answer::error(403, "UnAuthorized")
        } else if page_number(&asked.path).is_some() {
            Answer::json(&json!({ "value": [assignment] }))
        } else if asked.path.contains("/assignments/") {
            Answer::json(&assignment)
        } else {
            Answer::json(&json!({ "value": [] }))
        })
    });
    for (permission, is_told) in
        [("EntitlementManagement.Read.All", true), ("EntitlementManagement.ReadWrite.All", false)]
    {
        let place = Place::new();
        let token = token(json!({ "scp": permission }));
        assert_eq!(drift(&place, &stub, &["check"], &token).status, 1);
        let log = place.file("log.jsonl").display().to_string();
        let said = drift(&place, &stub, &["restore", "--yes", "--log", &log], &token);
        assert_eq!((said.status, &*said.err), (1, ""), "{}", said.out);
        let says = format!(
            "\n  because: token lacks `EntitlementManagement.ReadWrite.All`: it has `{permission}`\n  what helps: a token with "
        );
        assert_eq!(said.out.contains(&says), is_told, "{}", said.out);
        let helps = r#""help":"a token with `EntitlementManagement.ReadWrite.All`""#;
        assert_eq!(place.read("log.jsonl").contains(helps), is_told);
    }
}
