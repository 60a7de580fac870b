//! What can be stored, and what cannot.

use access_package::{Assignment, AssignmentState, FailureReason, Fulfillment, StoredAssignment};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::json;
use crate::support::{every_list, stored};

const FULFILLMENTS: [Fulfillment; 4] =
    [Fulfillment::Pending, Fulfillment::Failed, Fulfillment::Unenforceable, Fulfillment::Fulfilled];

/// A stored form, and whether it loads.
#[derive(Serialize)]
pub(crate) struct Load {
    stored: Box<RawValue>,
    result: &'static str,
}

/// Every state with every list of up to two fulfillments or with none known, and what is wrong otherwise.
pub(crate) fn loads() -> Vec<Load> {
    let fulfillments: Vec<_> = (0..=2).flat_map(|length| every_list(&FULFILLMENTS, length)).collect();
    let known = |state| fulfillments.iter().map(move |fulfillments| stored(state, fulfillments));
    let unknown = |state| StoredAssignment { resource_roles: None, ..stored(state, &[]) };
    let known = AssignmentState::ALL.iter().copied().flat_map(known);
    let unknown = AssignmentState::ALL.iter().copied().map(unknown);
    let of_another_format =
        StoredAssignment { format: 2, ..stored(AssignmentState::Delivered, &[Fulfillment::Fulfilled]) };
    // A reason stands beside a failure only.
    let reasoned = FULFILLMENTS.map(|fulfillment| {
        let mut reasoned = stored(AssignmentState::Expired, &[fulfillment]);
        let reason = Some(FailureReason::new("a", "1"));
        reasoned.resource_roles.iter_mut().flatten().for_each(|role| role.reason.clone_from(&reason));
        reasoned
    });
    let others = [of_another_format].into_iter().chain(reasoned);
    let agreeing = known.chain(unknown).chain(others).map(|stored| json(&stored));
    let doubled = pairs().into_iter().map(|pair| in_place(&pair));
    let malformed = malformed().into_iter().map(|role| in_place(&[role]));
    agreeing.chain(doubled).chain(malformed).map(Load::new).collect()
}

