//! Questions and answers as data, compared with the test vectors: the words are the same.
#![cfg(feature = "serde")]

mod support;

use access_package::{
    Account, Assignment, AssignmentState, Caller, Catalog, Fulfillment, LoadError, Outcome, Permission,
    PrivilegeLevel, Receipt, RecordError, Recorded, Refusal, Role, RoleAssignment, Scope, StoredAssignment,
    Timestamp, Verdict, evaluate, evaluate_request,
};
use serde_json::{Value, json};
use support::{MANAGER, in_state, load, member_of, stored};

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn told(answer: Result<access_package::Authority, Refusal>) -> Value {
    serde_json::to_value(Verdict::from(answer)).expect("plain data")
}

/// The codes in a list of objects.
fn codes(list: &Value) -> Vec<&Value> {
    list.as_array().expect("a list").iter().map(|it| &it["code"]).collect()
}

// R1 to R10, R43
#[test]
fn a_case_of_the_vectors_is_asked_and_answered_in_their_words() {
    let vectors = vectors(include_str!("vectors/gate.json"));
    let id = serde_json::from_value(vectors["assignment"]["catalog"].clone()).expect("an id");
    let mut spelled = Vec::new();
    for case in vectors["cases"].as_array().expect("cases") {
        let caller: Caller = serde_json::from_value(case.clone()).expect("a caller");
        let written = serde_json::to_value(&caller).expect("plain data");
        assert_eq!(serde_json::from_value::<Caller>(written.clone()).expect("what was written"), caller);
        spelled
            .push(["account", "permissions", "roles"].iter().any(|&member| written[member] != case[member]));
        let state = serde_json::from_value(case["state"].clone()).expect("a state");
        let privilege_level = serde_json::from_value(case["privilegeLevel"].clone()).expect("a level");
        let catalog = Catalog { id, privilege_level };
        let assignment = load(StoredAssignment { catalog, ..(&in_state(state)).into() });
        let answer = told(evaluate(&caller, &assignment, Timestamp::MIN));
        assert_eq!(answer["verdict"], case["verdict"], "{case}");
        if case["verdict"] == "accepted" {
            let expected = json!({ "verdict": "accepted", "role": case["role"], "catalog": catalog });
            assert_eq!(answer, expected);
        } else {
            let reasons = case["reasons"].as_array().expect("reasons");
            assert_eq!(codes(&answer["reasons"]), reasons.iter().collect::<Vec<_>>(), "{case}");
            let remedies = answer["remedies"].as_array().expect("remedies");
            let steps: Vec<_> = remedies.iter().map(|it| it["steps"].clone()).collect();
            assert_eq!(json!(steps), case["remedies"], "{case}");
        }
    }
    // The last ones spell a word in another way. All others are written as they were read.
    assert!(spelled.is_sorted() && spelled[6000..].contains(&true));
}

#[test]
fn a_refusal_to_the_letter() {
    let refusal = Refusal::of_state(AssignmentState::PartiallyDelivered).expect("refused");
    let text = "state is `partiallyDelivered`: only an assignment that is `delivered` can be reprocessed";
    let expected = json!({
        "verdict": "invalidState",
        "message": text,
        "reasons": [{ "code": "partiallyDelivered", "rules": ["R9", "R10"], "text": text }],
        "remedies": [
            {
                "steps": ["reprocessRequest"],
                "text": "reprocess this assignment's request, if it was completed less than 14 days ago",
            },
            { "steps": ["requestAgain"], "text": "request the access package again" },
        ],
    });
    assert_eq!(told(Err(refusal)), expected);
}

// R32
#[test]
fn a_request_has_a_word_of_its_own() {
    let caller = Caller {
        object: None,
        account: Account::WorkOrSchool,
        permissions: vec![Permission::EntitlementManagementReadWriteAll],
        roles: vec![RoleAssignment { role: MANAGER, scope: Scope::Tenant }],
    };
    for (state, verdict) in [
        (AssignmentState::Delivered, "invalidRequest"),
        (AssignmentState::Expired, "invalidRequest"),
        (AssignmentState::DeliveryFailed, "accepted"),
    ] {
        let assignment = in_state(state);
        let request = access_package::AssignmentRequest {
            id: uuid::Uuid::nil().into(),
            assignment: assignment.id(),
            purpose: access_package::Purpose::Grant,
            state,
            completed: Timestamp::MIN,
            recency: access_package::Recency::Newest,
        };
        let answer = told(evaluate_request(&caller, &assignment, &request, Timestamp::MIN));
        assert_eq!(answer["verdict"], verdict, "{state}");
    }
}

