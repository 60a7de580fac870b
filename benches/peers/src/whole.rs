//! From stored text to stored text.

use std::hint::black_box;

use access_package::uuid::Uuid;
use access_package::{Catalog, StoredAssignment};
use peers::bytes::{ByMachine, Crate, Floor, Gated, Way};
use peers::engine::{Baseline, CachedCasbin, Casbin, Cedar, Cel, Rego, RegoVm};
use peers::prepared::{of_each_origin_system, of_groups};
use peers::question::Text;

use crate::cases::allowed;
use crate::chart;
use crate::measure::{Case, Figure, Time};
use crate::table::{everybody, find, named, number, ratio, table};

const GROUPS: &str = "five groups";
const KINDS: &str = "one of each origin system";

/// The same assignment, delivered, in the catalog of the caller.
fn text_of(stored: StoredAssignment) -> String {
    let mut delivered = of_groups();
    delivered.catalog = Catalog { id: Uuid::from_u128(0xc).into(), ..stored.catalog };
    delivered.resource_roles = stored.resource_roles;
    for entry in delivered.resource_roles.iter_mut().flatten() {
        entry.fulfillment = access_package::Fulfillment::Fulfilled;
        entry.reason = None;
    }
    serde_json::to_string(&delivered).expect("plain data")
}

fn of<W: Way + 'static>(cases: &mut Vec<Case<'static>>, caller: &Text) {
    for (name, stored) in [(GROUPS, of_groups()), (KINDS, of_each_origin_system())] {
        let (mut way, text) = (W::new(caller.clone()), text_of(stored));
        assert!(way.reprocess(&text).is_some(), "{}", W::NAME);
        cases.push(Case::repeated(name, W::NAME, move || way.reprocess(black_box(&text))));
    }
}

pub fn cases() -> Vec<Case<'static>> {
    let caller = Text::from(&allowed());
    let mut cases = Vec::new();
    of::<Crate>(&mut cases, &caller);
    of::<Gated<Baseline>>(&mut cases, &caller);
    of::<ByMachine>(&mut cases, &caller);
    of::<Gated<Cedar>>(&mut cases, &caller);
    of::<Gated<Rego>>(&mut cases, &caller);
    of::<Gated<RegoVm>>(&mut cases, &caller);
    of::<Gated<Cel>>(&mut cases, &caller);
    of::<Gated<Casbin>>(&mut cases, &caller);
    of::<Gated<CachedCasbin>>(&mut cases, &caller);
    of::<Floor>(&mut cases, &caller);
    cases
}

pub fn markdown(figures: &[Figure]) -> String {
    let times = |who| number(ratio(figures, GROUPS, Crate::NAME, who));
    let engines = [
        Gated::<Cedar>::NAME,
        Gated::<Rego>::NAME,
        Gated::<RegoVm>::NAME,
        Gated::<Cel>::NAME,
        Gated::<Casbin>::NAME,
    ];
    let compared = engines.map(|who| ratio(figures, GROUPS, who, Crate::NAME));
    let least = compared.into_iter().fold(f64::INFINITY, f64::min);
    let most = compared.into_iter().fold(0.0, f64::max);
    format!(
        "For five groups, the crate takes {} times as long as reading and writing the same text, and {} times as long \
         as code by hand. If a policy engine decides from the same text, and code by hand does the rest, that takes {} \
         to {} times as long as the crate.\n\n{}",
        times(Floor::NAME),
        times(Gated::<Baseline>::NAME),
        number(least),
        number(most),
        table("", figures, Crate::NAME, &[(GROUPS, GROUPS), (KINDS, KINDS)], true),
    )
}

pub fn chart(figures: &[Figure]) -> String {
    let mut rows: Vec<_> = everybody(figures)
        .into_iter()
        .map(|who| (named(who), vec![find(figures, GROUPS, who).map(|figure| figure.time)]))
        .collect();
    let median = |times: &[Option<Time>]| times[0].map_or(0.0, |time| time.median);
    rows.sort_by(|a, b| median(&a.1).total_cmp(&median(&b.1)));
    chart::rows("From stored text to stored text: read, decide, reprocess, write", &[GROUPS], &rows)
}
