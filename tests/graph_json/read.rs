//! Reads one document: the assignment has what the document says, and an error names what the document does
//! not say.

use access_package::graph::json::{EXPAND_BETA, EXPAND_V1, ReadError, read, read_gives};
use access_package::{
    Assignment, AssignmentState, Fulfillment, ParseAssignmentStateError, ResourceRole, Timestamp,
};
use serde_json::{Value, json};

use crate::documented::in_pascal_case;
use crate::fixtures::{GROUP, OTHER_GROUP, beta, beta_role, read_value, v1, with};

fn fulfillments(assignment: &Assignment) -> Option<Vec<Fulfillment>> {
    assignment.resource_roles().map(|roles| roles.iter().map(|role| role.fulfillment).collect())
}

fn text(error: &ReadError) -> String {
    error.to_string()
}

#[test]
fn both_versions_say_the_same() {
    let (v1, beta) = (read_value(&v1()).unwrap(), read_value(&beta()).unwrap());
    assert_eq!(v1.id().to_string(), "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47");
    assert_eq!(v1.catalog().id.to_string(), "cec5d6ab-c75d-47c0-9c1c-92e89f66e384");
    assert_eq!(v1.access_package().to_string(), "8ca95b77-5991-438f-b0a4-f5fa02fb93e0");
    assert_eq!(beta.id().to_string(), "a6bb6942-3ae1-4259-9908-0133aaee9377");
    assert_eq!(beta.catalog(), v1.catalog());
    assert_eq!(beta.access_package().to_string(), "88203d16-0e31-41d4-87b2-dd402f1435e9");
    for assignment in [&v1, &beta] {
        // The id of the directory object, not of the subject.
        assert_eq!(assignment.target().to_string(), "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0");
        assert_eq!((assignment.state(), assignment.end()), (AssignmentState::Delivered, None));
        assert_eq!(assignment.attempt(), 0);
        assert!(fulfillments(assignment).unwrap().iter().all(|it| *it == Fulfillment::Fulfilled));
    }
    let member =
        ResourceRole::from_origin("AadGroup", OTHER_GROUP, &format!("Member_{OTHER_GROUP}"), None).unwrap();
    assert_eq!(v1.resource_roles().unwrap()[0].resource_role, member);
    assert_eq!(beta.resource_roles().unwrap()[0].resource_role, member);
}

#[test]
fn the_state_decides_how_far_the_resource_roles_are() {
    use Fulfillment::{Fulfilled, Pending};
    // In order: the other group, which is pending, comes first.
    for &state in AssignmentState::ALL {
        let expected = match state {
            AssignmentState::Delivering => Some(vec![Pending, Fulfilled]),
            AssignmentState::Delivered => Some(vec![Fulfilled, Fulfilled]),
            _ => None,
        };
        let document = with(beta(), "/assignmentState", Some(json!(in_pascal_case(state.as_str()))));
        assert_eq!(fulfillments(&read_value(&document).unwrap()), expected, "{state}");
    }
    // v1.0 does not show the fulfillments, so all are pending. If a list says that all are fulfilled,
    // something else is missing.
    let v1 = with(v1(), "/state", Some(json!("delivering")));
    assert_eq!(fulfillments(&read_value(&v1).unwrap()), Some(vec![Pending; 3]));
    let as_in_beta = with(v1.clone(), "/accessPackage/resourceRoleScopes/0/status", Some(json!("Fulfilled")));
    assert_eq!(fulfillments(&read_value(&as_in_beta).unwrap()), Some(vec![Pending; 3]));
    let all = with(beta(), "/assignmentState", Some(json!("delivering")));
    let all = with(all, "/accessPackageAssignmentResourceRoles/1/status", Some(json!("fulfilled")));
    assert_eq!(fulfillments(&read_value(&all).unwrap()), Some(vec![Pending; 2]));
    // R19: a resource role without a word in beta is pending, too.
    for status in [None, Some(Value::Null), Some(json!("")), Some(json!("Fulfilled?"))] {
        let unsaid = with(beta(), "/assignmentState", Some(json!("Delivering")));
        let unsaid = with(unsaid, "/accessPackageAssignmentResourceRoles/0/status", status);
        assert_eq!(fulfillments(&read_value(&unsaid).unwrap()), Some(vec![Pending; 2]));
    }
    let none = with(v1, "/accessPackage/resourceRoleScopes", Some(json!([])));
    assert_eq!(fulfillments(&read_value(&none).unwrap()), None);
}

