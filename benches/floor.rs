//! The floor of reading and writing: the same fields as borrowed strings, which nothing parses.
//!
//! It reads no GUID, no instant and no origin id, and checks nothing. Any code that looks at every field needs at least
//! what `serde` and the format take for this. Of a document, it has the fields that the crate reads.
#![allow(dead_code, reason = "each bench uses a part of it")]

use serde::{Deserialize, Serialize};

/// The stored form, as strings.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row<'a> {
    pub format: u32,
    pub id: &'a str,
    #[serde(borrow)]
    pub catalog: Catalog<'a>,
    pub access_package: &'a str,
    pub target: &'a str,
    pub target_type: Option<&'a str>,
    pub state: &'a str,
    pub end: Option<&'a str>,
    pub attempt: u32,
    #[serde(borrow)]
    pub resource_roles: Option<Vec<Entry<'a>>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Catalog<'a> {
    pub id: &'a str,
    pub privilege_level: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry<'a> {
    #[serde(borrow)]
    pub resource_role: OriginIds<'a>,
    pub fulfillment: &'a str,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OriginIds<'a> {
    pub origin_system: &'a str,
    pub resource_origin_id: &'a str,
    pub role_origin_id: &'a str,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub role_type: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
pub struct Reason<'a> {
    pub code: &'a str,
    pub words: &'a str,
}

/// The document of an assignment in v1.0, as strings.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document<'a> {
    pub id: &'a str,
    pub state: &'a str,
    #[serde(borrow)]
    pub schedule: Schedule<'a>,
    #[serde(borrow)]
    pub target: Target<'a>,
    #[serde(borrow)]
    pub access_package: AccessPackage<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule<'a> {
    pub start_date_time: Option<&'a str>,
    #[serde(borrow)]
    pub expiration: Expiration<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Expiration<'a> {
    pub end_date_time: Option<&'a str>,
    pub duration: Option<&'a str>,
    pub r#type: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target<'a> {
    pub object_id: &'a str,
    pub subject_type: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessPackage<'a> {
    pub id: &'a str,
    #[serde(borrow)]
    pub catalog: Identified<'a>,
    #[serde(borrow)]
    pub resource_role_scopes: Vec<Given<'a>>,
}

#[derive(Deserialize)]
pub struct Identified<'a> {
    pub id: &'a str,
}

#[derive(Deserialize)]
pub struct Given<'a> {
    #[serde(borrow)]
    pub role: Origin<'a>,
    #[serde(borrow)]
    pub scope: Origin<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin<'a> {
    pub origin_system: &'a str,
    pub origin_id: &'a str,
}

/// A page of such documents.
#[derive(Deserialize)]
pub struct Page<'a> {
    #[serde(borrow)]
    pub value: Vec<Document<'a>>,
}

/// The stored form in a format without field names: enumerations are numbers, and no field is left out.
pub type Unnamed<'a> = (
    (u32, &'a str, (&'a str, Option<&'a str>), &'a str, &'a str),
    (Option<u32>, &'a str, Option<&'a str>, u32),
    Option<Vec<((&'a str, &'a str, &'a str, Option<&'a str>), u32, Option<(&'a str, &'a str)>)>>,
);
