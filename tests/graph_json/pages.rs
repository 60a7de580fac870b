//! R45: the resource roles of an access package, joined from pages: all of the pages, and all of this access
//! package.

use access_package::graph::json::{ReadError, read_access_package, read_list, read_role_assignments};
use serde_json::{Value, json};

use crate::fixtures::{GROUP, OTHER_GROUP, beta, beta_role, v1, with};
use crate::package::{
    THIRD_GROUP, V1_LIST, beta_scope, error, listed, member, of, read_value_with, v1_scope,
};

const ID: &str = "8ca95b77-5991-438f-b0a4-f5fa02fb93e0";

fn page(groups: &[&str], next: Option<&str>) -> Value {
    let value: Vec<_> = groups.iter().map(|group| v1_scope(group)).collect();
    json!({ "value": value, "@odata.nextLink": next })
}

/// The page as a response about this access package.
fn page_of(id: &str, page: Value) -> Value {
    let collection = format!("accessPackages('{id}')/resourceRoleScopes(role(),scope())");
    let context = format!(
        "https://graph.microsoft.com/v1.0/$metadata#identityGovernance/entitlementManagement/{collection}"
    );
    with(page, "/@odata.context", Some(json!(context)))
}

// R45
#[test]
fn only_the_whole_list_of_the_assigned_package_is_taken() {
    let id = ID.parse().expect("an id");
    let [next, more] = ["https://next", "https://more"];
    let [first, second, last] =
        [page(&[GROUP], Some(next)), page(&[OTHER_GROUP], Some(more)), page(&[THIRD_GROUP, GROUP], None)];
    let cut = |whole: &str| Err(ReadError::ListCut { part: "value".into(), whole: whole.into() });
    // In every state, since the resource roles are there to be enforced.
    let documents = [v1(), with(v1(), "/state", Some(json!("deliveryFailed"))), with(v1(), V1_LIST, None)];
    for document in &documents {
        for (part, whole) in [(of(&first), next), (of(&second), more)] {
            assert_eq!(part.whole_of(id), cut(whole).map(|(): ()| &[][..]));
            assert_eq!(read_value_with(document, &part), cut(whole).map(|(): ()| unreachable!()));
        }
    }
    let two = of(&first).join(of(&second)).expect("a part");
    assert_eq!(two.whole_of(id), cut(more).map(|(): ()| &[][..]));
    let all = two.join(of(&last)).expect("all of it");
    let gives = [member(OTHER_GROUP), member(THIRD_GROUP), member(GROUP)];
    let mut sorted = gives.to_vec();
    sorted.sort_unstable();
    assert_eq!((all.id, all.next_link.as_deref(), all.whole_of(id)), (None, None, Ok(&sorted[..])));
    let read = read_value_with(&documents[2], &all).expect("a document");
    assert_eq!(listed(&read).into_iter().map(|(role, _)| role).collect::<Vec<_>>(), sorted);
    // The page that comes last in the order decides whether there is another.
    let wrong_order = of(&last).join(of(&first)).expect("a part");
    assert_eq!(wrong_order.whole_of(id), cut(next).map(|(): ()| &[][..]));
}

#[test]
fn the_list_of_another_package_is_none_of_this_one() {
    let id = ID.parse().expect("an id");
    assert_eq!(v1()["accessPackage"]["id"], json!(ID));
    let other =
        |actual: &str| ReadError::OtherAccessPackage { required: id, actual: actual.parse().expect("an id") };
    let whole_document = |id: &str| json!({ "id": id, "resourceRoleScopes": [v1_scope(GROUP)] });
    let forms: [fn(&str) -> Value; 3] = [
        |id| json!({ "id": id, "resourceRoleScopes": [v1_scope(GROUP)] }),
        |id| page_of(id, page(&[GROUP], None)),
        |id| json!({ "id": id, "accessPackageResourceRoleScopes": [] }),
    ];
    for form in forms {
        let own = of(&form(&ID.to_uppercase()));
        assert_eq!(own.id, Some(id));
        assert!(own.whole_of(id).is_ok() && read_value_with(&v1(), &own).is_ok());
        for actual in [GROUP, OTHER_GROUP] {
            let another = of(&form(actual));
            assert_eq!(another.whole_of(id), Err(other(actual)));
            let error = read_value_with(&v1(), &another).expect_err("of another");
            assert_eq!(error, other(actual));
            let text = format!("list belongs to access package `{actual}`, not to `{ID}`");
            assert_eq!((error.to_string(), error.code()), (text, "otherAccessPackage"));
            assert_eq!(own.clone().join(another.clone()), Err(other(actual)));
            // If one page shows the access package, it is known for all of them.
            let unnamed = of(&page(&[OTHER_GROUP], None));
            for joined in [unnamed.clone().join(another.clone()), another.join(unnamed)] {
                assert_eq!(joined.expect("pages").whole_of(id), Err(other(actual)));
            }
        }
        assert_eq!(own.clone().join(of(&page(&[], None))).map(|joined| joined.id), Ok(Some(id)));
    }
    // If more pages are missing, but the list is of another package, the error is the other package.
    let part = of(&page_of(GROUP, page(&[], Some("https://next"))));
    assert_eq!(part.whole_of(id), Err(other(GROUP)));
    let beta = read_value_with(&beta(), &of(&whole_document(ID))).expect_err("of another");
    assert!(matches!(beta, ReadError::OtherAccessPackage { actual, .. } if actual == id));
}

