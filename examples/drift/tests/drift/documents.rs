//! The input besides the lists: failed deliveries and exports, and the output about them.

use std::time::{Duration, SystemTime};

use access_package::{Assignment, Timestamp};
use serde_json::{Value, json};

use crate::exact::found;
use crate::faults::page_number;
use crate::stub::{Answer, Stub};
use crate::support::{Directory, Place, Said, Server, command, drift, run};
use crate::tenant::{Tenant, document, is_visible};

/// The instant so many hours ago, as Graph writes it.
fn hours_ago(hours: u64) -> String {
    Timestamp::from(SystemTime::now() - Duration::from_secs(hours * 3600)).to_string()
}

fn in_state(assignment: &Assignment, state: &str) -> Value {
    let mut shown = document(assignment);
    shown["state"] = state.into();
    shown
}

fn request(number: u64, assignment: &Assignment, state: &str, hours: u64, kind: &str) -> Value {
    json!({
        "id": format!("00000009-0000-4000-8000-{number:012}"), "requestType": kind, "state": state,
        "completedDateTime": hours_ago(hours), "assignment": { "id": assignment.id() },
    })
}

/// A service with four failed deliveries, one of them failed in part, and these requests for them.
fn failing(requests: Option<Vec<Value>>) -> Stub {
    let tenant = Tenant::new(4, 20);
    Stub::start(move |asked, _| {
        let is = |what: &str| asked.path.contains(what);
        let failed = |range: std::ops::Range<usize>, state| {
            tenant.assignments[range].iter().map(|it| in_state(it, state)).collect::<Vec<_>>()
        };
        let value = match &requests {
            None if is("/assignmentRequests?") => return Some(Answer::error(403, "UnAuthorized")),
            Some(requests) if is("/assignmentRequests?") => {
                let state = if is("'partiallyDelivered'") { "partiallyDelivered" } else { "deliveryFailed" };
                requests.iter().filter(|it| it["state"] == state).cloned().collect()
            }
            _ if is("'partiallyDelivered'") => failed(0..1, "partiallyDelivered"),
            _ if is("'deliveryFailed'") => failed(1..4, "deliveryFailed"),
            _ => Vec::new(),
        };
        Some(Answer::json(&json!({ "value": value })))
    })
}

fn check(place: &Place, stub: &Stub, more: &[&str]) -> Said {
    let arguments = ["check", "--settle", "0", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
    run(command(place, &[&arguments, more].concat()).env("TOKEN", "token"))
}

#[test]
fn failed_deliveries_are_listed_with_the_days_left() {
    let assignments = Tenant::new(4, 20).assignments;
    let of = |number: usize, id, hours, kind| {
        let state = if number == 0 { "partiallyDelivered" } else { "deliveryFailed" };
        request(id, &assignments[number], state, hours, kind)
    };
    let requests = vec![
        of(0, 1, 24, "userAdd"),
        // The newest request counts. A removal does not count.
        of(1, 2, 13 * 24 + 12, "adminAdd"),
        of(1, 3, 13 * 24, "userUpdate"),
        of(1, 4, 1, "adminRemove"),
        // Just too old.
        of(2, 5, 14 * 24, "userAdd"),
        // The last assignment has no request.
        json!({ "id": "broken" }),
    ];
    let (place, stub) = (Place::new(), failing(Some(requests)));
    let said = check(&place, &stub, &["--json"]);
    assert_eq!((said.status, &*said.err), (0, ""));
    let json = said.json();
    let listed: Vec<_> = json["failedDeliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (it["assignment"].clone(), it["state"].clone(), it["daysLeft"].clone(), it["request"].clone())
        })
        .collect();
    let id = |number: u64| json!(format!("00000009-0000-4000-8000-{number:012}"));
    let row = |number: usize, state: &str, days: Value, request: Value| {
        (json!(assignments[number].id()), json!(state), days, request)
    };
    assert_eq!(
        listed,
        [
            row(2, "deliveryFailed", json!(0), id(5)),
            row(1, "deliveryFailed", json!(1), id(3)),
            row(0, "partiallyDelivered", json!(13), id(1)),
            row(3, "deliveryFailed", Value::Null, Value::Null),
        ]
    );
    assert_eq!(
        (&json["assignments"]["deliveryFailed"], &json["assignments"]["partiallyDelivered"]),
        (&json!(3), &json!(1))
    );

    let said = check(&place, &stub, &["--csv"]);
    assert_eq!(said.err, "not in the CSV, but in `--json`: 4 assignments not delivered\n");

    let html = place.file("report.html");
    let said = check(&place, &stub, &["--html", html.to_str().unwrap()]);
    assert_eq!(said.err, "");
    let page = place.read("report.html").replace("<code>", "`").replace("</code>", "`");
    for says in [
        "13 days left to reprocess its request `00000009-0000-4000-8000-000000000001`",
        "1 day left to reprocess its request `00000009-0000-4000-8000-000000000003`",
        "too late to reprocess its request: request the access package again",
        "request not known",
        "`drift restore` does not reprocess their requests",
        "/assignmentRequests/{id}/reprocess`",
    ] {
        assert!(said.out.contains(says) && page.contains(says), "{says}: {}", said.out);
    }
    assert!(said.out.contains("failed deliveries: 3, and in part: 1; "), "{}", said.out);
}

