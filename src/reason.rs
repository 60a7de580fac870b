//! Reasons to refuse a call. A reason concerns the caller, the assignment or its request.

use core::fmt;

use crate::caller::Permission;
use crate::role::Role;
use crate::state::AssignmentState;

/// The least role that may reprocess (R1).
pub(crate) const REQUIRED_ROLE: Role = Role::AccessPackageAssignmentManager;

/// The roles that suffice in a privileged catalog (R43): the first one alone, or the other two together.
const PRIVILEGED_ROLES: [Role; 3] =
    [Role::GlobalAdministrator, Role::IdentityGovernanceAdministrator, Role::PrivilegedRoleAdministrator];

/// The one state that can be reprocessed (R9).
pub(crate) const REQUIRED_STATE: AssignmentState = AssignmentState::Delivered;

/// A reason to refuse a call: about the caller, the assignment or its request.
///
/// [`Display`](fmt::Display) says it in words. [`rules`](Self::rules) returns the rules behind it. As serde data it is
/// its [`code`](Self::code).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The caller uses a personal Microsoft account ([R6](crate::policy#r6)). This is then the only reason.
    PersonalAccount,
    /// The caller uses a work or school account and lacks the delegated permission ([R4](crate::policy#r4),
    /// [R7](crate::policy#r7)).
    MissingDelegatedPermission,
    /// The caller is an application that has neither the application permission nor a role that would replace it
    /// ([R5](crate::policy#r5), [R7](crate::policy#r7)).
    MissingApplicationPermission,
    /// The catalog is privileged, and the application has neither the application permission to manage directory roles
    /// nor the role that would replace it ([R43](crate::policy#r43)).
    MissingRoleManagementPermission,
    /// The caller holds no sufficient role anywhere ([R1](crate::policy#r1), [R2](crate::policy#r2)).
    InsufficientRole,
    /// The caller holds a sufficient role, but not on the assignment's catalog or in the tenant
    /// ([R3](crate::policy#r3)).
    OutOfScope,
    /// The catalog is privileged, and the caller holds neither *Global Administrator* nor one of
    /// the two roles that suffice there together ([R43](crate::policy#r43)).
    PrivilegedCatalog,
    /// The catalog is privileged, and the caller's *Privileged Role Administrator* suffices only together with
    /// *Identity Governance Administrator* ([R43](crate::policy#r43)).
    WithoutIdentityGovernanceAdministrator,
    /// The catalog is privileged, and the caller's *Identity Governance Administrator* suffices only together with
    /// *Privileged Role Administrator* ([R43](crate::policy#r43)).
    WithoutPrivilegedRoleAdministrator,
    /// The authority is for another catalog, or the catalog has become privileged since the caller was judged
    /// ([R3](crate::policy#r3), [R43](crate::policy#r43)). Judge the caller again.
    CatalogDisagrees,
    /// The assignment is in this state, which is not `delivered` ([R9](crate::policy#r9)).
    InvalidState(AssignmentState),
    /// The access package's current resource roles are unknown, so the crate cannot tell what to enforce
    /// ([R13](crate::policy#r13)).
    ResourceRolesUnknown,
    /// The request cannot be reprocessed, because its delivery is still under way ([R32](crate::policy#r32)).
    RequestDelivering,
    /// The request cannot be reprocessed, because its delivery has succeeded ([R32](crate::policy#r32)).
    RequestDelivered,
    /// The request cannot be reprocessed, because its assignment has expired ([R32](crate::policy#r32)).
    RequestExpired,
    /// The request is for another assignment ([R32](crate::policy#r32)).
    RequestOfAnotherAssignment,
    /// The request does not ask for access ([R32](crate::policy#r32)).
    RequestWithoutGrant,
    /// A newer request for access to this assignment was completed ([R32](crate::policy#r32)).
    RequestSuperseded,
    /// The request and the assignment are in different states ([R32](crate::policy#r32)). Either one of them is out of
    /// date, or another request led to the assignment's state.
    RequestStateDisagrees,
    /// The request was completed 14 or more days ago ([R33](crate::policy#r33)).
    RequestTooOld,
}

/// What a reason is about.
pub(crate) enum About {
    Caller,
    Assignment,
    Request,
}

