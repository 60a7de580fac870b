//! The same receipts in two orders.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use crate::testing::words::Words;
use crate::testing::{Implementation, strategy};
use crate::{Action, Activation, AssignmentId, FailureReason, Outcome, Receipt, ResourceRole};

/// The receipts, each by the index of its action.
#[derive(Debug, Clone)]
pub(super) struct Told {
    reports: Vec<Report>,
    /// The receipts that are repeated in the end, from the last to the first.
    again: Vec<usize>,
    /// Receipts that do not belong to the attempt.
    astray: Vec<(Astray, Report)>,
}

/// The index of the action, its outcome, and the reason of a failure.
type Report = (usize, Outcome, Option<FailureReason>);

#[derive(Debug, Clone, Copy)]
enum Astray {
    AttemptBefore,
    AttemptAfter,
    OtherAssignment,
}

pub(super) fn told() -> impl Strategy<Value = Told> {
    use Astray::{AttemptAfter, AttemptBefore, OtherAssignment};
    let report = || (0..3_usize, strategy::outcome(), strategy::failure_reason());
    let astray = select([AttemptBefore, AttemptAfter, OtherAssignment].as_slice());
    (vec(report(), 1..5), vec(0..4_usize, 0..4), vec((astray, report()), 0..9))
        .prop_map(|(reports, again, astray)| Told { reports, again, astray })
}

impl Told {
    pub(super) fn in_order(&self, it: &impl Implementation) -> Vec<Receipt> {
        let asked = asked(it);
        self.reports.iter().filter_map(|report| receipt(&asked, report)).collect()
    }

    pub(super) fn otherwise(&self, it: &impl Implementation, attempt_before: u32) -> Vec<Receipt> {
        let (asked, in_order) = (asked(it), self.in_order(it));
        let repeated = self.again.iter().filter_map(|&place| in_order.iter().cycle().nth(place));
        let all: Vec<_> = repeated.chain(in_order.iter().rev()).cloned().collect();
        let astray = self.astray.iter().filter_map(|(astray, report)| {
            let mut receipt = receipt(&asked, report)?;
            match astray {
                Astray::AttemptBefore => receipt.attempt = attempt_before,
                // The next attempt, and the attempts that a counter of 8 or 16 bits would confuse with this one.
                Astray::AttemptAfter => receipt.attempt = receipt.attempt.wrapping_add(1 << (8 * report.0)),
                Astray::OtherAssignment => {
                    let other = receipt.assignment.as_uuid().as_u128() ^ 1;
                    receipt.assignment = AssignmentId::from_uuid(Uuid::from_u128(other));
                }
            }
            Some(receipt)
        });
        let others = asked.iter().flat_map(|action| {
            let receipt = action.clone().receipt(Outcome::Fulfilled);
            let is_another = |near: &ResourceRole| asked.iter().all(|action| action.resource_role != *near);
            let near = nearly(&action.resource_role).into_iter().filter(is_another);
            near.map(move |resource_role| Receipt { resource_role, ..receipt.clone() })
        });
        all.into_iter().chain(astray).chain(others).collect()
    }
}

/// The actions, in the order of their resource roles.
fn asked(it: &impl Implementation) -> Vec<Action> {
    let mut actions = it.actions();
    actions.sort_by(|a, b| a.resource_role.cmp(&b.resource_role));
    actions
}

fn receipt(asked: &[Action], (place, outcome, reason): &Report) -> Option<Receipt> {
    let action = asked.get(place % asked.len().max(1))?.clone();
    let reason = reason.clone().filter(|_| *outcome == Outcome::Failed);
    Some(Receipt { reason, ..action.receipt(*outcome) })
}

/// Resource roles that differ from this one only a little (R23), if it is known by its texts or is an Azure role.
fn nearly(resource_role: &ResourceRole) -> Vec<ResourceRole> {
    let (system, role) = (resource_role.origin_system(), resource_role.role_origin_id());
    let (resource, role_type) = (resource_role.resource_origin_id(), resource_role.role_type());
    match resource_role {
        ResourceRole::SharePointSite { .. } | ResourceRole::Other(_) => [
            ResourceRole::from_origin(system, &swapped(&resource), &role, role_type),
            ResourceRole::from_origin(system, &(resource.clone() + "/"), &role, role_type),
            ResourceRole::from_origin(system, &resource, &swapped(&role), role_type),
            ResourceRole::from_origin(&swapped(system), &resource, &role, role_type),
            ResourceRole::from_origin(system, &resource, &role, Some("another")),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ResourceRole::Azure { role, activation } => {
            let activation = match activation {
                Activation::Eligible => Activation::Active,
                Activation::Active => Activation::Eligible,
            };
            [ResourceRole::Azure { role: role.clone(), activation }].into()
        }
        ResourceRole::Group { .. } | ResourceRole::Application { .. } | ResourceRole::Directory { .. } => {
            [ResourceRole::Directory { definition: Uuid::nil(), activation: Activation::Active }].into()
        }
    }
}

/// The same text in the other case.
fn swapped(text: &str) -> String {
    let swap = |letter: char| {
        if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    text.chars().map(swap).collect()
}

impl Words for Told {
    fn words(&self) -> String {
        format!("reports: {}, and then in another order, with some that do not count", self.reports.len())
    }
}
