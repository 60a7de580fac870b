//! For your own tests: strategies for what a host passes in, and laws to hold an implementation to.
//!
//! Whatever reprocesses assignments, with this crate or without it, can be held to its rules: a server,
//! a client, a library. Implement [`Implementation`] for it in your tests, and ask for
//! [all laws](laws::all), or for one:
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
//!         // First whether the caller may, at the state that it is in.
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

/// Something that reprocesses one assignment, as the [laws] see it.
///
/// A law makes one from what is stored, which is also how it restarts one: what the new one knows is
/// what [`stored`](Self::stored) gave. The law has the clock and the executor.
pub trait Implementation {
    /// The caller asks to reprocess the assignment, now.
    ///
    /// `observe` says what can be seen of a resource role. An implementation that does not look ignores it, and leaves out
    /// the law [`observed_asks_only_for_what_is_missing`](laws::observed_asks_only_for_what_is_missing).
    ///
    /// # Errors
    /// The call is refused.
    fn reprocess(
        &mut self,
        caller: &Caller,
        observe: &dyn Fn(&ResourceRole) -> Observed,
        now: Timestamp,
    ) -> Result<(), Refused>;

    /// The caller asks to reprocess the request of the assignment, now, and the access package gives this.
    ///
    /// An implementation that knows no requests leaves out the laws about them.
    ///
    /// # Errors
    /// The call is refused.
    fn reprocess_request(
        &mut self,
        caller: &Caller,
        request: &AssignmentRequest,
        gives: &[ResourceRole],
        now: Timestamp,
    ) -> Result<(), Refused>;

    /// The executor reports, now, what became of an action. It may report what makes no sense.
    fn record(&mut self, receipt: &Receipt, now: Timestamp);

    /// What is still to be carried out, in any order.
    fn actions(&self) -> Vec<Action>;

    /// What would be found after a restart. The resource roles may stand in any order.
    fn stored(&self) -> StoredAssignment;
}

/// Why an [`Implementation`] refuses a call, in its own words: those of a [`Refusal`], right or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Everything that stands in the way, in any order.
    pub reasons: Vec<Reason>,
    /// What would help: sets of steps, in any order. For a refusal that is not about the caller they are not looked at.
    pub remedies: Vec<Vec<Step>>,
}

impl Refused {
    /// Whether it is about the caller.
    fn is_of_caller(&self) -> bool {
        self.reasons.iter().all(|reason| reason.is_of_caller())
    }
}

/// A refusal for this alone, without saying what would help.
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

/// A law that does not hold, and the simplest case that was found to show it. Its `Display` says it all.
#[derive(Clone, PartialEq, Eq)]
pub struct Broken {
    /// The law, by its name.
    pub law: &'static str,
    /// The ids of the [rules](crate::policy) that it comes from.
    pub rules: &'static str,
    /// The case, in words: what was given, a line each.
    pub case: String,
    /// What the implementation did there.
    pub found: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { law, rules, case, found } = self;
        write!(f, "the law \"{law}\" ({rules}) does not hold\n{case}\nfound: {found}")
    }
}

/// As displayed, for that is how a test shows the error that it returns.
impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for Broken {}
