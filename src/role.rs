//! The roles of entitlement management and of the directory, their ids, and "or higher" (R1, R2).

use core::fmt;
use core::str::FromStr;

use uuid::{Uuid, uuid};

use crate::id::parse_guid;
use crate::variants::with_all;

with_all! {
    /// A role of a caller, in entitlement management or in the directory.
    ///
    /// Roles are only partially ordered, so there is no `Ord`. Compare them with [`at_least`](Role::at_least), which
    /// describes the *ladder* of roles.
    ///
    /// A role is read from its id, from its name in the documentation, or from its name in Graph, ignoring case. It is
    /// displayed by its name in the documentation. If a role cannot be read, leave it out: it never suffices
    /// ([R47](crate::policy#r47)).
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
        // The roles off the ladder come first (R2), then the ladder (R1), so that one comparison shows which roles
        // suffice.
        /// Can read a catalog. It is off the ladder.
        CatalogReader,
        /// Can create catalogs. It is off the ladder.
        CatalogCreator,
        /// Can manage the organizations from which users can request access. It is off the ladder.
        ConnectedOrganizationAdministrator,
        /// A directory role: can manage users. It does not suffice, although an older page of the documentation lists
        /// it ([R2](crate::policy#r2)).
        UserAdministrator,
        /// A directory role: can manage directory roles. It is off the ladder, and counts only in a privileged catalog,
        /// together with *Identity Governance Administrator* ([R43](crate::policy#r43)).
        PrivilegedRoleAdministrator,
        /// Can assign the access packages of a catalog and manage the assignments. It is the lowest role on the ladder,
        /// and the least that may reprocess an assignment.
        AccessPackageAssignmentManager,
        /// Can edit the access packages of a catalog and manage their assignments.
        AccessPackageManager,
        /// Can edit a catalog: its resources, its access packages and their managers.
        CatalogOwner,
        /// A directory role: can manage all of entitlement management.
        IdentityGovernanceAdministrator,
        /// A directory role: can manage everything in the tenant.
        GlobalAdministrator,
    }
}

impl Role {
    /// Whether this role is `minimum` or higher.
    ///
    /// The ladder leads from *Access package assignment manager* to *Global Administrator*
    /// ([R1](crate::policy#r1)). Every other role is comparable only with itself ([R2](crate::policy#r2)).
    #[inline]
    #[must_use]
    pub const fn at_least(self, minimum: Self) -> bool {
        match (self.facts().rung, minimum.facts().rung) {
            (Some(rung), Some(least)) => rung >= least,  // R1
            (None, None) => self as u8 == minimum as u8, // R2
            (Some(_), None) | (None, Some(_)) => false,  // R2
        }
    }

    /// The id of the role: of the role definition in entitlement management, or of the directory role template.
    #[must_use]
    pub const fn id(self) -> Uuid {
        self.facts().id
    }

    /// The role with this id.
    pub(crate) fn from_id(id: Uuid) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.id() == id)
    }

    /// Whether it is a directory role, rather than a role of entitlement management.
    pub(crate) const fn is_directory_role(self) -> bool {
        self.facts().is_directory_role
    }

    /// The name of the role in the documentation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// The name in Graph's role definition, if it differs (R47).
    const fn name_in_graph(self) -> Option<&'static str> {
        match self {
            Self::AccessPackageAssignmentManager => Some("AccessPackage assignment manager"),
            Self::AccessPackageManager => Some("AccessPackages manager"),
            Self::CatalogReader
            | Self::CatalogCreator
            | Self::CatalogOwner
            | Self::ConnectedOrganizationAdministrator
            | Self::UserAdministrator
            | Self::PrivilegedRoleAdministrator
            | Self::IdentityGovernanceAdministrator
            | Self::GlobalAdministrator => None,
        }
    }

    /// Everything that the documentation says about a role, in one place.
    #[inline]
    const fn facts(self) -> Facts {
        const fn role(name: &'static str, id: Uuid, rung: Option<u8>) -> Facts {
            Facts { name, id, rung, is_directory_role: false }
        }
        const fn directory_role(name: &'static str, id: Uuid, rung: Option<u8>) -> Facts {
            Facts { name, id, rung, is_directory_role: true }
        }
        match self {
            Self::CatalogReader => {
                role("Catalog reader", uuid!("44272f93-9762-48e8-af59-1b5351b1d6b3"), None)
            }
            Self::CatalogCreator => {
                role("Catalog creator", uuid!("ba92d953-d8e0-4e39-a797-0cbedb0a89e8"), None)
            }
            Self::AccessPackageAssignmentManager => {
                let name = "Access package assignment manager";
                role(name, uuid!("e2182095-804a-4656-ae11-64734e9b7ae5"), Some(1))
            }
            Self::AccessPackageManager => {
                role("Access package manager", uuid!("7f480852-ebdc-47d4-87de-0d8498384a83"), Some(2))
            }
            Self::CatalogOwner => {
                role("Catalog owner", uuid!("ae79f266-94d4-4dab-b730-feca7e132178"), Some(3))
            }
            Self::ConnectedOrganizationAdministrator => {
                let name = "Connected Organization Administrator";
                role(name, uuid!("e65cf63f-9cc2-4b48-8871-cb667e9d90fb"), None)
            }
            Self::UserAdministrator => {
                directory_role("User Administrator", uuid!("fe930be7-5e62-47db-91af-98c3a49a38b1"), None)
            }
            Self::PrivilegedRoleAdministrator => {
                let name = "Privileged Role Administrator";
                directory_role(name, uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814"), None)
            }
            Self::IdentityGovernanceAdministrator => {
                let name = "Identity Governance Administrator";
                directory_role(name, uuid!("45d8d3c5-c802-45c6-b32a-1d70b5e1e86e"), Some(4))
            }
            Self::GlobalAdministrator => {
                directory_role("Global Administrator", uuid!("62e90394-69f5-4237-9190-012177145e10"), Some(5))
            }
        }
    }
}

/// What the documentation says about a role.
struct Facts {
    name: &'static str,
    id: Uuid,
    /// Its place on the ladder, from the least sufficient role up (R1). `None` off the ladder (R2).
    rung: Option<u8>,
    is_directory_role: bool,
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
        let is_called_so = |name: &str| name.eq_ignore_ascii_case(text);
        let named = Self::ALL
            .iter()
            .copied()
            .find(|role| is_called_so(role.name()) || role.name_in_graph().is_some_and(is_called_so));
        named.or_else(|| parse_guid(text).and_then(Self::from_id)).ok_or(ParseRoleError)
    }
}

/// The text is neither the name nor the id of a role that this crate knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("not a known role: expected a name such as `Catalog owner`, or a role id")]
pub struct ParseRoleError;
