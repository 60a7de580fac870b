//! Finds out what kind of document a text is. For an assignment or a request it runs only if the document cannot be
//! read as expected, so it costs nothing for a valid one.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::ReadError;
use super::text::{SHOWN, parse, shortened};
use crate::graph::object::{Object, Real};
use crate::id::AssignmentId;

/// The kind of a document, by properties that only one kind has.
pub(super) enum Kind {
    GraphError {
        code: String,
        message: Option<String>,
    },
    Request {
        assignment: Option<AssignmentId>,
    },
    Assignment,
    /// A page of a list, and the kind of its first item.
    Page {
        of_assignments: bool,
    },
    AccessPackage,
    PageWithoutList,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    error: Option<Said>,
    id: Option<IgnoredAny>,
    // a request
    request_type: Option<IgnoredAny>,
    request_state: Option<IgnoredAny>,
    completed_date_time: Option<IgnoredAny>,
    completed_date: Option<IgnoredAny>,
    #[serde(borrow)]
    assignment: Option<&'a RawValue>,
    #[serde(borrow)]
    access_package_assignment: Option<&'a RawValue>,
    // an assignment, or a request
    state: Option<IgnoredAny>,
    assignment_state: Option<IgnoredAny>,
    // a page
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    responses: Option<IgnoredAny>,
    #[serde(rename = "@odata.context")]
    context: Option<IgnoredAny>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<IgnoredAny>,
    // an access package, or a resource role that it gives
    resource_role_scopes: Option<IgnoredAny>,
    access_package_resource_role_scopes: Option<IgnoredAny>,
    role: Option<IgnoredAny>,
    scope: Option<IgnoredAny>,
    access_package_resource_role: Option<IgnoredAny>,
    access_package_resource_scope: Option<IgnoredAny>,
}

impl Kind {
    /// `None` if the document shows no kind, or cannot be read.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        Self::read(text).ok().flatten()
    }

    /// `None` if the document shows no kind.
    pub(super) fn read(text: &[u8]) -> Result<Option<Self>, ReadError> {
        let Object(shown) = parse::<Object<Shown<'_>>>(text)?;
        let (list, is_batch) = (shown.value, shown.responses.is_some());
        let is_page = shown.id.is_none() && shown.context.or(shown.next_link).is_some();
        let page = match list {
            Some(list) => Some(Self::of_list(list)),
            None if is_batch => Some(Self::Page { of_assignments: true }),
            None => is_page.then_some(Self::PageWithoutList),
        };
        Ok(Self::of_one(shown).or(page))
    }

    /// The kind of a document that is not a page.
    fn of_one(shown: Shown<'_>) -> Option<Self> {
        if let Some(Said { code: Some(code), message }) = shown.error {
            return Some(Self::GraphError { code, message });
        }
        let assignment = shown.assignment.or(shown.access_package_assignment);
        let completed = shown.completed_date_time.or(shown.completed_date);
        if shown.request_type.or(shown.request_state).or(completed).is_some() || assignment.is_some() {
            return Some(Self::Request { assignment: assignment.and_then(|it| id_of(it.get().as_bytes())) });
        }
        if shown.state.or(shown.assignment_state).is_some() {
            return Some(Self::Assignment);
        }
        let v1 = shown.role.or(shown.scope).or(shown.resource_role_scopes);
        let beta = shown.access_package_resource_role.or(shown.access_package_resource_scope);
        v1.or(beta).or(shown.access_package_resource_role_scopes).map(|_| Self::AccessPackage)
    }

    /// The kind of a list, by its first item.
    fn of_list(list: &RawValue) -> Self {
        let items = serde_json::from_str(list.get()).unwrap_or_else(|_| Vec::from([list]));
        let first = items.first().and_then(|first| serde_json::from_str(first.get()).ok());
        match first.and_then(|Object(first)| Self::of_one(first)) {
            Some(Self::AccessPackage) => Self::AccessPackage,
            Some(Self::Assignment | Self::Request { .. }) => Self::Page { of_assignments: true },
            Some(Self::GraphError { .. } | Self::Page { .. } | Self::PageWithoutList) | None => {
                Self::Page { of_assignments: false }
            }
        }
    }

    /// The error if another kind is expected.
    pub(super) fn problem(self) -> ReadError {
        match self {
            Self::GraphError { code, message } => ReadError::GraphError { code, message },
            Self::Request { assignment } => ReadError::IsRequest { assignment },
            Self::Assignment => ReadError::IsAssignment,
            Self::Page { .. } => ReadError::IsPage,
            Self::AccessPackage => ReadError::IsAccessPackage,
            Self::PageWithoutList => ReadError::PageWithoutList,
        }
    }
}

/// The id in this document.
pub(super) fn id_of(text: &[u8]) -> Option<AssignmentId> {
    #[derive(Deserialize)]
    struct Identified {
        id: Option<AssignmentId>,
    }

    serde_json::from_slice(text).ok().and_then(|Object(Identified { id })| id)
}

/// An error of Graph. It is empty if the error has another form.
#[derive(Default)]
pub(super) struct Said {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Error {
            code: Option<String>,
            message: Option<String>,
        }

        let error = <&RawValue>::deserialize(deserializer)?;
        let said = serde_json::from_str(error.get()).map(|Object(Error { code, message })| Self {
            code: code.map(|code| shortened(&code, SHOWN, 0)),
            message: message.map(|message| shortened(&message, SHOWN, 0)),
        });
        Ok(said.unwrap_or_default())
    }
}

/// The first object on the way to this part in which everything is null. Some tools write unexpanded parts that way.
pub(super) fn unexpanded<'p>(text: &[u8], part: &'p str) -> Option<&'p str> {
    let mut value = serde_json::from_slice::<&RawValue>(text).ok()?;
    let mut start = 0;
    for end in part.match_indices(['.', '[']).map(|(end, _)| end).chain([part.len()]) {
        let step = part.get(start..end)?;
        value = match step.strip_suffix(']') {
            Some(index) => item(value, index.parse().ok()?)?,
            None => property(value, step)?,
        };
        if value.get().starts_with('{') && !Real::of(value).0 {
            return part.get(..end);
        }
        start = end + 1;
    }
    None
}

fn property<'a>(object: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    let properties: BTreeMap<String, &RawValue> = serde_json::from_str(object.get()).ok()?;
    properties.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn item(list: &RawValue, index: usize) -> Option<&RawValue> {
    serde_json::from_str::<Vec<_>>(list.get()).ok()?.into_iter().nth(index)
}
