//! The baseline: what you would write by hand in an afternoon, for the same inputs and the same answers.
//!
//! It is a [`Record`] with public fields, a `matches!` on the role and one on the state, and one loop that marks every
//! resource role. It returns the crate's own [`Action`]s, reasons and events, so that neither side does less within a
//! call; `instructions` checks that both give the same answers. Only remedies are missing.
//!
//! The baseline leaves out checks of the crate:
//!
//! - It loads anything, so it misses a state that contradicts its fulfillments, and a duplicate resource role.
//! - It has no unknown resource roles, and asks for resource roles that the target cannot hold.
//! - Anyone can write to its fields, and omit or swap calls.
//! - It forgets what an assignment had before, and is left half changed if `observe` panics.
#![allow(dead_code, reason = "each bench uses a part of it")]

use std::hint::black_box;
use std::mem;

use access_package::{
    AccessPackageId, Account, Action, Assignment, AssignmentId, AssignmentResourceRole, AssignmentState,
    Authority, Caller, Catalog, CatalogId, Cause, Event, Fulfillment, ObjectId, Observed, Outcome,
    Permission, PrivilegeLevel, Reason, Receipt, RecordError, Recorded, Refusal, ResourceRole, Role, Scope,
    StoredAssignment, SubjectType, Timestamp, Unchanged,
};

/// An assignment as a plain struct.
#[derive(Clone)]
pub struct Record {
    pub id: AssignmentId,
    pub catalog: Catalog,
    pub access_package: AccessPackageId,
    pub target: ObjectId,
    pub target_type: Option<SubjectType>,
    pub state: AssignmentState,
    pub end: Option<Timestamp>,
    pub attempt: u32,
    pub resource_roles: Vec<AssignmentResourceRole>,
}

/// All reasons for a refusal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Denied(pub [Option<Reason>; 2]);

impl From<Reason> for Denied {
    fn from(reason: Reason) -> Self {
        Self([Some(reason), None])
    }
}

fn judge(record: &Record, role: Role) -> Result<(), Denied> {
    let manages = matches!(
        role,
        Role::AccessPackageAssignmentManager
            | Role::AccessPackageManager
            | Role::CatalogOwner
            | Role::IdentityGovernanceAdministrator
            | Role::GlobalAdministrator
    );
    if !manages {
        return Err(Reason::InsufficientRole.into());
    }
    if is_privileged(record.catalog) && role != Role::GlobalAdministrator {
        return Err(match role {
            Role::IdentityGovernanceAdministrator => Reason::WithoutPrivilegedRoleAdministrator,
            _ => Reason::PrivilegedCatalog,
        }
        .into());
    }
    judge_state(record.state)
}

