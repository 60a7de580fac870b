//! What helps after a refusal: steps, and the smallest sets of steps that suffice.

use core::fmt;

use crate::caller::Permission;
use crate::reason::{REQUIRED_ROLE, Reason};
use crate::role::Role;
use crate::state::AssignmentState;
use crate::variants::with_all;

with_all! {
    /// Something that the caller or the host can do after a refusal. [`Display`](fmt::Display) says it as an
    /// instruction. As serde data it is its [`code`](Self::code).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Step {
        /// Sign in with a work or school account. The new account starts without permissions and roles.
        UseWorkOrSchoolAccount,
        /// Hold *Access package assignment manager* on the assignment's catalog.
        HoldRole,
        /// Hold *Identity Governance Administrator* in the tenant.
        HoldIdentityGovernanceAdministrator,
        /// Hold *Privileged Role Administrator* in the tenant.
        HoldPrivilegedRoleAdministrator,
        /// Hold *Global Administrator* in the tenant.
        HoldGlobalAdministrator,
        /// Obtain the delegated permission.
        ObtainDelegatedPermission,
        /// Obtain the application permission.
        ObtainApplicationPermission,
        /// Obtain the application permission to manage directory roles.
        ObtainRoleManagementPermission,
        /// Wait until delivery has ended, then check the state again (our choice).
        Wait,
        /// Reprocess the *request* that led to the assignment, less than [14 days](crate::policy#r33) after it was
        /// completed. Delivery has failed, in whole or in part.
        ReprocessRequest,
        /// Reprocess the newest request for access to this assignment, instead of this request.
        ReprocessNewestRequest,
        /// Reprocess the assignment, not its request. The assignment is delivered.
        ReprocessAssignment,
        /// Request the access package again. The assignment has ended, or delivery has failed and its request is too
        /// old.
        RequestAgain,
        /// For the host: load the access package's current resource roles, and call again.
        LoadResourceRoles,
        /// For the host: load the assignment's catalog again, and judge the caller again.
        LoadCatalog,
        /// For the host: load the request and its assignment again, and call again.
        LoadRequest,
    }
}

impl Step {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UseWorkOrSchoolAccount => "useWorkOrSchoolAccount",
            Self::HoldRole => "holdRole",
            Self::HoldIdentityGovernanceAdministrator => "holdIdentityGovernanceAdministrator",
            Self::HoldPrivilegedRoleAdministrator => "holdPrivilegedRoleAdministrator",
            Self::HoldGlobalAdministrator => "holdGlobalAdministrator",
            Self::ObtainDelegatedPermission => "obtainDelegatedPermission",
            Self::ObtainApplicationPermission => "obtainApplicationPermission",
            Self::ObtainRoleManagementPermission => "obtainRoleManagementPermission",
            Self::Wait => "wait",
            Self::ReprocessRequest => "reprocessRequest",
            Self::ReprocessNewestRequest => "reprocessNewestRequest",
            Self::ReprocessAssignment => "reprocessAssignment",
            Self::RequestAgain => "requestAgain",
            Self::LoadResourceRoles => "loadResourceRoles",
            Self::LoadCatalog => "loadCatalog",
            Self::LoadRequest => "loadRequest",
        }
    }

    /// The step with this [`code`](Self::code). `None` if there is no such step.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|step| step.code() == code)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let permission = Permission::EntitlementManagementReadWriteAll;
        match self {
            Self::UseWorkOrSchoolAccount => f.write_str("sign in with a work or school account"),
            Self::HoldRole => write!(f, "hold the role `{REQUIRED_ROLE}` on the assignment's catalog"),
            Self::HoldIdentityGovernanceAdministrator => {
                write!(f, "hold the role `{}`", Role::IdentityGovernanceAdministrator)
            }
            Self::HoldPrivilegedRoleAdministrator => {
                write!(f, "hold the role `{}`", Role::PrivilegedRoleAdministrator)
            }
            Self::HoldGlobalAdministrator => write!(f, "hold the role `{}`", Role::GlobalAdministrator),
            Self::ObtainDelegatedPermission => write!(f, "obtain the delegated permission `{permission}`"),
            Self::ObtainApplicationPermission => {
                write!(f, "obtain the application permission `{permission}`")
            }
            Self::ObtainRoleManagementPermission => {
                let permission = Permission::RoleManagementReadWriteDirectory;
                write!(f, "obtain the application permission `{permission}`")
            }
            Self::Wait => f.write_str("wait until delivery has ended, then check the state again"),
            Self::ReprocessRequest => {
                f.write_str("reprocess this assignment's request, if it was completed less than 14 days ago")
            }
            Self::ReprocessNewestRequest => {
                f.write_str("reprocess this assignment's newest request for access")
            }
            Self::ReprocessAssignment => f.write_str("reprocess the assignment, not its request"),
            Self::RequestAgain => f.write_str("request the access package again"),
            Self::LoadResourceRoles => {
                f.write_str("load the access package's current resource roles, and call again")
            }
            Self::LoadCatalog => f.write_str("reload the assignment's catalog, and call again"),
            Self::LoadRequest => f.write_str("reload the request and its assignment, and call again"),
        }
    }
}

/// A smallest set of steps that helps after a refusal: all of them are needed.
///
/// [`Display`](fmt::Display) joins the steps with *and*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Remedy(&'static [Step]);

