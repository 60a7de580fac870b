//! The life cycle as a state machine of `statig`, and the common interface of the machine, the crate and the baseline.

use access_package::{
    Action, AssignmentId, AssignmentResourceRole, AssignmentState, Fulfillment, ObjectId, PrivilegeLevel,
    Reason, Role, StoredAssignment, Timestamp,
};
use statig::blocking::InitializedStateMachine;
use statig::prelude::*;

use crate::baseline::{Denied, Subject};
use crate::support::MANAGER;

/// A side that reprocesses an assignment.
pub trait Life: Clone + Send {
    const NAME: &'static str;
    type Refusal: Into<Denied>;

    fn load(stored: StoredAssignment) -> Self;

    fn reprocess(&mut self, role: Role) -> Result<impl Iterator<Item = Action>, Self::Refusal>;
}

impl<S: Subject> Life for S {
    const NAME: &'static str = S::NAME;
    type Refusal = S::Refusal;

    fn load(stored: StoredAssignment) -> Self {
        S::load(stored)
    }

    #[inline]
    fn reprocess(&mut self, role: Role) -> Result<impl Iterator<Item = Action>, S::Refusal> {
        Subject::reprocess(self, role)
    }
}

/// The data that the machine works on. The machine itself has the state.
#[derive(Clone)]
pub struct Storage {
    id: AssignmentId,
    is_privileged: bool,
    target: ObjectId,
    end: Option<Timestamp>,
    attempt: u32,
    resource_roles: Vec<AssignmentResourceRole>,
    /// A handler has no answer of its own.
    answer: Result<(), Denied>,
}

pub enum Event {
    /// The stored state shows where to begin.
    Load(AssignmentState),
    Reprocess(Role),
}

impl Storage {
    fn judge(&mut self, role: Role, state: AssignmentState) -> bool {
        self.answer = if !role.at_least(MANAGER) {
            Err(Reason::InsufficientRole.into())
        } else if self.is_privileged && role != Role::GlobalAdministrator {
            // R43: the machine sees only one role.
            let governs = role == Role::IdentityGovernanceAdministrator;
            let reason =
                if governs { Reason::WithoutPrivilegedRoleAdministrator } else { Reason::PrivilegedCatalog };
            Err(reason.into())
        } else if state != AssignmentState::Delivered {
            Err(Reason::InvalidState(state).into())
        } else {
            Ok(())
        };
        self.answer.is_ok()
    }
}

#[state_machine(initial = "State::begun()", state(derive(Clone)))]
impl Storage {
    #[state]
    fn begun(event: &Event) -> Outcome<State> {
        match event {
            Event::Load(AssignmentState::Delivered) => Transition(State::delivered()),
            &Event::Load(other) => Transition(State::refusing(other)),
            Event::Reprocess(_) => Handled,
        }
    }

    #[state]
    fn delivered(&mut self, event: &Event) -> Outcome<State> {
        match event {
            &Event::Reprocess(role) if self.judge(role, AssignmentState::Delivered) => {
                self.attempt = self.attempt.wrapping_add(1);
                for role in &mut self.resource_roles {
                    role.fulfillment = Fulfillment::Pending;
                }
                if self.resource_roles.is_empty() {
                    Handled
                } else {
                    Transition(State::refusing(AssignmentState::Delivering))
                }
            }
            _ => Handled,
        }
    }

    /// Every state except `delivered`.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the machine lends what a state holds")]
    #[state]
    fn refusing(&mut self, state: &AssignmentState, event: &Event) -> Outcome<State> {
        if let &Event::Reprocess(role) = event {
            self.judge(role, *state);
        }
        Handled
    }
}

/// A started machine.
#[derive(Clone)]
pub struct Machine(InitializedStateMachine<Storage>);

impl Machine {
    /// Writes its changes into the stored form.
    pub fn save(&self, stored: &mut StoredAssignment) {
        stored.state = match self.0.state() {
            State::Begun {} => stored.state,
            State::Delivered {} => AssignmentState::Delivered,
            State::Refusing { state } => *state,
        };
        let storage = self.0.inner();
        stored.attempt = storage.attempt;
        // The machine lends its data, and does not give it back.
        stored.resource_roles = Some(storage.resource_roles.clone());
    }
}

impl Life for Machine {
    const NAME: &'static str = "statig";
    type Refusal = Denied;

    fn load(stored: StoredAssignment) -> Self {
        let storage = Storage {
            id: stored.id,
            is_privileged: stored.catalog.privilege_level == Some(PrivilegeLevel::Privileged),
            target: stored.target,
            end: stored.end,
            attempt: stored.attempt,
            resource_roles: stored.resource_roles.expect("known resource roles"),
            answer: Ok(()),
        };
        let mut machine = storage.uninitialized_state_machine().init();
        machine.handle(&Event::Load(stored.state));
        Self(machine)
    }

    #[inline]
    fn reprocess(&mut self, role: Role) -> Result<impl Iterator<Item = Action>, Denied> {
        self.0.handle(&Event::Reprocess(role));
        let storage = self.0.inner();
        storage.answer?;
        let pending = storage.resource_roles.iter().filter(|role| role.fulfillment == Fulfillment::Pending);
        Ok(pending.map(|role| Action {
            assignment: storage.id,
            attempt: storage.attempt,
            target: storage.target,
            resource_role: role.resource_role.clone(),
            end: storage.end,
        }))
    }
}
