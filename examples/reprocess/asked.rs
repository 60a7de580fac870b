//! The assignment or the request to reprocess, read from the documents.

use std::error::Error;
use std::fmt;

use access_package::graph::json::{self, AccessPackageDocument, ReadError, RequestDocument};
use access_package::{Assignment, AssignmentId, AssignmentRequest, Recency, ResourceRole};
use serde_json::Value;

use crate::arguments::Arguments;
use crate::notes::Note;
use crate::{files, requests};

/// The assignment or its request, and what the access package gives now.
pub struct Asked {
    pub assignment: Assignment,
    pub request: Option<AssignmentRequest>,
    /// `None` if no document lists it.
    pub gives_now: Option<Vec<ResourceRole>>,
    pub notes: Vec<Note>,
}

/// The error if there is nothing to judge.
pub const NO_FILE: &str = "FILE is missing: pass the assignment";

/// A document of a delivered assignment lists what the access package gives now.
impl From<Assignment> for Asked {
    fn from(assignment: Assignment) -> Self {
        let listed = assignment.resource_roles().unwrap_or_default().iter();
        let gives_now = listed.map(|entry| entry.resource_role.clone()).collect();
        Self { assignment, request: None, gives_now: Some(gives_now), notes: Vec::new() }
    }
}

impl Asked {
    /// Reads the request if there is one, and otherwise the assignment in the document.
    pub fn read(
        arguments: &Arguments,
        document: Option<&[u8]>,
        package: Option<&AccessPackageDocument>,
    ) -> Result<Self, Box<dyn Error>> {
        match (&arguments.request, document) {
            (Some(path), _) => Self::by_request(path, arguments, document, package),
            (None, Some(document)) => Ok(Self::of_document(arguments, document, package)?),
            (None, None) => Err(NO_FILE.into()),
        }
    }

    /// Reads the assignment in the document, and what its access package gives if a package document says so.
    fn of_document(
        arguments: &Arguments,
        document: &[u8],
        package: Option<&AccessPackageDocument>,
    ) -> Result<Self, String> {
        let assignment = match package {
            None => json::read(document),
            Some(package) => json::read_with(document, package),
        };
        match assignment {
            Ok(assignment) => Ok(assignment.into()),
            Err(error) => without_list(document, &error).ok_or_else(|| {
                // The document is a page that cannot be read, so it was read as an assignment. Report the page's error.
                let of_page = json::read_list(document).err().filter(|_| error == ReadError::IsPage);
                of(arguments, document, &of_page.unwrap_or(error))
            }),
        }
    }

    /// Reads the request in this file, with the assignment that it expands, or else with the one in the document.
    fn by_request(
        path: &str,
        arguments: &Arguments,
        document: Option<&[u8]>,
        package: Option<&AccessPackageDocument>,
    ) -> Result<Self, Box<dyn Error>> {
        let text = files::read(path)?;
        let newest =
            requests::newest(&text, document.and_then(id)).map_err(|error| format!("{path}: {error}"))?;
        let is_of_list = newest.is_some();
        let text = newest.unwrap_or(text);
        let found = json::read_request(&text, arguments.recency);
        let found = found.map_err(|error| of_request(path, &text, &error))?;
        let RequestDocument { request, assignment: shown, gives: listed, .. } = found;
        if let Some(other) = document.and_then(id).filter(|id| *id != request.assignment) {
            let (of, file) = (request.assignment, arguments.document.as_deref().unwrap_or_default());
            return Err(
                format!("{path}: a request for the assignment `{of}`, but {file} is `{other}`").into()
            );
        }
        let (assignment, of_document) = match (shown, document) {
            (Some(assignment), _) => (assignment, None),
            (None, Some(document)) => {
                let asked = Self::of_document(arguments, document, package)?;
                (asked.assignment, Some(document))
            }
            (None, None) => return Err(NO_FILE.into()),
        };
        let gives_now = match (package, listed, of_document) {
            (Some(package), _, _) => {
                let whole = package.whole_of(assignment.access_package());
                Some(whole.map_err(|error| of(arguments, document.unwrap_or_default(), &error))?.to_vec())
            }
            (None, None, Some(document)) => match json::read_gives(document) {
                Err(error) if !lacks_list(&error) => return Err(of(arguments, document, &error).into()),
                gives => gives.ok(),
            },
            (None, listed, _) => listed,
        };
        let is_newest = is_of_list || arguments.recency == Recency::Superseded;
        let text = "the request is assumed to be the newest for this assignment: if there is a newer one, add \
                    `--superseded`";
        let notes = if is_newest { Vec::new() } else { vec![Note::new("requestTakenForNewest", text)] };
        Ok(Self { assignment, request: Some(request), gives_now, notes })
    }
}

/// Whether only the list of what the access package gives is missing.
fn lacks_list(error: &ReadError) -> bool {
    // A missing part of a listed item has an index.
    matches!(error, ReadError::NotExpanded { part, .. } if !part.contains('['))
}

