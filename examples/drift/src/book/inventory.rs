//! The assignments, page by page.

use std::collections::HashMap;

use access_package::graph::json::ItemError;
use access_package::graph::observe::Listing;
use access_package::{Assignment, AssignmentState, ResourceRole, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::Book;
use crate::names::Names;
use crate::problem::Problem;
use crate::verdict::{Verdict, kind};

/// A page that was read.
pub struct Page<'a> {
    /// The list that the page belongs to.
    pub list: &'a str,
    pub items: Vec<Result<Assignment, ItemError>>,
    /// Why this is not the whole list, and what helps.
    pub cut: Option<&'static str>,
    pub names: Names,
    pub next: Option<String>,
    pub read_at: Timestamp,
}

pub enum NextPage {
    First,
    Link(String),
    /// All pages are read.
    None,
}

impl Book {
    /// The page of this list to read next.
    pub fn next_page(&self, list: &str) -> Result<NextPage, Problem> {
        if self.begins.is_some() {
            return Ok(NextPage::First);
        }
        let sql = "SELECT next, is_read FROM list WHERE name = ?";
        let row = self.connection.query_row(sql, [list], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        Ok(match row {
            Some((_, true)) => NextPage::None,
            Some((Some(link), false)) => NextPage::Link(link),
            Some((None, false)) | None => NextPage::First,
        })
    }

    /// Reads the list from its beginning: the service no longer knows the page.
    pub fn restart_list(&self, list: &str) -> Result<(), Problem> {
        if self.begins.is_some() {
            return Ok(());
        }
        self.connection.execute("DELETE FROM unreadable WHERE list = ?", [list])?;
        self.connection.execute("DELETE FROM list WHERE name = ?", [list])?;
        Ok(())
    }

    /// Stores a page together with the link to the next one. The first page takes the place of the previous
    /// check.
    pub fn add_page(&mut self, page: Page<'_>) -> Result<(), Problem> {
        let transaction = self.connection.transaction()?;
        if let Some(settings) = self.begins.take() {
            begin(&transaction, &settings)?;
        }
        let mut roles = HashMap::new();
        for item in page.items {
            match item {
                Ok(assignment) => add(&transaction, &mut roles, assignment, &page.names, page.read_at)?,
                Err(error) => {
                    // An item with an id replaces what was stored of it. Every item without an id is counted
                    // by itself.
                    let part = match error.id {
                        Some(id) => forget(&transaction, &id.to_string()).map(|()| id.to_string())?,
                        None => format!("{} {}", page.list, error.part),
                    };
                    add_unreadable(&transaction, page.list, &part, &error.problem.to_string())?;
                }
            }
        }
        if let Some(why) = page.cut {
            add_unreadable(&transaction, page.list, page.list, why)?;
        }
        let sql = "INSERT OR REPLACE INTO list VALUES (?, ?, ?)";
        transaction.execute(sql, params![page.list, page.next, page.next.is_none()])?;
        Ok(transaction.commit()?)
    }
}

/// Forgets the previous check, and stores what the new one covers.
fn begin(transaction: &Transaction<'_>, settings: &[(&'static str, String)]) -> Result<(), Problem> {
    transaction.execute_batch(
        "DELETE FROM restoring; DELETE FROM want; DELETE FROM role; DELETE FROM listing; DELETE FROM request; \
         DELETE FROM unreadable; DELETE FROM assignment; DELETE FROM package; DELETE FROM list; DELETE FROM setting;",
    )?;
    for (name, value) in settings {
        transaction.execute("INSERT INTO setting VALUES (?, ?)", params![name, value])?;
    }
    Ok(())
}

fn add_unreadable(transaction: &Transaction<'_>, list: &str, part: &str, why: &str) -> Result<(), Problem> {
    let sql = "INSERT INTO unreadable (list, part, why) VALUES (?, ?, ?)";
    transaction.execute(sql, [list, part, why])?;
    Ok(())
}

