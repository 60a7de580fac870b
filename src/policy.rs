//! The rules that this crate enforces, each with its id and where it comes from; and those that say who may,
//! in the languages of two policy engines.
//!
//! - *Documented*: Microsoft's public documentation says so.
//! - *Observed*: the documentation does not say so, but a public client of the service or a public report of its
//!   answers shows it. We have not called the service ourselves.
//! - *Our choice*: the documentation is silent, and this is the conservative reading.
//!
//! The pages were read in November 2026, some of them in older copies: which, and how to find out what has changed since,
//! is told [below](#sources). [`RULES`] is the same list as data.
//!
//! **This module may change before 1.0.**
//!
#![doc = include_str!("policy/rules.md")]
//!
//! # The decision
//!
//! What [`evaluate`](crate::evaluate) answers for a delivered assignment, by account, permission, and where
//! the caller holds a role that suffices:
//!
#![doc = include_str!("policy/gate.md")]
//!
//! ## In a privileged catalog
//!
//! There the caller needs more ([R43](#r43)). The table is for an assignment that is delivered, and roles that count:
//!
#![doc = include_str!("policy/privileged.md")]
//!
//! A caller who could act here were it a standard catalog, or who lacks no more than the delegated permission, is told that
//! it is privileged. Anyone else is refused as in a standard one.
//! The primitive [`reprocess`](crate::reprocess) sees one role. There it takes *Global Administrator* alone: those who need
//! two roles, or a permission in place of one, have no way past [`Caller::authority`](crate::Caller::authority).
//!
//! ## The primitive
//!
//! What the primitive [`reprocess`](crate::reprocess) answers, for each role and each state, where the resource
//! roles of the assignment are known:
//!
#![doc = include_str!("policy/decision-table.md")]
//!
//! # What a refusal says
//!
//! *What helps* is the smallest sets of steps ([`remedies`](crate::Refusal::remedies)) where nothing else stands in the way.
//!
#![doc = include_str!("policy/refusals.md")]
//!
//! # In other languages
//!
//! For a host that decides with a policy engine already, [`CEDAR`] and [`REGO`] say what
//! [`evaluate`](crate::evaluate) and [`evaluate_request`](crate::evaluate_request) do: R1 to R9, R31 to R33, and R43. Each is
//! held to it at every point of the gate, by a test in `benches/peers`. They decide and no more: what follows from an
//! accepted call is [`Admitted::reprocess`](crate::Admitted::reprocess)'s.
//!
//! # Sources
//!
#![doc = include_str!("policy/sources.md")]

mod rules;

pub use rules::{Basis, Part, RULES, Rule, Source};

/// The gate as policies in Cedar, for entities and requests of the schema [`CEDAR_SCHEMA`].
///
/// They fail closed: each only permits, and Cedar passes over a policy that it cannot evaluate, so an attribute
/// that is missing can turn a yes into a no and never a no into a yes. For the same reason they do not restrict your
/// other policies: what one of those permits for this action is permitted.
///
/// **Validate entities and requests against the schema all the same.** Without it a mistake in them looks like any
/// other refusal.
#[doc = concat!("```text\n", include_str!("policy/gate.cedar"), "```")]
pub const CEDAR: &str = include_str!("policy/gate.cedar");

/// The schema of [`CEDAR`], which validates in strict mode.
#[doc = concat!("```text\n", include_str!("policy/gate.cedarschema"), "```")]
pub const CEDAR_SCHEMA: &str = include_str!("policy/gate.cedarschema");

/// The gate as a module in Rego v1: `data.access_package.allow`, and `data.access_package.reasons`, which
/// are the codes of [`Reason`](crate::Reason), and `invalidState`. For a request there are
/// `data.access_package.allow_request`, and `data.access_package.request_hindrances` for what stands in the way of it,
/// whoever asks.
///
/// It fails closed: an input that lacks something, or has another form, is not allowed, though the reasons may then be
/// none.
#[doc = concat!("```text\n", include_str!("policy/gate.rego"), "```")]
pub const REGO: &str = include_str!("policy/gate.rego");
