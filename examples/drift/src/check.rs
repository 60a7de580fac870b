//! `drift check`.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write as _};
use std::time::Duration;

use crate::arguments::Check;
use crate::book::{Begun, Book, NotConfirmed, Totals};
use crate::confirm::confirm;
use crate::inventory;
use crate::observe::Observer;
use crate::problem::Problem;
use crate::progress::Progress;
use crate::requests;
use crate::service::now;
use crate::services::Services;
use crate::show::{csv, html, json, number_of, table};

pub async fn run(check: &Check) -> Result<u8, Problem> {
    let progress = Progress::new();
    let services = Services::new(&check.connection, &progress).await?;
    let mut book = Book::open(&check.file.file)?;
    let of = services.of();
    let path = check.file.file.display();
    match book.begin(&of, &check.assignments, check.anew, now())? {
        Begun::New => {}
        Begun::GoesOn => warn!("going on with the check in `{path}`; `--anew` begins another one"),
        Begun::Anew { why } => {
            warn!("a check begins anew: the one in `{path}` was interrupted, and {why}");
        }
    }
    if let Some(path) = &check.html {
        // Fail now rather than after hours. The file keeps its content until there is another report.
        OpenOptions::new().append(true).create(true).open(path).map_err(Problem::file(path))?;
    }
    if check.assignments.is_empty() {
        inventory::from_service(&services.management, &mut book, &progress).await?;
        requests::from_service(&services.management, &mut book).await?;
    } else {
        inventory::from_files(&check.assignments, &mut book)?;
        let totals = book.totals()?;
        if totals.delivered == 0 && totals.unreadable == 0 {
            warn!("there is no delivered assignment in these files");
        }
    }
    let observer = Observer {
        service: &services.directory,
        at_once: check.connection.at_once,
        settle: Duration::from_secs(check.connection.settle),
        progress: &progress,
    };
    observer.observe(&mut book).await?;
    if check.assignments.is_empty() {
        confirm(&services.management, check.connection.at_once, &mut book).await?;
    } else {
        let (number, why) = (book.totals()?.drifted, "the assignments were read from files".into());
        book.set_not_confirmed(&NotConfirmed { number, why })?;
    }
    progress.finish();
    book.finish(now())?;
    if let Some(path) = &check.html {
        let file = File::create(path).map_err(Problem::file(path))?;
        html::write(&book, &mut BufWriter::new(file)).map_err(|problem| match problem {
            Problem::Terminal(source) => Problem::file(path)(source),
            problem => problem,
        })?;
    }
    match print(check, &book, &services) {
        // The reader has read enough and closed the pipe.
        Err(Problem::Terminal(error)) if error.kind() == ErrorKind::BrokenPipe => {}
        printed => printed?,
    }
    let totals = book.totals()?;
    if totals.unreadable > 0 {
        warn!("the check is incomplete: {} could not be read", number_of(totals.unreadable, "part"));
    }
    let failed = totals.failed + totals.partial;
    if check.csv && failed > 0 {
        warn!("not in the CSV, but in `--json`: {} not delivered", number_of(failed, "assignment"));
    }
    let is_empty = totals.delivered == 0 && !check.assignments.is_empty();
    Ok(status(&totals, is_empty))
}

fn print(check: &Check, book: &Book, services: &Services) -> Result<(), Problem> {
    let mut out = BufWriter::new(io::stdout().lock());
    if check.json {
        json::write(book, &services.sent.counts(), &mut out)?;
    } else if check.csv {
        csv::findings(book, &mut out)?;
    } else {
        table::write(book, &mut out)?;
    }
    Ok(out.flush()?)
}

/// An unknown is not fine, and neither is an empty export. A loss comes first: you can do something about it.
fn status(totals: &Totals, is_empty: bool) -> u8 {
    if totals.drifted > 0 {
        1
    } else if totals.roles.unknown > 0 || totals.unreadable > 0 || is_empty {
        3
    } else {
        0
    }
}
