//! The JSON of everything that is stored, sent and received: the exact text, with every field.
#![cfg(feature = "serde")]

mod support;

use core::fmt::Debug;

use access_package::{
    Account, Action, Assignment, AssignmentState, Caller, Catalog, Event, FailureReason, Fulfillment,
    LoadError, Observed, Outcome, ParseAssignmentStateError, Permission, PrivilegeLevel, Receipt, Recorded,
    Refusal, ResourceRole, Role, Scope, StoredAssignment, SubjectType, Timestamp, reprocess,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use support::{MANAGER, load, one_of_each_origin_system, save_and_load, stored};

use AssignmentState::{Delivered, Delivering};
use Fulfillment::{Failed, Fulfilled, Pending};

const STORED: &str = concat!(
    r#"{"format":1,"#,
    r#""id":"00000000-0000-0000-0000-00000000000a","#,
    r#""catalog":{"id":"00000000-0000-0000-0000-00000000000c","privilegeLevel":null},"#,
    r#""accessPackage":"00000000-0000-0000-0000-00000000000b","#,
    r#""target":"00000000-0000-0000-0000-00000000000d","targetType":null,"#,
    r#""state":"delivering","end":"2022-07-27T21:55:19.69Z","attempt":3,"resourceRoles":["#,
    r#"{"resourceRole":{"originSystem":"AadGroup","#,
    r#""resourceOriginId":"00000000-0000-0000-0000-000000000000","#,
    r#""roleOriginId":"Member_00000000-0000-0000-0000-000000000000"},"fulfillment":"pending"},"#,
    r#"{"resourceRole":{"originSystem":"AadGroup","#,
    r#""resourceOriginId":"00000000-0000-0000-0000-000000000001","#,
    r#""roleOriginId":"Member_00000000-0000-0000-0000-000000000001"},"fulfillment":"failed"},"#,
    r#"{"resourceRole":{"originSystem":"AadGroup","#,
    r#""resourceOriginId":"00000000-0000-0000-0000-000000000002","#,
    r#""roleOriginId":"Member_00000000-0000-0000-0000-000000000002"},"fulfillment":"fulfilled"}]}"#,
);

const ACTION: &str = concat!(
    r#"{"assignment":"00000000-0000-0000-0000-00000000000a","attempt":3,"#,
    r#""target":"00000000-0000-0000-0000-00000000000d","#,
    r#""resourceRole":{"originSystem":"AadGroup","#,
    r#""resourceOriginId":"00000000-0000-0000-0000-000000000000","#,
    r#""roleOriginId":"Member_00000000-0000-0000-0000-000000000000"},"#,
    r#""end":"2022-07-27T21:55:19.69Z"}"#,
);

const RECEIPT: &str = concat!(
    r#"{"assignment":"00000000-0000-0000-0000-00000000000a","attempt":3,"#,
    r#""resourceRole":{"originSystem":"AadGroup","#,
    r#""resourceOriginId":"00000000-0000-0000-0000-000000000000","#,
    r#""roleOriginId":"Member_00000000-0000-0000-0000-000000000000"},"#,
    r#""outcome":"fulfilled","reason":null}"#,
);

/// The assignment in [`STORED`].
fn delivering() -> StoredAssignment {
    StoredAssignment {
        end: Timestamp::from_unix_ticks(16_589_589_196_900_000),
        attempt: 3,
        ..stored(Delivering, &[Pending, Failed, Fulfilled])
    }
}

/// The action in [`ACTION`]: the only one that remains for [`delivering`].
fn action() -> Action {
    load(delivering()).actions().next().expect("pending")
}

/// The value is written as this text, and read back from it.
fn check_text<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, text: &str) {
    assert_eq!(serde_json::to_string(value).expect("plain data"), text);
    assert_eq!(&serde_json::from_str::<T>(text).expect("what was written"), value);
}

/// The error of reading this.
fn unread<T: DeserializeOwned + Debug>(json: Value) -> String {
    serde_json::from_value::<T>(json).expect_err("refused").to_string()
}

