//! The chart of the report: a bar for each kind of resource role, as long as there are many, and in it what is what.

use std::io::Write;

use super::html::{Text, thousands};
use crate::book::Counts;
use crate::problem::Problem;

const LABEL: f64 = 190.0;
const BAR: f64 = 620.0;
const WIDTH: f64 = 1000.0;
const ROW: f64 = 34.0;
/// Whatever is lost can be seen.
const LEAST: f64 = 4.0;

pub fn chart(rows: &[(String, Counts)], out: &mut impl Write) -> Result<(), Problem> {
    let mut height = 0.0;
    let mut bars = Vec::new();
    for (kind, counts) in rows {
        let middle = height + 19.0;
        writeln!(bars, "<text x=\"0\" y=\"{middle}\">{}</text>", Text(kind))?;
        writeln!(
            bars,
            "<rect class=\"track\" x=\"{LABEL}\" y=\"{}\" width=\"{BAR}\" height=\"20\" rx=\"4\"/>",
            height + 4.0
        )?;
        let mut x = LABEL;
        for (class, width) in parts(*counts) {
            writeln!(
                bars,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"20\"/>",
                height + 4.0
            )?;
            x += width;
        }
        let (x, says) = (LABEL + BAR + 14.0, says(*counts));
        writeln!(bars, "<text class=\"soft\" x=\"{x}\" y=\"{middle}\">{says}</text>")?;
        height += ROW;
    }
    writeln!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"What is lost, unknown and in place, by kind of resource role\">"
    )?;
    out.write_all(&bars)?;
    writeln!(out, "</svg>\n<div class=\"legend\">")?;
    for (class, says) in [
        ("lost", "lost, can be given back"),
        ("never", "lost, cannot be given back"),
        ("unknown", "unknown"),
        ("present", "in place"),
    ] {
        writeln!(out, "<span class=\"{class}\"><i></i>{says}</span>")?;
    }
    Ok(writeln!(out, "</div>")?)
}

/// How wide each part is. What there is has a width that can be seen, at the cost of the widest.
fn parts(Counts { present, lost, never, unknown }: Counts) -> [(&'static str, f64); 4] {
    let numbers = [("lost", lost), ("never", never), ("unknown", unknown), ("present", present)];
    let all = numbers.iter().map(|(_, number)| share(*number)).sum::<f64>().max(1.0);
    let mut parts = numbers.map(|(class, number)| {
        let width = share(number) / all * BAR;
        (class, if number > 0 { width.max(LEAST) } else { 0.0 })
    });
    let over = parts.iter().map(|(_, width)| width).sum::<f64>() - BAR;
    if let Some((_, widest)) = parts.iter_mut().max_by(|a, b| a.1.total_cmp(&b.1)) {
        *widest -= over.max(0.0);
    }
    parts
}

/// More than 4 billion look like 4 billion.
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
