//! `drift` beside the example server and its directory, for real, on loopback.

mod check;
mod restore;
mod support;
mod tenant;
