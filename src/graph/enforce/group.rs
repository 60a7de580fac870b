//! The properties of a group that show why a change is refused. The refusal itself does not say why.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use ::http::{Request, Response, StatusCode};
use serde::Deserialize;
use uuid::Uuid;

use super::end::FailureCause;
use crate::graph::endpoint::{BaseUrl, Endpoint, get};
use crate::graph::object::Object;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    #[serde(rename = "groupTypes")]
    types: Option<Vec<String>>,
    mail_enabled: Option<bool>,
    is_assignable_to_role: Option<bool>,
    on_premises_sync_enabled: Option<bool>,
}

pub(in crate::graph) fn request(base_url: &BaseUrl, group: Uuid) -> Request<String> {
    get(&base_url.below(&format!(
        "groups/{group}?$select=groupTypes,mailEnabled,isAssignableToRole,onPremisesSyncEnabled"
    )))
}

/// Why the members or owners of this group cannot be changed. It does not guess.
pub(in crate::graph) fn cause<B: AsRef<[u8]>>(
    endpoint: Endpoint,
    response: &Response<B>,
    otherwise: FailureCause,
) -> FailureCause {
    let group = serde_json::from_slice(response.body().as_ref()).ok();
    let Some(Object(group)) = group.filter(|_| response.status() == StatusCode::OK) else {
        return otherwise;
    };
    let Group { types, mail_enabled, is_assignable_to_role, on_premises_sync_enabled } = group;
    let is = |kind: &str| types.iter().flatten().any(|known| known.eq_ignore_ascii_case(kind));
    if is("DynamicMembership") && endpoint == Endpoint::GroupMembers {
        FailureCause::DynamicGroup // its owners can be changed
    } else if on_premises_sync_enabled == Some(true) {
        FailureCause::SyncedGroup
    } else if mail_enabled == Some(true) && !is("Unified") {
        FailureCause::MailEnabledGroup
    } else if is_assignable_to_role == Some(true) && otherwise == FailureCause::NotAllowed {
        FailureCause::RoleAssignableGroup // if a permission is missing
    } else {
        otherwise
    }
}
