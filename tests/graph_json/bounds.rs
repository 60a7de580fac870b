//! An error repeats only a little of a document, however long the document is.

use access_package::Recency;
use access_package::graph::json::{
    ReadError, read, read_access_package, read_claims, read_gives, read_list, read_mg_context, read_request,
    read_role_assignments, read_with,
};
use serde_json::{Value, json};

use crate::fixtures::{beta, v1, with};

/// One character of each length in UTF-8.
const LETTERS: [&str; 4] = ["x", "\u{e9}", "\u{20ac}", "\u{1f600}"];

fn request(state: &str) -> Value {
    json!({
        "id": "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b", "requestType": "userAdd", "state": state,
        "completedDateTime": "2026-11-20T08:00:00Z", "assignment": v1(),
    })
}

fn read_request_value(document: &Value) -> ReadError {
    read_request(document.to_string().as_bytes(), Recency::Newest).expect_err("no request")
}

/// What the reader for this document reports.
type Reader = fn(&[u8]) -> ReadError;

const READERS: [Reader; 8] = [
    |text| read(text).expect_err("no assignment"),
    |text| read_gives(text).expect_err("no assignment"),
    |text| read_request(text, Recency::Newest).expect_err("no request"),
    |text| read_access_package(text).expect_err("no access package"),
    |text| read_claims(text).expect_err("no claims"),
    |text| read_mg_context(text).expect_err("no session"),
    |text| read_role_assignments(text).expect_err("no list"),
    |text| match read_list(text) {
        Ok(page) => *page.items.into_iter().find_map(Result::err).expect("an unreadable item").problem,
        Err(error) => error,
    },
];

#[test]
fn no_error_is_longer_than_a_few_lines() {
    for letter in LETTERS {
        let long = letter.repeat(5_000);
        let link = format!("https://{long}");
        let graph_error = json!({ "error": { "code": long, "message": long } });
        let expired = json!({ "startDateTime": null, (long.as_str()): "2026-11-20T08:00:00Z" });
        let expiration = json!({ "expiration": { (long.as_str()): 7, "type": "noExpiration" } });
        let item = json!({ "role": { "originSystem": "AadGroup", "originId": long }, "scope": { "originId": long } });
        let context = format!("https://graph.microsoft.com/v1.0/$metadata#{long}");
        let cases: [(Value, &[usize]); 24] = [
            (graph_error.clone(), &[0, 1, 2, 3, 7]),
            (json!({ "value": [graph_error] }), &[7]),
            (json!(long), &[0, 1, 2, 3, 4, 5, 6, 7]),
            (
                json!({ "responses": [{ "id": long, "status": 429, "body": { "error": { "code": long } } }] }),
                &[7],
            ),
            (json!({ "responses": [{ "id": long, "status": 500, "body": null }] }), &[7]),
            (
                json!({ "responses": [{ "status": 200, "body": { "value": [], "@odata.nextLink": link } }] }),
                &[7],
            ),
            (json!({ "@odata.context": context, "value": [] }), &[3, 6, 7]),
            (with(v1(), "/id", Some(json!(long))), &[0, 1]),
            (with(v1(), "/state", Some(json!(long))), &[0, 1]),
            (with(beta(), "/assignmentState", Some(json!(long))), &[0, 1]),
            (with(v1(), "/target", Some(json!(long))), &[0, 1]),
            (with(v1(), "/target", Some(json!(format!("@{{{long}")))), &[0, 1]),
            (with(v1(), "/target/objectId", Some(json!(long))), &[0, 1]),
            (with(v1(), "/schedule", Some(expired)), &[0]),
            (with(v1(), "/schedule", Some(expiration)), &[0]),
            (with(v1(), "/schedule/expiration/type", Some(json!(long))), &[0, 1]),
            (with(v1(), "/schedule/expiration/duration", Some(json!(long))), &[0, 1]),
            (with(v1(), "/schedule/startDateTime", Some(json!(long))), &[0, 1]),
            (request(&long), &[2]),
            (with(request("delivered"), "/assignment/id", Some(json!(long))), &[2]),
            (json!({ "value": [item] }), &[3]),
            (json!({ "tid": "x", "exp": long }), &[4]),
            (json!({ "TenantId": "x", "AuthType": [long] }), &[5]),
            (json!({ "value": [{ "principalId": long }] }), &[6]),
        ];
        for (document, readers) in cases {
            for reader in readers {
                let error = READERS[*reader](document.to_string().as_bytes());
                let (length, of_link) =
                    (error.to_string().chars().count(), matches!(error, ReadError::ListCut { .. }));
                assert!(length < if of_link { 2_200 } else { 600 }, "{length} characters: {error:?}");
                let data = serde_json::to_string(&error).expect("plain data");
                assert!(data.chars().count() < if of_link { 4_400 } else { 1_600 }, "{data}");
            }
        }
    }
}

#[test]
fn what_is_cut_ends_in_a_mark() {
    for letter in LETTERS {
        let [fits, long] = [200, 201].map(|length| letter.repeat(length));
        let cut = format!("{}…", letter.repeat(199));
        let state = |word: &str| match read_request_value(&request(word)) {
            ReadError::UnknownRequestState { state } => state,
            other => panic!("{other}"),
        };
        assert_eq!((state(&fits), state(&long)), (fits.clone(), cut.clone()));
        let id = |id: &str| {
            let batch = json!({ "responses": [{ "id": id, "status": 500 }] }).to_string();
            match *read_list(batch.as_bytes()).expect("a batch").items.remove(0).expect_err("failed").problem
            {
                ReadError::FailedResponse { id, .. } => id,
                other => panic!("{other}"),
            }
        };
        assert_eq!((id(&fits), id(&long)), (fits.clone(), cut.clone()));
        let end = |name: &str| {
            let document = with(v1(), "/schedule", Some(json!({ "startDateTime": null, name: 7 })));
            match read(document.to_string().as_bytes()).expect_err("an end") {
                ReadError::PossibleEnd { part } => part,
                other => panic!("{other}"),
            }
        };
        assert_eq!((end(&fits), end(&long)), (format!("schedule.{fits}"), format!("schedule.{cut}")));
        // A message keeps the expected value.
        let error = read(with(v1(), "/id", Some(json!(letter.repeat(500)))).to_string().as_bytes())
            .expect_err("no id");
        let ReadError::Malformed { message, .. } = error else { panic!("{error}") };
        assert_eq!(message.chars().count(), 200);
        assert!(message.starts_with(&format!("`{}…", letter.repeat(48))), "{message}");
        let expected = format!(
            "{}` is not a valid assignment id: expected a GUID of 36 characters with hyphens",
            letter.repeat(20)
        );
        assert!(message.ends_with(&expected), "{message}");
        // A link is cut only if it is too long to be a link.
        let link = |length: usize| {
            let page = json!({ "value": [], "@odata.nextLink": letter.repeat(length) }).to_string();
            let package = read_access_package(page.as_bytes()).expect("a page");
            match read_with(v1().to_string().as_bytes(), &package).expect_err("a part") {
                ReadError::ListCut { whole, .. } => whole,
                other => panic!("{other}"),
            }
        };
        assert_eq!(link(2_048), letter.repeat(2_048));
        assert_eq!(link(2_049), format!("{}…", letter.repeat(2_047)));
    }
}
