//! A check finds exactly what was lost, and a restore gives back exactly that.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Directory, Place, Said, Server, drift, run};
use crate::tenant::{Taken, Tenant, is_visible};

/// The findings with this verdict: the assignment and the resource role.
pub fn found(said: &Said, verdict: &str) -> Taken {
    let json = said.json();
    let findings = json["findings"].as_array().unwrap().iter().filter(|it| it["verdict"] == verdict);
    findings.map(|it| (text(&it["assignment"]), role(&it["resourceRole"]))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The resource role as the crate shows it.
pub fn role(value: &Value) -> String {
    serde_json::from_value::<access_package::ResourceRole>(value.clone()).unwrap().to_string()
}

#[test]
fn of_2_000_assignments_the_137_that_have_lost_access_are_reprocessed() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(2_000, 20);
    tenant.settle(&place, &directory);
    let taken = tenant.take_from(137, &directory);
    let kinds: BTreeSet<_> = taken.iter().map(|(_, role)| kind(role)).collect();
    assert_eq!(kinds.len(), 7, "{kinds:?}");

    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0", "--json"]));
    assert_eq!((said.status, &*said.err), (1, ""));
    assert_eq!(found(&said, "restorable"), taken);
    assert_eq!(found(&said, "unknown"), tenant.owed(|role| !is_visible(role)));
    let (seen, json) = (tenant.owed(is_visible).len() - taken.len(), said.json());
    assert_eq!(json["resourceRoles"]["present"], seen);
    assert_eq!(
        (&json["assignments"]["delivered"], &json["assignments"]["drifted"]),
        (&2_000.into(), &137.into())
    );
    // 20 pages of delivered assignments, and two empty lists. Each list of the directory is read once. Then
    // each resource with a loss is asked, and each assignment with a loss is looked at again.
    assert_eq!(json["requests"]["pages"], 22);
    let batches = lists(&tenant).div_ceil(20) + lost_resources(&taken) + 137_u64.div_ceil(20);
    assert_eq!(json["requests"]["batches"], batches);

    let log = place.file("log.jsonl");
    let log = log.to_str().unwrap();
    let restore = ["restore", "--settle", "0", "--at-once", "8", "--yes", "--log", log];
    let said = run(&mut drift(&place, &server, &directory, &restore));
    assert_eq!((said.status, &*said.err), (0, ""), "{}", said.out);
    assert!(said.out.contains("\nrestored 137\n"), "{}", said.out);
    let assignments: BTreeSet<_> = taken.iter().map(|(assignment, _)| assignment.clone()).collect();
    assert_eq!(directory.carried_out(), taken_writes(&tenant, &taken));
    let accepted = events(&place, "log.jsonl", "accepted");
    assert_eq!(accepted, assignments);
    assert_eq!(events(&place, "log.jsonl", "planned"), assignments);
    assert_eq!(events(&place, "log.jsonl", "ended"), assignments);

    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0", "--json"]));
    assert_eq!((said.status, found(&said, "restorable")), (3, Taken::new()));
    let said = run(&mut drift(&place, &server, &directory, &restore));
    assert_eq!((said.status, said.out.contains("nothing to restore")), (0, true));
}

#[test]
fn lists_of_several_pages_are_read_to_their_end() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    // One access package. Each of its six lists has 210 targets, most of them in pages of a hundred.
    let tenant = Tenant::new(210, 1);
    tenant.settle(&place, &directory);
    let taken = tenant.take_from(31, &directory);
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0", "--json"]));
    assert_eq!((said.status, &*said.err), (1, ""));
    assert_eq!(found(&said, "restorable"), taken);
    assert_eq!(said.json()["resourceRoles"]["present"], 210 * 6 - taken.len());
}

#[test]
fn just_what_was_lost_is_granted_directly() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(400, 20);
    tenant.settle(&place, &directory);
    let taken = tenant.take_from(37, &directory);
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0", "--csv"]));
    assert_eq!(said.status, 1);
    let lost = said.out.lines().filter(|line| line.contains(",restorable,")).count();
    assert_eq!(
        (lost, said.out.lines().count()),
        (taken.len(), 1 + taken.len() + tenant.owed(|it| !is_visible(it)).len())
    );

    let log = place.file("log.jsonl");
    let restore = |more: &[&str]| {
        let arguments = ["restore", "--direct", "--settle", "0", "--yes", "--log", log.to_str().unwrap()];
        run(&mut drift(&place, &server, &directory, &[&arguments, more].concat()))
    };
    // Restore only some of it at first.
    let said = restore(&["--limit", "10"]);
    assert!((said.status, said.out.contains("\nrestored 10\n")) == (0, true), "{}{}", said.out, said.err);
    assert_eq!(events(&place, "log.jsonl", "planned").len(), 10);
    let said = restore(&[]);
    assert!((said.status, said.out.contains("\nrestored 27\n")) == (0, true), "{}{}", said.out, said.err);
    assert_eq!(directory.carried_out(), taken_writes(&tenant, &taken));
    // There was no other write request.
    assert_eq!(directory.writes(), taken.len());
}

/// The kind, by the words at the beginning of an origin id.
fn kind(role: &str) -> String {
    let mut words = role.split(' ');
    let (system, role) = (words.next().unwrap(), words.nth(1).unwrap());
    let role = if system == "AadApplication" { "role" } else { role.split('_').next().unwrap() };
    format!("{system} {role}")
}

/// What the directory has to carry out if it carries out exactly this.
pub fn taken_writes(tenant: &Tenant, taken: &Taken) -> BTreeSet<(String, String)> {
    let target = |id: &str| {
        let of = tenant.assignments.iter().find(|it| it.id().to_string() == id).unwrap();
        of.target().to_string()
    };
    let resource = |role: &str| role.split(' ').nth(1).unwrap().to_owned();
    taken.iter().map(|(id, role)| (target(id), format!("{} {}", kind(role), resource(role)))).collect()
}

fn lists(tenant: &Tenant) -> u64 {
    let listing = |assignment: &access_package::Assignment| {
        let roles = assignment.resource_roles().unwrap().iter();
        roles
            .filter_map(|it| access_package::graph::observe::Listing::of(&it.resource_role))
            .collect::<Vec<_>>()
    };
    tenant.assignments.iter().flat_map(listing).collect::<BTreeSet<_>>().len() as u64
}

/// The number of batches of twenty that ask whether it can be given back: once for each resource role.
fn lost_resources(taken: &Taken) -> u64 {
    let asked = taken.iter().map(|(_, role)| role).filter(|role| !role.starts_with("DirectoryRole"));
    (asked.collect::<BTreeSet<_>>().len() as u64).div_ceil(20)
}

/// The assignments of one kind of event in a log.
pub fn events(place: &Place, log: &str, event: &str) -> BTreeSet<String> {
    let lines = place.read(log);
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    events.filter(|it| it["event"] == event).map(|it| text(&it["assignment"])).collect()
}
