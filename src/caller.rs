//! The caller: account, permissions and roles, as plain data that the host has established. `verdict` judges it.

use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::catalog::Catalog;
use crate::id::{CatalogId, ObjectId, parse_guid};
use crate::role::Role;
use crate::variants::with_all;

/// The caller, as far as the rules need to know it.
///
/// **The crate verifies nothing.** Authenticate the caller, validate the token, and look up the roles before you make
/// this. [`from_claims`](Self::from_claims) makes one from the claims of an access token.
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
/// // The role does not count in the whole tenant, but it suffices on its catalog.
/// assert!(caller.authority(None).is_err());
/// let catalog = Catalog::of_unknown_level("beedadfe-01d5-4025-910b-84abb9369997".parse()?);
/// assert_eq!(caller.authority(Some(catalog))?.role(), Role::CatalogOwner);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Caller {
    /// The caller's object in the directory, for the record only. `None` if you do not know it.
    pub object: Option<ObjectId>,
    /// The kind of account.
    pub account: Account,
    /// The permissions of the call: delegated permissions for a work or school account, application permissions for an
    /// application.
    pub permissions: Vec<Permission>,
    /// The roles that the caller holds, with their scopes, in any order.
    pub roles: Vec<RoleAssignment>,
}

/// The kind of account that calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Account {
    /// A user of the tenant, through an application with delegated permissions.
    WorkOrSchool,
    /// An application on its own behalf.
    Application,
    /// A personal Microsoft account.
    Personal,
}

with_all! {
    /// A permission of Microsoft Graph that the rules mention.
    ///
    /// It is read and displayed exactly as Graph writes it, such as `EntitlementManagement.ReadWrite.All`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Permission {
        /// `EntitlementManagement.ReadWrite.All`, the permission to reprocess.
        EntitlementManagementReadWriteAll,
        /// `EntitlementManagement.Read.All`, which never suffices ([R7](crate::policy#r7)).
        EntitlementManagementReadAll,
        /// `RoleManagement.ReadWrite.Directory`, which an application also needs in a privileged catalog
        /// ([R43](crate::policy#r43)).
        RoleManagementReadWriteDirectory,
    }
}

impl Permission {
    /// The name, as it appears in a token.
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

/// A role that a caller holds, and its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RoleAssignment {
    /// The role.
    pub role: Role,
    /// The scope: where the role counts.
    pub scope: Scope,
}

/// Where a role counts: in the whole tenant, or on one catalog.
///
/// It is read and displayed like the `appScopeId` of a role assignment in Graph. Only the id in it ignores case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// In the whole tenant, `/`.
    Tenant,
    /// On one catalog, `/AccessPackageCatalog/{id}`.
    Catalog(CatalogId),
}

impl Scope {
    /// R3: whether a role with this scope counts on the catalog. `None` means the tenant as a whole.
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

/// The text is not a scope that this crate knows.
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

    /// The known roles in a list. Unknown roles are ignored ([R47](crate::policy#r47)).
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

    /// As serde data, an object of `object`, `account`, `permissions` and `roles`. Each of the roles has a `role` and a
    /// `scope`.
    ///
    /// Unknown permissions, roles and scopes are ignored, since they never suffice ([R47](crate::policy#r47)).
    /// `object`, `permissions` and `roles` may be missing or null.
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
