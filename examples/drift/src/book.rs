//! The file of a check: what it has read and found so far. Memory holds one page at a time; the file holds
//! the rest.

mod failed;
mod findings;
mod inventory;
mod lists;
mod restoring;

use std::path::{Path, PathBuf};
use std::time::Duration;

use access_package::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

pub use failed::{Failed, HELP as HELP_FAILED};
pub use findings::{Counts, Finding, NotConfirmed, Totals};
pub use inventory::{NextPage, Page};
pub use lists::{OpenList, Pass, Wanted};
pub use restoring::{Planned, ToRestore};

use lists::parsed;

use crate::problem::Problem;

const VERSION: i64 = 3;
/// Marks the file as one of `drift`.
const APPLICATION: i64 = 0x6472_6674;

/// How long after its beginning an interrupted check may go on: after that, its findings are too old to
/// report (our choice).
const GOES_ON_WITHIN: Duration = Duration::from_hours(24);

/// How a check begins.
pub enum Begun {
    New,
    /// The interrupted check goes on.
    GoesOn,
    /// The interrupted check is of no use.
    Anew {
        why: String,
    },
}

/// What a check covers.
pub struct Of {
    pub services: String,
    /// `None` if the token does not tell.
    pub tenant: Option<String>,
}

pub struct Book {
    path: String,
    connection: Connection,
    /// The settings of a check that has read nothing yet. Until it has, the file keeps the previous check.
    begins: Option<Vec<(&'static str, String)>>,
}

impl Book {
    /// Opens the file, or creates it.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let name = path.display().to_string();
        let damaged = |source| Problem::Book { path: name.clone(), source };
        let connection = Connection::open(path).map_err(damaged)?;
        // One run has the file at a time. What was written survives a killed process; a page that was not
        // written is read again.
        connection
            .execute_batch(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
            )
            .map_err(damaged)?;
        let pragma = |name| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
        let (version, application) =
            (pragma("user_version").map_err(damaged)?, pragma("application_id").map_err(damaged)?);
        let book = Self { path: name.clone(), connection, begins: None };
        let is_empty = book.table_count().map_err(damaged)? == 0;
        if is_empty {
            book.create().map_err(damaged)?;
        } else if application != APPLICATION || version != VERSION {
            return Err(Problem::BookVersion { path: name, required: VERSION, actual: version });
        }
        Ok(book)
    }

    /// Opens the file of a finished check. It does not create one.
    pub fn open_checked(path: &Path) -> Result<Self, Problem> {
        if !path.exists() {
            return Err(Problem::NotChecked { path: path.display().to_string() });
        }
        let book = Self::open(path)?;
        book.finished().map(|_| book)
    }

    fn table_count(&self) -> rusqlite::Result<i64> {
        self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
    }

    fn create(&self) -> rusqlite::Result<()> {
        let schema = include_str!("book/schema.sql");
        self.connection.execute_batch(&format!(
            "BEGIN IMMEDIATE; {schema} PRAGMA user_version = {VERSION}; PRAGMA application_id = {APPLICATION}; COMMIT;"
        ))
    }

    /// Begins a check of this service, with the assignments from these exported files if there are any. An
    /// interrupted check goes on.
    pub fn begin(
        &mut self,
        of: &Of,
        files: &[PathBuf],
        anew: bool,
        now: Timestamp,
    ) -> Result<Begun, Problem> {
        let files = format!("{files:?}");
        let mut begun = Begun::New;
        if !anew
            && self.setting("finished")?.is_none()
            && let Some(began) = self.setting("began")?
        {
            self.is_of(of)?;
            let why = if self.setting("files")?.as_ref() != Some(&files) {
                "took its assignments from another source".to_owned()
            } else if parsed::<Timestamp>(&began)?.saturating_add(GOES_ON_WITHIN) <= now {
                format!("began on {began}, more than 24 hours ago")
            } else {
                return Ok(Begun::GoesOn);
            };
            begun = Begun::Anew { why };
        }
        let mut settings = vec![("began", now.to_string()), ("of", of.services.clone()), ("files", files)];
        settings.extend(of.tenant.clone().map(|tenant| ("tenant", tenant)));
        self.begins = Some(settings);
        Ok(begun)
    }

    /// Returns an error if the check covers something else.
    pub fn is_of(&self, of: &Of) -> Result<(), Problem> {
        let path = self.path.clone();
        match (self.setting("of")?, self.setting("tenant")?, &of.tenant) {
            (Some(actual), _, _) if actual != of.services => {
                Err(Problem::OtherBook { path, required: of.services.clone(), actual })
            }
            (_, Some(actual), Some(required)) if actual != *required => {
                Err(Problem::OtherTenant { path, required: required.clone(), actual })
            }
            _ => Ok(()),
        }
    }

    /// Marks the check as finished.
    pub fn finish(&self, now: Timestamp) -> Result<(), Problem> {
        self.set("finished", &now.to_string())
    }

    /// When the check in this file was finished. An error if it was not.
    pub fn finished(&self) -> Result<String, Problem> {
        let (finished, path) = (self.setting("finished")?, self.path.clone());
        match finished {
            Some(finished) => Ok(finished),
            None if self.setting("began")?.is_some() => Err(Problem::Interrupted { path }),
            None => Err(Problem::NotChecked { path }),
        }
    }

    pub fn setting(&self, name: &str) -> Result<Option<String>, Problem> {
        let value =
            self.connection.query_row("SELECT value FROM setting WHERE name = ?", [name], |row| row.get(0));
        Ok(value.optional()?)
    }

    pub fn set(&self, name: &str, value: &str) -> Result<(), Problem> {
        self.connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", params![name, value])?;
        Ok(())
    }
}
