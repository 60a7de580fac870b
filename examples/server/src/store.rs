//! The database. An assignment is saved only over the version that was loaded: of two writers one loses.

use std::borrow::{Borrow, Cow};

use access_package::{
    AccessPackageId, Assignment, AssignmentId, AssignmentState, CatalogId, ResourceRole, RoleAssignment,
    StoredAssignment, Timestamp,
};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, SqlStr, query, query_as, query_scalar};
use uuid::Uuid;

use crate::Problem;

#[derive(Clone)]
pub struct Store {
    pub pool: sqlx::SqlitePool,
}

/// An assignment, and the version of it that was loaded.
pub struct Loaded {
    pub assignment: Assignment,
    version: i64,
}

impl Borrow<Assignment> for Loaded {
    fn borrow(&self) -> &Assignment {
        &self.assignment
    }
}

/// The three columns that make a resource role.
type Origin = (String, String, String);

/// Which assignments a page of a list is to have.
pub struct Selection<'a> {
    /// The catalogs; nothing for all.
    pub catalogs: Option<&'a [CatalogId]>,
    pub state: Option<AssignmentState>,
    /// The last id of the page before.
    pub after: &'a str,
    pub limit: u32,
}

impl Store {
    /// Opens the database, and brings it up to date.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn open(file: &str) -> Result<Self, Problem> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What is answered with 202 outlives the loss of power, too.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(20));
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        let sql = SqlStr::from_static(include_str!("../migrations/1_schema.sql"));
        let schema = Migration::new(1, Cow::Borrowed("schema"), MigrationType::Simple, sql, false);
        Migrator::with_migrations(vec![schema]).run(&pool).await?;
        Ok(Self { pool })
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Puts a new assignment in.
    ///
    /// # Errors
    /// It is there already, or the database fails.
    pub async fn insert(&self, stored: &StoredAssignment) -> Result<(), Problem> {
        let sql = "INSERT INTO assignment (id, version, catalog, state, end_ticks, stored) VALUES (?, 0, ?, ?, ?, ?)";
        query(sql)
            .bind(stored.id.to_string())
            .bind(stored.catalog.to_string())
            .bind(stored.state.as_str())
            .bind(stored.end.map(Timestamp::ticks))
            .bind(serde_json::to_string(stored)?)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Loads an assignment as it is stored.
    ///
    /// # Errors
    /// What is stored cannot be read, or the database fails.
    pub async fn read(&self, id: AssignmentId) -> Result<Option<Loaded>, Problem> {
        let sql = "SELECT version, stored FROM assignment WHERE id = ?";
        let row = query_as::<_, (i64, String)>(sql).bind(id.to_string()).fetch_optional(&self.pool).await?;
        let load = |(version, stored): (_, String)| Ok(Loaded { assignment: whole(&stored)?, version });
        row.map(load).transpose()
    }

    /// Saves an assignment. False if another save came first: then nothing is changed, and whoever
    /// wanted to has to load and judge again.
    ///
    /// # Errors
    /// The database fails.
    pub async fn save(&self, loaded: &mut Loaded) -> Result<bool, Problem> {
        let stored = StoredAssignment::from(&loaded.assignment);
        let sql = "UPDATE assignment SET version = version + 1, state = ?, end_ticks = ?, stored = ? \
                   WHERE id = ? AND version = ?";
        let saved = query(sql)
            .bind(stored.state.as_str())
            .bind(stored.end.map(Timestamp::ticks))
            .bind(serde_json::to_string(&stored)?)
            .bind(stored.id.to_string())
            .bind(loaded.version)
            .execute(&self.pool)
            .await?
            .rows_affected()
            == 1;
        if saved {
            loaded.version += 1;
        }
        Ok(saved)
    }

    /// The assignments that somebody has to look after: with something to be done, or past their end.
    ///
    /// # Errors
    /// The database fails.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<AssignmentId>, Problem> {
        let sql = "SELECT id FROM assignment WHERE state = 'delivering' \
                   UNION SELECT id FROM assignment WHERE end_ticks <= ? AND state <> 'expired'";
        let ids = query_scalar::<_, String>(sql).bind(now.ticks()).fetch_all(&self.pool).await?;
        Ok(ids.iter().map(|id| id.parse()).collect::<Result<_, _>>()?)
    }

