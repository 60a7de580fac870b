//! The floor under reading and writing: the same texts in the same fields, borrowed and not understood.
//!
//! No GUID is read, no instant, no origin id, and nothing is checked. What `serde` and the format take for that, anybody
//! takes who looks at every field.
#![allow(dead_code, reason = "each bench uses a part of it")]

use serde::{Deserialize, Serialize};

/// The stored form, by its texts.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row<'a> {
    format: u32,
    id: &'a str,
    #[serde(borrow)]
    catalog: Catalog<'a>,
    access_package: &'a str,
    target: &'a str,
    target_type: Option<&'a str>,
    state: &'a str,
    end: Option<&'a str>,
    attempt: u32,
    #[serde(borrow)]
    resource_roles: Option<Vec<Entry<'a>>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Catalog<'a> {
    id: &'a str,
    privilege_level: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow)]
    resource_role: OriginIds<'a>,
    fulfillment: &'a str,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OriginIds<'a> {
    origin_system: &'a str,
    resource_origin_id: &'a str,
    role_origin_id: &'a str,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    role_type: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
struct Reason<'a> {
    code: &'a str,
    words: &'a str,
}

/// The same as a format has it that does not name its fields: an enumeration is a number there, and nothing is left out.
pub type Unnamed<'a> = (
    (u32, &'a str, (&'a str, Option<&'a str>), &'a str, &'a str),
    (Option<u32>, &'a str, Option<&'a str>, u32),
    Option<Vec<((&'a str, &'a str, &'a str, Option<&'a str>), u32, Option<(&'a str, &'a str)>)>>,
);
