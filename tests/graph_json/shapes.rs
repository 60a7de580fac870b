//! Every word, property and timestamp of the documentation, read and written.

use access_package::graph::Version;
use access_package::graph::json::{read, write};
use access_package::{AssignmentState, ResourceRole, StoredAssignment, SubjectType, Timestamp};
use serde_json::{Value, json};

use crate::bodies::as_told;
use crate::documented::in_pascal_case;
use crate::fixtures::{GROUP, OTHER_GROUP, beta, read_value, v1, with};

const VERSIONS: [Version; 2] = [Version::V1, Version::Beta];

/// Writes what was read, and reads it again. The result is the same, as far as Graph can express it.
#[track_caller]
fn written_again(document: &Value) {
    let assignment = read_value(document).expect("a document");
    for version in VERSIONS {
        let written = write(&assignment, version);
        assert_eq!(read(written.as_bytes()), as_told(&assignment, version), "{written}");
    }
}

#[test]
fn every_state_in_either_spelling_is_read_and_written_in_its_own() {
    for &state in AssignmentState::ALL {
        let beta_word = in_pascal_case(state.as_str());
        for word in [state.as_str(), &beta_word, &state.as_str().to_uppercase()] {
            for (document, pointer) in [(v1(), "/state"), (beta(), "/assignmentState")] {
                let document = with(document, pointer, Some(json!(word)));
                assert_eq!(read_value(&document).expect("a document").state(), state);
                written_again(&document);
            }
        }
        let assignment = read_value(&with(v1(), "/state", Some(json!(state.as_str())))).expect("a document");
        let written = |version| serde_json::from_str::<Value>(&write(&assignment, version)).expect("JSON");
        assert_eq!(written(Version::V1)["state"], state.as_str());
        assert_eq!(written(Version::Beta)["assignmentState"], beta_word);
    }
}

// R9
#[test]
fn whatever_the_status_it_decides_nothing() {
    for status in [
        json!("Delivering"),
        json!("Delivered"),
        json!("AutoAssignmentInGracePeriod"),
        json!("NearExpiry1DayNotificationTriggered"),
        json!("ExpiredNotificationTriggered"),
        json!(null),
        json!(17),
    ] {
        for (document, pointer) in [(v1(), "/status"), (beta(), "/assignmentStatus")] {
            let changed = with(document.clone(), pointer, Some(status.clone()));
            assert_eq!(read_value(&changed), read_value(&document), "{status}");
        }
    }
}

#[test]
fn every_documented_property_beside_what_is_needed_changes_nothing() {
    let subject = json!({
        "displayName": "Adele Vance", "principalName": "adele@contoso.com", "email": "adele@contoso.com",
        "onPremisesSecurityIdentifier": null, "connectedOrganization": null,
    });
    let policy = json!({ "id": GROUP, "displayName": "All", "expiration": { "type": "afterTheParty" } });
    let more = json!({
        "@odata.type": "#microsoft.graph.accessPackageAssignment", "@odata.etag": "W/\"1\"",
        "assignmentPolicy": policy, "accessPackageAssignmentPolicy": policy, "assignmentPolicyId": "",
        "customExtensionCalloutInstances": [{ "status": "callbackReceived" }], "expiredDateTime": "soon",
        "isExtended": true, "targetId": "8586ddc8-0ff7-4c24-9c79-f192bc3566e3", "inAFewYears": { "id": [{}] },
    });
    for document in [v1(), beta()] {
        let mut fuller = document.clone();
        for (place, more) in [("", &more), ("/target", &subject)] {
            let object = fuller.pointer_mut(place).and_then(Value::as_object_mut).expect("an object");
            object.extend(more.as_object().expect("an object").clone());
        }
        assert_eq!(read_value(&fuller), read_value(&document));
    }
    // Not even null, although null means absent.
    let sparse = with(v1(), "/expiredDateTime", None);
    let sparse = with(sparse, "/schedule/recurrence", None);
    assert_eq!(read_value(&with(sparse, "/status", None)), read_value(&v1()));
}

