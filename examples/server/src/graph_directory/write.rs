//! Carries out a write in one transaction, which ends before the answer goes out.

use serde_json::{Value, json};
use sqlx::{SqliteConnection, query, query_scalar};
use uuid::Uuid;

use access_package::Timestamp;

use super::answer::{Answer, BAD_REQUEST, INVALID_SCHEDULE, NOT_A_REFERENCE, Reply, Stop};
use super::call::Grant;
use super::fault::Decision;
use super::kind::Kind;
use super::object::{self, Object, Presence};
use super::schedule::Expiration;
use super::{Directory, ticks_of};
use crate::{Problem, now};

/// When a grant begins, ends and becomes visible. Without `effective_from`, nothing is granted.
struct Plan {
    status: String,
    start: i64,
    end: Option<i64>,
    effective_from: Option<i64>,
    visible_from: i64,
}

impl Directory {
    /// Carries a write out unless a fault forbids it, and logs it.
    pub async fn write(&self, grant: &Grant, decision: &Decision) -> Result<Reply, Problem> {
        // There is one writer at a time. Read the clock only once it is this write's turn.
        let mut transaction = self.store.writer.begin_with("BEGIN IMMEDIATE").await?;
        let now = now().unix_ticks();
        if self.assumes {
            object::assume(&mut transaction, grant).await?;
        }
        let (answer, is_carried_out) = if decision.is_carried_out() {
            match self.carry_out(&mut transaction, grant, decision, now).await {
                Ok((answer, is_carried_out)) => (Some(answer), is_carried_out),
                Err(Stop::Answer(answer)) => (Some(answer), false),
                Err(Stop::Problem(problem)) => return Err(problem),
            }
        } else {
            (None, false)
        };
        let reply = decision.reply(grant.kind, answer);
        let status = match &reply {
            Reply::Answer(answer) => Some(i64::from(answer.status.as_u16())),
            Reply::Lost(_) => None,
        };
        query("INSERT INTO log VALUES (NULL, ?, 'POST', ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(now)
            .bind(&grant.path)
            .bind(grant.kind.as_str())
            .bind(grant.resource.to_string())
            .bind(&grant.role)
            .bind(grant.principal.to_string())
            .bind(grant.times(now).1)
            .bind(status)
            .bind(is_carried_out)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(reply)
    }

    /// The directory's own answer, and whether anything was granted.
    pub async fn carry_out(
        &self,
        connection: &mut SqliteConnection,
        grant: &Grant,
        decision: &Decision,
        now: i64,
    ) -> Result<(Answer, bool), Stop> {
        let principal = self.judge(connection, grant, now).await?;
        let plan = grant.plan(decision, now).ok_or_else(|| Answer::error(INVALID_SCHEDULE))?;
        let key = (grant.kind.as_str(), grant.resource.to_string(), grant.principal.to_string());
        let sql = "SELECT effective_from FROM grants \
                   WHERE kind = ?1 AND resource = ?2 AND role = ?3 AND principal = ?4 \
                   AND (end_ticks IS NULL OR end_ticks > ?5)";
        let present = query_scalar::<_, i64>(sql).bind(key.0).bind(&key.1).bind(&grant.role).bind(&key.2);
        let present = present.bind(now);
        match present.fetch_optional(&mut *connection).await? {
            Some(effective_from) if effective_from > now => {
                return Err(Answer::error("PendingRoleAssignmentRequest").into());
            }
            Some(_) => return Err(Answer::exists(grant.kind).into()),
            None => {}
        }
        if let Some(effective_from) = plan.effective_from {
            // It replaces a grant that has ended.
            query("INSERT OR REPLACE INTO grants VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)")
                .bind(key.0)
                .bind(&key.1)
                .bind(&grant.role)
                .bind(&key.2)
                .bind(plan.start)
                .bind(plan.end)
                .bind(effective_from)
                .bind(plan.visible_from.max(effective_from))
                .execute(&mut *connection)
                .await?;
        }
        Ok((grant.answer(&principal, &plan), plan.effective_from.is_some()))
    }

    /// Returns the principal if it and the resource exist and go together.
    async fn judge(
        &self,
        connection: &mut SqliteConnection,
        grant: &Grant,
        now: i64,
    ) -> Result<Object, Stop> {
        let Grant { kind, resource, principal, .. } = *grant;
        match kind {
            Kind::Member | Kind::Owner => {
                let group = object::find_group(connection, resource, now).await?;
                let object = object::find(connection, principal, now).await?;
                if !object.is_principal() {
                    return Err(Answer::not_found(principal).into());
                }
                match group.refuses(kind, self.permissions().as_deref()) {
                    Some(refused) => Err(refused.into()),
                    None => Ok(object),
                }
            }
            Kind::AppRole => {
                let Object::ServicePrincipal { app_roles } = object::find(connection, resource, now).await?
                else {
                    return Err(Answer::not_found(resource).into());
                };
                // The default access exists only if there is no app role.
                let is_default = app_roles.is_empty() && grant.role == Uuid::nil().to_string();
                if !is_default && !app_roles.iter().any(|it| it.to_string() == grant.role) {
                    let message = "Permission being assigned was not found on application";
                    return Err(Answer::error_saying(BAD_REQUEST, message).into());
                }
                match object::look_up(connection, principal, now).await? {
                    Presence::Here(object) if object.is_principal() => Ok(object),
                    // A wrong id and one that is too new get the same text.
                    Presence::Here(_) | Presence::TooNew | Presence::Missing => {
                        Err(Answer::error_saying(BAD_REQUEST, NOT_A_REFERENCE).into())
                    }
                }
            }
            Kind::GroupEligibility => {
                object::find_group(connection, resource, now).await?;
                let principal = scheduled(connection, principal, "SubjectNotFound", now).await?;
                if principal.is_principal() {
                    Ok(principal)
                } else {
                    Err(Answer::error("SubjectNotFound").into())
                }
            }
            Kind::RoleEligibility | Kind::RoleAssignment => {
                let role = scheduled(connection, resource, "RoleNotFound", now).await?;
                let principal = scheduled(connection, principal, "SubjectNotFound", now).await?;
                if role != Object::RoleDefinition {
                    return Err(Answer::error("RoleNotFound").into());
                }
                let is_allowed = match &principal {
                    Object::User => true,
                    Object::Group(group) => group.is_assignable_to_role == Some(true),
                    Object::ServicePrincipal { .. } => kind == Kind::RoleAssignment,
                    Object::RoleDefinition => false,
                };
                // No page says which code this has: it is our choice.
                if is_allowed { Ok(principal) } else { Err(Answer::error(INVALID_SCHEDULE).into()) }
            }
            Kind::Group | Kind::ServicePrincipal | Kind::Batch => Err(Answer::error("BadRequest").into()),
        }
    }
}

/// What PIM is to schedule. An object that is too new is not found; a missing one has a code of its own.
async fn scheduled(
    connection: &mut SqliteConnection,
    id: Uuid,
    missing: &str,
    now: i64,
) -> Result<Object, Stop> {
    match object::look_up(connection, id, now).await? {
        Presence::Here(object) => Ok(object),
        Presence::TooNew => Err(Answer::not_found(id).into()),
        Presence::Missing => Err(Answer::error(missing).into()),
    }
}

impl Grant {
    /// When it is to begin, and to end.
    fn times(&self, now: i64) -> (i64, Option<i64>) {
        let start = self.start.map_or(now, |start| start.unix_ticks().max(now));
        let end = match self.expiration {
            Expiration::Never => None,
            Expiration::At(end) => Some(end.unix_ticks()),
            Expiration::After(ticks) => Some(start.saturating_add(ticks)),
        };
        (start, end)
    }

