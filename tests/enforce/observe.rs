//! Who has a resource role: requests, pages, and what they show.

use access_package::graph::Endpoint;
use access_package::graph::http::CallError;
use access_package::graph::observe::{Holders, Listing, LookError, Replication};
use access_package::{GroupAccess, Observed, ResourceRole};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    APP_ROLE, GROUP, OTHER, TARGET, V1, answer, base_url, group, id, item, member, now, of_json,
    resource_role, uuid, with_headers,
};

/// The endpoints of Microsoft Graph.
fn kept() -> impl Iterator<Item = Endpoint> {
    Endpoint::ALL.iter().copied().filter(|&it| Endpoint::of(&resource_role(it)).is_some())
}

fn listing(endpoint: Endpoint) -> Listing {
    Listing::of(&resource_role(endpoint)).expect("Graph lists it")
}

fn of_all(endpoint: Endpoint) -> Holders {
    Holders::new(listing(endpoint), base_url())
}

fn of_one(endpoint: Endpoint) -> Holders {
    Holders::of_target(listing(endpoint), id(TARGET), base_url())
}

fn page(items: &[Value]) -> http::Response<String> {
    of_json(200, &json!({ "value": items }))
}

fn page_before(items: &[Value], next: &str) -> http::Response<String> {
    of_json(200, &json!({ "value": items, "@odata.nextLink": next }))
}

fn observed(holders: &Holders, endpoint: Endpoint, target: &str) -> Observed {
    holders.observed(&resource_role(endpoint), id(target), Replication::Complete)
}

/// What this item shows, in a list of all holders.
fn told(endpoint: Endpoint, item: &Value) -> Observed {
    let mut holders = of_all(endpoint);
    holders.read(&page(std::slice::from_ref(item)), now()).expect("a page");
    observed(&holders, endpoint, TARGET)
}

#[test]
fn each_list_has_its_request() {
    let pim = format!("{V1}/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?$filter=");
    let directory = format!("{V1}/roleManagement/directory/role");
    for endpoint in kept() {
        let (all, one) = match endpoint {
            Endpoint::GroupMembers => (
                format!("{V1}/groups/{GROUP}/members?$select=id&$top=999"),
                format!("{V1}/groups/{GROUP}/members/{TARGET}/$ref"),
            ),
            Endpoint::GroupOwners => (
                format!("{V1}/groups/{GROUP}/owners?$select=id&$top=999"),
                format!("{V1}/groups/{GROUP}/owners/{TARGET}/$ref"),
            ),
            Endpoint::GroupEligibility => {
                (format!("{pim}groupId%20eq%20'{GROUP}'"), format!("{pim}principalId%20eq%20'{TARGET}'"))
            }
            Endpoint::AppRoles => {
                let url = format!("{V1}/servicePrincipals/{GROUP}/appRoleAssignedTo?$top=999");
                (url.clone(), url)
            }
            Endpoint::DirectoryEligibility => (
                format!("{directory}EligibilityScheduleInstances?$filter=roleDefinitionId%20eq%20'{GROUP}'"),
                format!("{directory}EligibilityScheduleInstances?$filter=principalId%20eq%20'{TARGET}'"),
            ),
            Endpoint::DirectoryAssignments => (
                format!("{directory}AssignmentScheduleInstances?$filter=roleDefinitionId%20eq%20'{GROUP}'"),
                format!("{directory}AssignmentScheduleInstances?$filter=principalId%20eq%20'{TARGET}'"),
            ),
            Endpoint::SiteRoles | Endpoint::SiteGroups => unreachable!("Graph has no list of these"),
        };
        for (holders, url) in [(of_all(endpoint), all), (of_one(endpoint), one)] {
            let request = holders.request().expect("not read yet");
            assert_eq!((request.method().as_str(), request.uri().to_string()), ("GET", url));
            assert!(!request.headers().contains_key("authorization"));
        }
    }
}

#[test]
fn what_graph_does_not_list_has_no_listing() {
    let opaque = ResourceRole::from_origin("SapIag", "Finance/1", "approver", None).unwrap();
    for other in [resource_role(Endpoint::SiteRoles), crate::look::azure_role(), opaque] {
        assert_eq!((Listing::of(&other), Endpoint::of(&other)), (None, None), "{other:?}");
    }
    for endpoint in kept() {
        assert_eq!(listing(endpoint).endpoint(), endpoint);
    }
}

