//! A report in a single file: no script, no network, readable in light, in dark and on paper.

use std::fmt::{self, Display};
use std::io::Write;

use crate::book::{Book, Counts, Finding, HELP_FAILED, NotConfirmed};
use crate::problem::Problem;
use crate::service::now;
use crate::show::chart::chart;
use crate::show::{headline, thousands};
use crate::verdict::Verdict;

/// How many findings of each sort, and how many access packages, are listed. The JSON has the rest.
const SHOWN: usize = 200;
const PACKAGES: usize = 15;

/// Text that cannot contain a tag.
pub struct Text<T>(pub T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.to_string().chars() {
            match character {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                other => write!(f, "{other}")?,
            }
        }
        Ok(())
    }
}

/// A sentence. Text between backticks is code.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| {
        let part = Text(part);
        if at % 2 == 1 { format!("<code>{part}</code>") } else { part.to_string() }
    });
    parts.collect()
}

pub fn write(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    let (totals, style) = (book.totals()?, include_str!("report.css"));
    let checked = book.finished()?;
    let (day, time) = checked.split_once('T').unwrap_or((&checked, ""));
    let title = headline(&totals);
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Access drift, {day}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <p>{} · {day}, {} UTC</p>",
        Text(book.setting("of")?.unwrap_or_default()),
        time.get(..5).unwrap_or(time),
    )?;
    let roles = totals.roles;
    writeln!(out, "<h2>Resource roles</h2>\n<div class=\"tiles\">")?;
    for (class, number, says) in [
        ("lost", roles.lost, "lost, restorable"),
        ("never", roles.never, "lost for good"),
        ("unknown", roles.unknown, "unknown: cannot be seen"),
        ("present", roles.present, "in place"),
    ] {
        writeln!(out, "<div class=\"tile {class}\"><b>{}</b><span>{says}</span></div>", thousands(number))?;
    }
    writeln!(out, "</div>")?;
    let NotConfirmed { number, why } = book.not_confirmed()?;
    if number > 0 {
        let (number, why) = (thousands(number), prose(&why));
        writeln!(
            out,
            "<p>Assignments with a loss that was not confirmed by reading them again: {number} ({why}).</p>"
        )?;
    }
    writeln!(out, "<section>\n<h2>By kind</h2>")?;
    chart(&book.by_kind()?, out)?;
    writeln!(out, "</section>")?;
    packages(book, out)?;
    for (heading, is_shown) in [
        // Each row says how to restore it: some need `--direct`.
        ("Restorable", (|it| it == Verdict::Lost) as fn(Verdict) -> bool),
        ("Lost for good", |it| matches!(it, Verdict::Never(_))),
    ] {
        findings(book, heading, is_shown, out)?;
    }
    failed(book, out)?;
    if totals.delivering > 0 {
        writeln!(out, "<p>Being delivered now, and not compared: {}.</p>", thousands(totals.delivering))?;
    }
    unknown(book, out)?;
    writeln!(out, "</main>\n</body>\n</html>")?;
    Ok(out.flush()?)
}

fn table(out: &mut impl Write, heading: &str, columns: &[&str]) -> Result<(), Problem> {
    writeln!(out, "<section>\n<h2>{heading}</h2>\n<div class=\"scroll\"><table>\n<thead><tr>")?;
    for column in columns {
        let class = if column.starts_with('#') { " class=\"number\"" } else { "" };
        write!(out, "<th{class}>{}</th>", column.trim_start_matches('#'))?;
    }
    Ok(writeln!(out, "</tr></thead>\n<tbody>")?)
}

fn end(out: &mut impl Write, more: u64) -> Result<(), Problem> {
    writeln!(out, "</tbody></table></div>")?;
    if more > 0 {
        let more = thousands(more);
        writeln!(
            out,
            "<p class=\"more\">… and {more} more: <code>drift check --json</code> lists all of them.</p>"
        )?;
    }
    Ok(writeln!(out, "</section>")?)
}

