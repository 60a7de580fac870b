//! A proxy named by the environment could read tokens that are sent over `http`. It must get nothing.

use std::process::Command;

use access_package::AssignmentState;
use access_package_server::development::SAMPLE;

use crate::support::{Place, Server, Started, token};

/// Every name that a program may read. Nobody listens at the address.
const PROXY: [&str; 6] = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

#[test]
fn nothing_is_sent_over_http_through_a_proxy() {
    let place = Place::new();
    let proxy = PROXY.map(|name| (name, "http://127.0.0.1:9".to_owned()));
    // The server starts a directory and fills it.
    let server = Server::start_with(&place, &proxy);
    assert_eq!(server.reprocess(SAMPLE, &token("manager")).status, 202);
    assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);

    let mut client = Command::new(env!("CARGO_BIN_EXE_client"));
    client.env_clear().envs(proxy).env("BASE_URL", server.base_url()).env("TOKEN", token("manager"));
    let mut client = Started::new(client.arg(SAMPLE.to_string()));
    assert_eq!(client.status(), Some(0));
}
