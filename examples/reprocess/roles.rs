//! The role assignments that Graph lists, as tools write them: pages, plain arrays, one object per line.

use std::error::Error;

use access_package::graph::json::{self, ReadError};
use access_package::{ObjectId, Role, RoleAssignment};
use serde_json::{Value, json};

use crate::{asked, files};

/// The content of all the files.
#[derive(Default)]
pub struct Listed {
    /// The principal and the role. An unknown role or scope is given as for `--role`, and does not count (R47).
    pub assignments: Vec<(ObjectId, Result<RoleAssignment, String>)>,
    /// The files list entitlement management roles.
    pub of_entitlement_management: bool,
    /// The files list directory roles.
    pub of_directory: bool,
}

/// A part of a list, and the link to the rest.
#[derive(Default)]
struct Page {
    items: Vec<Value>,
    /// What the list contains, in the words of OData.
    context: Option<String>,
    next_link: Option<String>,
}

impl Listed {
    pub fn read(paths: &[String]) -> Result<Self, Box<dyn Error>> {
        let mut pages = Vec::new();
        for path in paths {
            let read = read_pages(path, &files::read(path)?)?;
            if read.is_empty() {
                return Err(format!("{path}: no role assignments: the file is empty").into());
            }
            pages.extend(read.into_iter().map(|page| (path, page)));
        }
        for (at, (path, page)) in pages.iter().enumerate() {
            let Some(next) = &page.next_link else { continue };
            // R45
            let follows = pages.get(at + 1).is_some_and(|(_, after)| after.may_follow(page));
            if !follows {
                let why = "not the whole list, which continues at";
                return Err(format!("{path}: {why} {next}: pass that page too, right after it").into());
            }
        }
        let mut all = Self::default();
        for (path, page) in pages {
            all.add(page).map_err(|error| format!("{path}: {error}"))?;
        }
        Ok(all)
    }

    fn add(&mut self, Page { items, context, .. }: Page) -> Result<(), String> {
        let is = |words| context.as_ref().is_some_and(|context| context.contains(words));
        if is("roleEligib") {
            return Err("lists eligible roles: list the active ones, or activate these".into());
        }
        let is_assignment = |item: &Value| {
            property(item, "principalId").is_none()
                && ["state", "assignmentState"].iter().any(|name| property(item, name).is_some())
        };
        if items.iter().any(is_assignment) {
            return Err("an access package assignment, not a role assignment: pass it as FILE".into());
        }
        // A list without a context counts as the list that the documentation asks for.
        self.of_directory |= is("roleManagement/directory");
        self.of_entitlement_management |= !is("roleManagement/directory") && items.is_empty();
        let read = json::read_role_assignments(json!({ "value": items }).to_string().as_bytes());
        read.map_err(|error| match error {
            // The position is in the page, not in the file.
            ReadError::Malformed { part: Some(part), message, .. } => format!("`{part}`: {message}"),
            error => error.to_string(),
        })?;
        for item in items {
            let is_of_catalogs = property(&item, "appScopeId").is_some_and(Value::is_string);
            self.of_entitlement_management |= is_of_catalogs;
            self.of_directory |= !is_of_catalogs;
            self.assignments.extend(assigned(&item));
        }
        Ok(())
    }

    /// The principal, if all role assignments belong to one.
    pub fn only_principal(&self) -> Result<Option<ObjectId>, String> {
        let mut all: Vec<ObjectId> = Vec::new();
        for (principal, _) in &self.assignments {
            if !all.contains(principal) {
                all.push(*principal);
            }
        }
        match all[..] {
            [] => Ok(None),
            [only] => Ok(Some(only)),
            [first, ..] => Err(format!(
                "--role-assignments: the roles belong to {} principals, such as `{first}`, and the caller's object id \
                 is unknown: pass it with `--principal ID`",
                all.len()
            )),
        }
    }
}

impl Page {
    fn may_follow(&self, page: &Self) -> bool {
        self.context.is_none() || page.context.is_none() || self.context == page.context
    }
}

/// The role assignment of a readable item.
fn assigned(item: &Value) -> Option<(ObjectId, Result<RoleAssignment, String>)> {
    let text = |name| property(item, name).and_then(Value::as_str);
    let read = json::read_role_assignments(json!({ "value": [item] }).to_string().as_bytes()).ok()?;
    if let Some(&(principal, held)) = read.held.first() {
        return Some((principal, Ok(held)));
    }
    let (role, scope) = (text("roleDefinitionId")?, text("appScopeId").or(text("directoryScopeId"))?);
    // Either the role or the scope is unknown.
    let unknown = match role.parse::<Role>() {
        Ok(role) => format!("{role}@{scope}"),
        Err(_) => role.into(),
    };
    Some((text("principalId")?.parse().ok()?, Err(unknown)))
}

/// The pages in a text: one document, or several in a row.
fn read_pages(path: &str, text: &[u8]) -> Result<Vec<Page>, String> {
    let mut pages = Vec::new();
    for document in serde_json::Deserializer::from_slice(text).into_iter() {
        let document = document.map_err(|error| {
            let kind = asked::no_json(text).map(|kind| format!("; {kind}")).unwrap_or_default();
            format!("{path}: {error}{kind}")
        })?;
        take_apart(&document, &mut pages).map_err(|error| asked::named(Some(path), text, &error))?;
    }
    Ok(pages)
}

fn take_apart(document: &Value, pages: &mut Vec<Page>) -> Result<(), ReadError> {
    let text = |name| property(document, name).and_then(Value::as_str).map(str::to_owned);
    let (context, next_link) = (text("@odata.context"), text("@odata.nextLink"));
    let items = match (property(document, "value"), document) {
        (Some(Value::Array(items)), _) => items.clone(),
        // Some tools write a single item in place of the list.
        (Some(item @ Value::Object(_)), _) => vec![item.clone()],
        (_, Value::Array(joined)) if joined.iter().any(|page| property(page, "value").is_some()) => {
            return joined.iter().try_for_each(|page| take_apart(page, pages));
        }
        (_, Value::Array(items)) => items.clone(),
        _ if property(document, "error").is_some() => {
            return json::read_list(document.to_string().as_bytes()).map(drop);
        }
        (_, item) => vec![item.clone()],
    };
    pages.push(Page { items, context, next_link });
    Ok(())
}

/// The property of an object. The case of the name depends on the tool.
fn property<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.as_object()?.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
