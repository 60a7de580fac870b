//! The rules once more, as plainly as they can be said. The words are the crate's, the logic is not:
//! resource roles, assignments and instants are numbers here, nothing is kept up to date, and how
//! everything stands is worked out anew, each time it is asked, from all that was heard.

use std::collections::BTreeMap;

use access_package::{AssignmentState, Fulfillment, Observed, Outcome, Role};

use crate::support::documented::rung;

/// An assignment, as the rules speak of it.
#[derive(Debug, Clone)]
pub(crate) struct Naive {
    pub(crate) assignment: u128,
    pub(crate) attempt: u32,
    pub(crate) end: Option<i64>,
    pub(crate) expired: bool,
    pub(crate) package: Package,
    /// What was heard in this attempt, in the order in which it came.
    pub(crate) heard: Vec<(usize, Outcome)>,
}

/// What the access package gives.
#[derive(Debug, Clone)]
pub(crate) enum Package {
    /// It is not known. Then the state is what somebody said it is.
    Unknown(AssignmentState),
    /// These resource roles, each as it stood before anything was heard.
    Gives(BTreeMap<usize, Fulfillment>),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Receipt {
    pub(crate) assignment: u128,
    pub(crate) attempt: u32,
    pub(crate) resource_role: usize,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum NotReprocessed {
    Role,
    State,
    ResourceRolesUnknown,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum NotRecorded {
    OtherAssignment,
    UnknownResourceRole,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum NotTaken {
    State,
    Twice(usize),
}

impl Naive {
    pub(crate) fn fulfillments(&self) -> Option<Vec<(usize, Fulfillment)>> {
        let Package::Gives(before) = &self.package else { return None };
        Some(before.iter().map(|(&role, &before)| (role, self.fulfillment(role, before))).collect())
    }

    pub(crate) fn resource_roles(&self) -> Vec<usize> {
        self.fulfillments().unwrap_or_default().into_iter().map(|(role, _)| role).collect()
    }

    /// R17
    fn fulfillment(&self, role: usize, before: Fulfillment) -> Fulfillment {
        let heard = |outcome| self.heard.contains(&(role, outcome));
        if before == Fulfillment::Fulfilled || heard(Outcome::Fulfilled) {
            Fulfillment::Fulfilled
        } else if before == Fulfillment::Failed || heard(Outcome::Failed) {
            Fulfillment::Failed
        } else {
            Fulfillment::Pending
        }
    }

    pub(crate) fn state(&self) -> AssignmentState {
        // R21
        if self.expired {
            return AssignmentState::Expired;
        }
        let before = match &self.package {
            Package::Unknown(said) => return *said,
            Package::Gives(before) => before,
        };
        let is = |(&role, &before): (&usize, &Fulfillment)| self.fulfillment(role, before);
        let count = |wanted| before.iter().filter(|&role| is(role) == wanted).count();
        // R15
        if count(Fulfillment::Pending) > 0 {
            return AssignmentState::Delivering;
        }
        // R16
        match count(Fulfillment::Fulfilled) {
            all if all == before.len() => AssignmentState::Delivered,
            0 => AssignmentState::DeliveryFailed,
            _ => AssignmentState::PartiallyDelivered,
        }
    }

    /// What is still to be done (R13, R21, R22).
    pub(crate) fn remaining(&self) -> Vec<usize> {
        let mut remaining = Vec::new();
        for (role, fulfillment) in self.fulfillments().unwrap_or_default() {
            if !self.expired && fulfillment == Fulfillment::Pending {
                remaining.push(role);
            }
        }
        remaining
    }

    /// `seen` has a word for every resource role there is.
    pub(crate) fn reprocess(&mut self, role: Role, seen: &[Observed]) -> Result<(), NotReprocessed> {
        // R1, R2, R8: the caller before the state
        if rung(role).is_none() {
            return Err(NotReprocessed::Role);
        }
        // R9, R10
        if self.state() != AssignmentState::Delivered {
            return Err(NotReprocessed::State);
        }
        // R13
        let Package::Gives(resource_roles) = &mut self.package else {
            return Err(NotReprocessed::ResourceRolesUnknown);
        };
        for (&resource_role, before) in resource_roles {
            *before = match seen[resource_role] {
                Observed::Present => Fulfillment::Fulfilled, // R18
                Observed::Absent | Observed::Unknown => Fulfillment::Pending, // R19
                Observed::Unenforceable => Fulfillment::Failed, // R20
            };
        }
        self.heard.clear();
        self.attempt = if self.attempt == u32::MAX { 0 } else { self.attempt + 1 };
        Ok(())
    }

    pub(crate) fn record(&mut self, receipt: Receipt) -> Result<AssignmentState, NotRecorded> {
        if receipt.assignment != self.assignment {
            return Err(NotRecorded::OtherAssignment);
        }
        // R17, R21: neither is an error, whatever else is wrong with the receipt
        if receipt.attempt != self.attempt || self.state() == AssignmentState::Expired {
            return Ok(self.state());
        }
        match &self.package {
            Package::Gives(given) if given.contains_key(&receipt.resource_role) => {
                self.heard.push((receipt.resource_role, receipt.outcome));
                Ok(self.state())
            }
            Package::Gives(_) | Package::Unknown(_) => Err(NotRecorded::UnknownResourceRole),
        }
    }

    /// R21
    pub(crate) fn expire(&mut self, now: i64) -> bool {
        let expires = self.end.is_some_and(|end| end <= now) && self.state() != AssignmentState::Expired;
        self.expired |= expires;
        expires
    }

    /// R13
    pub(crate) fn set_resource_roles(&mut self, current: &[usize]) -> Result<(), NotTaken> {
        if self.state() != AssignmentState::Delivered {
            return Err(NotTaken::State);
        }
        let twice = |role: &usize| current.iter().filter(|&other| other == role).count() > 1;
        // R23. Of several the first in their order.
        if let Some(&role) = current.iter().filter(|&role| twice(role)).min() {
            return Err(NotTaken::Twice(role));
        }
        self.package = Package::Gives(current.iter().map(|&role| (role, Fulfillment::Fulfilled)).collect());
        self.heard.clear();
        Ok(())
    }
}
