//! `drift restore`: shows its plan, carries it out, and looks whether the access is in place.

mod direct;
mod end;
mod reprocess;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use crate::arguments::Restore;
use crate::book::{Book, Of, Pass, Planned, ToRestore};
use crate::evidence::{Diary, Evidence};
use crate::observe::Observer;
use crate::problem::Problem;
use crate::progress::Progress;
use crate::service::now;
use crate::services::Services;
use crate::show::number_of;
use crate::verdict::{Verdict, kind};
use end::End;

/// How many assignments of the plan, and how many that were not restored, are printed.
const SHOWN: usize = 20;

pub async fn run(restore: &Restore) -> Result<u8, Problem> {
    let mut book = Book::open_checked(&restore.file.file)?;
    let finished = book.finished()?;
    let progress = Progress::new();
    let services = Arc::new(Services::new(&restore.connection, &progress).await?);
    book.is_of(&services.of())?;
    let observer = Observer {
        service: &services.directory,
        at_once: restore.connection.at_once,
        settle: Duration::from_secs(restore.connection.settle),
        progress: &progress,
    };
    // Access that has come back since is left alone. If a killed run may have sent it, log that as evidence.
    let tried = book.tried(Verdict::Lost)?;
    observer.pass(&mut book, Pass::Again).await?;
    progress.finish();
    let seen = book.tried(Verdict::Present)?;
    let mut tally = Tally::default();
    for (assignment, origin) in tried.intersection(&seen) {
        let about = json!({ "assignment": assignment, "resourceRole": origin });
        Evidence::open(&restore.log)?.add("foundGranted", &about)?;
        tally.found += 1;
    }
    if tally.found > 0 {
        tell!("in place again after an earlier run: {}", number_of(tally.found, "resource role"));
    }
    let rows = book.plan(restore.direct, restore.limit.unwrap_or(u64::MAX))?;
    plan(&book, restore, &finished, &rows)?;
    if rows.is_empty() {
        if tally.found > 0 {
            tally.log(&Evidence::open(&restore.log)?, 0, &services)?;
        }
        return Ok(0);
    }
    if !is_confirmed(restore)? {
        tell!("nothing was restored");
        return Ok(2);
    }
    let mut run =
        Run { restore, evidence: Arc::new(Evidence::open(&restore.log)?), book, services: &services, tally };
    let Of { services: of, tenant } = services.of();
    run.evidence.add(
        "begun",
        &json!({ "of": of, "tenant": tenant, "checked": finished, "assignments": rows.len(), "direct": restore.direct }),
    )?;
    progress.assignments(rows.len() as u64);
    run.all(&rows, &progress).await?;
    // Access that is not visible yet may only lack replication.
    observer.pass(&mut run.book, Pass::Again).await?;
    progress.finish();
    run.finish()
}

/// Prints what is left out, and then what is about to be done to these assignments.
fn plan(book: &Book, restore: &Restore, finished: &str, rows: &[i64]) -> Result<(), Problem> {
    let ToRestore { assignments, stuck, done } = book.to_restore(restore.direct)?;
    let planned = rows.len() as u64;
    let how = if restore.direct { "granting just what is lost" } else { "reprocessing the assignments" };
    if planned > 0 {
        let all = number_of(assignments, "assignment");
        tell!("plan: {planned} of {all} that can be restored, by {how}");
    } else {
        tell!("nothing to restore");
    }
    tell!("according to the check of {finished}, without what has come back since");
    if done > 0 {
        tell!("left out: {done} restored or accepted before, but not visible yet: `drift check` looks again");
    }
    if stuck > 0 {
        tell!(
            "left out: {stuck} that also lost something for good: reprocessing would end as partially delivered; \
             `drift restore --direct` gives back the rest"
        );
        for (id, target) in book.stuck(SHOWN as u64)? {
            tell!("  {id} of {target}");
        }
        more(stuck);
    }
    let unknown = book.totals()?.roles.unknown;
    if unknown > 0 {
        tell!(
            "unknown, and so not in the plan: {}; `drift check` says why",
            number_of(unknown, "resource role")
        );
    }
    if planned > 0 {
        let lost = number_of(book.lost(rows)?.iter().sum(), "resource role");
        tell!("\nto be restored: {lost} of {}", number_of(planned, "assignment"));
    }
    for row in rows.iter().take(SHOWN) {
        let Some(planned) = book.planned(*row)? else { continue };
        tell!("  {} of {}", planned.id, planned.target);
        planned.lost.iter().for_each(|lost| tell!("    {}: {lost}", kind(lost)));
    }
    more(planned);
    Ok(())
}

