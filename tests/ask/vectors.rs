//! Every vector as a JSON question: the answer agrees with the vector.

use serde_json::{Value, json};

use crate::Calls;

fn read(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON")
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

/// This member of each item.
fn each(items: &Value, member: &str) -> Value {
    items.as_array().into_iter().flatten().map(|item| item[member].clone()).collect()
}

/// Before the end of any assignment.
const NOW: &str = "0001-01-01T00:00:00Z";

#[test]
fn the_gate() {
    let gate = read("gate.json");
    let mut calls = Calls::of("gate");
    for case in list(&gate["cases"]) {
        let question = json!({
            "caller": { "account": case["account"], "permissions": case["permissions"], "roles": case["roles"] },
            "stored": {
                "format": 1,
                "id": "00000000-0000-0000-0000-00000000000a",
                "catalog": { "id": gate["assignment"]["catalog"], "privilegeLevel": case["privilegeLevel"] },
                "accessPackage": "00000000-0000-0000-0000-00000000000b",
                "target": "00000000-0000-0000-0000-00000000000d",
                "targetType": null, "state": case["state"], "end": null, "attempt": 0, "resourceRoles": null
            },
            "now": NOW
        });
        let answer = calls.ask("evaluate", &question);
        assert_eq!(answer["verdict"], case["verdict"], "{case}");
        assert_eq!(answer["role"], case["role"], "{case}");
        let no_list = || json!([]);
        let (reasons, remedies) = (each(&answer["reasons"], "code"), each(&answer["remedies"], "steps"));
        assert_eq!((&reasons, &remedies), (&case["reasons"], &case["remedies"]), "{case}");
        // R8: a caller who may not reprocess gets the same complete answer in every state. `reprocess` gives
        // the same refusal.
        let mut asked = question;
        asked["gives"] = no_list();
        let reprocessed = calls.ask("reprocess", &asked);
        match case["verdict"].as_str() {
            Some("unauthorized") => assert_eq!(reprocessed, answer, "{case}"),
            _ => assert_eq!(reprocessed["verdict"], answer["verdict"], "{case}"),
        }
    }
}

#[test]
fn the_loads() {
    let mut calls = Calls::of("loads");
    for load in list(&read("lifecycle.json")["loads"]) {
        let question = json!({ "stored": load["stored"], "now": NOW });
        // The schema has the words as the crate writes them. The crate reads states in any case (R11).
        let state = load["stored"]["state"].as_str().expect("a word");
        let is_written_so =
            state.parse::<access_package::AssignmentState>().is_ok_and(|it| it.as_str() == state);
        let is_accepted = load["result"] == "loaded";
        let answer = if is_accepted && !is_written_so {
            crate::ask("expire", &question.to_string())
        } else {
            calls.ask("expire", &question)
        };
        let error = &answer["error"];
        match load["result"].as_str().expect("a word") {
            "loaded" => {
                assert_eq!(
                    (&answer["result"], &answer["event"]),
                    (&json!("unchanged"), &Value::Null),
                    "{load}"
                );
            }
            malformed @ ("malformedResourceRole" | "malformedId" | "unknownState") => {
                assert_eq!(error["code"], "malformed", "{load}");
                let place = error["place"].as_str().expect("a place");
                let expected = match malformed {
                    "malformedResourceRole" => place.starts_with("stored.resourceRoles["),
                    "unknownState" => place == "stored.state",
                    _ => ["id", "catalog.id", "accessPackage", "target"]
                        .map(|id| format!("stored.{id}"))
                        .contains(&place.into()),
                };
                assert!(expected, "{place}: {load}");
            }
            code => assert_eq!((&error["code"], &error["place"]), (&json!(code), &json!("stored")), "{load}"),
        }
    }
}

/// The question for a call of a trace. A caller with a role holds it in the tenant.
fn question(call: &Value, stored: &Value) -> (&'static str, Value) {
    let asked = |request: Option<&Value>| {
        let roles = json!([{ "role": call["role"], "scope": "/" }]);
        let mut question = json!({
            "caller": {
                "object": "00000000-0000-0000-0000-0000000000ca", "account": "workOrSchool",
                "permissions": ["EntitlementManagement.ReadWrite.All"], "roles": roles
            },
            "stored": stored, "now": call["now"], "gives": call["gives"], "observed": call["observed"]
        });
        if let Some(request) = request {
            question["request"] = request.clone();
        }
        question
    };
    match call["do"].as_str().expect("a word") {
        "reprocess" => ("reprocess", asked(None)),
        "reprocessRequest" => ("reprocess", asked(Some(&call["request"]))),
        "record" => ("record", json!({ "stored": stored, "receipt": call["receipt"], "now": call["now"] })),
        "expire" => ("expire", json!({ "stored": stored, "now": call["now"] })),
        other => panic!("{other}"),
    }
}

/// The result, as a word of a trace.
fn result(answer: &Value) -> &str {
    let reason = answer["reasons"][0]["code"].as_str();
    match (answer["verdict"].as_str(), reason) {
        (Some("accepted"), None) => "accepted",
        (Some("invalidState"), Some(reason)) if reason != "resourceRolesUnknown" => "invalidState",
        (Some(_), Some("requestDelivering" | "requestDelivered" | "requestExpired")) => "invalidRequestState",
        (Some(_), Some(reason)) => reason,
        _ => answer["error"]["code"].as_str().or(answer["result"].as_str()).expect("a word"),
    }
}

#[test]
fn the_traces() {
    let mut calls = Calls::of("traces");
    let mut compared = 0;
    for trace in list(&read("lifecycle.json")["traces"]) {
        let before = calls.ask("expire", &json!({ "stored": trace["start"], "now": NOW }));
        let (mut stored, mut actions) = (trace["start"].clone(), before["actions"].clone());
        for step in list(&trace["steps"]) {
            let (operation, question) = question(&step["call"], &stored);
            let answer = calls.ask(operation, &question);
            let at = format!("{}: {}\n{answer}", trace["name"], step["call"]);
            assert_eq!(result(&answer), step["result"], "{at}");
            assert_eq!(each(&answer["remedies"], "steps"), step["remedies"], "{at}");
            assert_eq!(answer["event"], step["event"], "{at}");
            // A caller who may not reprocess learns nothing about it, and an invalid receipt changes nothing.
            let is_told = answer["verdict"] != "unauthorized" && answer["error"].is_null();
            assert_eq!(answer["stored"].is_object(), is_told, "{at}");
            if is_told {
                (stored, actions) = (answer["stored"].clone(), answer["actions"].clone());
            }
            assert_eq!((&stored, &actions), (&step["stored"], &step["actions"]), "{at}");
            compared += 1;
        }
    }
    assert!(compared > 700, "only {compared}");
}
