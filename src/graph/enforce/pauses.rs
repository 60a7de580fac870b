//! How long to go on, and how long to wait in between.

use core::time::Duration;

use crate::graph::endpoint::BaseUrl;
use crate::timestamp::Timestamp;

/// Where an action is carried out, and with how much patience. The bounds are our choice ([R40](crate::policy#r40)).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Settings {
    /// The address of Microsoft Graph.
    pub base_url: BaseUrl,
    /// How long an action is tried, from its first request on, while the service is busy or does not answer.
    pub patience: Duration,
    /// How long the directory may take to replicate what is new ([R39](crate::policy#r39)). An object that is not found is
    /// looked for again for so long.
    pub replication: Duration,
    /// A number by chance from your side, so that many deliveries do not call in step: pauses are shorter by up to a half.
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

    /// When to go on after so many pauses, if the service does not say.
    pub(super) fn after(&self, pauses: u32, now: Timestamp) -> Timestamp {
        const FIRST: Duration = Duration::from_secs(1);
        const LONGEST: Duration = Duration::from_secs(5 * 60);

        let pause = FIRST.saturating_mul(1_u32.checked_shl(pauses).unwrap_or(u32::MAX)).min(LONGEST);
        // In steps of a thousandth.
        let shorter = pause / 2_000 * (self.jitter % 1_001);
        now.saturating_add(pause.saturating_sub(shorter))
    }
}
