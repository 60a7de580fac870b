//! Where access is granted. In earnest this is Graph, or a queue; here it is a table.

use std::time::Duration;

use access_package::{Action, FailureReason, ObjectId, Outcome, Receipt};
use sqlx::query;

use crate::store::Store;
use crate::{Problem, now};

#[derive(Clone)]
pub struct Directory {
    pub store: Store,
    pub latency: Duration,
}

impl Directory {
    /// Carries out one action, and says what became of it; nothing if it was too late, for then there is
    /// nothing to report. An error is not an outcome: the action is carried out again later.
    pub async fn grant(&self, action: Action) -> Result<Option<Receipt>, Problem> {
        tokio::time::sleep(self.latency).await;
        // The lock is taken before the clock is asked: nothing is granted from the end on.
        let mut transaction = self.store.pool.begin_with("BEGIN IMMEDIATE").await?;
        if action.has_ended(now()) {
            return Ok(None);
        }
        let deleted = query("SELECT 1 FROM deleted_resource WHERE resource_origin_id = ?");
        let deleted = deleted.bind(action.resource_role.resource_origin_id());
        if deleted.fetch_optional(&mut *transaction).await?.is_some() {
            let reason = FailureReason::new("resourceNotFound", "the resource is deleted");
            return Ok(Some(action.failed(reason)));
        }
        // Already there is as good as granted.
        query("INSERT OR IGNORE INTO grants VALUES (?, ?)")
            .bind(action.target.to_string())
            .bind(serde_json::to_string(&action.resource_role)?)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Some(action.receipt(Outcome::Fulfilled)))
    }

    /// Takes everything away from somebody, behind the back of every assignment, and says how much it was.
    pub async fn remove(&self, target: ObjectId) -> Result<u64, Problem> {
        let removed = query("DELETE FROM grants WHERE target = ?").bind(target.to_string());
        Ok(removed.execute(&self.store.pool).await?.rows_affected())
    }

    /// Deletes a resource: from now on nothing can be granted on it.
    pub async fn delete_resource(&self, resource_origin_id: &str) -> Result<(), Problem> {
        let deleted = query("INSERT OR IGNORE INTO deleted_resource VALUES (?)").bind(resource_origin_id);
        deleted.execute(&self.store.pool).await?;
        Ok(())
    }

    /// Brings a resource back.
    pub async fn restore_resource(&self, resource_origin_id: &str) -> Result<(), Problem> {
        let restored = query("DELETE FROM deleted_resource WHERE resource_origin_id = ?");
        restored.bind(resource_origin_id).execute(&self.store.pool).await?;
        Ok(())
    }
}
