//! For a spreadsheet.

use std::io::Write;

use crate::book::{Book, Finding};
use crate::problem::Problem;

/// What is not in place.
pub fn findings(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    let head = ["assignment", "accessPackage", "accessPackageName", "target", "targetName", "ends", "kind"];
    let more = ["originSystem", "resource", "role", "verdict", "why", "whatHelps"];
    row(out, head.into_iter().chain(more))?;
    book.each_finding(|finding| {
        let (first, then) = (common(&finding), rest(&finding));
        row(out, first.iter().chain(&then).map(String::as_str))?;
        Ok(true)
    })
}

/// Who holds what until when.
pub fn held(book: &Book, out: &mut impl Write) -> Result<(), Problem> {
    let head = ["target", "targetName", "accessPackage", "accessPackageName", "assignment", "kind"];
    row(out, head.into_iter().chain(["originSystem", "resource", "role", "ends", "seen"]))?;
    book.each_owed(|finding| {
        let role = &finding.resource_role;
        let (resource, role_id) = (role.resource_origin_id(), role.role_origin_id());
        let name = |name: &Option<String>| name.clone().unwrap_or_default();
        let (target_name, package_name) = (name(&finding.target_name), name(&finding.package_name));
        let end = finding.end.as_deref().unwrap_or("never");
        row(
            out,
            [
                &finding.target,
                &*target_name,
                &finding.package,
                &package_name,
                &finding.assignment,
                &finding.kind,
                role.origin_system(),
                &resource,
                &role_id,
                end,
                finding.verdict.code(),
            ],
        )
    })
}

fn common(finding: &Finding) -> [String; 7] {
    let Finding { assignment, package, package_name, target, target_name, end, kind, .. } = finding.clone();
    let end = end.unwrap_or_else(|| "never".into());
    [
        assignment,
        package,
        package_name.unwrap_or_default(),
        target,
        target_name.unwrap_or_default(),
        end,
        kind,
    ]
}

fn rest(finding: &Finding) -> [String; 6] {
    let role = &finding.resource_role;
    [
        role.origin_system().to_owned(),
        role.resource_origin_id(),
        role.role_origin_id(),
        finding.verdict.code().to_owned(),
        finding.why.clone().unwrap_or_default(),
        finding.help().unwrap_or_default().to_owned(),
    ]
}

fn row<'a>(out: &mut impl Write, fields: impl IntoIterator<Item = &'a str>) -> Result<(), Problem> {
    let fields: Vec<_> = fields.into_iter().map(field).collect();
    // As RFC 4180 has it.
    Ok(write!(out, "{}\r\n", fields.join(","))?)
}

/// What a spreadsheet would take for a formula is text: names are chosen by anybody.
fn field(text: &str) -> String {
    let text =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
