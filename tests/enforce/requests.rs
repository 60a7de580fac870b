//! The requests: for every kind of resource role, the exact path, and the values of the body.

use access_package::graph::Endpoint;
use access_package::graph::enforce::{Delivery, DeliveryError, Next, Settings, SiteReading};
use access_package::{Action, GroupAccess, ResourceRole};
use http::Request;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    APP_ROLE, GROUP, LOGIN, Run, SITE, TARGET, V1, action, at, delivery, group, now, reading, resource_role,
    settings, uuid,
};

fn write_of(endpoint: Endpoint, action: Action, settings: Settings) -> Request<String> {
    let mut delivery = delivery(endpoint, action, settings).expect("it can be expressed");
    match delivery.next(now()) {
        Next::Send(request) => request,
        other => panic!("{other:?}"),
    }
}

fn body(request: &Request<String>) -> Value {
    if request.body().is_empty() { Value::Null } else { serde_json::from_str(request.body()).expect("JSON") }
}

const JUSTIFICATION: &str = "Access package assignment 78f1fdfd-4d01-4e20-9e7d-792f1f0cba47, attempt 3";

fn expected(endpoint: Endpoint, base: &str, expiration: &Value) -> (String, Value) {
    let schedule = json!({ "startDateTime": "2026-11-28T12:00:00Z", "expiration": expiration });
    let reference = json!({ "@odata.id": format!("{base}/directoryObjects/{TARGET}") });
    let directory = json!({
        "action": "adminAssign", "principalId": TARGET, "roleDefinitionId": GROUP, "directoryScopeId": "/",
        "scheduleInfo": schedule, "justification": JUSTIFICATION,
    });
    let (url, body) = match endpoint {
        Endpoint::GroupMembers => (format!("{base}/groups/{GROUP}/members/$ref"), reference),
        Endpoint::GroupOwners => (format!("{base}/groups/{GROUP}/owners/$ref"), reference),
        Endpoint::GroupEligibility => (
            format!("{base}/identityGovernance/privilegedAccess/group/eligibilityScheduleRequests"),
            json!({
                "accessId": "member", "principalId": TARGET, "groupId": GROUP, "action": "adminAssign",
                "scheduleInfo": schedule, "justification": JUSTIFICATION,
            }),
        ),
        Endpoint::AppRoles => (
            format!("{base}/servicePrincipals/{GROUP}/appRoleAssignedTo"),
            json!({ "principalId": TARGET, "resourceId": GROUP, "appRoleId": APP_ROLE }),
        ),
        Endpoint::DirectoryEligibility => {
            (format!("{base}/roleManagement/directory/roleEligibilityScheduleRequests"), directory)
        }
        Endpoint::DirectoryAssignments => {
            (format!("{base}/roleManagement/directory/roleAssignmentScheduleRequests"), directory)
        }
        Endpoint::SiteRoles => (
            format!("{SITE}/_api/web/roleassignments/addroleassignment(principalid=17,roledefid=1073741827)"),
            Value::Null,
        ),
        Endpoint::SiteGroups => {
            (format!("{SITE}/_api/web/sitegroups/getbyid(4)/users"), json!({ "LoginName": LOGIN }))
        }
    };
    (url, body)
}

// R37, R21
#[test]
fn each_kind_has_its_request_with_and_without_an_end() {
    let ends = [
        (None, json!({ "type": "noExpiration" })),
        (
            Some("2027-01-31T23:59:59.5Z"),
            json!({ "type": "afterDateTime", "endDateTime": "2027-01-31T23:59:59.5Z" }),
        ),
        (
            Some("9999-12-31T23:59:59.9999999Z"),
            json!({ "type": "afterDateTime", "endDateTime": "9999-12-31T23:59:59.9999999Z" }),
        ),
    ];
    let clouds = [
        "https://graph.microsoft.com",
        "https://graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn/",
    ];
    for &endpoint in Endpoint::ALL {
        for (end, expiration) in &ends {
            for cloud in clouds {
                let action = Action { end: end.map(at), ..action(resource_role(endpoint)) };
                let request = write_of(endpoint, action, Settings::new(cloud.parse().unwrap()));
                let base = format!("{}/v1.0", cloud.trim_end_matches('/'));
                let (url, expected) = expected(endpoint, &base, expiration);
                assert_eq!((request.method().as_str(), request.uri().to_string()), ("POST", url));
                assert_eq!(body(&request), expected);
                let headers: Vec<_> =
                    request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
                let json = b"application/json".as_slice();
                assert_eq!(headers, [("accept", json), ("content-type", json)]);
            }
        }
    }
}

