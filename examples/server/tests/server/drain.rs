//! How long it takes to carry out much work, and how long a call beside it waits: measurements, run by hand.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use access_package::{AssignmentState, Role, RoleAssignment, Scope, StoredAssignment};
use access_package_server::development::{self, member};
use access_package_server::store::Store;
use sqlx::{Executor, query, query_scalar};
use uuid::Uuid;

use crate::support::{Directory, Place, Server, V1, delegated, in_state, insert, token};

const ALL: i64 = 100_000;
/// One of so many is delivering.
const OF: i64 = 10;

/// Fills the database with copies of two assignments.
async fn fill(store: &Store) {
    for state in [AssignmentState::Delivered, AssignmentState::Delivering] {
        let like = in_state(state);
        let sql = "INSERT INTO assignment (id, stored, due) \
                   WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $1), \
                   ids (n, id) AS (SELECT n, '00000000-0000-4000-8000-' || \
                       substr(CAST(1000000000000 + n AS TEXT), 2) FROM numbers) \
                   SELECT id, replace(replace($2, $3, id), $4, id), CASE $5 WHEN 'delivering' THEN 0 END \
                   FROM ids WHERE (n % $6 = 0) = ($5 = 'delivering')";
        query(sql)
            .bind(ALL)
            .bind(serde_json::to_string(&like).unwrap())
            .bind(like.id.to_string())
            .bind(like.target.to_string())
            .bind(state.as_str())
            .bind(OF)
            .execute(&store.pool)
            .await
            .unwrap();
    }
    store.pool.execute("ANALYZE").await.unwrap();
}

async fn left(store: &Store) -> i64 {
    let left = query_scalar::<_, i64>("SELECT count(*) FROM assignment WHERE state = 'delivering'");
    left.fetch_one(&store.pool).await.unwrap()
}

