//! Azure Resource Manager ids. Only this file knows their grammar.

use alloc::sync::Arc;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use crate::id::{GUID_LENGTH, parse_guid};

/// The id of something in Azure: the root `/`, a management group, a subscription, a resource group or a resource.
///
/// An id is a path, and is displayed as it was written. Azure [documents] that names ignore case. So two ids that
/// differ only in the case of ASCII letters are equal, and have the same hash ([R23](crate::policy#r23)). Other letters
/// are compared exactly (our choice).
///
/// A path begins with a slash and does not end with one, except for the root. Its segments are not empty. A segment
/// must also be safe in the path of a request (our choice): it is neither `.` nor `..`, neither begins nor ends with
/// white space, and contains no control character and none of `?`, `#`, `%` and `\`. The crate does not know which
/// scopes exist, so it accepts any such path.
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

/// The expected form of an id.
pub(crate) const EXPECTED: &str = "`/`, or a path such as `/subscriptions/<guid>`";

/// The path before the GUID of a role definition.
const DEFINITIONS: &str = "/providers/Microsoft.Authorization/roleDefinitions/";

impl FromStr for ArmId {
    type Err = ParseArmIdError;

    fn from_str(text: &str) -> Result<Self, ParseArmIdError> {
        let is_path = |path: &str| is_safe(path) && path.split('/').all(is_segment);
        let is_id = text.strip_prefix('/').is_some_and(|path| path.is_empty() || is_path(path));
        if is_id { Ok(Self(text.into())) } else { Err(ParseArmIdError) }
    }
}

fn is_safe(path: &str) -> bool {
    let is_safe = |byte: u8| !byte.is_ascii_control() && !matches!(byte, b'?' | b'#' | b'%' | b'\\');
    // Check every byte, even after a bad one: the compiler can then check many at once.
    path.bytes().fold(true, |safe, byte| safe & is_safe(byte))
        && (path.is_ascii() || !path.contains(char::is_control))
}

fn is_segment(text: &str) -> bool {
    !["", ".", ".."].contains(&text) && text.trim() == text
}

impl ArmId {
    /// Whether it is the id of a role definition, built in or not.
    pub(crate) fn is_role_definition(&self) -> bool {
        let split = |text, length| str::split_at_checked(text, text.len().checked_sub(length)?);
        split(&self.0, GUID_LENGTH).is_some_and(|(path, guid)| {
            let end = split(path, DEFINITIONS.len());
            end.is_some_and(|(_, end)| end.eq_ignore_ascii_case(DEFINITIONS)) && parse_guid(guid).is_some()
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes that comparisons use.
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
        state.write_u8(0xff); // Ends the id, as for a `str`.
    }
}

impl fmt::Display for ArmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not a valid Azure id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("not a valid Azure id: expected {EXPECTED}")]
pub struct ParseArmIdError;
