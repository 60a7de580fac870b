//! What the checker itself knows of the present attempt, from what it saw go in: it does not ask the
//! crate.

use std::fmt;

use access_package::{AssignmentState, Fulfillment};

use crate::support::documented::says;

/// A set of resource roles, by number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Roles(u8);

impl Roles {
    /// Those numbered from 0.
    pub fn first(count: u8) -> Self {
        Self((1 << count) - 1)
    }

    /// Every set of the roles that are numbered from 0.
    pub fn subsets(count: u8) -> impl Iterator<Item = Self> {
        (0..1 << count).map(Self)
    }

    pub fn numbers(self) -> impl Iterator<Item = u8> {
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

    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
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

/// What the checker knows of the present attempt without asking the crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// Reported, observed, brought in or loaded as fulfilled.
    pub fulfilled: Roles,
    /// The same, or as failed.
    pub settled: Roles,
}

impl Evidence {
    /// That all of these are in place.
    pub fn of(fulfilled: Roles) -> Self {
        Self { fulfilled, settled: fulfilled }
    }

    /// Whether it is evidence for this state of an assignment with these resource roles (R16).
    pub fn supports(self, state: AssignmentState, desired: Roles) -> bool {
        let known = desired.numbers().map(|role| {
            match (self.fulfilled.contains(role), self.settled.contains(role)) {
                (true, _) => Fulfillment::Fulfilled,
                (false, true) => Fulfillment::Failed,
                (false, false) => Fulfillment::Pending,
            }
        });
        says(state, &known.collect::<Vec<_>>())
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} are fulfilled, {} are fulfilled or failed", self.fulfilled, self.settled)
    }
}