#[test]
fn that_requests_cannot_be_read_is_said() {
    let (place, stub) = (Place::new(), failing(None));
    let said = check(&place, &stub, &[]);
    assert!(said.out.contains("how many days are left is not known: "), "{}{}", said.out, said.err);
    assert!(said.out.contains("response is `403`, `UnAuthorized`"), "{}", said.out);
}

#[test]
fn what_cannot_be_read_as_an_assignment_is_not_fine() {
    let place = Place::new();
    let mut items: Vec<_> = Tenant::new(3, 20).assignments.iter().map(document).collect();
    items[1]["target"] = Value::Null;
    let stub = Stub::start(move |asked, _| {
        let value = if page_number(&asked.path).is_some() { json!(items) } else { json!([]) };
        // Every target has everything that the check looks for.
        Some(Answer::json(&json!({ "value": value })))
    });
    let said = check(&place, &stub, &["--json"]);
    let json = said.json();
    assert_eq!(
        (&json["assignments"]["delivered"], &json["assignments"]["unreadable"]),
        (&json!(2), &json!(1))
    );
    let why = json["unreadable"][0]["why"].as_str().unwrap();
    assert!(why.contains("`target`"), "{why}");
}

// R21
#[test]
fn what_has_ended_owes_nothing() {
    let place = Place::new();
    let mut items: Vec<_> = Tenant::new(3, 20).assignments.iter().map(document).collect();
    let ends = |end: String| json!({ "expiration": { "type": "afterDateTime", "endDateTime": end } });
    items[0]["schedule"] = ends(hours_ago(1));
    items[1]["schedule"] = ends("2099-01-01T00:00:00Z".into());
    let stub = Stub::start(move |asked, _| {
        let value = if page_number(&asked.path).is_some() { json!(items) } else { json!([]) };
        Some(Answer::json(&json!({ "value": value })))
    });
    let said = check(&place, &stub, &["--json"]);
    assert_eq!(said.json()["assignments"]["delivered"], 2, "{}", said.err);
    assert_eq!(said.json()["assignments"]["unreadable"], 0);
}

