//! The rules that this crate enforces, each with its id and its basis. The rules about who may
//! reprocess are also available in the languages of two policy engines.
//!
//! - *Documented*: Microsoft's public documentation says so.
//! - *Observed*: the documentation does not say so, but a public client of the service or a public report of its
//!   responses shows it. We have not called the service ourselves.
//! - *Our choice*: the documentation is silent, and this is the conservative reading.
//!
//! We read the pages in November 2026, some of them in older copies. The list of [sources](#sources) says which, and
//! how to find out what has changed since. [`RULES`] is the list of rules as data.
//!
//! **This module may change before 1.0.**
//!
#![doc = include_str!("policy/rules.md")]
//!
//! # The decision
//!
//! The answer of [`evaluate`](crate::evaluate) for a delivered assignment, by account, permission, and where the caller
//! holds a sufficient role:
//!
#![doc = include_str!("policy/gate.md")]
//!
//! ## In a privileged catalog
//!
//! A privileged catalog requires more ([R43](#r43)). The table is for a delivered assignment and roles that count on
//! its catalog:
//!
#![doc = include_str!("policy/privileged.md")]
//!
//! The primitive [`reprocess`](crate::reprocess) sees only one role, so it accepts only *Global Administrator* there. A
//! caller who needs two roles, or a permission in place of one, must use
//! [`Caller::authority`](crate::Caller::authority).
//!
//! ## The primitive
//!
//! The answer of the primitive [`reprocess`](crate::reprocess) for each role and each state, if the resource roles of
//! the assignment are known:
//!
#![doc = include_str!("policy/decision-table.md")]
//!
//! # What a refusal says
//!
//! *What helps* lists the smallest sets of steps ([`remedies`](crate::Refusal::remedies)).
//!
#![doc = include_str!("policy/refusals.md")]
//!
//! # For policy engines
//!
//! If you already decide with a policy engine, [`CEDAR`] and [`REGO`] express [`evaluate`](crate::evaluate) and
//! [`evaluate_request`](crate::evaluate_request): R1 to R9, R31 to R33, and R43. A test in `benches/peers` compares
//! both with the crate at every point of the gate. They only decide. For what follows from an accepted call, use
//! [`Admitted::reprocess`](crate::Admitted::reprocess).
//!
//! # Sources
//!
#![doc = include_str!("policy/sources.md")]

mod rules;

pub use rules::{Basis, Part, RULES, Rule, Source};

/// The gate as policies in Cedar, for entities and requests of the schema [`CEDAR_SCHEMA`].
///
/// They fail closed. Each policy only permits, and Cedar skips a policy that it cannot evaluate. So a missing attribute
/// can turn a permit into a refusal, never the reverse. They do not restrict your other policies: if another policy
/// permits this action, it is permitted.
///
/// **Validate entities and requests against the schema.** Otherwise a mistake in them looks like any other refusal.
#[doc = concat!("```text\n", include_str!("policy/gate.cedar"), "```")]
pub const CEDAR: &str = include_str!("policy/gate.cedar");

/// The schema of [`CEDAR`], which validates in strict mode.
#[doc = concat!("```text\n", include_str!("policy/gate.cedarschema"), "```")]
pub const CEDAR_SCHEMA: &str = include_str!("policy/gate.cedarschema");

/// The gate as a module in Rego v1.
///
/// `data.access_package.allow` decides. `data.access_package.reasons` contains the codes of [`Reason`](crate::Reason),
/// or `invalidState`. For a request, `data.access_package.allow_request` decides, and
/// `data.access_package.request_hindrances` contains the reasons about the request, whoever calls.
///
/// It fails closed: an incomplete or malformed input is not allowed, although there may then be no reasons.
#[doc = concat!("```text\n", include_str!("policy/gate.rego"), "```")]
pub const REGO: &str = include_str!("policy/gate.rego");
