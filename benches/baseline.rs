//! The baseline: what one would write by hand in an afternoon, for the same inputs and the same answers.
//!
//! A [`Record`] with public fields, a `matches!` on the role and one on the state, and one loop that
//! marks every resource role. It gives the crate's own [`Action`]s, errors and reasons, so that neither side
//! does less within a call; `instructions` checks that both answer alike. Only of what would help it says
//! nothing.
//!
//! What it does not do: it takes whatever is loaded, so a state that contradicts its fulfillments or a
//! resource role given twice goes unseen; it has no *unknown* resource roles; anyone may write to its
//! fields; it records no receipts and never expires; should `observe` panic, it is left half done.
#![allow(dead_code, reason = "each bench uses a part of it")]

use std::hint::black_box;

use access_package::{
    AccessPackageId, Account, Action, Assignment, AssignmentId, AssignmentResourceRole, AssignmentState,
    Caller, CatalogId, Fulfillment, ObjectId, Observed, Permission, Reason, Refusal, ReprocessError,
    ResourceRole, Role, Scope, StoredAssignment, Timestamp,
};

/// An assignment as a plain struct.
#[derive(Clone)]
pub struct Record {
    pub id: AssignmentId,
    pub catalog: CatalogId,
    pub access_package: AccessPackageId,
    pub target: ObjectId,
    pub state: AssignmentState,
    pub end: Option<Timestamp>,
    pub attempt: u32,
    pub resource_roles: Vec<AssignmentResourceRole>,
}

fn judge(record: &Record, role: Role) -> Result<(), ReprocessError> {
    let manages = matches!(
        role,
        Role::AccessPackageAssignmentManager
            | Role::AccessPackageManager
            | Role::CatalogOwner
            | Role::IdentityGovernanceAdministrator
            | Role::GlobalAdministrator
    );
    if !manages {
        let required = Role::AccessPackageAssignmentManager;
        return Err(ReprocessError::InsufficientRole { required, actual: role });
    }
    if !matches!(record.state, AssignmentState::Delivered) {
        let required = AssignmentState::Delivered;
        return Err(ReprocessError::InvalidState { required, actual: record.state });
    }
    Ok(())
}

fn pending(record: &Record) -> impl Iterator<Item = Action> {
    let pending = record.resource_roles.iter().filter(|role| role.fulfillment == Fulfillment::Pending);
    pending.map(|role| Action {
        assignment: record.id,
        attempt: record.attempt,
        target: record.target,
        resource_role: role.resource_role.clone(),
        end: record.end,
    })
}

pub fn reprocess(record: &mut Record, role: Role) -> Result<impl Iterator<Item = Action>, ReprocessError> {
    judge(record, role)?;
    record.attempt = record.attempt.wrapping_add(1);
    for role in &mut record.resource_roles {
        role.fulfillment = Fulfillment::Pending;
    }
    if !record.resource_roles.is_empty() {
        record.state = AssignmentState::Delivering;
    }
    Ok(pending(record))
}

pub fn reprocess_observed(
    record: &mut Record,
    role: Role,
    mut observe: impl FnMut(&ResourceRole) -> Observed,
) -> Result<impl Iterator<Item = Action>, ReprocessError> {
    judge(record, role)?;
    record.attempt = record.attempt.wrapping_add(1);
    let (mut pending_roles, mut failed, mut fulfilled) = (0_u32, 0_u32, 0_u32);
    for role in &mut record.resource_roles {
        let (fulfillment, count) = match observe(&role.resource_role) {
            Observed::Present => (Fulfillment::Fulfilled, &mut fulfilled),
            Observed::Absent | Observed::Unknown => (Fulfillment::Pending, &mut pending_roles),
            Observed::Unenforceable => (Fulfillment::Failed, &mut failed),
        };
        role.fulfillment = fulfillment;
        *count += 1;
    }
    record.state = match (pending_roles, failed, fulfilled) {
        (1.., _, _) => AssignmentState::Delivering,
        (0, 0, _) => AssignmentState::Delivered,
        (0, _, 0) => AssignmentState::DeliveryFailed,
        (0, _, _) => AssignmentState::PartiallyDelivered,
    };
    Ok(pending(record))
}

/// Why a caller may not: everything that stands in the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Denied {
    Caller([Option<Reason>; 2]),
    InvalidState(AssignmentState),
}

/// How high a role is on the ladder, if it is on it.
fn rung(role: Role) -> Option<u8> {
    match role {
        Role::AccessPackageAssignmentManager => Some(0),
        Role::AccessPackageManager => Some(1),
        Role::CatalogOwner => Some(2),
        Role::IdentityGovernanceAdministrator => Some(3),
        Role::GlobalAdministrator => Some(4),
        _ => None,
    }
}

