//! How one service may differ from another.

use serde_json::{Value, json};

use crate::exact::found;
use crate::faults::page_number;
use crate::stub::{Answer, Asked, Stub};
use crate::support::{Directory, Place, Said, Server, command, drift, run};
use crate::tenant::{Taken, Tenant, document, is_visible, roles};

fn check(place: &Place, stub: &Stub) -> Said {
    let arguments =
        ["check", "--settle", "0", "--json", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
    run(command(place, &arguments).env("TOKEN", "token"))
}

fn empty() -> Answer {
    Answer::json(&json!({ "value": [] }))
}

/// The resource roles of an access package, in two pages.
fn scopes(asked: &Asked, of: &Value) -> Answer {
    let all = of["accessPackage"]["resourceRoleScopes"].as_array().unwrap();
    let (first, rest) = all.split_at(1);
    if asked.path.contains("more") || rest.is_empty() {
        return Answer::json(&json!({ "value": if rest.is_empty() { first } else { rest } }));
    }
    let next = format!("http://{}{}&more=1", asked.host, asked.path);
    Answer::json(&json!({ "value": first, "@odata.nextLink": next }))
}

/// Two services that do not expand what an access package gives: one leaves it out, the other refuses the
/// request.
#[test]
fn what_a_package_gives_is_asked_for_once_where_it_is_not_expanded() {
    for refuses in [false, true] {
        // Five assignments of each of 20 access packages.
        let tenant = Tenant::new(100, 20);
        let owed = tenant.owed(is_visible);
        let documents: Vec<_> = tenant.assignments.iter().map(document).collect();
        let stub = Stub::start(move |asked, _| {
            if let Some((_, rest)) = asked.path.split_once("/accessPackages/") {
                let of = documents.iter().find(|it| it["accessPackage"]["id"] == rest[..36]).unwrap();
                return Some(scopes(asked, of));
            }
            if refuses && asked.path.contains("resourceRoleScopes") {
                return Some(Answer::error(400, "BadRequest"));
            }
            let mut shown = documents.clone();
            for it in &mut shown {
                it["accessPackage"].as_object_mut().unwrap().remove("resourceRoleScopes");
            }
            if page_number(&asked.path).is_some() {
                Some(Answer::json(&json!({ "value": shown })))
            } else {
                Some(empty())
            }
        });
        let place = Place::new();
        let said = check(&place, &stub);
        assert_eq!((said.status, &*said.err), (1, ""));
        // All lists are empty.
        assert_eq!(found(&said, "restorable"), owed);
        assert_eq!(said.json()["assignments"]["unreadable"], 0);
        let asked = stub.asked().iter().filter(|it| it.path.contains("/accessPackages/")).count();
        let pages: usize = (0..20).map(|package| crate::tenant::gives(package).len().min(2)).sum();
        assert_eq!(asked, pages);
    }
}

#[test]
fn what_was_removed_meanwhile_is_not_lost() {
    let tenant = Tenant::new(4, 20);
    let documents: Vec<_> = tenant.assignments.iter().map(document).collect();
    // Later, the first assignment is gone, the second is being removed, and the third owes less. The fourth
    // is unchanged.
    let later: Vec<_> = documents
        .iter()
        .cloned()
        .enumerate()
        .map(|(number, mut it)| {
            if number == 1 {
                it["state"] = "expired".into();
            }
            if number == 2 {
                it["accessPackage"]["resourceRoleScopes"].as_array_mut().unwrap().truncate(1);
            }
            it
        })
        .collect();
    let (first, kept) = (documents[0]["id"].clone(), document(&tenant.assignments[2]));
    let stub = Stub::start(move |asked, _| {
        if page_number(&asked.path).is_some() {
            return Some(Answer::json(&json!({ "value": documents })));
        }
        let by_itself = later
            .iter()
            .find(|it| asked.path.contains(&format!("/assignments/{}?", it["id"].as_str().unwrap())));
        match by_itself {
            Some(it) if it["id"] == first => Some(Answer::error(404, "ResourceNotFound")),
            Some(it) => Some(Answer::json(it)),
            None => Some(empty()),
        }
    });
    let place = Place::new();
    let said = check(&place, &stub);
    let of = |number: usize| {
        let assignment = &tenant.assignments[number];
        roles(assignment)
            .filter(|it| is_visible(it))
            .map(|it| (assignment.id().to_string(), it.to_string()))
            .collect::<Vec<_>>()
    };
    let first_left =
        kept["accessPackage"]["resourceRoleScopes"][0]["role"]["originId"].as_str().unwrap().to_owned();
    let left = of(2).into_iter().filter(|(_, role)| role.ends_with(&first_left));
    let expected: Taken = left.chain(of(3)).collect();
    assert_eq!(found(&said, "restorable"), expected, "{}", said.err);
}

#[test]
fn a_page_that_leads_to_itself_ends() {
    let documents: Vec<_> = Tenant::new(1, 20).assignments.iter().map(document).collect();
    let stub = Stub::start(move |asked, _| {
        let itself = format!("http://{}{}", asked.host, asked.path);
        if page_number(&asked.path).is_some() {
            return Some(Answer::json(&json!({ "value": documents })));
        }
        if asked.path.contains("/members") {
            Some(Answer::json(&json!({ "value": [], "@odata.nextLink": itself })))
        } else {
            Some(empty())
        }
    });
    let place = Place::new();
    let said = check(&place, &stub);
    let why = said.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["kind"] == "group member")
        .unwrap()["why"]
        .clone();
    assert_eq!(why, "links to the next page lead in a circle");

    let stub = Stub::start(|asked, _| {
        Some(Answer::json(
            &json!({ "value": [], "@odata.nextLink": format!("http://{}{}", asked.host, asked.path) }),
        ))
    });
    let said = check(&Place::new(), &stub);
    assert_eq!((said.status, said.err.contains("lead in a circle")), (2, true), "{}", said.err);
}

