//! Data to try in development: assignments, roles, and tokens to paste.

use access_package::{
    Action, Assignment, AssignmentResourceRole, Catalog, FailureReason, Fulfillment, GroupAccess, ObjectId,
    Outcome, ResourceRole, Role, RoleAssignment, Scope, StoredAssignment, Timestamp, graph, reprocess,
};
use serde_json::{Value, json};
use sqlx::query;
use uuid::{Uuid, uuid};

use crate::store::Store;
use crate::token::Tokens;
use crate::{Problem, now};

/// The assignment of the sample.
pub const SAMPLE: Uuid = uuid!("78f1fdfd-4d01-4e20-9e7d-792f1f0cba47");
/// An assignment that gives two groups, one of them deleted.
pub const HALF: Uuid = uuid!("d82eb508-acc4-43cc-bcf1-7c1c4a2c073b");
pub const EXPIRED: Uuid = uuid!("a0134a12-ef14-42ff-adac-6fef258e720a");
/// An assignment in a catalog on which no caller here holds a role.
pub const FOREIGN: Uuid = uuid!("a6bb6942-3ae1-4259-9908-0133aaee9377");
/// Assignments whose delivery has failed because the directory could not be reached: in part, as a whole, and
/// long ago.
pub const PARTIAL: Uuid = uuid!("5b1c0e4e-6f0a-4b7e-8f3c-1d2a9c7e4f10");
pub const FAILED: Uuid = uuid!("c9d1f7a2-30c5-4a53-9d0e-7b8a5e6f2c11");
pub const FAILED_LONG_AGO: Uuid = uuid!("e27ab0c4-9b54-4d6a-a1f7-3c4d5e6f7a12");

pub const HALF_REQUEST: Uuid = uuid!("3f6d2b90-0001-4c1e-9a57-5d8e4b7c2a01");
pub const PARTIAL_REQUEST: Uuid = uuid!("3f6d2b90-0002-4c1e-9a57-5d8e4b7c2a01");
pub const FAILED_REQUEST: Uuid = uuid!("3f6d2b90-0003-4c1e-9a57-5d8e4b7c2a01");
pub const FOREIGN_REQUEST: Uuid = uuid!("3f6d2b90-0004-4c1e-9a57-5d8e4b7c2a01");
/// Requests, each with its assignment, what it asked for, and how many days ago it was completed.
pub const REQUESTS: [(Uuid, Uuid, &str, i64); 9] = [
    (HALF_REQUEST, HALF, "userAdd", 1),
    (PARTIAL_REQUEST, PARTIAL, "userUpdate", 1),
    (FAILED_REQUEST, FAILED, "adminAdd", 1),
    (FOREIGN_REQUEST, FOREIGN, "userAdd", 1),
    (uuid!("3f6d2b90-0005-4c1e-9a57-5d8e4b7c2a01"), SAMPLE, "userAdd", 1),
    // Superseded, too old, ended, and the removal itself.
    (uuid!("3f6d2b90-0006-4c1e-9a57-5d8e4b7c2a01"), PARTIAL, "userAdd", 2),
    (uuid!("3f6d2b90-0007-4c1e-9a57-5d8e4b7c2a01"), FAILED_LONG_AGO, "userAdd", 15),
    (uuid!("3f6d2b90-0008-4c1e-9a57-5d8e4b7c2a01"), EXPIRED, "userAdd", 2),
    (uuid!("3f6d2b90-0009-4c1e-9a57-5d8e4b7c2a01"), EXPIRED, "adminRemove", 1),
];

pub const MANAGER: ObjectId = ObjectId::from_uuid(uuid!("11111111-0000-4000-8000-000000000001"));
const READER: ObjectId = ObjectId::from_uuid(uuid!("11111111-0000-4000-8000-000000000002"));
const STRANGER: ObjectId = ObjectId::from_uuid(uuid!("11111111-0000-4000-8000-000000000003"));
const APPLICATION: ObjectId = ObjectId::from_uuid(uuid!("11111111-0000-4000-8000-000000000004"));

pub const SAMPLE_DOCUMENT: &[u8] = include_bytes!("../../assignment.json");
const GROUP: Uuid = uuid!("0282e19d-bf41-435d-92a4-99bab93af305");
const OTHER_GROUP: Uuid = uuid!("1c0ffee0-5a5a-4d3c-8b2a-90abcdef0123");
pub const DELETED_GROUP: Uuid = uuid!("dddddddd-0000-4000-8000-00000000dead");

/// The callers, and the claims of their tokens.
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

