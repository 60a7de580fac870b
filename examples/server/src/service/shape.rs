//! What is shown of an assignment: `$select` and `$expand`. Without them, everything is shown.

use access_package::graph::Version;
use serde_json::Value;

use super::options::option;
use crate::Problem;
use crate::fault::Fault;

/// What can be selected and expanded.
struct Shape {
    properties: &'static [&'static str],
    expands: &'static [(&'static str, &'static Shape)],
}

const fn leaf(properties: &'static [&'static str]) -> Shape {
    Shape { properties, expands: &[] }
}

const ORIGIN: Shape = leaf(&["originId", "originSystem", "type"]);
const V1: Shape = Shape {
    properties: &["id", "state", "status", "expiredDateTime", "schedule"],
    expands: &[
        ("target", &leaf(&["objectId", "subjectType"])),
        (
            "accessPackage",
            &Shape {
                properties: &["id"],
                expands: &[
                    ("catalog", &leaf(&["id"])),
                    (
                        "resourceRoleScopes",
                        &Shape { properties: &[], expands: &[("role", &ORIGIN), ("scope", &ORIGIN)] },
                    ),
                ],
            },
        ),
    ],
};
const BETA: Shape = Shape {
    properties: &[
        "id",
        "catalogId",
        "accessPackageId",
        "assignmentPolicyId",
        "targetId",
        "assignmentStatus",
        "assignmentState",
        "isExtended",
        "expiredDateTime",
        "schedule",
    ],
    expands: &[
        ("target", &leaf(&["objectId", "type"])),
        (
            "accessPackage",
            &Shape {
                properties: &["id"],
                expands: &[("accessPackageCatalog", &leaf(&["id", "privilegeLevel"]))],
            },
        ),
        (
            "accessPackageAssignmentResourceRoles",
            &Shape {
                properties: &["originId", "originSystem", "type", "status"],
                expands: &[("accessPackageResourceRole", &ORIGIN), ("accessPackageResourceScope", &ORIGIN)],
            },
        ),
    ],
};

/// What a query asks for of one shape.
pub struct Selection {
    shape: &'static Shape,
    /// `None` for all properties.
    select: Option<Vec<&'static str>>,
    /// `None` for everything that can be expanded.
    expand: Option<Vec<(&'static str, Selection)>>,
}

impl Selection {
    pub fn read(select: Option<&str>, expand: Option<&str>, version: Version) -> Result<Self, Fault> {
        let shape = match version {
            Version::V1 => &V1,
            Version::Beta => &BETA,
        };
        Self::of(shape, select, expand, version)
    }

    fn of(
        shape: &'static Shape,
        select: Option<&str>,
        expand: Option<&str>,
        version: Version,
    ) -> Result<Self, Fault> {
        let select = select.map(|select| selected(shape, select)).transpose()?;
        let expand = match expand {
            // `$select` without `$expand` expands nothing.
            None if select.as_ref().is_some_and(Option::is_some) => Some(Vec::new()),
            None | Some("*") => None,
            Some(expand) => Some(expanded(shape, expand, version)?),
        };
        Ok(Self { shape, select: select.flatten(), expand })
    }

    /// Removes everything else.
    fn apply(&self, document: &mut Value) {
        match document {
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(members) => members.retain(|name, member| self.keep(name, member)),
            _ => {}
        }
    }

    fn keep(&self, name: &str, member: &mut Value) -> bool {
        if let Some((_, inner)) = self.expand.iter().flatten().find(|(it, _)| *it == name) {
            inner.apply(member);
            return true;
        }
        if self.shape.expands.iter().any(|(it, _)| *it == name) {
            return self.expand.is_none();
        }
        self.select.as_ref().is_none_or(|select| select.contains(&name))
    }

    /// What is shown of a document, or of each document in this member of it.
    pub fn shown(&self, written: String, within: Option<&str>) -> Result<String, Problem> {
        if self.select.is_none() && self.expand.is_none() {
            return Ok(written);
        }
        let mut document: Value = serde_json::from_str(&written)?;
        self.apply(match within {
            Some(member) => &mut document[member],
            None => &mut document,
        });
        Ok(document.to_string())
    }
}

/// The properties of a list with commas between; `None` for all.
fn selected(shape: &'static Shape, select: &str) -> Result<Option<Vec<&'static str>>, Fault> {
    let (mut selected, mut is_all) = (Vec::new(), false);
    for name in select.split(',').map(str::trim) {
        match shape.properties.iter().find(|it| it.eq_ignore_ascii_case(name)) {
            Some(property) => selected.push(*property),
            None if name == "*" => is_all = true,
            None => return Err(Fault::Invalid(format!("`{name}` cannot be selected"))),
        }
    }
    Ok(if is_all { None } else { Some(selected) })
}

/// `target,accessPackage($select=id;$expand=catalog)`
fn expanded(
    shape: &'static Shape,
    expand: &str,
    version: Version,
) -> Result<Vec<(&'static str, Selection)>, Fault> {
    let mut all: Vec<(&'static str, Selection)> = Vec::new();
    for item in outside_parentheses(expand, ',') {
        let (name, inside) = match item.split_once('(') {
            Some((name, rest)) => (name, rest.strip_suffix(')')),
            None => (item, Some("")),
        };
        let is = |it: &&(&'static str, &'static Shape)| it.0.eq_ignore_ascii_case(name.trim());
        let (Some((name, inner)), Some(inside)) = (shape.expands.iter().find(is), inside) else {
            return Err(Fault::Invalid(format!("`{item}` cannot be expanded")));
        };
        let (mut select, mut expand) = (None, None);
        for pair in outside_parentheses(inside, ';').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let place = match option(key.trim(), version)?.as_deref() {
                Some("select") => &mut select,
                Some("expand") => &mut expand,
                _ => return Err(Fault::Invalid(format!("`{key}` is not supported within `$expand`"))),
            };
            if place.replace(value).is_some() {
                return Err(Fault::Invalid(format!("`{key}` is given twice")));
            }
        }
        if all.iter().any(|(it, _)| it == name) {
            return Err(Fault::Invalid(format!("`{name}` is expanded twice")));
        }
        all.push((*name, Selection::of(inner, select, expand, version)?));
    }
    Ok(all)
}

/// Splits at these characters, except inside parentheses.
fn outside_parentheses(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    text.split(move |character| {
        depth += match character {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0 && character == separator
    })
    .map(str::trim)
}