#[test]
fn a_file_is_of_one_service_and_of_one_run() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    Tenant::new(20, 20).settle(&place, &directory);
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0"]));
    assert_eq!(said.status, 3, "{}", said.err);
    // The finished check is of another service, so it must not be restored from here.
    let stub = Stub::start(|_, _| Some(empty()));
    let restore = ["restore", "--yes", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
    let said = run(command(&place, &restore).env("TOKEN", "token"));
    assert_eq!((said.status, said.err.contains("is a check of")), (2, true), "{}", said.err);
    // While one run has the file, another run is told so.
    let held = rusqlite::Connection::open(place.file("drift.db")).unwrap();
    held.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;").unwrap();
    let said = run(&mut command(&place, &["report"]));
    assert_eq!((said.status, said.err.contains("is in use by another run")), (2, true), "{}", said.err);
}

#[test]
fn what_is_not_confirmed_is_said_to_be_so() {
    let tenant = Tenant::new(60, 60);
    let documents = [29, 59].map(|number| document(&tenant.assignments[number]));
    let place = Place::new();
    let stub = Stub::start(move |asked, _| {
        if page_number(&asked.path).is_some() {
            return Some(Answer::json(&json!({ "value": documents })));
        }
        let of = |it: &&serde_json::Value| asked.path.contains(it["id"].as_str().unwrap());
        Some(match (documents.iter().position(|it| of(&it)), &*asked.token) {
            (Some(_), "none") => Answer::error(403, "UnAuthorized"),
            (Some(0), "some") => Answer::json(&json!({ "id": documents[0]["id"] })),
            (Some(number), _) => Answer::json(&documents[number]),
            (None, _) => empty(),
        })
    });
    let html = place.file("report.html");
    for (token, number, why) in [("none", 2, "UnAuthorized"), ("some", 1, "is missing"), ("all", 0, "")] {
        let check = |form: &[&str]| {
            let arguments = ["check", "--settle", "0", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
            run(command(&place, &[&arguments, form].concat()).env("TOKEN", token))
        };
        let said = check(&["--json"]);
        assert_eq!((said.status, &*said.err), (1, ""), "{}", said.out);
        assert_eq!(said.json()["resourceRoles"]["lost"], 2);
        assert_eq!(said.json()["assignments"]["notConfirmed"], number);
        let said = check(&["--html", html.to_str().unwrap()]);
        let says = format!("not confirmed by reading them again: {number}");
        for text in [&said.out, &place.read("report.html")] {
            assert_eq!((text.contains(&says), text.contains(why)), (number > 0, true), "{text}");
        }
    }
}

#[test]
fn an_export_confirms_nothing() {
    let (place, tenant) = (Place::new(), Tenant::new(30, 30));
    std::fs::write(place.file("export.json"), json!([document(&tenant.assignments[29])]).to_string())
        .unwrap();
    let stub = Stub::start(|_, _| Some(empty()));
    let file = place.file("export.json").display().to_string();
    let check = [
        "check",
        "--settle",
        "0",
        "--assignments",
        &file,
        "--base-url",
        &stub.base_url,
        "--token-env",
        "TOKEN",
    ];
    let said = run(command(&place, &check).env("TOKEN", "token"));
    assert_eq!(said.status, 1, "{}", said.err);
    assert!(said.out.contains("not confirmed by reading them again: 1"), "{}", said.out);
}

#[test]
fn a_list_that_goes_on_in_another_version_is_unknown_and_the_rest_is_checked() {
    let tenant = Tenant::new(60, 60);
    let documents: Vec<_> = [29, 59].map(|number| document(&tenant.assignments[number])).into();
    let group = documents[0]["accessPackage"]["resourceRoleScopes"][0]["scope"]["originId"]
        .as_str()
        .unwrap()
        .to_owned();
    let stub = Stub::start(move |asked, _| {
        if page_number(&asked.path).is_some() {
            return Some(Answer::json(&json!({ "value": documents })));
        }
        let goes_on = asked.path.contains(&format!("{group}/members?"));
        let link = format!("http://{}/beta/groups/{group}/members", asked.host);
        Some(if goes_on { Answer::json(&json!({ "value": [], "@odata.nextLink": link })) } else { empty() })
    });
    let said = check(&Place::new(), &stub);
    assert_eq!((said.status, &*said.err), (1, ""), "{}", said.out);
    let counts = said.json()["resourceRoles"].clone();
    assert_eq!((&counts["lost"], &counts["unknown"]), (&json!(1), &json!(1)));
    let findings = said.json()["findings"].clone();
    let unknown = findings.as_array().unwrap().iter().find(|it| it["verdict"] == "unknown").unwrap();
    let why = unknown["why"].as_str().unwrap();
    assert!(why.contains("another service or version") && why.contains("/beta/groups/"), "{why}");
}

#[test]
fn what_is_unknown_stays_so_whatever_its_group_is_like() {
    // The members of the group cannot be seen, although the group exists. A deleted group is known to have no
    // members.
    for (group, verdict) in [
        (Answer::json(&json!({ "groupTypes": ["DynamicMembership"] })), "unknown"),
        (Answer::json(&json!({ "onPremisesSyncEnabled": true })), "unknown"),
        (Answer::error(403, "Authorization_RequestDenied"), "unknown"),
        (Answer::error(404, "Request_ResourceNotFound"), "lostForGood"),
    ] {
        let assignment = &Tenant::new(30, 30).assignments[29];
        let document = document(assignment);
        let stub = Stub::start(move |asked, _| {
            if page_number(&asked.path).is_some() {
                return Some(Answer::json(&json!({ "value": [document] })));
            }
            Some(if asked.path.contains("/members?") {
                Answer::error(404, "Request_ResourceNotFound")
            } else if asked.path.contains("/groups/") {
                Answer { status: group.status, head: String::new(), body: group.body.clone() }
            } else if asked.path.contains("/assignments/") {
                Answer::json(&document)
            } else {
                empty()
            })
        });
        let said = check(&Place::new(), &stub);
        assert_eq!(said.json()["findings"][0]["verdict"], verdict, "{}", said.out);
        assert_eq!(said.status, if verdict == "unknown" { 3 } else { 1 });
    }
}

#[test]
fn a_server_without_a_directory_takes_nothing_for_lost() {
    let place = Place::new();
    let documents: Vec<_> = Tenant::new(20, 20).assignments.iter().map(document).collect();
    let management = Stub::start(move |asked, _| {
        let is_page = page_number(&asked.path).is_some();
        Some(if is_page { Answer::json(&json!({ "value": documents })) } else { empty() })
    });
    for body in
        [r#""<html>""#, "{}", r#"{ "error": { "code": "ResourceNotFound", "message": "no such route" } }"#]
    {
        let directory = Stub::start(move |asked, _| {
            let is_part = !asked.path.ends_with("/$batch");
            Some(if is_part {
                Answer { status: 404, head: String::new(), body: body.into() }
            } else {
                empty()
            })
        });
        // Nothing has to replicate, so the check does not wait.
        let check =
            ["check", "--anew", "--settle", "20", "--base-url", &management.base_url, "--token-env", "TOKEN"];
        let elsewhere = ["--directory-url", &directory.base_url];
        let said = run(command(&place, &[&check[..], &elsewhere].concat()).env("TOKEN", "token"));
        assert_eq!((said.status, &*said.err), (3, ""), "{}", said.out);
        assert!(said.out.contains("; nothing could be seen\n"), "{}", said.out);
        assert!(said.out.contains("; is `--directory-url` right?\n"), "{}", said.out);
        assert!(said.out.contains("\n          0  lost\n"), "{}", said.out);
    }
    // A directory without batches.
    let directory = Stub::start(|_, _| Some(Answer::error(404, "ResourceNotFound")));
    let check = ["check", "--anew", "--base-url", &management.base_url, "--token-env", "TOKEN"];
    let elsewhere = ["--directory-url", &directory.base_url];
    let said = run(command(&place, &[&check[..], &elsewhere].concat()).env("TOKEN", "token"));
    assert_eq!((said.status, &*said.out), (2, ""));
    assert!(said.err.contains("/v1.0/$batch`: response is `404`"), "{}", said.err);
    assert!(said.err.contains("what helps: the right `--base-url` and `--directory-url`"), "{}", said.err);
}

#[test]
fn a_gateway_does_not_know_that_an_assignment_is_gone() {
    for (body, lost) in [(r#""<html>""#, 1), (r#"{ "error": { "code": "ResourceNotFound" } }"#, 0)] {
        let document = document(&Tenant::new(30, 30).assignments[29]);
        let stub = Stub::start(move |asked, _| {
            Some(if page_number(&asked.path).is_some() {
                Answer::json(&json!({ "value": [document] }))
            } else if asked.path.contains("/assignments/") {
                Answer { status: 404, head: String::new(), body: body.into() }
            } else {
                empty()
            })
        });
        let said = check(&Place::new(), &stub);
        assert_eq!(said.json()["resourceRoles"]["lost"], lost, "{}", said.out);
        assert_eq!(said.json()["assignments"]["notConfirmed"], lost);
    }
}

#[test]
fn pages_that_lead_in_a_circle_end() {
    // The second page leads to the first one. Nobody should need all of these answers.
    let goes_on = |asked: &Asked, number: usize| {
        let (first, page) = asked.path.rsplit_once("&at=").unwrap_or((&asked.path, "0"));
        let next = format!("http://{}{first}&at={}", asked.host, (page.parse::<usize>().unwrap() + 1) % 2);
        if number < 300 { json!({ "value": [], "@odata.nextLink": next }) } else { json!({ "value": [] }) }
    };
    let stub = Stub::start(move |asked, number| Some(Answer::json(&goes_on(asked, number))));
    let said = check(&Place::new(), &stub);
    assert_eq!((said.status, said.err.contains("lead in a circle")), (2, true), "{}", said.err);
    assert!(stub.asked().len() < 20);

    // The lists of an access package, of requests, and of members.
    let assignments: Vec<_> = Tenant::new(30, 30).assignments[28..].iter().map(document).collect();
    for what in ["/resourceRoleScopes?", "/assignmentRequests?", "/members?"] {
        let mut assignments = assignments.clone();
        assignments[0]["state"] = "deliveryFailed".into();
        if what == "/resourceRoleScopes?" {
            assignments[1]["accessPackage"].as_object_mut().unwrap().remove("resourceRoleScopes");
        }
        let stub = Stub::start(move |asked, number| {
            let of = |number: usize| Answer::json(&json!({ "value": [assignments[number]] }));
            Some(match &asked.path {
                path if path.contains(what) => Answer::json(&goes_on(asked, number)),
                path if path.contains("'deliveryFailed'") && !path.contains("Requests") => of(0),
                path if page_number(path).is_some() => of(1),
                path if path.contains("/assignments/") => Answer::json(&assignments[1]),
                _ => empty(),
            })
        });
        let arguments = ["check", "--settle", "0", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
        let said = run(command(&Place::new(), &arguments).env("TOKEN", "token"));
        assert!(format!("{}{}", said.out, said.err).contains("lead in a circle"), "{}{}", said.out, said.err);
        assert!(stub.asked().len() < 40, "{what}: {}", stub.asked().len());
        assert_eq!(
            said.status,
            match what {
                "/members?" => 3,
                "/resourceRoleScopes?" => 2,
                _ => 1,
            },
            "{what}"
        );
    }
}
