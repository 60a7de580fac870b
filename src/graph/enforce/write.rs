//! The request that grants a resource role ([R37](crate::policy#r37)).

use alloc::format;
use alloc::string::{String, ToString};

use ::http::Request;
use serde_json::Value;

use super::end::DeliveryError;
use super::site::{SiteReading, SiteRole};
use crate::action::Action;
use crate::graph::endpoint::{BaseUrl, Endpoint, body, post};
use crate::graph::observe::Listing;
use crate::resource_role::{GroupAccess, ResourceRole};
use crate::timestamp::Timestamp;

/// Where the grant of an action is stored, which determines how to write it and look for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Graph(Listing),
    Site(SiteRole),
}

impl Place {
    pub(super) fn of(resource_role: &ResourceRole) -> Result<Self, DeliveryError> {
        match resource_role {
            ResourceRole::SharePointSite { .. } => Err(DeliveryError::SiteWithoutReading),
            ResourceRole::Azure { .. } => Err(DeliveryError::Azure),
            ResourceRole::Group { .. }
            | ResourceRole::Application { .. }
            | ResourceRole::Directory { .. }
            | ResourceRole::Other(_) => {
                Listing::of(resource_role).map(Self::Graph).ok_or(DeliveryError::OriginSystem)
            }
        }
    }

    pub(super) fn in_site(resource_role: &ResourceRole, reading: SiteReading) -> Result<Self, DeliveryError> {
        match resource_role {
            ResourceRole::SharePointSite { site, role } => {
                SiteRole::new(site, *role, reading).map(Self::Site)
            }
            ResourceRole::Group { .. }
            | ResourceRole::Application { .. }
            | ResourceRole::Directory { .. }
            | ResourceRole::Azure { .. }
            | ResourceRole::Other(_) => Err(DeliveryError::NotInSite),
        }
    }

    pub(super) const fn endpoint(&self) -> Endpoint {
        match self {
            Self::Graph(listing) => listing.endpoint(),
            Self::Site(role) => role.endpoint(),
        }
    }

    /// The request that grants the resource role, from this instant on.
    pub(super) fn write(&self, base_url: &BaseUrl, action: &Action, now: Timestamp) -> Request<String> {
        match self {
            Self::Site(role) => role.write(),
            Self::Graph(listing) => {
                let resource = listing.resource();
                let (rest, body) = match listing.endpoint() {
                    Endpoint::GroupMembers => {
                        (format!("groups/{resource}/members/$ref"), reference(base_url, action))
                    }
                    Endpoint::GroupOwners => {
                        (format!("groups/{resource}/owners/$ref"), reference(base_url, action))
                    }
                    Endpoint::AppRoles => {
                        (format!("servicePrincipals/{resource}/appRoleAssignedTo"), app_role(action))
                    }
                    Endpoint::GroupEligibility => (
                        "identityGovernance/privilegedAccess/group/eligibilityScheduleRequests".into(),
                        group_schedule(action, now),
                    ),
                    Endpoint::DirectoryEligibility => (
                        "roleManagement/directory/roleEligibilityScheduleRequests".into(),
                        directory_schedule(action, now),
                    ),
                    // Sites have no listing, so they never get here.
                    Endpoint::DirectoryAssignments | Endpoint::SiteRoles | Endpoint::SiteGroups => (
                        "roleManagement/directory/roleAssignmentScheduleRequests".into(),
                        directory_schedule(action, now),
                    ),
                };
                post(&base_url.below(&rest), &body)
            }
        }
    }
}

/// A reference to the target, whatever kind of object it is.
fn reference(base_url: &BaseUrl, action: &Action) -> Value {
    body([("@odata.id", base_url.below(&format!("directoryObjects/{}", action.target)).into())])
}

fn app_role(action: &Action) -> Value {
    body([
        ("principalId", action.target.to_string().into()),
        ("resourceId", action.resource_role.resource_origin_id().into()),
        ("appRoleId", action.resource_role.role_origin_id().into()),
    ])
}

fn group_schedule(action: &Action, now: Timestamp) -> Value {
    let access = match &action.resource_role {
        ResourceRole::Group { access: GroupAccess::Owner | GroupAccess::EligibleOwner(_), .. } => "owner",
        ResourceRole::Group { .. }
        | ResourceRole::Application { .. }
        | ResourceRole::SharePointSite { .. }
        | ResourceRole::Directory { .. }
        | ResourceRole::Azure { .. }
        | ResourceRole::Other(_) => "member",
    };
    body([
        ("accessId", access.into()),
        ("principalId", action.target.to_string().into()),
        ("groupId", action.resource_role.resource_origin_id().into()),
        ("action", "adminAssign".into()),
        ("scheduleInfo", schedule(action, now)),
        ("justification", justification(action)),
    ])
}

fn directory_schedule(action: &Action, now: Timestamp) -> Value {
    body([
        ("action", "adminAssign".into()),
        ("principalId", action.target.to_string().into()),
        ("roleDefinitionId", action.resource_role.resource_origin_id().into()),
        ("directoryScopeId", "/".into()),
        ("scheduleInfo", schedule(action, now)),
        ("justification", justification(action)),
    ])
}

/// R37, R21: if a grant can carry an end, it carries the end of the assignment.
fn schedule(action: &Action, now: Timestamp) -> Value {
    let expiration = action.end.map_or_else(
        || body([("type", "noExpiration".into())]),
        |end| body([("type", "afterDateTime".into()), ("endDateTime", end.to_string().into())]),
    );
    body([("startDateTime", now.to_string().into()), ("expiration", expiration)])
}

fn justification(action: &Action) -> Value {
    format!("Access package assignment {}, attempt {}", action.assignment, action.attempt).into()
}