fn packages(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    let packages = book.by_package()?;
    let affected: Vec<_> = packages.iter().filter(|(_, it)| it.lost + it.never > 0).collect();
    if affected.is_empty() {
        return Ok(());
    }
    let columns = ["Access package", "#Lost", "#For good", "#Unknown", "#In place"];
    table(out, "Access packages that have lost something", &columns)?;
    for (name, Counts { present, lost, never, unknown }) in affected.iter().take(PACKAGES) {
        write!(out, "<tr><td>{}</td>", Text(name))?;
        for number in [&(lost + never), never, unknown, present] {
            write!(out, "<td class=\"number\">{}</td>", thousands(*number))?;
        }
        writeln!(out, "</tr>")?;
    }
    end(out, affected.len().saturating_sub(PACKAGES) as u64)
}

fn findings(
    book: &Book,
    heading: &str,
    is_shown: fn(Verdict) -> bool,
    out: &mut impl Write,
) -> Result<(), Problem> {
    let mut number = 0;
    book.each_finding(|finding| {
        if is_shown(finding.verdict) {
            if number == 0 {
                table(
                    out,
                    heading,
                    &[
                        "Target (who)",
                        "What",
                        "Why, and what helps",
                        "Access package",
                        "Resource",
                        "Assignment",
                    ],
                )?;
            }
            number += 1;
            if number <= SHOWN {
                one(&finding, out)?;
            }
        }
        Ok(!matches!(finding.verdict, Verdict::Unknown))
    })?;
    if number > 0 {
        end(out, number.saturating_sub(SHOWN) as u64)?;
    }
    Ok(())
}

fn one(finding: &Finding, out: &mut impl Write) -> Result<(), Problem> {
    let name = |name: &Option<String>, id: &str| match name {
        Some(name) => Text(name).to_string(),
        None => format!("<span class=\"id\">{}</span>", Text(id)),
    };
    let class = if finding.verdict == Verdict::Lost { "lost" } else { "never" };
    let why = match (&finding.why, finding.help()) {
        (Some(why), Some(help)) => format!("{}; {}", prose(why), prose(help)),
        (Some(why), None) => prose(why),
        (None, help) => format!("not in the list of the service; {}", prose(help.unwrap_or_default())),
    };
    Ok(writeln!(
        out,
        "<tr><td>{}</td><td><span class=\"mark {class}\">{}</span></td><td class=\"why\">{why}</td><td>{}</td><td class=\"id\">{}</td><td class=\"id\">{}</td></tr>",
        name(&finding.target_name, &finding.target),
        Text(&finding.kind),
        name(&finding.package_name, &finding.package),
        Text(finding.resource_role.resource_origin_id()),
        Text(&finding.assignment),
    )?)
}

fn failed(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    let (now, mut number) = (now(), 0);
    book.each_failed(|failed| {
        if number == 0 {
            table(
                out,
                "Failed deliveries",
                &["Target (who)", "State", "Time left", "Access package", "Assignment"],
            )?;
        }
        number += 1;
        if number <= SHOWN {
            writeln!(
                out,
                "<tr><td class=\"id\">{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"id\">{}</td></tr>",
                Text(&failed.target),
                Text(&failed.state),
                prose(&failed.says(now)),
                Text(&failed.package),
                Text(&failed.assignment),
            )?;
        }
        Ok(true)
    })?;
    if number > 0 {
        end(out, number.saturating_sub(SHOWN) as u64)?;
        writeln!(out, "<p class=\"more\">{}.</p>", prose(HELP_FAILED))?;
    }
    Ok(())
}

fn unknown(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    let (unknown, unreadable) = (book.unknown()?, book.unreadable()?);
    if unknown.is_empty() && unreadable.is_empty() {
        return Ok(());
    }
    table(out, "Unknown, which is not fine", &["What", "Why it cannot be seen", "#Number"])?;
    for (kind, why, number) in unknown {
        let (kind, why, number) = (Text(kind), prose(&why), thousands(number));
        writeln!(out, "<tr><td>{kind}</td><td>{why}</td><td class=\"number\">{number}</td></tr>")?;
    }
    for (part, why) in unreadable {
        let (part, why) = (Text(part), prose(&why));
        writeln!(
            out,
            "<tr><td>could not be read: <span class=\"id\">{part}</span></td><td class=\"why\">{why}</td><td class=\"number\">1</td></tr>"
        )?;
    }
    end(out, 0)
}
