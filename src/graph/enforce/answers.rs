//! What the answers to a write mean: one table, read from the top.

use core::fmt;
use core::ops::RangeInclusive;

use super::end::FailureCause;
use super::said::Said;
use crate::graph::endpoint::Endpoint;

/// What an answer to a write means ([R38](crate::policy#r38), [R40](crate::policy#r40), [R41](crate::policy#r41)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// The grant is there.
    Fulfilled,
    /// It may be there already: look. If it is not to be seen, write again, as for [`TooEarly`](Self::TooEarly); in the end look
    /// at the group, as for [`Denied`](Self::Denied).
    Look,
    /// It was taken, and takes its time: look until it is to be seen, and do not write again.
    UnderWay,
    /// What it needs may not be replicated yet: write again. Failed once the directory has had time to replicate.
    TooEarly(FailureCause),
    /// Nothing was done: write again later.
    Later,
    /// It may or may not have been carried out: look, and write again if it is not to be seen.
    InDoubt,
    /// The token was not taken: write again with another one. Failed if that is not taken either.
    NotAuthenticated,
    /// It is not allowed: look at the group, which tells why.
    Denied,
    /// It cannot succeed.
    Failed(FailureCause),
}

/// One row of the [table](ANSWERS).
#[derive(Debug, Clone)]
pub struct Answer {
    /// To which writes; empty for all.
    pub endpoints: &'static [Endpoint],
    /// With which statuses.
    pub status: RangeInclusive<u16>,
    /// What the body has to say.
    pub says: Says,
    /// What that means.
    pub means: Meaning,
}

/// What the body of an answer has to say. Words are compared without regard to case, and messages are not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Says {
    /// Whatever it says.
    Anything,
    /// This code, in the error or in any error inside it.
    Code(&'static str),
    /// This `status` of a schedule request.
    Status(&'static str),
}

impl fmt::Display for Says {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anything => f.pad("anything"),
            Self::Code(word) | Self::Status(word) => f.pad(word),
        }
    }
}

const ALL: &[Endpoint] = &[];
const REFERENCES: &[Endpoint] = &[Endpoint::GroupMembers, Endpoint::GroupOwners];
const DIRECT: &[Endpoint] = &[Endpoint::GroupMembers, Endpoint::GroupOwners, Endpoint::AppRoles];
const SCHEDULES: &[Endpoint] =
    &[Endpoint::GroupEligibility, Endpoint::DirectoryEligibility, Endpoint::DirectoryAssignments];
const SITES: &[Endpoint] = &[Endpoint::SiteRoles, Endpoint::SiteGroups];

const fn row(endpoints: &'static [Endpoint], status: u16, says: Says, means: Meaning) -> Answer {
    Answer { endpoints, status: status..=status, says, means }
}

const fn rows(first: u16, last: u16, means: Meaning) -> Answer {
    Answer { endpoints: ALL, status: first..=last, says: Says::Anything, means }
}

const fn code(endpoints: &'static [Endpoint], status: u16, code: &'static str, means: Meaning) -> Answer {
    row(endpoints, status, Says::Code(code), means)
}

const fn schedule(status: &'static str, means: Meaning) -> Answer {
    row(SCHEDULES, 201, Says::Status(status), means)
}

/// A code that tells that the service is busy, whatever the status.
const fn busy(code: &'static str) -> Answer {
    Answer { endpoints: ALL, status: 400..=599, says: Says::Code(code), means: Meaning::Later }
}

/// What the answers to a write mean. The first row that fits holds, and one always does.
///
/// The codes and statuses are documented, or seen in public reports; what they mean here is our choice where the
/// documentation is silent.
pub const ANSWERS: &[Answer] = &[
    row(REFERENCES, 204, Says::Anything, Meaning::Fulfilled),
    row(&[Endpoint::AppRoles], 201, Says::Anything, Meaning::Fulfilled),
    schedule("Provisioned", Meaning::Fulfilled),
    schedule("Failed", Meaning::Failed(FailureCause::Declined)),
    schedule("Denied", Meaning::Failed(FailureCause::Declined)),
    schedule("Canceled", Meaning::Failed(FailureCause::Declined)),
    schedule("Revoked", Meaning::Failed(FailureCause::Declined)),
    // `Granted`, the pending ones, and those that are not known.
    row(SCHEDULES, 201, Says::Anything, Meaning::UnderWay),
    Answer { endpoints: SITES, status: 200..=299, says: Says::Anything, means: Meaning::Fulfilled },
    // Success, but not the one that is documented.
    rows(100, 399, Meaning::InDoubt),
    busy("activityLimitReached"),
    busy("throttledRequest"),
    busy("serviceNotAvailable"),
    busy("serviceReadOnly"),
    busy("resourceBeingProvisioned"),
    busy("Directory_ConcurrencyViolation"),
    code(SCHEDULES, 400, "RoleAssignmentExists", Meaning::Look),
    code(SCHEDULES, 400, "PendingRoleAssignmentRequest", Meaning::UnderWay),
    code(SCHEDULES, 400, "RoleNotFound", Meaning::TooEarly(FailureCause::NotFound)),
    code(SCHEDULES, 400, "SubjectNotFound", Meaning::TooEarly(FailureCause::NotFound)),
    code(SCHEDULES, 400, "ResourceIsLocked", Meaning::Later),
    code(
        SCHEDULES,
        400,
        "RoleAssignmentRequestPolicyValidationFailed",
        Meaning::Failed(FailureCause::Policy),
    ),
    // One code for *there already*, *not replicated yet* and *wrong*.
    code(DIRECT, 400, "Request_BadRequest", Meaning::Look),
    rows(400, 400, Meaning::Failed(FailureCause::Rejected)),
    rows(401, 401, Meaning::NotAuthenticated),
    code(ALL, 403, "PermissionScopeNotGranted", Meaning::Failed(FailureCause::MissingPermission)),
    code(REFERENCES, 403, "Authorization_RequestDenied", Meaning::Denied),
    rows(403, 403, Meaning::Failed(FailureCause::NotAllowed)),
    rows(404, 404, Meaning::TooEarly(FailureCause::NotFound)),
    rows(408, 408, Meaning::InDoubt),
    rows(409, 409, Meaning::Look),
    rows(423, 423, Meaning::Later),
    rows(429, 429, Meaning::Later),
    rows(402, 499, Meaning::Failed(FailureCause::Rejected)),
    rows(501, 501, Meaning::Failed(FailureCause::Rejected)),
    rows(503, 503, Meaning::Later),
    rows(509, 509, Meaning::Later),
    // A gateway does not know what became of it.
    rows(500, 999, Meaning::InDoubt),
];

impl Answer {
    /// What the answer to a write means.
    pub(super) fn meaning(endpoint: Endpoint, said: &Said) -> Meaning {
        let fits = |row: &&Self| {
            let says = match row.says {
                Says::Anything => true,
                Says::Code(code) => said.has_code(code),
                Says::Status(status) => said.is_in(status),
            };
            says && row.status.contains(&said.status)
                && (row.endpoints.is_empty() || row.endpoints.contains(&endpoint))
        };
        ANSWERS.iter().find(fits).map_or(Meaning::InDoubt, |row| row.means)
    }
}
