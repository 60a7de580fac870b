//! What can be granted, and to whom.

use serde::{Deserialize, Serialize};
use sqlx::{SqliteConnection, query, query_as};
use uuid::Uuid;

use super::answer::{Answer, BAD_REQUEST, DENIED, Stop};
use super::call::Grant;
use super::kind::{Kind, ROLE_ASSIGNABLE, is_held};
use crate::Problem;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Object {
    Group(Group),
    User,
    ServicePrincipal {
        #[serde(default)]
        app_roles: Vec<Uuid>,
    },
    RoleDefinition,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Group {
    #[serde(rename = "groupTypes")]
    pub types: Vec<String>,
    pub mail_enabled: bool,
    pub security_enabled: bool,
    pub is_assignable_to_role: Option<bool>,
    pub on_premises_sync_enabled: Option<bool>,
}

/// An ordinary security group.
impl Default for Group {
    fn default() -> Self {
        Self {
            types: Vec::new(),
            mail_enabled: false,
            security_enabled: true,
            is_assignable_to_role: None,
            on_premises_sync_enabled: None,
        }
    }
}

impl Object {
    /// The name of its type.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Group(_) => "group",
            Self::User => "user",
            Self::ServicePrincipal { .. } => "servicePrincipal",
            Self::RoleDefinition => "roleDefinition",
        }
    }

    /// Whether anything can be granted to it.
    pub const fn is_principal(&self) -> bool {
        !matches!(self, Self::RoleDefinition)
    }
}

impl Group {
    fn is(&self, group_type: &str) -> bool {
        self.types.iter().any(|it| it == group_type)
    }

    /// Why members or owners cannot be added to it.
    pub fn refuses(&self, kind: Kind, permissions: Option<&[String]>) -> Option<Answer> {
        let is_dynamic = self.is("DynamicMembership") && kind == Kind::Member;
        // A distribution group, or a security group with mail: both belong to Exchange.
        let is_of_exchange = self.mail_enabled && !self.is("Unified");
        let is_role_assignable = self.is_assignable_to_role == Some(true);
        let is_too_privileged =
            is_role_assignable && permissions.is_some_and(|held| !is_held(held, ROLE_ASSIGNABLE));
        if is_dynamic || is_of_exchange || is_too_privileged {
            return Some(Answer::error(DENIED));
        }
        // The text is known for users. For groups it is our choice.
        let message = "Unable to update the specified properties for on-premises mastered Directory Sync objects or \
                       objects currently undergoing migration.";
        let is_synced = self.on_premises_sync_enabled == Some(true);
        is_synced.then(|| Answer::error_saying(BAD_REQUEST, message))
    }
}

/// What the directory knows of an id now.
pub enum Presence {
    Here(Object),
    /// Created, but not replicated yet.
    TooNew,
    Missing,
}

pub async fn look_up(connection: &mut SqliteConnection, id: Uuid, now: i64) -> Result<Presence, Stop> {
    let row = query_as::<_, (String, i64)>(
        "SELECT object, visible_from FROM object WHERE id = ? AND is_deleted = 0",
    );
    let row = row.bind(id.to_string()).fetch_optional(connection).await?;
    Ok(match row {
        Some((object, visible_from)) if visible_from <= now => Presence::Here(serde_json::from_str(&object)?),
        Some(_) => Presence::TooNew,
        None => Presence::Missing,
    })
}

/// The object; else it is not found.
pub async fn find(connection: &mut SqliteConnection, id: Uuid, now: i64) -> Result<Object, Stop> {
    match look_up(connection, id, now).await? {
        Presence::Here(object) => Ok(object),
        Presence::TooNew | Presence::Missing => Err(Answer::not_found(id).into()),
    }
}

/// The group; else it is not found.
pub async fn find_group(connection: &mut SqliteConnection, id: Uuid, now: i64) -> Result<Group, Stop> {
    match find(connection, id, now).await? {
        Object::Group(group) => Ok(group),
        Object::User | Object::ServicePrincipal { .. } | Object::RoleDefinition => {
            Err(Answer::not_found(id).into())
        }
    }
}

/// Creates what a write names, if it was never there: a user, and the resource with its role.
pub async fn assume(connection: &mut SqliteConnection, grant: &Grant) -> Result<(), Problem> {
    let resource = match grant.kind {
        Kind::Member
        | Kind::Owner
        | Kind::GroupEligibility
        | Kind::Group
        | Kind::ServicePrincipal
        | Kind::Batch => Object::Group(Group::default()),
        Kind::AppRole => {
            let app_roles = grant.role.parse().into_iter().filter(|role: &Uuid| !role.is_nil()).collect();
            Object::ServicePrincipal { app_roles }
        }
        Kind::RoleEligibility | Kind::RoleAssignment => Object::RoleDefinition,
    };
    for (id, object) in [(grant.resource, resource), (grant.principal, Object::User)] {
        query("INSERT OR IGNORE INTO object VALUES (?, ?, ?, 0, 0)")
            .bind(id.to_string())
            .bind(object.type_name())
            .bind(serde_json::to_string(&object)?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
