//! The assignment: what is known of it.
//!
//! An assignment is always whole: its state agrees with its fulfillments (R16), and its resource
//! roles are sorted, each there once (R23).

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

/// An access package assignment: one access package, given to one subject, for a time.
///
/// It is made from a [`StoredAssignment`] and goes back into one; a new one is [`delivered`](Self::delivered). Its fields
/// are read here and changed only by the transitions: [`reprocess`](crate::Admitted::reprocess),
/// [`record`](Self::record) and [`expire`](Self::expire).
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
    /// `None` where they are not known.
    resource_roles: Option<Vec<AssignmentResourceRole>>,
    /// Of the resource roles, if they are known.
    tally: Tally,
}

impl Assignment {
    /// An assignment that was just delivered, with everything in place that its access package gives, each once. It was
    /// never reprocessed, and the kind of its target is not known.
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

    /// The catalog that the access package is in: where the caller's role has to count.
    #[must_use]
    pub const fn catalog(&self) -> Catalog {
        self.catalog
    }

    /// The access package that is assigned.
    #[must_use]
    pub const fn access_package(&self) -> AccessPackageId {
        self.access_package
    }

    /// The directory object that has the assignment, and so gets the resource roles.
    #[must_use]
    pub const fn target(&self) -> ObjectId {
        self.target
    }

    /// What kind of subject the target is; `None` if it is not known, which forbids nothing ([R46](crate::policy#r46)).
    #[must_use]
    pub const fn target_type(&self) -> Option<SubjectType> {
        self.target_type
    }

    /// The state.
    #[must_use]
    pub const fn state(&self) -> AssignmentState {
        self.state
    }

    /// The instant at which the assignment ends, exclusive ([R21](crate::policy#r21)); `None` if it
    /// has no end.
    #[must_use]
    pub const fn end(&self) -> Option<Timestamp> {
        self.end
    }

    /// Which attempt at enforcing the assignment this is. Each accepted reprocess begins another.
    /// Compare it for equality only: it wraps.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The resource roles in their order, each with how far it has got; `None` if they are not known.
    #[must_use]
    pub fn resource_roles(&self) -> Option<&[AssignmentResourceRole]> {
        self.resource_roles.as_deref()
    }
}

/// Resource roles in their one order and each once, which makes them no more (R23); all of them pending.
fn each_once(mut resource_roles: Vec<ResourceRole>) -> Vec<AssignmentResourceRole> {
    resource_roles.sort_unstable();
    resource_roles.dedup();
    let pending = |resource_role| AssignmentResourceRole::new(resource_role, Fulfillment::Pending);
    resource_roles.into_iter().map(pending).collect()
}

/// Brings resource roles into their one order; the error is one that is there twice (R23).
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

/// So many are found sooner by looking at each.
const FEW: usize = 8;

/// The entry of this resource role, among those in their order.
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
