//! What a request asks for, by its method, its path, its query and its body.

use access_package::Timestamp;
use axum::extract::Query;
use axum::http::{self, Uri};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::answer::{Answer, BAD_REQUEST, INVALID_SCHEDULE};
use super::kind::{Kind, Method};
use super::schedule::{Expiration, ScheduleRequest};

/// How many items a page has by default, and at most.
const PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 999;

pub enum Call {
    Grant(Grant),
    /// A group or a service principal with some of its properties.
    Resource {
        kind: Kind,
        id: Uuid,
        select: Option<String>,
    },
    /// Whether an object is a member or an owner of a group.
    Link {
        kind: Kind,
        group: Uuid,
        object: Uuid,
    },
    List(List),
}

/// A write.
pub struct Grant {
    pub kind: Kind,
    pub resource: Uuid,
    /// An app role, the access to a group, or the scope of a directory role; empty for members and owners.
    pub role: String,
    pub principal: Uuid,
    pub start: Option<Timestamp>,
    pub expiration: Expiration,
    pub path: String,
}

pub struct List {
    pub kind: Kind,
    pub resource: Option<Uuid>,
    pub principal: Option<Uuid>,
    /// The object that the path names, which has to exist.
    pub container: Option<Uuid>,
    pub top: u32,
    pub after: i64,
    /// The path and the query without `$skiptoken`.
    pub path: String,
}

/// The properties by which a fault selects requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct About {
    pub kind: Kind,
    pub method: Method,
    pub resource: Option<Uuid>,
    pub principal: Option<Uuid>,
}

impl Call {
    pub fn about(&self) -> About {
        let (kind, method, resource, principal) = match self {
            Self::Grant(grant) => (grant.kind, Method::Post, Some(grant.resource), Some(grant.principal)),
            Self::Resource { kind, id, .. } => (*kind, Method::Get, Some(*id), None),
            Self::Link { kind, group, object } => (*kind, Method::Get, Some(*group), Some(*object)),
            Self::List(list) => (list.kind, Method::Get, list.resource, list.principal),
        };
        About { kind, method, resource, principal }
    }

    /// Reads a request; the path begins after the version.
    pub fn read(method: &http::Method, uri: &Uri, body: &[u8]) -> Result<Self, Answer> {
        let path = uri.path().replace("%24", "$");
        let segments: Vec<_> = path.split('/').skip(1).collect();
        let method = match method.as_str() {
            "GET" => Method::Get,
            "POST" => Method::Post,
            _ => return Err(Answer::error_with(405, "MethodNotAllowed", "The method is not allowed.")),
        };
        match (method, &segments[..]) {
            (Method::Post, ["groups", group, link, "$ref"]) => {
                reference(link_kind(link)?, guid(group)?, &path, body)
            }
            (Method::Post, ["groups", _, "members" | "owners"]) => Err(Answer::error("BadRequest")),
            (Method::Get, [set @ ("groups" | "servicePrincipals"), id]) => {
                let kind = if *set == "groups" { Kind::Group } else { Kind::ServicePrincipal };
                Ok(Self::Resource { kind, id: guid(id)?, select: parameter(uri, "$select") })
            }
            (Method::Get, ["groups", group, link, object, "$ref"]) => {
                Ok(Self::Link { kind: link_kind(link)?, group: guid(group)?, object: guid(object)? })
            }
            (Method::Post, ["servicePrincipals", resource, "appRoleAssignedTo"]) => {
                app_role(guid(resource)?, &path, body)
            }
            (Method::Get, ["servicePrincipals", resource, "appRoleAssignedTo"]) => {
                let resource = guid(resource)?;
                Self::list(Kind::AppRole, uri, (Some(resource), None), &[])
            }
            (Method::Get, ["users" | "groups" | "servicePrincipals", principal, "appRoleAssignments"]) => {
                Self::list(Kind::AppRole, uri, (None, Some(guid(principal)?)), &["resourceId"])
            }
            (Method::Get, ["groups", group, link]) => {
                Self::list(link_kind(link)?, uri, (Some(guid(group)?), None), &[])
            }
            (
                Method::Post,
                ["identityGovernance", "privilegedAccess", "group", "eligibilityScheduleRequests"],
            ) => schedule(Kind::GroupEligibility, &path, body),
            (
                Method::Get,
                ["identityGovernance", "privilegedAccess", "group", "eligibilityScheduleInstances"],
            ) => {
                let call =
                    Self::list(Kind::GroupEligibility, uri, (None, None), &["groupId", "principalId"])?;
                let About { resource, principal, .. } = call.about();
                let is_filtered = resource.or(principal).is_some();
                let message = "A filter on groupId or principalId is required.";
                is_filtered.then_some(call).ok_or_else(|| Answer::error_saying("BadRequest", message))
            }
            (Method::Post, ["roleManagement", "directory", requests]) => {
                schedule(role_kind(requests, "ScheduleRequests")?, &path, body)
            }
            (Method::Get, ["roleManagement", "directory", instances]) => {
                let kind = role_kind(instances, "ScheduleInstances")?;
                Self::list(kind, uri, (None, None), &["roleDefinitionId", "principalId"])
            }
            _ => Err(no_segment(&path)),
        }
    }

