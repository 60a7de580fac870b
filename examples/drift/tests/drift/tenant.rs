//! A tenant: access packages with resource roles of every kind, many assignments, and what is in place.

use std::collections::BTreeSet;

use access_package::graph::enforce::{Delivery, Next, Settings};
use access_package::graph::{Version, json};
use access_package::uuid::Uuid;
use access_package::{Action, Assignment, Catalog, ResourceRole, StoredAssignment, SubjectType, Timestamp};
use rusqlite::{Connection, params};
use serde_json::{Value, json as object};

use crate::support::{DEADLINE, Directory, Place};

/// The catalog of the sample of the example server.
const CATALOG: &str = "cec5d6ab-c75d-47c0-9c1c-92e89f66e384";
const END: &str = "2099-01-01T00:00:00Z";

pub struct Tenant {
    pub assignments: Vec<Assignment>,
}

fn id(kind: u128, number: usize) -> Uuid {
    Uuid::from_u128((kind << 96) + (4 << 76) + (8 << 60) + u128::try_from(number).unwrap())
}

/// The resource roles that the access package with this number gives. Four of ten packages have something
/// that cannot be seen.
pub fn gives(package: usize) -> Vec<ResourceRole> {
    let (group, app, role) = (id(0xa, package), id(0xb, package / 4), id(0xc, package % 8));
    let (number, app_role) = (package, id(0xd, package));
    let site = format!("https://contoso.sharepoint.com/sites/{package}");
    let subscription = id(0xe, package);
    let all = [
        (true, "AadGroup", group.to_string(), format!("Member_{group}"), None),
        (number % 4 == 0, "AadGroup", group.to_string(), format!("Owner_{group}"), None),
        (number % 3 == 0, "AadGroup", group.to_string(), format!("EligibleMember_{app_role}"), None),
        (number % 6 == 1, "AadGroup", group.to_string(), format!("EligibleOwner_{app_role}"), None),
        (number % 2 == 0, "AadApplication", app.to_string(), app_role.to_string(), None),
        (number % 5 == 0, "DirectoryRole", role.to_string(), "Eligible".into(), None),
        (number % 7 == 0, "DirectoryRole", role.to_string(), "Active".into(), None),
        (number % 5 == 1, "SharePointOnline", site, "4".into(), None),
        (number % 10 == 3, "SapCloudIdentity", "client-100".into(), "auditor".into(), None),
        (
            number % 10 == 7,
            "AzureResources",
            format!("/subscriptions/{subscription}"),
            format!(
                "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{app_role}"
            ),
            Some("active"),
        ),
    ];
    let given = all.into_iter().filter(|(is_given, ..)| *is_given);
    let role = |(_, system, resource, role, kind): (bool, &str, String, String, Option<&str>)| {
        ResourceRole::from_origin(system, &resource, &role, kind).unwrap()
    };
    given.map(role).collect()
}

/// Whether everything that it gives can be seen.
pub fn is_visible(resource_role: &ResourceRole) -> bool {
    !matches!(
        resource_role,
        ResourceRole::SharePointSite { .. } | ResourceRole::Azure { .. } | ResourceRole::Other(_)
    )
}

impl Tenant {
    pub fn new(assignments: usize, packages: usize) -> Self {
        let end: Timestamp = END.parse().unwrap();
        let catalog = Catalog::of_unknown_level(CATALOG.parse().unwrap());
        let assignment = |number| {
            let package = number % packages;
            let end = (number % 3 == 0).then_some(end);
            let (own, package_id, target) = (id(1, number), id(2, package), id(3, number));
            Assignment::delivered(own.into(), catalog, package_id.into(), target.into(), end, gives(package))
        };
        Self { assignments: (0..assignments).map(assignment).collect() }
    }

    /// Makes one of the assignments one for a service principal.
    pub fn for_service_principal(&mut self, number: usize) {
        let mut stored = StoredAssignment::from(&self.assignments[number]);
        stored.target_type = Some(SubjectType::ServicePrincipal);
        self.assignments[number] = stored.try_into().unwrap();
    }

    /// The assignments and resource roles that match, such as those that can be seen.
    pub fn owed(&self, is_wanted: impl Fn(&ResourceRole) -> bool) -> Taken {
        let of = |assignment: &Assignment| {
            let id = assignment.id().to_string();
            let wanted = roles(assignment).filter(|role| is_wanted(role));
            wanted.map(move |role| (id.clone(), role.to_string())).collect::<Vec<_>>()
        };
        self.assignments.iter().flat_map(of).collect()
    }

    /// Puts everything in place: the assignments on the server, and what they give in the directory.
    pub fn settle(&self, place: &Place, directory: &Directory) {
        self.store(place, directory);
        for some in self.assignments.chunks(2_000) {
            let writes: Vec<_> =
                some.iter().flat_map(|it| roles(it).map(|role| write(it, role))).flatten().collect();
            directory.tell("POST", "/control/grants", &writes.into());
        }
    }

