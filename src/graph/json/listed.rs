//! The resource roles that a document lists, and the access package that gives them, in either version.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{EXPAND_BETA, EXPAND_V1, ReadError, missing, shown};
use crate::catalog::PrivilegeLevel;
use crate::graph::Version;
use crate::graph::object::Object;
use crate::id::{AccessPackageId, CatalogId};
use crate::resource_role::{ParseResourceRoleError, ResourceRole};
use crate::text::Text;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccessPackage<'a> {
    pub(super) id: Option<AccessPackageId>,
    pub(super) catalog_id: Option<CatalogId>,
    // v1.0
    pub(super) catalog: Option<Object<Catalog>>,
    // beta, and once also v1.0
    #[serde(rename = "accessPackageCatalog")]
    pub(super) older_catalog: Option<Object<Catalog>>,
    // v1.0
    #[serde(borrow)]
    resource_role_scopes: Option<Vec<Object<Listed<'a>>>>,
    #[serde(rename = "resourceRoleScopes@odata.nextLink")]
    rest_of_resource_role_scopes: Option<IgnoredAny>,
    // beta
    #[serde(borrow, rename = "accessPackageResourceRoleScopes")]
    beta_resource_role_scopes: Option<Vec<Object<Listed<'a>>>>,
    #[serde(rename = "accessPackageResourceRoleScopes@odata.nextLink")]
    rest_of_beta_resource_role_scopes: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Catalog {
    pub(super) id: Option<CatalogId>,
    pub(super) privilege_level: Option<PrivilegeLevel>,
}

/// A resource role: one that an access package gives, in v1.0, or one that an assignment has delivered, in beta.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed<'a> {
    #[serde(borrow)]
    pub(super) status: Option<Text<'a>>,
    // v1.0
    #[serde(borrow)]
    role: Option<Object<Origin<'a>>>,
    #[serde(borrow)]
    scope: Option<Object<Origin<'a>>>,
    // beta
    #[serde(borrow)]
    access_package_resource_role: Option<Object<Origin<'a>>>,
    #[serde(borrow)]
    access_package_resource_scope: Option<Object<Origin<'a>>>,
}

impl Listed<'_> {
    pub(super) const fn version(&self) -> Version {
        let is_beta =
            self.access_package_resource_role.is_some() || self.access_package_resource_scope.is_some();
        if is_beta { Version::Beta } else { Version::V1 }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "Graph uses these names")]
struct Origin<'a> {
    #[serde(borrow)]
    origin_system: Option<Text<'a>>,
    #[serde(borrow)]
    origin_id: Option<Text<'a>>,
    /// The type of a role (R23).
    #[serde(borrow)]
    r#type: Option<Text<'a>>,
}

impl AccessPackage<'_> {
    /// What the access package gives now, by the names of the version.
    pub(super) fn list(&self, version: Version) -> List<'_> {
        let names = Names::of(version);
        match version {
            Version::V1 => List {
                names,
                listed: self.resource_role_scopes.as_deref(),
                goes_on: self.rest_of_resource_role_scopes.is_some(),
            },
            Version::Beta => List {
                names: Names::of_list(version, "accessPackage.accessPackageResourceRoleScopes", names.expand),
                listed: self.beta_resource_role_scopes.as_deref(),
                goes_on: self.rest_of_beta_resource_role_scopes.is_some(),
            },
        }
    }
}

/// A list of resource roles in a document.
pub(super) struct List<'a> {
    pub(super) names: Names,
    /// `None` if the list is missing.
    pub(super) listed: Option<&'a [Object<Listed<'a>>]>,
    /// The list continues elsewhere.
    pub(super) goes_on: bool,
}

impl List<'_> {
    pub(super) fn is_shown(&self) -> bool {
        self.listed.is_some() || self.goes_on
    }

    /// The listed resource roles in their order, each once (R23), without those with nothing to enforce.
    pub(super) fn given(&self) -> Result<Vec<Given>, ReadError> {
        let names = self.names;
        if self.goes_on {
            // R45
            return Err(ReadError::ListCut { part: names.resource_roles.into(), whole: names.whole.into() });
        }
        let listed = self.listed.ok_or_else(|| names.not_expanded(names.resource_roles.into()))?;
        let given = listed.iter().enumerate().map(|(index, Object(listed))| {
            let is_fulfilled =
                listed.status.as_deref().is_some_and(|word| word.eq_ignore_ascii_case("Fulfilled"));
            Ok(names.resource_role(index, listed)?.map(|resource_role| (resource_role, is_fulfilled)))
        });
        let mut given: Vec<Given> = given.filter_map(Result::transpose).collect::<Result<_, ReadError>>()?;
        given.sort_unstable();
        // Of two duplicates, the unfulfilled one sorts first, and is kept.
        given.dedup_by(|a, b| a.0 == b.0);
        Ok(given)
    }
}

