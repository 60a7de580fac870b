//! The database of the directory: one file, one writer. What is committed survives, even if the process is
//! killed.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlStr, SqlitePool, query, query_as, query_scalar};

use super::fault::{Held, Rule};
use crate::{Problem, beside_others};

pub struct Store {
    /// One connection: writers wait for each other here, and not in the database.
    pub writer: SqlitePool,
    pub reader: SqlitePool,
}

impl Store {
    pub async fn open(file: &str) -> Result<Self, Problem> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit survives the end of the process. A loss of power may cost the last commits.
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(20));
        let pool = |connections| {
            let pool = SqlitePoolOptions::new().max_connections(connections);
            pool.acquire_timeout(Duration::from_mins(2)).connect_with(options.clone())
        };
        let writer = pool(1).await?;
        let sql = SqlStr::from_static(include_str!("../../directory-migrations/1_schema.sql"));
        let schema = Migration::new(1, Cow::Borrowed("schema"), MigrationType::Simple, sql, false);
        let migrator = Migrator::with_migrations(vec![schema]);
        beside_others(|| migrator.run(&writer)).await?;
        Ok(Self { writer, reader: pool(4).await? })
    }

    /// Counts a start of the process, and returns the number of starts.
    pub async fn start(&self) -> Result<i64, Problem> {
        let starts = query_scalar("UPDATE setting SET starts = starts + 1 RETURNING starts");
        Ok(starts.fetch_one(&self.writer).await?)
    }

    pub async fn permissions(&self) -> Result<Option<Vec<String>>, Problem> {
        let permissions = query_scalar::<_, Option<String>>("SELECT permissions FROM setting");
        let permissions = permissions.fetch_one(&self.writer).await?;
        Ok(permissions.map(|permissions| serde_json::from_str(&permissions)).transpose()?)
    }

    pub async fn set_permissions(&self, permissions: Option<&[String]>) -> Result<(), Problem> {
        let permissions = permissions.map(serde_json::to_string).transpose()?;
        query("UPDATE setting SET permissions = ?").bind(permissions).execute(&self.writer).await?;
        Ok(())
    }

    pub async fn rules(&self) -> Result<Vec<Held>, Problem> {
        let rows = query_as::<_, (i64, String, u32)>("SELECT id, rule, fired FROM fault ORDER BY id");
        let rows = rows.fetch_all(&self.writer).await?;
        let held = |(id, rule, fired): (i64, String, u32)| {
            Ok(Held { id, rule: serde_json::from_str(&rule)?, fired })
        };
        rows.into_iter().map(held).collect()
    }

    pub async fn add_rule(&self, rule: &Rule) -> Result<i64, Problem> {
        let added = query("INSERT INTO fault (rule) VALUES (?)").bind(serde_json::to_string(rule)?);
        Ok(added.execute(&self.writer).await?.last_insert_rowid())
    }

    /// Removes one rule, or all.
    pub async fn remove_rules(&self, id: Option<i64>) -> Result<(), Problem> {
        query("DELETE FROM fault WHERE ?1 IS NULL OR id = ?1").bind(id).execute(&self.writer).await?;
        Ok(())
    }

    /// Stores how often rules have fired: a rule with a count continues after a restart.
    pub async fn set_fired(&self, fired: &[(i64, u32)]) -> Result<(), Problem> {
        for (id, fired) in fired {
            let sql = "UPDATE fault SET fired = max(fired, ?) WHERE id = ?";
            query(sql).bind(fired).bind(id).execute(&self.writer).await?;
        }
        Ok(())
    }
}
