//! Documents that no tenant should send: they cause an error with a place, never a panic, and need no more
//! memory than the text.

use access_package::ParseAssignmentStateError;
use access_package::graph::json::{ReadError, read, read_list};
use serde_json::{Value, json};

use crate::fixtures::{beta, read_value, v1, with};

/// The message for a malformed text. Its place is within the text.
#[track_caller]
fn malformed(result: Result<impl std::fmt::Debug, ReadError>, text: &[u8]) -> String {
    let Err(ReadError::Malformed { line, column, message, .. }) = result else { panic!("{result:?}") };
    let lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
    assert!((1..=lines.len()).contains(&line), "line {line}: {message}");
    // The line break is one column after the end of a line.
    assert!(column <= lines[line - 1].len() + 1, "line {line}, column {column}: {message}");
    message
}

#[test]
fn a_truncated_document_ends_too_early() {
    let page = json!({ "value": [v1(), beta()], "@odata.nextLink": "https://x" });
    for (document, is_list) in [(v1(), false), (beta(), false), (page, true)] {
        for text in [document.to_string(), serde_json::to_string_pretty(&document).expect("plain data")] {
            for length in 0..text.len() {
                let part = &text.as_bytes()[..length];
                let message =
                    if is_list { malformed(read_list(part), part) } else { malformed(read(part), part) };
                assert!(message.starts_with("EOF while parsing"), "{length}: {message}");
            }
        }
    }
}

/// With a stack too small for recursion into the text.
fn with_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(run).expect("a thread");
    thread.join().expect("no panic");
}

#[test]
fn however_deep_it_is_nested() {
    with_a_small_stack(|| {
        let depth = 100_000;
        for (open, close, found) in [("[", "]", "sequence"), ("{\"a\":", "}", "map")] {
            let nested = format!("{}0{}", open.repeat(depth), close.repeat(depth));
            // A value that is not read may be nested to any depth.
            let beside = v1().to_string().replacen('{', &format!("{{\"beside\":{nested},"), 1);
            assert_eq!(read(beside.as_bytes()), read_value(&v1()));
            let page = format!("{{\"value\":[{beside},{nested}],\"a\":{nested}}}");
            let items = read_list(page.as_bytes()).expect("a page").items;
            assert_eq!((items[0].is_ok(), items[1].is_ok()), (true, false));
            // In a value that is read, this is an error.
            let looked_at = format!("{{\"schedule\":{{\"expiration\":{{\"type\":{nested}}}}}}}");
            let message = malformed(read(looked_at.as_bytes()), looked_at.as_bytes());
            assert_eq!(message, format!("invalid type: {found}, expected a string"));
            // A text that never ends is an error, too.
            let endless = format!("{{\"beside\":{}", open.repeat(depth));
            assert!(malformed(read(endless.as_bytes()), endless.as_bytes()).starts_with("EOF"));
            let page = format!("{{\"value\":[{}", open.repeat(depth));
            assert!(malformed(read_list(page.as_bytes()), page.as_bytes()).starts_with("EOF"));
        }
    });
}

#[test]
fn however_long_it_is() {
    let long = "x".repeat(1 << 20);
    let named = with(v1(), "/displayName", Some(json!(long)));
    assert_eq!(read_value(&named), read_value(&v1()));
    let id = with(v1(), "/id", Some(json!(long))).to_string();
    assert!(malformed(read(id.as_bytes()), id.as_bytes()).contains("is not a valid assignment id"));
    // A page that contains only errors needs one pass, even on a single line.
    let page = format!("{{\"value\":[{}0]}}", "0,".repeat(50_000));
    let items = read_list(page.as_bytes()).expect("a page").items;
    let last = items.last().expect("many").as_ref().expect_err("no object");
    assert_eq!(
        last.to_string(),
        "`value[50000]`: line 1, column 100011: invalid type: integer `0`, expected an object"
    );
}

/// The JSON pointer of every property that is read.
const V1: [&str; 18] = [
    "/id",
    "/state",
    "/schedule",
    "/schedule/startDateTime",
    "/schedule/expiration",
    "/schedule/expiration/type",
    "/schedule/expiration/endDateTime",
    "/schedule/expiration/duration",
    "/target",
    "/target/objectId",
    "/accessPackage",
    "/accessPackage/id",
    "/accessPackage/catalog",
    "/accessPackage/catalog/id",
    "/accessPackage/resourceRoleScopes",
    "/accessPackage/resourceRoleScopes/0/role",
    "/accessPackage/resourceRoleScopes/0/role/originId",
    "/accessPackage/resourceRoleScopes/0/scope/originId",
];
const BETA: [&str; 9] = [
    "/assignmentState",
    "/catalogId",
    "/accessPackageId",
    "/accessPackageAssignmentResourceRoles",
    "/accessPackageAssignmentResourceRoles/0/status",
    "/accessPackageAssignmentResourceRoles/0/accessPackageResourceRole",
    "/accessPackageAssignmentResourceRoles/0/accessPackageResourceRole/originSystem",
    "/accessPackageAssignmentResourceRoles/0/accessPackageResourceRole/originId",
    "/accessPackageAssignmentResourceRoles/0/accessPackageResourceScope/originId",
];