impl Reason {
    /// Every reason, those about the caller first.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        let others = AssignmentState::ALL.iter().copied().filter(|&state| state != REQUIRED_STATE);
        [
            Self::PersonalAccount,
            Self::MissingDelegatedPermission,
            Self::MissingApplicationPermission,
            Self::MissingRoleManagementPermission,
            Self::InsufficientRole,
            Self::OutOfScope,
            Self::PrivilegedCatalog,
            Self::WithoutIdentityGovernanceAdministrator,
            Self::WithoutPrivilegedRoleAdministrator,
            Self::CatalogDisagrees,
        ]
        .into_iter()
        .chain(others.map(Self::InvalidState))
        .chain([
            Self::ResourceRolesUnknown,
            Self::RequestDelivering,
            Self::RequestDelivered,
            Self::RequestExpired,
            Self::RequestOfAnotherAssignment,
            Self::RequestWithoutGrant,
            Self::RequestSuperseded,
            Self::RequestStateDisagrees,
            Self::RequestTooOld,
        ])
    }

    pub(crate) const fn about(self) -> About {
        match self {
            Self::PersonalAccount
            | Self::MissingDelegatedPermission
            | Self::MissingApplicationPermission
            | Self::MissingRoleManagementPermission
            | Self::InsufficientRole
            | Self::OutOfScope
            | Self::PrivilegedCatalog
            | Self::WithoutIdentityGovernanceAdministrator
            | Self::WithoutPrivilegedRoleAdministrator
            | Self::CatalogDisagrees => About::Caller,
            Self::InvalidState(_) | Self::ResourceRolesUnknown => About::Assignment,
            Self::RequestDelivering
            | Self::RequestDelivered
            | Self::RequestExpired
            | Self::RequestOfAnotherAssignment
            | Self::RequestWithoutGrant
            | Self::RequestSuperseded
            | Self::RequestStateDisagrees
            | Self::RequestTooOld => About::Request,
        }
    }

    /// R43: why a caller with these roles may not act in a privileged catalog. `None` if the caller may.
    pub(crate) fn in_privileged_catalog(holds: impl Fn(Role) -> bool) -> Option<Self> {
        let governs = holds(Role::IdentityGovernanceAdministrator);
        let grants = holds(Role::PrivilegedRoleAdministrator);
        match (governs, grants) {
            _ if holds(Role::GlobalAdministrator) => None,
            (true, true) => None,
            (true, false) => Some(Self::WithoutPrivilegedRoleAdministrator),
            (false, true) => Some(Self::WithoutIdentityGovernanceAdministrator),
            (false, false) => Some(Self::PrivilegedCatalog),
        }
    }

    /// Whether the reason is about the caller, rather than the assignment or its request.
    #[must_use]
    pub const fn is_of_caller(self) -> bool {
        matches!(self.about(), About::Caller)
    }

    /// A stable code for programs. For [`InvalidState`](Self::InvalidState) it is Graph's word for the state.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PersonalAccount => "personalAccount",
            Self::MissingDelegatedPermission => "missingDelegatedPermission",
            Self::MissingApplicationPermission => "missingApplicationPermission",
            Self::MissingRoleManagementPermission => "missingRoleManagementPermission",
            Self::InsufficientRole => "insufficientRole",
            Self::OutOfScope => "outOfScope",
            Self::PrivilegedCatalog => "privilegedCatalog",
            Self::WithoutIdentityGovernanceAdministrator => "withoutIdentityGovernanceAdministrator",
            Self::WithoutPrivilegedRoleAdministrator => "withoutPrivilegedRoleAdministrator",
            Self::CatalogDisagrees => "catalogDisagrees",
            Self::InvalidState(state) => state.as_str(),
            Self::ResourceRolesUnknown => "resourceRolesUnknown",
            Self::RequestDelivering => "requestDelivering",
            Self::RequestDelivered => "requestDelivered",
            Self::RequestExpired => "requestExpired",
            Self::RequestOfAnotherAssignment => "requestOfAnotherAssignment",
            Self::RequestWithoutGrant => "requestWithoutGrant",
            Self::RequestSuperseded => "requestSuperseded",
            Self::RequestStateDisagrees => "requestStateDisagrees",
            Self::RequestTooOld => "requestTooOld",
        }
    }

    /// The reason with this [`code`](Self::code). `None` if there is no such reason.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|reason| reason.code() == code)
    }
}

fn write_request_state(f: &mut fmt::Formatter<'_>, actual: AssignmentState) -> fmt::Result {
    write!(
        f,
        "state is `{actual}`: only a request that is `partiallyDelivered` or `deliveryFailed` can be reprocessed"
    )
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let permission = Permission::EntitlementManagementReadWriteAll;
        let manages_roles = Permission::RoleManagementReadWriteDirectory;
        let [top, governs, grants] = PRIVILEGED_ROLES;
        match self {
            Self::PersonalAccount => f.write_str("a personal Microsoft account is never allowed"),
            Self::MissingDelegatedPermission => write!(f, "delegated permission `{permission}` is missing"),
            Self::MissingApplicationPermission => {
                write!(f, "application permission `{permission}` is missing")
            }
            Self::MissingRoleManagementPermission => {
                write!(f, "application permission `{manages_roles}` is missing")
            }
            Self::InsufficientRole => write!(f, "no role is `{REQUIRED_ROLE}` or higher"),
            Self::OutOfScope => {
                write!(
                    f,
                    "role `{REQUIRED_ROLE}` or higher is held, but not on the assignment's catalog or in the tenant"
                )
            }
            Self::PrivilegedCatalog => write!(
                f,
                "catalog is privileged: caller holds neither `{top}` nor both `{governs}` and `{grants}`"
            ),
            Self::WithoutIdentityGovernanceAdministrator => {
                write!(f, "catalog is privileged: `{grants}` suffices there only together with `{governs}`")
            }
            Self::WithoutPrivilegedRoleAdministrator => {
                write!(f, "catalog is privileged: `{governs}` suffices there only together with `{grants}`")
            }
            Self::CatalogDisagrees => f.write_str(
                "caller was authorized for another catalog, or before this one was known to be privileged",
            ),
            Self::InvalidState(actual) => {
                write!(
                    f,
                    "state is `{actual}`: only an assignment that is `{REQUIRED_STATE}` can be reprocessed"
                )
            }
            Self::ResourceRolesUnknown => {
                f.write_str("resource roles are unknown: load the access package's current resource roles")
            }
            Self::RequestDelivering => write_request_state(f, AssignmentState::Delivering),
            Self::RequestDelivered => write_request_state(f, AssignmentState::Delivered),
            Self::RequestExpired => write_request_state(f, AssignmentState::Expired),
            Self::RequestOfAnotherAssignment => f.write_str("request is for another assignment"),
            Self::RequestWithoutGrant => f.write_str("request does not ask for access"),
            Self::RequestSuperseded => f.write_str("a newer request for access was completed"),
            Self::RequestStateDisagrees => f.write_str("request and assignment are in different states"),
            Self::RequestTooOld => f.write_str("request was completed 14 or more days ago"),
        }
    }
}

#[cfg(feature = "serde")]
crate::text::serde_as_code!(Reason, "a reason");