/// A resource role, and whether the document says that it is fulfilled.
type Given = (ResourceRole, bool);

/// The names of a list of resource roles and of its parts.
#[derive(Clone, Copy)]
pub(super) struct Names {
    version: Version,
    pub(super) resource_roles: &'static str,
    role: &'static str,
    scope: &'static str,
    pub(super) expand: &'static str,
    /// The path to the whole list.
    whole: &'static str,
}

impl Names {
    pub(super) const fn of(version: Version) -> Self {
        match version {
            Version::V1 => Self {
                version,
                resource_roles: "accessPackage.resourceRoleScopes",
                role: "role",
                scope: "scope",
                expand: EXPAND_V1,
                whole: "accessPackages/{id}/resourceRoleScopes?$expand=role,scope",
            },
            Version::Beta => Self {
                version,
                resource_roles: "accessPackageAssignmentResourceRoles",
                role: "accessPackageResourceRole",
                scope: "accessPackageResourceScope",
                expand: EXPAND_BETA,
                whole: "accessPackages/{id}/accessPackageResourceRoleScopes?$expand=accessPackageResourceRole,accessPackageResourceScope",
            },
        }
    }

    /// The names of another list in the same version.
    pub(super) const fn of_list(
        version: Version,
        resource_roles: &'static str,
        expand: &'static str,
    ) -> Self {
        Self { resource_roles, expand, ..Self::of(version) }
    }
}

impl Names {
    pub(super) fn not_expanded(&self, part: String) -> ReadError {
        ReadError::NotExpanded { part, expand: self.expand }
    }

    fn resource_role(&self, index: usize, listed: &Listed<'_>) -> Result<Option<ResourceRole>, ReadError> {
        let place = || format!("{}[{index}]", self.resource_roles);
        let not_expanded = |part| self.not_expanded(format!("{}.{part}", place()));
        let missing = |part, property| missing(&format!("{}.{part}.{property}", place()));

        let (role, scope) = match self.version {
            Version::V1 => (&listed.role, &listed.scope),
            Version::Beta => (&listed.access_package_resource_role, &listed.access_package_resource_scope),
        };
        let Object(role) = role.as_ref().ok_or_else(|| not_expanded(self.role))?;
        let origin_system =
            role.origin_system.as_deref().ok_or_else(|| missing(self.role, "originSystem"))?;
        let role_id = role.origin_id.as_deref();
        let resource_id = scope.as_ref().and_then(|Object(scope)| scope.origin_id.as_deref());
        match ResourceRole::from_origin(
            origin_system,
            resource_id.unwrap_or_default(),
            role_id.unwrap_or_default(),
            role.r#type.as_deref(),
        ) {
            Err(ParseResourceRoleError::NothingToEnforce) => Ok(None),
            _ if scope.is_none() => Err(not_expanded(self.scope)),
            _ if resource_id.is_none() => Err(missing(self.scope, "originId")),
            _ if role_id.is_none() => Err(missing(self.role, "originId")),
            Ok(resource_role) => Ok(Some(resource_role)),
            Err(problem) => Err(ReadError::ResourceRole { part: place(), problem }),
        }
    }
}

/// If the cause of the problem is a part that was not expanded, an error that says so. Otherwise the problem.
pub(super) fn expanded(problem: ReadError, text: &[u8], expand: &'static str) -> ReadError {
    let part = if let ReadError::Missing { part } | ReadError::NotExpanded { part, .. } = &problem {
        part
    } else if problem == ReadError::TargetNotInTenant {
        "target.objectId"
    } else {
        return problem;
    };
    let unexpanded = shown::unexpanded(text, part);
    unexpanded.map(|part| ReadError::NotExpanded { part: part.into(), expand }).unwrap_or(problem)
}
