//! What was found, for people and for programs.

mod chart;
pub mod csv;
pub mod html;
pub mod json;
pub mod table;
