//! Documents of Microsoft Graph, read and written.
#![cfg(feature = "graph")]

#[path = "../support/bodies.rs"]
mod bodies;
mod bounds;
mod caller;
#[path = "../support/documented.rs"]
mod documented;
mod errors;
mod exports;
mod fixtures;
mod hostile;
mod list;
mod other;
mod package;
mod pages;
mod read;
mod request;
mod schedule;
mod shapes;
mod twice;
mod write;
