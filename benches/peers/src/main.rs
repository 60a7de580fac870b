//! Measures what it costs to decide, to reprocess, and to read and write assignments, compared with others. Writes
//! README.md and its charts.
//!
//! Inputs are prepared outside the timed part. Where a host would not prepare them, both figures are shown.

mod cases;
mod chart;
mod growth;
mod kinds;
mod lists;
mod measure;
mod report;
mod table;
mod whole;

use std::path::Path;

use measure::{FEW_ROUNDS, ROUNDS, run};
use report::Measured;

/// The program writes the part of README.md between these marks.
const MARKS: [&str; 2] = ["<!-- figures -->\n", "<!-- end of figures -->\n"];

fn main() {
    let machine = report::machine();
    let measured = Measured {
        decisions: run(cases::decisions(), ROUNDS),
        whole: run(whole::cases(), ROUNDS),
        reprocess: run(cases::reprocess(), ROUNDS),
        million: run(cases::million(), FEW_ROUNDS),
        memory: cases::memory(),
        growth: run(growth::cases(), ROUNDS),
        kinds: run(kinds::cases(), FEW_ROUNDS),
        lists: run(lists::cases(), FEW_ROUNDS),
    };
    let figures = report::markdown(&machine, &measured);
    println!("{figures}");

    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = here.join("README.md");
    let text = std::fs::read_to_string(&readme).expect("README.md");
    let (before, rest) = text.split_once(MARKS[0]).expect("where the figures begin");
    let (_, after) = rest.split_once(MARKS[1]).expect("where the figures end");
    std::fs::write(&readme, [before, MARKS[0], &figures, MARKS[1], after].concat()).expect("README.md");
    for (name, chart) in report::charts(&measured) {
        std::fs::write(here.join(name), chart).expect("a chart");
    }
}
