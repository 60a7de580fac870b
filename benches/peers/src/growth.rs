//! Large assignments: does the cost grow faster than their size?

use std::hint::black_box;

use access_package::{Assignment, Timestamp};
use peers::baseline::{Record, Subject, read};
use peers::machine::{Life, Machine};
use peers::prepared::{delivered, delivering, receipts, shuffle};
use peers::support::MANAGER;

use crate::cases::inputs;
use crate::chart;
use crate::measure::{Case, Figure};
use crate::table::{find, number, ratio, table};

/// Only the crate gets the last size.
const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
const WORK: [&str; 4] = ["reprocess", "record", "load", "save"];

const OURS: &str = "crate";

fn question(work: &str, size: usize) -> String {
    format!("{work} {size}")
}

fn reprocess_of<L: Life + 'static>(cases: &mut Vec<Case<'static>>, size: usize) {
    let life = L::load(delivered(size));
    let call = |life: &mut L| read(life.reprocess(black_box(MANAGER)));
    cases.push(Case::consuming(question(WORK[0], size), L::NAME, inputs(size), move || life.clone(), call));
}

fn others_of<S: Subject + 'static>(cases: &mut Vec<Case<'static>>, size: usize) {
    let [_, record, load, save] = WORK.map(|work| question(work, size));
    let (subject, receipts) = (S::load(delivering(size)), receipts(delivering(size)));
    let one_after_the_other = move |subject: &mut S| {
        for receipt in &receipts {
            black_box(subject.record(black_box(receipt), Timestamp::MIN).is_ok());
        }
    };
    cases.push(Case::consuming(record, S::NAME, inputs(size), move || subject.clone(), one_after_the_other));

    let mut stored = delivering(size);
    stored.resource_roles.iter_mut().for_each(|entries| shuffle(entries));
    let prepare = move || (Some(stored.clone()), None);
    let call = |(stored, loaded): &mut (Option<_>, Option<S>)| *loaded = stored.take().map(S::load);
    cases.push(Case::consuming(load, S::NAME, inputs(size), prepare, call));

    let subject = S::load(delivering(size));
    cases.push(Case::repeated(save, S::NAME, move || black_box(&subject).stored()));
}

pub fn cases() -> Vec<Case<'static>> {
    let mut cases = Vec::new();
    for size in SIZES {
        reprocess_of::<Assignment>(&mut cases, size);
        others_of::<Assignment>(&mut cases, size);
    }
    for size in [10, 100, 1_000] {
        reprocess_of::<Record>(&mut cases, size);
        others_of::<Record>(&mut cases, size);
        reprocess_of::<Machine>(&mut cases, size);
    }
    cases
}

/// How many times as long ten times as many resource roles take.
fn tenfold(figures: &[Figure], work: &str, size: usize) -> f64 {
    let [many, few] = [size, size / 10].map(|size| {
        let figure = find(figures, &question(work, size), OURS).expect("measured");
        figure.time.median
    });
    many / few
}

pub fn markdown(figures: &[Figure]) -> String {
    let steps =
        WORK.into_iter().flat_map(|work| [1_000, 10_000].map(|size| (tenfold(figures, work, size), work)));
    let (most, work) = steps.max_by(|a, b| a.0.total_cmp(&b.0)).expect("work");
    let by_hand = ratio(figures, &question(WORK[1], 1_000), <Record as Subject>::NAME, OURS);
    let mut text = format!(
        "*Record* records a receipt for each resource role, one after the other. The receipts, and the resource roles of \
         a *load*, are in no order. The code by hand neither sorts nor checks when it loads, and searches for the resource \
         role of each receipt from the first one on: for 1,000 that takes {} times as long as in the crate. In the crate, \
         from 100 on, ten times as many resource roles take at most {} times as long, for *{work}*.\n",
        number(by_hand),
        number(most),
    );
    for work in WORK {
        let questions = SIZES.map(|size| (question(work, size), size.to_string()));
        let questions = questions.each_ref().map(|(question, size)| (question.as_str(), size.as_str()));
        text += "\n";
        text += &table(&format!(" *{work}*"), figures, OURS, &questions, false);
    }
    text
}

pub fn chart(figures: &[Figure]) -> String {
    let line = |work| {
        let point = |size: usize| Some((size, find(figures, &question(work, size), OURS)?.time));
        (work, SIZES.into_iter().filter_map(point).collect())
    };
    let lines: Vec<_> = WORK.into_iter().map(line).collect();
    chart::growth("What the crate takes for all resource roles of an assignment", "resource roles", &lines)
}
