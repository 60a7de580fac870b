//! An instant, given by the host: the crate itself never asks for the time.

/// An instant in UTC, in ticks of 100 nanoseconds: exactly what the service keeps.
///
/// It lies between [`MIN`](Self::MIN) and [`MAX`](Self::MAX), the years 1 to 9999. With the feature
/// `serde` it is displayed as ISO 8601, such as `2022-07-27T21:55:19.69Z`, and read from it: with `Z` or an offset, and a
/// fraction of up to nine digits, cut off after the seventh.
///
/// ```
/// use access_package::Timestamp;
///
/// let instant = Timestamp::from_unix_ticks(16_589_589_196_900_000).unwrap();
/// assert_eq!(instant.unix_ticks(), 16_589_589_196_900_000);
/// # #[cfg(feature = "serde")]
/// assert_eq!("2022-07-27T21:55:19.69Z".parse(), Ok(instant));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// How long a tick is.
#[cfg(any(feature = "std", feature = "serde"))]
const NANOSECONDS_PER_TICK: i128 = 100;

impl Timestamp {
    /// The first instant: the beginning of the year 1.
    pub const MIN: Self = Self(-621_355_968_000_000_000);
    /// The last instant: one tick before the year 10000.
    pub const MAX: Self = Self(2_534_023_007_999_999_999);

    /// The instant that lies so many ticks of 100 nanoseconds after 1970-01-01T00:00:00Z; `None`
    /// before [`MIN`](Self::MIN) or after [`MAX`](Self::MAX).
    ///
    /// The ticks of .NET are as long but count from the year 1: add `MIN.unix_ticks()` to them.
    #[must_use]
    pub const fn from_unix_ticks(ticks: i64) -> Option<Self> {
        if ticks < Self::MIN.0 || ticks > Self::MAX.0 { None } else { Some(Self(ticks)) }
    }

    /// The ticks of 100 nanoseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_ticks(self) -> i64 {
        self.0
    }

    /// How much later it is than another instant; nothing if it is not later.
    ///
    /// ```
    /// use std::time::Duration;
    /// use access_package::Timestamp;
    ///
    /// let [noon, later] = [0, 15_000_000].map(|ticks| Timestamp::from_unix_ticks(ticks).unwrap());
    /// assert_eq!(later.saturating_duration_since(noon), Duration::from_millis(1_500));
    /// assert_eq!(noon.saturating_duration_since(later), Duration::ZERO);
    /// ```
    #[must_use]
    pub fn saturating_duration_since(self, earlier: Self) -> core::time::Duration {
        const TICKS_PER_SECOND: u64 = 10_000_000;

        let ticks = u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0);
        core::time::Duration::new(ticks / TICKS_PER_SECOND, 0)
            + core::time::Duration::from_nanos(ticks % TICKS_PER_SECOND * 100)
    }

    /// So much later, and at the latest [`MAX`](Self::MAX).
    ///
    /// ```
    /// use std::time::Duration;
    /// use access_package::Timestamp;
    ///
    /// let noon: Timestamp = "2026-11-28T12:00:00Z".parse()?;
    /// assert_eq!(noon.saturating_add(Duration::from_secs(90)).to_string(), "2026-11-28T12:01:30Z");
    /// assert_eq!(noon.saturating_add(Duration::MAX), Timestamp::MAX);
    /// # Ok::<(), access_package::ParseTimestampError>(())
    /// ```
    #[cfg(any(feature = "std", feature = "serde"))]
    #[must_use]
    pub fn saturating_add(self, later: core::time::Duration) -> Self {
        let nanoseconds = i128::try_from(later.as_nanos()).unwrap_or(i128::MAX);
        let since = (i128::from(self.0) * NANOSECONDS_PER_TICK).saturating_add(nanoseconds);
        Self::from_nanoseconds(since).unwrap_or(Self::MAX)
    }

    /// The tick in which the instant lies, so cut off towards the past; `None` out of range.
    #[cfg(any(feature = "std", feature = "serde"))]
    fn from_nanoseconds(nanoseconds: i128) -> Option<Self> {
        i64::try_from(nanoseconds.div_euclid(NANOSECONDS_PER_TICK)).ok().and_then(Self::from_unix_ticks)
    }
}

/// Makes a timestamp of what the host's clock says. Instants before the year 1 or after the year
/// 9999, which no service gives, become the first or the last one.
#[cfg(feature = "std")]
impl From<std::time::SystemTime> for Timestamp {
    fn from(time: std::time::SystemTime) -> Self {
        let (nanoseconds, nearest) = match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => (i128::try_from(after.as_nanos()), Self::MAX),
            Err(before) => (i128::try_from(before.duration().as_nanos()).map(|n| -n), Self::MIN),
        };
        nanoseconds.ok().and_then(Self::from_nanoseconds).unwrap_or(nearest)
    }
}

/// ISO 8601, by way of `jiff`. Not its own `Timestamp`, which ends a day before the year does:
/// 9999-12-31T23:59:59.9999999Z is how the service writes *never*.
#[cfg(feature = "serde")]
mod text {
    use core::fmt;
    use core::str::FromStr;

    use jiff::SignedDuration;
    use jiff::civil::DateTime;
    use jiff::fmt::temporal::Pieces;

    use super::{NANOSECONDS_PER_TICK, Timestamp};

    const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

    impl Timestamp {
        /// The instant at which a clock in UTC shows this.
        pub(crate) fn from_civil(civil: DateTime) -> Option<Self> {
            Self::from_nanoseconds(civil.duration_since(EPOCH).as_nanos())
        }

        /// What a clock in UTC shows at this instant.
        pub(crate) fn to_civil(self) -> DateTime {
            let since = SignedDuration::from_nanos_i128(i128::from(self.0) * NANOSECONDS_PER_TICK);
            // Every timestamp lies within the years of `DateTime`: see `MIN` and `MAX`.
            EPOCH.saturating_add(since)
        }
    }

    impl fmt::Display for Timestamp {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}Z", self.to_civil())
        }
    }

    impl FromStr for Timestamp {
        type Err = ParseTimestampError;

        fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
            let parse = || {
                let pieces = Pieces::parse(text).ok()?;
                // A zone in brackets is no part of ISO 8601, and may contradict the offset.
                if pieces.time_zone_annotation().is_some() {
                    return None;
                }
                let local = DateTime::from_parts(pieces.date(), pieces.time()?);
                // Without an offset it is no instant, and is not guessed to be one.
                let offset = pieces.to_numeric_offset()?;
                Self::from_civil(local.checked_sub(SignedDuration::from_secs(offset.seconds().into())).ok()?)
            };
            parse().ok_or(ParseTimestampError)
        }
    }

    crate::text::serde_as_text!(Timestamp);

    /// The text is not an instant in ISO 8601 between the years 1 and 9999.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
    #[error(
        "not an instant: expected ISO 8601 with an offset, in the years 1 to 9999, such as `2022-07-27T21:55:19.69Z`"
    )]
    pub struct ParseTimestampError;
}
#[cfg(feature = "serde")]
pub use text::ParseTimestampError;
