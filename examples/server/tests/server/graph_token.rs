//! A token that does not suffice for the directory does not fail what was accepted.

use std::fs;

use access_package::{AssignmentState, FailureReason, StoredAssignment};
use access_package_server::development::member;
use access_package_server::store::Store;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Directory, GRAPH_TOKEN, Place, Server, in_state, insert, poll, token};

const TRY: [(&str, &str); 2] = [("PAUSE_MS", "100"), ("REPLICATION_MS", "100")];

fn with(directory: &Directory, variables: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let own = variables.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let [url, token] = directory.variables();
    let is_elsewhere = variables.iter().any(|(name, _)| *name == "GRAPH_TOKEN_FILE");
    own.chain([url]).chain((!is_elsewhere).then_some(token)).collect()
}

/// Inserts an assignment that gives this group.
async fn insert_of(store: &Store, group: Uuid) -> Uuid {
    let mut like = in_state(AssignmentState::Delivered);
    like.resource_roles.as_mut().unwrap()[0].resource_role = member(group);
    insert(store, &StoredAssignment { end: None, ..like }).await
}

#[test]
fn a_bad_token_destroys_nothing() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let file = place.file("token");
    fs::write(&file, GRAPH_TOKEN).unwrap();
    let variables = with(&directory, &[&TRY[..], &[("GRAPH_TOKEN_FILE", file.to_str().unwrap())]].concat());
    let server = Server::start_with(&place, &variables);
    for (bad, said) in [
        (Some("expired"), "token of `GRAPH_TOKEN_FILE` does not suffice"),
        (Some(" \n"), "`GRAPH_TOKEN_FILE` holds no token"),
        (Some("two\nlines"), "`GRAPH_TOKEN_FILE` holds no token"),
        (None, "/token`: No such file or directory"),
    ] {
        let _ = fs::remove_file(&file);
        if let Some(bad) = bad {
            fs::write(&file, bad).unwrap();
        }
        let before = place.log().matches(said).count();
        let ids = place.with_store(async |store| {
            [insert_of(store, Uuid::from_u128(1)).await, insert_of(store, Uuid::from_u128(2)).await]
        });
        for id in ids {
            assert_eq!(server.reprocess(id, &token("application")).status, 202);
        }
        poll("it was tried in vain", || (place.log().matches(said).count() >= before + 4).then_some(()));
        for id in ids {
            assert_eq!(place.read(id).state, AssignmentState::Delivering, "{bad:?}");
        }
        fs::write(&file, GRAPH_TOKEN).unwrap();
        for id in ids {
            assert_eq!(server.final_state(id), AssignmentState::Delivered, "{bad:?}");
        }
    }
    for said in ["get a new token", "holds no token"] {
        assert!(place.log().lines().any(|line| line.contains("ERROR") && line.contains(said)), "{said}");
    }
}

/// The worker tries so often until another token is there, or a permission.
#[test]
fn what_the_token_lacks_may_come() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let patient = Server::start_with(&place, &with(&directory, &[&TRY[..], &[("TRIES", "5")]].concat()));
    for (number, status, code, reason) in [
        (1, 401, "InvalidAuthenticationToken", "notAuthenticated"),
        (2, 403, "PermissionScopeNotGranted", "missingPermission"),
        (3, 403, "Authorization_RequestDenied", "notAllowed"),
    ] {
        let [soon, never] = [number, number + 0x10].map(Uuid::from_u128);
        for (group, count) in [(soon, 3), (never, 1_000)] {
            directory.fault(&json!({
                "resource": group, "method": "POST", "count": count,
                "fault": { "error": { "status": status, "code": code } },
            }));
        }
        let [id, other] =
            place.with_store(async |store| [insert_of(store, soon).await, insert_of(store, never).await]);
        for id in [id, other] {
            assert_eq!(patient.reprocess(id, &token("application")).status, 202);
        }
        assert_eq!(patient.final_state(id), AssignmentState::Delivered, "{code}");
        assert_eq!(patient.final_state(other), AssignmentState::DeliveryFailed, "{code}");
        let roles = place.read(other).resource_roles.unwrap();
        let why = roles[0].reason.as_ref();
        assert_eq!(why.map(FailureReason::code), Some(reason));
        assert!(why.unwrap().words().contains(&format!("`{status}`")), "{why:?}");
    }
}
