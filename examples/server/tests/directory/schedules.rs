//! What Privileged Identity Management schedules: eligible members and owners, and directory roles.

use std::thread::sleep;
use std::time::Duration;

use access_package::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    APP, Directory, GROUP, GROUP_ELIGIBILITY, MISSING, OTHER_USER, Place, ROLE, ROLE_ASSIGNMENT,
    ROLE_ELIGIBILITY, USER, for_ever, group_schedule, in_ms, poll, role_schedule, told, until,
};

const NEW_USER: Uuid = Uuid::from_u128(0xb3);
const NEW_ROLE: Uuid = Uuid::from_u128(0xd2);
const FOR_ROLES: Uuid = Uuid::from_u128(0xa6);

/// Every kind of schedule, with a request for it.
fn kinds(info: &Value) -> [(&'static str, Value); 4] {
    [
        (GROUP_ELIGIBILITY, group_schedule("member", USER, info)),
        (GROUP_ELIGIBILITY, group_schedule("Owner", USER, info)),
        (ROLE_ELIGIBILITY, role_schedule(USER, info)),
        (ROLE_ASSIGNMENT, role_schedule(USER, info)),
    ]
}

fn of_user(of: &str) -> String {
    format!("{of}Instances?$filter=principalId eq '{USER}'")
}

fn instant(text: &Value) -> Timestamp {
    text.as_str().unwrap().parse().unwrap()
}

#[test]
fn a_schedule_is_provisioned_once() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let end = in_ms(3_600_000);
    for (of, body) in kinds(&until(&end)) {
        let provisioned = directory.schedule(of, &body);
        assert_eq!(provisioned.status, 201, "{}", provisioned.body);
        let answer = provisioned.json();
        assert_eq!((&answer["status"], &answer["principalId"]), (&json!("Provisioned"), &json!(USER)));
        assert_eq!(answer["scheduleInfo"]["expiration"]["endDateTime"], json!(end));
        assert_eq!(directory.schedule(of, &body).told(), told(400, "RoleAssignmentExists"));
        assert_eq!(directory.schedule(of, &body).message(), "The Role assignment already exists.");
    }
    let both =
        format!("{GROUP_ELIGIBILITY}Instances?$filter=groupId eq '{GROUP}' and principalId eq '{USER}'");
    for path in [
        both,
        of_user(GROUP_ELIGIBILITY),
        format!("{GROUP_ELIGIBILITY}Instances?$filter=groupId eq '{GROUP}'"),
    ] {
        let found = directory.value(&path);
        let access: Vec<_> = found.iter().map(|it| it["accessId"].as_str().unwrap()).collect();
        assert_eq!(access, ["member", "owner"], "{path}");
        assert_eq!((&found[0]["groupId"], &found[0]["memberType"]), (&json!(GROUP), &json!("Direct")));
        assert_eq!(instant(&found[0]["endDateTime"]), end.parse().unwrap());
    }
    let first =
        directory.get(&format!("{GROUP_ELIGIBILITY}Instances?$filter=groupId eq '{GROUP}'&$top=1")).json();
    let next = first["@odata.nextLink"].as_str().unwrap();
    let second = directory.get(next.strip_prefix(&format!("http://{}", directory.address)).unwrap()).json();
    assert_eq!((&second["value"][0]["accessId"], second.get("@odata.nextLink")), (&json!("owner"), None));
    for (of, assigned) in [(ROLE_ELIGIBILITY, Value::Null), (ROLE_ASSIGNMENT, json!("Assigned"))] {
        let filter = format!("principalId eq '{USER}' and roleDefinitionId eq '{ROLE}'");
        let found = directory.value(&format!("{of}Instances?$filter={filter}"));
        assert_eq!(found.len(), 1);
        let seen = ["directoryScopeId", "memberType", "assignmentType"].map(|name| found[0][name].clone());
        assert_eq!(seen, [json!("/"), json!("Direct"), assigned]);
        assert_eq!(directory.value(&format!("{of}Instances")).len(), 1);
        let other = format!("{of}Instances?$filter=principalId eq '{OTHER_USER}'");
        assert_eq!(directory.value(&other).len(), 0);
    }
    let unfiltered = directory.get(&format!("{GROUP_ELIGIBILITY}Instances"));
    assert_eq!(unfiltered.told(), told(400, "BadRequest"));
}

