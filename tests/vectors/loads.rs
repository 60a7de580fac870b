//! Stored forms that load, and stored forms that do not.

use access_package::{Assignment, AssignmentState, FailureReason, Fulfillment, StoredAssignment};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::json;
use crate::support::{every_list, in_state, stored};

const FULFILLMENTS: [Fulfillment; 4] =
    [Fulfillment::Pending, Fulfillment::Failed, Fulfillment::Unenforceable, Fulfillment::Fulfilled];

/// A stored form, and whether it loads.
#[derive(Serialize)]
pub(crate) struct Load {
    stored: Box<RawValue>,
    result: &'static str,
}

/// Every state with every list of up to two fulfillments, and with unknown resource roles. Then stored forms
/// that are wrong in another way.
pub(crate) fn loads() -> Vec<Load> {
    let fulfillments: Vec<_> = (0..=2).flat_map(|length| every_list(&FULFILLMENTS, length)).collect();
    let known = |state| fulfillments.iter().map(move |fulfillments| stored(state, fulfillments));
    let unknown = |state| StoredAssignment { resource_roles: None, ..stored(state, &[]) };
    let known = AssignmentState::ALL.iter().copied().flat_map(known);
    let unknown = AssignmentState::ALL.iter().copied().map(unknown);
    let of_another_format =
        StoredAssignment { format: 2, ..stored(AssignmentState::Delivered, &[Fulfillment::Fulfilled]) };
    // Only a failure has a reason.
    let reasoned = FULFILLMENTS.map(|fulfillment| {
        let mut reasoned = stored(AssignmentState::Expired, &[fulfillment]);
        let reason = Some(FailureReason::new("a", "1"));
        reasoned.resource_roles.iter_mut().flatten().for_each(|role| role.reason.clone_from(&reason));
        reasoned
    });
    let others = [of_another_format].into_iter().chain(reasoned);
    let agreeing = known.chain(unknown).chain(others).map(|stored| json(&stored));
    let doubled = pairs().into_iter().map(|pair| in_place(&pair));
    let alone = alone().into_iter().map(|role| in_place(&[role]));
    agreeing.chain(doubled).chain(alone).chain(ids()).chain(states()).map(Load::new).collect()
}

/// R23: each id in forms that a GUID can have elsewhere.
fn ids() -> Vec<String> {
    let plain = json(&stored(AssignmentState::Delivered, &[]));
    let ids = ["a", "b", "c", "d"].map(|last| format!("00000000-0000-0000-0000-00000000000{last}"));
    let forms = |id: &String| {
        let (simple, digits) = (id.replace('-', ""), &id[9..]);
        [
            id.to_uppercase(),
            simple.clone(),
            simple.to_uppercase(),
            format!("{{{id}}}"),
            format!("({id})"),
            format!("urn:uuid:{id}"),
            format!("{id} "),
            id[1..].to_owned(),
            format!("0{id}"),
            format!("0000000g-{digits}"),
            format!("0000000\u{ff11}-{digits}"),
            format!("0000-0000{}", &id[8..]),
            String::new(),
        ]
    };
    let with = |id: &String| forms(id).map(|form| plain.replace(&json(id), &json(&form)));
    ids.iter().flat_map(with).collect()
}