// R47
#[test]
fn what_is_not_known_of_a_caller_is_passed_over() {
    let on_tenant = |role: &str| json!({ "role": role, "scope": "/" });
    let question = json!({
        "account": "application",
        "permissions": ["User.Read", "EntitlementManagement.Read.All", ""],
        "roles": [
            on_tenant("Global Reader"),
            { "role": "Catalog owner", "scope": "/administrativeUnits/7" },
            on_tenant("AccessPackage assignment manager"),
            on_tenant("62e90394-69f5-4237-9190-012177145e10"),
        ],
        "name": "not known",
    });
    let held = |role| RoleAssignment { role, scope: Scope::Tenant };
    let expected = Caller {
        object: None,
        account: Account::Application,
        permissions: vec![Permission::EntitlementManagementReadAll],
        roles: vec![held(MANAGER), held(Role::GlobalAdministrator)],
    };
    assert_eq!(serde_json::from_value::<Caller>(question).expect("a caller"), expected);
    let least = Caller { permissions: vec![], roles: vec![], ..expected };
    assert_eq!(
        serde_json::from_value::<Caller>(json!({ "account": "application" })).expect("a caller"),
        least
    );
    for nothing in [
        json!({ "account": "application", "roles": null }),
        json!({ "account": "application", "permissions": null, "object": null }),
        json!({ "account": "application", "permissions": [], "roles": null }),
    ] {
        assert_eq!(serde_json::from_value::<Caller>(nothing).expect("a caller"), least);
    }
    // A list instead of an object is not accepted.
    let by_place = json!([null, "application", ["EntitlementManagement.ReadWrite.All"], []]);
    let role_by_place = json!({ "account": "application", "roles": [["Catalog owner", "/"]] });
    for other in [
        json!({}),
        json!({ "account": "guest" }),
        json!({ "account": null }),
        by_place,
        role_by_place,
        json!([]),
        json!("application"),
    ] {
        assert!(serde_json::from_value::<Caller>(other.clone()).is_err(), "{other}");
        assert!(serde_json::from_str::<Caller>(&other.to_string()).is_err(), "{other}");
    }
}

#[test]
fn what_a_receipt_has_done_is_a_word_and_an_event() {
    let mut assignment: Assignment = load(stored(AssignmentState::Delivering, &[Fulfillment::Pending]));
    let end = Timestamp::from_unix_ticks(7);
    let mut ending: Assignment = load(StoredAssignment { end, ..(&assignment).into() });
    let receipt = |attempt| Receipt {
        assignment: assignment.id(),
        attempt,
        resource_role: member_of(0),
        outcome: Outcome::Fulfilled,
        reason: None,
    };
    let (receipt, another) = (receipt(0), receipt(1));
    let word = |recorded: Recorded| {
        let value = serde_json::to_value(&recorded).expect("plain data");
        assert_eq!(value["event"].is_null(), matches!(recorded, Recorded::Unchanged(_)), "{value}");
        value["result"].as_str().expect("a word").to_owned()
    };
    let mut record = |receipt: &Receipt| word(assignment.record(receipt, Timestamp::MIN).expect("its own"));
    assert_eq!(record(&another), "anotherAttempt");
    assert_eq!(record(&receipt), "recorded");
    assert_eq!(record(&receipt), "alreadyKnown");
    let mut record = |receipt: &Receipt| word(ending.record(receipt, Timestamp::MAX).expect("its own"));
    assert_eq!(record(&receipt), "expired");
    assert_eq!(record(&receipt), "afterTheEnd");
}

