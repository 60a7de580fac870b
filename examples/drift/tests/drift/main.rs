//! `drift` beside the example server and its directory, for real, on loopback.

mod exact;
mod support;
mod tenant;