fn judge_state(state: AssignmentState) -> Result<(), Denied> {
    if !matches!(state, AssignmentState::Delivered) {
        return Err(Reason::InvalidState(state).into());
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

pub fn reprocess(record: &mut Record, role: Role) -> Result<impl Iterator<Item = Action>, Denied> {
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
) -> Result<impl Iterator<Item = Action>, Denied> {
    judge(record, role)?;
    record.attempt = record.attempt.wrapping_add(1);
    let mut seen = Seen::default();
    for role in &mut record.resource_roles {
        role.fulfillment = match observe(&role.resource_role) {
            Observed::Present => Fulfillment::Fulfilled,
            Observed::Absent | Observed::Unknown => Fulfillment::Pending,
            Observed::Unenforceable => Fulfillment::Unenforceable,
        };
        seen.count(role.fulfillment);
    }
    record.state = seen.state();
    Ok(pending(record))
}

/// How many resource roles have each fulfillment.
#[derive(Default)]
struct Seen {
    pending: u32,
    failed: u32,
    fulfilled: u32,
}

impl Seen {
    fn count(&mut self, fulfillment: Fulfillment) {
        *match fulfillment {
            Fulfillment::Pending => &mut self.pending,
            Fulfillment::Failed | Fulfillment::Unenforceable => &mut self.failed,
            Fulfillment::Fulfilled => &mut self.fulfilled,
        } += 1;
    }

    fn state(&self) -> AssignmentState {
        match (self.pending, self.failed, self.fulfilled) {
            (1.., _, _) => AssignmentState::Delivering,
            (0, 0, _) => AssignmentState::Delivered,
            (0, _, 0) => AssignmentState::DeliveryFailed,
            (0, _, _) => AssignmentState::PartiallyDelivered,
        }
    }
}

fn state(resource_roles: &[AssignmentResourceRole]) -> AssignmentState {
    let mut seen = Seen::default();
    for role in resource_roles {
        seen.count(role.fulfillment);
    }
    seen.state()
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

/// The role in which the caller may reprocess assignments in this catalog.
#[derive(Clone, Copy)]
pub struct Allowed {
    pub role: Role,
    pub catalog: Catalog,
}

#[inline]
pub fn authority(caller: &Caller, catalog: Catalog) -> Result<Allowed, Denied> {
    let (mut highest, mut elsewhere) = (None, false);
    for held in caller.roles.iter().filter(|held| rung(held.role).is_some()) {
        if held.scope == Scope::Tenant || held.scope == Scope::Catalog(catalog.id) {
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
    let may_act = highest.is_some() || (caller.account == Account::Application && permission);
    if may_act && is_privileged(catalog) {
        judge_in_privileged(caller, catalog.id, permission)?;
    }
    let least = Role::IdentityGovernanceAdministrator;
    let role = match (caller.account, permission, highest) {
        (Account::WorkOrSchool, true, Some(role)) | (Account::Application, false, Some(role)) => role,
        (Account::Application, true, Some(role)) if rung(role) > rung(least) => role,
        (Account::Application, true, _) => least,
        (Account::WorkOrSchool, true, None) => return Err(Denied([role, None])),
        (Account::WorkOrSchool, false, _) => {
            return Err(Denied([Some(Reason::MissingDelegatedPermission), role]));
        }
        (Account::Application, false, None) => {
            return Err(Denied([Some(Reason::MissingApplicationPermission), role]));
        }
        (Account::Personal, ..) => return Err(Reason::PersonalAccount.into()),
    };
    Ok(Allowed { role, catalog })
}

fn is_privileged(catalog: Catalog) -> bool {
    catalog.privilege_level == Some(PrivilegeLevel::Privileged)
}

fn judge_in_privileged(caller: &Caller, catalog: CatalogId, permission: bool) -> Result<(), Denied> {
    let holds = |role| {
        let counts = |scope| scope == Scope::Tenant || scope == Scope::Catalog(catalog);
        caller.roles.iter().any(|held| held.role == role && counts(held.scope))
    };
    let application = caller.account == Account::Application;
    let manages_roles = caller.permissions.contains(&Permission::RoleManagementReadWriteDirectory);
    let governs = holds(Role::IdentityGovernanceAdministrator) || (application && permission);
    let grants = holds(Role::PrivilegedRoleAdministrator) || (application && manages_roles);
    let lacks = match (governs, grants) {
        _ if holds(Role::GlobalAdministrator) => None,
        (true, true) => None,
        (true, false) => Some(Reason::WithoutPrivilegedRoleAdministrator),
        (false, true) => Some(Reason::WithoutIdentityGovernanceAdministrator),
        (false, false) => Some(Reason::PrivilegedCatalog),
    };
    let missing = match caller.account {
        Account::Personal => return Err(Reason::PersonalAccount.into()),
        Account::WorkOrSchool => (!permission).then_some(Reason::MissingDelegatedPermission),
        Account::Application => lacks.map(|_| {
            if governs {
                Reason::MissingRoleManagementPermission
            } else {
                Reason::MissingApplicationPermission
            }
        }),
    };
    match (missing, lacks) {
        (None, None) => Ok(()),
        (None, first) => Err(Denied([first, None])),
        both => Err(Denied(both.into())),
    }
}

fn has_ended(record: &Record, now: Timestamp) -> bool {
    record.end.is_some_and(|end| now >= end)
}

#[inline]
pub fn evaluate(caller: &Caller, record: &Record, now: Timestamp) -> Result<Role, Denied> {
    let Allowed { role, .. } = authority(caller, record.catalog)?;
    judge_state(if has_ended(record, now) { AssignmentState::Expired } else { record.state })?;
    Ok(role)
}

/// Reprocesses with what the access package gives now, and returns the stored form to save.
pub fn admit(
    record: &mut Record,
    allowed: Allowed,
    mut gives_now: Vec<ResourceRole>,
    now: Timestamp,
) -> Result<StoredAssignment, Denied> {
    if record.catalog.id != allowed.catalog.id {
        return Err(Reason::OutOfScope.into());
    }
    if is_privileged(record.catalog) && !is_privileged(allowed.catalog) {
        judge(record, allowed.role)?;
    }
    if has_ended(record, now) {
        record.state = AssignmentState::Expired;
    }
    judge_state(record.state)?;
    gives_now.sort();
    gives_now.dedup();
    let pending = |resource_role| AssignmentResourceRole::new(resource_role, Fulfillment::Pending);
    record.resource_roles = gives_now.into_iter().map(pending).collect();
    record.attempt = record.attempt.wrapping_add(1);
    record.state = state(&record.resource_roles);
    Ok(stored(record))
}

fn stored(record: &Record) -> StoredAssignment {
    StoredAssignment {
        format: StoredAssignment::FORMAT,
        id: record.id,
        catalog: record.catalog,
        access_package: record.access_package,
        target: record.target,
        target_type: record.target_type,
        state: record.state,
        end: record.end,
        attempt: record.attempt,
        resource_roles: Some(record.resource_roles.clone()),
    }
}

pub fn record(record: &mut Record, receipt: &Receipt, now: Timestamp) -> Result<Recorded, RecordError> {
    if receipt.assignment != record.id {
        return Err(RecordError::OtherAssignment { required: record.id, actual: receipt.assignment });
    }
    let (assignment, attempt) = (record.id, record.attempt);
    let changed =
        |from, to, cause| Recorded::Changed(Event { assignment, at: now, attempt, from, to, cause });
    if record.state == AssignmentState::Expired {
        return Ok(Recorded::Unchanged(Unchanged::Expired));
    }
    if has_ended(record, now) {
        let from = mem::replace(&mut record.state, AssignmentState::Expired);
        return Ok(changed(from, AssignmentState::Expired, Cause::Expired));
    }
    if receipt.attempt != record.attempt {
        return Ok(Recorded::Unchanged(Unchanged::AnotherAttempt));
    }
    let Some(role) =
        record.resource_roles.iter_mut().find(|role| role.resource_role == receipt.resource_role)
    else {
        return Err(RecordError::UnknownResourceRole(receipt.resource_role.clone()));
    };
    let is_smaller = |reason| {
        role.reason.as_ref().is_none_or(|known| reason < known) && role.fulfillment == Fulfillment::Failed
    };
    match receipt.outcome {
        Outcome::Fulfilled if role.fulfillment != Fulfillment::Fulfilled => {
            role.fulfillment = Fulfillment::Fulfilled;
            role.reason = None;
        }
        Outcome::Failed
            if role.fulfillment == Fulfillment::Pending
                || receipt.reason.as_ref().is_some_and(is_smaller) =>
        {
            role.fulfillment = Fulfillment::Failed;
            role.reason.clone_from(&receipt.reason);
        }
        _ => return Ok(Recorded::Unchanged(Unchanged::AlreadyKnown)),
    }
    let from = mem::replace(&mut record.state, state(&record.resource_roles));
    let cause = Cause::Recorded {
        resource_role: receipt.resource_role.clone(),
        outcome: receipt.outcome,
        reason: receipt.reason.clone(),
    };
    Ok(changed(from, record.state, cause))
}

/// The two sides that are compared, behind one interface.
pub trait Subject: Clone + Send {
    /// The part of a case's name after the slash.
    const NAME: &'static str;
    /// How it refuses a caller or a state.
    type Refusal: Into<Denied>;
    type Authority: Copy;

    fn load(stored: StoredAssignment) -> Self;
    fn stored(&self) -> StoredAssignment;
    fn reprocess(&mut self, role: Role) -> Result<impl Iterator<Item = Action>, Self::Refusal>;
    fn reprocess_observed(
        &mut self,
        role: Role,
        observe: impl FnMut(&ResourceRole) -> Observed,
    ) -> Result<impl Iterator<Item = Action>, Self::Refusal>;
    fn evaluate(&self, caller: &Caller, now: Timestamp) -> Result<Role, Self::Refusal>;
    fn authority(caller: &Caller, catalog: Catalog) -> Result<Self::Authority, Self::Refusal>;
    /// All stages after the authority: the stored form to save, and the assignment after that.
    fn admit(
        self,
        authority: Self::Authority,
        gives_now: Vec<ResourceRole>,
        now: Timestamp,
    ) -> Result<(StoredAssignment, Self), Self::Refusal>;
    fn actions(&self) -> impl Iterator<Item = Action>;
    fn record(&mut self, receipt: &Receipt, now: Timestamp) -> Result<Recorded, RecordError>;
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        let mut reasons = refusal.reasons();
        Self([reasons.next(), reasons.next()])
    }
}

impl Subject for Assignment {
    const NAME: &'static str = "crate";
    type Refusal = Refusal;
    type Authority = Authority;

    fn load(stored: StoredAssignment) -> Self {
        stored.try_into().expect("a whole assignment")
    }

    fn stored(&self) -> StoredAssignment {
        self.into()
    }

    #[inline]
    fn reprocess(&mut self, role: Role) -> Result<impl Iterator<Item = Action>, Refusal> {
        access_package::reprocess(self, role)
    }

    #[inline]
    fn reprocess_observed(
        &mut self,
        role: Role,
        observe: impl FnMut(&ResourceRole) -> Observed,
    ) -> Result<impl Iterator<Item = Action>, Refusal> {
        access_package::reprocess_observed(self, role, observe)
    }

    #[inline]
    fn evaluate(&self, caller: &Caller, now: Timestamp) -> Result<Role, Refusal> {
        access_package::evaluate(caller, self, now).map(Authority::role)
    }

    fn authority(caller: &Caller, catalog: Catalog) -> Result<Authority, Refusal> {
        caller.authority(Some(catalog))
    }

    #[inline]
    fn admit(
        self,
        authority: Authority,
        gives_now: Vec<ResourceRole>,
        now: Timestamp,
    ) -> Result<(StoredAssignment, Self), Refusal> {
        let unsaved = authority.admit(self, now)?.reprocess(gives_now);
        Ok((unsaved.stored(), unsaved.saved()))
    }

    #[inline]
    fn actions(&self) -> impl Iterator<Item = Action> {
        self.actions()
    }

    #[inline]
    fn record(&mut self, receipt: &Receipt, now: Timestamp) -> Result<Recorded, RecordError> {
        self.record(receipt, now)
    }
}

impl Subject for Record {
    const NAME: &'static str = "baseline";
    type Refusal = Denied;
    type Authority = Allowed;

    fn load(stored: StoredAssignment) -> Self {
        Self {
            id: stored.id,
            catalog: stored.catalog,
            access_package: stored.access_package,
            target: stored.target,
            target_type: stored.target_type,
            state: stored.state,
            end: stored.end,
            attempt: stored.attempt,
            resource_roles: stored.resource_roles.expect("known resource roles"),
        }
    }

    fn stored(&self) -> StoredAssignment {
        stored(self)
    }

    #[inline]
    fn reprocess(&mut self, role: Role) -> Result<impl Iterator<Item = Action>, Denied> {
        reprocess(self, role)
    }

    #[inline]
    fn reprocess_observed(
        &mut self,
        role: Role,
        observe: impl FnMut(&ResourceRole) -> Observed,
    ) -> Result<impl Iterator<Item = Action>, Denied> {
        reprocess_observed(self, role, observe)
    }

    #[inline]
    fn evaluate(&self, caller: &Caller, now: Timestamp) -> Result<Role, Denied> {
        evaluate(caller, self, now)
    }

    fn authority(caller: &Caller, catalog: Catalog) -> Result<Allowed, Denied> {
        authority(caller, catalog)
    }

    #[inline]
    fn admit(
        mut self,
        allowed: Allowed,
        gives_now: Vec<ResourceRole>,
        now: Timestamp,
    ) -> Result<(StoredAssignment, Self), Denied> {
        Ok((admit(&mut self, allowed, gives_now, now)?, self))
    }

    #[inline]
    fn actions(&self) -> impl Iterator<Item = Action> {
        pending(self)
    }

    #[inline]
    fn record(&mut self, receipt: &Receipt, now: Timestamp) -> Result<Recorded, RecordError> {
        record(self, receipt, now)
    }
}

/// Reads the whole answer: the refusal, or every action.
#[expect(clippy::inline_always, reason = "otherwise passing the answer through memory would be counted")]
#[inline(always)]
pub fn read<R>(answer: Result<impl Iterator<Item = Action>, R>) {
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
