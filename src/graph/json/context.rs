//! What a page is of, by its `@odata.context`. A page without items says it nowhere else.

use alloc::vec::Vec;

use super::ReadError;
use super::text::{SHOWN, shortened};
use crate::id::AccessPackageId;

/// A collection, by the names that contexts have for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    Assignments,
    ResourceRoleScopes,
    RoleAssignments,
}

impl Collection {
    /// In v1.0, in beta, and as a type; the first is what errors call it.
    const fn names(self) -> [&'static str; 3] {
        match self {
            Self::Assignments => ["assignments", "accessPackageAssignments", "accessPackageAssignment"],
            Self::ResourceRoleScopes => {
                ["resourceRoleScopes", "accessPackageResourceRoleScopes", "accessPackageResourceRoleScope"]
            }
            Self::RoleAssignments => ["roleAssignments", "unifiedRoleAssignments", "unifiedRoleAssignment"],
        }
    }

    /// That the context names no other collection. Where there is none, or it names nothing, nobody knows.
    pub(super) fn check(self, context: Option<&str>) -> Result<(), ReadError> {
        let names = self.names();
        let is_in =
            |names: [&str; 3], actual: &str| names.iter().any(|known| known.eq_ignore_ascii_case(actual));
        match context.and_then(|context| name(segments(context).last()?)) {
            Some(actual) if self == Self::Assignments && is_in(Self::ResourceRoleScopes.names(), actual) => {
                Err(ReadError::IsAccessPackage)
            }
            Some(actual) if !is_in(names, actual) => {
                let [required, ..] = names;
                Err(ReadError::OtherCollection { required, actual: shortened(actual, SHOWN, 0) })
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The access package that the page is of, if its context says it: `…#accessPackages('{id}')/resourceRoleScopes`.
pub(super) fn access_package(context: &str) -> Option<AccessPackageId> {
    let segments = segments(context);
    let [.., parent, _] = segments.as_slice() else { return None };
    let (name, key) = parent.strip_suffix(')')?.split_once('(')?;
    name.eq_ignore_ascii_case("accessPackages").then(|| key.trim_matches('\'').parse().ok()).flatten()
}

/// The path behind the `#`, in its parts. A `/` within parentheses is none of its own.
fn segments(context: &str) -> Vec<&str> {
    let path = context.split_once('#').map_or("", |(_, path)| path);
    let mut depth = 0_usize;
    let is_end = |character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == '/' && depth == 0
    };
    path.split(is_end).filter(|segment| !segment.is_empty()).collect()
}

/// The name in a part of a path, without what is in parentheses; of a type, without its namespace.
fn name(segment: &str) -> Option<&str> {
    let (name, rest) = segment.split_once('(').unwrap_or((segment, ""));
    let name = if name == "Collection" { rest.trim_end_matches(')') } else { name };
    name.rsplit('.').next().filter(|name| !name.is_empty())
}
