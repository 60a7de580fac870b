//! The adapter for Microsoft Graph: reads and writes its documents, requests and responses. It sends nothing itself.

#[cfg(feature = "http")]
pub mod batch;
#[cfg(feature = "http")]
mod endpoint;
#[cfg(feature = "http")]
pub mod enforce;
mod help;
#[cfg(feature = "http")]
pub mod http;
pub mod json;
mod object;
#[cfg(feature = "http")]
pub mod observe;
#[cfg(feature = "http")]
pub mod obstacle;

#[cfg(feature = "http")]
pub use endpoint::{BaseUrl, Endpoint, LeastPermissions};
pub use help::help_for;

/// A version of Microsoft Graph. The versions name the same things differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// v1.0.
    V1,
    /// beta.
    Beta,
}

impl Version {
    /// The first segment of a path in this version: `v1.0` or `beta`.
    #[cfg(feature = "http")]
    const fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}
