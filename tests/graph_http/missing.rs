//! The answer for a missing assignment does not reveal which assignments exist.

use access_package::graph::http::Rejection;
use access_package::{Assignment, AssignmentState, Caller, Catalog, StoredAssignment, Timestamp};

use crate::answer;
use crate::points::{NOBODYS, callers};
use crate::support::{in_state, load};

fn on_nobodys_catalog(state: AssignmentState) -> Assignment {
    load(StoredAssignment {
        catalog: Catalog::of_unknown_level(NOBODYS),
        ..StoredAssignment::from(&in_state(state))
    })
}

/// Authority comes first, and then existence.
pub(crate) fn told(caller: &Caller, assignment: Option<&Assignment>) -> Result<(), Rejection> {
    let authority = caller.authority(assignment.map(Assignment::catalog))?;
    let assignment = assignment.ok_or(Rejection::NotFound)?.clone();
    authority.admit(assignment, Timestamp::MIN).map(drop).map_err(Rejection::from)
}

// R28: *in every catalog* includes a catalog on which the caller holds no role.
#[test]
fn only_who_may_in_every_catalog_is_told_that_it_is_missing() {
    let (mut told_so, mut refused) = (0, 0);
    for caller in callers() {
        let missing = told(&caller, None);
        if told(&caller, Some(&on_nobodys_catalog(AssignmentState::Delivered))).is_ok() {
            assert_eq!(missing, Err(Rejection::NotFound), "{caller:?}");
            told_so += 1;
        } else {
            for &state in AssignmentState::ALL {
                let foreign = told(&caller, Some(&on_nobodys_catalog(state)));
                let (missing, foreign) = (answer(missing), answer(foreign));
                assert_eq!(missing.status(), 403, "{caller:?}");
                assert_eq!(foreign.status(), 403, "{caller:?}");
                assert_eq!(missing.headers(), foreign.headers(), "{caller:?}");
                assert_eq!(missing.body(), foreign.body(), "{caller:?}");
            }
            refused += 1;
        }
    }
    assert!(told_so > 0 && refused > 0);
}
