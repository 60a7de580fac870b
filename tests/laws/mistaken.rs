//! Implementations that go wrong, each in one way.

use access_package::testing::{Implementation, Refused};
use access_package::{
    Account, Action, AssignmentRequest, AssignmentResourceRole, AssignmentState, Caller, Fulfillment,
    Observed, Outcome, Permission, PrivilegeLevel, Purpose, Reason, Receipt, Recency, Refusal, ResourceRole,
    Role, RoleAssignment, Step, StoredAssignment, SubjectType, Timestamp,
};

use crate::mistakes::Mistake;
use crate::{Server, faithful};

/// The faithful implementation with one mistake.
pub(crate) struct Mistaken {
    mistake: Mistake,
    it: Server,
    /// The actions since it was started, if it keeps them in memory.
    queue: Vec<Action>,
    /// The saved form, if it differs from the current one.
    saved: Option<StoredAssignment>,
    /// Ignores outcomes for these resource roles.
    is_deaf_to: Vec<ResourceRole>,
}

impl Mistaken {
    pub(crate) fn new(mistake: Mistake, stored: StoredAssignment) -> Self {
        let it = faithful(stored);
        let mut it = Self { mistake, it, queue: Vec::new(), saved: None, is_deaf_to: Vec::new() };
        if mistake == Mistake::IsDeafAfterARestart {
            it.is_deaf_to = it.known();
        }
        it
    }

    /// Changes the assignment without its life cycle.
    fn meddle(&mut self, meddle: impl FnOnce(&mut StoredAssignment)) {
        let mut stored = self.it.stored();
        meddle(&mut stored);
        self.it = faithful(stored);
    }

    fn is_privileged(&self) -> bool {
        self.it.0.catalog().privilege_level == Some(PrivilegeLevel::Privileged)
    }

    fn known(&self) -> Vec<ResourceRole> {
        self.it.0.resource_roles().into_iter().flatten().map(|role| role.resource_role.clone()).collect()
    }

    /// Continues as if everything were delivered.
    fn pretend_delivered(&mut self) {
        self.meddle(|stored| {
            stored.state = AssignmentState::Delivered;
            for role in stored.resource_roles.iter_mut().flatten() {
                (role.fulfillment, role.reason) = (Fulfillment::Fulfilled, None);
            }
        });
    }

    /// The caller as this implementation sees them.
    fn mistaken_for(&self, caller: &Caller) -> Caller {
        let mut caller = caller.clone();
        match self.mistake {
            Mistake::TakesReadForReadWrite if !caller.permissions.is_empty() => {
                caller.permissions = vec![Permission::EntitlementManagementReadWriteAll];
            }
            Mistake::AsksForTheRoleOnly => {
                caller.permissions.push(Permission::EntitlementManagementReadWriteAll);
            }
            Mistake::TakesAPersonalAccountForAnother if caller.account == Account::Personal => {
                caller.account = Account::WorkOrSchool;
            }
            Mistake::RefusesGlobalAdministrators => {
                caller.roles.retain(|held| held.role != Role::GlobalAdministrator);
            }
            Mistake::GovernanceAloneIsEnough => {
                let governs = caller
                    .roles
                    .iter()
                    .find(|it| it.role == Role::IdentityGovernanceAdministrator)
                    .map(|it| RoleAssignment { role: Role::PrivilegedRoleAdministrator, ..*it });
                caller.roles.extend(governs);
            }
            Mistake::ThePermissionAloneIsEnough if !caller.permissions.is_empty() => {
                caller.permissions.push(Permission::RoleManagementReadWriteDirectory);
            }
            Mistake::LooksAtTheFirstRole => caller.roles.truncate(1),
            Mistake::TwoRolesAreTooMany if caller.roles.len() > 1 => caller.roles.clear(),
            Mistake::KnowsTheLastThreeRoles if !self.is_privileged() => {
                caller.roles.drain(..caller.roles.len().saturating_sub(3));
            }
            Mistake::BothRolesAreNotEnough if self.is_privileged() && caller.roles.len() == 2 => {
                caller.roles.retain(|held| held.role != Role::PrivilegedRoleAdministrator);
            }
            _ => {}
        }
        caller
    }

