//! A server with a wrong configuration does not start.

use std::fs;
use std::process::{Command, Stdio};

use access_package::AssignmentState;
use access_package_server::development::SAMPLE;

use crate::support::{Place, Server, Started, token};

const PUBLIC_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/public-key.pem");
/// A public key that is not an RSA key.
const CURVE: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2Ou1bLw/tfu/R4j2pWZMiM8g7iiW\nzjHn/OjusW+rNvPuzvYJIPLnmjnRihkRhtXjSGyl5rSjgP6btuEXKkX+eg==\n-----END PUBLIC KEY-----\n";
const SECRET: &str = "01234567890123456789012345678901";

fn started(place: &Place, variables: &[(&str, &str)]) -> Started {
    let mut command = Command::new(env!("CARGO_BIN_EXE_access-package-server"));
    command.env_clear().current_dir(place.file("")).stderr(Stdio::piped());
    command.envs(variables.iter().copied());
    Started::new(&mut command)
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn what_is_not_in_order_is_refused() {
    let place = Place::new();
    let file = |name: &str, text: &str| {
        let file = place.file(name);
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let private = file("private.pem", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n");
    let curve = file("curve.pem", CURVE);
    let (empty, junk) = (file("empty", " \n"), file("junk", "junk"));
    let (private, curve, empty, junk) = (&*private, &*curve, &*empty, &*junk);
    let (audience, issuer) = (("TOKEN_AUDIENCE", "a"), ("TOKEN_ISSUER", "i"));
    let (key, development) = (("TOKEN_KEY_FILE", PUBLIC_KEY), ("DEVELOPMENT", "1"));
    let (set, url) = (("TOKEN_JWKS_FILE", "keys.json"), ("TOKEN_JWKS_URL", "https://example.org/keys"));
    let local = ("LISTEN", "127.0.0.1:0");
    let worker = ("ROLE", "worker");
    let (graph, graph_token) = (("GRAPH_URL", "https://graph.microsoft.com"), ("GRAPH_TOKEN", "t"));
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
        // A server that is told where something is has to know whom to let in.
        (&[local], "`TOKEN_KEY_FILE` is not set"),
        (&[("DATABASE", "some.db")], "`TOKEN_KEY_FILE` is not set"),
        (&[("GRAPH_URL", "https://graph.microsoft.com")], "`TOKEN_KEY_FILE` is not set"),
        (&[local, development, key, audience, issuer], "do not go together"),
        (&[local, ("DEVELOPMENT_KEY", SECRET), key, audience, issuer], "do not go together"),
        (&[local, ("DEVELOPMENT_KEY", &SECRET[..31])], "shorter than 32 bytes"),
        (
            &[local, ("TOKEN_KEY_FILE", private), audience, issuer],
            "private.pem`: this is a private key: expected the public one",
        ),
        (
            &[local, ("TOKEN_KEY_FILE", "missing.pem"), audience, issuer],
            "`TOKEN_KEY_FILE` is `missing.pem`: No such file",
        ),
        (&[local, ("TOKEN_KEY_FILE", empty), audience, issuer], "empty`: expected an RSA public key (PEM)"),
        (&[local, ("TOKEN_KEY_FILE", junk), audience, issuer], "junk`: expected an RSA public key (PEM)"),
        (
            &[local, ("TOKEN_KEY_FILE", curve), audience, issuer],
            "curve.pem`: expected an RSA public key (PEM)",
        ),
        (&[local, ("TOKEN_JWKS_FILE", ""), audience, issuer], "`TOKEN_JWKS_FILE` is set, but empty"),
        (&[local, ("TOKEN_JWKS_URL", ""), audience, issuer], "`TOKEN_JWKS_URL` is set, but empty"),
        (&[local, set, url, audience, issuer], "set only one of `TOKEN_KEY_FILE`"),
        (&[local, set, key, audience, issuer], "set only one of `TOKEN_KEY_FILE`"),
        (&[local, key, url, audience, issuer], "set only one of `TOKEN_KEY_FILE`"),
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
        (&[local, set, audience, issuer, ("TOKEN_JWKS_PAUSE_MS", "0")], "a number from 1 to"),
        (&[local, set, audience, issuer, ("TOKEN_JWKS_EVERY_MS", "1m")], "a number from 1 to"),
        (&[local, key, audience, issuer, ("TOKEN_JWKS_EVERY_MS", "1")], "`TOKEN_JWKS_…_MS` and one of"),
        (&[local, key, audience, issuer], "`GRAPH_URL` and one of"),
        (&[key, audience, issuer, ("ROLE", "worker")], "`GRAPH_URL` and one of"),
        (&[key, audience, issuer, ("GRAPH_URL", "https://graph.microsoft.com")], "`GRAPH_URL` and one of"),
        (&[key, audience, issuer, ("GRAPH_TOKEN", "t"), ("ROLE", "server")], "`GRAPH_URL` and one of"),
        (&[key, audience, worker], "go together"),
        (&[("DATABASE", "some.db"), worker], "`GRAPH_URL` and one of"),
        (
            &[local, development, ("GRAPH_URL", "graph.microsoft.com"), graph_token],
            "`GRAPH_URL` is `graph.microsoft.com`: not a base URL",
        ),
        (
            &[local, development, ("GRAPH_URL", "https://graph.microsoft.com/v1.0/"), graph_token],
            "`GRAPH_URL` is `https://graph.microsoft.com/v1.0`: expected no version, `https://graph.microsoft.com`",
        ),
        (
            &[local, development, ("GRAPH_URL", "http://127.0.0.1:8090/beta"), graph_token],
            "expected no version, `http://127.0.0.1:8090`",
        ),
        (
            &[local, development, ("GRAPH_URL", "http://graph.example.org"), graph_token],
            "`GRAPH_URL` is `http://graph.example.org`: expected `https://…`, or `http://` on loopback",
        ),
        (&[worker, graph, ("GRAPH_TOKEN_FILE", "missing")], "`GRAPH_TOKEN_FILE` is `missing`: No such file"),
        (&[worker, graph, ("GRAPH_TOKEN_FILE", empty)], "`GRAPH_TOKEN_FILE` holds no token"),
        (&[worker, graph, ("GRAPH_TOKEN", " ")], "`GRAPH_TOKEN` holds no token"),
        (
            &[worker, graph, graph_token, ("ACTION_LOG", "/missing/log")],
            "`ACTION_LOG` is `/missing/log`: No such",
        ),
        (&[worker, graph, graph_token, ("ACTION_LOG", "/")], "`ACTION_LOG` is `/`: Is a directory"),
        (
            &[local, development, ("PUBLIC_URL", "graph.example.org")],
            "`PUBLIC_URL` is `graph.example.org`: not a",
        ),
        (
            &[local, development, ("CORS_ORIGINS", "*")],
            "`CORS_ORIGINS` is `*`: `*` is not an origin: expected one",
        ),
        (&[local, development, ("CORS_ORIGINS", "https://a https://b/")], "`https://b/` is not an origin"),
        (&[local, development, ("CORS_ORIGINS", "portal.example.org")], "is not an origin"),
        (&[local, development, ("CORS_ORIGINS", "https://Portal.example.org")], "is not an origin"),
        (
            &[("LISTEN", "0.0.0.0:0"), development],
            "`LISTEN` is `0.0.0.0:0`: in development expected an address on loopback",
        ),
        (&[("LISTEN", "[::]:0"), ("DEVELOPMENT_KEY", SECRET)], "on loopback"),
        (&[("LISTEN", "nowhere"), development], "`LISTEN` is `nowhere`: "),
    ];
    for (variables, expected) in cases {
        let mut refused = started(&place, variables);
        eprintln!("{variables:?}");
        assert_eq!(refused.status(), Some(1));
        let said = refused.said();
        assert!(said.contains(expected) && !said.contains("eyJ"), "{variables:?}: {said}");
    }
    let left = fs::read_dir(place.file("")).unwrap().map(|file| file.unwrap().path());
    let databases: Vec<_> = left.filter(|file| file.extension().is_some_and(|it| it == "db")).collect();
    assert!(databases.is_empty(), "{databases:?}");
}

/// A number that would make the server hang, panic or never end is refused.
#[test]
fn numbers_have_limits() {
    let place = Place::new();
    let times =
        ["HEAD_MS", "CONNECTION_MS", "DATABASE_WAIT_MS", "ACTION_TIMEOUT_MS", "PAUSE_MS", "PATIENCE_MS"];
    let limits =
        [("CONNECTIONS", 1, 65_535), ("REQUESTS", 1, 65_535), ("CONCURRENCY", 1, 65_535)].into_iter();
    let limits = limits.chain([("TRIES", 1, 65_535), ("LEASE_MS", 1_000, 86_400_000)]);
    let limits = limits.chain([("REPLICATION_MS", 1, 86_400_000)]);
    for (name, least, most) in limits.chain(times.map(|name| (name, 1, 86_400_000))) {
        let outside = [least - 1, most + 1].map(|number: u64| number.to_string());
        for value in outside.iter().map(String::as_str).chain(["18446744073709551615", "-1", "1s"]) {
            let mut refused =
                started(&place, &[("DEVELOPMENT", "1"), ("LISTEN", "127.0.0.1:0"), (name, value)]);
            assert_eq!(refused.status(), Some(1), "{name}");
            let expected =
                format!("error: `{name}` is `{value}`: expected a number from {least} to {most}\n");
            assert_eq!(refused.said(), expected);
        }
    }
    // The server works at these limits.
    for (lease, count) in [("1000", "1"), ("86400000", "65535")] {
        let place = Place::new();
        let counts = ["CONNECTIONS", "REQUESTS", "CONCURRENCY", "TRIES"].map(|name| (name, count.to_owned()));
        let server = Server::start_with(&place, &[&counts[..], &[("LEASE_MS", lease.to_owned())]].concat());
        assert_eq!(server.reprocess(SAMPLE, &token("manager")).status, 202, "{count}");
        assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered, "{count}");
    }
}

/// A worker checks no tokens, and so needs no key.
#[test]
fn a_worker_needs_no_key() {
    let place = Place::new();
    place.with_store(async |_| {});
    let variables = [
        ("ROLE", "worker"),
        ("DATABASE", place.database()),
        ("GRAPH_URL", "https://graph.microsoft.com"),
        ("GRAPH_TOKEN", "t"),
    ];
    drop(started(&place, &variables).wait_for("working"));
}

#[test]
fn arguments_are_few() {
    let place = Place::new();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_access-package-server"));
        command.env_clear().current_dir(place.file("")).stderr(Stdio::piped()).args(arguments);
        let mut ended = Started::new(&mut command);
        (ended.status(), ended.said())
    };
    for arguments in [&["--help"][..], &["-h"]] {
        let (status, said) = run(arguments);
        assert!(status == Some(0) && said.starts_with("usage: access-package-server [directory]"), "{said}");
    }
    assert_eq!(run(&["--version"]), (Some(0), "access-package-server 0.0.0\n".to_owned()));
    for arguments in [&["serve"][..], &["--port", "80"], &["directory", "--help"]] {
        let (status, said) = run(arguments);
        let expected = format!("error: unexpected arguments `{}`\nusage: ", arguments.join(" "));
        assert!(status == Some(1) && said.starts_with(&expected), "{said}");
    }
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
