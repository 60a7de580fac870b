//! The gate: who may reprocess. It returns the [`Authority`] with which the caller acts.
//!
//! The caller is judged before the assignment (R8). Only the catalog is needed earlier, since roles count there (R3,
//! R43).

use crate::action::has_ended;
use crate::assignment::Assignment;
use crate::caller::{Account, Caller, Permission};
use crate::catalog::Catalog;
use crate::id::{AssignmentId, ObjectId};
use crate::reason::{REQUIRED_ROLE, Reason};
use crate::refusal::Refusal;
use crate::request::{AssignmentRequest, Purpose, Recency};
use crate::role::Role;
use crate::state::AssignmentState;
use crate::timestamp::Timestamp;

/// Decides whether the caller may reprocess the assignment at this instant, and returns the caller's authority.
///
/// It changes nothing. The answer is the one that [`Authority::admit`] would give; use that to reprocess.
///
/// # Errors
/// If the caller may not reprocess, the refusal has every reason about the caller, as from [`Caller::authority`].
/// Otherwise it is [`Reason::InvalidState`]: the state is not `delivered` ([R9](crate::policy#r9)).
///
/// # Examples
/// ```
/// # #[cfg(feature = "graph")] {
/// use access_package::{Account, Caller, Step, Timestamp, evaluate, graph};
///
/// let assignment = graph::json::read(include_bytes!("../examples/assignment.json")).unwrap();
/// let caller = Caller { object: None, account: Account::Application, permissions: vec![], roles: vec![] };
///
/// let refusal = evaluate(&caller, &assignment, Timestamp::MIN).unwrap_err();
/// let remedies: Vec<Vec<Step>> = refusal.remedies().map(|remedy| remedy.steps().collect()).collect();
/// assert_eq!(remedies, [[Step::HoldRole], [Step::ObtainApplicationPermission]]);
/// # }
/// ```
#[inline]
pub fn evaluate(caller: &Caller, assignment: &Assignment, now: Timestamp) -> Result<Authority, Refusal> {
    // R8
    let authority = caller.authority(Some(assignment.catalog()))?;
    match Refusal::of_state(state_at(assignment, now)) {
        None => Ok(authority),
        Some(refusal) => Err(refusal),
    }
}

/// Decides whether the caller may reprocess the request of this assignment at this instant, and returns the caller's
/// authority.
///
/// It changes nothing. The answer is the one that [`Authority::admit_request`] would give ([R31](crate::policy#r31)).
///
/// # Errors
/// If the caller may not reprocess, the refusal has every reason about the caller, as from [`Caller::authority`].
/// Otherwise it has the first of these reasons that applies ([R32](crate::policy#r32), [R33](crate::policy#r33)):
///
/// 1. [`Reason::RequestOfAnotherAssignment`]: the request is for another assignment.
/// 2. [`Reason::RequestWithoutGrant`]: it does not ask for access.
/// 3. [`Reason::RequestSuperseded`]: a newer request for access was completed.
/// 4. [`Reason::RequestDelivering`], [`Reason::RequestDelivered`] or [`Reason::RequestExpired`]: the state of the
///    assignment does not allow it.
/// 5. [`Reason::RequestStateDisagrees`]: the state of the request differs from that of the assignment.
/// 6. [`Reason::RequestTooOld`]: it was completed 14 or more days ago.
pub fn evaluate_request(
    caller: &Caller,
    assignment: &Assignment,
    request: &AssignmentRequest,
    now: Timestamp,
) -> Result<Authority, Refusal> {
    // R8, R31
    let authority = caller.authority(Some(assignment.catalog()))?;
    judge_request(request, assignment.id(), state_at(assignment, now), now).map(|()| authority)
}

/// R21: the state, as if the assignment were expired at this instant.
fn state_at(assignment: &Assignment, now: Timestamp) -> AssignmentState {
    if has_ended(assignment.end(), now) { AssignmentState::Expired } else { assignment.state() }
}

