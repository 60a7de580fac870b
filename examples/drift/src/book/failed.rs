//! Deliveries that have failed, as a whole or in part.

use access_package::{AssignmentRequest, AssignmentState, Purpose, Recency, Timestamp};
use rusqlite::params;

use super::Book;
use super::lists::parsed;
use crate::problem::Problem;

/// A failed delivery, and the newest request that can be reprocessed.
pub struct Failed {
    pub assignment: String,
    pub package: String,
    pub target: String,
    pub state: String,
    pub request: Option<AssignmentRequest>,
}

/// What helps failed deliveries.
pub const HELP: &str = "`drift restore` does not reprocess their requests: within 14 days, send \
                        `POST /v1.0/identityGovernance/entitlementManagement/assignmentRequests/{id}/reprocess`";

impl Failed {
    /// How many days are left to reprocess the request, counting a day that has begun (R33); 0 if it is too
    /// late. `None` if the request is not known.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> Option<i64> {
        const DAY: i64 = 24 * 60 * 60 * 10_000_000;
        let request = self.request.as_ref()?;
        let left = request.completed.unix_ticks() + AssignmentRequest::REPROCESSED_WITHIN - now.unix_ticks();
        Some(if request.is_too_old(now) { 0 } else { (left + DAY - 1) / DAY })
    }

    /// The same in words.
    #[must_use]
    pub fn says(&self, now: Timestamp) -> String {
        match (self.days_left(now), &self.request) {
            (Some(0), _) => "too late to reprocess its request: request the access package again".into(),
            (Some(1), Some(request)) => format!("1 day left to reprocess its request `{}`", request.id),
            (Some(days), Some(request)) => {
                format!("{days} days left to reprocess its request `{}`", request.id)
            }
            (None, _) | (_, None) => "request not known".into(),
        }
    }
}

impl Book {
    /// Keeps the newest request of each assignment.
    pub fn add_requests(&mut self, requests: &[AssignmentRequest]) -> Result<(), Problem> {
        let transaction = self.connection.transaction()?;
        for request in requests {
            let sql = "INSERT INTO request VALUES (?, ?, ?) ON CONFLICT DO UPDATE \
                       SET guid = excluded.guid, completed = excluded.completed WHERE excluded.completed > completed";
            let row = params![
                request.assignment.to_string(),
                request.id.to_string(),
                request.completed.unix_ticks()
            ];
            transaction.execute(sql, row)?;
        }
        Ok(transaction.commit()?)
    }

    /// Keeps why it is not known how long failed deliveries can be reprocessed.
    pub fn cannot_read_requests(&self, why: &str) -> Result<(), Problem> {
        self.set("requests", why)
    }

    pub fn why_no_requests(&self) -> Result<Option<String>, Problem> {
        self.setting("requests")
    }

    /// Failed deliveries, with the least time left first. Stops when `each` returns false.
    pub fn each_failed(&self, mut each: impl FnMut(Failed) -> Result<bool, Problem>) -> Result<(), Problem> {
        let sql = "SELECT assignment.guid, coalesce(name, package.guid), target, state, request.guid, completed \
                   FROM assignment JOIN package ON package.id = assignment.package \
                   LEFT JOIN request ON request.assignment = assignment.guid \
                   WHERE state IN ('deliveryFailed', 'partiallyDelivered') ORDER BY completed IS NULL, completed, assignment.id";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (assignment, state) = (row.get::<_, String>(0)?, row.get::<_, String>(3)?);
            let request = match (row.get::<_, Option<String>>(4)?, row.get::<_, Option<i64>>(5)?) {
                (Some(id), Some(completed)) => Some(AssignmentRequest {
                    id: parsed(&id)?,
                    assignment: parsed(&assignment)?,
                    purpose: Purpose::Grant,
                    state: parsed::<AssignmentState>(&state)?,
                    completed: Timestamp::from_unix_ticks(completed).unwrap_or(Timestamp::MIN),
                    recency: Recency::Newest,
                }),
                _ => None,
            };
            let failed = Failed { package: row.get(1)?, target: row.get(2)?, assignment, state, request };
            if !each(failed)? {
                return Ok(());
            }
        }
        Ok(())
    }
}