// R39
#[test]
fn what_is_listed_is_present_and_the_rest_absent_once_the_directory_has_replicated() {
    for endpoint in kept() {
        let resource_role = resource_role(endpoint);
        let mut holders = of_all(endpoint);
        assert_eq!(observed(&holders, endpoint, TARGET), Observed::Unknown, "nothing is read yet");
        holders.read(&page(&[item(endpoint)]), now()).unwrap();
        assert!(holders.request().is_none());
        for replication in [Replication::Complete, Replication::InProgress] {
            assert_eq!(holders.observed(&resource_role, id(TARGET), replication), Observed::Present);
        }
        let other = |replication| holders.observed(&resource_role, id(OTHER), replication);
        assert_eq!(
            (other(Replication::Complete), other(Replication::InProgress)),
            (Observed::Absent, Observed::Unknown)
        );
    }
}

#[test]
fn pages_add_up_and_nobody_is_absent_before_the_last() {
    for endpoint in kept() {
        let mut holders = of_all(endpoint);
        let next = format!("{V1}/next?$skiptoken=a%20b");
        holders.read(&page_before(&[item(endpoint)], &next), now()).unwrap();
        assert_eq!(observed(&holders, endpoint, TARGET), Observed::Present);
        assert_eq!(observed(&holders, endpoint, OTHER), Observed::Unknown);
        assert_eq!(holders.request().unwrap().uri().to_string(), next);
        holders.read(&page(&[]), now()).unwrap();
        assert_eq!(observed(&holders, endpoint, TARGET), Observed::Present);
        assert_eq!(observed(&holders, endpoint, OTHER), Observed::Absent);
    }
}

// R39
#[test]
fn of_several_targets_the_list_of_all_is_read_and_nobody_else_is_told() {
    for endpoint in kept() {
        let of_targets = |targets: &[&str]| {
            Holders::of_targets(listing(endpoint), targets.iter().map(|it| id(it)), base_url())
        };
        let mut both = of_targets(&[TARGET, OTHER]);
        assert_eq!(
            both.request().map(|it| it.uri().clone()),
            of_all(endpoint).request().map(|it| it.uri().clone())
        );
        assert_eq!(observed(&both, endpoint, OTHER), Observed::Unknown, "nothing is read yet");
        let mut other = of_targets(&[OTHER]);
        for holders in [&mut both, &mut other] {
            holders.read(&page_before(&[item(endpoint)], &format!("{V1}/next")), now()).unwrap();
            holders.read(&page(&[]), now()).unwrap();
        }
        assert_eq!(
            [TARGET, OTHER].map(|target| observed(&both, endpoint, target)),
            [Observed::Present, Observed::Absent]
        );
        assert_eq!(
            [TARGET, OTHER].map(|target| observed(&other, endpoint, target)),
            [Observed::Unknown, Observed::Absent]
        );
        // Targets that were not asked for are not kept.
        let mut empty = of_targets(&[OTHER]);
        empty.read(&page(&[]), now()).unwrap();
        assert_eq!(other, empty);
    }
}

// A reference is about one target: it never answers a request for the list, and a missing reference does not
// mean an empty list.
#[test]
fn of_several_targets_an_answer_for_one_is_none() {
    for endpoint in [Endpoint::GroupMembers, Endpoint::GroupOwners] {
        let mut holders = Holders::of_targets(listing(endpoint), [id(TARGET)], base_url());
        assert!(holders.read(&answer(404, ""), now()).is_err());
        assert!(holders.read(&answer(200, "{}"), now()).is_err());
        assert_eq!(observed(&holders, endpoint, TARGET), Observed::Unknown);
    }
}

#[test]
fn a_link_to_another_service_is_not_followed() {
    for link in [
        "https://example.com/v1.0/next",
        "https://graph.microsoft.com.example.com/next",
        "https://graph.microsoft.com@example.com/next",
        "https://graph.microsoft.com:8443/next",
        "http://graph.microsoft.com/v1.0/next",
        "/v1.0/next",
        "next",
        "",
        "\u{7f}",
    ] {
        let mut holders = of_all(Endpoint::GroupMembers);
        let before = holders.clone();
        let error = holders.read(&page_before(&[json!({ "id": TARGET })], link), now()).unwrap_err();
        assert_eq!(error, LookError::OtherService { link: link.into() });
        assert_eq!(error.to_string(), format!("link to the next page leads to another service: `{link}`"));
        assert_eq!(holders, before, "nothing changes");
    }
    for link in ["https://graph.microsoft.com/beta/next", "https://Graph.Microsoft.com/next"] {
        let mut holders = of_all(Endpoint::GroupMembers);
        holders.read(&page_before(&[], link), now()).unwrap();
        assert!(holders.request().is_some(), "{link}");
    }
}

