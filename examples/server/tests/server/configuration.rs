//! A server that is not configured as it should be does not start.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::{Place, Started};

const PUBLIC_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/public-key.pem");
const SECRET: &str = "01234567890123456789012345678901";

fn started(place: &Place, variables: &[(&str, &str)]) -> Started {
    let mut command = Command::new(env!("CARGO_BIN_EXE_access-package-server"));
    command.env_clear().current_dir(place.file("")).stderr(Stdio::piped());
    command.envs(variables.iter().copied());
    Started::new(&mut command)
}

#[test]
fn what_is_not_in_order_is_refused() {
    let place = Place::new();
    let private = place.file("private.pem");
    fs::write(&private, "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n").unwrap();
    let private = private.to_str().unwrap();
    let (audience, issuer) = (("TOKEN_AUDIENCE", "a"), ("TOKEN_ISSUER", "i"));
    let (key, development) = (("TOKEN_KEY_FILE", PUBLIC_KEY), ("DEVELOPMENT", "1"));
    let (set, url) = (("TOKEN_JWKS_FILE", "keys.json"), ("TOKEN_JWKS_URL", "https://example.org/keys"));
    let local = ("LISTEN", "127.0.0.1:0");
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[local, ("TOKEN_KEY_FILE", ""), audience, issuer], "`TOKEN_KEY_FILE` is set, but empty"),
        (&[local, key, ("TOKEN_AUDIENCE", ""), issuer], "`TOKEN_AUDIENCE` is set, but empty"),
        (&[local, key, audience, ("TOKEN_ISSUER", "")], "`TOKEN_ISSUER` is set, but empty"),
        (&[local, key, audience, issuer, ("GRAPH_URL", "")], "`GRAPH_URL` is set, but empty"),
        (&[local, development, ("DATABASE", "")], "`DATABASE` is set, but empty"),
        (&[local, development, ("ROLE", "")], "`ROLE` is set, but empty"),
        (&[local, development, ("CONCURRENCY", "")], "`CONCURRENCY` is set, but empty"),
        (&[local, ("DEVELOPMENT", "")], "`DEVELOPMENT` is set, but empty"),
        (&[local, ("DEVELOPMENT_KEY", "")], "`DEVELOPMENT_KEY` is set, but empty"),
        (&[local, audience, issuer], "go together"),
        (&[local, key, issuer], "go together"),
        (&[local, key, audience], "go together"),
        (&[local, key], "go together"),
        (&[local, ("DEVELOPMENT", "true")], "expected `1`"),
        (&[local, development, ("DATABASE_CREATE", "0")], "expected `1`"),
        // Told where something is, it asks whom to let in.
        (&[local], "`TOKEN_KEY_FILE` is not set"),
        (&[("DATABASE", "some.db")], "`TOKEN_KEY_FILE` is not set"),
        (&[("GRAPH_URL", "https://graph.microsoft.com")], "`TOKEN_KEY_FILE` is not set"),
        (&[local, development, key, audience, issuer], "do not go together"),
        (&[local, ("DEVELOPMENT_KEY", SECRET), key, audience, issuer], "do not go together"),
        (&[local, ("DEVELOPMENT_KEY", &SECRET[..31])], "less than 32 bytes"),
        (&[local, ("TOKEN_KEY_FILE", private), audience, issuer], "private key"),
        (&[local, ("TOKEN_KEY_FILE", "missing.pem"), audience, issuer], "missing.pem"),
        (&[local, ("TOKEN_JWKS_FILE", ""), audience, issuer], "`TOKEN_JWKS_FILE` is set, but empty"),
        (&[local, ("TOKEN_JWKS_URL", ""), audience, issuer], "`TOKEN_JWKS_URL` is set, but empty"),
        (&[local, set, url, audience, issuer], "only one can be set"),
        (&[local, set, key, audience, issuer], "only one can be set"),
        (&[local, key, url, audience, issuer], "only one can be set"),
        (&[local, set, audience], "go together"),
        (&[local, url, issuer], "go together"),
        (&[local, url, development, audience, issuer], "do not go together"),
        (&[local, set, ("DEVELOPMENT_KEY", SECRET)], "do not go together"),
        (&[local, ("TOKEN_JWKS_URL", "http://example.org/keys"), audience, issuer], "expected `https://…`"),
        (
            &[local, ("TOKEN_JWKS_URL", "http://localhost.example.org/"), audience, issuer],
            "expected `https://…`",
        ),
        (
            &[local, ("TOKEN_JWKS_URL", "http://127.0.0.1@example.org/"), audience, issuer],
            "expected `https://…`",
        ),
        (&[local, ("TOKEN_JWKS_URL", "file:///keys"), audience, issuer], "expected `https://…`"),
        (&[local, ("TOKEN_JWKS_URL", "keys.json"), audience, issuer], "expected `https://…`"),
        (&[local, set, audience, issuer, ("TOKEN_JWKS_PAUSE_MS", "0")], "a number from 1 on"),
        (&[local, set, audience, issuer, ("TOKEN_JWKS_EVERY_MS", "1m")], "a number from 1 on"),
        (&[local, key, audience, issuer, ("TOKEN_JWKS_EVERY_MS", "1")], "`TOKEN_JWKS_…_MS` and one of"),
        (&[local, key, audience, issuer], "`GRAPH_URL` and one of"),
        (&[key, audience, issuer, ("ROLE", "worker")], "`GRAPH_URL` and one of"),
        (&[key, audience, issuer, ("GRAPH_URL", "https://graph.microsoft.com")], "`GRAPH_URL` and one of"),
        (&[key, audience, issuer, ("GRAPH_TOKEN", "t"), ("ROLE", "server")], "`GRAPH_URL` and one of"),
        (&[local, development, ("CORS_ORIGINS", "*")], "is no origin"),
        (&[local, development, ("CORS_ORIGINS", "https://a https://b/")], "is no origin"),
        (&[local, development, ("CORS_ORIGINS", "portal.example.org")], "is no origin"),
        (&[local, development, ("CORS_ORIGINS", "https://Portal.example.org")], "is no origin"),
        (&[("LISTEN", "0.0.0.0:0"), development], "not on loopback"),
        (&[("LISTEN", "[::]:0"), ("DEVELOPMENT_KEY", SECRET)], "not on loopback"),
    ];
    for (variables, expected) in cases {
        let mut refused = started(&place, variables);
        eprintln!("{variables:?}");
        assert_eq!(refused.status(), Some(1));
        let said = refused.said();
        assert!(said.contains(expected) && !said.contains("eyJ"), "{variables:?}: {said}");
    }
    let left: Vec<_> = fs::read_dir(place.file("")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["private.pem"], "no database was made");
}

#[test]
fn development_is_asked_for() {
    for asked in [("DEVELOPMENT", "1"), ("DEVELOPMENT_KEY", SECRET)] {
        for address in ["127.0.0.1:0", "[::1]:0", "localhost:0"] {
            let place = Place::new();
            let database = place.database();
            drop(started(&place, &[asked, ("LISTEN", address), ("DATABASE", database)]).wait_for("TOKEN_"));
        }
    }
}
