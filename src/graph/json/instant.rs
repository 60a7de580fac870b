//! Instants in documents.

use core::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::timestamp::{ParseTimestampError, Timestamp};

/// An instant in ISO 8601, as Graph writes it, or in milliseconds since 1970, as Windows PowerShell writes it:
/// `/Date(1719821350000)/`. An offset after the milliseconds, as in `/Date(1719821350000+0100)/`, does not change the
/// instant.
#[derive(Clone, Copy)]
pub(super) struct Instant(pub(super) Timestamp);

const TICKS_PER_MILLISECOND: i64 = 10_000;

impl FromStr for Instant {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        let of_power_shell = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/"));
        let instant = of_power_shell.map_or_else(|| text.parse().ok(), from_milliseconds);
        instant.map(Self).ok_or(ParseTimestampError)
    }
}

fn from_milliseconds(text: &str) -> Option<Timestamp> {
    // The first sign belongs to the number.
    let offset = text.bytes().skip(1).position(|byte| matches!(byte, b'+' | b'-')).map(|at| at + 1);
    let (milliseconds, offset) = text.split_at_checked(offset.unwrap_or(text.len()))?;
    let is_offset =
        offset.is_empty() || (offset.len() == 5 && offset.bytes().skip(1).all(|it| it.is_ascii_digit()));
    let is_number =
        milliseconds.strip_prefix('-').unwrap_or(milliseconds).bytes().all(|it| it.is_ascii_digit());
    let milliseconds: i64 = milliseconds.parse().ok().filter(|_| is_offset && is_number)?;
    milliseconds.checked_mul(TICKS_PER_MILLISECOND).and_then(Timestamp::from_unix_ticks)
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::deserialize(deserializer)
    }
}
