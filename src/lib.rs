#![doc = "x"]
#![no_std]
#![forbid(unsafe_code)]
#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod action;
mod assignment;
mod id;
mod resource_role;
mod role;
mod state;
#[cfg(feature = "serde")]
mod text;
mod timestamp;

pub mod policy;

pub use action::{Action, Actions, Outcome, Receipt};
pub use assignment::{
    Assignment, AssignmentResourceRole, Fulfillment, LoadError, Observed, RecordError, ReprocessError,
    SetResourceRolesError, StoredAssignment, reprocess, reprocess_observed,
};
pub use id::{AccessPackageId, AssignmentId, CatalogId, ObjectId, ParseIdError};
pub use resource_role::{
    DirectoryActivation, GroupAccess, OpaqueResourceRole, ParseResourceRoleError, ResourceRole,
};
pub use role::{ParseRoleError, Role};
pub use state::{Advice, AssignmentState, ParseStateError};
#[cfg(feature = "serde")]
pub use timestamp::ParseTimestampError;
pub use timestamp::Timestamp;
