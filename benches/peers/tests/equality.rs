//! The engines decide like the crate, at every point of the gate.

use std::collections::BTreeSet;

use access_package::policy::{CEDAR, CEDAR_SCHEMA, REGO};
use access_package::{Action, Assignment, AssignmentState, Catalog, PrivilegeLevel, Role, StoredAssignment};
use peers::baseline::{Denied, Record};
use peers::engine::{Baseline, CachedCasbin, Casbin, Cedar, Cel, Crate, Engine, Reasons, Rego, RegoVm};
use peers::machine::{Life, Machine};
use peers::question::{Question, Text, every_point};
use peers::support::documented::example;
use peers::support::stored;

/// Every question in both forms, with the crate's answer.
fn asked() -> impl Iterator<Item = (Question, Text, bool)> {
    every_point().into_iter().map(|question| {
        let text = Text::from(&question);
        let answer = question.answer();
        (question, text, answer)
    })
}

fn agrees<E: Engine>() {
    let mut engine = E::new();
    let mut points = 0;
    for (_, text, answer) in asked() {
        let question = engine.prepare(&text);
        assert_eq!(engine.decide(&question), answer, "{}: {text:?}", E::NAME);
        points += 1;
    }
    println!("{}: {points} points", E::NAME);
}

// A question survives as text. Otherwise, all tests below would compare something else.
#[test]
fn the_crate_agrees_with_itself() {
    agrees::<Crate>();
    agrees::<Baseline>();
}

// R1 to R9, R43
#[test]
fn cedar_agrees() {
    agrees::<Cedar>();
}

#[test]
fn rego_agrees() {
    agrees::<Rego>();
    agrees::<RegoVm>();
}

#[test]
fn casbin_agrees() {
    agrees::<Casbin>();
    agrees::<CachedCasbin>();
}

#[test]
fn cel_agrees() {
    agrees::<Cel>();
}

#[test]
fn the_points_are_all_there_are() {
    let roles_in_scopes = Role::ALL.len() * 3;
    let held = 1 + roles_in_scopes + roles_in_scopes * (roles_in_scopes - 1) / 2;
    let texts: BTreeSet<_> = asked().map(|(_, text, _)| format!("{text:?}")).collect();
    assert_eq!(texts.len(), 3 * 8 * held * 3 * AssignmentState::ALL.len());
    let allowed = asked().filter(|(_, _, answer)| *answer).count();
    assert!(allowed > 0 && allowed < texts.len(), "{allowed}");
}

#[test]
fn cedar_validates_strictly_and_so_does_every_question() {
    let cedar = Cedar::checked(CEDAR, CEDAR_SCHEMA).expect("valid policies");
    for (_, text, answer) in asked() {
        let question = cedar.entities(&text).expect("entities that conform");
        assert_eq!(cedar.answer(&question), Ok(answer), "{text:?}");
    }
}

// R8: the part of a refusal that a host shows reveals nothing about the state.
#[test]
fn no_policy_of_cedar_is_the_reason_of_a_refusal() {
    let mut cedar = Cedar::new();
    for (_, text, answer) in asked() {
        let question = cedar.prepare(&text);
        let response = cedar.response(&question);
        assert_eq!(response.diagnostics().reason().next().is_some(), answer, "{text:?}");
    }
}

// R8: a caller who may not reprocess learns nothing else.
#[test]
fn rego_gives_the_reasons_of_the_crate() {
    let rego = Reasons::with(REGO).expect("a valid module");
    for (question, text, _) in asked() {
        let reasons = rego.answer(&text).expect("a set");
        assert!(reasons.iter().eq(&question.reasons()), "{text:?}: {reasons:?}");
    }
}

type Answer = Result<Vec<Action>, Denied>;

fn answer<L: Life>(
    level: Option<PrivilegeLevel>,
    state: AssignmentState,
    role: Role,
    resource_roles: usize,
) -> Answer {
    let [first, others] = example(state);
    let fulfillments = [vec![first], vec![others; resource_roles - 1]].concat();
    let stored = stored(state, &fulfillments);
    let catalog = Catalog { privilege_level: level, ..stored.catalog };
    let mut life = L::load(StoredAssignment { catalog, ..stored });
    life.reprocess(role).map(Iterator::collect).map_err(Into::into)
}

// R1, R2, R8, R9, R13, R43
#[test]
fn the_machine_reprocesses_as_the_crate_does() {
    for level in [None, Some(PrivilegeLevel::Standard), Some(PrivilegeLevel::Privileged)] {
        for &state in AssignmentState::ALL {
            for &role in Role::ALL {
                for resource_roles in [2, 5] {
                    let by_crate = answer::<Assignment>(level, state, role, resource_roles);
                    let what = format!("{level:?}, {state}, {role}");
                    assert_eq!(answer::<Machine>(level, state, role, resource_roles), by_crate, "{what}");
                    assert_eq!(answer::<Record>(level, state, role, resource_roles), by_crate, "{what}");
                }
            }
        }
    }
}
