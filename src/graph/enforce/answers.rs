//! The meaning of the answers to a write, as one table. The first row that matches applies.

use core::ops::RangeInclusive;

use Basis::{Documented, Observed, OurChoice};

use super::end::FailureCause;
use super::said::Said;
use crate::graph::endpoint::Endpoint;
use crate::policy::Basis;

/// What an answer to a write means ([R38](crate::policy#r38), [R40](crate::policy#r40), [R41](crate::policy#r41)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// The grant is in place.
    Fulfilled,
    /// The grant may already be in place: look. If it is not visible, write again as for [`TooEarly`](Self::TooEarly).
    /// If that does not help either, look at the group as for [`Denied`](Self::Denied).
    Look,
    /// The service has accepted the write and needs time. Look until the grant is visible, and do not write again.
    InProgress,
    /// Something that the write needs may not be replicated yet: write again. Once the directory has had time to
    /// replicate, the action fails with this cause.
    TooEarly(FailureCause),
    /// Nothing was done: write again later.
    Later,
    /// The write may or may not have been carried out: look, and write again if the grant is not visible.
    InDoubt,
    /// The token was not accepted: write again with another one. If that is not accepted either, the action fails.
    NotAuthenticated,
    /// The write is not allowed: look at the group, whose properties may show why.
    Denied,
    /// The write cannot succeed.
    Failed(FailureCause),
}

/// One row of the [table of answers](ANSWERS).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The endpoints of the writes that the row is about. Empty for all of them.
    pub endpoints: &'static [Endpoint],
    /// The statuses of the row.
    pub status: RangeInclusive<u16>,
    /// What the body must say.
    pub says: Says,
    /// What the answer means.
    pub means: Meaning,
    /// How we know that the service gives this answer. If the documentation does not say what it means, the meaning is
    /// our choice.
    pub basis: Basis,
}

/// What the body of an answer must say for a row to match. Codes and statuses ignore case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Says {
    /// The body may say anything, or nothing.
    Anything,
    /// This code, in the error or in an inner error.
    Code(&'static str),
    /// This `status` of a schedule request.
    Status(&'static str),
}

const ALL: &[Endpoint] = &[];
const REFERENCES: &[Endpoint] = &[Endpoint::GroupMembers, Endpoint::GroupOwners];
const DIRECT: &[Endpoint] = &[Endpoint::GroupMembers, Endpoint::GroupOwners, Endpoint::AppRoles];
const SCHEDULES: &[Endpoint] =
    &[Endpoint::GroupEligibility, Endpoint::DirectoryEligibility, Endpoint::DirectoryAssignments];
const SITES: &[Endpoint] = &[Endpoint::SiteRoles, Endpoint::SiteGroups];

const fn row(
    endpoints: &'static [Endpoint],
    status: u16,
    says: Says,
    means: Meaning,
    basis: Basis,
) -> Answer {
    Answer { endpoints, status: status..=status, says, means, basis }
}

const fn rows(first: u16, last: u16, means: Meaning, basis: Basis) -> Answer {
    Answer { endpoints: ALL, status: first..=last, says: Says::Anything, means, basis }
}

/// An error of Privileged Identity Management.
const fn pim(code: &'static str, means: Meaning, basis: Basis) -> Answer {
    row(SCHEDULES, 400, Says::Code(code), means, basis)
}

/// The answer to a schedule request, by its status.
const fn schedule(status: &'static str, means: Meaning) -> Answer {
    row(SCHEDULES, 201, Says::Status(status), means, Documented)
}

/// A code for a busy service, whatever the status.
const fn busy(code: &'static str, basis: Basis) -> Answer {
    Answer { endpoints: ALL, status: 400..=599, says: Says::Code(code), means: Meaning::Later, basis }
}

/// The meaning of the answers to a write. The first row that matches applies, and there is always one.
///
#[doc = include_str!("answers.md")]
pub const ANSWERS: &[Answer] = &[
    row(REFERENCES, 204, Says::Anything, Meaning::Fulfilled, Documented),
    row(&[Endpoint::AppRoles], 201, Says::Anything, Meaning::Fulfilled, Documented),
    schedule("Provisioned", Meaning::Fulfilled),
    schedule("Failed", Meaning::Failed(FailureCause::Declined)),
    schedule("Denied", Meaning::Failed(FailureCause::Declined)),
    schedule("Canceled", Meaning::Failed(FailureCause::Declined)),
    schedule("Revoked", Meaning::Failed(FailureCause::Declined)),
    // `Granted`, the pending statuses, and unknown ones.
    row(SCHEDULES, 201, Says::Anything, Meaning::InProgress, Documented),
    Answer {
        endpoints: SITES,
        status: 200..=299,
        says: Says::Anything,
        means: Meaning::Fulfilled,
        basis: Observed,
    },
    // Not an error, but not the documented success either.
    rows(100, 399, Meaning::InDoubt, OurChoice),
    busy("activityLimitReached", Documented),
    busy("throttledRequest", Documented),
    busy("serviceNotAvailable", Documented),
    busy("serviceReadOnly", Documented),
    busy("resourceBeingProvisioned", Documented),
    busy("Directory_ConcurrencyViolation", Observed),
    pim("RoleAssignmentExists", Meaning::Look, Observed),
    // The documentation of an older interface names this code and two of the codes below.
    pim("PendingRoleAssignmentRequest", Meaning::InProgress, OurChoice),
    pim("RoleNotFound", Meaning::TooEarly(FailureCause::NotFound), Observed),
    pim("SubjectNotFound", Meaning::TooEarly(FailureCause::NotFound), OurChoice),
    pim("ResourceIsLocked", Meaning::Later, OurChoice),
    pim("RoleAssignmentRequestPolicyValidationFailed", Meaning::Failed(FailureCause::Policy), Observed),
    // One code for three cases: already in place, not replicated yet, and wrong.
    row(DIRECT, 400, Says::Code("Request_BadRequest"), Meaning::Look, Observed),
    rows(400, 400, Meaning::Failed(FailureCause::Rejected), Documented),
    rows(401, 401, Meaning::NotAuthenticated, Documented),
    row(
        ALL,
        403,
        Says::Code("PermissionScopeNotGranted"),
        Meaning::Failed(FailureCause::MissingPermission),
        Observed,
    ),
    row(REFERENCES, 403, Says::Code("Authorization_RequestDenied"), Meaning::Denied, Documented),
    rows(403, 403, Meaning::Failed(FailureCause::NotAllowed), Documented),
    rows(404, 404, Meaning::TooEarly(FailureCause::NotFound), Documented),
    rows(408, 408, Meaning::InDoubt, OurChoice),
    rows(409, 409, Meaning::Look, Documented),
    rows(423, 423, Meaning::Later, Documented),
    rows(429, 429, Meaning::Later, Documented),
    rows(402, 499, Meaning::Failed(FailureCause::Rejected), Documented),
    rows(501, 501, Meaning::Failed(FailureCause::Rejected), Documented),
    rows(503, 503, Meaning::Later, Documented),
    rows(509, 509, Meaning::Later, Documented),
    // A gateway does not know whether the write was carried out.
    rows(500, 999, Meaning::InDoubt, Documented),
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