    /// `None` if it is to end before it begins.
    fn plan(&self, decision: &Decision, now: i64) -> Option<Plan> {
        let after = |ms: i64| now.saturating_add(ticks_of(ms));
        let (start, end) = self.times(now);
        if end.is_some_and(|end| end <= start) {
            return None;
        }
        let policy = decision.ends_early().map(after);
        let effective_from = match decision.status() {
            Some(("Failed" | "Denied" | "Canceled" | "Revoked", _)) => None,
            Some(("Provisioned", _)) | None => Some(start),
            // A grant that stays pending exists, but has no effect.
            Some((_, effective_in)) => Some(effective_in.map_or(i64::MAX, after).max(start)),
        };
        let own = if start > now { "Granted" } else { "Provisioned" };
        Some(Plan {
            status: decision.status().map_or(own, |(status, _)| status).to_owned(),
            start,
            end: [end, policy].into_iter().flatten().min(),
            effective_from,
            visible_from: decision.lag().map_or(now, after),
        })
    }

    fn answer(&self, principal: &Object, plan: &Plan) -> Answer {
        let id = Uuid::new_v4();
        let (resource, role) = (self.resource, &self.role);
        let body = match self.kind {
            Kind::AppRole => json!({
                "id": id,
                "deletedDateTime": null,
                "appRoleId": role,
                "createdDateTime": instant(plan.start),
                "principalDisplayName": self.principal,
                "principalId": self.principal,
                "principalType": principal_type(principal.type_name()),
                "resourceDisplayName": resource,
                "resourceId": resource,
            }),
            Kind::GroupEligibility => json!({
                "id": id,
                "status": plan.status,
                "action": "adminAssign",
                "accessId": role,
                "groupId": resource,
                "principalId": self.principal,
                "targetScheduleId": format!("{resource}_{role}_{id}"),
                "scheduleInfo": schedule_info(plan),
            }),
            Kind::RoleEligibility | Kind::RoleAssignment => json!({
                "id": id,
                "status": plan.status,
                "action": "adminAssign",
                "roleDefinitionId": resource,
                "directoryScopeId": role,
                "appScopeId": null,
                "principalId": self.principal,
                "targetScheduleId": id,
                "scheduleInfo": schedule_info(plan),
            }),
            Kind::Member | Kind::Owner | Kind::Group | Kind::ServicePrincipal | Kind::Batch => {
                return Answer::no_content();
            }
        };
        Answer::created(body)
    }
}

/// The name of a principal's type in an app role assignment begins with a capital.
pub fn principal_type(type_name: &str) -> String {
    let mut name = type_name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// An instant as Graph writes it.
pub fn instant(ticks: i64) -> Option<String> {
    Timestamp::from_unix_ticks(ticks).map(|instant| instant.to_string())
}

fn schedule_info(plan: &Plan) -> Value {
    let end = plan.end.and_then(instant);
    json!({
        "startDateTime": instant(plan.start),
        "recurrence": null,
        "expiration": {
            "type": if end.is_some() { "afterDateTime" } else { "noExpiration" },
            "endDateTime": end,
            "duration": null,
        },
    })
}
