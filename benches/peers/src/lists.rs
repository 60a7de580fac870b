//! A list of documents of Microsoft Graph, compared with fast readers of JSON.

use std::hint::black_box;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use access_package::graph::json;
use access_package::uuid::Uuid;
use peers::floor::Page;
use serde::de::IgnoredAny;

use crate::chart;
use crate::measure::{Case, Figure, Instant};
use crate::table::{everybody, find, number, ratio, table};

const DOCUMENTS: u128 = 100_000;

const AT_ONCE: &str = "access-package, the page";
const EACH: &str = "access-package, item by item";
const IGNORED: &str = "serde_json, nothing read";
const TEXTS: &str = "serde_json, texts";
const SONIC_IGNORED: &str = "sonic-rs, nothing read";
const SONIC_TEXTS: &str = "sonic-rs, texts";
const SIMD_TAPE: &str = "simd-json, tape";
const SIMD_TEXTS: &str = "simd-json, texts";

const QUESTION: &str = "time";

/// A page, and the place of each document in it.
struct Listed {
    page: Vec<u8>,
    items: Vec<Range<usize>>,
}

impl Listed {
    fn new() -> Self {
        let mut document: serde_json::Value =
            serde_json::from_slice(include_bytes!("../../../examples/assignment.json")).expect("JSON");
        let (mut page, mut items) = (b"{\"value\":[".to_vec(), Vec::new());
        for number in 0..DOCUMENTS {
            if number > 0 {
                page.push(b',');
            }
            document["id"] = Uuid::from_u128(number).to_string().into();
            let start = page.len();
            serde_json::to_writer(&mut page, &document).expect("JSON");
            items.push(start..page.len());
        }
        page.extend(b"]}");
        // As in an export.
        let file = std::env::temp_dir().join(format!("peers-{}.json", std::process::id()));
        std::fs::write(&file, &page).expect("a file");
        let page = std::fs::read(&file).expect("what was written");
        std::fs::remove_file(&file).expect("a file of our own");
        Self { page, items }
    }
}

/// How long this takes, without dropping the result.
fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let made = black_box(work());
    let elapsed = start.elapsed();
    drop(made);
    elapsed
}

pub fn cases() -> Vec<Case<'static>> {
    let listed = Rc::new(Listed::new());
    let read = json::read_list(&listed.page).expect("a page");
    assert_eq!(listed.page.len() / 1_000_000, 166);
    assert!(read.items.len() == listed.items.len() && read.items.iter().all(Result::is_ok));
    let case = |who, work: fn(&Listed) -> Duration| {
        let listed = Rc::clone(&listed);
        Case::long(QUESTION, who, move || work(&listed))
    };
    vec![
        case(AT_ONCE, |Listed { page, .. }| time(|| json::read_list(page).expect("a page"))),
        case(EACH, |Listed { page, items }| {
            let items = items.iter().map(|place| &page[place.clone()]);
            time(|| items.map(|item| json::read(item).expect("an assignment")).map(black_box).count())
        }),
        case(IGNORED, |Listed { page, .. }| {
            time(|| serde_json::from_slice::<IgnoredAny>(page).expect("JSON"))
        }),
        case(TEXTS, |Listed { page, .. }| time(|| serde_json::from_slice::<Page>(page).expect("a page"))),
        case(SONIC_IGNORED, |Listed { page, .. }| {
            time(|| sonic_rs::from_slice::<IgnoredAny>(page).expect("JSON"))
        }),
        case(SONIC_TEXTS, |Listed { page, .. }| time(|| sonic_rs::from_slice::<Page>(page).expect("a page"))),
        // It writes into its input.
        case(SIMD_TAPE, |Listed { page, .. }| {
            let text = &mut page.clone()[..];
            time(move || simd_json::to_tape(text).expect("JSON"))
        }),
        case(SIMD_TEXTS, |Listed { page, .. }| {
            let text = &mut page.clone()[..];
            time(move || simd_json::from_slice::<Page>(text).expect("a page"))
        }),
    ]
}

pub fn markdown(figures: &[Figure]) -> String {
    let times = |who, to| number(ratio(figures, QUESTION, who, to));
    format!(
        "166 MB from a file, in one run. × compares with the time in which `serde_json` finds the end of the page \
         (`IgnoredAny`). The crate takes {} times as long for the page, and {} times item by item. *Texts* are the fields \
         that the crate reads, as borrowed strings that nothing parses: they take `serde_json` {} times as long, `sonic-rs` \
         {} and `simd-json` {}. With `sonic-rs` instead of `serde_json`, the crate would take at best {} times as long as \
         now.\n\n{}",
        times(AT_ONCE, IGNORED),
        times(EACH, IGNORED),
        times(TEXTS, IGNORED),
        times(SONIC_TEXTS, IGNORED),
        times(SIMD_TEXTS, IGNORED),
        number(
            1.0 - ratio(figures, QUESTION, TEXTS, AT_ONCE) + ratio(figures, QUESTION, SONIC_TEXTS, AT_ONCE)
        ),
        table("", figures, IGNORED, &[(QUESTION, QUESTION)], false)
    )
}

pub fn chart(figures: &[Figure]) -> String {
    let row = |who| (who, vec![find(figures, QUESTION, who).map(|figure| figure.time)]);
    let rows: Vec<_> = everybody(figures).into_iter().map(row).collect();
    chart::rows("A list of 100,000 documents, 166 MB", &[QUESTION], &rows)
}