#[test]
fn every_origin_system_is_read_and_written() {
    let eligible = format!("EligibleMember_{OTHER_GROUP}");
    let subscription = format!("/subscriptions/{OTHER_GROUP}");
    let definition = format!("{subscription}/providers/Microsoft.Authorization/roleDefinitions/{GROUP}");
    let management_group = "/providers/Microsoft.Management/managementGroups/test-mgmtgroup";
    for (origin_system, resource, role, role_type) in [
        ("AadGroup", GROUP, format!("Member_{GROUP}"), None),
        ("AadGroup", GROUP, format!("Owner_{GROUP}"), None),
        ("AadGroup", GROUP, eligible.clone(), None),
        ("AadGroup", GROUP, eligible.replace("Member", "Owner"), None),
        ("AadApplication", GROUP, "00000000-0000-0000-0000-000000000000".into(), None),
        ("SharePointOnline", "https://contoso.sharepoint.com/sites/Sales?\u{e9}", "4".into(), None),
        ("DirectoryRole", GROUP, "Eligible".into(), None),
        ("DirectoryRole", GROUP, "Active".into(), None),
        ("AzureResources", &format!("{subscription}/resourceGroups/Lab"), definition.clone(), Some("active")),
        ("AzureResources", &subscription, definition.clone(), Some("eligible")),
        ("AzureResources", management_group, definition.replace(&subscription, ""), Some("eligible")),
        // Opaque ids stay exactly as they are, however JSON escapes them.
        ("SapIag", "a \"b\" \\ \u{1}\n\u{2028}", "\u{1F600}".into(), Some("\"\u{1}")),
        ("SapIag", "", String::new(), Some("")),
        ("SapIag", "", String::new(), None),
    ] {
        let expected = ResourceRole::from_origin(origin_system, resource, &role, role_type);
        let expected = expected.expect("a resource role");
        let scope = json!({ "originSystem": origin_system, "originId": resource });
        let mut role = json!({ "originSystem": origin_system, "originId": role });
        if let Some(role_type) = role_type {
            role["type"] = json!(role_type);
        }
        let v1 =
            with(v1(), "/accessPackage/resourceRoleScopes", Some(json!([{ "role": role, "scope": scope }])));
        let beta = with(
            beta(),
            "/accessPackageAssignmentResourceRoles",
            Some(json!([{ "accessPackageResourceRole": role, "accessPackageResourceScope": scope }])),
        );
        for document in [v1, beta] {
            let assignment = read_value(&document).expect("a document");
            let given = assignment.resource_roles().expect("known");
            assert_eq!(given.iter().map(|it| &it.resource_role).collect::<Vec<_>>(), [&expected]);
            written_again(&document);
        }
    }
}

