//! Documents that are mistaken for others, and parts of a wrong kind: the error names the cause.

use access_package::Recency;
use access_package::graph::json::{
    EXPAND_BETA, EXPAND_V1, ReadError, read, read_gives, read_list, read_request,
};
use serde_json::{Value, json};

use crate::fixtures::{GROUP, beta, beta_role, read_value, v1, with};

const ID: &str = "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47";

fn text(document: &Value) -> String {
    read_value(document).expect_err("no assignment").to_string()
}

fn text_of_request(document: &Value) -> String {
    read_request(document.to_string().as_bytes(), Recency::Newest).expect_err("no request").to_string()
}

fn request(assignment: &Value) -> Value {
    json!({
        "id": "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b", "requestType": "userAdd", "state": "delivered",
        "completedDateTime": "2026-11-20T08:00:00Z", "schedule": null, "accessPackage": v1()["accessPackage"],
        "assignment": assignment,
    })
}

#[test]
fn a_request_is_called_one_with_the_assignment_it_is_for() {
    let told = format!("document is a request for the assignment `{ID}`: read it with `read_request`");
    let unsaid = "document is a request: read it with `read_request`";
    let beta = |name: &str, value: Value| json!({ "id": GROUP, name: value });
    for (document, expected) in [
        (request(&json!({ "id": ID })), told.as_str()),
        (request(&v1()), &told),
        (request(&json!({ "id": "x" })), unsaid),
        (request(&Value::Null), unsaid),
        // Recognized by what only a request has, in either version.
        (beta("accessPackageAssignment", json!({ "id": ID })), &told),
        (beta("accessPackageAssignment", json!({})), unsaid),
        (beta("assignment", json!("x")), unsaid),
        (beta("requestType", json!("x")), unsaid),
        (beta("requestState", json!("x")), unsaid),
        (beta("completedDateTime", json!("x")), unsaid),
        (beta("completedDate", json!("x")), unsaid),
    ] {
        assert_eq!(text(&document), expected, "{document}");
        let page = json!({ "value": [document] }).to_string();
        let error = read_list(page.as_bytes()).expect("a page").items.remove(0).expect_err("no assignment");
        // The id of the item is not the id of an assignment.
        assert_eq!(error.id.map(|id| id.to_string()), (expected != unsaid).then(|| ID.to_owned()));
        assert_eq!(error.problem.to_string(), expected);
        assert_eq!(read_list(document.to_string().as_bytes()).expect_err("no page").to_string(), expected);
    }
    // A request is not an assignment, even if it has everything that an assignment has.
    let whole = with(v1(), "/requestType", Some(json!("userAdd")));
    assert_eq!(text(&whole), unsaid);
    assert_eq!(read_value(&with(whole, "/requestType", Some(Value::Null))), read_value(&v1()));
}

#[test]
fn an_assignment_is_called_one_where_a_request_is_expected() {
    let expected = "document is an assignment: read it with `read`";
    for document in [v1(), beta(), json!({ "id": ID, "state": "delivered" }), json!({ "assignmentState": 7 })]
    {
        assert_eq!(text_of_request(&document), expected);
    }
    // As long as nothing shows that it is a request.
    let bare = with(request(&json!({ "id": ID })), "/requestType", None);
    assert_eq!(text_of_request(&bare), "`requestType` is missing");
    assert_eq!(text_of_request(&json!({ "id": ID })), "`state` is missing");
}