/// R21, R37: a grant with an end disappears at that end, and can be granted again.
#[test]
fn what_has_ended_is_gone() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    for (of, body) in kinds(&until(&in_ms(8_000))) {
        assert_eq!(directory.schedule(of, &body).status, 201);
        assert!(!directory.value(&of_user(of)).is_empty(), "{of}");
    }
    for of in [GROUP_ELIGIBILITY, ROLE_ELIGIBILITY, ROLE_ASSIGNMENT] {
        poll("it has ended", || directory.value(&of_user(of)).is_empty().then_some(()));
    }
    let granted = directory.value("/control/grants");
    assert!(granted.iter().all(|grant| grant["isPresent"] == false), "{granted:?}");
    for (of, body) in kinds(&for_ever()) {
        assert_eq!(directory.schedule(of, &body).status, 201);
    }
    let granted = directory.value("/control/grants");
    assert_eq!(granted.len(), 4);
    assert!(granted.iter().all(|it| it["isPresent"] == true && it["carriedOut"] == 2 && it["end"].is_null()));
    // A request at its end or later is refused, and the log shows it.
    directory.post("/control/remove", &json!({ "principal": USER }));
    for (of, body) in kinds(&until(&in_ms(-1))) {
        assert_eq!(directory.schedule(of, &body).told(), told(400, "InvalidRoleAssignmentRequest"));
        let log = directory.log();
        let last = log.last().unwrap();
        assert_eq!(last["carriedOut"], false);
        assert!(instant(&last["at"]) >= instant(&last["end"]));
    }
}

#[test]
fn a_start_can_be_in_the_future() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let info = json!({ "startDateTime": in_ms(8_000), "expiration": { "type": "afterDuration", "duration": "PT30S" } });
    for (of, body) in kinds(&info) {
        let answer = directory.schedule(of, &body).json();
        assert_eq!(answer["status"], "Granted");
        assert_eq!(directory.value(&of_user(of)).len(), 0);
        assert_eq!(directory.schedule(of, &body).told(), told(400, "PendingRoleAssignmentRequest"));
    }
    for of in [GROUP_ELIGIBILITY, ROLE_ELIGIBILITY, ROLE_ASSIGNMENT] {
        let found = poll("it has begun", || directory.value(&of_user(of)).first().cloned());
        let length =
            instant(&found["endDateTime"]).unix_ticks() - instant(&found["startDateTime"]).unix_ticks();
        assert_eq!(length, 300_000_000);
    }
}

#[test]
fn an_expiration_has_a_type_and_its_value() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let ask = |expiration: &Value| {
        let info = json!({ "startDateTime": null, "expiration": expiration });
        let answer = directory.schedule(ROLE_ELIGIBILITY, &role_schedule(USER, &info));
        directory.post("/control/remove", &json!({ "principal": USER }));
        answer
    };
    for (duration, seconds) in [("P1D", 86_400), ("PT8H", 28_800), ("P1DT1H1M1S", 90_061)] {
        let answer = ask(&json!({ "type": "AfterDuration", "duration": duration })).json();
        let info = &answer["scheduleInfo"];
        let end = instant(&info["expiration"]["endDateTime"]).unix_ticks();
        assert_eq!(end - instant(&info["startDateTime"]).unix_ticks(), seconds * 10_000_000, "{duration}");
    }
    for expiration in [
        json!({ "type": "afterDuration", "duration": "P6M" }),
        json!({ "type": "afterDuration", "duration": "PT" }),
        json!({ "type": "afterDuration", "duration": "" }),
        json!({ "type": "afterDuration", "duration": "8H" }),
        json!({ "type": "afterDuration", "duration": "P1H" }),
        json!({ "type": "afterDuration" }),
        json!({ "type": "afterDateTime" }),
        json!({ "type": "afterDateTime", "endDateTime": "tomorrow" }),
        json!({ "type": "sometime" }),
        json!({}),
    ] {
        assert_eq!(ask(&expiration).told(), told(400, "InvalidRoleAssignmentRequest"), "{expiration}");
    }
}

#[test]
fn a_request_needs_all_its_members() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    for (of, body) in kinds(&for_ever()) {
        let mut names: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
        names.retain(|name| name != "justification");
        for name in names {
            let mut without = body.clone();
            without.as_object_mut().unwrap().remove(&name);
            let refused = directory.schedule(of, &without).told();
            assert_eq!(refused, told(400, "InvalidRoleAssignmentRequest"), "{name}");
        }
        for (name, value) in [("action", "adminRemove"), ("accessId", "guest"), ("principalId", "x")] {
            let mut wrong = body.clone();
            if wrong.get(name).is_some() {
                wrong[name] = value.into();
                assert_eq!(directory.schedule(of, &wrong).told(), told(400, "InvalidRoleAssignmentRequest"));
            }
        }
    }
}

