//! The stages of reprocessing as types: authority, admission, acceptance, save, actions.
//!
//! Each stage comes only from the one before it, so the compiler enforces most of the contract with the host. The types
//! order the calls; the state remains data.

use alloc::vec::Vec;
use core::fmt;

use crate::assignment::{Assignment, Observed, StoredAssignment};
use crate::event::{Cause, Event};
use crate::fulfillment::{AssignmentResourceRole, Fulfillment};
use crate::id::AssignmentRequestId;
use crate::reason::Reason;
use crate::refusal::Refusal;
use crate::request::AssignmentRequest;
use crate::resource_role::ResourceRole;
use crate::state::AssignmentState;
use crate::timestamp::Timestamp;
use crate::verdict::{Authority, judge_request};

impl Authority {
    /// Admits the assignment to be reprocessed at this instant. It checks the catalog, expires the assignment if its
    /// end has come, and judges the state. Pass the true time.
    ///
    /// # Errors
    /// [`NotAdmitted`] gives the assignment back. If it has just [expired](NotAdmitted::expired), you may save it;
    /// otherwise it is unchanged. The refusal has one of these reasons:
    ///
    /// - [`Reason::CatalogDisagrees`](crate::Reason::CatalogDisagrees): the authority is for another catalog, or the
    ///   catalog has become privileged. Begin again ([R3](crate::policy#r3), [R43](crate::policy#r43)).
    /// - [`Reason::InvalidState`](crate::Reason::InvalidState): the state is not `delivered`
    ///   ([R9](crate::policy#r9)).
    #[expect(
        clippy::result_large_err,
        reason = "the assignment is given back, and an error allocates nothing"
    )]
    pub fn admit(self, assignment: Assignment, now: Timestamp) -> Result<Admitted, NotAdmitted> {
        // R9
        self.admit_if(assignment, now, None, |assignment| {
            Refusal::of_state(assignment.state()).map_or(Ok(()), Err)
        })
    }

    /// Admits the assignment to be delivered again by reprocessing its request, at this instant. Use it if delivery has
    /// failed, in whole or in part ([R31](crate::policy#r31) to [R34](crate::policy#r34)). The next stages are the same
    /// as after [`admit`](Self::admit).
    ///
    /// # Errors
    /// [`NotAdmitted`], as from [`admit`](Self::admit). The refusal has one of these reasons:
    ///
    /// - [`Reason::CatalogDisagrees`](crate::Reason::CatalogDisagrees), as from `admit`.
    /// - A reason about the request, in the order of [`evaluate_request`](crate::evaluate_request#errors).
    #[expect(
        clippy::result_large_err,
        reason = "the assignment is given back, and an error allocates nothing"
    )]
    pub fn admit_request(
        self,
        assignment: Assignment,
        request: &AssignmentRequest,
        now: Timestamp,
    ) -> Result<Admitted, NotAdmitted> {
        self.admit_if(assignment, now, Some(request.id), |assignment| {
            judge_request(request, assignment.id(), assignment.state(), now)
        })
    }

    /// R3, R43, R21: first the catalog, then the time, then the state or the request.
    #[inline]
    #[expect(
        clippy::result_large_err,
        reason = "the assignment is given back, and an error allocates nothing"
    )]
    fn admit_if(
        self,
        mut assignment: Assignment,
        now: Timestamp,
        request: Option<AssignmentRequestId>,
        judge: impl FnOnce(&Assignment) -> Result<(), Refusal>,
    ) -> Result<Admitted, NotAdmitted> {
        if !self.reaches(assignment.catalog()) {
            let refusal = Refusal::new(Reason::CatalogDisagrees, None);
            return Err(NotAdmitted { refusal, assignment, expired: None });
        }
        let expired = assignment.expire(now);
        match judge(&assignment) {
            Err(refusal) => Err(NotAdmitted { refusal, assignment, expired }),
            Ok(()) => Ok(Admitted { assignment, authority: self, request, now }),
        }
    }
}

/// A refusal to admit an assignment, with the assignment itself. [`Refusal::from`] keeps only the refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAdmitted {
    /// The refusal, with its reason.
    pub refusal: Refusal,
    /// The assignment, given back.
    pub assignment: Assignment,
    /// The expiry, if this call has expired the assignment. You may then save the assignment.
    pub expired: Option<Event>,
}

impl fmt::Display for NotAdmitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refusal.fmt(f)
    }
}

impl core::error::Error for NotAdmitted {}

impl From<NotAdmitted> for Refusal {
    fn from(not_admitted: NotAdmitted) -> Self {
        not_admitted.refusal
    }
}

/// An assignment that this caller may reprocess at this instant.
///
/// Only [`Authority::admit`] and [`Authority::admit_request`] make one. You cannot reprocess an assignment that nobody
/// has judged:
///
/// ```compile_fail,E0308
/// # use access_package::{Admitted, Assignment, ResourceRole, Unsaved};
/// fn not_admitted(assignment: Assignment, gives_now: Vec<ResourceRole>) -> Unsaved {
///     Admitted::reprocess(assignment, gives_now)
/// }
/// ```
///
/// An admitted assignment is reprocessed once:
///
/// ```compile_fail,E0382
/// # use access_package::{Admitted, ResourceRole, Unsaved};
/// fn twice(admitted: Admitted, gives_now: Vec<ResourceRole>) -> [Unsaved; 2] {
///     [admitted.reprocess(gives_now.clone()), admitted.reprocess(gives_now)]
/// }
/// ```
#[must_use = "an admitted assignment is yet to be reprocessed"]
#[derive(Debug)]
pub struct Admitted {
    assignment: Assignment,
    authority: Authority,
    /// The request, if a request is reprocessed.
    request: Option<AssignmentRequestId>,
    now: Timestamp,
}

