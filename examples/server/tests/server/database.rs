//! A database that is missing, that another process uses, or that disappears under a running server.

use std::fs::{self, OpenOptions};
use std::io::{Seek, Write};
use std::process::Command;
use std::time::Duration;

use access_package::AssignmentState;
use access_package_server::development::{self, SAMPLE};
use access_package_server::store::Store;
use serde_json::json;
use sqlx::Executor;
use uuid::uuid;

use crate::support::{
    Answer, DEADLINE, Place, Server, Started, V1, administer, block_on, in_state, insert, poll, postgres,
    request, token, tokens,
};

/// Breaks a file.
type Break = fn(&str);

/// Outside development, an empty database does not pass for one in which nothing was ever accepted.
#[test]
fn a_missing_database_is_not_made_by_itself() {
    let place = Place::new();
    let missing = match postgres() {
        // It exists, and is empty.
        Some(_) => place.database().to_owned(),
        None => place.file("missing.db").to_str().unwrap().to_owned(),
    };
    let configured = |create: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_access-package-server"));
        command.env_clear().env("LISTEN", "127.0.0.1:0").env("DATABASE", &missing);
        command.env("TOKEN_KEY_FILE", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/public-key.pem"));
        command.env("GRAPH_URL", "http://127.0.0.1:9").env("GRAPH_TOKEN", "t");
        command.env("TOKEN_AUDIENCE", "a").env("TOKEN_ISSUER", "i").stderr(std::process::Stdio::piped());
        command.envs(create.map(|create| ("DATABASE_CREATE", create)));
        Started::new(&mut command)
    };
    let mut refused = configured(None);
    assert_eq!(refused.status(), Some(1));
    let said = refused.said();
    assert!(said.contains("missing.db") || said.contains("DATABASE_CREATE"), "{said}");
    assert!(!fs::exists(&missing).unwrap());
    if postgres().is_none() {
        fs::write(&missing, "").unwrap();
        let mut refused = configured(None);
        assert_eq!(refused.status(), Some(1));
        assert!(refused.said().contains("DATABASE_CREATE"), "an empty file");
    }
    drop(configured(Some("1")).wait_for("listening on"));
    block_on(async {
        let store = Store::open(&missing, false, DEADLINE).await.unwrap();
        store.ready().await.unwrap();
        store.pool.close().await;
    });
}

/// The rows that the README inserts are all that a server needs, and its request is the newest.
#[test]
fn it_is_filled_as_the_readme_says() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    let (_, sql) = include_str!("../../README.md").split_once("```sql\n").unwrap();
    let (sql, _) = sql.split_once("```").unwrap();
    block_on(async {
        let store = Store::open(place.database(), false, DEADLINE).await.unwrap();
        store.pool.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    });
    let claims = json!({
        "oid": "3f0c4f9a-5d5e-4a1b-9a55-0d2a6c1f7b10", "scp": "EntitlementManagement.ReadWrite.All",
    });
    let caller = tokens().make(&claims).unwrap();
    let id = "9d3b7a52-1e6f-4c80-b7d4-2f5a8c6e0b91";
    let refused = server.reprocess_request(uuid!("e4a8c0d2-7b15-4f63-a9d8-1c3e5f7a9b20"), &caller);
    assert!(refused.body.contains("is `delivered`"), "{}", refused.body);
    assert_eq!(server.reprocess(id.parse().unwrap(), &caller).status, 202);
}

/// The error says what is wrong, and shows no password.
#[test]
fn why_a_database_is_of_no_use_is_said() {
    let place = Place::new();
    let (garbage, folder) = (place.file("garbage.db"), place.file("folder"));
    fs::write(&garbage, [7; 4096]).unwrap();
    fs::create_dir(&folder).unwrap();
    let mut cases = vec![
        (
            "postgres://somebody:secret@127.0.0.1:9/x?password=secret".to_owned(),
            "`postgres://somebody@127.0.0.1:9/x` is out of reach: Connection refused".to_owned(),
        ),
        ("postgres:///?host=/missing".to_owned(), "is out of reach: No such file".to_owned()),
        // A password that is not percent-encoded, and may look like another part.
        ("postgres://somebody:p@secret@127.0.0.1:9/x".to_owned(), "`postgres://… (percent-encode".to_owned()),
        ("postgres://somebody:1/secret@127.0.0.1:9/x".to_owned(), "`postgres://… (percent-encode".to_owned()),
        (garbage.to_str().unwrap().to_owned(), format!("`{}`: file is not a database", garbage.display())),
        (folder.to_str().unwrap().to_owned(), format!("`{}`: unable to open", folder.display())),
        (
            place.file("missing.db").to_str().unwrap().to_owned(),
            "missing.db`: No such file or directory (os error 2): `DATABASE_CREATE=1` makes it".to_owned(),
        ),
    ];
    if postgres().is_some() {
        let missing = format!("{}-missing", place.database());
        cases.push((missing, "-missing\" does not exist: `createdb` makes it".to_owned()));
    }
    for (database, expected) in cases {
        let mut command = Command::new(env!("CARGO_BIN_EXE_access-package-server"));
        command.env_clear().env("ROLE", "worker").env("DATABASE", &database).env("DATABASE_WAIT_MS", "200");
        command.env("GRAPH_URL", "http://127.0.0.1:9").env("GRAPH_TOKEN", "t");
        let mut refused = Started::new(command.stderr(std::process::Stdio::piped()));
        assert_eq!(refused.status(), Some(1), "{database}");
        let said = refused.said();
        assert!(said.contains("error: `DATABASE`: `") && said.contains(&expected), "{database}: {said}");
        assert!(!said.contains("secret"), "{said}");
    }
}

