//! Assignments, one or a page of them.

use std::fmt::Display;

use access_package::{
    AccessPackageId, Assignment, AssignmentId, AssignmentState, Catalog, CatalogId, Event, ObjectId,
    ResourceRole, StoredAssignment, Timestamp,
};
use sqlx::{Any, AssertSqlSafe, Executor, query, query_as, query_scalar};
use tracing::info;

use super::Store;
use crate::lease::Lease;
use crate::{Problem, metrics};

/// Which assignments are wanted: those that match every given field.
#[derive(Clone, Copy, Default)]
pub struct Wanted {
    pub state: Option<AssignmentState>,
    pub access_package: Option<AccessPackageId>,
    pub target: Option<ObjectId>,
}

/// A page of a list.
#[derive(Default)]
pub struct Listed {
    /// The assignments that can be loaded. A row that cannot be loaded is set aside.
    pub assignments: Vec<Assignment>,
    /// The id after which the next page begins, if there is one.
    pub next: Option<String>,
}

/// The stored row of an assignment. It may turn out that it cannot be loaded.
pub struct Row {
    id: AssignmentId,
    pub catalog: Option<Catalog>,
    /// The version that a save has to replace.
    pub version: i64,
    end: Option<i64>,
    stored: String,
    gives: Option<String>,
}

impl Row {
    pub fn assignment(&self) -> Result<Assignment, Problem> {
        let assignment = whole(&self.id.to_string(), self.end, &self.stored);
        assignment.map_err(|problem| format!("assignment `{}`: {problem}", self.id).into())
    }

    /// What its access package gives now.
    pub fn gives_now(&self) -> Result<Vec<ResourceRole>, Problem> {
        let of_package =
            |problem: &dyn Display| format!("access package of assignment `{}`: {problem}", self.id);
        let gives = self.gives.as_ref().ok_or_else(|| of_package(&"there is no such row"))?;
        Ok(serde_json::from_str(gives).map_err(|error| of_package(&format!("`gives`: {error}")))?)
    }
}

/// A catalog with an invalid level counts as unknown: it might ask for even more than a privileged one (R43).
fn known(id: &str, level: Option<&str>) -> Option<Catalog> {
    let privilege_level = level.map(str::parse).transpose().ok()?;
    Some(Catalog { id: id.parse().ok()?, privilege_level })
}

impl Store {
    /// Inserts a new assignment. Returns false if its id is taken.
    pub async fn insert(&self, stored: &StoredAssignment) -> Result<bool, Problem> {
        let sql = format!(
            "INSERT INTO assignment (id, end_ticks, stored, due) VALUES ($1, $2, $3, \
             CASE $4 WHEN 'delivering' THEN {} WHEN 'expired' THEN NULL ELSE $2 END) ON CONFLICT DO NOTHING",
            self.kind.now()
        );
        let inserted = query(AssertSqlSafe(sql))
            .bind(stored.id.to_string())
            .bind(stored.end.map(Timestamp::unix_ticks))
            .bind(serde_json::to_string(stored)?)
            .bind(stored.state.as_str())
            .execute(&self.pool)
            .await?;
        Ok(inserted.rows_affected() == 1)
    }

    /// Everything that is stored for a call, read at once: the assignment, its catalog, and what its package
    /// gives now.
    pub async fn row(
        &self,
        on: impl Executor<'_, Database = Any>,
        id: AssignmentId,
    ) -> Result<Option<Row>, Problem> {
        let sql = "SELECT catalog, privilege_level, version, end_ticks, stored, gives \
                   FROM assignment LEFT JOIN access_package ON access_package.id = assignment.access_package WHERE assignment.id = $1";
        let row = query_as::<_, (String, Option<String>, i64, Option<i64>, String, Option<String>)>(sql);
        let row = row.bind(id.to_string()).fetch_optional(on).await?;
        Ok(row.map(|(catalog, level, version, end, stored, gives)| Row {
            id,
            catalog: known(&catalog, level.as_deref()),
            version,
            end,
            stored,
            gives,
        }))
    }

    /// Loads an assignment as it is stored, and its version. Under a lease, only while that lease is the
    /// newest.
    pub async fn read(
        &self,
        id: AssignmentId,
        lease: Option<&Lease>,
    ) -> Result<Option<(Assignment, i64)>, Problem> {
        let sql =
            "SELECT version, end_ticks, stored FROM assignment WHERE id = $1 AND lease = COALESCE($2, lease)";
        let row = query_as::<_, (i64, Option<i64>, String)>(sql)
            .bind(id.to_string())
            .bind(lease.map(|lease| lease.number))
            .fetch_optional(&self.pool)
            .await?;
        row.map(|(version, end, stored)| Ok((whole(&id.to_string(), end, &stored)?, version))).transpose()
    }

