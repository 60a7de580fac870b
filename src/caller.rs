//! Who is asking: the account, its permissions and its roles, as plain data that the host has
//! established. What it amounts to is judged in the verdict.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use uuid::{Uuid, uuid};

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
/// use access_package::{Account, Caller, CatalogId, Permission, Role, RoleAssignment, Scope};
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
/// let catalog: CatalogId = "beedadfe-01d5-4025-910b-84abb9369997".parse()?;
/// assert_eq!(caller.authority(Some(catalog.into()))?.role(), Role::CatalogOwner);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
#[error("not a known scope: expected `/` or `/AccessPackageCatalog/` and the id of a catalog")]
pub struct ParseScopeError;

/// The claims of an access token that say who calls.
///
/// **Nothing is validated here.** Make this only from a token whose signature, issuer, audience and
/// times the host has checked. With the feature `serde` it is read from the token's payload; claims
/// that it does not know are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
pub struct Claims {
    /// The tenant that issued the token. Check it with the issuer: what is not the tenant of personal
    /// accounts is taken for that of an organization.
    pub tid: String,
    /// The caller's object in the directory.
    #[cfg_attr(feature = "serde", serde(default))]
    pub oid: Option<String>,
    /// `app` for the token of an application on its own; anything else is a delegated one. The claim is
    /// optional: have it put into the tokens of applications, or they are taken for delegated ones
    /// ([R4](crate::policy#r4), our choice, since less is allowed then).
    #[cfg_attr(feature = "serde", serde(default))]
    pub idtyp: Option<String>,
    /// The delegated permissions, with blanks between.
    #[cfg_attr(feature = "serde", serde(default))]
    pub scp: Option<String>,
    /// The application permissions.
    #[cfg_attr(feature = "serde", serde(default))]
    pub roles: Vec<String>,
    /// The directory roles, by the ids of their templates.
    #[cfg_attr(feature = "serde", serde(default))]
    pub wids: Vec<String>,
}

/// The tenant in which personal Microsoft accounts are.
const PERSONAL_TENANT: Uuid = uuid!("9188040d-6c67-4c5b-b112-36a304b66dad");

impl Caller {
    /// The caller that the claims of a **validated** token speak of, with the roles that the host has
    /// looked up: those of entitlement management are not in the token.
    ///
    /// Only the permissions of the token's own kind count: in a delegated token `scp`, in an
    /// application's `roles`. Permissions and directory roles that the crate does not know are ignored.
    /// A guest with a personal account in a work tenant has a token of that tenant, and so counts as a work account
    /// ([R6](crate::policy#r6), our choice).
    ///
    /// ```
    /// use access_package::{Caller, Claims, Role, RoleAssignment, Scope};
    ///
    /// let claims = Claims {
    ///     tid: "7b0a4c3e-52d1-4d0b-9f0e-6a0c4b1f2d3e".into(),
    ///     oid: Some("8586ddc8-0ff7-4c24-9c79-f192bc3566e3".into()),
    ///     idtyp: None,
    ///     scp: Some("User.Read EntitlementManagement.ReadWrite.All".into()),
    ///     roles: vec![],
    ///     wids: vec![],
    /// };
    /// let looked_up = [RoleAssignment { role: Role::CatalogOwner, scope: Scope::Tenant }];
    /// let caller = Caller::from_claims(&claims, looked_up);
    /// assert_eq!(caller.authority(None)?.role(), Role::CatalogOwner);
    /// # Ok::<(), access_package::Refusal>(())
    /// ```
    #[must_use]
    pub fn from_claims(claims: &Claims, looked_up: impl IntoIterator<Item = RoleAssignment>) -> Self {
        let account = if parse_guid(&claims.tid) == Some(PERSONAL_TENANT) {
            Account::Personal
        } else if claims.idtyp.as_deref() == Some("app") {
            Account::Application
        } else {
            Account::WorkOrSchool
        };
        let permissions = match account {
            Account::Application => claims.roles.iter().filter_map(|name| name.parse().ok()).collect(),
            Account::WorkOrSchool | Account::Personal => {
                let names = claims.scp.as_deref().unwrap_or_default().split_ascii_whitespace();
                names.filter_map(|name| name.parse().ok()).collect()
            }
        };
        // R3: directory roles are tenant-wide.
        let directory_roles = claims.wids.iter().filter_map(|id| parse_guid(id).and_then(Role::from_id));
        let directory_roles = directory_roles
            .filter(|role| role.is_directory_role())
            .map(|role| RoleAssignment { role, scope: Scope::Tenant });
        let object = claims.oid.as_deref().and_then(parse_guid).map(ObjectId::from);
        Self { object, account, permissions, roles: directory_roles.chain(looked_up).collect() }
    }
}
