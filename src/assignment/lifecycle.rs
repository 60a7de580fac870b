//! The life of an assignment: the only file that changes a state.
//!
//! ```text
//! from                 by                  to
//! delivering           record              partiallyDelivered, delivered, deliveryFailed
//! delivering           expire              expired
//! partiallyDelivered   reprocess request   delivering, partiallyDelivered, delivered, deliveryFailed
//! partiallyDelivered   record              delivered
//! partiallyDelivered   expire              expired
//! delivered            reprocess           delivering, partiallyDelivered, delivered, deliveryFailed
//! delivered            expire              expired
//! deliveryFailed       reprocess request   delivering, partiallyDelivered, delivered, deliveryFailed
//! deliveryFailed       record              partiallyDelivered, delivered
//! deliveryFailed       expire              expired
//! ```
//!
//! Where every outcome is known from the start, since nothing is missing or what is cannot be enforced, the
//! way over `delivering` takes no time: from there straight to the final state.
//!
//! Three rules make it: a call is judged completely before it changes anything (R12), the state
//! follows from the [tally](Tally) of the fulfillments (R16), and an expired assignment stays as it is (R21).

use alloc::vec::Vec;
use core::mem;

use super::Assignment;
use crate::action::{Actions, Outcome, Receipt, has_ended};
use crate::event::{Cause, Event};
use crate::fulfillment::{AssignmentResourceRole, FailureReason, Fulfillment, Tally};
use crate::id::AssignmentId;
use crate::reason::{REQUIRED_ROLE, Reason};
use crate::refusal::Refusal;
use crate::resource_role::ResourceRole;
use crate::role::Role;
use crate::state::AssignmentState;
use crate::subject::SubjectType;
use crate::timestamp::Timestamp;

/// Reprocesses the assignment, as it is: the primitive on which [`Admitted::reprocess`](crate::Admitted::reprocess)
/// stands.
///
/// **It believes the role and the state that it is given.** It knows neither the account, its permissions and where its
/// roles are held, nor the present time, nor what the access package gives by now. A host begins at
/// [`Caller::authority`](crate::Caller::authority), which leads to all of that. Use this for a model, a test or a dry run
/// on a clone.
///
/// Accepted, a new attempt begins: every resource role is pending, the assignment is `delivering`
/// until the last outcome is recorded ([R15](crate::policy#r15)), and the actions are what is to be
/// done ([R13](crate::policy#r13)). What a target of its kind cannot hold fails at once, without an action
/// ([R46](crate::policy#r46)). With nothing to enforce it is `delivered` at once.
///
/// **Save the assignment before you carry out an action**: it holds everything that is still to be done. The
/// actions borrow it, so drop them first and ask for them again ([`Assignment::actions`]), or collect them.
///
/// # Errors
/// Judged in this order, and a refusal changes nothing ([R12](crate::policy#r12)):
/// - [`Reason::InsufficientRole`]: the role is not *Access package assignment manager* or higher
///   ([R1](crate::policy#r1), [R8](crate::policy#r8)).
/// - [`Reason::PrivilegedCatalog`] and those like it: the catalog is privileged, and the role is not *Global Administrator*.
///   Those who need two roles there pass through [`Caller::authority`](crate::Caller::authority) alone
///   ([R43](crate::policy#r43)).
/// - [`Reason::InvalidState`]: the state is not `delivered` ([R9](crate::policy#r9)).
/// - [`Reason::ResourceRolesUnknown`]: nothing could be enforced ([R13](crate::policy#r13)).
///
/// # Examples
/// ```
/// use access_package::{Assignment, AssignmentState, Outcome, ResourceRole, Role, Timestamp, reprocess};
/// # use access_package::Catalog;
/// # use access_package::uuid::Uuid;
///
/// let group = "0282e19d-bf41-435d-92a4-99bab93af305";
/// let member = ResourceRole::from_origin("AadGroup", group, &format!("Member_{group}"), None)?;
/// # let (id, catalog, package, target) =
/// #     (Uuid::from_u128(1).into(), Catalog::of_unknown_level(Uuid::from_u128(2).into()), Uuid::from_u128(3).into(), Uuid::from_u128(4).into());
/// let mut assignment = Assignment::delivered(id, catalog, package, target, None, [member]);
///
/// let actions: Vec<_> = reprocess(&mut assignment, Role::CatalogOwner)?.collect();
/// assert_eq!(actions.len(), 1);
/// assert_eq!(assignment.state(), AssignmentState::Delivering);
///
/// for action in actions {
///     // ... carry it out ...
///     let _ = assignment.record(&action.receipt(Outcome::Fulfilled), Timestamp::MIN)?;
/// }
/// assert_eq!(assignment.state(), AssignmentState::Delivered);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[inline]
pub fn reprocess(assignment: &mut Assignment, caller_role: Role) -> Result<Actions<'_>, Refusal> {
    reprocess_observed(assignment, caller_role, |_| Observed::Unknown)
}