/// Fills an empty database with assignments and their requests.
pub async fn seed(store: &Store) -> Result<(), Problem> {
    if query("SELECT 1 FROM assignment").fetch_optional(&store.pool).await?.is_some() {
        return Ok(());
    }
    let sample = sample()?;
    // Of servers that start at the same time, only the first one fills the database.
    if !store.insert(&sample.clone().into()).await? {
        return Ok(());
    }
    let catalog = sample.catalog();
    let held = |role| RoleAssignment { role, scope: Scope::Catalog(catalog.id) };
    store.add_role(MANAGER, held(Role::AccessPackageAssignmentManager)).await?;
    store.add_role(READER, held(Role::CatalogReader)).await?;
    let other = |id: Uuid, catalog, end, groups: &[Uuid]| {
        let (package, target) = (Uuid::new_v4().into(), Uuid::new_v4().into());
        Assignment::delivered(id.into(), catalog, package, target, end, groups.iter().copied().map(member))
    };
    // Each with the number of its resource roles that have failed.
    let assignments = [
        (other(HALF, catalog, None, &[GROUP, DELETED_GROUP]), 0),
        (other(EXPIRED, catalog, Some(Timestamp::MIN), &[GROUP]), 0),
        (other(FOREIGN, Catalog::of_unknown_level(Uuid::new_v4().into()), None, &[GROUP]), 0),
        (other(PARTIAL, catalog, None, &[GROUP, OTHER_GROUP]), 1),
        (other(FAILED, catalog, None, &[GROUP]), 1),
        (other(FAILED_LONG_AGO, catalog, None, &[GROUP]), 1),
        (sample, 0),
    ];
    for (mut assignment, failed) in assignments {
        let delivered = StoredAssignment::from(&assignment);
        // The package gives what a reprocess asks for.
        let actions: Vec<_> = reprocess(&mut assignment, Role::CatalogOwner)?.collect();
        let gives: Vec<_> = actions.iter().map(|action| action.resource_role.clone()).collect();
        store.set_gives(assignment.access_package(), &gives).await?;
        for (number, action) in actions.into_iter().enumerate() {
            let receipt = if number < failed {
                let reason = FailureReason::new("directoryUnreachable", "the directory cannot be reached");
                action.failed(reason)
            } else {
                action.receipt(Outcome::Fulfilled)
            };
            let _ = assignment.record(&receipt, now())?;
        }
        let stored = if failed == 0 { delivered } else { assignment.into() };
        store.insert(&stored).await?;
    }
    for (id, assignment, request_type, days) in REQUESTS {
        store.insert_request(id.into(), assignment.into(), request_type, days_ago(days)).await?;
    }
    Ok(())
}

/// The actions whose access is in place in a new directory.
pub async fn in_place(store: &Store) -> Result<Vec<Action>, Problem> {
    let mut in_place = Vec::new();
    for id in [SAMPLE, HALF, FOREIGN, PARTIAL] {
        let Some((assignment, _)) = store.read(id.into(), None).await? else { continue };
        let fulfilled = |it: &&AssignmentResourceRole| it.fulfillment == Fulfillment::Fulfilled;
        let roles = assignment.resource_roles().unwrap_or_default().iter().filter(fulfilled);
        in_place.extend(roles.map(|it| Action {
            assignment: assignment.id(),
            attempt: assignment.attempt(),
            target: assignment.target(),
            resource_role: it.resource_role.clone(),
            end: assignment.end(),
        }));
    }
    Ok(in_place)
}

/// The sample without its role in a SharePoint site: Graph has no request that grants such a role.
fn sample() -> Result<Assignment, Problem> {
    let mut sample = StoredAssignment::from(graph::json::read(SAMPLE_DOCUMENT)?);
    if let Some(roles) = &mut sample.resource_roles {
        roles.retain(|it| graph::Endpoint::of(&it.resource_role).is_some());
    }
    Ok(sample.try_into()?)
}

/// This instant, so many days ago.
#[must_use]
pub fn days_ago(days: i64) -> Timestamp {
    const DAY: i64 = 24 * 60 * 60 * 10_000_000;
    Timestamp::from_unix_ticks(now().unix_ticks() - days * DAY).unwrap_or(Timestamp::MIN)
}

/// Membership of a group.
#[must_use]
pub fn member(group: Uuid) -> ResourceRole {
    ResourceRole::Group { group: group.into(), access: GroupAccess::Member }
}

/// Prints the tokens, and a line to paste.
pub fn print_tokens(tokens: &Tokens, base_url: &str) -> Result<(), Problem> {
    println!(
        "development: these tokens are good for a day, also after a restart if `DEVELOPMENT_KEY` is set"
    );
    for (name, claims) in callers() {
        println!("TOKEN_{}={}", name.to_uppercase(), tokens.make(&claims)?);
    }
    let manager = tokens.make(&callers()[0].1)?;
    let path = format!("/v1.0/identityGovernance/entitlementManagement/assignments/{SAMPLE}/reprocess");
    println!("curl -i -X POST -H 'Authorization: Bearer {manager}' {base_url}{path}");
    Ok(())
}
