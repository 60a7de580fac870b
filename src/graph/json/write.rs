//! Writes an assignment as Graph shows it.
//!
//! Every documented property of the assignment is present, in the documented order, as in an OData response without
//! `$select`. It is null if the crate does not know it. The parts that Graph shows only with `$expand` are present if
//! the crate knows them.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::assignment::Assignment;
use crate::catalog::PrivilegeLevel;
use crate::fulfillment::{AssignmentResourceRole, Fulfillment};
use crate::graph::Version;
use crate::id::{AccessPackageId, AssignmentId, CatalogId, ObjectId};
use crate::state::AssignmentState;
use crate::subject::SubjectType;
use crate::timestamp::Timestamp;

/// Writes the document of one assignment as Graph shows it in this version, with everything expanded that
/// [`read`](super::read()) needs.
///
/// What the assignment does not contain (a policy, names, the start of the schedule) is null, or left out in an
/// expanded part. `status` is the word of the state for `delivering` and `delivered`, and otherwise null.
/// `expiredDateTime` of an expired assignment is its end.
///
/// If you read the document back, you get the assignment **as far as Graph shows it**:
///
/// - The attempt is 0, and the fulfillments follow from the state, as [`read`](super::read()) describes.
/// - Beta shows a failed resource role as pending.
/// - Only beta shows the privilege level of the catalog. From v1.0 it is unknown.
/// - Unknown resource roles are left out, as if they were not expanded. If the state is `delivered` or `delivering`,
///   such a document cannot be read back.
///
/// ```
/// use access_package::graph::{Version, json};
///
/// let assignment = json::read(include_bytes!("../../../examples/assignment.json"))?;
/// let document = json::write(&assignment, Version::Beta);
/// assert!(document.contains(r#""assignmentState":"Delivered""#));
/// assert_eq!(json::read(document.as_bytes()), Ok(assignment));
/// # Ok::<(), json::ReadError>(())
/// ```
#[must_use]
pub fn write(assignment: &Assignment, version: Version) -> String {
    to_json(&Document::new(assignment, version))
}

/// Writes a page of a list of assignments, each like [`write()`], with the link to the next page.
///
/// ```
/// use access_package::graph::{Version, json};
///
/// let page = json::write_list([], Some("https://graph.microsoft.com/v1.0/next"), Version::V1);
/// assert_eq!(page, r#"{"@odata.nextLink":"https://graph.microsoft.com/v1.0/next","value":[]}"#);
/// ```
#[must_use]
pub fn write_list<'a>(
    assignments: impl IntoIterator<Item = &'a Assignment>,
    next_link: Option<&str>,
    version: Version,
) -> String {
    let value = assignments.into_iter().map(|assignment| Document::new(assignment, version)).collect();
    to_json(&Page { next_link, value })
}

fn to_json(document: &impl Serialize) -> String {
    // The document contains only strings, lists and objects with string keys, so it can always be written.
    serde_json::to_string(document).unwrap_or_default()
}

#[derive(Serialize)]
struct Page<'a> {
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    next_link: Option<&'a str>,
    value: Vec<Document<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Document<'a> {
    V1(V1<'a>),
    Beta(Beta<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct V1<'a> {
    id: AssignmentId,
    state: &'static str,
    status: Option<&'static str>,
    expired_date_time: Option<Timestamp>,
    schedule: Schedule,
    target: Target,
    access_package: AccessPackage<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccessPackage<'a> {
    id: AccessPackageId,
    catalog: Catalog,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_role_scopes: Option<Vec<Given<'a>>>,
}

/// Expanded only if the privilege level is known. v1.0 does not show it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BetaAccessPackage {
    id: AccessPackageId,
    access_package_catalog: BetaCatalog,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BetaCatalog {
    id: CatalogId,
    privilege_level: PrivilegeLevel,
}

#[derive(Serialize)]
struct Catalog {
    id: CatalogId,
}

/// What the access package gives.
#[derive(Serialize)]
struct Given<'a> {
    role: Origin<'a>,
    scope: Origin<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Beta<'a> {
    id: AssignmentId,
    catalog_id: CatalogId,
    access_package_id: AccessPackageId,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_package: Option<BetaAccessPackage>,
    assignment_policy_id: Unknown,
    target_id: ObjectId,
    assignment_status: Option<&'static str>,
    assignment_state: &'static str,
    is_extended: Unknown,
    expired_date_time: Option<Timestamp>,
    schedule: Schedule,
    target: Target,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_package_assignment_resource_roles: Option<Vec<Delivered<'a>>>,
}

