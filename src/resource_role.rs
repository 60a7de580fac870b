//! Resource roles: one role on one resource, typed by origin system.
//!
//! Their identity is the origin system, the canonical origin ids and the role's type, never a display name (R23). Only
//! this file reads and writes origin ids, except for Azure ids (`arm`).

#[cfg(feature = "serde")]
mod data;

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::fmt;

use uuid::Uuid;

use crate::arm::{self, ArmId};
use crate::id::{GUID_LENGTH, ObjectId, parse_guid};

/// A role on a resource, which an access package gives and an [`Action`](crate::Action) enforces.
///
/// Two resource roles are equal if they have the same origin system, the same origin ids and, if there is one, the same
/// type of role ([R23](crate::policy#r23)). GUIDs and [Azure ids](ArmId) ignore case; everything else is compared
/// exactly. The order is only for lists and maps: it does not rank access.
///
/// As serde data it is an object of `originSystem`, `resourceOriginId`, `roleOriginId` and, if there is one,
/// `roleType`. An unknown field is an error, since it could belong to another resource role.
///
/// ```
/// use access_package::{GroupAccess, ResourceRole};
///
/// let group = "7b56ede0-9b58-40bd-b11e-b3d18fc32698";
/// let owner = ResourceRole::from_origin("AadGroup", group, &format!("Owner_{group}"), None)?;
/// assert_eq!(owner, ResourceRole::Group { group: group.parse().unwrap(), access: GroupAccess::Owner });
/// assert_eq!(owner.role_origin_id(), "Owner_7b56ede0-9b58-40bd-b11e-b3d18fc32698");
/// # Ok::<(), access_package::ParseResourceRoleError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ResourceRole {
    /// Access to a group or a team (`AadGroup`).
    Group {
        /// The group.
        group: ObjectId,
        /// The access to the group.
        access: GroupAccess,
    },
    /// A role of an enterprise application (`AadApplication`).
    Application {
        /// The application's service principal.
        service_principal: ObjectId,
        /// The app role. The zero GUID is the default access of an application without app roles.
        app_role: Uuid,
    },
    /// A role in a SharePoint site (`SharePointOnline`).
    SharePointSite {
        /// The URL of the site, compared exactly.
        site: Arc<str>,
        /// The number of the role in the site.
        role: u32,
    },
    /// A directory role (`DirectoryRole`, a preview of the service).
    Directory {
        /// The role definition.
        definition: Uuid,
        /// Whether the role is active or eligible.
        activation: Activation,
    },
    /// An Azure role on a management group, subscription, resource group or resource (`AzureResources`).
    Azure {
        /// The role and its scope.
        role: AzureRole,
        /// Whether the role is active or eligible: its type.
        activation: Activation,
    },
    /// A role in an origin system that the crate does not know. It is passed on unchanged.
    Other(OpaqueResourceRole),
}

/// The access to a group that a resource role gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum GroupAccess {
    /// Member of the group.
    Member,
    /// Owner of the group.
    Owner,
    /// Eligible member of the group, through Privileged Identity Management. The GUID of the origin id is kept, since
    /// it can differ from the group's.
    EligibleMember(Uuid),
    /// Eligible owner of the group, through Privileged Identity Management. The GUID of the origin id is kept, since it
    /// can differ from the group's.
    EligibleOwner(Uuid),
}

/// Whether a directory role or an Azure role is active, or only eligible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Activation {
    /// The holder can activate the role, through Privileged Identity Management.
    Eligible,
    /// The role is active.
    Active,
}

/// An Azure role and its scope. [`ResourceRole::from_origin`] makes it.
// Its field is private, so that every value can be read back. It is one pointer, so that an action does not become
// larger.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AzureRole(Arc<AzureIds>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct AzureIds {
    scope: ArmId,
    definition: ArmId,
}

impl AzureRole {
    /// The id of the role definition: it ends in `/providers/Microsoft.Authorization/roleDefinitions/<guid>`.
    ///
    /// Two definitions are equal only if the whole ids are ([R23](crate::policy#r23)). Azure shows a built-in role
    /// below each subscription, and also without one. These ids are different here (our choice), since the crate cannot
    /// know which of them an executor can use.
    #[must_use]
    pub fn definition(&self) -> &ArmId {
        &self.0.definition
    }

