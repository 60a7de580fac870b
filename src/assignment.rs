//! The assignment, and the invariants of its fields.
//!
//! An assignment never contradicts itself. Its state agrees with its fulfillments (R16), and its resource roles are
//! sorted and unique (R23).

mod lifecycle;
mod stored;

use alloc::vec::Vec;

use crate::catalog::Catalog;
use crate::fulfillment::{AssignmentResourceRole, Fulfillment, Tally};
use crate::id::{AccessPackageId, AssignmentId, ObjectId};
use crate::resource_role::ResourceRole;
use crate::state::AssignmentState;
use crate::subject::SubjectType;
use crate::timestamp::Timestamp;

pub use lifecycle::{Observed, RecordError, Recorded, Unchanged, reprocess, reprocess_observed};
pub use stored::{LoadError, StoredAssignment};

/// An access package assignment: one access package, given to one target, possibly until an end.
///
/// Make one from a [`StoredAssignment`], and convert it back to store it. [`delivered`](Self::delivered) makes a new
/// one. You can read every field, but only three methods change an assignment:
/// [`reprocess`](crate::Admitted::reprocess), [`record`](Self::record) and [`expire`](Self::expire).
///
/// ```
/// use access_package::{Assignment, AssignmentState, Catalog, Timestamp};
/// # use access_package::uuid::Uuid;
/// # let (id, package, target) =
/// #     (Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), Uuid::from_u128(3).into());
/// # let catalog = Catalog::of_unknown_level(Uuid::from_u128(4).into());
///
/// let end = Timestamp::from_unix_ticks(17_000_000_000_000_000);
/// let mut assignment = Assignment::delivered(id, catalog, package, target, end, []);
/// assert_eq!(assignment.state(), AssignmentState::Delivered);
///
/// assert!(assignment.expire(Timestamp::MIN).is_none());
/// assert!(assignment.expire(Timestamp::MAX).is_some()); // its end has come: save it
/// assert_eq!(assignment.state(), AssignmentState::Expired);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Assignment {
    id: AssignmentId,
    catalog: Catalog,
    access_package: AccessPackageId,
    target: ObjectId,
    target_type: Option<SubjectType>,
    state: AssignmentState,
    end: Option<Timestamp>,
    attempt: u32,
    /// `None` if they are unknown.
    resource_roles: Option<Vec<AssignmentResourceRole>>,
    /// The tally of the resource roles, if they are known.
    tally: Tally,
}

impl Assignment {
    /// A new `delivered` assignment, with everything in place that its access package gives. Duplicate resource roles
    /// count once. Its attempt is 0, and the kind of its target is unknown.
    #[must_use]
    pub fn delivered(
        id: AssignmentId,
        catalog: Catalog,
        access_package: AccessPackageId,
        target: ObjectId,
        end: Option<Timestamp>,
        gives: impl IntoIterator<Item = ResourceRole>,
    ) -> Self {
        let mut resource_roles = each_once(gives.into_iter().collect());
        for entry in &mut resource_roles {
            entry.fulfillment = Fulfillment::Fulfilled;
        }
        let tally = Tally::of(&resource_roles);
        Self {
            id,
            catalog,
            access_package,
            target,
            target_type: None,
            state: AssignmentState::Delivered,
            end,
            attempt: 0,
            resource_roles: Some(resource_roles),
            tally,
        }
    }

    /// The id of the assignment.
    #[must_use]
    pub const fn id(&self) -> AssignmentId {
        self.id
    }

    /// The catalog of the access package. The caller's role must count there.
    #[must_use]
    pub const fn catalog(&self) -> Catalog {
        self.catalog
    }

    /// The access package that is assigned.
    #[must_use]
    pub const fn access_package(&self) -> AccessPackageId {
        self.access_package
    }

    /// The directory object that has the assignment and gets the resource roles.
    #[must_use]
    pub const fn target(&self) -> ObjectId {
        self.target
    }

    /// The kind of target. `None` if it is unknown, which forbids nothing
    /// ([R46](crate::policy#r46)).
    #[must_use]
    pub const fn target_type(&self) -> Option<SubjectType> {
        self.target_type
    }

    /// The state.
    #[must_use]
    pub const fn state(&self) -> AssignmentState {
        self.state
    }

    /// The instant from which the assignment has ended ([R21](crate::policy#r21)). `None` if it has no end.
    #[must_use]
    pub const fn end(&self) -> Option<Timestamp> {
        self.end
    }

    /// The number of the current attempt. Each accepted call begins another attempt. Compare attempts only for
    /// equality, since the number wraps around.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The resource roles in their order, with their fulfillments. `None` if they are unknown.
    #[must_use]
    pub fn resource_roles(&self) -> Option<&[AssignmentResourceRole]> {
        self.resource_roles.as_deref()
    }
}

/// Sorts resource roles and removes duplicates (R23). All of them become pending.
fn each_once(mut resource_roles: Vec<ResourceRole>) -> Vec<AssignmentResourceRole> {
    resource_roles.sort_unstable();
    resource_roles.dedup();
    let pending = |resource_role| AssignmentResourceRole::new(resource_role, Fulfillment::Pending);
    resource_roles.into_iter().map(pending).collect()
}

/// Sorts resource roles. The error is a duplicate (R23).
fn sorted(
    mut resource_roles: Vec<AssignmentResourceRole>,
) -> Result<Vec<AssignmentResourceRole>, ResourceRole> {
    resource_roles.sort_unstable_by(|a, b| a.resource_role.cmp(&b.resource_role));
    let twice = resource_roles.windows(2).find_map(|pair| match pair {
        [a, b] if a.resource_role == b.resource_role => Some(a.resource_role.clone()),
        _ => None,
    });
    twice.map_or(Ok(resource_roles), Err)
}

/// Up to this many entries, a linear search is faster.
const FEW: usize = 8;

/// The entry of this resource role. The entries are sorted.
fn find<'e>(
    entries: &'e mut [AssignmentResourceRole],
    resource_role: &ResourceRole,
) -> Option<&'e mut AssignmentResourceRole> {
    let (few, others) = entries.split_at_mut(entries.len().min(FEW));
    few.iter_mut().find(|entry| entry.resource_role == *resource_role).or_else(|| {
        let found = others.binary_search_by(|entry| entry.resource_role.cmp(resource_role));
        others.get_mut(found.ok()?)
    })
}
