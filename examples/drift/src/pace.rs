//! The pace that the service asks for. Who is told to wait tells all: one answer is enough.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::sleep_until;

#[derive(Default)]
pub struct Pace(Mutex<Option<Instant>>);

impl Pace {
    /// Until nobody has been told to wait longer.
    pub async fn wait(&self) {
        loop {
            let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match until.filter(|until| *until > Instant::now()) {
                Some(until) => sleep_until(until.into()).await,
                None => return,
            }
        }
    }

    /// Whether nobody has to wait.
    pub fn is_free(&self) -> bool {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_none_or(|until| until <= Instant::now())
    }

    /// Nobody sends anything for so long.
    pub fn hold(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(held.map_or(until, |held| held.max(until)));
    }
}

/// A pause of our own, after so many failures: 1 s, then twice as long each time, and a minute at most.
pub fn pause(failures: u32) -> Duration {
    Duration::from_secs(1_u64.checked_shl(failures).unwrap_or(60).min(60))
}
