//! What a run of `restore` sends, and what it leaves alone.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use access_package::Timestamp;
use serde_json::{Value, json};

use crate::exact::events;
use crate::faults::page_number;
use crate::stub::{Answer, Asked, Stub};
use crate::support::{Place, Said, command, run, until};
use crate::tenant::{Tenant, document};

/// Two assignments that owe only the membership of one group each: their documents, and the groups.
fn two() -> ([Value; 2], [String; 2]) {
    let tenant = Tenant::new(60, 60);
    let two = [29, 59].map(|number| document(&tenant.assignments[number]));
    let group = |it: &Value| {
        let given = it["accessPackage"]["resourceRoleScopes"].as_array().unwrap();
        assert_eq!(given.len(), 1);
        given[0]["scope"]["originId"].as_str().unwrap().to_owned()
    };
    let groups = [group(&two[0]), group(&two[1])];
    (two, groups)
}

/// A service with these assignments, whose lists are empty. `first` may give another answer.
fn service(documents: [Value; 2], first: impl Fn(&Asked) -> Option<Answer> + Send + Sync + 'static) -> Stub {
    Stub::start(move |asked, _| {
        if let Some(answer) = first(asked) {
            return Some(answer);
        }
        let by_itself =
            |it: &&Value| asked.path.contains(&format!("/assignments/{}?", it["id"].as_str().unwrap()));
        if page_number(&asked.path).is_some() {
            Some(Answer::json(&json!({ "value": documents })))
        } else if let Some(document) = documents.iter().find(by_itself) {
            Some(Answer::json(document))
        } else if asked.path.contains("/reprocess") {
            Some(Answer { status: 202, head: String::new(), body: String::new() })
        } else if is_look(&asked.path) {
            Some(Answer::error(404, "Request_ResourceNotFound"))
        } else if is_grant(&asked.path) {
            Some(granted())
        } else {
            Some(Answer::json(&json!({ "value": [] })))
        }
    })
}

fn granted() -> Answer {
    Answer { status: 204, head: String::new(), body: String::new() }
}

fn is_grant(path: &str) -> bool {
    path.ends_with("/members/$ref")
}

fn is_look(path: &str) -> bool {
    path.contains("/members/") && path.ends_with("/$ref") && !is_grant(path)
}

