//! The end of a delivery, the causes of a failure, and the reasons why there is no delivery.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use super::said::Said;
use crate::fulfillment::FailureReason;
use crate::graph::endpoint::Endpoint;
use crate::variants::with_all;

/// Why an action cannot be delivered: the crate has no request for it, or you must choose one first
/// ([R42](crate::policy#r42)).
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

    /// The reason to record, if you cannot carry the action out in another way.
    /// [`Action::failed`](crate::Action::failed) makes the receipt.
    #[must_use]
    pub fn reason(self) -> FailureReason {
        FailureReason::new(self.code(), &self.to_string())
    }
}

/// The end of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum End {
    /// The target has the resource role.
    Fulfilled,
    /// The target does not have the resource role, and the delivery has given up.
    Failed(Failure),
    /// The assignment has ended first, so nothing more is sent ([R21](crate::policy#r21)). There is no receipt: let the
    /// assignment expire.
    Expired,
}

/// Why an action has failed, and the response that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{cause}{}", told(.status.as_ref(), .code.as_deref(), .request_id.as_deref()))]
#[non_exhaustive]
pub struct Failure {
    /// The cause.
    pub cause: FailureCause,
    /// The endpoint of the write.
    pub endpoint: Endpoint,
    /// The status of the response that decided. `None` if the last request had no response.
    pub status: Option<u16>,
    /// The code of that response: the most detailed one, or the status of a schedule request. It has at most 64 bytes.
    pub code: Option<String>,
    /// The `request-id` of that response, for Microsoft's support. It has at most 64 bytes.
    pub request_id: Option<String>,
}

fn told(status: Option<&u16>, code: Option<&str>, request_id: Option<&str>) -> String {
    let mut told = status.map(|status| format!(": the response was `{status}`")).unwrap_or_default();
    told += &code.map(|code| format!(", `{code}`")).unwrap_or_default();
    told + &request_id.map(|id| format!(" (request `{id}`)")).unwrap_or_default()
}

with_all! {
    /// Why an action cannot succeed, or did not succeed in time. [`Display`](fmt::Display) says it in words.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum FailureCause {
        /// The rule of a dynamic group determines its members.
        DynamicGroup,
        /// The group is synchronized from an on-premises directory.
        SyncedGroup,
        /// The group is managed in Exchange.
        MailEnabledGroup,
        /// The group is role-assignable, and the caller lacks the permission to change such a group.
        RoleAssignableGroup,
        /// A permission is missing.
        MissingPermission,
        /// The request is not allowed, and the group does not show why. Usually a permission is missing.
        NotAllowed,
        /// The resource, its role or the target does not exist.
        NotFound,
        /// A Privileged Identity Management policy does not allow it.
        Policy,
        /// The schedule request has failed, or was denied, canceled or revoked.
        Declined,
        /// The request is wrong for this resource.
        Rejected,
        /// The token was not accepted, and neither was the next one.
        NotAuthenticated,
        /// The service's list cannot be read.
        Unreadable,
        /// The grant did not succeed in time.
        TimedOut,
    }
}

impl FailureCause {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::DynamicGroup => "dynamicGroup",
            Self::SyncedGroup => "syncedGroup",
            Self::MailEnabledGroup => "mailEnabledGroup",
            Self::RoleAssignableGroup => "roleAssignableGroup",
            Self::MissingPermission => "missingPermission",
            Self::NotAllowed => "notAllowed",
            Self::NotFound => "notFound",
            Self::Policy => "policy",
            Self::Declined => "declined",
            Self::Rejected => "rejected",
            Self::NotAuthenticated => "notAuthenticated",
            Self::Unreadable => "unreadable",
            Self::TimedOut => "timedOut",
        }
    }

    /// What helps, if the cause alone shows it. [`Failure::help`] knows more.
    #[must_use]
    pub const fn help(self) -> Option<&'static str> {
        match self {
            Self::DynamicGroup => {
                Some("change the group's rule, or remove the group from the access package")
            }
            Self::SyncedGroup => Some("change the group in its on-premises directory"),
            Self::MailEnabledGroup => Some("change the group in Exchange"),
            Self::RoleAssignableGroup => Some("obtain the permission `RoleManagement.ReadWrite.Directory`"),
            Self::NotFound => Some("restore the resource, or remove it from the access package"),
            Self::Policy => Some("change the role's policy in Privileged Identity Management"),
            Self::NotAuthenticated => Some("get a new token for the service that the request goes to"),
            Self::MissingPermission
            | Self::NotAllowed
            | Self::Declined
            | Self::Rejected
            | Self::Unreadable
            | Self::TimedOut => None,
        }
    }
}

impl fmt::Display for FailureCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::DynamicGroup => "the group is dynamic: its rule determines its members",
            Self::SyncedGroup => "the group is synchronized from an on-premises directory",
            Self::MailEnabledGroup => "the group is managed in Exchange",
            Self::RoleAssignableGroup => {
                "the group is role-assignable, which requires an additional permission"
            }
            Self::MissingPermission => "a permission is missing",
            Self::NotAllowed => "the request is not allowed",
            Self::NotFound => "the resource, its role or the target does not exist",
            Self::Policy => "a Privileged Identity Management policy does not allow it",
            Self::Declined => "the schedule request was not carried out",
            Self::Rejected => "the request was rejected",
            Self::NotAuthenticated => "the token was not accepted",
            Self::Unreadable => "the service's list cannot be read",
            Self::TimedOut => "the grant did not succeed in time",
        })
    }
}

impl Failure {
    pub(super) fn new(cause: FailureCause, endpoint: Endpoint, said: Option<&Said>) -> Self {
        Self {
            cause,
            endpoint,
            status: said.map(|said| said.status),
            code: said.and_then(Said::word).map(ToString::to_string),
            request_id: said.and_then(|said| said.request_id.clone()),
        }
    }

    /// What helps, if the crate knows. If a permission is missing, this names it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        if matches!(self.cause, FailureCause::MissingPermission | FailureCause::NotAllowed) {
            let needed = self.endpoint.least_permissions().enforce.join("` and `");
            Some(format!("obtain the permission `{needed}`"))
        } else {
            self.cause.help().map(ToString::to_string)
        }
    }

    /// The reason for the receipt: the code of the cause, and in words the cause, the response and what helps.
    #[must_use]
    pub fn reason(&self) -> FailureReason {
        let help = self.help().map(|help| format!("; {help}")).unwrap_or_default();
        FailureReason::new(self.cause.code(), &format!("{self}{help}"))
    }
}
