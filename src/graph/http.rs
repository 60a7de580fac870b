//! The requests and responses of Microsoft Graph, for a server and for a client, with the types of the
//! crate `http`. There is no runtime, no socket and no clock here, and any type of body will do. What frames a message,
//! such as `Host` and the length of an answer, is the transport's. Import `graph` rather than this module, or the crate
//! `http` is `::http` beside it.
//!
//! A server asks [`recognize`] whether a request is a call to reprocess, and [`respond`] for the answer. A client sends
//! what [`request`] makes and hands the answer to [`read_response`]. Why a call is not accepted is the same
//! [`Rejection`] at both ends.
//!
//! ```
//! use access_package::graph::http::{Call, CallError, InnerError, Rejection};
//! use access_package::{
//!     Account, Caller, Permission, Role, RoleAssignment, Scope, Timestamp, evaluate, graph,
//! };
//! # use access_package::{Assignment, AssignmentId, CatalogId};
//! # fn authenticate(_token: &str) -> Option<Caller> {
//! #     Some(Caller {
//! #         account: Account::WorkOrSchool,
//! #         permissions: vec![Permission::EntitlementManagementReadWriteAll],
//! #         roles: vec![RoleAssignment { role: Role::CatalogReader, scope: Scope::Tenant }],
//! #     })
//! # }
//! # fn catalog(_id: AssignmentId) -> Option<CatalogId> { None }
//! # fn load(_id: AssignmentId) -> Option<Assignment> { None }
//!
//! /// A server, by the numbers of the contract.
//! fn handle(call: &Call<'_>) -> Result<(), Rejection> {
//!     let caller = authenticate(call.token).ok_or(Rejection::NoCaller)?; // 1
//!     let id = call.assignment?; // 2
//!     caller.authority(catalog(id))?; // 3: one that is missing is in no catalog
//!     let mut assignment = load(id).ok_or(Rejection::NotFound)?; // 3, 4
//!     let role = evaluate(&caller, &assignment)?; // 5
//!     // ... 6: bring in the resource roles; 7: reprocess with the role; 8: save ...
//!     # let _ = (&mut assignment, role);
//!     Ok(()) // 9
//! }
//!
//! // A client calls it.
//! let id = "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b".parse()?;
//! let request = graph::http::request("https://graph.microsoft.com", graph::Version::V1, id, "eyJ0.eyJh.c2ln")?;
//!
//! let Some(call) = graph::http::recognize(&request) else { unreachable!("or route it on") };
//! let inner = InnerError { date: Timestamp::MIN, request_id: "1", client_request_id: None };
//! let response = graph::http::respond(call.and_then(|call| handle(&call)), &inner);
//!
//! assert_eq!(response.status(), 403);
//! let Err(CallError::Rejected(rejection)) = graph::http::read_response(&response) else { unreachable!() };
//! assert_eq!(
//!     rejection.to_string(),
//!     "caller may not reprocess this assignment: no role is `Access package assignment manager` or higher"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod server;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use ::http::StatusCode;

use super::Version;
use crate::id::ParseIdError;
use crate::verdict::{Refusal, Remedy, Step, Unauthorized};

pub use client::{CallError, RequestError, RetryAfter, read_response, request};
pub use server::{Call, InnerError, bearer_token, recognize, respond};

/// Where both versions keep entitlement management.
const ENTITLEMENT_MANAGEMENT: [&str; 2] = ["identityGovernance", "entitlementManagement"];

const REPROCESS: &str = "reprocess";

/// R24: what the version calls the assignments.
const fn collection(version: Version) -> &'static str {
    match version {
        Version::V1 => "assignments",
        Version::Beta => "accessPackageAssignments",
    }
}

/// The grammar of a bearer token (RFC 6750, section 2.1).
fn is_bearer_token(text: &str) -> bool {
    let token = text.trim_end_matches('=');
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !token.is_empty() && token.bytes().all(is_allowed)
}

