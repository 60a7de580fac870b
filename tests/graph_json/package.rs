//! R13, R45: the resource roles that the access package gives now, in the document of the assignment or
//! alone, and never only a part of them.

use access_package::graph::json::{
    AccessPackageDocument, ReadError, read, read_access_package, read_gives, read_list, read_request,
    read_with,
};
use access_package::{Assignment, Fulfillment, Recency, ResourceRole};
use serde_json::{Value, json};

use crate::fixtures::{GROUP, OTHER_GROUP, beta, beta_role, read_value, v1, with};

pub const THIRD_GROUP: &str = "0bd2dedf-3d41-46d6-a715-134dac5eb029";
pub const V1_LIST: &str = "/accessPackage/resourceRoleScopes";
const BETA_LIST: &str = "/accessPackageAssignmentResourceRoles";
const BETA_STATE: &str = "/assignmentState";

pub fn member(group: &str) -> ResourceRole {
    ResourceRole::from_origin("AadGroup", group, &format!("Member_{group}"), None).expect("a resource role")
}

/// A resource role as beta lists it in an access package.
pub fn beta_scope(group: &str) -> Value {
    let mut scope = beta_role(group, "");
    scope.as_object_mut().expect("an object").remove("status");
    scope
}

pub fn v1_scope(group: &str) -> Value {
    json!({
        "id": "x",
        "role": { "originSystem": "AadGroup", "originId": format!("Member_{group}") },
        "scope": { "originSystem": "AadGroup", "originId": group },
    })
}

/// Beta, with the access package too: it no longer has the first group, and it has a third one.
fn with_package(document: Value) -> Value {
    let scopes = json!([beta_scope(THIRD_GROUP), beta_scope(OTHER_GROUP)]);
    let id = document["accessPackageId"].clone();
    with(document, "/accessPackage", Some(json!({ "id": id, "accessPackageResourceRoleScopes": scopes })))
}

pub fn of(document: &Value) -> AccessPackageDocument {
    read_access_package(document.to_string().as_bytes()).expect("an access package")
}

pub fn error(document: &Value) -> ReadError {
    read_access_package(document.to_string().as_bytes()).expect_err("no access package")
}

fn gives(document: &Value) -> Result<Vec<ResourceRole>, ReadError> {
    read_gives(document.to_string().as_bytes())
}

/// A page with these groups, as the access package lists them.
fn given_by(groups: &[&str]) -> AccessPackageDocument {
    of(&groups.iter().map(|group| v1_scope(group)).collect())
}

pub fn read_value_with(document: &Value, package: &AccessPackageDocument) -> Result<Assignment, ReadError> {
    read_with(document.to_string().as_bytes(), package)
}

/// Each resource role with its fulfillment.
pub fn listed(assignment: &Assignment) -> Vec<(ResourceRole, Fulfillment)> {
    let roles = assignment.resource_roles().expect("known").iter();
    roles.map(|role| (role.resource_role.clone(), role.fulfillment)).collect()
}

