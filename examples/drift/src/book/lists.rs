//! The lists that show who has what, and the verdicts that follow from them.

use std::collections::{BTreeSet, HashMap};

use access_package::graph::obstacle::Obstacle;
use access_package::{AssignmentId, ObjectId, ResourceRole, SubjectType, Timestamp};
use rusqlite::{OptionalExtension as _, params};

use super::Book;
use crate::problem::Problem;
use crate::verdict::Verdict;

/// The first pass looks at everything that was not looked at. The second looks again for what was not seen,
/// after it has had time to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    First,
    Second,
    /// Looks whether what was lost still is.
    Again,
}

impl Pass {
    fn verdict(self) -> i64 {
        let verdict = match self {
            Self::First => Verdict::Open,
            Self::Second => Verdict::Suspected,
            Self::Again => Verdict::Lost,
        };
        verdict.stored().0
    }
}

/// A list to be read.
pub struct OpenList {
    pub id: i64,
    /// One of the resource roles that the list shows.
    pub of: ResourceRole,
    pub targets: Vec<ObjectId>,
}

/// A resource role of one target, to look for in a list.
pub struct Wanted<'a> {
    pub resource_role: &'a ResourceRole,
    pub target: ObjectId,
    pub target_type: Option<SubjectType>,
    pub end: Option<Timestamp>,
    pub read_at: Timestamp,
}

impl Book {
    /// The next list, after this one, in which something is open.
    pub fn next_list(&self, after: i64, pass: Pass) -> Result<Option<OpenList>, Problem> {
        let sql = "SELECT listing.id, min(role.origin) FROM listing JOIN role ON role.listing = listing.id \
                   WHERE listing.id = (SELECT id FROM listing AS it WHERE id > ?1 AND EXISTS \
                       (SELECT 1 FROM role JOIN want ON want.role = role.id WHERE role.listing = it.id AND verdict = ?2) \
                       ORDER BY id LIMIT 1) GROUP BY listing.id";
        let row = self.connection.prepare_cached(sql)?.query_row(params![after, pass.verdict()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        });
        let Some((id, origin)) = row.optional()? else { return Ok(None) };
        let sql = "SELECT DISTINCT target FROM role JOIN want ON want.role = role.id \
                   JOIN assignment ON assignment.id = want.assignment WHERE listing = ? AND verdict = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let targets = statement.query_map(params![id, pass.verdict()], |row| row.get::<_, String>(0))?;
        let targets = targets.map(|target| parsed(&target?)).collect::<Result<_, _>>()?;
        Ok(Some(OpenList { id, of: role(&origin)?, targets }))
    }

    /// How many lists are still open in this pass.
    pub fn lists_left(&self, pass: Pass) -> Result<u64, Problem> {
        let sql = "SELECT count(DISTINCT listing) FROM role JOIN want ON want.role = role.id \
                   WHERE verdict = ? AND listing IS NOT NULL";
        Ok(self.connection.query_row(sql, [pass.verdict()], |row| row.get(0))?)
    }