impl Remedy {
    /// The steps, in the order in which to take them.
    pub fn steps(self) -> impl Iterator<Item = Step> + Clone {
        self.0.iter().copied()
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.steps().enumerate() {
            let before = if number == 0 { "" } else { ", and " };
            write!(f, "{before}{step}")?;
        }
        Ok(())
    }
}

/// The remedies for these reasons.
pub(crate) fn remedies(first: Reason, second: Option<Reason>) -> impl Iterator<Item = Remedy> + Clone {
    use Step::{
        HoldGlobalAdministrator, HoldIdentityGovernanceAdministrator, HoldPrivilegedRoleAdministrator,
        HoldRole, LoadCatalog, LoadRequest, LoadResourceRoles, ObtainApplicationPermission,
        ObtainDelegatedPermission, ObtainRoleManagementPermission, ReprocessAssignment,
        ReprocessNewestRequest, ReprocessRequest, RequestAgain, UseWorkOrSchoolAccount, Wait,
    };

    // A test tries every set of steps for every caller: these are all the minimal sets that help.
    let remedies: &[&[Step]] = match (first, second) {
        (Reason::PersonalAccount, _) => &[&[UseWorkOrSchoolAccount, HoldRole, ObtainDelegatedPermission]],
        (Reason::MissingDelegatedPermission, None) => &[&[ObtainDelegatedPermission]],
        (Reason::MissingDelegatedPermission, Some(Reason::PrivilegedCatalog)) => &[
            &[
                HoldIdentityGovernanceAdministrator,
                HoldPrivilegedRoleAdministrator,
                ObtainDelegatedPermission,
            ],
            &[HoldGlobalAdministrator, ObtainDelegatedPermission],
        ],
        (Reason::MissingDelegatedPermission, Some(Reason::WithoutIdentityGovernanceAdministrator)) => &[
            &[HoldIdentityGovernanceAdministrator, ObtainDelegatedPermission],
            &[HoldGlobalAdministrator, ObtainDelegatedPermission],
        ],
        (Reason::MissingDelegatedPermission, Some(Reason::WithoutPrivilegedRoleAdministrator)) => &[
            &[HoldPrivilegedRoleAdministrator, ObtainDelegatedPermission],
            &[HoldGlobalAdministrator, ObtainDelegatedPermission],
        ],
        (Reason::MissingDelegatedPermission, Some(_)) => &[&[HoldRole, ObtainDelegatedPermission]],
        // R43
        (Reason::MissingApplicationPermission, Some(Reason::PrivilegedCatalog)) => &[
            &[HoldIdentityGovernanceAdministrator, HoldPrivilegedRoleAdministrator],
            &[HoldIdentityGovernanceAdministrator, ObtainRoleManagementPermission],
            &[HoldPrivilegedRoleAdministrator, ObtainApplicationPermission],
            &[HoldGlobalAdministrator],
            &[ObtainApplicationPermission, ObtainRoleManagementPermission],
        ],
        (Reason::MissingApplicationPermission, Some(Reason::WithoutIdentityGovernanceAdministrator)) => &[
            &[HoldIdentityGovernanceAdministrator],
            &[HoldGlobalAdministrator],
            &[ObtainApplicationPermission],
        ],
        (Reason::MissingRoleManagementPermission, _) => &[
            &[HoldPrivilegedRoleAdministrator],
            &[HoldGlobalAdministrator],
            &[ObtainRoleManagementPermission],
        ],
        (Reason::MissingApplicationPermission, _) => &[&[HoldRole], &[ObtainApplicationPermission]],
        (Reason::InsufficientRole | Reason::OutOfScope, _) => &[&[HoldRole]],
        // R43
        (Reason::PrivilegedCatalog, _) => &[
            &[HoldIdentityGovernanceAdministrator, HoldPrivilegedRoleAdministrator],
            &[HoldGlobalAdministrator],
        ],
        (Reason::WithoutIdentityGovernanceAdministrator, _) => {
            &[&[HoldIdentityGovernanceAdministrator], &[HoldGlobalAdministrator]]
        }
        (Reason::WithoutPrivilegedRoleAdministrator, _) => {
            &[&[HoldPrivilegedRoleAdministrator], &[HoldGlobalAdministrator]]
        }
        (Reason::CatalogDisagrees, _) => &[&[LoadCatalog]],
        // R10
        (Reason::InvalidState(state), _) => match state {
            AssignmentState::Delivering => &[&[Wait]],
            AssignmentState::PartiallyDelivered | AssignmentState::DeliveryFailed => {
                &[&[ReprocessRequest], &[RequestAgain]]
            }
            AssignmentState::Expired => &[&[RequestAgain]],
            AssignmentState::Delivered => &[],
        },
        // R32
        (Reason::RequestDelivering, _) => &[&[Wait]],
        (Reason::RequestDelivered, _) => &[&[ReprocessAssignment]],
        (Reason::RequestOfAnotherAssignment | Reason::RequestWithoutGrant | Reason::RequestSuperseded, _) => {
            &[&[ReprocessNewestRequest]]
        }
        (Reason::RequestExpired | Reason::RequestTooOld, _) => &[&[RequestAgain]], // R33
        (Reason::RequestStateDisagrees, _) => &[&[LoadRequest]],
        (Reason::ResourceRolesUnknown, _) => &[&[LoadResourceRoles]],
    };
    remedies.iter().copied().map(Remedy)
}

#[cfg(feature = "serde")]
crate::text::serde_as_code!(Step, "a step");

#[cfg(feature = "serde")]
impl serde::Serialize for Remedy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
