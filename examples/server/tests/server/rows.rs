//! Rows that cannot be loaded, among rows that can.

use std::time::Duration;

use access_package::{AssignmentState, StoredAssignment};
use access_package_server::development::{self, SAMPLE};
use access_package_server::now;
use access_package_server::store::Store;
use access_package_server::store::Wanted;
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor, query, query_scalar};
use uuid::Uuid;

use crate::results::{rewrite, spoil};
use crate::support::{Place, Server, V1, in_state, insert, poll, postgres, token};

/// Inserts a row exactly as given.
async fn insert_row(store: &Store, key: &str, end: Option<i64>, stored: &str) -> sqlx::Result<()> {
    let sql = "INSERT INTO assignment (id, end_ticks, stored, due) VALUES ($1, $2, $3, 0)";
    query(sql).bind(key).bind(end).bind(stored).execute(&store.pool).await.map(drop)
}

/// Drops the check of the keys, as in a database from before the check.
async fn allow_other_keys(store: &Store) {
    let sql = match postgres() {
        Some(_) => "ALTER TABLE assignment DROP CONSTRAINT its_key_is_its_id",
        None => "DROP TRIGGER assignment_inserted; DROP TRIGGER assignment_updated",
    };
    store.pool.execute(sql).await.unwrap();
}

/// Inserts rows that cannot be loaded. Each is in the catalog of the sample, and is due.
async fn bad_rows(store: &Store) -> Vec<String> {
    let delivering = in_state(AssignmentState::Delivering);
    let [format, word, contradiction, end] = [(); 4].map(|()| async || insert(store, &delivering).await);
    let (format, word, contradiction, end) =
        (format().await, word().await, contradiction().await, end().await);
    rewrite(store, format, |stored| stored["format"] = json!(2)).await;
    rewrite(store, word, |stored| stored["resourceRoles"][0]["fulfillment"] = json!("halfway")).await;
    spoil(store, contradiction).await;
    let sql = "UPDATE assignment SET end_ticks = 0 WHERE id = $1";
    query(sql).bind(end.to_string()).execute(&store.pool).await.unwrap();
    let json = serde_json::to_string(&delivering).unwrap();
    insert_row(store, "no-guid", None, &json.replace(&delivering.id.to_string(), "no-guid")).await.unwrap();
    allow_other_keys(store).await;
    let other = Uuid::new_v4().to_string();
    insert_row(store, &other, None, &json).await.unwrap();
    let ids = [format, word, contradiction, end].map(|id| id.to_string());
    ids.into_iter().chain(["no-guid".to_owned(), other]).collect()
}

#[test]
fn rows_that_cannot_be_loaded_are_set_aside() {
    let place = Place::new();
    let (bad, good) = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        (bad_rows(store).await, insert(store, &in_state(AssignmentState::Delivering)).await)
    });
    let server = Server::start(&place, Duration::ZERO);
    // Workers and callers still look after the rows that are in order.
    assert_eq!(server.final_state(good), AssignmentState::Delivered);
    assert_eq!(server.reprocess(SAMPLE, &token("manager")).status, 202);
    assert_eq!(server.final_state(SAMPLE), AssignmentState::Delivered);
    let set_aside = || place.with_store(async |store| store.set_aside_rows().await.unwrap());
    poll("all are set aside", || (set_aside() == bad.len() as u64).then_some(()));
    for filter in ["", "?$filter=state%20eq%20'delivering'", "?$filter=state%20eq%20'expired'"] {
        let answer = server.ask("GET", &format!("{V1}{filter}"), &token("application"));
        assert_eq!(answer.status, 200, "{filter}");
        for id in &bad {
            assert!(!answer.body.contains(id), "{filter}: {id}");
        }
    }
    // Each bad row is logged once, however often it is met.
    let again = Server::start(&place, Duration::ZERO);
    assert_eq!(again.ask("GET", V1, &token("application")).status, 200);
    for id in &bad {
        // The log line comes right after the row is marked.
        poll("it is named", || place.log().contains(id).then_some(()));
        let log = place.log();
        let lines: Vec<_> =
            log.lines().filter(|line| line.contains(&format!("assignment=\"{id}\""))).collect();
        assert_eq!(lines.len(), 1, "{id}: {lines:?}");
        assert!(lines[0].contains("row cannot be loaded and is set aside"), "{lines:?}");
    }
    // A call for one of them says which one it is.
    let id = bad[0].parse().unwrap();
    assert_eq!(again.reprocess(id, &token("application")).status, 500);
    assert!(
        place.log().contains(&format!("problem=assignment `{id}`: stored format is `2`")),
        "{}",
        place.log()
    );
    place.with_store(async |store| {
        let sql = "UPDATE access_package SET gives = '[{}]'";
        store.pool.execute(sql).await.unwrap();
    });
    assert_eq!(again.reprocess(SAMPLE, &token("application")).status, 500);
    let said = format!("problem=access package of assignment `{SAMPLE}`: `gives`: missing field");
    assert!(place.log().contains(&said), "{}", place.log());
    // No process has written to the bad rows.
    place.with_store(async |store| {
        let sql = "SELECT version FROM assignment WHERE unread_by IS NOT NULL";
        let versions = query_scalar::<_, i64>(sql).fetch_all(&store.pool).await.unwrap();
        assert_eq!(versions, vec![0; bad.len()]);
    });
}

