//! Where access is granted. In earnest this is Graph, or a queue; here it is a table.

use std::time::Duration;

use access_package::{Action, ObjectId, Outcome, ResourceRole};
use sqlx::{query, query_as};

use crate::store::Store;
use crate::{Problem, now};

/// Carries out one action.
pub trait Directory: Clone + Send + Sync + 'static {
    /// What became of it; nothing if it was too late, for then there is nothing to report. An error is
    /// not an outcome: the action is carried out again later.
    fn grant(&self, action: &Action) -> impl Future<Output = Result<Option<Outcome>, Problem>> + Send;
}

/// The table `grants`.
#[derive(Clone)]
pub struct Table {
    pub store: Store,
    pub latency: Duration,
}

impl Directory for Table {
    async fn grant(&self, action: &Action) -> Result<Option<Outcome>, Problem> {
        tokio::time::sleep(self.latency).await;
        let role = &action.resource_role;
        // The lock is taken before the clock is asked: nothing is granted from the end on.
        let mut transaction = self.store.pool.begin_with("BEGIN IMMEDIATE").await?;
        if action.has_ended(now()) {
            return Ok(None);
        }
        let deleted = query("SELECT 1 FROM deleted_resource WHERE resource_origin_id = ?");
        let deleted = deleted.bind(role.resource_origin_id()).fetch_optional(&mut *transaction).await?;
        if deleted.is_some() {
            return Ok(Some(Outcome::Failed));
        }
        // Already there is as good as granted.
        query("INSERT OR IGNORE INTO grants VALUES (?, ?, ?, ?)")
            .bind(action.target.to_string())
            .bind(role.origin_system())
            .bind(role.resource_origin_id())
            .bind(role.role_origin_id())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Some(Outcome::Fulfilled))
    }
}

impl Table {
    /// What somebody has.
    ///
    /// # Errors
    /// A row is malformed, or the database fails.
    pub async fn granted(&self, target: ObjectId) -> Result<Vec<ResourceRole>, Problem> {
        let sql = "SELECT origin_system, resource_origin_id, role_origin_id FROM grants WHERE target = ?";
        let rows = query_as::<_, (String, String, String)>(sql);
        let rows = rows.bind(target.to_string()).fetch_all(&self.store.pool).await?;
        let read =
            rows.iter().map(|(system, resource, role)| ResourceRole::from_origin(system, resource, role));
        Ok(read.collect::<Result<_, _>>()?)
    }

    /// Takes everything away from somebody, behind the back of every assignment.
    ///
    /// # Errors
    /// The database fails.
    pub async fn remove(&self, target: ObjectId) -> Result<u64, Problem> {
        let removed = query("DELETE FROM grants WHERE target = ?").bind(target.to_string());
        Ok(removed.execute(&self.store.pool).await?.rows_affected())
    }

    /// Deletes a resource: from now on nothing can be granted on it.
    ///
    /// # Errors
    /// The database fails.
    pub async fn delete_resource(&self, resource_origin_id: &str) -> Result<(), Problem> {
        let sql = "INSERT OR IGNORE INTO deleted_resource VALUES (?)";
        query(sql).bind(resource_origin_id).execute(&self.store.pool).await?;
        Ok(())
    }
}
