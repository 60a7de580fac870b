//! The kind of target, and what that kind cannot hold (R46).

use crate::resource_role::ResourceRole;
use crate::variants::with_all;

with_all! {
    /// The kind of target that has an assignment: Microsoft Graph's *subject type*.
    ///
    /// Some kinds of target cannot hold some resource roles of an access package ([R46](crate::policy#r46)):
    ///
    /// | subject type | cannot hold |
    /// |---|---|
    /// | `user` | an API permission (`OAuthApplication`) |
    /// | `servicePrincipal` | a role of an application (`AadApplication`) or of a site (`SharePointOnline`) |
    ///
    /// A service principal cannot hold SAP roles either. No document names their origin system, so the crate tries
    /// them.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    #[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
    pub enum SubjectType {
        /// A user: a member or guest of the tenant, or the user account of an agent.
        User,
        /// A service principal, such as an agent identity.
        ServicePrincipal,
    }
}

/// The origin system of API permissions. It is not documented; public tools for the service show it.
const API_PERMISSIONS: &str = "OAuthApplication";

impl SubjectType {
    /// R46: whether a subject of this kind cannot hold the resource role. Only this function decides it.
    pub(crate) fn cannot_hold(self, resource_role: &ResourceRole) -> bool {
        match (self, resource_role) {
            (
                Self::ServicePrincipal,
                ResourceRole::Application { .. } | ResourceRole::SharePointSite { .. },
            ) => true,
            (Self::User, ResourceRole::Other(_)) => {
                resource_role.origin_system().eq_ignore_ascii_case(API_PERMISSIONS)
            }
            (
                Self::User,
                ResourceRole::Group { .. }
                | ResourceRole::Application { .. }
                | ResourceRole::SharePointSite { .. }
                | ResourceRole::Directory { .. }
                | ResourceRole::Azure { .. },
            )
            | (
                Self::ServicePrincipal,
                ResourceRole::Group { .. }
                | ResourceRole::Directory { .. }
                | ResourceRole::Azure { .. }
                | ResourceRole::Other(_),
            ) => false,
        }
    }
}

#[cfg(feature = "graph")]
impl SubjectType {
    /// Graph's words, in v1.0 and in beta.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::User => ("user", "User"),
            Self::ServicePrincipal => ("servicePrincipal", "ServicePrincipal"),
        }
    }

    pub(crate) const fn as_v1_str(self) -> &'static str {
        self.words().0
    }

    pub(crate) const fn as_beta_str(self) -> &'static str {
        self.words().1
    }

    /// Reads a word of either version. An unknown word forbids nothing, so it is not an error.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_v1_str().eq_ignore_ascii_case(word))
    }
}