    fn mistaken_refusal(&mut self, mut refused: Refused) -> Refused {
        match self.mistake {
            Mistake::CountsARefusedAttempt => {
                self.meddle(|stored| stored.attempt = stored.attempt.wrapping_add(1));
            }
            Mistake::NamesOneReason => refused.reasons.truncate(1),
            Mistake::NamesOneRemedy => refused.remedies.truncate(1),
            Mistake::NamesAnotherStep => {
                for step in refused.remedies.iter_mut().flatten().filter(|step| **step == Step::HoldRole) {
                    *step = Step::HoldGlobalAdministrator;
                }
            }
            Mistake::OrdersTheReasonsByTheState if self.it.0.state() == AssignmentState::Expired => {
                refused.reasons.reverse();
            }
            Mistake::TellsAStrangerOfThePrivilege if self.is_privileged() => {
                for reason in refused.reasons.iter_mut().filter(|it| **it == Reason::InsufficientRole) {
                    *reason = Reason::PrivilegedCatalog;
                }
            }
            Mistake::AsksForMoreThanItTakes => {
                refused.remedies = vec![vec![Step::HoldRole, Step::ObtainDelegatedPermission]];
            }
            _ => {}
        }
        refused
    }
}

impl Implementation for Mistaken {
    fn reprocess(
        &mut self,
        caller: &Caller,
        observe: &dyn Fn(&ResourceRole) -> Observed,
        now: Timestamp,
    ) -> Result<(), Refused> {
        assert!(self.mistake != Mistake::Panics, "not today");
        let state = self.it.0.state();
        let ended = self.it.0.end().is_some_and(|end| now >= end);
        let now = match (self.mistake, self.it.0.end()) {
            (Mistake::NeverExpires, _) => Timestamp::MIN,
            (Mistake::TheEndIsInclusive, Some(end)) if now == end => Timestamp::MIN,
            _ => now,
        };
        match (self.mistake, state) {
            (Mistake::LooksAtTheStateFirst, AssignmentState::Delivering) => {
                return Err(Refusal::of_state(state).expect("not delivered").into());
            }
            (
                Mistake::ReprocessesWhatHasFailed,
                AssignmentState::DeliveryFailed | AssignmentState::PartiallyDelivered,
            )
            | (Mistake::ReprocessesWhatIsUnderWay, AssignmentState::Delivering) => self.pretend_delivered(),
            (Mistake::TakesAPrivilegedCatalogForAnother, _) => {
                self.meddle(|stored| stored.catalog.privilege_level = None);
            }
            (Mistake::ComesBackWithTheClock, AssignmentState::Expired) if !ended => self.pretend_delivered(),
            _ => {}
        }
        let mistake = self.mistake;
        let seen: Vec<_> = self.known().iter().map(observe).collect();
        let are_mixed = seen.contains(&Observed::Present)
            && (seen.contains(&Observed::Absent) || seen.contains(&Observed::Unknown));
        let mistaken = |resource_role: &_| match (mistake, observe(resource_role)) {
            (Mistake::TakesUnknownForPresent, Observed::Unknown)
            | (Mistake::HidesWhatCannotBeEnforced, Observed::Unenforceable) => Observed::Present,
            (Mistake::HidesAmongOthersWhatCannotBeEnforced, Observed::Unenforceable) if are_mixed => {
                Observed::Present
            }
            (Mistake::EnforcesWhatIsThere, Observed::Present) => Observed::Absent,
            (_, seen) => seen,
        };
        let caller = self.mistaken_for(caller);
        let before = self.it.stored();
        match self.mistake {
            Mistake::AsksForWhatTheTargetCannotHold => self.meddle(|stored| stored.target_type = None),
            Mistake::GivesUpForAnyTarget => {
                self.meddle(|stored| stored.target_type = Some(SubjectType::ServicePrincipal));
            }
            _ => {}
        }
        let answer = self.it.reprocess(&caller, &mistaken, now);
        self.meddle(|stored| stored.target_type = before.target_type);
        if let Err(refused) = answer {
            return Err(self.mistaken_refusal(refused));
        }
        match self.mistake {
            Mistake::MovesTheEnd => self.meddle(|stored| stored.end = None),
            Mistake::DoesNotCountTheAttempt => self.meddle(|stored| stored.attempt = before.attempt),
            Mistake::HasRoomForFour => {
                let known = before.resource_roles.iter().flatten().skip(4);
                for role in known.map(|role| role.resource_role.clone()) {
                    let receipt = Receipt {
                        assignment: before.id,
                        attempt: self.it.0.attempt(),
                        resource_role: role,
                        outcome: Outcome::Fulfilled,
                        reason: None,
                    };
                    self.it.record(&receipt, now);
                }
            }
            _ => {}
        }
        self.queue = self.it.actions();
        self.saved = (self.mistake == Mistake::SavesAfterItActs).then_some(before);
        let third = self.queue.get(2).map(|action| action.resource_role.clone());
        let lost = third.filter(|_| self.mistake == Mistake::LosesTheOutcomeOfTheThird);
        self.is_deaf_to = lost.into_iter().collect();
        Ok(())
    }