#[test]
#[ignore = "a measurement: run it in release, by itself"]
fn load_drain() {
    let concurrency = std::env::var("CONCURRENCY").unwrap_or_else(|_| "8".to_owned());
    println!("| workers, {concurrency} actions at a time each | s | to one |\n|---|--:|--:|");
    let mut one = None;
    for workers in 1..=3 {
        let place = Place::new();
        place.with_store(async |store| {
            fill(store).await;
            assert_eq!(left(store).await, ALL / OF);
        });
        let latency = [("DIRECTORY_LATENCY_MS", "20".to_owned())];
        let directory = Directory::start_with(&place, "127.0.0.1:0", &latency);
        let variables = [("CONCURRENCY", concurrency.clone()), ("LEASE_MS", "30000".to_owned())];
        let variables = [&directory.variables()[..], &variables].concat();
        let started = Instant::now();
        let running: Vec<_> = (0..workers).map(|_| Server::start_as("worker", &place, &variables)).collect();
        place.with_store(async |store| {
            while left(store).await > 0 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        let time = started.elapsed().as_secs_f64();
        drop(running);
        println!("| {workers} | {time:.1} | {:.2} |", one.get_or_insert(time).to_owned() / time);
    }
}

/// The time from the answer to the final state, in a database that is otherwise empty, beside actions that
/// take a minute.
#[test]
#[ignore = "a measurement: run it in release, by itself"]
fn load_beside_a_slow_action() {
    const CALLS: usize = 500;
    const SLOW: Uuid = Uuid::from_u128(0x0dd);
    println!(
        "| {CALLS} calls of 4 callers, 10 ms a grant | middle | 99th percentile | most |\n|---|--:|--:|--:|"
    );
    for slow in [0, 1, 100] {
        let place = Place::new();
        let (slow_ids, ids) = place.with_store(async |store| {
            development::seed(store).await.unwrap();
            let (delivered, mut odd) =
                (in_state(AssignmentState::Delivered), in_state(AssignmentState::Delivered));
            odd.resource_roles.as_mut().unwrap()[0].resource_role = member(SLOW);
            let (mut slow_ids, mut ids) = (Vec::new(), Vec::new());
            for _ in 0..slow {
                slow_ids.push(insert(store, &odd).await);
            }
            for _ in 0..CALLS {
                ids.push(insert(store, &delivered).await);
            }
            (slow_ids, ids)
        });
        let variables = [
            ("DIRECTORY_LATENCY_MS", "10".to_owned()),
            ("DIRECTORY_SLOW_RESOURCE", SLOW.to_string()),
            ("DIRECTORY_SLOW_MS", "60000".to_owned()),
            ("LEASE_MS", "30000".to_owned()),
        ];
        let server = Server::start_with(&place, &variables);
        let manager = token("manager");
        for id in slow_ids {
            assert_eq!(server.reprocess(id, &manager).status, 202);
        }
        let mut times: Vec<_> = thread::scope(|scope| {
            let call = |ids: &[Uuid]| {
                let mut times = Vec::new();
                for id in ids {
                    let started = Instant::now();
                    assert_eq!(server.reprocess(*id, &manager).status, 202);
                    assert_eq!(server.final_state(*id), AssignmentState::Delivered);
                    times.push(started.elapsed());
                }
                times
            };
            let callers: Vec<_> = ids.chunks(CALLS / 4).map(|ids| scope.spawn(move || call(ids))).collect();
            callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
        });
        times.sort_unstable();
        let [middle, high, most] =
            [CALLS / 2, CALLS * 99 / 100, CALLS - 1].map(|number| times[number].as_secs_f64() * 1000.0);
        println!("| beside {slow} that take 60 s | {middle:.0} ms | {high:.0} ms | {most:.0} ms |");
    }
}

/// Lists with few or no assignments, in a database with many.
#[test]
#[ignore = "a measurement: run it in release, by itself"]
fn load_lists() {
    let place = Place::new();
    let other = Uuid::new_v4().into();
    place.with_store(async |store| {
        development::seed(store).await.unwrap();
        fill(store).await;
        for _ in 0..50 {
            let scope = Scope::Catalog(Uuid::new_v4().into());
            let held = RoleAssignment { role: Role::AccessPackageAssignmentManager, scope };
            store.add_role(other, held).await.unwrap();
        }
    });
    // All assignments are copies of two, and have one access package.
    let package = in_state(AssignmentState::Delivered).access_package;
    let of_package = format!("?$filter=accessPackage/id%20eq%20'{package}'");
    let of_state = format!("{of_package}%20and%20state%20eq%20'deliveryFailed'");
    let server = Server::start_as("server", &place, &[]);
    println!("| a list of {ALL} | middle of 50 |\n|---|--:|");
    for (what, filter, token) in [
        ("everything, the first page", "", token("application")),
        ("a package of another catalog", &of_package, delegated(other)),
        ("a package of one's own, and a state that none of it is in", &of_state, token("manager")),
        ("a state that none is in", "?$filter=state%20eq%20'partiallyDelivered'", token("application")),
        ("expired", "?$filter=state%20eq%20'expired'", token("application")),
    ] {
        let mut times = Vec::new();
        for _ in 0..50 {
            let started = Instant::now();
            assert_eq!(server.ask("GET", &format!("{V1}{filter}"), &token).status, 200, "{what}");
            times.push(started.elapsed());
        }
        times.sort_unstable();
        println!("| {what} | {:.1} ms |", times[25].as_secs_f64() * 1000.0);
        assert!(times[25] < Duration::from_millis(100), "{what}: every row is read");
    }
}

/// A call alone, and beside many lists.
#[test]
#[ignore = "a measurement: run it in release, by itself"]
fn load_beside_lists() {
    const CALLS: usize = 200;
    let place = Place::new();
    let empty = StoredAssignment { resource_roles: Some(vec![]), ..in_state(AssignmentState::Delivered) };
    let id = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        fill(store).await;
        insert(store, &empty).await
    });
    let server = Server::start_as("server", &place, &[]);
    let (manager, application) = (token("manager"), token("application"));
    println!("| a call, the database with {ALL} | middle | 99th percentile | most |\n|---|--:|--:|--:|");
    for lists in [0, 24] {
        let done = AtomicBool::new(false);
        let mut times: Vec<_> = thread::scope(|scope| {
            for _ in 0..lists {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        assert!([200, 503].contains(&server.ask("GET", V1, &application).status));
                    }
                });
            }
            let times = (0..CALLS).map(|_| {
                let started = Instant::now();
                assert_eq!(server.reprocess(id, &manager).status, 202);
                started.elapsed()
            });
            let times = times.collect();
            done.store(true, Ordering::Relaxed);
            times
        });
        times.sort_unstable();
        let [middle, high, most] =
            [CALLS / 2, CALLS * 99 / 100, CALLS - 1].map(|number| times[number].as_secs_f64() * 1000.0);
        println!("| beside {lists} who list | {middle:.1} ms | {high:.1} ms | {most:.1} ms |");
    }
}
