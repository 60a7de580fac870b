//! 5: carries out what is to be done. What that is, is in the database and nowhere else: there is no
//! queue that a crash could empty.

use std::sync::Arc;
use std::time::Duration;

use access_package::AssignmentId;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tracing::error;

use crate::directory::Directory;
use crate::store::Store;
use crate::{Problem, contract, now};

/// How many assignments are looked after at a time.
const AT_A_TIME: usize = 8;
/// How often the database is looked through even if nobody wakes the worker.
const EVERY: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Worker {
    pub store: Store,
    pub directory: Directory,
    /// Says that there is something new.
    pub wake: Arc<Notify>,
}

impl Worker {
    /// Works until it is told to stop. The first look comes at once: it finds what a crash left behind.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(error) = self.pass(&stop).await {
                error!(%error, "the assignments to look after cannot be listed");
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.changed() => {}
            }
        }
    }

    async fn pass(&self, stop: &watch::Receiver<bool>) -> Result<(), Problem> {
        let mut tasks = JoinSet::new();
        for id in self.store.due(now()).await? {
            if tasks.len() >= AT_A_TIME {
                tasks.join_next().await;
            }
            if *stop.borrow() {
                break;
            }
            let worker = self.clone();
            tasks.spawn(async move {
                // It is still to be done, and the next look finds it again.
                if let Err(error) = worker.look_after(id).await {
                    error!(assignment = %id, %error, "not carried out");
                }
            });
        }
        while tasks.join_next().await.is_some() {}
        Ok(())
    }

    async fn look_after(&self, id: AssignmentId) -> Result<(), Problem> {
        let Some(assignment) = contract::load(&self.store, id).await? else { return Ok(()) };
        for action in assignment.actions() {
            if let Some(receipt) = self.directory.grant(action).await? {
                contract::record(&self.store, &receipt).await?;
            }
        }
        Ok(())
    }
}
