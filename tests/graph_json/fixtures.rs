//! Documents to start from, and ways to change them.

use access_package::Assignment;
use access_package::graph::json::{ReadError, read};
use serde_json::{Value, json};

/// The sample of v1.0, with everything expanded.
pub fn v1() -> Value {
    serde_json::from_str(include_str!("../../examples/assignment.json")).unwrap()
}

pub const GROUP: &str = "7b56ede0-9b58-40bd-b11e-b3d18fc32698";
pub const OTHER_GROUP: &str = "0282e19d-bf41-435d-92a4-99bab93af305";

pub fn beta_role(group: &str, status: &str) -> Value {
    json!({
        "id": "bdb7e0a0-a927-42ab-bf30-c5b5533dc54a",
        "originSystem": "AadGroup",
        "status": status,
        "accessPackageResourceRole": { "originSystem": "AadGroup", "originId": format!("Member_{group}") },
        "accessPackageResourceScope": { "originSystem": "AadGroup", "originId": group },
    })
}

/// The sample of beta, with everything expanded.
pub fn beta() -> Value {
    json!({
        "id": "a6bb6942-3ae1-4259-9908-0133aaee9377",
        "catalogId": "cec5d6ab-c75d-47c0-9c1c-92e89f66e384",
        "accessPackageId": "88203d16-0e31-41d4-87b2-dd402f1435e9",
        "assignmentPolicyId": "db440482-1210-4a60-9b55-3ac7a72f63ba",
        "targetId": "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0",
        "assignmentState": "Delivered",
        "assignmentStatus": "Delivered",
        "isExtended": false,
        "expiredDateTime": null,
        "schedule": { "startDateTime": null, "recurrence": null, "expiration": { "type": "noExpiration" } },
        "target": { "id": "8586ddc8-0ff7-4c24-9c79-f192bc3566e3", "objectId": "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0", "type": "User" },
        "accessPackageAssignmentResourceRoles": [beta_role(GROUP, "Fulfilled"), beta_role(OTHER_GROUP, "PendingFulfillment")],
    })
}

pub fn read_value(document: &Value) -> Result<Assignment, ReadError> {
    read(document.to_string().as_bytes())
}

/// The document with the value at this JSON pointer set or removed.
pub fn with(mut document: Value, pointer: &str, value: Option<Value>) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => drop(parent.insert(key.into(), value)),
        None => drop(parent.remove(key).expect("it was there")),
    }
    document
}
