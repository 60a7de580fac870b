//! Reads what describes a caller: the payload of an access token, the session of Graph PowerShell, and lists of role
//! assignments.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

use super::context::Collection;
use super::text::{parse, unmarked};
use super::{ReadError, missing};
use crate::caller::{RoleAssignment, Scope};
use crate::claims::{Claims, Payload};
use crate::graph::object::Object;
use crate::id::ObjectId;
use crate::role::Role;
use crate::text::Exact;

/// The output of `Get-MgContext`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Context {
    tenant_id: Option<String>,
    auth_type: AuthType,
    scopes: Option<Vec<String>>,
}

/// `ConvertTo-Json` writes an enumeration as a number by default.
struct AuthType {
    is_application: bool,
}

impl<'de> Deserialize<'de> for AuthType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word;

        impl Visitor<'_> for Word {
            type Value = AuthType;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string such as `AppOnly`, or a number")
            }

            fn visit_str<E>(self, word: &str) -> Result<AuthType, E> {
                Ok(AuthType { is_application: word.eq_ignore_ascii_case("AppOnly") })
            }

            fn visit_u64<E>(self, number: u64) -> Result<AuthType, E> {
                Ok(AuthType { is_application: number == 1 })
            }
        }

        deserializer.deserialize_any(Word)
    }
}

/// Reads the payload of an access token, as JSON. **Nothing is verified.** Names of claims are matched exactly.
///
/// # Errors
/// [`ReadError`]: the text is not JSON, a claim has the wrong type, or `tid` is missing. No error repeats the value of
/// a claim, since a token must not be printed.
///
/// # Examples
/// ```
/// use access_package::{Account, Caller, graph};
///
/// let payload = br#"{ "tid": "7b0a4c3e-52d1-4d0b-9f0e-6a0c4b1f2d3e", "idtyp": "app", "roles": null }"#;
/// let caller = Caller::from_claims(&graph::json::read_claims(payload)?, []);
/// assert_eq!(caller.account, Account::Application);
/// # Ok::<(), graph::json::ReadError>(())
/// ```
pub fn read_claims(payload: &[u8]) -> Result<Claims, ReadError> {
    let Exact(payload) = parse::<Exact<Payload>>(unmarked(payload)?)?;
    payload.claims().ok_or_else(|| missing("tid"))
}

/// Reads the output of `Get-MgContext | ConvertTo-Json` in Graph PowerShell.
///
/// The result is the claims of a token with the same tenant and permissions. It contains no roles.
///
/// **The output is not signed.** Use it only to explain a refusal to a person. A server must read tokens.
///
/// # Errors
/// [`ReadError`]: the text is not JSON, or it is not such a context.
///
/// # Examples
/// ```
/// use access_package::{Account, Caller, graph};
///
/// let context = br#"{ "TenantId": "7b0a4c3e-52d1-4d0b-9f0e-6a0c4b1f2d3e", "AuthType": "AppOnly", "Scopes": [] }"#;
/// let caller = Caller::from_claims(&graph::json::read_mg_context(context)?, []);
/// assert_eq!(caller.account, Account::Application);
/// # Ok::<(), graph::json::ReadError>(())
/// ```
pub fn read_mg_context(context: &[u8]) -> Result<Claims, ReadError> {
    let Exact(Context { tenant_id, auth_type, scopes }) = parse(unmarked(context)?)?;
    let scopes = scopes.unwrap_or_default();
    let (idtyp, scp, roles) = if auth_type.is_application {
        (Some("app".into()), None, scopes)
    } else {
        (None, Some(scopes.join(" ")), Vec::new())
    };
    let tid = tenant_id.ok_or_else(|| missing("TenantId"))?;
    Ok(Claims { tid, oid: None, sub: None, idtyp, scp, roles, wids: None, aud: None, exp: None })
}

/// A page of role assignments, read from Graph's list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoleAssignments {
    /// The principal and the role of each known role assignment. Unknown roles and scopes are left out, since they
    /// never suffice ([R47](crate::policy#r47)).
    pub held: Vec<(ObjectId, RoleAssignment)>,
    /// The link to the next page. `None` on the last page.
    pub next_link: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    value: Option<Vec<Object<Assigned>>>,
    #[serde(rename = "@odata.context")]
    context: Option<String>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
}

#[derive(Deserialize)]
struct Assigned {
    #[serde(rename = "principalId")]
    principal: Option<ObjectId>,
    #[serde(rename = "roleDefinitionId")]
    role: Option<String>,
    #[serde(rename = "appScopeId")]
    scope: Option<String>,
    #[serde(rename = "directoryScopeId")]
    directory_scope: Option<String>,
}

/// Reads a page of role assignments: the response to `GET /roleManagement/entitlementManagement/roleAssignments`, or to
/// the same path with `directory`.
///
/// The list may contain several principals. Use the role assignments of the caller and of the caller's groups.
///
/// # Errors
/// [`ReadError`]: the text is not JSON, or not a list of role assignments, for example according to its
/// `@odata.context`.
///
/// # Examples
/// ```
/// use access_package::{Role, RoleAssignment, Scope, graph};
///
/// let page = br#"{ "value": [{
///     "principalId": "8586ddc8-0ff7-4c24-9c79-f192bc3566e3", "roleDefinitionId": "ae79f266-94d4-4dab-b730-feca7e132178",
///     "appScopeId": "/AccessPackageCatalog/beedadfe-01d5-4025-910b-84abb9369997"
/// }] }"#;
/// let assignments = graph::json::read_role_assignments(page)?;
/// assert_eq!(assignments.held[0].1.role, Role::CatalogOwner);
/// # Ok::<(), graph::json::ReadError>(())
/// ```
pub fn read_role_assignments(page: &[u8]) -> Result<RoleAssignments, ReadError> {
    let Object(Page { value, context, next_link }) = parse(unmarked(page)?)?;
    Collection::RoleAssignments.check(context.as_deref())?;
    let mut held = Vec::new();
    for (index, Object(assigned)) in value.ok_or_else(|| missing("value"))?.into_iter().enumerate() {
        let missing = |property: &str| missing(&format!("value[{index}].{property}"));
        let principal = assigned.principal.ok_or_else(|| missing("principalId"))?;
        let role = assigned.role.ok_or_else(|| missing("roleDefinitionId"))?;
        let scope = assigned.scope.or(assigned.directory_scope);
        let scope = scope.ok_or_else(|| missing("appScopeId"))?;
        // R47
        if let (Ok(role), Ok(scope)) = (role.parse::<Role>(), scope.parse::<Scope>()) {
            held.push((principal, RoleAssignment { role, scope }));
        }
    }
    Ok(RoleAssignments { held, next_link })
}
