//! For your own tests: strategies for what a host passes in.
//!
//! **This module may change before 1.0.**

pub mod strategy;
