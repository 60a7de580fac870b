//! What was found: counts, and single findings.

use rusqlite::{Row, params};

use super::Book;
use super::lists::{parsed, role};
use super::restoring::STUCK;
use crate::problem::Problem;
use crate::verdict::Verdict;
use access_package::ResourceRole;

/// How many resource roles have which verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub present: u64,
    pub lost: u64,
    pub never: u64,
    pub unknown: u64,
}

/// All counts.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// The assignments that are delivered, those of them that have lost something, and those that have lost
    /// only what cannot be given back.
    pub delivered: u64,
    pub drifted: u64,
    pub stuck: u64,
    /// Assignments that have lost both: something that can be given back, and something for good.
    pub mixed: u64,
    pub unreadable: u64,
    pub failed: u64,
    pub partial: u64,
    /// Assignments of an export that are under way.
    pub delivering: u64,
    pub roles: Counts,
}

/// A resource role that an assignment owes, with the verdict on it.
#[derive(Debug, Clone)]
pub struct Finding {
    pub assignment: String,
    pub package: String,
    pub package_name: Option<String>,
    pub target: String,
    pub target_name: Option<String>,
    pub end: Option<String>,
    pub kind: String,
    pub resource_role: ResourceRole,
    pub verdict: Verdict,
    /// Whether the assignment has also lost something for good.
    pub is_stuck: bool,
    /// Why it cannot be seen, or cannot be restored.
    pub why: Option<String>,
}

/// How many assignments that have lost something could not be asked whether they still owe it, and why the
/// first one could not.
#[derive(Debug, Clone, Default)]
pub struct NotConfirmed {
    pub number: u64,
    pub why: String,
}

impl NotConfirmed {
    pub fn add(&mut self, why: String) {
        if self.number == 0 {
            self.why = why;
        }
        self.number += 1;
    }
}

impl Finding {
    /// What helps, if it is known.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self.verdict {
            Verdict::Lost if self.is_stuck => Some("run `drift restore --direct`"),
            Verdict::Lost => Some("run `drift restore`"),
            Verdict::Never(obstacle) => obstacle.help(),
            Verdict::Open | Verdict::Present | Verdict::Suspected | Verdict::Unknown | Verdict::NotOwed => {
                None
            }
        }
    }
}

impl Counts {
    fn add(&mut self, verdict: Verdict, number: u64) {
        match verdict {
            Verdict::Present => self.present += number,
            Verdict::Lost => self.lost += number,
            Verdict::Never(_) => self.never += number,
            Verdict::Unknown | Verdict::Open | Verdict::Suspected => self.unknown += number,
            Verdict::NotOwed => {}
        }
    }

    #[must_use]
    pub fn all(self) -> u64 {
        self.present + self.lost + self.never + self.unknown
    }
}

/// The query for findings, in the order of the columns that `finding` reads.
fn select() -> String {
    format!(
        "SELECT assignment.guid, package.guid, package.name, target, target_name, end_at, kind, origin, \
         verdict, obstacle, why, verdict = 3 AND {STUCK} FROM want JOIN assignment ON assignment.id = want.assignment \
         JOIN package ON package.id = assignment.package JOIN role ON role.id = want.role \
         LEFT JOIN listing ON listing.id = role.listing"
    )
}

/// Why something could not be seen if there is no list.
const NOT_LISTED: &str = "Microsoft Graph has no list of who has it";

fn finding(row: &Row<'_>) -> Result<Finding, Problem> {
    let verdict = Verdict::load(row.get(8)?, row.get::<_, Option<String>>(9)?.as_deref());
    let why = match verdict {
        Verdict::Never(obstacle) => Some(obstacle.to_string()),
        Verdict::Unknown | Verdict::Open | Verdict::Suspected => {
            Some(row.get::<_, Option<String>>(10)?.unwrap_or_else(|| NOT_LISTED.to_owned()))
        }
        Verdict::Present | Verdict::Lost | Verdict::NotOwed => None,
    };
    Ok(Finding {
        assignment: row.get(0)?,
        package: row.get(1)?,
        package_name: row.get(2)?,
        target: row.get(3)?,
        target_name: row.get(4)?,
        end: row.get(5)?,
        kind: row.get(6)?,
        resource_role: role(&row.get::<_, String>(7)?)?,
        verdict,
        is_stuck: row.get(11)?,
        why,
    })
}

