//! The order in which an assignment is reprocessed, as types: authority, admission, acceptance, save, actions.
//!
//! Each stage can only be had from the one before it, so that the contract with the host holds where a compiler can hold
//! it. The types order calls; state still arrives as data.

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
    /// Admits the assignment to be reprocessed at this instant: it expires if its end has come, and its catalog and
    /// state are judged. Give the true time.
    ///
    /// # Errors
    /// The authority is for another catalog, or for one that was not said to be privileged
    /// ([`Reason::CatalogDisagrees`](crate::Reason::CatalogDisagrees): begin again); or the state is not `delivered`. The
    /// assignment is given back: if it has just [expired](NotAdmitted::expired), the host may save it.
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

    /// Admits the assignment to be asked for again by reprocessing its request, at this instant: the way out where delivery
    /// has failed, in whole or in part ([R31](crate::policy#r31) to [R34](crate::policy#r34)). What follows is the same as
    /// after [`admit`](Self::admit).
    ///
    /// # Errors
    /// The authority is for another catalog, or for one that was not said to be privileged
    /// ([`Reason::CatalogDisagrees`](crate::Reason::CatalogDisagrees): begin again); or what
    /// [`evaluate_request`](crate::evaluate_request) says. The assignment is given back: if it has just
    /// [expired](NotAdmitted::expired), the host may save it.
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

    /// R3, R43, R21: the catalog first, then time, then what is asked for.
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

/// An assignment that is not admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAdmitted {
    /// Why not.
    pub refusal: Refusal,
    /// The assignment.
    pub assignment: Assignment,
    /// What time has made of it, if its end has just come; then the host may save it.
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

/// An assignment that may be reprocessed, by this caller and at this instant.
///
/// Only [`Authority::admit`] and [`Authority::admit_request`] make one, so an assignment that nobody has judged, or that was
/// judged before it expired, is not reprocessed:
///
/// ```compile_fail,E0308
/// # use access_package::{Admitted, Assignment, ResourceRole, Unsaved};
/// fn not_admitted(assignment: Assignment, gives_now: Vec<ResourceRole>) -> Unsaved {
///     Admitted::reprocess(assignment, gives_now)
/// }
/// ```
///
/// And what was admitted once is reprocessed once:
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
    /// The request that is reprocessed, if it is one.
    request: Option<AssignmentRequestId>,
    now: Timestamp,
}

impl Admitted {
    /// The assignment, to look up what its access package gives now.
    #[must_use]
    pub const fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// Reprocesses the assignment: asks again for every resource role that the access package gives now
    /// ([R13](crate::policy#r13)), each once, whatever the assignment had before.
    ///
    /// A new attempt begins. The assignment is `delivering` until the last outcome is recorded
    /// ([R15](crate::policy#r15)); with nothing to enforce it is `delivered` at once. What a target of its kind cannot hold
    /// fails at once, without an action ([R46](crate::policy#r46)).
    pub fn reprocess(self, gives_now: impl IntoIterator<Item = ResourceRole>) -> Unsaved {
        self.reprocess_observed(gives_now, |_| Observed::Unknown)
    }

    /// Reprocesses the assignment and asks only for what is missing: `observe` is called once for each resource role,
    /// in their order, and says what the host has seen of it. Gather that before; for what was not seen, answer
    /// [`Observed::Unknown`].
    ///
    /// With nothing left to ask for the state is final at once: `delivered`, or, with something unenforceable,
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

/// An assignment that was accepted, and is not saved yet: save it, then call [`saved`](Self::saved).
///
/// If the save is lost, because another one came first, drop this and begin again at
/// [`Caller::authority`](crate::Caller::authority). No type can prove that a save has succeeded: this one makes sure that
/// you were asked for it. It has no actions:
///
/// ```compile_fail,E0599
/// # use access_package::{Action, Unsaved};
/// fn acts_before_it_saves(unsaved: &Unsaved) -> Vec<Action> {
///     unsaved.actions().collect()
/// }
/// ```
///
/// And it is not forgotten without a warning, which is an error here:
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
    /// What to save. It holds everything that is still to be done.
    #[must_use]
    pub fn stored(&self) -> StoredAssignment {
        (&self.assignment).into()
    }

    /// What has happened, for the record: who reprocessed it, in which role, what is asked for, and what the access
    /// package gives more or less than before.
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

    /// The assignment, once it is saved: now its [actions](Assignment::actions) may be carried out.
    #[must_use]
    pub fn saved(self) -> Assignment {
        self.assignment
    }
}
