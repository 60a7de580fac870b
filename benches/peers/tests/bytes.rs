//! From stored text to stored text, every side produces the same text.

use access_package::uuid::Uuid;
use access_package::{AssignmentState, Catalog, StoredAssignment};
use peers::bytes::{ByMachine, Crate, Floor, Gated, Way};
use peers::engine::{Baseline, CachedCasbin, Casbin, Cedar, Cel, Rego, RegoVm};
use peers::prepared::{delivered, delivering, of_groups};
use peers::question::{Question, Text};
use peers::support::{Lacks, caller, in_state, load};

fn text(stored: &StoredAssignment) -> String {
    serde_json::to_string(stored).expect("plain data")
}

fn asked<W: Way>(lacks: Lacks, stored: &StoredAssignment) -> Option<String> {
    let assignment = in_state(AssignmentState::Delivered);
    let caller = Text::from(&Question { caller: caller(lacks), assignment, request: None });
    W::new(caller).reprocess(&text(stored))
}

fn comes_out<W: Way>() {
    let here = Catalog::of_unknown_level(Uuid::from_u128(0xc).into());
    // In the order in which the crate keeps resource roles.
    let everything = StoredAssignment::from(load(StoredAssignment { catalog: here, ..of_groups() }));
    let mut after = everything.clone();
    (after.state, after.attempt) = (AssignmentState::Delivering, everything.attempt + 1);
    for entry in after.resource_roles.iter_mut().flatten() {
        entry.fulfillment = access_package::Fulfillment::Pending;
    }
    assert_eq!(asked::<W>(Lacks::Nothing, &everything), Some(text(&after)), "{}", W::NAME);

    // R16: with nothing to enforce it is delivered at once.
    let nothing = delivered(0);
    let after = StoredAssignment { attempt: 1, ..nothing.clone() };
    assert_eq!(asked::<W>(Lacks::Nothing, &nothing), Some(text(&after)), "{}", W::NAME);

    let elsewhere = of_groups();
    for (lacks, stored) in [
        (Lacks::Role, &everything),
        (Lacks::Permission, &everything),
        (Lacks::Scope, &everything),
        (Lacks::Nothing, &elsewhere),
        (Lacks::Nothing, &delivering(3)),
    ] {
        assert_eq!(asked::<W>(lacks, stored), None, "{}: {lacks:?}", W::NAME);
    }
}

#[test]
fn everybody_comes_out_at_the_same_text() {
    comes_out::<Crate>();
    comes_out::<ByMachine>();
    comes_out::<Gated<Baseline>>();
    comes_out::<Gated<Cedar>>();
    comes_out::<Gated<Rego>>();
    comes_out::<Gated<RegoVm>>();
    comes_out::<Gated<Cel>>();
    comes_out::<Gated<Casbin>>();
    comes_out::<Gated<CachedCasbin>>();
}

#[test]
fn the_floor_writes_what_it_reads() {
    for stored in [of_groups(), delivered(0), delivering(3)] {
        assert_eq!(asked::<Floor>(Lacks::Nothing, &stored), Some(text(&stored)));
    }
}
