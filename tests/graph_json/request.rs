//! The documents of requests.

use access_package::graph::json::{ReadError, RequestDocument, read, read_request};
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

fn found(document: &Value) -> RequestDocument {
    read_request(document.to_string().as_bytes(), Recency::Newest).expect("a request")
}

fn error(document: &Value) -> String {
    read_request(document.to_string().as_bytes(), Recency::Newest).expect_err("refused").to_string()
}

// R32, R33
#[test]
fn a_request_is_read_with_its_assignment() {
    for (document, name) in [(of_v1(), "assignment"), (of_beta(), "accessPackageAssignment")] {
        let found = read_request(document.to_string().as_bytes(), Recency::Newest).expect("a request");
        let assignment = read(document[name].to_string().as_bytes()).expect("an assignment");
        let request = found.request;
        assert_eq!(request.id.to_string(), REQUEST);
        assert_eq!(request.assignment, assignment.id());
        assert_eq!((request.purpose, request.recency), (Purpose::Grant, Recency::Newest));
        assert_eq!(request.state, AssignmentState::DeliveryFailed);
        assert_eq!(request.completed, COMPLETED.parse().expect("an instant"));
        assert_eq!(found.assignment, Some(assignment.clone()));
        // For a failed assignment, Graph shows the resource roles, but not their fulfillments.
        assert_eq!(assignment.resource_roles(), None);
        let gives = found.gives.expect("expanded");
        let delivered = read(if name == "assignment" { v1() } else { beta() }.to_string().as_bytes());
        let delivered = delivered.expect("an assignment");
        let listed = delivered.resource_roles().expect("known").iter().map(|role| &role.resource_role);
        assert!(listed.clone().all(|role| gives.contains(role)) && listed.count() == gives.len());
        // An assignment that was not expanded has only its id.
        let bare = with(document, &format!("/{name}"), Some(json!({ "id": assignment.id() })));
        let found = read_request(bare.to_string().as_bytes(), Recency::Newest).expect("a request");
        assert_eq!((found.request, found.assignment, found.gives), (request, None, None));
    }
}

#[test]
fn a_type_that_is_no_grant_is_read_as_what_it_is() {
    for (word, purpose) in [("AdminRemove", Purpose::Removal), ("unknownFutureValue", Purpose::Unknown)] {
        let document = with(of_v1(), "/requestType", Some(json!(word)));
        let found = read_request(document.to_string().as_bytes(), Recency::Newest).expect("a request");
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
                assert_eq!(error(&document), format!("`{}` is missing", name.replace('/', ".")));
            }
        }
    }
    let bare = with(of_v1(), "/assignment", Some(json!({})));
    assert_eq!(error(&bare), "`assignment.id` is missing");
    assert_eq!(error(&with(of_v1(), "/state", None)), "`state` is missing");
    // R11: in these states there is no assignment. An unknown word is not one of them.
    for word in ["submitted", "pendingApproval", "denied", "scheduled", "canceled", "Canceled"] {
        let document = with(of_v1(), "/state", Some(json!(word)));
        assert_eq!(error(&document), format!("request is `{word}`: it has no assignment"));
    }
    for word in ["unknownFutureValue", "", "denied "] {
        let document = with(of_v1(), "/state", Some(json!(word)));
        assert_eq!(error(&document), format!("request is `{word}`, which is not a known request state"));
    }
    // The rest of the document shows the version.
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
    assert_eq!(
        error(&mixed),
        "`state` and `requestState` are both present: a document is either v1.0 or beta"
    );
    assert!(matches!(read_request(b"[]", Recency::Newest), Err(ReadError::Malformed { .. })));
}

// R32: only the host knows it.
#[test]
fn whether_it_is_the_newest_is_what_the_host_says() {
    for recency in [Recency::Newest, Recency::Superseded] {
        for document in [of_v1(), of_beta(), with(of_v1(), "/assignment", Some(json!({ "id": REQUEST })))] {
            let found = read_request(document.to_string().as_bytes(), recency).expect("a request");
            assert_eq!(found.request.recency, recency);
        }
    }
}

#[test]
fn an_assignment_that_was_expanded_in_part_is_to_be_asked_for_by_itself() {
    // As `$expand=assignment` alone shows it.
    for (document, name, own) in [
        (of_v1(), "assignment", &["target", "accessPackage"][..]),
        (of_beta(), "accessPackageAssignment", &["target", "accessPackageAssignmentResourceRoles"]),
    ] {
        let whole = found(&document);
        let bare = own
            .iter()
            .fold(document.clone(), |document, part| with(document, &format!("/{name}/{part}"), None));
        let read = found(&bare);
        assert_eq!((read.request, read.assignment, read.gives), (whole.request, None, None));
        // The parts that are there are read.
        let without_target = found(&with(document, &format!("/{name}/target"), None));
        assert_eq!((without_target.assignment, without_target.gives), (None, whole.gives));
    }
    let catalog = found(&with(of_v1(), "/assignment/accessPackage/catalog", None));
    assert_eq!((catalog.assignment, catalog.gives.map(|gives| gives.len())), (None, Some(3)));
    // A delivered assignment shows its resource roles, or it is incomplete.
    let delivered = with(of_v1(), "/assignment/state", Some(json!("delivered")));
    assert!(found(&delivered).assignment.is_some());
    let list = "/assignment/accessPackage/resourceRoleScopes";
    for part in [
        with(delivered.clone(), list, None),
        with(delivered, &format!("{list}@odata.nextLink"), Some(json!("https://next"))),
    ] {
        let found = found(&part);
        assert_eq!((found.assignment, found.gives), (None, None));
    }
}

#[test]
fn what_is_wrong_in_the_assignment_is_said_to_be_there() {
    for (document, name, list) in [
        (of_v1(), "assignment", "accessPackage.resourceRoleScopes"),
        (of_beta(), "accessPackageAssignment", "accessPackageAssignmentResourceRoles"),
    ] {
        let at =
            |pointer: &str, value: Option<Value>| with(document.clone(), &format!("/{name}{pointer}"), value);
        let role = format!("/{}/0", list.replace('.', "/"));
        let role_name = if name == "assignment" { "role" } else { "accessPackageResourceRole" };
        for (wrong, text) in [
            (at("/schedule", None), "`schedule` is missing".to_owned()),
            (at("/target/objectId", None), "`target.objectId` is missing".into()),
            (
                at("/target/objectId", Some(Value::Null)),
                "`target.objectId` is null: the subject is not in the tenant yet".into(),
            ),
            (
                at(&format!("{role}/{role_name}/originSystem"), None),
                format!("`{list}[0].{role_name}.originSystem` is missing"),
            ),
        ] {
            assert_eq!(error(&wrong), format!("`{name}`: {text}"));
        }
        let id = error(&at("/id", Some(json!("x"))));
        assert!(id.starts_with(&format!("`{name}`: line 1, column ")), "{id}");
        assert!(
            id.ends_with(
                ": `id`: `x` is not a valid assignment id: expected a GUID of 36 characters with hyphens"
            ),
            "{id}"
        );
        let whole = read_request(at("/schedule", None).to_string().as_bytes(), Recency::Newest);
        let whole = whole.expect_err("no schedule");
        assert!(matches!(&whole, ReadError::ExpandedAssignment { part, .. } if *part == name));
        assert_eq!(whole.code(), "expandedAssignment");
    }
}
