//! Questions that the vectors do not contain: by a token, about a document, by a request, and questions that
//! have no answer. Other languages must give the same answers, in `tests/vectors/asked.json`.

use serde_json::{Value, json};

use crate::golden::{hold, hold_between};
use crate::{Calls, ask};

const DOCUMENT: &str = include_str!("../../examples/assignment.json");
const MEMBER: &str = r#"{"originSystem":"AadGroup","resourceOriginId":"0282e19d-bf41-435d-92a4-99bab93af305","roleOriginId":"Member_0282e19d-bf41-435d-92a4-99bab93af305"}"#;
const NOW: &str = "2026-11-28T12:00:00Z";

pub(crate) fn member() -> Value {
    serde_json::from_str(MEMBER).expect("JSON")
}

/// An assignment with one resource role.
pub(crate) fn stored(state: &str, fulfillment: &str) -> Value {
    json!({
        "format": 1,
        "id": "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47",
        "catalog": { "id": "cec5d6ab-c75d-47c0-9c1c-92e89f66e384", "privilegeLevel": "standard" },
        "accessPackage": "8ca95b77-5991-438f-b0a4-f5fa02fb93e0",
        "target": "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0",
        "targetType": "user",
        "state": state,
        "end": "2027-01-01T00:00:00Z",
        "attempt": 1,
        "resourceRoles": [{ "resourceRole": member(), "fulfillment": fulfillment }]
    })
}

fn caller() -> Value {
    json!({ "account": "application", "permissions": ["EntitlementManagement.ReadWrite.All"] })
}

/// The question with these members added or replaced.
pub(crate) fn with(question: &Value, members: &Value) -> Value {
    let mut question = question.clone();
    for (name, value) in members.as_object().expect("members") {
        question[name] = value.clone();
    }
    question
}

fn without(question: &Value, member: &str) -> Value {
    let mut question = question.clone();
    question.as_object_mut().and_then(|members| members.remove(member)).expect("a member");
    question
}

pub(crate) fn evaluate() -> Value {
    json!({ "caller": caller(), "stored": stored("delivered", "fulfilled"), "now": NOW })
}

pub(crate) fn reprocess() -> Value {
    with(&evaluate(), &json!({ "gives": [member()] }))
}

pub(crate) fn record() -> Value {
    let receipt = json!({
        "assignment": "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47", "attempt": 1, "resourceRole": member(), "outcome": "failed",
        "reason": { "code": "Request_ResourceNotFound", "words": "the group does not exist" }
    });
    json!({ "stored": stored("delivering", "pending"), "receipt": receipt, "now": NOW })
}

fn request() -> Value {
    json!({
        "id": "00000000-0000-0000-0000-00000000000e", "assignment": "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47",
        "purpose": "grant", "state": "deliveryFailed", "completed": "2026-11-20T12:00:00+01:00", "recency": "newest"
    })
}

pub(crate) fn explain() -> Value {
    let claims = json!({
        "tid": "7b0a4c3e-52d1-4d0b-9f0e-6a0c4b1f2d3e", "oid": "8586ddc8-0ff7-4c24-9c79-f192bc3566e3",
        "scp": "User.Read EntitlementManagement.ReadWrite.All", "aud": "https://graph.microsoft.com", "exp": 4_102_444_800_u32,
        "name": "not looked at"
    });
    json!({ "claims": claims, "stored": stored("delivered", "fulfilled"), "now": NOW })
}

fn document() -> Value {
    serde_json::from_str(DOCUMENT).expect("JSON")
}

