//! The crate `access-package` embedded in a real HTTP server on a real database.
//!
//! Read [`contract`] first: it is the contract between the crate and its host, step by step.

pub mod config;
pub mod connections;
pub mod contract;
pub mod development;
pub mod executor;
pub mod fault;
pub mod graph_directory;
pub mod lease;
pub mod metrics;
pub mod service;
pub mod stand_in;
pub mod store;
pub mod token;
pub mod worker;

use std::time::{Duration, SystemTime};

use access_package::Timestamp;
use tokio::time::sleep;

/// An error in the server itself: the database fails, or holds something that cannot be used. The caller
/// learns that it happened; the log says what.
pub type Problem = Box<dyn std::error::Error + Send + Sync>;

/// The true time. The crate has no clock; this is the only place that asks for it.
#[must_use]
pub fn now() -> Timestamp {
    SystemTime::now().into()
}

/// Makes a schema. SQLite does not keep processes that start together apart: one of them succeeds first, and
/// the others find its schema on a later try.
async fn beside_others<E>(migrate: impl AsyncFn() -> Result<(), E>) -> Result<(), E> {
    for _ in 0..5 {
        if migrate().await.is_ok() {
            return Ok(());
        }
        sleep(Duration::from_millis(200)).await;
    }
    migrate().await
}
