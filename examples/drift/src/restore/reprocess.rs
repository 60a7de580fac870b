//! Has an assignment reprocessed by the service that keeps it, and follows it to its end.

use std::time::{Duration, Instant};

use access_package::graph::Version;
use access_package::graph::http::{self as graph, CallError, GetError};
use access_package::{Assignment, AssignmentState};
use http::Request;
use serde_json::json;
use tokio::time::sleep;

use super::end::End;
use crate::book::Planned;
use crate::evidence::Diary;
use crate::problem::Problem;
use crate::service::Service;
use crate::services::Services;

/// The requests of the crate carry a token: the service puts its own there.
const NO_TOKEN: &str = "none";

pub async fn run(services: &Services, planned: &Planned, diary: &Diary) -> Result<End, Problem> {
    let service = &services.management;
    // A run that was killed may have sent it: then there is nothing to be sent.
    if planned.is_tried && state(service, diary).await?.is_ok_and(|it| it == AssignmentState::Delivering) {
        return follow(service, diary, "found under way").await;
    }
    let url = service.base_url.as_str();
    let request = graph::request(url, Version::V1, planned.id, NO_TOKEN)
        .map_err(|source| Problem::Request { source })?;
    let request = request.map(|()| String::new());
    let (began, mut is_renewed) = (Instant::now(), false);
    loop {
        let response = match service.send_once("reprocess", service.ready().await, &request).await {
            Ok(response) => response,
            Err(Problem::NoAnswer { said, .. }) => return look(service, diary, &said).await,
            Err(problem) => return Err(problem),
        };
        match graph::read_response(&response) {
            Ok(()) => return follow(service, diary, "accepted").await,
            // Nothing came of it: it is sent again, once with a new token, and whenever everybody has waited.
            Err(CallError::Rejected(told)) if told.status == 401 && !is_renewed => is_renewed = true,
            Err(CallError::Retry { status, .. }) if status == 429 && began.elapsed() < service.patience() => {
            }
            Err(error @ CallError::Retry { .. }) => return look(service, diary, &error.to_string()).await,
            Err(error) => return End::of_error(diary, &error),
        }
    }
}

/// It was perhaps accepted.
async fn look(service: &Service, diary: &Diary, why: &str) -> Result<End, Problem> {
    match state(service, diary).await? {
        Ok(AssignmentState::Delivering) => follow(service, diary, "accepted, without an answer").await,
        Ok(_) => End::in_doubt(diary, why),
        Err(end) => Ok(end),
    }
}

/// Until it is no longer under way.
async fn follow(service: &Service, diary: &Diary, how: &'static str) -> Result<End, Problem> {
    diary.add("accepted", json!({ "how": how }))?;
    let (began, mut pause) = (Instant::now(), Duration::from_millis(200));
    loop {
        let end = match state(service, diary).await? {
            Ok(AssignmentState::Delivering) if began.elapsed() < service.patience() => {
                sleep(pause).await;
                pause = Duration::from_secs(5).min(pause * 2);
                continue;
            }
            Ok(state) => End::of_state(diary, state)?,
            Err(end) => end,
        };
        return Ok(End { is_accepted: true, ..end });
    }
}

async fn state(service: &Service, diary: &Diary) -> Result<Result<AssignmentState, End>, Problem> {
    Ok(assignment(service, diary).await?.map(|assignment| assignment.state()))
}

/// The assignment as it is now; or how it ends where it cannot be seen.
pub async fn assignment(service: &Service, diary: &Diary) -> Result<Result<Assignment, End>, Problem> {
    let url = service.base_url.as_str();
    let request: Request<()> = graph::get(url, Version::V1, diary.assignment, NO_TOKEN)
        .map_err(|source| Problem::Request { source })?;
    let response = service.send("assignment", &request.map(|()| String::new())).await?;
    match graph::read_assignment(&response) {
        Ok(assignment) => Ok(Ok(assignment)),
        Err(GetError::Call(error)) => End::of_error(diary, &error).map(Err),
        Err(GetError::Read(error)) => End::in_doubt(diary, &error.to_string()).map(Err),
    }
}
