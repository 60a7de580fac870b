//! What Graph's documents hold, as far as the domain knows it, and the way from there to the stored form.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer};

use super::schedule::Schedule;
use super::{EXPAND_BETA, EXPAND_V1, ReadError, missing};
use crate::assignment::StoredAssignment;
use crate::fulfillment::{AssignmentResourceRole, Fulfillment};
use crate::graph::Version;
use crate::graph::object::{Closed, Object};
use crate::id::{AccessPackageId, AssignmentId, CatalogId, ObjectId};
use crate::resource_role::{ParseResourceRoleError, ResourceRole};
use crate::state::AssignmentState;

/// The document of an assignment, of either version.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::option_option,
    reason = "a schedule that is null is none; one that is not there is an error"
)]
pub(super) struct Document {
    id: Option<AssignmentId>,
    #[serde(default, deserialize_with = "present")]
    schedule: Option<Option<Closed<Schedule>>>,
    target: Option<Object<Target>>,
    // v1.0
    state: Option<AssignmentState>,
    access_package: Option<Object<AccessPackage>>,
    // beta
    assignment_state: Option<AssignmentState>,
    access_package_id: Option<AccessPackageId>,
    catalog_id: Option<CatalogId>,
    access_package_assignment_resource_roles: Option<Vec<Object<Listed>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::option_option, reason = "null says that the subject is not in the tenant yet")]
struct Target {
    #[serde(default, deserialize_with = "present")]
    object_id: Option<Option<ObjectId>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessPackage {
    id: Option<AccessPackageId>,
    catalog: Option<Object<Catalog>>,
    resource_role_scopes: Option<Vec<Object<Listed>>>,
}

#[derive(Deserialize)]
struct Catalog {
    id: Option<CatalogId>,
}

/// A resource role: what an access package gives, in v1.0, or what an assignment has delivered, in beta.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    status: Option<String>,
    // v1.0
    role: Option<Object<Origin>>,
    scope: Option<Object<Origin>>,
    // beta
    access_package_resource_role: Option<Object<Origin>>,
    access_package_resource_scope: Option<Object<Origin>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Origin {
    origin_system: Option<String>,
    origin_id: Option<String>,
}

/// Tells a property that is null from one that is not there: the first is read as `Some(None)`.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// What the parts of a document are called in a version.
struct Names {
    version: Version,
    resource_roles: &'static str,
    role: &'static str,
    scope: &'static str,
    expand: &'static str,
}

impl Names {
    const fn of(version: Version) -> Self {
        match version {
            Version::V1 => Self {
                version,
                resource_roles: "accessPackage.resourceRoleScopes",
                role: "role",
                scope: "scope",
                expand: EXPAND_V1,
            },
            Version::Beta => Self {
                version,
                resource_roles: "accessPackageAssignmentResourceRoles",
                role: "accessPackageResourceRole",
                scope: "accessPackageResourceScope",
                expand: EXPAND_BETA,
            },
        }
    }
}

impl Document {
    fn state(&self) -> Result<(AssignmentState, Version), ReadError> {
        match (self.state, self.assignment_state) {
            (Some(_), Some(_)) => Err(ReadError::MixedVersions),
            (Some(state), None) => Ok((state, Version::V1)),
            (None, Some(state)) => Ok((state, Version::Beta)),
            // Only beta has this id beside it.
            (None, None) if self.access_package_id.is_some() => Err(missing("assignmentState")),
            (None, None) => Err(missing("state")),
        }
    }

    /// The resource roles that it lists, in whatever state it is.
    pub(super) fn listed(self) -> Result<Vec<ResourceRole>, ReadError> {
        let (_, version) = self.state()?;
        let names = Names::of(version);
        let listed = match version {
            Version::V1 => self.access_package.and_then(|Object(package)| package.resource_role_scopes),
            Version::Beta => self.access_package_assignment_resource_roles,
        };
        let listed = listed.ok_or_else(|| names.not_expanded(names.resource_roles.into()))?;
        Ok(names.given(&listed)?.into_iter().map(|(resource_role, _)| resource_role).collect())
    }
}

impl TryFrom<Document> for StoredAssignment {
    type Error = ReadError;