#[test]
fn what_is_missing_is_named() {
    for pointer in
        ["/id", "/state", "/schedule", "/target/objectId", "/accessPackage/id", "/accessPackage/catalog/id"]
    {
        let part = pointer[1..].replace('/', ".");
        let error = read_value(&with(v1(), pointer, None)).unwrap_err();
        assert_eq!(error, ReadError::Missing { part: part.clone() });
        assert_eq!(text(&error), format!("`{part}` is missing"));
    }
    for pointer in
        ["/target", "/accessPackage", "/accessPackage/catalog", "/accessPackage/resourceRoleScopes"]
    {
        let part = pointer[1..].replace('/', ".");
        let error = read_value(&with(v1(), pointer, None)).unwrap_err();
        assert_eq!(error, ReadError::NotExpanded { part: part.clone(), expand: EXPAND_V1 });
        assert_eq!(text(&error), format!("`{part}` is missing: ask for it with `$expand={EXPAND_V1}`"));
    }
    for pointer in ["/id", "/catalogId", "/accessPackageId"] {
        let error = read_value(&with(beta(), pointer, None)).unwrap_err();
        assert_eq!(error, ReadError::Missing { part: pointer[1..].into() });
    }
    for pointer in ["/target", "/accessPackageAssignmentResourceRoles"] {
        let error = read_value(&with(beta(), pointer, None)).unwrap_err();
        assert_eq!(error, ReadError::NotExpanded { part: pointer[1..].into(), expand: EXPAND_BETA });
    }
    // In a list, the error has the place in the list.
    let list = "accessPackageAssignmentResourceRoles";
    for (property, expected) in [
        ("accessPackageResourceRole", "accessPackageAssignmentResourceRoles[1].accessPackageResourceRole"),
        ("accessPackageResourceScope", "accessPackageAssignmentResourceRoles[1].accessPackageResourceScope"),
    ] {
        let error = read_value(&with(beta(), &format!("/{list}/1/{property}"), None)).unwrap_err();
        assert_eq!(error, ReadError::NotExpanded { part: expected.into(), expand: EXPAND_BETA });
    }
    for property in ["role/originId", "role/originSystem", "scope/originId"] {
        let error = read_value(&with(v1(), &format!("/accessPackage/resourceRoleScopes/2/{property}"), None))
            .unwrap_err();
        let part = format!("accessPackage.resourceRoleScopes[2].{}", property.replace('/', "."));
        assert_eq!(error, ReadError::Missing { part });
    }
}

#[test]
fn a_subject_outside_the_tenant_is_said_to_be_one() {
    let error = read_value(&with(v1(), "/target/objectId", Some(Value::Null))).unwrap_err();
    assert_eq!(text(&error), "`target.objectId` is null: the subject is not in the tenant yet");
}

#[test]
fn a_document_is_of_one_version() {
    let error = read_value(&with(v1(), "/assignmentState", Some(json!("Delivered")))).unwrap_err();
    assert_eq!(
        text(&error),
        "`state` and `assignmentState` are both present: a document is either v1.0 or beta"
    );
}

// R11
#[test]
fn an_unknown_state_is_refused_with_its_place() {
    let document = "{\n  \"state\": \"unknownFutureValue\"\n}";
    assert_eq!(
        text(&read(document.as_bytes()).unwrap_err()),
        format!("line 2, column 31: `state`: `unknownFutureValue` is {ParseAssignmentStateError}")
    );
}

#[test]
fn a_malformed_origin_id_is_an_error_and_review_data_is_left_out() {
    let role = "/accessPackage/resourceRoleScopes/1/role";
    let wrong = with(v1(), &format!("{role}/originId"), Some(json!(format!("Member_{GROUP}"))));
    let error = read_value(&wrong).unwrap_err();
    assert!(text(&error).starts_with("`accessPackage.resourceRoleScopes[1]`: role origin id does not fit"));

    let data = with(v1(), role, Some(json!({ "originSystem": "CustomDataProvidedResource" })));
    let data = with(data, "/accessPackage/resourceRoleScopes/1/scope", None);
    assert_eq!(fulfillments(&read_value(&data).unwrap()), Some(vec![Fulfillment::Fulfilled; 2]));
}

