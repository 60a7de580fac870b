//! The right to carry out the actions of one assignment, for a time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use access_package::AssignmentId;

/// While it holds, no other worker has a lease on this assignment.
///
/// The database decides how long the lease lasts. Here the monotonic clock counts that time, from before the
/// database was asked. So the lease ends here before it ends there, and a process that was stopped finds that
/// it has ended.
pub struct Lease {
    pub id: AssignmentId,
    /// Rises with each lease of the assignment. A save under an older number is refused.
    pub number: i64,
    until: Mutex<Instant>,
}

impl Lease {
    #[must_use]
    pub fn new(id: AssignmentId, number: i64, asked: Instant, time: Duration) -> Self {
        Self { id, number, until: Mutex::new(asked + time) }
    }

    /// Ask right before you send anything.
    #[must_use]
    pub fn holds(&self) -> bool {
        Instant::now() < *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn extend(&self, asked: Instant, time: Duration) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = asked + time;
    }
}
