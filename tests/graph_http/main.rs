//! The HTTP interface: which requests are recognized, the exact responses, and that a client reads what a
//! server has sent.
#![cfg(feature = "http")]

mod any;
mod client;
#[path = "../support/golden.rs"]
mod golden;
#[path = "../support/http_bodies.rs"]
mod http_bodies;
mod missing;
#[path = "../gate/points.rs"]
#[allow(dead_code, reason = "a part of it is used here")]
mod points;
mod recognize;
mod respond;
mod round_trip;
#[path = "../support/mod.rs"]
mod support;

use access_package::graph::http::{InnerError, Rejection, respond};
use access_package::{
    Account, AssignmentId, AssignmentState, Caller, Catalog, Permission, Refusal, RoleAssignment,
};
use http::request::Builder;
use http::{Request, Response};
use uuid::Uuid;

use points::{HERE, THERE};
use support::MANAGER;

pub(crate) const ID: &str = "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b";
pub(crate) const V1: &str = "/v1.0/identityGovernance/entitlementManagement/assignments";
pub(crate) const V1_FIRST: &str = "/v1.0/identityGovernance/entitlementManagement/accessPackageAssignments";
pub(crate) const BETA: &str = "/beta/identityGovernance/entitlementManagement/accessPackageAssignments";
pub(crate) const TOKEN: &str = "eyJ0eXAi.eyJhdWQi.c2ln-_~+/==";

pub(crate) fn id() -> AssignmentId {
    AssignmentId::from_uuid(Uuid::from_u128(0xd82e_b508_acc4_43cc_bcf1_7c1c_4a2c_073b))
}

/// A correct call, without a body so far.
pub(crate) fn post(path: &str) -> Builder {
    Request::post(path).header("Authorization", format!("Bearer {TOKEN}"))
}

pub(crate) fn answer(result: Result<(), Rejection>) -> Response<String> {
    let inner = InnerError {
        date: "2022-07-27T21:55:19Z".parse().expect("an instant"),
        request_id: "9a4c1b0e-2d8f-4f5e-a1c7-0b6d3e8f2a91",
        client_request_id: Some("7f02c6d4-91ab-4e3d-8c55-d2e9a0b7f613"),
    };
    respond(result, &inner)
}

/// The gate's answer for this account.
fn refused(account: Account, permitted: bool, holds: &[access_package::Scope]) -> Rejection {
    let permissions = Vec::from(if permitted {
        [Permission::EntitlementManagementReadWriteAll]
    } else {
        [Permission::EntitlementManagementReadAll] // R7
    });
    let roles = holds.iter().map(|&scope| RoleAssignment { role: MANAGER, scope });
    let caller = Caller { object: None, account, permissions, roles: roles.collect() };
    let refusal = caller.authority(Some(Catalog::of_unknown_level(HERE))).expect_err("refused");
    refusal.into()
}

/// Every possible result, with a name.
pub(crate) fn results() -> Vec<(&'static str, Result<(), Rejection>)> {
    use Account::{Application, Personal, WorkOrSchool};
    let [here, elsewhere] = [HERE, THERE].map(access_package::Scope::Catalog);
    let wrong_states = AssignmentState::ALL.iter().flat_map(|&state| {
        let refusals = [Refusal::of_state(state), Refusal::of_request_state(state)];
        refusals.into_iter().flatten().map(|refusal| {
            let reason = refusal.reasons().next().expect("a reason");
            (reason.code(), Rejection::Refused(refusal))
        })
    });
    let rejections = [
        ("other method", Rejection::MethodNotAllowed { allowed: "POST" }),
        ("other method where something is read", Rejection::MethodNotAllowed { allowed: "GET" }),
        ("no caller", Rejection::NoCaller),
        ("invalid id", Rejection::InvalidId),
        ("no such assignment", Rejection::NotFound),
        ("invalid id of a request", Rejection::InvalidRequestId),
        ("no such request", Rejection::RequestNotFound),
        ("the host has failed", Rejection::Failed),
        ("personal account", refused(Personal, false, &[])),
        ("user without permission", refused(WorkOrSchool, false, &[here])),
        ("user without role", refused(WorkOrSchool, true, &[])),
        ("user with the role elsewhere", refused(WorkOrSchool, true, &[elsewhere])),
        ("user with neither", refused(WorkOrSchool, false, &[])),
        ("user without permission, with the role elsewhere", refused(WorkOrSchool, false, &[elsewhere])),
        ("application with neither", refused(Application, false, &[])),
        ("application with the role elsewhere", refused(Application, false, &[elsewhere])),
    ];
    let rejections =
        rejections.into_iter().chain(wrong_states).map(|(name, rejection)| (name, Err(rejection)));
    [("accepted", Ok(()))].into_iter().chain(rejections).collect()
}
