//! Pages of a list: one unreadable item does not hide the others, and says where it is.

use access_package::ParseAssignmentStateError;
use access_package::graph::json::{self, ItemError, Page, ReadError, read_list};
use serde_json::{Value, json};

use crate::fixtures::{beta, read_value, v1, with};

const ID: &str = "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47";

fn page(items: &[Value]) -> Page {
    read_list(json!({ "value": items }).to_string().as_bytes()).expect("a page")
}

/// The error of the only item.
fn error_of(item: Value) -> ItemError {
    let mut page = page(&[item]);
    page.items.remove(0).expect_err("unreadable")
}

#[test]
fn each_item_is_read_as_it_is_alone() {
    let outside = with(v1(), "/target/objectId", Some(Value::Null));
    let items = [v1(), outside, beta(), json!({}), json!(3), v1()];
    let page = page(&items);
    assert_eq!(page.items.len(), items.len());
    for (index, (item, alone)) in page.items.into_iter().zip(&items).enumerate() {
        match (item, read_value(alone)) {
            (Ok(item), Ok(alone)) => assert_eq!(item, alone),
            (Err(error), Err(alone)) => {
                assert_eq!(error.index, index);
                assert_eq!(
                    error.problem.to_string().split(": ").last(),
                    alone.to_string().split(": ").last()
                );
            }
            other => panic!("{index}: {other:?}"),
        }
    }
}

