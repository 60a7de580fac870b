//! Members and owners of groups, and the groups themselves.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Directory, GROUP, MISSING, OTHER_USER, Place, ROLE, USER, reference, told};

const DYNAMIC: Uuid = Uuid::from_u128(0xa2);
const MAIL: Uuid = Uuid::from_u128(0xa3);
const UNIFIED: Uuid = Uuid::from_u128(0xa4);
const SYNCED: Uuid = Uuid::from_u128(0xa5);
const FOR_ROLES: Uuid = Uuid::from_u128(0xa6);

const LINKS: [&str; 2] = ["members", "owners"];

#[test]
fn a_link_is_added_once() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    for link in LINKS {
        let is_there = format!("/v1.0/groups/{GROUP}/{link}/{USER}/$ref");
        assert_eq!(directory.get(&is_there).told(), told(404, "Request_ResourceNotFound"));
        let added = directory.add(link, GROUP, USER);
        assert_eq!((added.status, added.body.as_str()), (204, ""));
        assert_eq!(added.header("content-type"), None);
        assert_eq!(directory.get(&is_there).status, 200);
        let again = directory.add(link, GROUP, USER);
        assert_eq!(again.told(), told(400, "Request_BadRequest"));
        let message =
            "One or more added object references already exist for the following modified properties: ";
        assert_eq!(again.message(), format!("{message}'{link}'."));
        let listed = directory.value(&format!("/v1.0/groups/{GROUP}/{link}?$select=id"));
        assert_eq!(listed, [json!({ "@odata.type": "#microsoft.graph.user", "id": USER })]);
    }
}

#[test]
fn a_reference_names_its_object_in_every_spelling() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let host = "https://microsoftgraph.chinacloudapi.cn/v1.0";
    let spellings = [
        (
            format!("/v1.0/groups/{GROUP}/members/$ref"),
            json!({ "@odata.id": format!("{host}/users/{USER}") }),
        ),
        (
            format!("/v1.0/groups/{GROUP}/members/%24ref"),
            json!({ "@odata.id": format!("{host}/directoryObjects/{OTHER_USER}") }),
        ),
        (
            format!("/v1.0/groups/{GROUP}/members/$ref"),
            json!({ "@odata.id": format!("{host}/servicePrincipals/{}", crate::support::APP) }),
        ),
    ];
    for (path, body) in spellings {
        assert_eq!(directory.post(&path, &body).status, 204, "{body}");
    }
    let path = format!("/v1.0/groups/{GROUP}/members/$ref");
    for body in [Value::Null, json!({}), json!({ "@odata.id": "x" }), json!({ "@odata.id": USER })] {
        assert_eq!(directory.post(&path, &body).told(), told(400, "Request_BadRequest"), "{body}");
    }
    let members = directory.post(&format!("/v1.0/groups/{GROUP}/members"), &reference(USER));
    assert_eq!(members.told(), told(400, "BadRequest"));
    assert_eq!(members.message(), "Write requests are only supported on contained entities");
    for path in ["/v1.0/groups/x/members/$ref", "/v1.0/groups/000000000000000000000000000000a1/members/$ref"]
    {
        assert_eq!(directory.post(path, &reference(USER)).told(), told(400, "Request_BadRequest"), "{path}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    for link in LINKS {
        for (group, object, named) in [
            (MISSING, USER, MISSING),
            (GROUP, MISSING, MISSING),
            (USER, OTHER_USER, USER),
            (GROUP, ROLE, ROLE),
        ] {
            let answer = directory.add(link, group, object);
            assert_eq!(answer.told(), told(404, "Request_ResourceNotFound"));
            assert_eq!(
                answer.message(),
                format!(
                    "Resource '{named}' does not exist or one of its queried reference-property objects are not present."
                )
            );
        }
        let list = directory.get(&format!("/v1.0/groups/{MISSING}/{link}"));
        assert_eq!(list.told(), told(404, "Request_ResourceNotFound"));
    }
    assert_eq!(directory.carried_out(), 0);
    assert_eq!(directory.get(&format!("/v1.0/groups/{MISSING}")).status, 404);
}

#[test]
fn some_groups_cannot_be_changed() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    directory.seed(&json!([
        { "id": DYNAMIC, "object": { "group": { "groupTypes": ["DynamicMembership"] } } },
        { "id": MAIL, "object": { "group": { "mailEnabled": true, "securityEnabled": true } } },
        { "id": UNIFIED, "object": { "group": { "mailEnabled": true, "groupTypes": ["Unified"] } } },
        { "id": SYNCED, "object": { "group": { "onPremisesSyncEnabled": true } } },
    ]));
    let denied = || told(403, "Authorization_RequestDenied");
    assert_eq!(directory.add("members", DYNAMIC, USER).told(), denied());
    assert_eq!(directory.add("owners", DYNAMIC, USER).status, 204);
    for link in LINKS {
        assert_eq!(directory.add(link, MAIL, USER).told(), denied());
        assert_eq!(directory.add(link, UNIFIED, USER).status, 204);
        let synced = directory.add(link, SYNCED, USER);
        assert_eq!(synced.told(), told(400, "Request_BadRequest"));
        assert!(synced.message().contains("on-premises mastered Directory Sync"), "{}", synced.message());
    }
}