#[test]
fn in_beta_too_what_the_package_gives_now_is_owed() {
    use Fulfillment::{Fulfilled, Pending};
    let document = with_package(beta());
    let now =
        |[other, third]: [Fulfillment; 2]| vec![(member(OTHER_GROUP), other), (member(THIRD_GROUP), third)];
    assert_eq!(listed(&read_value(&document).expect("a document")), now([Fulfilled, Fulfilled]));
    assert_eq!(gives(&document), Ok(vec![member(OTHER_GROUP), member(THIRD_GROUP)]));
    // The assignment's own list shows the fulfillments.
    let delivering = with(document.clone(), BETA_STATE, Some(json!("Delivering")));
    for (of_other, of_third, expected) in [
        (Some("PendingFulfillment"), None, [Pending, Pending]),
        (Some("Fulfilled"), None, [Fulfilled, Pending]),
        (Some("Fulfilled"), Some("x"), [Fulfilled, Pending]),
        (None, Some("fulfilled"), [Pending, Fulfilled]),
        // Something is missing, or the assignment would not be delivering.
        (Some("Fulfilled"), Some("Fulfilled"), [Pending, Pending]),
    ] {
        let own = [(OTHER_GROUP, of_other), (THIRD_GROUP, of_third), (GROUP, Some("Fulfilled"))];
        let own: Value =
            own.iter().filter_map(|(group, status)| Some(beta_role(group, (*status)?))).collect();
        let delivering = with(delivering.clone(), BETA_LIST, Some(own));
        assert_eq!(listed(&read_value(&delivering).expect("a document")), now(expected));
    }
    // The package's list suffices alone. The assignment's own list is still read if there is no other.
    for nothing in [None, Some(Value::Null)] {
        let alone = with(document.clone(), BETA_LIST, nothing.clone());
        assert_eq!(read_value(&alone), read_value(&document));
        assert_eq!(gives(&alone), gives(&document));
        let alone = with(alone, BETA_STATE, Some(json!("Delivering")));
        assert_eq!(listed(&read_value(&alone).expect("a document")), now([Pending, Pending]));
        let own = with(document.clone(), "/accessPackage/accessPackageResourceRoleScopes", nothing);
        assert_eq!(read_value(&own), read_value(&beta()));
    }
    // A list of one version does not count in the other.
    let in_v1 = json!({ "resourceRoleScopes": v1()["accessPackage"]["resourceRoleScopes"] });
    let in_v1 = with(document.clone(), "/accessPackage", Some(in_v1));
    assert_eq!(read_value(&in_v1), read_value(&beta()));
    let none = with(in_v1, BETA_LIST, None);
    assert!(matches!(read_value(&none), Err(ReadError::NotExpanded { .. })));
    let in_beta = with(v1(), V1_LIST, None);
    let in_beta = with(in_beta, "/accessPackage/accessPackageResourceRoleScopes", Some(json!([])));
    assert!(matches!(read_value(&in_beta), Err(ReadError::NotExpanded { .. })));
    // An error in it is named.
    let list = "accessPackage.accessPackageResourceRoleScopes";
    let wrong =
        with(document, "/accessPackage/accessPackageResourceRoleScopes/1/accessPackageResourceRole", None);
    assert!(
        read_value(&wrong)
            .unwrap_err()
            .to_string()
            .starts_with(&format!("`{list}[1].accessPackageResourceRole` is")),
    );
}

#[test]
fn a_list_that_goes_on_elsewhere_is_not_the_whole_list() {
    let link = json!("https://graph.microsoft.com/v1.0/next?$skiptoken=2");
    let v1_list = "accessPackage.resourceRoleScopes";
    let beta_list = "accessPackageAssignmentResourceRoles";
    let package_list = "accessPackage.accessPackageResourceRoleScopes";
    let v1_cut = "`accessPackages/{id}/resourceRoleScopes?$expand=role,scope`";
    let beta_cut = "`accessPackages/{id}/accessPackageResourceRoleScopes?$expand=accessPackageResourceRole,accessPackageResourceScope`";
    for (document, state, list, whole) in [
        (v1(), "/state", v1_list, v1_cut),
        (beta(), BETA_STATE, beta_list, beta_cut),
        (with_package(beta()), BETA_STATE, package_list, beta_cut),
    ] {
        let pointer = format!("/{}", list.replace('.', "/"));
        for rest in [&link, &json!(true), &json!({})] {
            for items in [document.pointer(&pointer).cloned(), Some(json!([])), Some(Value::Null), None] {
                let cut = with(document.clone(), &format!("{pointer}@odata.nextLink"), Some(rest.clone()));
                let cut = with(cut, &pointer, items);
                let text = format!("`{list}` is not the whole list: request {whole}");
                for word in ["delivered", "Delivering"] {
                    let cut = with(cut.clone(), state, Some(json!(word)));
                    assert_eq!(read_value(&cut).expect_err("a part").to_string(), text);
                    // The list can be read alone.
                    let by_itself = read_value_with(&cut, &given_by(&[GROUP])).expect("a document");
                    let (given, how_far) = listed(&by_itself).remove(0);
                    assert_eq!(given, member(GROUP));
                    // The rest of the list might contradict the fulfillments.
                    let expected =
                        if word == "delivered" { Fulfillment::Fulfilled } else { Fulfillment::Pending };
                    assert_eq!(how_far, expected, "{list} {word}");
                }
                assert_eq!(gives(&cut).expect_err("a part").to_string(), text);
                // If the list is not needed, it can be anything.
                for word in ["partiallyDelivered", "expired", "deliveryFailed"] {
                    let cut = with(cut.clone(), state, Some(json!(word)));
                    assert_eq!(read_value(&cut).expect("a document").resource_roles(), None);
                    assert_eq!(gives(&cut).expect_err("a part").to_string(), text);
                }
            }
        }
        let whole = with(document.clone(), &format!("{pointer}@odata.nextLink"), Some(Value::Null));
        assert_eq!(read_value(&whole), read_value(&document));
    }
    // The assignment's own list shows the fulfillments, but a part of it shows nothing.
    let own = with(with_package(beta()), "/accessPackageAssignmentResourceRoles@odata.nextLink", Some(link));
    assert_eq!(read_value(&own), read_value(&with_package(beta())));
    let own = with(own, BETA_STATE, Some(json!("Delivering")));
    let read = listed(&read_value(&own).expect("a document"));
    assert_eq!(read.len(), 2);
    assert!(read.iter().all(|(_, fulfillment)| *fulfillment == Fulfillment::Pending));
}

