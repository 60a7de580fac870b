//! Reprocessing a Microsoft Entra access package assignment, as pure domain logic.
//!
//! An access package gives its holder roles in groups, applications and sites. When such access is lost
//! behind the assignment's back, an administrator *reprocesses* the assignment: it is evaluated and
//! enforced again. This crate is that operation, without the service around it. It judges the [`Caller`] and the
//! [`AssignmentState`], changes the [`Assignment`], and says which [`Action`]s other code has to carry out.
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
//! // A document of Microsoft Graph; a host of its own would load a `StoredAssignment`.
//! let assignment = access_package::graph::json::read(document)?;
//! let catalog = Some(assignment.catalog());
//!
//! // A refusal says everything that stands in the way, and what would help.
//! let refusal = reader.authority(catalog).unwrap_err();
//! assert_eq!(
//!     refusal.to_string(),
//!     "caller may not reprocess this assignment: no role is `Access package assignment manager` or higher"
//! );
//!
//! // First the caller, then the assignment at this instant, and then what the access package gives now.
//! let admitted = caller.authority(catalog)?.admit(assignment, now)?;
//! # let gives_now: Vec<_> =
//! #     admitted.assignment().resource_roles().unwrap().iter().map(|it| it.resource_role.clone()).collect();
//! let unsaved = admitted.reprocess(gives_now);
//!
//! // Accepted is not done. Save `unsaved.stored()`, which holds what is still to be enforced; then act.
//! let mut assignment = unsaved.saved();
//! let actions: Vec<_> = assignment.actions().collect();
//! assert_eq!((assignment.state(), actions.len()), (AssignmentState::Delivering, 3));
//!
//! // Whoever carries them out reports what became of each, in any order.
//! for action in actions.into_iter().rev() {
//!     let _ = assignment.record(&action.receipt(Outcome::Fulfilled), now)?; // if it changed, save it
//! }
//! assert_eq!(assignment.state(), AssignmentState::Delivered);
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # Who may
//!
//! [`Caller::authority`] judges a [`Caller`], which the host makes from what it has established: the kind of account,
//! its permissions, and the roles it holds with the scope of each. It gives the [`Authority`] to go on with, or a
//! [`Refusal`] that names everything that stands in the way, with the smallest sets of steps that would help. For an
//! assignment that is `delivered`, and alike for a request that can be reprocessed:
//!
#![doc = include_str!("policy/gate.md")]
//!
//! In a catalog that is known to be [privileged](PrivilegeLevel::Privileged) it takes [more](policy#in-a-privileged-catalog),
//! and perhaps two roles at once.
//!
//! The caller is judged before the state, so a caller who may not reprocess learns nothing of that. What each
//! refusal says, the rules it comes from and where those are documented is in [`policy`](policy#what-a-refusal-says).
//!
//! # The life of an assignment
//!
//! An assignment is reprocessed while it is `delivered` ([`Authority::admit`]). One whose delivery has failed, in whole or
//! in part, is asked for again by reprocessing the request that it came from ([`Authority::admit_request`]), less than 14
//! days after that was completed. It is then `delivering` until the outcome of every action is known; if no action is
//! needed, because everything was seen to be in place or cannot be enforced, it is in its final state at once. The final
//! state says how much is in place: all, some or nothing. A late outcome can still improve it, and once its end has come
//! the assignment is `expired` for good.
//!
#![doc = include_str!("policy/life.svg")]
//!
//! The [stored assignment](StoredAssignment) is the only truth: what is still to be done is
//! [derived](Assignment::actions) from it, so a crash loses nothing.
//!
//! # The contract with the host
//!
#![doc = include_str!("contract.md")]
//!
//! # What it keeps
//!
//! - Every rule has an id and a source in [`policy`]. Where the documentation is silent, the rule is named as our
//!   choice.
//! - A refused call changes nothing. Nothing panics, and nothing is `unsafe`.
//! - There is no clock, network, storage or randomness: the same input gives the same answer.
//!
//! # Versions
//!
//! Before 1.0 a new minor version may change the interface, [`policy`] and `testing` most likely of all. A change
//! of a rule is named in the changelog by its id, whatever else changes. Enumerations that the service may extend are
//! `#[non_exhaustive]`: states, roles and their scopes, permissions, resource roles, subject types, privilege levels. Those that are
//! complete or the crate's own are not, errors and reasons among them, so that a new refusal breaks your build and not
//! its behaviour.
//! The stored form has a [version of its own](StoredAssignment#its-version).
//!
//! # Features
//!
//! - `std` (default): makes a [`Timestamp`] from a `SystemTime`. Without it the crate needs `alloc`, and
//!   atomics as wide as a pointer.
//! - `serde`: the stored form, actions, receipts, events, callers and verdicts as serde data.
//! - `graph`: the documents of Microsoft Graph, in `graph::json`; and `ask`, which answers any question in JSON, for callers in
//!   other languages.
//! - `http`: its requests and responses, in `graph::http`; what carries an action out, in `graph::enforce`; what sees what
//!   is in place, in `graph::observe`.
//! - `proptest`: `testing`, with strategies and laws for tests of your own.

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
pub use ask::ask;
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
