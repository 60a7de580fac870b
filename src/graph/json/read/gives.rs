//! The resource roles of a document, and their fulfillments.

use alloc::vec::Vec;

use super::Document;
use crate::fulfillment::{AssignmentResourceRole, Fulfillment};
use crate::graph::Version;
use crate::graph::json::ReadError;
use crate::graph::json::listed::{List, Names};
use crate::graph::object::Object;
use crate::resource_role::ResourceRole;
use crate::state::AssignmentState;

impl Document<'_> {
    /// The fulfillment of each resource role, if the state shows it.
    pub(super) fn resource_roles(
        &self,
        state: AssignmentState,
        version: Version,
        gives: Option<&[ResourceRole]>,
    ) -> Result<Option<Vec<AssignmentResourceRole>>, ReadError> {
        let owed = || gives.map_or_else(|| self.owed(version), |gives| Ok(gives.to_vec()));
        match state {
            AssignmentState::Delivered => Ok(Some(with(owed()?, |_| Fulfillment::Fulfilled))),
            AssignmentState::Delivering => Ok(delivering(owed()?, &self.fulfilled(version)?)),
            // Graph does not show which resource roles have failed. An expired assignment does not need them.
            AssignmentState::PartiallyDelivered
            | AssignmentState::Expired
            | AssignmentState::DeliveryFailed => Ok(None),
        }
    }

    /// R13: what the access package gives now, if it is expanded. Otherwise, in beta, what the assignment was to
    /// deliver.
    pub(super) fn owed(&self, version: Version) -> Result<Vec<ResourceRole>, ReadError> {
        let package = self.access_package.as_ref().map(|Object(package)| package.list(version));
        let names = Names::of(version);
        let list = match version {
            Version::V1 => package.unwrap_or(List { names, listed: None, goes_on: false }),
            Version::Beta => package.filter(List::is_shown).unwrap_or_else(|| self.delivered()),
        };
        Ok(list.given()?.into_iter().map(|(resource_role, _)| resource_role).collect())
    }

    /// R19: only a resource role that is shown as fulfilled is fulfilled. Only beta shows that.
    fn fulfilled(&self, version: Version) -> Result<Vec<ResourceRole>, ReadError> {
        let list = self.delivered();
        match version {
            // An incomplete list does not show the rest, which may contain one of these again.
            Version::Beta if list.is_shown() && !list.goes_on => {
                let fulfilled = list.given()?.into_iter().filter(|(_, is_fulfilled)| *is_fulfilled);
                Ok(fulfilled.map(|(resource_role, _)| resource_role).collect())
            }
            Version::V1 | Version::Beta => Ok(Vec::new()),
        }
    }

    /// Beta's list of what the assignment has delivered, or is to deliver.
    fn delivered(&self) -> List<'_> {
        List {
            names: Names::of(Version::Beta),
            listed: self.access_package_assignment_resource_roles.as_deref(),
            goes_on: self.rest_of_assignment_resource_roles.is_some(),
        }
    }
}

fn with(
    given: Vec<ResourceRole>,
    fulfillment: impl Fn(&ResourceRole) -> Fulfillment,
) -> Vec<AssignmentResourceRole> {
    let with = |resource_role| {
        let fulfillment = fulfillment(&resource_role);
        AssignmentResourceRole::new(resource_role, fulfillment)
    };
    given.into_iter().map(with).collect()
}

/// The resource roles of a delivering assignment, as they are shown. If none would be pending, all of them are. An
/// empty list contradicts the state, so they are unknown.
fn delivering(owed: Vec<ResourceRole>, fulfilled: &[ResourceRole]) -> Option<Vec<AssignmentResourceRole>> {
    let is_fulfilled = |resource_role: &_| fulfilled.binary_search(resource_role).is_ok();
    let all_fulfilled = owed.iter().all(is_fulfilled);
    let fulfillment = |resource_role: &_| {
        if is_fulfilled(resource_role) && !all_fulfilled {
            Fulfillment::Fulfilled
        } else {
            Fulfillment::Pending
        }
    };
    (!owed.is_empty()).then(|| with(owed, fulfillment))
}
