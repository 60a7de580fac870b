//! JSON, for a program. Findings are written one by one, so that their number does not matter.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::{Value, json};

use crate::book::{Book, Counts, Failed, Finding};
use crate::problem::Problem;
use crate::service::now;
use crate::verdict::Verdict;

pub fn write(book: &Book, sent: &BTreeMap<&'static str, u64>, out: &mut impl Write) -> Result<(), Problem> {
    let totals = book.totals()?;
    let named = |name: &'static str, counts: Vec<(String, Counts)>| -> Value {
        let of = |(of, counts): (String, Counts)| {
            let mut shown = counted(counts);
            shown[name] = of.into();
            shown
        };
        counts.into_iter().map(of).collect()
    };
    let unreadable: Value =
        book.unreadable()?.into_iter().map(|(part, why)| json!({ "part": part, "why": why })).collect();
    let head = [
        ("checked", json!(book.finished()?)),
        ("of", json!(book.setting("of")?)),
        (
            "assignments",
            json!({
                "delivered": totals.delivered, "drifted": totals.drifted,
                "restorable": totals.drifted - totals.stuck, "partiallyDelivered": totals.partial,
                "deliveryFailed": totals.failed, "delivering": totals.delivering, "unreadable": totals.unreadable,
                "notConfirmed": book.not_confirmed()?.number,
            }),
        ),
        ("resourceRoles", counted(totals.roles)),
        ("byKind", named("kind", book.by_kind()?)),
        ("byAccessPackage", named("accessPackage", book.by_package()?)),
        ("unreadable", unreadable),
        ("requests", json!(sent)),
    ];
    write!(out, "{{")?;
    for (name, value) in head {
        write!(out, "\"{name}\":{value},\n ")?;
    }
    let mut separator = "\n";
    write!(out, "\"failedDeliveries\":[")?;
    book.each_failed(|failed| {
        write!(out, "{separator}{}", of_failed(&failed))?;
        separator = ",\n";
        Ok(true)
    })?;
    separator = "\n";
    write!(out, "],\n \"findings\":[")?;
    book.each_finding(|finding| {
        write!(out, "{separator}{}", of_finding(&finding))?;
        separator = ",\n";
        Ok(true)
    })?;
    Ok(writeln!(out, "]}}")?)
}

fn counted(Counts { present, lost, never, unknown }: Counts) -> Value {
    json!({
        "present": present, "lost": lost + never, "restorable": lost, "lostForGood": never, "unknown": unknown,
    })
}

fn of_failed(failed: &Failed) -> Value {
    json!({
        "assignment": failed.assignment, "accessPackage": failed.package, "target": failed.target,
        "state": failed.state, "request": failed.request.as_ref().map(|request| request.id),
        "daysLeft": failed.days_left(now()),
    })
}

fn of_finding(finding: &Finding) -> Value {
    let cause = if let Verdict::Never(obstacle) = finding.verdict { Some(obstacle.code()) } else { None };
    json!({
        "assignment": finding.assignment, "accessPackage": finding.package,
        "accessPackageName": finding.package_name, "target": finding.target, "targetName": finding.target_name,
        "end": finding.end, "kind": finding.kind, "resourceRole": finding.resource_role,
        "verdict": finding.verdict.code(), "cause": cause, "why": finding.why, "whatHelps": finding.help(),
    })
}
