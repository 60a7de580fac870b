//! The whole gate for requests: every caller, and every relation between a request and its assignment.

use access_package::{
    AssignmentRequest, AssignmentState, Authority, NotAdmitted, Purpose, Reason, Recency, Refusal, Step,
    Timestamp, evaluate_request,
};
use uuid::Uuid;

use crate::points::{callers, here};
use crate::support::documented::{STATES, known};
use crate::support::in_state;
use crate::{model, reasons, remedies};

/// R33, in ticks of 100 nanoseconds.
const FOURTEEN_DAYS: i64 = 12_096_000_000_000;

fn tick(ticks: i64) -> Timestamp {
    Timestamp::from_unix_ticks(ticks).expect("an instant")
}

const PURPOSES: [Purpose; 3] = [Purpose::Grant, Purpose::Removal, Purpose::Unknown];
const RECENCIES: [Recency; 2] = [Recency::Newest, Recency::Superseded];

/// Every request beside an assignment in this state, with the reason to refuse it, if any. The rules give the
/// order.
fn requests(state: AssignmentState) -> Vec<(AssignmentRequest, Option<Reason>)> {
    let assignment = in_state(state).id();
    let mut requests = Vec::new();
    for of_this in [true, false] {
        for purpose in PURPOSES {
            for recency in RECENCIES {
                for shown in STATES {
                    for age in [-FOURTEEN_DAYS, -1, 0, FOURTEEN_DAYS - 1, FOURTEEN_DAYS, FOURTEEN_DAYS + 1] {
                        let other = Uuid::from_u128(0xaa).into();
                        let request = AssignmentRequest {
                            id: Uuid::from_u128(0xe).into(),
                            assignment: if of_this { assignment } else { other },
                            purpose,
                            state: shown.state,
                            completed: tick(-age),
                            recency,
                        };
                        // R32, R33
                        let stands_in_the_way = [
                            (!of_this, Reason::RequestOfAnotherAssignment),
                            (purpose != Purpose::Grant, Reason::RequestWithoutGrant),
                            (recency != Recency::Newest, Reason::RequestSuperseded),
                        ];
                        let then = [
                            (shown.state != state, Reason::RequestStateDisagrees),
                            (age >= FOURTEEN_DAYS, Reason::RequestTooOld),
                        ];
                        let first = |ways: &[(bool, Reason)]| {
                            ways.iter().find(|(stands, _)| *stands).map(|&(_, reason)| reason)
                        };
                        let of_state = known(state).request_reason;
                        let reason = first(&stands_in_the_way).or(of_state).or_else(|| first(&then));
                        requests.push((request, reason));
                    }
                }
            }
        }
    }
    requests
}

// R31 to R33, R8, R12
#[test]
fn every_request_is_answered_as_the_rules_say_at_every_door() {
    let now = tick(0);
    let (mut accepted, mut points) = (0, 0);
    for &state in AssignmentState::ALL {
        let assignment = in_state(state);
        for (request, reason) in requests(state) {
            for caller in callers() {
                // R31: a caller may reprocess a request if they may reprocess its assignment. The caller is
                // judged first.
                let expected = match (model::authority(&caller, Some(here(None))), reason) {
                    (Err(of_caller), _) => Err(of_caller),
                    (Ok(_), Some(reason)) => Err(vec![reason]),
                    (Ok(role), None) => Ok(role),
                };
                let evaluated = evaluate_request(&caller, &assignment, &request, now);
                assert_eq!(
                    evaluated.map(Authority::role).map_err(reasons),
                    expected,
                    "{caller:?}, {request:?}, {state}"
                );
                points += 1;
                let Ok(authority) = caller.authority(Some(here(None))) else { continue };
                match authority.admit_request(assignment.clone(), &request, now) {
                    Ok(admitted) => {
                        assert_eq!((admitted.assignment(), evaluated.is_ok()), (&assignment, true));
                        accepted += 1;
                    }
                    Err(NotAdmitted { refusal, assignment: given_back, expired }) => {
                        assert_eq!((Err(refusal), &given_back, expired), (evaluated, &assignment, None));
                    }
                }
            }
        }
    }
    println!("{points} points");
    assert!(accepted > 0);
}

// R10, R32, R33: every remedy can be followed, within the 14 days and after them.
#[test]
fn what_helps_can_be_followed() {
    for &state in AssignmentState::ALL {
        for (_, reason) in requests(state) {
            let Some(reason) = reason else { continue };
            let steps: &[Step] = match reason {
                reason if Some(reason) == known(state).request_reason => known(state).request_advice,
                Reason::RequestTooOld => &[Step::RequestAgain],
                // The request is the newest one, so to reprocess the newest one would not help.
                Reason::RequestStateDisagrees => &[Step::LoadRequest],
                _ => &[Step::ReprocessNewestRequest],
            };
            let refusal = refusal_for(state, reason);
            assert_eq!(remedies(refusal).concat(), steps, "{reason:?}");
            assert!(refusal.is_of_request() && !refusal.is_unauthorized());
        }
    }
}

fn refusal_for(state: AssignmentState, reason: Reason) -> Refusal {
    let caller = callers().find(|caller| caller.authority(Some(here(None))).is_ok()).expect("somebody may");
    let (request, _) = requests(state).into_iter().find(|(_, it)| *it == Some(reason)).expect("one of these");
    evaluate_request(&caller, &in_state(state), &request, tick(0)).expect_err("refused")
}

// R21: from the end of the assignment on, its request cannot be reprocessed.
#[test]
fn from_its_end_on_the_request_is_of_no_use() {
    let caller = callers().find(|caller| caller.authority(Some(here(None))).is_ok()).expect("somebody may");
    for state in [AssignmentState::PartiallyDelivered, AssignmentState::DeliveryFailed] {
        let stored = access_package::StoredAssignment { end: Some(tick(7)), ..(&in_state(state)).into() };
        let assignment = crate::support::load(stored);
        let (request, _) = requests(state).into_iter().find(|(_, reason)| reason.is_none()).expect("one");
        let authority = caller.authority(Some(here(None))).expect("it may");
        assert!(authority.admit_request(assignment.clone(), &request, tick(6)).is_ok());
        let not = authority.admit_request(assignment.clone(), &request, tick(7)).expect_err("ended");
        assert_eq!(reasons(not.refusal), [Reason::RequestExpired]);
        assert!(not.expired.is_some() && not.assignment.state() == AssignmentState::Expired);
        assert_eq!(evaluate_request(&caller, &assignment, &request, tick(7)), Err(not.refusal));
    }
}

// R32
#[test]
fn only_words_for_grants_are_grants() {
    let words = [
        ("userAdd", Purpose::Grant),
        ("UserAdd", Purpose::Grant),
        ("UserExtend", Purpose::Grant),
        ("userUpdate", Purpose::Grant),
        ("adminAdd", Purpose::Grant),
        ("adminUpdate", Purpose::Grant),
        ("systemAdd", Purpose::Grant),
        ("systemUpdate", Purpose::Grant),
        ("onBehalfAdd", Purpose::Grant),
        ("userRemove", Purpose::Removal),
        ("AdminRemove", Purpose::Removal),
        ("systemRemove", Purpose::Removal),
        ("approverRemove", Purpose::Removal),
        ("notSpecified", Purpose::Unknown),
        ("unknownFutureValue", Purpose::Unknown),
        ("userAddition", Purpose::Unknown),
        (" userAdd", Purpose::Unknown),
        ("", Purpose::Unknown),
    ];
    for (word, purpose) in words {
        assert_eq!(Purpose::of_request_type(word), purpose, "{word:?}");
    }
}
