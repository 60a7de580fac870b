//! Cedar and Rego decide on requests like the crate.

use access_package::policy::{CEDAR, CEDAR_SCHEMA, REGO};
use access_package::{PrivilegeLevel, Refusal};
use peers::engine::{Cedar, Rego};
use peers::question::{Question, Text, every_point, with_every_request};

/// Whether a request can be reprocessed does not depend on the caller. So only callers who may reprocess with few roles and
/// permissions ask for every request. Others with up to one role, and some with two in a privileged catalog, ask for a few.
fn asked() -> impl Iterator<Item = Question> {
    every_point().into_iter().flat_map(|question| {
        let Question { caller, assignment, .. } = &question;
        let catalog = assignment.catalog();
        let is_privileged = catalog.privilege_level == Some(PrivilegeLevel::Privileged);
        if caller.roles.len() == 2
            && !(is_privileged && Refusal::of_request_state(assignment.state()).is_none())
        {
            return vec![];
        }
        let has_little = caller.roles.len() < 2 && caller.roles.len() + caller.permissions.len() <= 2;
        let step = if has_little && caller.authority(Some(catalog)).is_ok() { 1 } else { 14 };
        // The first of the few can be reprocessed in one of the two states, the second in the other.
        with_every_request(&question).skip(step / 2).step_by(step).collect()
    })
}

// R31 to R33, R43
#[test]
fn cedar_and_rego_decide_on_requests_as_the_crate_does() {
    let cedar = Cedar::checked(CEDAR, CEDAR_SCHEMA).expect("valid policies");
    let rego = Rego::of_requests(REGO).expect("a valid module");
    let (mut points, mut allowed) = (0, [0; 3]);
    for question in asked() {
        let (answer, text) = (question.answer(), Text::from(&question));
        let entities = cedar.entities(&text).expect("entities that conform");
        assert_eq!(cedar.answer(&entities), Ok(answer), "Cedar: {text:?}");
        assert_eq!(rego.answer(&text), Ok(answer), "Rego: {text:?}");
        points += 1;
        allowed[text.roles.len()] += usize::from(answer);
    }
    println!("Cedar and Rego on requests: {points} points, {allowed:?} allowed with so many roles");
    assert!(allowed.iter().all(|&allowed| allowed > 0), "{allowed:?}");
}