    /// The scope of the role.
    #[must_use]
    pub fn scope(&self) -> &ArmId {
        &self.0.scope
    }
}

/// A resource role in an origin system that the crate does not know.
///
/// Read its texts with [`ResourceRole::origin_system`], [`resource_origin_id`](ResourceRole::resource_origin_id),
/// [`role_origin_id`](ResourceRole::role_origin_id) and [`role_type`](ResourceRole::role_type).
// Its field is private, so that it can never contain a known origin system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpaqueResourceRole(Arc<OriginIds>);

/// The texts that identify a resource role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct OriginIds {
    origin_system: String,
    resource_origin_id: String,
    role_origin_id: String,
    role_type: Option<String>,
}

const GROUP: &str = "AadGroup";
const APPLICATION: &str = "AadApplication";
const SITE: &str = "SharePointOnline";
const DIRECTORY: &str = "DirectoryRole";
const AZURE: &str = "AzureResources";
const CUSTOM_DATA: &str = "CustomDataProvidedResource";

impl ResourceRole {
    /// Reads a resource role from the texts that Graph shows: the origin system, the origin id of the resource, the
    /// origin id of the role, and the type of the role.
    ///
    /// The names of the known origin systems and the words of the type ignore case ([R48](crate::policy#r48)). An
    /// unknown origin system gives [`ResourceRole::Other`], with all texts unchanged.
    ///
    /// `AzureResources` requires a type, `active` or `eligible`. In the other known origin systems the origin id
    /// implies the type, so a type that agrees is dropped ([R23](crate::policy#r23)).
    ///
    /// # Errors
    /// Only a known origin system gives an error:
    ///
    /// - [`ResourceOriginId`](ParseResourceRoleError::ResourceOriginId),
    ///   [`RoleOriginId`](ParseResourceRoleError::RoleOriginId) or [`RoleType`](ParseResourceRoleError::RoleType): this
    ///   part does not fit the origin system.
    /// - [`NothingToEnforce`](ParseResourceRoleError::NothingToEnforce): the origin system only provides data for
    ///   reviews.
    pub fn from_origin(
        origin_system: &str,
        resource_origin_id: &str,
        role_origin_id: &str,
        role_type: Option<&str>,
    ) -> Result<Self, ParseResourceRoleError> {
        let is = |known: &str| origin_system.eq_ignore_ascii_case(known); // R48
        let resource_error = |known: &'static str, expected: &'static str| {
            ParseResourceRoleError::ResourceOriginId { origin_system: known, expected }
        };
        let resource = |known: &'static str| {
            let expected = "a GUID of 36 characters with hyphens";
            parse_guid(resource_origin_id).ok_or(resource_error(known, expected))
        };
        let role_error = |known: &'static str, expected: &'static str| ParseResourceRoleError::RoleOriginId {
            origin_system: known,
            expected,
        };
        if is(GROUP) {
            let group = resource(GROUP)?;
            let access = GroupAccess::from_origin_id(role_origin_id, group, resource_origin_id);
            let access = access.ok_or(role_error(
                GROUP,
                "`Member_<group id>`, `Owner_<group id>`, `EligibleMember_<guid>` or `EligibleOwner_<guid>`",
            ))?;
            agrees(GROUP, access.activation(), role_type)?;
            Ok(Self::Group { group: group.into(), access })
        } else if is(APPLICATION) {
            let service_principal = resource(APPLICATION)?.into();
            let app_role =
                parse_guid(role_origin_id).ok_or(role_error(APPLICATION, "the GUID of an app role"))?;
            agrees(APPLICATION, Activation::Active, role_type)?;
            Ok(Self::Application { service_principal, app_role })
        } else if is(SITE) {
            let role = parse_number(role_origin_id).ok_or(role_error(SITE, "a number such as `4`"))?;
            agrees(SITE, Activation::Active, role_type)?;
            Ok(Self::SharePointSite { site: resource_origin_id.into(), role })
        } else if is(DIRECTORY) {
            let definition = resource(DIRECTORY)?;
            let activation = match role_origin_id {
                "Eligible" => Activation::Eligible,
                "Active" => Activation::Active,
                _ => return Err(role_error(DIRECTORY, "`Eligible` or `Active`")),
            };
            agrees(DIRECTORY, activation, role_type)?;
            Ok(Self::Directory { definition, activation })
        } else if is(AZURE) {
            let scope = resource_origin_id.parse().ok().ok_or(resource_error(AZURE, arm::EXPECTED))?;
            let definition = role_origin_id.parse().ok().filter(ArmId::is_role_definition);
            let definition = definition.ok_or(role_error(
                AZURE,
                "a path that ends in `/providers/Microsoft.Authorization/roleDefinitions/<guid>`",
            ))?;
            let activation = role_type.and_then(Activation::from_word);
            let activation = activation.ok_or(ParseResourceRoleError::RoleType {
                origin_system: AZURE,
                expected: "`active` or `eligible`",
            })?;
            Ok(Self::Azure { role: AzureRole(Arc::new(AzureIds { scope, definition })), activation })
        } else if is(CUSTOM_DATA) {
            Err(ParseResourceRoleError::NothingToEnforce)
        } else {
            Ok(Self::Other(OpaqueResourceRole(Arc::new(OriginIds {
                origin_system: origin_system.into(),
                resource_origin_id: resource_origin_id.into(),
                role_origin_id: role_origin_id.into(),
                role_type: role_type.map(Into::into),
            }))))
        }
    }

    /// The name of the origin system, such as `AadGroup`.
    #[must_use]
    pub fn origin_system(&self) -> &str {
        match self {
            Self::Group { .. } => GROUP,
            Self::Application { .. } => APPLICATION,
            Self::SharePointSite { .. } => SITE,
            Self::Directory { .. } => DIRECTORY,
            Self::Azure { .. } => AZURE,
            Self::Other(OpaqueResourceRole(origin)) => &origin.origin_system,
        }
    }

    /// The origin id of the resource: a GUID in lower case, the URL of a site, the scope of an Azure role, or the text
    /// of an unknown origin system.
    #[must_use]
    pub fn resource_origin_id(&self) -> String {
        self.resource().to_string()
    }

    fn resource(&self) -> OriginId<'_> {
        match self {
            Self::Group { group: id, .. } | Self::Application { service_principal: id, .. } => {
                OriginId::Guid(id.as_uuid())
            }
            Self::SharePointSite { site, .. } => OriginId::Text(site),
            Self::Directory { definition, .. } => OriginId::Guid(*definition),
            Self::Azure { role, .. } => OriginId::Text(role.scope().as_str()),
            Self::Other(OpaqueResourceRole(origin)) => OriginId::Text(&origin.resource_origin_id),
        }
    }

    /// The origin id of the role, such as `Member_7b56ede0-9b58-40bd-b11e-b3d18fc32698`.
    #[must_use]
    pub fn role_origin_id(&self) -> String {
        self.role().to_string()
    }

    fn role(&self) -> OriginId<'_> {
        match self {
            Self::Group { group, access } => access.origin_id(*group),
            Self::Application { app_role, .. } => OriginId::Guid(*app_role),
            Self::SharePointSite { role, .. } => OriginId::Number(*role),
            Self::Directory { activation: Activation::Eligible, .. } => OriginId::Text("Eligible"),
            Self::Directory { activation: Activation::Active, .. } => OriginId::Text("Active"),
            Self::Azure { role, .. } => OriginId::Text(role.definition().as_str()),
            Self::Other(OpaqueResourceRole(origin)) => OriginId::Text(&origin.role_origin_id),
        }
    }

    /// The type of the role, if it is part of its identity: `active` or `eligible` for an Azure role, or the text of an
    /// unknown origin system.
    #[must_use]
    pub fn role_type(&self) -> Option<&str> {
        match self {
            Self::Azure { activation, .. } => Some(activation.word()),
            Self::Other(OpaqueResourceRole(origin)) => origin.role_type.as_deref(),
            Self::Group { .. }
            | Self::Application { .. }
            | Self::SharePointSite { .. }
            | Self::Directory { .. } => None,
        }
    }
}

