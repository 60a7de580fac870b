//! What has happened to an assignment, for the record. It is plain data, and storing it is up to the host.

use alloc::vec::Vec;

use crate::action::Outcome;
use crate::fulfillment::FailureReason;
use crate::id::{AssignmentId, AssignmentRequestId, ObjectId};
use crate::resource_role::ResourceRole;
use crate::role::Role;
use crate::state::AssignmentState;
use crate::timestamp::Timestamp;

/// One change of an assignment: what, when, and from which state to which.
///
/// As serde data it is an object of these fields in camel case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Event {
    /// The assignment that changed.
    pub assignment: AssignmentId,
    /// The present time, as the host gave it.
    pub at: Timestamp,
    /// The attempt after the change.
    pub attempt: u32,
    /// The state before it.
    pub from: AssignmentState,
    /// The state after it.
    pub to: AssignmentState,
    /// What changed it.
    pub cause: Cause,
}

/// What changed an assignment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase", rename_all_fields = "camelCase"))]
pub enum Cause {
    /// Somebody reprocessed it.
    Reprocessed {
        /// The caller's object in the directory, if the host has said so.
        caller: Option<ObjectId>,
        /// The role in which the caller acted.
        role: Role,
        /// The request that was reprocessed; `None` if it was the assignment ([R34](crate::policy#r34)).
        request: Option<AssignmentRequestId>,
        /// What is asked for: the resource roles that are now pending.
        asked: Vec<ResourceRole>,
        /// What cannot be enforced, and so is not asked for: it was seen ([R20](crate::policy#r20)), or a target of its
        /// kind cannot hold it ([R46](crate::policy#r46)).
        unenforceable: Vec<ResourceRole>,
        /// What the access package gives now and the assignment did not have.
        added: Vec<ResourceRole>,
        /// What the assignment had and the access package no longer gives. It is not taken away
        /// ([R14](crate::policy#r14)).
        dropped: Vec<ResourceRole>,
    },
    /// The outcome of an action came in.
    Recorded {
        /// The resource role that was to be enforced.
        resource_role: ResourceRole,
        /// What became of it.
        outcome: Outcome,
        /// Why it failed, if the executor has said so.
        reason: Option<FailureReason>,
    },
    /// Its end came ([R21](crate::policy#r21)).
    Expired,
}
