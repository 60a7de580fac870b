//! The life of an assignment: the only file that changes a state.
//!
//! ```text
//! from                 by          to
//! delivering           record      partiallyDelivered, delivered, deliveryFailed
//! delivering           expire      expired
//! partiallyDelivered   record      delivered
//! partiallyDelivered   expire      expired
//! delivered            reprocess   delivering, partiallyDelivered, delivered, deliveryFailed
//! delivered            expire      expired
//! deliveryFailed       record      partiallyDelivered, delivered
//! deliveryFailed       expire      expired
//! ```
//!
//! Where every outcome is known from the start, since nothing is missing or what is cannot be enforced, the
//! way over `delivering` takes no time: from `delivered` straight to the final state.
//!
//! Three rules make it: a call is judged completely before it changes anything (R12), the state
//! follows from the fulfillments by one [`fold`] (R16), and an expired assignment stays as it is (R21).

use alloc::vec::Vec;

use super::{Assignment, sorted};
use crate::action::{Actions, Outcome, Receipt, has_ended};
use crate::fulfillment::{AssignmentResourceRole, Fulfillment};
use crate::id::AssignmentId;
use crate::resource_role::ResourceRole;
use crate::role::Role;
use crate::state::AssignmentState;
use crate::timestamp::Timestamp;

/// The least role that may reprocess (R1).
pub(crate) const REQUIRED_ROLE: Role = Role::AccessPackageAssignmentManager;

/// The one state that can be reprocessed (R9).
pub(crate) const REQUIRED_STATE: AssignmentState = AssignmentState::Delivered;

/// Reprocesses the assignment: asks again for every resource role that the access package gives, as it
/// was [last brought in](Assignment::set_resource_roles).
///
/// **It judges the role alone, and believes it.** Get that from [`evaluate`](crate::evaluate), which also judges
/// the account, its permissions and where its roles are held, and gives the highest that counts.
///
/// Accepted, a new attempt begins: every resource role is pending, the assignment is `delivering`
/// until the last outcome is recorded ([R15](crate::policy#r15)), and the actions are what is to be
/// done ([R13](crate::policy#r13)). With nothing to enforce it is `delivered` at once.
///
/// **Save the assignment before you carry out an action**: it holds everything that is still to be done. The
/// actions borrow it, so drop them first and ask for them again ([`Assignment::actions`]), or collect them.
///
/// # Errors
/// Judged in this order, and a refusal changes nothing ([R12](crate::policy#r12)):
/// - [`InsufficientRole`](ReprocessError::InsufficientRole): the role is not *Access package
///   assignment manager* or higher ([R1](crate::policy#r1), [R8](crate::policy#r8)).
/// - [`InvalidState`](ReprocessError::InvalidState): the state is not `delivered` ([R9](crate::policy#r9)).
/// - [`ResourceRolesUnknown`](ReprocessError::ResourceRolesUnknown): nothing could be enforced.
///
/// # Examples
/// ```
/// use access_package::{Assignment, AssignmentState, Outcome, Role, reprocess};
/// # use access_package::{AssignmentResourceRole, Fulfillment, ResourceRole, StoredAssignment};
/// # use uuid::Uuid;
/// # let group = "0282e19d-bf41-435d-92a4-99bab93af305";
/// # let stored = StoredAssignment {
/// #     format: StoredAssignment::FORMAT,
/// #     id: Uuid::from_u128(1).into(),
/// #     catalog: Uuid::from_u128(2).into(),
/// #     access_package: Uuid::from_u128(3).into(),
/// #     target: Uuid::from_u128(4).into(),
/// #     state: AssignmentState::Delivered,
/// #     end: None,
/// #     attempt: 0,
/// #     resource_roles: Some(vec![AssignmentResourceRole {
/// #         resource_role: ResourceRole::from_origin("AadGroup", group, &format!("Member_{group}"))?,
/// #         fulfillment: Fulfillment::Fulfilled,
/// #     }]),
/// # };
/// let mut assignment = Assignment::try_from(stored)?;
///
/// let actions: Vec<_> = reprocess(&mut assignment, Role::CatalogOwner)?.collect();
/// assert_eq!(actions.len(), 1);
/// assert_eq!(assignment.state(), AssignmentState::Delivering);
///
/// for action in actions {
///     // ... carry it out ...
///     assignment.record(&action.receipt(Outcome::Fulfilled))?;
/// }
/// assert_eq!(assignment.state(), AssignmentState::Delivered);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[inline]
pub fn reprocess(assignment: &mut Assignment, caller_role: Role) -> Result<Actions<'_>, ReprocessError> {
    reprocess_observed(assignment, caller_role, |_| Observed::Unknown)
}