/// R32, R33: judges a request, whoever calls.
pub(crate) fn judge_request(
    request: &AssignmentRequest,
    assignment: AssignmentId,
    state: AssignmentState,
    now: Timestamp,
) -> Result<(), Refusal> {
    let grants = match request.purpose {
        Purpose::Grant => true,
        Purpose::Removal | Purpose::Unknown => false,
    };
    let is_newest = match request.recency {
        Recency::Newest => true,
        Recency::Superseded => false,
    };
    let reason = if request.assignment != assignment {
        Reason::RequestOfAnotherAssignment
    } else if !grants {
        Reason::RequestWithoutGrant
    } else if !is_newest {
        Reason::RequestSuperseded
    } else if let Some(refusal) = Refusal::of_request_state(state) {
        return Err(refusal);
    } else if request.state != state {
        Reason::RequestStateDisagrees
    } else if request.is_too_old(now) {
        Reason::RequestTooOld
    } else {
        return Ok(());
    };
    Err(Refusal::new(reason, None))
}

/// Proof that a caller may reprocess, and where: the first stage of reprocessing.
///
/// Only [`Caller::authority`] makes one; [`evaluate`] calls it. An authority says nothing about an assignment:
/// [`admit`](Self::admit) judges that. [`Unsaved`](crate::Unsaved#examples) shows all stages.
///
/// ```compile_fail,E0451
/// # use access_package::{Authority, Role};
/// fn forged() -> Authority {
///     Authority { role: Role::GlobalAdministrator, catalog: None, caller: None }
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Authority {
    pub(crate) role: Role,
    /// `None` for the tenant as a whole.
    catalog: Option<Catalog>,
    pub(crate) caller: Option<ObjectId>,
}

impl Authority {
    /// The caller's highest role that counts on the catalog. An application with the application permission has at
    /// least *Identity Governance Administrator* ([R5](crate::policy#r5), our choice).
    #[must_use]
    pub const fn role(self) -> Role {
        self.role
    }

    /// The catalog that the authority is for, as it was judged. `None` for the tenant as a whole.
    ///
    /// An unknown privilege level stays `None` here: such a catalog is judged as a standard one.
    #[must_use]
    pub const fn catalog(self) -> Option<Catalog> {
        self.catalog
    }

    /// R3, R43: whether the authority covers this catalog as it is now. If the catalog was judged as standard and is
    /// privileged now, only *Global Administrator* suffices: the caller's other roles are unknown here.
    pub(crate) fn reaches(self, catalog: Catalog) -> bool {
        let is_this = self.catalog.is_none_or(|judged| judged.id == catalog.id);
        let is_foreseen = !catalog.is_privileged() || self.catalog.is_some_and(Catalog::is_privileged);
        is_this && (is_foreseen || self.role == Role::GlobalAdministrator)
    }
}

impl Caller {
    /// Judges the caller for the assignment's catalog, and returns the authority to reprocess there. If the assignment
    /// does not exist, pass `None`: the caller is then judged for the tenant as a whole ([R28](crate::policy#r28)).
    ///
    /// # Errors
    /// The caller may not reprocess assignments there. The refusal has every reason at once: a personal account, or a
    /// missing permission, a missing role, or both ([R1](crate::policy#r1) to [R8](crate::policy#r8),
    /// [R43](crate::policy#r43)).
    #[inline]
    pub fn authority(&self, catalog: Option<Catalog>) -> Result<Authority, Refusal> {
        // R7: the read permission is a different one, and does not count.
        let permission = self.permissions.contains(&Permission::EntitlementManagementReadWriteAll);
        let mut highest = match self.account {
            Account::Application if permission => Some(Role::IdentityGovernanceAdministrator), // R5
            Account::Application | Account::WorkOrSchool | Account::Personal => None,
        };
        let mut role = Qualifying::Nowhere;
        for held in self.roles.iter().filter(|held| held.role.at_least(REQUIRED_ROLE)) {
            if held.scope.covers(catalog) {
                role = Qualifying::Here;
                // Every sufficient role is on the ladder, so any two can be compared (R1).
                if highest.is_none_or(|highest| held.role.at_least(highest)) {
                    highest = Some(held.role);
                }
            } else if role == Qualifying::Nowhere {
                role = Qualifying::Elsewhere;
            }
        }
        // R8: only a caller who could act in a standard catalog learns that this one is privileged.
        let refusal = if catalog.is_some_and(Catalog::is_privileged) && highest.is_some() {
            self.refusal_in_privileged_catalog(catalog, permission)
        } else {
            Standing { account: self.account, permission, role }.refusal()
        };
        match (refusal, highest) {
            (None, Some(role)) => Ok(Authority { role, catalog, caller: self.object }),
            (Some(refusal), _) => Err(refusal),
            // The gate lets in only callers with a role, or with the permission that replaces it.
            (None, None) => Err(Refusal::new(Reason::InsufficientRole, None)),
        }
    }

