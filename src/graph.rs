//! The face that Microsoft Graph shows: its documents, on the way to and from the domain.

#[cfg(feature = "serde")]
pub mod json;