/// The origin system, the resource, the role and the type, if there is one, separated by spaces.
impl fmt::Display for ResourceRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.origin_system(), self.resource(), self.role())?;
        self.role_type().map_or(Ok(()), |role_type| write!(f, " {role_type}"))
    }
}

/// An origin id that is not a string yet, so that it can be written without an allocation.
enum OriginId<'a> {
    Text(&'a str),
    Guid(Uuid),
    Number(u32),
    /// Access to a group.
    Access(&'static str, Uuid),
}

impl fmt::Display for OriginId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Guid(guid) => guid.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Access(access, guid) => write!(f, "{access}{guid}"),
        }
    }
}

impl Activation {
    /// The word for the type of a role.
    const fn word(self) -> &'static str {
        match self {
            Self::Eligible => "eligible",
            Self::Active => "active",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Eligible, Self::Active].into_iter().find(|known| known.word().eq_ignore_ascii_case(word))
    }
}

/// R23: a type that agrees with the origin id adds nothing. A type that contradicts it is an error.
fn agrees(
    origin_system: &'static str,
    activation: Activation,
    role_type: Option<&str>,
) -> Result<(), ParseResourceRoleError> {
    let expected = match activation {
        Activation::Eligible => "`eligible` or none",
        Activation::Active => "`active` or none",
    };
    match role_type.map(Activation::from_word) {
        Some(said) if said != Some(activation) => {
            Err(ParseResourceRoleError::RoleType { origin_system, expected })
        }
        Some(_) | None => Ok(()),
    }
}

