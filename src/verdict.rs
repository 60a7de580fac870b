//! May they, why not, and what would help.
//!
//! One gate decides ([`Standing::allows`]); the reasons and the remedies of a refusal say what it lacks. The caller is judged before the state is looked at, and what refuses a caller holds nothing
//! taken from the assignment (R8).

use core::fmt;

use crate::assignment::{Assignment, REQUIRED_ROLE, REQUIRED_STATE};
use crate::caller::{Account, Caller, Permission};
use crate::id::CatalogId;
use crate::role::Role;
use crate::state::AssignmentState;
use crate::variants::with_all;

/// Whether the caller may reprocess the assignment now: if so, the role to pass to
/// [`reprocess`](crate::reprocess); if not, why, and what would help.
///
/// For an assignment whose resource roles are known, `reprocess` with that role is accepted.
///
/// # Errors
/// The caller may not, with every reason at once; or, for a caller who may, the state does not allow it.
///
/// # Examples
/// ```
/// # #[cfg(feature = "serde")] {
/// use access_package::{Account, Caller, Refusal, Step, evaluate, graph};
///
/// let assignment = graph::json::read(include_bytes!("../examples/assignment.json")).unwrap();
/// let caller = Caller { account: Account::Application, permissions: vec![], roles: vec![] };
///
/// let Err(Refusal::Unauthorized(refusal)) = evaluate(&caller, &assignment) else { unreachable!() };
/// let remedies: Vec<Vec<Step>> = refusal.remedies().map(|remedy| remedy.steps().collect()).collect();
/// assert_eq!(remedies, [[Step::HoldRole], [Step::ObtainApplicationPermission]]);
/// # }
/// ```
#[inline]
pub fn evaluate(caller: &Caller, assignment: &Assignment) -> Result<Role, Refusal> {
    // R8
    let role = caller.authority(Some(assignment.catalog())).map_err(Refusal::Unauthorized)?;
    // R9
    if assignment.state() != REQUIRED_STATE {
        return Err(Refusal::InvalidState { required: REQUIRED_STATE, actual: assignment.state() });
    }
    Ok(role)
}

impl Caller {
    /// The caller's highest effective role over the catalog; of `None`, over the tenant as a whole. That is what to ask
    /// of a missing assignment, which is in no catalog ([R28](crate::policy#r28)).
    ///
    /// An application with the application permission acts as an *Identity Governance Administrator* at least
    /// ([R5](crate::policy#r5), our choice).
    ///
    /// # Errors
    /// The caller may not reprocess an assignment there.
    #[inline]
    pub fn authority(&self, catalog: Option<CatalogId>) -> Result<Role, Unauthorized> {
        // R7: the permission to read is another one.
        let permission = self.permissions.contains(&Permission::EntitlementManagementReadWriteAll);
        let mut highest = match self.account {
            Account::Application if permission => Some(Role::IdentityGovernanceAdministrator), // R5
            Account::Application | Account::WorkOrSchool | Account::Personal => None,
        };
        let mut role = Qualifying::Nowhere;
        for held in self.roles.iter().filter(|held| held.role.at_least(REQUIRED_ROLE)) {
            if held.scope.covers(catalog) {
                role = Qualifying::Here;
                // Those that suffice are on one ladder, so one of any two is the higher (R1).
                if highest.is_none_or(|highest| held.role.at_least(highest)) {
                    highest = Some(held.role);
                }
            } else if role == Qualifying::Nowhere {
                role = Qualifying::Elsewhere;
            }
        }
        let standing = Standing { account: self.account, permission, role };
        match highest {
            Some(role) if standing.allows() => Ok(role),
            Some(_) | None => Err(Unauthorized(standing.as_told())),
        }
    }
}

/// What the gate looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Standing {
    account: Account,
    /// Has `EntitlementManagement.ReadWrite.All`.
    permission: bool,
    role: Qualifying,
}

/// Where the caller holds a role that suffices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Qualifying {
    Here,
    /// Only where it does not count.
    Elsewhere,
    Nowhere,
}

impl Standing {
    /// The gate.
    const fn allows(self) -> bool {
        let role = matches!(self.role, Qualifying::Here);
        match self.account {
            Account::WorkOrSchool => self.permission && role, // R4
            Account::Application => self.permission || role,  // R5
            Account::Personal => false,                       // R6
        }
    }

    /// What a refusal tells: of a personal account nothing else (R6).
    const fn as_told(self) -> Self {
        match self.account {
            Account::Personal => Self { permission: false, role: Qualifying::Nowhere, ..self },
            Account::WorkOrSchool | Account::Application => self,
        }
    }
}

/// The call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// The caller may not reprocess this assignment, whatever its state.
    #[error(transparent)]
    Unauthorized(#[from] Unauthorized),
    /// The caller may, but the state does not allow it ([R9](crate::policy#r9)). What would help
    /// instead is [`AssignmentState::advice`].
    #[error("state is `{actual}`: only an assignment that is `{required}` can be reprocessed")]
    InvalidState {
        /// The state in which it can be reprocessed.
        required: AssignmentState,
        /// The state it has.
        actual: AssignmentState,
    },
}

