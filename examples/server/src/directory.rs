//! Where access is granted. In earnest this is Graph, or a queue; here it is a table.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

use access_package::{Action, FailureReason, ObjectId, Outcome, Receipt};
use sqlx::query;
use tokio::time::sleep;
use tracing::warn;

use crate::store::Store;
use crate::{Problem, now};

/// What is written to the log once it is over, also if it is broken off.
struct UnderWay<'a> {
    directory: &'a Directory,
    action: &'a Action,
    what: &'static str,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.directory.log(self.what, self.action);
    }
}

#[derive(Clone)]
pub struct Directory {
    pub store: Store,
    /// How long a grant takes.
    pub latency: Duration,
    /// A resource on which it takes as long as this.
    pub slow: Option<(String, Duration)>,
    /// A file to which each grant adds a line when it begins and one when it ends.
    pub log: Option<String>,
}

impl Directory {
    #[must_use]
    pub const fn new(store: Store) -> Self {
        Self { store, latency: Duration::ZERO, slow: None, log: None }
    }

    /// Carries out one action, and says what became of it; nothing if it was too late, or if the worker is no longer to go
    /// on: then there is nothing to report. An error is not an outcome: the action is carried out again later.
    ///
    /// It finds by itself what is there already, so it makes no difference whether the action is new.
    pub async fn carry_out(
        &self,
        action: Action,
        _is_new: bool,
        may_go_on: impl Fn() -> bool,
    ) -> Result<Option<Receipt>, Problem> {
        self.log("begin", &action);
        let mut under_way = UnderWay { directory: self, action: &action, what: "nothing" };
        let receipt = self.grant(&action, may_go_on).await;
        if matches!(receipt, Ok(Some(_))) {
            under_way.what = "end";
        }
        receipt
    }

    async fn grant(&self, action: &Action, may_go_on: impl Fn() -> bool) -> Result<Option<Receipt>, Problem> {
        let resource = action.resource_role.resource_origin_id();
        let slow = self.slow.as_ref().filter(|(slow, _)| *slow == resource);
        sleep(slow.map_or(self.latency, |(_, time)| *time)).await;
        let mut transaction = self.store.pool.begin_with(self.store.kind.begin()).await?;
        let deleted = query("SELECT 1 FROM deleted_resource WHERE resource_origin_id = $1");
        if deleted.bind(resource).fetch_optional(&mut *transaction).await?.is_some() {
            let reason = FailureReason::new("resourceNotFound", "the resource is deleted");
            return Ok(Some(action.clone().failed(reason)));
        }
        // Already there is as good as granted.
        query("INSERT INTO grants VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(action.target.to_string())
            .bind(serde_json::to_string(&action.resource_role)?)
            .execute(&mut *transaction)
            .await?;
        // As late as possible: nothing is granted from the end on, or once somebody else may have the lease.
        if action.has_ended(now()) || !may_go_on() {
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(Some(action.clone().receipt(Outcome::Fulfilled)))
    }

    fn log(&self, what: &str, action: &Action) {
        let Some(file) = &self.log else { return };
        let (at, process, resource) =
            (now().unix_ticks(), std::process::id(), action.resource_role.resource_origin_id());
        let line = format!("{at} {process} {what} {} {} {resource}\n", action.assignment, action.attempt);
        let file = OpenOptions::new().append(true).create(true).open(file);
        if let Err(error) = file.and_then(|mut file| file.write_all(line.as_bytes())) {
            warn!(%error, "the directory does not say what it does");
        }
    }

    /// Takes everything away from somebody, behind the back of every assignment, and says how much it was.
    pub async fn remove(&self, target: ObjectId) -> Result<u64, Problem> {
        let removed = query("DELETE FROM grants WHERE target = $1").bind(target.to_string());
        Ok(removed.execute(&self.store.pool).await?.rows_affected())
    }

    /// Deletes a resource: from now on nothing can be granted on it.
    pub async fn delete_resource(&self, resource_origin_id: &str) -> Result<(), Problem> {
        let deleted = query("INSERT INTO deleted_resource VALUES ($1) ON CONFLICT DO NOTHING");
        deleted.bind(resource_origin_id).execute(&self.store.pool).await?;
        Ok(())
    }

    /// Brings a resource back.
    pub async fn restore_resource(&self, resource_origin_id: &str) -> Result<(), Problem> {
        let restored = query("DELETE FROM deleted_resource WHERE resource_origin_id = $1");
        restored.bind(resource_origin_id).execute(&self.store.pool).await?;
        Ok(())
    }
}
