//! The end of an assignment according to its schedule. An unknown end is not read as
//! no end (R44).

use alloc::format;
use core::str::FromStr;

use jiff::Span;
use jiff::fmt::temporal::SpanParser;
use serde::{Deserialize, Deserializer};

use super::instant::Instant;
use super::text::{SHOWN, shortened};
use super::{ReadError, missing};
use crate::graph::object::{Closed, Real};
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Schedule {
    start_date_time: Option<Instant>,
    recurrence: Option<Real>,
    expiration: Option<Closed<Expiration>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expiration {
    r#type: Option<ExpirationType>,
    end_date_time: Option<Instant>,
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
    /// The end of this duration from the start.
    fn after(&self, start: Option<Instant>) -> Result<Timestamp, ReadError> {
        let Instant(start) = start.ok_or_else(|| missing("schedule.startDateTime"))?;
        let end = start.to_civil().checked_add(self.0).ok().and_then(Timestamp::from_civil);
        end.ok_or(ReadError::EndOutOfRange)
    }
}

impl Closed<Schedule> {
    /// The end. `None` if the assignment has no end.
    pub(super) fn end(self) -> Result<Option<Timestamp>, ReadError> {
        let Schedule { start_date_time, recurrence, expiration } = self.known;
        let recurs = recurrence.is_some_and(|Real(is_real)| is_real);
        // R44: an unknown value could be an end.
        let unknown = self.unknown.as_deref().or(recurs.then_some("recurrence"));
        if let Some(name) = unknown {
            return Err(possible_end("schedule", name));
        }
        let Some(Closed { known: expiration, unknown }) = expiration else {
            // The documentation shows a schedule that has only a start.
            let is_endless = start_date_time.is_some();
            return if is_endless { Ok(None) } else { Err(ReadError::EndUnknown { part: "schedule" }) };
        };
        if let Some(name) = unknown {
            return Err(possible_end("schedule.expiration", &name));
        }
        let Expiration { r#type, end_date_time, duration } = expiration;
        let end_date_time = end_date_time.map(|Instant(end)| end);
        let Some(r#type) = r#type else {
            // An end is never ignored, or the assignment would expire too late, or never.
            let is_unknown = end_date_time.is_none() && duration.is_none();
            let unknown = ReadError::EndUnknown { part: "schedule.expiration" };
            return Err(if is_unknown { unknown } else { missing("schedule.expiration.type") });
        };
        match (r#type, end_date_time, duration) {
            (ExpirationType::AfterDateTime | ExpirationType::AfterDuration, Some(end), Some(duration)) => {
                let agree = duration.after(start_date_time)? == end;
                if agree { Ok(Some(end)) } else { Err(ReadError::TwoEnds) }
            }
            (ExpirationType::AfterDateTime, Some(end), None) => Ok(Some(end)),
            (ExpirationType::AfterDateTime, None, _) => Err(missing("schedule.expiration.endDateTime")),
            (ExpirationType::AfterDuration, None, Some(duration)) => {
                duration.after(start_date_time).map(Some)
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

fn possible_end(parent: &str, name: &str) -> ReadError {
    ReadError::PossibleEnd { part: format!("{parent}.{}", shortened(name, SHOWN, 0)) }
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
        // The parser also reads a sign, and lower case; Graph writes neither.
        let span = text.starts_with('P').then(|| SpanParser::new().parse_span(text).ok()).flatten();
        span.map(Self).ok_or("not a duration: expected ISO 8601 such as `P365D`")
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::deserialize(deserializer)
    }
}