/// The caller may not. It holds nothing of the assignment, except whether a sufficient role of the caller's covers
/// its catalog ([R8](crate::policy#r8)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Unauthorized(Standing);

impl Unauthorized {
    /// Everything that stands in the way, at once.
    pub fn reasons(self) -> impl Iterator<Item = Reason> + Clone {
        let Self(standing) = self;
        let role = match standing.role {
            Qualifying::Here => None,
            Qualifying::Elsewhere => Some(Reason::OutOfScope),
            Qualifying::Nowhere => Some(Reason::InsufficientRole),
        };
        let lacking = |reason| if standing.permission { None } else { Some(reason) };
        let reasons = match standing.account {
            Account::WorkOrSchool => [lacking(Reason::MissingDelegatedPermission), role],
            Account::Application => [lacking(Reason::MissingApplicationPermission), role],
            Account::Personal => [Some(Reason::PersonalAccount), None],
        };
        reasons.into_iter().flatten()
    }

    /// What would turn the refusal into a yes: each remedy does, and no part of it would. Those with the role come
    /// before the permission alone.
    pub fn remedies(self) -> impl Iterator<Item = Remedy> + Clone {
        use Step::{
            HoldRole, ObtainApplicationPermission, ObtainDelegatedPermission, UseWorkOrSchoolAccount,
        };

        let Self(Standing { account, permission, role }) = self;
        // Tests search every set of steps for those that help: these are all, and the smallest.
        let remedies: &[&[Step]] = match (account, permission, role) {
            (Account::WorkOrSchool, true, _) => &[&[HoldRole]],
            (Account::WorkOrSchool, false, Qualifying::Here) => &[&[ObtainDelegatedPermission]],
            (Account::WorkOrSchool, false, Qualifying::Elsewhere | Qualifying::Nowhere) => {
                &[&[HoldRole, ObtainDelegatedPermission]]
            }
            (Account::Application, _, _) => &[&[HoldRole], &[ObtainApplicationPermission]],
            (Account::Personal, _, _) => &[&[UseWorkOrSchoolAccount, HoldRole, ObtainDelegatedPermission]],
        };
        remedies.iter().copied().map(Remedy)
    }
}

impl fmt::Display for Unauthorized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("caller may not reprocess this assignment")?;
        for (number, reason) in self.reasons().enumerate() {
            let before = if number == 0 { ": " } else { "; " };
            write!(f, "{before}{reason}")?;
        }
        Ok(())
    }
}

impl core::error::Error for Unauthorized {}

with_all! {
    /// What stands in the way of a caller. [`Display`](fmt::Display) gives it as text, [`rules`](Self::rules) where it comes
    /// from.
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
        /// No role suffices, wherever it is held ([R1](crate::policy#r1), [R2](crate::policy#r2)).
        InsufficientRole,
        /// A role suffices, but is held on neither the assignment's catalog nor the tenant ([R3](crate::policy#r3)).
        OutOfScope,
    }
}

impl Reason {
    /// A word for programs, which stays the same.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PersonalAccount => "personalAccount",
            Self::MissingDelegatedPermission => "missingDelegatedPermission",
            Self::MissingApplicationPermission => "missingApplicationPermission",
            Self::InsufficientRole => "insufficientRole",
            Self::OutOfScope => "outOfScope",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let permission = Permission::EntitlementManagementReadWriteAll;
        match self {
            Self::PersonalAccount => f.write_str("a personal Microsoft account is never allowed"),
            Self::MissingDelegatedPermission => write!(f, "delegated permission `{permission}` is missing"),
            Self::MissingApplicationPermission => {
                write!(f, "application permission `{permission}` is missing")
            }
            Self::InsufficientRole => write!(f, "no role is `{REQUIRED_ROLE}` or higher"),
            Self::OutOfScope => {
                write!(
                    f,
                    "a role is `{REQUIRED_ROLE}` or higher, but held on neither the assignment's catalog nor the tenant"
                )
            }
        }
    }
}

with_all! {
    /// One thing that a caller, or whoever administers the tenant, can do. [`Display`](fmt::Display) gives
    /// it as a request.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Step {
        /// Call with a work or school account, which starts with neither permission nor role.
        UseWorkOrSchoolAccount,
        /// Hold *Access package assignment manager* on the assignment's catalog.
        HoldRole,
        /// Obtain the delegated permission.
        ObtainDelegatedPermission,
        /// Obtain the application permission.
        ObtainApplicationPermission,
    }
}

impl Step {
    /// A word for programs, which stays the same.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UseWorkOrSchoolAccount => "useWorkOrSchoolAccount",
            Self::HoldRole => "holdRole",
            Self::ObtainDelegatedPermission => "obtainDelegatedPermission",
            Self::ObtainApplicationPermission => "obtainApplicationPermission",
        }
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
            Self::ObtainDelegatedPermission => write!(f, "obtain the delegated permission `{permission}`"),
            Self::ObtainApplicationPermission => {
                write!(f, "obtain the application permission `{permission}`")
            }
        }
    }
}

/// A set of steps that together turn the refusal into a yes, where no part of them does.
/// [`Display`](fmt::Display) joins them.
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