/// Reprocesses the assignment and asks only for what is missing.
///
/// Like [`reprocess`], but `observe` is called once for each resource role, in their order, and says
/// what the host has seen of it. Gather that before; for what was not seen, answer
/// [`Observed::Unknown`]. With nothing left to ask for the state is final at once: `delivered`, or, with
/// something unenforceable, `partiallyDelivered` or `deliveryFailed`.
///
/// If `observe` panics, the assignment is still whole: accepted, with everything not yet observed pending.
///
/// # Errors
/// Those of [`reprocess`]; a refused call does not observe.
#[inline]
pub fn reprocess_observed(
    assignment: &mut Assignment,
    caller_role: Role,
    mut observe: impl FnMut(&ResourceRole) -> Observed,
) -> Result<Actions<'_>, ReprocessError> {
    // R8: the caller is judged before the state is looked at.
    if !caller_role.at_least(REQUIRED_ROLE) {
        return Err(ReprocessError::InsufficientRole { required: REQUIRED_ROLE, actual: caller_role });
    }
    // R9, and with it R15: one that is delivering is refused.
    if assignment.state != REQUIRED_STATE {
        return Err(ReprocessError::InvalidState { required: REQUIRED_STATE, actual: assignment.state });
    }
    // R13: to accept would be to enforce nothing.
    let Some(resource_roles) = &mut assignment.resource_roles else {
        return Err(ReprocessError::ResourceRolesUnknown);
    };

    // R12: nothing was changed up to here, and nothing fails from here on.
    assignment.attempt = assignment.attempt.wrapping_add(1);
    // R13: everything is owed. R15: until it is known what became of it.
    for entry in &mut *resource_roles {
        entry.fulfillment = Fulfillment::Pending;
    }
    assignment.state = AssignmentState::Delivering;
    for entry in &mut *resource_roles {
        entry.fulfillment = observe(&entry.resource_role).fulfillment();
    }
    assignment.state = fold(resource_roles);
    Ok(assignment.actions())
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
    /// `partiallyDelivered`, and cannot be reprocessed again: say so only of what really cannot.
    Unenforceable,
}

impl Observed {
    #[inline]
    const fn fulfillment(self) -> Fulfillment {
        match self {
            Self::Present => Fulfillment::Fulfilled,              // R18
            Self::Absent | Self::Unknown => Fulfillment::Pending, // R19
            Self::Unenforceable => Fulfillment::Failed,           // R20
        }
    }
}

