//! The stand-in for the directory of Graph, started as a real process on loopback.

mod applications;
mod batch;
mod control;
mod crash;
mod faults;
mod links;
mod load;
mod schedules;
mod start;
mod support;
