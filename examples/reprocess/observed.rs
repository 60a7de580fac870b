//! Observations of resource roles, from a file.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::error::Error;

use access_package::{ObjectId, Observed, ResourceRole};
use serde::Deserialize;

/// The observation of each target and resource role. Others are unknown.
#[derive(Default)]
pub struct Observations(HashMap<(ObjectId, ResourceRole), Observed>);

/// An observation is about one target, so each names its target.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Observation {
    target: ObjectId,
    resource_role: ResourceRole,
    observed: Observed,
}

impl Observations {
    pub fn read(path: &str) -> Result<Self, Box<dyn Error>> {
        let text = crate::files::read(path)?;
        let list: Vec<Observation> =
            serde_json::from_slice(&text).map_err(|error| format!("{path}: {error}"))?;
        let mut all = HashMap::new();
        for Observation { target, resource_role, observed } in list {
            match all.entry((target, resource_role)) {
                Entry::Vacant(place) => drop(place.insert(observed)),
                Entry::Occupied(place) if *place.get() == observed => {}
                Entry::Occupied(place) => {
                    let (target, resource_role) = place.key();
                    return Err(format!(
                        "{path}: two different observations of `{resource_role}` for target `{target}`"
                    )
                    .into());
                }
            }
        }
        Ok(Self(all))
    }

    pub fn of(&self, target: ObjectId, resource_role: &ResourceRole) -> Observed {
        // R19
        self.0.get(&(target, resource_role.clone())).copied().unwrap_or(Observed::Unknown)
    }
}
