//! Finds out whether lost access can be restored, before anything is written. It reads the group or the application.
//!
//! ```
//! use access_package::graph::obstacle::{Obstacle, Resource};
//! use access_package::ResourceRole;
//! # fn send(request: http::Request<String>) -> http::Response<String> {
//! #     assert!(request.uri().path().ends_with("/groups/0282e19d-bf41-435d-92a4-99bab93af305"));
//! #     http::Response::new(r#"{ "groupTypes": ["DynamicMembership"] }"#.into())
//! # }
//!
//! let group = "0282e19d-bf41-435d-92a4-99bab93af305";
//! let member = ResourceRole::from_origin("AadGroup", group, &format!("Member_{group}"), None)?;
//!
//! let resource = Resource::of(&member).expect("groups can be read");
//! let answer = send(resource.request(&"https://graph.microsoft.com".parse()?)); // add your token to the request
//! assert_eq!(resource.obstacle(&member, &answer)?, Some(Obstacle::DynamicGroup));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use ::http::{Request, Response, StatusCode};
use serde::Deserialize;
use serde::de::IgnoredAny;
use uuid::Uuid;

use super::endpoint::{BaseUrl, Endpoint, get};
use super::enforce::{FailureCause, group};
use super::http::CallError;
use super::json::{missing, parse};
use super::object::Object;
use super::observe::LookError;
use crate::id::ObjectId;
use crate::resource_role::ResourceRole;
use crate::subject::SubjectType;
use crate::variants::with_all;

with_all! {
    /// Why a resource role cannot be restored, however often it is tried ([R20](crate::policy#r20),
    /// [R46](crate::policy#r46)). [`Display`](fmt::Display) says it in words.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Obstacle {
        /// The group or the application no longer exists.
        ResourceGone,
        /// The application no longer has this role.
        AppRoleGone,
        /// The group is dynamic: its rule determines its members.
        DynamicGroup,
        /// The group is synchronized from an on-premises directory.
        SyncedGroup,
        /// The group is managed in Exchange.
        MailEnabledGroup,
        /// This kind of target cannot hold the resource role.
        TargetCannotHold,
    }
}

impl Obstacle {
    /// The obstacle for this kind of target, found without a request. `None` if this kind can hold the resource role,
    /// or if the kind is unknown.
    #[must_use]
    pub fn of_target(target_type: Option<SubjectType>, resource_role: &ResourceRole) -> Option<Self> {
        let cannot = target_type.is_some_and(|target_type| target_type.cannot_hold(resource_role));
        cannot.then_some(Self::TargetCannotHold)
    }

    /// A stable code for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ResourceGone => "resourceGone",
            Self::AppRoleGone => "appRoleGone",
            Self::DynamicGroup => FailureCause::DynamicGroup.code(),
            Self::SyncedGroup => FailureCause::SyncedGroup.code(),
            Self::MailEnabledGroup => FailureCause::MailEnabledGroup.code(),
            Self::TargetCannotHold => "targetCannotHold",
        }
    }

    /// The obstacle with this [`code`](Self::code). `None` if there is no such obstacle.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.code() == code)
    }

    /// What helps, if the crate knows.
    #[must_use]
    pub const fn help(self) -> Option<&'static str> {
        match self {
            Self::ResourceGone => FailureCause::NotFound.help(),
            Self::AppRoleGone => {
                Some("declare the app role again under the same id, or remove it from the access package")
            }
            Self::DynamicGroup => FailureCause::DynamicGroup.help(),
            Self::SyncedGroup => FailureCause::SyncedGroup.help(),
            Self::MailEnabledGroup => FailureCause::MailEnabledGroup.help(),
            Self::TargetCannotHold => {
                Some("remove the resource role from the access package, or remove the assignment")
            }
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResourceGone => f.pad("the resource no longer exists"),
            Self::AppRoleGone => f.pad("the application no longer has this role"),
            Self::DynamicGroup => FailureCause::DynamicGroup.fmt(f),
            Self::SyncedGroup => FailureCause::SyncedGroup.fmt(f),
            Self::MailEnabledGroup => FailureCause::MailEnabledGroup.fmt(f),
            Self::TargetCannotHold => f.pad("a target of this kind cannot hold this resource role"),
        }
    }
}

