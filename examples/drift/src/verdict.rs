//! What is known of one resource role of one assignment.

use access_package::ResourceRole;
use access_package::graph::obstacle::Obstacle;
use access_package::{Activation, GroupAccess};

/// Stored as a number, with the code of the obstacle beside it for `Never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Not looked at yet.
    Open,
    Present,
    /// It was not seen, but may only lack replication (R39): look for it again.
    Suspected,
    /// It is not there, and no obstacle to giving it back is seen.
    Lost,
    /// It is not there, and cannot be restored.
    Never(Obstacle),
    /// It cannot be seen. It may be there or not.
    Unknown,
    /// The assignment has ended, or no longer owes it.
    NotOwed,
}

impl Verdict {
    #[must_use]
    pub fn stored(self) -> (i64, Option<&'static str>) {
        match self {
            Self::Open => (0, None),
            Self::Present => (1, None),
            Self::Suspected => (2, None),
            Self::Lost => (3, None),
            Self::Never(obstacle) => (4, Some(obstacle.code())),
            Self::Unknown => (5, None),
            Self::NotOwed => (6, None),
        }
    }

    #[must_use]
    pub fn load(number: i64, obstacle: Option<&str>) -> Self {
        match (number, obstacle.and_then(Obstacle::from_code)) {
            (1, _) => Self::Present,
            (2, _) => Self::Suspected,
            (3, _) => Self::Lost,
            (4, Some(obstacle)) => Self::Never(obstacle),
            (6, _) => Self::NotOwed,
            (0, _) => Self::Open,
            // A stored value that cannot be read is unknown.
            _ => Self::Unknown,
        }
    }

    /// A word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "notLookedAt",
            Self::Present => "present",
            Self::Suspected => "suspected",
            Self::Lost => "restorable",
            Self::Never(_) => "lostForGood",
            Self::Unknown => "unknown",
            Self::NotOwed => "notOwed",
        }
    }
}

/// The kind of a resource role, for people.
#[must_use]
pub fn kind(resource_role: &ResourceRole) -> &'static str {
    match resource_role {
        ResourceRole::Group { access, .. } => match access {
            GroupAccess::Member => "group member",
            GroupAccess::Owner => "group owner",
            GroupAccess::EligibleMember(_) => "eligible group member",
            GroupAccess::EligibleOwner(_) => "eligible group owner",
            _ => "group",
        },
        ResourceRole::Application { .. } => "app role",
        ResourceRole::Directory { activation: Activation::Eligible, .. } => "eligible directory role",
        ResourceRole::Directory { .. } => "active directory role",
        ResourceRole::SharePointSite { .. } => "SharePoint site",
        ResourceRole::Azure { .. } => "Azure role",
        _ => "other origin system",
    }
}
