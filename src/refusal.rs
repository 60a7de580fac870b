//! A refused call: the reasons, and the remedies that follow from them.
//!
//! A refusal has at most two reasons. A refusal of the caller contains nothing taken from the assignment (R8).

use core::fmt;

use crate::reason::{About, REQUIRED_STATE, Reason};
use crate::remedy::{self, Remedy};
use crate::state::AssignmentState;

/// A refused call, with every reason and what would help. Nothing has changed ([R12](crate::policy#r12)).
///
/// [`Display`](fmt::Display) gives the reasons as one text. As serde data, a refusal is the codes of its reasons and
/// remedies: `{"reasons": [...], "remedies": [[...]]}`.
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

    /// The refusal for an assignment in this state, whoever calls. `None` for `delivered`, the only state that can be
    /// reprocessed ([R9](crate::policy#r9)).
    #[inline]
    #[must_use]
    pub fn of_state(state: AssignmentState) -> Option<Self> {
        if state == REQUIRED_STATE { None } else { Some(Self::new(Reason::InvalidState(state), None)) }
    }

    /// The refusal for the request of an assignment in this state, whoever calls. `None` if delivery has failed, in
    /// whole or in part ([R32](crate::policy#r32)).
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

    /// Whether the refusal is about the caller, whatever the state of the assignment.
    ///
    /// Such a refusal reveals only whether one of the caller's sufficient roles covers the assignment's catalog
    /// ([R8](crate::policy#r8)). In a privileged catalog it can also reveal that the catalog is privileged, and which
    /// of the caller's roles count there ([R43](crate::policy#r43)).
    #[must_use]
    pub const fn is_unauthorized(self) -> bool {
        self.first.is_of_caller()
    }

    /// Whether the refusal is about the request, rather than the caller or the assignment alone.
    #[must_use]
    pub const fn is_of_request(self) -> bool {
        matches!(self.first.about(), About::Request)
    }

    /// Every reason: one or two.
    pub fn reasons(self) -> impl Iterator<Item = Reason> + Clone {
        [Some(self.first), self.second].into_iter().flatten()
    }

    /// What would help: any one of these remedies. A remedy with a role comes before one with a permission alone, and
    /// each names the least role that suffices.
    ///
    /// If the caller is refused, each remedy is enough, and no part of it is. There is one exception. A caller who is
    /// [not told](crate::policy#r43) that the catalog is privileged gets the remedies for a standard catalog. One of
    /// those, or a part of it, may then lead to the refusal that says that the catalog is privileged.
    ///
    /// If the assignment or its request is refused, the remedies say what to do instead ([R10](crate::policy#r10),
    /// [R32](crate::policy#r32), [R33](crate::policy#r33)).
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
        /// The remedies follow from the reasons, so they are not read.
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let Codes { reasons, .. } = Codes::deserialize(deserializer)?;
            let refusal = |first, second| Ok(Self::new(first, second));
            match reasons[..] {
                // These two come only with a second reason: the role that would replace the permission.
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