/// An assignment with these resource roles, as a text, since some of them cannot be made.
fn in_place(resource_roles: &[String]) -> String {
    let entry = |role| format!(r#"{{"resourceRole":{role},"fulfillment":"fulfilled"}}"#);
    let entries: Vec<_> = resource_roles.iter().map(entry).collect();
    let unknown = StoredAssignment { resource_roles: None, ..stored(AssignmentState::Delivered, &[]) };
    let known = format!(r#""resourceRoles":[{}]"#, entries.join(","));
    json(&unknown).replace(r#""resourceRoles":null"#, &known)
}

const ONE: &str = "0282e19d-bf41-435d-92a4-99bab93af305";
const OTHER: &str = "7b56ede0-9b58-40bd-b11e-b3d18fc32698";

fn resource_role(system: &str, resource: &str, role: &str, role_type: Option<&str>) -> String {
    let [system, resource, role] = [system, resource, role].map(|text| json(&text));
    let role_type = role_type.map(|text| format!(r#","roleType":{}"#, json(&text))).unwrap_or_default();
    format!(r#"{{"originSystem":{system},"resourceOriginId":{resource},"roleOriginId":{role}{role_type}}}"#)
}

fn definition(below: &str) -> String {
    format!("{below}/providers/Microsoft.Authorization/roleDefinitions/{OTHER}")
}

fn azure(scope: &str, definition: &str, role_type: &str) -> String {
    resource_role("AzureResources", scope, definition, Some(role_type))
}

/// R23: pairs of resource roles that are the same, or nearly.
fn pairs() -> Vec<[String; 2]> {
    let subscription = format!("/subscriptions/{ONE}");
    let (lab, defined) = (format!("{subscription}/resourceGroups/Lab"), definition(&subscription));
    let (site, member) = ("https://contoso.sharepoint.com/sites/Sales", format!("Member_{ONE}"));
    // As it is, and the resource in another case; of the role only a GUID.
    let in_any_case = [
        ("AadGroup", ONE, &*member, None),
        ("AadApplication", ONE, OTHER, None),
        ("DirectoryRole", ONE, "Active", None),
        ("AzureResources", &lab, &defined, Some("active")),
        ("SharePointOnline", site, "4", None),
        ("SapIag", "Finance/1", "approver", Some("delegated")),
    ]
    .into_iter()
    .flat_map(|(system, resource, role, role_type)| {
        let same = resource_role(system, resource, role, role_type);
        let role = role.replace("0282e19d", "0282E19D");
        let upper = resource_role(system, &resource.to_uppercase(), &role, role_type);
        [[same.clone(), same.clone()], [same, upper]]
    });

    let opaque = |role_type| resource_role("SapIag", "Finance/1", "approver", role_type);
    let eligible = |role_type| resource_role("AadGroup", ONE, &format!("EligibleMember_{ONE}"), role_type);
    let active = azure("/", &definition(""), "active");
    let of_one_system = [
        [eligible(None), eligible(Some("Eligible"))],
        [opaque(None), opaque(Some(""))],
        [opaque(Some("active")), opaque(Some("Active"))],
        [active.clone(), azure("/", &definition(""), "eligible")],
        [active.clone(), azure("/", &definition(""), "ACTIVE")],
        [active.clone(), azure("/", &definition("").to_uppercase(), "active")],
        // A definition is the same only as a whole.
        [active, azure("/", &defined, "active")],
        // Only ASCII letters have no case.
        [azure("/a/ä", &defined, "active"), azure("/A/ä", &defined, "active")],
        [azure("/a/ä", &defined, "active"), azure("/a/Ä", &defined, "active")],
    ];
    in_any_case.chain(of_one_system).collect()
}

/// Resource roles that have not the form of their origin system, each in one place.
fn malformed() -> Vec<String> {
    let member = format!("Member_{ONE}");
    let defined = definition("");
    let others = [
        ("AadGroup", "Finance", &*member, None),
        ("AadGroup", OTHER, &member, None),
        ("AadGroup", ONE, &member.replace("Member", "Guest"), None),
        ("AadGroup", ONE, &member, Some("eligible")),
        ("AadApplication", ONE, "User", None),
        ("AadApplication", ONE, OTHER, Some("application")),
        ("SharePointOnline", "", "04", None),
        ("SharePointOnline", "", "4294967296", None),
        ("SharePointOnline", "", "4", Some("")),
        ("DirectoryRole", ONE, "active", None),
        ("DirectoryRole", ONE, "Eligible", Some("active")),
        ("CustomDataProvidedResource", "Finance", "approver", None),
        ("AzureResources", "/", &defined, None),
        ("AzureResources", "/", &defined, Some("delegated")),
        ("AzureResources", "/", &defined, Some("active ")),
    ]
    .map(|(system, resource, role, role_type)| resource_role(system, resource, role, role_type));
    let not_ids = ["", "a", "//", "/a/", "/a//b", "/.", "/a/..", "/ a", "/a /b", "/a?b", "/a#b", "/a%20b"];
    let not_ids = not_ids.into_iter().chain(["/a\\b", "/a\nb"]);
    let scopes = not_ids.map(|scope| azure(scope, &defined, "active"));
    let definitions = [
        String::new(),
        "/".to_owned(),
        defined.replace(OTHER, "Reader"),
        defined.replace("roleDefinitions", "roleAssignments"),
        defined.replace("Microsoft.Authorization", "Microsoft.Web"),
        format!("{defined}/"),
        format!("/a/..{defined}"),
        defined.trim_start_matches('/').to_owned(),
    ];
    let definitions = definitions.iter().map(|role| azure("/", role, "active"));
    others.into_iter().chain(scopes).chain(definitions).collect()
}

impl Load {
    fn new(stored: String) -> Self {
        let read = serde_json::from_str::<StoredAssignment>(&stored).map(Assignment::try_from);
        let result = match read {
            Ok(Ok(_)) => "loaded",
            // Everything else in these can be read.
            Err(error) => {
                let error = error.to_string();
                assert!(error.contains("does not fit") || error.contains("nothing to enforce"), "{error}");
                "malformedResourceRole"
            }
            Ok(Err(error)) => error.code(),
        };
        Self { stored: RawValue::from_string(stored).expect("it was read"), result }
    }
}
