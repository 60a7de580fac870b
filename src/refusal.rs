//! Why a call is refused, and what would help: one vocabulary for the caller, the assignment and its request.
//!
//! A refusal is at most two reasons, and what helps follows from them. What refuses a caller holds nothing taken from
//! the assignment (R8).

use core::fmt;

use crate::caller::Permission;
use crate::role::Role;
use crate::state::AssignmentState;
use crate::variants::with_all;

/// The least role that may reprocess (R1).
pub(crate) const REQUIRED_ROLE: Role = Role::AccessPackageAssignmentManager;

/// The roles that suffice in a privileged catalog: the first alone, the others together (R43).
const PRIVILEGED_ROLES: [Role; 3] =
    [Role::GlobalAdministrator, Role::IdentityGovernanceAdministrator, Role::PrivilegedRoleAdministrator];

/// The one state that can be reprocessed (R9).
const REQUIRED_STATE: AssignmentState = AssignmentState::Delivered;

/// The call is refused, and nothing has changed ([R12](crate::policy#r12)).
///
/// It says every reason at once, and what would help. [`Display`](fmt::Display) gives the reasons as one text. As serde
/// data it is the codes of both: `{"reasons": [...], "remedies": [[...]]}`.
///
/// ```
/// use access_package::{AssignmentState, Refusal, Step};
///
/// let refusal = Refusal::of_state(AssignmentState::Expired).unwrap();
/// assert_eq!(
///     refusal.to_string(),
///     "state is `expired`: only an assignment that is `delivered` can be reprocessed"
/// );
/// let remedies: Vec<Vec<Step>> = refusal.remedies().map(|remedy| remedy.steps().collect()).collect();
/// assert_eq!(remedies, [[Step::RequestAgain]]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Refusal {
    first: Reason,
    second: Option<Reason>,
}

impl Refusal {
    #[inline]
    pub(crate) const fn new(first: Reason, second: Option<Reason>) -> Self {
        Self { first, second }
    }

    /// What an assignment in this state is refused with, whoever asks; `None` for one that is delivered, since that can
    /// be reprocessed ([R9](crate::policy#r9)).
    #[inline]
    #[must_use]
    pub fn of_state(state: AssignmentState) -> Option<Self> {
        if state == REQUIRED_STATE { None } else { Some(Self::new(Reason::InvalidState(state), None)) }
    }

    /// What reprocessing the request of an assignment in this state is refused with, whoever asks; `None` for one whose
    /// delivery has failed, in whole or in part ([R32](crate::policy#r32)).
    #[must_use]
    pub const fn of_request_state(state: AssignmentState) -> Option<Self> {
        let reason = match state {
            AssignmentState::PartiallyDelivered | AssignmentState::DeliveryFailed => return None,
            AssignmentState::Delivering => Reason::RequestDelivering,
            AssignmentState::Delivered => Reason::RequestDelivered,
            AssignmentState::Expired => Reason::RequestExpired,
        };
        Some(Self::new(reason, None))
    }

    /// Whether the caller may not, whatever the assignment is like: then it tells nothing of the assignment but whether
    /// a sufficient role of the caller's covers its catalog ([R8](crate::policy#r8)).
    #[must_use]
    pub const fn is_unauthorized(self) -> bool {
        self.first.is_of_caller()
    }

    /// Whether it is about the request that is to be reprocessed, and not about the caller or the assignment alone.
    #[must_use]
    pub const fn is_of_request(self) -> bool {
        matches!(self.first.about(), About::Request)
    }

    /// Everything that stands in the way, at once.
    pub fn reasons(self) -> impl Iterator<Item = Reason> + Clone {
        [Some(self.first), self.second].into_iter().flatten()
    }