#[test]
fn an_assignment_is_read_with_what_its_package_gives_by_itself() {
    use Fulfillment::{Fulfilled, Pending};
    let gives = || given_by(&[GROUP, OTHER_GROUP, GROUP]);
    let each = |other, group| vec![(member(OTHER_GROUP), other), (member(GROUP), group)];
    let bare_v1 = with(v1(), V1_LIST, None);
    let bare_beta = with(beta(), BETA_LIST, None);
    assert!(matches!(read_value(&bare_v1), Err(ReadError::NotExpanded { .. })));
    for document in [bare_v1.clone(), v1(), bare_beta.clone(), beta(), with_package(beta())] {
        let assignment = read_value_with(&document, &gives()).expect("a document");
        assert_eq!(listed(&assignment), each(Fulfilled, Fulfilled));
        let none = read_value_with(&document, &given_by(&[])).expect("a document");
        assert_eq!(none.resource_roles(), Some(&[][..]));
    }
    for (document, state, expected) in [
        (bare_v1.clone(), "/state", each(Pending, Pending)),
        (bare_beta, BETA_STATE, each(Pending, Pending)),
        (beta(), BETA_STATE, each(Pending, Fulfilled)),
    ] {
        let delivering = with(document, state, Some(json!("delivering")));
        assert_eq!(listed(&read_value_with(&delivering, &gives()).expect("a document")), expected);
        let none = read_value_with(&delivering, &given_by(&[])).expect("a document");
        assert_eq!(none.resource_roles(), None);
    }
    let expired = with(bare_v1.clone(), "/state", Some(json!("expired")));
    assert_eq!(read_value_with(&expired, &gives()).expect("a document").resource_roles(), None);
    // Everything else is required.
    let bare = with(bare_v1, "/accessPackage/catalog", None);
    let part = "accessPackage.catalog";
    assert!(
        matches!(read_value_with(&bare, &gives()), Err(ReadError::NotExpanded { part: it, .. }) if it == part)
    );
}

#[test]
fn a_request_tells_what_is_given_only_if_the_whole_list_is_there() {
    let failed = with(v1(), "/state", Some(json!("deliveryFailed")));
    let request = |assignment: Value| {
        let request = json!({
            "id": "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b", "requestType": "userAdd", "state": "deliveryFailed",
            "completedDateTime": "2026-11-20T08:00:00Z", "assignment": assignment,
        });
        read_request(request.to_string().as_bytes(), Recency::Newest)
    };
    let whole = request(failed.clone()).expect("a request");
    assert_eq!(whole.gives.expect("listed").len(), 3);
    for part in [
        with(failed.clone(), V1_LIST, None),
        with(failed.clone(), "/accessPackage/resourceRoleScopes@odata.nextLink", Some(json!("x"))),
    ] {
        let found = request(part).expect("a request");
        assert_eq!((found.assignment, found.gives), (whole.assignment.clone(), None));
    }
    let wrong = with(failed, "/accessPackage/resourceRoleScopes/0/role/originSystem", None);
    let Err(ReadError::ExpandedAssignment { problem, .. }) = request(wrong) else { panic!("malformed") };
    assert!(matches!(*problem, ReadError::Missing { .. }));
}