/// Forgets an assignment that was read before, in an interrupted run or on another page: the new reading
/// counts.
fn forget(transaction: &Transaction<'_>, id: &str) -> Result<(), Problem> {
    transaction.prepare_cached("DELETE FROM unreadable WHERE part = ?")?.execute([id])?;
    let mut known = transaction.prepare_cached("SELECT id FROM assignment WHERE guid = ?")?;
    if let Some(known) = known.query_row([id], |row| row.get::<_, i64>(0)).optional()? {
        transaction.execute("DELETE FROM want WHERE assignment = ?", [known])?;
        transaction.execute("DELETE FROM assignment WHERE id = ?", [known])?;
    }
    Ok(())
}

fn add(
    transaction: &Transaction<'_>,
    roles: &mut HashMap<ResourceRole, i64>,
    mut assignment: Assignment,
    names: &Names,
    read_at: Timestamp,
) -> Result<(), Problem> {
    // An assignment that has ended owes nothing (R21).
    let _ = assignment.expire(read_at);
    if assignment.state() == AssignmentState::Expired {
        return Ok(());
    }
    let id = assignment.id().to_string();
    let name = names.of(&id);
    let package = package(transaction, &assignment.access_package().to_string(), name.package.as_deref())?;
    forget(transaction, &id)?;
    let sql = "INSERT INTO assignment (guid, package, target, target_type, target_name, end_at, state, read_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    transaction.prepare_cached(sql)?.execute(params![
        id,
        package,
        assignment.target().to_string(),
        assignment
            .target_type()
            .and_then(|it| serde_json::to_value(it).ok()?.as_str().map(ToOwned::to_owned)),
        name.target,
        assignment.end().map(|end| end.to_string()),
        assignment.state().as_str(),
        read_at.unix_ticks(),
    ])?;
    let row = transaction.last_insert_rowid();
    if assignment.state() != AssignmentState::Delivered {
        return Ok(());
    }
    let mut want = transaction.prepare_cached("INSERT INTO want VALUES (?, ?, ?, NULL)")?;
    for owed in assignment.resource_roles().unwrap_or_default() {
        let (role, is_listed) =
            (role(transaction, roles, &owed.resource_role)?, Listing::of(&owed.resource_role).is_some());
        let verdict = if is_listed { Verdict::Open } else { Verdict::Unknown };
        want.execute(params![role, row, verdict.stored().0])?;
    }
    Ok(())
}

fn package(transaction: &Transaction<'_>, guid: &str, name: Option<&str>) -> Result<i64, Problem> {
    let sql = "INSERT INTO package (guid, name) VALUES (?, ?) \
               ON CONFLICT (guid) DO UPDATE SET name = coalesce(excluded.name, name) RETURNING id";
    Ok(transaction.prepare_cached(sql)?.query_row(params![guid, name], |row| row.get(0))?)
}

fn role(
    transaction: &Transaction<'_>,
    known: &mut HashMap<ResourceRole, i64>,
    resource_role: &ResourceRole,
) -> Result<i64, Problem> {
    if let Some(id) = known.get(resource_role) {
        return Ok(*id);
    }
    let listing = match Listing::of(resource_role) {
        Some(listing) => {
            let resource = format!("{} {}", listing.endpoint(), resource_role.resource_origin_id());
            let sql = "INSERT INTO listing (resource) VALUES (?) ON CONFLICT DO UPDATE SET resource = resource RETURNING id";
            Some(transaction.prepare_cached(sql)?.query_row([resource], |row| row.get::<_, i64>(0))?)
        }
        None => None,
    };
    let origin = serde_json::to_string(resource_role).map_err(|error| Problem::Damaged(error.to_string()))?;
    let sql = "INSERT INTO role (origin, kind, listing) VALUES (?, ?, ?) \
               ON CONFLICT DO UPDATE SET kind = excluded.kind RETURNING id";
    let row = params![origin, kind(resource_role), listing];
    let id = transaction.prepare_cached(sql)?.query_row(row, |row| row.get(0))?;
    known.insert(resource_role.clone(), id);
    Ok(id)
}
