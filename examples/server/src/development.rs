//! What is there to try, in development: assignments, roles, and tokens to paste.

use std::time::Duration;

use access_package::{
    Assignment, AssignmentResourceRole, AssignmentState, Fulfillment, ResourceRole, Role, RoleAssignment,
    Scope, StoredAssignment, graph,
};
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use crate::Problem;
use crate::directory::{Directory, Table};
use crate::store::Store;
use crate::token::Tokens;

/// The assignment of the sample.
pub const SAMPLE: Uuid = uuid!("78f1fdfd-4d01-4e20-9e7d-792f1f0cba47");
/// One in a catalog on which nobody here holds a role.
pub const FOREIGN: Uuid = uuid!("a6bb6942-3ae1-4259-9908-0133aaee9377");
/// One that gives two groups, of which one is deleted.
pub const HALF: Uuid = uuid!("d82eb508-acc4-43cc-bcf1-7c1c4a2c073b");
/// One that gives a deleted group only.
pub const HOPELESS: Uuid = uuid!("d82eb508-acc4-43cc-bcf1-7c1c4a2c073c");
pub const EXPIRED: Uuid = uuid!("a0134a12-ef14-42ff-adac-6fef258e720a");
pub const PARTIALLY_DELIVERED: Uuid = uuid!("a0134a12-ef14-42ff-adac-6fef258e720b");
pub const DELIVERY_FAILED: Uuid = uuid!("a0134a12-ef14-42ff-adac-6fef258e720c");
/// One whose package is not known.
pub const UNKNOWN_PACKAGE: Uuid = uuid!("a0134a12-ef14-42ff-adac-6fef258e720d");

const MANAGER: Uuid = uuid!("11111111-0000-4000-8000-000000000001");
const READER: Uuid = uuid!("11111111-0000-4000-8000-000000000002");
const STRANGER: Uuid = uuid!("11111111-0000-4000-8000-000000000003");
const APPLICATION: Uuid = uuid!("11111111-0000-4000-8000-000000000004");

const SAMPLE_DOCUMENT: &[u8] = include_bytes!("../../assignment.json");
const DELETED_GROUP: Uuid = uuid!("dddddddd-0000-4000-8000-00000000dead");

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

/// Fills an empty database.
///
/// # Errors
/// The database fails.
pub async fn seed(store: &Store) -> Result<(), Problem> {
    if store.count("assignment").await? > 0 {
        return Ok(());
    }
    let directory = Table { store: store.clone(), latency: Duration::ZERO };
    let sample = graph::json::read(SAMPLE_DOCUMENT)?;
    let catalog = Scope::Catalog(sample.catalog());
    store
        .add_role(MANAGER, RoleAssignment { role: Role::AccessPackageAssignmentManager, scope: catalog })
        .await?;
    store.add_role(READER, RoleAssignment { role: Role::CatalogReader, scope: catalog }).await?;
    directory.delete_resource(&DELETED_GROUP.to_string()).await?;

    let like_sample = |id: Uuid| StoredAssignment { id: id.into(), ..StoredAssignment::from(&sample) };
    let other_package = |id: Uuid, roles| StoredAssignment {
        access_package: Uuid::new_v4().into(),
        target: Uuid::new_v4().into(),
        resource_roles: Some(roles),
        ..like_sample(id)
    };
    let alive = member(uuid!("0282e19d-bf41-435d-92a4-99bab93af305"), Fulfillment::Fulfilled)?;
    let deleted = member(DELETED_GROUP, Fulfillment::Fulfilled)?;
    let failed = member(DELETED_GROUP, Fulfillment::Failed)?;
    let in_state = |state, stored| StoredAssignment { state, ..stored };

    let known = [
        like_sample(SAMPLE),
        StoredAssignment { catalog: Uuid::new_v4().into(), ..other_package(FOREIGN, vec![alive.clone()]) },
        other_package(HALF, vec![alive.clone(), deleted.clone()]),
        other_package(HOPELESS, vec![deleted.clone()]),
        StoredAssignment {
            end: Some("2022-07-27T21:55:19.69Z".parse()?),
            ..other_package(EXPIRED, vec![alive.clone()])
        },
        in_state(
            AssignmentState::PartiallyDelivered,
            other_package(PARTIALLY_DELIVERED, vec![alive.clone(), failed.clone()]),
        ),
        in_state(AssignmentState::DeliveryFailed, other_package(DELIVERY_FAILED, vec![failed])),
    ];
    for stored in &known {
        let gives = stored.resource_roles.iter().flatten().map(|role| &role.resource_role);
        store.set_gives(stored.access_package, gives).await?;
        store.insert(stored).await?;
    }
    store.insert(&other_package(UNKNOWN_PACKAGE, vec![alive])).await?;
    grant_all(&directory, sample).await
}

/// Grants what the sample says is in place.
async fn grant_all(directory: &Table, mut sample: Assignment) -> Result<(), Problem> {
    let actions: Vec<_> = access_package::reprocess(&mut sample, Role::GlobalAdministrator)?.collect();
    for action in actions {
        directory.grant(&action).await?;
    }
    Ok(())
}

/// Membership of a group.
///
/// # Errors
/// None: the ids are well-formed.
pub fn member(group: Uuid, fulfillment: Fulfillment) -> Result<AssignmentResourceRole, Problem> {
    let resource_role =
        ResourceRole::from_origin("AadGroup", &group.to_string(), &format!("Member_{group}"))?;
    Ok(AssignmentResourceRole { resource_role, fulfillment })
}

/// Prints the tokens, and a line to paste.
///
/// # Errors
/// The tokens cannot be made.
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
