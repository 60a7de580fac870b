//! What `drift` says while it waits, and how a run ends that is cut short.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::faults::page_number;
use crate::stub::{Answer, Stub};
use crate::support::{Place, command, run, until};
use crate::tenant::{Tenant, document};

/// Nobody listens at this address.
const NOWHERE: &str = "http://127.0.0.1:9";

fn drift(place: &Place, base_url: &str, arguments: &[&str]) -> Command {
    let service = ["--settle", "0", "--base-url", base_url, "--token-env", "TOKEN"];
    let mut command = command(place, &[arguments, &service].concat());
    command.env("TOKEN", "token");
    command
}

/// A service with one assignment that has lost its only resource role, and with an item that nobody can read.
fn lost() -> Stub {
    let document = document(&Tenant::new(30, 30).assignments[29]);
    Stub::start(move |asked, _| {
        Some(if page_number(&asked.path).is_some() {
            Answer::json(&json!({ "value": [document, {}] }))
        } else if asked.path.contains("/assignments/") && asked.path.ends_with("/reprocess") {
            Answer { status: 202, ..Answer::json(&json!({})) }
        } else if asked.path.contains("/assignments/") {
            Answer::json(&document)
        } else {
            Answer::json(&json!({ "value": [] }))
        })
    })
}

#[test]
fn that_nobody_answers_is_said_at_once_and_with_the_cause() {
    let place = Place::new();
    let mut process = drift(&place, NOWHERE, &["check"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stderr.take().unwrap()).read_line(&mut line).unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(line.starts_with("`http://127.0.0.1:9` does not answer (Connection refused"), "{line}");
    assert!(line.ends_with("): trying again for up to 600 s (`--patience`)\n"), "{line}");

    let said = run(&mut drift(&place, NOWHERE, &["check", "--patience", "4"]));
    assert_eq!((said.status, said.err.lines().count()), (2, 2), "{}", said.err);
    let last = said.err.lines().last().unwrap();
    assert!(last.contains("/assignments` does not answer: Connection refused"), "{last}");
}

#[test]
fn each_silence_is_said_once() {
    // The status 7 is not a status, so it is no answer at all.
    let stub = Stub::start(|_, number| {
        let is_broken = [0, 2, 3].contains(&number);
        Some(Answer { status: if is_broken { 7 } else { 200 }, ..Answer::json(&json!({ "value": [] })) })
    });
    let said = run(&mut drift(&Place::new(), &stub.base_url, &["check"]));
    assert_eq!((said.status, said.err.matches(" does not answer (").count()), (0, 2), "{}", said.err);
    assert_eq!(said.err.lines().count(), 2, "{}", said.err);
}

#[test]
fn a_service_that_stays_busy_is_said_to_be_so() {
    let stub = Stub::start(|_, number| {
        Some(if number < 4 {
            Answer::error(502, "BadGateway")
        } else {
            Answer::json(&json!({ "value": [] }))
        })
    });
    let said = run(&mut drift(&Place::new(), &stub.base_url, &["check"]));
    assert_eq!((said.status, said.err.lines().count()), (0, 1), "{}", said.err);
    assert!(said.err.contains(" does not answer (the answer was `502`): trying again"), "{}", said.err);
}

#[test]
fn whoever_reads_no_further_changes_nothing() {
    let (place, stub) = (Place::new(), lost());
    let log = place.file("log.jsonl").display().to_string();
    let end = |arguments: &[&str]| {
        let mut command = drift(&place, &stub.base_url, arguments);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop((process.stdout.take(), process.stderr.take()));
        process.wait().unwrap().code()
    };
    for form in [&["check"][..], &["check", "--csv"], &["check", "--json"]] {
        assert_eq!(end(form), Some(1), "{form:?}");
    }
    assert_eq!(end(&["check", "--csv", "--json"]), Some(2));
    assert_eq!(end(&["restore", "--yes", "--log", &log]), Some(0));
    assert!(place.read("log.jsonl").contains(r#""event":"finished","foundGranted":0,"#));
    let mut report = command(&place, &["report"]);
    let mut process = report.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop((process.stdout.take(), process.stderr.take()));
    assert_eq!(process.wait().unwrap().code(), Some(0));
}

#[test]
fn a_report_that_cannot_be_written_is_said_before_anything_is_read() {
    let (place, stub) = (Place::new(), lost());
    let nowhere = place.file("missing").join("report.html").display().to_string();
    let folder = place.file("").display().to_string();
    for path in [&nowhere, &folder] {
        let said = run(&mut drift(&place, &stub.base_url, &["check", "--html", path]));
        assert_eq!((said.status, &*said.out, said.err.contains(path)), (2, "", true), "{}", said.err);
    }
    assert!(stub.asked().is_empty());
    // A report that exists is kept until there is a new one.
    let report = place.file("report.html");
    std::fs::write(&report, "the one before").unwrap();
    let html = ["check", "--patience", "0", "--html", report.to_str().unwrap()];
    assert_eq!(run(&mut drift(&place, NOWHERE, &[&html[..], &["--anew"]].concat())).status, 2);
    assert_eq!(place.read("report.html"), "the one before");
    let place = Place::new();
    assert_eq!(run(&mut drift(&place, &stub.base_url, &html)).status, 1);
    assert!(std::fs::read_to_string(&report).unwrap().ends_with("</html>\n"));
    let html = ["check", "--html", "/dev/full"];
    let said = run(&mut drift(&place, &stub.base_url, &html));
    assert_eq!((said.status, said.err.starts_with("drift: `/dev/full`: ")), (2, true), "{}", said.err);
}

#[test]
fn to_restore_after_an_interrupted_check_says_that_it_goes_on() {
    let (place, lost) = (Place::new(), lost());
    let documents = [29, 0].map(|number| document(&Tenant::new(30, 30).assignments[number]));
    // The second page never comes.
    let stub = Stub::start(move |asked, _| {
        let next = format!("http://{}{}&page=1", asked.host, asked.path);
        let page = json!({ "value": documents, "@odata.nextLink": next });
        (page_number(&asked.path) == Some(0)).then(|| Answer::json(&page))
    });
    let mut process = drift(&place, &stub.base_url, &["check"]).spawn().unwrap();
    until("the second page is asked for", || stub.asked().len() == 2);
    process.kill().unwrap();
    process.wait().unwrap();
    let interrupted = "check in `";
    for mut command in [drift(&place, &lost.base_url, &["restore"]), command(&place, &["report"])] {
        let said = run(&mut command);
        assert_eq!((said.status, &*said.out), (2, ""));
        assert!(said.err.contains(interrupted), "{}", said.err);
        assert!(said.err.ends_with("` was interrupted: run `drift check` to continue it\n"), "{}", said.err);
    }
}