#[test]
fn eligible_owners_are_owners_and_the_default_access_is_an_app_role() {
    let owner = group(GroupAccess::EligibleOwner(Uuid::from_u128(9)));
    let request = write_of(Endpoint::GroupEligibility, action(owner), settings());
    assert_eq!(body(&request)["accessId"], "owner");
    let default_access =
        ResourceRole::Application { service_principal: crate::id(GROUP), app_role: Uuid::nil() };
    let request = write_of(Endpoint::AppRoles, action(default_access), settings());
    assert_eq!(body(&request)["appRoleId"], "00000000-0000-0000-0000-000000000000");
}

/// The look after a write with an unknown result.
fn look(endpoint: Endpoint) -> Request<String> {
    let mut run = Run::of(endpoint);
    run.send();
    run.unanswered();
    run.wait().1
}

// R38
#[test]
fn each_kind_is_looked_for_as_narrowly_as_it_can_be() {
    for &endpoint in Endpoint::ALL {
        let url = match endpoint {
            Endpoint::GroupMembers => format!("{V1}/groups/{GROUP}/members/{TARGET}/$ref"),
            Endpoint::GroupOwners => format!("{V1}/groups/{GROUP}/owners/{TARGET}/$ref"),
            Endpoint::GroupEligibility => format!(
                "{V1}/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?$filter=principalId%20eq%20'{TARGET}'"
            ),
            Endpoint::AppRoles => format!("{V1}/servicePrincipals/{GROUP}/appRoleAssignedTo?$top=999"),
            Endpoint::DirectoryEligibility => format!(
                "{V1}/roleManagement/directory/roleEligibilityScheduleInstances?$filter=principalId%20eq%20'{TARGET}'"
            ),
            Endpoint::DirectoryAssignments => format!(
                "{V1}/roleManagement/directory/roleAssignmentScheduleInstances?$filter=principalId%20eq%20'{TARGET}'"
            ),
            Endpoint::SiteRoles => {
                format!("{SITE}/_api/web/roleassignments/getbyprincipalid(17)?$expand=RoleDefinitionBindings")
            }
            Endpoint::SiteGroups => format!(
                "{SITE}/_api/web/sitegroups/getbyid(4)/users/getbyloginname(@v)?@v='i%3A0%23%2Ef%7Cmembership%7Co%27%27hara%40contoso%2Ecom'"
            ),
        };
        let request = look(endpoint);
        assert_eq!((request.method().as_str(), request.uri().to_string()), ("GET", url));
        assert!(request.body().is_empty());
        let headers: Vec<_> =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        assert_eq!(headers, [("accept", b"application/json".as_slice())]);
    }
}

