//! What is asked for, from the documents that say it.

use std::error::Error;

use access_package::graph::json::{self, AccessPackageDocument, ReadError, RequestDocument};
use access_package::{Assignment, AssignmentId, AssignmentRequest, ResourceRole};
use serde_json::Value;

use crate::arguments::Arguments;
use crate::files;

/// The assignment, or its request; and what the access package gives now.
pub struct Asked {
    pub assignment: Assignment,
    pub request: Option<AssignmentRequest>,
    /// `None` if no document lists it.
    pub gives_now: Option<Vec<ResourceRole>>,
}

/// There is nothing to judge.
pub const NO_FILE: &str = "no FILE: give the assignment";

/// What the document says stands for what the access package gives now. One that is delivered says it.
impl From<Assignment> for Asked {
    fn from(assignment: Assignment) -> Self {
        let listed = assignment.resource_roles().unwrap_or_default().iter();
        let gives_now = listed.map(|entry| entry.resource_role.clone()).collect();
        Self { assignment, request: None, gives_now: Some(gives_now) }
    }
}

impl Asked {
    /// What is asked for the document: for its assignment, or for a request, if there is one.
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

    /// For the assignment in the document, and what its access package gives if that is known by itself.
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
                // A page that cannot be read is why it was taken for a document.
                let of_page = json::read_list(document).err().filter(|_| error == ReadError::IsPage);
                of(arguments, document, &of_page.unwrap_or(error))
            }),
        }
    }

    /// For the request in this file: of the assignment that it has expanded, or else of the one in the document.
    fn by_request(
        path: &str,
        arguments: &Arguments,
        document: Option<&[u8]>,
        package: Option<&AccessPackageDocument>,
    ) -> Result<Self, Box<dyn Error>> {
        let found = json::read_request(&files::read(path)?, arguments.recency);
        let found = found.map_err(|error| of_request(path, &error))?;
        let RequestDocument { request, assignment: shown, gives: listed, .. } = found;
        if let Some(other) = document.and_then(id).filter(|id| *id != request.assignment) {
            let (of, file) = (request.assignment, arguments.document.as_deref().unwrap_or_default());
            return Err(
                format!("{path}: a request for the assignment `{of}`, and {file} is `{other}`").into()
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
        Ok(Self { assignment, request: Some(request), gives_now })
    }
}

/// Whether all that is missing is what the access package gives.
fn lacks_list(error: &ReadError) -> bool {
    // One that is listed has an index.
    matches!(error, ReadError::NotExpanded { part, .. } if !part.contains('['))
}

/// The assignment of a document that does not list what the access package gives: enough to judge who may, and when.
fn without_list(document: &[u8], error: &ReadError) -> Option<Asked> {
    let nothing = json::read_access_package(br#"{ "value": [] }"#).ok().filter(|_| lacks_list(error))?;
    let assignment = json::read_with(document, &nothing).ok()?;
    Some(Asked { assignment, request: None, gives_now: None })
}

/// Whose document it is.
fn id(document: &[u8]) -> Option<AssignmentId> {
    serde_json::from_slice::<Value>(document).ok()?["id"].as_str()?.parse().ok()
}

/// What is in all of these files together; `None` if there are none.
pub fn package(paths: &[String]) -> Result<Option<AccessPackageDocument>, Box<dyn Error>> {
    let mut all: Option<AccessPackageDocument> = None;
    for path in paths {
        let page = json::read_access_package(&files::read(path)?);
        let joined = page.and_then(|page| all.take().map_or(Ok(page.clone()), |all| all.join(page)));
        all = Some(joined.map_err(|error| named(Some(path), &error))?);
    }
    Ok(all)
}

/// The error of the document; or of the access package beside it, whose list takes the place of the document's own.
fn of(arguments: &Arguments, document: &[u8], error: &ReadError) -> String {
    let package = match error {
        ReadError::ListCut { .. } | ReadError::OtherAccessPackage { .. } => arguments.packages.last(),
        _ => None,
    };
    let named = named(package.or(arguments.document.as_ref()).map(String::as_str), error);
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

/// The error of the document of a request.
fn of_request(path: &str, error: &ReadError) -> String {
    let named = named(Some(path), error);
    match error {
        ReadError::IsPage => {
            format!("{path}: a page of a list: give only the newest request for the assignment")
        }
        ReadError::NotExpanded { .. } | ReadError::Missing { .. } => format!(
            "{named}; what helps: export the request with `$expand=assignment($select=id)`, and give the assignment as FILE"
        ),
        _ => named,
    }
}

/// Whether a better export helps.
pub fn is_incomplete(error: &ReadError) -> bool {
    matches!(error, ReadError::Missing { .. } | ReadError::NotExpanded { .. })
}

/// The call that exports everything that is needed of an assignment, or of each in a list.
pub fn export(path: &str) -> String {
    format!("GET /v1.0/identityGovernance/entitlementManagement/{path}?$expand={}", json::EXPAND_V1)
}

/// The error, with the file that it is in, and what helps here.
pub fn named(path: Option<&str>, error: &ReadError) -> String {
    let help = match error {
        ReadError::GraphError { code, .. } => access_package::graph::what_helps(code),
        _ => None,
    };
    let help = help.map(|help| format!("; what helps: {help}")).unwrap_or_default();
    let option = match error {
        ReadError::IsRequest { .. } => " (`--request FILE`)",
        ReadError::IsAccessPackage | ReadError::ListCut { .. } => " (`--package FILE`)",
        ReadError::IsPage => " (without `--package` and `--request`)",
        _ => "",
    };
    match path {
        None | Some("-") => format!("{error}{option}{help}"),
        Some(path) => format!("{path}: {error}{option}{help}"),
    }
}
