//! Why a document cannot be read, and what helps.

mod data;

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use super::text::shortened;
use crate::assignment::LoadError;
use crate::id::{AccessPackageId, AssignmentId};
use crate::resource_role::ParseResourceRoleError;

/// The document cannot be read as expected.
///
/// An error repeats at most 200 characters of a text and 2,048 of a link. A `…` shows where a text was cut: at its end,
/// or in the middle of a message of [`Malformed`](Self::Malformed).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The text is not JSON, or a value has the wrong type or form.
    #[error("line {line}, column {column}: {}{message}", Part(.part.as_deref()))]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1. Reading stopped there, so it is the end of a wrong value.
        column: usize,
        /// The path of the value, as the document spells it. `None` if the text is not JSON, or the problem is with the
        /// whole document.
        part: Option<String>,
        /// What is wrong with it.
        message: String,
    },
    /// The document is in UTF-16, according to its byte order mark.
    #[error("document is UTF-16: save it as UTF-8")]
    NotUtf8,
    /// The document is an error of Microsoft Graph.
    #[error("document is a Microsoft Graph error{}", Said(Some(code), .message.as_deref()))]
    GraphError {
        /// The code of the error.
        code: String,
        /// The message of the error, if it has one.
        message: Option<String>,
    },
    /// The item is a response in a batch whose status is an error.
    #[error("batch response `{id}` is `{status}`{}", Said(.code.as_deref(), .message.as_deref()))]
    FailedResponse {
        /// The id of the call in the batch.
        id: String,
        /// The status of the response.
        status: u16,
        /// The code of the error, if the response has one.
        code: Option<String>,
        /// The message of the error, if the response has one.
        message: Option<String>,
    },
    /// The document is a request for an assignment.
    #[error("document is a request{}: read it with `read_request`", OfAssignment(*.assignment))]
    IsRequest {
        /// The assignment that the request is for, if the document shows it.
        assignment: Option<AssignmentId>,
    },
    /// The document is an assignment.
    #[error("document is an assignment: read it with `read`")]
    IsAssignment,
    /// The document is a page of a list.
    #[error("document is a page of a list: read it with `read_list`")]
    IsPage,
    /// The document is an access package, one of its resource roles, or a page of them.
    #[error("document is an access package or its resource roles: read it with `read_access_package`")]
    IsAccessPackage,
    /// The document is a page, but the list is missing.
    #[error("document is a page without its list: `value` is missing")]
    PageWithoutList,
    /// A part was not expanded.
    #[error("`{part}` is missing: ask for it with `$expand={expand}`")]
    NotExpanded {
        /// The path of the part.
        part: String,
        /// The `$expand` that returns the part.
        expand: &'static str,
    },
    /// A list continues elsewhere, so this is not the whole list ([R45](crate::policy#r45)).
    #[error("`{part}` is not the whole list: request `{whole}`")]
    ListCut {
        /// The path of the list.
        part: String,
        /// The link or path to the whole list, or to the rest of it.
        whole: String,
    },
    /// The document belongs to another access package.
    #[error("list belongs to access package `{actual}`, not to `{required}`")]
    OtherAccessPackage {
        /// The required access package.
        required: AccessPackageId,
        /// The actual access package.
        actual: AccessPackageId,
    },
    /// The page is one of another collection, according to its `@odata.context`.
    #[error("page contains `{actual}` according to its `@odata.context`: expected `{required}`")]
    OtherCollection {
        /// The required collection.
        required: &'static str,
        /// The actual collection.
        actual: String,
    },
    /// The list is of the resource roles of an assignment, not of those that an access package gives.
    #[error("`{part}` has a `status`: it is a resource role of an assignment, not of an access package")]
    OfAssignment {
        /// The path of the first such item.
        part: String,
    },
    /// A required property is missing or null.
    #[error("`{part}` is missing")]
    Missing {
        /// The path of the property.
        part: String,
    },
    /// The subject is not in the tenant yet, so nothing can be enforced.
    #[error("`target.objectId` is null: the subject is not in the tenant yet")]
    TargetNotInTenant,
    /// Two places must agree but do not, such as `catalogId` and the id of the expanded catalog.
    #[error("`{part}` and `{other}` do not agree")]
    Disagreement {
        /// The path of the first place.
        part: &'static str,
        /// The path of the second place.
        other: &'static str,
    },
    /// The document has the state of v1.0 and the state of beta.
    #[error("`state` and `assignmentState` are both present: a document is either v1.0 or beta")]
    MixedVersions,
    /// The document has the request state of v1.0 and the request state of beta.
    #[error("`state` and `requestState` are both present: a document is either v1.0 or beta")]
    MixedRequestVersions,
    /// The assignment that the request expands cannot be read.
    #[error("`{part}`: {problem}")]
    ExpandedAssignment {
        /// The path of the assignment.
        part: &'static str,
        /// Why it cannot be read. Paths are relative to the assignment; line and column are those of the whole
        /// document.
        problem: Box<ReadError>,
    },
    /// The state of the request means that it has no assignment.
    #[error("request is `{state}`: it has no assignment")]
    RequestWithoutAssignment {
        /// The state, as the document spells it.
        state: String,
    },
    /// The crate does not know the state of the request ([R11](crate::policy#r11)).
    #[error("request is `{state}`, which is not a known request state")]
    UnknownRequestState {
        /// The state, as the document spells it.
        state: String,
    },
    /// The origin ids do not form a resource role.
    #[error("`{part}`: {problem}")]
    ResourceRole {
        /// The path of the resource role.
        part: String,
        /// The problem.
        problem: ParseResourceRoleError,
    },
    /// The type of the expiration says that there is no end, but there is one.
    #[error("`{part}` is present, but `type` says that there is no end")]
    ContradictoryExpiration {
        /// The path of the property that gives an end.
        part: &'static str,
    },
    /// The expiration gives two different ends.
    #[error("`schedule.expiration` has two ends: `endDateTime` and `duration` do not agree")]
    TwoEnds,
    /// A part of the schedule could be an end, but the crate cannot read it as one ([R44](crate::policy#r44)).
    #[error("`{part}` could be an end: only the end in `schedule.expiration` can be read")]
    PossibleEnd {
        /// The path of the part.
        part: String,
    },
    /// The schedule does not say whether there is an end ([R44](crate::policy#r44)).
    #[error("`{part}` does not say whether the assignment ends")]
    EndUnknown {
        /// The path of the part that should say it.
        part: &'static str,
    },
    /// The end of the schedule is outside the years 1 to 9999.
    #[error("`schedule` ends outside the years 1 to 9999")]
    EndOutOfRange,
    /// The document is readable, but the assignment contradicts itself.
    #[error(transparent)]
    NotWhole(#[from] LoadError),
}

