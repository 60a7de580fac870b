//! Which assignments are to be restored, and how far each has got: after a run is killed, the next one goes
//! on from there.

use std::collections::BTreeSet;

use rusqlite::params;

use access_package::{AssignmentId, ResourceRole, Timestamp};

use super::Book;
use super::lists::{parsed, role};
use crate::problem::Problem;
use crate::verdict::Verdict;

/// An assignment that is to be restored.
#[derive(Debug, Clone)]
pub struct Planned {
    pub row: i64,
    pub id: AssignmentId,
    pub target: String,
    pub package: String,
    pub lost: Vec<ResourceRole>,
    /// Something may have been sent for it before, by a run that did not come to its end or that had no
    /// success.
    pub is_tried: bool,
}

/// Numbers of assignments.
#[derive(Debug, Clone, Copy)]
pub struct ToRestore {
    pub assignments: u64,
    /// Assignments that have also lost what cannot be given back.
    pub stuck: u64,
    /// Assignments that were done before, and cannot be seen yet.
    pub done: u64,
}

/// Apart from this loss, the assignment has lost something for good: a reprocess would leave it partially
/// delivered.
pub(super) const STUCK: &str =
    "EXISTS (SELECT 1 FROM want AS other WHERE other.assignment = want.assignment AND other.verdict = 4)";

/// It was restored or accepted since the check. Another check tells whether that can be seen.
const DONE: &str =
    "EXISTS (SELECT 1 FROM restoring AS it WHERE it.assignment = want.assignment AND step = 'done')";

impl Book {
    /// How many assignments there are to restore, and how many are left out.
    pub fn to_restore(&self, with_stuck: bool) -> Result<ToRestore, Problem> {
        let sql = format!(
            "SELECT count(DISTINCT assignment) FILTER (WHERE NOT {DONE} AND (?1 OR NOT {STUCK})), \
             count(DISTINCT assignment) FILTER (WHERE NOT {DONE} AND NOT ?1 AND {STUCK}), \
             count(DISTINCT assignment) FILTER (WHERE {DONE}) FROM want WHERE verdict = 3"
        );
        let counts = |row: &rusqlite::Row<'_>| {
            let (assignments, stuck, done) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(ToRestore { assignments, stuck, done })
        };
        Ok(self.connection.query_row(&sql, [with_stuck], counts)?)
    }

    /// The first assignments that have also lost something for good, with their targets.
    pub fn stuck(&self, at_most: u64) -> Result<Vec<(String, String)>, Problem> {
        let sql = format!(
            "SELECT guid, target FROM want JOIN assignment ON assignment.id = want.assignment \
             WHERE verdict = 3 AND NOT {DONE} AND {STUCK} GROUP BY assignment.id ORDER BY assignment.id LIMIT ?"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let rows = statement.query_map([at_most], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The rows of the assignments to restore, at most so many. Assignments that had no success before come
    /// last, the latest at the end, so that each has its turn.
    pub fn plan(&self, with_stuck: bool, at_most: u64) -> Result<Vec<i64>, Problem> {
        let sql = format!(
            "SELECT want.assignment FROM want JOIN assignment ON assignment.id = want.assignment \
             LEFT JOIN unsuccessful ON unsuccessful.assignment = guid \
             WHERE verdict > 1 AND verdict = 3 AND NOT {DONE} AND (?1 OR NOT {STUCK}) GROUP BY want.assignment \
             ORDER BY coalesce(at, 0), want.assignment LIMIT ?2"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![with_stuck, at_most], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The assignment in this row of the plan. `None` if nothing restorable is lost any more.
    pub fn planned(&self, row: i64) -> Result<Option<Planned>, Problem> {
        let sql = "SELECT assignment.id, assignment.guid, target, package.guid, step, origin FROM want \
                   JOIN assignment ON assignment.id = want.assignment JOIN package ON package.id = assignment.package \
                   JOIN role ON role.id = want.role LEFT JOIN restoring ON restoring.assignment = want.assignment \
                   WHERE verdict = 3 AND want.assignment = ? ORDER BY role.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([row])?;
        let mut planned: Option<Planned> = None;
        while let Some(row) = rows.next()? {
            let lost = role(&row.get::<_, String>(5)?)?;
            match &mut planned {
                Some(planned) => planned.lost.push(lost),
                None => {
                    planned = Some(Planned {
                        row: row.get(0)?,
                        id: parsed(&row.get::<_, String>(1)?)?,
                        target: row.get(2)?,
                        package: row.get(3)?,
                        is_tried: row.get::<_, Option<String>>(4)?.is_some(),
                        lost: Vec::from([lost]),
                    });
                }
            }
        }
        Ok(planned)
    }

    /// What an unfinished run may have sent and has this verdict now: the assignment and the resource role.
    pub fn tried(&self, verdict: Verdict) -> Result<BTreeSet<(String, String)>, Problem> {
        let sql = "SELECT guid, origin FROM restoring JOIN assignment ON assignment.id = restoring.assignment \
                   JOIN want ON want.assignment = restoring.assignment JOIN role ON role.id = want.role \
                   WHERE step = 'sent' AND verdict = ?";
        let mut statement = self.connection.prepare(sql)?;
        let rows =
            statement.query_map([verdict.stored().0], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| row.map_err(Problem::from).and_then(|(id, it)| Ok((id, role(&it)?.to_string()))))
            .collect()
    }

    /// From now on, something may have been sent for the assignment.
    pub fn set_sent(&self, row: i64) -> Result<(), Problem> {
        self.set_step(row, "sent")
    }

    /// It is restored, or will be: until another check there is nothing more to do.
    pub fn set_done(&self, row: i64) -> Result<(), Problem> {
        self.set_step(row, "done")
    }

    /// It was refused, or has failed. The mark outlives the check.
    pub fn set_unsuccessful(&self, row: i64, now: Timestamp) -> Result<(), Problem> {
        let sql = "INSERT OR REPLACE INTO unsuccessful SELECT guid, ?2 FROM assignment WHERE id = ?1";
        self.connection.execute(sql, [row, now.unix_ticks()])?;
        Ok(())
    }

    fn set_step(&self, row: i64, step: &str) -> Result<(), Problem> {
        self.connection.execute("INSERT OR REPLACE INTO restoring VALUES (?, ?)", params![row, step])?;
        Ok(())
    }

    /// How many restorable resource roles each of the assignments in these rows has lost.
    pub fn lost(&self, rows: &[i64]) -> Result<Vec<u64>, Problem> {
        let sql = "SELECT count(*) FROM want WHERE assignment = ? AND verdict = 3";
        let mut statement = self.connection.prepare(sql)?;
        let lost = rows.iter().map(|row| statement.query_row([row], |row| row.get(0)));
        Ok(lost.collect::<Result<_, _>>()?)
    }
}
