//! Has an assignment reprocessed by its service, and follows it to its end.

use std::time::{Duration, Instant};

use access_package::graph::Version;
use access_package::graph::http::{self as graph, CallError, GetError};
use access_package::graph::json::EXPAND_V1;
use access_package::{Assignment, AssignmentState, Permission};
use http::StatusCode;
use serde_json::json;
use tokio::time::sleep;

use super::end::End;
use crate::book::Planned;
use crate::evidence::Diary;
use crate::inventory::{EXPAND_LESS, one};
use crate::packages::{is_cut, package_of};
use crate::problem::Problem;
use crate::services::Services;

/// The requests of the crate carry a token: the service puts its own in its place.
const NO_TOKEN: &str = "none";

pub async fn run(services: &Services, planned: &Planned, diary: &Diary) -> Result<End, Problem> {
    let service = &services.management;
    // An earlier run may have sent it. Send nothing then while it is under way, or once it has failed.
    if planned.is_tried
        && let Ok(state) = state(services, diary).await?
    {
        match state {
            AssignmentState::Delivering => return follow(services, diary, "found under way").await,
            AssignmentState::Delivered => {}
            state => return End::of_state(diary, state),
        }
    }
    let url = service.base_url.as_str();
    let request = graph::request(url, Version::V1, planned.id, NO_TOKEN)
        .map_err(|source| Problem::Request { source })?;
    let request = request.map(|()| String::new());
    let (began, mut is_renewed) = (Instant::now(), false);
    loop {
        let response = match service.send_once("reprocess", service.ready().await, &request).await {
            Ok(response) => response,
            Err(Problem::NoAnswer { said, .. }) => return look(services, diary, &said).await,
            Err(problem) => return Err(problem),
        };
        match graph::read_response(&response) {
            Ok(()) => return follow(services, diary, "accepted").await,
            // It had no effect: send it again, once with a new token, and whenever all requests have waited.
            Err(CallError::Rejected(told)) if told.status == 401 && !is_renewed => is_renewed = true,
            Err(CallError::Retry { status, .. }) if status == 429 && began.elapsed() < service.patience() => {
            }
            Err(error @ CallError::Retry { .. }) => return look(services, diary, &error.to_string()).await,
            Err(error) => {
                let lack = service.lack(&error, Permission::EntitlementManagementReadWriteAll).await;
                return End::of_error(diary, &error, lack.as_ref());
            }
        }
    }
}

/// The call may have been accepted.
async fn look(services: &Services, diary: &Diary, why: &str) -> Result<End, Problem> {
    match state(services, diary).await? {
        Ok(AssignmentState::Delivering) => follow(services, diary, "accepted, without an answer").await,
        Ok(_) => End::in_doubt(diary, why),
        Err(end) => Ok(end),
    }
}

/// Follows the assignment until it is no longer under way.
async fn follow(services: &Services, diary: &Diary, how: &'static str) -> Result<End, Problem> {
    diary.add("accepted", json!({ "how": how }))?;
    let (began, mut pause) = (Instant::now(), Duration::from_millis(200));
    loop {
        let (end, is_accepted) = match state(services, diary).await? {
            Ok(AssignmentState::Delivering) if began.elapsed() < services.management.patience() => {
                sleep(pause).await;
                pause = Duration::from_secs(5).min(pause * 2);
                continue;
            }
            Ok(state) => (End::of_state(diary, state)?, state == AssignmentState::Delivering),
            Err(end) => (end, true),
        };
        return Ok(End { is_accepted, ..end });
    }
}

async fn state(services: &Services, diary: &Diary) -> Result<Result<AssignmentState, End>, Problem> {
    Ok(assignment(services, diary).await?.map(|assignment| assignment.state()))
}

/// The assignment as it is now, or how it ends if it cannot be seen.
pub async fn assignment(services: &Services, diary: &Diary) -> Result<Result<Assignment, End>, Problem> {
    let service = &services.management;
    let mut response = service.send("assignment", &one(service, diary.assignment, EXPAND_V1)?).await?;
    if response.status() == StatusCode::BAD_REQUEST {
        // Perhaps the service does not expand so deep.
        response = service.send("assignment", &one(service, diary.assignment, EXPAND_LESS)?).await?;
    }
    let mut read = graph::read_assignment(&response);
    if let Err(GetError::Read(problem)) = &read
        && is_cut(problem)
        && let Some(package) = package_of(response.body())
    {
        let mut packages = services.packages.lock().await;
        packages.ask(service, package).await?;
        if let Some(whole) = packages.read(response.body()) {
            read = whole.map_err(GetError::Read);
        }
    }
    match read {
        Ok(assignment) => Ok(Ok(assignment)),
        Err(GetError::Call(error)) => {
            let lack = service.lack(&error, Permission::EntitlementManagementReadAll).await;
            End::of_error(diary, &error, lack.as_ref()).map(Err)
        }
        Err(GetError::Read(error)) => End::in_doubt(diary, &error.to_string()).map(Err),
    }
}
