//! `drift report`.

use std::io::{self, Write as _};

use crate::arguments::Report;
use crate::book::Book;
use crate::problem::Problem;
use crate::show::csv;

pub fn run(report: &Report) -> Result<u8, Problem> {
    let book = Book::open_checked(&report.file.file)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    csv::held(&book, &mut out)?;
    out.flush()?;
    Ok(0)
}