#[test]
fn an_unreadable_item_is_named_by_its_place_and_its_id() {
    for (item, text) in [
        (
            with(v1(), "/target", None),
            "`value[0]` (`78f1fdfd-4d01-4e20-9e7d-792f1f0cba47`): `target` is missing: ask for it with \
             `$expand=target,accessPackage($expand=catalog,resourceRoleScopes($expand=role,scope))`",
        ),
        (json!({ "id": ID }), "`value[0]` (`78f1fdfd-4d01-4e20-9e7d-792f1f0cba47`): `state` is missing"),
        (
            json!({ "id": ID, "state": "unknownFutureValue" }),
            &format!(
                "`value[0]` (`78f1fdfd-4d01-4e20-9e7d-792f1f0cba47`): line 1, column 83: `state`: `unknownFutureValue` is \
                 {ParseAssignmentStateError}"
            ),
        ),
        (json!({ "state": "delivered" }), "`value[0]`: `id` is missing"),
        (json!({ "id": null, "state": "delivered" }), "`value[0]`: `id` is missing"),
        (
            json!({ "id": "7" }),
            "`value[0]`: line 1, column 19: `id`: `7` is not a valid assignment id: expected a GUID of 36 characters with \
             hyphens",
        ),
        (
            json!({ "id": 7 }),
            "`value[0]`: line 1, column 17: `id`: invalid type: integer `7`, expected a string",
        ),
        (json!(null), "`value[0]`: line 1, column 14: invalid type: null, expected an object"),
        (json!([ID]), "`value[0]`: line 1, column 10: invalid type: sequence, expected an object"),
        (json!("x"), "`value[0]`: line 1, column 13: invalid type: string \"x\", expected an object"),
    ] {
        assert_eq!(error_of(item).to_string(), text);
    }
    // An id that is there twice cannot be named.
    let twice =
        read_list(format!(r#"{{"value":[{{"id":"{ID}","id":"{ID}"}}]}}"#).as_bytes()).expect("a page");
    let error = twice.items[0].as_ref().expect_err("twice");
    assert_eq!((error.id, error.to_string().contains("duplicate field `id`")), (None, true));
}

/// The line and column at which this part ends in the text, by counting.
fn end_of(text: &str, part: &str) -> (usize, usize) {
    let before = &text[..text.find(part).expect("it is there") + part.len()];
    let line = before.rsplit('\n').next().expect("a line");
    (before.matches('\n').count() + 1, line.len())
}

#[test]
fn a_place_is_one_of_the_page() {
    let pretty = serde_json::to_string_pretty(&v1()).expect("plain data");
    let wrong = |word: &str| pretty.replace("\"delivered\"", word);
    let pages = [
        // Each on its own lines, two on one line, and some before and after others.
        format!("{{ \"value\": [\n{},\n{pretty},\n\n{} ] }}", wrong("\"one\""), wrong("\"two\"")),
        "\n\n {\"a\":\n\"\u{e9}\",\"value\":[{},{\"state\":\"one\"},0,{\"id\":\n\"two\"}]}".into(),
        "{\"value\":[{\"state\":\"one\"},{\"state\":\"two\"}]}".into(),
        "{\r\n\"value\":[\r\n{\"state\":\r\n\"one\"},{\"state\":\"two\"}]}".into(),
    ];
    for page in &pages {
        let items = read_list(page.as_bytes()).expect("a page").items;
        for word in ["\"one\"", "\"two\""] {
            let quoted = word.replace('"', "`");
            let mut places = items.iter().filter_map(|item| match &*item.as_ref().err()?.problem {
                ReadError::Malformed { line, column, message, .. } if message.starts_with(&quoted) => {
                    Some((*line, *column))
                }
                _ => None,
            });
            assert_eq!(places.next(), Some(end_of(page, word)), "{page}");
        }
    }
}

#[test]
fn the_next_page_is_where_the_page_says() {
    let link = "https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/assignments?$skiptoken=a%20\u{e9}";
    let next = |page: Value| read_list(page.to_string().as_bytes()).expect("a page").next_link;
    assert_eq!(next(json!({ "value": [], "@odata.nextLink": link })).as_deref(), Some(link));
    assert_eq!(next(json!({ "value": [], "@odata.nextLink": null })), None);
    assert_eq!(
        next(json!({ "value": [], "nextLink": link, "@odata.count": 3, "@odata.context": "x" })),
        None
    );
    // Escapes are resolved, and the link may come first.
    let escaped = r#"{ "@odata.nextLink": "https:\/\/x\u003fa", "value": [] }"#;
    assert_eq!(read_list(escaped.as_bytes()).expect("a page").next_link.as_deref(), Some("https://x?a"));
}

#[test]
fn what_is_no_page_is_refused_as_a_whole() {
    let error = |text: &[u8]| read_list(text).expect_err("no page").to_string();
    for page in
        ["{}", r#"{"value":null}"#, r#"{"error":"UnAuthorized"}"#, r#"{"id":"x","@odata.nextLink":"x"}"#]
    {
        assert_eq!(error(page.as_bytes()), "`value` is missing");
    }
    // A single document is not a list.
    assert_eq!(error(v1().to_string().as_bytes()), "`value` is missing");
    assert_eq!(error(b""), "line 1, column 0: EOF while parsing a value");
    assert_eq!(error(b"7"), "line 1, column 1: invalid type: integer `7`, expected an object");
    assert_eq!(
        error(br#"{"value":7}"#),
        "line 1, column 10: `value`: invalid type: integer `7`, expected a sequence"
    );
    assert_eq!(
        error(br#"{"value":[],"@odata.nextLink":3}"#),
        "line 1, column 31: `@odata.nextLink`: invalid type: integer `3`, expected a string"
    );
    assert_eq!(error(br#"{"value":[],"value":[]}"#), "line 1, column 19: duplicate field `value`");
    assert_eq!(error(b"{\"value\":[\n{\"id\":}]}"), "line 2, column 7: expected value");
    assert_eq!(error(br#"{"value":[]}{}"#), "line 1, column 13: trailing characters");
    assert!(error(b"{\"value\":[\"\xff\"]}").contains("invalid unicode code point"));
}

/// A page is read in one pass if everything in it can be read, and otherwise item by item. The result is the
/// same.
#[test]
fn what_stands_beside_an_item_changes_nothing_in_it() {
    let good = [v1(), beta(), with(v1(), "/state", Some(json!("expired")))];
    let read = |value: &Value| read_list(value.to_string().as_bytes());
    let alone = read(&json!(good)).expect("a page").items;
    assert!(alone.iter().all(Result::is_ok));
    let bad = [json!(3), json!({}), with(v1(), "/target/objectId", Some(Value::Null)), json!({ "id": "7" })];
    for bad in bad {
        let mut items = good.to_vec();
        items.push(bad);
        let next = "https://graph.microsoft.com/v1.0/next";
        for (page, next) in
            [(json!(items), None), (json!({ "value": items, "@odata.nextLink": next }), Some(next))]
        {
            let page = read(&page).expect("a page");
            assert_eq!(page.next_link.as_deref(), next);
            assert_eq!(page.items[..3], alone);
            assert!(page.items[3].is_err());
        }
        let page = read(&json!({ "@odata.nextLink": next, "value": good })).expect("a page");
        assert_eq!((page.items, page.next_link.as_deref()), (alone.clone(), Some(next)));
    }
    // Beside a list, the responses of a batch are ignored, but their form is checked.
    assert_eq!(read(&json!({ "value": good, "responses": [3] })).expect("a page").items, alone);
    assert!(matches!(read(&json!({ "value": good, "responses": 3 })), Err(ReadError::Malformed { .. })));
}

/// A name in another encoding is harmless if it is not read.
#[test]
fn what_is_not_utf_8_may_be_passed_over() {
    let document = with(v1(), "/target/displayName", Some(json!("Zo?"))).to_string();
    let in_latin_1 = |part: &str| {
        let mut bytes = document.clone().into_bytes();
        bytes[document.find(part).expect("it is there") + 2] = 0xeb;
        bytes
    };
    assert_eq!(json::read(&in_latin_1("Zo?")), read_value(&v1()));
    assert!(matches!(json::read(&in_latin_1("delivered")), Err(ReadError::Malformed { .. })));
    // A page is divided by its texts, so all of it has to be UTF-8.
    let page = [b"[", in_latin_1("Zo?").as_slice(), b"]"].concat();
    assert!(matches!(read_list(&page), Err(ReadError::Malformed { .. })));
}
