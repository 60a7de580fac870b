//! Resource roles that can never be restored: the resource shows it before anything is sent.

use std::collections::HashSet;

use access_package::graph::Endpoint;
use access_package::graph::http::CallError;
use access_package::graph::observe::LookError;
use access_package::graph::obstacle::{Obstacle, Resource};
use access_package::{ResourceRole, SubjectType};
use serde_json::{Value, json};

use crate::{APP_ROLE, GROUP, OTHER, V1, answer, base_url, error, id, of_json, resource_role};

fn told(endpoint: Endpoint, response: &http::Response<String>) -> Result<Option<Obstacle>, LookError> {
    let role = resource_role(endpoint);
    Resource::of(&role).expect("it tells of itself").obstacle(&role, response)
}

#[test]
fn groups_and_applications_are_asked_and_nothing_else() {
    let group = "groupTypes,mailEnabled,isAssignableToRole,onPremisesSyncEnabled";
    for endpoint in Endpoint::ALL.iter().copied() {
        let path = match endpoint {
            Endpoint::GroupMembers | Endpoint::GroupOwners | Endpoint::GroupEligibility => {
                Some(format!("{V1}/groups/{GROUP}?$select={group}"))
            }
            Endpoint::AppRoles => Some(format!("{V1}/servicePrincipals/{GROUP}?$select=appRoles")),
            Endpoint::DirectoryEligibility
            | Endpoint::DirectoryAssignments
            | Endpoint::SiteRoles
            | Endpoint::SiteGroups => None,
        };
        let request = Resource::of(&resource_role(endpoint)).map(|it| it.request(&base_url()));
        assert_eq!(request.as_ref().map(|it| it.uri().to_string()), path);
        assert!(request.is_none_or(|it| it.method() == "GET" && !it.headers().contains_key("authorization")));
    }
    let opaque = ResourceRole::from_origin("SapIag", "Finance/1", "approver", None).unwrap();
    assert_eq!([&opaque, &crate::look::azure_role()].map(Resource::of), [None, None]);
}

// R20
#[test]
fn a_group_tells_why_its_members_cannot_be_changed() {
    use Endpoint::{GroupEligibility, GroupMembers, GroupOwners};
    let dynamic = json!({ "groupTypes": ["DynamicMembership"] });
    let synced = json!({ "groupTypes": [], "onPremisesSyncEnabled": true });
    let mail = json!({ "mailEnabled": true });
    let cases = [
        (GroupMembers, json!({ "groupTypes": [] }), None),
        (GroupMembers, json!({ "groupTypes": ["Unified"], "mailEnabled": true }), None),
        // This depends on permissions.
        (GroupMembers, json!({ "isAssignableToRole": true }), None),
        (GroupMembers, dynamic.clone(), Some(Obstacle::DynamicGroup)),
        // The group's owners can be changed like any others.
        (GroupOwners, dynamic.clone(), None),
        (GroupEligibility, dynamic, None),
        (GroupMembers, synced.clone(), Some(Obstacle::SyncedGroup)),
        (GroupOwners, synced, Some(Obstacle::SyncedGroup)),
        (GroupMembers, mail.clone(), Some(Obstacle::MailEnabledGroup)),
        (GroupOwners, mail, Some(Obstacle::MailEnabledGroup)),
    ];
    for (endpoint, group, obstacle) in cases {
        assert_eq!(told(endpoint, &of_json(200, &group)), Ok(obstacle), "{endpoint:?} {group}");
    }
}

// R20
#[test]
fn an_application_tells_which_roles_it_has() {
    let roles = |roles: Value| of_json(200, &json!({ "appRoles": roles }));
    let role = |id: &str| json!({ "id": id, "isEnabled": true });
    let upper = APP_ROLE.to_uppercase();
    for (declared, obstacle) in [
        (json!([role(APP_ROLE)]), None),
        (json!([role(OTHER), role(&upper)]), None),
        (json!([]), Some(Obstacle::AppRoleGone)),
        (json!([role(OTHER), { "id": null }]), Some(Obstacle::AppRoleGone)),
    ] {
        assert_eq!(told(Endpoint::AppRoles, &roles(declared.clone())), Ok(obstacle), "{declared}");
    }
    // Access without a role is declared nowhere.
    let without = ResourceRole::Application { service_principal: id(GROUP), app_role: uuid::Uuid::nil() };
    let resource = Resource::of(&without).unwrap();
    assert_eq!(resource.obstacle(&without, &roles(json!([]))), Ok(None));
    // The resource cannot tell about another resource's role.
    let member = resource_role(Endpoint::GroupMembers);
    assert_eq!(resource.obstacle(&member, &roles(json!([]))), Ok(None));
}

