//! The guide. Read it from top to bottom: one example runs through all chapters.
//!
//! Adele Vance holds the access package *Marketing campaign*. It makes her a member of one group, an owner of another, and a
//! contributor to a site. Yesterday somebody removed her from the first group by hand. Her assignment still says
//! `delivered`, and she cannot work. In these chapters you give her access back, then test and maintain your code:
//!
//! 1. [`embedding`]: decide, save, act, record. The contract with your code, the *host*.
//! 2. [`http`]: the same as a server, and as a client of Microsoft Graph.
//! 3. [`enforcing`]: carry the actions out through Microsoft Graph, and see what is in place.
//! 4. [`testing`]: hold your implementation to the rules, in Rust or in any other language.
//! 5. [`policy`]: who may, when, and what happens.
//! 6. [`upgrading`]: versions, features, and the stored form.
//!
//! A call at a glance:
//!
#![doc = include_str!("guide/way.svg")]
//!
//! # Terms
//!
//! The words are those of the service's documentation. A *tenant* is the directory of an organization. It contains
//! *catalogs*, and a catalog contains resources and access packages. An *access package* gives
//! *resource roles*: roles in groups, applications or sites. An *assignment* gives one access
//! package to one *target*, such as a user. To *reprocess* an assignment is to enforce again all
//! resource roles that its access package gives now. Ids such as R46 are those of the
//! [rules](crate::policy).

#[doc = include_str!("guide/embedding.md")]
///
#[doc = include_str!("contract.md")]
///
#[doc = include_str!("guide/pitfalls.md")]
pub mod embedding {}

#[doc = include_str!("guide/http.md")]
pub mod http {}

#[doc = include_str!("guide/enforcing.md")]
pub mod enforcing {}

#[doc = include_str!("guide/testing.md")]
pub mod testing {}

#[doc = include_str!("guide/policy.md")]
pub mod policy {}

#[doc = include_str!("guide/upgrading.md")]
///
/// # Features
///
#[doc = include_str!("features.md")]
pub mod upgrading {}