    /// R43: the gate of a privileged catalog, which can require two roles at once.
    #[cold]
    fn refusal_in_privileged_catalog(&self, catalog: Option<Catalog>, permission: bool) -> Option<Refusal> {
        let holds = |role| self.roles.iter().any(|held| held.role == role && held.scope.covers(catalog));
        match self.account {
            Account::Personal => Some(Refusal::new(Reason::PersonalAccount, None)), // R6
            Account::WorkOrSchool => {
                let role = Reason::in_privileged_catalog(holds);
                if permission {
                    role.map(|role| Refusal::new(role, None))
                } else {
                    Some(Refusal::new(Reason::MissingDelegatedPermission, role)) // R4
                }
            }
            // R5: each permission replaces a role.
            Account::Application => {
                let manages_roles = self.permissions.contains(&Permission::RoleManagementReadWriteDirectory);
                let stands_for = |role| {
                    (permission && role == Role::IdentityGovernanceAdministrator)
                        || (manages_roles && role == Role::PrivilegedRoleAdministrator)
                };
                let role = Reason::in_privileged_catalog(|role| holds(role) || stands_for(role))?;
                let missing = if role == Reason::WithoutPrivilegedRoleAdministrator {
                    Reason::MissingRoleManagementPermission
                } else {
                    Reason::MissingApplicationPermission
                };
                Some(Refusal::new(missing, Some(role)))
            }
        }
    }
}

/// What the gate judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Standing {
    account: Account,
    /// The caller has `EntitlementManagement.ReadWrite.All`.
    permission: bool,
    role: Qualifying,
}

/// Where the caller holds a sufficient role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Qualifying {
    Here,
    /// Only where it does not count.
    Elsewhere,
    Nowhere,
}

impl Standing {
    /// The gate: every reason, at once.
    #[expect(clippy::match_same_arms, reason = "by rule, not by answer")]
    const fn refusal(self) -> Option<Refusal> {
        let role = match self.role {
            Qualifying::Here => None,
            Qualifying::Elsewhere => Some(Reason::OutOfScope),
            Qualifying::Nowhere => Some(Reason::InsufficientRole),
        };
        match (self.account, self.permission, role) {
            // R6: a personal account gets no other reason.
            (Account::Personal, _, _) => Some(Refusal::new(Reason::PersonalAccount, None)),
            // R4: the permission and a role.
            (Account::WorkOrSchool, true, None) => None,
            (Account::WorkOrSchool, true, Some(role)) => Some(Refusal::new(role, None)),
            (Account::WorkOrSchool, false, role) => {
                Some(Refusal::new(Reason::MissingDelegatedPermission, role))
            }
            // R5: the permission or a role.
            (Account::Application, true, _) | (Account::Application, false, None) => None,
            (Account::Application, false, role @ Some(_)) => {
                Some(Refusal::new(Reason::MissingApplicationPermission, role))
            }
        }
    }
}
