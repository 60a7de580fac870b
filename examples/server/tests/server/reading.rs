//! What is shown of assignments, and what becomes of them; by hand, and with the client.

use std::process::Command;
use std::time::Duration;

use access_package::graph::json::{read, read_list};
use access_package::{AssignmentState, StoredAssignment};
use access_package_server::development::{
    self, DELIVERY_FAILED, EXPIRED, FOREIGN, HALF, HOPELESS, PARTIALLY_DELIVERED, SAMPLE,
};
use uuid::Uuid;

use crate::support::{BETA, Place, Server, Started, V1, insert, token};

/// The ids of a page, and the path of the next.
fn page(server: &Server, path: &str, token: &str) -> (Vec<Uuid>, Option<String>) {
    let answer = server.ask("GET", path, token);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    let page = read_list(answer.body.as_bytes()).unwrap();
    let ids = page.items.into_iter().map(|item| item.unwrap().id().as_uuid()).collect();
    (ids, page.next_link.map(|link| link.strip_prefix("http://localhost").unwrap().to_owned()))
}

#[test]
fn what_is_there_can_be_read() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let manager = token("manager");
    let expand = "?$expand=target,accessPackage($expand=catalog,resourceRoleScopes($expand=role,scope))";
    for path in [format!("{V1}/{SAMPLE}{expand}"), format!("{BETA}('{SAMPLE}')"), format!("{V1}/{SAMPLE}")] {
        let assignment = read(server.ask("GET", &path, &manager).body.as_bytes()).unwrap();
        assert_eq!(StoredAssignment::from(&assignment), place.read(SAMPLE), "{path}");
    }

    let of_state = |collection: &str, filter: &str| {
        page(&server, &format!("{collection}?$filter={filter}&$expand=target"), &manager).0
    };
    assert_eq!(of_state(V1, "state%20eq%20'Expired'"), [EXPIRED]);
    assert_eq!(of_state(V1, "state+eq+'expired'"), [EXPIRED]);
    assert_eq!(of_state(BETA, "assignmentState%20eq%20'PartiallyDelivered'"), [PARTIALLY_DELIVERED]);
    assert_eq!(of_state(BETA, "AssignmentState%20EQ%20'deliveryfailed'"), [DELIVERY_FAILED]);
    assert!(of_state(V1, "state%20eq%20'delivering'").is_empty());
    assert_eq!(server.ask("GET", &format!("{V1}?%24filter=state%20eq%20'x'"), &manager).status, 400);

    // R28: of what is in another catalog the manager is shown nothing.
    assert!(!page(&server, V1, &manager).0.contains(&FOREIGN));
    assert!(page(&server, V1, &token("application")).0.contains(&FOREIGN));
}

#[test]
fn a_list_has_pages() {
    let place = Place::new();
    let mut all = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let sample = store.read(SAMPLE.into()).await.unwrap().unwrap();
        let like = StoredAssignment::from(&sample.assignment);
        let mut ids = vec![SAMPLE, HALF, HOPELESS];
        for _ in 0..120 {
            ids.push(insert(store, &like, vec![]).await);
        }
        ids
    });
    let server = Server::start(&place, Duration::ZERO);
    let manager = token("manager");
    let mut found = Vec::new();
    let mut next = Some(format!("{V1}?$filter=state%20eq%20'delivered'"));
    while let Some(path) = next {
        let (ids, after) = page(&server, &path, &manager);
        assert!(!ids.is_empty() && ids.len() <= 100);
        found.extend(ids);
        next = after;
    }
    all.push("a0134a12-ef14-42ff-adac-6fef258e720d".parse().unwrap());
    all.sort_unstable();
    assert_eq!(found, all);
}

// R13, R16
#[test]
fn lost_access_comes_back() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let manager = token("manager");
    let remove = || {
        let path = format!("/dev/remove-grant?assignment={SAMPLE}");
        server.ask("POST", &path, &manager).json()["removed"].as_u64().unwrap()
    };
    assert_eq!((remove(), remove()), (3, 0));
    assert_eq!(server.state(SAMPLE), AssignmentState::Delivered, "it does not know");
    assert_eq!(server.reprocess(SAMPLE, &manager).status, 202);
    assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
    assert_eq!(remove(), 3);

    for (id, state) in
        [(HALF, AssignmentState::PartiallyDelivered), (HOPELESS, AssignmentState::DeliveryFailed)]
    {
        assert_eq!(server.reprocess(id, &manager).status, 202);
        assert_eq!(server.final_state(id), state);
    }
}

// R13: what is enforced is what the package gives now, not what it gave then.
#[test]
fn what_the_package_gives_now_is_enforced() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let before = place.read(SAMPLE);
    let gives = before.resource_roles.unwrap()[1..].to_vec();
    place.with_store(async |store| {
        let gives = gives.iter().map(|role| &role.resource_role);
        store.set_gives(before.access_package, gives).await.unwrap();
    });
    assert_eq!(server.reprocess(SAMPLE, &token("manager")).status, 202);
    assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
    assert_eq!(place.read(SAMPLE).resource_roles, Some(gives));
}

/// What the client says, and its exit status.
fn client(server: &Server, version: &str, id: Uuid, token: &str) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_client"));
    command.env_clear().env("BASE_URL", server.base_url()).env("TOKEN", token).env("VERSION", version);
    let mut client = Started::new(command.arg(id.to_string()));
    let status = client.status();
    (client.said(), status)
}

#[test]
fn the_client_follows_to_the_end() {
    let place = Place::new();
    let server = Server::start(&place, Duration::from_millis(20));
    let manager = token("manager");
    let cases = [
        ("v1.0", SAMPLE, &manager, 0, "accepted\ndelivered\n"),
        ("beta", SAMPLE, &manager, 0, "accepted\ndelivered\n"),
        (
            "v1.0",
            HALF,
            &manager,
            3,
            "accepted\npartiallyDelivered\n  what helps: reprocess the request of this assignment, not the assignment\n",
        ),
        (
            "v1.0",
            EXPIRED,
            &manager,
            1,
            "refused: state is `expired`: only an assignment that is `delivered` can be reprocessed\n  what helps: request the access package again\n",
        ),
        (
            "beta",
            SAMPLE,
            &token("reader"),
            1,
            "refused: caller may not reprocess this assignment: no role is `Access package assignment manager` or higher\n  because: no role is `Access package assignment manager` or higher (R1)\n  what helps: hold the role `Access package assignment manager` on the assignment's catalog\n",
        ),
        ("v2.0", SAMPLE, &manager, 2, ""),
    ];
    for (version, id, token, status, says) in cases {
        assert_eq!(client(&server, version, id, token), (says.to_owned(), Some(status)));
    }
}
