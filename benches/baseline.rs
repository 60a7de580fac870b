//! The baseline: what one would write by hand in an afternoon, for the same inputs and the same answers.
//!
//! A [`Record`] with public fields, a `matches!` on the role and one on the state, and one loop that
//! marks every resource role. It gives the crate's own [`Action`]s and errors, so that neither side
//! does less within a call; `instructions` checks that both answer alike.
//!
//! What it does not do: it takes whatever is loaded, so a state that contradicts its fulfilments or a
//! resource role given twice goes unseen; it has no *unknown* resource roles; anyone may write to its
//! fields; it records no receipts and never expires; should `observe` panic, it is left half done.
#![allow(dead_code, reason = "each bench uses a part of it")]

use std::hint::black_box;

use access_package::{
    AccessPackageId, Action, Assignment, AssignmentId, AssignmentResourceRole, AssignmentState, CatalogId,
    Fulfillment, ObjectId, Observed, ReprocessError, ResourceRole, Role, StoredAssignment, Timestamp,
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

/// The two that are compared, so that a question is put to both in the same words.
pub trait Subject: Clone + Send {
    /// Its half of a case's name.
    const NAME: &'static str;

    fn load(stored: StoredAssignment) -> Self;
    fn reprocess(&mut self, role: Role) -> Result<impl Iterator<Item = Action>, ReprocessError>;
    fn reprocess_observed(
        &mut self,
        role: Role,
        observe: impl FnMut(&ResourceRole) -> Observed,
    ) -> Result<impl Iterator<Item = Action>, ReprocessError>;
}

impl Subject for Assignment {
    const NAME: &'static str = "crate";

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
}

impl Subject for Record {
    const NAME: &'static str = "baseline";

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
