//! A million assignments, by the kind of their resource roles.

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;

use access_package::Assignment;
use peers::baseline::{Subject as _, read};
use peers::prepared::{Kind, delivered_again, look_at};
use peers::support::{MANAGER, load};

use crate::cases::{MILLION, THREADS, timed};
use crate::chart;
use crate::measure::{Case, Figure};
use crate::table::{everybody, find, table};

type Work = fn(&mut Assignment);

const WAYS: [(&str, Work); 2] =
    [("actions", |assignment| read(assignment.reprocess(black_box(MANAGER)))), ("in place", look_at)];

fn question(way: &str, threads: usize) -> String {
    match threads {
        1 => format!("{way}, one thread"),
        _ => format!("{way}, two threads"),
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Groups => "groups",
        Kind::SitesOfEach => "sites, texts of its own",
        Kind::SitesOfAll => "sites, shared",
        Kind::AzureOfEach => "Azure, texts of its own",
        Kind::AzureOfAll => "Azure, shared",
        Kind::OpaqueOfEach => "unknown, texts of its own",
        Kind::OpaqueOfAll => "unknown, shared",
        Kind::InTurn => "each kind in turn",
    }
}

pub fn cases() -> Vec<Case<'static>> {
    let mut cases = Vec::new();
    for kind in Kind::ALL {
        // Made once, since it takes most of the time.
        let assignments = Rc::new(RefCell::new(kind.assignments(MILLION, load)));
        for (way, work) in WAYS {
            for threads in THREADS {
                let assignments = Rc::clone(&assignments);
                cases.push(Case::long(question(way, threads), name(kind), move || {
                    let mut assignments = assignments.borrow_mut();
                    let time = timed(assignments.chunks_mut(MILLION.div_ceil(threads)), |part| {
                        part.iter_mut().for_each(work);
                    });
                    *assignments = assignments.drain(..).map(delivered_again).collect();
                    time
                }));
            }
        }
    }
    cases
}

pub fn markdown(figures: &[Figure]) -> String {
    let questions = WAYS.map(|(way, _)| THREADS.map(|threads| question(way, threads)));
    let questions: Vec<_> = questions.iter().flatten().map(|name| (name.as_str(), name.as_str())).collect();
    format!(
        "Each assignment has five resource roles. Except for groups, an action shares the strings of its resource role \
         through a count. If a million assignments share one list (*shared*), all of them use the same counts. *In \
         place* makes no action, and looks at what is owed where it is stored. × compares with groups.\n\n{}",
        table("", figures, name(Kind::Groups), &questions, false)
    )
}

pub fn chart(figures: &[Figure]) -> String {
    let time = |question: &str, who| find(figures, question, who).map(|figure| figure.time);
    let row = |who| (who, THREADS.map(|threads| time(&question(WAYS[0].0, threads), who)).to_vec());
    let rows: Vec<_> = everybody(figures).into_iter().map(row).collect();
    chart::rows("A million assignments reprocessed, every action read", &["one thread", "two threads"], &rows)
}
