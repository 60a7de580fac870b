//! The documents of requests.

use access_package::graph::json::{ReadError, read, read_request};
use access_package::{AssignmentState, Purpose, Recency};
use serde_json::{Value, json};

use crate::fixtures::{beta, v1, with};

const REQUEST: &str = "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b";
const COMPLETED: &str = "2026-11-20T08:00:00.5Z";

fn of_v1() -> Value {
    let assignment = with(v1(), "/state", Some(json!("deliveryFailed")));
    json!({
        "id": REQUEST, "requestType": "userAdd", "state": "deliveryFailed", "status": "FulfillmentFailed",
        "createdDateTime": "2026-11-19T08:00:00Z", "completedDateTime": COMPLETED, "assignment": assignment,
    })
}

fn of_beta() -> Value {
    let assignment = with(beta(), "/assignmentState", Some(json!("DeliveryFailed")));
    json!({
        "id": REQUEST, "requestType": "UserAdd", "requestState": "DeliveryFailed", "requestStatus": "x",
        "completedDate": COMPLETED, "accessPackageAssignment": assignment,
    })
}

fn error(document: &Value) -> String {
    read_request(document.to_string().as_bytes()).expect_err("refused").to_string()
}

// R32, R33
#[test]
fn a_request_is_read_with_its_assignment() {
    for (document, name) in [(of_v1(), "assignment"), (of_beta(), "accessPackageAssignment")] {
        let found = read_request(document.to_string().as_bytes()).expect("a request");
        let assignment = read(document[name].to_string().as_bytes()).expect("an assignment");
        let request = found.request;
        assert_eq!(request.id.to_string(), REQUEST);
        assert_eq!(request.assignment, assignment.id());
        assert_eq!((request.purpose, request.recency), (Purpose::Grant, Recency::Newest));
        assert_eq!(request.state, AssignmentState::DeliveryFailed);
        assert_eq!(request.completed, COMPLETED.parse().expect("an instant"));
        assert_eq!(found.assignment, Some(assignment.clone()));
        // Of what has failed Graph does not say how far it is, but what is given.
        assert_eq!(assignment.resource_roles(), None);
        let gives = found.gives.expect("expanded");
        let delivered = read(if name == "assignment" { v1() } else { beta() }.to_string().as_bytes());
        let delivered = delivered.expect("an assignment");
        let listed = delivered.resource_roles().expect("known").iter().map(|role| &role.resource_role);
        assert!(listed.clone().all(|role| gives.contains(role)) && listed.count() == gives.len());
        // Of an assignment that was not expanded only the id is there.
        let bare = with(document, &format!("/{name}"), Some(json!({ "id": assignment.id() })));
        let found = read_request(bare.to_string().as_bytes()).expect("a request");
        assert_eq!((found.request, found.assignment, found.gives), (request, None, None));
    }
}

#[test]
fn a_type_that_is_no_grant_is_read_as_what_it_is() {
    for (word, purpose) in [("AdminRemove", Purpose::Removal), ("unknownFutureValue", Purpose::Unknown)] {
        let document = with(of_v1(), "/requestType", Some(json!(word)));
        let found = read_request(document.to_string().as_bytes()).expect("a request");
        assert_eq!(found.request.purpose, purpose);
    }
}

#[test]
fn what_is_missing_or_cannot_be_is_an_error_that_says_so() {
    for (document, names) in [
        (of_v1(), ["id", "requestType", "completedDateTime", "assignment", "assignment/id"]),
        (
            of_beta(),
            ["id", "requestType", "completedDate", "accessPackageAssignment", "accessPackageAssignment/id"],
        ),
    ] {
        for name in names {
            for nothing in [None, Some(Value::Null)] {
                let document = with(document.clone(), &format!("/{name}"), nothing);
                let part = if name.ends_with("/id") { "id".into() } else { name.replace('/', ".") };
                assert_eq!(error(&document), format!("`{part}` is missing"));
            }
        }
    }
    let bare = with(of_v1(), "/assignment", Some(json!({})));
    assert_eq!(error(&bare), "`assignment.id` is missing");
    assert_eq!(error(&with(of_v1(), "/state", None)), "`state` is missing");
    // R11: in these states there is no assignment, and an unknown word is none of them.
    for word in ["submitted", "pendingApproval", "denied", "scheduled", "canceled", "Canceled"] {
        let document = with(of_v1(), "/state", Some(json!(word)));
        assert_eq!(error(&document), format!("request is `{word}`: no assignment came of it"));
    }
    for word in ["unknownFutureValue", "", "denied "] {
        let document = with(of_v1(), "/state", Some(json!(word)));
        assert_eq!(error(&document), format!("request is `{word}`: not a known state of a request"));
    }
    // Of a version that shows by the rest.
    for (name, value) in
        [("requestStatus", "x"), ("completedDate", COMPLETED), ("accessPackageAssignment", "x")]
    {
        let mut bare = json!({ "id": REQUEST, "requestType": "UserAdd" });
        assert_eq!(error(&bare), "`state` is missing");
        bare[name] = json!(value);
        assert_eq!(error(&bare), "`requestState` is missing");
    }
    let mut mixed = of_v1();
    mixed["requestState"] = json!("Delivered");
    assert_eq!(error(&mixed), "`state` and `requestState` are both there: a document is of v1.0 or of beta");
    // What is expanded has to be whole.
    let part = with(of_v1(), "/assignment/target", None);
    assert!(error(&part).starts_with("`target` is missing: ask for it"), "{}", error(&part));
    assert!(matches!(read_request(b"[]"), Err(ReadError::Malformed { .. })));
}
