//! The kinds of requests, and the permissions that each needs.

use serde::{Deserialize, Serialize};

/// What a request is about. Every kind is a kind of grant, except for the resource itself and a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    Group,
    ServicePrincipal,
    Member,
    Owner,
    GroupEligibility,
    AppRole,
    RoleEligibility,
    RoleAssignment,
    Batch,
}

/// Whether a request reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
}

impl Kind {
    /// The name under which it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::ServicePrincipal => "servicePrincipal",
            Self::Member => "member",
            Self::Owner => "owner",
            Self::GroupEligibility => "groupEligibility",
            Self::AppRole => "appRole",
            Self::RoleEligibility => "roleEligibility",
            Self::RoleAssignment => "roleAssignment",
            Self::Batch => "batch",
        }
    }

    /// Whether Privileged Identity Management keeps it: such a grant can end, and has codes of its own.
    pub const fn is_scheduled(self) -> bool {
        matches!(self, Self::GroupEligibility | Self::RoleEligibility | Self::RoleAssignment)
    }

    /// The least permissions. All of them are needed.
    pub const fn needs(self, method: Method) -> &'static [&'static str] {
        match (self, method) {
            (Self::Group, _) | (Self::Member | Self::Owner, Method::Get) => &["GroupMember.Read.All"],
            (Self::Member, Method::Post) => &["GroupMember.ReadWrite.All"],
            (Self::Owner, Method::Post) => &["Group.ReadWrite.All"],
            (Self::GroupEligibility, Method::Get) => &["PrivilegedEligibilitySchedule.Read.AzureADGroup"],
            (Self::GroupEligibility, Method::Post) => {
                &["PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"]
            }
            (Self::AppRole, Method::Get) | (Self::ServicePrincipal, _) => &["Application.Read.All"],
            (Self::AppRole, Method::Post) => &["AppRoleAssignment.ReadWrite.All", "Application.Read.All"],
            (Self::RoleEligibility, Method::Get) => &["RoleEligibilitySchedule.Read.Directory"],
            (Self::RoleEligibility, Method::Post) => &["RoleEligibilitySchedule.ReadWrite.Directory"],
            (Self::RoleAssignment, Method::Get) => &["RoleAssignmentSchedule.Read.Directory"],
            (Self::RoleAssignment, Method::Post) => &["RoleAssignmentSchedule.ReadWrite.Directory"],
            (Self::Batch, _) => &[],
        }
    }
}

/// The permission that a role-assignable group needs in addition.
pub const ROLE_ASSIGNABLE: &str = "RoleManagement.ReadWrite.Directory";

/// Whether a caller with these permissions has this one. A permission to write includes the one to read.
pub fn is_held(held: &[String], permission: &str) -> bool {
    held.iter().any(|it| it == permission || it.replace(".ReadWrite.", ".Read.") == permission)
}
