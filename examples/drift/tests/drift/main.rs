//! `drift` with the example server and its directory, as real processes on loopback.

mod documents;
mod ends;
mod exact;
mod faults;
mod killed;
mod obstacles;
mod picture;
mod restoring;
mod rights;
mod scale;
mod service;
mod stub;
mod support;
mod tenant;
mod tokens;
