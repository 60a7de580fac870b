//! The pace that the service asks for. If one request is told to wait, all requests wait.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::sleep_until;

#[derive(Default)]
pub struct Pace(Mutex<Option<Instant>>);

impl Pace {
    /// Waits until the longest pause is over.
    pub async fn wait(&self) {
        loop {
            let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match until.filter(|until| *until > Instant::now()) {
                Some(until) => sleep_until(until.into()).await,
                None => return,
            }
        }
    }

    /// Whether no request has to wait.
    pub fn is_free(&self) -> bool {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_none_or(|until| until <= Instant::now())
    }

    /// Holds back all requests for so long.
    pub fn hold(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(held.map_or(until, |held| held.max(until)));
    }
}

/// Our own pause after so many failures: 1 s at first, then twice as long each time, up to a minute.
pub fn pause(failures: u32) -> Duration {
    Duration::from_secs(1_u64.checked_shl(failures).unwrap_or(60).min(60))
}
