//! The request that an assignment came from: what a failed delivery is asked for again by (R31 to R35).

use crate::id::{AssignmentId, AssignmentRequestId};
use crate::state::AssignmentState;
use crate::timestamp::Timestamp;

/// A request for an assignment that was completed, as far as the rules look at it.
///
/// **The crate believes it.** The host looks it up, and whether there is a newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct AssignmentRequest {
    /// The id of the request.
    pub id: AssignmentRequestId,
    /// The assignment that it asked for.
    pub assignment: AssignmentId,
    /// What it asked for.
    pub purpose: Purpose,
    /// Its state, which is the assignment's as long as it is the request that the assignment was last delivered by. If you
    /// store it, keep it equal to the assignment's: a late outcome changes both.
    pub state: AssignmentState,
    /// When it was first completed, whether it succeeded or failed. Reprocessing it does not change that.
    pub completed: Timestamp,
    /// Whether a newer request that asks for access was completed for the same assignment ([R32](crate::policy#r32)).
    pub recency: Recency,
}

impl AssignmentRequest {
    /// For how long a request can be reprocessed, from when it was completed: 14 days, in ticks of 100 nanoseconds
    /// ([R33](crate::policy#r33)).
    pub const REPROCESSED_WITHIN: i64 = 14 * 24 * 60 * 60 * 10_000_000;

    /// Whether it is too late to reprocess it ([R33](crate::policy#r33)): 14 days after it was completed it is. One that is
    /// completed after `now` is not too old; the host vouches for it.
    #[must_use]
    pub const fn is_too_old(&self, now: Timestamp) -> bool {
        now.unix_ticks() - self.completed.unix_ticks() >= Self::REPROCESSED_WITHIN
    }
}

/// Whether a newer request of purpose [`Grant`](Purpose::Grant) was completed for the same assignment
/// ([R32](crate::policy#r32)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Recency {
    /// There is none.
    Newest,
    /// There is one, and so this one is of no use any more.
    Superseded,
}

/// What a request asks for, as far as the rules look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Purpose {
    /// Access, more time, or a change of the assignment: reprocessing it can restore something.
    Grant,
    /// That access ends.
    Removal,
    /// Something that the crate does not know, and so not a grant ([R32](crate::policy#r32)).
    Unknown,
}

impl Purpose {
    /// The purpose of a request of this `requestType`, in any case: `userAdd`, `adminRemove` and so on.
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
