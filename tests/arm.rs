//! The ids of Azure: which texts are ids, and which ids are equal (R23).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use access_package::{Activation, ArmId, ParseResourceRoleError, ResourceRole};
use uuid::{Uuid, uuid};

const ID: Uuid = uuid!("7b56ede0-9b58-40bd-b11e-b3d18fc32698");
const SUBSCRIPTION: &str = "/subscriptions/0282e19d-bf41-435d-92a4-99bab93af305";

/// The id of a role definition below this path.
fn definition(below: &str) -> String {
    format!("{below}/providers/Microsoft.Authorization/roleDefinitions/{ID}")
}

fn read(scope: &str, definition: &str) -> Result<ResourceRole, ParseResourceRoleError> {
    ResourceRole::from_origin("AzureResources", scope, definition, Some("active"))
}

#[test]
fn what_is_no_id_of_azure_is_refused() {
    let no_scope = ParseResourceRoleError::ResourceOriginId {
        origin_system: "AzureResources",
        expected: "`/`, or a path such as `/subscriptions/<guid>`",
    };
    let no_definition = ParseResourceRoleError::RoleOriginId {
        origin_system: "AzureResources",
        expected: "a path that ends in `/providers/Microsoft.Authorization/roleDefinitions/<guid>`",
    };
    let not_ids = [
        "",
        "//",
        "/a/",
        "/a//b",
        "a",
        "subscriptions/1",
        " /a",
        "/a ",
        "/ a",
        "/a /b",
        "/a/\u{a0}b",
        "/.",
        "/..",
        "/a/../b",
        "/a/./b",
        "/a?b",
        "/a#b",
        "/a%2fb",
        "/a\\b",
        "/a\nb",
        "/a\u{7f}b",
        "/a/\u{85}",
        "/a/b\u{85}c",
        "/a/\u{2003}b",
        "https://management.azure.com/a",
    ];
    for id in not_ids {
        assert_eq!(read(id, &definition("")), Err(no_scope), "{id:?}");
        if !id.is_empty() {
            assert_eq!(read("/", &definition(id)), Err(no_definition), "{id:?}");
        }
    }
    // The crate does not know which paths exist.
    for id in ["/", "/subscriptions", "/...", "/ä/ö b"] {
        assert!(read(id, &definition("")).is_ok(), "{id:?}");
    }
    let whole = definition(SUBSCRIPTION);
    for wrong in [
        String::new(),
        "/".into(),
        ID.to_string(),
        SUBSCRIPTION.into(),
        format!("/{ID}"),
        format!("/roleDefinitions/{ID}"),
        format!("/Microsoft.Authorization/roleDefinitions/{ID}"),
        format!("providers/Microsoft.Authorization/roleDefinitions/{ID}"),
        format!("{whole}/"),
        whole.replace(&ID.to_string(), &ID.simple().to_string()),
        whole.replace(&ID.to_string(), "Reader"),
        whole.replace("roleDefinitions", "roleAssignments"),
        whole.replace("Microsoft.Authorization", "Microsoft.Web"),
        whole.replace("providers", "provider"),
        whole.replace("/providers", "/xproviders"),
        whole.replace("/roleDefinitions", "roleDefinitions"),
    ] {
        assert_eq!(read("/", &wrong), Err(no_definition), "{wrong:?}");
    }
    for same in [whole.to_lowercase(), whole.to_uppercase()] {
        assert_eq!(read("/", &same), read("/", &whole));
    }
}

// R23: equal ids have the same order and the same hash, and different ids do not. The text stays as it was
// written.
#[test]
fn ids_of_azure_have_no_case_and_keep_it() {
    let hash = |id: &ArmId| {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        hasher.finish()
    };
    let texts = ["/", "/a", "/A", "/a/b", "/A/b", "/a/B", "/B", "/b", "/[", "/ä", "/Ä"];
    for a in texts {
        for b in texts {
            let [one, other]: [ArmId; 2] = [a, b].map(|text| text.parse().expect("an id"));
            assert_eq!(one.to_string(), a);
            let order = a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase());
            assert_eq!((one.cmp(&other), one.partial_cmp(&other)), (order, Some(order)), "{a}, {b}");
            assert_eq!(
                (one == other, hash(&one) == hash(&other)),
                (order.is_eq(), order.is_eq()),
                "{a}, {b}"
            );
        }
    }
}

// R23: two ids that differ in one part are different.
#[test]
fn a_role_of_azure_has_its_definition_scope_and_type() {
    let id = |text: &str| text.parse::<ArmId>().expect("an id");
    let root = definition("/providers/Microsoft.Management/managementGroups/root");
    let (below, lab) = (definition(SUBSCRIPTION), format!("{SUBSCRIPTION}/resourceGroups/Lab"));
    let mut all = Vec::new();
    for scope in ["/", SUBSCRIPTION, &lab] {
        for definition in [definition(""), below.clone(), root.clone()] {
            for (word, activation) in [("active", Activation::Active), ("eligible", Activation::Eligible)] {
                let role = ResourceRole::from_origin("AzureResources", scope, &definition, Some(word));
                let role = role.expect("a role of Azure");
                let ResourceRole::Azure { role: of, activation: said } = &role else { panic!("{role:?}") };
                assert_eq!((of.scope(), of.definition()), (&id(scope), &id(&definition)));
                assert_eq!(*said, activation);
                all.push(role);
            }
        }
    }
    let number = all.len();
    all.sort();
    all.dedup();
    assert_eq!((all.len(), number), (18, 18));
}
