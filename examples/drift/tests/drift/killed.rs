//! `kill -9` in the middle of a run: the next run goes on.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::exact::{events, found, taken_writes};
use crate::faults::{page_number, pages};
use crate::stub::{Answer, Stub};
use crate::support::{Directory, Place, Said, Server, command, drift, run, until};
use crate::tenant::{Taken, Tenant};

fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn kill(mut process: Child) {
    process.kill().unwrap();
    process.wait().unwrap();
}

/// Kills a check when it has asked for this page, changes the service with `then`, and runs the check again.
/// Returns its output and the pages that were asked for, with repeated requests for a page counted once.
fn killed_at(page: usize, place: &Place, stub: &Stub, then: impl FnOnce()) -> (Said, Vec<usize>) {
    let check = ["check", "--settle", "0", "--json", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
    let process = start(command(place, &check).env("TOKEN", "token"));
    let pages = || stub.asked().iter().filter_map(|it| page_number(&it.path)).collect::<Vec<_>>();
    until("the page is asked for", || pages().contains(&page));
    kill(process);
    then();
    let said = run(command(place, &check).env("TOKEN", "token"));
    let mut pages = pages();
    pages.dedup();
    (said, pages)
}

#[test]
fn pages_that_were_read_are_not_read_again() {
    let place = Place::new();
    let hangs = Arc::new(AtomicBool::new(true));
    let (answer, is_hanging) = (pages(8), Arc::clone(&hangs));
    let base = Arc::new(std::sync::OnceLock::<String>::new());
    let known = Arc::clone(&base);
    let stub = Stub::start(move |asked, _| {
        let is_stuck = page_number(&asked.path) == Some(5) && is_hanging.load(Ordering::SeqCst);
        if is_stuck { None } else { answer(&asked.path, known.get().unwrap()) }
    });
    base.set(stub.base_url.clone()).unwrap();
    let (said, pages) = killed_at(5, &place, &stub, || hangs.store(false, Ordering::SeqCst));
    assert_eq!((said.status, said.err.contains("going on with the check")), (1, true), "{}", said.err);
    assert_eq!(pages, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(said.json()["assignments"]["delivered"], 8);
}

#[test]
fn a_page_that_the_service_no_longer_knows_begins_its_list_anew() {
    let place = Place::new();
    let was_killed = Arc::new(AtomicBool::new(false));
    let (answer, is_later, is_first) = (pages(5), Arc::clone(&was_killed), AtomicBool::new(true));
    let base = Arc::new(std::sync::OnceLock::<String>::new());
    let known = Arc::clone(&base);
    let stub =
        Stub::start(move |asked, _| match (page_number(&asked.path), is_later.load(Ordering::SeqCst)) {
            (Some(3), false) => None,
            (Some(3), true) if is_first.swap(false, Ordering::SeqCst) => {
                Some(Answer::error(400, "InvalidSkipToken"))
            }
            _ => answer(&asked.path, known.get().unwrap()),
        });
    base.set(stub.base_url.clone()).unwrap();
    let (said, pages) = killed_at(3, &place, &stub, || was_killed.store(true, Ordering::SeqCst));
    assert_eq!(said.status, 1, "{}", said.err);
    assert_eq!(pages, [0, 1, 2, 3, 0, 1, 2, 3, 4]);
    // No assignment is counted twice.
    assert_eq!(said.json()["assignments"]["delivered"], 5);
    let all: usize = Tenant::new(5, 20).owed(|_| true).len();
    let counts = &said.json()["resourceRoles"];
    assert_eq!(counts["lost"].as_u64().unwrap() + counts["unknown"].as_u64().unwrap(), all as u64);
}

#[test]
fn a_check_that_was_killed_goes_on_and_finds_all_of_it() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(150, 20);
    tenant.settle(&place, &directory);
    let taken = tenant.take_from(19, &directory);
    // The third batch gets no answer.
    let hang = |kind: &str| {
        directory.fault(&json!({ "kind": kind, "count": 1, "fault": { "lost": { "how": "withheld" } } }))
    };
    hang("owner");
    let check = ["check", "--settle", "0", "--at-once", "1", "--json"];
    let process = start(&mut drift(&place, &server, &directory, &check));
    until("a batch hangs", || directory.fired() == [1]);
    kill(process);
    let said = run(&mut drift(&place, &server, &directory, &check));
    assert_eq!((said.status, said.err.contains("going on with the check")), (1, true), "{}", said.err);
    assert_eq!(said.json()["requests"]["pages"], Value::Null, "no page is read again");
    assert_eq!(found(&said, "restorable"), taken);
}

#[test]
fn what_was_granted_before_it_was_killed_is_not_granted_again() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(150, 20);
    tenant.settle(&place, &directory);
    let taken = tenant.take_from(19, &directory);
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0"]));
    assert_eq!(said.status, 1, "{}", said.err);
    // One grant is carried out, but its answer never comes.
    directory.fault(&json!({
        "kind": "appRole", "method": "POST", "count": 1, "fault": { "lost": { "how": "withheld", "carriedOut": true } },
    }));
    let log = place.file("log.jsonl");
    let restore =
        ["restore", "--direct", "--settle", "0", "--yes", "--at-once", "1", "--log", log.to_str().unwrap()];
    let process = start(&mut drift(&place, &server, &directory, &restore));
    let lines = |event: &str| place.read("log.jsonl").matches(&format!("\"event\":\"{event}\"")).count();
    // The fault fires before the grant is carried out.
    until("a grant hangs", || directory.fired() == [1] && directory.carried_out().len() == lines("granting"));
    kill(process);
    // The log has each request before it is sent.
    let granted = lines("granted");
    assert_eq!(lines("granting"), granted + 1);
    let said = run(&mut drift(&place, &server, &directory, &restore));
    assert_eq!((said.status, &*said.err), (0, ""), "{}", said.out);
    assert_eq!(lines("granting"), taken.len());
    // A grant that was found carried out has a line of its own.
    let of = |event: &str| -> Taken {
        let log = place.read("log.jsonl");
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let text = |it: &Value| it.as_str().unwrap().to_owned();
        lines
            .filter(|it| it["event"] == event)
            .map(|it| (text(&it["assignment"]), text(&it["resourceRole"])))
            .collect()
    };
    let (granted, found) = (of("granted"), of("foundGranted"));
    assert_eq!(found.difference(&granted).count(), 1, "{found:?}");
    assert_eq!(granted.union(&found).cloned().collect::<Taken>(), taken);
    // All of them, each once.
    assert_eq!(directory.carried_out(), taken_writes(&tenant, &taken));
}