/// What the assignment has delivered, or is to deliver.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Delivered<'a> {
    #[serde(flatten)]
    origin: Origin<'a>,
    status: &'static str,
    access_package_resource_role: Origin<'a>,
    access_package_resource_scope: Origin<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    object_id: ObjectId,
    // v1.0
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_type: Option<&'static str>,
    // beta
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "Graph uses these names")]
struct Origin<'a> {
    origin_id: String,
    origin_system: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Schedule {
    start_date_time: Unknown,
    recurrence: Unknown,
    expiration: Expiration,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Expiration {
    end_date_time: Option<Timestamp>,
    duration: Unknown,
    r#type: &'static str,
}

/// Null: the crate does not know the value.
type Unknown = ();

impl<'a> Document<'a> {
    fn new(assignment: &'a Assignment, version: Version) -> Self {
        let (id, access_package, catalog) =
            (assignment.id(), assignment.access_package(), assignment.catalog());
        let (state, target) = (assignment.state(), Target::new(assignment, version));
        let (status, expired_date_time) = match state {
            AssignmentState::Delivering | AssignmentState::Delivered => (Some(state.as_beta_str()), None),
            AssignmentState::PartiallyDelivered | AssignmentState::DeliveryFailed => (None, None),
            AssignmentState::Expired => (None, assignment.end()), // R21
        };
        let schedule = Schedule {
            start_date_time: (),
            recurrence: (),
            expiration: Expiration {
                end_date_time: assignment.end(),
                duration: (),
                r#type: if assignment.end().is_some() { "afterDateTime" } else { "noExpiration" },
            },
        };
        let roles = assignment.resource_roles();
        match version {
            Version::V1 => Self::V1(V1 {
                id,
                state: state.as_str(),
                status,
                expired_date_time,
                schedule,
                target,
                access_package: AccessPackage {
                    id: access_package,
                    catalog: Catalog { id: catalog.id },
                    resource_role_scopes: roles.map(|roles| roles.iter().map(Given::new).collect()),
                },
            }),
            Version::Beta => Self::Beta(Beta {
                id,
                catalog_id: catalog.id,
                access_package_id: access_package,
                access_package: catalog.privilege_level.map(|privilege_level| BetaAccessPackage {
                    id: access_package,
                    access_package_catalog: BetaCatalog { id: catalog.id, privilege_level },
                }),
                assignment_policy_id: (),
                target_id: target.object_id,
                assignment_status: status,
                assignment_state: state.as_beta_str(),
                is_extended: (),
                expired_date_time,
                schedule,
                target,
                access_package_assignment_resource_roles: roles
                    .map(|roles| roles.iter().map(Delivered::new).collect()),
            }),
        }
    }
}

impl Target {
    fn new(assignment: &Assignment, version: Version) -> Self {
        let (object_id, target_type) = (assignment.target(), assignment.target_type());
        let (subject_type, r#type) = match version {
            Version::V1 => (target_type.map(SubjectType::as_v1_str), None),
            Version::Beta => (None, target_type.map(SubjectType::as_beta_str)),
        };
        Self { object_id, subject_type, r#type }
    }
}

impl<'a> Given<'a> {
    fn new(given: &'a AssignmentResourceRole) -> Self {
        let given = &given.resource_role;
        let (origin_system, r#type) = (given.origin_system(), given.role_type());
        Self {
            role: Origin { origin_id: given.role_origin_id(), origin_system, r#type },
            scope: Origin { origin_id: given.resource_origin_id(), origin_system, r#type: None },
        }
    }
}

impl<'a> Delivered<'a> {
    fn new(delivered: &'a AssignmentResourceRole) -> Self {
        let Given { role, scope } = Given::new(delivered);
        Self {
            origin: Origin { r#type: None, ..role.clone() },
            status: match delivered.fulfillment {
                Fulfillment::Fulfilled => "Fulfilled",
                // Graph has no word for a failed resource role.
                Fulfillment::Pending | Fulfillment::Failed | Fulfillment::Unenforceable => {
                    "PendingFulfillment"
                }
            },
            access_package_resource_role: role,
            access_package_resource_scope: scope,
        }
    }
}
