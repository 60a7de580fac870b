//! The rules a second time, as plainly as possible. The words are the crate's, the logic is not: resource
//! roles, assignments and instants are numbers, and nothing is kept up to date. Every answer is computed anew
//! from everything that was heard.

use std::collections::BTreeMap;

use access_package::{AssignmentState, Fulfillment, Observed, Outcome, Reason, Role, SubjectType};

use crate::support::documented::rung;

/// An assignment, in the terms of the rules.
#[derive(Debug, Clone)]
pub(crate) struct Naive {
    pub(crate) assignment: u128,
    pub(crate) attempt: u32,
    pub(crate) target_type: Option<SubjectType>,
    /// The resource roles that a target of this kind cannot hold (R46).
    pub(crate) cannot_hold: Vec<usize>,
    pub(crate) end: Option<i64>,
    pub(crate) expired: bool,
    pub(crate) package: Package,
    /// What was heard in this attempt, in the order of arrival.
    pub(crate) heard: Vec<(usize, Outcome, Why)>,
}

/// The number of the reason for a failure, if one was given. A smaller number is a smaller reason.
pub(crate) type Why = Option<usize>;

/// What the access package gives.
#[derive(Debug, Clone)]
pub(crate) enum Package {
    /// It is unknown. The state is the one that was given.
    Unknown(AssignmentState),
    /// These resource roles, each with its fulfillment before anything was heard.
    Gives(BTreeMap<usize, Fulfillment>),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Receipt {
    pub(crate) assignment: u128,
    pub(crate) attempt: u32,
    pub(crate) resource_role: usize,
    pub(crate) outcome: Outcome,
    pub(crate) why: Why,
}

/// A request for the assignment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    pub(crate) is_for_this: bool,
    pub(crate) asks_for_access: bool,
    pub(crate) is_newest: bool,
    pub(crate) state: AssignmentState,
    /// How long ago it was completed, in ticks.
    pub(crate) age: i64,
}

/// The effect of a receipt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Heard {
    Something,
    Expired,
    OfAnotherAttempt,
    NothingNew,
    AfterTheEnd,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum NotRecorded {
    OtherAssignment,
    UnknownResourceRole,
}

impl Naive {
    pub(crate) fn fulfillments(&self) -> Option<Vec<(usize, Fulfillment)>> {
        let Package::Gives(before) = &self.package else { return None };
        Some(before.iter().map(|(&role, &before)| (role, self.fulfillment(role, before))).collect())
    }

    pub(crate) fn resource_roles(&self) -> Vec<usize> {
        self.fulfillments().unwrap_or_default().into_iter().map(|(role, _)| role).collect()
    }

    /// R17: the smallest of the reasons that were given for a failed resource role.
    pub(crate) fn why(&self, role: usize) -> Why {
        let has_failed = self.fulfillments()?.contains(&(role, Fulfillment::Failed));
        let given = self.heard.iter().filter(|(of, outcome, _)| (*of, *outcome) == (role, Outcome::Failed));
        given.filter_map(|(.., why)| *why).min().filter(|_| has_failed)
    }