impl ReadError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::NotUtf8 => "notUtf8",
            Self::GraphError { .. } => "graphError",
            Self::FailedResponse { .. } => "failedResponse",
            Self::IsRequest { .. } => "isRequest",
            Self::IsAssignment => "isAssignment",
            Self::IsPage => "isPage",
            Self::IsAccessPackage => "isAccessPackage",
            Self::PageWithoutList => "pageWithoutList",
            Self::NotExpanded { .. } => "notExpanded",
            Self::ListCut { .. } => "listCut",
            Self::OtherAccessPackage { .. } => "otherAccessPackage",
            Self::OtherCollection { .. } => "otherCollection",
            Self::OfAssignment { .. } => "ofAssignment",
            Self::Missing { .. } => "missing",
            Self::TargetNotInTenant => "targetNotInTenant",
            Self::Disagreement { .. } => "disagreement",
            Self::MixedVersions => "mixedVersions",
            Self::MixedRequestVersions => "mixedRequestVersions",
            Self::ExpandedAssignment { .. } => "expandedAssignment",
            Self::RequestWithoutAssignment { .. } => "requestWithoutAssignment",
            Self::UnknownRequestState { .. } => "unknownRequestState",
            Self::ResourceRole { .. } => "resourceRole",
            Self::ContradictoryExpiration { .. } => "contradictoryExpiration",
            Self::TwoEnds => "twoEnds",
            Self::PossibleEnd { .. } => "possibleEnd",
            Self::EndUnknown { .. } => "endUnknown",
            Self::EndOutOfRange => "endOutOfRange",
            Self::NotWhole(problem) => problem.code(),
        }
    }

    /// The path of the malformed or missing value. `None` for the whole document.
    pub(crate) fn part(&self) -> Option<&str> {
        if let Self::Malformed { part: Some(part), .. } | Self::Missing { part } = self {
            Some(part)
        } else {
            None
        }
    }
}

/// A required part is missing.
pub(crate) fn missing(part: &str) -> ReadError {
    ReadError::Missing { part: part.into() }
}

/// R45: the list continues at this link.
pub(crate) fn list_cut(part: &str, next_link: &str) -> ReadError {
    // A shortened link is useless, so only an extremely long one is cut.
    ReadError::ListCut { part: part.into(), whole: shortened(next_link, 2048, 0) }
}

/// The path, before the problem.
struct Part<'a>(Option<&'a str>);

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |part| write!(f, "`{part}`: "))
    }
}

/// The code and the message of an error of Graph.
struct Said<'a>(Option<&'a str>, Option<&'a str>);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |code| write!(f, ", `{code}`"))?;
        self.1.map_or(Ok(()), |message| write!(f, ": {message}"))
    }
}

struct OfAssignment(Option<AssignmentId>);

impl fmt::Display for OfAssignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |assignment| write!(f, " for the assignment `{assignment}`"))
    }
}
