//! What a real directory does not offer: you can seed it, take access away, set faults, and ask what has
//! happened.

use std::sync::PoisonError;

use axum::extract::Query;
use axum::http::{Method, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::answer::{Answer, Stop};
use super::call::Call;
use super::fault::{Decision, Held, Rule};
use super::kind::Kind;
use super::object::{self, Object};
use super::write::instant;
use super::{Directory, ticks_of};
use crate::{Problem, now};

/// An object to seed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Seed {
    id: Uuid,
    object: Object,
    /// The delay until everybody sees it.
    #[serde(default)]
    visible_in_ms: i64,
}

/// Grants: all that match every given field.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Grants {
    kind: Option<Kind>,
    resource: Option<Uuid>,
    role: Option<String>,
    principal: Option<Uuid>,
}

/// A request of Graph that grants something; its path begins after the version.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Write {
    path: String,
    body: Value,
}

/// Which entries of the log, or which grants, are asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Look {
    resource: Option<Uuid>,
    principal: Option<Uuid>,
    /// The number of an entry: only later entries are shown.
    #[serde(default)]
    after: i64,
    top: Option<i64>,
}

type Entry = (i64, i64, String, String, String, String, String, String, Option<i64>, Option<u16>, bool);
type Granted = (String, String, String, String, i64, i64, Option<i64>, bool, Option<i64>);

impl Directory {
    pub async fn control(&self, method: &Method, uri: &Uri, body: &[u8]) -> Result<Answer, Problem> {
        let segments: Vec<_> = uri.path().split('/').skip(2).collect();
        let done = |()| Answer::no_content();
        let answer = match (method.as_str(), &segments[..]) {
            ("POST", ["objects"]) => self.seed(body).await.map(done),
            ("POST", ["grants"]) => self.put_in_place(body).await.map(done),
            ("POST", ["objects", id, change @ ("delete" | "restore")]) => {
                self.set_deleted(id, *change == "delete").await
            }
            ("POST", ["remove"]) => self.remove(body).await,
            ("GET", ["faults"]) => Ok(self.show_faults()),
            ("POST", ["faults"]) => self.add_faults(body).await,
            ("DELETE", ["faults"]) => self.remove_faults(None).await.map(done),
            ("DELETE", ["faults", id]) => match id.parse() {
                Ok(id) => self.remove_faults(Some(id)).await.map(done),
                Err(error) => Err(Problem::from(error)),
            },
            ("PUT", ["permissions"]) => match serde_json::from_slice(body) {
                Ok(permissions) => self.set_permissions(Some(permissions)).await.map(done),
                Err(error) => Err(error.into()),
            },
            ("DELETE", ["permissions"]) => self.set_permissions(None).await.map(done),
            ("GET", ["log"]) => self.show_log(uri).await,
            ("GET", ["grants"]) => self.show_grants(uri).await,
            _ => Ok(Answer::error_with(404, "NotFound", "no such control")),
        };
        // Errors of these requests are told in full.
        Ok(answer.unwrap_or_else(|problem| Answer::error_saying("BadRequest", &problem.to_string())))
    }

    async fn seed(&self, body: &[u8]) -> Result<(), Problem> {
        let seeds: Vec<Seed> = serde_json::from_slice(body)?;
        let now = now().unix_ticks();
        let mut rows = Vec::new();
        for Seed { id, object, visible_in_ms } in seeds {
            let visible_from = now.saturating_add(ticks_of(visible_in_ms));
            rows.push(json!([id, object.type_name(), serde_json::to_string(&object)?, visible_from]));
        }
        let sql = "INSERT OR REPLACE INTO object \
                   SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, 0 FROM json_each(?)";
        query(sql).bind(serde_json::to_string(&rows)?).execute(&self.store.writer).await?;
        Ok(())
    }

