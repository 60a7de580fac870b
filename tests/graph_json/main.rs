//! Documents of Microsoft Graph, read and written.
#![cfg(feature = "graph")]

#[path = "../support/bodies.rs"]
mod bodies;
mod caller;
#[path = "../support/documented.rs"]
mod documented;
mod fixtures;
mod hostile;
mod list;
mod read;
mod request;
mod shapes;
mod write;
