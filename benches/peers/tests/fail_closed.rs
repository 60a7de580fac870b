//! If something is missing from a question, the crate's policies permit nothing that the crate refuses.
//!
//! Cedar skips a policy that it cannot evaluate; here, no schema checks the entities. Rego skips a rule; here, the input
//! lacks a field.

use std::collections::{BTreeMap, BTreeSet};

use access_package::policy::REGO;
use access_package::{AssignmentState, Role};
use cedar_policy::{Entities, Entity, EvalResult};
use peers::engine::{Cedar, Engine as _, Rego, input};
use peers::question::{Question, Text, every_point, every_request};
use peers::support::documented::ladder;
use peers::support::in_camel_case;
use regorus::Value;

/// The points in the accepted state and in one other state. The remaining states behave like this one.
fn points() -> Vec<Question> {
    let states = [AssignmentState::Delivered, AssignmentState::Delivering];
    every_point().into_iter().filter(|question| states.contains(&question.assignment.state())).collect()
}

/// The parts of a question that the policies read. Without one of them, they refuse a caller whom the crate
/// accepts.
fn needed() -> BTreeSet<String> {
    let roles = ladder().chain([Role::PrivilegedRoleAdministrator]);
    let roles = roles.map(|role| format!("/attrs/roles/{}", in_camel_case(role.name())));
    let types = ["Application", "Assignment", "User"].map(|name| format!("AccessPackage::{name}"));
    let attributes = ["isPrivileged", "permissions", "roles", "state"].map(|name| format!("/attrs/{name}"));
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

/// These entities without each entity and each attribute in turn, and the name of what is missing.
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

// R4, R5, R6, R9, R43
#[test]
fn what_is_missing_in_cedar_permits_nothing() {
    let mut cedar = Cedar::new();
    let mut questions = 0;
    let mut needed = BTreeSet::new();
    // An unknown level makes the same entities as a standard one.
    let is_known = |question: &Question| question.assignment.catalog().privilege_level.is_some();
    for question in points().into_iter().filter(is_known) {
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

/// The value without each of its fields in turn, and without each of their fields, with the name of the
/// missing field.
fn lacking(value: &Value) -> Vec<(String, Value)> {
    let Ok(fields) = value.as_object() else { return vec![] };
    let mut all = Vec::new();
    for (name, field) in fields.iter() {
        let with = |field: Option<Value>| {
            let others = fields.iter().filter(|(other, _)| *other != name);
            let others = others.map(|(name, field)| (name.clone(), field.clone()));
            Value::from(others.chain(field.map(|field| (name.clone(), field))).collect::<BTreeMap<_, _>>())
        };
        let path = format!("/{}", name.as_string().expect("a name"));
        all.push((path.clone(), with(None)));
        let deeper = lacking(field).into_iter();
        all.extend(deeper.map(|(rest, field)| (format!("{path}{rest}"), with(Some(field)))));
    }
    all
}

// R4, R5, R6, R9, R32, R33, R43
#[test]
fn what_is_missing_in_rego_permits_nothing() {
    let of_assignments = (Rego::with(REGO), points());
    let of_requests = (Rego::of_requests(REGO), every_request());
    let (mut questions, mut needed) = (0, BTreeSet::new());
    for (rego, asked) in [of_assignments, of_requests] {
        let rego = rego.expect("a valid module");
        for question in asked {
            for (missing, input) in lacking(&input(&Text::from(&question))) {
                let permitted = rego.answer_to(input).expect("an answer");
                assert!(!permitted || question.answer(), "without {missing}: {question:?}");
                if permitted != question.answer() {
                    needed.insert(missing);
                }
                questions += 1;
            }
        }
    }
    let caller = ["", "/account", "/permissions", "/roles"].map(|field| format!("/caller{field}"));
    let assignment = ["", "/id", "/privilegeLevel", "/scope", "/state"];
    let assignment = assignment.map(|field| format!("/assignment{field}"));
    let request = ["", "/assignment", "/completed", "/purpose", "/recency", "/state"];
    let request = request.map(|field| format!("/request{field}"));
    let all = caller.into_iter().chain(assignment).chain(request).chain(["/now".to_owned()]);
    assert_eq!(needed, all.collect());
    println!("Rego, with something missing: {questions} questions");
}
