//! The requests and responses of Microsoft Graph, for servers and clients.
//!
//! The functions use the types of the crate `http` with any type of body. There is no runtime, no socket and no clock.
//! Your transport sets headers such as `Host` and `Content-Length`. Importing this module as `http` shadows the crate
//! `http`; import `graph` instead.
//!
//! A server passes each request to [`recognize`], and makes its response with [`respond`]. A client makes a request
//! with [`request`], sends it, and passes the response to [`read_response`]. Then it follows the assignment with
//! [`get`] and [`read_assignment`].
//!
//! ```
//! use access_package::graph::http::{Call, CallError, InnerError, Rejection, Target};
//! use access_package::{Account, Caller, Permission, Role, RoleAssignment, Scope, Timestamp, graph};
//! # use access_package::{Assignment, AssignmentId, Catalog, ResourceRole, StoredAssignment};
//! # fn authenticate(_token: &str) -> Option<Caller> {
//! #     Some(Caller {
//! #         object: None,
//! #         account: Account::WorkOrSchool,
//! #         permissions: vec![Permission::EntitlementManagementReadWriteAll],
//! #         roles: vec![RoleAssignment { role: Role::CatalogReader, scope: Scope::Tenant }],
//! #     })
//! # }
//! # fn catalog(_id: AssignmentId) -> Option<Catalog> { None }
//! # fn load(_id: AssignmentId) -> Option<Assignment> { None }
//! # fn gives_now(_assignment: &Assignment) -> Vec<ResourceRole> { vec![] }
//! # fn save(_stored: StoredAssignment) {}
//! # fn now() -> Timestamp { Timestamp::MIN }
//!
//! /// A server.
//! fn handle(call: &Call<'_>) -> Result<(), Rejection> {
//!     let caller = authenticate(call.token).ok_or(Rejection::NoCaller)?;
//!     let Target::Reprocess(id) = call.target else { return Err(Rejection::NotFound) }; // no other path
//!     let authority = caller.authority(catalog(id?))?; // `None` if it is missing
//!     let assignment = load(id?).ok_or(Rejection::NotFound)?;
//!     let admitted = authority.admit(assignment, now())?;
//!     let gives_now = gives_now(admitted.assignment());
//!     let unsaved = admitted.reprocess(gives_now);
//!     save(unsaved.stored());
//!     Ok(()) // and a worker carries out `unsaved.saved().actions()`
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
//! let Err(CallError::Rejected(error)) = graph::http::read_response(&response) else { unreachable!() };
//! for remedy in error.remedies() {
//!     println!("{}", remedy[0]); // what would help
//! }
//! # assert_eq!(error.remedies().count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod server;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use ::http::StatusCode;

use super::Version;
use crate::admission::NotAdmitted;
use crate::id::ParseIdError;
use crate::refusal::Refusal;
use crate::remedy::{Remedy, Step};

pub(super) use client::retry_after;
pub use client::{
    CallError, Detail, ErrorResponse, GetError, RequestError, RetryAfter, get, read_assignment,
    read_response, reprocess_request, request,
};
pub use server::{Call, InnerError, Target, bearer_token, recognize, respond};

/// The path of entitlement management, in both versions.
const ENTITLEMENT_MANAGEMENT: [&str; 2] = ["identityGovernance", "entitlementManagement"];

const REPROCESS: &str = "reprocess";

/// R35: the names of the requests. Beta and older pages use the longer one.
const REQUESTS: [&str; 2] = ["assignmentRequests", "accessPackageAssignmentRequests"];

/// R24: the name of the assignments in each version.
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