/// Every property that is read, in a document that has it.
fn properties() -> impl Iterator<Item = (Value, &'static str)> {
    V1.iter().map(|pointer| (v1(), *pointer)).chain(BETA.iter().map(|pointer| (beta(), *pointer)))
}

fn kind(value: &Value) -> std::mem::Discriminant<Value> {
    std::mem::discriminant(value)
}

#[test]
fn a_wrong_type_is_an_error_where_it_stands() {
    // A property that is null in the document is a text otherwise.
    let text = json!("");
    for (document, pointer) in properties() {
        let there = document.pointer(pointer).unwrap_or(&Value::Null).clone();
        let right = if there.is_null() { &text } else { &there };
        for wrong in [json!(true), json!(-1), json!(1e300), json!("x"), json!([]), json!([null]), json!({})] {
            if kind(&wrong) != kind(right) {
                let changed = with(document.clone(), pointer, Some(wrong.clone())).to_string();
                let message = malformed(read(changed.as_bytes()), changed.as_bytes());
                assert!(message.starts_with("invalid type"), "{pointer}, {wrong}: {message}");
            }
        }
    }
}

// serde would read a list as an object, with its items in the order of the fields.
#[test]
fn a_list_is_not_taken_for_an_object() {
    for (document, pointer) in properties() {
        let Some(Value::Object(properties)) = document.pointer(pointer) else { continue };
        let list: Value = properties.values().cloned().collect();
        let changed = with(document.clone(), pointer, Some(list)).to_string();
        assert_eq!(
            malformed(read(changed.as_bytes()), changed.as_bytes()),
            "invalid type: sequence, expected an object",
            "{pointer}"
        );
    }
    let id = "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47";
    let target = with(v1(), "/target", Some(json!([id])));
    assert!(read_value(&target).is_err());
}

#[test]
fn a_property_given_twice_is_an_error() {
    for (document, pointer) in properties() {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let object = document.pointer(parent).expect("an object").to_string();
        let value = document.pointer(pointer).cloned().unwrap_or_default();
        let twice = object.replacen('{', &format!("{{\"{key}\":{value},"), 1);
        let text = document.to_string().replacen(&object, &twice, 1);
        assert_ne!(text, document.to_string());
        assert_eq!(malformed(read(text.as_bytes()), text.as_bytes()), format!("duplicate field `{key}`"));
    }
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    let error = |text: &[u8]| read(text).expect_err("not JSON").to_string();
    assert_eq!(error(b""), "line 1, column 0: EOF while parsing a value");
    assert_eq!(error(b"\n\n "), "line 3, column 1: EOF while parsing a value");
    assert_eq!(error(b"null"), "line 1, column 4: invalid type: null, expected an object");
    assert_eq!(error(b"[]"), "line 1, column 0: invalid type: sequence, expected an object");
    assert_eq!(error(b"{}{}"), "line 1, column 3: trailing characters");
    assert_eq!(error(b"{'id': 1}"), "line 1, column 2: key must be a string");
    // On the byte or after it: versions of the reader differ.
    assert!(error(b"{\"id\": \"\xff\"}").ends_with(": invalid unicode code point"));
    assert_eq!(error(b"{\"a\": NaN}"), "line 1, column 7: expected value");
    // A message may quote text that looks like a position.
    assert_eq!(
        error(br#"{"state": " at line 7"}"#),
        format!("line 1, column 22: `state`: ` at line 7` is {ParseAssignmentStateError}")
    );
}

/// A program can tell the errors apart without their texts.
#[test]
fn every_error_has_a_code() {
    use access_package::LoadError;
    use access_package::graph::json::{read, read_list};

    let code = |document: &str| read(document.as_bytes()).expect_err(document).code();
    assert_eq!(code("{"), "malformed");
    assert_eq!(code("{}"), "missing");
    assert_eq!(code(r#"{"value":[]}"#), "isPage");
    assert_eq!(code(r#"{"error":{"code":"NoLicense"}}"#), "graphError");
    let error = read_list(b"\xff\xfe{").expect_err("UTF-16");
    let told = serde_json::json!({ "code": "notUtf8", "message": error.to_string(), "data": {} });
    assert_eq!(serde_json::to_value(&error).expect("plain data"), told);
    // If the whole is wrong, the code is the one of the stored form.
    let whole = LoadError::UnsupportedFormat { required: 1, actual: 2 };
    assert_eq!(ReadError::from(whole.clone()).code(), whole.code());
}
