//! What is shown of assignments, and how they change.

use std::io::Write;
use std::time::Duration;

use access_package::graph::json::{read, read_list};
use access_package::{AssignmentState, Cause, FailureReason, Role, StoredAssignment};
use access_package_server::development::{
    self, DELETED_GROUP, EXPIRED, FAILED, FAILED_LONG_AGO, FOREIGN, HALF, MANAGER, PARTIAL, SAMPLE, member,
};
use access_package_server::now;
use access_package_server::store::Wanted;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, query_scalar};
use uuid::Uuid;

use crate::support::{BETA, Place, Server, V1, block_on, in_state, insert, poll, postgres, request, token};

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

    let application = token("application");
    let of_state = |collection: &str, filter: &str| {
        page(&server, &format!("{collection}?$filter={filter}"), &application).0
    };
    assert_eq!(of_state(V1, "state%20eq%20'Expired'"), [EXPIRED]);
    assert_eq!(of_state(V1, "state+eq+'expired'"), [EXPIRED]);
    assert_eq!(of_state(BETA, "assignmentState%20eq%20'PartiallyDelivered'"), [PARTIAL]);
    assert_eq!(of_state(BETA, "AssignmentState%20EQ%20'deliveryfailed'"), [FAILED, FAILED_LONG_AGO]);
    assert!(of_state(V1, "state%20eq%20'delivering'").is_empty());
    assert_eq!(server.ask("GET", &format!("{V1}?%24filter=state%20eq%20'x'"), &manager).status, 400);
    assert!(page(&server, V1, &application).0.contains(&FOREIGN));
}

#[test]
fn a_list_has_pages() {
    let place = Place::new();
    let mut all = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let mut ids = vec![SAMPLE, HALF, FOREIGN];
        for _ in 0..120 {
            ids.push(insert(store, &in_state(AssignmentState::Delivered)).await);
        }
        ids
    });
    let server = Server::start(&place, Duration::ZERO);
    let application = token("application");
    all.sort_unstable();
    for more in ["", "&$top=1000"] {
        let mut found = Vec::new();
        let mut next = Some(format!("{V1}?$filter=state%20eq%20'delivered'{more}"));
        while let Some(path) = next {
            let (ids, after) = page(&server, &path, &application);
            assert!(!ids.is_empty() && ids.len() <= 100);
            found.extend(ids);
            next = after;
        }
        assert_eq!(found, all);
    }
}

/// Lists that never end leave database connections to calls.
#[test]
fn lists_do_not_starve_calls() {
    if postgres().is_none() {
        return;
    }
    let place = Place::new();
    // A view makes each row of this package take a minute.
    let package = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let id = insert(store, &in_state(AssignmentState::Delivered)).await;
        store.read(id.into(), None).await.unwrap().unwrap().0.access_package()
    });
    let server = Server::start_as("server", &place, &[]);
    place.with_store(async |store| {
        let sql = format!(
            "ALTER TABLE assignment RENAME TO stored_assignment; \
             CREATE VIEW assignment AS SELECT * FROM stored_assignment \
             WHERE CASE WHEN access_package = '{package}' THEN pg_sleep(60) IS NOT NULL ELSE true END"
        );
        store.pool.execute(AssertSqlSafe(sql)).await.unwrap();
    });
    let list = format!("{V1}?$filter=accessPackage/id%20eq%20'{package}'");
    let authorization = format!("Authorization: Bearer {}\r\n", token("application"));
    let lists: Vec<_> = (0..24)
        .map(|_| {
            let mut stream = server.connect().unwrap();
            stream.write_all(request("GET", &list, &authorization).as_bytes()).unwrap();
            stream
        })
        .collect();
    let under_way = || {
        block_on(async {
            let mut connection = AnyConnection::connect(place.database()).await.unwrap();
            let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                       AND state = 'active' AND query LIKE 'SELECT id, end_ticks, stored%'";
            let count = query_scalar::<_, i64>(sql).fetch_one(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            count
        })
    };
    // Half of the ten connections.
    poll("they are under way", || (under_way() == 5).then_some(()));
    for status in [202, 400] {
        assert_eq!(server.reprocess(SAMPLE, &token("manager")).status, status);
    }
    assert_eq!(under_way(), 5);
    drop(lists);
}

