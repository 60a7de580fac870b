//! Documents as tools export them, which is not always as Graph sends them.

use access_package::graph::json::{ReadError, read, read_request};
use serde_json::{Map, Value, json};

use crate::fixtures::{beta, read_value, v1, with};

/// The document with the name of every property changed.
fn renamed(document: Value, rename: fn(&str) -> String) -> Value {
    match document {
        Value::Object(properties) => properties
            .into_iter()
            .map(|(name, value)| (rename(&name), renamed(value, rename)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(|item| renamed(item, rename)).collect(),
        other => other,
    }
}

fn in_pascal_case(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

const CASES: [fn(&str) -> String; 3] = [in_pascal_case, str::to_uppercase, str::to_lowercase];

#[test]
fn names_of_properties_are_read_without_regard_to_case() {
    let until = json!({ "type": "afterDateTime", "endDateTime": "2029-01-01T00:00:00Z" });
    for document in [v1(), beta(), with(v1(), "/schedule/expiration", Some(until))] {
        for rename in CASES {
            assert_eq!(read_value(&renamed(document.clone(), rename)), read_value(&document));
        }
    }
    // But values are, where they were.
    let value = with(v1(), "/accessPackage/resourceRoleScopes/0/role/originId", Some(json!("OWNER_x")));
    assert!(read_value(&value).is_err());
    // And only in ASCII: no dotless i.
    let other = v1().to_string().replace("\"id\"", "\"\u{131}d\"");
    assert_eq!(read(other.as_bytes()), Err(ReadError::Missing { part: "id".into() }));
}

#[test]
fn two_spellings_of_a_property_are_one_given_twice() {
    for (document, name) in [(v1(), "state"), (v1(), "accessPackage"), (beta(), "catalogId")] {
        for rename in CASES {
            let twice = format!("{{\"{}\":{},", rename(name), document[name]);
            let text = document.to_string().replacen('{', &twice, 1);
            let error = read(text.as_bytes()).expect_err("twice").to_string();
            assert!(error.ends_with(&format!("duplicate field `{name}`")), "{error}");
        }
    }
    // What is not known may be there as often as it likes.
    let unknown = v1().to_string().replacen('{', r#"{"more":1,"More":{},"more":[],"#, 1);
    assert_eq!(read(unknown.as_bytes()), read_value(&v1()));
}

#[test]
fn a_request_is_read_in_any_case_too() {
    let request = json!({
        "id": "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b", "requestType": "userAdd", "state": "deliveryFailed",
        "completedDateTime": "/Date(1719821350000)/", "assignment": with(v1(), "/state", Some(json!("deliveryFailed"))),
    });
    let read = |document: &Value| read_request(document.to_string().as_bytes()).expect("a request");
    for rename in CASES {
        assert_eq!(read(&renamed(request.clone(), rename)), read(&request));
    }
    assert_eq!(read(&request).request.completed.to_string(), "2024-07-01T08:09:10Z");
}