#[test]
fn what_is_missing_has_a_code_and_what_is_new_is_not_found() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    for (of, mut body) in kinds(&for_ever()) {
        body["principalId"] = json!(MISSING);
        assert_eq!(directory.schedule(of, &body).told(), told(400, "SubjectNotFound"));
        body["principalId"] = json!(ROLE);
        assert_eq!(directory.schedule(of, &body).told().0, 400);
    }
    for of in [ROLE_ELIGIBILITY, ROLE_ASSIGNMENT] {
        for role in [MISSING, GROUP] {
            let mut body = role_schedule(USER, &for_ever());
            body["roleDefinitionId"] = json!(role);
            assert_eq!(directory.schedule(of, &body).told(), told(400, "RoleNotFound"));
        }
    }
    let mut body = group_schedule("member", USER, &for_ever());
    body["groupId"] = json!(MISSING);
    assert_eq!(directory.schedule(GROUP_ELIGIBILITY, &body).told(), told(404, "Request_ResourceNotFound"));

    directory.seed(&json!([
        { "id": NEW_USER, "object": "user", "visibleInMs": 5_000 },
        { "id": NEW_ROLE, "object": "roleDefinition", "visibleInMs": 5_000 },
    ]));
    let not_found = || told(404, "Request_ResourceNotFound");
    let mut new_role = role_schedule(OTHER_USER, &for_ever());
    new_role["roleDefinitionId"] = json!(NEW_ROLE);
    let new = [
        (ROLE_ELIGIBILITY, role_schedule(NEW_USER, &for_ever())),
        (GROUP_ELIGIBILITY, group_schedule("owner", NEW_USER, &for_ever())),
        (ROLE_ASSIGNMENT, new_role),
    ];
    for (of, body) in &new {
        assert_eq!(directory.schedule(of, body).told(), not_found());
    }
    for (of, body) in &new {
        poll("it is there", || (directory.schedule(of, body).status == 201).then_some(()));
    }
}

#[test]
fn not_every_principal_holds_every_role() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    directory.seed(&json!([{ "id": FOR_ROLES, "object": { "group": { "isAssignableToRole": true } } }]));
    let refused =
        |of, principal| directory.schedule(of, &role_schedule(principal, &for_ever())).status == 400;
    for (principal, eligible, active) in
        [(GROUP, false, false), (FOR_ROLES, true, true), (APP, false, true), (ROLE, false, false)]
    {
        assert_eq!(!refused(ROLE_ELIGIBILITY, principal), eligible, "{principal}");
        assert_eq!(!refused(ROLE_ASSIGNMENT, principal), active, "{principal}");
    }
}

#[test]
fn a_missing_permission_is_told_in_json_as_text() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let permissions = json!(["RoleEligibilitySchedule.ReadWrite.Directory"]);
    directory.try_ask("PUT", "/control/permissions", &permissions).unwrap();
    assert_eq!(directory.schedule(ROLE_ELIGIBILITY, &role_schedule(USER, &for_ever())).status, 201);
    assert_eq!(directory.value(&of_user(ROLE_ELIGIBILITY)).len(), 1);
    for (of, body) in [
        (GROUP_ELIGIBILITY, group_schedule("member", USER, &for_ever())),
        (ROLE_ASSIGNMENT, role_schedule(USER, &for_ever())),
    ] {
        for answer in [directory.schedule(of, &body), directory.get(&of_user(of))] {
            assert_eq!(answer.told(), told(403, "UnknownError"));
            let inner: Value = serde_json::from_str(&answer.message()).unwrap();
            assert_eq!(inner["errorCode"], "PermissionScopeNotGranted");
        }
    }
}

/// The statuses with which PIM accepts a request that has not taken effect.
#[test]
fn a_status_says_what_has_become_of_it() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let status = |status: &str, effective: Option<i64>| {
        directory.fault(&json!({
            "count": 1, "fault": { "status": { "status": status, "effectiveInMs": effective } },
        }))
    };
    for (of, body) in kinds(&for_ever()) {
        for over in ["Failed", "Denied", "Canceled", "Revoked"] {
            status(over, None);
            let answer = directory.schedule(of, &body);
            assert_eq!((answer.status, &answer.json()["status"]), (201, &json!(over)));
            assert_eq!(directory.carried_out(), 0);
        }
    }
    for (number, pending) in ["PendingApproval", "Granted", "PendingProvisioning"].into_iter().enumerate() {
        let (of, body) = kinds(&for_ever())[number + 1].clone();
        status(pending, None);
        assert_eq!(directory.schedule(of, &body).json()["status"], pending);
        sleep(Duration::from_millis(50));
        assert_eq!(directory.value(&of_user(of)).len(), 0);
        assert_eq!(directory.schedule(of, &body).told(), told(400, "PendingRoleAssignmentRequest"));
        directory.post("/control/remove", &json!({ "principal": USER }));

        status(pending, Some(5_000));
        assert_eq!(directory.schedule(of, &body).json()["status"], pending);
        assert_eq!(directory.value(&of_user(of)).len(), 0);
        poll("it is granted", || (directory.value(&of_user(of)).len() == 1).then_some(()));
        assert_eq!(directory.schedule(of, &body).told(), told(400, "RoleAssignmentExists"));
    }
}