/// Otherwise, an empty page would count as any list: nothing to enforce, and no holders.
#[test]
fn a_page_of_another_collection_is_refused_even_without_items() {
    let of = |context: &str| json!({ "@odata.context": context, "value": [] });
    let metadata = "https://graph.microsoft.com/v1.0/$metadata#";
    let path = format!("{metadata}identityGovernance/entitlementManagement/");
    let collections = [
        ("assignments", ["assignments", "accessPackageAssignments", "Collection(accessPackageAssignment)"]),
        (
            "resourceRoleScopes",
            [
                "resourceRoleScopes",
                "accessPackages('8ca95b77-5991-438f-b0a4-f5fa02fb93e0')/accessPackageResourceRoleScopes",
                "Collection(microsoft.graph.accessPackageResourceRoleScope)",
            ],
        ),
        (
            "roleAssignments",
            ["roleAssignments", "RoleAssignments", "Collection(microsoft.graph.unifiedRoleAssignment)"],
        ),
    ];
    let read = |required: &str, page: &Value| {
        let text = page.to_string();
        match required {
            "assignments" => read_list(text.as_bytes()).map(|page| page.items.len()),
            "resourceRoleScopes" => read_access_package(text.as_bytes()).map(|page| page.gives.len()),
            _ => read_role_assignments(text.as_bytes()).map(|page| page.held.len()),
        }
    };
    for (required, own) in collections {
        for name in own {
            for (before, after) in [(path.as_str(), ""), (metadata, "(target(),a(b/c))"), ("#", "(a/b)")] {
                let after = if name.starts_with("Collection") { "" } else { after };
                let context = format!("{before}{name}{after}");
                assert_eq!(read(required, &of(&context)), Ok(0), "{required}: {context}");
            }
        }
        // A context that names nothing is ignored.
        for context in ["x", "", "#", "https://x/$metadata", "https://x/$metadata#/", "#()"] {
            assert_eq!(read(required, &of(context)), Ok(0), "{context}");
        }
        assert_eq!(read(required, &json!({ "value": [] })), Ok(0));
        assert_eq!(read(required, &json!({ "@odata.context": null, "value": [] })), Ok(0));
        let others = collections.iter().filter(|(other, _)| *other != required).flat_map(|(_, names)| names);
        let own_roles = "accessPackageAssignments('x')/accessPackageAssignmentResourceRoles";
        let strangers =
            ["users", "assignmentRequests", "assignments/x", "catalogs(assignments())", own_roles];
        for name in others.chain(&strangers) {
            let context = format!("{path}{name}");
            let error = read(required, &of(&context)).expect_err(name);
            // A document with a reader of its own is called by its name.
            if required == "assignments" && name.to_lowercase().contains("resourcerolescope") {
                assert_eq!(error, ReadError::IsAccessPackage, "{name}");
                continue;
            }
            let ReadError::OtherCollection { required: named, actual } = &error else {
                panic!("{name}: {error}")
            };
            assert_eq!((*named, error.code()), (required, "otherCollection"));
            assert!(name.contains(actual.as_str()), "{name}: {actual}");
            let text =
                format!("page contains `{actual}` according to its `@odata.context`: expected `{required}`");
            assert_eq!(error.to_string(), text);
        }
    }
    // Pages with items, too, whatever the items look like, and pages with the only item in place of the list.
    let users = format!("{metadata}users");
    for (required, item) in [("assignments", v1()), ("resourceRoleScopes", v1_scope(GROUP))] {
        for value in [json!([item]), item] {
            let page = json!({ "@odata.context": users, "value": value });
            let error = read(required, &page).expect_err("users");
            assert!(
                matches!(error, ReadError::OtherCollection { actual, .. } if actual == "users"),
                "{required}"
            );
        }
    }
    // In a batch, only this response is refused.
    let batch = json!({ "responses": [
        { "id": "1", "status": 200, "body": of(&users) },
        { "id": "2", "status": 200, "body": of(&format!("{path}assignments")) },
        { "id": "3", "status": 200, "body": { "@odata.context": format!("{path}assignments"), "value": [v1()] } },
    ] });
    let items = read_list(batch.to_string().as_bytes()).expect("a batch").items;
    assert_eq!(items.len(), 2);
    assert!(
        items[0].as_ref().is_err_and(|error| matches!(*error.problem, ReadError::OtherCollection { .. }))
    );
    assert!(items[1].is_ok());
}