#[test]
fn a_permission_can_be_missing() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    directory.seed(&json!([{ "id": FOR_ROLES, "object": { "group": { "isAssignableToRole": true } } }]));
    let hold = |permissions: &Value| {
        assert_eq!(directory.try_ask("PUT", "/control/permissions", permissions).unwrap().status, 204);
    };
    let denied = || told(403, "Authorization_RequestDenied");
    hold(&json!(["GroupMember.ReadWrite.All"]));
    assert_eq!(directory.add("owners", GROUP, USER).told(), denied());
    assert_eq!(directory.add("members", GROUP, USER).status, 204);
    // A permission to write includes the one to read.
    assert_eq!(directory.get(&format!("/v1.0/groups/{GROUP}/members")).status, 200);
    assert_eq!(directory.add("members", FOR_ROLES, USER).told(), denied());
    hold(&json!(["GroupMember.ReadWrite.All", "RoleManagement.ReadWrite.Directory"]));
    assert_eq!(directory.add("members", FOR_ROLES, USER).status, 204);
    hold(&json!(["GroupMember.Read.All", "Application.Read.All"]));
    assert_eq!(directory.add("members", GROUP, OTHER_USER).told(), denied());
    assert_eq!(directory.get(&format!("/v1.0/groups/{GROUP}")).status, 200);
    hold(&json!([]));
    assert_eq!(directory.get(&format!("/v1.0/groups/{GROUP}")).told(), denied());
    directory.try_ask("DELETE", "/control/permissions", &Value::Null).unwrap();
    assert_eq!(directory.add("owners", FOR_ROLES, USER).status, 204);
}

#[test]
fn a_group_shows_what_is_selected() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let group = json!({
        "groupTypes": ["DynamicMembership", "Unified"], "mailEnabled": true, "securityEnabled": false,
        "isAssignableToRole": true,
    });
    directory.seed(&json!([{ "id": DYNAMIC, "object": { "group": group } }]));
    let select = "groupTypes,mailEnabled,securityEnabled,isAssignableToRole,onPremisesSyncEnabled";
    let shown = directory.get(&format!("/v1.0/groups/{DYNAMIC}?$select={select}")).json();
    let mut expected = group;
    expected["onPremisesSyncEnabled"] = Value::Null;
    assert_eq!(shown, expected);
    let shown = directory.get(&format!("/v1.0/groups/{GROUP}")).json();
    assert_eq!(
        (&shown["id"], &shown["groupTypes"], &shown["mailEnabled"]),
        (&json!(GROUP), &json!([]), &json!(false))
    );
    let unknown = directory.get(&format!("/v1.0/groups/{GROUP}?$select=groupTypes,colour"));
    assert_eq!(unknown.told(), told(400, "Request_BadRequest"));
}

#[test]
fn a_long_list_has_pages() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let users: Vec<_> = (0..25).map(|number| Uuid::from_u128(0x1_0000 + number)).collect();
    directory.seed(&users.iter().map(|id| json!({ "id": id, "object": "user" })).collect());
    for user in &users {
        assert_eq!(directory.add("members", GROUP, *user).status, 204);
    }
    for (top, pages) in [(10, 3), (5, 5), (25, 1), (24, 2)] {
        let mut path = format!("/v1.0/groups/{GROUP}/members?$top={top}&$select=id");
        let (mut found, mut seen) = (Vec::new(), 0);
        loop {
            seen += 1;
            let page = directory.get(&path).json();
            let ids = page["value"].as_array().unwrap().iter().map(|item| item["id"].clone());
            found.extend(ids.map(|id| serde_json::from_value::<Uuid>(id).unwrap()));
            let Some(next) = page["@odata.nextLink"].as_str() else { break };
            path = next.strip_prefix(&format!("http://{}", directory.address)).unwrap().to_owned();
        }
        assert_eq!((&found, seen), (&users, pages), "{top}");
    }
    for top in ["0", "1000", "-1", "x"] {
        let answer = directory.get(&format!("/v1.0/groups/{GROUP}/members?$top={top}"));
        assert_eq!(answer.told(), told(400, "Request_BadRequest"), "{top}");
    }
}
