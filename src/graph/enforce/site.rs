//! Roles in SharePoint sites. The host chooses how to read them.

use alloc::format;
use alloc::string::{String, ToString};

use ::http::{Request, Response, StatusCode};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::end::DeliveryError;
use crate::graph::endpoint::{BaseUrl, Endpoint, body, get, post};
use crate::graph::object::Object;

/// How to read the number of a role in a SharePoint site, and who the target is in that site
/// ([R42](crate::policy#r42)).
///
/// Microsoft Graph calls the number *the sequence number of the role in the site*, and has no request for it.
/// SharePoint has a request for each of two readings, but does not know the target by its object id. The requests go to
/// the site itself, with a token for SharePoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SiteReading {
    /// The number is the id of a role definition, such as 1073741827 for *Contribute*.
    RoleDefinition {
        /// The id of the target as a principal of the site.
        principal: u32,
    },
    /// The number is the id of a group in the site.
    Group {
        /// The target's login name, such as `i:0#.f|membership|ada@contoso.com`.
        login_name: String,
    },
}

/// A role in a site, with its reading.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SiteRole {
    site: BaseUrl,
    number: u32,
    reading: SiteReading,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bindings {
    role_definition_bindings: Option<List>,
}

/// SharePoint writes a list as an array, or in an older form as an object that contains the array.
#[derive(Deserialize)]
#[serde(untagged)]
enum List {
    Plain(alloc::vec::Vec<Definition>),
    Verbose { results: alloc::vec::Vec<Definition> },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    id: u32,
}

impl SiteRole {
    pub(super) fn new(site: &str, number: u32, reading: SiteReading) -> Result<Self, DeliveryError> {
        let site: BaseUrl = site.parse().map_err(|_| DeliveryError::SiteUrl)?;
        // The token goes to the URL of the site.
        if !site.as_str().starts_with("https://") {
            return Err(DeliveryError::SiteUrl);
        }
        Ok(Self { site, number, reading })
    }

    pub(super) const fn endpoint(&self) -> Endpoint {
        match self.reading {
            SiteReading::RoleDefinition { .. } => Endpoint::SiteRoles,
            SiteReading::Group { .. } => Endpoint::SiteGroups,
        }
    }

    pub(super) fn write(&self) -> Request<String> {
        let Self { site, number, reading } = self;
        match reading {
            SiteReading::RoleDefinition { principal } => {
                let url = format!(
                    "{site}/_api/web/roleassignments/addroleassignment(principalid={principal},roledefid={number})"
                );
                post(&url, &"")
            }
            SiteReading::Group { login_name } => {
                let url = format!("{site}/_api/web/sitegroups/getbyid({number})/users");
                post(&url, &body([("LoginName", login_name.as_str().into())]))
            }
        }
    }

    pub(super) fn look(&self) -> Request<String> {
        let Self { site, number, reading } = self;
        match reading {
            SiteReading::RoleDefinition { principal } => get(&format!(
                "{site}/_api/web/roleassignments/getbyprincipalid({principal})?$expand=RoleDefinitionBindings"
            )),
            SiteReading::Group { login_name } => {
                // A quotation mark inside a string is doubled.
                let login_name = escaped(&login_name.replace('\'', "''"));
                get(&format!(
                    "{site}/_api/web/sitegroups/getbyid({number})/users/getbyloginname(@v)?@v='{login_name}'"
                ))
            }
        }
    }

    /// Whether the look has found the grant. `None` if the response does not tell.
    pub(super) fn is_seen<B: AsRef<[u8]>>(&self, response: &Response<B>) -> Option<bool> {
        match (&self.reading, response.status()) {
            (_, StatusCode::NOT_FOUND) => Some(false),
            // A sign-in page is not a user.
            (SiteReading::Group { .. }, StatusCode::OK) => {
                serde_json::from_slice(response.body().as_ref()).ok().map(|Object(IgnoredAny)| true)
            }
            (SiteReading::RoleDefinition { .. }, StatusCode::OK) => {
                let Object(Bindings { role_definition_bindings }) =
                    serde_json::from_slice(response.body().as_ref()).ok()?;
                let (List::Plain(bindings) | List::Verbose { results: bindings }) = role_definition_bindings?;
                Some(bindings.iter().any(|definition| definition.id == self.number))
            }
            _ => None,
        }
    }
}

/// Percent-encodes every byte that is neither a letter nor a digit, for a query.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| {
        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(escape).collect()
}
