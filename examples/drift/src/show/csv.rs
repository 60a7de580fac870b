//! CSV, for a spreadsheet.

use std::io::Write;

use crate::book::{Book, Finding};
use crate::problem::Problem;

/// The columns that both lists have.
const COMMON: [&str; 10] = [
    "assignment",
    "target",
    "targetName",
    "accessPackage",
    "accessPackageName",
    "kind",
    "originSystem",
    "resource",
    "role",
    "ends",
];

/// The resource roles that are not in place.
pub fn findings(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    row(out, COMMON.into_iter().chain(["verdict", "why", "whatHelps"]))?;
    book.each_finding(|finding| {
        let (common, why) = (common(&finding), finding.why.as_deref().unwrap_or_default());
        let rest = [finding.verdict.code(), why, finding.help().unwrap_or_default()];
        row(out, common.iter().map(String::as_str).chain(rest))?;
        Ok(true)
    })
}

/// Who holds what, and until when.
pub fn held(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    row(out, COMMON.into_iter().chain(["seen"]))?;
    book.each_owed(|finding| {
        row(out, common(&finding).iter().map(String::as_str).chain([finding.verdict.code()]))
    })
}

fn common(finding: &Finding) -> [String; 10] {
    let Finding { assignment, package, package_name, target, target_name, end, kind, .. } = finding.clone();
    let role = &finding.resource_role;
    [
        assignment,
        target,
        target_name.unwrap_or_default(),
        package,
        package_name.unwrap_or_default(),
        kind,
        role.origin_system().to_owned(),
        role.resource_origin_id(),
        role.role_origin_id(),
        end.unwrap_or_else(|| "never".into()),
    ]
}

fn row<'a>(out: &mut impl Write, fields: impl IntoIterator<Item = &'a str>) -> Result<(), Problem> {
    let fields: Vec<_> = fields.into_iter().map(field).collect();
    // RFC 4180 ends a line like this.
    Ok(write!(out, "{}\r\n", fields.join(","))?)
}

/// Anybody can choose a name, so what a spreadsheet would take for a formula becomes text.
fn field(text: &str) -> String {
    let text =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
