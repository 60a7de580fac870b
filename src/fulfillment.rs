//! How far each resource role of an assignment has got.

use crate::resource_role::ResourceRole;

/// A resource role of an assignment, and how far it has got.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct AssignmentResourceRole {
    /// What the access package gives.
    pub resource_role: ResourceRole,
    /// Whether it is in place.
    pub fulfillment: Fulfillment,
}

/// How far one resource role of an assignment has got in the present attempt.
///
/// Ordered as declared: of two outcomes the one declared later wins, whichever came first ([R17](crate::policy#r17)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Fulfillment {
    /// Still to be enforced.
    Pending,
    /// Could not be enforced, or the executor has given up.
    Failed,
    /// In place.
    Fulfilled,
}
