//! The chart of the report: a bar for each kind of resource role, divided by verdict.

use std::io::Write;

use super::html::Text;
use super::thousands;
use crate::book::Counts;
use crate::problem::Problem;

/// The least width of a part, in percent of a bar, so that every loss can be seen.
const LEAST: f64 = 0.6;

pub fn chart(rows: &[(String, Counts)], out: &mut impl Write) -> Result<(), Problem> {
    writeln!(out, "<div class=\"chart\">")?;
    for (kind, counts) in rows {
        let says = says(*counts);
        write!(out, "<b>{}</b><span>{says}</span><div>", Text(kind))?;
        for (class, width) in parts(*counts) {
            write!(out, "<i class=\"{class}\" style=\"width:{width:.2}%\"></i>")?;
        }
        writeln!(out, "</div>")?;
    }
    writeln!(out, "</div>\n<div class=\"legend\">")?;
    for (class, says) in [
        ("lost", "lost, restorable"),
        ("never", "lost for good"),
        ("unknown", "unknown"),
        ("present", "in place"),
    ] {
        writeln!(out, "<span class=\"{class}\"><i></i>{says}</span>")?;
    }
    Ok(writeln!(out, "</div>")?)
}

/// The width of each part. A part that is not empty has a visible width, at the cost of the widest part.
fn parts(Counts { present, lost, never, unknown }: Counts) -> [(&'static str, f64); 4] {
    let numbers = [("lost", lost), ("never", never), ("unknown", unknown), ("present", present)];
    let all = numbers.iter().map(|(_, number)| share(*number)).sum::<f64>().max(1.0);
    let mut parts = numbers.map(|(class, number)| {
        let width = share(number) / all * 100.0;
        (class, if number > 0 { width.max(LEAST) } else { 0.0 })
    });
    let over = parts.iter().map(|(_, width)| width).sum::<f64>() - 100.0;
    if let Some((_, widest)) = parts.iter_mut().max_by(|a, b| a.1.total_cmp(&b.1)) {
        *widest -= over.max(0.0);
    }
    parts
}

/// The number as a float. More than 4 billion count as 4 billion.
fn share(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn says(Counts { present, lost, never, unknown }: Counts) -> String {
    let all = thousands(present + lost + never + unknown);
    match (lost + never, unknown) {
        (0, 0) => format!("{all} in place"),
        (0, unknown) if present == 0 => format!("{} unknown", thousands(unknown)),
        (0, unknown) => format!("{} unknown of {all}", thousands(unknown)),
        (gone, _) => format!("{} lost of {all}", thousands(gone)),
    }
}
