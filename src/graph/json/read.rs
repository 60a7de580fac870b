//! What Graph's documents hold, as far as the domain knows it, and the way from there to the stored form.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::str::FromStr;

use jiff::Span;
use serde::{Deserialize, Deserializer};

use super::{EXPAND_BETA, EXPAND_V1, ReadError};
use crate::assignment::{AssignmentResourceRole, Fulfillment, StoredAssignment};
use crate::id::{AccessPackageId, AssignmentId, CatalogId, ObjectId};
use crate::resource_role::{ParseResourceRoleError, ResourceRole};
use crate::state::AssignmentState;
use crate::timestamp::Timestamp;

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
    schedule: Option<Option<Schedule>>,
    target: Option<Target>,
    // v1.0
    state: Option<AssignmentState>,
    access_package: Option<AccessPackage>,
    // beta
    assignment_state: Option<AssignmentState>,
    access_package_id: Option<AccessPackageId>,
    catalog_id: Option<CatalogId>,
    access_package_assignment_resource_roles: Option<Vec<Listed>>,
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
    catalog: Option<Catalog>,
    resource_role_scopes: Option<Vec<Listed>>,
}

#[derive(Deserialize)]
struct Catalog {
    id: Option<CatalogId>,
}

/// A resource role: what an access package gives, in v1.0, or what an assignment has delivered, in beta.
#[derive(Deserialize)]
struct Listed {
    status: Option<String>,
    #[serde(alias = "accessPackageResourceRole")]
    role: Option<Origin>,
    #[serde(alias = "accessPackageResourceScope")]
    scope: Option<Origin>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Origin {
    origin_system: Option<String>,
    origin_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schedule {
    start_date_time: Option<Timestamp>,
    expiration: Option<Expiration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expiration {
    r#type: Option<ExpirationType>,
    end_date_time: Option<Timestamp>,
    duration: Option<Duration>,
}

#[derive(Clone, Copy)]
enum ExpirationType {
    NotSpecified,
    NoExpiration,
    AfterDateTime,
    AfterDuration,
}

struct Duration(Span);

/// Tells a property that is null from one that is not there: the first is read as `Some(None)`.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn missing(part: &str) -> ReadError {
    ReadError::Missing { part: part.into() }
}

/// What the parts of a document are called in a version.
struct Version {
    resource_roles: &'static str,
    role: &'static str,
    scope: &'static str,
    expand: &'static str,
}

const V1: Version = Version {
    resource_roles: "accessPackage.resourceRoleScopes",
    role: "role",
    scope: "scope",
    expand: EXPAND_V1,
};

const BETA: Version = Version {
    resource_roles: "accessPackageAssignmentResourceRoles",
    role: "accessPackageResourceRole",
    scope: "accessPackageResourceScope",
    expand: EXPAND_BETA,
};

impl TryFrom<Document> for StoredAssignment {
    type Error = ReadError;

    fn try_from(document: Document) -> Result<Self, ReadError> {
        let (state, version) = match (document.state, document.assignment_state) {
            (Some(_), Some(_)) => return Err(ReadError::MixedVersions),
            (Some(state), None) => (state, V1),
            (None, Some(state)) => (state, BETA),
            (None, None) => return Err(missing("state")),
        };
        let not_expanded = |part: &str| version.not_expanded(part.into());

        let id = document.id.ok_or_else(|| missing("id"))?;
        let target = document.target.ok_or_else(|| not_expanded("target"))?;
        let target = target.object_id.ok_or_else(|| missing("target.objectId"))?;
        let target = target.ok_or(ReadError::TargetNotInTenant)?;
        let schedule = document.schedule.ok_or_else(|| missing("schedule"))?;
        let end = schedule.map_or(Ok(None), end)?;

        let (access_package, catalog, listed) = if document.state.is_some() {
            let package = document.access_package.ok_or_else(|| not_expanded("accessPackage"))?;
            let catalog = package.catalog.ok_or_else(|| not_expanded("accessPackage.catalog"))?;
            (
                package.id.ok_or_else(|| missing("accessPackage.id"))?,
                catalog.id.ok_or_else(|| missing("accessPackage.catalog.id"))?,
                package.resource_role_scopes,
            )
        } else {
            (
                document.access_package_id.ok_or_else(|| missing("accessPackageId"))?,
                document.catalog_id.ok_or_else(|| missing("catalogId"))?,
                document.access_package_assignment_resource_roles,
            )
        };
        let given = listed.map(|listed| version.given(&listed)).transpose()?;
        let given = given.ok_or_else(|| not_expanded(version.resource_roles));
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

impl Version {
    fn not_expanded(&self, part: String) -> ReadError {
        ReadError::NotExpanded { part, expand: self.expand }
    }

    /// The resource roles that are listed, without those with which there is nothing to enforce.
    fn given(&self, listed: &[Listed]) -> Result<Vec<Given>, ReadError> {
        let given = listed.iter().enumerate().map(|(index, listed)| {
            // R19: only what is said to be fulfilled is.
            let fulfilled =
                listed.status.as_deref().is_some_and(|word| word.eq_ignore_ascii_case("Fulfilled"));
            Ok(self.resource_role(index, listed)?.map(|resource_role| (resource_role, fulfilled)))
        });
        given.filter_map(Result::transpose).collect()
    }

    fn resource_role(&self, index: usize, listed: &Listed) -> Result<Option<ResourceRole>, ReadError> {
        let place = || format!("{}[{index}]", self.resource_roles);
        let not_expanded = |part| self.not_expanded(format!("{}.{part}", place()));
        let missing = |part, property| missing(&format!("{}.{part}.{property}", place()));

        let role = listed.role.as_ref().ok_or_else(|| not_expanded(self.role))?;
        let origin_system =
            role.origin_system.as_deref().ok_or_else(|| missing(self.role, "originSystem"))?;
        let role_id = role.origin_id.as_deref();
        let resource_id = listed.scope.as_ref().and_then(|scope| scope.origin_id.as_deref());
        match ResourceRole::from_origin(
            origin_system,
            resource_id.unwrap_or_default(),
            role_id.unwrap_or_default(),
        ) {
            Err(ParseResourceRoleError::NothingToEnforce) => Ok(None),
            _ if listed.scope.is_none() => Err(not_expanded(self.scope)),
            _ if resource_id.is_none() => Err(missing(self.scope, "originId")),
            _ if role_id.is_none() => Err(missing(self.role, "originId")),
            Ok(resource_role) => Ok(Some(resource_role)),
            Err(problem) => Err(ReadError::ResourceRole { place: place(), problem }),
        }
    }
}

fn with(given: Vec<Given>, fulfillment: impl Fn(bool) -> Fulfillment) -> Vec<AssignmentResourceRole> {
    let with = |(resource_role, fulfilled)| AssignmentResourceRole {
        resource_role,
        fulfillment: fulfillment(fulfilled),
    };
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

/// When the schedule ends; nothing if it does not.
fn end(schedule: Schedule) -> Result<Option<Timestamp>, ReadError> {
    let Some(expiration) = schedule.expiration else { return Ok(None) };
    let (end, duration) = (expiration.end_date_time, expiration.duration);
    match expiration.r#type {
        Some(ExpirationType::AfterDateTime) => {
            end.ok_or_else(|| missing("schedule.expiration.endDateTime")).map(Some)
        }
        Some(ExpirationType::AfterDuration) => {
            let Duration(duration) = duration.ok_or_else(|| missing("schedule.expiration.duration"))?;
            let start = schedule.start_date_time.ok_or_else(|| missing("schedule.startDateTime"))?;
            let end = start.to_civil().checked_add(duration).ok().and_then(Timestamp::from_civil);
            end.ok_or(ReadError::EndOutOfRange).map(Some)
        }
        // An end that nothing says how to take is not passed over: the assignment would never expire.
        None if end.is_some() || duration.is_some() => Err(missing("schedule.expiration.type")),
        Some(ExpirationType::NotSpecified | ExpirationType::NoExpiration) | None => Ok(None),
    }
}

impl FromStr for ExpirationType {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, &'static str> {
        let words = [
            ("notSpecified", Self::NotSpecified),
            ("noExpiration", Self::NoExpiration),
            ("afterDateTime", Self::AfterDateTime),
            ("afterDuration", Self::AfterDuration),
        ];
        let found = words.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
        found.map(|(_, kind)| kind).ok_or(
            "not a known expiration type: expected `notSpecified`, `noExpiration`, `afterDateTime` or `afterDuration`",
        )
    }
}

impl<'de> Deserialize<'de> for ExpirationType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::deserialize(deserializer)
    }
}

impl FromStr for Duration {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        // `jiff` also reads a friendlier form; Graph has ISO 8601 only.
        let span = text.starts_with('P').then(|| text.parse::<Span>().ok()).flatten();
        span.map(Self).ok_or("not a duration: expected ISO 8601 such as `P365D`")
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::deserialize(deserializer)
    }
}