    fn list(
        kind: Kind,
        uri: &Uri,
        (mut resource, mut principal): (Option<Uuid>, Option<Uuid>),
        filters: &[&str],
    ) -> Result<Self, Answer> {
        let container = resource.or(principal);
        for (name, value) in filter(uri, filters)? {
            *if name == "principalId" { &mut principal } else { &mut resource } = Some(value);
        }
        let number = |name| -> Result<Option<i64>, Answer> {
            let bad = |_| Answer::error_saying(BAD_REQUEST, &format!("Invalid value for '{name}'."));
            parameter(uri, name).map(|text| text.parse()).transpose().map_err(bad)
        };
        let top = number("$top")?.map_or(Ok(PAGE), u32::try_from).unwrap_or(0);
        if !(1..=LARGEST_PAGE).contains(&top) {
            return Err(Answer::error_saying(BAD_REQUEST, "Invalid page size specified."));
        }
        let others = uri.query().unwrap_or_default().split('&');
        let others: Vec<_> = others.filter(|it| !it.is_empty() && !it.contains("skiptoken=")).collect();
        let path = format!("{}?{}", uri.path(), others.join("&"));
        let after = number("$skiptoken")?.unwrap_or_default();
        Ok(Self::List(List { kind, resource, principal, container, top, after, path }))
    }
}

fn link_kind(link: &str) -> Result<Kind, Answer> {
    match link {
        "members" => Ok(Kind::Member),
        "owners" => Ok(Kind::Owner),
        _ => Err(no_segment(link)),
    }
}

fn role_kind(segment: &str, what: &str) -> Result<Kind, Answer> {
    match segment.strip_suffix(what) {
        Some("roleEligibility") => Ok(Kind::RoleEligibility),
        Some("roleAssignment") => Ok(Kind::RoleAssignment),
        _ => Err(no_segment(segment)),
    }
}

fn no_segment(segment: &str) -> Answer {
    Answer::error_saying("BadRequest", &format!("Resource not found for the segment '{segment}'."))
}

fn guid(text: &str) -> Result<Uuid, Answer> {
    let hyphenated = Uuid::parse_str(text).ok().filter(|_| text.len() == 36);
    let message = || format!("Invalid object identifier '{text}'.");
    hyphenated.ok_or_else(|| Answer::error_saying(BAD_REQUEST, &message()))
}

fn read<T: DeserializeOwned>(body: &[u8], code: &str) -> Result<T, Answer> {
    serde_json::from_slice(body).map_err(|error| Answer::error_saying(code, &error.to_string()))
}

fn reference(kind: Kind, group: Uuid, path: &str, body: &[u8]) -> Result<Call, Answer> {
    #[derive(Deserialize)]
    struct Reference {
        #[serde(rename = "@odata.id")]
        id: String,
    }
    let Reference { id } = read(body, BAD_REQUEST)?;
    // The host does not matter: it may be a cloud's own, or this process.
    let mut segments = id.rsplit('/');
    let (object, set) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    if !["directoryObjects", "users", "groups", "servicePrincipals"].contains(&set) {
        return Err(Answer::error_saying(BAD_REQUEST, "The reference is not to a directory object."));
    }
    Ok(Call::Grant(Grant {
        kind,
        resource: group,
        role: String::new(),
        principal: guid(object)?,
        start: None,
        expiration: Expiration::Never,
        path: path.to_owned(),
    }))
}

fn app_role(resource: Uuid, path: &str, body: &[u8]) -> Result<Call, Answer> {
    #[derive(Deserialize)]
    struct AppRoleAssignment {
        #[serde(rename = "principalId")]
        principal: Uuid,
        #[serde(rename = "resourceId")]
        resource: Uuid,
        #[serde(rename = "appRoleId")]
        role: Uuid,
    }
    let assignment: AppRoleAssignment = read(body, BAD_REQUEST)?;
    if assignment.resource != resource {
        return Err(Answer::error(BAD_REQUEST));
    }
    Ok(Call::Grant(Grant {
        kind: Kind::AppRole,
        resource,
        role: assignment.role.to_string(),
        principal: assignment.principal,
        start: None,
        expiration: Expiration::Never,
        path: path.to_owned(),
    }))
}

fn schedule(kind: Kind, path: &str, body: &[u8]) -> Result<Call, Answer> {
    let request: ScheduleRequest = read(body, INVALID_SCHEDULE)?;
    let grant = request.grant(kind, path).ok_or_else(|| Answer::error(INVALID_SCHEDULE))?;
    Ok(Call::Grant(grant))
}

fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// `groupId eq '…' and principalId eq '…'`: only these properties, each compared with a GUID.
fn filter<'n>(uri: &Uri, names: &[&'n str]) -> Result<Vec<(&'n str, Uuid)>, Answer> {
    let Some(filter) = parameter(uri, "$filter") else { return Ok(Vec::new()) };
    let clause = |clause: &str| {
        let words: Vec<_> = clause.split_ascii_whitespace().collect();
        let [left, "eq", right] = words[..] else { return None };
        let name = names.iter().find(|name| **name == left)?;
        let value = right.strip_prefix('\'').and_then(|it| it.strip_suffix('\'')).unwrap_or(right);
        Some((*name, guid(value).ok()?))
    };
    let message = "Unsupported or invalid query filter clause.";
    let clauses: Option<_> = filter.split(" and ").map(clause).collect();
    clauses.ok_or_else(|| Answer::error_with(400, "Request_UnsupportedQuery", message))
}