/// R36, R3, R47
fn by_token() -> Vec<Value> {
    let claims = |claims: Value| {
        let claims = with(&json!({ "tid": "7b0a4c3e-52d1-4d0b-9f0e-6a0c4b1f2d3e" }), &claims);
        with(&explain(), &json!({ "claims": claims }))
    };
    let roles = |roles: Value| with(&explain(), &json!({ "roles": roles }));
    let of_unknown_level = |role: &Value| {
        let mut stored = stored("delivered", "fulfilled");
        stored["catalog"]["privilegeLevel"] = Value::Null;
        with(&explain(), &json!({ "stored": stored, "roles": [role] }))
    };
    vec![
        explain(),
        roles(json!([])),
        roles(
            json!([{ "role": "Catalog owner", "scope": "/AccessPackageCatalog/cec5d6ab-c75d-47c0-9c1c-92e89f66e384" }]),
        ),
        roles(
            json!([{ "role": "ae79f266-94d4-4dab-b730-feca7e132178", "scope": "/AccessPackageCatalog/beedadfe-01d5-4025-910b-84abb9369997" }]),
        ),
        roles(
            json!([{ "role": "Emperor", "scope": "/" }, { "role": "Catalog owner", "scope": "/AdministrativeUnits/1" }]),
        ),
        claims(
            json!({ "idtyp": "app", "roles": ["EntitlementManagement.ReadWrite.All"], "aud": "api://else", "exp": 1 }),
        ),
        with(
            &claims(json!({ "idtyp": "app", "aud": "api://else", "exp": 1 })),
            &json!({ "roles": [{ "role": "Catalog owner", "scope": "/" }] }),
        ),
        // Of the two lists of roles, one was not looked up.
        roles(json!([{ "role": "User Administrator", "scope": "/" }])),
        with(&claims(json!({ "scp": "", "wids": [] })), &json!({ "roles": [] })),
        // R43: the level of the catalog is unknown.
        of_unknown_level(&json!({ "role": "Catalog owner", "scope": "/" })),
        of_unknown_level(&json!({ "role": "Global Administrator", "scope": "/" })),
        of_unknown_level(&json!({ "role": "Catalog reader", "scope": "/" })),
        claims(json!({ "scp": null, "wids": ["62e90394-69f5-4237-9190-012177145e10"] })),
        claims(json!({ "tid": "9188040d-6c67-4c5b-b112-36a304b66dad" })),
        with(
            &explain(),
            &json!({
                "roles": [{ "role": "Catalog owner", "scope": "/" }], "stored": stored("deliveryFailed", "failed"), "request": request()
            }),
        ),
        // These cannot be read, and no error repeats what a token contains.
        with(&explain(), &json!({ "claims": "eyJ0eXAiOiJKV1QifQ.eyJ0aWQiOiIifQ.c2ln" })),
        with(&explain(), &json!({ "claims": {} })),
        claims(json!({ "scp": ["secret"] })),
        claims(json!({ "exp": "secret" })),
        without(&explain(), "claims"),
    ]
}

/// Questions of the vectors, in other forms.
fn in_other_forms() -> Vec<(&'static str, Value)> {
    let failed = json!({ "stored": stored("deliveryFailed", "failed"), "request": request() });
    let by_request = with(&reprocess(), &failed);
    let ended = json!({ "now": "2027-01-01T02:00:00+02:00" });
    let by_nobody =
        json!({ "caller": { "account": "personal", "object": null, "permissions": null, "roles": null } });
    let unknown = with(&stored("delivered", "fulfilled"), &json!({ "resourceRoles": null }));
    vec![
        ("evaluate", with(&evaluate(), &failed)),
        (
            "evaluate",
            with(
                &with(&evaluate(), &failed),
                &json!({ "request": with(&request(), &json!({ "purpose": "removal" })) }),
            ),
        ),
        ("evaluate", with(&evaluate(), &json!({ "request": null }))),
        ("evaluate", with(&evaluate(), &ended)),
        ("evaluate", with(&evaluate(), &by_nobody)),
        ("reprocess", reprocess()),
        ("reprocess", with(&reprocess(), &json!({ "gives": null, "observed": null, "request": null }))),
        ("reprocess", with(&reprocess(), &json!({ "gives": null, "stored": unknown }))),
        ("reprocess", with(&reprocess(), &json!({ "gives": [] }))),
        (
            "reprocess",
            with(
                &reprocess(),
                &json!({ "observed": [
            { "resourceRole": member(), "observed": "present" }, { "resourceRole": member(), "observed": "present" }
        ] }),
            ),
        ),
        ("reprocess", with(&reprocess(), &ended)),
        ("reprocess", with(&reprocess(), &by_nobody)),
        ("reprocess", by_request.clone()),
        ("reprocess", with(&by_request, &json!({ "gives": null }))),
        ("reprocess", with(&by_request, &json!({ "now": "2026-12-04T11:00:00Z" }))),
        ("record", record()),
        ("record", with(&record(), &json!({ "receipt": without(&record()["receipt"], "reason") }))),
        ("record", with(&record(), &ended)),
        ("expire", without(&record(), "receipt")),
        ("expire", with(&without(&record(), "receipt"), &ended)),
    ]
}

