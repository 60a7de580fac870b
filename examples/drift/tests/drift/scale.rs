//! What a check takes in a tenant of 100,000 assignments: time, requests and memory. Measurements, run by
//! hand.

use std::fs::{self, File};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use access_package::ResourceRole;
use rusqlite::{Connection, params_from_iter};

use crate::exact::found;
use crate::support::{DEADLINE, Directory, Place, Said, Server, drift};
use crate::tenant::{Taken, Tenant, is_visible, kind, roles, taken};

/// The most memory that the process has had so far, in kB.
fn peak(process: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[test]
#[ignore = "takes minutes: a measurement"]
fn scale_of_a_large_tenant() {
    println!(
        "| assignments | groups | resource roles | one call each | requests | pages, batches (parts) | of one call each | s | MB |"
    );
    println!("|--:|--:|--:|--:|--:|---|--:|--:|--:|");
    for (assignments, groups) in [(10_000, 500), (100_000, 500), (100_000, 20_000), (30_000, 1)] {
        measure(assignments, groups);
    }
}

/// Puts everything except this in place, in the database of the directory itself: that is faster for so many.
fn put_in_place(tenant: &Tenant, taken: &Taken, place: &Place) {
    let mut database = Connection::open(place.file("directory.db")).unwrap();
    database.busy_timeout(DEADLINE).unwrap();
    let transaction = database.transaction().unwrap();
    let insert = |sql: &str, row: &[&str]| {
        transaction.prepare_cached(sql).unwrap().execute(params_from_iter(row)).unwrap();
    };
    let object = |id: &str, kind: &str, object: &str| {
        insert("INSERT OR IGNORE INTO object VALUES (?, ?, ?, 0, 0)", &[id, kind, object]);
    };
    for assignment in &tenant.assignments {
        let target = assignment.target().to_string();
        object(&target, "user", "\"user\"");
        let id = assignment.id().to_string();
        let is_there = |role: &ResourceRole| !taken.contains(&(id.clone(), role.to_string()));
        for granted in roles(assignment).filter(|role| is_visible(role)) {
            let (kind, resource, role_id) =
                (kind(granted), granted.resource_origin_id(), granted.role_origin_id());
            match kind {
                "appRole" => {}
                "roleEligibility" | "roleAssignment" => {
                    object(&resource, "roleDefinition", "\"roleDefinition\"");
                }
                _ => object(&resource, "group", "{\"group\":{}}"),
            }
            let role = match kind {
                "groupEligibility" if role_id.starts_with("EligibleOwner") => "owner",
                "groupEligibility" => "member",
                "appRole" => &role_id,
                "roleEligibility" | "roleAssignment" => "/",
                _ => "",
            };
            if !is_there(granted) {
                continue;
            }
            let sql = "INSERT INTO grants (kind, resource, role, principal, start_ticks, effective_from, visible_from) \
                       VALUES (?, ?, ?, ?, 0, 0, 0)";
            insert(sql, &[kind, &resource, role, &target]);
        }
    }
    transaction.commit().unwrap();
}

fn measure(assignments: usize, groups: usize) {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(assignments, groups);
    tenant.store(&place, &directory);
    let taken = taken(&tenant.choose(1_370));
    put_in_place(&tenant, &taken, &place);
    let out = place.file("out.json");
    let began = Instant::now();
    let mut command = drift(&place, &server, &directory, &["check", "--settle", "0", "--json"]);
    let mut process = command.stdout(File::create(&out).unwrap()).stderr(Stdio::inherit()).spawn().unwrap();
    let mut memory = 0;
    let status = loop {
        memory = peak(&process).unwrap_or(memory);
        if let Some(status) = process.try_wait().unwrap() {
            break status.code().unwrap();
        }
        thread::sleep(Duration::from_millis(10));
    };
    let time = began.elapsed().as_secs();
    let said = Said { status, out: fs::read_to_string(out).unwrap(), err: String::new() };
    assert_eq!(said.status, 1);
    assert_eq!(found(&said, "restorable"), taken);
    assert_eq!(found(&said, "unknown"), tenant.owed(|role| !is_visible(role)));
    let sent = &said.json()["requests"];
    let number = |kind: &str| sent[kind].as_u64().unwrap();
    let (pages, batches, parts) = (number("pages"), number("batches"), number("parts"));
    let (visible, all) = (tenant.owed(is_visible).len() as u64, tenant.owed(|_| true).len());
    let requests = pages + batches;
    let (tenths, megabytes) = (requests * 10_000 / visible, memory / 1_000);
    println!(
        "| {assignments} | {groups} | {all} | {visible} | {requests} | {pages}, {batches} ({parts}) | {}.{:02} % | {time} | {megabytes} |",
        tenths / 100,
        tenths % 100
    );
    assert!(requests * 50 <= visible, "{requests} requests");
    assert!(memory < 200_000, "{memory} kB");
}