#[test]
fn an_error_is_a_code_a_message_and_what_it_holds() {
    let [state, id] = [AssignmentState::Delivered, AssignmentState::Delivering];
    let errors = [
        (
            json!(LoadError::UnsupportedFormat { required: 1, actual: 2 }),
            "unsupportedFormat",
            "stored format is `2`: this version reads `1`",
        ),
        (
            json!(LoadError::StateContradictsFulfillments { required: state, actual: id }),
            "stateContradictsFulfillments",
            "state is `delivering`, but its resource roles imply `delivered`",
        ),
        (
            json!(LoadError::DuplicateResourceRole(member_of(0))),
            "duplicateResourceRole",
            &format!("resource role `{}` is listed twice", member_of(0)),
        ),
        (
            json!(LoadError::ReasonWithoutFailure(member_of(0))),
            "reasonWithoutFailure",
            &format!(
                "resource role `{}` has a failure reason, but its fulfillment is not `failed`",
                member_of(0)
            ),
        ),
        (
            json!(RecordError::UnknownResourceRole(member_of(0))),
            "unknownResourceRole",
            &format!("receipt is for resource role `{}`, which the assignment does not have", member_of(0)),
        ),
        (
            json!(RecordError::OtherAssignment {
                required: in_state(state).id(),
                actual: uuid::Uuid::nil().into()
            }),
            "otherAssignment",
            &format!(
                "receipt is for assignment `{}`, but this is assignment `{}`",
                uuid::Uuid::nil(),
                in_state(state).id()
            ),
        ),
    ];
    let role = json!({ "resourceRole": member_of(0) });
    let data = [
        json!({ "required": 1, "actual": 2 }),
        json!({ "required": "delivered", "actual": "delivering" }),
        role.clone(),
        role.clone(),
        role,
        json!({ "required": in_state(state).id(), "actual": uuid::Uuid::nil().to_string() }),
    ];
    for ((error, code, message), data) in errors.into_iter().zip(data) {
        assert_eq!(error, json!({ "code": code, "message": message, "data": data }));
    }
}

// R43: the verdict shows the level by which the caller was judged.
#[test]
fn an_accepted_call_shows_whether_the_level_is_known() {
    let caller = Caller {
        object: None,
        account: Account::Application,
        permissions: vec![],
        roles: vec![RoleAssignment { role: Role::GlobalAdministrator, scope: Scope::Tenant }],
    };
    let levels = [None, Some(PrivilegeLevel::Standard), Some(PrivilegeLevel::Privileged)];
    for (privilege_level, word) in
        levels.into_iter().zip([json!(null), json!("standard"), json!("privileged")])
    {
        let catalog = Catalog { privilege_level, ..in_state(AssignmentState::Delivered).catalog() };
        assert_eq!(told(caller.authority(Some(catalog)))["catalog"]["privilegeLevel"], word);
    }
    assert_eq!(told(caller.authority(None))["catalog"], json!(null));
}

/// Reasons that no refusal combines are rejected. A refusal that was written can be read again.
#[test]
fn a_refusal_is_read_from_its_reasons_alone() {
    let vectors = vectors(include_str!("vectors/answers.json"));
    let refused =
        vectors["verdicts"].as_array().expect("verdicts").iter().filter(|it| !it["reasons"].is_null());
    let given: Vec<Vec<Value>> = refused
        .map(|verdict| codes(&verdict["reasons"]).into_iter().cloned().collect())
        .chain(["resourceRolesUnknown", "catalogDisagrees"].map(|code| vec![json!(code)])) // primitive, host
        .collect();
    let reasons: Vec<Value> = access_package::Reason::all().map(|reason| json!(reason.code())).collect();
    let one = reasons.iter().map(|first| vec![first.clone()]);
    let two =
        reasons.iter().flat_map(|first| reasons.iter().map(|second| vec![first.clone(), second.clone()]));
    let mut read = 0;
    for list in one.chain(two).chain([vec![]]) {
        let data = json!({ "reasons": list, "remedies": [] });
        let refusal = serde_json::from_value::<Refusal>(data);
        assert_eq!(refusal.is_ok(), given.contains(&list), "{list:?}");
        if let Ok(refusal) = refusal {
            assert_eq!(serde_json::to_value(refusal).expect("plain data")["reasons"], json!(list));
            read += 1;
        }
    }
    let each_once: std::collections::HashSet<_> = given.iter().map(|list| format!("{list:?}")).collect();
    assert_eq!(read, each_once.len());
}