    fn reprocess_request(
        &mut self,
        caller: &Caller,
        request: &AssignmentRequest,
        gives: &[ResourceRole],
        now: Timestamp,
    ) -> Result<(), Refused> {
        let mut asked = *request;
        let mut gives = gives.to_vec();
        let before = self.it.stored();
        let too_old = Timestamp::from_unix_ticks(
            request.completed.unix_ticks() + AssignmentRequest::REPROCESSED_WITHIN,
        );
        match self.mistake {
            Mistake::TakesARequestOfAnother => asked.assignment = before.id,
            Mistake::TakesARemoval => asked.purpose = Purpose::Grant,
            Mistake::TakesASupersededRequest => asked.recency = Recency::Newest,
            Mistake::TakesARequestInAnotherState => asked.state = before.state,
            Mistake::TakesARequestThatIsTooOld => asked.completed = now,
            Mistake::TheFourteenthDayIsInTime if too_old == Some(now) => asked.completed = now,
            Mistake::ReprocessesTheRequestOfWhatIsDelivered
                if before.state == AssignmentState::Delivered && asked.state == before.state =>
            {
                self.meddle(|stored| {
                    stored.state = AssignmentState::DeliveryFailed;
                    stored.resource_roles = None;
                });
                asked.state = AssignmentState::DeliveryFailed;
            }
            Mistake::LooksAtTheRequestFirst if request.purpose != Purpose::Grant => {
                return Err(Refused { reasons: vec![Reason::RequestWithoutGrant], remedies: vec![] });
            }
            Mistake::AsksOnlyForWhatHasFailed => {
                let fulfilled = before.resource_roles.iter().flatten();
                let fulfilled = fulfilled.filter(|role| role.fulfillment == Fulfillment::Fulfilled);
                let fulfilled: Vec<_> = fulfilled.map(|role| &role.resource_role).collect();
                gives.retain(|role| !fulfilled.contains(&role));
            }
            Mistake::KeepsTheOldPackage => gives = self.known(),
            _ => {}
        }
        let answer = self.it.reprocess_request(caller, &asked, &gives, now);
        if answer.is_err() && self.mistake == Mistake::CountsARefusedRequest {
            self.meddle(|stored| stored.attempt = stored.attempt.wrapping_add(1));
        }
        answer
    }

