//! What the checker itself knows of the present attempt, from the calls that it saw. It does not ask the
//! crate.

use std::fmt;

use access_package::{
    Assignment, AssignmentResourceRole, FailureReason, Fulfillment, Observed, Outcome, Receipt, ResourceRole,
};

use crate::support::documented::says;
use crate::support::member_of;
use crate::world::{MOST_ROLES, Observations, number};

/// A set of resource roles, by number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Roles(u8);

impl Roles {
    /// The roles with the first numbers, from 0.
    pub fn first(count: u8) -> Self {
        Self((1 << count) - 1)
    }

    /// Every set of the roles with the first numbers. The full set comes first, so that traces have content.
    pub fn subsets(count: u8) -> impl Iterator<Item = Self> {
        (0..1 << count).rev().map(Self)
    }

    pub fn numbers(self) -> impl DoubleEndedIterator<Item = u8> + Clone {
        (0..8).filter(move |number| self.0 & (1 << number) != 0)
    }

    pub fn contains(self, number: u8) -> bool {
        self.0 & (1 << number) != 0
    }

    pub fn is_subset(self, of: Self) -> bool {
        self.0 & !of.0 == 0
    }

    pub fn insert(&mut self, number: u8) {
        self.0 |= 1 << number;
    }

    pub fn remove(&mut self, number: u8) {
        self.0 &= !(1 << number);
    }

    /// What a host sees in the directory, if this is the access there.
    pub fn truth(self) -> Observations {
        let mut observed = [Observed::Absent; MOST_ROLES];
        self.numbers().for_each(|number| observed[usize::from(number)] = Observed::Present);
        observed
    }

    /// The resource roles of an assignment.
    pub fn of(entries: &[AssignmentResourceRole]) -> Self {
        entries.iter().map(|entry| number(&entry.resource_role)).collect()
    }

    pub fn members(self) -> impl DoubleEndedIterator<Item = ResourceRole> {
        self.numbers().map(|number| member_of(number.into()))
    }

    /// Every role twice, the last one first: the crate has to sort them and remove duplicates.
    pub fn twice(self) -> impl Iterator<Item = ResourceRole> {
        self.members().rev().chain(self.members())
    }

    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl FromIterator<u8> for Roles {
    fn from_iter<I: IntoIterator<Item = u8>>(numbers: I) -> Self {
        let mut roles = Self::default();
        numbers.into_iter().for_each(|number| roles.insert(number));
        roles
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.numbers()).finish()
    }
}

/// What has become of a resource role in the present attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Fate {
    #[default]
    Pending,
    /// With the reason, if one was given.
    Failed(Option<FailureReason>),
    Unenforceable,
    Fulfilled,
}

/// What the checker knows of the present attempt without asking the crate: the fate of each resource role
/// that the access package gives, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Evidence([Option<Fate>; MOST_ROLES]);

impl Evidence {
    /// What is known after the host has reprocessed with these observations (R18, R19, R20).
    pub fn of(gives: Roles, observed: Observations) -> Self {
        let mut evidence = Self::default();
        for number in gives.numbers().map(usize::from) {
            evidence.0[number] = Some(match observed[number] {
                Observed::Present => Fate::Fulfilled,
                Observed::Absent | Observed::Unknown => Fate::Pending,
                Observed::Unenforceable => Fate::Unenforceable,
            });
        }
        evidence
    }

    pub fn gives(&self) -> Roles {
        (0..).zip(&self.0).filter(|(_, fate)| fate.is_some()).map(|(number, _)| number).collect()
    }

    /// Takes a receipt of the present attempt (R17).
    pub fn hear(&mut self, receipt: &Receipt) {
        let Some(Some(fate)) = self.0.get_mut(usize::from(number(&receipt.resource_role))) else { return };
        *fate = match (std::mem::take(fate), receipt.outcome, receipt.reason.clone()) {
            (Fate::Fulfilled, ..) | (_, Outcome::Fulfilled, _) => Fate::Fulfilled,
            (Fate::Unenforceable, Outcome::Failed, _) => Fate::Unenforceable,
            (Fate::Failed(Some(one)), Outcome::Failed, Some(other)) => {
                Fate::Failed(Some(if one.code() <= other.code() { one } else { other }))
            }
            (Fate::Failed(one), Outcome::Failed, other) => Fate::Failed(one.or(other)),
            (Fate::Pending, Outcome::Failed, reason) => Fate::Failed(reason),
        };
    }

    /// The entries that the assignment has to have.
    pub fn entries(&self) -> impl Iterator<Item = AssignmentResourceRole> {
        (0..).zip(&self.0).filter_map(|(number, fate)| {
            let (fulfillment, reason) = match fate.as_ref()? {
                Fate::Pending => (Fulfillment::Pending, None),
                Fate::Failed(reason) => (Fulfillment::Failed, reason.clone()),
                Fate::Unenforceable => (Fulfillment::Unenforceable, None),
                Fate::Fulfilled => (Fulfillment::Fulfilled, None),
            };
            Some(AssignmentResourceRole { resource_role: member_of(number), fulfillment, reason })
        })
    }

    /// The resource roles with this fulfillment, in their order.
    pub fn with(&self, fulfillment: Fulfillment) -> Vec<ResourceRole> {
        let entries = self.entries().filter(|entry| entry.fulfillment == fulfillment);
        entries.map(|entry| entry.resource_role).collect()
    }

    /// Whether the assignment shows these entries, and the state that follows from them (R16).
    pub fn is_shown_by(&self, assignment: &Assignment) -> bool {
        let entries: Vec<_> = self.entries().collect();
        let fulfillments: Vec<_> = entries.iter().map(|entry| entry.fulfillment).collect();
        match assignment.resource_roles() {
            Some(shown) => shown == entries && says(assignment.state(), &fulfillments),
            None => entries.is_empty(),
        }
    }
}
