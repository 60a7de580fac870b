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
//! If every outcome is known from the start, because nothing is missing or the missing resource roles cannot be
//! enforced, the assignment skips `delivering` and reaches its final state immediately.
//!
//! Three rules govern it. A call is judged completely before it changes anything (R12). The state follows from the
//! [tally](Tally) of the fulfillments (R16). An expired assignment never changes (R21).

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

/// Reprocesses the assignment: the primitive beneath [`Admitted::reprocess`](crate::Admitted::reprocess).
///
/// **It trusts the role and the state.** It does not know the account, its permissions, the scopes of its roles, the
/// present time, or what the access package gives now. A host begins at
/// [`Caller::authority`](crate::Caller::authority), which takes all of that into account. Use this function for a
/// model, a test, or a dry run on a clone.
///
/// If the call is accepted, a new attempt begins. Every resource role is pending, and becomes one of the actions
/// ([R13](crate::policy#r13)). The assignment is `delivering` until the last outcome is recorded
/// ([R15](crate::policy#r15)). A resource role that this kind of target cannot hold fails immediately, without
/// an action ([R46](crate::policy#r46)). If no action is left, the state is final immediately: `delivered` if nothing
/// has failed.
///
/// **Save the assignment before you carry out an action.** It holds everything that is still to be done. The actions
/// borrow the assignment: drop them first and derive them again ([`Assignment::actions`]), or collect them.
///
/// # Errors
/// The call is judged in this order. A refusal changes nothing ([R12](crate::policy#r12)).
/// - [`Reason::InsufficientRole`]: the role is not *Access package assignment manager* or higher
///   ([R1](crate::policy#r1), [R8](crate::policy#r8)).
/// - [`Reason::PrivilegedCatalog`] or a similar reason: the catalog is privileged, and the role is not *Global
///   Administrator*. A caller who needs two roles there must use [`Caller::authority`](crate::Caller::authority)
///   ([R43](crate::policy#r43)).
/// - [`Reason::InvalidState`]: the state is not `delivered` ([R9](crate::policy#r9)).
/// - [`Reason::ResourceRolesUnknown`]: the assignment's resource roles are unknown, so nothing could be enforced
///   ([R13](crate::policy#r13)).
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

/// Like [`reprocess`], but enforces only what is missing: the primitive beneath
/// [`Admitted::reprocess_observed`](crate::Admitted::reprocess_observed).
///
/// If `observe` panics, the assignment remains valid: the call is accepted, and everything that was not observed is
/// pending.
///
/// # Errors
/// As for [`reprocess`]. A refused call never calls `observe`.
#[inline]
pub fn reprocess_observed(
    assignment: &mut Assignment,
    caller_role: Role,
    observe: impl FnMut(&ResourceRole) -> Observed,
) -> Result<Actions<'_>, Refusal> {
    // R8: the caller is judged before the state.
    if !caller_role.at_least(REQUIRED_ROLE) {
        return Err(Refusal::new(Reason::InsufficientRole, None));
    }
    // R43: this function cannot know whether the caller holds two roles.
    if assignment.catalog.is_privileged() {
        if let Some(reason) = Reason::in_privileged_catalog(|role| role == caller_role) {
            return Err(Refusal::new(reason, None));
        }
    }
    // R9, and so R15: a delivering assignment is refused.
    if let Some(refusal) = Refusal::of_state(assignment.state) {
        return Err(refusal);
    }
    // R13: accepting the call would enforce nothing.
    if assignment.resource_roles.is_none() {
        return Err(Refusal::new(Reason::ResourceRolesUnknown, None));
    }
    // R12: nothing has changed up to here, and nothing fails from here on.
    assignment.begin(observe);
    Ok(assignment.actions())
}

impl Assignment {
    /// Begins another attempt with what the access package gives now, each resource role once (R23). Returns what the
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
        // R13: everything is enforced. R15: it is pending until its outcome is known.
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
        // Comes last: if `observe` panics, the assignment remains valid.
        if let Some(target_type) = self.target_type {
            self.give_up_what_cannot_be_held(target_type);
        }
        self.state = self.tally.state(all); // R16
    }

    /// R46: a resource role that this kind of target cannot hold is unenforceable, unless it was observed to be in
    /// place.
    fn give_up_what_cannot_be_held(&mut self, target_type: SubjectType) {
        let entries = self.resource_roles.iter_mut().flatten();
        let owed = entries.filter(|entry| entry.fulfillment == Fulfillment::Pending);
        for entry in owed.filter(|entry| target_type.cannot_hold(&entry.resource_role)) {
            self.tally.moves(Fulfillment::Pending, Fulfillment::Unenforceable);
            entry.fulfillment = Fulfillment::Unenforceable;
        }
    }
}

