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

impl Duration {
    /// The end of what takes so long from this start.
    fn after(&self, start: Option<Timestamp>) -> Result<Timestamp, ReadError> {
        let start = start.ok_or_else(|| missing("schedule.startDateTime"))?;
        let end = start.to_civil().checked_add(self.0).ok().and_then(Timestamp::from_civil);
        end.ok_or(ReadError::EndOutOfRange)
    }
}

impl Schedule {
    /// When it ends; `None` if it does not.
    pub(super) fn end(self) -> Result<Option<Timestamp>, ReadError> {
        let Some(Object(expiration)) = self.expiration else { return Ok(None) };
        let Expiration { r#type, end_date_time, duration } = expiration;
        let Some(r#type) = r#type else {
            // An end is never passed over: the assignment would expire too late, or never.
            let is_endless = end_date_time.is_none() && duration.is_none();
            return if is_endless { Ok(None) } else { Err(missing("schedule.expiration.type")) };
        };
        match (r#type, end_date_time, duration) {
            (ExpirationType::AfterDateTime | ExpirationType::AfterDuration, Some(end), Some(duration)) => {
                let agree = duration.after(self.start_date_time)? == end;
                if agree { Ok(Some(end)) } else { Err(ReadError::TwoEnds) }
            }
            (ExpirationType::AfterDateTime, Some(end), None) => Ok(Some(end)),
            (ExpirationType::AfterDateTime, None, _) => Err(missing("schedule.expiration.endDateTime")),
            (ExpirationType::AfterDuration, None, Some(duration)) => {
                duration.after(self.start_date_time).map(Some)
            }
            (ExpirationType::AfterDuration, _, None) => Err(missing("schedule.expiration.duration")),
            (ExpirationType::NotSpecified | ExpirationType::NoExpiration, Some(_), _) => {
                Err(ReadError::ContradictoryExpiration { part: "schedule.expiration.endDateTime" })
            }
            (ExpirationType::NotSpecified | ExpirationType::NoExpiration, None, Some(_)) => {
                Err(ReadError::ContradictoryExpiration { part: "schedule.expiration.duration" })
            }
            (ExpirationType::NotSpecified | ExpirationType::NoExpiration, None, None) => Ok(None),
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
