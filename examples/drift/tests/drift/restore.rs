//! What is given back.

use std::collections::BTreeSet;

use crate::support::{Directory, Place, Server, drift, run};
use crate::tenant::Tenant;

#[test]
fn exactly_what_was_lost_is_found_and_restored() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(2_000, 20);
    tenant.settle(&place, &server, &directory);
    let taken = tenant.take_from(137, &directory);
    let started = std::time::Instant::now();
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0"]));
    println!("{}{} {:?} {}", said.out, said.err, started.elapsed(), taken.len());
    assert_eq!(said.status, 1);
    let log = place.file("log.jsonl");
    let said = run(&mut drift(
        &place,
        &server,
        &directory,
        &["restore", "--settle", "0", "--yes", "--log", log.to_str().unwrap()],
    ));
    println!("{}{} {:?}", said.out, said.err, started.elapsed());
    let _: BTreeSet<u8> = BTreeSet::new();
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0"]));
    println!("{}{} {:?}", said.out, said.err, started.elapsed());
}
