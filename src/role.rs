//! Who a caller can be: the roles of entitlement management and of the directory, their ids, and
//! "or higher" (R1, R2).

use core::fmt;
use core::str::FromStr;

use uuid::{Uuid, uuid};

use crate::id::parse_guid;
use crate::variants::with_all;

with_all! {
    /// A role that a caller holds: five of entitlement management, three of the directory.
    ///
    /// Roles are ordered in part only, so there is no `Ord`: ask [`at_least`](Role::at_least).
    /// One is read from its id or, without regard to case, its name, and displayed by its name.
    ///
    /// ```
    /// use access_package::Role;
    ///
    /// let minimum = Role::AccessPackageAssignmentManager;
    /// assert!(Role::CatalogOwner.at_least(minimum));
    /// assert!(!Role::UserAdministrator.at_least(minimum));
    /// assert_eq!("ae79f266-94d4-4dab-b730-feca7e132178".parse(), Ok(Role::CatalogOwner));
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Role {
        /// May look at a catalog.
        CatalogReader,
        /// May create catalogs.
        CatalogCreator,
        /// May assign the access packages of a catalog and manage the assignments: the least role that
        /// may reprocess one.
        AccessPackageAssignmentManager,
        /// May edit the access packages of a catalog and manage their assignments.
        AccessPackageManager,
        /// May edit a catalog: its resources, its access packages and who manages them.
        CatalogOwner,
        /// A directory role that does not qualify, though an older page of the documentation lists it
        /// ([R2](crate::policy#r2)).
        UserAdministrator,
        /// A directory role: may manage all of entitlement management.
        IdentityGovernanceAdministrator,
        /// A directory role: may manage everything in the tenant.
        GlobalAdministrator,
    }
}

impl Role {
    /// Whether this role is `minimum` or higher.
    ///
    /// The ladder is *Access package assignment manager* < *Access package manager* < *Catalog
    /// owner* < *Identity Governance Administrator* < *Global Administrator*
    /// ([R1](crate::policy#r1)). Every other role is comparable only with itself ([R2](crate::policy#r2)).
    #[inline]
    #[must_use]
    pub const fn at_least(self, minimum: Self) -> bool {
        match minimum {
            // R1
            Self::AccessPackageAssignmentManager => match self {
                Self::AccessPackageAssignmentManager
                | Self::AccessPackageManager
                | Self::CatalogOwner
                | Self::IdentityGovernanceAdministrator
                | Self::GlobalAdministrator => true,
                Self::CatalogReader | Self::CatalogCreator | Self::UserAdministrator => false,
            },
            Self::AccessPackageManager => match self {
                Self::AccessPackageManager
                | Self::CatalogOwner
                | Self::IdentityGovernanceAdministrator
                | Self::GlobalAdministrator => true,
                Self::AccessPackageAssignmentManager
                | Self::CatalogReader
                | Self::CatalogCreator
                | Self::UserAdministrator => false,
            },
            Self::CatalogOwner => match self {
                Self::CatalogOwner | Self::IdentityGovernanceAdministrator | Self::GlobalAdministrator => {
                    true
                }
                Self::AccessPackageAssignmentManager
                | Self::AccessPackageManager
                | Self::CatalogReader
                | Self::CatalogCreator
                | Self::UserAdministrator => false,
            },
            Self::IdentityGovernanceAdministrator => match self {
                Self::IdentityGovernanceAdministrator | Self::GlobalAdministrator => true,
                Self::AccessPackageAssignmentManager
                | Self::AccessPackageManager
                | Self::CatalogOwner
                | Self::CatalogReader
                | Self::CatalogCreator
                | Self::UserAdministrator => false,
            },
            // The top of the ladder, and R2: what is off it is only itself.
            Self::GlobalAdministrator
            | Self::CatalogReader
            | Self::CatalogCreator
            | Self::UserAdministrator => self as u8 == minimum as u8,
        }
    }

    /// The id of the role: of its definition in entitlement management, or its template in the directory.
    #[must_use]
    pub const fn id(self) -> Uuid {
        match self {
            Self::CatalogReader => uuid!("44272f93-9762-48e8-af59-1b5351b1d6b3"),
            Self::CatalogCreator => uuid!("ba92d953-d8e0-4e39-a797-0cbedb0a89e8"),
            Self::AccessPackageAssignmentManager => uuid!("e2182095-804a-4656-ae11-64734e9b7ae5"),
            Self::AccessPackageManager => uuid!("7f480852-ebdc-47d4-87de-0d8498384a83"),
            Self::CatalogOwner => uuid!("ae79f266-94d4-4dab-b730-feca7e132178"),
            Self::UserAdministrator => uuid!("fe930be7-5e62-47db-91af-98c3a49a38b1"),
            Self::IdentityGovernanceAdministrator => uuid!("45d8d3c5-c802-45c6-b32a-1d70b5e1e86e"),
            Self::GlobalAdministrator => uuid!("62e90394-69f5-4237-9190-012177145e10"),
        }
    }

    /// The role with this id; `None` if it is none of them.
    #[must_use]
    pub fn from_id(id: Uuid) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.id() == id)
    }

    /// Whether it is a role of the directory, and not of entitlement management.
    #[must_use]
    pub const fn is_directory_role(self) -> bool {
        match self {
            Self::UserAdministrator | Self::IdentityGovernanceAdministrator | Self::GlobalAdministrator => {
                true
            }
            Self::CatalogReader
            | Self::CatalogCreator
            | Self::AccessPackageAssignmentManager
            | Self::AccessPackageManager
            | Self::CatalogOwner => false,
        }
    }

    /// The name of the role as the documentation spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CatalogReader => "Catalog reader",
            Self::CatalogCreator => "Catalog creator",
            Self::AccessPackageAssignmentManager => "Access package assignment manager",
            Self::AccessPackageManager => "Access package manager",
            Self::CatalogOwner => "Catalog owner",
            Self::UserAdministrator => "User Administrator",
            Self::IdentityGovernanceAdministrator => "Identity Governance Administrator",
            Self::GlobalAdministrator => "Global Administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(feature = "serde")]
crate::text::serde_as_text!(Role);

impl FromStr for Role {
    type Err = ParseRoleError;

    fn from_str(text: &str) -> Result<Self, ParseRoleError> {
        let named = Self::ALL.iter().copied().find(|role| role.name().eq_ignore_ascii_case(text));
        named.or_else(|| parse_guid(text).and_then(Self::from_id)).ok_or(ParseRoleError)
    }
}

/// The text is neither the name nor the id of a role that this crate knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("not a known role: expected a name such as `Catalog owner`, or the id of a role")]
pub struct ParseRoleError;