// R23: the samples of the documentation show two that differ only in this.
#[test]
fn the_type_of_a_role_is_part_of_it() {
    let definition = format!("/providers/Microsoft.Authorization/roleDefinitions/{GROUP}");
    let role = |word: &str| json!({ "originSystem": "AzureResources", "originId": definition, "type": word });
    let scope = json!({ "originSystem": "AzureResources", "originId": "/subscriptions/1" });
    let in_v1 = with(
        v1(),
        "/accessPackage/resourceRoleScopes",
        Some(
            json!([{ "role": role("eligible"), "scope": scope }, { "role": role("Active"), "scope": scope }]),
        ),
    );
    let list = "/accessPackageAssignmentResourceRoles";
    let entry =
        |word| json!({ "accessPackageResourceRole": role(word), "accessPackageResourceScope": scope });
    let in_beta = with(beta(), list, Some(json!([entry("active"), entry("ELIGIBLE")])));
    for document in [in_v1, in_beta] {
        let assignment = read_value(&document).expect("a document");
        let given = assignment.resource_roles().expect("known").iter();
        assert_eq!(
            given.filter_map(|it| it.resource_role.role_type()).collect::<Vec<_>>(),
            ["eligible", "active"]
        );
        written_again(&document);
        // Only a role has a type. Its scope does not, and neither does anything that beta shows beside it.
        for version in VERSIONS {
            let written = write(&assignment, version);
            assert_eq!(written.matches(r#""type":"eligible""#).count(), 1, "{written}");
            assert_eq!(written.matches(r#""type":"active""#).count(), 1, "{written}");
        }
    }
    for word in [json!(null), json!("application"), json!("")] {
        let role = json!({ "originSystem": "AzureResources", "originId": definition, "type": word });
        let given = json!([{ "role": role, "scope": scope }]);
        let document = with(v1(), "/accessPackage/resourceRoleScopes", Some(given));
        assert_eq!(
            read_value(&document).expect_err("no type of Azure").to_string(),
            "`accessPackage.resourceRoleScopes[0]`: role type does not fit `AzureResources`: \
             expected `active` or `eligible`"
        );
    }
}

// R46: the kind of the target, in the words of either version.
#[test]
fn the_type_of_a_subject_is_read_and_written() {
    let type_of = |document: &Value, properties: Value| {
        let mut document = document.clone();
        let target = document["target"].as_object_mut().expect("an object");
        target.retain(|name, _| name != "subjectType" && name != "type");
        target.extend(properties.as_object().expect("an object").clone());
        written_again(&document);
        read_value(&document).expect("whatever it is, it is no error").target_type()
    };
    let (user, agent) = (Some(SubjectType::User), Some(SubjectType::ServicePrincipal));
    for document in [v1(), beta()] {
        for (properties, expected) in [
            (json!({}), None),
            (json!({ "subjectType": "user" }), user),
            (json!({ "type": "User" }), user),
            (json!({ "subjectType": "servicePrincipal", "subjectLifecycle": "notDefined" }), agent),
            (json!({ "type": "ServicePrincipal" }), agent),
            (json!({ "subjectType": "SERVICEPRINCIPAL" }), agent),
            (json!({ "subjectType": "user", "type": "User" }), user),
            // An empty property leaves the choice to the other one.
            (json!({ "subjectType": null, "type": "User" }), user),
            (json!({ "subjectType": "unknownFutureValue", "type": "ServicePrincipal" }), agent),
            (json!({ "subjectType": "notSpecified" }), None),
            (json!({ "subjectType": "service principal", "type": "Group" }), None),
            (json!({ "subjectType": 7, "type": { "user": ["user"] } }), None),
        ] {
            assert_eq!(type_of(&document, properties.clone()), expected, "{properties}");
        }
    }
    for (word, in_beta, target_type) in
        [("user", "User", user), ("servicePrincipal", "ServicePrincipal", agent)]
    {
        let stored = StoredAssignment { target_type, ..(&read_value(&v1()).expect("a document")).into() };
        let assignment = stored.try_into().expect("whole");
        let target = |version| -> Value {
            let written: Value = serde_json::from_str(&write(&assignment, version)).expect("JSON");
            written["target"].clone()
        };
        let id = "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0";
        assert_eq!(target(Version::V1), json!({ "objectId": id, "subjectType": word }));
        assert_eq!(target(Version::Beta), json!({ "objectId": id, "type": in_beta }));
    }
}

// R21
#[test]
fn every_timestamp_of_the_documentation_is_read_and_written() {
    for (text, written) in [
        ("2022-07-27T21:55:19Z", "2022-07-27T21:55:19Z"),
        ("2022-07-27T21:55:19.6Z", "2022-07-27T21:55:19.6Z"),
        ("2022-07-27T21:55:19.69Z", "2022-07-27T21:55:19.69Z"),
        ("2020-09-10T23:06:53.307Z", "2020-09-10T23:06:53.307Z"),
        ("2022-07-27T21:55:19.6900Z", "2022-07-27T21:55:19.69Z"),
        ("2022-07-27T21:55:19.69012Z", "2022-07-27T21:55:19.69012Z"),
        ("2022-07-27T21:55:19.690123Z", "2022-07-27T21:55:19.690123Z"),
        ("2022-07-27T21:55:19.6901234Z", "2022-07-27T21:55:19.6901234Z"),
        ("2022-07-27T21:55:19.0000000Z", "2022-07-27T21:55:19Z"),
        ("2022-07-27T21:55:19.69+00:00", "2022-07-27T21:55:19.69Z"),
        ("2014-01-01T00:00:00Z", "2014-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z"),
    ] {
        for document in [v1(), beta()] {
            let expiration = json!({ "endDateTime": text, "duration": null, "type": "afterDateTime" });
            let document = with(document, "/schedule/expiration", Some(expiration));
            let assignment = read_value(&document).expect("a document");
            assert_eq!(assignment.end(), Some(text.parse::<Timestamp>().expect("an instant")));
            for version in VERSIONS {
                let again: Value = serde_json::from_str(&write(&assignment, version)).expect("JSON");
                assert_eq!(again["schedule"]["expiration"]["endDateTime"], written);
                assert_eq!(again["schedule"]["expiration"]["type"], "afterDateTime");
            }
            written_again(&document);
        }
    }
}

#[test]
fn what_is_no_timestamp_is_an_error_wherever_it_decides() {
    for text in ["", "never", "2022-07-27", "2022-07-27T21:55:19", "10000-01-01T00:00:00Z"] {
        for pointer in ["/schedule/startDateTime", "/schedule/expiration/endDateTime"] {
            let error = read_value(&with(v1(), pointer, Some(json!(text)))).expect_err(text).to_string();
            let why = format!(
                "`{text}` is not a valid timestamp: expected ISO 8601 with an offset, in the years 1 to 9999, such as \
                 `2022-07-27T21:55:19.69Z`"
            );
            assert!(error.ends_with(&why), "{error}");
        }
    }
}

#[test]
fn every_form_of_expiration_is_written_as_its_end() {
    let start = "2021-12-12T20:08:52.82Z";
    for (expiration, end) in [
        (json!({ "type": "noExpiration", "endDateTime": null, "duration": null }), None),
        (json!({ "type": "notSpecified" }), None),
        (json!({ "type": "NoExpiration" }), None),
        (json!({ "type": "afterDateTime", "endDateTime": start }), Some(start)),
        (json!({ "type": "afterDuration", "duration": "PT3H" }), Some("2021-12-12T23:08:52.82Z")),
        (json!({ "type": "afterDuration", "duration": "P365D" }), Some("2022-12-12T20:08:52.82Z")),
        (json!({ "type": "afterDuration", "duration": "P2W" }), Some("2021-12-26T20:08:52.82Z")),
        (json!({ "type": "afterDuration", "duration": "P1M" }), Some("2022-01-12T20:08:52.82Z")),
        (json!({ "type": "afterDuration", "duration": "P1DT0.5S" }), Some("2021-12-13T20:08:53.32Z")),
        (json!({ "type": "afterDuration", "duration": "PT0S" }), Some(start)),
    ] {
        for document in [v1(), beta()] {
            let schedule = json!({ "startDateTime": start, "recurrence": null, "expiration": expiration });
            let document = with(document, "/schedule", Some(schedule));
            let read = read_value(&document).expect("a document").end();
            assert_eq!(read.map(|end| end.to_string()).as_deref(), end, "{expiration}");
            written_again(&document);
        }
    }
    // The documentation also shows a schedule without an expiration.
    let bare =
        json!({ "@odata.type": "microsoft.graph.entitlementManagementSchedule", "startDateTime": start });
    assert_eq!(read_value(&with(v1(), "/schedule", Some(bare))).expect("a document").end(), None);
}

// R21: to read one as the other would be a guess, and the assignment might never expire.
#[test]
fn an_end_where_the_type_has_none_is_a_contradiction() {
    for kind in ["noExpiration", "notSpecified"] {
        for (property, value) in [("endDateTime", "2022-07-27T21:55:19.69Z"), ("duration", "P1D")] {
            let expiration = json!({ "type": kind, property: value });
            let document = with(v1(), "/schedule/expiration", Some(expiration));
            assert_eq!(
                read_value(&document).expect_err("a contradiction").to_string(),
                format!("`schedule.expiration.{property}` is present, but `type` says that there is no end")
            );
        }
    }
}

// R21: neither of two ends is ignored.
#[test]
fn two_ends_have_to_agree() {
    let start = "2021-12-12T20:08:52.82Z";
    for kind in ["afterDateTime", "afterDuration"] {
        for (end, agree) in [("2021-12-13T20:08:52.82Z", true), ("2021-12-13T20:08:52.8200001Z", false)] {
            let expiration = json!({ "type": kind, "endDateTime": end, "duration": "P1D" });
            let schedule = json!({ "startDateTime": start, "expiration": expiration });
            let read = read_value(&with(v1(), "/schedule", Some(schedule)));
            match read.map(|assignment| assignment.end().map(|end| end.to_string())) {
                Ok(read) => assert!(agree && read.as_deref() == Some(end), "{kind}: {read:?}"),
                Err(error) => {
                    assert_eq!(
                        (agree, error.to_string().as_str()),
                        (
                            false,
                            "`schedule.expiration` has two ends: `endDateTime` and `duration` do not agree"
                        )
                    );
                }
            }
            // Without a start, it is unknown whether they agree.
            let schedule = json!({ "startDateTime": null, "expiration": expiration });
            let error = read_value(&with(v1(), "/schedule", Some(schedule))).expect_err("no start");
            assert_eq!(error.to_string(), "`schedule.startDateTime` is missing");
        }
    }
}

#[test]
fn what_is_no_duration_is_an_error() {
    for text in ["", "P", "PT", "365", "365D", "P1", "-P1D", "p1d", "1 day", "P1D ", "P99999999999999999999D"]
    {
        let expiration = json!({ "type": "afterDuration", "duration": text });
        let error =
            read_value(&with(v1(), "/schedule/expiration", Some(expiration))).expect_err(text).to_string();
        assert!(
            error.ends_with(&format!("`{text}` is not a duration: expected ISO 8601 such as `P365D`")),
            "{error}"
        );
    }
}

#[test]
fn the_names_of_one_version_are_none_of_the_other() {
    let role = json!({ "originSystem": "AadGroup", "originId": format!("Member_{GROUP}") });
    let scope = json!({ "originSystem": "AadGroup", "originId": GROUP });
    let in_v1 = json!([{ "accessPackageResourceRole": role, "accessPackageResourceScope": scope }]);
    let in_beta = json!([{ "role": role, "scope": scope }]);
    for (document, list, role) in [
        (
            with(v1(), "/accessPackage/resourceRoleScopes", Some(in_v1)),
            "accessPackage.resourceRoleScopes",
            "role",
        ),
        (
            with(beta(), "/accessPackageAssignmentResourceRoles", Some(in_beta)),
            "accessPackageAssignmentResourceRoles",
            "accessPackageResourceRole",
        ),
    ] {
        let error = read_value(&document).expect_err("of the other version").to_string();
        assert!(
            error.starts_with(&format!("`{list}[0].{role}` is missing: ask for it with `$expand=")),
            "{error}"
        );
    }
    // If the state is missing, the error names the state of the version that the rest has.
    let error =
        |document: Value, pointer: &str| read_value(&with(document, pointer, None)).expect_err("no state");
    assert_eq!(error(beta(), "/assignmentState").to_string(), "`assignmentState` is missing");
    assert_eq!(error(v1(), "/state").to_string(), "`state` is missing");
}
