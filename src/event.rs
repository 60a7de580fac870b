//! Events: changes of an assignment, for the host's records. They are plain data; the host may store them.

use alloc::vec::Vec;

use crate::action::Outcome;
use crate::fulfillment::FailureReason;
use crate::id::{AssignmentId, AssignmentRequestId, ObjectId};
use crate::resource_role::ResourceRole;
use crate::role::Role;
use crate::state::AssignmentState;
use crate::timestamp::Timestamp;

/// A change of an assignment, for your records: what changed it, when, and from which state to which.
///
/// As serde data it is an object of these fields in camel case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Event {
    /// The assignment that changed.
    pub assignment: AssignmentId,
    /// The time of the change, as the host gave it.
    pub at: Timestamp,
    /// The attempt after the change.
    pub attempt: u32,
    /// The state before the change.
    pub from: AssignmentState,
    /// The state after the change.
    pub to: AssignmentState,
    /// The cause of the change.
    pub cause: Cause,
}

/// The cause of a change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase", rename_all_fields = "camelCase"))]
pub enum Cause {
    /// A caller reprocessed the assignment or its request.
    Reprocessed {
        /// The caller's object in the directory, if the host gave it.
        caller: Option<ObjectId>,
        /// The role in which the caller acted.
        role: Role,
        /// The request that was reprocessed. `None` if the assignment itself was ([R34](crate::policy#r34)).
        request: Option<AssignmentRequestId>,
        /// The resource roles that are to be enforced, and are now pending.
        asked: Vec<ResourceRole>,
        /// The resource roles that cannot be enforced. Either the host observed it ([R20](crate::policy#r20)), or
        /// this kind of target cannot hold them ([R46](crate::policy#r46)).
        unenforceable: Vec<ResourceRole>,
        /// The resource roles that the access package gives now, and the assignment did not have.
        added: Vec<ResourceRole>,
        /// The resource roles that the assignment had, and the access package no longer gives. They are not taken away
        /// ([R14](crate::policy#r14)).
        dropped: Vec<ResourceRole>,
    },
    /// The outcome of an action was recorded.
    Recorded {
        /// The resource role.
        resource_role: ResourceRole,
        /// The outcome.
        outcome: Outcome,
        /// The reason for the failure, if the executor gave one.
        reason: Option<FailureReason>,
    },
    /// The end of the assignment came ([R21](crate::policy#r21)).
    Expired,
}
