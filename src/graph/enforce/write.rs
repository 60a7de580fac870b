//! The request that grants a resource role ([R37](crate::policy#r37)).

use alloc::format;
use alloc::string::ToString;

use ::http::Request;
use serde_json::{Map, Value};

use super::site::{SiteReading, SiteRole};
use crate::action::Action;
use crate::fulfillment::FailureReason;
use crate::graph::endpoint::{BaseUrl, Endpoint, post};
use crate::graph::observe::Listing;
use crate::resource_role::{GroupAccess, ResourceRole};
use crate::timestamp::Timestamp;
use alloc::string::String;

/// The crate has no request for the action, or needs you to choose one first ([R42](crate::policy#r42)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DeliveryError {
    /// The crate does not know the origin system.
    #[error("no request is known for this origin system")]
    OriginSystem,
    /// Azure roles are assigned through Azure Resource Manager, not Microsoft Graph.
    #[error("Azure roles are assigned through Azure Resource Manager, not Microsoft Graph")]
    Azure,
    /// The role number of a SharePoint site needs a reading: see [`Delivery::in_site`](super::Delivery::in_site).
    #[error("the role number of a SharePoint site is ambiguous: choose how to read it")]
    SiteWithoutReading,
    /// A reading was given, but the resource role is not in a SharePoint site.
    #[error("resource role is not in a SharePoint site")]
    NotInSite,
    /// The URL of the site does not use `https`, or it has a query or a fragment.
    #[error("not a site URL: expected a URL such as `https://contoso.sharepoint.com/sites/campaign`")]
    SiteUrl,
}

impl DeliveryError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OriginSystem => "unknownOriginSystem",
            Self::Azure => "azureRole",
            Self::SiteWithoutReading => "siteWithoutReading",
            Self::NotInSite => "notInSite",
            Self::SiteUrl => "invalidSiteUrl",
        }
    }

    /// The reason to record, if you cannot carry the action out in another way. [`Action::failed`] makes the receipt.
    #[must_use]
    pub fn reason(self) -> FailureReason {
        FailureReason::new(self.code(), &self.to_string())
    }
}

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

pub(super) fn body<const N: usize>(properties: [(&str, Value); N]) -> Value {
    Value::Object(
        properties.map(|(name, value)| (name.to_string(), value)).into_iter().collect::<Map<_, _>>(),
    )
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