// R21: the places of the end, and what is never read as *no end*.
#[test]
fn every_form_of_schedule_is_read() {
    let with_schedule = |schedule: Value| with(v1(), "/schedule", Some(schedule));
    let end =
        |schedule: Value| read_value(&with_schedule(schedule)).map(|it| it.end().map(|end| end.to_string()));
    let start = "2021-12-12T20:08:52.82Z";

    assert_eq!(end(Value::Null), Ok(None));
    assert_eq!(end(json!({ "startDateTime": start, "expiration": null })), Ok(None));
    for kind in ["noExpiration", "notSpecified", "NotSpecified"] {
        assert_eq!(
            end(json!({ "expiration": { "type": kind, "endDateTime": null, "duration": null } })),
            Ok(None)
        );
    }
    let after_date = |end: Value| json!({ "expiration": { "type": "afterDateTime", "endDateTime": end } });
    assert_eq!(end(after_date(json!("2022-07-27T21:55:19.69Z"))), Ok(Some("2022-07-27T21:55:19.69Z".into())));
    assert_eq!(
        end(after_date(Value::Null)),
        Err(ReadError::Missing { part: "schedule.expiration.endDateTime".into() })
    );

    let after = |duration: Value, start: Value| {
        end(
            json!({ "startDateTime": start, "expiration": { "type": "afterDuration", "duration": duration } }),
        )
    };
    assert_eq!(after(json!("P365D"), json!(start)), Ok(Some("2022-12-12T20:08:52.82Z".into())));
    assert_eq!(after(json!("PT8H30M"), json!(start)), Ok(Some("2021-12-13T04:38:52.82Z".into())));
    assert_eq!(after(json!("P1Y2M"), json!(start)), Ok(Some("2023-02-12T20:08:52.82Z".into())));
    assert_eq!(after(json!("P9000Y"), json!(start)), Err(ReadError::EndOutOfRange));
    assert_eq!(
        after(Value::Null, json!(start)),
        Err(ReadError::Missing { part: "schedule.expiration.duration".into() })
    );
    assert_eq!(
        after(json!("P1D"), Value::Null),
        Err(ReadError::Missing { part: "schedule.startDateTime".into() })
    );
    assert!(matches!(after(json!("1 day"), json!(start)), Err(ReadError::Malformed { .. })));

    // An end without a type is not ignored.
    let untold = json!({ "expiration": { "type": null, "endDateTime": start } });
    assert_eq!(end(untold), Err(ReadError::Missing { part: "schedule.expiration.type".into() }));
    let unknown = json!({ "expiration": { "type": "afterTheParty" } });
    assert!(
        text(&read_value(&with_schedule(unknown)).unwrap_err())
            .contains("`afterTheParty` is not a known expiration type")
    );
}

#[test]
fn when_it_ended_and_the_status_decide_nothing() {
    // R9. A documented sample shows a delivered assignment with a value in `expiredDateTime`.
    let document = with(v1(), "/expiredDateTime", Some(json!("2022-07-27T21:55:19.69Z")));
    let document = with(document, "/status", Some(json!("ExpiredNotificationTriggered")));
    let mut assignment = read_value(&document).unwrap();
    assert_eq!(assignment.state(), AssignmentState::Delivered);
    assert_eq!(assignment.expire(Timestamp::MAX), None);
}

#[test]
fn a_resource_role_listed_twice_is_one() {
    let mut document = v1();
    let scopes = document.pointer_mut("/accessPackage/resourceRoleScopes").unwrap().as_array_mut().unwrap();
    scopes.push(scopes[0].clone());
    assert_eq!(read_value(&document), read_value(&v1()));
    assert_eq!(read_gives(document.to_string().as_bytes()).map(|gives| gives.len()), Ok(3));
    // R19: fulfilled only if every occurrence is.
    for (first, second) in [("Fulfilled", "x"), ("x", "Fulfilled"), ("Fulfilled", "Fulfilled")] {
        let listed = [beta_role(GROUP, first), beta_role(OTHER_GROUP, "x"), beta_role(GROUP, second)];
        let document = with(beta(), "/accessPackageAssignmentResourceRoles", Some(json!(listed)));
        let document = with(document, "/assignmentState", Some(json!("Delivering")));
        let of_group = if first == second { Fulfillment::Fulfilled } else { Fulfillment::Pending };
        assert_eq!(fulfillments(&read_value(&document).unwrap()), Some(vec![Fulfillment::Pending, of_group]));
    }
}