/// Like [`reprocess`], but asks only for what is missing: the primitive on which
/// [`Admitted::reprocess_observed`](crate::Admitted::reprocess_observed) stands.
///
/// If `observe` panics, the assignment is still whole: accepted, with everything not yet observed pending.
///
/// # Errors
/// Those of [`reprocess`]; a refused call does not observe.
#[inline]
pub fn reprocess_observed(
    assignment: &mut Assignment,
    caller_role: Role,
    observe: impl FnMut(&ResourceRole) -> Observed,
) -> Result<Actions<'_>, Refusal> {
    // R8: the caller is judged before the state is looked at.
    if !caller_role.at_least(REQUIRED_ROLE) {
        return Err(Refusal::new(Reason::InsufficientRole, None));
    }
    // R43: of two roles at once this cannot know.
    if assignment.catalog.is_privileged() {
        if let Some(reason) = Reason::in_privileged_catalog(|role| role == caller_role) {
            return Err(Refusal::new(reason, None));
        }
    }
    // R9, and with it R15: one that is delivering is refused.
    if let Some(refusal) = Refusal::of_state(assignment.state) {
        return Err(refusal);
    }
    // R13: to accept would be to enforce nothing.
    if assignment.resource_roles.is_none() {
        return Err(Refusal::new(Reason::ResourceRolesUnknown, None));
    }
    // R12: nothing was changed up to here, and nothing fails from here on.
    assignment.begin(observe);
    Ok(assignment.actions())
}

impl Assignment {
    /// Begins another attempt with what the access package gives now, each resource role once (R23), and gives what the
    /// assignment had.
    pub(crate) fn begin_with(
        &mut self,
        gives_now: Vec<ResourceRole>,
        observe: impl FnMut(&ResourceRole) -> Observed,
    ) -> Vec<AssignmentResourceRole> {
        let had = self.resource_roles.replace(super::each_once(gives_now));
        self.begin(observe);
        had.unwrap_or_default()
    }

    /// Begins another attempt.
    #[inline]
    fn begin(&mut self, mut observe: impl FnMut(&ResourceRole) -> Observed) {
        let resource_roles = self.resource_roles.as_deref_mut().unwrap_or_default();
        self.attempt = self.attempt.wrapping_add(1);
        // R13: everything is owed. R15: until it is known what became of it.
        for entry in &mut *resource_roles {
            entry.fulfillment = Fulfillment::Pending;
        }
        self.state = AssignmentState::Delivering;
        let all = resource_roles.len();
        self.tally = Tally::pending(all);
        for entry in &mut *resource_roles {
            let fulfillment = observe(&entry.resource_role).fulfillment();
            if fulfillment != Fulfillment::Pending {
                self.tally.moves(Fulfillment::Pending, fulfillment);
                entry.fulfillment = fulfillment;
            }
        }
        // Last, so that the assignment is whole if `observe` panics.
        if let Some(target_type) = self.target_type {
            self.give_up_what_cannot_be_held(target_type);
        }
        self.state = self.tally.state(all); // R16
    }

    /// R46: what a target of this kind cannot hold is not asked for. What was seen to be in place stays so.
    fn give_up_what_cannot_be_held(&mut self, target_type: SubjectType) {
        let entries = self.resource_roles.iter_mut().flatten();
        let owed = entries.filter(|entry| entry.fulfillment == Fulfillment::Pending);
        for entry in owed.filter(|entry| target_type.cannot_hold(&entry.resource_role)) {
            self.tally.moves(Fulfillment::Pending, Fulfillment::Unenforceable);
            entry.fulfillment = Fulfillment::Unenforceable;
        }
    }
}