pub fn evaluate(caller: &Caller, record: &Record) -> Result<Role, Denied> {
    let (mut highest, mut elsewhere) = (None, false);
    for held in caller.roles.iter().filter(|held| rung(held.role).is_some()) {
        if held.scope == Scope::Tenant || held.scope == Scope::Catalog(record.catalog) {
            if highest.is_none_or(|highest| rung(held.role) > rung(highest)) {
                highest = Some(held.role);
            }
        } else {
            elsewhere = true;
        }
    }
    let role = match highest {
        Some(_) => None,
        None if elsewhere => Some(Reason::OutOfScope),
        None => Some(Reason::InsufficientRole),
    };
    let permission = caller.permissions.contains(&Permission::EntitlementManagementReadWriteAll);
    let least = Role::IdentityGovernanceAdministrator;
    let role = match (caller.account, permission, highest) {
        (Account::WorkOrSchool, true, Some(role)) | (Account::Application, false, Some(role)) => role,
        (Account::Application, true, Some(role)) if rung(role) > rung(least) => role,
        (Account::Application, true, _) => least,
        (Account::WorkOrSchool, true, None) => return Err(Denied::Caller([role, None])),
        (Account::WorkOrSchool, false, _) => {
            return Err(Denied::Caller([Some(Reason::MissingDelegatedPermission), role]));
        }
        (Account::Application, false, None) => {
            return Err(Denied::Caller([Some(Reason::MissingApplicationPermission), role]));
        }
        (Account::Personal, ..) => return Err(Denied::Caller([Some(Reason::PersonalAccount), None])),
    };
    match record.state {
        AssignmentState::Delivered => Ok(role),
        other => Err(Denied::InvalidState(other)),
    }
}

/// The two that are compared, so that a question is put to both in the same words.
pub trait Subject: Clone + Send {
    /// Its half of a case's name.
    const NAME: &'static str;
    /// What it says to a caller who may not.
    type Refusal: Into<Denied>;

    fn load(stored: StoredAssignment) -> Self;
    fn reprocess(&mut self, role: Role) -> Result<impl Iterator<Item = Action>, ReprocessError>;
    fn reprocess_observed(
        &mut self,
        role: Role,
        observe: impl FnMut(&ResourceRole) -> Observed,
    ) -> Result<impl Iterator<Item = Action>, ReprocessError>;
    fn evaluate(&self, caller: &Caller) -> Result<Role, Self::Refusal>;
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unauthorized(refused) => {
                let mut reasons = refused.reasons();
                Self::Caller([reasons.next(), reasons.next()])
            }
            Refusal::InvalidState { actual, .. } => Self::InvalidState(actual),
        }
    }
}

impl Subject for Assignment {
    const NAME: &'static str = "crate";
    type Refusal = Refusal;

    fn load(stored: StoredAssignment) -> Self {
        stored.try_into().expect("a whole assignment")
    }

    #[inline]
    fn reprocess(&mut self, role: Role) -> Result<impl Iterator<Item = Action>, ReprocessError> {
        access_package::reprocess(self, role)
    }

    #[inline]
    fn reprocess_observed(
        &mut self,
        role: Role,
        observe: impl FnMut(&ResourceRole) -> Observed,
    ) -> Result<impl Iterator<Item = Action>, ReprocessError> {
        access_package::reprocess_observed(self, role, observe)
    }

    #[inline]
    fn evaluate(&self, caller: &Caller) -> Result<Role, Self::Refusal> {
        access_package::evaluate(caller, self)
    }
}

impl Subject for Record {
    const NAME: &'static str = "baseline";
    type Refusal = Denied;

    fn load(stored: StoredAssignment) -> Self {
        Self {
            id: stored.id,
            catalog: stored.catalog,
            access_package: stored.access_package,
            target: stored.target,
            state: stored.state,
            end: stored.end,
            attempt: stored.attempt,
            resource_roles: stored.resource_roles.expect("known resource roles"),
        }
    }

    #[inline]
    fn reprocess(&mut self, role: Role) -> Result<impl Iterator<Item = Action>, ReprocessError> {
        reprocess(self, role)
    }

    #[inline]
    fn reprocess_observed(
        &mut self,
        role: Role,
        observe: impl FnMut(&ResourceRole) -> Observed,
    ) -> Result<impl Iterator<Item = Action>, ReprocessError> {
        reprocess_observed(self, role, observe)
    }

    #[inline]
    fn evaluate(&self, caller: &Caller) -> Result<Role, Self::Refusal> {
        evaluate(caller, self)
    }
}

/// Reads the whole answer: the refusal, or every action.
#[expect(
    clippy::inline_always,
    reason = "or the answer would be carried here through memory, and be counted"
)]
#[inline(always)]
pub fn read(answer: Result<impl Iterator<Item = Action>, ReprocessError>) {
    match answer {
        Ok(actions) => {
            for action in actions {
                black_box(&action);
            }
        }
        Err(refusal) => {
            black_box(&refusal);
        }
    }
}
