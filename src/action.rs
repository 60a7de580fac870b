//! The exchange with the executor: an [`Action`] goes out, a [`Receipt`] comes back. Both are plain data, and can cross
//! a thread, a queue or a process.

use core::iter::FusedIterator;
use core::slice;

use crate::fulfillment::{AssignmentResourceRole, FailureReason, Fulfillment};
use crate::id::{AssignmentId, ObjectId};
use crate::resource_role::ResourceRole;
use crate::timestamp::Timestamp;

/// An action: give the target the resource role.
///
/// An action never takes access away ([R14](crate::policy#r14)). It is idempotent: if the target already has the
/// resource role, the action is fulfilled ([R18](crate::policy#r18)). Save the assignment before you carry the action
/// out, and skip it if it [has ended](Self::has_ended).
///
/// As serde data it is an object of these fields in camel case. In a format that names its fields, unknown fields are
/// ignored, because a later version may add some. The same is true of a [`Receipt`].
///
/// ```
/// use access_package::{Action, Outcome, ResourceRole, Timestamp};
/// # use access_package::uuid::Uuid;
/// # let (site, assignment, target) =
/// #     ("https://contoso.sharepoint.com/sites/campaign", Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
///
/// let resource_role = ResourceRole::from_origin("SharePointOnline", site, "4", None)?;
/// let action = Action { assignment, attempt: 1, target, resource_role, end: Some(Timestamp::MAX) };
///
/// assert!(!action.has_ended(Timestamp::MIN)); // so give the target the resource role
/// let receipt = action.receipt(Outcome::Fulfilled);
/// assert_eq!((receipt.assignment, receipt.attempt), (assignment, 1));
/// # Ok::<(), access_package::ParseResourceRoleError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Action {
    /// The assignment that the action belongs to.
    pub assignment: AssignmentId,
    /// The attempt of the assignment. The receipt repeats it.
    pub attempt: u32,
    /// Who gets the resource role.
    pub target: ObjectId,
    /// What the target gets.
    pub resource_role: ResourceRole,
    /// The instant from which the action must not be carried out. `None` if the assignment has no end.
    // Required: if it were forgotten, the action could be carried out forever.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "serde::Deserialize::deserialize"))]
    pub end: Option<Timestamp>,
}

impl Action {
    /// Whether it is too late to carry the action out ([R21](crate::policy#r21)). Check this as late as you can.
    #[inline]
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        has_ended(self.end, now)
    }

    /// The receipt for this action, to [record](crate::Assignment::record).
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

    /// The receipt of a failure, with its reason.
    #[must_use]
    pub fn failed(self, reason: FailureReason) -> Receipt {
        Receipt { reason: Some(reason), ..self.receipt(Outcome::Failed) }
    }
}

/// R21: the end is exclusive. Only this function decides it.
#[inline]
pub(crate) fn has_ended(end: Option<Timestamp>, now: Timestamp) -> bool {
    end.is_some_and(|end| now >= end)
}

/// The outcome of an action: fulfilled, or failed for good.
///
/// Report *failed* when the executor has given up, not after each try ([R17](crate::policy#r17)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Outcome {
    /// The target has the resource role now, whether or not it had it before.
    Fulfilled,
    /// The target does not have it, and the executor has given up.
    Failed,
}

/// The report of an [`Action`]'s outcome, for [`Assignment::record`](crate::Assignment::record).
///
/// You can record receipts in any order, and more than once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Receipt {
    /// The assignment that the action belongs to.
    pub assignment: AssignmentId,
    /// The attempt that the action belongs to.
    pub attempt: u32,
    /// The resource role that the action was to enforce.
    pub resource_role: ResourceRole,
    /// The outcome.
    pub outcome: Outcome,
    /// The reason for the failure, if the executor gives one. It is ignored if the outcome is *fulfilled*.
    #[cfg_attr(feature = "serde", serde(default))]
    pub reason: Option<FailureReason>,
}

/// The remaining actions of an assignment: one for each pending resource role.
///
/// They are derived from the assignment, without an allocation. You can drop them and
/// [derive them again](crate::Assignment::actions) at any time ([R22](crate::policy#r22)).
///
/// **Save the assignment before you carry out the first action.** This iterator borrows the assignment, so drop it
/// first, save, and derive the actions again. Or collect the actions, which own their data.
///
/// To see what is pending without making actions, read [`resource_roles`](crate::Assignment::resource_roles).
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
