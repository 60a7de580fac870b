//! For a person, on a terminal.

use std::io::Write;

use crate::book::{Book, Counts};
use crate::problem::Problem;
use crate::service::now;
use crate::verdict::Verdict;

/// How many access packages and findings are listed.
const SHOWN: usize = 20;

pub fn write(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    let totals = book.totals()?;
    let roles = totals.roles;
    writeln!(out, "{} delivered assignments, with {} resource roles", totals.delivered, roles.all())?;
    writeln!(out)?;
    for (name, number) in [
        ("in place", roles.present),
        ("lost, can be given back", roles.lost),
        ("lost, cannot be given back", roles.never),
        ("unknown", roles.unknown),
    ] {
        writeln!(out, "  {number:>9}  {name}")?;
    }
    let restorable = totals.drifted - totals.stuck;
    if totals.drifted > 0 {
        writeln!(out)?;
        writeln!(
            out,
            "{} assignments have lost access; {restorable} of them something that can be given back",
            totals.drifted
        )?;
    }
    counted(out, "by kind", &book.by_kind()?)?;
    let packages = book.by_package()?;
    let has_lost = |counts: &Counts| counts.lost + counts.never > 0;
    let affected: Vec<_> = packages.iter().filter(|(_, counts)| has_lost(counts)).cloned().collect();
    counted(out, "by access package that has lost something", affected.get(..SHOWN).unwrap_or(&affected))?;
    if affected.len() > SHOWN {
        writeln!(out, "  … and {} more", affected.len() - SHOWN)?;
    }
    lost(book, out)?;
    failed(book, out)?;
    let never = book.never()?;
    if !never.is_empty() {
        writeln!(out, "\ncannot be given back")?;
        for (verdict, number) in never {
            if let Verdict::Never(obstacle) = verdict {
                let help = obstacle.help().unwrap_or_default();
                writeln!(out, "  {number:>9}  {obstacle}: {help}")?;
            }
        }
    }
    let unknown = book.unknown()?;
    if !unknown.is_empty() {
        writeln!(out, "\nunknown, which is not fine")?;
        for (kind, why, number) in unknown {
            writeln!(out, "  {number:>9}  {kind}: {why}")?;
        }
    }
    let unreadable = book.unreadable()?;
    if !unreadable.is_empty() {
        writeln!(out, "\n{} assignments could not be read", totals.unreadable)?;
        for (part, why) in unreadable.iter().take(SHOWN) {
            writeln!(out, "  {part}: {why}")?;
        }
    }
    Ok(())
}

fn counted(out: &mut impl Write, title: &str, rows: &[(String, Counts)]) -> Result<(), Problem> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n   in place      lost     never   unknown  {title}")?;
    for (name, counts) in rows {
        let Counts { present, lost, never, unknown } = counts;
        writeln!(out, "  {present:>9} {lost:>9} {never:>9} {unknown:>9}  {name}")?;
    }
    Ok(())
}

/// The first of what can be given back.
fn lost(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    let mut shown = 0;
    book.each_finding(|finding| {
        if finding.verdict != Verdict::Lost || shown == SHOWN {
            return Ok(false);
        }
        if shown == 0 {
            writeln!(out, "\nlost, and `drift restore` gives it back (all of it: --csv, --json, --html)")?;
        }
        shown += 1;
        let target = finding.target_name.as_ref().unwrap_or(&finding.target);
        writeln!(out, "  {target}: {} {}", finding.kind, finding.resource_role.resource_origin_id())?;
        Ok(true)
    })
}

fn failed(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    let (now, mut shown) = (now(), 0);
    let totals = book.totals()?;
    let all = totals.failed + totals.partial;
    if all > 0 {
        let (failed, partial) = (totals.failed, totals.partial);
        writeln!(
            out,
            "\n{failed} deliveries have failed, {partial} in part: reprocess their requests within 14 days"
        )?;
    }
    if let Some(why) = book.why_no_requests()? {
        writeln!(out, "  how many days are left is not known: {why}")?;
    }
    book.each_failed(|failed| {
        shown += 1;
        writeln!(out, "  {} ({}): {}", failed.assignment, failed.state, failed.says(now))?;
        Ok(shown < SHOWN)
    })?;
    if all > SHOWN as u64 {
        writeln!(out, "  … and {} more", all - SHOWN as u64)?;
    }
    Ok(())
}
