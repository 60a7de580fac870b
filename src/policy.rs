//! The rules that this crate enforces, each with its id and where it comes from.
//!
//! *Documented* means that Microsoft's public documentation says so; *observed*, that the service or
//! its clients were seen to do so; *our choice*, that the documentation is silent and this is the
//! conservative reading.
//!
#![doc = include_str!("policy/rules.md")]
//!
//! # The decision
//!
//! What [`reprocess`](crate::reprocess) answers, for each role and each state, where the resource
//! roles of the assignment are known:
//!
#![doc = include_str!("policy/decision-table.md")]