    /// A page of a list, in the order of the ids.
    ///
    /// # Errors
    /// What is stored cannot be read, or the database fails.
    pub async fn list(&self, selection: &Selection<'_>) -> Result<Vec<Assignment>, Problem> {
        let catalogs: Option<Vec<_>> =
            selection.catalogs.map(|catalogs| catalogs.iter().map(ToString::to_string).collect());
        let sql = "SELECT stored FROM assignment WHERE id > ?1 AND (?2 IS NULL OR state = ?2) \
                   AND (?3 IS NULL OR catalog IN (SELECT value FROM json_each(?3))) ORDER BY id LIMIT ?4";
        let rows = query_scalar::<_, String>(sql)
            .bind(selection.after)
            .bind(selection.state.map(AssignmentState::as_str))
            .bind(catalogs.map(|catalogs| serde_json::to_string(&catalogs)).transpose()?)
            .bind(selection.limit)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|stored| whole(stored)).collect()
    }

    /// What an access package gives now; nothing if that is not known.
    ///
    /// # Errors
    /// A resource role is malformed, or the database fails.
    pub async fn gives_now(&self, package: AccessPackageId) -> Result<Option<Vec<ResourceRole>>, Problem> {
        let package = package.to_string();
        let known = query("SELECT 1 FROM access_package WHERE id = ?").bind(&package);
        if known.fetch_optional(&self.pool).await?.is_none() {
            return Ok(None);
        }
        let sql = "SELECT origin_system, resource_origin_id, role_origin_id \
                   FROM package_resource_role WHERE access_package = ?";
        let rows = query_as::<_, Origin>(sql).bind(&package).fetch_all(&self.pool).await?;
        let read = |(system, resource, role): &Origin| ResourceRole::from_origin(system, resource, role);
        Ok(Some(rows.iter().map(read).collect::<Result<_, _>>()?))
    }

    /// Says what an access package gives from now on.
    ///
    /// # Errors
    /// The database fails.
    pub async fn set_gives<'r>(
        &self,
        package: AccessPackageId,
        gives: impl IntoIterator<Item = &'r ResourceRole>,
    ) -> Result<(), Problem> {
        let package = package.to_string();
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        query("INSERT OR IGNORE INTO access_package VALUES (?)")
            .bind(&package)
            .execute(&mut *transaction)
            .await?;
        let forget = query("DELETE FROM package_resource_role WHERE access_package = ?");
        forget.bind(&package).execute(&mut *transaction).await?;
        for role in gives {
            query("INSERT INTO package_resource_role VALUES (?, ?, ?, ?)")
                .bind(&package)
                .bind(role.origin_system())
                .bind(role.resource_origin_id())
                .bind(role.role_origin_id())
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The roles that somebody holds. One that the crate does not know does not count.
    ///
    /// # Errors
    /// The database fails.
    pub async fn roles(&self, principal: Uuid) -> Result<Vec<RoleAssignment>, Problem> {
        let sql = "SELECT role, app_scope_id FROM role_assignment WHERE principal = ?";
        let rows = query_as::<_, (String, String)>(sql);
        let rows = rows.bind(principal.to_string()).fetch_all(&self.pool).await?;
        let known = |(role, scope): &(String, String)| {
            Some(RoleAssignment { role: role.parse().ok()?, scope: scope.parse().ok()? })
        };
        Ok(rows.iter().filter_map(known).collect())
    }

    /// Gives somebody a role.
    ///
    /// # Errors
    /// The database fails.
    pub async fn add_role(&self, principal: Uuid, held: RoleAssignment) -> Result<(), Problem> {
        query("INSERT OR IGNORE INTO role_assignment VALUES (?, ?, ?)")
            .bind(principal.to_string())
            .bind(held.role.id().to_string())
            .bind(held.scope.to_string())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// The database fails.
    pub async fn count(&self, table: &'static str) -> Result<i64, Problem> {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        Ok(query_scalar(sql).fetch_one(&self.pool).await?)
    }
}

fn whole(stored: &str) -> Result<Assignment, Problem> {
    Ok(serde_json::from_str::<StoredAssignment>(stored)?.try_into()?)
}
