//! What a server says is what its client hears.

use access_package::graph::Version;
use access_package::graph::http::{Call, CallError, Rejection, read_response, recognize, request};
use access_package::{AssignmentId, AssignmentState};
use proptest::prelude::*;
use uuid::Uuid;

use crate::missing::told;
use crate::points::callers;
use crate::support::in_state;
use crate::{TOKEN, answer, results};

fn heard(result: Result<(), Rejection>) -> Result<(), CallError> {
    read_response(&answer(result))
}

#[test]
fn every_result_is_heard_as_it_was_said() {
    for (name, result) in results() {
        assert_eq!(heard(result), result.map_err(CallError::Rejected), "{name}");
    }
}

#[test]
fn every_point_of_the_gate_is_heard_as_it_was_said() {
    let assignments = AssignmentState::ALL.iter().map(|&state| Some(in_state(state)));
    for assignment in assignments.chain([None]) {
        for caller in callers() {
            let verdict = told(&caller, assignment.as_ref());
            assert_eq!(heard(verdict), verdict.map_err(CallError::Rejected), "{caller:?}, {assignment:?}");
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
        prop_assert_eq!(recognize(&request), Some(Ok(Call { version, token: &token, assignment: Ok(id) })));
    }
}

/// A host that has taken its prefix off sees the path below it.
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
