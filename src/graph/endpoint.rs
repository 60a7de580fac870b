//! The endpoints at which Microsoft Graph and SharePoint store grants: their kinds, permissions and requests.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

use ::http::header::{ACCEPT, CONTENT_TYPE};
use ::http::uri::Scheme;
use ::http::{HeaderValue, Method, Request, Uri};
use serde_json::{Map, Value};

use super::Version;
use super::http::RequestError;
use crate::resource_role::{Activation, GroupAccess, ResourceRole};
use crate::variants::with_all;

with_all! {
    /// A kind of endpoint at which Microsoft Graph or SharePoint stores grants. [`Display`](fmt::Display) gives its
    /// path.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Endpoint {
        /// The members of a group.
        GroupMembers,
        /// The owners of a group.
        GroupOwners,
        /// The eligible members and owners of a group, through Privileged Identity Management.
        GroupEligibility,
        /// The app roles of a service principal.
        AppRoles,
        /// The eligible holders of a directory role.
        DirectoryEligibility,
        /// The holders of a directory role.
        DirectoryAssignments,
        /// The role definitions that a principal has in a SharePoint site.
        SiteRoles,
        /// The users in a group of a SharePoint site.
        SiteGroups,
    }
}

/// The least permissions for an endpoint, by their documented names.
///
/// An application needs all permissions in a list. Those for SharePoint sites are permissions of SharePoint, not of
/// Graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeastPermissions {
    /// To carry out an action.
    pub enforce: &'static [&'static str],
    /// To observe what is in place.
    pub observe: &'static [&'static str],
}

impl Endpoint {
    /// The endpoint for this resource role. `None` if Microsoft Graph has no request for it ([R42](crate::policy#r42)):
    /// for an Azure role, a role in an unknown origin system, or a role in a SharePoint site, which needs a
    /// [reading](super::enforce::SiteReading).
    #[must_use]
    pub const fn of(resource_role: &ResourceRole) -> Option<Self> {
        match resource_role {
            ResourceRole::Group { access: GroupAccess::Member, .. } => Some(Self::GroupMembers),
            ResourceRole::Group { access: GroupAccess::Owner, .. } => Some(Self::GroupOwners),
            ResourceRole::Group {
                access: GroupAccess::EligibleMember(_) | GroupAccess::EligibleOwner(_),
                ..
            } => Some(Self::GroupEligibility),
            ResourceRole::Application { .. } => Some(Self::AppRoles),
            ResourceRole::Directory { activation: Activation::Eligible, .. } => {
                Some(Self::DirectoryEligibility)
            }
            ResourceRole::Directory { activation: Activation::Active, .. } => {
                Some(Self::DirectoryAssignments)
            }
            ResourceRole::SharePointSite { .. } | ResourceRole::Azure { .. } | ResourceRole::Other(_) => None,
        }
    }

    /// Whether a grant there carries the end of the assignment ([R37](crate::policy#r37)). If it does not, access does
    /// not end by itself: take it away at the end.
    #[must_use]
    pub const fn carries_end(self) -> bool {
        match self {
            Self::GroupEligibility | Self::DirectoryEligibility | Self::DirectoryAssignments => true,
            Self::GroupMembers | Self::GroupOwners | Self::AppRoles | Self::SiteRoles | Self::SiteGroups => {
                false
            }
        }
    }

    /// The permissions that an application needs. For the members and owners of a role-assignable group it also needs
    /// `RoleManagement.ReadWrite.Directory`.
    ///
    #[doc = include_str!("endpoint/permissions.md")]
    #[must_use]
    pub const fn least_permissions(self) -> LeastPermissions {
        let (enforce, observe): (&[&str], &[&str]) = match self {
            Self::GroupMembers => (&["GroupMember.ReadWrite.All"], &["GroupMember.Read.All"]),
            Self::GroupOwners => (&["Group.ReadWrite.All"], &["GroupMember.Read.All"]),
            Self::GroupEligibility => (
                &["PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"],
                &["PrivilegedEligibilitySchedule.Read.AzureADGroup"],
            ),
            Self::AppRoles => {
                (&["AppRoleAssignment.ReadWrite.All", "Application.Read.All"], &["Application.Read.All"])
            }
            Self::DirectoryEligibility => (
                &["RoleEligibilitySchedule.ReadWrite.Directory"],
                &["RoleEligibilitySchedule.Read.Directory"],
            ),
            Self::DirectoryAssignments => {
                (&["RoleAssignmentSchedule.ReadWrite.Directory"], &["RoleAssignmentSchedule.Read.Directory"])
            }
            Self::SiteRoles | Self::SiteGroups => (&["Sites.FullControl.All"], &["Sites.FullControl.All"]),
        };
        LeastPermissions { enforce, observe }
    }

