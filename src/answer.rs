//! The crate's answers as data, for callers in other languages and for logs.
//!
//! The words are those of the test vectors and of the `details` of an HTTP error.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::assignment::{LoadError, RecordError, Recorded};
use crate::catalog::Catalog;
use crate::event::{Cause, Event};
use crate::reason::Reason;
use crate::refusal::Refusal;
use crate::remedy::{Remedy, Step};
use crate::resource_role::ResourceRole;
use crate::role::Role;
use crate::verdict::Authority;

/// A verdict as data, with every reason and remedy in words. Make it from the result of [`evaluate`](crate::evaluate).
///
/// As serde data it is an object:
///
/// | member | meaning |
/// |---|---|
/// | `verdict` | `accepted`, `unauthorized` (the caller may not reprocess), `invalidState` (the assignment cannot be reprocessed) or `invalidRequest` (its request cannot) |
/// | `role`, `catalog` | if accepted: the role in which the caller acts, and the catalog as it was judged |
/// | `message` | if refused: the reasons as one text |
/// | `reasons` | if refused: every reason, with its `code`, its `rules` and its `text` |
/// | `remedies` | if refused: what would help. Any one of them will do; each has its `steps` as codes and its `text` |
///
/// ```
/// use access_package::{AssignmentState, Refusal, Verdict};
///
/// let refusal = Refusal::of_state(AssignmentState::Expired).unwrap();
/// let verdict = serde_json::to_value(Verdict::from(Err(refusal)))?;
/// assert_eq!(verdict["verdict"], "invalidState");
/// assert_eq!(verdict["reasons"][0]["rules"], serde_json::json!(["R9", "R10"]));
/// assert_eq!(verdict["remedies"][0]["text"], "request the access package again");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Verdict(Result<Authority, Refusal>);

impl From<Result<Authority, Refusal>> for Verdict {
    fn from(answer: Result<Authority, Refusal>) -> Self {
        Self(answer)
    }
}

#[derive(Serialize)]
struct Told {
    code: &'static str,
    rules: &'static [&'static str],
    text: String,
}

impl From<Reason> for Told {
    fn from(reason: Reason) -> Self {
        Self { code: reason.code(), rules: reason.rule_ids(), text: reason.to_string() }
    }
}

#[derive(Serialize)]
struct Help {
    steps: Vec<Step>,
    text: String,
}

impl From<Remedy> for Help {
    fn from(remedy: Remedy) -> Self {
        Self { steps: remedy.steps().collect(), text: remedy.to_string() }
    }
}

#[derive(Serialize)]
#[serde(tag = "verdict", rename_all = "camelCase")]
enum Shape {
    Accepted { role: Role, catalog: Option<Catalog> },
    Unauthorized(Why),
    InvalidState(Why),
    InvalidRequest(Why),
}

#[derive(Serialize)]
struct Why {
    message: String,
    reasons: Vec<Told>,
    remedies: Vec<Help>,
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shape = match self.0 {
            Ok(authority) => Shape::Accepted { role: authority.role(), catalog: authority.catalog() },
            Err(refusal) => {
                let why = Why {
                    message: refusal.to_string(),
                    reasons: refusal.reasons().map(Told::from).collect(),
                    remedies: refusal.remedies().map(Help::from).collect(),
                };
                if refusal.is_unauthorized() {
                    Shape::Unauthorized(why)
                } else if refusal.is_of_request() {
                    Shape::InvalidRequest(why)
                } else {
                    Shape::InvalidState(why)
                }
            }
        };
        shape.serialize(serializer)
    }
}

/// An object. `result` is `recorded`, `expired`, or why nothing has changed: the code of an
/// [`Unchanged`](crate::Unchanged). `event` is the event, or null.
impl Serialize for Recorded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (result, event) = match self {
            Self::Changed(event) => (word(event), Some(event)),
            Self::Unchanged(why) => (why.code(), None),
        };
        let mut object = serializer.serialize_map(Some(2))?;
        object.serialize_entry("result", result)?;
        object.serialize_entry("event", &event)?;
        object.end()
    }
}

const fn word(event: &Event) -> &'static str {
    match event.cause {
        Cause::Expired => "expired",
        Cause::Recorded { .. } | Cause::Reprocessed { .. } => "recorded",
    }
}

/// An error as data: an object of its `code` for programs, its `message`, and its `data` by name.
pub(crate) fn told<S: Serializer>(
    serializer: S,
    code: &'static str,
    message: &impl Display,
    data: impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_map(Some(3))?;
    object.serialize_entry("code", code)?;
    object.serialize_entry("message", &message.to_string())?;
    object.serialize_entry("data", &data)?;
    object.end()
}

/// The actual value of an error, beside the required one.
#[derive(Serialize)]
pub(crate) struct Unlike<R, A = R> {
    pub(crate) required: R,
    pub(crate) actual: A,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct About<'a> {
    pub(crate) resource_role: &'a ResourceRole,
}

/// An object of the error's `code` for programs, its `message` and its `data`.
impl Serialize for LoadError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let code = self.code();
        match *self {
            Self::UnsupportedFormat { required, actual } => {
                told(serializer, code, self, Unlike { required, actual })
            }
            Self::StateContradictsFulfillments { required, actual } => {
                told(serializer, code, self, Unlike { required, actual })
            }
            Self::DuplicateResourceRole(ref resource_role)
            | Self::ReasonWithoutFailure(ref resource_role) => {
                told(serializer, code, self, About { resource_role })
            }
        }
    }
}

/// An object of the error's `code` for programs, its `message` and its `data`.
impl Serialize for RecordError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let code = self.code();
        match *self {
            Self::OtherAssignment { required, actual } => {
                told(serializer, code, self, Unlike { required, actual })
            }
            Self::UnknownResourceRole(ref resource_role) => {
                told(serializer, code, self, About { resource_role })
            }
        }
    }
}
