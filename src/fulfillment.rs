//! The fulfillment of each resource role of an assignment, and why one has failed.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use crate::resource_role::ResourceRole;
use crate::state::AssignmentState;

/// A resource role of an assignment, and its fulfillment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(rename_all = "camelCase", expecting = "a resource role and its fulfillment")
)]
pub struct AssignmentResourceRole {
    /// The resource role that the access package gives.
    pub resource_role: ResourceRole,
    /// Whether the resource role is in place.
    pub fulfillment: Fulfillment,
    /// Why the resource role has failed, if the executor gave a reason. `None` unless it has failed.
    #[cfg_attr(feature = "serde", serde(default))]
    pub reason: Option<FailureReason>,
}

impl AssignmentResourceRole {
    /// A resource role with this fulfillment and without a reason.
    #[must_use]
    pub const fn new(resource_role: ResourceRole, fulfillment: Fulfillment) -> Self {
        Self { resource_role, fulfillment, reason: None }
    }
}

/// A text format leaves out an absent reason. A format without field names cannot.
#[cfg(feature = "serde")]
impl serde::Serialize for AssignmentResourceRole {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;

        let Self { resource_role, fulfillment, reason } = self;
        let with_reason = reason.is_some() || !serializer.is_human_readable();
        let number = if with_reason { 3 } else { 2 };
        let mut fields = serializer.serialize_struct("AssignmentResourceRole", number)?;
        fields.serialize_field("resourceRole", resource_role)?;
        fields.serialize_field("fulfillment", fulfillment)?;
        if with_reason {
            fields.serialize_field("reason", reason)?;
        }
        fields.end()
    }
}

/// The fulfillment of one resource role in the current attempt.
///
/// The order of the variants matters: of two outcomes the greater one stays, whichever was recorded first
/// ([R17](crate::policy#r17)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Fulfillment {
    /// Still to be enforced.
    Pending,
    /// The executor has given up.
    Failed,
    /// It cannot be enforced, so there was no action. Either the host observed that ([R20](crate::policy#r20)), or this
    /// kind of target cannot hold it ([R46](crate::policy#r46)). It counts as failed.
    Unenforceable,
    /// The resource role is in place.
    Fulfilled,
}

/// How many resource roles are pending, and how many have failed. The others are in place. The counts are kept beside
/// the list, so that recording an outcome does not scan the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Tally {
    pending: usize,
    /// Includes the unenforceable ones.
    failed: usize,
}

impl Tally {
    pub(crate) fn of(resource_roles: &[AssignmentResourceRole]) -> Self {
        let mut tally = Self::default();
        for entry in resource_roles {
            tally.moves(Fulfillment::Fulfilled, entry.fulfillment);
        }
        tally
    }

    /// A tally of this many resource roles, all of them pending.
    #[inline]
    pub(crate) const fn pending(pending: usize) -> Self {
        Self { pending, failed: 0 }
    }

    /// Moves one resource role from one fulfillment to another.
    #[inline]
    pub(crate) const fn moves(&mut self, from: Fulfillment, to: Fulfillment) {
        match from {
            Fulfillment::Pending => self.pending -= 1,
            Fulfillment::Failed | Fulfillment::Unenforceable => self.failed -= 1,
            Fulfillment::Fulfilled => {}
        }
        match to {
            Fulfillment::Pending => self.pending += 1,
            Fulfillment::Failed | Fulfillment::Unenforceable => self.failed += 1,
            Fulfillment::Fulfilled => {}
        }
    }

    /// R16: the state of an assignment with this many resource roles. With nothing to enforce it is delivered.
    #[inline]
    pub(crate) const fn state(self, all: usize) -> AssignmentState {
        if self.pending > 0 {
            AssignmentState::Delivering // R15
        } else if self.failed == 0 {
            AssignmentState::Delivered
        } else if self.failed < all {
            AssignmentState::PartiallyDelivered
        } else {
            AssignmentState::DeliveryFailed
        }
    }
}

/// The reason for a failure, in the executor's terms: a code for programs and words for people.
///
/// The crate stores and shows it, and decides nothing by it. Of two reasons in one attempt the smaller one stays, by
/// its code and then by its words, so that the order of receipts does not matter ([R17](crate::policy#r17)).
///
/// ```
/// use access_package::FailureReason;
///
/// let reason = FailureReason::new("Request_ResourceNotFound", "the group does not exist");
/// assert_eq!(reason.code(), "Request_ResourceNotFound");
/// assert_eq!(reason.to_string(), "`Request_ResourceNotFound`: the group does not exist");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FailureReason(Arc<(String, String)>);

impl FailureReason {
    /// The most bytes that a code can have.
    pub const MAX_CODE: usize = 64;
    /// The most bytes that the words can have.
    pub const MAX_WORDS: usize = 512;

    /// Makes a reason. A text that is too long is cut off at the end, between two characters.
    #[must_use]
    pub fn new(code: &str, words: &str) -> Self {
        Self(Arc::new((cut(code, Self::MAX_CODE), cut(words, Self::MAX_WORDS))))
    }

    /// The code, for programs.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.0
    }

    /// The words, for people.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.0.1
    }
}

fn cut(text: &str, most: usize) -> String {
    let end = (0..=most.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    text.get(..end.unwrap_or(0)).unwrap_or_default().to_owned()
}

impl fmt::Display for FailureReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.code(), self.words())
    }
}

#[cfg(feature = "serde")]
mod data {
    use serde::ser::SerializeStruct as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::FailureReason;
    use crate::text::Text;

    impl Serialize for FailureReason {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut fields = serializer.serialize_struct("Plain", 2)?;
            fields.serialize_field("code", self.code())?;
            fields.serialize_field("words", self.words())?;
            fields.end()
        }
    }

    #[derive(Deserialize)]
    struct Plain<'a> {
        #[serde(borrow)]
        code: Text<'a>,
        #[serde(borrow)]
        words: Text<'a>,
    }

    impl<'de> Deserialize<'de> for FailureReason {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let Plain { code, words } = Plain::deserialize(deserializer)?;
            Ok(Self::new(&code, &words))
        }
    }
}