#[test]
fn what_is_no_page_is_an_error_and_changes_nothing() {
    let names = [
        (Endpoint::GroupMembers, "id"),
        (Endpoint::GroupOwners, "id"),
        (Endpoint::GroupEligibility, "principalId"),
        (Endpoint::AppRoles, "principalId"),
        (Endpoint::AppRoles, "appRoleId"),
        (Endpoint::DirectoryEligibility, "principalId"),
        (Endpoint::DirectoryAssignments, "principalId"),
    ];
    for (endpoint, name) in names {
        let mut holders = of_all(endpoint);
        let before = holders.clone();
        let mut without = item(endpoint);
        without.as_object_mut().unwrap().remove(name);
        let error = holders.read(&page(&[item(endpoint), without]), now()).unwrap_err();
        assert!(error.to_string().contains(&format!("`value[].{name}`")), "{error}");
        assert_eq!(holders, before);
    }
    for body in ["", "<html>", "{}", "[]", "null", r#"{"value":{}}"#, r#"{"value":[1]}"#] {
        for endpoint in kept() {
            let mut holders = of_all(endpoint);
            let before = holders.clone();
            assert!(
                matches!(holders.read(&answer(200, body), now()), Err(LookError::Read(_))),
                "{endpoint:?} {body}"
            );
            assert_eq!(holders, before);
        }
    }
    for endpoint in kept() {
        let mut holders = of_all(endpoint);
        let before = holders.clone();
        for status in [201, 204, 400, 403, 404, 500] {
            let refused = holders.read(&answer(status, r#"{"value":[]}"#), now());
            assert!(matches!(refused, Err(LookError::Call(CallError::Rejected(_)))), "{endpoint:?} {status}");
        }
        let busy = holders.read(&with_headers(429, &[("retry-after", "3")], ""), now());
        assert!(matches!(busy, Err(LookError::Call(CallError::Retry { after: Some(_), .. }))));
        assert_eq!(holders, before);
    }
}

/// Only the id of a member or an owner identifies the holder. The id of a grant can be anything.
#[test]
fn the_id_of_a_grant_is_not_looked_at() {
    for endpoint in kept() {
        for own in
            [json!("41W1zT6z1U-kJxf62svfp1HFE8pMZhxDun"), json!(OTHER), json!(7), json!(null), json!({})]
        {
            let is_object = matches!(endpoint, Endpoint::GroupMembers | Endpoint::GroupOwners);
            let mut item = item(endpoint);
            item["id"] = own.clone();
            let read = of_all(endpoint).read(&page(&[item.clone()]), now());
            assert_eq!(read.is_ok(), !is_object || own == OTHER, "{endpoint:?} {own}");
            if !is_object {
                assert_eq!(told(endpoint, &item), Observed::Present, "{endpoint:?} {own}");
            }
        }
    }
}

#[test]
fn of_one_target_nobody_else_is_seen() {
    for endpoint in kept() {
        let is_by_reference = matches!(endpoint, Endpoint::GroupMembers | Endpoint::GroupOwners);
        let mut holders = of_one(endpoint);
        let mut others = item(endpoint);
        let name = if is_by_reference { "id" } else { "principalId" };
        others[name] = OTHER.into();
        let response =
            if is_by_reference { of_json(200, &item(endpoint)) } else { page(&[others, item(endpoint)]) };
        holders.read(&response, now()).unwrap();
        assert!(holders.request().is_none());
        assert_eq!(observed(&holders, endpoint, TARGET), Observed::Present);
        assert_eq!(observed(&holders, endpoint, OTHER), Observed::Unknown, "{endpoint:?}");

        let mut holders = of_one(endpoint);
        let response = if is_by_reference { answer(404, "") } else { page(&[]) };
        holders.read(&response, now()).unwrap();
        assert!(holders.request().is_none());
        assert_eq!(observed(&holders, endpoint, TARGET), Observed::Absent);
        assert_eq!(observed(&holders, endpoint, OTHER), Observed::Unknown);

        // A list that does not exist is not an empty list.
        let missing = of_one(endpoint).read(&answer(404, ""), now());
        assert_eq!(missing.is_ok(), is_by_reference, "{endpoint:?}");
        let mut holders = of_one(endpoint);
        assert!(holders.read(&answer(200, "<html>"), now()).is_err());
        assert!(holders.request().is_some());
    }
}

#[test]
fn what_other_listings_hold_is_unknown() {
    for endpoint in kept() {
        let mut holders = of_all(endpoint);
        holders.read(&page(&[item(endpoint)]), now()).unwrap();
        for other in kept().filter(|&other| other != endpoint) {
            assert_eq!(observed(&holders, other, TARGET), Observed::Unknown, "{endpoint:?} {other:?}");
        }
        let elsewhere = ResourceRole::Group { group: id(OTHER), access: GroupAccess::Member };
        assert_eq!(holders.observed(&elsewhere, id(TARGET), Replication::Complete), Observed::Unknown);
        assert_eq!(
            holders.observed(&resource_role(Endpoint::SiteRoles), id(TARGET), Replication::Complete),
            Observed::Unknown
        );
    }
    assert_eq!(member(), resource_role(Endpoint::GroupMembers));
}

#[test]
fn resource_roles_of_one_listing_are_told_apart() {
    let eligible_member = group(GroupAccess::EligibleMember(Uuid::nil()));
    let eligible_owner = group(GroupAccess::EligibleOwner(uuid(OTHER)));
    assert_eq!(Listing::of(&eligible_member), Listing::of(&eligible_owner));
    let mut holders = of_all(Endpoint::GroupEligibility);
    let mut owner = item(Endpoint::GroupEligibility);
    owner["accessId"] = "Owner".into();
    holders.read(&page(&[owner]), now()).unwrap();
    assert_eq!(holders.observed(&eligible_owner, id(TARGET), Replication::Complete), Observed::Present);
    assert_eq!(holders.observed(&eligible_member, id(TARGET), Replication::Complete), Observed::Absent);

    let app_role = |app_role| ResourceRole::Application { service_principal: id(GROUP), app_role };
    let mut holders = of_all(Endpoint::AppRoles);
    holders.read(&page(&[item(Endpoint::AppRoles)]), now()).unwrap();
    assert_eq!(
        holders.observed(&app_role(uuid(APP_ROLE)), id(TARGET), Replication::Complete),
        Observed::Present
    );
    assert_eq!(holders.observed(&app_role(Uuid::nil()), id(TARGET), Replication::Complete), Observed::Absent);
}

/// The item with another value for this property.
fn but(endpoint: Endpoint, name: &str, value: Value) -> Value {
    let mut item = item(endpoint);
    item[name] = value;
    item
}

#[test]
fn an_item_of_something_else_is_no_grant() {
    use Endpoint::{DirectoryAssignments, DirectoryEligibility, GroupEligibility};
    let cases = [
        (GroupEligibility, "groupId", json!(OTHER), false),
        (GroupEligibility, "groupId", Value::Null, false),
        (GroupEligibility, "accessId", json!("owner"), false),
        (GroupEligibility, "accessId", json!("MEMBER"), true),
        (GroupEligibility, "accessId", Value::Null, false),
        (DirectoryEligibility, "roleDefinitionId", json!(OTHER), false),
        (DirectoryAssignments, "roleDefinitionId", Value::Null, false),
        (DirectoryEligibility, "directoryScopeId", json!("/administrativeUnits/1"), false),
        (DirectoryAssignments, "directoryScopeId", Value::Null, false),
        // A role that its holder activated ends by itself.
        (DirectoryAssignments, "assignmentType", json!("Activated"), false),
        (DirectoryAssignments, "assignmentType", json!("activated"), false),
        (DirectoryAssignments, "assignmentType", Value::Null, true),
    ];
    for (endpoint, name, value, is_grant) in cases {
        let expected = if is_grant { Observed::Present } else { Observed::Absent };
        assert_eq!(
            told(endpoint, &but(endpoint, name, value.clone())),
            expected,
            "{endpoint:?} {name} {value}"
        );
    }
    for endpoint in kept().filter(|it| !matches!(it, Endpoint::GroupMembers | Endpoint::GroupOwners)) {
        let told = |name: &str, value: Value| told(endpoint, &but(endpoint, name, value));
        // A grant through a group is a different grant.
        assert_eq!(told("memberType", json!("Group")), Observed::Absent);
        assert_eq!(told("memberType", json!("Inherited")), Observed::Absent);
        assert_eq!(told("memberType", json!("direct")), Observed::Present);
        assert_eq!(told("memberType", Value::Null), Observed::Present);
        // R21: the end is exclusive, the start is not.
        assert_eq!(told("endDateTime", json!("2026-11-28T12:00:00Z")), Observed::Absent);
        assert_eq!(told("endDateTime", json!("2026-11-28T12:00:00.0000001Z")), Observed::Present);
        assert_eq!(told("endDateTime", Value::Null), Observed::Present);
        assert_eq!(told("startDateTime", json!("2026-11-28T12:00:00Z")), Observed::Present);
        assert_eq!(told("startDateTime", json!("2026-11-28T12:00:00.0000001Z")), Observed::Absent);
        assert_eq!(told("principalId", json!(OTHER)), Observed::Absent);
    }
}
