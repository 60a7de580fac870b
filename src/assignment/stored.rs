//! The stored form: plain data that a host saves and loads. Loading checks it.

use alloc::vec::Vec;

use super::{Assignment, sorted};
use crate::catalog::Catalog;
use crate::fulfillment::{AssignmentResourceRole, Fulfillment, Tally};
use crate::id::{AccessPackageId, AssignmentId, ObjectId};
use crate::resource_role::ResourceRole;
use crate::state::AssignmentState;
use crate::subject::SubjectType;
use crate::timestamp::Timestamp;

/// An assignment as plain data, which you store and load.
///
/// It is lossless: if you convert an [`Assignment`] and convert it back, you get the same assignment. So the same
/// actions remain after a crash ([R22](crate::policy#r22)). Do not store the documents of Microsoft Graph instead: they
/// show neither the attempt nor which resource role has failed.
///
/// With the feature `serde` it is an object of these fields in camel case. Every field is required.
///
/// # What loads
/// `Assignment::try_from` checks that
///
/// - the format is [`FORMAT`](Self::FORMAT),
/// - each resource role is listed once,
/// - only a failed resource role has a reason,
/// - the [`state`](Self::state) follows from the fulfillments ([R16](crate::policy#r16)).
///
/// The last check has two exceptions. An `expired` assignment may have any fulfillments. An assignment with unknown
/// resource roles may have any state; if it is `delivering`, only expiry can change it.
///
/// # Its version
/// [`format`](Self::format) is the version of the form, independent of the version of the crate. A
/// `format` other than [`FORMAT`](Self::FORMAT) is refused with [`LoadError::UnsupportedFormat`],
/// never misread. When the form changes, the number rises, and the changelog says how to convert
/// what you stored.
///
/// To support several forms, read `format` first and alone, since the other fields may not fit. Then fill in this
/// struct: all fields are public.
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
    /// The kind of target. `None` if you do not know it. If you set it, a resource role that this kind cannot hold
    /// fails immediately, without an action ([R46](crate::policy#r46)).
    // Required, so that it is not forgotten.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "serde::Deserialize::deserialize"))]
    pub target_type: Option<SubjectType>,
    /// The state. It [must](Self#what-loads) follow from the fulfillments.
    pub state: AssignmentState,
    /// The instant from which the assignment has ended ([R21](crate::policy#r21)). `None` if it has no end.
    // Required: if it were forgotten, the assignment would never end.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "serde::Deserialize::deserialize"))]
    pub end: Option<Timestamp>,
    /// The number of the attempt: 0 if the assignment was never reprocessed. Keep it as it is. It wraps around, since
    /// it is compared only for equality.
    pub attempt: u32,
    /// The resource roles in any order, each once. `None` if they are unknown.
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

    /// Checks the stored form, and converts it: see [what loads](StoredAssignment#what-loads).
    ///
    /// # Errors
    /// The first check that fails, as a [`LoadError`].
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
    /// A stable code for programs.
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

/// The stored form is not a valid assignment, or has another format.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LoadError {
    /// The stored form has another [format](StoredAssignment::format), probably from another version of the crate.
    #[error("stored format is `{actual}`: this version reads `{required}`")]
    UnsupportedFormat {
        /// The supported format.
        required: u32,
        /// The actual format.
        actual: u32,
    },
    /// A resource role is listed more than once.
    #[error("resource role `{0}` is listed twice")]
    DuplicateResourceRole(ResourceRole),
    /// A resource role has a failure reason, but has not failed.
    #[error("resource role `{0}` has a failure reason, but its fulfillment is not `failed`")]
    ReasonWithoutFailure(ResourceRole),
    /// The state does not follow from the fulfillments.
    #[error("state is `{actual}`, but its resource roles imply `{required}`")]
    StateContradictsFulfillments {
        /// The state that the fulfillments imply. An `expired` assignment may have any fulfillments.
        required: AssignmentState,
        /// The actual state.
        actual: AssignmentState,
    },
}