#[test]
fn an_error_of_graph_is_told_with_its_code_and_message() {
    let said = |error: Value| json!({ "error": error });
    let long = "\u{e9}".repeat(400);
    for (error, expected) in [
        (json!({ "code": "Forbidden", "message": "Not you." }), ", `Forbidden`: Not you."),
        (json!({ "code": "NoLicense", "details": [], "innerError": { "date": "x" } }), ", `NoLicense`"),
        (json!({ "Code": "x", "Message": null }), ", `x`"),
        // 200 characters, of which the last stands for the cut.
        (json!({ "code": "x", "message": &long[..400] }), &format!(", `x`: {}", &long[..400])),
        (json!({ "code": "x", "message": &long[..402] }), &format!(", `x`: {}…", &long[..398])),
        (json!({ "code": "x", "message": format!("a{long}") }), &format!(", `x`: a{}…", &long[..396])),
        (json!({ "code": format!("a{long}") }), &format!(", `a{}…`", &long[..396])),
    ] {
        let document = said(error);
        let expected = format!("document is a Microsoft Graph error{expected}");
        assert_eq!(text(&document), expected);
        assert_eq!(text_of_request(&document), expected);
        let text = document.to_string();
        assert_eq!(read_gives(text.as_bytes()).expect_err("none").to_string(), expected);
        assert_eq!(read_list(text.as_bytes()).expect_err("no page").to_string(), expected);
        let page = format!(r#"{{"value":[{text},{}]}}"#, v1());
        let items = read_list(page.as_bytes()).expect("a page").items;
        assert_eq!(items[0].as_ref().expect_err("an error").to_string(), format!("`value[0]`: {expected}"));
        assert!(items[1].is_ok());
        // It is read as an error, whatever else the document contains.
        let beside = with(v1(), "/error", Some(document["error"].clone()));
        assert_eq!(self::text(&beside), expected);
    }
    // A value that does not have Graph's form is an unknown property.
    for error in [json!("x"), json!({}), json!({ "code": 7 }), json!([]), Value::Null] {
        assert_eq!(read_value(&with(v1(), "/error", Some(error.clone()))), read_value(&v1()));
        assert_eq!(text(&said(error)), "`state` is missing");
    }
}

#[test]
fn a_page_is_called_one_and_says_if_its_list_is_missing() {
    let page = "document is a page of a list: read it with `read_list`";
    let bare = "document is a page without its list: `value` is missing";
    for (document, expected) in [
        (json!({ "value": [v1()] }), page),
        (json!({ "@odata.context": "x", "value": [] }), page),
        (json!({ "Value": beta() }), page),
        (json!({ "value": [request(&v1())] }), page),
        (json!({ "value": [7] }), page),
        (json!({ "responses": [] }), page),
        (json!({ "@odata.nextLink": "x", "value": null }), bare),
        (json!({ "@odata.context": "x" }), bare),
        (json!({ "@odata.Context": "x", "more": 1 }), bare),
        (json!({ "@odata.context": "x", "id": ID }), "`state` is missing"),
        (json!({ "value": null }), "`state` is missing"),
    ] {
        assert_eq!(text(&document), expected, "{document}");
        assert_eq!(text_of_request(&document), expected, "{document}");
        let list = read_list(document.to_string().as_bytes());
        assert_eq!(list.is_ok(), expected == page, "{document}");
        assert_eq!(list.is_err_and(|error| error.to_string() == bare), expected == bare, "{document}");
    }
    assert!(read_value(&with(v1(), "/value", Some(json!([])))).is_ok());
}

#[test]
fn an_object_of_nothing_but_null_was_not_expanded() {
    let nothing = json!({
        "id": null, "objectId": null, "displayName": null, "originId": null, "originSystem": null,
        "connectedOrganization": { "id": null }, "list": [null, {}], "AdditionalProperties": {},
    });
    for (document, pointers, expand) in [
        (
            v1(),
            &[
                "/target",
                "/accessPackage",
                "/accessPackage/catalog",
                "/accessPackage/resourceRoleScopes/0",
                "/accessPackage/resourceRoleScopes/2/role",
                "/accessPackage/resourceRoleScopes/1/scope",
            ][..],
            EXPAND_V1,
        ),
        (
            beta(),
            &[
                "/target",
                "/accessPackageAssignmentResourceRoles/1",
                "/accessPackageAssignmentResourceRoles/0/accessPackageResourceRole",
                "/accessPackageAssignmentResourceRoles/1/accessPackageResourceScope",
            ],
            EXPAND_BETA,
        ),
    ] {
        for pointer in pointers {
            for nothing in [nothing.clone(), json!({})] {
                let mut changed = document.clone();
                *changed.pointer_mut(pointer).expect("it was there") = nothing;
                let part = pointer[1..].replace('/', ".");
                let part = ["0", "1", "2"]
                    .iter()
                    .fold(part, |part, index| part.replace(&format!(".{index}"), &format!("[{index}]")));
                let expected = ReadError::NotExpanded { part, expand };
                assert_eq!(read_value(&changed), Err(expected.clone()));
                // In any case: exports change the case of names.
                let upper = changed.to_string().replace("\"target\"", "\"Target\"");
                let upper = upper.replace("\"accessPackage", "\"AccessPackage");
                assert_eq!(read(upper.as_bytes()), Err(expected));
            }
        }
    }
    // The subject is outside the tenant only if there is a subject.
    for subject in [
        json!({ "id": "a", "objectId": null }),
        json!({ "id": null, "objectId": null, "email": "x@example.com" }),
        json!({ "objectId": null, "connectedOrganization": { "id": 0 } }),
    ] {
        assert_eq!(read_value(&with(v1(), "/target", Some(subject))), Err(ReadError::TargetNotInTenant));
    }
    // An object with any content was expanded.
    let half = with(v1(), "/accessPackage/catalog", Some(json!({ "id": null, "displayName": "x" })));
    assert_eq!(text(&half), "`accessPackage.catalog.id` is missing");
    let role = json!([{ "role": { "originSystem": "AadGroup" }, "scope": { "originId": GROUP } }]);
    let half = with(v1(), "/accessPackage/resourceRoleScopes", Some(role));
    assert_eq!(text(&half), "`accessPackage.resourceRoleScopes[0].role.originId` is missing");
}

#[test]
fn what_is_of_a_wrong_type_is_named_by_its_path() {
    let part = |document: &Value| match read_value(document) {
        Err(ReadError::Malformed { part, .. }) => part,
        other => panic!("{other:?}"),
    };
    for (document, pointer, expected) in [
        (v1(), "/id", "id"),
        (v1(), "/target/objectId", "target.objectId"),
        (v1(), "/schedule/expiration/endDateTime", "schedule.expiration.endDateTime"),
        (
            v1(),
            "/accessPackage/resourceRoleScopes/2/role/originId",
            "accessPackage.resourceRoleScopes[2].role.originId",
        ),
        (
            beta(),
            "/accessPackageAssignmentResourceRoles/1/status",
            "accessPackageAssignmentResourceRoles[1].status",
        ),
    ] {
        assert_eq!(part(&with(document, pointer, Some(json!(7)))).as_deref(), Some(expected));
    }
    // The path as the document spells it.
    let pascal =
        v1().to_string().replace("\"target\"", "\"Target\"").replace("\"objectId\":\"", "\"OBJECTID\":\"x");
    let error = read(pascal.as_bytes()).expect_err("no id");
    assert!(
        matches!(&error, ReadError::Malformed { part: Some(part), .. } if part == "Target.OBJECTID"),
        "{error}"
    );
    assert!(error.to_string().contains(": `Target.OBJECTID`: `x2bc4"), "{error}");
    // There is no path for the whole document, or for a text that is not JSON.
    assert_eq!(part(&json!(7)), None);
    let Err(ReadError::Malformed { part: None, .. }) = read(br#"{"target":{"objectId":"#) else {
        panic!("cut")
    };
    // Within a request, the error has its place in the request.
    let wrong = with(v1(), "/target/objectId", Some(json!(7)));
    let pretty =
        serde_json::to_string_pretty(&with(request(&wrong), "/state", Some(json!("Delivered")))).unwrap();
    let line = 1 + pretty.lines().position(|line| line.contains("\"objectId\": 7")).expect("a line");
    let error = read_request(pretty.as_bytes(), Recency::Newest).expect_err("no id").to_string();
    assert!(
        error.starts_with(&format!("`assignment`: line {line}, column "))
            && error.contains("`target.objectId`"),
        "{error}"
    );
}

#[test]
fn what_was_cut_off_says_so_and_how_to_export_it_whole() {
    let help =
        ", expected an object or a list: it was cut off, export it again with `ConvertTo-Json -Depth 10`";
    for cut in [
        "@{id=x; role=; scope=}",
        "Microsoft.Graph.PowerShell.Models.MicrosoftGraphAccessPackage",
        "System.Object[]",
    ] {
        for pointer in [
            "/target",
            "/schedule",
            "/accessPackage/resourceRoleScopes",
            "/accessPackage/resourceRoleScopes/0/role",
        ] {
            let mut document = v1();
            *document.pointer_mut(pointer).expect("it was there") = json!(cut);
            let error = text(&document);
            let part = pointer[1..].replace("/0", "[0]").replace('/', ".");
            assert!(error.starts_with("line 1, column "), "{error}");
            assert!(error.ends_with(&format!(": `{part}`: invalid type: string \"{cut}\"{help}")), "{error}");
        }
        let page = json!({ "value": [cut], "@odata.nextLink": null }).to_string();
        let error = read_list(page.as_bytes()).expect("a page").items.remove(0).expect_err("cut off");
        assert!(error.to_string().ends_with(help), "{error}");
        let error =
            read_list(json!({ "value": cut }).to_string().as_bytes()).expect_err("cut off").to_string();
        assert!(error.contains("`value`") && error.ends_with(help), "{error}");
        assert!(text_of_request(&request(&json!(cut))).ends_with(help));
        // A text is fine where a text is expected.
        let id = with(v1(), "/id", Some(json!(cut)));
        assert!(!text(&id).contains("cut off"));
        let id = with(v1(), "/accessPackage/catalog/id", Some(json!({ cut: cut })));
        assert!(!text(&id).contains("cut off"));
    }
    for other in ["", "x", "see Microsoft.Graph", "id=@{x}"] {
        let error = text(&with(v1(), "/target", Some(json!(other))));
        assert!(
            error.ends_with(&format!(": `target`: invalid type: string \"{other}\", expected an object")),
            "{error}"
        );
    }
    let listed = with(beta(), "/accessPackageAssignmentResourceRoles", Some(beta_role(GROUP, "x")));
    assert!(text(&listed).ends_with("invalid type: map, expected a sequence"));
}