#[test]
fn exported_files_do_as_well() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(120, 20);
    tenant.settle(&place, &directory);
    let taken = tenant.take_from(11, &directory);
    let (mut files, mut items) = (Vec::new(), Vec::new());
    let mut next = "/v1.0/identityGovernance/entitlementManagement/assignments".to_owned();
    while !next.is_empty() {
        let page = server.get(&next);
        let file = place.file(&format!("page-{}.json", files.len()));
        std::fs::write(&file, page.to_string()).unwrap();
        files.push(file.to_str().unwrap().to_owned());
        items.extend(page["value"].as_array().unwrap().clone());
        next = page["@odata.nextLink"]
            .as_str()
            .map(|link| link.splitn(4, '/').last().map(|it| format!("/{it}")).unwrap())
            .unwrap_or_default();
    }
    assert_eq!(files.len(), 2);
    // It cannot be seen that the second page follows the first one. A single list is known to be whole.
    let joined = place.file("joined.json");
    std::fs::write(&joined, json!({ "value": items }).to_string()).unwrap();
    for (files, unreadable) in [(files, 1), (vec![joined.to_str().unwrap().to_owned()], 0)] {
        let mut arguments = vec!["check", "--settle", "0", "--json"];
        for file in &files {
            arguments.extend(["--assignments", file]);
        }
        let said = run(&mut drift(&place, &server, &directory, &arguments));
        assert_eq!((said.status, said.err.contains("incomplete: 1 part could")), (1, unreadable == 1));
        assert_eq!(found(&said, "restorable"), taken);
        assert_eq!(said.json()["assignments"]["unreadable"], unreadable);
        assert_eq!(said.json()["requests"]["pages"], Value::Null);
    }

    let said = run(&mut command(&place, &["report"]));
    assert_eq!((said.status, &*said.err), (0, ""));
    let all = tenant.owed(|_| true).len();
    let lines: Vec<_> = said.out.lines().collect();
    assert_eq!(lines.len(), 1 + all);
    assert_eq!(
        lines[0],
        "assignment,target,targetName,accessPackage,accessPackageName,kind,originSystem,resource,role,ends,seen"
    );
    let with = |end: &str| lines.iter().filter(|line| line.ends_with(end)).count();
    assert_eq!(
        (with(",restorable"), with(",unknown")),
        (taken.len(), tenant.owed(|it| !is_visible(it)).len())
    );
    let ending = tenant.assignments.iter().filter(|it| it.end().is_some());
    let ending: usize = ending.map(|it| it.resource_roles().unwrap().len()).sum();
    assert_eq!(lines.iter().filter(|line| line.contains(",2099-01-01T00:00:00Z,")).count(), ending);
}

#[test]
fn names_are_shown_and_are_no_formulas() {
    let place = Place::new();
    let mut item = document(&Tenant::new(1, 20).assignments[0]);
    item["accessPackage"]["displayName"] = "Sales, \u{1b}<b>EMEA</b>".into();
    item["target"]["displayName"] = "=HYPERLINK(\"http://198.51.100.7\")".into();
    let stub = Stub::start(move |asked, _| {
        let value = if page_number(&asked.path).is_some() { json!([item]) } else { json!([]) };
        Some(Answer::json(&json!({ "value": value })))
    });
    let html = place.file("report.html");
    let said = check(&place, &stub, &["--csv", "--html", html.to_str().unwrap()]);
    assert_eq!(said.status, 1);
    let line = said.out.lines().nth(1).unwrap();
    assert!(
        line.contains(",\"Sales,  <b>EMEA</b>\",")
            && line.contains(",\"'=HYPERLINK(\"\"http://198.51.100.7\"\")\","),
        "{line}"
    );
    let page = place.read("report.html");
    assert!(page.contains("Sales,  &lt;b&gt;EMEA&lt;/b&gt;") && !page.contains("<b>EMEA"));
}

/// A service whose lists show everybody who should be there.
fn all_in_place(assignment: &Assignment) -> Stub {
    let target = assignment.target().to_string();
    Stub::start(move |asked, _| {
        let value = if asked.path.contains("/members?") { json!([{ "id": target }]) } else { json!([]) };
        Some(Answer::json(&json!({ "value": value })))
    })
}

fn of_files(place: &Place, stub: &Stub, files: &[&str]) -> Said {
    let paths: Vec<_> = files.iter().map(|name| place.file(name).display().to_string()).collect();
    let mut arguments = vec!["--json"];
    for path in &paths {
        arguments.extend(["--assignments", path]);
    }
    check(place, stub, &arguments)
}