/// What the host has seen of a resource role before it reprocesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Observed {
    /// The target has it: nothing to do ([R18](crate::policy#r18)).
    Present,
    /// The target does not have it.
    Absent,
    /// It was not seen, so it is enforced ([R19](crate::policy#r19)).
    Unknown,
    /// It cannot be enforced, such as membership of a dynamic or on-premises group, or a role on a
    /// deleted resource: it fails without an action ([R20](crate::policy#r20)). The assignment is then at best
    /// `partiallyDelivered`, and can be asked for again only by its request, for [14 days](crate::policy#r33): say so
    /// only of what really cannot.
    Unenforceable,
}

impl Observed {
    #[inline]
    const fn fulfillment(self) -> Fulfillment {
        match self {
            Self::Present => Fulfillment::Fulfilled,              // R18
            Self::Absent | Self::Unknown => Fulfillment::Pending, // R19
            Self::Unenforceable => Fulfillment::Unenforceable,    // R20
        }
    }
}

impl Assignment {
    /// What is still to be done, at any time: after a crash, load the assignment and ask
    /// ([R22](crate::policy#r22)). Nothing for one that is expired ([R21](crate::policy#r21)) or whose
    /// resource roles are not known.
    #[inline]
    #[must_use]
    pub fn actions(&self) -> Actions<'_> {
        let owed = match self.state {
            // Only here, and in what expired on the way, is anything pending.
            AssignmentState::Delivering => self.resource_roles.as_deref().unwrap_or_default(),
            AssignmentState::PartiallyDelivered
            | AssignmentState::Delivered
            | AssignmentState::Expired
            | AssignmentState::DeliveryFailed => &[],
        };
        Actions {
            assignment: self.id,
            attempt: self.attempt,
            target: self.target,
            end: self.end,
            resource_roles: owed.iter(),
        }
    }

    /// Records what became of an action, at this instant. If that [changed](Recorded::Changed) something, save the
    /// assignment.
    ///
    /// Receipts may come late, twice and in any order; the result is the same
    /// ([R17](crate::policy#r17)): within an attempt *fulfilled* beats *failed*, even after the state
    /// was final. If the end has come, the assignment expires and the receipt is not taken
    /// ([R21](crate::policy#r21)). Give the true time.
    ///
    /// # Errors
    /// The receipt is for another assignment, or, in this attempt, for a resource role that this one does not have: it
    /// answers none of its actions. (If the access package has dropped a resource role since, its late receipts are of
    /// another attempt.) Nothing changes, and trying again does not help.
    pub fn record(&mut self, receipt: &Receipt, now: Timestamp) -> Result<Recorded, RecordError> {
        if receipt.assignment != self.id {
            return Err(RecordError::OtherAssignment { required: self.id, actual: receipt.assignment });
        }
        // R21: no outcome any more.
        if let Some(event) = self.expire(now) {
            return Ok(Recorded::Changed(event));
        }
        match self.state {
            AssignmentState::Expired => return Ok(Recorded::Unchanged(Unchanged::Expired)),
            // R17: even after the state was final.
            AssignmentState::Delivering
            | AssignmentState::PartiallyDelivered
            | AssignmentState::Delivered
            | AssignmentState::DeliveryFailed => {}
        }
        // R17
        if receipt.attempt != self.attempt {
            return Ok(Recorded::Unchanged(Unchanged::AnotherAttempt));
        }
        let resource_roles = self.resource_roles.as_deref_mut().unwrap_or_default();
        let all = resource_roles.len();
        let Some(entry) = super::find(resource_roles, &receipt.resource_role) else {
            return Err(RecordError::UnknownResourceRole(receipt.resource_role.clone()));
        };
        let before = entry.fulfillment;
        if !entry.take(receipt) {
            return Ok(Recorded::Unchanged(Unchanged::AlreadyKnown));
        }
        self.tally.moves(before, entry.fulfillment);
        let from = mem::replace(&mut self.state, self.tally.state(all)); // R16
        Ok(Recorded::Changed(self.event(
            now,
            from,
            Cause::Recorded {
                resource_role: receipt.resource_role.clone(),
                outcome: receipt.outcome,
                reason: receipt.reason.clone(),
            },
        )))
    }

    /// Ends the assignment if its time has come: at the end, or after it
    /// ([R21](crate::policy#r21)). What has happened, if this call changed it; then save it.
    ///
    /// The crate has no clock: give the true time. [`Authority::admit`](crate::Authority::admit),
    /// [`Authority::admit_request`](crate::Authority::admit_request) and [`record`](Self::record) do this themselves; call it
    /// for what nobody asks about, and before an assignment is shown.
    #[must_use = "if it has expired, save the assignment"]
    pub fn expire(&mut self, now: Timestamp) -> Option<Event> {
        let can_expire = match self.state {
            AssignmentState::Expired => false,
            AssignmentState::Delivering
            | AssignmentState::PartiallyDelivered
            | AssignmentState::Delivered
            | AssignmentState::DeliveryFailed => true,
        };
        if !can_expire || !has_ended(self.end, now) {
            return None;
        }
        let from = mem::replace(&mut self.state, AssignmentState::Expired);
        Some(self.event(now, from, Cause::Expired))
    }

    /// What has just happened.
    fn event(&self, at: Timestamp, from: AssignmentState, cause: Cause) -> Event {
        Event { assignment: self.id, at, attempt: self.attempt, from, to: self.state, cause }
    }
}

