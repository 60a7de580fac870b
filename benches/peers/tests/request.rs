//! Cedar and Rego decide on requests as the crate does.

use access_package::PrivilegeLevel;
use access_package::policy::{CEDAR, CEDAR_SCHEMA, REGO};
use peers::engine::{Cedar, Rego};
use peers::question::{Question, Text, every_point, with_every_request};

/// What stands in the way of a request does not depend on who asks. So whoever may not, and whoever holds two roles in a
/// privileged catalog, is asked for a few; everybody else for all.
fn asked() -> impl Iterator<Item = Question> {
    every_point().into_iter().flat_map(|question| {
        let level = question.assignment.catalog().privilege_level;
        let step = match question.caller.roles.len() {
            2 if level != Some(PrivilegeLevel::Privileged) => return vec![],
            0 | 1 if question.caller.authority(Some(question.assignment.catalog())).is_ok() => 1,
            _ => 14,
        };
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
