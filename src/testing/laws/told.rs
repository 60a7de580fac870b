//! The same reports, told in two ways.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use crate::testing::words::Words;
use crate::testing::{Implementation, strategy};
use crate::{Action, AssignmentId, DirectoryActivation, Outcome, Receipt, ResourceRole};

/// What is reported, each by the place of its action.
#[derive(Debug, Clone)]
pub(super) struct Told {
    reports: Vec<(usize, Outcome)>,
    /// Which of them are repeated, before they come from the last to the first.
    again: Vec<usize>,
    /// What does not belong here.
    astray: Vec<(Astray, usize, Outcome)>,
}

#[derive(Debug, Clone, Copy)]
enum Astray {
    AttemptBefore,
    AttemptAfter,
    OtherAssignment,
}

pub(super) fn told() -> impl Strategy<Value = Told> {
    use Astray::{AttemptAfter, AttemptBefore, OtherAssignment};
    let report = || (0..3_usize, strategy::outcome());
    let astray = select([AttemptBefore, AttemptAfter, OtherAssignment].as_slice());
    let astray = (astray, report()).prop_map(|(astray, (place, outcome))| (astray, place, outcome));
    (vec(report(), 1..5), vec(0..4_usize, 0..4), vec(astray, 0..9))
        .prop_map(|(reports, again, astray)| Told { reports, again, astray })
}

impl Told {
    pub(super) fn in_order(&self, it: &impl Implementation) -> Vec<Receipt> {
        let asked = asked(it);
        self.reports.iter().filter_map(|&(place, outcome)| receipt(&asked, place, outcome)).collect()
    }

    pub(super) fn otherwise(&self, it: &impl Implementation, attempt_before: u32) -> Vec<Receipt> {
        let (asked, in_order) = (asked(it), self.in_order(it));
        let repeated = self.again.iter().filter_map(|&place| in_order.iter().cycle().nth(place));
        let all: Vec<_> = repeated.chain(in_order.iter().rev()).cloned().collect();
        let astray = self.astray.iter().filter_map(|&(astray, place, outcome)| {
            let mut receipt = receipt(&asked, place, outcome)?;
            match astray {
                Astray::AttemptBefore => receipt.attempt = attempt_before,
                Astray::AttemptAfter => receipt.attempt = receipt.attempt.wrapping_add(1),
                Astray::OtherAssignment => {
                    let other = receipt.assignment.as_uuid().as_u128() ^ 1;
                    receipt.assignment = AssignmentId::from_uuid(Uuid::from_u128(other));
                }
            }
            Some(receipt)
        });
        let others = asked.iter().filter_map(|action| {
            let resource_role = nearly(&action.resource_role);
            let receipt = action.clone().receipt(Outcome::Fulfilled);
            let is_another = asked.iter().all(|action| action.resource_role != resource_role);
            is_another.then_some(Receipt { resource_role, ..receipt })
        });
        all.into_iter().chain(astray).chain(others).collect()
    }
}

/// What it asks for, in the order of the resource roles.
fn asked(it: &impl Implementation) -> Vec<Action> {
    let mut actions = it.actions();
    actions.sort_by(|a, b| a.resource_role.cmp(&b.resource_role));
    actions
}

fn receipt(asked: &[Action], place: usize, outcome: Outcome) -> Option<Receipt> {
    Some(asked.get(place % asked.len().max(1))?.clone().receipt(outcome))
}

/// Another resource role, and for one known by its texts one in another case (R23).
fn nearly(resource_role: &ResourceRole) -> ResourceRole {
    let swapped = |letter: char| {
        if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    match resource_role {
        ResourceRole::SharePointSite { site, role } => {
            let other: String = site.chars().map(swapped).collect();
            let role = if other == **site { role ^ 1 } else { *role };
            ResourceRole::SharePointSite { site: other.into(), role }
        }
        ResourceRole::Group { .. }
        | ResourceRole::Application { .. }
        | ResourceRole::Directory { .. }
        | ResourceRole::Other(_) => {
            ResourceRole::Directory { definition: Uuid::nil(), activation: DirectoryActivation::Active }
        }
    }
}

impl Words for Told {
    fn words(&self) -> String {
        format!("reports: {}, and then in another order, with some that do not count", self.reports.len())
    }
}
