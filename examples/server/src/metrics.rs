//! The metrics, for Prometheus.

use access_package::{AssignmentState, Cause, Event};
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing::warn;

use crate::Problem;
use crate::store::Store;

const REQUESTS: &str = "access_package_requests_total";
const ACCEPTED: &str = "access_package_accepted_total";
const OUTCOMES: &str = "access_package_outcomes_total";
const TAKEN_OVER: &str = "access_package_leases_taken_over_total";
const WAITING: &str = "access_package_work_waiting";
const AGE: &str = "access_package_work_waiting_age_seconds";
const ASIDE: &str = "access_package_rows_set_aside";

/// Counts an answer.
pub fn answered(status: StatusCode) {
    counter!(REQUESTS, "status" => status.as_str().to_owned()).increment(1);
}

/// Counts a change to an assignment that was saved.
pub fn happened(event: &Event) {
    if let Cause::Reprocessed { .. } = event.cause {
        counter!(ACCEPTED).increment(1);
    } else if event.from == AssignmentState::Delivering && event.to != AssignmentState::Delivering {
        counter!(OUTCOMES, "state" => event.to.as_str()).increment(1);
    }
}

/// Counts a lease that ended and was not given back.
pub fn taken_over() {
    counter!(TAKEN_OVER).increment(1);
}

/// Serves all metrics.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    store: Store,
}

impl Metrics {
    /// Begins to count.
    pub fn new(store: Store) -> Result<Self, Problem> {
        let handle = PrometheusBuilder::new().install_recorder()?;
        describe_counter!(REQUESTS, "Responses, by status");
        describe_counter!(ACCEPTED, "Accepted calls to reprocess");
        describe_counter!(OUTCOMES, "Assignments that are no longer delivering, by state");
        describe_counter!(TAKEN_OVER, "Assignments taken over from a worker that is gone");
        describe_gauge!(WAITING, "Assignments with something to do that no worker has claimed");
        describe_gauge!(AGE, "The longest time that one of them has waited, in seconds");
        describe_gauge!(ASIDE, "Rows that cannot be loaded");
        for name in [ACCEPTED, TAKEN_OVER] {
            counter!(name).increment(0);
        }
        Ok(Self { handle, store })
    }

    pub async fn answer(self, request: Request<Body>) -> Response<String> {
        let mut response = Response::new(String::new());
        if request.uri().path() != "/metrics" || request.method() != Method::GET {
            *response.status_mut() = StatusCode::NOT_FOUND;
            "only `GET /metrics` is here\n".clone_into(response.body_mut());
            return response;
        }
        // An unknown value shows as NaN. The last known value would be misleading.
        let mut known = [f64::NAN; 3];
        match self.look().await {
            Ok(found) => known = found,
            Err(problem) => warn!(%problem, "work waiting is not known"),
        }
        for (name, value) in [WAITING, AGE, ASIDE].into_iter().zip(known) {
            gauge!(name).set(value);
        }
        *response.body_mut() = self.handle.render();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"));
        response
    }

    async fn look(&self) -> Result<[f64; 3], Problem> {
        let (waiting, age) = self.store.waiting().await?;
        let aside = u32::try_from(self.store.set_aside_rows().await?)?;
        Ok([waiting.into(), age.as_secs_f64(), aside.into()])
    }
}
