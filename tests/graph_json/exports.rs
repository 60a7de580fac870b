//! Documents in the form that tools export, which can differ from Graph's form.

use access_package::graph::json::{ItemError, Page, ReadError, read, read_gives, read_list, read_request};
use access_package::{Assignment, Recency};
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
    // Values are case-sensitive where they were before.
    let value = with(v1(), "/accessPackage/resourceRoleScopes/0/role/originId", Some(json!("OWNER_x")));
    assert!(read_value(&value).is_err());
    // Case is ignored only in ASCII: a dotless i is another letter.
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
    // Unknown properties may be repeated.
    let unknown = v1().to_string().replacen('{', r#"{"more":1,"More":{},"more":[],"#, 1);
    assert_eq!(read(unknown.as_bytes()), read_value(&v1()));
}

#[test]
fn a_request_is_read_in_any_case_too() {
    let request = json!({
        "id": "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b", "requestType": "userAdd", "state": "deliveryFailed",
        "completedDateTime": "/Date(1719821350000)/", "assignment": with(v1(), "/state", Some(json!("deliveryFailed"))),
    });
    let read =
        |document: &Value| read_request(document.to_string().as_bytes(), Recency::Newest).expect("a request");
    for rename in CASES {
        assert_eq!(read(&renamed(request.clone(), rename)), read(&request));
    }
    assert_eq!(read(&request).request.completed.to_string(), "2024-07-01T08:09:10Z");
}

type Item = Result<Assignment, ItemError>;

fn page(text: impl AsRef<[u8]>) -> Page {
    read_list(text.as_ref()).expect("a page")
}

fn whole(document: &Value) -> Item {
    read_value(document).map_err(|error| panic!("{error}"))
}