    fn try_from(document: Document) -> Result<Self, ReadError> {
        let (state, version) = document.state()?;
        let names = Names::of(version);
        let not_expanded = |part: &str| names.not_expanded(part.into());

        let id = document.id.ok_or_else(|| missing("id"))?;
        let Object(target) = document.target.ok_or_else(|| not_expanded("target"))?;
        let target = target.object_id.ok_or_else(|| missing("target.objectId"))?;
        let target = target.ok_or(ReadError::TargetNotInTenant)?;
        let schedule = document.schedule.ok_or_else(|| missing("schedule"))?;
        let end = schedule.map_or(Ok(None), Closed::end)?;

        let (access_package, catalog, listed) = match version {
            Version::V1 => {
                let package = document.access_package.ok_or_else(|| not_expanded("accessPackage"))?;
                let Object(package) = package;
                let catalog = package.catalog.ok_or_else(|| not_expanded("accessPackage.catalog"))?;
                (
                    package.id.ok_or_else(|| missing("accessPackage.id"))?,
                    catalog.0.id.ok_or_else(|| missing("accessPackage.catalog.id"))?,
                    package.resource_role_scopes,
                )
            }
            Version::Beta => (
                document.access_package_id.ok_or_else(|| missing("accessPackageId"))?,
                document.catalog_id.ok_or_else(|| missing("catalogId"))?,
                document.access_package_assignment_resource_roles,
            ),
        };
        let given = listed.map(|listed| names.given(&listed)).transpose()?;
        let given = given.ok_or_else(|| not_expanded(names.resource_roles));
        let resource_roles = match state {
            AssignmentState::Delivered => Some(with(given?, |_| Fulfillment::Fulfilled)),
            AssignmentState::Delivering => delivering(given?),
            // Graph does not say which has failed, and what has ended needs none.
            AssignmentState::PartiallyDelivered
            | AssignmentState::Expired
            | AssignmentState::DeliveryFailed => None,
        };
        Ok(Self {
            format: Self::FORMAT,
            id,
            catalog,
            access_package,
            target,
            state,
            end,
            attempt: 0,
            resource_roles,
        })
    }
}

/// A resource role, and whether the document says that it is fulfilled.
type Given = (ResourceRole, bool);

impl Names {
    fn not_expanded(&self, part: String) -> ReadError {
        ReadError::NotExpanded { part, expand: self.expand }
    }

    /// The resource roles that are listed, without those with which there is nothing to enforce.
    fn given(&self, listed: &[Object<Listed>]) -> Result<Vec<Given>, ReadError> {
        let given = listed.iter().enumerate().map(|(index, Object(listed))| {
            // R19: only what is said to be fulfilled is, and only beta says it.
            let fulfilled = self.version == Version::Beta
                && listed.status.as_deref().is_some_and(|word| word.eq_ignore_ascii_case("Fulfilled"));
            Ok(self.resource_role(index, listed)?.map(|resource_role| (resource_role, fulfilled)))
        });
        given.filter_map(Result::transpose).collect()
    }

    fn resource_role(&self, index: usize, listed: &Listed) -> Result<Option<ResourceRole>, ReadError> {
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

fn with(given: Vec<Given>, fulfillment: impl Fn(bool) -> Fulfillment) -> Vec<AssignmentResourceRole> {
    let with =
        |(resource_role, fulfilled)| AssignmentResourceRole::new(resource_role, fulfillment(fulfilled));
    given.into_iter().map(with).collect()
}

/// By what each is said to be; all are pending if that would leave nothing to be delivered. With no
/// resource role at all the document contradicts itself, and they are not known.
fn delivering(given: Vec<Given>) -> Option<Vec<AssignmentResourceRole>> {
    let all_fulfilled = given.iter().all(|(_, fulfilled)| *fulfilled);
    let fulfillment =
        |fulfilled| if fulfilled && !all_fulfilled { Fulfillment::Fulfilled } else { Fulfillment::Pending };
    (!given.is_empty()).then(|| with(given, fulfillment))
}