    /// Grants what these requests ask for as if it had long been in place: at once, without faults and
    /// without the log.
    async fn put_in_place(&self, body: &[u8]) -> Result<(), Problem> {
        let writes: Vec<Write> = serde_json::from_slice(body)?;
        let mut transaction = self.store.writer.begin_with("BEGIN IMMEDIATE").await?;
        for Write { path, body } in writes {
            let body = body.to_string();
            let call = Call::read(&Method::POST, &path.parse()?, body.as_bytes());
            let Ok(Call::Grant(grant)) = call else { return Err(format!("`{path}` grants nothing").into()) };
            object::assume(&mut transaction, &grant).await?;
            let (decision, now) = (Decision::default(), now().unix_ticks());
            let carried_out = self.carry_out(&mut transaction, &grant, &decision, now);
            if let Err(Stop::Problem(problem)) = carried_out.await {
                return Err(problem);
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// A deleted object keeps its grants. They count again once it is restored.
    async fn set_deleted(&self, id: &str, is_deleted: bool) -> Result<Answer, Problem> {
        let id: Uuid = id.parse()?;
        let changed = query("UPDATE object SET is_deleted = ? WHERE id = ?");
        let changed = changed.bind(is_deleted).bind(id.to_string()).execute(&self.store.writer).await?;
        Ok(if changed.rows_affected() == 1 { Answer::no_content() } else { Answer::not_found(id) })
    }

    async fn remove(&self, body: &[u8]) -> Result<Answer, Problem> {
        let Grants { kind, resource, role, principal } = serde_json::from_slice(body)?;
        if resource.or(principal).is_none() {
            return Err("`resource` or `principal` is needed".into());
        }
        let sql = "DELETE FROM grants WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR resource = ?2) \
                   AND (?3 IS NULL OR role = ?3) AND (?4 IS NULL OR principal = ?4)";
        let removed = query(sql)
            .bind(kind.map(Kind::as_str))
            .bind(resource.map(|id| id.to_string()))
            .bind(role)
            .bind(principal.map(|id| id.to_string()))
            .execute(&self.store.writer)
            .await?;
        Ok(Answer::ok(json!({ "removed": removed.rows_affected() })))
    }

    fn show_faults(&self) -> Answer {
        let faults = self.faults();
        let shown = |held: &Held| json!({ "id": held.id, "rule": held.rule, "fired": held.fired });
        Answer::ok(json!({ "value": faults.rules.iter().map(shown).collect::<Vec<_>>() }))
    }

    async fn add_faults(&self, body: &[u8]) -> Result<Answer, Problem> {
        let rules: Vec<Rule> = serde_json::from_slice(body)?;
        if let Some(problem) = rules.iter().find_map(Rule::problem) {
            return Err(problem.into());
        }
        let mut ids = Vec::new();
        for rule in rules {
            let id = self.store.add_rule(&rule).await?;
            self.faults().rules.push(Held { id, rule, fired: 0 });
            ids.push(id);
        }
        Ok(Answer::json(StatusCode::CREATED, json!({ "ids": ids })))
    }

    async fn remove_faults(&self, id: Option<i64>) -> Result<(), Problem> {
        self.store.remove_rules(id).await?;
        self.faults().rules.retain(|held| id.is_some_and(|id| held.id != id));
        Ok(())
    }

    /// Sets the permissions of the caller from now on; `None` for all.
    async fn set_permissions(&self, permissions: Option<Vec<String>>) -> Result<(), Problem> {
        self.store.set_permissions(permissions.as_deref()).await?;
        *self.permissions.write().unwrap_or_else(PoisonError::into_inner) = permissions;
        Ok(())
    }

    /// Every write that was judged, in order.
    async fn show_log(&self, uri: &Uri) -> Result<Answer, Problem> {
        let Query(look) = Query::<Look>::try_from_uri(uri)?;
        let sql = "SELECT number, at_ticks, method, path, kind, resource, role, principal, end_ticks, status, carried_out \
                   FROM log WHERE (?1 IS NULL OR resource = ?1) AND (?2 IS NULL OR principal = ?2) \
                   AND number > ?3 ORDER BY number LIMIT ?4";
        let rows = query_as::<_, Entry>(sql)
            .bind(look.resource.map(|id| id.to_string()))
            .bind(look.principal.map(|id| id.to_string()))
            .bind(look.after)
            .bind(look.top.unwrap_or(-1))
            .fetch_all(&self.store.reader)
            .await?;
        let shown = |(
            number,
            at,
            method,
            path,
            kind,
            resource,
            role,
            principal,
            end,
            status,
            carried_out,
        ): Entry| {
            json!({
                "number": number, "at": instant(at), "method": method, "path": format!("/v1.0{path}"), "kind": kind,
                "resource": resource, "role": role, "principal": principal, "end": end.and_then(instant),
                "status": status, "carriedOut": carried_out,
            })
        };
        Ok(Answer::ok(json!({ "value": rows.into_iter().map(shown).collect::<Vec<_>>() })))
    }

    /// Every grant that was ever made: how often, when last, and whether it is in place now.
    async fn show_grants(&self, uri: &Uri) -> Result<Answer, Problem> {
        let Query(look) = Query::<Look>::try_from_uri(uri)?;
        let sql = "SELECT log.kind, log.resource, log.role, log.principal, count(*), max(at_ticks), grants.end_ticks, \
                   (grants.effective_from <= ?3 AND (grants.end_ticks IS NULL OR grants.end_ticks > ?3)) IS TRUE, \
                   grants.visible_from \
                   FROM log LEFT JOIN grants USING (kind, resource, role, principal) \
                   WHERE carried_out AND (?1 IS NULL OR log.resource = ?1) AND (?2 IS NULL OR log.principal = ?2) \
                   AND log.number > ?4 \
                   GROUP BY log.kind, log.resource, log.role, log.principal ORDER BY min(log.number) LIMIT ?5";
        let rows = query_as::<_, Granted>(sql)
            .bind(look.resource.map(|id| id.to_string()))
            .bind(look.principal.map(|id| id.to_string()))
            .bind(now().unix_ticks())
            .bind(look.after)
            .bind(look.top.unwrap_or(-1))
            .fetch_all(&self.store.reader)
            .await?;
        let shown =
            |(kind, resource, role, principal, times, last, end, is_present, visible_from): Granted| {
                json!({
                    "kind": kind, "resource": resource, "role": role, "principal": principal, "carriedOut": times,
                    "last": instant(last), "end": end.and_then(instant), "isPresent": is_present,
                    "visibleFrom": visible_from.and_then(instant),
                })
            };
        Ok(Answer::ok(json!({ "value": rows.into_iter().map(shown).collect::<Vec<_>>() })))
    }
}