/// The assignment of a document without the list of what the access package gives. It is enough to judge the caller and
/// the state.
fn without_list(document: &[u8], error: &ReadError) -> Option<Asked> {
    let nothing = json::read_access_package(br#"{ "value": [] }"#).ok().filter(|_| lacks_list(error))?;
    let assignment = json::read_with(document, &nothing).ok()?;
    Some(Asked { assignment, request: None, gives_now: None, notes: Vec::new() })
}

/// The id of the assignment in the document.
fn id(document: &[u8]) -> Option<AssignmentId> {
    serde_json::from_slice::<Value>(document).ok()?["id"].as_str()?.parse().ok()
}

/// Joins all of these files. `None` if there are none.
pub fn package(paths: &[String]) -> Result<Option<AccessPackageDocument>, Box<dyn Error>> {
    let mut all: Option<AccessPackageDocument> = None;
    for path in paths {
        let text = files::read(path)?;
        let page = json::read_access_package(&text);
        let joined = page.and_then(|page| all.take().map_or(Ok(page.clone()), |all| all.join(page)));
        all = Some(joined.map_err(|error| named(Some(path), &text, &error))?);
    }
    Ok(all)
}

/// The error of the document, or of the access package document that replaces its list.
fn of(arguments: &Arguments, document: &[u8], error: &ReadError) -> String {
    let package = match error {
        ReadError::ListCut { .. } | ReadError::OtherAccessPackage { .. } => arguments.packages.last(),
        _ => None,
    };
    let named = named(package.or(arguments.document.as_ref()).map(String::as_str), document, error);
    if !is_incomplete(error) {
        return named;
    }
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    let path = match document["id"].as_str() {
        Some(id) => format!("assignments/{id}"),
        None => "assignments/{id}".into(),
    };
    format!("{named}; what helps: export it again with `{}`", export(&path))
}

/// The error of the request document.
fn of_request(path: &str, text: &[u8], error: &ReadError) -> String {
    let named = named(Some(path), text, error);
    match error {
        ReadError::NotExpanded { .. } | ReadError::Missing { .. } => format!(
            "{named}; what helps: export the request with `$expand=assignment($select=id)`, and pass the assignment as FILE"
        ),
        _ => named,
    }
}

/// Whether a better export would help.
pub fn is_incomplete(error: &ReadError) -> bool {
    matches!(error, ReadError::Missing { .. } | ReadError::NotExpanded { .. })
}

/// The call that exports an assignment, or a list of them, completely.
pub fn export(path: &str) -> String {
    format!("GET /v1.0/identityGovernance/entitlementManagement/{path}?$expand={}", json::EXPAND_V1)
}

/// The error of this text, with its file and with advice.
pub fn named(path: Option<&str>, text: &[u8], error: &ReadError) -> String {
    let said = said(error, error);
    let help = match error {
        ReadError::GraphError { code, .. } => access_package::graph::help_for(code),
        _ => None,
    };
    let help = help.map(|help| format!("; what helps: {help}")).unwrap_or_default();
    let kind = match error {
        ReadError::Malformed { part: None, .. } => no_json(text).map(|kind| format!("; {kind}")),
        _ => None,
    };
    let kind = kind.unwrap_or_default();
    match path {
        None | Some("-") => format!("{said}{kind}{help}"),
        Some(path) => format!("{path}: {said}{kind}{help}"),
    }
}

/// The text of an error that is or contains this problem, with an option in place of a function.
pub fn said(error: &impl fmt::Display, problem: &ReadError) -> String {
    let words = error.to_string();
    let kind = words.split_once(": read it with `").map_or(words.as_str(), |(kind, _)| kind);
    let help = match problem {
        ReadError::IsRequest { .. } => ": pass it with `--request FILE`",
        ReadError::IsAccessPackage => ": pass it with `--package FILE`",
        ReadError::IsAssignment => ": pass it as FILE",
        ReadError::IsPage => ": pass it without `--package` and `--request`, or pass one of its assignments",
        ReadError::ListCut { .. } => " (`--package FILE`)",
        ReadError::GraphError { .. } => "; this is a refusal by Graph, not an export",
        _ => "",
    };
    format!("{kind}{help}")
}

/// A guess at what a text is that is not JSON. It never shows a possible token.
pub fn no_json(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start();
    let is_of_token = |it: char| it.is_ascii_alphanumeric() || "-_.+/=".contains(it);
    let scheme = text.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("Bearer "));
    let is_token =
        scheme || text.starts_with("eyJ") || text.len() >= 40 && text.chars().take(40).all(is_of_token);
    if text.is_empty() {
        Some("it is empty".into())
    } else if text.starts_with(['{', '[']) {
        None
    } else if is_token {
        Some("is this a token? pass it with `--token-file`".into())
    } else {
        let first: String = text.chars().take(20).flat_map(char::escape_debug).collect();
        Some(format!("it begins with `{first}`, but JSON begins with `{{` or `[`"))
    }
}
