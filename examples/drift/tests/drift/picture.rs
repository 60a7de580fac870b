//! A report for a tenant whose things have names: `REPORT=report.html cargo test picture -- --ignored`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::faults::page_number;
use crate::stub::{Answer, Stub};
use crate::support::{DIRECTORY_TOKEN, Directory, Place, Server, command, run};
use crate::tenant::{Tenant, document, gives};

const PACKAGES: [&str; 20] = [
    "Sales EMEA",
    "Finance close",
    "Build engineers",
    "Field service",
    "Legal archive",
    "Data platform",
    "Interns",
    "Incident response",
    "Payroll",
    "Partners: Fabrikam",
    "Security operations",
    "Design studio",
    "Procurement",
    "Customer support",
    "Release managers",
    "Research",
    "Retail pilots",
    "Board papers",
    "Facilities",
    "Translators",
];
const NAMES: [&str; 12] = [
    "adele",
    "alex",
    "christie",
    "diego",
    "grady",
    "henrietta",
    "isaiah",
    "johanna",
    "lidia",
    "megan",
    "nestor",
    "patti",
];

fn named(number: usize, assignment: &access_package::Assignment) -> Value {
    let mut shown = document(assignment);
    shown["accessPackage"]["displayName"] = PACKAGES[number % 20].into();
    let (first, last) = (NAMES[number % 12], NAMES[number * 7 % 11]);
    shown["target"]["principalName"] = format!("{first}.{last}{number}@contoso.com").into();
    shown
}

#[test]
#[ignore = "makes a report to look at"]
fn picture() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let _server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(1_200, 20);
    tenant.settle(&place, &directory);
    tenant.take_from(37, &directory);
    let group = |package: usize| gives(package)[0].resource_origin_id();
    directory.tell("POST", &format!("/control/objects/{}/delete", group(18)), &Value::Null);
    let shown: Vec<_> = tenant.assignments.iter().enumerate().map(|(number, it)| named(number, it)).collect();
    let by_id: BTreeMap<_, _> =
        shown.iter().map(|it| (it["id"].as_str().unwrap().to_owned(), it.clone())).collect();
    let management = Stub::start(move |asked, _| {
        let one = asked.path.split_once("/assignments/").and_then(|(_, rest)| by_id.get(&rest[..36]));
        Some(match (page_number(&asked.path), one) {
            (Some(_), _) => Answer::json(&json!({ "value": shown })),
            (None, Some(it)) => Answer::json(it),
            (None, None) => Answer::json(&json!({ "value": [] })),
        })
    });
    let report = std::env::var("REPORT").unwrap_or_else(|_| "report.html".to_owned());
    let check = ["check", "--settle", "0", "--html", &report, "--base-url", &management.base_url];
    let directory = ["--directory-url", &directory.base_url, "--token-env", "TOKEN"];
    let said = run(command(&place, &[&check[..], &directory].concat()).env("TOKEN", DIRECTORY_TOKEN));
    assert_eq!((said.status, &*said.err), (1, ""));
}
