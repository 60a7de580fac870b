//! That a call is refused, why, and what would help: for the caller, the assignment and its request alike.
//!
//! A refusal is at most two reasons, and what helps follows from them. What refuses a caller holds nothing taken from
//! the assignment (R8).

use core::fmt;

use crate::reason::{About, REQUIRED_STATE, Reason};
use crate::remedy::{self, Remedy};
use crate::state::AssignmentState;

/// The call is refused, and nothing has changed ([R12](crate::policy#r12)).
///
/// It says every reason at once, and what would help. [`Display`](fmt::Display) gives the reasons as one text. As serde
/// data it is the codes of both: `{"reasons": [...], "remedies": [[...]]}`.
///
/// ```
/// use access_package::{AssignmentState, Refusal, Step};
///
/// let refusal = Refusal::of_state(AssignmentState::Expired).unwrap();
/// assert_eq!(
///     refusal.to_string(),
///     "state is `expired`: only an assignment that is `delivered` can be reprocessed"
/// );
/// let remedies: Vec<Vec<Step>> = refusal.remedies().map(|remedy| remedy.steps().collect()).collect();
/// assert_eq!(remedies, [[Step::RequestAgain]]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Refusal {
    first: Reason,
    second: Option<Reason>,
}

impl Refusal {
    #[inline]
    pub(crate) const fn new(first: Reason, second: Option<Reason>) -> Self {
        Self { first, second }
    }

    /// What an assignment in this state is refused with, whoever asks; `None` for one that is delivered, since that can
    /// be reprocessed ([R9](crate::policy#r9)).
    #[inline]
    #[must_use]
    pub fn of_state(state: AssignmentState) -> Option<Self> {
        if state == REQUIRED_STATE { None } else { Some(Self::new(Reason::InvalidState(state), None)) }
    }

    /// What reprocessing the request of an assignment in this state is refused with, whoever asks; `None` for one whose
    /// delivery has failed, in whole or in part ([R32](crate::policy#r32)).
    #[must_use]
    pub const fn of_request_state(state: AssignmentState) -> Option<Self> {
        let reason = match state {
            AssignmentState::PartiallyDelivered | AssignmentState::DeliveryFailed => return None,
            AssignmentState::Delivering => Reason::RequestDelivering,
            AssignmentState::Delivered => Reason::RequestDelivered,
            AssignmentState::Expired => Reason::RequestExpired,
        };
        Some(Self::new(reason, None))
    }

    /// Whether the caller may not, whatever the assignment is like: then it tells nothing of the assignment but whether
    /// a sufficient role of the caller's covers its catalog ([R8](crate::policy#r8)) and, in a privileged one, that it is one
    /// and which of the roles that it asks for count there ([R43](crate::policy#r43)).
    #[must_use]
    pub const fn is_unauthorized(self) -> bool {
        self.first.is_of_caller()
    }

    /// Whether it is about the request that is to be reprocessed, and not about the caller or the assignment alone.
    #[must_use]
    pub const fn is_of_request(self) -> bool {
        matches!(self.first.about(), About::Request)
    }

    /// Everything that stands in the way, at once.
    pub fn reasons(self) -> impl Iterator<Item = Reason> + Clone {
        [Some(self.first), self.second].into_iter().flatten()
    }

    /// What would help. Those with a role come before a permission alone, and of the roles the least that suffice are named.
    ///
    /// For a caller each remedy turns the refusal into a yes, and no part of it does. Where the caller is
    /// [not told](crate::policy#r43) that the catalog is privileged, the remedies are those of a standard catalog: there they
    /// hold, and here one of them, or a part of it, may lead to the refusal that tells. For a state or a request they are what to do instead
    /// ([R10](crate::policy#r10), [R32](crate::policy#r32), [R33](crate::policy#r33)).
    pub fn remedies(self) -> impl Iterator<Item = Remedy> + Clone {
        remedy::remedies(self.first, self.second)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_unauthorized() {
            f.write_str("caller may not reprocess this assignment: ")?;
        }
        for (number, reason) in self.reasons().enumerate() {
            let before = if number == 0 { "" } else { "; " };
            write!(f, "{before}{reason}")?;
        }
        Ok(())
    }
}

impl core::error::Error for Refusal {}

#[cfg(feature = "serde")]
mod data {
    use alloc::vec::Vec;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use super::Refusal;
    use crate::reason::Reason;
    use crate::remedy::Step;

    impl Reason {
        const fn is_of_role(self) -> bool {
            matches!(
                self,
                Self::InsufficientRole
                    | Self::OutOfScope
                    | Self::PrivilegedCatalog
                    | Self::WithoutIdentityGovernanceAdministrator
                    | Self::WithoutPrivilegedRoleAdministrator
            )
        }
    }

    #[derive(Serialize, Deserialize)]
    struct Codes {
        reasons: Vec<Reason>,
        remedies: Vec<Vec<Step>>,
    }

    impl Serialize for Refusal {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            Codes {
                reasons: self.reasons().collect(),
                remedies: self.remedies().map(|remedy| remedy.steps().collect()).collect(),
            }
            .serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Refusal {
        /// The remedies follow from the reasons; what else stands there is not read.
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let Codes { reasons, .. } = Codes::deserialize(deserializer)?;
            let refusal = |first, second| Ok(Self::new(first, second));
            match reasons[..] {
                // These two come with what would do instead.
                [Reason::MissingApplicationPermission | Reason::MissingRoleManagementPermission] => {}
                [first] => return refusal(first, None),
                [first @ Reason::MissingDelegatedPermission, second] if second.is_of_role() => {
                    return refusal(first, Some(second));
                }
                [first @ Reason::MissingApplicationPermission, second]
                    if second.is_of_role() && second != Reason::WithoutPrivilegedRoleAdministrator =>
                {
                    return refusal(first, Some(second));
                }
                [
                    first @ Reason::MissingRoleManagementPermission,
                    second @ Reason::WithoutPrivilegedRoleAdministrator,
                ] => return refusal(first, Some(second)),
                _ => {}
            }
            Err(de::Error::custom("reasons do not form a valid refusal"))
        }
    }
}