#[test]
fn the_context_of_a_page_says_of_which_package_it_is() {
    let id = |collection: &str| {
        let context = format!("https://graph.microsoft.com/beta/$metadata#{collection}");
        of(&json!({ "@odata.context": context, "value": [] })).id
    };
    let expected = Some(ID.parse().expect("an id"));
    for collection in [
        format!("accessPackages('{ID}')/resourceRoleScopes"),
        format!(
            "identityGovernance/entitlementManagement/accessPackages('{ID}')/accessPackageResourceRoleScopes(a())"
        ),
        format!("accessPackages({ID})/resourceRoleScopes"),
        format!("AccessPackages('{}')/resourceRoleScopes", ID.to_uppercase()),
    ] {
        assert_eq!(id(&collection), expected, "{collection}");
    }
    for collection in [
        "resourceRoleScopes".to_owned(),
        "accessPackages('x')/resourceRoleScopes".into(),
        format!("catalogs('{ID}')/resourceRoleScopes"),
        format!("accessPackages('{ID}')/x/resourceRoleScopes"),
    ] {
        let read = read_access_package(
            json!({ "@odata.context": format!("#{collection}"), "value": [] }).to_string().as_bytes(),
        );
        assert_ne!(read.ok().and_then(|page| page.id), expected, "{collection}");
    }
}

/// In beta the two lists look alike, except for the fulfillments.
#[test]
fn what_an_assignment_was_delivered_is_not_what_its_package_gives() {
    let own = |status: &str| beta_role(GROUP, status);
    for (document, part) in [
        (json!({ "value": [own("Fulfilled")] }), "value[0]"),
        (json!({ "value": [beta_scope(OTHER_GROUP), own("PendingFulfillment")] }), "value[1]"),
        (json!([own("x")]), "[0]"),
        (json!({ "value": own("") }), "value[0]"),
        (
            json!({ "accessPackageResourceRoleScopes": [own("Fulfilled")] }),
            "accessPackageResourceRoleScopes[0]",
        ),
        (json!({ "value": [{ "status": "Fulfilled" }] }), "value[0]"),
    ] {
        let error = error(&document);
        let text = format!(
            "`{part}` has a `status`: it is a resource role of an assignment, not of an access package"
        );
        assert_eq!((error.to_string(), error.code()), (text, "ofAssignment"), "{document}");
    }
    let unsaid = with(own(""), "/status", Some(Value::Null));
    assert_eq!(of(&json!({ "value": [unsaid] })).gives, [member(GROUP)]);
}

#[test]
fn an_empty_list_of_the_other_version_hides_none() {
    let names = ["resourceRoleScopes", "accessPackageResourceRoleScopes"];
    let both = |v1: &[&str], beta: &[&str]| {
        let v1: Vec<_> = v1.iter().map(|group| v1_scope(group)).collect();
        let beta: Vec<_> = beta.iter().map(|group| beta_scope(group)).collect();
        json!({ "id": ID, names[0]: v1, names[1]: beta })
    };
    for (document, expected) in [
        (both(&[GROUP], &[]), &[GROUP][..]),
        (both(&[], &[GROUP]), &[GROUP]),
        (both(&[GROUP, OTHER_GROUP], &[OTHER_GROUP, GROUP]), &[OTHER_GROUP, GROUP]),
        (both(&[], &[]), &[]),
    ] {
        let expected: Vec<_> = expected.iter().map(|group| member(group)).collect();
        assert_eq!(of(&document).gives, expected, "{document}");
    }
    for document in [both(&[GROUP], &[OTHER_GROUP]), both(&[GROUP, OTHER_GROUP], &[GROUP])] {
        assert_eq!(error(&document), ReadError::Disagreement { part: names[0], other: names[1] });
    }
    // A part of such a list is still a part.
    for name in names {
        let cut = with(both(&[], &[GROUP]), &format!("/{name}@odata.nextLink"), Some(json!("https://next")));
        assert!(matches!(error(&cut), ReadError::ListCut { part, .. } if part == name));
    }
}
