//! A client reads what a server has sent.

use access_package::graph::Version;
use access_package::graph::http::{
    Call, CallError, Detail, Rejection, Target, read_response, recognize, request,
};
use access_package::{AssignmentId, AssignmentState};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use uuid::Uuid;

use crate::missing::told;
use crate::points::callers;
use crate::support::in_state;
use crate::{TOKEN, answer, results};

/// The client reads the same reasons, remedies and status.
fn check(result: Result<(), Rejection>) -> TestCaseResult {
    let said = answer(result);
    match (read_response(&said), result) {
        (Ok(()), Ok(())) => {}
        (Err(CallError::Rejected(told)), Err(rejection)) => {
            prop_assert_eq!((told.status, told.message), (said.status(), Some(rejection.to_string())));
            if let Rejection::Refused(refusal) = rejection {
                let heard = told.details.iter().filter(|detail| !matches!(detail, Detail::Other { .. }));
                prop_assert_eq!(heard.count(), told.details.len());
                let reasons = told.details.iter().filter_map(|detail| match detail {
                    Detail::Reason(reason) => Some(*reason),
                    Detail::Remedy(_) | Detail::Other { .. } => None,
                });
                prop_assert!(reasons.eq(refusal.reasons()));
                let remedies = told.details.iter().filter_map(|detail| match detail {
                    Detail::Remedy(steps) => Some(steps.clone()),
                    Detail::Reason(_) | Detail::Other { .. } => None,
                });
                let expected = refusal.remedies().map(|remedy| remedy.steps().collect::<Vec<_>>());
                prop_assert!(remedies.eq(expected));
            }
        }
        other => prop_assert!(false, "{other:?}"),
    }
    Ok(())
}

#[test]
fn every_result_is_heard_as_it_was_said() {
    for (name, result) in results() {
        check(result).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn every_point_of_the_gate_is_heard_as_it_was_said() {
    let assignments = AssignmentState::ALL.iter().map(|&state| Some(in_state(state)));
    for assignment in assignments.chain([None]) {
        for caller in callers() {
            let verdict = told(&caller, assignment.as_ref());
            check(verdict).unwrap_or_else(|error| panic!("{caller:?}, {assignment:?}: {error}"));
        }
    }
}

proptest! {
    #[test]
    fn every_request_is_recognized_as_it_was_made(
        number: u128,
        version in prop_oneof![Just(Version::V1), Just(Version::Beta)],
        base in "https?://[a-z]{1,9}(:[1-9][0-9]{0,3})?/?",
        token in "[A-Za-z0-9._~+/-]{1,99}={0,2}",
    ) {
        let id = AssignmentId::from_uuid(Uuid::from_u128(number));
        let request = request(&base, version, id, &token).unwrap();
        prop_assert_eq!(recognize(&request), Some(Ok(Call { version, token: &token, target: Target::Reprocess(Ok(id)) })));
    }
}

/// A host that has removed its prefix sees the path below it.
#[test]
fn a_base_url_may_have_a_path() {
    let id = AssignmentId::from_uuid(Uuid::nil());
    for base in ["http://localhost:8080/graph", "http://localhost:8080/graph/"] {
        let request = request(base, Version::V1, id, TOKEN).unwrap();
        let path = "/graph/v1.0/identityGovernance/entitlementManagement/assignments/00000000-0000-0000-0000-000000000000/reprocess";
        assert_eq!(request.uri().path(), path);
        assert_eq!(recognize(&request), None);
    }
}
