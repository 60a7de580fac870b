//! When an assignment ends, as the schedule says it.

use core::str::FromStr;

use jiff::Span;
use serde::{Deserialize, Deserializer};

use super::{ReadError, missing};
use crate::graph::object::Object;
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Schedule {
    start_date_time: Option<Timestamp>,
    expiration: Option<Object<Expiration>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expiration {
    r#type: Option<ExpirationType>,
    end_date_time: Option<Timestamp>,
    duration: Option<Duration>,
}

#[derive(Clone, Copy)]
enum ExpirationType {
    NotSpecified,
    NoExpiration,
    AfterDateTime,
    AfterDuration,
}

struct Duration(Span);

impl Schedule {
    /// When it ends; nothing if it does not.
    pub(super) fn end(self) -> Result<Option<Timestamp>, ReadError> {
        let Some(Object(expiration)) = self.expiration else { return Ok(None) };
        let Expiration { r#type, end_date_time: end, duration } = expiration;
        match r#type {
            Some(ExpirationType::AfterDateTime) => {
                end.ok_or_else(|| missing("schedule.expiration.endDateTime")).map(Some)
            }
            Some(ExpirationType::AfterDuration) => {
                let Duration(duration) = duration.ok_or_else(|| missing("schedule.expiration.duration"))?;
                let start = self.start_date_time.ok_or_else(|| missing("schedule.startDateTime"))?;
                let end = start.to_civil().checked_add(duration).ok().and_then(Timestamp::from_civil);
                end.ok_or(ReadError::EndOutOfRange).map(Some)
            }
            // An end is never passed over: the assignment would never expire.
            None if end.is_some() || duration.is_some() => Err(missing("schedule.expiration.type")),
            Some(ExpirationType::NotSpecified | ExpirationType::NoExpiration) if end.is_some() => {
                Err(ReadError::ContradictoryExpiration { part: "schedule.expiration.endDateTime" })
            }
            Some(ExpirationType::NotSpecified | ExpirationType::NoExpiration) if duration.is_some() => {
                Err(ReadError::ContradictoryExpiration { part: "schedule.expiration.duration" })
            }
            Some(ExpirationType::NotSpecified | ExpirationType::NoExpiration) | None => Ok(None),
        }
    }
}

impl FromStr for ExpirationType {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, &'static str> {
        let words = [
            ("notSpecified", Self::NotSpecified),
            ("noExpiration", Self::NoExpiration),
            ("afterDateTime", Self::AfterDateTime),
            ("afterDuration", Self::AfterDuration),
        ];
        let found = words.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
        found.map(|(_, kind)| kind).ok_or(
            "not a known expiration type: expected `notSpecified`, `noExpiration`, `afterDateTime` or `afterDuration`",
        )
    }
}

impl<'de> Deserialize<'de> for ExpirationType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::deserialize(deserializer)
    }
}

impl FromStr for Duration {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        // `jiff` also reads a friendlier form; Graph has ISO 8601 only.
        let span = text.starts_with('P').then(|| text.parse::<Span>().ok()).flatten();
        span.map(Self).ok_or("not a duration: expected ISO 8601 such as `P365D`")
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::deserialize(deserializer)
    }
}
