//! Cedar passes over a policy that it cannot evaluate. Asked with entities that lack something and are held to no
//! schema, the crate's policies still permit nothing that the crate refuses.

use std::collections::BTreeSet;

use cedar_policy::{Entities, Entity, EvalResult};
use peers::engine::{Cedar, Engine as _};
use peers::question::{Text, every_point};
use peers::support::documented::ladder;
use peers::support::in_camel_case;

/// What the policies read: without it they refuse someone whom the crate does not.
fn needed() -> BTreeSet<String> {
    let roles = ladder().map(|role| format!("/attrs/roles/{}", in_camel_case(role.name())));
    let types = ["Application", "Assignment", "User"].map(|name| format!("AccessPackage::{name}"));
    let attributes = ["permissions", "roles", "state"].map(|name| format!("/attrs/{name}"));
    roles.chain(types).chain(attributes).collect()
}

/// The attributes of an entity and those of its records, as JSON pointers.
fn attributes(entity: &Entity) -> Vec<String> {
    let with_parts = |(name, value): (&str, _)| {
        let whole = format!("/attrs/{name}");
        let parts: Vec<_> = match value {
            Ok(EvalResult::Record(record)) => {
                record.iter().map(|(part, _)| format!("{whole}/{part}")).collect()
            }
            _ => vec![],
        };
        [vec![whole], parts].concat()
    };
    entity.attrs().flat_map(with_parts).collect()
}

fn without(entity: &Entity, attribute: &str) -> Entity {
    let mut json = entity.to_json_value().expect("an entity as JSON");
    let (record, name) = attribute.rsplit_once('/').expect("a pointer");
    let record = json.pointer_mut(record).and_then(|record| record.as_object_mut()).expect("a record");
    record.remove(name).expect("an attribute");
    Entity::from_json_value(json, None).expect("an entity")
}

/// These entities without one of them or one attribute, each in turn; and what is not there.
fn incomplete(entities: &Entities) -> impl Iterator<Item = (String, Entities)> {
    let one_less = |one: &Entity| {
        let others: Vec<_> = entities.iter().filter(|other| other.uid() != one.uid()).cloned().collect();
        let together = |what: String, rest: Option<Entity>| {
            let entities = Entities::from_entities(others.iter().cloned().chain(rest), None);
            (what, entities.expect("entities"))
        };
        let lacking = |attribute: String| {
            let rest = without(one, &attribute);
            together(attribute, Some(rest))
        };
        let mut incomplete: Vec<_> = attributes(one).into_iter().map(lacking).collect();
        incomplete.push(together(one.uid().type_name().to_string(), None));
        incomplete
    };
    entities.iter().flat_map(one_less)
}

// R4, R5, R6, R9
#[test]
fn what_is_missing_permits_nothing() {
    let mut cedar = Cedar::new();
    let mut questions = 0;
    let mut needed = BTreeSet::new();
    for question in every_point() {
        let (request, entities) = cedar.prepare(&Text::from(&question));
        for (missing, entities) in incomplete(&entities) {
            let permitted = cedar.decide(&(request.clone(), entities));
            assert!(!permitted || question.answer(), "without {missing}: {question:?}");
            if permitted != question.answer() {
                needed.insert(missing);
            }
            questions += 1;
        }
    }
    assert_eq!(needed, self::needed());
    println!("Cedar, with something missing: {questions} questions");
}
