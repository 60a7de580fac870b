//! The server, started for real: a process of its own, on loopback, on a database of its own.

mod assignment_requests;
mod batch;
mod client;
mod concurrency;
mod configuration;
mod connections;
mod cors;
mod crash;
mod database;
mod drain;
mod graph;
mod keys;
mod leases;
mod load;
mod many;
mod odata;
mod operations;
mod options;
mod proxy;
mod reading;
mod requests;
mod results;
mod rows;
mod slow;
mod support;
mod tokens;