impl AssignmentResourceRole {
    /// R17: the later word wins, in whatever order they come, and of two failures the smaller reason. Whether that
    /// changed anything.
    fn take(&mut self, receipt: &Receipt) -> bool {
        let fulfillment = self.fulfillment.max(match receipt.outcome {
            Outcome::Fulfilled => Fulfillment::Fulfilled,
            Outcome::Failed => Fulfillment::Failed,
        });
        let before = mem::replace(&mut self.fulfillment, fulfillment);
        let reason = match fulfillment {
            Fulfillment::Failed => smaller(self.reason.as_ref(), receipt.reason.as_ref()),
            Fulfillment::Pending | Fulfillment::Unenforceable | Fulfillment::Fulfilled => None,
        };
        let changed = before != fulfillment || self.reason.as_ref() != reason;
        if changed {
            self.reason = reason.cloned();
        }
        changed
    }
}

/// One that is there counts more than none.
fn smaller<'r>(
    one: Option<&'r FailureReason>,
    other: Option<&'r FailureReason>,
) -> Option<&'r FailureReason> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// What a receipt has done.
#[must_use = "if it has changed something, save the assignment"]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Recorded {
    /// The assignment has changed: save it. What has happened is for the record; if the end had come, it is that.
    Changed(Event),
    /// Nothing has changed, for this reason, and nothing has to be saved.
    Unchanged(Unchanged),
}

/// Why a receipt has changed nothing ([R17](crate::policy#r17)). None of these is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unchanged {
    /// It is of another attempt.
    AnotherAttempt,
    /// It says nothing new: it came before, or the resource role is in place already.
    AlreadyKnown,
    /// The assignment had expired before ([R21](crate::policy#r21)).
    Expired,
}

impl Unchanged {
    /// A word for programs, which stays the same.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AnotherAttempt => "anotherAttempt",
            Self::AlreadyKnown => "alreadyKnown",
            Self::Expired => "afterTheEnd",
        }
    }
}

impl RecordError {
    /// A word for programs, which stays the same.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherAssignment { .. } => "otherAssignment",
            Self::UnknownResourceRole(_) => "unknownResourceRole",
        }
    }
}

/// The receipt is not one of this assignment. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RecordError {
    /// It is for another assignment.
    #[error("receipt is for assignment `{actual}`: this one is `{required}`")]
    OtherAssignment {
        /// This assignment.
        required: AssignmentId,
        /// The assignment that the receipt is for.
        actual: AssignmentId,
    },
    /// It is for a resource role that the assignment does not have in this attempt.
    #[error("receipt is for resource role `{0}`: the assignment does not have it")]
    UnknownResourceRole(ResourceRole),
}