// R42
#[test]
fn what_cannot_be_expressed_is_said_before_anything_is_sent() {
    let site = resource_role(Endpoint::SiteGroups);
    let azure = crate::look::azure_role();
    let opaque = ResourceRole::from_origin("SapIag", "Finance/1", "approver", None).unwrap();
    let new = |resource_role: &ResourceRole| Delivery::new(action(resource_role.clone()), settings());
    assert_eq!(new(&site), Err(DeliveryError::SiteWithoutReading));
    assert_eq!(new(&azure), Err(DeliveryError::Azure));
    assert_eq!(new(&opaque), Err(DeliveryError::OriginSystem));

    let group_reading = reading(Endpoint::SiteGroups).unwrap();
    let others = Endpoint::ALL.iter().map(|&it| resource_role(it)).filter(|it| Endpoint::of(it).is_some());
    for other in others.chain([azure, opaque]) {
        let in_site = Delivery::in_site(action(other.clone()), group_reading.clone(), settings());
        assert_eq!(in_site, Err(DeliveryError::NotInSite), "{other:?}");
    }
    // The token for SharePoint is sent only to SharePoint.
    for url in [
        "http://contoso.sharepoint.com/sites/campaign",
        "contoso.sharepoint.com",
        "https://ada@contoso.sharepoint.com",
        "https://contoso.sharepoint.com/?x=1",
        "https://contoso.sharepoint.com/#x",
        "ftp://contoso.sharepoint.com",
        "",
    ] {
        let role = ResourceRole::SharePointSite { site: url.into(), role: 4 };
        for reading in [group_reading.clone(), SiteReading::RoleDefinition { principal: 1 }] {
            assert_eq!(
                Delivery::in_site(action(role.clone()), reading, settings()),
                Err(DeliveryError::SiteUrl),
                "{url}"
            );
        }
    }
    let plain = ResourceRole::SharePointSite { site: format!("{SITE}/").into(), role: 4 };
    assert!(Delivery::in_site(action(plain), group_reading, settings()).is_ok());
}

#[test]
fn a_base_url_is_kept_in_the_spelling_of_requests() {
    use access_package::graph::{BaseUrl, http::RequestError};
    for (text, kept) in [
        ("https://graph.microsoft.com", "https://graph.microsoft.com"),
        ("https://graph.microsoft.com///", "https://graph.microsoft.com"),
        ("HTTPS://graph.microsoft.com/proxy/", "https://graph.microsoft.com/proxy"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ] {
        let base_url: BaseUrl = text.parse().unwrap();
        assert_eq!(
            (base_url.as_str(), &*base_url.to_string(), &*format!("{base_url:>1}")),
            (kept, kept, kept)
        );
    }
    for text in [
        "",
        "/",
        "graph.microsoft.com",
        "https://",
        "ftp://graph.microsoft.com",
        "https://a@b",
        "https://a?b",
        "https://a#b",
        "https://a b",
    ] {
        assert_eq!(text.parse::<BaseUrl>(), Err(RequestError::BaseUrl), "{text}");
    }
    assert_eq!(
        format!("{:>30}|", "https://a.example".parse::<BaseUrl>().unwrap()),
        format!("{:>30}|", "https://a.example")
    );
}

// R37
#[test]
fn every_kind_has_an_endpoint_and_its_permissions() {
    for &endpoint in Endpoint::ALL {
        let of = Endpoint::of(&resource_role(endpoint));
        assert_eq!(of, reading(endpoint).is_none().then_some(endpoint));
        let least = endpoint.least_permissions();
        assert!(least.enforce.iter().any(|it| it.contains("ReadWrite") || it.contains("FullControl")));
        assert!(least.observe.iter().any(|it| it.contains("Read") || it.contains("FullControl")));
        assert!(least.enforce.iter().chain(least.observe).all(|it| it.split('.').count() == 3), "{endpoint}");
    }
    let eligible_owner = group(GroupAccess::EligibleOwner(uuid(APP_ROLE)));
    assert_eq!(Endpoint::of(&eligible_owner), Some(Endpoint::GroupEligibility));
}

// R37
#[test]
fn it_is_known_which_grants_carry_the_end() {
    for &endpoint in Endpoint::ALL {
        let end = Some(at("2027-01-31T23:59:59.5Z"));
        let action = Action { end, ..action(resource_role(endpoint)) };
        let Next::Send(request) = delivery(endpoint, action, settings()).unwrap().next(now()) else {
            panic!("{endpoint:?}")
        };
        assert_eq!(request.body().contains("2027-01-31T23:59:59.5Z"), endpoint.carries_end(), "{endpoint:?}");
    }
}