fn of_documents() -> Vec<Value> {
    let read = |document: Value| json!({ "document": document });
    let mut without_list = document();
    without_list["accessPackage"]
        .as_object_mut()
        .and_then(|it| it.remove("resourceRoleScopes"))
        .expect("a list");
    let failed = json!({ "state": "deliveryFailed" });
    let mut half = with(&document(), &failed);
    half["accessPackage"]["resourceRoleScopes"][1]["role"] = Value::Null;
    vec![
        read(document()),
        read(with(&document(), &failed)),
        read(with(&without_list, &failed)),
        read(half),
        read(without_list),
        read(with(&document(), &json!({ "schedule": {} }))),
        read(with(&document(), &json!({ "state": "unknownFutureValue" }))),
        read(json!({ "value": [] })),
        read(json!({ "value": [document()] })),
        read(json!({ "value": [document(), document()] })),
        read(json!({ "value": [with(&document(), &json!({ "id": 7 }))] })),
        read(json!({ "error": { "code": "UnAuthorized", "message": "no" } })),
        read(json!({ "id": 7 })),
        read(json!("@{id=1}")),
        read(Value::Null),
    ]
}

/// R45, R47
fn of_roles() -> Vec<Value> {
    let read = |page: Value| json!({ "roleAssignments": page });
    let held = |principal: &str, role: &str, scope: &str, at: &str| json!({ "principalId": principal, "roleDefinitionId": role, scope: at });
    let (object, other) = ("8586ddc8-0ff7-4c24-9c79-f192bc3566e3", "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0");
    let owner = held(
        object,
        "ae79f266-94d4-4dab-b730-feca7e132178",
        "appScopeId",
        "/AccessPackageCatalog/cec5d6ab-c75d-47c0-9c1c-92e89f66e384",
    );
    let global = held(object, "62e90394-69f5-4237-9190-012177145e10", "directoryScopeId", "/");
    let unknown = held(object, "00000000-0000-0000-0000-00000000000a", "appScopeId", "/");
    let of_other = held(other, "ae79f266-94d4-4dab-b730-feca7e132178", "appScopeId", "/");
    vec![
        read(json!({ "value": [] })),
        read(json!({ "value": [owner, global, unknown] })),
        read(json!({ "value": [owner, of_other] })),
        read(json!({ "value": [owner], "@odata.nextLink": "https://graph.microsoft.com/v1.0/next" })),
        read(json!({ "value": [{ "principalId": 7 }] })),
        read(json!({ "value": [document()] })),
        read(json!({})),
        read(Value::Null),
        json!({ "document": document(), "roleAssignments": { "value": [] } }),
    ]
}

