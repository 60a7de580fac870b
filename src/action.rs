//! The conversation with whoever executes: an [`Action`] goes out, a [`Receipt`] comes back. Both
//! are plain data that can cross a thread, a queue or a process.

use core::iter::FusedIterator;
use core::slice;

use crate::fulfillment::{AssignmentResourceRole, FailureReason, Fulfillment};
use crate::id::{AssignmentId, ObjectId};
use crate::resource_role::ResourceRole;
use crate::timestamp::Timestamp;

/// One thing to be done: see to it that the target has the resource role.
///
/// As serde data it is an object of these fields in camel case. In a format that names its fields those that it does
/// not know are ignored, so that a later version may add some; the same holds for a [`Receipt`].
///
/// It only ever restores access ([R14](crate::policy#r14)) and is idempotent: a target that has the
/// resource role already counts as done ([R18](crate::policy#r18)). Carry it out only after the
/// assignment was saved, and not when it [has ended](Self::has_ended).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Action {
    /// The assignment that asks for it.
    pub assignment: AssignmentId,
    /// The attempt of that assignment, which the receipt gives back.
    pub attempt: u32,
    /// Who is to have the resource role.
    pub target: ObjectId,
    /// What the target is to have.
    pub resource_role: ResourceRole,
    /// The instant from which this must no longer be carried out; `None` if the assignment has no end.
    // Not to be forgotten: without it the action could be carried out for ever.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "serde::Deserialize::deserialize"))]
    pub end: Option<Timestamp>,
}

impl Action {
    /// Whether it is too late to carry this out ([R21](crate::policy#r21)).
    #[inline]
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        has_ended(self.end, now)
    }

    /// The receipt for this action, to be [recorded](crate::Assignment::record).
    #[must_use]
    pub fn receipt(self, outcome: Outcome) -> Receipt {
        Receipt {
            assignment: self.assignment,
            attempt: self.attempt,
            resource_role: self.resource_role,
            outcome,
            reason: None,
        }
    }

    /// The receipt that says that this has failed, and why.
    #[must_use]
    pub fn failed(self, reason: FailureReason) -> Receipt {
        Receipt { reason: Some(reason), ..self.receipt(Outcome::Failed) }
    }
}

/// R21: the end is exclusive. The one place that says so.
#[inline]
pub(crate) fn has_ended(end: Option<Timestamp>, now: Timestamp) -> bool {
    end.is_some_and(|end| now >= end)
}

/// What became of an action. Both are final ([R17](crate::policy#r17)): *failed* means that the
/// executor has given up, not that one try went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Outcome {
    /// The target has the resource role, from now on or already before.
    Fulfilled,
    /// The target does not have it, and the executor has given up.
    Failed,
}

/// The answer to an [`Action`]: to be recorded, in any order, any number of times.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Receipt {
    /// The assignment that asked.
    pub assignment: AssignmentId,
    /// The attempt of that assignment in which it asked.
    pub attempt: u32,
    /// The resource role that was to be enforced.
    pub resource_role: ResourceRole,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it failed, if the executor says so. Beside *fulfilled* it is not looked at.
    #[cfg_attr(feature = "serde", serde(default))]
    pub reason: Option<FailureReason>,
}

/// What is still to be done for an assignment: an action for each pending resource role.
///
/// It is derived from the assignment, without allocation, and can be dropped and
/// [asked for again](crate::Assignment::actions) at any time ([R22](crate::policy#r22)). **Save the
/// assignment before you carry out the first action.** You cannot while this borrows it: drop this, save, and
/// ask again; or collect the actions, which own what they say.
///
/// An action shares the texts of its resource role, where that has any, with the assignment. To look at what is pending
/// without making actions, read [`resource_roles`](crate::Assignment::resource_roles).
#[derive(Debug, Clone)]
pub struct Actions<'a> {
    pub(crate) assignment: AssignmentId,
    pub(crate) attempt: u32,
    pub(crate) target: ObjectId,
    pub(crate) end: Option<Timestamp>,
    pub(crate) resource_roles: slice::Iter<'a, AssignmentResourceRole>,
}

impl Iterator for Actions<'_> {
    type Item = Action;

    #[inline]
    fn next(&mut self) -> Option<Action> {
        let pending = self.resource_roles.find(|role| role.fulfillment == Fulfillment::Pending)?;
        Some(Action {
            assignment: self.assignment,
            attempt: self.attempt,
            target: self.target,
            resource_role: pending.resource_role.clone(),
            end: self.end,
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.resource_roles.len()))
    }
}

impl FusedIterator for Actions<'_> {}