/// A group or an application whose properties show an [`Obstacle`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource {
    kind: Kind,
    id: ObjectId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Group,
    Application,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    app_roles: Option<Vec<Object<AppRole>>>,
}

#[derive(Deserialize)]
struct AppRole {
    id: Option<ObjectId>,
}

/// Microsoft Graph itself says that there is no such object.
fn is_gone(error: &CallError) -> bool {
    match error {
        CallError::Rejected(told) => {
            let code = told.code.as_deref().unwrap_or_default();
            told.status == StatusCode::NOT_FOUND && code.eq_ignore_ascii_case("Request_ResourceNotFound")
        }
        CallError::Retry { .. } => false,
    }
}

impl Resource {
    /// The resource of this resource role. `None` unless it is a group or an application.
    #[must_use]
    pub const fn of(resource_role: &ResourceRole) -> Option<Self> {
        match resource_role {
            ResourceRole::Group { group, .. } => Some(Self { kind: Kind::Group, id: *group }),
            ResourceRole::Application { service_principal, .. } => {
                Some(Self { kind: Kind::Application, id: *service_principal })
            }
            ResourceRole::SharePointSite { .. }
            | ResourceRole::Directory { .. }
            | ResourceRole::Azure { .. }
            | ResourceRole::Other(_) => None,
        }
    }

    /// The request to read the resource. It has no token: add yours.
    #[must_use]
    pub fn request(self, base_url: &BaseUrl) -> Request<String> {
        let Self { kind, id } = self;
        match kind {
            Kind::Group => group::request(base_url, id.as_uuid()),
            Kind::Application => get(&base_url.below(&format!("servicePrincipals/{id}?$select=appRoles"))),
        }
    }

    /// The obstacle to restoring this resource role, according to the response. `None` if the response shows no
    /// obstacle.
    ///
    /// The resource is gone if the code of a `404` says so (observed). Any other `404` may come from a server that has no
    /// such path.
    ///
    /// # Errors
    /// [`LookError::Call`]: the service refuses, or asks you to call again later. [`LookError::Read`]: the response
    /// does not show the resource.
    pub fn obstacle<B: AsRef<[u8]>>(
        self,
        resource_role: &ResourceRole,
        response: &Response<B>,
    ) -> Result<Option<Obstacle>, LookError> {
        if response.status() != StatusCode::OK {
            let error = CallError::of(response);
            return if is_gone(&error) { Ok(Some(Obstacle::ResourceGone)) } else { Err(error.into()) };
        }
        match (self.kind, resource_role) {
            (Kind::Group, _) => {
                let Object(IgnoredAny) = parse(response.body().as_ref())?;
                let endpoint = Endpoint::of(resource_role).unwrap_or(Endpoint::GroupMembers);
                Ok(match group::cause(endpoint, response, FailureCause::Rejected) {
                    FailureCause::DynamicGroup => Some(Obstacle::DynamicGroup),
                    FailureCause::SyncedGroup => Some(Obstacle::SyncedGroup),
                    FailureCause::MailEnabledGroup => Some(Obstacle::MailEnabledGroup),
                    FailureCause::RoleAssignableGroup
                    | FailureCause::MissingPermission
                    | FailureCause::NotAllowed
                    | FailureCause::NotFound
                    | FailureCause::Policy
                    | FailureCause::Declined
                    | FailureCause::Rejected
                    | FailureCause::NotAuthenticated
                    | FailureCause::Unreadable
                    | FailureCause::TimedOut => None,
                })
            }
            (Kind::Application, ResourceRole::Application { app_role, .. }) => {
                let Object(Application { app_roles }) = parse(response.body().as_ref())?;
                let declared = app_roles.ok_or_else(|| missing("appRoles"))?;
                let has = |id: Uuid| {
                    declared.iter().any(|Object(role)| role.id.is_some_and(|it| it.as_uuid() == id))
                };
                // The default access, which has the zero GUID, is not a declared app role.
                let is_there = app_role.is_nil() || has(*app_role);
                Ok((!is_there).then_some(Obstacle::AppRoleGone))
            }
            (Kind::Application, _) => Ok(None),
        }
    }
}