    fn record(&mut self, receipt: &Receipt, now: Timestamp) {
        let mut receipt = receipt.clone();
        let attempt = self.it.0.attempt();
        self.queue.retain(|action| action.resource_role != receipt.resource_role);
        self.saved = None;
        match self.mistake {
            Mistake::TakesOutcomesOfAnyAttempt => receipt.attempt = attempt,
            Mistake::ForgetsWhyItFailed => receipt.reason = None,
            Mistake::KeepsTheFirstReason => {
                let mut known = self.it.0.resource_roles().into_iter().flatten();
                if let Some(role) = known.find(|role| role.resource_role == receipt.resource_role) {
                    receipt.reason = role.reason.clone().or(receipt.reason);
                }
            }
            Mistake::CountsAttemptsInAByte if receipt.attempt & 0xff == attempt & 0xff => {
                receipt.attempt = attempt;
            }
            Mistake::CountsAttemptsInTwoBytes if receipt.attempt & 0xffff == attempt & 0xffff => {
                receipt.attempt = attempt;
            }
            Mistake::TakesOutcomesOfTheNextAttempt if receipt.attempt == attempt.wrapping_add(1) => {
                receipt.attempt = attempt;
            }
            Mistake::NeverExpires => return self.it.record(&receipt, Timestamp::MIN),
            _ if self.is_deaf_to.contains(&receipt.resource_role) => return,
            Mistake::ComparesUrlsWithoutCase => {
                self.take_for_its_own(&mut receipt, |role, other| {
                    matches!(role, ResourceRole::SharePointSite { .. })
                        && role.to_string().eq_ignore_ascii_case(&other.to_string())
                });
            }
            Mistake::ComparesUnknownIdsWithoutCase => {
                self.take_for_its_own(&mut receipt, |role, other| {
                    matches!(role, ResourceRole::Other(_))
                        && role.to_string().eq_ignore_ascii_case(&other.to_string())
                });
            }
            Mistake::IgnoresASlashAtTheEnd => {
                self.take_for_its_own(&mut receipt, |role, other| {
                    role.resource_origin_id() + "/" == other.resource_origin_id()
                        && role.role_origin_id() == other.role_origin_id()
                });
            }
            Mistake::DropsTheTypeOfARole => {
                self.take_for_its_own(&mut receipt, |role, other| {
                    role.origin_system() == other.origin_system()
                        && role.resource_origin_id() == other.resource_origin_id()
                        && role.role_origin_id() == other.role_origin_id()
                });
            }
            _ if receipt.assignment != self.it.0.id() || receipt.attempt != attempt => {}
            Mistake::TakesAnyResourceRole
                if self.it.0.state() == AssignmentState::Delivering
                    && !self.known().contains(&receipt.resource_role) =>
            {
                self.meddle(|stored| {
                    let role = AssignmentResourceRole::new(receipt.resource_role, Fulfillment::Fulfilled);
                    stored.resource_roles.iter_mut().for_each(|known| known.push(role.clone()));
                });
                return;
            }
            Mistake::OneFailureSettlesAll if receipt.outcome == Outcome::Failed => {
                for resource_role in self.known() {
                    self.it.record(&Receipt { resource_role, ..receipt.clone() }, now);
                }
            }
            Mistake::FailedBeatsFulfilled => {
                let has_failed = |role: &AssignmentResourceRole| {
                    role.resource_role == receipt.resource_role && role.fulfillment == Fulfillment::Failed
                };
                if !self.it.0.resource_roles().into_iter().flatten().any(has_failed) {
                    self.last_word(&receipt, now);
                }
                return;
            }
            Mistake::TheLastWordWins => {
                // Forgets the earlier outcome by a new attempt with the same number.
                return self.last_word(&receipt, now);
            }
            _ => {}
        }
        self.it.record(&receipt, now);
    }

    fn actions(&self) -> Vec<Action> {
        let mut actions = self.it.actions();
        match self.mistake {
            Mistake::QueuesInMemory => actions.clone_from(&self.queue),
            Mistake::ForgetsTheLastResourceRole if self.it.0.state() == AssignmentState::Delivering => {
                actions.pop();
            }
            Mistake::AsksTwice => actions.extend(self.it.actions().first().cloned()),
            _ => {}
        }
        actions
    }

    fn stored(&self) -> StoredAssignment {
        let mut stored = self.saved.clone().unwrap_or_else(|| self.it.stored());
        match (self.mistake, stored.state) {
            (Mistake::AnyFailureIsAllFailure, AssignmentState::PartiallyDelivered) => {
                stored.state = AssignmentState::DeliveryFailed;
            }
            (Mistake::DeliversAtTheFirstOutcome, AssignmentState::Delivering) => {
                let settled =
                    |role: &access_package::AssignmentResourceRole| role.fulfillment != Fulfillment::Pending;
                if stored.resource_roles.iter().flatten().any(settled) {
                    stored.state = AssignmentState::Delivered;
                }
            }
            (Mistake::SavesOnlyTheState, AssignmentState::Delivering) => {
                for role in stored.resource_roles.iter_mut().flatten() {
                    (role.fulfillment, role.reason) = (Fulfillment::Pending, None);
                }
            }
            _ => {}
        }
        stored
    }
}

impl Mistaken {
    /// Takes a receipt for another resource role as one for its own, if both are the same by this comparison.
    fn take_for_its_own(&self, receipt: &mut Receipt, same: impl Fn(&ResourceRole, &ResourceRole) -> bool) {
        if let Some(role) = self.known().iter().find(|role| same(role, &receipt.resource_role)) {
            receipt.resource_role = role.clone();
        }
    }

    fn last_word(&mut self, receipt: &Receipt, now: Timestamp) {
        if receipt.outcome == Outcome::Failed && self.it.0.state() != AssignmentState::Expired {
            self.meddle(|stored| {
                let mut known = stored.resource_roles.iter_mut().flatten();
                if let Some(role) = known.find(|role| role.resource_role == receipt.resource_role) {
                    (role.fulfillment, role.reason) = (Fulfillment::Pending, None);
                    stored.state = AssignmentState::Delivering;
                }
            });
        }
        self.it.record(receipt, now);
    }
}
