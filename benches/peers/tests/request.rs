//! Cedar and Rego decide on requests as the crate does.

use access_package::policy::{CEDAR, CEDAR_SCHEMA};
use access_package::{
    AssignmentRequest, AssignmentState, Purpose, Recency, Refusal, Timestamp, evaluate_request,
};
use peers::engine::{Cedar, Rego};
use peers::question::{ASSIGNMENT, RequestText, Text, every_point};

/// R33, in ticks of 100 nanoseconds.
const FOURTEEN_DAYS: i64 = 12_096_000_000_000;
const NOW: i64 = 5 * FOURTEEN_DAYS;

fn tick(ticks: i64) -> Timestamp {
    Timestamp::from_unix_ticks(ticks).expect("an instant")
}

/// Every request, in the crate's terms but for the assignment, and as text.
fn requests(own: access_package::AssignmentId) -> Vec<(AssignmentRequest, RequestText)> {
    let mut requests = Vec::new();
    for (assignment, id) in [(own, ASSIGNMENT), (access_package::uuid::Uuid::nil().into(), "another")] {
        for (purpose, word) in
            [(Purpose::Grant, "grant"), (Purpose::Removal, "removal"), (Purpose::Unknown, "unknown")]
        {
            for (recency, how_new) in [(Recency::Newest, "newest"), (Recency::Superseded, "superseded")] {
                for &state in AssignmentState::ALL {
                    for age in [-1, 0, FOURTEEN_DAYS - 1, FOURTEEN_DAYS, FOURTEEN_DAYS + 1] {
                        let completed = NOW - age;
                        let request = AssignmentRequest {
                            id: access_package::uuid::Uuid::nil().into(),
                            assignment,
                            purpose,
                            state,
                            completed: tick(completed),
                            recency,
                        };
                        let text = RequestText {
                            assignment: id,
                            purpose: word,
                            recency: how_new,
                            state: state.to_string(),
                            completed,
                            now: NOW,
                        };
                        requests.push((request, text));
                    }
                }
            }
        }
    }
    requests
}

// R31 to R33
#[test]
fn cedar_and_rego_decide_on_requests_as_the_crate_does() {
    let cedar = Cedar::checked(CEDAR, CEDAR_SCHEMA).expect("valid policies");
    let rego = Rego::of_requests();
    let (mut points, mut allowed) = (0, 0);
    // Callers with one role or none; what stands in the way of a request does not depend on them.
    for question in every_point().into_iter().filter(|question| question.caller.roles.len() < 2) {
        let may = question.caller.authority(Some(question.assignment.catalog()));
        for (number, (request, text)) in requests(question.assignment.id()).into_iter().enumerate() {
            // Who may not is asked for a few of them.
            if may.is_err() && number % 37 != 0 {
                continue;
            }
            let answer: Result<_, Refusal> =
                evaluate_request(&question.caller, &question.assignment, &request, tick(NOW));
            let text = Text { request: Some(text), ..Text::from(&question) };
            let asked = cedar.entities(&text).expect("entities that conform");
            assert_eq!(cedar.answer(&asked), Ok(answer.is_ok()), "Cedar: {text:?}");
            assert_eq!(rego.answer(&text), Ok(answer.is_ok()), "Rego: {text:?}");
            points += 1;
            allowed += usize::from(answer.is_ok());
        }
    }
    println!("Cedar and Rego on requests: {points} points, {allowed} allowed");
    assert!(allowed > 0 && allowed < points);
}