    /// Judges what was open in a list that was read, or that cannot be read.
    pub fn judge(
        &mut self,
        list: i64,
        pass: Pass,
        mut judge: impl FnMut(&Wanted<'_>) -> Verdict,
    ) -> Result<(), Problem> {
        let transaction = self.connection.transaction()?;
        let mut judged = Vec::new();
        {
            let sql = "SELECT role.id, origin, assignment.id, target, target_type, end_at, read_at \
                       FROM role JOIN want ON want.role = role.id JOIN assignment ON assignment.id = want.assignment \
                       WHERE listing = ? AND verdict = ?";
            let mut statement = transaction.prepare_cached(sql)?;
            let mut rows = statement.query(params![list, pass.verdict()])?;
            let mut roles = HashMap::new();
            while let Some(row) = rows.next()? {
                let (role_id, assignment) = (row.get::<_, i64>(0)?, row.get::<_, i64>(2)?);
                let resource_role = match roles.entry(role_id) {
                    std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                    std::collections::hash_map::Entry::Vacant(new) => {
                        new.insert(role(&row.get::<_, String>(1)?)?)
                    }
                };
                let verdict = judge(&Wanted {
                    resource_role,
                    target: parsed(&row.get::<_, String>(3)?)?,
                    target_type: subject(row.get::<_, Option<String>>(4)?),
                    end: row.get::<_, Option<String>>(5)?.map(|end| parsed(&end)).transpose()?,
                    read_at: Timestamp::from_unix_ticks(row.get(6)?).unwrap_or(Timestamp::MAX),
                });
                judged.push((role_id, assignment, verdict));
            }
            let sql = "UPDATE want SET verdict = ?, obstacle = ? WHERE role = ? AND assignment = ?";
            let mut update = transaction.prepare_cached(sql)?;
            for (role, assignment, verdict) in judged {
                let (verdict, obstacle) = verdict.stored();
                update.execute(params![verdict, obstacle, role, assignment])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Stores why a list cannot be read, and whether the reason is that its resource is missing.
    pub fn cannot_read(&self, list: i64, why: &str, is_missing: bool) -> Result<(), Problem> {
        let sql = "UPDATE listing SET why = ?, is_missing = ? WHERE id = ?";
        self.connection.execute(sql, params![why, is_missing, list])?;
        Ok(())
    }

    /// The next resource role, after this one, of which something is lost or whose list is missing.
    pub fn next_lost_role(&self, after: i64) -> Result<Option<(i64, ResourceRole)>, Problem> {
        let sql = "SELECT id, origin FROM role AS it WHERE id > ?1 AND listing IS NOT NULL AND EXISTS \
                   (SELECT 1 FROM want WHERE role = it.id AND (verdict = ?2 OR verdict = ?3 AND \
                       (SELECT is_missing FROM listing WHERE id = it.listing))) ORDER BY id LIMIT 1";
        let numbers = params![after, Verdict::Lost.stored().0, Verdict::Unknown.stored().0];
        let row = self
            .connection
            .prepare_cached(sql)?
            .query_row(numbers, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
        row.optional()?.map(|(id, origin)| Ok((id, role(&origin)?))).transpose()
    }

    /// Stores what stands in the way of giving a resource role back. An unknown verdict stays unknown, unless
    /// the list is missing because its resource is gone: then nobody has the role.
    pub fn set_obstacle(&self, role: i64, obstacle: Obstacle) -> Result<(), Problem> {
        let (verdict, code) = Verdict::Never(obstacle).stored();
        let sql = "UPDATE want SET verdict = ?1, obstacle = ?2 WHERE role = ?3 AND (verdict = ?4 OR verdict = ?5 AND ?6 AND \
                   (SELECT is_missing FROM listing WHERE id = (SELECT listing FROM role WHERE id = ?3)))";
        let (lost, unknown) = (Verdict::Lost.stored().0, Verdict::Unknown.stored().0);
        let is_gone = obstacle == Obstacle::ResourceGone;
        self.connection.execute(sql, params![verdict, code, role, lost, unknown, is_gone])?;
        Ok(())
    }

    /// The next assignment, after this row, that has lost something.
    pub fn next_drifted(&self, after: i64) -> Result<Option<(i64, AssignmentId)>, Problem> {
        let sql = "SELECT id, guid FROM assignment WHERE id = \
                   (SELECT min(next) FROM \
                       (SELECT min(assignment) AS next FROM want WHERE verdict > 1 AND verdict = 3 AND assignment > ?1 \
                        UNION ALL SELECT min(assignment) FROM want WHERE verdict > 1 AND verdict = 4 AND assignment > ?1))";
        let row = self
            .connection
            .prepare_cached(sql)?
            .query_row([after], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
        row.optional()?.map(|(row, id)| Ok((row, parsed(&id)?))).transpose()
    }

    /// Of what an assignment has lost, it still owes only these resource roles.
    pub fn owes_only(&mut self, assignment: i64, roles: &BTreeSet<String>) -> Result<(), Problem> {
        let transaction = self.connection.transaction()?;
        {
            let sql = "SELECT role.id, origin FROM want JOIN role ON role.id = want.role \
                       WHERE assignment = ? AND verdict IN (3, 4)";
            let mut statement = transaction.prepare_cached(sql)?;
            let lost = statement
                .query_map([assignment], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
            for (role, origin) in lost.collect::<Result<Vec<_>, _>>()? {
                if !roles.contains(&origin) {
                    let sql =
                        "UPDATE want SET verdict = ?, obstacle = NULL WHERE role = ? AND assignment = ?";
                    transaction.execute(sql, params![Verdict::NotOwed.stored().0, role, assignment])?;
                }
            }
        }
        Ok(transaction.commit()?)
    }

    /// When the last assignment was read that may have lost something.
    pub fn suspected_since(&self) -> Result<Option<Timestamp>, Problem> {
        let sql = "SELECT max(read_at) FROM want JOIN assignment ON assignment.id = want.assignment WHERE verdict > 1 AND verdict = ?";
        let suspected = Verdict::Suspected.stored().0;
        let ticks = self.connection.query_row(sql, [suspected], |row| row.get::<_, Option<i64>>(0))?;
        Ok(ticks.and_then(Timestamp::from_unix_ticks))
    }
}

pub(super) fn role(origin: &str) -> Result<ResourceRole, Problem> {
    serde_json::from_str(origin).map_err(|error| Problem::Damaged(error.to_string()))
}

pub(super) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error: T::Err| Problem::Damaged(error.to_string()))
}

pub(super) fn subject(word: Option<String>) -> Option<SubjectType> {
    serde_json::from_value(word?.into()).ok()
}