/// R16: the state that follows from the fulfillments. With nothing to enforce it is delivered.
#[inline]
pub(super) fn fold(resource_roles: &[AssignmentResourceRole]) -> AssignmentState {
    let (mut failed, mut fulfilled) = (false, false);
    for entry in resource_roles {
        match entry.fulfillment {
            Fulfillment::Pending => return AssignmentState::Delivering, // R15
            Fulfillment::Failed => failed = true,
            Fulfillment::Fulfilled => fulfilled = true,
        }
    }
    match (failed, fulfilled) {
        (false, _) => AssignmentState::Delivered,
        (true, true) => AssignmentState::PartiallyDelivered,
        (true, false) => AssignmentState::DeliveryFailed,
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

    /// Records what became of an action, and gives the state that follows.
    ///
    /// Receipts may come late, twice and in any order; the result is the same
    /// ([R17](crate::policy#r17)): within an attempt *fulfilled* beats *failed*, even after the state
    /// was final. One of another attempt changes nothing, nor does any once the assignment is expired
    /// ([R21](crate::policy#r21)). Save the assignment afterwards.
    ///
    /// # Errors
    /// The receipt is for another assignment, or, in this attempt, for a resource role that this one
    /// does not have; for example a late one, if the access package has dropped the resource role since. Nothing
    /// changes, and trying again does not help.
    pub fn record(&mut self, receipt: &Receipt) -> Result<AssignmentState, RecordError> {
        if receipt.assignment != self.id {
            return Err(RecordError::OtherAssignment { required: self.id, actual: receipt.assignment });
        }
        // R17: another attempt.
        if receipt.attempt != self.attempt {
            return Ok(self.state);
        }
        match self.state {
            AssignmentState::Expired => return Ok(self.state), // R21: no outcome any more.
            // R17: even after the state was final.
            AssignmentState::Delivering
            | AssignmentState::PartiallyDelivered
            | AssignmentState::Delivered
            | AssignmentState::DeliveryFailed => {}
        }
        let resource_roles = self.resource_roles.as_deref_mut().unwrap_or_default();
        let found = resource_roles.binary_search_by(|entry| entry.resource_role.cmp(&receipt.resource_role));
        let Some(entry) = found.ok().and_then(|index| resource_roles.get_mut(index)) else {
            return Err(RecordError::UnknownResourceRole(receipt.resource_role.clone()));
        };
        // R17: the later word wins, in whatever order they come.
        entry.fulfillment = entry.fulfillment.max(match receipt.outcome {
            Outcome::Fulfilled => Fulfillment::Fulfilled,
            Outcome::Failed => Fulfillment::Failed,
        });
        self.state = fold(resource_roles);
        Ok(self.state)
    }

    /// Ends the assignment if its time has come: at the end, or after it
    /// ([R21](crate::policy#r21)). True if this call changed it; then save it.
    ///
    /// The crate has no clock. Call this before every judgement and with the true time.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let can_expire = match self.state {
            AssignmentState::Expired => false,
            AssignmentState::Delivering
            | AssignmentState::PartiallyDelivered
            | AssignmentState::Delivered
            | AssignmentState::DeliveryFailed => true,
        };
        let expires = can_expire && has_ended(self.end, now);
        if expires {
            self.state = AssignmentState::Expired;
        }
        expires
    }

    /// Brings in the resource roles that the access package gives now, each as fulfilled
    /// ([R13](crate::policy#r13)): what reprocessing is going to enforce.
    ///
    /// If that is still what the assignment has, there is no need to bring it in again. Only a delivered assignment
    /// takes them: every other state says something of the resource roles it was reached with, and none of them can be
    /// reprocessed.
    ///
    /// Do this right before [`reprocess`], and do not save in between: until that is accepted, what is new here
    /// is said to be in place and is not.
    ///
    /// # Errors
    /// The state is not `delivered`, or a resource role is given twice. Nothing changes.
    pub fn set_resource_roles(
        &mut self,
        current: impl IntoIterator<Item = ResourceRole>,
    ) -> Result<(), SetResourceRolesError> {
        if self.state != REQUIRED_STATE {
            return Err(SetResourceRolesError::InvalidState { required: REQUIRED_STATE, actual: self.state });
        }
        let fulfilled =
            |resource_role| AssignmentResourceRole { resource_role, fulfillment: Fulfillment::Fulfilled };
        let current: Vec<_> = current.into_iter().map(fulfilled).collect();
        self.resource_roles = Some(sorted(current).map_err(SetResourceRolesError::DuplicateResourceRole)?);
        Ok(())
    }
}

/// The assignment cannot be reprocessed. Nothing has changed ([R12](crate::policy#r12)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ReprocessError {
    /// The caller's role does not suffice ([R1](crate::policy#r1), [R2](crate::policy#r2)).
    #[error("role is `{actual}`: `{required}` or higher is required")]
    InsufficientRole {
        /// The lowest role that suffices.
        required: Role,
        /// The role the caller has.
        actual: Role,
    },
    /// The state of the assignment does not allow it ([R9](crate::policy#r9)). What would help
    /// instead is [`AssignmentState::advice`].
    #[error("state is `{actual}`: only an assignment that is `{required}` can be reprocessed")]
    InvalidState {
        /// The state in which it can be reprocessed.
        required: AssignmentState,
        /// The state it has.
        actual: AssignmentState,
    },
    /// It is not known what the access package gives, so nothing could be enforced
    /// ([R13](crate::policy#r13)): bring it in with [`Assignment::set_resource_roles`].
    #[error("resource roles are not known: bring in what the access package gives now")]
    ResourceRolesUnknown,
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

/// The resource roles cannot be brought in. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum SetResourceRolesError {
    /// The assignment is not delivered.
    #[error("state is `{actual}`: resource roles are brought in only while it is `{required}`")]
    InvalidState {
        /// The state in which it can be done.
        required: AssignmentState,
        /// The state it has.
        actual: AssignmentState,
    },
    /// A resource role is there more than once.
    #[error("resource role `{0}` is given twice")]
    DuplicateResourceRole(ResourceRole),
}
