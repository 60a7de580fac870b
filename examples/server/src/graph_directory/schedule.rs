//! Requests to Privileged Identity Management: when a grant begins, and when it ends.

use access_package::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::call::Grant;
use super::kind::Kind;

/// Ticks of 100 nanoseconds in a second.
const SECOND: i64 = 10_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiration {
    Never,
    At(Timestamp),
    /// So many ticks after the start.
    After(i64),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleRequest {
    access_id: Option<String>,
    group_id: Option<Uuid>,
    role_definition_id: Option<Uuid>,
    directory_scope_id: Option<String>,
    principal_id: Uuid,
    action: String,
    schedule_info: ScheduleInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScheduleInfo {
    start_date_time: Option<Timestamp>,
    expiration: ExpirationPattern,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExpirationPattern {
    r#type: String,
    end_date_time: Option<Timestamp>,
    duration: Option<String>,
}

impl ScheduleRequest {
    /// The grant that is asked for; `None` if the request is not valid.
    pub fn grant(self, kind: Kind, path: &str) -> Option<Grant> {
        if !self.action.eq_ignore_ascii_case("adminAssign") {
            return None;
        }
        let (resource, role) = if kind == Kind::GroupEligibility {
            let access = self.access_id?.to_ascii_lowercase();
            (self.group_id?, Some(access).filter(|it| ["member", "owner"].contains(&it.as_str()))?)
        } else {
            (self.role_definition_id?, self.directory_scope_id?)
        };
        Some(Grant {
            kind,
            resource,
            role,
            principal: self.principal_id,
            start: self.schedule_info.start_date_time,
            expiration: self.schedule_info.expiration.read()?,
            path: path.to_owned(),
        })
    }
}

impl ExpirationPattern {
    fn read(self) -> Option<Expiration> {
        match &*self.r#type.to_ascii_lowercase() {
            "noexpiration" => Some(Expiration::Never),
            "afterdatetime" => self.end_date_time.map(Expiration::At),
            "afterduration" => ticks(&self.duration?).map(Expiration::After),
            _ => None,
        }
    }
}

/// An ISO 8601 duration in days, hours, minutes and seconds. Months are left out: their length varies.
fn ticks(duration: &str) -> Option<i64> {
    let (days, times) = duration.strip_prefix('P')?.split_once('T').unwrap_or((&duration[1..], ""));
    let mut total = 0_i64;
    for (part, units) in [(days, &[('D', 86_400)][..]), (times, &[('H', 3_600), ('M', 60), ('S', 1)][..])] {
        let mut rest = part;
        for (letter, seconds) in units {
            if let Some((number, after)) = rest.split_once(*letter) {
                total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(seconds * SECOND)?)?;
                rest = after;
            }
        }
        if !rest.is_empty() {
            return None;
        }
    }
    (total > 0).then_some(total)
}