#[test]
fn an_access_package_is_read_with_its_resource_roles_or_from_a_page_of_them() {
    let id = "8ca95b77-5991-438f-b0a4-f5fa02fb93e0";
    let both = vec![member(OTHER_GROUP), member(GROUP)];
    let lists = [
        (json!([v1_scope(GROUP), v1_scope(OTHER_GROUP)]), "resourceRoleScopes"),
        (json!([beta_scope(GROUP), beta_scope(OTHER_GROUP)]), "accessPackageResourceRoleScopes"),
    ];
    for (list, name) in lists {
        let whole = of(&json!({ "id": id, "displayName": "x", name: list }));
        assert_eq!(whole.id, Some(id.parse().expect("an id")));
        assert_eq!((&whole.gives, whole.next_link), (&both, None));
        assert_eq!(of(&json!({ name: list })).id, None);
        assert_eq!(of(&json!({ name: [] })).gives, []);
        let page = of(&json!({ "@odata.context": "x", "value": list, "@odata.nextLink": "https://next" }));
        assert_eq!((page.id, &page.gives, page.next_link.as_deref()), (None, &both, Some("https://next")));
        assert_eq!(of(&json!({ "value": list, "@odata.nextLink": null })).next_link, None);
        // As exporters write it.
        for exported in [list.clone(), json!({ "Value": list })] {
            let exported = of(&exported);
            assert_eq!((exported.gives, exported.next_link), (both.clone(), None));
        }
        let single = of(&json!({ "value": list[0], "@odata.nextLink": "https://next" }));
        assert_eq!((single.gives, single.next_link.as_deref()), (vec![member(GROUP)], Some("https://next")));
        let marked = [b"\xef\xbb\xbf".as_slice(), json!({ "value": list }).to_string().as_bytes()].concat();
        assert_eq!(read_access_package(&marked).expect("a page").gives, both);
        // R45
        for rest in [json!("https://next"), json!(false)] {
            let cut = error(&json!({ "id": id, name: list, (format!("{name}@odata.nextLink")): rest }));
            assert!(matches!(cut, ReadError::ListCut { part, .. } if part == name));
        }
    }
    assert_eq!(of(&json!({ "value": [] })).gives, []);
    assert_eq!(of(&json!([])).gives, []);
    // Each once, and without a resource that only provides data for reviews.
    let data = json!({ "role": { "originSystem": "CustomDataProvidedResource" } });
    let many = json!({ "value": [v1_scope(GROUP), data, v1_scope(GROUP)] });
    assert_eq!(of(&many).gives, [member(GROUP)]);
}

