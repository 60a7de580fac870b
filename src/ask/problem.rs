//! Why a question cannot be answered.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Serialize, Serializer};

use super::Operation;
use crate::answer::{About, Unlike, told};
use crate::assignment::{LoadError, RecordError};
use crate::graph::json::{ReadError, SHOWN, shortened};
use crate::resource_role::ResourceRole;

#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("operation `{actual}` is not known: expected `{}`", required.join("`, `"))]
    UnknownOperation { required: Vec<&'static str>, actual: String },
    #[error("member `{name}` does not belong to this question, or is there twice")]
    OneTooMany { name: String },
    #[error(transparent)]
    Question(#[from] ReadError),
    #[error(transparent)]
    Stored(#[from] LoadError),
    #[error("resource role `{0}` was observed in two ways")]
    ContradictoryObservations(ResourceRole),
    #[error(transparent)]
    Receipt(#[from] RecordError),
    /// The problem of a Graph document in this member.
    #[error("{problem}")]
    Document { member: &'static str, problem: ReadError },
    #[error("document is a list of {items} assignments: pass one item of its `value`")]
    IsPage { items: usize },
    #[error("document is a list without assignments: check the filter")]
    IsEmptyPage,
    #[error("list has the roles of {principals} principals: read the list of one principal at a time")]
    SeveralPrincipals { principals: usize },
}

impl Problem {
    pub(super) fn unknown_operation(name: &str, known: &[Operation]) -> Self {
        let required = known.iter().map(|(name, _)| *name).collect();
        Self::UnknownOperation { required, actual: shortened(name, SHOWN, 0) }
    }

    pub(super) fn one_too_many(name: &str) -> Self {
        Self::OneTooMany { name: shortened(name, SHOWN, 0) }
    }

    /// The path of the member that the problem is about. `None` for the whole question, or if it is not JSON.
    pub(super) fn place(&self) -> Option<String> {
        match self {
            Self::UnknownOperation { .. } => None,
            Self::OneTooMany { name } => Some(name.clone()),
            Self::Question(problem) => problem.part().map(Into::into),
            Self::Stored(_) => Some("stored".into()),
            Self::ContradictoryObservations(_) => Some("observed".into()),
            Self::Receipt(_) => Some("receipt".into()),
            Self::Document { member, .. } => Some((*member).into()),
            Self::IsPage { .. } | Self::IsEmptyPage => Some("document".into()),
            Self::SeveralPrincipals { .. } => Some("roleAssignments".into()),
        }
    }
}

/// An object of the problem's `code` for programs, its `message` and its `data`.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::UnknownOperation { required, actual } => {
                told(serializer, "unknownOperation", self, Unlike { required, actual })
            }
            Self::OneTooMany { name } => told(serializer, "oneTooMany", self, Named { name }),
            Self::ContradictoryObservations(resource_role) => {
                told(serializer, "contradictoryObservations", self, About { resource_role })
            }
            Self::Question(problem) | Self::Document { problem, .. } => problem.serialize(serializer),
            Self::Stored(problem) => problem.serialize(serializer),
            Self::Receipt(problem) => problem.serialize(serializer),
            Self::IsPage { items } => told(serializer, "isPage", self, Items { items: *items }),
            Self::IsEmptyPage => told(serializer, "isEmptyPage", self, Nothing {}),
            Self::SeveralPrincipals { principals } => {
                told(serializer, "severalPrincipals", self, Principals { principals: *principals })
            }
        }
    }
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Items {
    items: usize,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Principals {
    principals: usize,
}
