//! What a `GET` sees: what is visible by now and has not ended.

use serde_json::{Map, Value, json};
use sqlx::{SqliteConnection, query_as, query_scalar};
use uuid::Uuid;

use super::Directory;
use super::answer::{Answer, BAD_REQUEST, Stop};
use super::call::{Call, List};
use super::kind::Kind;
use super::object::{self, Object};
use super::write::{instant, principal_type};
use crate::now;

/// A grant, with its number and the type of its principal.
type Row = (i64, String, String, String, i64, Option<i64>, String);

/// The grants of one kind, after a number and visible at an instant, that also match a condition.
macro_rules! list {
    ($fit:literal) => {
        concat!(
            "SELECT number, resource, role, principal, start_ticks, end_ticks, type \
             FROM grants JOIN object ON object.id = principal AND is_deleted = 0 WHERE kind = ?1 AND ",
            $fit,
            " AND number > ?4 AND grants.visible_from <= ?5 AND (end_ticks IS NULL OR end_ticks > ?5) \
             ORDER BY number LIMIT ?6"
        )
    };
}

impl Directory {
    pub async fn read(&self, call: &Call) -> Result<Answer, Stop> {
        let mut connection = self.store.reader.acquire().await?;
        let now = now().unix_ticks();
        match call {
            Call::Resource { kind, id, select } => {
                let properties = match object::find(&mut connection, *id, now).await? {
                    Object::Group(group) if *kind == Kind::Group => serde_json::to_value(group)?,
                    Object::ServicePrincipal { app_roles } if *kind == Kind::ServicePrincipal => {
                        let role = |id: &Uuid| json!({ "id": id, "isEnabled": true });
                        json!({ "appRoles": app_roles.iter().map(role).collect::<Vec<_>>() })
                    }
                    _ => return Err(Answer::not_found(*id).into()),
                };
                shown(*kind, *id, properties, select.as_deref())
            }
            Call::Link { kind, group, object } => {
                object::find_group(&mut connection, *group, now).await?;
                let sql = "SELECT 1 FROM grants WHERE kind = ? AND resource = ? AND role = '' AND principal = ? \
                           AND visible_from <= ?";
                let link = query_scalar::<_, i64>(sql).bind(kind.as_str());
                let link = link.bind(group.to_string()).bind(object.to_string()).bind(now);
                let present = link.fetch_optional(&mut *connection).await?;
                present.ok_or_else(|| Answer::not_found(*object))?;
                Ok(Answer::ok(json!({ "@odata.id": format!("{}/directoryObjects/{object}", self.base_url) })))
            }
            Call::List(list) => self.list(&mut connection, list, now).await,
            Call::Grant(_) => Err(Answer::error("BadRequest").into()),
        }
    }

    async fn list(&self, connection: &mut SqliteConnection, list: &List, now: i64) -> Result<Answer, Stop> {
        if let Some(id) = list.container {
            object::find(connection, id, now).await?;
        }
        let sql = match (list.resource, list.principal) {
            (Some(_), Some(_)) => list!("resource = ?2 AND principal = ?3"),
            (Some(_), None) => list!("resource = ?2"),
            (None, Some(_)) => list!("principal = ?3"),
            (None, None) => list!("TRUE"),
        };
        let text = |id: Option<Uuid>| id.map(|id| id.to_string());
        let rows = query_as::<_, Row>(sql)
            .bind(list.kind.as_str())
            .bind(text(list.resource))
            .bind(text(list.principal))
            .bind(list.after)
            .bind(now)
            // One row more than a page tells whether there is another page.
            .bind(i64::from(list.top) + 1)
            .fetch_all(connection)
            .await?;
        let top = usize::try_from(list.top)?;
        let page: Vec<_> = rows.iter().take(top).map(|row| item(list.kind, row)).collect();
        let mut body = json!({ "value": page });
        if let Some((last, ..)) = rows.get(top - 1).filter(|_| rows.len() > top) {
            let joint = if list.path.ends_with('?') { "" } else { "&" };
            let link = format!("{}{}{joint}$skiptoken={last}", self.base_url, list.path);
            body["@odata.nextLink"] = link.into();
        }
        Ok(Answer::ok(body))
    }
}

/// The properties of a resource that are asked for.
fn shown(kind: Kind, id: Uuid, mut properties: Value, select: Option<&str>) -> Result<Answer, Stop> {
    properties["id"] = id.to_string().into();
    let Some(select) = select else { return Ok(Answer::ok(properties)) };
    let mut selected = Map::new();
    for name in select.split(',').map(str::trim) {
        let Some(value) = properties.get(name) else {
            let message = format!(
                "Could not find a property named '{name}' on type 'microsoft.graph.{}'.",
                kind.as_str()
            );
            return Err(Answer::error_saying(BAD_REQUEST, &message).into());
        };
        selected.insert(name.to_owned(), value.clone());
    }
    Ok(Answer::ok(selected.into()))
}

fn item(kind: Kind, (number, resource, role, principal, start, end, type_name): &Row) -> Value {
    let times = || (instant(*start), end.and_then(instant));
    match kind {
        Kind::AppRole => json!({
            "id": number.to_string(),
            "appRoleId": role,
            "createdDateTime": instant(*start),
            "principalId": principal,
            "principalType": principal_type(type_name),
            "resourceId": resource,
        }),
        Kind::GroupEligibility => {
            let (start, end) = times();
            json!({
                "id": format!("{resource}_{role}_{number}"),
                "accessId": role,
                "groupId": resource,
                "principalId": principal,
                "memberType": "Direct",
                "startDateTime": start,
                "endDateTime": end,
            })
        }
        Kind::RoleEligibility | Kind::RoleAssignment => {
            let (start, end) = times();
            let mut item = json!({
                "id": number.to_string(),
                "roleDefinitionId": resource,
                "directoryScopeId": role,
                "appScopeId": null,
                "principalId": principal,
                "memberType": "Direct",
                "startDateTime": start,
                "endDateTime": end,
            });
            if kind == Kind::RoleAssignment {
                item["assignmentType"] = "Assigned".into();
            }
            item
        }
        Kind::Member | Kind::Owner | Kind::Group | Kind::ServicePrincipal | Kind::Batch => {
            json!({ "@odata.type": format!("#microsoft.graph.{type_name}"), "id": principal })
        }
    }
}
