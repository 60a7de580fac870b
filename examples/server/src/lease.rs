//! The right to carry out what is to be done for one assignment, for a time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use access_package::AssignmentId;

/// While it holds, nobody else has one for this assignment.
///
/// The database says how long that is; here it is counted by the monotonic clock, from before the database was asked. So
/// it ends here before it ends there, and a process that was stopped finds it ended.
pub struct Lease {
    pub id: AssignmentId,
    /// Rises with each lease of the assignment. What is saved under one that is not the newest is refused.
    pub number: i64,
    until: Mutex<Instant>,
}

impl Lease {
    #[must_use]
    pub fn new(id: AssignmentId, number: i64, asked: Instant, time: Duration) -> Self {
        Self { id, number, until: Mutex::new(asked + time) }
    }

    /// To be asked right before anything is sent.
    #[must_use]
    pub fn holds(&self) -> bool {
        Instant::now() < *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn extend(&self, asked: Instant, time: Duration) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = asked + time;
    }
}
