//! What is there to try, in development: assignments, roles, and tokens to paste.

use std::time::Duration;

use access_package::{
    Action, AssignmentResourceRole, Fulfillment, GroupAccess, ResourceRole, Role, RoleAssignment, Scope,
    StoredAssignment, Timestamp, graph,
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

const MANAGER: Uuid = uuid!("11111111-0000-4000-8000-000000000001");
const READER: Uuid = uuid!("11111111-0000-4000-8000-000000000002");
const STRANGER: Uuid = uuid!("11111111-0000-4000-8000-000000000003");
const APPLICATION: Uuid = uuid!("11111111-0000-4000-8000-000000000004");

const SAMPLE_DOCUMENT: &[u8] = include_bytes!("../../assignment.json");
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
    let sample = StoredAssignment::from(&graph::json::read(SAMPLE_DOCUMENT)?);
    let held = |role| RoleAssignment { role, scope: Scope::Catalog(sample.catalog) };
    store.add_role(MANAGER, held(Role::AccessPackageAssignmentManager)).await?;
    store.add_role(READER, held(Role::CatalogReader)).await?;
    let directory = Directory { store: store.clone(), latency: Duration::ZERO };
    directory.delete_resource(&DELETED_GROUP.to_string()).await?;

    let other = |id: Uuid, groups: &[Uuid]| StoredAssignment {
        id: id.into(),
        access_package: Uuid::new_v4().into(),
        target: Uuid::new_v4().into(),
        resource_roles: Some(groups.iter().map(|group| member(*group, Fulfillment::Fulfilled)).collect()),
        ..sample.clone()
    };
    let assignments = [
        sample.clone(),
        other(HALF, &[GROUP, DELETED_GROUP]),
        StoredAssignment { end: Some(Timestamp::MIN), ..other(EXPIRED, &[GROUP]) },
        StoredAssignment { catalog: Uuid::new_v4().into(), ..other(FOREIGN, &[GROUP]) },
    ];
    for stored in &assignments {
        let gives: Vec<_> = stored.resource_roles.iter().flatten().map(|role| &role.resource_role).collect();
        store.insert(stored).await?;
        store.set_gives(stored.access_package, &gives).await?;
        for resource_role in gives {
            let (assignment, target, resource_role) = (stored.id, stored.target, resource_role.clone());
            directory.grant(&Action { assignment, attempt: 0, target, resource_role, end: None }).await?;
        }
    }
    Ok(())
}

/// Membership of a group.
#[must_use]
pub fn member(group: Uuid, fulfillment: Fulfillment) -> AssignmentResourceRole {
    let resource_role = ResourceRole::Group { group: group.into(), access: GroupAccess::Member };
    AssignmentResourceRole { resource_role, fulfillment }
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
