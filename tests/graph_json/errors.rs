//! An error as data contains everything that it contains as a value.

use access_package::graph::json::ReadError;
use access_package::{AssignmentState, LoadError, ParseResourceRoleError};
use serde_json::{Value, json};

use crate::fixtures::GROUP;

const OTHER: &str = "8ca95b77-5991-438f-b0a4-f5fa02fb93e0";

/// One error of each kind, and its data.
fn errors() -> Vec<(ReadError, Value)> {
    let part = || "target.objectId".to_owned();
    let within = ReadError::Missing { part: part() };
    let told = json!(within);
    vec![
        (
            ReadError::Malformed { line: 3, column: 4, part: Some(part()), message: "not that".into() },
            json!({ "line": 3, "column": 4, "part": "target.objectId", "message": "not that" }),
        ),
        (
            ReadError::Malformed { line: 1, column: 0, part: None, message: "nothing".into() },
            json!({ "line": 1, "column": 0, "part": null, "message": "nothing" }),
        ),
        (ReadError::NotUtf8, json!({})),
        (
            ReadError::GraphError { code: "Forbidden".into(), message: Some("Not you.".into()) },
            json!({ "code": "Forbidden", "message": "Not you." }),
        ),
        (
            ReadError::FailedResponse { id: "7".into(), status: 429, code: Some("x".into()), message: None },
            json!({ "id": "7", "status": 429, "code": "x", "message": null }),
        ),
        (ReadError::IsRequest { assignment: GROUP.parse().ok() }, json!({ "assignment": GROUP })),
        (ReadError::IsRequest { assignment: None }, json!({ "assignment": null })),
        (ReadError::IsAssignment, json!({})),
        (ReadError::IsPage, json!({})),
        (ReadError::IsAccessPackage, json!({})),
        (ReadError::PageWithoutList, json!({})),
        (
            ReadError::NotExpanded { part: part(), expand: "target" },
            json!({ "part": "target.objectId", "expand": "target" }),
        ),
        (
            ReadError::ListCut { part: "value".into(), whole: "https://next".into() },
            json!({ "part": "value", "whole": "https://next" }),
        ),
        (
            ReadError::OtherAccessPackage {
                required: GROUP.parse().expect("an id"),
                actual: OTHER.parse().expect("an id"),
            },
            json!({ "required": GROUP, "actual": OTHER }),
        ),
        (
            ReadError::OtherCollection { required: "assignments", actual: "users".into() },
            json!({ "required": "assignments", "actual": "users" }),
        ),
        (ReadError::OfAssignment { part: "value[0]".into() }, json!({ "part": "value[0]" })),
        (ReadError::Missing { part: part() }, json!({ "part": "target.objectId" })),
        (ReadError::TargetNotInTenant, json!({})),
        (
            ReadError::Disagreement { part: "catalogId", other: "accessPackage.catalog.id" },
            json!({ "part": "catalogId", "other": "accessPackage.catalog.id" }),
        ),
        (ReadError::MixedVersions, json!({})),
        (ReadError::MixedRequestVersions, json!({})),
        (
            ReadError::ExpandedAssignment { part: "assignment", problem: Box::new(within) },
            json!({ "part": "assignment", "problem": told }),
        ),
        (ReadError::RequestWithoutAssignment { state: "denied".into() }, json!({ "state": "denied" })),
        (ReadError::UnknownRequestState { state: "x".into() }, json!({ "state": "x" })),
        (
            ReadError::ResourceRole { part: part(), problem: ParseResourceRoleError::NothingToEnforce },
            json!({ "part": "target.objectId", "problem": ParseResourceRoleError::NothingToEnforce.to_string() }),
        ),
        (ReadError::ContradictoryExpiration { part: "schedule" }, json!({ "part": "schedule" })),
        (ReadError::TwoEnds, json!({})),
        (ReadError::PossibleEnd { part: part() }, json!({ "part": "target.objectId" })),
        (ReadError::EndUnknown { part: "schedule" }, json!({ "part": "schedule" })),
        (ReadError::EndOutOfRange, json!({})),
    ]
}

#[test]
fn what_an_error_holds_is_in_its_data() {
    for (error, data) in errors() {
        let expected = json!({ "code": error.code(), "message": error.to_string(), "data": data });
        assert_eq!(json!(error), expected);
        // The code is the name of the variant in Rust, and the data has the names of its fields.
        let (code, variant) = (error.code(), format!("{error:?}"));
        let (name, fields) = variant.split_once(" { ").unwrap_or((&variant, ""));
        assert!(code.eq_ignore_ascii_case(name) && code[1..] == name[1..], "{code}");
        let names: Vec<_> = data.as_object().expect("an object").keys().collect();
        assert!(names.iter().all(|name| fields.contains(&format!("{name}: "))), "{names:?} {fields}");
        assert_eq!(names.is_empty(), fields.is_empty());
    }
    let whole = LoadError::StateContradictsFulfillments {
        required: AssignmentState::Delivered,
        actual: AssignmentState::Delivering,
    };
    assert_eq!(json!(ReadError::from(whole.clone())), json!(whole));
}
