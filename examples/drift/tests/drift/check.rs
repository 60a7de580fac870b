//! What is found.

use crate::support::{Directory, Place, Server, drift, run};
use crate::tenant::Tenant;

#[test]
fn nothing_is_lost_where_everything_is_in_place() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(200, 20);
    tenant.settle(&place, &server, &directory);
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0"]));
    println!("{}{}", said.out, said.err);
    assert_eq!(said.status, 3);
}