#[test]
fn what_is_gone_is_told_from_what_does_not_tell() {
    for endpoint in [Endpoint::GroupMembers, Endpoint::GroupOwners, Endpoint::AppRoles] {
        for code in ["Request_ResourceNotFound", "request_resourcenotfound"] {
            assert_eq!(told(endpoint, &error(404, code)), Ok(Some(Obstacle::ResourceGone)));
        }
        // Another `404` may come from a server without this path, and with another status the code has
        // another meaning.
        for refused in
            [error(404, "ResourceNotFound"), error(404, ""), answer(404, ""), answer(404, "<html>")]
                .into_iter()
                .chain([204, 400, 403, 500].map(|status| error(status, "UnknownError")))
                .chain([400, 410].map(|status| error(status, "Request_ResourceNotFound")))
        {
            let (status, refused) = (refused.status(), told(endpoint, &refused));
            assert!(
                matches!(&refused, Err(LookError::Call(CallError::Rejected(told))) if told.status == status),
                "{refused:?}"
            );
        }
        assert!(matches!(told(endpoint, &answer(429, "")), Err(LookError::Call(CallError::Retry { .. }))));
        for body in ["<html>", "[]", ""] {
            assert!(matches!(told(endpoint, &answer(200, body)), Err(LookError::Read(_))), "{body}");
        }
    }
    let missing = told(Endpoint::AppRoles, &answer(200, "{}")).unwrap_err();
    assert_eq!(missing.to_string(), "`appRoles` is missing");
}

// R46
#[test]
fn what_a_target_cannot_hold_is_known_without_asking() {
    let app_role = resource_role(Endpoint::AppRoles);
    let member = resource_role(Endpoint::GroupMembers);
    let site = resource_role(Endpoint::SiteGroups);
    for (target_type, role, obstacle) in [
        (Some(SubjectType::ServicePrincipal), &app_role, Some(Obstacle::TargetCannotHold)),
        (Some(SubjectType::ServicePrincipal), &site, Some(Obstacle::TargetCannotHold)),
        (Some(SubjectType::ServicePrincipal), &member, None),
        (Some(SubjectType::User), &app_role, None),
        (None, &app_role, None),
    ] {
        assert_eq!(Obstacle::of_target(target_type, role), obstacle, "{target_type:?} {role}");
    }
}

#[test]
fn each_obstacle_has_a_word_and_says_what_helps() {
    let said =
        Obstacle::ALL.iter().map(|it| (it.code(), it.to_string(), it.help().expect("something helps")));
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            (
                "resourceGone",
                "the resource no longer exists".to_owned(),
                "restore the resource, or remove it from the access package",
            ),
            (
                "appRoleGone",
                "the application no longer has this role".to_owned(),
                "declare the app role again under the same id, or remove it from the access package",
            ),
            (
                "dynamicGroup",
                "the group is dynamic: its rule determines its members".to_owned(),
                "change the group's rule, or remove the group from the access package",
            ),
            (
                "syncedGroup",
                "the group is synchronized from an on-premises directory".to_owned(),
                "change the group in its on-premises directory",
            ),
            (
                "mailEnabledGroup",
                "the group is managed in Exchange".to_owned(),
                "change the group in Exchange",
            ),
            (
                "targetCannotHold",
                "a target of this kind cannot hold this resource role".to_owned(),
                "remove the resource role from the access package, or remove the assignment",
            ),
        ]
    );
    let codes: HashSet<_> = Obstacle::ALL.iter().map(|it| it.code()).collect();
    assert_eq!(codes.len(), Obstacle::ALL.len());
    for obstacle in Obstacle::ALL {
        assert_eq!(Obstacle::from_code(obstacle.code()), Some(*obstacle));
    }
    assert_eq!(Obstacle::from_code("notFound"), None);
}