#[test]
fn what_is_under_way_is_followed_and_not_sent_again() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(20, 20);
    tenant.settle(&place, &directory);
    let taken = tenant.take_from(3, &directory);
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0"]));
    assert_eq!(said.status, 1, "{}", said.err);
    // While these faults last, nothing is delivered.
    let busy =
        json!({ "method": "POST", "fault": { "error": { "status": 503, "retryAfter": { "seconds": 1 } } } });
    let busy: Vec<_> =
        ["member", "appRole", "owner", "groupEligibility", "roleEligibility", "roleAssignment"]
            .map(|kind| {
                let mut rule = busy.clone();
                rule["kind"] = kind.into();
                directory.fault(&rule)
            })
            .into();
    let log = place.file("log.jsonl");
    let restore = ["restore", "--settle", "0", "--yes", "--log", log.to_str().unwrap()];
    let process = start(&mut drift(&place, &server, &directory, &restore));
    until("all are accepted", || log.exists() && events(&place, "log.jsonl", "accepted").len() == 3);
    kill(process);
    for id in busy {
        directory.tell("DELETE", &format!("/control/faults/{id}"), &Value::Null);
    }
    let said = run(&mut drift(&place, &server, &directory, &restore));
    assert_eq!((said.status, &*said.err), (0, ""), "{}", said.out);
    assert!(events(&place, "log.jsonl", "refused").is_empty());
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0", "--json"]));
    assert_eq!(found(&said, "restorable"), Taken::new());
    assert_eq!(directory.carried_out(), taken_writes(&tenant, &taken));
}

