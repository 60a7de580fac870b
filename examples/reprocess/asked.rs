//! What is asked for, from the documents that say it.

use std::error::Error;

use access_package::graph::json::{self, AccessPackageDocument, ReadError, RequestDocument};
use access_package::{AccessPackageId, Assignment, AssignmentRequest, ResourceRole};
use serde_json::Value;

use crate::arguments::Arguments;
use crate::files;

/// The assignment, or its request; and what the access package gives now.
pub struct Asked {
    pub assignment: Assignment,
    pub request: Option<AssignmentRequest>,
    pub gives_now: Vec<ResourceRole>,
}

/// What the document says stands for what the access package gives now. One that is delivered says it.
impl From<Assignment> for Asked {
    fn from(assignment: Assignment) -> Self {
        let listed = assignment.resource_roles().unwrap_or_default().iter();
        let gives_now = listed.map(|entry| entry.resource_role.clone()).collect();
        Self { assignment, request: None, gives_now }
    }
}

impl Asked {
    /// What is asked for the document: for its assignment, or for a request, if there is one.
    pub fn read(
        arguments: &Arguments,
        document: &[u8],
        package: Option<Package>,
    ) -> Result<Self, Box<dyn Error>> {
        let gives = package.as_ref().map(|package| package.gives.clone());
        let asked = match &arguments.request {
            None => of_document(arguments, document, gives)?.into(),
            Some(path) => Self::by_request(path, arguments, document, gives)?,
        };
        package.map_or(Ok(()), |package| package.check(&asked.assignment))?;
        Ok(asked)
    }

    /// For the request in this file: of the assignment that it has expanded, or else of the one in the document.
    fn by_request(
        path: &str,
        arguments: &Arguments,
        document: &[u8],
        gives: Option<Vec<ResourceRole>>,
    ) -> Result<Self, Box<dyn Error>> {
        let found = json::read_request(&files::read(Some(path))?);
        let found = found.map_err(|error| of_request(path, &error))?;
        let RequestDocument { request, assignment, gives: listed, .. } = found;
        let request = AssignmentRequest { recency: arguments.recency, ..request };
        let gives_now = match (gives.clone().or(listed), &assignment) {
            (Some(gives), _) => gives,
            (None, None) => json::read_gives(document).map_err(|error| of(arguments, document, &error))?,
            (None, Some(_)) => {
                let why = "the assignment does not list what the access package gives now";
                return Err(format!("{path}: {why}: give it with `--package FILE`").into());
            }
        };
        let assignment = assignment.map_or_else(|| of_document(arguments, document, gives), Ok)?;
        Ok(Self { assignment, request: Some(request), gives_now })
    }
}

/// The assignment in the document, whose access package gives this, if that is known.
fn of_document(
    arguments: &Arguments,
    document: &[u8],
    gives: Option<Vec<ResourceRole>>,
) -> Result<Assignment, String> {
    let assignment = match gives {
        None => json::read(document),
        Some(gives) => json::read_with(document, gives),
    };
    assignment.map_err(|error| {
        // A page that cannot be read is why it was taken for a document.
        let of_page = json::read_list(document).err().filter(|_| error == ReadError::IsPage);
        of(arguments, document, &of_page.unwrap_or(error))
    })
}

/// The error of the document.
fn of(arguments: &Arguments, document: &[u8], error: &ReadError) -> String {
    let named = named(arguments.document.as_deref(), error);
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

/// What the access package gives now, and where that stands.
#[derive(Default)]
pub struct Package {
    /// The access packages that are named, each with its file.
    named: Vec<(AccessPackageId, String)>,
    gives: Vec<ResourceRole>,
}

impl Package {
    /// What is in all of these files together; `None` if there are none.
    pub fn read(paths: &[String]) -> Result<Option<Self>, Box<dyn Error>> {
        let mut all: Option<Self> = None;
        let mut rest = None;
        for path in paths {
            let read = json::read_access_package(&files::read(Some(path))?);
            let AccessPackageDocument { id, gives, next_link, .. } =
                read.map_err(|error| named(Some(path), &error))?;
            let all = all.get_or_insert_default();
            all.named.extend(id.map(|id| (id, path.clone())));
            all.gives.extend(gives);
            rest = next_link.map(|next_link| {
                format!(
                    "{path}: that is not all that the access package gives: give the page at {next_link} too"
                )
            });
        }
        rest.map_or(Ok(all), |error| Err(error.into()))
    }

    /// That it is the one that is assigned.
    fn check(&self, assignment: &Assignment) -> Result<(), String> {
        let required = assignment.access_package();
        let other = self.named.iter().find(|(id, _)| *id != required);
        other.map_or(Ok(()), |(id, path)| {
            Err(format!("{path}: is of the access package `{id}`, and the assignment of `{required}`"))
        })
    }
}
