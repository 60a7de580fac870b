//! Instants. The host passes them; the crate never reads a clock.

/// An instant in UTC, in ticks of 100 nanoseconds, which is the precision of the service.
///
/// It is between [`MIN`](Self::MIN) and [`MAX`](Self::MAX), in the years 1 to 9999. With the feature `serde` it is
/// displayed in ISO 8601, such as `2022-07-27T21:55:19.69Z`. Reading accepts `Z` or an offset, and up to nine
/// fractional digits. It drops the digits after the seventh.
///
/// ```
/// use access_package::Timestamp;
///
/// let instant = Timestamp::from_unix_ticks(16_589_589_196_900_000).unwrap();
/// assert_eq!(instant.unix_ticks(), 16_589_589_196_900_000);
/// # #[cfg(feature = "serde")]
/// assert_eq!("2022-07-27T21:55:19.69Z".parse(), Ok(instant));
///
/// # #[cfg(feature = "std")]
/// let now = Timestamp::from(std::time::SystemTime::now());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The length of a tick, in nanoseconds.
#[cfg(any(feature = "std", feature = "serde"))]
const NANOSECONDS_PER_TICK: i128 = 100;

/// The ticks in a second.
const TICKS_PER_SECOND: i64 = 10_000_000;

impl Timestamp {
    /// The first instant: the beginning of the year 1.
    pub const MIN: Self = Self(-621_355_968_000_000_000);
    /// The last instant: one tick before the year 10000.
    pub const MAX: Self = Self(2_534_023_007_999_999_999);

    /// The instant that is this many ticks of 100 nanoseconds after 1970-01-01T00:00:00Z. `None` if it is before
    /// [`MIN`](Self::MIN) or after [`MAX`](Self::MAX).
    ///
    /// .NET ticks have the same length, but count from the year 1. Add `MIN.unix_ticks()` to them.
    #[must_use]
    pub const fn from_unix_ticks(ticks: i64) -> Option<Self> {
        if ticks < Self::MIN.0 || ticks > Self::MAX.0 { None } else { Some(Self(ticks)) }
    }

    /// The ticks of 100 nanoseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_ticks(self) -> i64 {
        self.0
    }

    /// The time from an earlier instant to this one. Zero if the other one is not earlier.
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
        let ticks = u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0);
        let per_second = TICKS_PER_SECOND.unsigned_abs();
        core::time::Duration::new(ticks / per_second, 0)
            + core::time::Duration::from_nanos(ticks % per_second * 100)
    }

    /// The instant that is this much later, but at most [`MAX`](Self::MAX).
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

    /// The tick that contains the instant, rounded down. `None` if it is out of range.
    #[cfg(any(feature = "std", feature = "serde"))]
    fn from_nanoseconds(nanoseconds: i128) -> Option<Self> {
        i64::try_from(nanoseconds.div_euclid(NANOSECONDS_PER_TICK)).ok().and_then(Self::from_unix_ticks)
    }
}

/// Converts the time of the host's clock, rounded down to a tick. An instant outside the years 1 to 9999 becomes
/// [`MIN`](Self::MIN) or [`MAX`](Self::MAX).
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

/// ISO 8601, through `jiff`. It does not use `jiff::Timestamp`, which ends a day before the year 9999 does: the service
/// writes *never* as 9999-12-31T23:59:59.9999999Z.
#[cfg(feature = "serde")]
mod text {
    use core::fmt;
    use core::str::FromStr;

    use jiff::SignedDuration;
    use jiff::civil::DateTime;
    use jiff::fmt::temporal::Pieces;

    use super::{TICKS_PER_SECOND, Timestamp};
    use crate::text::Brief;

    const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

    impl Timestamp {
        /// The instant at which a clock in UTC shows this date and time.
        pub(crate) fn from_civil(civil: DateTime) -> Option<Self> {
            Self::from_local(civil, 0)
        }

        /// The instant at which a clock that is this many seconds ahead of UTC shows this date and time.
        fn from_local(civil: DateTime, ahead: i32) -> Option<Self> {
            let since = civil.duration_since(EPOCH);
            // No `DateTime` is so far away that its ticks would not fit.
            let seconds = since.as_secs() - i64::from(ahead);
            Self::from_unix_ticks(
                seconds * TICKS_PER_SECOND + i64::from(since.subsec_nanos().div_euclid(100)),
            )
        }

