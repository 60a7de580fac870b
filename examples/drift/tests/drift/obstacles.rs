//! What can never be given back is reported with its cause, and is left alone.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::exact::{events, found};
use crate::support::{Directory, Place, Server, drift, run};
use crate::tenant::{Tenant, gives, is_visible, roles, take};

/// The first resource role of this origin system in an access package.
fn resource(package: usize, system: &str) -> String {
    gives(package).iter().find(|role| role.origin_system() == system).unwrap().resource_origin_id()
}

#[test]
fn what_cannot_be_given_back_is_named_with_its_cause() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    // One assignment of each of 20 access packages, and one for a service principal, which cannot hold an app
    // role.
    let mut tenant = Tenant::new(21, 20);
    tenant.for_service_principal(20);
    tenant.settle(&place, &directory);
    // 2: the group is deleted, and with it all access that it gives. 4: the application no longer has such a
    // role.
    directory.tell("POST", &format!("/control/objects/{}/delete", resource(2, "AadGroup")), &Value::Null);
    let app = resource(4, "AadApplication");
    directory.tell(
        "POST",
        "/control/objects",
        &json!([{ "id": app, "object": { "servicePrincipal": { "appRoles": [] } } }]),
    );
    // 8, 9, 13: members cannot be added to these groups.
    let groups = [
        (8, json!({ "groupTypes": ["DynamicMembership"] })),
        (9, json!({ "onPremisesSyncEnabled": true })),
        (13, json!({ "mailEnabled": true })),
        // An ordinary group, whose loss can be given back.
        (14, json!({ "groupTypes": ["Unified"], "mailEnabled": true })),
    ];
    for (package, group) in &groups {
        let seed = json!([{ "id": resource(*package, "AadGroup"), "object": { "group": group } }]);
        directory.tell("POST", "/control/objects", &seed);
    }
    for (number, prefix) in [
        (4, "AadApplication"),
        (8, "AadGroup"),
        (9, "AadGroup"),
        (13, "AadGroup"),
        (14, "AadGroup"),
        (20, "AadApplication"),
    ] {
        let assignment = &tenant.assignments[number];
        let role = roles(assignment).find(|role| role.to_string().starts_with(prefix)).unwrap();
        take(&directory, assignment, role);
    }

    let html = place.file("report.html");
    let check = ["check", "--settle", "0", "--json", "--html", html.to_str().unwrap()];
    let said = run(&mut drift(&place, &server, &directory, &check));
    assert_eq!((said.status, &*said.err), (1, ""));
    let causes: BTreeMap<_, _> = said.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["verdict"] == "lostForGood")
        .map(|it| {
            assert!(!it["why"].as_str().unwrap().is_empty() && !it["whatHelps"].as_str().unwrap().is_empty());
            let key =
                format!("{} {}", &it["assignment"].as_str().unwrap()[34..], it["kind"].as_str().unwrap());
            (key, it["cause"].as_str().unwrap().to_owned())
        })
        .collect();
    let expected = [
        ("02 group member", "resourceGone"),
        ("04 app role", "appRoleGone"),
        ("08 group member", "dynamicGroup"),
        ("09 group member", "syncedGroup"),
        ("0d group member", "mailEnabledGroup"),
        ("14 app role", "targetCannotHold"),
    ];
    let expected = expected.map(|(key, cause)| (key.to_owned(), cause.to_owned()));
    assert_eq!(causes, BTreeMap::from(expected));
    let unknown = found(&said, "unknown");
    assert_eq!(unknown, tenant.owed(|role| !is_visible(role)));
    assert_eq!(found(&said, "restorable").len(), 1);
    let page = place.read("report.html");
    for says in ["the resource no longer exists", "prefers-color-scheme", "class=\"chart\"", "</html>"] {
        assert!(page.contains(says), "{says}");
    }
    assert!(
        !page.contains("http://www") && !page.contains("<script") && !page.contains("src="),
        "no network"
    );

    // Only what can be given back is restored.
    let log = place.file("log.jsonl");
    let restore = ["restore", "--settle", "0", "--yes", "--log", log.to_str().unwrap()];
    let said = run(&mut drift(&place, &server, &directory, &restore));
    assert_eq!((said.status, &*said.err), (0, ""), "{}", said.out);
    assert_eq!(events(&place, "log.jsonl", "planned").len(), 1);
}

