//! Grants only what an assignment has lost, through the directory itself. The crate says what to send and
//! when; this module moves the bytes.

use std::time::Duration;

use access_package::graph::enforce::{Delivery, End as Ended, Next, Settings};
use access_package::{Action, AssignmentState};
use http::Method;
use serde_json::json;
use tokio::time::sleep;
use uuid::Uuid;

use super::end::End;
use super::reprocess;
use crate::book::Planned;
use crate::evidence::Diary;
use crate::problem::Problem;
use crate::service::{Service, now};
use crate::services::Services;

pub async fn run(
    services: &Services,
    planned: &Planned,
    diary: &Diary,
    settle: Duration,
) -> Result<End, Problem> {
    // The check may have been long ago.
    let mut assignment = match reprocess::assignment(services, diary).await? {
        Ok(assignment) => assignment,
        Err(end) => return Ok(end),
    };
    let _ = assignment.expire(now());
    if assignment.state() != AssignmentState::Delivered {
        return End::of_state(diary, assignment.state());
    }
    let owed: Vec<_> =
        assignment.resource_roles().unwrap_or_default().iter().map(|owed| &owed.resource_role).collect();
    let (lost, not_owed): (Vec<_>, Vec<_>) = planned.lost.iter().partition(|lost| owed.contains(lost));
    for lost in &not_owed {
        diary.add("notOwed", json!({ "resourceRole": lost.to_string() }))?;
    }
    let is_not_owed = lost.is_empty();
    let mut end = End { is_restored: !is_not_owed, is_not_owed, ..End::default() };
    for lost in lost {
        let name = lost.to_string();
        let action = Action {
            assignment: assignment.id(),
            attempt: assignment.attempt() + 1,
            target: assignment.target(),
            resource_role: lost.clone(),
            end: assignment.end(),
        };
        if let Some(NotGranted { code, says, help }) =
            grant(&services.directory, planned, action, settle, diary).await?
        {
            end.add_failure(diary, &name, (code, &says, help.as_deref()))?;
        }
    }
    Ok(end)
}

/// Why something was not granted.
struct NotGranted {
    code: &'static str,
    says: String,
    help: Option<String>,
}

/// Returns `None` once the access is in place.
async fn grant(
    directory: &Service,
    planned: &Planned,
    action: Action,
    settle: Duration,
    diary: &Diary,
) -> Result<Option<NotGranted>, Problem> {
    let name = json!({ "resourceRole": action.resource_role.to_string() });
    let settings = Settings {
        patience: directory.patience(),
        replication: settle,
        // Random, so that many actions do not call in step.
        jitter: Uuid::new_v4().as_fields().0,
        ..Settings::new(directory.base_url.clone())
    };
    let delivery = match Delivery::new(action, settings) {
        Ok(delivery) => delivery,
        Err(cannot) => {
            return Ok(Some(NotGranted { code: cannot.code(), says: cannot.to_string(), help: None }));
        }
    };
    // It may have been granted before, by a run that was killed or that failed with another resource role.
    let mut delivery = if planned.is_tried { delivery.looking_first() } else { delivery };
    let mut is_sent = false;
    loop {
        // R42: a request may be sent only if the assignment has not ended, so do not wait after that check.
        let ready = directory.ready().await;
        match delivery.next(now()) {
            Next::Send(request) => {
                let is_look = request.method() == Method::GET;
                if !is_look {
                    is_sent = true;
                    diary.add("granting", name.clone())?;
                }
                let kind = if is_look { "looks" } else { "grants" };
                match directory.send_once(kind, ready, &request).await {
                    Ok(response) => delivery.answered(&response, now()),
                    Err(Problem::NoAnswer { .. }) => delivery.unanswered(now()),
                    Err(problem) => return Err(problem),
                }
            }
            Next::Wait(until) => sleep(until.saturating_duration_since(now())).await,
            Next::Done(Ended::Fulfilled) => {
                diary.add(if is_sent { "granted" } else { "foundGranted" }, name)?;
                return Ok(None);
            }
            Next::Done(Ended::Failed(failure)) => {
                let (code, says, help) = (failure.cause.code(), failure.to_string(), failure.help());
                return Ok(Some(NotGranted { code, says, help }));
            }
            Next::Done(Ended::Expired) => {
                let says = "the assignment has ended".to_owned();
                return Ok(Some(NotGranted { code: "ended", says, help: None }));
            }
        }
    }
}