fn more(all: u64) {
    if all > SHOWN as u64 {
        tell!("  … and {} more", all - SHOWN as u64);
    }
}

fn is_confirmed(restore: &Restore) -> Result<bool, Problem> {
    if restore.yes {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        return Err(Problem::NotConfirmed);
    }
    let mut out = io::stdout();
    write!(out, "restore them? [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&&*answer.trim().to_ascii_lowercase()))
}

#[derive(Default)]
struct Tally {
    /// How many resource roles are in place again after an earlier run tried to restore them.
    found: u64,
    restored: Vec<i64>,
    not_owed: u64,
    /// How many assignments ended otherwise, by the word for their end.
    otherwise: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Logs the result of a run. So many assignments cannot be seen yet.
    fn log(&self, evidence: &Evidence, not_seen: usize, services: &Services) -> Result<(), Problem> {
        let about = json!({
            "restored": self.restored.len(), "foundGranted": self.found, "notSeenYet": not_seen,
            "noLongerOwed": self.not_owed, "otherwise": self.otherwise, "requests": services.sent.counts(),
        });
        evidence.add("finished", &about)
    }
}

struct Run<'a> {
    restore: &'a Restore,
    evidence: Arc<Evidence>,
    book: Book,
    services: &'a Arc<Services>,
    tally: Tally,
}

impl Run<'_> {
    async fn all(&mut self, rows: &[i64], progress: &Progress) -> Result<(), Problem> {
        let (mut under_way, mut rows) = (JoinSet::new(), rows.iter());
        loop {
            while under_way.len() < self.restore.connection.at_once {
                let Some(row) = rows.next() else { break };
                let Some(planned) = self.book.planned(*row)? else { continue };
                self.evidence.add(
                    "planned",
                    &json!({
                        "assignment": planned.id, "target": planned.target, "accessPackage": planned.package,
                        "lost": planned.lost, "triedBefore": planned.is_tried,
                    }),
                )?;
                // Record this before anything is sent.
                self.book.set_sent(planned.row)?;
                let (services, settle) = (Arc::clone(self.services), self.restore.connection.settle);
                let is_direct = self.restore.direct;
                let diary = Diary { evidence: Arc::clone(&self.evidence), assignment: planned.id };
                under_way.spawn(async move {
                    let end = if is_direct {
                        direct::run(&services, &planned, &diary, Duration::from_secs(settle)).await
                    } else {
                        reprocess::run(&services, &planned, &diary).await
                    };
                    (planned, end)
                });
            }
            let Some(joined) = under_way.join_next().await else { return Ok(()) };
            let (planned, end) = joined.map_err(|error| Problem::Damaged(error.to_string()))?;
            progress.one_more();
            self.over(&planned, &end?, progress)?;
        }
    }

    /// Records the end for one assignment.
    fn over(&mut self, planned: &Planned, end: &End, progress: &Progress) -> Result<(), Problem> {
        // Any other assignment is planned again after all others, and is looked at first.
        if end.is_restored || end.is_not_owed || end.is_accepted {
            self.book.set_done(planned.row)?;
        } else {
            self.book.set_unsuccessful(planned.row, now())?;
        }
        if end.is_restored {
            self.tally.restored.push(planned.row);
            return Ok(());
        }
        if end.is_not_owed {
            self.tally.not_owed += 1;
            return Ok(());
        }
        let before: u64 = self.tally.otherwise.values().sum();
        *self.tally.otherwise.entry(end.word).or_default() += 1;
        if before < SHOWN as u64 {
            progress.say(&format!("{} {}", end.word, planned.id));
            end.says.iter().for_each(|line| progress.say(&format!("  {line}")));
        } else if before == SHOWN as u64 {
            progress.say(&format!("… all of them are in `{}`", self.restore.log.display()));
        }
        Ok(())
    }

    fn finish(self) -> Result<u8, Problem> {
        let not_seen = self.book.lost(&self.tally.restored)?.into_iter().filter(|lost| *lost > 0).count();
        self.tally.log(&self.evidence, not_seen, self.services)?;
        let Tally { restored, otherwise, not_owed, .. } = &self.tally;
        tell!("restored {}", restored.len());
        if not_seen > 0 {
            tell!("  of which {not_seen} cannot be seen yet: run `drift check` again later");
        }
        if *not_owed > 0 {
            tell!("no longer owed {not_owed}");
        }
        for (word, number) in otherwise {
            tell!("{word} {number}");
        }
        tell!("what was done is in `{}`", self.restore.log.display());
        Ok(u8::from(!otherwise.is_empty()))
    }
}