// R45
#[test]
fn an_exported_page_that_goes_on_elsewhere_is_not_the_whole() {
    let (place, tenant) = (Place::new(), Tenant::new(30, 30));
    let stub = all_in_place(&tenant.assignments[29]);
    let page = json!({ "value": [document(&tenant.assignments[29])] });
    std::fs::write(place.file("whole.json"), page.to_string()).unwrap();
    let mut cut = page.clone();
    cut["@odata.nextLink"] = "https://graph.microsoft.com/v1.0/next".into();
    std::fs::write(place.file("cut.json"), cut.to_string()).unwrap();
    assert_eq!(of_files(&place, &stub, &["whole.json"]).status, 0);
    for files in [&["cut.json"][..], &["whole.json", "cut.json"]] {
        let said = of_files(&place, &stub, files);
        let incomplete = "the check is incomplete: 1 part could not be read\n";
        assert_eq!((said.status, &*said.err), (3, incomplete), "{}", said.out);
        let unreadable = &said.json()["unreadable"];
        assert_eq!(unreadable.as_array().unwrap().len(), 1);
        assert!(unreadable[0]["part"].as_str().unwrap().ends_with("cut.json"), "{unreadable}");
        let why = unreadable[0]["why"].as_str().unwrap();
        assert!(why.contains("`@odata.nextLink`") && why.contains("join all pages"), "{why}");
    }
}

#[test]
fn what_is_being_delivered_has_not_failed() {
    let (place, tenant) = (Place::new(), Tenant::new(30, 30));
    let stub = all_in_place(&tenant.assignments[29]);
    let items =
        [(29, "delivered"), (1, "delivering"), (2, "delivering"), (3, "deliveryFailed"), (4, "expired")];
    let items = items.map(|(number, state)| in_state(&tenant.assignments[number], state));
    std::fs::write(place.file("export.json"), json!(items).to_string()).unwrap();
    let said = of_files(&place, &stub, &["export.json"]);
    assert_eq!((said.status, &*said.err), (0, ""), "{}", said.out);
    let json = said.json();
    let failed: Vec<_> = json["failedDeliveries"].as_array().unwrap().iter().map(|it| &it["state"]).collect();
    assert_eq!(failed, ["deliveryFailed"]);
    let counts = &json["assignments"];
    assert_eq!((&counts["delivered"], &counts["delivering"]), (&json!(1), &json!(2)));
    let file = place.file("export.json").display().to_string();
    let said = check(&place, &stub, &["--assignments", &file]);
    assert!(said.out.contains("being delivered now, and not compared: 2"), "{}", said.out);
    assert!(said.out.contains("failed deliveries: 1, and in part: 0"), "{}", said.out);
}

#[test]
fn an_exported_assignment_by_itself_is_read() {
    let (place, tenant) = (Place::new(), Tenant::new(30, 30));
    let stub = all_in_place(&tenant.assignments[29]);
    let single = document(&tenant.assignments[29]);
    std::fs::write(place.file("single.json"), single.to_string()).unwrap();
    let said = of_files(&place, &stub, &["single.json"]);
    assert_eq!((said.status, &*said.err), (0, ""), "{}", said.out);
    assert_eq!(said.json()["resourceRoles"]["present"], 1);
    // A single assignment is told what it lacks, too; and a document that is not an assignment is refused.
    let mut shallow = single.clone();
    shallow["accessPackage"].as_object_mut().unwrap().remove("resourceRoleScopes");
    for (text, says) in [
        (shallow.to_string(), "resourceRoleScopes"),
        ("{}".into(), "`value` is missing"),
        ("[1".into(), "EOF while parsing"),
    ] {
        std::fs::write(place.file("single.json"), text).unwrap();
        let said = of_files(&place, &stub, &["single.json"]);
        assert_eq!((said.status, said.err.contains(says)), (2, true), "{}", said.err);
        let is_export = !says.starts_with("resource");
        assert_eq!(said.err.contains("neither a list of assignments nor an assignment"), is_export);
    }
}

