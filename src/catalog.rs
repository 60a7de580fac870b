//! The catalog of an access package, as far as the rules need to know it: where roles count (R3), and whether higher
//! ones are required (R43).

use core::fmt;
use core::str::FromStr;

use crate::id::CatalogId;
use crate::variants::with_all;

/// A catalog, as far as the rules need to know it: its id, and whether it is privileged.
///
/// ```
/// use access_package::{Catalog, CatalogId, PrivilegeLevel};
///
/// let id: CatalogId = "beedadfe-01d5-4025-910b-84abb9369997".parse().unwrap();
/// let catalog = Catalog { id, privilege_level: Some(PrivilegeLevel::Standard) };
/// assert_ne!(catalog, Catalog::of_unknown_level(id)); // which is judged as a standard one
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase", expecting = "a catalog"))]
pub struct Catalog {
    /// The id of the catalog.
    pub id: CatalogId,
    /// The privilege level. If you do not know it, use `None`: the catalog is then judged as a standard one
    /// ([R43](crate::policy#r43), our choice), and [`Authority::catalog`](crate::Authority::catalog) shows that.
    // Required: if it were forgotten, a privileged catalog would be judged as a standard one.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "serde::Deserialize::deserialize"))]
    pub privilege_level: Option<PrivilegeLevel>,
}

impl Catalog {
    /// The catalog with this id and an unknown privilege level.
    #[must_use]
    pub const fn of_unknown_level(id: CatalogId) -> Self {
        Self { id, privilege_level: None }
    }

    /// R43: whether the catalog is known to be privileged.
    #[inline]
    pub(crate) const fn is_privileged(self) -> bool {
        match self.privilege_level {
            Some(PrivilegeLevel::Privileged) => true,
            Some(PrivilegeLevel::Standard) | None => false,
        }
    }
}

with_all! {
    /// The privilege level of a catalog: Graph's `privilegeLevel`, which only beta shows.
    ///
    /// Reading ignores case. A level is displayed as Graph writes it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum PrivilegeLevel {
        /// An ordinary catalog.
        Standard,
        /// A catalog of resources that need protection, such as directory roles. Every change there requires higher
        /// roles ([R43](crate::policy#r43)).
        Privileged,
    }
}

impl PrivilegeLevel {
    /// Graph's word for the level.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Privileged => "privileged",
        }
    }
}

impl fmt::Display for PrivilegeLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(feature = "serde")]
crate::text::serde_as_text!(PrivilegeLevel);

impl FromStr for PrivilegeLevel {
    type Err = ParsePrivilegeLevelError;

    /// R43: an unknown word is refused, since it might require even more.
    fn from_str(word: &str) -> Result<Self, ParsePrivilegeLevelError> {
        let known = Self::ALL.iter().copied().find(|level| level.as_str().eq_ignore_ascii_case(word));
        known.ok_or(ParsePrivilegeLevelError)
    }
}

/// The word is not a privilege level that this crate knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("not a known privilege level: expected `standard` or `privileged`")]
pub struct ParsePrivilegeLevelError;