    /// R17
    fn fulfillment(&self, role: usize, before: Fulfillment) -> Fulfillment {
        let heard = |outcome| self.heard.iter().any(|(of, what, _)| (*of, *what) == (role, outcome));
        if before == Fulfillment::Fulfilled || heard(Outcome::Fulfilled) {
            Fulfillment::Fulfilled
        } else if before == Fulfillment::Unenforceable {
            Fulfillment::Unenforceable
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

    /// The resource roles that are still pending (R13, R21, R22).
    pub(crate) fn remaining(&self) -> Vec<usize> {
        let mut remaining = Vec::new();
        for (role, fulfillment) in self.fulfillments().unwrap_or_default() {
            if !self.expired && fulfillment == Fulfillment::Pending {
                remaining.push(role);
            }
        }
        remaining
    }

    /// Looks neither at the clock nor at what the package gives now. `seen` has an observation for every
    /// resource role.
    pub(crate) fn reprocess(&mut self, role: Role, seen: &[Observed]) -> Result<(), Reason> {
        // R1, R2, R8: the caller before the state
        if rung(role).is_none() {
            return Err(Reason::InsufficientRole);
        }
        // R9, R10
        if self.state() != AssignmentState::Delivered {
            return Err(Reason::InvalidState(self.state()));
        }
        // R13
        let Package::Gives(resource_roles) = &self.package else { return Err(Reason::ResourceRolesUnknown) };
        let gives: Vec<_> = resource_roles.keys().copied().collect();
        self.begin(&gives, seen);
        Ok(())
    }

    /// Reprocesses with what the package gives now, at this time, by a request or directly.
    pub(crate) fn ask(
        &mut self,
        role: Role,
        now: i64,
        request: Option<Request>,
        gives: &[usize],
        seen: &[Observed],
    ) -> Result<(), Reason> {
        if rung(role).is_none() {
            return Err(Reason::InsufficientRole);
        }
        self.expire(now);
        let state = self.state();
        match request {
            None if state != AssignmentState::Delivered => return Err(Reason::InvalidState(state)),
            None => {}
            // R32, R33
            Some(request) => {
                if !request.is_for_this {
                    return Err(Reason::RequestOfAnotherAssignment);
                }
                if !request.asks_for_access {
                    return Err(Reason::RequestWithoutGrant);
                }
                if !request.is_newest {
                    return Err(Reason::RequestSuperseded);
                }
                match state {
                    AssignmentState::Delivering => return Err(Reason::RequestDelivering),
                    AssignmentState::Delivered => return Err(Reason::RequestDelivered),
                    AssignmentState::Expired => return Err(Reason::RequestExpired),
                    _ => {}
                }
                if request.state != state {
                    return Err(Reason::RequestStateDisagrees);
                }
                if request.age >= 14 * 24 * 3600 * 10_000_000 {
                    return Err(Reason::RequestTooOld);
                }
            }
        }
        self.begin(gives, seen);
        Ok(())
    }

    /// R13, R34: everything begins again, whatever happened before. R23: each resource role once.
    fn begin(&mut self, gives: &[usize], seen: &[Observed]) {
        let stands = |role: usize| match seen[role] {
            Observed::Present => Fulfillment::Fulfilled, // R18
            _ if self.cannot_hold.contains(&role) => Fulfillment::Unenforceable, // R46
            Observed::Absent | Observed::Unknown => Fulfillment::Pending, // R19
            Observed::Unenforceable => Fulfillment::Unenforceable, // R20
        };
        self.package = Package::Gives(gives.iter().map(|&role| (role, stands(role))).collect());
        self.heard.clear();
        self.attempt = if self.attempt == u32::MAX { 0 } else { self.attempt + 1 };
    }

    pub(crate) fn record(&mut self, receipt: Receipt, now: i64) -> Result<Heard, NotRecorded> {
        if receipt.assignment != self.assignment {
            return Err(NotRecorded::OtherAssignment);
        }
        // R17, R21: not an error, whatever else is wrong with the receipt.
        if self.state() == AssignmentState::Expired {
            return Ok(Heard::AfterTheEnd);
        }
        if self.expire(now) {
            return Ok(Heard::Expired);
        }
        if receipt.attempt != self.attempt {
            return Ok(Heard::OfAnotherAttempt);
        }
        match &self.package {
            Package::Gives(given) if given.contains_key(&receipt.resource_role) => {
                let before = (self.fulfillments(), self.why(receipt.resource_role));
                self.heard.push((receipt.resource_role, receipt.outcome, receipt.why));
                let after = (self.fulfillments(), self.why(receipt.resource_role));
                Ok(if before == after { Heard::NothingNew } else { Heard::Something })
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
}
