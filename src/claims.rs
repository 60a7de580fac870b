//! The claims of an access token: the caller that they describe (R36), and what a token cannot say.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use uuid::{Uuid, uuid};

use crate::caller::{Account, Caller, RoleAssignment, Scope};
use crate::id::{ObjectId, parse_guid};
use crate::role::Role;
use crate::timestamp::Timestamp;
use crate::variants::with_all;

/// The claims of an access token that describe the caller, for [`Caller::from_claims`].
///
/// **Nothing is validated here.** Use only a token whose signature, issuer, audience and times you have checked. With
/// the feature `serde`, this is read from the token's payload: null counts as absent, and unknown claims are ignored.
/// An error names the type of a claim, never its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Claims {
    /// The tenant that issued the token. Verify it together with the issuer: every tenant except the one of personal
    /// accounts is treated as an organization's.
    pub tid: String,
    /// The caller's object in the directory.
    pub oid: Option<String>,
    /// The subject of the token. In an application's own token it is the same object as `oid`.
    pub sub: Option<String>,
    /// `app` in an application's own token. The claim is optional: configure it for the tokens of applications if you
    /// can.
    pub idtyp: Option<String>,
    /// The delegated permissions, separated by spaces.
    pub scp: Option<String>,
    /// The application permissions.
    pub roles: Vec<String>,
    /// The directory roles, by their template ids. `None` if the token does not list them.
    pub wids: Option<Vec<String>>,
    /// The audience. It decides nothing here: you have checked it.
    pub aud: Option<String>,
    /// The expiry, in seconds since 1970. It decides nothing here: you have checked it.
    pub exp: Option<i64>,
}

/// The tenant of personal Microsoft accounts.
const PERSONAL_TENANT: Uuid = uuid!("9188040d-6c67-4c5b-b112-36a304b66dad");

impl Claims {
    /// R36: whose token it is.
    fn account(&self) -> Account {
        let id = |claim: &Option<String>| claim.as_deref().and_then(parse_guid);
        let is_about_itself = id(&self.oid).is_some() && id(&self.oid) == id(&self.sub);
        match self.idtyp.as_deref() {
            _ if parse_guid(&self.tid) == Some(PERSONAL_TENANT) => Account::Personal, // R6
            Some("app") => Account::Application,
            None if self.scp.is_none() && is_about_itself => Account::Application,
            Some(_) | None => Account::WorkOrSchool,
        }
    }

    /// What this token cannot say, and what is wrong with it, at this instant. Show these caveats beside a refusal. If
    /// you have validated the token and looked up the roles, you do not need them.
    ///
    /// ```
    /// use access_package::{Caveat, Claims, Timestamp};
    ///
    /// let claims = Claims {
    ///     tid: "7b0a4c3e-52d1-4d0b-9f0e-6a0c4b1f2d3e".into(),
    ///     oid: None,
    ///     sub: None,
    ///     idtyp: None,
    ///     scp: Some("EntitlementManagement.ReadWrite.All".into()),
    ///     roles: vec![],
    ///     wids: None,
    ///     aud: Some("https://graph.microsoft.com".into()),
    ///     exp: None,
    /// };
    /// let caveats: Vec<_> = claims.caveats(Timestamp::MIN).collect();
    /// assert_eq!(caveats, [Caveat::RolesNotInToken, Caveat::DirectoryRolesNotKnown]);
    /// ```
    pub fn caveats(&self, now: Timestamp) -> impl Iterator<Item = Caveat> + Clone + use<> {
        let seconds = now.unix_ticks().div_euclid(10_000_000);
        let is_for_another = self.aud.as_deref().is_some_and(|audience| !is_graph(audience));
        [
            Some(Caveat::RolesNotInToken),
            self.wids.is_none().then_some(Caveat::DirectoryRolesNotKnown),
            is_for_another.then_some(Caveat::OtherAudience),
            self.exp.is_some_and(|expires| seconds >= expires).then_some(Caveat::ExpiredToken),
        ]
        .into_iter()
        .flatten()
    }
}

/// Whether this audience is Microsoft Graph, in any cloud.
fn is_graph(audience: &str) -> bool {
    const GRAPH: Uuid = uuid!("00000003-0000-0000-c000-000000000000");
    const HOSTS: [&str; 4] = [
        "graph.microsoft.com",
        "graph.microsoft.us",
        "dod-graph.microsoft.us",
        "microsoftgraph.chinacloudapi.cn",
    ];
    let host = audience.strip_prefix("https://").map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    parse_guid(audience) == Some(GRAPH) || host.is_some_and(|host| HOSTS.contains(&host))
}

