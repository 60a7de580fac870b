//! The server, started for real: a process of its own, on loopback, on a database of its own.

mod concurrency;
mod crash;
mod load;
mod reading;
mod results;
mod support;
mod tokens;
