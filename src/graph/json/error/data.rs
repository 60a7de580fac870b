//! The error as data.

use alloc::string::ToString as _;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::ReadError;
use crate::answer::told;

/// An object of the error's `code` for programs, its `message`, and its fields as `data`.
impl Serialize for ReadError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Self::NotWhole(problem) = self {
            // The error of the stored form says everything.
            return problem.serialize(serializer);
        }
        told(serializer, self.code(), self, Data(self))
    }
}

struct Data<'a>(&'a ReadError);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut data = serializer.serialize_map(None)?;
        match self.0 {
            ReadError::Malformed { line, column, part, message } => {
                data.serialize_entry("line", line)?;
                data.serialize_entry("column", column)?;
                data.serialize_entry("part", part)?;
                data.serialize_entry("message", message)?;
            }
            ReadError::GraphError { code, message } => {
                data.serialize_entry("code", code)?;
                data.serialize_entry("message", message)?;
            }
            ReadError::FailedResponse { id, status, code, message } => {
                data.serialize_entry("id", id)?;
                data.serialize_entry("status", status)?;
                data.serialize_entry("code", code)?;
                data.serialize_entry("message", message)?;
            }
            ReadError::IsRequest { assignment } => data.serialize_entry("assignment", assignment)?,
            ReadError::NotExpanded { part, expand } => {
                data.serialize_entry("part", part)?;
                data.serialize_entry("expand", expand)?;
            }
            ReadError::ListCut { part, whole } => {
                data.serialize_entry("part", part)?;
                data.serialize_entry("whole", whole)?;
            }
            ReadError::OtherAccessPackage { required, actual } => {
                data.serialize_entry("required", required)?;
                data.serialize_entry("actual", actual)?;
            }
            ReadError::OtherCollection { required, actual } => {
                data.serialize_entry("required", required)?;
                data.serialize_entry("actual", actual)?;
            }
            ReadError::OfAssignment { part }
            | ReadError::Missing { part }
            | ReadError::PossibleEnd { part } => data.serialize_entry("part", part)?,
            ReadError::ContradictoryExpiration { part } | ReadError::EndUnknown { part } => {
                data.serialize_entry("part", part)?;
            }
            ReadError::Disagreement { part, other } => {
                data.serialize_entry("part", part)?;
                data.serialize_entry("other", other)?;
            }
            ReadError::ExpandedAssignment { part, problem } => {
                data.serialize_entry("part", part)?;
                data.serialize_entry("problem", problem)?;
            }
            ReadError::RequestWithoutAssignment { state } | ReadError::UnknownRequestState { state } => {
                data.serialize_entry("state", state)?;
            }
            ReadError::ResourceRole { part, problem } => {
                data.serialize_entry("part", part)?;
                data.serialize_entry("problem", &problem.to_string())?;
            }
            ReadError::NotUtf8
            | ReadError::IsAssignment
            | ReadError::IsPage
            | ReadError::IsAccessPackage
            | ReadError::PageWithoutList
            | ReadError::TargetNotInTenant
            | ReadError::MixedVersions
            | ReadError::MixedRequestVersions
            | ReadError::TwoEnds
            | ReadError::EndOutOfRange
            | ReadError::NotWhole(_) => {}
        }
        data.end()
    }
}