const MEMBER: &str = "Member_";
const OWNER: &str = "Owner_";
const ELIGIBLE_MEMBER: &str = "EligibleMember_";
const ELIGIBLE_OWNER: &str = "EligibleOwner_";

impl GroupAccess {
    /// Reads `<access>_<guid>`. For a member or an owner, the GUID must be the group's.
    fn from_origin_id(text: &str, group: Uuid, text_of_group: &str) -> Option<Self> {
        let (access, guid) = text.split_at_checked(text.len().checked_sub(GUID_LENGTH)?)?;
        let guid = if guid == text_of_group { group } else { parse_guid(guid)? };
        match access {
            MEMBER => (guid == group).then_some(Self::Member),
            OWNER => (guid == group).then_some(Self::Owner),
            ELIGIBLE_MEMBER => Some(Self::EligibleMember(guid)),
            ELIGIBLE_OWNER => Some(Self::EligibleOwner(guid)),
            _ => None,
        }
    }

    const fn activation(self) -> Activation {
        match self {
            Self::Member | Self::Owner => Activation::Active,
            Self::EligibleMember(_) | Self::EligibleOwner(_) => Activation::Eligible,
        }
    }

    const fn origin_id(self, group: ObjectId) -> OriginId<'static> {
        match self {
            Self::Member => OriginId::Access(MEMBER, group.as_uuid()),
            Self::Owner => OriginId::Access(OWNER, group.as_uuid()),
            Self::EligibleMember(guid) => OriginId::Access(ELIGIBLE_MEMBER, guid),
            Self::EligibleOwner(guid) => OriginId::Access(ELIGIBLE_OWNER, guid),
        }
    }
}

/// Reads a number in its only valid form: no sign, no leading zero.
fn parse_number(text: &str) -> Option<u32> {
    let is_written_so = text == "0" || text.starts_with(|first: char| matches!(first, '1'..='9'));
    text.parse().ok().filter(|_| is_written_so)
}

/// The origin ids do not form a resource role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ParseResourceRoleError {
    /// The resource does not fit this origin system.
    #[error("resource origin id does not fit `{origin_system}`: expected {expected}")]
    ResourceOriginId {
        /// The origin system.
        origin_system: &'static str,
        /// The expected form.
        expected: &'static str,
    },
    /// The role does not fit this origin system, or this resource.
    #[error("role origin id does not fit `{origin_system}`: expected {expected}")]
    RoleOriginId {
        /// The origin system.
        origin_system: &'static str,
        /// The expected form.
        expected: &'static str,
    },
    /// The type of the role is missing, or does not fit this role.
    #[error("role type does not fit `{origin_system}`: expected {expected}")]
    RoleType {
        /// The origin system.
        origin_system: &'static str,
        /// The expected types.
        expected: &'static str,
    },
    /// The origin system only provides data for reviews, so there is nothing to enforce.
    #[error("`CustomDataProvidedResource` only provides data for reviews: there is nothing to enforce")]
    NothingToEnforce,
}