/// The object with another value in this field.
fn with(text: &str, field: &str, value: Value) -> Value {
    let mut json: Value = serde_json::from_str(text).expect("JSON");
    *json.get_mut(field).expect("a field") = value;
    json
}

/// Every field is required. Only the `nullable` ones can be `null`.
fn check_fields<T: Serialize + DeserializeOwned + Debug>(text: &str, nullable: &[&str]) {
    let whole: Value = serde_json::from_str(text).expect("JSON");
    for field in whole.as_object().expect("an object").keys() {
        let mut without = whole.clone();
        without.as_object_mut().expect("an object").remove(field);
        assert_eq!(unread::<T>(without), format!("missing field `{field}`"));
        let null = with(text, field, Value::Null);
        match serde_json::from_value::<T>(null.clone()) {
            Ok(value) => {
                assert!(nullable.contains(&field.as_str()), "{field}");
                assert_eq!(serde_json::to_value(value).expect("plain data"), null);
            }
            Err(error) => assert!(!nullable.contains(&field.as_str()), "{field}: {error}"),
        }
    }
}

#[test]
fn an_assignment_to_the_letter() {
    check_text(&delivering(), STORED);
    check_fields::<StoredAssignment>(STORED, &["targetType", "end", "resourceRoles"]);
    let catalog = r#"{"id":"00000000-0000-0000-0000-00000000000c","privilegeLevel":null}"#;
    check_text(&delivering().catalog, catalog);
    check_fields::<Catalog>(catalog, &["privilegeLevel"]);
    // R43
    for level in PrivilegeLevel::ALL {
        let privileged = StoredAssignment {
            catalog: Catalog { privilege_level: Some(*level), ..delivering().catalog },
            ..delivering()
        };
        check_text(
            &privileged,
            &STORED.replace(r#""privilegeLevel":null"#, &format!(r#""privilegeLevel":"{level}""#)),
        );
        assert_eq!(StoredAssignment::from(&load(privileged.clone())), privileged);
    }
}

// R46
#[test]
fn the_type_of_the_target_to_the_letter() {
    for (target_type, word) in
        [(SubjectType::User, "user"), (SubjectType::ServicePrincipal, "servicePrincipal")]
    {
        let text = STORED.replace(r#""targetType":null"#, &format!(r#""targetType":"{word}""#));
        check_text(&StoredAssignment { target_type: Some(target_type), ..delivering() }, &text);
        let other = with(STORED, "targetType", json!(word.to_uppercase()));
        assert!(unread::<StoredAssignment>(other).starts_with("unknown variant"));
    }
}

#[test]
fn an_action_to_the_letter() {
    check_text(&action(), ACTION);
    check_fields::<Action>(ACTION, &["end"]);
}

#[test]
fn a_receipt_to_the_letter() {
    check_text(&action().receipt(Outcome::Fulfilled), RECEIPT);
    check_text(&action().receipt(Outcome::Failed), &RECEIPT.replace("fulfilled", "failed"));
    let failed = RECEIPT.replace(r#""fulfilled","reason":null"#, &format!(r#""failed","reason":{REASON}"#));
    check_text(&action().failed(reason()), &failed);
    // A receipt without a reason may omit it.
    let silent = RECEIPT.replace(r#","reason":null"#, "");
    let read: Receipt = serde_json::from_str(&silent).expect("a receipt");
    assert_eq!(read, action().receipt(Outcome::Fulfilled));
}

const REASON: &str = r#"{"code":"gone","words":"the group does not exist"}"#;

fn reason() -> FailureReason {
    FailureReason::new("gone", "the group does not exist")
}

#[test]
fn a_reason_is_beside_its_failure_and_nowhere_else() {
    check_text(&reason(), REASON);
    let mut assignment = load(delivering());
    let recorded = assignment.record(&action().failed(reason()), Timestamp::MIN);
    assert!(matches!(recorded, Ok(Recorded::Changed(_))));
    let text = serde_json::to_string(&StoredAssignment::from(&assignment)).expect("plain data");
    assert_eq!(text.matches(r#""reason":"#).count(), 1, "{text}");
    assert!(text.contains(&format!(r#""fulfillment":"failed","reason":{REASON}"#)), "{text}");
    assert_eq!(save_and_load(&assignment), assignment);
    // A text that is too long is shortened when it is read, too.
    let long = json!({ "code": "c".repeat(100), "words": "w" });
    let read: FailureReason = serde_json::from_value(long).expect("a reason");
    assert_eq!(read.code().len(), FailureReason::MAX_CODE);
}

/// The codes of the reasons and of the steps.
#[test]
fn a_refusal_to_the_letter() {
    let caller = Caller { object: None, account: Account::Application, permissions: vec![], roles: vec![] };
    let refusal = caller.authority(None).expect_err("refused");
    let text = concat!(
        r#"{"reasons":["missingApplicationPermission","insufficientRole"],"#,
        r#""remedies":[["holdRole"],["obtainApplicationPermission"]]}"#,
    );
    check_text(&refusal, text);
    for state in AssignmentState::ALL {
        let Some(refusal) = Refusal::of_state(*state) else { continue };
        let text = serde_json::to_string(&refusal).expect("plain data");
        assert!(text.starts_with(&format!(r#"{{"reasons":["{state}"],"#)), "{text}");
        check_text(&refusal, &text);
    }
    for reasons in [
        json!([]),
        json!(["delivered"]),
        json!(["missingApplicationPermission"]),
        json!(["insufficientRole", "outOfScope"]),
        json!(["missingDelegatedPermission", "expired"]),
        json!(["insufficientRole", "missingDelegatedPermission"]),
        json!(["missingDelegatedPermission", "insufficientRole", "outOfScope"]),
    ] {
        unread::<Refusal>(json!({ "reasons": reasons, "remedies": [] }));
    }
}

#[test]
fn an_event_to_the_letter() {
    let mut assignment = load(delivering());
    let end = assignment.end().expect("an end");
    let event = assignment.expire(end).expect("it has ended");
    let text = concat!(
        r#"{"assignment":"00000000-0000-0000-0000-00000000000a","at":"2022-07-27T21:55:19.69Z","#,
        r#""attempt":3,"from":"delivering","to":"expired","cause":"expired"}"#,
    );
    check_text(&event, text);
    check_fields::<Event>(text, &[]);
}

#[test]
fn a_resource_role_is_its_texts() {
    for role in one_of_each_origin_system() {
        let texts =
            [role.origin_system(), &role.resource_origin_id(), &role.role_origin_id()].map(Value::from);
        let [system, resource, role_id] = texts;
        // R23: a resource role without a type has no such field.
        let role_type = role.role_type().map(|role_type| format!(r#","roleType":{}"#, json!(role_type)));
        let ids =
            format!(r#""originSystem":{system},"resourceOriginId":{resource},"roleOriginId":{role_id}"#);
        check_text(&role, &format!("{{{ids}{}}}", role_type.clone().unwrap_or_default()));
        let untyped = format!("{{{ids}}}");
        let null: Result<ResourceRole, _> = serde_json::from_str(&format!(r#"{{{ids},"roleType":null}}"#));
        if role.origin_system() == "AzureResources" {
            let why = "role type does not fit `AzureResources`: expected `active` or `eligible`";
            assert_eq!(unread::<ResourceRole>(serde_json::from_str(&untyped).expect("JSON")), why);
            assert!(null.is_err());
        } else {
            check_fields::<ResourceRole>(&untyped, &[]);
            assert_eq!(null.expect("null is none").role_type(), None);
        }
    }
}

/// An escaped text is the same text.
#[test]
fn a_text_may_have_escapes() {
    for role in one_of_each_origin_system() {
        let text = serde_json::to_string(&role).expect("plain data");
        let escaped =
            text.replace('/', r"\/").replace('a', r"\u0061").replace("roleOrigin", r"\u0072oleOrigin");
        assert_ne!(escaped, text);
        assert_eq!(serde_json::from_str::<ResourceRole>(&escaped).expect("the same"), role, "{escaped}");
        // A reader does not allow borrowing.
        assert_eq!(serde_json::from_reader::<_, ResourceRole>(text.as_bytes()).expect("the same"), role);
    }
    let escaped = REASON.replace('g', r"\u0067");
    assert_eq!(serde_json::from_str::<FailureReason>(&escaped).expect("the same"), reason());
}

#[test]
fn what_cannot_be_read_says_why() {
    let cases = [
        ("id", json!("7"), "`7` is not a valid assignment id: expected a GUID of 36 characters with hyphens"),
        ("target", json!(7), "invalid type: integer `7`, expected a string"),
        // R11
        (
            "state",
            json!("unknownFutureValue"),
            &format!("`unknownFutureValue` is {ParseAssignmentStateError}"),
        ),
        (
            "end",
            json!("2022-07-27"),
            "`2022-07-27` is not a valid timestamp: expected ISO 8601 with an offset, in the years 1 to 9999, such as `2022-07-27T21:55:19.69Z`",
        ),
        (
            "resourceRoles",
            json!([{"resourceRole": {"originSystem": "SharePointOnline", "resourceOriginId": "", "roleOriginId": "04"}, "fulfillment": "pending"}]),
            "role origin id does not fit `SharePointOnline`: expected a number such as `4`",
        ),
        ("attempt", json!(-1), "invalid value: integer `-1`, expected u32"),
    ];
    for (field, value, why) in cases {
        assert_eq!(unread::<StoredAssignment>(with(STORED, field, value)), why);
    }
}

/// Unknown fields are ignored, so that a later version can add some.
#[test]
fn a_field_that_is_not_known_is_ignored() {
    fn check<T: DeserializeOwned + PartialEq + Debug>(text: &str) {
        let known: T = serde_json::from_str(text).expect("what was written");
        let later = text.replacen('{', r#"{"later":{"than":1},"#, 1);
        assert_eq!(serde_json::from_str::<T>(&later).expect("ignored"), known);
    }
    check::<StoredAssignment>(STORED);
    check::<Action>(ACTION);
    check::<Receipt>(RECEIPT);
}

// R16: JSON is read as plain data. An assignment is made from it by the same check as always.
#[test]
fn a_contradiction_is_read_but_does_not_load() {
    let stored: StoredAssignment =
        serde_json::from_value(with(STORED, "state", json!("Delivered"))).expect("plain data");
    let contradiction = LoadError::StateContradictsFulfillments { required: Delivering, actual: Delivered };
    assert_eq!(Assignment::try_from(stored), Err(contradiction));
}

// R22
#[test]
fn actions_of_every_origin_system_can_leave_the_process() {
    let known = stored(Delivered, &[]);
    let (id, catalog, package) = (known.id, known.catalog, known.access_package);
    let gives = one_of_each_origin_system();
    let mut assignment = Assignment::delivered(id, catalog, package, known.target, None, gives);
    for action in reprocess(&mut assignment, MANAGER).expect("accepted") {
        let text = serde_json::to_string(&action).expect("plain data");
        assert_eq!(serde_json::from_str::<Action>(&text).expect("what was written"), action);
    }
}

/// A type with one text form has the same text as data.
#[test]
fn words_are_texts() {
    fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, text: &str) {
        assert_eq!(serde_json::to_value(value).expect("plain data"), json!(text));
        assert_eq!(serde_json::from_value::<T>(json!(text)).expect(text), *value);
        serde_json::from_value::<T>(json!(format!("{text}?"))).expect_err(text);
    }
    for role in Role::ALL {
        check(role, role.name());
    }
    for permission in Permission::ALL {
        check(permission, permission.name());
    }
    for scope in [Scope::Tenant, Scope::Catalog(uuid::Uuid::from_u128(7).into())] {
        check(&scope, &scope.to_string());
    }
    for (observed, text) in [
        (Observed::Present, "present"),
        (Observed::Absent, "absent"),
        (Observed::Unknown, "unknown"),
        (Observed::Unenforceable, "unenforceable"),
    ] {
        check(&observed, text);
    }
}
