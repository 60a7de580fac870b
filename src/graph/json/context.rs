//! The collection that a page is from, by its `@odata.context`. An empty page has nothing else that shows it.

use alloc::vec::Vec;

use super::ReadError;
use super::text::{SHOWN, shortened};
use crate::id::AccessPackageId;

/// A collection, by its names in contexts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    Assignments,
    ResourceRoleScopes,
    RoleAssignments,
}

impl Collection {
    /// The names in v1.0 and in beta, and that of the type. Errors use the first one.
    const fn names(self) -> [&'static str; 3] {
        match self {
            Self::Assignments => ["assignments", "accessPackageAssignments", "accessPackageAssignment"],
            Self::ResourceRoleScopes => {
                ["resourceRoleScopes", "accessPackageResourceRoleScopes", "accessPackageResourceRoleScope"]
            }
            Self::RoleAssignments => ["roleAssignments", "unifiedRoleAssignments", "unifiedRoleAssignment"],
        }
    }

    /// Checks that the context does not name another collection. An absent or unclear context passes.
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

/// The access package of the page, if its context names one: `…#accessPackages('{id}')/resourceRoleScopes`.
pub(super) fn access_package(context: &str) -> Option<AccessPackageId> {
    let segments = segments(context);
    let [.., parent, _] = segments.as_slice() else { return None };
    let (name, key) = parent.strip_suffix(')')?.split_once('(')?;
    name.eq_ignore_ascii_case("accessPackages").then(|| key.trim_matches('\'').parse().ok()).flatten()
}

/// The segments of the path after the `#`. A `/` in parentheses does not separate segments.
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

/// The name in a segment without the part in parentheses. For a type, without its namespace.
fn name(segment: &str) -> Option<&str> {
    let (name, rest) = segment.split_once('(').unwrap_or((segment, ""));
    let name = if name == "Collection" { rest.trim_end_matches(')') } else { name };
    name.rsplit('.').next().filter(|name| !name.is_empty())
}