/// A server of another version tries again at once.
#[test]
fn what_another_version_could_not_load_is_tried_again() {
    let place = Place::new();
    let id = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let id = insert(store, &in_state(AssignmentState::Delivering)).await;
        rewrite(store, id, |stored| stored["format"] = json!(2)).await;
        id
    });
    let server = Server::start(&place, Duration::ZERO);
    poll("it is set aside", || {
        place.with_store(async |store| store.set_aside_rows().await.unwrap() == 1).then_some(())
    });
    drop(server);
    place.with_store(async |store| {
        // The row is left alone for minutes.
        let later = "SELECT due - $1 FROM assignment WHERE id = $2";
        let later = query_scalar::<_, i64>(later).bind(now().unix_ticks()).bind(id.to_string());
        assert!(later.fetch_one(&store.pool).await.unwrap() > 60 * 10_000_000);
        let sql = "UPDATE assignment SET stored = $1, unread_by = '0.0.0-before' WHERE id = $2";
        let mended = StoredAssignment { id: id.into(), ..in_state(AssignmentState::Delivering) };
        let mended = query(sql).bind(serde_json::to_string(&mended).unwrap()).bind(id.to_string());
        mended.execute(&store.pool).await.unwrap();
    });
    let server = Server::start(&place, Duration::ZERO);
    assert_eq!(server.final_state(id), AssignmentState::Delivered);
    assert_eq!(place.with_store(async |store| store.set_aside_rows().await.unwrap()), 0);
}

/// A saved assignment cannot end up in the row of another one, nor be forgotten.
#[test]
fn a_row_is_of_one_assignment() {
    let place = Place::new();
    place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let delivering = in_state(AssignmentState::Delivering);
        let json = serde_json::to_string(&delivering).unwrap();
        let other = Uuid::new_v4().to_string();
        for key in [&*other, "", "no-guid"] {
            insert_row(store, key, None, &json).await.unwrap_err();
        }
        for change in [
            "stored = replace(stored, '78f1', '88f1')".to_owned(),
            format!("id = '{other}'"),
            "stored = replace(stored, '\"delivered\"', '\"delivering\"'), due = NULL".to_owned(),
        ] {
            let sql = format!("UPDATE assignment SET {change} WHERE id = '{SAMPLE}'");
            store.pool.execute(AssertSqlSafe(sql)).await.expect_err(&change);
        }
    });
    assert_eq!(place.read(SAMPLE).state, AssignmentState::Delivered);
}

/// A page reads no more rows than its limit, and the next one continues after the rows that are left out.
#[test]
fn a_page_goes_on_behind_what_is_set_aside() {
    let place = Place::new();
    let mut good = place.with_store(async |store| {
        let mut good = Vec::new();
        for _ in 0..12 {
            good.push(insert(store, &in_state(AssignmentState::Delivered)).await);
            let bad = insert(store, &in_state(AssignmentState::Delivered)).await;
            rewrite(store, bad, |stored| stored["format"] = json!(2)).await;
        }
        good
    });
    good.sort_unstable();
    place.with_store(async |store| {
        for limit in [1, 3, 24, 25] {
            let (mut found, mut after, mut pages) = (Vec::new(), String::new(), 0);
            loop {
                let page = store.list(Wanted::default(), &after, limit, now()).await.unwrap();
                assert!(page.assignments.len() <= limit);
                found.extend(page.assignments.iter().map(|it| it.id().as_uuid()));
                pages += 1;
                let Some(next) = page.next else { break };
                after = next;
            }
            assert_eq!((&found, pages), (&good, 24_usize.div_ceil(limit)), "{limit}");
        }
    });
}