/// Questions with something that does not fit.
fn unfit() -> Vec<(&'static str, Value)> {
    let role = |members: Value| {
        let entry = with(&stored("delivered", "fulfilled")["resourceRoles"][0], &members);
        with(&stored("delivered", "fulfilled"), &json!({ "resourceRoles": [entry] }))
    };
    let load = |stored: Value| ("expire", json!({ "stored": stored, "now": NOW }));
    let twice = json!([{ "resourceRole": member(), "fulfillment": "fulfilled" }, { "resourceRole": member(), "fulfillment": "failed" }]);
    let of_another = json!({ "assignment": "00000000-0000-0000-0000-00000000000a" });
    let of_another_role =
        with(&member(), &json!({ "roleOriginId": "Owner_0282e19d-bf41-435d-92a4-99bab93af305" }));
    let receipt = |members: Value| {
        ("record", with(&record(), &json!({ "receipt": with(&record()["receipt"], &members) })))
    };
    // With the type, it would be another resource role. It is not read as the one without.
    let misspelled = with(&member(), &json!({ "roletype": "Assigned" }));
    let listed: Vec<_> = member().as_object().expect("an object").values().cloned().collect();
    let seen = |observed: &str| json!({ "resourceRole": member(), "observed": observed });
    vec![
        load(with(&stored("delivered", "fulfilled"), &json!({ "format": 2 }))),
        load(with(&stored("delivered", "fulfilled"), &json!({ "format": -1 }))),
        load(stored("delivered", "pending")),
        load(stored("undelivered", "fulfilled")),
        load(stored("delivered", "done")),
        load(with(&stored("delivered", "fulfilled"), &json!({ "resourceRoles": twice }))),
        load(role(json!({ "reason": { "code": "a", "words": "b" } }))),
        load(role(json!({ "resourceRole": with(&member(), &json!({ "roleOriginId": "Guest" })) }))),
        load(role(json!({ "resourceRole": null }))),
        load(role(json!({ "resourceRole": misspelled }))),
        load(role(json!({ "resourceRole": listed }))),
        load(role(json!({ "fulfillment": "failed", "reason": [] }))),
        load(with(&stored("delivered", "fulfilled"), &json!({ "resourceRoles": ["AadGroup"] }))),
        load(with(
            &stored("delivered", "fulfilled"),
            &json!({ "catalog": "cec5d6ab-c75d-47c0-9c1c-92e89f66e384" }),
        )),
        load(without(&stored("delivered", "fulfilled"), "end")),
        load(with(&stored("delivered", "fulfilled"), &json!({ "end": "tomorrow" }))),
        load(with(&stored("delivered", "fulfilled"), &json!({ "attempt": 4_294_967_296_u64 }))),
        load(with(&stored("delivered", "fulfilled"), &json!({ "id": "78f1fdfd4d014e209e7d792f1f0cba47" }))),
        load(json!([1, 2, 3])),
        load(Value::Null),
        receipt(of_another),
        receipt(json!({ "resourceRole": of_another_role })),
        receipt(json!({ "resourceRole": misspelled })),
        receipt(json!({ "outcome": "lost" })),
        receipt(json!({ "reason": "no" })),
        ("reprocess", with(&reprocess(), &json!({ "observed": [seen("present"), seen("absent")] }))),
        ("reprocess", with(&reprocess(), &json!({ "observed": [seen("gone")] }))),
        ("reprocess", with(&reprocess(), &json!({ "observed": {} }))),
        (
            "reprocess",
            with(
                &reprocess(),
                &json!({ "observed": [{ "resourceRole": misspelled, "observed": "present" }] }),
            ),
        ),
        ("reprocess", with(&reprocess(), &json!({ "gives": [member(), misspelled] }))),
        ("reprocess", with(&reprocess(), &json!({ "gives": [listed] }))),
        ("reprocess", with(&reprocess(), &json!({ "gives": [member(), {}] }))),
        ("reprocess", without(&reprocess(), "gives")),
        ("reprocess", without(&reprocess(), "now")),
        ("reprocess", with(&reprocess(), &json!({ "request": {} }))),
        ("reprocess", with(&reprocess(), &json!({ "obseved": [] }))),
        ("evaluate", with(&evaluate(), &json!({ "gives": [] }))),
        ("evaluate", with(&evaluate(), &json!({ "caller": { "account": "robot" } }))),
        ("evaluate", with(&evaluate(), &json!({ "caller": ["application"] }))),
        (
            "evaluate",
            with(
                &evaluate(),
                &json!({ "caller": with(&caller(), &json!({ "roles": [{ "role": 1, "scope": "/" }] })) }),
            ),
        ),
        ("evaluate", with(&evaluate(), &json!({ "now": 0 }))),
        ("evaluate", with(&evaluate(), &json!({ "now": "2026-11-28T12:00:00" }))),
    ]
}

/// Texts that are not questions.
fn no_questions() -> Vec<(&'static str, String)> {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(200), close.repeat(200));
    let expire = |stored: &str| format!("{{\n  \"now\": \"{NOW}\",\n  \"stored\": {stored}\n}}");
    vec![
        ("expire", String::new()),
        ("expire", "{".into()),
        ("expire", "null".into()),
        ("expire", "[]".into()),
        ("expire", "\"eyJ0eXAiOiJKV1QifQ.eyJ0aWQiOiIifQ.c2ln\"".into()),
        ("expire", "{}{}".into()),
        ("expire", expire("{}") + "x"),
        ("expire", expire("{},\n  \"now\": \"0001-01-01T00:00:00Z\"")),
        ("expire", without(&record(), "receipt").to_string() + "{}"),
        ("expire", without(&record(), "receipt").to_string() + " \n\t "),
        ("expire", expire(&deep("[", "]"))),
        ("expire", expire(&deep("{\"id\":", "}"))),
        ("expire", expire("\"\\ud800\"")),
        ("expire", expire("1e999")),
        ("read", format!("\u{feff}{{ \"document\":\n{} }}", DOCUMENT.replace("\"delivered\"", "\n  7"))),
        ("", "{}".into()),
        ("Expire", "{}".into()),
        ("reprocessRequest", "{}".into()),
        ("expire\0", "{}".into()),
    ]
}