    /// Saves an assignment over the version that was loaded, and then logs the event in one line of JSON.
    /// Returns false if another save or a newer lease came first: the row is unchanged then, and you have to
    /// load and judge again.
    pub async fn save(
        &self,
        on: impl Executor<'_, Database = Any>,
        stored: &StoredAssignment,
        over: i64,
        lease: Option<&Lease>,
        event: &Event,
    ) -> Result<bool, Problem> {
        let (json, line) = (serde_json::to_string(stored)?, serde_json::to_string(event)?);
        // The worker that has the lease keeps it as long as there is something to do. Any other save ends the
        // lease.
        let sql = format!(
            "UPDATE assignment SET version = version + 1, stored = $1, unread_by = NULL, \
             tries = CASE WHEN $5 IS NULL THEN 0 ELSE tries END, \
             lease = CASE WHEN $5 IS NULL THEN lease + 1 ELSE lease END, \
             held = CASE WHEN $5 IS NULL OR $2 <> 'delivering' THEN 0 ELSE held END, \
             due = CASE $2 WHEN 'delivering' THEN CASE WHEN $5 IS NULL THEN {} ELSE due END \
                           WHEN 'expired' THEN NULL ELSE end_ticks END \
             WHERE id = $3 AND version = $4 AND lease = COALESCE($5, lease)",
            self.kind.now()
        );
        let saved = query(AssertSqlSafe(sql))
            .bind(json)
            .bind(stored.state.as_str())
            .bind(stored.id.to_string())
            .bind(over)
            .bind(lease.map(|lease| lease.number));
        self.kind.still_there()?;
        let is_saved = saved.execute(on).await?.rows_affected() == 1;
        self.kind.still_there()?;
        if is_saved {
            info!(event = %line);
            metrics::happened(event);
        }
        Ok(is_saved)
    }

    /// The catalog of an access package, if any assignment has the package.
    pub async fn catalog_of(&self, package: AccessPackageId) -> Result<Option<CatalogId>, Problem> {
        let catalog =
            query_scalar::<_, String>("SELECT catalog FROM assignment WHERE access_package = $1 LIMIT 1");
        let catalog = catalog.bind(package.to_string()).fetch_optional(&self.pool).await?;
        Ok(catalog.and_then(|catalog| catalog.parse().ok()))
    }

    /// Assignments in the order of their ids, after this id: at most so many, and only those that are wanted.
    /// A page may be short, and even empty: the limit is on the rows that are read.
    pub async fn list(
        &self,
        wanted: Wanted,
        after: &str,
        limit: usize,
        now: Timestamp,
    ) -> Result<Listed, Problem> {
        // Use the index of the rarest column: a target has few assignments. The empty string keeps the
        // database from using the index of the other columns.
        let [package_is, state_is] = match wanted {
            Wanted { target: Some(_), .. } => ["access_package || ''", "state || ''"],
            Wanted { .. } => ["access_package", "state"],
        };
        let target = wanted.target.map(|target| format!("target = '{target}' AND "));
        let package = wanted.access_package.map(|package| format!("{package_is} = '{package}' AND "));
        let rare = target.unwrap_or_default() + &package.unwrap_or_default();
        let ranges = match wanted.state {
            None => vec![rare],
            // An assignment past its end is expired (R21), whether or not the worker has saved that.
            Some(AssignmentState::Expired) => vec![
                format!("{rare}{state_is} = 'expired' AND "),
                format!("{rare}state <> 'expired' AND end_ticks <= {} AND ", now.unix_ticks()),
            ],
            Some(state) => vec![format!("{rare}{state_is} = '{state}' AND ")],
        };
        // Text in PostgreSQL has no NUL.
        let after = after.replace('\0', "");
        // Each query is one range of an index. For several ranges in one query, a database would read every
        // row.
        let mut rows = Vec::new();
        for range in ranges {
            let sql = format!(
                "SELECT id, end_ticks, stored FROM assignment WHERE {range}id > $1 ORDER BY id LIMIT $2"
            );
            // One row more than a page tells whether there is another page.
            let part = query_as::<_, (String, Option<i64>, String)>(AssertSqlSafe(sql)).persistent(false);
            let part = part.bind(&after).bind(i64::try_from(limit)? + 1);
            rows.extend(part.fetch_all(&self.pool).await?);
        }
        rows.sort_unstable();
        rows.dedup();
        let is_last = rows.len() <= limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| !is_last).map(|(id, ..)| id.clone());
        let mut assignments = Vec::new();
        for (id, end, stored) in rows {
            match whole(&id, end, &stored) {
                Ok(mut assignment) => {
                    let _ = assignment.expire(now);
                    if wanted.state.is_none_or(|state| assignment.state() == state) {
                        assignments.push(assignment);
                    }
                }
                Err(problem) => self.set_aside(&id, &problem).await,
            }
        }
        Ok(Listed { assignments, next })
    }
}

/// Loads what a row holds. The key and the end by which the row is found have to match what is stored.
pub(super) fn whole(key: &str, end: Option<i64>, stored: &str) -> Result<Assignment, Problem> {
    let stored = serde_json::from_str::<StoredAssignment>(stored)?;
    if stored.id.to_string() != key {
        return Err(format!("key is not the id of what is stored, `{}`", stored.id).into());
    }
    if stored.end.map(Timestamp::unix_ticks) != end {
        return Err("end of the row is not the end of what is stored".into());
    }
    Ok(stored.try_into()?)
}
