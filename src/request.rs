//! The request that led to an assignment. Reprocess it if delivery has failed (R31 to R35).

use crate::id::{AssignmentId, AssignmentRequestId};
use crate::state::AssignmentState;
use crate::timestamp::Timestamp;

/// A completed request for an assignment, as far as the rules need to know it.
///
/// **The crate verifies nothing.** You look up the request, and whether there is a newer one. With the feature `graph`,
/// `graph::json::read_request` reads a request from a document of Microsoft Graph.
///
/// ```
/// use access_package::{AssignmentRequest, AssignmentState, Purpose, Recency, Timestamp};
/// # use access_package::uuid::Uuid;
/// # let (id, assignment) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
///
/// let request = AssignmentRequest {
///     id,
///     assignment,
///     purpose: Purpose::of_request_type("userAdd"),
///     state: AssignmentState::DeliveryFailed,
///     completed: Timestamp::from_unix_ticks(17_000_000_000_000_000).unwrap(),
///     recency: Recency::Newest,
/// };
/// assert_eq!(request.purpose, Purpose::Grant);
/// assert!(!request.is_too_old(request.completed));
/// assert!(request.is_too_old(Timestamp::MAX));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct AssignmentRequest {
    /// The id of the request.
    pub id: AssignmentRequestId,
    /// The assignment that the request is for.
    pub assignment: AssignmentId,
    /// What the request asks for.
    pub purpose: Purpose,
    /// The state of the request. If this request led to the state of the assignment, both states
    /// are equal. If you store the request, keep them equal: a late outcome changes both.
    pub state: AssignmentState,
    /// The instant at which the request was first completed, whether it succeeded or failed. Reprocessing the request
    /// does not change it.
    pub completed: Timestamp,
    /// Whether a newer request for access to the same assignment was completed ([R32](crate::policy#r32)).
    pub recency: Recency,
}

impl AssignmentRequest {
    /// The time in which a completed request can be reprocessed: less than 14 days, in ticks of 100 nanoseconds
    /// ([R33](crate::policy#r33)).
    pub const REPROCESSED_WITHIN: i64 = 14 * 24 * 60 * 60 * 10_000_000;

    /// Whether the request is too old to reprocess: it was completed 14 or more days ago ([R33](crate::policy#r33)). A
    /// request that was completed after `now` is not too old.
    #[must_use]
    pub const fn is_too_old(&self, now: Timestamp) -> bool {
        now.unix_ticks() - self.completed.unix_ticks() >= Self::REPROCESSED_WITHIN
    }
}

/// Whether a newer request with the purpose [`Grant`](Purpose::Grant) was completed for the same assignment
/// ([R32](crate::policy#r32)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Recency {
    /// There is no newer request.
    Newest,
    /// There is a newer request, so this one cannot be reprocessed.
    Superseded,
}

/// What a request asks for, as far as the rules need to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Purpose {
    /// Access, more time, or a change of the assignment. Reprocessing such a request can restore access.
    Grant,
    /// The removal of access.
    Removal,
    /// A purpose that the crate does not know. Such a request cannot be reprocessed ([R32](crate::policy#r32)).
    Unknown,
}

impl Purpose {
    /// The purpose of a request with this `requestType` in Graph, such as `userAdd` or `adminRemove`. Case is ignored.
    #[must_use]
    pub fn of_request_type(word: &str) -> Self {
        const GRANTS: [&str; 8] = [
            "userAdd",
            "userExtend",
            "userUpdate",
            "adminAdd",
            "adminUpdate",
            "systemAdd",
            "systemUpdate",
            "onBehalfAdd",
        ];
        const REMOVALS: [&str; 4] = ["userRemove", "adminRemove", "systemRemove", "approverRemove"];
        let is_one_of = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
        if is_one_of(&GRANTS) {
            Self::Grant
        } else if is_one_of(&REMOVALS) {
            Self::Removal
        } else {
            Self::Unknown
        }
    }
}
