//! How the directory starts, and that it starts only where no other machine reaches it.

use std::net::TcpListener;
use std::process::Command;
use std::thread;

use crate::support::{Directory, Place};

/// The error of a process that does not start.
fn fails(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn it_listens_on_loopback_and_asks_for_a_token() {
    let place = Place::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    for (name, value, said) in [
        ("DIRECTORY_TOKEN", "", "`DIRECTORY_TOKEN` is not set"),
        (
            "DIRECTORY_LISTEN",
            "0.0.0.0:0",
            "`DIRECTORY_LISTEN` is `0.0.0.0:0`: expected an address on loopback",
        ),
        ("DIRECTORY_LISTEN", "nowhere", "`DIRECTORY_LISTEN` is `nowhere`: invalid socket address"),
        ("DIRECTORY_LISTEN", &*taken, "`: Address already in use"),
        ("DIRECTORY_SEED", "luck", "`DIRECTORY_SEED` is `luck`: invalid digit"),
        ("DIRECTORY_SLOW_RESOURCE", "x", "`DIRECTORY_SLOW_RESOURCE` is `x`: "),
        ("DIRECTORY_DATABASE", "/missing/directory.db", "`DIRECTORY_DATABASE` is `/missing/directory.db`: "),
    ] {
        let mut command = place.command();
        command.env(name, value);
        let told = fails(command);
        assert!(told.contains(said), "{name}={value}: {told}");
    }
}

// SQLite does not keep processes apart that make the schema at the same time.
#[test]
fn many_start_at_once_on_a_new_file() {
    let place = Place::new();
    let started: Vec<_> = thread::scope(|scope| {
        let starting: Vec<_> = (0..6).map(|_| scope.spawn(|| Directory::start(&place))).collect();
        starting.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(started.len(), 6);
}
