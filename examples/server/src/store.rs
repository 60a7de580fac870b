//! The database. An assignment is saved only over the version that was loaded: of two writers one loses.

use std::borrow::Cow;
use std::time::Duration;

use access_package::{
    AccessPackageId, Assignment, AssignmentId, AssignmentRequest, AssignmentRequestId, AssignmentState,
    Catalog, CatalogId, Event, ObjectId, Purpose, Recency, ResourceRole, RoleAssignment, StoredAssignment,
    Timestamp,
};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlStr, SqlitePool, query, query_as, query_scalar};
use tracing::info;

use crate::Problem;

#[derive(Clone)]
pub struct Store {
    pub pool: SqlitePool,
}

impl Store {
    /// Opens the database, and brings it up to date.
    pub async fn open(file: &str) -> Result<Self, Problem> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What is answered with 202 outlives the loss of power, too.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(20));
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        let migration = |number, name, sql| {
            let sql = SqlStr::from_static(sql);
            Migration::new(number, Cow::Borrowed(name), MigrationType::Simple, sql, false)
        };
        let migrations = vec![
            migration(1, "schema", include_str!("../migrations/1_schema.sql")),
            migration(2, "assignment request", include_str!("../migrations/2_assignment_request.sql")),
            migration(3, "catalog", include_str!("../migrations/3_catalog.sql")),
        ];
        Migrator::with_migrations(migrations).run(&pool).await?;
        Ok(Self { pool })
    }

    /// Puts a new assignment in.
    pub async fn insert(&self, stored: &StoredAssignment) -> Result<(), Problem> {
        query("INSERT INTO assignment (id, end_ticks, stored) VALUES (?, ?, ?)")
            .bind(stored.id.to_string())
            .bind(stored.end.map(Timestamp::unix_ticks))
            .bind(serde_json::to_string(stored)?)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The catalog that an assignment is in, even if the assignment cannot be loaded. One of a level that is none is not
    /// known at all: it might ask for even more than a privileged one (R43).
    pub async fn catalog(&self, id: AssignmentId) -> Result<Option<Catalog>, Problem> {
        let sql = "SELECT catalog, privilege_level FROM assignment WHERE id = ?";
        let row = query_as::<_, (String, Option<String>)>(sql);
        let row = row.bind(id.to_string()).fetch_optional(&self.pool).await?;
        let known = |(id, level): (String, Option<String>)| {
            let privilege_level = level.map(|level| level.parse()).transpose().ok()?;
            Some(Catalog { id: id.parse().ok()?, privilege_level })
        };
        Ok(row.and_then(known))
    }

    /// Loads an assignment as it is stored, and its version.
    pub async fn read(&self, id: AssignmentId) -> Result<Option<(Assignment, i64)>, Problem> {
        let row = query_as::<_, (i64, String)>("SELECT version, stored FROM assignment WHERE id = ?");
        let row = row.bind(id.to_string()).fetch_optional(&self.pool).await?;
        row.map(|(version, stored)| Ok((whole(&stored)?, version))).transpose()
    }

    /// Puts a new request in.
    pub async fn insert_request(
        &self,
        id: AssignmentRequestId,
        assignment: AssignmentId,
        request_type: &str,
        completed: Timestamp,
    ) -> Result<(), Problem> {
        query("INSERT INTO assignment_request VALUES (?, ?, ?, ?)")
            .bind(id.to_string())
            .bind(assignment.to_string())
            .bind(request_type)
            .bind(completed.unix_ticks())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The assignment that a request asked for.
    pub async fn requested(&self, id: AssignmentRequestId) -> Result<Option<AssignmentId>, Problem> {
        let assignment = query_scalar::<_, String>("SELECT assignment FROM assignment_request WHERE id = ?");
        let assignment = assignment.bind(id.to_string()).fetch_optional(&self.pool).await?;
        Ok(assignment.map(|assignment| assignment.parse()).transpose()?)
    }

    /// Loads a request for this assignment. One that is newer supersedes it if it asks for access.
    pub async fn request(
        &self,
        id: AssignmentRequestId,
        assignment: &Assignment,
    ) -> Result<AssignmentRequest, Problem> {
        let sql = "SELECT this.request_type, this.completed, newer.request_type FROM assignment_request AS this \
                   LEFT JOIN assignment_request AS newer \
                   ON newer.assignment = this.assignment AND newer.completed > this.completed \
                   WHERE this.id = ? AND this.assignment = ?";
        let rows = query_as::<_, (String, i64, Option<String>)>(sql);
        let rows = rows.bind(id.to_string()).bind(assignment.id().to_string()).fetch_all(&self.pool).await?;
        let (request_type, completed, _) = rows.first().ok_or_else(|| format!("request `{id}` is gone"))?;
        let supersedes = |newer: &String| Purpose::of_request_type(newer) == Purpose::Grant;
        let is_superseded = rows.iter().filter_map(|(_, _, newer)| newer.as_ref()).any(supersedes);
        Ok(AssignmentRequest {
            id,
            assignment: assignment.id(),
            purpose: Purpose::of_request_type(request_type),
            state: assignment.state(),
            completed: Timestamp::from_unix_ticks(*completed).ok_or("completed at no instant")?,
            recency: if is_superseded { Recency::Superseded } else { Recency::Newest },
        })
    }

    /// Saves an assignment over the version that was loaded, and then says what has happened in one line of JSON. False
    /// if another save came first: then nothing is changed, and whoever wanted to has to load and judge again.
    pub async fn save(&self, stored: &StoredAssignment, over: i64, event: &Event) -> Result<bool, Problem> {
        let (json, event) = (serde_json::to_string(stored)?, serde_json::to_string(event)?);
        let sql = "UPDATE assignment SET version = version + 1, stored = ? WHERE id = ? AND version = ?";
        let saved = query(sql).bind(json).bind(stored.id.to_string()).bind(over).execute(&self.pool);
        let is_saved = saved.await?.rows_affected() == 1;
        if is_saved {
            info!(%event);
        }
        Ok(is_saved)
    }

    /// The assignments that somebody has to look after: with something to be done, or past their end.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<AssignmentId>, Problem> {
        let sql = "SELECT id FROM assignment WHERE state = 'delivering' \
                   UNION SELECT id FROM assignment WHERE end_ticks <= ? AND state <> 'expired'";
        let ids = query_scalar::<_, String>(sql).bind(now.unix_ticks()).fetch_all(&self.pool).await?;
        Ok(ids.iter().map(|id| id.parse()).collect::<Result<_, _>>()?)
    }

    /// Assignments by their ids, from the one after this on, at most so many: in these catalogs if any are
    /// named, and in this state if one is.
    pub async fn list(
        &self,
        catalogs: Option<&[CatalogId]>,
        state: Option<AssignmentState>,
        after: &str,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Assignment>, Problem> {
        let catalogs: Option<Vec<_>> =
            catalogs.map(|catalogs| catalogs.iter().map(ToString::to_string).collect());
        // What has ended is expired (R21), whether or not the worker has come by.
        let sql = "SELECT stored FROM assignment \
                   WHERE (?1 IS NULL OR catalog IN (SELECT value FROM json_each(?1))) \
                   AND (?2 IS NULL OR ?2 = CASE WHEN end_ticks <= ?3 THEN 'expired' ELSE state END) \
                   AND id > ?4 ORDER BY id LIMIT ?5";
        let rows = query_scalar::<_, String>(sql)
            .bind(catalogs.map(|catalogs| serde_json::to_string(&catalogs)).transpose()?)
            .bind(state.map(AssignmentState::as_str))
            .bind(now.unix_ticks())
            .bind(after)
            .bind(i64::try_from(limit)?)
            .fetch_all(&self.pool)
            .await?;
        let shown = |stored: &String| {
            let mut assignment = whole(stored)?;
            let _ = assignment.expire(now);
            Ok(assignment)
        };
        rows.iter().map(shown).collect()
    }

    /// What an access package gives now.
    pub async fn gives_now(&self, package: AccessPackageId) -> Result<Vec<ResourceRole>, Problem> {
        let gives = query_scalar::<_, String>("SELECT gives FROM access_package WHERE id = ?");
        let gives = gives.bind(package.to_string()).fetch_optional(&self.pool).await?;
        let gives = gives.ok_or_else(|| format!("access package `{package}` is not known"))?;
        Ok(serde_json::from_str(&gives)?)
    }

    /// Says what an access package gives from now on.
    pub async fn set_gives(&self, package: AccessPackageId, gives: &[ResourceRole]) -> Result<(), Problem> {
        query("INSERT OR REPLACE INTO access_package VALUES (?, ?)")
            .bind(package.to_string())
            .bind(serde_json::to_string(gives)?)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The roles that somebody holds. One that the crate does not know does not count.
    pub async fn roles(&self, principal: ObjectId) -> Result<Vec<RoleAssignment>, Problem> {
        let sql = "SELECT role, app_scope_id FROM role_assignment WHERE principal = ?";
        let rows = query_as::<_, (String, String)>(sql);
        let rows = rows.bind(principal.to_string()).fetch_all(&self.pool).await?;
        let known = |(role, scope): &(String, String)| {
            Some(RoleAssignment { role: role.parse().ok()?, scope: scope.parse().ok()? })
        };
        Ok(rows.iter().filter_map(known).collect())
    }

    /// Gives somebody a role.
    pub async fn add_role(&self, principal: ObjectId, held: RoleAssignment) -> Result<(), Problem> {
        query("INSERT OR IGNORE INTO role_assignment VALUES (?, ?, ?)")
            .bind(principal.to_string())
            .bind(held.role.id().to_string())
            .bind(held.scope.to_string())
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

fn whole(stored: &str) -> Result<Assignment, Problem> {
    Ok(serde_json::from_str::<StoredAssignment>(stored)?.try_into()?)
}