/// What the host has seen of a resource role at its target, before reprocessing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Observed {
    /// The target has the resource role, so it counts as fulfilled ([R18](crate::policy#r18)).
    Present,
    /// The target does not have the resource role, so it is enforced.
    Absent,
    /// Nobody has looked, so the resource role is enforced ([R19](crate::policy#r19)).
    Unknown,
    /// The resource role cannot be enforced, such as a membership in a dynamic or on-premises group, or a role on a
    /// deleted resource. It fails without an action ([R20](crate::policy#r20)).
    ///
    /// The assignment then becomes `partiallyDelivered` at best, so it cannot be reprocessed again. Only its request
    /// can be, if it was completed less than [14 days](crate::policy#r33) before. Return this only if you are sure.
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
    /// The remaining actions: one for each pending resource role. You can call this at any time, for example when you
    /// have loaded the assignment again after a crash ([R22](crate::policy#r22)). An expired assignment has no actions
    /// ([R21](crate::policy#r21)), and neither has one with unknown resource roles.
    #[inline]
    #[must_use]
    pub fn actions(&self) -> Actions<'_> {
        let owed = match self.state {
            // Two kinds of assignment have pending resource roles: a delivering one, and one that expired while
            // delivering.
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

    /// Records the outcome of an action, at this instant. If the assignment has [changed](Recorded::Changed), save it.
    /// Pass the true time.
    ///
    /// Receipts may arrive late, twice and in any order, and the result is the same ([R17](crate::policy#r17)). Within
    /// an attempt *fulfilled* beats *failed*, even after the state was final. If the end of the assignment has come,
    /// the assignment expires, and the receipt is ignored ([R21](crate::policy#r21)).
    ///
    /// # Errors
    /// Nothing changes, and trying again does not help. Log the error.
    ///
    /// - [`RecordError::OtherAssignment`]: the receipt is for another assignment.
    /// - [`RecordError::UnknownResourceRole`]: the receipt is for this attempt, and for a resource role that the
    ///   assignment does not have. Late receipts for a resource role that the access package no longer gives belong to
    ///   another attempt, and are not errors.
    pub fn record(&mut self, receipt: &Receipt, now: Timestamp) -> Result<Recorded, RecordError> {
        if receipt.assignment != self.id {
            return Err(RecordError::OtherAssignment { required: self.id, actual: receipt.assignment });
        }
        // R21: an expired assignment takes no outcome.
        if let Some(event) = self.expire(now) {
            return Ok(Recorded::Changed(event));
        }
        match self.state {
            AssignmentState::Expired => return Ok(Recorded::Unchanged(Unchanged::Expired)),
            // R17: even a final state can improve.
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

    /// Expires the assignment if its end has come ([R21](crate::policy#r21)). If that changes the assignment, it
    /// returns the event: save the assignment then.
    ///
    /// The crate has no clock, so pass the true time. [`Authority::admit`](crate::Authority::admit),
    /// [`Authority::admit_request`](crate::Authority::admit_request) and [`record`](Self::record) expire the assignment
    /// themselves. Call this periodically for assignments that are `delivering`, and before you show an assignment.
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

    /// The event of a change that has just happened.
    fn event(&self, at: Timestamp, from: AssignmentState, cause: Cause) -> Event {
        Event { assignment: self.id, at, attempt: self.attempt, from, to: self.state, cause }
    }
}

impl AssignmentResourceRole {
    /// R17: the greater fulfillment wins, whichever came first. Of two reasons for a failure, the smaller one stays.
    /// Returns whether anything has changed.
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

/// A failure with a reason wins over one without.
fn smaller<'r>(
    one: Option<&'r FailureReason>,
    other: Option<&'r FailureReason>,
) -> Option<&'r FailureReason> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The effect of a receipt on the assignment.
#[must_use = "if it has changed something, save the assignment"]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Recorded {
    /// The assignment has changed: save it. The event is for your records. If the end of the assignment had come, the
    /// event is the expiry, and the receipt was ignored.
    Changed(Event),
    /// Nothing has changed, so nothing needs saving.
    Unchanged(Unchanged),
}

/// Why a receipt has changed nothing ([R17](crate::policy#r17)). None of these cases is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unchanged {
    /// The receipt is for another attempt.
    AnotherAttempt,
    /// The receipt adds nothing: it repeats an earlier one, or the resource role is already in place.
    AlreadyKnown,
    /// The assignment had already expired ([R21](crate::policy#r21)).
    Expired,
}

impl Unchanged {
    /// A stable code for programs.
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
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherAssignment { .. } => "otherAssignment",
            Self::UnknownResourceRole(_) => "unknownResourceRole",
        }
    }
}

/// The receipt does not belong to this assignment. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RecordError {
    /// The receipt is for another assignment.
    #[error("receipt is for assignment `{actual}`, but this is assignment `{required}`")]
    OtherAssignment {
        /// This assignment.
        required: AssignmentId,
        /// The assignment that the receipt is for.
        actual: AssignmentId,
    },
    /// The receipt is for a resource role that the assignment does not have in this attempt.
    #[error("receipt is for resource role `{0}`, which the assignment does not have")]
    UnknownResourceRole(ResourceRole),
}
