//! What is there to try, in development: assignments, roles, and tokens to paste.

use std::time::Duration;

use access_package::{
    Assignment, GroupAccess, ObjectId, ResourceRole, Role, RoleAssignment, Scope, Timestamp, graph, reprocess,
};
use serde_json::{Value, json};
use sqlx::query;
use uuid::{Uuid, uuid};

use crate::Problem;
use crate::directory::Directory;
use crate::store::Store;
use crate::token::Tokens;

/// The assignment of the sample.
pub const SAMPLE: Uuid = uuid!("78f1fdfd-4d01-4e20-9e7d-792f1f0cba47");
/// One that gives two groups, of which one is deleted.
pub const HALF: Uuid = uuid!("d82eb508-acc4-43cc-bcf1-7c1c4a2c073b");
pub const EXPIRED: Uuid = uuid!("a0134a12-ef14-42ff-adac-6fef258e720a");
/// One in a catalog on which nobody here holds a role.
pub const FOREIGN: Uuid = uuid!("a6bb6942-3ae1-4259-9908-0133aaee9377");

pub const MANAGER: ObjectId = ObjectId::from_uuid(uuid!("11111111-0000-4000-8000-000000000001"));
const READER: ObjectId = ObjectId::from_uuid(uuid!("11111111-0000-4000-8000-000000000002"));
const STRANGER: ObjectId = ObjectId::from_uuid(uuid!("11111111-0000-4000-8000-000000000003"));
const APPLICATION: ObjectId = ObjectId::from_uuid(uuid!("11111111-0000-4000-8000-000000000004"));

pub const SAMPLE_DOCUMENT: &[u8] = include_bytes!("../../assignment.json");
const GROUP: Uuid = uuid!("0282e19d-bf41-435d-92a4-99bab93af305");
pub const DELETED_GROUP: Uuid = uuid!("dddddddd-0000-4000-8000-00000000dead");

/// Who calls, and the claims of the token.
#[must_use]
pub fn callers() -> [(&'static str, Value); 4] {
    let delegated = |oid| json!({ "oid": oid, "scp": "openid EntitlementManagement.ReadWrite.All" });
    let application = json!({
        "oid": APPLICATION, "idtyp": "app", "roles": ["EntitlementManagement.ReadWrite.All"],
    });
    [
        ("manager", delegated(MANAGER)),
        ("reader", delegated(READER)),
        ("stranger", delegated(STRANGER)),
        ("application", application),
    ]
}

/// Fills an empty database: assignments whose access is in place, as far as it can be.
pub async fn seed(store: &Store) -> Result<(), Problem> {
    if query("SELECT 1 FROM assignment").fetch_optional(&store.pool).await?.is_some() {
        return Ok(());
    }
    let sample = graph::json::read(SAMPLE_DOCUMENT)?;
    let catalog = sample.catalog();
    let held = |role| RoleAssignment { role, scope: Scope::Catalog(catalog) };
    store.add_role(MANAGER, held(Role::AccessPackageAssignmentManager)).await?;
    store.add_role(READER, held(Role::CatalogReader)).await?;
    let directory = Directory { store: store.clone(), latency: Duration::ZERO };
    directory.delete_resource(&DELETED_GROUP.to_string()).await?;

    let other = |id: Uuid, catalog, end, groups: &[Uuid]| {
        let (package, target) = (Uuid::new_v4().into(), Uuid::new_v4().into());
        Assignment::delivered(id.into(), catalog, package, target, end, groups.iter().copied().map(member))
    };
    let assignments = [
        other(HALF, catalog, None, &[GROUP, DELETED_GROUP]),
        other(EXPIRED, catalog, Some(Timestamp::MIN), &[GROUP]),
        other(FOREIGN, Uuid::new_v4().into(), None, &[GROUP]),
        sample,
    ];
    for mut assignment in assignments {
        store.insert(&(&assignment).into()).await?;
        let package = assignment.access_package();
        // What is in place is what would be asked for.
        let actions: Vec<_> = reprocess(&mut assignment, Role::CatalogOwner)?.collect();
        let gives: Vec<_> = actions.iter().map(|action| action.resource_role.clone()).collect();
        store.set_gives(package, &gives).await?;
        for action in actions {
            directory.grant(action).await?;
        }
    }
    Ok(())
}

/// Membership of a group.
#[must_use]
pub fn member(group: Uuid) -> ResourceRole {
    ResourceRole::Group { group: group.into(), access: GroupAccess::Member }
}

/// Prints the tokens, and a line to paste.
pub fn print_tokens(tokens: &Tokens, base_url: &str) -> Result<(), Problem> {
    println!("development: these tokens are good for a day");
    for (name, claims) in callers() {
        println!("TOKEN_{}={}", name.to_uppercase(), tokens.make(&claims)?);
    }
    let manager = tokens.make(&callers()[0].1)?;
    let path = format!("/v1.0/identityGovernance/entitlementManagement/assignments/{SAMPLE}/reprocess");
    println!("curl -i -X POST -H 'Authorization: Bearer {manager}' {base_url}{path}");
    Ok(())
}
