//! The rules of Microsoft Graph's `accessPackageAssignment: reprocess`: who may call it, what has to be enforced again,
//! and how the assignment's state follows from the results.
//!
//! An access package gives its holder roles in groups, applications and sites. Somebody else can
//! remove a role directly. The assignment then still says `delivered`, but the access is gone. To
//! *reprocess* the assignment is to enforce it again. This crate is that operation without the
//! service around it. It judges the [`Caller`] and the [`AssignmentState`], changes the
//! [`Assignment`], and returns the [`Action`]s for your code to carry out.
//!
//! ```
//! use access_package::{AssignmentState, Outcome, Timestamp};
//! # use access_package::{Account, Caller, Permission, Role, RoleAssignment, Scope};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "graph")] {
//! # let document = include_bytes!("../examples/assignment.json");
//! # let now = Timestamp::MIN;
//! # let manager = |role| Caller {
//! #     object: None,
//! #     account: Account::WorkOrSchool,
//! #     permissions: vec![Permission::EntitlementManagementReadWriteAll],
//! #     roles: vec![RoleAssignment { role, scope: Scope::Tenant }],
//! # };
//! # let (reader, caller) = (manager(Role::CatalogReader), manager(Role::CatalogOwner));
//! // A document of Microsoft Graph. If you keep assignments yourself, load a `StoredAssignment` instead.
//! let assignment = access_package::graph::json::read(document)?;
//! let catalog = Some(assignment.catalog());
//!
//! // A refusal names every reason, and what would help.
//! let refusal = reader.authority(catalog).unwrap_err();
//! assert_eq!(
//!     refusal.to_string(),
//!     "caller may not reprocess this assignment: no role is `Access package assignment manager` or higher"
//! );
//!
//! // Judge the caller first, then the assignment at this instant. Then pass what the access package gives now.
//! let admitted = caller.authority(catalog)?.admit(assignment, now)?;
//! # let gives_now: Vec<_> =
//! #     admitted.assignment().resource_roles().unwrap().iter().map(|it| it.resource_role.clone()).collect();
//! let unsaved = admitted.reprocess(gives_now);
//!
//! // Accepted is not done. Save `unsaved.stored()`, which holds everything that is still to be enforced. Then act.
//! let mut assignment = unsaved.saved();
//! let actions: Vec<_> = assignment.actions().collect();
//! assert_eq!((assignment.state(), actions.len()), (AssignmentState::Delivering, 3));
//!
//! // Report the outcome of each action, in any order.
//! for action in actions.into_iter().rev() {
//!     let _ = assignment.record(&action.receipt(Outcome::Fulfilled), now)?; // if it changed, save it
//! }
//! assert_eq!(assignment.state(), AssignmentState::Delivered);
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # Who may reprocess
//!
//! [`Caller::authority`] judges a [`Caller`], which you make from the account, its permissions, and its roles with
//! their scopes. It returns the [`Authority`] for the next stage, or a [`Refusal`] with every reason and the smallest
//! sets of steps that would help. The table holds for an assignment that is `delivered`, and for a request that can be
//! reprocessed:
//!
#![doc = include_str!("policy/gate.md")]
//!
//! A catalog that is known to be [privileged](PrivilegeLevel::Privileged) requires
//! [more](policy#in-a-privileged-catalog), possibly two roles at once.
//!
//! The caller is judged before the state, so a caller who may not reprocess does not learn the state.
//! [`policy`](policy#what-a-refusal-says) lists every refusal with its rules and their sources.
//!
//! # The life of an assignment
//!
//! An assignment can be reprocessed while it is `delivered` ([`Authority::admit`]). If its delivery has failed, in
//! whole or in part, you can reprocess its request instead ([`Authority::admit_request`]), for less than 14 days after
//! the request was completed.
//!
//! The assignment is then `delivering` until the outcome of every action is known. If no action is needed, because
//! everything is in place or cannot be enforced, the assignment reaches its final state immediately. The final state
//! says how much is in place: all, some or nothing. A late outcome can still improve it. At its end the assignment
//! becomes `expired`, for good.
//!
#![doc = include_str!("policy/life.svg")]
//!
//! The [stored assignment](StoredAssignment) is the only source of truth. The remaining actions are
//! [derived](Assignment::actions) from it, so a crash loses nothing that you have saved.
//!
//! # The contract with the host
//!
//! The crate decides. Your code, the *host*, acts. The types hold you to most of this order:
//!
#![doc = include_str!("contract.md")]
//!
#![cfg_attr(
    all(feature = "http", feature = "proptest"),
    doc = "The [guide] goes through everything with one example, and says where hosts go wrong."
)]
//!
//! # Guarantees
//!
//! - Every rule has an id in [`policy`]. It says whether it is documented, observed or our choice.
//! - A refused call changes nothing. Nothing panics, and nothing is `unsafe`.
//! - There is no clock, network, storage or randomness. The same input gives the same answer.
//!
//! # Features
//!
#![doc = include_str!("features.md")]
#![no_std]
#![forbid(unsafe_code)]
#![warn(
    unreachable_pub,
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
mod admission;
#[cfg(feature = "serde")]
mod answer;
mod arm;
#[cfg(feature = "graph")]
mod ask;
mod assignment;
mod caller;
mod catalog;
mod claims;
mod event;
mod fulfillment;
mod id;
mod reason;
mod refusal;
mod remedy;
mod request;
mod resource_role;
mod role;
mod state;
mod subject;
#[cfg(feature = "serde")]
mod text;
mod timestamp;
mod variants;
mod verdict;

#[cfg(feature = "graph")]
pub mod graph;
#[cfg(all(any(doc, doctest), feature = "http", feature = "proptest"))]
pub mod guide;
pub mod policy;
#[cfg(feature = "proptest")]
pub mod testing;

pub use uuid;

pub use action::{Action, Actions, Outcome, Receipt};
pub use admission::{Admitted, NotAdmitted, Unsaved};
#[cfg(feature = "serde")]
pub use answer::Verdict;
pub use arm::{ArmId, ParseArmIdError};
#[cfg(feature = "graph")]
pub use ask::{ask, ask_stored};
pub use assignment::{
    Assignment, LoadError, Observed, RecordError, Recorded, StoredAssignment, Unchanged, reprocess,
    reprocess_observed,
};
pub use caller::{Account, Caller, ParsePermissionError, ParseScopeError, Permission, RoleAssignment, Scope};
pub use catalog::{Catalog, ParsePrivilegeLevelError, PrivilegeLevel};
pub use claims::{Caveat, Claims};
pub use event::{Cause, Event};
pub use fulfillment::{AssignmentResourceRole, FailureReason, Fulfillment};
pub use id::{AccessPackageId, AssignmentId, AssignmentRequestId, CatalogId, ObjectId, ParseIdError};
pub use reason::Reason;
pub use refusal::Refusal;
pub use remedy::{Remedy, Step};
pub use request::{AssignmentRequest, Purpose, Recency};
pub use resource_role::{
    Activation, AzureRole, GroupAccess, OpaqueResourceRole, ParseResourceRoleError, ResourceRole,
};
pub use role::{ParseRoleError, Role};
pub use state::{AssignmentState, ParseAssignmentStateError};
pub use subject::SubjectType;
#[cfg(feature = "serde")]
pub use timestamp::ParseTimestampError;
pub use timestamp::Timestamp;
pub use verdict::{Authority, evaluate, evaluate_request};

/// Compiles and runs the code in the README.
#[cfg(all(doctest, feature = "proptest"))]
#[doc = include_str!("../README.md")]
struct Readme;
