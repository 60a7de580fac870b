//! Charts as SVG, for light and dark backgrounds, on a logarithmic scale: the median as a dot, all rounds as a line
//! through it.

use std::fmt::Write as _;

use crate::measure::{Spoken, Time};

const WIDTH: f64 = 860.0;
const LEFT: f64 = 220.0;
const RIGHT: f64 = 90.0;
const TOP: f64 = 58.0;
const ROW: f64 = 30.0;

const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#1f2328}\
.title{font-size:15px;font-weight:600}\
.quiet{fill:#59636e}\
.grid{stroke:#d1d9e0}\
.s0{stroke:#0969da;fill:#0969da}.s1{stroke:#bc4c00;fill:#bc4c00}\
.s2{stroke:#8250df;fill:#8250df}.s3{stroke:#59636e;fill:#59636e}\
text.s0,text.s1,text.s2,text.s3{stroke:none}\
line,polyline{stroke-width:2}.grid{stroke-width:1}\
@media(prefers-color-scheme:dark){\
text{fill:#f0f6fc}.quiet{fill:#9198a1}.grid{stroke:#3d444d}\
.s0{stroke:#4493f8;fill:#4493f8}.s1{stroke:#f0883e;fill:#f0883e}\
.s2{stroke:#ab7df8;fill:#ab7df8}.s3{stroke:#9198a1;fill:#9198a1}\
}";

/// A logarithmic axis from one power of ten to another.
struct Axis {
    low: i32,
    high: i32,
    from: f64,
    to: f64,
}

impl Axis {
    #[expect(clippy::cast_possible_truncation, reason = "an exponent")]
    fn around(values: impl Iterator<Item = f64> + Clone, from: f64, to: f64) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min).log10().floor() as i32;
        let high = values.fold(0.0, f64::max).log10().ceil() as i32;
        Self { low, high: high.max(low + 1), from, to }
    }

    fn place(&self, value: f64) -> f64 {
        let part = (value.log10() - f64::from(self.low)) / f64::from(self.high - self.low);
        self.from + part * (self.to - self.from)
    }

    fn marks(&self) -> impl Iterator<Item = (f64, f64)> {
        (self.low..=self.high).map(|exponent| (10_f64.powi(exponent), self.place(10_f64.powi(exponent))))
    }
}

fn svg(title: &str, height: f64, body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n\
         <text class=\"title\" x=\"12\" y=\"24\">{title}</text>\n{body}</svg>\n"
    )
}

/// A round number of nanoseconds, as the label of an axis.
fn mark(ns: f64) -> String {
    Spoken(ns).to_string().replace(".0", "")
}

fn legend(series: &[&str]) -> String {
    let mut body = String::new();
    let mut x = LEFT;
    for (number, name) in series.iter().enumerate() {
        writeln!(body, "<circle class=\"s{number}\" cx=\"{x}\" cy=\"42\" r=\"5\"/>").unwrap();
        writeln!(body, "<text x=\"{}\" y=\"46\">{name}</text>", x + 11.0).unwrap();
        x += 40.0 + 7.2 * f64::from(u32::try_from(name.len()).expect("short"));
    }
    body
}

/// One row for each side, with a dot for each series.
pub fn rows(title: &str, series: &[&str], rows: &[(&str, Vec<Option<Time>>)]) -> String {
    let times = rows.iter().flat_map(|(_, times)| times).flatten();
    let axis = Axis::around(times.flat_map(|time| [time.min, time.max]), LEFT, WIDTH - RIGHT);
    let bottom = rows.iter().fold(TOP, |y, _| y + ROW);
    let mut body = legend(series);
    for (value, x) in axis.marks() {
        writeln!(body, "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{bottom}\"/>")
            .unwrap();
        let y = bottom + 18.0;
        writeln!(
            body,
            "<text class=\"quiet\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{y}\">{}</text>",
            mark(value)
        )
        .unwrap();
    }
    let mut y = TOP + ROW / 2.0;
    for (who, times) in rows {
        let x = LEFT - 14.0;
        writeln!(body, "<text text-anchor=\"end\" x=\"{x}\" y=\"{}\">{who}</text>", y + 4.0).unwrap();
        for (number, time) in times.iter().enumerate().filter_map(|(number, time)| Some((number, (*time)?))) {
            // Beside each other, where they would hide each other.
            let y = if number == 0 { y - 4.0 } else { y + 4.0 };
            let [min, median, max] = [time.min, time.median, time.max].map(|ns| axis.place(ns));
            writeln!(
                body,
                "<line class=\"s{number}\" x1=\"{min:.1}\" x2=\"{max:.1}\" y1=\"{y}\" y2=\"{y}\"/>"
            )
            .unwrap();
            writeln!(body, "<circle class=\"s{number}\" cx=\"{median:.1}\" cy=\"{y}\" r=\"4.5\"/>").unwrap();
        }
        let last = times.iter().flatten().map(|time| axis.place(time.max)).fold(0.0, f64::max) + 10.0;
        let said: Vec<_> = times.iter().flatten().map(|time| Spoken(time.median).to_string()).collect();
        writeln!(body, "<text class=\"quiet\" x=\"{last:.1}\" y=\"{}\">{}</text>", y + 4.0, said.join(", "))
            .unwrap();
        y += ROW;
    }
    svg(title, bottom + 32.0, &body)
}

/// One line for each series over a size, both scales logarithmic.
#[expect(clippy::cast_precision_loss, reason = "sizes are small")]
pub fn growth(title: &str, unit: &str, series: &[(&str, Vec<(usize, Time)>)]) -> String {
    let (top, bottom) = (TOP, TOP + 300.0);
    let points = series.iter().flat_map(|(_, points)| points);
    let across = Axis::around(points.clone().map(|(size, _)| *size as f64), 90.0, WIDTH - 150.0);
    let up = Axis::around(points.flat_map(|(_, time)| [time.min, time.max]), bottom, top);
    let mut body = String::new();
    for (value, x) in across.marks() {
        writeln!(body, "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top}\" y2=\"{bottom}\"/>")
            .unwrap();
        let y = bottom + 18.0;
        writeln!(body, "<text class=\"quiet\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{y}\">{value}</text>")
            .unwrap();
    }
    for (value, y) in up.marks() {
        let (from, to) = (across.from, across.to);
        writeln!(body, "<line class=\"grid\" x1=\"{from}\" x2=\"{to}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>")
            .unwrap();
        let (x, y) = (from - 10.0, y + 4.0);
        writeln!(
            body,
            "<text class=\"quiet\" text-anchor=\"end\" x=\"{x}\" y=\"{y:.1}\">{}</text>",
            mark(value)
        )
        .unwrap();
    }
    let middle = f64::midpoint(across.from, across.to);
    let y = bottom + 38.0;
    writeln!(body, "<text class=\"quiet\" text-anchor=\"middle\" x=\"{middle}\" y=\"{y}\">{unit}</text>")
        .unwrap();
    let mut ends: Vec<_> = Vec::new();
    for (number, (name, points)) in series.iter().enumerate() {
        let mut line = String::new();
        for (size, time) in points {
            let x = across.place(*size as f64);
            let [min, median, max] = [time.min, time.median, time.max].map(|ns| up.place(ns));
            write!(line, "{x:.1},{median:.1} ").unwrap();
            writeln!(
                body,
                "<line class=\"s{number}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{min:.1}\" y2=\"{max:.1}\"/>"
            )
            .unwrap();
            writeln!(body, "<circle class=\"s{number}\" cx=\"{x:.1}\" cy=\"{median:.1}\" r=\"3.5\"/>")
                .unwrap();
        }
        writeln!(body, "<polyline class=\"s{number}\" style=\"fill:none\" points=\"{}\"/>", line.trim_end())
            .unwrap();
        ends.extend(points.last().map(|(_, time)| (up.place(time.median), number, *name)));
    }
    // Their names, one below the other where the lines end.
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free = top;
    for (y, number, name) in ends {
        let y = (y + 4.0).max(free);
        free = y + 17.0;
        let x = across.to + 12.0;
        writeln!(body, "<text class=\"s{number}\" x=\"{x}\" y=\"{y:.1}\">{name}</text>").unwrap();
    }
    svg(title, bottom + 52.0, &body)
}