fn drift(place: &Place, stub: &Stub, arguments: &[&str]) -> Command {
    let service = ["--settle", "0", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
    let mut command = command(place, &[arguments, &service].concat());
    command.env("TOKEN", "token");
    command
}

fn check(place: &Place, stub: &Stub) -> Said {
    let said = run(&mut drift(place, stub, &["check", "--json"]));
    assert_eq!((said.status, &*said.err), (1, ""), "{}", said.out);
    said
}

fn restore(place: &Place, stub: &Stub, log: &str, more: &[&str]) -> Said {
    let log = place.file(log);
    let restore = ["restore", "--yes", "--log", log.to_str().unwrap()];
    run(&mut drift(place, stub, &[&restore, more].concat()))
}

// R42
#[test]
fn nothing_is_granted_once_the_assignment_has_ended() {
    const LEFT: Duration = Duration::from_secs(12);
    let (documents, groups) = two();
    // The second assignment ends so long after it is looked at. Its grant is told to come later until the
    // first grant has heard that all requests have to wait, beyond that end.
    let (ending, ends) = (documents[1].clone(), Arc::new(Mutex::new(None)));
    let (known, was_asked) = (Arc::clone(&ends), AtomicBool::new(false));
    let has_heard: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    let stub = service(documents, move |asked| {
        if asked.path.contains(&format!("/assignments/{}?", ending["id"].as_str().unwrap())) {
            let mut shown = ending.clone();
            if asked.token == "later" {
                let (at, instant) = (SystemTime::now() + LEFT, Instant::now() + LEFT);
                let at = Timestamp::from(at).to_string();
                shown["schedule"] = json!({ "expiration": { "type": "afterDateTime", "endDateTime": at } });
                *known.lock().unwrap() = Some(instant);
            }
            return Some(Answer::json(&shown));
        }
        if !is_grant(&asked.path) {
            None
        } else if asked.path.contains(&groups[1]) {
            was_asked.store(true, Ordering::SeqCst);
            let is_over = has_heard.get().is_some_and(|it| it.load(Ordering::SeqCst));
            (!is_over).then(|| Answer::error(503, "ServiceUnavailable"))
        } else {
            until("the other one is asked for", || was_asked.load(Ordering::SeqCst));
            let is_first = has_heard.set(Arc::clone(&asked.is_read)).is_ok();
            let head = "Retry-After: 15\r\n".into();
            is_first.then(|| Answer { head, ..Answer::error(429, "TooManyRequests") })
        }
    });
    let place = Place::new();
    check(&place, &stub);
    let log = place.file("log.jsonl");
    let direct = ["restore", "--yes", "--direct", "--at-once", "2", "--log", log.to_str().unwrap()];
    let said = run(drift(&place, &stub, &direct).env("TOKEN", "later"));
    assert_eq!((said.status, &*said.err), (1, ""), "{}", said.out);
    assert!(said.out.contains("\nnot restored 1\n"), "{}", said.out);
    assert!(said.out.contains("the assignment has ended"), "{}", said.out);
    let ends = ends.lock().unwrap().unwrap();
    let (_, groups) = two();
    let grants = stub.asked().into_iter().filter(|it| it.path.contains(&groups[1]));
    let (before, after): (Vec<_>, Vec<_>) = grants.partition(|it| it.at < ends);
    assert_eq!((before.is_empty(), after.len()), (false, 0));
}

#[test]
fn what_was_restored_is_not_planned_again_while_it_cannot_be_seen() {
    for direct in [&["--direct"][..], &[]] {
        let (documents, _) = two();
        let all: BTreeSet<_> = documents.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect();
        let stub = service(documents, |_| None);
        let place = Place::new();
        check(&place, &stub);
        let mut planned = BTreeSet::new();
        for log in ["first", "second"] {
            let said = restore(&place, &stub, log, &[&["--limit", "1"], direct].concat());
            assert_eq!((said.status, &*said.err), (0, ""), "{}", said.out);
            assert!(said.out.contains("\nrestored 1\n  of which 1 cannot be seen yet"), "{}", said.out);
            planned.extend(events(&place, log, "planned"));
        }
        assert_eq!(planned, all);
        let said = restore(&place, &stub, "third", direct);
        assert_eq!(said.status, 0, "{}", said.err);
        assert!(said.out.contains("nothing to restore"), "{}", said.out);
        assert!(said.out.contains("2 restored or accepted before"), "{}", said.out);
        // Another check looks at everything again.
        check(&place, &stub);
        let said = restore(&place, &stub, "fourth", direct);
        assert!(said.out.contains("\nrestored 2\n"), "{}", said.out);
    }
}

#[test]
fn what_is_under_way_when_patience_ends_is_not_planned_again() {
    let (documents, _) = two();
    let delivering = documents.clone();
    let stub = service(documents, move |asked| {
        let is_of =
            |it: &&Value| asked.path.contains(&format!("/assignments/{}?", it["id"].as_str().unwrap()));
        let mut shown = delivering.iter().find(is_of).filter(|_| asked.token == "later")?.clone();
        shown["state"] = "delivering".into();
        Some(Answer::json(&shown))
    });
    let place = Place::new();
    check(&place, &stub);
    let mut planned = BTreeSet::new();
    for name in ["first", "second"] {
        let log = place.file(name);
        let limited = ["restore", "--yes", "--limit", "1", "--patience", "1", "--log", log.to_str().unwrap()];
        let said = run(drift(&place, &stub, &limited).env("TOKEN", "later"));
        assert_eq!((said.status, &*said.err), (1, ""), "{}", said.out);
        assert!(said.out.contains("its state is `delivering`"), "{}", said.out);
        planned.extend(events(&place, name, "planned"));
    }
    assert_eq!(planned.len(), 2);
}

#[test]
fn what_has_failed_is_planned_again_and_said_to_have_failed() {
    let (documents, _) = two();
    let failed = documents[0].clone();
    let stub = service(documents, move |asked| {
        let is_of = asked.path.contains(&format!("/assignments/{}?", failed["id"].as_str().unwrap()));
        let mut shown = failed.clone();
        shown["state"] = asked.token.clone().into();
        (is_of && asked.token != "token").then(|| Answer::json(&shown))
    });
    for state in ["deliveryFailed", "partiallyDelivered"] {
        let place = Place::new();
        check(&place, &stub);
        for (log, others) in [("first", 1), ("second", 0), ("third", 0)] {
            let log = place.file(log);
            let arguments = ["restore", "--yes", "--log", log.to_str().unwrap()];
            let said = run(drift(&place, &stub, &arguments).env("TOKEN", state));
            assert_eq!((said.status, &*said.err), (1, ""), "{}", said.out);
            assert!(said.out.contains(&format!("\nrestored {others}\n")), "{}", said.out);
            assert!(said.out.contains("\nnot restored 1\n"), "{}", said.out);
            assert!(said.out.contains(&format!("its state is `{state}`\n  what helps: ")), "{}", said.out);
        }
    }
    // Each of the two assignments is reprocessed once for each state.
    let sent = stub.asked().into_iter().filter(|it| it.path.contains("/reprocess")).count();
    assert_eq!(sent, 4);
}

#[test]
fn what_was_tried_before_is_looked_for_before_it_is_granted() {
    let ([first, second], groups) = two();
    let stub = service([first, second], |asked| {
        let is_refused = asked.token == "refused" && is_grant(&asked.path);
        is_refused.then(|| Answer::error(403, "Authorization_RequestDenied"))
    });
    let place = Place::new();
    check(&place, &stub);
    let log = place.file("log.jsonl");
    let direct = ["restore", "--yes", "--direct", "--log", log.to_str().unwrap()];
    let said = run(drift(&place, &stub, &direct).env("TOKEN", "refused"));
    assert!(said.out.contains("\nnot restored 2\n"), "{}{}", said.out, said.err);
    let before = stub.asked().len();
    let said = run(&mut drift(&place, &stub, &direct));
    assert!(said.out.contains("\nrestored 2\n"), "{}{}", said.out, said.err);
    for group in groups {
        let asked = stub.asked()[before..].to_vec();
        let kinds: Vec<_> =
            asked.iter().filter(|it| it.path.contains(&group)).map(|it| is_look(&it.path)).collect();
        assert_eq!(kinds, [true, false]);
    }
    // A look does not count as a grant.
    let last = place.read("log.jsonl").lines().last().unwrap().to_owned();
    let requests = serde_json::from_str::<Value>(&last).unwrap()["requests"].clone();
    assert_eq!((&requests["grants"], &requests["looks"]), (&json!(2), &json!(2)), "{last}");
}

#[test]
fn what_did_not_succeed_is_planned_after_all_others() {
    for direct in [&["--direct"][..], &[]] {
        let (documents, groups) = two();
        let ids = documents.clone().map(|it| it["id"].as_str().unwrap().to_owned());
        let refused = ids.clone();
        let stub = service(documents, move |asked| {
            let is_write = asked.path.contains("/reprocess") || is_grant(&asked.path);
            let is_of =
                |number: usize| asked.path.contains(&refused[number]) || asked.path.contains(&groups[number]);
            let is_refused = is_write && (asked.token == "none" || asked.token == "second" && is_of(0));
            is_refused.then(|| Answer::error(403, "UnAuthorized"))
        });
        let place = Place::new();
        check(&place, &stub);
        let planned = |log: &str, token: &str| {
            let path = place.file(log).display().to_string();
            let limited = ["restore", "--yes", "--limit", "1", "--log", &path];
            let said = run(drift(&place, &stub, &[&limited, direct].concat()).env("TOKEN", token));
            assert_eq!(said.err, "", "{}", said.out);
            events(&place, log, "planned")
                .into_iter()
                .map(|id| ids.iter().position(|it| *it == id).unwrap())
                .collect::<Vec<_>>()
        };
        // Each assignment has its turn, and no assignment always comes first.
        for (log, number) in [("first", 0), ("second", 1), ("third", 0), ("fourth", 1)] {
            assert_eq!(planned(log, "none"), [number], "{log}");
        }
        // The order outlives a check.
        check(&place, &stub);
        assert_eq!(planned("fifth", "second"), [0]);
        assert_eq!(planned("sixth", "second"), [1]);
        assert_eq!(planned("seventh", "second"), [0]);
    }
}

#[test]
fn the_plan_says_what_this_run_restores_after_what_it_leaves_out() {
    let (documents, _) = two();
    let [first, _] = documents.clone().map(|it| {
        let text = |it: &Value| it.as_str().unwrap().to_owned();
        format!("\n  {} of {}\n    group member: ", text(&it["id"]), text(&it["target"]["objectId"]))
    });
    let stub = service(documents, |_| None);
    let place = Place::new();
    check(&place, &stub);
    let plan = |more: &[&str]| {
        let said = run(&mut drift(&place, &stub, &[&["restore"], more].concat()));
        assert_eq!(said.status, 2);
        said.out
    };
    let said = plan(&["--limit", "1"]);
    assert!(said.starts_with("plan: 1 of 2 assignments that can be restored, by "), "{said}");
    assert!(said.contains(&format!("\n\nto be restored: 1 resource role of 1 assignment{first}")), "{said}");
    assert_eq!(said.matches("group member: ").count(), 1);
    assert!(plan(&[]).contains("\n\nto be restored: 2 resource roles of 2 assignments\n"));
    assert_eq!(restore(&place, &stub, "log", &["--limit", "1"]).status, 0);
    let said = plan(&[]);
    let (left_out, planned) =
        said.split_once("\n\nto be restored: 1 resource role of 1 assignment\n").unwrap();
    assert!(left_out.contains("\nleft out: 1 restored or accepted before"), "{said}");
    assert_eq!(planned.lines().count(), 2, "{said}");
}

#[test]
fn what_is_no_longer_owed_is_not_counted_as_restored() {
    let (documents, groups) = two();
    let mut changed = documents[0].clone();
    changed["accessPackage"]["resourceRoleScopes"] = json!([]);
    let stub = service(documents, move |asked| {
        let is_of = asked.path.contains(&format!("/assignments/{}?", changed["id"].as_str().unwrap()));
        (is_of && asked.token == "later").then(|| Answer::json(&changed))
    });
    let place = Place::new();
    check(&place, &stub);
    let log = place.file("log.jsonl");
    let direct = ["restore", "--yes", "--direct", "--log", log.to_str().unwrap()];
    let said = run(drift(&place, &stub, &direct).env("TOKEN", "later"));
    assert_eq!((said.status, &*said.err), (0, ""), "{}", said.out);
    assert!(said.out.contains("\nrestored 1\n"), "{}", said.out);
    assert!(said.out.contains("\nno longer owed 1\n"), "{}", said.out);
    let granted: Vec<_> = stub.asked().into_iter().filter(|it| is_grant(&it.path)).collect();
    assert!(granted.len() == 1 && granted[0].path.contains(&groups[1]));
    assert!(place.read("log.jsonl").contains(r#""noLongerOwed":1,"#), "{}", place.read("log.jsonl"));
}

/// Two services that do not expand what an access package gives: one leaves it out, the other refuses the
/// request.
#[test]
fn what_a_package_gives_is_asked_for_where_it_is_not_expanded() {
    for (refuses, direct) in [(false, &["--direct"][..]), (false, &[]), (true, &["--direct"]), (true, &[])] {
        let (documents, _) = two();
        let given = documents.clone().map(|it| it["accessPackage"].clone());
        let mut shallow = documents;
        for it in &mut shallow {
            it["accessPackage"].as_object_mut().unwrap().remove("resourceRoleScopes");
        }
        let stub = service(shallow, move |asked| {
            if let Some((_, rest)) = asked.path.split_once("/accessPackages/") {
                let of = given.iter().find(|it| it["id"] == rest[..36]).unwrap();
                return Some(Answer::json(&json!({ "value": of["resourceRoleScopes"] })));
            }
            (refuses && asked.path.contains("resourceRoleScopes")).then(|| Answer::error(400, "BadRequest"))
        });
        let place = Place::new();
        let said = check(&place, &stub);
        assert_eq!(said.json()["resourceRoles"]["lost"], 2);
        assert_eq!(said.json()["assignments"]["notConfirmed"], 0);
        let said = restore(&place, &stub, "log", direct);
        assert_eq!((said.status, &*said.err), (0, ""), "{}", said.out);
        assert!(said.out.contains("\nrestored 2\n"), "{}", said.out);
    }
}

// R40
#[test]
fn who_is_told_to_wait_beyond_patience_stops() {
    fn wait() -> Answer {
        let head = "Retry-After: 7\r\n".into();
        Answer { head, ..Answer::error(429, "TooManyRequests") }
    }

    // The wait comes for a part of a batch, for the grant, and for the call to reprocess.
    let (documents, _) = two();
    let stub = service(documents.clone(), |asked| asked.path.contains("/members?").then(wait));
    let place = Place::new();
    let patience = ["--patience", "2"];
    let said = run(&mut drift(&place, &stub, &[&["check"], &patience[..]].concat()));
    assert_eq!((said.status, &*said.out), (2, ""), "{}", said.err);
    assert!(said.err.contains("asks to wait 7 s") && said.err.contains("`--patience`"), "{}", said.err);

    for more in [&["--direct"][..], &[]] {
        let stub = service(documents.clone(), |asked| {
            (is_grant(&asked.path) || asked.path.contains("/reprocess")).then(wait)
        });
        let place = Place::new();
        check(&place, &stub);
        let said = restore(&place, &stub, "log", &[more, &patience].concat());
        assert_eq!(said.status, 2, "{}{}", said.out, said.err);
        assert!(said.err.contains("asks to wait 7 s"), "{}", said.err);
    }
}