    /// What would help: every remedy does, and no part of it would. Those with a role come before a permission alone, and of
    /// the roles the least that suffice are named.
    ///
    /// For a caller they turn the refusal into a yes; where the caller is [not told](crate::policy#r43) that the catalog is
    /// privileged, into a yes or into the refusal that tells. For a state or a request they are what to do instead
    /// ([R10](crate::policy#r10), [R32](crate::policy#r32), [R33](crate::policy#r33)).
    pub fn remedies(self) -> impl Iterator<Item = Remedy> + Clone {
        use Step::{
            HoldGlobalAdministrator, HoldIdentityGovernanceAdministrator, HoldPrivilegedRoleAdministrator,
            HoldRole, LoadRequest, LoadResourceRoles, ObtainApplicationPermission, ObtainDelegatedPermission,
            ObtainRoleManagementPermission, ReprocessAssignment, ReprocessNewestRequest, ReprocessRequest,
            RequestAgain, UseWorkOrSchoolAccount, Wait,
        };

        // Tests search every set of steps for those that help a caller: these are all, and the smallest.
        let remedies: &[&[Step]] = match (self.first, self.second) {
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
            (Reason::MissingApplicationPermission, Some(Reason::WithoutIdentityGovernanceAdministrator)) => {
                &[
                    &[HoldIdentityGovernanceAdministrator],
                    &[HoldGlobalAdministrator],
                    &[ObtainApplicationPermission],
                ]
            }
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
            (
                Reason::RequestOfAnotherAssignment | Reason::RequestWithoutGrant | Reason::RequestSuperseded,
                _,
            ) => &[&[ReprocessNewestRequest]],
            (Reason::RequestExpired | Reason::RequestTooOld, _) => &[&[RequestAgain]], // R33
            (Reason::RequestStateDisagrees, _) => &[&[LoadRequest]],
            (Reason::ResourceRolesUnknown, _) => &[&[LoadResourceRoles]],
        };
        remedies.iter().copied().map(Remedy)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_unauthorized() {
            f.write_str("caller may not reprocess this assignment: ")?;
        }
        for (number, reason) in self.reasons().enumerate() {
            let before = if number == 0 { "" } else { "; " };
            write!(f, "{before}{reason}")?;
        }
        Ok(())
    }
}

impl core::error::Error for Refusal {}

/// What stands in the way. [`Display`](fmt::Display) gives it as text, [`rules`](Self::rules) where it comes from. As
/// serde data it is its [`code`](Self::code).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is a personal Microsoft account ([R6](crate::policy#r6)); nothing else is said then.
    PersonalAccount,
    /// A work or school account without the delegated permission ([R4](crate::policy#r4),
    /// [R7](crate::policy#r7)).
    MissingDelegatedPermission,
    /// An application without the application permission, and without a role that would do instead
    /// ([R5](crate::policy#r5), [R7](crate::policy#r7)).
    MissingApplicationPermission,
    /// An application in a privileged catalog without the application permission to manage directory roles, and without
    /// the role that would do instead ([R43](crate::policy#r43)).
    MissingRoleManagementPermission,
    /// No role suffices, wherever it is held ([R1](crate::policy#r1), [R2](crate::policy#r2)).
    InsufficientRole,
    /// A role suffices, but is held on neither the assignment's catalog nor the tenant ([R3](crate::policy#r3)).
    OutOfScope,
    /// The catalog is privileged, and neither of the roles that suffice there together is held
    /// ([R43](crate::policy#r43)).
    PrivilegedCatalog,
    /// The catalog is privileged, and *Privileged Role Administrator* suffices there only together with *Identity
    /// Governance Administrator* ([R43](crate::policy#r43)).
    WithoutIdentityGovernanceAdministrator,
    /// The catalog is privileged, and *Identity Governance Administrator* suffices there only together with *Privileged
    /// Role Administrator* ([R43](crate::policy#r43)).
    WithoutPrivilegedRoleAdministrator,
    /// The assignment is in this state ([R9](crate::policy#r9)), which is not `delivered`.
    InvalidState(AssignmentState),
    /// It is not known what the access package gives, so nothing could be enforced ([R13](crate::policy#r13)).
    ResourceRolesUnknown,
    /// The request is to be reprocessed, and its delivery is not over ([R32](crate::policy#r32)).
    RequestDelivering,
    /// The request is to be reprocessed, and its delivery has not failed ([R32](crate::policy#r32)).
    RequestDelivered,
    /// The request is to be reprocessed, and its assignment has expired ([R32](crate::policy#r32)).
    RequestExpired,
    /// The request is for another assignment ([R32](crate::policy#r32)).
    RequestOfAnotherAssignment,
    /// The request does not ask for access ([R32](crate::policy#r32)).
    RequestWithoutGrant,
    /// A newer request for access was completed ([R32](crate::policy#r32)).
    RequestSuperseded,
    /// The request and the assignment are not in the same state: one of them is not as it is now, or it is not the request
    /// that led to that ([R32](crate::policy#r32)).
    RequestStateDisagrees,
    /// The request was completed 14 days ago or earlier ([R33](crate::policy#r33)).
    RequestTooOld,
}