#[test]
fn each_unreadable_part_counts_until_it_is_read() {
    let base = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let known = std::sync::Arc::clone(&base);
    // Two pages begin with an item that has not even an id. The second page has an assignment that cannot be
    // read at first.
    let mut later = document(&Tenant::new(30, 30).assignments[29]);
    let good = later.clone();
    later.as_object_mut().unwrap().remove("target");
    let stub = Stub::start(move |asked, _| {
        if asked.path == "/gone" {
            return Some(Answer::error(410, "Gone"));
        }
        let page = page_number(&asked.path);
        let next = format!("{}{}&page=1", known.get().unwrap(), asked.path);
        Some(match (page, &*asked.token) {
            (Some(0), "first") => Answer::json(&json!({ "value": [{}], "@odata.nextLink": next })),
            // It can be read on another page.
            (Some(0), _) => Answer::json(&json!({ "value": [{}, later], "@odata.nextLink": next })),
            (Some(_), "first") => Answer::json(&json!({ "value": [{}, later] })),
            (Some(_), _) => Answer::json(&json!({ "value": [{}, good] })),
            (None, _) => Answer::json(&json!({ "value": [] })),
        })
    });
    base.set(stub.base_url.clone()).unwrap();
    let place = Place::new();
    let check = |token: &str| {
        let arguments =
            ["check", "--settle", "0", "--json", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
        run(command(&place, &arguments).env("TOKEN", token))
    };
    let said = check("first");
    assert_eq!(said.json()["assignments"]["unreadable"], 3, "{}", said.out);
    // As if the check was interrupted before a page that the service no longer knows: it reads the list from
    // its beginning.
    let book = rusqlite::Connection::open(place.file("drift.db")).unwrap();
    book.execute_batch("DELETE FROM setting WHERE name = 'finished'").unwrap();
    let gone = format!("{}/gone", stub.base_url);
    let sql = "UPDATE list SET next = ?, is_read = 0 WHERE name = 'delivered'";
    assert_eq!(book.execute(sql, [gone]).unwrap(), 1);
    drop(book);
    let said = check("second");
    assert!(said.err.contains("going on with the check"), "{}", said.err);
    assert_eq!(said.json()["assignments"]["unreadable"], 2, "{}", said.out);
}

#[test]
fn an_interrupted_check_does_not_go_on_with_other_assignments() {
    let (place, tenant) = (Place::new(), Tenant::new(60, 60));
    for (name, number) in [("one.json", 29), ("other.json", 59)] {
        std::fs::write(place.file(name), document(&tenant.assignments[number]).to_string()).unwrap();
    }
    let stub = Stub::start(|_, _| Some(Answer::json(&json!({ "value": [] }))));
    let is_anew = |said: &Said, delivered: u64| {
        assert_eq!(said.json()["assignments"]["delivered"], delivered, "{}", said.err);
        said.err.contains("a check begins anew")
    };
    assert!(!is_anew(&of_files(&place, &stub, &["one.json"]), 1));
    let interrupt = || {
        let book = rusqlite::Connection::open(place.file("drift.db")).unwrap();
        book.execute_batch("DELETE FROM setting WHERE name = 'finished'").unwrap();
    };
    for (files, is_other, delivered) in [
        (&["one.json"][..], false, 1),
        (&["other.json"], true, 1),
        (&["other.json", "one.json"], true, 2),
        (&["other.json", "one.json"], false, 2),
        (&[], true, 0),
        (&[], false, 0),
        (&["one.json"], true, 1),
    ] {
        interrupt();
        assert_eq!(is_anew(&of_files(&place, &stub, files), delivered), is_other, "{files:?}");
    }
}

#[test]
fn an_export_without_a_delivered_assignment_is_said_to_be_so() {
    let (place, tenant) = (Place::new(), Tenant::new(30, 30));
    let stub = all_in_place(&tenant.assignments[29]);
    let failed = in_state(&tenant.assignments[29], "deliveryFailed");
    for items in [json!([]), json!([failed]), json!({ "value": [] })] {
        std::fs::write(place.file("export.json"), items.to_string()).unwrap();
        let said = of_files(&place, &stub, &["export.json"]);
        assert_eq!((said.status, &*said.err), (3, "there is no delivered assignment in these files\n"));
    }
    // A part that cannot be read may be a delivered assignment.
    std::fs::write(place.file("export.json"), json!([{}]).to_string()).unwrap();
    let said = of_files(&place, &stub, &["export.json"]);
    assert_eq!((said.status, &*said.err), (3, "the check is incomplete: 1 part could not be read\n"));
}