#[test]
fn what_is_wrong_with_an_access_package_is_named() {
    let missing = |part: &str, expand| ReadError::NotExpanded { part: part.into(), expand };
    let v1_expand = "resourceRoleScopes($expand=role,scope)";
    for nothing in [json!({}), json!({ "id": GROUP }), json!({ "resourceRoleScopes": null, "value": null })] {
        assert_eq!(error(&nothing), missing("resourceRoleScopes", v1_expand));
    }
    assert_eq!(
        error(&json!({ "resourceRoleScopes": [{ "id": "x" }] })),
        missing("resourceRoleScopes[0].role", v1_expand)
    );
    let stub = json!({ "id": null, "originId": null });
    let half = json!({ "id": "x", "role": v1_scope(GROUP)["role"], "scope": stub });
    assert_eq!(
        error(&json!({ "resourceRoleScopes": [half] })),
        missing("resourceRoleScopes[0].scope", v1_expand)
    );
    assert_eq!(
        error(&json!({ "accessPackageResourceRoleScopes": [beta_scope(GROUP), {}] })),
        missing(
            "accessPackageResourceRoleScopes[1]",
            "accessPackageResourceRoleScopes($expand=accessPackageResourceRole,accessPackageResourceScope)"
        )
    );
    // For a page of one version, in the words of this version.
    assert_eq!(error(&json!({ "value": [{ "id": "x" }] })), missing("value[0].role", "role,scope"));
    let half = json!({ "accessPackageResourceRole": beta_scope(GROUP)["accessPackageResourceRole"] });
    let beta_expand = "accessPackageResourceRole,accessPackageResourceScope";
    assert_eq!(
        error(&json!({ "value": [half] })),
        missing("value[0].accessPackageResourceScope", beta_expand)
    );
    assert_eq!(error(&json!([half])), missing("[0].accessPackageResourceScope", beta_expand));
    let half = json!({ "accessPackageResourceScope": { "id": "x" } });
    assert_eq!(
        error(&json!({ "value": [half] })),
        missing("value[0].accessPackageResourceRole", beta_expand)
    );
    let mixed = json!({ "value": [v1_scope(GROUP), beta_scope(GROUP)] });
    assert_eq!(error(&mixed), missing("value[1].role", "role,scope"));

    let text = |document: Value| error(&document).to_string();
    assert_eq!(
        text(json!({ "value": [{ "role": { "originId": 4 } }] })),
        "line 1, column 31: `value[0].role.originId`: invalid type: integer `4`, expected a string"
    );
    assert_eq!(
        text(json!({ "value": 4 })),
        "line 1, column 10: `value`: invalid type: integer `4`, expected a sequence"
    );
    assert_eq!(
        text(json!({ "id": "x", "resourceRoleScopes": [] })),
        "line 1, column 9: `id`: `x` is not a valid access package id: expected a GUID of 36 characters with hyphens"
    );
    let wrong =
        json!({ "role": { "originSystem": "AadGroup", "originId": "x" }, "scope": { "originId": GROUP } });
    assert!(text(json!({ "value": [v1_scope(GROUP), wrong] })).starts_with("`value[1]`: role origin id"));
    // The kind of the document has to be clear.
    let twice = read_access_package(br#"{"state":1,"State":2,"value":[]}"#).expect_err("twice");
    assert_eq!(twice.to_string(), "line 1, column 18: duplicate field `state`");
}

#[test]
fn only_an_access_package_is_taken_for_one() {
    let page = |item: Value| json!({ "value": [item] });
    let request = json!({ "requestType": "userAdd", "assignment": { "id": GROUP } });
    let graph_error = json!({ "error": { "code": "Forbidden", "message": "no" }, "value": [] });
    for (document, expected) in [
        (v1(), ReadError::IsAssignment),
        (with_package(beta()), ReadError::IsAssignment),
        (page(v1()), ReadError::IsPage),
        (page(request.clone()), ReadError::IsPage),
        (json!({ "responses": [] }), ReadError::IsPage),
        (request, ReadError::IsRequest { assignment: Some(GROUP.parse().expect("an id")) }),
        (graph_error, ReadError::GraphError { code: "Forbidden".into(), message: Some("no".into()) }),
        (json!({ "@odata.nextLink": "x" }), ReadError::PageWithoutList),
    ] {
        assert_eq!(error(&document), expected, "{document}");
    }
    // It is not read as anything else.
    let whole = json!({ "id": GROUP, "resourceRoleScopes": [v1_scope(GROUP)] });
    let beta_whole = json!({ "id": GROUP, "accessPackageResourceRoleScopes": [] });
    for document in [
        page(v1_scope(GROUP)),
        page(beta_scope(GROUP)),
        whole,
        beta_whole,
        v1_scope(GROUP),
        beta_scope(GROUP),
    ] {
        let text = document.to_string();
        let is_told = |error: ReadError| {
            assert_eq!(error, ReadError::IsAccessPackage, "{text}");
            assert!(
                error.to_string().contains("resource role")
                    && error.to_string().contains("`read_access_package`")
            );
        };
        is_told(read(text.as_bytes()).expect_err("no assignment"));
        is_told(read_gives(text.as_bytes()).expect_err("no assignment"));
        is_told(read_request(text.as_bytes(), Recency::Newest).expect_err("no request"));
        match read_list(text.as_bytes()) {
            Err(error) => is_told(error),
            Ok(page) => page.items.into_iter().for_each(|item| {
                let item = item.expect_err("no assignment");
                assert_eq!(item.id, None);
                is_told(*item.problem);
            }),
        }
    }
}
