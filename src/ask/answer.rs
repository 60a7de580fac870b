//! The answers, as they are written.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use super::problem::Problem;
use crate::action::Action;
use crate::answer::Verdict;
use crate::assignment::{Assignment, StoredAssignment};
use crate::caller::{Caller, RoleAssignment};
use crate::catalog::{Catalog, PrivilegeLevel};
use crate::claims::{Caveat, Claims};
use crate::event::Event;
use crate::id::ObjectId;
use crate::resource_role::ResourceRole;

/// The answer, and the assignment afterwards.
#[derive(Serialize)]
pub(super) struct Left<T> {
    #[serde(flatten)]
    answer: T,
    /// The remaining actions.
    actions: Vec<Action>,
    stored: StoredAssignment,
}

impl<T> Left<T> {
    pub(super) fn of(answer: T, assignment: Assignment) -> Self {
        Self { answer, actions: assignment.actions().collect(), stored: assignment.into() }
    }
}

#[derive(Serialize)]
pub(super) struct Reprocessed {
    #[serde(flatten)]
    pub(super) verdict: Verdict,
    pub(super) event: Option<Event>,
}

#[derive(Serialize)]
pub(super) struct Expired {
    result: &'static str,
    event: Option<Event>,
}

impl From<Option<Event>> for Expired {
    fn from(event: Option<Event>) -> Self {
        Self { result: if event.is_some() { "expired" } else { "unchanged" }, event }
    }
}

#[derive(Serialize)]
pub(super) struct Explained {
    #[serde(flatten)]
    pub(super) verdict: Verdict,
    pub(super) caller: Caller,
    pub(super) caveats: Vec<Noted>,
}

#[derive(Serialize)]
pub(super) struct Noted {
    code: &'static str,
    text: String,
}

impl Noted {
    /// The caveat about this caller.
    pub(super) fn of(caveat: Caveat, object: Option<ObjectId>) -> Self {
        Self::about(object, caveat.code(), caveat.to_string())
    }

    fn about(object: Option<ObjectId>, code: &'static str, text: String) -> Self {
        let text = match object {
            Some(object) => text.replace("<object id>", &object.to_string()),
            None => text,
        };
        Self { code, text }
    }

    /// The caveats about roles that were looked up. Graph lists directory roles apart from the others, so perhaps only
    /// one of the lists was read.
    pub(super) fn of_lists(
        roles: &[RoleAssignment],
        claims: &Claims,
        object: Option<ObjectId>,
    ) -> impl Iterator<Item = Self> {
        let not_listed = |code, kind, list| {
            let text = format!(
                "{kind} are not in the list: unless you have looked them up, do so with \
                 `GET /v1.0/roleManagement/{list}/roleAssignments?$filter=principalId eq '<object id>'`"
            );
            Self::about(object, code, text)
        };
        let of_directory = roles.iter().filter(|held| held.role.is_directory_role()).count();
        let directory = (of_directory == 0 && claims.wids.is_none())
            .then(|| not_listed("directoryRolesNotListed", "directory roles", "directory"));
        let others = (of_directory > 0 && of_directory == roles.len()).then(|| {
            let kind = "entitlement management roles";
            not_listed("entitlementManagementRolesNotListed", kind, "entitlementManagement")
        });
        let text = "roles that the caller holds through a group, or is only eligible for (PIM), are not in the list: look up \
                    the group's roles too, and activate the eligible ones";
        let of_groups = Self { code: "rolesOfGroupsOrEligible", text: text.into() };
        directory.into_iter().chain(others).chain([of_groups])
    }

    /// R43: the caveat about a catalog of unknown level, if this caller may act in it only if it is a standard one.
    pub(super) fn of_level(caller: &Caller, catalog: Catalog) -> Option<Self> {
        let privileged = Catalog { privilege_level: Some(PrivilegeLevel::Privileged), ..catalog };
        let is_open = caller.authority(Some(catalog)).is_ok() && caller.authority(Some(privileged)).is_err();
        (is_open && catalog.privilege_level.is_none()).then(|| {
            let text = format!(
                "a privileged catalog requires more, and the level of this one is unknown: look up its `privilegeLevel` \
                 with `GET /beta/identityGovernance/entitlementManagement/accessPackageCatalogs/{}`",
                catalog.id
            );
            Self { code: "catalogLevelNotKnown", text }
        })
    }
}

#[derive(Serialize)]
pub(super) struct Imported {
    pub(super) stored: StoredAssignment,
    pub(super) gives: Option<Vec<ResourceRole>>,
}

#[derive(Serialize)]
pub(super) struct Listed {
    pub(super) roles: Vec<RoleAssignment>,
}

#[derive(Serialize)]
pub(super) struct Failed {
    error: Placed,
}

#[derive(Serialize)]
struct Placed {
    #[serde(flatten)]
    problem: Problem,
    place: Option<String>,
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        let place = problem.place();
        Self { error: Placed { problem, place } }
    }
}