/// A server needs no right to change tables that are there.
#[test]
fn a_user_without_the_right_to_create_tables() {
    let Some(address) = postgres() else { return };
    let place = Place::new();
    drop(Server::start_with(&place, &[]));
    let name = place.database().rsplit_once('/').unwrap().1;
    let user = format!("reader-{name}");
    administer(&format!("CREATE ROLE \"{user}\" LOGIN PASSWORD 'p'"));
    block_on(async {
        let store = Store::open(place.database(), false, DEADLINE).await.unwrap();
        let rights = format!(
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC; \
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \"{user}\""
        );
        store.pool.execute(sqlx::AssertSqlSafe(rights)).await.unwrap();
        store.pool.close().await;
    });
    let host = address.rsplit_once('@').map_or(&*address, |(_, host)| host);
    let host = host.trim_start_matches("postgres://").split('/').next().unwrap();
    block_on(async {
        let store =
            Store::open(&format!("postgres://{user}:p@{host}/{name}"), false, DEADLINE).await.unwrap();
        store.ready().await.unwrap();
        store.pool.close().await;
    });
    administer(&format!("DROP DATABASE \"{name}\" WITH (FORCE)"));
    administer(&format!("DROP ROLE \"{user}\""));
    administer(&format!("CREATE DATABASE \"{name}\""));
}

#[test]
fn a_database_that_goes_away_is_named() {
    if postgres().is_none() {
        return;
    }
    let place = Place::new();
    drop(Server::start_with(&place, &[]));
    let server = Server::start_with(&place, &[]);
    assert!(!place.log().contains("already exists"), "existing tables are not worth a line in the log");
    let name = place.database().rsplit_once('/').unwrap().1;
    administer(&format!("DROP DATABASE \"{name}\" WITH (FORCE)"));
    assert_eq!(server.send(&request("GET", "/readyz", "")).status, 503);
    let why = "does not exist: `createdb` makes it";
    for said in ["WARN access_package_server::service: not ready", "cannot be claimed error="] {
        poll(said, || {
            place.log().lines().any(|line| line.contains(said) && line.contains(why)).then_some(())
        });
    }
    administer(&format!("CREATE DATABASE \"{name}\""));
}

fn is_busy(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.json()["error"]["code"], "ServiceUnavailable");
}

/// A locked database is not the caller's fault, and the server does not wait long for it.
#[test]
fn a_locked_database_is_busy() {
    let place = Place::new();
    let server = Server::start_with(&place, &[("DATABASE_WAIT_MS", "500".to_owned())]);
    let manager = token("manager");
    place.with_store(async |store| {
        let mut locked = store.pool.begin_with(store.kind.begin()).await.unwrap();
        let lock = postgres().map(|_| "LOCK TABLE assignment IN ACCESS EXCLUSIVE MODE");
        if let Some(lock) = lock {
            locked.execute(lock).await.unwrap();
        }
        is_busy(&server.reprocess(SAMPLE, &manager));
        let read = server.ask("GET", V1, &token("application"));
        // In SQLite, a reader does not wait for a lock.
        match lock {
            Some(_) => is_busy(&read),
            None => assert_eq!(read.status, 200),
        }
    });
    assert_eq!(server.reprocess(SAMPLE, &manager).status, 202);
    assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
}

/// A call is accepted only if it is in the file that the next server will open.
#[test]
fn a_file_that_is_gone_takes_nothing() {
    if postgres().is_some() {
        return;
    }
    let remove: Break = |file| fs::remove_file(file).unwrap();
    let replace: Break = |file| {
        fs::copy(file, format!("{file}.copy")).unwrap();
        fs::rename(format!("{file}.copy"), file).unwrap();
    };
    for (what, break_it) in [("removed", remove), ("replaced", replace)] {
        let place = Place::new();
        let id = place.with_store(async |store| {
            development::seed(store).await.unwrap();
            insert(store, &in_state(AssignmentState::Delivered)).await
        });
        let mut server = Server::start(&place, Duration::ZERO);
        let manager = token("manager");
        assert_eq!(server.reprocess(SAMPLE, &manager).status, 202);
        assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
        let store = block_on(Store::open(place.database(), false, DEADLINE)).unwrap();
        break_it(place.database());
        let problem = block_on(store.ready()).unwrap_err().to_string();
        assert!(problem.contains("test.db"), "{what}: {problem}");
        for _ in 0..5 {
            assert_eq!(server.reprocess(id, &manager).status, 500, "{what}");
        }
        server.signal("-TERM");
        assert_eq!(server.status(), Some(0), "{what}");
        assert_eq!(fs::exists(place.database()).unwrap(), what == "replaced", "it is not created again");
    }
}

#[test]
fn a_file_that_is_of_no_use_is_not_ready() {
    if postgres().is_some() {
        return;
    }
    let overwrite: Break = |file| {
        let mut file = OpenOptions::new().write(true).open(file).unwrap();
        file.rewind().unwrap();
        file.write_all(&[7; 4096]).unwrap();
    };
    let truncate: Break = |file| OpenOptions::new().write(true).open(file).unwrap().set_len(0).unwrap();
    let protect: Break = |file| {
        let mut permissions = fs::metadata(file).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(file, permissions).unwrap();
    };
    for (what, break_it) in [("garbage", overwrite), ("empty", truncate), ("read-only", protect)] {
        let place = Place::new();
        block_on(async {
            // Closing the database also waits for its locks, which a broken file may never give.
            let store = Store::open(place.database(), true, Duration::from_secs(2)).await.unwrap();
            store.ready().await.unwrap();
            break_it(place.database());
            store.ready().await.expect_err(what);
            store.pool.close().await;
        });
    }
}
