//! The stored form: plain data that a host saves and loads, and the check that makes an
//! [`Assignment`] of it only if it is whole.

use alloc::vec::Vec;

use super::{Assignment, sorted};
use crate::catalog::Catalog;
use crate::fulfillment::{AssignmentResourceRole, Fulfillment, Tally};
use crate::id::{AccessPackageId, AssignmentId, ObjectId};
use crate::resource_role::ResourceRole;
use crate::state::AssignmentState;
use crate::subject::SubjectType;
use crate::timestamp::Timestamp;

/// An assignment as plain data: what a host stores and loads.
///
/// Nothing is lost on the way: from an [`Assignment`] and back gives the same one, so that after a
/// crash the same actions remain ([R22](crate::policy#r22)). Not to be confused with the documents
/// of Microsoft Graph, which know neither the attempt nor which resource role has failed.
///
/// With the feature `serde` it is plain data of serde, in camel case; every field has to be there.
///
/// # What loads
/// An [`Assignment`] is made of it with `try_from`, if it is whole: each resource role is there once, only a failed one has
/// a reason, and the [`state`](Self::state) is the one that the fulfillments give ([R16](crate::policy#r16)). Two
/// exceptions: one that is `expired` may have any fulfillments, and one whose resource roles are not known any state. If
/// that is `delivering`, only expiry can change it.
///
/// # Its version
/// [`format`](Self::format) counts apart from the version of the crate. One version is never read as another: it is the
/// error [`LoadError::UnsupportedFormat`], and nothing changes. When the form changes, the number rises, and the
/// changelog says how to make the new one from the old. To tell them apart, read `format` first and alone, since what
/// stands beside it may not fit; everything here is public, so converting takes no more than filling in the fields.
///
/// # Examples
/// ```
/// use access_package::{Assignment, AssignmentState, Catalog, StoredAssignment};
/// use uuid::Uuid;
///
/// let stored = StoredAssignment {
///     format: StoredAssignment::FORMAT,
///     id: Uuid::from_u128(1).into(),
///     catalog: Catalog::of_unknown_level(Uuid::from_u128(2).into()),
///     access_package: Uuid::from_u128(3).into(),
///     target: Uuid::from_u128(4).into(),
///     target_type: None,
///     state: AssignmentState::Delivered,
///     end: None,
///     attempt: 0,
///     resource_roles: Some(vec![]),
/// };
/// let assignment = Assignment::try_from(stored.clone())?;
/// assert_eq!(StoredAssignment::from(&assignment), stored);
/// # Ok::<(), access_package::LoadError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct StoredAssignment {
    /// The version of this form: [`FORMAT`](Self::FORMAT).
    pub format: u32,
    /// The id of the assignment.
    pub id: AssignmentId,
    /// The catalog that the access package is in.
    pub catalog: Catalog,
    /// The access package that is assigned.
    pub access_package: AccessPackageId,
    /// The directory object that has the assignment.
    pub target: ObjectId,
    /// What kind of subject that is; `None` if it is not known. Say it if you know it: what a target of its kind cannot hold
    /// is then not asked for ([R46](crate::policy#r46)).
    // Not to be forgotten, or it would be.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "serde::Deserialize::deserialize"))]
    pub target_type: Option<SubjectType>,
    /// The state; [as a rule](Self#what-loads) the one that the fulfillments give.
    pub state: AssignmentState,
    /// The instant at which the assignment ends, exclusive; `None` if it has no end.
    // Not to be forgotten: without it the assignment would never end.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "serde::Deserialize::deserialize"))]
    pub end: Option<Timestamp>,
    /// Which attempt this is; 0 for an assignment that was never reprocessed. After the greatest number comes 0
    /// again: it is only ever compared for equality.
    pub attempt: u32,
    /// The resource roles, in any order and each once; `None` if they are not known.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "serde::Deserialize::deserialize"))]
    pub resource_roles: Option<Vec<AssignmentResourceRole>>,
}

impl StoredAssignment {
    /// The version of the stored form that this crate reads and writes.
    pub const FORMAT: u32 = 1;
}

impl From<&Assignment> for StoredAssignment {
    fn from(assignment: &Assignment) -> Self {
        assignment.clone().into()
    }
}

impl From<Assignment> for StoredAssignment {
    fn from(assignment: Assignment) -> Self {
        Self {
            format: Self::FORMAT,
            id: assignment.id,
            catalog: assignment.catalog,
            access_package: assignment.access_package,
            target: assignment.target,
            target_type: assignment.target_type,
            state: assignment.state,
            end: assignment.end,
            attempt: assignment.attempt,
            resource_roles: assignment.resource_roles,
        }
    }
}

impl TryFrom<StoredAssignment> for Assignment {
    type Error = LoadError;

    /// Makes an assignment of what was stored, if it is [whole](StoredAssignment#what-loads).
    fn try_from(stored: StoredAssignment) -> Result<Self, LoadError> {
        if stored.format != StoredAssignment::FORMAT {
            return Err(LoadError::UnsupportedFormat {
                required: StoredAssignment::FORMAT,
                actual: stored.format,
            });
        }
        let resource_roles =
            stored.resource_roles.map(sorted).transpose().map_err(LoadError::DuplicateResourceRole)?;
        let tally = Tally::of(resource_roles.as_deref().unwrap_or_default());
        if let Some(known) = &resource_roles {
            let required = match stored.state {
                AssignmentState::Expired => stored.state, // R21: expiry wins over everything.
                // R16
                AssignmentState::Delivering
                | AssignmentState::PartiallyDelivered
                | AssignmentState::Delivered
                | AssignmentState::DeliveryFailed => tally.state(known.len()),
            };
            if let Some(entry) =
                known.iter().find(|entry| entry.reason.is_some() && entry.fulfillment != Fulfillment::Failed)
            {
                return Err(LoadError::ReasonWithoutFailure(entry.resource_role.clone()));
            }
            if stored.state != required {
                return Err(LoadError::StateContradictsFulfillments { required, actual: stored.state });
            }
        }
        Ok(Self {
            id: stored.id,
            catalog: stored.catalog,
            access_package: stored.access_package,
            target: stored.target,
            target_type: stored.target_type,
            state: stored.state,
            end: stored.end,
            attempt: stored.attempt,
            resource_roles,
            tally,
        })
    }
}

impl LoadError {
    /// A word for programs, which stays the same.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnsupportedFormat { .. } => "unsupportedFormat",
            Self::DuplicateResourceRole(_) => "duplicateResourceRole",
            Self::ReasonWithoutFailure(_) => "reasonWithoutFailure",
            Self::StateContradictsFulfillments { .. } => "stateContradictsFulfillments",
        }
    }
}

/// What was stored is not a whole assignment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LoadError {
    /// It was written by another version of the crate.
    #[error("stored format is `{actual}`: this version reads `{required}`")]
    UnsupportedFormat {
        /// The format that is read.
        required: u32,
        /// The format it has.
        actual: u32,
    },
    /// A resource role is there more than once.
    #[error("resource role `{0}` is listed twice")]
    DuplicateResourceRole(ResourceRole),
    /// A resource role has a reason for a failure, and has not failed.
    #[error("resource role `{0}` has a failure reason, but its fulfillment is not `failed`")]
    ReasonWithoutFailure(ResourceRole),
    /// The state is not the one that the fulfillments give.
    #[error("state is `{actual}`, but its resource roles imply `{required}`")]
    StateContradictsFulfillments {
        /// The state that the fulfillments give. One that is expired may have any.
        required: AssignmentState,
        /// The state it has.
        actual: AssignmentState,
    },
}
