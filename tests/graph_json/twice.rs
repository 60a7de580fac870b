//! Facts that a document states more than once: the access package, its catalog, and the catalog's privilege
//! level.

use access_package::graph::Version;
use access_package::graph::json::{ReadError, read, write};
use access_package::{Assignment, PrivilegeLevel};
use serde_json::{Value, json};

use crate::fixtures::{GROUP, OTHER_GROUP, beta, read_value, v1, with};

const OLDER: &str = "/accessPackage/accessPackageCatalog";

/// The document with a value at a path of two or three steps. Missing objects are created.
fn at(mut document: Value, pointer: &str, value: &Value) -> Value {
    let steps = pointer.trim_start_matches('/').split('/');
    let place = steps.fold(&mut document, |place, step| &mut place[step]);
    *place = value.clone();
    document
}

fn path(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

/// Every place of each id, in both versions.
fn places() -> Vec<(Value, Value, &'static [&'static str])> {
    let package: &[_] = &["/accessPackageId", "/accessPackage/id"];
    let catalog: &[_] = &[
        "/catalogId",
        "/accessPackage/catalogId",
        "/accessPackage/catalog/id",
        "/accessPackage/accessPackageCatalog/id",
    ];
    vec![
        (beta(), beta()["accessPackageId"].clone(), package),
        (beta(), beta()["catalogId"].clone(), catalog),
        (v1(), v1()["accessPackage"]["id"].clone(), package),
        (v1(), v1()["accessPackage"]["catalog"]["id"].clone(), catalog),
    ]
}

#[test]
fn an_id_that_is_there_twice_has_to_be_the_same() {
    for (document, id, places) in places() {
        let expected = read_value(&document).expect("a document");
        for first in places {
            for second in places.iter().filter(|second| *second != first) {
                // In any case.
                let upper = json!(id.as_str().expect("a text").to_uppercase());
                let both = at(at(document.clone(), first, &id), second, &upper);
                assert_eq!(read_value(&both).as_ref(), Ok(&expected), "{first} {second}");
                let null = at(both.clone(), second, &Value::Null);
                // Unless this is the place that is required.
                if let Ok(read) = read_value(&null) {
                    assert_eq!(read, expected);
                }
                for other in [json!(GROUP), json!(OTHER_GROUP)] {
                    let disagreeing = at(both.clone(), second, &other);
                    let text = read_value(&disagreeing).expect_err("two").to_string();
                    let (first, second) = (format!("`{}`", path(first)), format!("`{}`", path(second)));
                    assert!(text.ends_with(" do not agree"), "{text}");
                    assert!(text.contains(&second), "{text} {first}");
                }
            }
        }
        // All places at once, and then one of them with another id.
        let all = places.iter().fold(document, |document, place| at(document, place, &id));
        assert_eq!(read_value(&all), Ok(expected));
        for (index, place) in places.iter().enumerate() {
            let error = read_value(&at(all.clone(), place, &json!(GROUP))).expect_err("another");
            let (first, second) = if index == 0 { (places[0], places[1]) } else { (places[0], *place) };
            let text = format!("`{}` and `{}` do not agree", path(first), path(second));
            assert_eq!((error.to_string(), error.code()), (text, "disagreement"));
            assert!(matches!(error, ReadError::Disagreement { .. }));
        }
    }
}

fn level(assignment: &Assignment) -> Option<PrivilegeLevel> {
    assignment.catalog().privilege_level
}

