//! Grants just what an assignment has lost, through the directory itself. The crate says what to send and when; this moves the
//! bytes.

use std::time::Duration;

use access_package::graph::enforce::{Delivery, End as Ended, Next, Settings};
use access_package::{Action, Assignment, AssignmentState, ResourceRole};
use serde_json::json;
use tokio::time::sleep;
use uuid::Uuid;

use super::end::End;
use super::reprocess::assignment;
use crate::book::Planned;
use crate::problem::Problem;
use crate::service::{Service, now};
use crate::services::Services;

pub async fn run(services: &Services, planned: &Planned, settle: Duration) -> Result<End, Problem> {
    // What the check has seen may be long ago.
    let mut held = match assignment(&services.management, planned).await? {
        Ok(assignment) => assignment,
        Err(end) => return Ok(End { is_in_doubt: false, ..end }),
    };
    let _ = held.expire(now());
    if held.state() != AssignmentState::Delivered {
        return Ok(End::of_state(held.state()));
    }
    let owed: Vec<_> =
        held.resource_roles().unwrap_or_default().iter().map(|owed| &owed.resource_role).collect();
    let mut end = End { is_restored: true, ..End::default() };
    for lost in &planned.lost {
        if !owed.contains(&lost) {
            end.log.push(("notOwed", json!({ "resourceRole": lost.to_string() })));
            continue;
        }
        grant(&services.directory, planned, &held, lost, settle, &mut end).await?;
    }
    Ok(end)
}

async fn grant(
    directory: &Service,
    planned: &Planned,
    assignment: &Assignment,
    lost: &ResourceRole,
    settle: Duration,
    end: &mut End,
) -> Result<(), Problem> {
    let name = lost.to_string();
    let action = Action {
        assignment: assignment.id(),
        attempt: assignment.attempt() + 1,
        target: assignment.target(),
        resource_role: lost.clone(),
        end: assignment.end(),
    };
    let settings = Settings {
        patience: directory.patience(),
        replication: settle,
        // By chance, so that many do not call in step.
        jitter: Uuid::new_v4().as_fields().0,
        ..Settings::new(directory.base_url.clone())
    };
    let delivery = match Delivery::new(action, settings) {
        Ok(delivery) => delivery,
        Err(cannot) => {
            end.add_failure(&name, cannot.code(), &cannot.to_string(), None);
            return Ok(());
        }
    };
    // A run that was killed may have sent it.
    let mut delivery = if planned.is_begun { delivery.looking_first() } else { delivery };
    loop {
        match delivery.next(now()) {
            Next::Send(request) => match directory.send_once("grants", &request).await {
                Ok(response) => delivery.answered(&response, now()),
                Err(Problem::NoAnswer { .. }) => delivery.unanswered(now()),
                Err(problem) => return Err(problem),
            },
            Next::Wait(until) => sleep(until.saturating_duration_since(now())).await,
            Next::Over(Ended::Fulfilled) => {
                end.log.push(("granted", json!({ "resourceRole": name })));
                return Ok(());
            }
            Next::Over(Ended::Failed(failure)) => {
                end.add_failed(&name, &failure);
                return Ok(());
            }
            Next::Over(Ended::Ended) => {
                end.add_failure(&name, "ended", "the assignment has ended", None);
                return Ok(());
            }
        }
    }
}
