//! A table, for a person on a terminal.

use std::io::Write;

use crate::book::{Book, Counts, HELP_FAILED, NotConfirmed};
use crate::problem::Problem;
use crate::service::now;
use crate::show::{headline, number_of};
use crate::verdict::Verdict;

/// How many access packages and findings are listed.
const SHOWN: usize = 20;

pub fn write(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    let totals = book.totals()?;
    let roles = totals.roles;
    let (delivered, all) =
        (number_of(totals.delivered, "delivered assignment"), number_of(roles.all(), "resource role"));
    writeln!(out, "{}", headline(&totals))?;
    writeln!(out, "\n{delivered}, with {all}")?;
    for (name, number) in [
        ("in place", roles.present),
        ("lost", roles.lost + roles.never),
        ("  of these restorable", roles.lost),
        ("  of these lost for good", roles.never),
        ("unknown", roles.unknown),
    ] {
        writeln!(out, "  {number:>9}  {name}")?;
    }
    if totals.drifted > 0 {
        let (drifted, restorable) = (totals.drifted, totals.drifted - totals.stuck);
        writeln!(
            out,
            "\nassignments that have lost something: {drifted}; with something restorable: {restorable}"
        )?;
        if totals.mixed > 0 {
            writeln!(out, "of these, only with `drift restore --direct`: {}", totals.mixed)?;
        }
    }
    let NotConfirmed { number, why } = book.not_confirmed()?;
    if number > 0 {
        writeln!(out, "with a loss that was not confirmed by reading them again: {number} ({why})")?;
    }
    counted(out, "by kind", &book.by_kind()?)?;
    let packages = book.by_package()?;
    let has_lost = |counts: &Counts| counts.lost + counts.never > 0;
    let affected: Vec<_> = packages.iter().filter(|(_, counts)| has_lost(counts)).cloned().collect();
    counted(out, "by access package that has lost something", affected.get(..SHOWN).unwrap_or(&affected))?;
    if affected.len() > SHOWN {
        writeln!(out, "  … and {} more", affected.len() - SHOWN)?;
    }
    let heading = "restorable: `drift restore` gives it back (all of it: --csv, --json, --html)";
    first(book, heading, |verdict| verdict == Verdict::Lost, out)?;
    let never = book.never()?;
    if !never.is_empty() {
        first(book, "lost for good", |verdict| matches!(verdict, Verdict::Never(_)), out)?;
        for (verdict, number) in never {
            if let Verdict::Never(obstacle) = verdict {
                writeln!(out, "  {number:>9}  {obstacle}: {}", obstacle.help().unwrap_or_default())?;
            }
        }
    }
    failed(book, out)?;
    if totals.delivering > 0 {
        writeln!(out, "\nbeing delivered now, and not compared: {}", totals.delivering)?;
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
        writeln!(out, "\ncould not be read: {}", totals.unreadable)?;
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
    writeln!(out, "\n   in place      lost  for good   unknown  {title}")?;
    for (name, counts) in rows {
        let Counts { present, lost, never, unknown } = counts;
        let lost = lost + never;
        writeln!(out, "  {present:>9} {lost:>9} {never:>9} {unknown:>9}  {name}")?;
    }
    Ok(())
}

/// The first findings with these verdicts.
fn first(
    book: &Book,
    heading: &str,
    is_shown: fn(Verdict) -> bool,
    out: &mut impl Write,
) -> Result<(), Problem> {
    let mut shown = 0;
    book.each_finding(|finding| {
        if is_shown(finding.verdict) {
            if shown == 0 {
                writeln!(out, "\n{heading}")?;
                row(out, ["assignment", "target (who)", "access package", "what", "resource"], "")?;
            }
            shown += 1;
            let target = finding.target_name.as_ref().unwrap_or(&finding.target);
            let package = finding.package_name.as_ref().unwrap_or(&finding.package);
            let resource = finding.resource_role.resource_origin_id();
            let more = if finding.is_stuck { "  (only with `--direct`)" } else { "" };
            row(out, [&finding.assignment, target, package, &finding.kind, &resource], more)?;
        }
        Ok(shown < SHOWN && finding.verdict != Verdict::Unknown)
    })
}

/// One line for a finding.
fn row(
    out: &mut impl Write,
    [assignment, target, package, what, resource]: [&str; 5],
    more: &str,
) -> Result<(), Problem> {
    Ok(writeln!(out, "  {assignment:<36}  {target:<36}  {package:<36}  {what:<22}  {resource}{more}")?)
}

fn failed(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    let (now, mut shown) = (now(), 0);
    let totals = book.totals()?;
    let all = totals.failed + totals.partial;
    if all > 0 {
        let (failed, partial) = (totals.failed, totals.partial);
        writeln!(out, "\nfailed deliveries: {failed}, and in part: {partial}; {HELP_FAILED}")?;
    }
    if let Some(why) = book.why_no_requests()? {
        writeln!(out, "  how many days are left is not known: {why}")?;
    }
    book.each_failed(|failed| {
        if shown == 0 {
            row(out, ["assignment", "target (who)", "access package", "state", "time left"], "")?;
        }
        shown += 1;
        let (state, says) = (&failed.state, failed.says(now));
        row(out, [&failed.assignment, &failed.target, &failed.package, state, &says], "")?;
        Ok(shown < SHOWN)
    })?;
    if all > SHOWN as u64 {
        writeln!(out, "  … and {} more", all - SHOWN as u64)?;
    }
    Ok(())
}