// R43
#[test]
fn the_level_of_the_catalog_is_read_wherever_it_stands() {
    const LEVELS: [(&str, PrivilegeLevel); 3] = [
        ("standard", PrivilegeLevel::Standard),
        ("privileged", PrivilegeLevel::Privileged),
        ("Privileged", PrivilegeLevel::Privileged),
    ];
    let newer = "/accessPackage/catalog";
    let places = [newer, OLDER].map(|catalog| format!("{catalog}/privilegeLevel"));
    for document in [v1(), beta()] {
        assert_eq!(level(&read_value(&document).expect("a document")), None);
        for place in &places {
            for (word, expected) in LEVELS {
                let said = at(document.clone(), place, &json!(word));
                let read = read_value(&said).expect("a document");
                assert_eq!(level(&read), Some(expected), "{place} {word}");
            }
            let error = read_value(&at(document.clone(), place, &json!("restricted"))).expect_err("unknown");
            assert!(error.to_string().contains("not a known privilege level"), "{error}");
        }
        let both = |one: &str, other: &str| {
            at(at(document.clone(), &places[0], &json!(one)), &places[1], &json!(other))
        };
        let read = read_value(&both("privileged", "PRIVILEGED")).expect("the same");
        assert_eq!(level(&read), Some(PrivilegeLevel::Privileged));
        for (one, other) in [("privileged", "standard"), ("standard", "privileged")] {
            let (part, other) =
                (read_value(&both(one, other)).expect_err("two"), places.each_ref().map(|it| path(it)));
            assert_eq!(part.to_string(), format!("`{}` and `{}` do not agree", other[0], other[1]));
        }
    }
    // In v1.0 also under the older name, if it is the only one.
    let older = json!({ "id": v1()["accessPackage"]["catalog"]["id"], "privilegeLevel": "privileged" });
    let document = at(with(v1(), newer, None), OLDER, &older);
    let read = read_value(&document).expect("a document");
    let expected = read_value(&v1()).expect("a document");
    assert_eq!((read.catalog().id, level(&read)), (expected.catalog().id, Some(PrivilegeLevel::Privileged)));
    let nameless = read_value(&at(document, OLDER, &json!({ "privilegeLevel": "privileged" })));
    assert_eq!(nameless, Err(ReadError::Missing { part: "accessPackage.catalog.id".into() }));
    // Only beta is written with the level.
    for (version, expected) in [(Version::V1, None), (Version::Beta, Some(PrivilegeLevel::Privileged))] {
        let again = write(&read, version);
        assert_eq!(level(&self::read(again.as_bytes()).expect("what was written")), expected);
    }
}

fn self_read(document: &Value) -> Assignment {
    read(document.to_string().as_bytes()).expect("a document")
}

// R46: the value is neither followed nor an error.
#[test]
fn whatever_stands_for_the_kind_of_the_target() {
    let deep = |open: &str, close: &str| format!("{}0{}", open.repeat(100_000), close.repeat(100_000));
    let long = "x".repeat(1 << 20);
    let values = [
        deep("[", "]"),
        deep("{\"a\":", "}"),
        format!("\"{long}\""),
        format!("[\"{long}\"]"),
        "7".into(),
        "null".into(),
        "\"\"".into(),
        "true".into(),
    ];
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(move || {
        for (document, kind) in [(v1(), "subjectType"), (v1(), "type"), (beta(), "type")] {
            let mut bare = document;
            bare["target"].as_object_mut().expect("an object").retain(|name, _| name == "objectId");
            let expected = self_read(&bare);
            assert_eq!(expected.target_type(), None);
            for value in &values {
                let text = bare.to_string().replacen(
                    "\"target\":{",
                    &format!("\"target\":{{\"{kind}\":{value},"),
                    1,
                );
                assert_eq!(read(text.as_bytes()).as_ref(), Ok(&expected), "{kind}");
            }
            for word in ["\"User\"", "\"user\"", "\"\\u0075ser\""] {
                let text =
                    bare.to_string().replacen("\"target\":{", &format!("\"target\":{{\"{kind}\":{word},"), 1);
                let read = read(text.as_bytes()).expect("a document");
                assert_eq!(read.target_type(), Some(access_package::SubjectType::User), "{word}");
            }
        }
    });
    thread.expect("a thread").join().expect("no panic");
}
