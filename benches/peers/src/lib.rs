//! The gate of the crate in policy engines, and its life cycle in a state machine.

pub mod bytes;
pub mod engine;
pub mod machine;
pub mod question;

#[path = "../../baseline.rs"]
pub mod baseline;
#[path = "../../floor.rs"]
pub mod floor;
#[allow(dead_code, reason = "only its callers are used")]
#[path = "../../../tests/gate/points.rs"]
mod points;
#[path = "../../prepared.rs"]
pub mod prepared;
#[path = "../../../tests/support/mod.rs"]
pub mod support;