        /// The date and time in UTC at this instant.
        #[cfg(feature = "graph")]
        pub(crate) fn to_civil(self) -> DateTime {
            let (seconds, ticks) = (self.0.div_euclid(TICKS_PER_SECOND), self.0.rem_euclid(TICKS_PER_SECOND));
            // Every timestamp is within the years of `DateTime`: see `MIN` and `MAX`.
            let since = SignedDuration::from_secs(seconds) + SignedDuration::from_nanos(ticks * 100);
            EPOCH.saturating_add(since)
        }

        /// The text in ISO 8601. The fraction has no trailing zeros.
        fn text(self) -> Brief {
            let (seconds, mut fraction) =
                (self.0.div_euclid(TICKS_PER_SECOND), self.0.rem_euclid(TICKS_PER_SECOND));
            let (minutes, second) = (seconds.div_euclid(60), seconds.rem_euclid(60));
            let (hours, minute) = (minutes.div_euclid(60), minutes.rem_euclid(60));
            let hour = hours.rem_euclid(24);
            let date = EPOCH.date().saturating_add(SignedDuration::from_hours(hours - hour));
            let mut text = Brief::new();
            text.push_number(date.year().into(), 4);
            for (before, number) in [
                ("-", date.month().into()),
                ("-", date.day().into()),
                ("T", hour),
                (":", minute),
                (":", second),
            ] {
                text.push(before);
                text.push_number(number, 2);
            }
            if fraction > 0 {
                let mut digits = 7;
                while fraction % 10 == 0 {
                    fraction /= 10;
                    digits -= 1;
                }
                text.push(".");
                text.push_number(fraction, digits);
            }
            text.push("Z");
            text
        }

        /// Reads the usual form quickly: `YYYY-MM-DDTHH:MM:SSZ`, possibly with a fraction of up to seven digits. `None`
        /// for any other form, and for a day that the calendar does not have.
        fn from_usual(text: &str) -> Option<Self> {
            #[rustfmt::skip]
            let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1, b':', s0, s1, ref rest @ ..] =
                text.as_bytes() else { return None };
            let two = |tens, ones| number(&[tens, ones]).and_then(|number| i8::try_from(number).ok());
            let year = i16::try_from(number(&[y0, y1, y2, y3])?).ok()?;
            let [month, day, hour] = [two(m0, m1)?, two(d0, d1)?, two(h0, h1)?];
            let [minute, second] = [two(n0, n1)?, two(s0, s1)?];
            let ticks = match rest {
                [b'Z'] => 0,
                [b'.', fraction @ .., b'Z'] => {
                    let missing = 7_usize.checked_sub(fraction.len()).filter(|missing| *missing < 7)?;
                    (0..missing).fold(number(fraction)?, |ticks, _| ticks * 10)
                }
                _ => return None,
            };
            let civil = DateTime::new(year, month, day, hour, minute, second, ticks * 100).ok()?;
            Self::from_civil(civil)
        }
    }

    /// The number that these few digits make.
    fn number(digits: &[u8]) -> Option<i32> {
        digits.iter().try_fold(0, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + i32::from(digit - b'0'))
        })
    }

    impl fmt::Display for Timestamp {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.text().as_str())
        }
    }

    impl serde::Serialize for Timestamp {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(self.text().as_str())
        }
    }

    impl FromStr for Timestamp {
        type Err = ParseTimestampError;

        fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
            let parse = || {
                let pieces = Pieces::parse(text).ok()?;
                // A zone in brackets is not ISO 8601, and may contradict the offset.
                if pieces.time_zone_annotation().is_some() {
                    return None;
                }
                let local = DateTime::from_parts(pieces.date(), pieces.time()?);
                // A time without an offset is not an instant. The offset is not guessed.
                let offset = pieces.to_numeric_offset()?;
                Self::from_local(local, offset.seconds())
            };
            Self::from_usual(text).or_else(parse).ok_or(ParseTimestampError)
        }
    }

    crate::text::deserialize_as_text!(Timestamp);

    /// The text is not a timestamp in ISO 8601 in the years 1 to 9999.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
    #[error(
        "not a valid timestamp: expected ISO 8601 with an offset, in the years 1 to 9999, such as `2022-07-27T21:55:19.69Z`"
    )]
    pub struct ParseTimestampError;
}
#[cfg(feature = "serde")]
pub use text::ParseTimestampError;
