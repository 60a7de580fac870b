//! A case as text, with a line for each input.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Refused;
use crate::{
    Account, Action, AssignmentResourceRole, Caller, Fulfillment, Observed, Outcome, Permission, Reason,
    Receipt, ResourceRole, RoleAssignment, Step, StoredAssignment, SubjectType, Timestamp,
};

pub(super) trait Words {
    fn words(&self) -> String;
}

/// The items, joined. "none" for an empty list.
pub(super) fn list<T: Words>(items: &[T], between: &str) -> String {
    if items.is_empty() {
        return "none".into();
    }
    items.iter().map(Words::words).collect::<Vec<_>>().join(between)
}

/// An input, on a line of its own.
impl<A: Words, B: Words> Words for (A, B) {
    fn words(&self) -> String {
        format!("{}\n{}", self.0.words(), self.1.words())
    }
}

impl<A: Words, B: Words, C: Words> Words for (A, B, C) {
    fn words(&self) -> String {
        format!("{}\n{}\n{}", self.0.words(), self.1.words(), self.2.words())
    }
}

impl Words for StoredAssignment {
    fn words(&self) -> String {
        let Self { id, catalog, target_type, state, attempt, end, resource_roles, .. } = self;
        let level = catalog.privilege_level.map_or(String::new(), |level| format!("{level} "));
        let target = match target_type {
            None => "",
            Some(SubjectType::User) => ", for a user",
            Some(SubjectType::ServicePrincipal) => ", for a service principal",
        };
        let end = end.map_or("without an end".into(), |end| format!("ends at tick {}", end.unix_ticks()));
        let resource_roles = match resource_roles {
            None => "not known".into(),
            Some(known) => list(known, ", "),
        };
        format!(
            "assignment: {id}, `{state}`, attempt {attempt}, {end}, in {level}catalog {}{target}; resource roles: {resource_roles}",
            catalog.id
        )
    }
}

impl Words for AssignmentResourceRole {
    fn words(&self) -> String {
        let reason = self.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        format!("{} {}{reason}", self.resource_role.words(), self.fulfillment.words())
    }
}

impl Words for ResourceRole {
    fn words(&self) -> String {
        format!("`{self}`")
    }
}

impl Words for Fulfillment {
    fn words(&self) -> String {
        match self {
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Unenforceable => "unenforceable",
            Self::Fulfilled => "fulfilled",
        }
        .into()
    }
}

impl Words for Timestamp {
    fn words(&self) -> String {
        format!("now: tick {}", self.unix_ticks())
    }
}

impl Words for Caller {
    fn words(&self) -> String {
        let account = match self.account {
            Account::WorkOrSchool => "a work or school account",
            Account::Application => "an application",
            Account::Personal => "a personal account",
        };
        let (permissions, roles) = (list(&self.permissions, ", "), list(&self.roles, ", "));
        format!("caller: {account}; permissions: {permissions}; roles: {roles}")
    }
}

impl Words for Permission {
    fn words(&self) -> String {
        format!("`{self}`")
    }
}

impl Words for RoleAssignment {
    fn words(&self) -> String {
        format!("`{}` on `{}`", self.role, self.scope)
    }
}

impl Words for Vec<Observed> {
    fn words(&self) -> String {
        format!("observed, in the order of the resource roles and then over again: {}", list(self, ", "))
    }
}

impl Words for Observed {
    fn words(&self) -> String {
        match self {
            Self::Present => "present",
            Self::Absent => "absent",
            Self::Unknown => "unknown",
            Self::Unenforceable => "unenforceable",
        }
        .into()
    }
}

impl Words for Outcome {
    fn words(&self) -> String {
        match self {
            Self::Fulfilled => "fulfilled",
            Self::Failed => "failed",
        }
        .into()
    }
}

impl Words for Receipt {
    fn words(&self) -> String {
        let Self { assignment, attempt, resource_role, outcome, reason } = self;
        let (role, outcome) = (resource_role.words(), outcome.words());
        let reason = reason.as_ref().map(|reason| format!(", {reason}")).unwrap_or_default();
        format!("{role} {outcome} (attempt {attempt} of assignment {assignment}{reason})")
    }
}

impl Words for Action {
    fn words(&self) -> String {
        let Self { assignment, attempt, target, resource_role, end } = self;
        let end = end.map_or("no end".into(), |end| format!("end at tick {}", end.unix_ticks()));
        format!(
            "{} for {target} (attempt {attempt} of assignment {assignment}, {end})",
            resource_role.words()
        )
    }
}

impl Words for Reason {
    fn words(&self) -> String {
        format!("`{}`", self.code())
    }
}

impl Words for Step {
    fn words(&self) -> String {
        format!("`{}`", self.code())
    }
}

impl Words for Vec<Step> {
    fn words(&self) -> String {
        list(self, " and ")
    }
}

impl Words for Result<(), Refused> {
    fn words(&self) -> String {
        match self {
            Ok(()) => "accepted".into(),
            Err(Refused { reasons, remedies }) => {
                let (reasons, remedies) = (list(reasons, ", "), list(remedies, ", or "));
                format!("refused (reasons: {reasons}; remedies: {remedies})")
            }
        }
    }
}