/// Why a call is not accepted: what the answer says, with every reason and every remedy in its body
/// ([R29](crate::policy#r29)). A [`Refusal`] is one of these, beside what only a call over HTTP can get wrong.
///
/// A [`ReprocessError`](crate::ReprocessError) is none of these. After [`evaluate`](crate::evaluate) the only one left
/// is [`ResourceRolesUnknown`](crate::ReprocessError::ResourceRolesUnknown), and it is the host that did not
/// bring them in: that answer, such as `500`, is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Rejection {
    /// `405`, `MethodNotAllowed`, with `Allow: POST` ([R30](crate::policy#r30)).
    #[error("method is not allowed: only `POST` is")]
    MethodNotAllowed,
    /// `401`, `InvalidAuthenticationToken`, with `WWW-Authenticate: Bearer`: there is no bearer token, or
    /// the host does not take it ([R25](crate::policy#r25)).
    #[error("caller is not known: a valid bearer token is required")]
    NoCaller,
    /// `400`, `InvalidRequest`: the id in the path is not valid ([R28](crate::policy#r28)).
    #[error("{}", ParseIdError { kind: "assignment" })]
    InvalidId,
    /// `404`, `ResourceNotFound`: there is no such assignment, and the caller may know, since they may reprocess in
    /// every catalog ([`Caller::authority`](crate::Caller::authority) of `None`, [R28](crate::policy#r28)).
    #[error("assignment does not exist")]
    NotFound,
    /// `403`, `UnAuthorized`, or `400`, `InvalidAssignmentState`: the verdict
    /// ([R29](crate::policy#r29)).
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl From<Unauthorized> for Rejection {
    fn from(unauthorized: Unauthorized) -> Self {
        Self::Refused(unauthorized.into())
    }
}

/// One entry of the `details` of an error.
#[derive(serde::Serialize)]
struct Detail {
    /// A word for programs, which stays the same.
    code: String,
    message: String,
}

impl Detail {
    fn new(code: impl Into<String>, says: impl Display) -> Self {
        Self { code: code.into(), message: says.to_string() }
    }
}

impl Rejection {
    const fn status(self) -> StatusCode {
        match self {
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoCaller => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Refused(Refusal::Unauthorized(_)) => StatusCode::FORBIDDEN,
            Self::InvalidId | Self::Refused(Refusal::InvalidState { .. }) => StatusCode::BAD_REQUEST,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::MethodNotAllowed => "MethodNotAllowed",
            Self::NoCaller => "InvalidAuthenticationToken",
            Self::InvalidId => "InvalidRequest",
            Self::NotFound => "ResourceNotFound",
            Self::Refused(Refusal::Unauthorized(_)) => "UnAuthorized",
            Self::Refused(Refusal::InvalidState { .. }) => "InvalidAssignmentState",
        }
    }

    /// R29: every reason, then every remedy. There is always one, and by their codes a client tells this
    /// from the error of another server.
    fn details(self) -> Vec<Detail> {
        let reason = |code: &str| Vec::from([Detail::new(code, self)]);
        match self {
            Self::MethodNotAllowed => reason("otherMethod"),
            Self::NoCaller => reason("noCaller"),
            Self::InvalidId => reason("invalidAssignmentId"),
            Self::NotFound => reason("noSuchAssignment"),
            Self::Refused(Refusal::Unauthorized(unauthorized)) => {
                let reasons = unauthorized.reasons().map(|reason| Detail::new(reason.code(), reason));
                let remedies = unauthorized.remedies().map(|remedy| Detail::new(remedy_code(remedy), remedy));
                reasons.chain(remedies).collect()
            }
            Self::Refused(Refusal::InvalidState { actual, .. }) => {
                let state = Detail::new(actual.as_str(), format!("state is `{actual}`"));
                let advice = actual.advice().map(|advice| Detail::new(advice.code(), advice)); // R10
                [state].into_iter().chain(advice).collect()
            }
        }
    }
}

/// The codes of the steps, all of which are to be taken.
fn remedy_code(remedy: Remedy) -> String {
    remedy.steps().map(Step::code).collect::<Vec<_>>().join("+")
}