/// Why a server rejects a request: the status, the code and the body of the response ([R29](crate::policy#r29)).
///
/// A [`Refusal`] is one kind of rejection. Its response lists every reason and every remedy. The other kinds occur only
/// over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Rejection {
    /// `405`, `MethodNotAllowed`, with `Allow` ([R30](crate::policy#r30)).
    #[error("method is not allowed: use `{allowed}`")]
    MethodNotAllowed {
        /// `POST` to reprocess, and `GET` to read.
        allowed: &'static str,
    },
    /// `401`, `InvalidAuthenticationToken`, with `WWW-Authenticate: Bearer`: there is no bearer token, or you do not
    /// accept it ([R25](crate::policy#r25)).
    #[error("caller is not authenticated: a valid bearer token is required")]
    NoCaller,
    /// `400`, `InvalidRequest`: the id in the path is not valid ([R28](crate::policy#r28)).
    #[error("{}", ParseIdError { kind: "assignment" })]
    InvalidId,
    /// `400`, `InvalidRequest`: the id of a request in the path is not valid ([R35](crate::policy#r35)).
    #[error("{}", ParseIdError { kind: "assignment request" })]
    InvalidRequestId,
    /// `404`, `ResourceNotFound`: there is no such assignment. Only a caller who may reprocess in
    /// every standard catalog may learn that: see [`Caller::authority`](crate::Caller::authority)
    /// with `None` ([R28](crate::policy#r28)).
    #[error("assignment does not exist")]
    NotFound,
    /// `404`, `ResourceNotFound`: there is no such request. As for an assignment, only some callers may learn that
    /// ([R35](crate::policy#r35)).
    #[error("assignment request does not exist")]
    RequestNotFound,
    /// The verdict ([R29](crate::policy#r29), [R35](crate::policy#r35)). `403`, `UnAuthorized`, if the caller is
    /// refused. `400`, `InvalidAssignmentState` or `InvalidAssignmentRequest`, if the assignment or its request is.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// `500`, `InternalServerError`: your own code has failed. Log the cause; do not send it to the caller.
    #[error("internal server error")]
    Failed,
}

impl From<NotAdmitted> for Rejection {
    fn from(not_admitted: NotAdmitted) -> Self {
        Self::Refused(not_admitted.refusal)
    }
}

/// One entry of the `details` of an error.
#[derive(serde::Serialize)]
struct Entry {
    /// A stable code for programs.
    code: String,
    message: String,
}

impl Entry {
    fn new(code: impl Into<String>, says: impl Display) -> Self {
        Self { code: code.into(), message: says.to_string() }
    }
}

impl Rejection {
    /// The status and the error code of the response.
    const fn answer(self) -> (StatusCode, &'static str) {
        match self {
            Self::MethodNotAllowed { .. } => (StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed"),
            Self::NoCaller => (StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken"),
            Self::InvalidId | Self::InvalidRequestId => (StatusCode::BAD_REQUEST, "InvalidRequest"),
            Self::NotFound | Self::RequestNotFound => (StatusCode::NOT_FOUND, "ResourceNotFound"),
            Self::Refused(refusal) if refusal.is_unauthorized() => (StatusCode::FORBIDDEN, "UnAuthorized"),
            Self::Refused(refusal) if refusal.is_of_request() => {
                (StatusCode::BAD_REQUEST, "InvalidAssignmentRequest")
            }
            Self::Refused(_) => (StatusCode::BAD_REQUEST, "InvalidAssignmentState"),
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"),
        }
    }

    /// R29: every reason, then every remedy. There is always at least one entry.
    fn details(self) -> Vec<Entry> {
        let only = |code: &str| Vec::from([Entry::new(code, self)]);
        match self {
            Self::MethodNotAllowed { .. } => only("otherMethod"),
            Self::NoCaller => only("noCaller"),
            Self::InvalidId => only("invalidAssignmentId"),
            Self::InvalidRequestId => only("invalidAssignmentRequestId"),
            Self::NotFound => only("noSuchAssignment"),
            Self::RequestNotFound => only("noSuchAssignmentRequest"),
            Self::Failed => only("serverFailed"),
            Self::Refused(refusal) => {
                let reasons = refusal.reasons().map(|reason| Entry::new(reason.code(), reason));
                let remedies = refusal.remedies().map(|remedy| Entry::new(remedy_code(remedy), remedy));
                reasons.chain(remedies).collect()
            }
        }
    }
}

/// The codes of the steps of one remedy.
fn remedy_code(remedy: Remedy) -> String {
    remedy.steps().map(Step::code).collect::<Vec<_>>().join("+")
}