/// What a reason is about.
enum About {
    Caller,
    Assignment,
    Request,
}

impl Reason {
    /// Every reason that is given, those about the caller first.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        let of_state = AssignmentState::ALL.iter().filter_map(|&state| Refusal::of_state(state));
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
        ]
        .into_iter()
        .chain(of_state.map(|refusal| refusal.first))
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

    const fn about(self) -> About {
        match self {
            Self::PersonalAccount
            | Self::MissingDelegatedPermission
            | Self::MissingApplicationPermission
            | Self::MissingRoleManagementPermission
            | Self::InsufficientRole
            | Self::OutOfScope
            | Self::PrivilegedCatalog
            | Self::WithoutIdentityGovernanceAdministrator
            | Self::WithoutPrivilegedRoleAdministrator => About::Caller,
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

    /// R43: why one who holds these roles may not act in a privileged catalog, if so.
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

    /// Whether it is about the caller, and not about the assignment or its request.
    #[must_use]
    pub const fn is_of_caller(self) -> bool {
        matches!(self.about(), About::Caller)
    }

    /// A word for programs, which stays the same; for a state its own.
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

    /// The reason with this [`code`](Self::code).
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
                    "a role is `{REQUIRED_ROLE}` or higher, but held on neither the assignment's catalog nor the tenant"
                )
            }
            Self::PrivilegedCatalog => write!(
                f,
                "the catalog is privileged: no role is `{top}`, nor `{governs}` together with `{grants}`"
            ),
            Self::WithoutIdentityGovernanceAdministrator => {
                write!(
                    f,
                    "the catalog is privileged: `{grants}` suffices there only together with `{governs}`"
                )
            }
            Self::WithoutPrivilegedRoleAdministrator => {
                write!(
                    f,
                    "the catalog is privileged: `{governs}` suffices there only together with `{grants}`"
                )
            }
            Self::InvalidState(actual) => {
                write!(
                    f,
                    "state is `{actual}`: only an assignment that is `{REQUIRED_STATE}` can be reprocessed"
                )
            }
            Self::ResourceRolesUnknown => {
                f.write_str("resource roles are not known: load what the access package gives now")
            }
            Self::RequestDelivering => write_request_state(f, AssignmentState::Delivering),
            Self::RequestDelivered => write_request_state(f, AssignmentState::Delivered),
            Self::RequestExpired => write_request_state(f, AssignmentState::Expired),
            Self::RequestOfAnotherAssignment => f.write_str("request is for another assignment"),
            Self::RequestWithoutGrant => f.write_str("request does not ask for access"),
            Self::RequestSuperseded => {
                f.write_str("a newer request for access to the assignment was completed")
            }
            Self::RequestStateDisagrees => f.write_str("request and assignment are not in the same state"),
            Self::RequestTooOld => f.write_str("request was completed 14 days ago or earlier"),
        }
    }
}

with_all! {
    /// One thing that somebody can do. [`Display`](fmt::Display) gives it as a request. As serde data it is its
    /// [`code`](Self::code).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Step {
        /// Call with a work or school account, which starts with neither permission nor role.
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
        /// Delivery is under way: wait until it has ended (our choice).
        Wait,
        /// Delivery has failed, in whole or in part: reprocess the *request* that led to the assignment, less than
        /// [14 days](crate::policy#r33) after it was completed.
        ReprocessRequest,
        /// Reprocess the newest request that asks for access to this assignment, and not this one.
        ReprocessNewestRequest,
        /// The assignment is delivered: reprocess that, and not the request.
        ReprocessAssignment,
        /// Request the access package again: the assignment has ended, or delivery has failed and its request is too old.
        RequestAgain,
        /// Load what the access package gives now: for the host, not for the caller.
        LoadResourceRoles,
        /// Load the request and its assignment as they are now: for the host, not for the caller.
        LoadRequest,
    }
}

