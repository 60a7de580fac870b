//! Who may reprocess, and for what: one gate decides, and gives the [`Authority`] with which the caller acts.
//!
//! The caller is judged before the assignment is looked at (R8), but for its catalog, in which roles count (R3, R43).

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

/// Whether the caller may reprocess the assignment at this instant: if so, the authority with which they act.
///
/// It changes nothing, and answers what [`Authority::admit`] would. Use that to reprocess; use this to look before you
/// leap.
///
/// # Errors
/// The caller may not, with every reason at once; or, for a caller who may, the state does not allow it.
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

/// Whether the caller may reprocess the request of this assignment at this instant: if so, the authority with which they
/// act.
///
/// It changes nothing, and answers what [`Authority::admit_request`] would ([R31](crate::policy#r31)).
///
/// # Errors
/// The caller may not, with every reason at once; or, for a caller who may, what stands in the way of the request, in this
/// order: it is for another assignment, it does not ask for access, a newer one was completed, the state does not allow
/// it, its own state is another one, or it is too old ([R32](crate::policy#r32), [R33](crate::policy#r33)).
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

/// R21: the state, if it were expired at this instant.
fn state_at(assignment: &Assignment, now: Timestamp) -> AssignmentState {
    if has_ended(assignment.end(), now) { AssignmentState::Expired } else { assignment.state() }
}

/// R32, R33: what stands in the way of a request, whoever asks.
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

/// That a caller may reprocess, and where: the first of the stages in which an assignment is reprocessed.
///
/// Only [`Caller::authority`] makes one. It says nothing of any assignment: [`admit`](Self::admit) judges that.
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
    /// The caller's highest effective role there.
    #[must_use]
    pub const fn role(self) -> Role {
        self.role
    }

    /// The catalog that it is over, as it was judged: one whose level is not known, as a standard one. `None` for the
    /// tenant as a whole.
    #[must_use]
    pub const fn catalog(self) -> Option<Catalog> {
        self.catalog
    }

    /// R3, R43: whether it was given for this catalog, as it is. One that was judged as a standard catalog and is privileged
    /// takes the role that suffices alone, since the caller's other roles are not known here.
    pub(crate) fn reaches(self, catalog: Catalog) -> bool {
        let is_this = self.catalog.is_none_or(|judged| judged.id == catalog.id);
        let is_foreseen = !catalog.is_privileged() || self.catalog.is_some_and(Catalog::is_privileged);
        is_this && (is_foreseen || self.role == Role::GlobalAdministrator)
    }
}

impl Caller {
    /// The caller's authority over the catalog, with the highest role that counts there; of `None`, over the tenant as a
    /// whole. That is what to ask of a missing assignment, which is in no catalog ([R28](crate::policy#r28)).
    ///
    /// An application with the application permission acts as an *Identity Governance Administrator* at least
    /// ([R5](crate::policy#r5), our choice).
    ///
    /// # Errors
    /// The caller may not reprocess an assignment there.
    #[inline]
    pub fn authority(&self, catalog: Option<Catalog>) -> Result<Authority, Refusal> {
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
        // R8: that the catalog is privileged is told only to those who could act in a standard one.
        let refusal = if catalog.is_some_and(Catalog::is_privileged) && highest.is_some() {
            self.refusal_in_privileged_catalog(catalog, permission)
        } else {
            Standing { account: self.account, permission, role }.refusal()
        };
        match (refusal, highest) {
            (None, Some(role)) => Ok(Authority { role, catalog, caller: self.object }),
            (Some(refusal), _) => Err(refusal),
            // Whom the gate lets in has a role, or the permission that stands for one.
            (None, None) => Err(Refusal::new(Reason::InsufficientRole, None)),
        }
    }

    /// R43: the gate where two roles are needed at once.
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
            // R5: each permission stands for a role.
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
    /// The gate: everything that stands in the way, at once.
    #[expect(clippy::match_same_arms, reason = "by rule, not by answer")]
    const fn refusal(self) -> Option<Refusal> {
        let role = match self.role {
            Qualifying::Here => None,
            Qualifying::Elsewhere => Some(Reason::OutOfScope),
            Qualifying::Nowhere => Some(Reason::InsufficientRole),
        };
        match (self.account, self.permission, role) {
            // R6: of a personal account nothing else is said.
            (Account::Personal, _, _) => Some(Refusal::new(Reason::PersonalAccount, None)),
            // R4: both.
            (Account::WorkOrSchool, true, None) => None,
            (Account::WorkOrSchool, true, Some(role)) => Some(Refusal::new(role, None)),
            (Account::WorkOrSchool, false, role) => {
                Some(Refusal::new(Reason::MissingDelegatedPermission, role))
            }
            // R5: either.
            (Account::Application, true, _) | (Account::Application, false, None) => None,
            (Account::Application, false, role @ Some(_)) => {
                Some(Refusal::new(Reason::MissingApplicationPermission, role))
            }
        }
    }
}