#[test]
fn an_assignment_that_has_lost_both_is_not_reprocessed() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(3, 20);
    tenant.settle(&place, &directory);
    let assignment = &tenant.assignments[0];
    let app = resource(0, "AadApplication");
    for role in
        roles(assignment).filter(|role| ["AadApplication", "DirectoryRole"].contains(&role.origin_system()))
    {
        take(&directory, assignment, role);
    }
    directory.tell(
        "POST",
        "/control/objects",
        &json!([{ "id": app, "object": { "servicePrincipal": { "appRoles": [] } } }]),
    );
    // Another assignment after it has lost only what can be given back.
    let other = &tenant.assignments[2];
    let member = roles(other).find(|role| role.to_string().contains("Member")).unwrap();
    take(&directory, other, member);
    let html = place.file("report.html");
    let html = ["check", "--settle", "0", "--html", html.to_str().unwrap()];
    let said = run(&mut drift(&place, &server, &directory, &html));
    assert_eq!(said.status, 1, "{}", said.err);
    // The assignment and its target stand side by side, next to what helps.
    let line = |it: &access_package::Assignment| {
        format!("  {}  {}  {}  ", it.id(), it.target(), it.access_package())
    };
    let lines: Vec<_> = said.out.lines().filter(|it| it.starts_with(&line(assignment))).collect();
    let only = lines.iter().filter(|it| it.ends_with("(only with `--direct`)")).count();
    // The app role cannot be given back.
    assert_eq!((only, lines.len()), (2, 3), "{}", said.out);
    let others: Vec<_> = said.out.lines().filter(|it| it.starts_with(&line(other))).collect();
    assert!(others.len() == 1 && !others[0].contains("--direct"), "{}", said.out);
    assert!(said.out.contains("of these, only with `drift restore --direct`: 1"), "{}", said.out);
    let page = place.read("report.html");
    assert_eq!(page.matches("run <code>drift restore --direct</code>").count(), 2, "{page}");
    assert_eq!(page.matches("run <code>drift restore</code>").count(), 1, "{page}");
    // You can read what helps on a narrow screen, too.
    let order = "<h2>Restorable</h2>\n<div class=\"scroll\"><table>\n<thead><tr>\n\
                 <th>Target (who)</th><th>What</th><th>Why, and what helps</th><th>";
    assert!(page.contains(order), "{page}");
    assert!(page.contains("<h2>Resource roles</h2>\n<div class=\"tiles\">"), "{page}");
    let of = |id: String| page.matches(&format!("<td class=\"id\">{id}</td>")).count();
    assert_eq!((of(assignment.id().to_string()), of(other.id().to_string())), (3, 1));
    assert!(!page.contains('`'));

    // A reprocess would leave it partially delivered.
    let log = place.file("log.jsonl");
    let restore = ["restore", "--settle", "0", "--yes", "--log", log.to_str().unwrap()];
    let said = run(&mut drift(&place, &server, &directory, &restore));
    assert!(said.status == 0 && said.out.contains("left out: 1"), "{}{}", said.out, said.err);
    assert!(
        said.out.contains(&format!("\n  {} of {}\n", assignment.id(), assignment.target())),
        "{}",
        said.out
    );
    assert_eq!(events(&place, "log.jsonl", "planned"), [other.id().to_string()].into());
    assert_eq!(directory.carried_out().len(), 1);
    let said = run(&mut drift(&place, &server, &directory, &[&restore[..], &["--direct"]].concat()));
    assert_eq!((said.status, directory.carried_out().len()), (0, 3), "{}{}", said.out, said.err);
    let state = &server
        .get(&format!("/v1.0/identityGovernance/entitlementManagement/assignments/{}", assignment.id()))["state"];
    assert_eq!(state, "delivered");
}
