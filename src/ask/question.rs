//! The questions, as they are read.

use alloc::vec::Vec;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::problem::Problem;
use crate::action::Receipt;
use crate::assignment::{Observed, StoredAssignment};
use crate::caller::{Caller, Known};
use crate::claims::Claims;
use crate::request::AssignmentRequest;
use crate::resource_role::ResourceRole;
use crate::text::Exact;
use crate::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Evaluate {
    pub(super) caller: Caller,
    pub(super) stored: Exact<StoredAssignment>,
    pub(super) now: Timestamp,
    pub(super) request: Option<Exact<AssignmentRequest>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Explain {
    pub(super) claims: Claims,
    /// `None` if they were not looked up.
    pub(super) roles: Option<Known>,
    pub(super) stored: Exact<StoredAssignment>,
    pub(super) now: Timestamp,
    pub(super) request: Option<Exact<AssignmentRequest>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Reprocess {
    pub(super) caller: Caller,
    pub(super) stored: Exact<StoredAssignment>,
    pub(super) now: Timestamp,
    /// `None` for the resource roles that the assignment has.
    // Required: the resource roles that the assignment has may be out of date (R13).
    #[serde(deserialize_with = "Deserialize::deserialize")]
    pub(super) gives: Option<Vec<ResourceRole>>,
    pub(super) observed: Option<Vec<Exact<Seen>>>,
    pub(super) request: Option<Exact<AssignmentRequest>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Record {
    pub(super) stored: Exact<StoredAssignment>,
    pub(super) receipt: Exact<Receipt>,
    pub(super) now: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Expire {
    pub(super) stored: Exact<StoredAssignment>,
    pub(super) now: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Read<'q> {
    #[serde(borrow)]
    pub(super) document: &'q RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Seen {
    resource_role: ResourceRole,
    observed: Observed,
}

/// The observations, by resource role.
pub(super) struct Observations(Vec<Seen>);

impl Observations {
    /// Contradicting observations are an error.
    pub(super) fn new(seen: Vec<Exact<Seen>>) -> Result<Self, Problem> {
        let mut seen: Vec<_> = seen.into_iter().map(|Exact(seen)| seen).collect();
        seen.sort_unstable_by(|a, b| a.resource_role.cmp(&b.resource_role));
        let contradictory = seen.windows(2).find_map(|pair| match pair {
            [a, b] if a.resource_role == b.resource_role && a.observed != b.observed => {
                Some(&a.resource_role)
            }
            _ => None,
        });
        match contradictory {
            Some(resource_role) => Err(Problem::ContradictoryObservations(resource_role.clone())),
            None => Ok(Self(seen)),
        }
    }

    pub(super) fn of(&self, resource_role: &ResourceRole) -> Observed {
        let found = self.0.binary_search_by(|seen| seen.resource_role.cmp(resource_role));
        // R19
        found.ok().and_then(|index| self.0.get(index)).map_or(Observed::Unknown, |seen| seen.observed)
    }
}
