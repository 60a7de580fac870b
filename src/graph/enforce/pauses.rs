//! How long a delivery goes on, and how long it pauses.

use core::time::Duration;

use crate::graph::endpoint::BaseUrl;
use crate::timestamp::Timestamp;

/// Where a delivery carries its action out, and how patiently. The defaults are our choice ([R40](crate::policy#r40)).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Settings {
    /// The address of Microsoft Graph.
    pub base_url: BaseUrl,
    /// How long to try an action while the service is busy or does not answer, from its first request on.
    pub patience: Duration,
    /// How long the directory may take to replicate a change ([R39](crate::policy#r39)). If an object is not found, the
    /// delivery tries again for this long.
    pub replication: Duration,
    /// A random number of yours, which shortens the pauses by up to half, so that many deliveries do not call at the
    /// same time.
    pub jitter: u32,
}

impl Settings {
    /// An hour of patience, five minutes for replication, and no jitter.
    #[must_use]
    pub const fn new(base_url: BaseUrl) -> Self {
        Self {
            base_url,
            patience: Duration::from_secs(60 * 60),
            replication: Duration::from_secs(5 * 60),
            jitter: 0,
        }
    }

    /// When to go on after this many pauses, if the service does not say when.
    pub(super) fn after(&self, pauses: u32, now: Timestamp) -> Timestamp {
        const FIRST: Duration = Duration::from_secs(1);
        const LONGEST: Duration = Duration::from_secs(5 * 60);

        let pause = FIRST.saturating_mul(1_u32.checked_shl(pauses).unwrap_or(u32::MAX)).min(LONGEST);
        // Up to half of the pause, in thousandths of that half.
        let shorter = pause / 2_000 * (self.jitter % 1_001);
        now.saturating_add(pause.saturating_sub(shorter))
    }
}