impl Step {
    /// A word for programs, which stays the same.
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
            Self::LoadRequest => "loadRequest",
        }
    }

    /// The step with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|step| step.code() == code)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let permission = Permission::EntitlementManagementReadWriteAll;
        match self {
            Self::UseWorkOrSchoolAccount => {
                f.write_str("use a work or school account (it starts with neither role nor permission)")
            }
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
            Self::Wait => f.write_str("wait until delivery has ended, then look at the state again"),
            Self::ReprocessRequest => f.write_str(
                "reprocess the request of this assignment, less than 14 days after it was completed",
            ),
            Self::ReprocessNewestRequest => {
                f.write_str("reprocess the newest request for access to this assignment")
            }
            Self::ReprocessAssignment => f.write_str("reprocess the assignment, not its request"),
            Self::RequestAgain => f.write_str("request the access package again"),
            Self::LoadResourceRoles => f.write_str("load what the access package gives now, and call again"),
            Self::LoadRequest => {
                f.write_str("load the request and its assignment as they are now, and call again")
            }
        }
    }
}

/// A set of steps that help together, where no part of them does. [`Display`](fmt::Display) joins them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Remedy(&'static [Step]);

impl Remedy {
    /// The steps, in the order in which they are taken.
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

#[cfg(feature = "serde")]
mod data {
    use alloc::vec::Vec;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use super::{Reason, Refusal, Remedy, Step};

    macro_rules! serde_as_code {
        ($name:ident, $what:literal) => {
            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.code())
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let code = alloc::borrow::Cow::<str>::deserialize(deserializer)?;
                    let unknown = || de::Error::custom(format_args!("`{code}` is not the code of {}", $what));
                    Self::from_code(&code).ok_or_else(unknown)
                }
            }
        };
    }

    impl Reason {
        const fn is_of_role(self) -> bool {
            matches!(
                self,
                Self::InsufficientRole
                    | Self::OutOfScope
                    | Self::PrivilegedCatalog
                    | Self::WithoutIdentityGovernanceAdministrator
                    | Self::WithoutPrivilegedRoleAdministrator
            )
        }
    }

    serde_as_code!(Reason, "a reason");
    serde_as_code!(Step, "a step");

    impl Serialize for Remedy {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.serialize(serializer)
        }
    }

    #[derive(Serialize, Deserialize)]
    struct Codes {
        reasons: Vec<Reason>,
        remedies: Vec<Vec<Step>>,
    }

    impl Serialize for Refusal {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            Codes {
                reasons: self.reasons().collect(),
                remedies: self.remedies().map(|remedy| remedy.steps().collect()).collect(),
            }
            .serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Refusal {
        /// The remedies follow from the reasons; what else stands there is not read.
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let Codes { reasons, .. } = Codes::deserialize(deserializer)?;
            let refusal = |first, second| Ok(Self::new(first, second));
            match reasons[..] {
                // These two come with what would do instead.
                [Reason::MissingApplicationPermission | Reason::MissingRoleManagementPermission] => {}
                [first] => return refusal(first, None),
                [first @ Reason::MissingDelegatedPermission, second] if second.is_of_role() => {
                    return refusal(first, Some(second));
                }
                [first @ Reason::MissingApplicationPermission, second]
                    if second.is_of_role() && second != Reason::WithoutPrivilegedRoleAdministrator =>
                {
                    return refusal(first, Some(second));
                }
                [
                    first @ Reason::MissingRoleManagementPermission,
                    second @ Reason::WithoutPrivilegedRoleAdministrator,
                ] => return refusal(first, Some(second)),
                _ => {}
            }
            Err(de::Error::custom("these reasons are not those of one refusal"))
        }
    }
}