// R21: an assignment past its end is shown as expired, whether or not that is stored already.
#[test]
fn what_has_ended_is_listed_as_expired() {
    Place::new().with_store(async |store| {
        development::seed(store).await.unwrap();
        let list = async |state| {
            store
                .list(Wanted { state: Some(state), ..Wanted::default() }, "", 9, now())
                .await
                .unwrap()
                .assignments
        };
        let expired = list(AssignmentState::Expired).await;
        let shown: Vec<_> = expired.iter().map(|it| (it.id().as_uuid(), it.state())).collect();
        assert_eq!(shown, [(EXPIRED, AssignmentState::Expired)]);
        let delivered = list(AssignmentState::Delivered).await;
        assert!(delivered.iter().all(|it| it.id().as_uuid() != EXPIRED));
    });
}

// R13, R16
#[test]
fn lost_access_comes_back() {
    let place = Place::new();
    let hopeless = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let mut stored = in_state(AssignmentState::Delivered);
        stored.resource_roles.as_mut().unwrap()[0].resource_role = member(DELETED_GROUP);
        insert(store, &stored).await
    });
    let server = Server::start(&place, Duration::ZERO);
    let manager = token("manager");
    let remove = || {
        let path = format!("/dev/remove-grant?assignment={SAMPLE}");
        server.ask("POST", &path, &manager).json()["removed"].as_u64().unwrap()
    };
    assert_eq!((remove(), remove()), (2, 0));
    assert_eq!(server.state(SAMPLE), AssignmentState::Delivered, "it does not know");
    assert_eq!(server.reprocess(SAMPLE, &manager).status, 202);
    assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
    assert_eq!(remove(), 2);

    for (id, state) in
        [(HALF, AssignmentState::PartiallyDelivered), (hopeless, AssignmentState::DeliveryFailed)]
    {
        assert_eq!(server.reprocess(id, &manager).status, 202);
        assert_eq!(server.final_state(id), state);
    }
}

// R13: a reprocess enforces what the package gives now, not what it gave before.
#[test]
fn what_the_package_gives_now_is_enforced() {
    let place = Place::new();
    let server = Server::start(&place, Duration::ZERO);
    let before = place.read(SAMPLE);
    let gives = before.resource_roles.unwrap()[1..].to_vec();
    place.with_store(async |store| {
        let gives: Vec<_> = gives.iter().map(|role| role.resource_role.clone()).collect();
        store.set_gives(before.access_package, &gives).await.unwrap();
    });
    assert_eq!(server.reprocess(SAMPLE, &token("manager")).status, 202);
    assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
    assert_eq!(place.read(SAMPLE).resource_roles, Some(gives));
}

/// Each change is one line of the log, and each failure keeps its reason.
#[test]
fn what_has_happened_is_told() {
    let place = Place::new();
    let mut server = Server::start(&place, Duration::ZERO);
    assert_eq!(server.reprocess(HALF, &token("manager")).status, 202);
    assert_eq!(server.final_state(HALF), AssignmentState::PartiallyDelivered);
    server.signal("-TERM");
    assert_eq!(server.status(), Some(0));
    let mut events = place.events();
    events.retain(|event| event.assignment.as_uuid() == HALF);
    let changes: Vec<_> = events.iter().map(|it| (it.attempt, it.from.as_str(), it.to.as_str())).collect();
    let [delivering, partially] = ["delivering", "partiallyDelivered"];
    assert_eq!(
        changes,
        [(1, "delivered", delivering), (1, delivering, delivering), (1, delivering, partially)]
    );
    let Cause::Reprocessed { caller, role, .. } = events[0].cause else { panic!("{events:?}") };
    assert_eq!((caller, role), (Some(MANAGER), Role::AccessPackageAssignmentManager));
    let roles = place.read(HALF).resource_roles.unwrap();
    let reasons: Vec<_> = roles.iter().flat_map(|it| &it.reason).map(FailureReason::code).collect();
    assert_eq!(reasons, ["notFound"]);
}