with_all! {
    /// Something that a token cannot say, or a problem of the token itself. [`Display`](fmt::Display) says it in words.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Caveat {
        /// A token never contains entitlement management roles: look them up.
        RolesNotInToken,
        /// The token does not list directory roles, but the caller may hold some.
        DirectoryRolesNotKnown,
        /// The token is not for Microsoft Graph.
        OtherAudience,
        /// The token has expired.
        ExpiredToken,
    }
}

impl Caveat {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::RolesNotInToken => "rolesNotInToken",
            Self::DirectoryRolesNotKnown => "directoryRolesNotKnown",
            Self::OtherAudience => "otherAudience",
            Self::ExpiredToken => "expiredToken",
        }
    }

    /// Whether the caveat is about roles. If it is, a refusal for a missing role may be wrong.
    #[must_use]
    pub const fn is_of_roles(self) -> bool {
        match self {
            Self::RolesNotInToken | Self::DirectoryRolesNotKnown => true,
            Self::OtherAudience | Self::ExpiredToken => false,
        }
    }
}

impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RolesNotInToken => {
                "a token contains no entitlement management roles: look them up with \
                 `GET /v1.0/roleManagement/entitlementManagement/roleAssignments?$filter=principalId eq '<object id>'`"
            }
            Self::DirectoryRolesNotKnown => {
                "directory roles are unknown, because the token has no `wids`: look them up with \
                 `GET /v1.0/roleManagement/directory/roleAssignments?$filter=principalId eq '<object id>'`"
            }
            Self::OtherAudience => "token is for an API other than Microsoft Graph, according to its `aud`",
            Self::ExpiredToken => "token has expired, according to its `exp`",
        })
    }
}

impl Caller {
    /// The caller that the claims of a **validated** token describe. Pass the roles that you have looked up, since a
    /// token never contains entitlement management roles.
    ///
    /// A token is an application's own if `idtyp` is `app`. Without `idtyp`, it is an application's
    /// own if there is no `scp` and `oid` equals `sub` ([R36](crate::policy#r36)). The permissions
    /// are those in `roles` for an application's own token, and those in `scp` for any other.
    /// Directory roles come from `wids`. Unknown permissions and roles are ignored.
    ///
    /// A guest with a personal account has a token from the work tenant, and so counts as a work or school account
    /// ([R6](crate::policy#r6), our choice).
    ///
    /// ```
    /// use access_package::{Caller, Claims, Role, RoleAssignment, Scope};
    ///
    /// let claims = Claims {
    ///     tid: "7b0a4c3e-52d1-4d0b-9f0e-6a0c4b1f2d3e".into(),
    ///     oid: Some("8586ddc8-0ff7-4c24-9c79-f192bc3566e3".into()),
    ///     sub: None,
    ///     idtyp: None,
    ///     scp: Some("User.Read EntitlementManagement.ReadWrite.All".into()),
    ///     roles: vec![],
    ///     wids: None,
    ///     aud: None,
    ///     exp: None,
    /// };
    /// let looked_up = [RoleAssignment { role: Role::CatalogOwner, scope: Scope::Tenant }];
    /// let caller = Caller::from_claims(&claims, looked_up);
    /// assert_eq!(caller.authority(None)?.role(), Role::CatalogOwner);
    /// # Ok::<(), access_package::Refusal>(())
    /// ```
    #[must_use]
    pub fn from_claims(claims: &Claims, looked_up: impl IntoIterator<Item = RoleAssignment>) -> Self {
        let account = claims.account();
        let permissions = match account {
            Account::Application => claims.roles.iter().filter_map(|name| name.parse().ok()).collect(),
            Account::WorkOrSchool | Account::Personal => {
                let names = claims.scp.as_deref().unwrap_or_default().split_ascii_whitespace();
                names.filter_map(|name| name.parse().ok()).collect()
            }
        };
        // R3: directory roles are tenant-wide.
        let directory_roles = claims.wids.iter().flatten();
        let directory_roles = directory_roles
            .filter_map(|id| parse_guid(id).and_then(Role::from_id))
            .filter(|role| role.is_directory_role())
            .map(|role| RoleAssignment { role, scope: Scope::Tenant });
        let object = claims.oid.as_deref().and_then(parse_guid).map(ObjectId::from);
        Self { object, account, permissions, roles: directory_roles.chain(looked_up).collect() }
    }
}

#[cfg(all(feature = "serde", feature = "graph"))]
pub(crate) use data::Payload;

#[cfg(feature = "serde")]
mod data {
    use alloc::string::String;
    use alloc::vec::Vec;
    use core::fmt;