fn all() -> Vec<(&'static str, String)> {
    let by_token = by_token().into_iter().map(|question| ("explain", question));
    let of_documents = of_documents().into_iter().chain(of_roles()).map(|question| ("read", question));
    let questions = by_token.chain(of_documents).chain(in_other_forms()).chain(unfit());
    questions.map(|(operation, question)| (operation, question.to_string())).chain(no_questions()).collect()
}

/// Every question here, with its exact answer.
#[test]
fn asked() {
    let lines = all().into_iter().map(|(operation, question)| {
        let answer = access_package::ask(operation, question.as_bytes());
        let (operation, question) = (json!(operation), json!(question));
        format!("{{\"operation\":{operation},\"question\":{question},\"answer\":{answer}}}")
    });
    let lines: Vec<_> = lines.collect();
    hold("tests/vectors/asked.json", &format!("{{\"version\":4,\n\"asked\":[\n{}\n]}}\n", lines.join(",\n")));
}

/// The schema must fit these questions, too.
#[test]
fn asked_of_the_schema() {
    let mut calls = Calls::of("asked");
    for (operation, question) in all() {
        if let Ok(question @ Value::Object(_)) = serde_json::from_str(&question) {
            calls.ask(operation, &question);
        }
    }
}

/// Without the reader of documents, all other answers are the same.
#[test]
fn asked_of_what_is_stored() {
    let answer = |operation: &str, question: &str| -> Value {
        serde_json::from_str(&access_package::ask_stored(operation, question.as_bytes())).expect("JSON")
    };
    for (operation, question) in all() {
        let expected = ask(operation, &question);
        if operation != "read" && expected["error"]["code"] != "unknownOperation" {
            assert_eq!(answer(operation, &question), expected, "{operation} {question}");
        }
    }
    let error = &answer("read", &json!({ "document": {} }).to_string())["error"];
    assert_eq!((&error["code"], &error["place"]), (&json!("unknownOperation"), &Value::Null));
    assert_eq!(
        error["message"],
        "operation `read` is not known: expected `evaluate`, `explain`, `reprocess`, `record`, `expire`"
    );
}

/// No error repeats what a token contains. A caller who may not reprocess learns nothing about the
/// assignment.
#[test]
fn what_is_kept_back() {
    for question in by_token() {
        let answer = ask("explain", &question.to_string()).to_string();
        assert!(
            !answer.contains("secret") && !answer.contains("eyJ") && !answer.contains("not looked at"),
            "{answer}"
        );
    }
    // R8
    let states = [("delivered", "fulfilled"), ("delivering", "pending"), ("expired", "pending")];
    let answers = states.map(|(state, fulfillment)| {
        let nobody = json!({ "caller": { "account": "workOrSchool" }, "stored": stored(state, fulfillment) });
        ask("reprocess", &with(&reprocess(), &nobody).to_string())
    });
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

/// The schema has the same names as the crate.
#[test]
fn the_words_in_the_schema() {
    use access_package::{AssignmentState, Reason, Role, Step};

    fn words(words: impl IntoIterator<Item = impl ToString>) -> String {
        words.into_iter().map(|word| json!(word.to_string()).to_string()).collect::<Vec<_>>().join(", ")
    }

    let hold = |name: &str, words: String| {
        hold_between("src/ask/schema.json", [&format!("\"{name}\": {{ \"enum\": ["), "] }"], &words);
    };
    hold("roleName", words(Role::ALL));
    hold("step", words(Step::ALL.iter().map(|step| step.code())));
    hold("reason", words(Reason::all().map(Reason::code)));
    hold("state", words(AssignmentState::ALL));
    let unknown = ask("", "{}");
    let operations = unknown["error"]["data"]["required"].as_array().expect("names");
    hold("operation", words(operations.iter().map(|name| name.as_str().expect("a name"))));
}
