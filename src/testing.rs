//! Tools for your own tests: strategies that generate input, and laws for an implementation.
//!
//! You can test anything that reprocesses assignments against the rules, with or without this crate: a server, a
//! client, a library. Implement [`Implementation`] for it in your tests, and check [all laws](laws::all) or one of
//! them:
//!
//! ```
//! use access_package::testing::{Broken, Implementation, Refused, laws};
//! use access_package::{
//!     Action, Assignment, AssignmentRequest, Caller, Observed, Receipt, ResourceRole, StoredAssignment, Timestamp,
//!     Reason, evaluate,
//! };
//!
//! struct Server(Assignment);
//!
//! impl Implementation for Server {
//!     fn reprocess(
//!         &mut self, caller: &Caller, observe: &dyn Fn(&ResourceRole) -> Observed, now: Timestamp,
//!     ) -> Result<(), Refused> {
//!         let _ = self.0.expire(now);
//!         // The caller and the state are judged before anything else.
//!         let authority = evaluate(caller, &self.0, now)?;
//!         let known = self.0.resource_roles().ok_or(Reason::ResourceRolesUnknown)?;
//!         let gives: Vec<_> = known.iter().map(|it| it.resource_role.clone()).collect();
//!         self.0 = authority.admit(self.0.clone(), now)?.reprocess_observed(gives, observe).saved();
//!         Ok(())
//!     }
//!     fn reprocess_request(
//!         &mut self, caller: &Caller, request: &AssignmentRequest, gives: &[ResourceRole], now: Timestamp,
//!     ) -> Result<(), Refused> {
//!         let authority = caller.authority(Some(self.0.catalog()))?;
//!         let admitted = authority.admit_request(self.0.clone(), request, now)?;
//!         self.0 = admitted.reprocess(gives.iter().cloned()).saved();
//!         Ok(())
//!     }
//!     fn record(&mut self, receipt: &Receipt, now: Timestamp) {
//!         let _ = self.0.record(receipt, now);
//!     }
//!     fn actions(&self) -> Vec<Action> { self.0.actions().collect() }
//!     fn stored(&self) -> StoredAssignment { (&self.0).into() }
//! }
//!
//! # /* In a test this is:
//! #[test]
//! # */
//! fn keeps_the_laws() -> Result<(), Broken> {
//!     laws::all(|stored| Server(stored.try_into().unwrap()))
//! }
//! # keeps_the_laws().unwrap();
//! ```
//!
//! **This module may change before 1.0.**

pub mod laws;
pub mod strategy;
mod words;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::{
    Action, AssignmentRequest, Caller, NotAdmitted, Observed, Reason, Receipt, Refusal, ResourceRole, Step,
    StoredAssignment, Timestamp,
};

/// Your implementation, as the [laws] see it: something that reprocesses one assignment.
///
/// A law makes an implementation from a stored assignment. To restart it, the law makes a new one from
/// [`stored`](Self::stored). The law plays the clock and the executor.
pub trait Implementation {
    /// The caller asks to reprocess the assignment at this instant. The access package gives what the assignment has.
    ///
    /// `observe` returns what can be seen of a resource role. If your implementation does not observe, ignore it, and
    /// leave out the law [`observed_asks_only_for_what_is_missing`](laws::observed_asks_only_for_what_is_missing).
    ///
    /// # Errors
    /// The call is refused, with the reasons and remedies that your implementation gives.
    fn reprocess(
        &mut self,
        caller: &Caller,
        observe: &dyn Fn(&ResourceRole) -> Observed,
        now: Timestamp,
    ) -> Result<(), Refused>;

    /// The caller asks to reprocess the request of the assignment at this instant. The access package gives these
    /// resource roles.
    ///
    /// If your implementation has no requests, leave out the laws about them.
    ///
    /// # Errors
    /// The call is refused, with the reasons that your implementation gives.
    fn reprocess_request(
        &mut self,
        caller: &Caller,
        request: &AssignmentRequest,
        gives: &[ResourceRole],
        now: Timestamp,
    ) -> Result<(), Refused>;

    /// The executor reports the outcome of an action at this instant. The receipt may be for another attempt,
    /// assignment or resource role.
    fn record(&mut self, receipt: &Receipt, now: Timestamp);

    /// The remaining actions, in any order.
    fn actions(&self) -> Vec<Action>;

    /// The stored form that a restart would find. The resource roles may be in any order.
    fn stored(&self) -> StoredAssignment;
}

/// The answer of an [`Implementation`] that refuses a call. Unlike a [`Refusal`], it can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The reasons, in any order.
    pub reasons: Vec<Reason>,
    /// The remedies as sets of steps, in any order. They are checked only if the refusal is about the caller.
    pub remedies: Vec<Vec<Step>>,
}

impl Refused {
    /// Whether the refusal is about the caller.
    fn is_of_caller(&self) -> bool {
        self.reasons.iter().all(|reason| reason.is_of_caller())
    }
}

/// A refusal with this reason and no remedies.
impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self { reasons: [reason].into(), remedies: Vec::new() }
    }
}

impl From<NotAdmitted> for Refused {
    fn from(not_admitted: NotAdmitted) -> Self {
        not_admitted.refusal.into()
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            reasons: refusal.reasons().collect(),
            remedies: refusal.remedies().map(|remedy| remedy.steps().collect()).collect(),
        }
    }
}

/// A broken law, with the simplest case that shows it. Its `Display` output contains everything.
#[derive(Clone, PartialEq, Eq)]
pub struct Broken {
    /// The name of the law.
    pub law: &'static str,
    /// The ids of the [rules](crate::policy) behind the law.
    pub rules: &'static str,
    /// The case: the input, one line for each value.
    pub case: String,
    /// What the implementation did in that case.
    pub found: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { law, rules, case, found } = self;
        write!(f, "the law \"{law}\" ({rules}) does not hold\n{case}\nfound: {found}")
    }
}

/// The same as `Display`, since a test shows a returned error that way.
impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for Broken {}