#[test]
fn what_an_interrupted_run_has_restored_is_said() {
    let assignments = Tenant::new(60, 60).assignments;
    let documents = [29, 59].map(|number| crate::tenant::document(&assignments[number]));
    let targets = [29, 59].map(|number| json!({ "id": assignments[number].target() }));
    let is_over = Arc::new(AtomicBool::new(false));
    let is_over_now = Arc::clone(&is_over);
    let stub = Stub::start(move |asked, _| {
        let is_over = is_over_now.load(Ordering::SeqCst);
        let of = |it: &&Value| asked.path.contains(&format!("/assignments/{}?", it["id"].as_str().unwrap()));
        Some(match documents.iter().find(of) {
            Some(document) if asked.token == "restores" && !is_over => {
                let mut document = document.clone();
                document["state"] = "delivering".into();
                Answer::json(&document)
            }
            Some(document) => Answer::json(document),
            None if page_number(&asked.path).is_some() => Answer::json(&json!({ "value": documents })),
            None if asked.path.contains("/reprocess") => {
                Answer { status: 202, head: String::new(), body: String::new() }
            }
            None if asked.path.contains("/members?") && is_over => Answer::json(&json!({ "value": targets })),
            None => Answer::json(&json!({ "value": [] })),
        })
    });
    let place = Place::new();
    let drift = |arguments: &[&str]| {
        let service = ["--settle", "0", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
        let mut command = command(&place, &[arguments, &service].concat());
        command.env("TOKEN", "restores");
        command
    };
    assert_eq!(run(drift(&["check"]).env("TOKEN", "checks")).status, 1);
    let log = place.file("log.jsonl");
    let restore = ["restore", "--yes", "--log", log.to_str().unwrap()];
    let process = start(&mut drift(&restore));
    until("both are accepted", || log.exists() && events(&place, "log.jsonl", "accepted").len() == 2);
    kill(process);
    is_over.store(true, Ordering::SeqCst);
    let said = run(&mut drift(&restore));
    assert_eq!((said.status, &*said.err), (0, ""), "{}", said.out);
    assert!(
        said.out.starts_with("in place again after an earlier run: 2 resource roles\nnothing to restore\n"),
        "{}",
        said.out
    );
    let last: Value = serde_json::from_str(place.read("log.jsonl").lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["foundGranted"]), (&json!("finished"), &json!(2)), "{last}");
    // Once is enough.
    let said = run(&mut drift(&restore));
    assert!(said.out.starts_with("nothing to restore\n"), "{}", said.out);
}

#[test]
fn a_check_that_was_interrupted_long_ago_begins_anew() {
    let place = Place::new();
    let stub = Stub::start(|_, _| Some(Answer::json(&json!({ "value": [] }))));
    let check = ["check", "--settle", "0", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
    let check = || run(command(&place, &check).env("TOKEN", "token"));
    assert_eq!(check().status, 0);
    for (hours, says, pages) in [
        (25, "a check begins anew", 3),
        (24 * 30, "more than 24 hours ago", 3),
        (23, "going on with the check", 0),
    ] {
        let began = SystemTime::now() - Duration::from_secs(hours * 3600);
        let book = rusqlite::Connection::open(place.file("drift.db")).unwrap();
        book.execute_batch("DELETE FROM setting WHERE name = 'finished'").unwrap();
        let began = access_package::Timestamp::from(began).to_string();
        book.execute("UPDATE setting SET value = ? WHERE name = 'began'", [&began]).unwrap();
        drop(book);
        let before = stub.asked().len();
        let said = check();
        assert_eq!((said.status, said.err.contains(says)), (0, true), "{}", said.err);
        assert_eq!(stub.asked().len() - before, pages);
    }
}