#[test]
fn a_plain_list_a_single_item_and_one_object_a_line_are_pages() {
    let both = [whole(&v1()), whole(&beta())];
    let (one, two) = (v1().to_string(), beta().to_string());
    for text in [
        format!("[{one},{two}]"),
        format!(" \r\n[{one},\n{two}\n]\n"),
        serde_json::to_string_pretty(&json!([v1(), beta()])).expect("plain data"),
        format!("{one}\n{two}"),
        format!("\n \n{one}\r\n\r\n\t{two}\r\n"),
        format!("{{\"value\":[{one},{two}]}}"),
        format!("{{\"Count\":2,\"VALUE\":[{one},{two}]}}"),
        format!("{{\"responses\":[{{\"status\":200,\"body\":{one}}},{{\"status\":299,\"body\":{two}}}]}}"),
    ] {
        assert_eq!(page(&text).items, both, "{text}");
        assert_eq!(page(&text).next_link, None);
        assert_eq!(page([b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat()).items, both);
    }
    let only = page(json!({ "@odata.nextLink": "x", "value": v1() }).to_string());
    assert_eq!((only.items, only.next_link.as_deref()), (vec![whole(&v1())], Some("x")));
    assert_eq!(page("[]").items, []);
}

#[test]
fn an_unreadable_line_does_not_hide_the_others() {
    let lines = format!("{}\n{{\"state\":7}}\n{}\n{{]\n{}", v1(), json!({ "id": ID }), beta());
    let items = page(&lines).items;
    assert_eq!((&items[0], &items[4]), (&whole(&v1()), &whole(&beta())));
    let error = |index: usize| items[index].as_ref().expect_err("unreadable").to_string();
    assert_eq!(
        error(1),
        "`value[1]`: line 2, column 10: `state`: invalid type: integer `7`, expected a string"
    );
    assert_eq!(error(2), format!("`value[2]` (`{ID}`): `state` is missing"));
    assert_eq!(error(3), "`value[3]`: line 4, column 2: key must be a string");
    // The first line must be a document. Otherwise, the text is not in this form.
    for text in [
        format!("{{\n{}", v1()),
        format!("7\n{}", v1()),
        format!("{}{}", v1(), v1()),
        format!("{}\n{}", json!({ "value": [] }), v1()),
        format!("{}\n{}", json!({ "responses": [] }), v1()),
        format!("{}\n{}", serde_json::to_string_pretty(&v1()).expect("plain data"), v1()),
    ] {
        assert!(matches!(read_list(text.as_bytes()), Err(ReadError::Malformed { .. })), "{text}");
    }
    // A single line is a document.
    assert_eq!(read_list(format!("{}\n", v1()).as_bytes()), Err(ReadError::Missing { part: "value".into() }));
}

const ID: &str = "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47";

fn batch(responses: &[Value]) -> Page {
    page(json!({ "responses": responses, "@odata.nextLink": "https://more" }).to_string())
}

#[test]
fn an_answer_to_a_batch_is_read_response_by_response() {
    let headers = json!({ "Content-Type": "application/json" });
    let throttled = json!({ "error": { "code": "TooManyRequests", "message": "Later." } });
    let found = batch(&[
        json!({ "id": "1", "status": 200, "headers": headers, "body": { "value": [v1(), { "id": ID }] } }),
        json!({ "id": ID, "status": 429, "body": throttled }),
        json!({ "id": "3", "status": 200, "body": beta() }),
        json!({ "id": "4", "status": 199, "body": v1() }),
        json!({ "id": "5", "status": 300 }),
        json!({ "id": "6", "status": 404, "body": "not found" }),
        json!({ "status": 500, "body": null }),
    ]);
    assert_eq!(found.next_link.as_deref(), Some("https://more"));
    let [one, two, three, four, five, six, seven, eight] = &found.items[..] else { panic!("{found:?}") };
    assert_eq!((one, four), (&whole(&v1()), &whole(&beta())));
    let text = |item: &Item| item.as_ref().expect_err("unreadable").to_string();
    assert_eq!(text(two), format!("`responses[0].body.value[1]` (`{ID}`): `state` is missing"));
    // The id of a call is not the id of an assignment.
    assert_eq!(
        text(three),
        format!("`responses[1]`: batch response `{ID}` is `429`, `TooManyRequests`: Later.")
    );
    assert_eq!(text(five), "`responses[3]`: batch response `4` is `199`");
    assert_eq!(text(six), "`responses[4]`: batch response `5` is `300`");
    assert_eq!(text(seven), "`responses[5]`: batch response `6` is `404`");
    assert_eq!(text(eight), "`responses[6]`: batch response `` is `500`");
    assert_eq!(batch(&[]).items, []);
}

#[test]
fn what_is_wrong_with_a_response_is_an_unreadable_item() {
    let page_of_two = json!({ "value": [v1(), beta()], "@odata.nextLink": "https://next" });
    let cut = json!({ "value": [], "@odata.nextLink": "https://next" });
    let found = batch(&[
        json!({ "id": "1", "body": v1() }),
        json!({ "id": "2", "status": 200 }),
        json!({ "id": "3", "status": "200", "body": v1() }),
        json!(7),
        json!({ "id": "5", "status": 200, "body": page_of_two }),
        json!({ "id": "6", "status": 200, "body": cut }),
        json!({ "id": "7", "status": 200, "body": { "state": 7 } }),
        json!({ "id": "8", "status": 200, "body": "@{value=System.Object[]}" }),
        json!({ "id": "9", "status": 200, "body": { "value": v1() } }),
        json!({ "id": "10", "status": 200, "body": { "responses": [] } }),
    ]);
    let texts: Vec<_> = found.items.iter().map(|item| item.as_ref().map_err(ToString::to_string)).collect();
    let (v1, beta) = (whole(&v1()), whole(&beta()));
    assert_eq!(texts[0], Err("`responses[0]`: `status` is missing".into()));
    assert_eq!(texts[1], Err("`responses[1]`: `body` is missing".into()));
    assert!(
        texts[2].as_ref().is_err_and(|it| it.contains("`status`: invalid type: string \"200\"")),
        "{texts:?}"
    );
    assert!(texts[3].as_ref().is_err_and(|it| it.contains("expected an object")), "{texts:?}");
    assert_eq!((&found.items[4], &found.items[5]), (&v1, &beta));
    // R45
    for (item, index) in [(6, 4), (7, 5)] {
        let text = "`value` is not the whole list: request `https://next`";
        assert_eq!(texts[item], Err(format!("`responses[{index}].body`: {text}")));
    }
    assert!(texts[8].as_ref().is_err_and(|it| it.contains("`state`: invalid type")), "{texts:?}");
    assert!(texts[9].as_ref().is_err_and(|it| it.ends_with("`ConvertTo-Json -Depth 10`")), "{texts:?}");
    assert_eq!(&found.items[10], &v1);
    assert!(texts[11].as_ref().is_err_and(|it| it.contains("document is a page of a list")), "{texts:?}");
    assert_eq!(texts.len(), 12);
    // Each error shows its place.
    let parts =
        found.items.iter().map(|item| item.as_ref().err().map(|error| (error.index, error.part.as_str())));
    let expected = [
        Some((0, "responses[0]")),
        Some((1, "responses[1]")),
        Some((2, "responses[2]")),
        Some((3, "responses[3]")),
        None,
        None,
        Some((6, "responses[4].body")),
        Some((7, "responses[5].body")),
        Some((8, "responses[6].body")),
        Some((9, "responses[7].body")),
        None,
        Some((11, "responses[9].body")),
    ];
    assert!(parts.eq(expected), "{found:?}");
}

#[test]
fn a_place_in_a_batch_is_one_of_the_whole() {
    let text =
        "{ \"responses\": [\n {\"status\": \"x\"},\n {\"status\": 200, \"body\":\n  {\"state\": 7}} ] }";
    let places: Vec<_> = page(text)
        .items
        .into_iter()
        .map(|item| match *item.expect_err("unreadable").problem {
            ReadError::Malformed { line, column, .. } => (line, column),
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(places, [(2, 15), (4, 13)]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_document() {
    let marked = |text: &str| [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    let request = json!({
        "id": "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b", "requestType": "userAdd", "state": "deliveryFailed",
        "completedDateTime": "2026-11-20T08:00:00Z", "assignment": { "id": ID },
    });
    let request = request.to_string();
    let text = v1().to_string();
    assert_eq!(read(&marked(&text)), read(text.as_bytes()));
    assert_eq!(read_gives(&marked(&text)), read_gives(text.as_bytes()));
    assert_eq!(
        read_request(&marked(&request), Recency::Newest),
        read_request(request.as_bytes(), Recency::Newest)
    );
    // Positions do not count the mark, and only the first mark is one.
    assert_eq!(read(&marked("{\"id\":7}")), read(b"{\"id\":7}"));
    assert!(matches!(read(&marked("\u{feff}{}")), Err(ReadError::Malformed { .. })));
    // The error names another encoding.
    let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
    };
    for text in [utf16(u16::to_le_bytes), utf16(u16::to_be_bytes), b"\xff\xfe".to_vec()] {
        assert_eq!(read(&text), Err(ReadError::NotUtf8));
        assert_eq!(read_list(&text), Err(ReadError::NotUtf8));
        assert_eq!(read_request(&text, Recency::Newest), Err(ReadError::NotUtf8));
        assert!(read(&text).unwrap_err().to_string().contains("is UTF-16"));
    }
    assert!(matches!(read(b"\xff{}"), Err(ReadError::Malformed { .. })));
}