    /// The path, with a placeholder for the variable part.
    const fn path(self) -> &'static str {
        match self {
            Self::GroupMembers => "/groups/{id}/members",
            Self::GroupOwners => "/groups/{id}/owners",
            Self::GroupEligibility => "/identityGovernance/privilegedAccess/group/eligibilitySchedule…",
            Self::AppRoles => "/servicePrincipals/{id}/appRoleAssignedTo",
            Self::DirectoryEligibility => "/roleManagement/directory/roleEligibilitySchedule…",
            Self::DirectoryAssignments => "/roleManagement/directory/roleAssignmentSchedule…",
            Self::SiteRoles => "{site}/_api/web/roleassignments",
            Self::SiteGroups => "{site}/_api/web/sitegroups",
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.path())
    }
}

/// The address of a service without the version, such as `https://graph.microsoft.com` or that of a national cloud.
///
/// ```
/// use access_package::graph::BaseUrl;
///
/// let base_url: BaseUrl = "https://graph.microsoft.com/".parse()?;
/// assert_eq!(base_url.as_str(), "https://graph.microsoft.com");
/// assert!("graph.microsoft.com".parse::<BaseUrl>().is_err());
/// # Ok::<(), access_package::graph::http::RequestError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl(Arc<str>);

impl BaseUrl {
    /// The address, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of a path below v1.0.
    pub(super) fn below(&self, rest: &str) -> String {
        format!("{self}/{}/{rest}", Version::V1.segment())
    }

    /// Whether the link leads to the same service: the same scheme, host and port. Send your token only to such a link.
    ///
    /// ```
    /// use access_package::graph::BaseUrl;
    ///
    /// let base_url: BaseUrl = "https://graph.microsoft.com".parse()?;
    /// assert!(base_url.has(&"https://graph.microsoft.com/v1.0/groups?$skiptoken=x".parse()?));
    /// assert!(!base_url.has(&"https://graph.example.org/v1.0/groups?$skiptoken=x".parse()?));
    /// assert!(!base_url.has(&"http://graph.microsoft.com/v1.0/groups?$skiptoken=x".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn has(&self, link: &Uri) -> bool {
        let own: Uri = self.0.parse().unwrap_or_default();
        own.scheme() == link.scheme() && own.authority() == link.authority()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for BaseUrl {
    type Err = RequestError;

    fn from_str(text: &str) -> Result<Self, RequestError> {
        // Otherwise, an appended path would become part of the query, the fragment or the user.
        let is_plain = !text.contains(['?', '#', '@']);
        let is_http = |uri: &Uri| uri.scheme().is_some_and(|it| [Scheme::HTTP, Scheme::HTTPS].contains(it));
        let uri = text.trim_end_matches('/').parse().ok().filter(|uri| is_plain && is_http(uri));
        // Spelled as in requests and links.
        uri.map(|uri| Self(uri.to_string().trim_end_matches('/').into())).ok_or(RequestError::BaseUrl)
    }
}

/// A request without a token, which the host adds.
pub(super) fn get(url: &str) -> Request<String> {
    let mut request = Request::new(String::new());
    // The address has been parsed as a URL, and the appended path is valid.
    *request.uri_mut() = url.parse().unwrap_or_default();
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    request
}

pub(super) fn post(url: &str, body: &impl ToString) -> Request<String> {
    let mut request = get(url).map(|_| body.to_string());
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request
}

/// The JSON object with these properties.
pub(super) fn body<const N: usize>(properties: [(&str, Value); N]) -> Value {
    Value::Object(
        properties.map(|(name, value)| (name.to_string(), value)).into_iter().collect::<Map<_, _>>(),
    )
}