impl Book {
    pub fn totals(&self) -> Result<Totals, Problem> {
        let count = |sql: &str| self.connection.query_row(sql, [], |row| row.get::<_, u64>(0));
        let mut totals = Totals {
            delivered: count("SELECT count(*) FROM assignment WHERE state = 'delivered'")?,
            drifted: count("SELECT count(DISTINCT assignment) FROM want WHERE verdict IN (3, 4)")?,
            stuck: count(
                "SELECT count(DISTINCT assignment) FROM want WHERE verdict = 4 AND assignment NOT IN \
                 (SELECT assignment FROM want WHERE verdict = 3)",
            )?,
            mixed: count(&format!(
                "SELECT count(DISTINCT assignment) FROM want WHERE verdict = 3 AND {STUCK}"
            ))?,
            unreadable: count("SELECT count(*) FROM unreadable")?,
            failed: count("SELECT count(*) FROM assignment WHERE state = 'deliveryFailed'")?,
            partial: count("SELECT count(*) FROM assignment WHERE state = 'partiallyDelivered'")?,
            delivering: count("SELECT count(*) FROM assignment WHERE state = 'delivering'")?,
            roles: Counts::default(),
        };
        for (_, counts) in self.by_kind()? {
            totals.roles.present += counts.present;
            totals.roles.lost += counts.lost;
            totals.roles.never += counts.never;
            totals.roles.unknown += counts.unknown;
        }
        Ok(totals)
    }

    /// Counts by kind of resource role, the kind with most losses first.
    pub fn by_kind(&self) -> Result<Vec<(String, Counts)>, Problem> {
        self.counted("SELECT kind, verdict, obstacle, count(*) FROM want JOIN role ON role.id = want.role GROUP BY 1, 2, 3")
    }

    /// Counts by access package, the package with most losses first.
    pub fn by_package(&self) -> Result<Vec<(String, Counts)>, Problem> {
        self.counted(
            "SELECT coalesce(package.name, package.guid), verdict, obstacle, count(*) FROM want \
             JOIN assignment ON assignment.id = want.assignment JOIN package ON package.id = assignment.package \
             GROUP BY package.id, 2, 3",
        )
    }

    fn counted(&self, sql: &str) -> Result<Vec<(String, Counts)>, Problem> {
        let mut counted: std::collections::BTreeMap<String, Counts> = std::collections::BTreeMap::new();
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let verdict = Verdict::load(row.get(1)?, row.get::<_, Option<String>>(2)?.as_deref());
            counted.entry(row.get(0)?).or_default().add(verdict, row.get(3)?);
        }
        let mut counted: Vec<_> = counted.into_iter().collect();
        counted.sort_by_key(|(_, counts)| std::cmp::Reverse((counts.lost + counts.never, counts.unknown)));
        Ok(counted)
    }

    /// Everything that is not in place, one by one: lost first, then by access package and assignment. Stops
    /// when `each` returns false.
    pub fn each_finding(
        &self,
        mut each: impl FnMut(Finding) -> Result<bool, Problem>,
    ) -> Result<(), Problem> {
        for verdicts in ["verdict = 3", "verdict = 4", "verdict IN (0, 2, 5)"] {
            let sql =
                format!("{} WHERE {verdicts} ORDER BY assignment.package, assignment.id, role.id", select());
            let mut statement = self.connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if !each(finding(row)?)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Passes everything that is owed to `each`, whatever the verdict, ordered by target.
    pub fn each_owed(&self, mut each: impl FnMut(Finding) -> Result<(), Problem>) -> Result<(), Problem> {
        let sql = format!("{} WHERE verdict <> 6 ORDER BY target, assignment.id, role.id", select());
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(finding(row)?)?;
        }
        Ok(())
    }

    pub fn set_not_confirmed(&self, not_confirmed: &NotConfirmed) -> Result<(), Problem> {
        self.set("notConfirmed", &not_confirmed.number.to_string())?;
        self.set("whyNotConfirmed", &not_confirmed.why)
    }

    pub fn not_confirmed(&self) -> Result<NotConfirmed, Problem> {
        let number = self.setting("notConfirmed")?.map(|number| parsed(&number)).transpose()?;
        let why = self.setting("whyNotConfirmed")?;
        Ok(NotConfirmed { number: number.unwrap_or_default(), why: why.unwrap_or_default() })
    }

    /// What could not be seen, counted by kind and reason.
    pub fn unknown(&self) -> Result<Vec<(String, String, u64)>, Problem> {
        let sql = "SELECT kind, coalesce(why, ?), count(*) FROM want JOIN role ON role.id = want.role \
                   LEFT JOIN listing ON listing.id = role.listing WHERE verdict IN (0, 2, 5) \
                   GROUP BY 1, 2 ORDER BY 3 DESC";
        let mut statement = self.connection.prepare(sql)?;
        let rows =
            statement.query_map(params![NOT_LISTED], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What can never be given back, counted by cause.
    pub fn never(&self) -> Result<Vec<(Verdict, u64)>, Problem> {
        let sql = "SELECT obstacle, count(*) FROM want WHERE verdict = 4 GROUP BY 1 ORDER BY 2 DESC";
        let mut statement = self.connection.prepare(sql)?;
        let load = |code: Option<String>| Verdict::load(4, code.as_deref());
        let rows = statement.query_map([], |row| Ok((load(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The parts of pages that could not be read.
    pub fn unreadable(&self) -> Result<Vec<(String, String)>, Problem> {
        let mut statement =
            self.connection.prepare("SELECT part, why FROM unreadable ORDER BY id LIMIT 100")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
