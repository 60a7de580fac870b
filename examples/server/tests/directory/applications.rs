//! App roles.

use serde_json::json;
use uuid::Uuid;

use crate::support::{APP, APP_ROLE, Directory, GROUP, MISSING, OTHER_USER, Place, ROLE, USER, poll, told};

const WITHOUT_ROLES: Uuid = Uuid::from_u128(0xc3);
const NEW_USER: Uuid = Uuid::from_u128(0xb3);

#[test]
fn an_app_role_is_assigned_once() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    for (principal, principal_type) in [(USER, "User"), (GROUP, "Group"), (APP, "ServicePrincipal")] {
        let assigned = directory.assign_app_role(APP_ROLE, principal);
        assert_eq!(assigned.status, 201, "{}", assigned.body);
        let body = assigned.json();
        assert_eq!(
            [&body["principalId"], &body["resourceId"], &body["appRoleId"], &body["principalType"]],
            [&json!(principal), &json!(APP), &json!(APP_ROLE), &json!(principal_type)]
        );
        let again = directory.assign_app_role(APP_ROLE, principal);
        assert_eq!(again.told(), told(400, "Request_BadRequest"));
        assert_eq!(again.message(), "Permission being assigned already exists on the object");
    }
    let assigned = directory.value(&format!("/v1.0/servicePrincipals/{APP}/appRoleAssignedTo?$top=999"));
    let principals: Vec<_> = assigned.iter().map(|item| item["principalId"].clone()).collect();
    assert_eq!(principals, [json!(USER), json!(GROUP), json!(APP)]);
    let page = directory.get(&format!("/v1.0/servicePrincipals/{APP}/appRoleAssignedTo?$top=2")).json();
    assert!(page["@odata.nextLink"].as_str().unwrap().contains("$top=2&$skiptoken="), "{page}");
}

#[test]
fn what_somebody_has_is_found_by_the_application() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    directory.seed(&json!([{ "id": WITHOUT_ROLES, "object": { "servicePrincipal": {} } }]));
    assert_eq!(directory.assign_app_role(APP_ROLE, USER).status, 201);
    // An application without roles gives its default access. An application with roles does not.
    let path = format!("/v1.0/servicePrincipals/{WITHOUT_ROLES}/appRoleAssignedTo");
    let default = |resource: Uuid, role: Uuid| json!({ "principalId": USER, "resourceId": resource, "appRoleId": role });
    assert_eq!(directory.post(&path, &default(WITHOUT_ROLES, Uuid::nil())).status, 201);
    assert_eq!(directory.assign_app_role(Uuid::nil(), USER).told(), told(400, "Request_BadRequest"));

    let of_user = |filter: &str| directory.value(&format!("/v1.0/users/{USER}/appRoleAssignments{filter}"));
    assert_eq!(of_user("").len(), 2);
    for filter in [format!("?$filter=resourceId eq {APP}"), format!("?$filter=resourceId eq '{APP}'")] {
        let found = of_user(&filter);
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0]["appRoleId"], &found[0]["resourceId"]), (&json!(APP_ROLE), &json!(APP)));
    }
    assert_eq!(of_user(&format!("?$filter=resourceId eq {MISSING}")), Vec::<serde_json::Value>::new());
    for filter in ["principalId eq 1", "resourceId ne 1", "resourceId eq 1", ""] {
        let answer = directory.get(&format!("/v1.0/users/{USER}/appRoleAssignments?$filter={filter}"));
        assert_eq!(answer.told(), told(400, "Request_UnsupportedQuery"), "{filter}");
    }
}

#[test]
fn a_wrong_principal_and_a_new_one_look_alike() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    directory.seed(&json!([{ "id": NEW_USER, "object": "user", "visibleInMs": 5_000 }]));
    for principal in [MISSING, NEW_USER, ROLE] {
        let refused = directory.assign_app_role(APP_ROLE, principal);
        assert_eq!(refused.told(), told(400, "Request_BadRequest"));
        assert_eq!(refused.message(), "Not a valid reference update.");
    }
    poll("the user is there", || (directory.assign_app_role(APP_ROLE, NEW_USER).status == 201).then_some(()));
    let unknown = directory.assign_app_role(MISSING, USER);
    assert_eq!(unknown.message(), "Permission being assigned was not found on application");
    // The application in the path has to be the one in the body.
    let body = json!({ "principalId": USER, "resourceId": OTHER_USER, "appRoleId": APP_ROLE });
    let path = |app: Uuid| format!("/v1.0/servicePrincipals/{app}/appRoleAssignedTo");
    assert_eq!(directory.post(&path(APP), &body).told(), told(400, "Request_BadRequest"));
    let body = json!({ "principalId": USER, "resourceId": MISSING, "appRoleId": APP_ROLE });
    assert_eq!(directory.post(&path(MISSING), &body).told(), told(404, "Request_ResourceNotFound"));
    assert_eq!(directory.get(&path(MISSING)).told(), told(404, "Request_ResourceNotFound"));
}

#[test]
fn an_application_tells_its_roles() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let path = |id: Uuid| format!("/v1.0/servicePrincipals/{id}?$select=appRoles");
    assert_eq!(
        directory.get(&path(APP)).json(),
        json!({ "appRoles": [{ "id": APP_ROLE, "isEnabled": true }] })
    );
    // A group is not an application, and has another address.
    for id in [GROUP, USER, MISSING] {
        assert_eq!(directory.get(&path(id)).told(), told(404, "Request_ResourceNotFound"));
    }
    assert_eq!(directory.get(&format!("/v1.0/groups/{APP}")).told(), told(404, "Request_ResourceNotFound"));
    let other = directory.get(&format!("/v1.0/servicePrincipals/{APP}?$select=owners"));
    assert_eq!(
        other.message(),
        "Could not find a property named 'owners' on type 'microsoft.graph.servicePrincipal'."
    );
    let permissions = json!(["GroupMember.Read.All"]);
    assert_eq!(directory.try_ask("PUT", "/control/permissions", &permissions).unwrap().status, 204);
    assert_eq!(directory.get(&path(APP)).told(), told(403, "Authorization_RequestDenied"));
}
