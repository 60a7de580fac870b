//! Typed ids over [`Uuid`], so that you cannot mistake a catalog for an access package.
//!
//! Reading is strict: 36 characters with hyphens, ignoring case (R23, R28). Ids are written in lower case.

use uuid::Uuid;

/// The number of characters of a GUID.
pub(crate) const GUID_LENGTH: usize = 36;

/// Reads a GUID in the form that the service uses: 36 characters with hyphens, ignoring case.
pub(crate) fn parse_guid(text: &str) -> Option<Uuid> {
    // `Uuid` reads other forms too, but the hyphenated form is the only one of 36 characters.
    (text.len() == GUID_LENGTH).then(|| Uuid::try_parse(text).ok()).flatten()
}

/// Writes a GUID in lower case, with hyphens.
#[cfg(feature = "serde")]
pub(crate) fn serialize_guid<S: serde::Serializer>(guid: Uuid, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(guid.as_hyphenated().encode_lower(&mut [0; GUID_LENGTH]))
}

/// The text is not a valid id, which is a GUID of 36 characters with hyphens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("not a valid {kind} id: expected a GUID of 36 characters with hyphens")]
pub struct ParseIdError {
    /// The kind of the id, such as `assignment`.
    pub kind: &'static str,
}

macro_rules! typed_id {
    ($(#[doc = $doc:literal] $name:ident($kind:literal);)+) => {$(
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with this value. Every GUID is a valid id, including the zero GUID.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The value of the id.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl core::str::FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse_guid(text).map(Self).ok_or(ParseIdError { kind: $kind })
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize_guid(self.0, serializer)
            }
        }

        #[cfg(feature = "serde")]
        crate::text::deserialize_as_text!($name);
    )+};
}

typed_id! {
    /// The id of an access package assignment.
    AssignmentId("assignment");
    /// The id of a request for an access package assignment.
    AssignmentRequestId("assignment request");
    /// The id of an access package.
    AccessPackageId("access package");
    /// The id of a catalog.
    CatalogId("catalog");
    /// The id of a directory object, such as a user, a group or a service principal.
    ObjectId("object");
}