    /// Stores only the assignments, and the applications with their roles.
    pub fn store(&self, place: &Place, directory: &Directory) {
        let mut apps = std::collections::BTreeMap::<String, BTreeSet<String>>::new();
        for assignment in &self.assignments {
            for owed in roles(assignment) {
                if let ResourceRole::Application { service_principal, app_role } = owed {
                    apps.entry(service_principal.to_string()).or_default().insert(app_role.to_string());
                }
            }
        }
        let apps = apps.into_iter();
        let apps: Vec<_> = apps
            .map(|(id, roles)| object!({ "id": id, "object": { "servicePrincipal": { "appRoles": roles } } }))
            .collect();
        directory.tell("POST", "/control/objects", &apps.into());
        let mut database = Connection::open(place.file("server.db")).unwrap();
        database.busy_timeout(DEADLINE).unwrap();
        let transaction = database.transaction().unwrap();
        // Remove the sample data of the server.
        transaction.execute_batch("DELETE FROM assignment_request; DELETE FROM assignment;").unwrap();
        for assignment in &self.assignments {
            let stored = serde_json::to_string(&StoredAssignment::from(assignment)).unwrap();
            let end = assignment.end().map(Timestamp::unix_ticks);
            let row = params![assignment.id().to_string(), end, stored];
            let sql = "INSERT INTO assignment (id, end_ticks, stored, due) VALUES (?1, ?2, ?3, ?2)";
            transaction.prepare_cached(sql).unwrap().execute(row).unwrap();
            let gives: Vec<_> = roles(assignment).collect();
            let row =
                params![assignment.access_package().to_string(), serde_json::to_string(&gives).unwrap()];
            transaction
                .prepare_cached("INSERT OR IGNORE INTO access_package VALUES (?, ?)")
                .unwrap()
                .execute(row)
                .unwrap();
        }
        transaction.commit().unwrap();
    }
}

pub fn roles(assignment: &Assignment) -> impl Iterator<Item = &ResourceRole> {
    assignment.resource_roles().unwrap().iter().map(|owed| &owed.resource_role)
}

/// The assignment as Graph shows it.
pub fn document(assignment: &Assignment) -> Value {
    serde_json::from_str(&json::write(assignment, Version::V1)).unwrap()
}

/// The request that grants the resource role; `None` if there is no such request.
fn write(assignment: &Assignment, resource_role: &ResourceRole) -> Option<Value> {
    let action = Action {
        assignment: assignment.id(),
        attempt: 0,
        target: assignment.target(),
        resource_role: resource_role.clone(),
        end: assignment.end(),
    };
    let settings = Settings::new("https://graph.microsoft.com".parse().unwrap());
    let mut delivery = Delivery::new(action, settings).ok()?;
    let Next::Send(request) = delivery.next(std::time::SystemTime::now().into()) else {
        panic!("it is sent")
    };
    let path = request.uri().path().strip_prefix("/v1.0").unwrap();
    Some(object!({ "path": path, "body": serde_json::from_str::<Value>(request.body()).unwrap() }))
}

/// The name of the kind in the directory.
pub fn kind(resource_role: &ResourceRole) -> &'static str {
    match (resource_role.origin_system(), resource_role.role_origin_id().split('_').next().unwrap()) {
        ("AadGroup", "Member") => "member",
        ("AadGroup", "Owner") => "owner",
        ("AadGroup", _) => "groupEligibility",
        ("AadApplication", _) => "appRole",
        ("DirectoryRole", "Eligible") => "roleEligibility",
        _ => "roleAssignment",
    }
}

/// Takes one resource role away from a target, without telling the server.
pub fn take(directory: &Directory, assignment: &Assignment, resource_role: &ResourceRole) {
    let kind = kind(resource_role);
    let what = object!({
        "kind": kind, "resource": resource_role.resource_origin_id(), "principal": assignment.target(),
    });
    assert_eq!(directory.tell("POST", "/control/remove", &what)["removed"], 1, "{what}");
}

/// What was taken away: the assignment and the resource role.
pub type Taken = BTreeSet<(String, String)>;

impl Tenant {
    /// So many assignments, and what to take away from them: every visible kind of resource role is affected;
    /// most assignments lose one resource role, and every fifth loses everything.
    pub fn choose(&self, number: usize) -> Vec<(&Assignment, &ResourceRole)> {
        let whole = |it: &&Assignment| roles(it).all(is_visible);
        let candidates: Vec<_> = self.assignments.iter().filter(whole).collect();
        assert!(number <= candidates.len() && candidates.len() % 7919 != 0);
        let mut chosen = Vec::new();
        for number in 0..number {
            // As if by chance. 7919 is a prime, so no assignment comes twice.
            let assignment = candidates[number * 7919 % candidates.len()];
            let all: Vec<_> = roles(assignment).collect();
            let some = if number % 5 == 0 { &all[..] } else { &all[number % all.len()..][..1] };
            chosen.extend(some.iter().map(|role| (assignment, *role)));
        }
        chosen
    }

    /// Takes access away from so many assignments.
    pub fn take_from(&self, number: usize, directory: &Directory) -> Taken {
        let chosen = self.choose(number);
        for (assignment, role) in &chosen {
            take(directory, assignment, role);
        }
        taken(&chosen)
    }
}

pub fn taken(chosen: &[(&Assignment, &ResourceRole)]) -> Taken {
    chosen.iter().map(|(assignment, role)| (assignment.id().to_string(), role.to_string())).collect()
}
