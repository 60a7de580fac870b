//! Who is asking: the account, its permissions and its roles, as plain data that the host has
//! established. What it amounts to is judged in the verdict.

use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::catalog::Catalog;
use crate::id::{CatalogId, ObjectId, parse_guid};
use crate::role::Role;
use crate::variants::with_all;

/// Who calls, as far as the rules look at it.
///
/// **The crate verifies nothing.** It believes what it is given: the host has authenticated the
/// caller, validated the token, and looked up the roles.
///
/// ```
/// use access_package::{Account, Caller, Catalog, Permission, Role, RoleAssignment, Scope};
///
/// let caller = Caller {
///     object: None,
///     account: Account::WorkOrSchool,
///     permissions: vec![Permission::EntitlementManagementReadWriteAll],
///     roles: vec![RoleAssignment {
///         role: Role::CatalogOwner,
///         scope: "/AccessPackageCatalog/beedadfe-01d5-4025-910b-84abb9369997".parse()?,
///     }],
/// };
/// // Tenant-wide this is nothing; on its catalog it suffices.
/// assert!(caller.authority(None).is_err());
/// let catalog = Catalog::of_unknown_level("beedadfe-01d5-4025-910b-84abb9369997".parse()?);
/// assert_eq!(caller.authority(Some(catalog))?.role(), Role::CatalogOwner);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Caller {
    /// The caller's object in the directory, for the record: it decides nothing. `None` if the host does not say.
    pub object: Option<ObjectId>,
    /// What kind of account it is.
    pub account: Account,
    /// The permissions of the call: delegated ones for a work or school account, application ones for
    /// an application.
    pub permissions: Vec<Permission>,
    /// The roles the caller holds, in any order.
    pub roles: Vec<RoleAssignment>,
}

/// What kind of account calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Account {
    /// A user of the tenant, by way of an application with delegated permissions.
    WorkOrSchool,
    /// An application, on its own.
    Application,
    /// A personal Microsoft account.
    Personal,
}

with_all! {
    /// A permission of Microsoft Graph that the rules look at. It is read and displayed exactly as
    /// Graph writes it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Permission {
        /// `EntitlementManagement.ReadWrite.All`: the one that reprocessing needs.
        EntitlementManagementReadWriteAll,
        /// `EntitlementManagement.Read.All`, which never suffices ([R7](crate::policy#r7)).
        EntitlementManagementReadAll,
        /// `RoleManagement.ReadWrite.Directory`, which an application also needs in a privileged catalog
        /// ([R43](crate::policy#r43)).
        RoleManagementReadWriteDirectory,
    }
}

impl Permission {
    /// The name, as in the claims of a token.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EntitlementManagementReadWriteAll => "EntitlementManagement.ReadWrite.All",
            Self::EntitlementManagementReadAll => "EntitlementManagement.Read.All",
            Self::RoleManagementReadWriteDirectory => "RoleManagement.ReadWrite.Directory",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(feature = "serde")]
crate::text::serde_as_text!(Permission);

impl FromStr for Permission {
    type Err = ParsePermissionError;

    fn from_str(name: &str) -> Result<Self, ParsePermissionError> {
        Self::ALL.iter().copied().find(|permission| permission.name() == name).ok_or(ParsePermissionError)
    }
}

/// The text is not a permission that this crate knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error(
    "not a known permission: expected `EntitlementManagement.ReadWrite.All`, `EntitlementManagement.Read.All` or `RoleManagement.ReadWrite.Directory`"
)]
pub struct ParsePermissionError;

/// A role, and where it is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RoleAssignment {
    /// The role.
    pub role: Role,
    /// Where it counts.
    pub scope: Scope,
}

/// Where a role is held. It is read and displayed as the `appScopeId` of a role assignment, in exactly its case but
/// for the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// In the whole tenant, `/`.
    Tenant,
    /// On one catalog, `/AccessPackageCatalog/{id}`.
    Catalog(CatalogId),
}

impl Scope {
    /// R3: whether what is held here counts on this catalog; with none, in the tenant as a whole.
    pub(crate) fn covers(self, catalog: Option<Catalog>) -> bool {
        match self {
            Self::Tenant => true,
            Self::Catalog(held) => catalog.is_some_and(|catalog| catalog.id == held),
        }
    }
}

const CATALOG_SCOPE: &str = "/AccessPackageCatalog/";

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant => f.write_str("/"),
            Self::Catalog(catalog) => write!(f, "{CATALOG_SCOPE}{catalog}"),
        }
    }
}

#[cfg(feature = "serde")]
crate::text::serde_as_text!(Scope);

impl FromStr for Scope {
    type Err = ParseScopeError;

    fn from_str(text: &str) -> Result<Self, ParseScopeError> {
        if text == "/" {
            return Ok(Self::Tenant);
        }
        let catalog = text.strip_prefix(CATALOG_SCOPE).and_then(parse_guid);
        catalog.map(|id| Self::Catalog(id.into())).ok_or(ParseScopeError)
    }
}

/// The text is not the scope of a role that this crate knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("not a known scope: expected `/` or `/AccessPackageCatalog/<catalog id>`")]
pub struct ParseScopeError;

#[cfg(feature = "graph")]
pub(crate) use data::Known;

#[cfg(feature = "serde")]
mod data {
    use alloc::string::String;
    use alloc::vec::Vec;

    use serde::{Deserialize, Deserializer};

    use super::{Account, Caller, RoleAssignment};
    use crate::id::ObjectId;
    use crate::text::Exact;

    /// The roles in a list that are known; the others are passed over ([R47](crate::policy#r47)).
    pub(crate) struct Known(pub(crate) Vec<RoleAssignment>);

    impl<'de> Deserialize<'de> for Known {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            #[derive(Deserialize)]
            struct Held {
                role: String,
                scope: String,
            }

            let known = |Exact(Held { role, scope })| {
                Some(RoleAssignment { role: role.parse().ok()?, scope: scope.parse().ok()? })
            };
            let held = Vec::<Exact<Held>>::deserialize(deserializer)?;
            Ok(Self(held.into_iter().filter_map(known).collect()))
        }
    }

    /// As serde data: `object`, `account`, `permissions`, and `roles`, each a `role` and its `scope`.
    ///
    /// Permissions, roles and scopes that are not known are passed over, since they do not suffice ([R47](crate::policy#r47)).
    /// `object` and the two lists may be missing, or null.
    impl<'de> Deserialize<'de> for Caller {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            #[derive(Deserialize)]
            struct Plain {
                object: Option<ObjectId>,
                account: Account,
                permissions: Option<Vec<String>>,
                roles: Option<Known>,
            }

            let Exact(Plain { object, account, permissions, roles }) = Exact::deserialize(deserializer)?;
            Ok(Self {
                object,
                account,
                permissions: permissions.iter().flatten().filter_map(|name| name.parse().ok()).collect(),
                roles: roles.map_or_else(Vec::new, |Known(roles)| roles),
            })
        }
    }
}
