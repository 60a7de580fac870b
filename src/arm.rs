//! The ids of Azure Resource Manager. Their grammar is here and nowhere else.

use alloc::sync::Arc;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use crate::id::parse_guid;

/// The id of something in Azure: the root `/`, a management group, a subscription, a resource group or a resource.
///
/// It is a path, and stays as it is written. Azure [documents] that names have no case, so two ids that differ only in
/// the case of ASCII letters are the same, are ordered alike and have the same hash ([R23](crate::policy#r23)). Other
/// letters are compared exactly, which is our choice.
///
/// A path begins with a slash and does not end with one, except for the root. Its segments are not empty. The rest is
/// our choice: a segment must be safe in the path of a request. So it is neither `.` nor `..`, has no white space at its
/// ends, and contains no control character and none of `?`, `#`, `%` and `\`. The crate does not know which scopes
/// exist: it takes any path.
///
/// ```
/// use access_package::ArmId;
///
/// let group: ArmId = "/subscriptions/65e435d4-88e2-4400-96db-507d0ffe9feb/resourceGroups/Lab".parse()?;
/// assert_eq!(group, "/SUBSCRIPTIONS/65E435D4-88E2-4400-96DB-507D0FFE9FEB/resourcegroups/lab".parse()?);
/// assert!("subscriptions/".parse::<ArmId>().is_err());
/// # Ok::<(), access_package::ParseArmIdError>(())
/// ```
///
/// [documents]: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
#[derive(Debug, Clone)]
pub struct ArmId(Arc<str>);

impl FromStr for ArmId {
    type Err = ParseArmIdError;

    fn from_str(text: &str) -> Result<Self, ParseArmIdError> {
        let is_id =
            text.strip_prefix('/').is_some_and(|path| path.is_empty() || path.split('/').all(is_segment));
        if is_id { Ok(Self(text.into())) } else { Err(ParseArmIdError { expected: EXPECTED }) }
    }
}

const EXPECTED: &str = "`/`, or a path such as `/subscriptions/<guid>`";

fn is_segment(text: &str) -> bool {
    let is_safe = |letter: char| !letter.is_control() && !['?', '#', '%', '\\'].contains(&letter);
    !["", ".", ".."].contains(&text) && text.trim() == text && text.chars().all(is_safe)
}

impl ArmId {
    /// What two ids are compared by.
    fn folded(&self) -> impl Iterator<Item = u8> {
        self.0.bytes().map(|byte| byte.to_ascii_lowercase())
    }
}

impl PartialEq for ArmId {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for ArmId {}

impl PartialOrd for ArmId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ArmId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl Hash for ArmId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().for_each(|byte| state.write_u8(byte));
        state.write_u8(0xff); // As after a `str`: what is hashed next is no part of it.
    }
}

impl fmt::Display for ArmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a role definition of Azure: one that ends in `/providers/Microsoft.Authorization/roleDefinitions/<guid>`.
///
/// Two are the same if they are the same as a whole ([R23](crate::policy#r23)). Azure shows one built-in role below each
/// subscription and below none: those are different here (our choice), for the crate does not guess which of them an
/// executor can use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AzureRoleDefinitionId(ArmId);

impl FromStr for AzureRoleDefinitionId {
    type Err = ParseArmIdError;

    fn from_str(text: &str) -> Result<Self, ParseArmIdError> {
        let mut backwards = text.rsplit('/');
        let ends_in_a_guid = backwards.next().and_then(parse_guid).is_some();
        let mut before = ["roleDefinitions", "Microsoft.Authorization", "providers"].into_iter();
        let is_definition =
            before.all(|name| backwards.next().is_some_and(|segment| segment.eq_ignore_ascii_case(name)));
        match text.parse() {
            Ok(id) if ends_in_a_guid && is_definition => Ok(Self(id)),
            Ok(_) | Err(_) => Err(ParseArmIdError { expected: EXPECTED_OF_DEFINITION }),
        }
    }
}

const EXPECTED_OF_DEFINITION: &str =
    "a path that ends in `/providers/Microsoft.Authorization/roleDefinitions/<guid>`";

impl fmt::Display for AzureRoleDefinitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text is not an id of Azure, or not one of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("not a valid Azure id: expected {expected}")]
pub struct ParseArmIdError {
    /// The form that was expected.
    pub expected: &'static str,
}
