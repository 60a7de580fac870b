//! Why a document cannot be read, and what would help.

mod data;

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use super::text::shortened;
use crate::assignment::LoadError;
use crate::id::{AccessPackageId, AssignmentId};
use crate::resource_role::ParseResourceRoleError;

/// The document cannot be read as what it is asked for.
///
/// What an error repeats of the document is bounded: of a text 200 characters, of a link 2,048. What is cut ends in `…`, and
/// a message of [`Malformed`](Self::Malformed) has it in the middle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON, or a value in it is not what its property holds.
    #[error("line {line}, column {column}: {}{message}", Part(.part.as_deref()))]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1: where reading stopped, so the end of a value that is wrong.
        column: usize,
        /// The path of the value, as the document spells it; `None` if it is the whole, or no JSON.
        part: Option<String>,
        /// What is wrong there.
        message: String,
    },
    /// It is in UTF-16, by its byte order mark.
    #[error("document is not UTF-8, but UTF-16: save it as UTF-8")]
    NotUtf8,
    /// It is an error of Microsoft Graph, in place of what was asked for.
    #[error("document is an error of Microsoft Graph{}", Said(Some(code), .message.as_deref()))]
    GraphError {
        /// Its code.
        code: String,
        /// Its message, if it has one.
        message: Option<String>,
    },
    /// It is an answer in a batch that has failed.
    #[error("response `{id}` of the batch is `{status}`{}", Said(.code.as_deref(), .message.as_deref()))]
    FailedResponse {
        /// The id that the call has in the batch.
        id: String,
        /// The status of the answer.
        status: u16,
        /// The code of the error, if the answer has one.
        code: Option<String>,
        /// The message of the error, if the answer has one.
        message: Option<String>,
    },
    /// It is a request for an assignment.
    #[error("document is a request{}: read it with `read_request`", OfAssignment(*.assignment))]
    IsRequest {
        /// The assignment that the request is for, where the document shows it.
        assignment: Option<AssignmentId>,
    },
    /// It is an assignment.
    #[error("document is an assignment: read it with `read`")]
    IsAssignment,
    /// It is a page of a list.
    #[error("document is a page of a list: read it with `read_list`")]
    IsPage,
    /// It is an access package, or a resource role that one gives, or a page of those.
    #[error("document is of an access package and its resource roles: read it with `read_access_package`")]
    IsAccessPackage,
    /// It is a page of a list without the list.
    #[error("document is a page without its list: `value` is missing")]
    PageWithoutList,
    /// A part is not there.
    #[error("`{part}` is missing: ask for it with `$expand={expand}`")]
    NotExpanded {
        /// The path of the part.
        part: String,
        /// The expansion that brings it.
        expand: &'static str,
    },
    /// A list goes on elsewhere, so that it is not the whole list ([R45](crate::policy#r45)).
    #[error("`{part}` goes on elsewhere, so it is not the whole list: ask for `{whole}`")]
    ListCut {
        /// The path of the list.
        part: String,
        /// Where the whole list, or the rest of it, can be had.
        whole: String,
    },
    /// It is of another access package than it has to be.
    #[error("list is of access package `{actual}`: it has to be of `{required}`")]
    OtherAccessPackage {
        /// The access package that it has to be of.
        required: AccessPackageId,
        /// The access package that it is of.
        actual: AccessPackageId,
    },
    /// It is a page of another collection, by its `@odata.context`.
    #[error("page is of `{actual}`, by its `@odata.context`: it has to be of `{required}`")]
    OtherCollection {
        /// The collection that it has to be of.
        required: &'static str,
        /// The collection that it is of.
        actual: String,
    },
    /// It is a list of what an assignment has delivered, not of what an access package gives.
    #[error("`{part}` has a `status`: it is a resource role of an assignment, and not of its access package")]
    OfAssignment {
        /// The path of the first item that shows it.
        part: String,
    },
    /// A property is not there, or null, that every document has.
    #[error("`{part}` is missing")]
    Missing {
        /// The path of the property.
        part: String,
    },
    /// The subject of the assignment is not in the tenant yet, so nothing can be enforced for it.
    #[error("`target.objectId` is null: the subject is not in the tenant yet")]
    TargetNotInTenant,
    /// Two places that have to say the same do not, such as `catalogId` and the id of the expanded catalog.
    #[error("`{part}` and `{other}` do not agree")]
    Disagreement {
        /// The path of one of them.
        part: &'static str,
        /// The path of the other.
        other: &'static str,
    },
    /// The document has the state twice, as in v1.0 and as in beta.
    #[error("`state` and `assignmentState` are both there: a document is of v1.0 or of beta")]
    MixedVersions,
    /// The document has the state of a request twice, as in v1.0 and as in beta.
    #[error("`state` and `requestState` are both there: a document is of v1.0 or of beta")]
    MixedRequestVersions,
    /// The assignment that a request shows cannot be read.
    #[error("`{part}`: {problem}")]
    ExpandedAssignment {
        /// Where it stands.
        part: &'static str,
        /// Why it cannot be read. Its paths are those in the assignment, its line and column those in the whole document.
        problem: Box<ReadError>,
    },
    /// The request is in a state in which there is no assignment.
    #[error("request is `{state}`: no assignment came of it")]
    RequestWithoutAssignment {
        /// The state, in the words of the document.
        state: String,
    },
    /// The request is in a state that this crate does not know ([R11](crate::policy#r11)).
    #[error("request is `{state}`: not a known state of a request")]
    UnknownRequestState {
        /// The state, in the words of the document.
        state: String,
    },
    /// The origin ids are not those of a resource role.
    #[error("`{part}`: {problem}")]
    ResourceRole {
        /// The path of the resource role.
        part: String,
        /// What is wrong with it.
        problem: ParseResourceRoleError,
    },
    /// The expiration is of a type without an end, and has one.
    #[error("`{part}` is there, but the type says that there is no end")]
    ContradictoryExpiration {
        /// The path of the property that says when it ends.
        part: &'static str,
    },
    /// The expiration says twice when it ends, and not the same.
    #[error("`schedule.expiration` has two ends: `endDateTime` and `duration` do not agree")]
    TwoEnds,
    /// A part of the schedule could be an end, and is not one that the crate can read
    /// ([R44](crate::policy#r44)).
    #[error("`{part}` could be an end: only that of `schedule.expiration` is known")]
    PossibleEnd {
        /// The path of the part.
        part: String,
    },
    /// The schedule does not say whether there is an end ([R44](crate::policy#r44)).
    #[error("`{part}` says neither when the assignment ends nor that it does not")]
    EndUnknown {
        /// The path of what should say it.
        part: &'static str,
    },
    /// The end of the schedule lies outside the years 1 to 9999.
    #[error("`schedule` ends outside the years 1 to 9999")]
    EndOutOfRange,
    /// Everything can be read, but it is not a whole assignment.
    #[error(transparent)]
    NotWhole(#[from] LoadError),
}

impl ReadError {
    /// A word for programs, which stays the same.
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

    /// The path of the value that is malformed or missing, where it is not the whole.
    pub(crate) fn part(&self) -> Option<&str> {
        if let Self::Malformed { part: Some(part), .. } | Self::Missing { part } = self {
            Some(part)
        } else {
            None
        }
    }
}

/// A part that every document has is not there.
pub(crate) fn missing(part: &str) -> ReadError {
    ReadError::Missing { part: part.into() }
}

/// R45: a list that goes on at this link.
pub(super) fn list_cut(part: &str, next_link: &str) -> ReadError {
    // A part of a link leads nowhere, so it is cut only where it can hardly be one.
    ReadError::ListCut { part: part.into(), whole: shortened(next_link, 2048, 0) }
}

/// The path before what is wrong with it.
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