impl Admitted {
    /// The assignment. Use it to look up what its access package gives now.
    #[must_use]
    pub const fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// Reprocesses the assignment. Every resource role that the access package gives now is enforced again, each once,
    /// whatever the assignment had before ([R13](crate::policy#r13)).
    ///
    /// A new attempt begins. The assignment is `delivering` until the last outcome is recorded
    /// ([R15](crate::policy#r15)). A resource role that this kind of target cannot hold fails immediately,
    /// without an action ([R46](crate::policy#r46)). If no action is left, the state is final immediately: `delivered`
    /// if nothing has failed.
    pub fn reprocess(self, gives_now: impl IntoIterator<Item = ResourceRole>) -> Unsaved {
        self.reprocess_observed(gives_now, |_| Observed::Unknown)
    }

    /// Reprocesses the assignment like [`reprocess`](Self::reprocess), but enforces only what is missing. It calls
    /// `observe` once for each resource role, in their order. Look at the directory before this call, and let `observe`
    /// return what you have seen: [`Observed::Unknown`] if you have not looked.
    ///
    /// If no action is left, the state is final immediately: `delivered`, or, if some resource roles are unenforceable,
    /// `partiallyDelivered` or `deliveryFailed`.
    pub fn reprocess_observed(
        self,
        gives_now: impl IntoIterator<Item = ResourceRole>,
        observe: impl FnMut(&ResourceRole) -> Observed,
    ) -> Unsaved {
        let Self { mut assignment, authority, request, now } = self;
        let from = assignment.state();
        let had = assignment.begin_with(gives_now.into_iter().collect(), observe);
        Unsaved { assignment, authority, request, now, from, had }
    }
}

/// An accepted assignment that is not saved yet. Save it, then call [`saved`](Self::saved).
///
/// If the save fails because another one came first, drop this and begin again at
/// [`Caller::authority`](crate::Caller::authority). No type can prove that a save has succeeded; this one reminds you
/// to save. It has no actions:
///
/// ```compile_fail,E0599
/// # use access_package::{Action, Unsaved};
/// fn acts_before_it_saves(unsaved: &Unsaved) -> Vec<Action> {
///     unsaved.actions().collect()
/// }
/// ```
///
/// The compiler warns if you forget it. Here the warning is an error:
///
/// ```compile_fail
/// # #![deny(unused_must_use)]
/// # use access_package::{Admitted, ResourceRole};
/// fn forgets_to_save(admitted: Admitted, gives_now: Vec<ResourceRole>) {
///     admitted.reprocess(gives_now);
/// }
/// ```
///
/// # Examples
/// ```
/// use access_package::{Assignment, Caller, Event, Refusal, ResourceRole, StoredAssignment, Timestamp};
///
/// fn reprocess(
///     caller: &Caller,
///     assignment: Assignment,
///     gives_now: Vec<ResourceRole>,
///     now: Timestamp,
///     save: impl Fn(StoredAssignment, Event) -> bool,
/// ) -> Result<Option<Assignment>, Refusal> {
///     let authority = caller.authority(Some(assignment.catalog()))?;
///     let unsaved = authority.admit(assignment, now)?.reprocess(gives_now);
///     let is_saved = save(unsaved.stored(), unsaved.event());
///     Ok(is_saved.then(|| unsaved.saved())) // `None`: load it and begin again
/// }
/// ```
#[must_use = "save `stored()`, then call `saved()` for the actions"]
#[derive(Debug)]
pub struct Unsaved {
    assignment: Assignment,
    authority: Authority,
    request: Option<AssignmentRequestId>,
    now: Timestamp,
    from: AssignmentState,
    had: Vec<AssignmentResourceRole>,
}

impl Unsaved {
    /// The form to save. It holds everything that is still to be done.
    #[must_use]
    pub fn stored(&self) -> StoredAssignment {
        (&self.assignment).into()
    }

    /// The event, for your records: who reprocessed the assignment and in which role, what is to be enforced, and how
    /// what the access package gives has changed.
    #[must_use]
    pub fn event(&self) -> Event {
        let now_has = self.assignment.resource_roles().unwrap_or_default();
        let in_state = |wanted| move |entry: &&AssignmentResourceRole| entry.fulfillment == wanted;
        let names = |entries: &mut dyn Iterator<Item = &AssignmentResourceRole>| {
            entries.map(|entry| entry.resource_role.clone()).collect()
        };
        let missing_from = |others: &[AssignmentResourceRole], entry: &AssignmentResourceRole| {
            others.binary_search_by(|other| other.resource_role.cmp(&entry.resource_role)).is_err()
        };
        Event {
            assignment: self.assignment.id(),
            at: self.now,
            attempt: self.assignment.attempt(),
            from: self.from,
            to: self.assignment.state(),
            cause: Cause::Reprocessed {
                caller: self.authority.caller,
                role: self.authority.role,
                request: self.request,
                asked: names(&mut now_has.iter().filter(in_state(Fulfillment::Pending))),
                unenforceable: names(&mut now_has.iter().filter(in_state(Fulfillment::Unenforceable))),
                added: names(&mut now_has.iter().filter(|entry| missing_from(&self.had, entry))),
                dropped: names(&mut self.had.iter().filter(|entry| missing_from(now_has, entry))),
            },
        }
    }

    /// The assignment, after you have saved it. You may now carry out its [actions](Assignment::actions).
    #[must_use]
    pub fn saved(self) -> Assignment {
        self.assignment
    }
}