    use serde::de::{
        Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected,
        Visitor,
    };

    use super::Claims;
    use crate::text::Exact;

    /// The payload of a token. Every claim may be missing.
    #[derive(serde::Deserialize)]
    pub(crate) struct Payload {
        #[serde(default, deserialize_with = "text")]
        tid: Option<String>,
        #[serde(default, deserialize_with = "text")]
        oid: Option<String>,
        #[serde(default, deserialize_with = "text")]
        sub: Option<String>,
        #[serde(default, deserialize_with = "text")]
        idtyp: Option<String>,
        #[serde(default, deserialize_with = "text")]
        scp: Option<String>,
        #[serde(default, deserialize_with = "texts")]
        roles: Option<Vec<String>>,
        #[serde(default, deserialize_with = "texts")]
        wids: Option<Vec<String>>,
        #[serde(default, deserialize_with = "text")]
        aud: Option<String>,
        #[serde(default, deserialize_with = "seconds")]
        exp: Option<i64>,
    }

    impl Payload {
        /// `None` without a tenant: such a token does not describe a caller.
        pub(crate) fn claims(self) -> Option<Claims> {
            let Self { tid, oid, sub, idtyp, scp, roles, wids, aud, exp } = self;
            let roles = roles.unwrap_or_default();
            Some(Claims { tid: tid?, oid, sub, idtyp, scp, roles, wids, aud, exp })
        }
    }

    impl<'de> Deserialize<'de> for Claims {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let Exact(payload) = Exact::<Payload>::deserialize(deserializer)?;
            payload.claims().ok_or_else(|| D::Error::missing_field("tid"))
        }
    }

    fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            other @ (Value::Whole(_) | Value::List(_) | Value::Other(_)) => Err(other.is_not("a string")),
        }
    }

    fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
        let expected = "a list of strings";
        let text = |item| match item {
            Value::Text(text) => Ok(text),
            other @ (Value::Null | Value::Whole(_) | Value::List(_) | Value::Other(_)) => {
                Err(other.is_not(expected))
            }
        };
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(None),
            Value::List(items) => items.into_iter().map(text).collect::<Result<_, _>>().map(Some),
            other @ (Value::Text(_) | Value::Whole(_) | Value::Other(_)) => Err(other.is_not(expected)),
        }
    }

    fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(None),
            Value::Whole(seconds) => Ok(Some(seconds)),
            other @ (Value::Text(_) | Value::List(_) | Value::Other(_)) => {
                Err(other.is_not("a whole number of seconds"))
            }
        }
    }

    /// The value of a claim.
    enum Value {
        Null,
        Text(String),
        Whole(i64),
        List(Vec<Self>),
        /// A value of a type that no claim has.
        Other(&'static str),
    }

    impl Value {
        /// The value is of another type. The error does not repeat it.
        fn is_not<E: Error>(&self, expected: &str) -> E {
            let found = match self {
                Self::Null => "null",
                Self::Text(_) => "string",
                Self::Whole(_) => "number",
                Self::List(_) => "list",
                Self::Other(found) => found,
            };
            E::invalid_type(Unexpected::Other(found), &expected)
        }
    }

    impl<'de> Deserialize<'de> for Value {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            /// A claim, or an item of a claim. Items are not searched for further lists.
            struct Any {
                is_item: bool,
            }

            impl<'de> DeserializeSeed<'de> for Any {
                type Value = Value;

                fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
                    deserializer.deserialize_any(self)
                }
            }

            impl<'de> Visitor<'de> for Any {
                type Value = Value;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a claim")
                }

                fn visit_unit<E: Error>(self) -> Result<Value, E> {
                    Ok(Value::Null)
                }

                fn visit_bool<E: Error>(self, _: bool) -> Result<Value, E> {
                    Ok(Value::Other("boolean"))
                }

                fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
                    Ok(Value::Whole(number))
                }

                fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
                    Ok(i64::try_from(number).map_or(Value::Other("number"), Value::Whole))
                }

                fn visit_f64<E: Error>(self, _: f64) -> Result<Value, E> {
                    Ok(Value::Other("number"))
                }

                fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
                    Ok(Value::Text(text.into()))
                }

                fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
                    let mut items = Vec::new();
                    if self.is_item {
                        while list.next_element::<IgnoredAny>()?.is_some() {}
                    } else {
                        while let Some(item) = list.next_element_seed(Any { is_item: true })? {
                            items.push(item);
                        }
                    }
                    Ok(Value::List(items))
                }

                fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
                    while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                    Ok(Value::Other("object"))
                }
            }

            Any { is_item: false }.deserialize(deserializer)
        }
    }
}