/// R11: other spellings of the states, and words that are not states. With unknown resource roles, every
/// state is allowed.
fn states() -> Vec<String> {
    let unknown = |state| json(&StoredAssignment { resource_roles: None, ..stored(state, &[]) });
    let known = |state| json(&StoredAssignment::from(&in_state(state)));
    let spelled = |form: String, state: AssignmentState, word: &str| {
        form.replace(&format!(r#""state":{}"#, json(&state)), &format!(r#""state":{}"#, json(&word)))
    };
    let others = [
        "unknownFutureValue",
        "UnknownFutureValue",
        "",
        "deliver",
        "deliveredd",
        "delivered ",
        " delivered",
        "del\u{131}vered",
        "partially delivered",
        "partially_delivered",
        "autoAssignmentInGracePeriod",
        "fulfilled",
        "pending",
        "canceled",
    ];
    let others = others.map(|word| {
        let state = AssignmentState::Delivered;
        spelled(unknown(state), state, word)
    });
    let known = AssignmentState::ALL.iter().flat_map(|&state| {
        let word = state.to_string();
        [word[..1].to_uppercase() + &word[1..], word.to_uppercase()]
            .map(|word| [unknown(state), known(state)].map(|form| spelled(form, state, &word)))
    });
    known.flatten().chain(others).collect()
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

/// R23, R48: pairs of resource roles that are equal, or nearly equal.
fn pairs() -> Vec<[String; 2]> {
    let subscription = format!("/subscriptions/{ONE}");
    let (lab, defined) = (format!("{subscription}/resourceGroups/Lab"), definition(&subscription));
    let (site, member) = ("https://contoso.sharepoint.com/sites/Sales", format!("Member_{ONE}"));
    // As it is, and with the resource in another case. In the role, only a GUID ignores case.
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
        let [of_lower, of_upper] =
            [system.to_lowercase(), system.to_uppercase()].map(|it| same.replace(system, &it));
        [[same.clone(), same.clone()], [same.clone(), upper], [same.clone(), of_lower], [same, of_upper]]
    });

    let opaque = |role_type| resource_role("SapIag", "Finance/1", "approver", role_type);
    let api = |system| resource_role(system, "api", "permission", Some("application"));
    let site_of = |system| resource_role(system, site, "4", None);
    let eligible = |role_type| resource_role("AadGroup", ONE, &format!("EligibleMember_{ONE}"), role_type);
    let active = azure("/", &definition(""), "active");
    let of_one_system = [
        [eligible(None), eligible(Some("Eligible"))],
        [opaque(None), opaque(Some(""))],
        [opaque(Some("active")), opaque(Some("Active"))],
        [api("OAuthApplication"), api("oauthapplication")],
        // Only ASCII letters ignore case.
        [site_of("SharePointOnline"), site_of("\u{17f}harePointOnline")],
        [active.clone(), azure("/", &definition(""), "eligible")],
        [active.clone(), azure("/", &definition(""), "ACTIVE")],
        [active.clone(), azure("/", &definition("").to_uppercase(), "active")],
        // The whole id of a definition counts.
        [active, azure("/", &defined, "active")],
        [azure("/a/ä", &defined, "active"), azure("/A/ä", &defined, "active")],
        [azure("/a/ä", &defined, "active"), azure("/a/Ä", &defined, "active")],
    ];
    in_any_case.chain(of_one_system).collect()
}

/// Resource roles whose texts deviate in one place from the form of their origin system.
fn alone() -> Vec<String> {
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
        // R48: the same systems by names in another case, and unknown names.
        ("aadgroup", "Finance", &member, None),
        ("AADAPPLICATION", ONE, "User", None),
        ("sharepointonline", "", "04", None),
        ("DIRECTORYROLE", ONE, "active", None),
        ("azureresources", "/", &defined, None),
        ("customdataprovidedresource", "Finance", "approver", None),
        ("CUSTOMDATAPROVIDEDRESOURCE", "Finance", "approver", None),
        ("AadGroup ", "Finance", &member, None),
        ("AadGroups", "Finance", &member, None),
        ("", "Finance", &member, None),
        ("\u{17f}harePointOnline", "", "04", None),
        ("AzureRe\u{17f}ources", "/", &defined, None),
        ("CustomDataProvidedRe\u{17f}ource", "Finance", "approver", None),
    ]
    .map(|(system, resource, role, role_type)| resource_role(system, resource, role, role_type));
    let guids = |id: &str| {
        let simple = id.replace('-', "");
        [id.to_uppercase(), simple.clone(), format!("{{{id}}}"), format!("urn:uuid:{id}"), format!("{id}\n")]
    };
    let resources = guids(ONE).into_iter().flat_map(|resource| {
        let systems = [("AadGroup", &*member), ("AadApplication", OTHER), ("DirectoryRole", "Active")];
        systems.map(|(system, role)| resource_role(system, &resource, role, None))
    });
    let roles = guids(OTHER).into_iter().flat_map(|role| {
        [
            resource_role("AadApplication", ONE, &role, None),
            resource_role("AadGroup", OTHER, &format!("Owner_{role}"), None),
            resource_role("AadGroup", ONE, &format!("EligibleOwner_{role}"), None),
            azure("/", &defined.replace(OTHER, &role), "active"),
        ]
    });
    let of_groups =
        ["member_", "MEMBER_", "Member__", "Member-", "Member", "", "Eligible_", "eligibleMember_"];
    let of_groups = of_groups.map(|before| resource_role("AadGroup", ONE, &format!("{before}{ONE}"), None));
    let nothing = ["Member_", "Member", "EligibleOwner_", "EligibleMember_Finance"];
    let of_groups = of_groups.into_iter().chain(nothing.map(|it| resource_role("AadGroup", ONE, it, None)));
    let numbers =
        ["", "0", "4294967295", "00", "+4", "-4", "-0", " 4", "4 ", "4.0", "0x4", "1_0", "1e1", "\u{664}"];
    let numbers = numbers.map(|number| resource_role("SharePointOnline", "", number, None));
    let activations = ["", "ELIGIBLE", "Eligible ", "Member"];
    let activations = activations.map(|word| resource_role("DirectoryRole", ONE, word, None));
    let in_ids = ["", "a", "//", "/a/", "/a//b", "/.", "/a/..", "/ a", "/a /b", "/a?b", "/a#b", "/a%20b"];
    let in_ids =
        in_ids.into_iter().chain(["/a\\b", "/a\nb", "/a\u{7f}b", "/a\u{85}b", "/a\u{a0}", "/\u{3000}a"]);
    // These are valid.
    let in_ids = in_ids.chain(["/...", "/a b", "/a\u{a0}b", "/a\u{200b}", "/a+b&c=d;e:f@g"]);
    let scopes = in_ids.map(|scope| azure(scope, &defined, "active"));
    let definitions = [
        String::new(),
        "/".to_owned(),
        defined.replace(OTHER, "Reader"),
        defined.replace("roleDefinitions", "roleAssignments"),
        defined.replace("Microsoft.Authorization", "Microsoft.Web"),
        defined.replace("Microsoft.Authorization", "Micro\u{17f}oft.Authorization"),
        defined.replace("roleDefinitions", "roleDefinition\u{17f}"),
        format!("/a{defined}/b{defined}"),
        format!("/providers{defined}"),
        defined.replace("/providers/", "/provider/"),
        format!("{defined}/"),
        format!("/a/..{defined}"),
        defined.trim_start_matches('/').to_owned(),
    ];
    let definitions = definitions.iter().map(|role| azure("/", role, "active"));
    let of_known = resources.chain(roles).chain(of_groups).chain(numbers).chain(activations);
    others.into_iter().chain(of_known).chain(scopes).chain(definitions).collect()
}

impl Load {
    fn new(stored: String) -> Self {
        let read = serde_json::from_str::<StoredAssignment>(&stored).map(Assignment::try_from);
        let result = match read {
            Ok(Ok(_)) => "loaded",
            // These texts have only this error.
            Err(error) => {
                let error = error.to_string();
                let says = |words: &str| error.contains(words);
                match () {
                    () if says("is not a valid ") => "malformedId",
                    () if says("is not a known assignment state") => "unknownState",
                    () if says("does not fit") || says("nothing to enforce") => "malformedResourceRole",
                    () => panic!("{error}"),
                }
            }
            Ok(Err(error)) => error.code(),
        };
        Self { stored: RawValue::from_string(stored).expect("it was read"), result }
    }
}
