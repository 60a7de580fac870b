//! Resource roles: the origin ids and types of every origin system, read and written (R23).

use access_package::{Activation, GroupAccess, ParseResourceRoleError, ResourceRole};
use proptest::prelude::*;
use uuid::{Uuid, uuid};

const GROUP: Uuid = uuid!("7b56ede0-9b58-40bd-b11e-b3d18fc32698");
const OTHER: Uuid = uuid!("0282e19d-bf41-435d-92a4-99bab93af305");
const SITE: &str = "https://contoso.sharepoint.com/sites/Sales";

/// The origin system, the origin id of the resource and the origin id of the role, and then the type of the
/// role.
type Texts = ([String; 3], Option<String>);

fn texts(system: &str, resource: &(impl ToString + ?Sized), role: &(impl ToString + ?Sized)) -> Texts {
    ([system.into(), resource.to_string(), role.to_string()], None)
}

fn typed((ids, _): Texts, role_type: &str) -> Texts {
    (ids, Some(role_type.into()))
}

fn read(([system, resource, role], role_type): &Texts) -> Result<ResourceRole, ParseResourceRoleError> {
    ResourceRole::from_origin(system, resource, role, role_type.as_deref())
}

fn written(role: &ResourceRole) -> Texts {
    let (ids, _) = texts(role.origin_system(), &role.resource_origin_id(), &role.role_origin_id());
    (ids, role.role_type().map(Into::into))
}

fn in_words((ids, role_type): &Texts) -> String {
    ids.iter().chain(role_type).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The id of an Azure role definition below this path.
fn definition(below: &str) -> String {
    format!("{below}/providers/Microsoft.Authorization/roleDefinitions/{GROUP}")
}

fn subscription() -> String {
    format!("/subscriptions/{OTHER}")
}

/// One resource role of each form in the origin systems that the crate knows.
fn known() -> Vec<(Texts, ResourceRole)> {
    let group = |access| ResourceRole::Group { group: GROUP.into(), access };
    let application = |app_role| ResourceRole::Application { service_principal: OTHER.into(), app_role };
    let site = |role| ResourceRole::SharePointSite { site: SITE.into(), role };
    let directory = |activation| ResourceRole::Directory { definition: OTHER, activation };
    let scopes = [
        "/".into(),
        subscription(),
        format!("{}/resourceGroups/Lab (1)_ü.x", subscription()),
        format!("{}/resourceGroups/Lab/providers/Microsoft.Web/sites/a b", subscription()),
        "/providers/Microsoft.Management/managementGroups/test-mgmtgroup".into(),
    ];
    let definitions =
        ["", &subscription(), "/providers/Microsoft.Management/managementGroups/root"].map(definition);
    let azure = scopes.iter().flat_map(|scope| {
        let texts = definitions.iter().map(move |definition| texts("AzureResources", scope, definition));
        // `tests/arm.rs` tests which texts are ids.
        texts.flat_map(|texts| ["active", "eligible"].map(|word| typed(texts.clone(), word))).map(|texts| {
            let role = read(&texts).expect("a role of Azure");
            (texts, role)
        })
    });
    let mut known = vec![
        (texts("AadGroup", &GROUP, &format!("Member_{GROUP}")), group(GroupAccess::Member)),
        (texts("AadGroup", &GROUP, &format!("Owner_{GROUP}")), group(GroupAccess::Owner)),
        // The GUID of an eligible member or owner can differ from the group's.
        (
            texts("AadGroup", &GROUP, &format!("EligibleMember_{OTHER}")),
            group(GroupAccess::EligibleMember(OTHER)),
        ),
        (
            texts("AadGroup", &GROUP, &format!("EligibleMember_{GROUP}")),
            group(GroupAccess::EligibleMember(GROUP)),
        ),
        (
            texts("AadGroup", &GROUP, &format!("EligibleOwner_{OTHER}")),
            group(GroupAccess::EligibleOwner(OTHER)),
        ),
        (
            texts("AadGroup", &GROUP, &format!("EligibleOwner_{GROUP}")),
            group(GroupAccess::EligibleOwner(GROUP)),
        ),
        (texts("AadApplication", &OTHER, &GROUP), application(GROUP)),
        // The default access of an application without roles.
        (texts("AadApplication", &OTHER, &Uuid::nil()), application(Uuid::nil())),
        (texts("SharePointOnline", SITE, &0), site(0)),
        (texts("SharePointOnline", SITE, &4), site(4)),
        (texts("SharePointOnline", SITE, &u32::MAX), site(u32::MAX)),
        (texts("DirectoryRole", &OTHER, "Eligible"), directory(Activation::Eligible)),
        (texts("DirectoryRole", &OTHER, "Active"), directory(Activation::Active)),
    ];
    known.extend(azure);
    known
}

/// Texts of origin systems that the crate does not know. They must stay as they are.
fn opaque() -> Vec<Texts> {
    vec![
        texts("SapIag", "Finance/1", "approver"),
        texts("SapIag", &GROUP.to_string().to_uppercase(), "04"),
        texts("sapiag", " Ünïcödé\n", ""),
        texts("", "", ""),
        texts("AadGroups", &GROUP, &format!("Member_{OTHER}")),
        texts("AadGroup ", &GROUP, &format!("Member_{GROUP}")),
        typed(texts("SapIag", "Finance/1", "approver"), "Eligible"),
        typed(texts("SapIag", "Finance/1", "approver"), " Ünïcödé\n"),
        typed(texts("", "", ""), ""),
        typed(texts("AzureResource", "/", &definition("")), "active"),
    ]
}

#[test]
fn every_origin_system_is_read_and_written_exactly() {
    for (texts, role) in known() {
        assert_eq!(read(&texts), Ok(role.clone()), "{texts:?}");
        assert_eq!(written(&role), texts);
        assert_eq!(role.to_string(), in_words(&texts));
    }
}

#[test]
fn an_unknown_origin_system_is_handed_on_as_it_is() {
    for texts in opaque() {
        let role = read(&texts).expect("anything");
        assert!(matches!(role, ResourceRole::Other(_)), "{role:?}");
        assert_eq!(written(&role), texts);
        assert_eq!(role.to_string(), in_words(&texts));
    }
}

// R23, R48
#[test]
fn guids_and_the_names_of_known_systems_have_no_case() {
    for (texts, role) in known() {
        let ([system, resource, role_id], role_type) = &texts;
        for system in [system.to_lowercase(), system.to_uppercase()] {
            let role_type = role_type.as_ref().map(|word| word.to_uppercase());
            assert_eq!(read(&([system, resource.clone(), role_id.clone()], role_type)), Ok(role.clone()));
        }
        // Only the GUIDs: neither the words around them nor the URL of a site.
        let upper = |text: &String| {
            text.replace(&GROUP.to_string(), &GROUP.to_string().to_uppercase())
                .replace(&OTHER.to_string(), &OTHER.to_string().to_uppercase())
        };
        assert_eq!(read(&([system.clone(), upper(resource), upper(role_id)], role_type.clone())), Ok(role));
    }
}

// R23
#[test]
fn two_are_the_same_only_if_their_texts_are() {
    let sites =
        [SITE, "https://contoso.sharepoint.com/sites/sales", "https://contoso.sharepoint.com/sites/Sales/"];
    let sites = sites.map(|site| texts("SharePointOnline", site, &4));
    let systems = ["SapIag", "sapIag", "SapIag "];
    let systems = systems.map(|system| texts(system, "Finance/1", "approver"));
    let roles = [texts("SapIag", "Finance/1", "Approver"), texts("SapIag", "finance/1", "approver")];
    let types = ["", "active", "Active", "eligible", "active "];
    let types = types.map(|word| typed(texts("SapIag", "Finance/1", "approver"), word));
    // Complete Azure ids. Below another path, it is another definition, and only ASCII letters ignore case.
    let azure = [
        ("/resourceGroups/Größe", "/resourceGroups/1"),
        ("/resourceGroups/GrÖße", "/resourceGroups/1"),
        ("/resourceGroups/1", ""),
    ]
    .map(|(scope, below)| typed(texts("AzureResources", scope, &definition(below)), "active"));
    let known = known().into_iter().map(|(texts, _)| texts);
    let all: Vec<_> = known.chain(sites).chain(systems).chain(roles).chain(types).chain(azure).collect();
    for a in &all {
        for b in &all {
            assert_eq!(read(a) == read(b), a == b, "{a:?}, {b:?}");
        }
    }
}

#[test]
fn what_does_not_fit_its_origin_system_is_refused() {
    let no_resource = |origin_system| ParseResourceRoleError::ResourceOriginId {
        origin_system,
        expected: "a GUID of 36 characters with hyphens",
    };
    let no_role = |origin_system, expected| ParseResourceRoleError::RoleOriginId { origin_system, expected };
    let no_access = no_role(
        "AadGroup",
        "`Member_<group id>`, `Owner_<group id>`, `EligibleMember_<guid>` or `EligibleOwner_<guid>`",
    );
    let no_app_role = no_role("AadApplication", "the GUID of an app role");
    let no_number = no_role("SharePointOnline", "a number such as `4`");
    let no_activation = no_role("DirectoryRole", "`Eligible` or `Active`");

    for resource in [String::new(), "Finance".into(), GROUP.simple().to_string(), GROUP.braced().to_string()]
    {
        assert_eq!(
            read(&texts("AadGroup", &resource, &format!("Member_{GROUP}"))),
            Err(no_resource("AadGroup"))
        );
        assert_eq!(read(&texts("AadApplication", &resource, &GROUP)), Err(no_resource("AadApplication")));
        assert_eq!(read(&texts("DirectoryRole", &resource, "Active")), Err(no_resource("DirectoryRole")));
    }
    for role in [
        // The GUID of a member or an owner must be the group's.
        format!("Member_{OTHER}"),
        format!("Owner_{OTHER}"),
        format!("member_{GROUP}"),
        format!("Guest_{GROUP}"),
        format!("Member-{GROUP}"),
        format!("Member__{GROUP}"),
        format!("Member_{GROUP}_"),
        format!(" Member_{GROUP}"),
        format!("Member_{}", GROUP.simple()),
        format!("EligibleOwner_{}", OTHER.braced()),
        "EligibleMember_".into(),
        "Member".into(),
        GROUP.to_string(),
        String::new(),
    ] {
        assert_eq!(read(&texts("AadGroup", &GROUP, &role)), Err(no_access), "{role:?}");
    }
    for role in [String::new(), "User".into(), GROUP.simple().to_string(), GROUP.braced().to_string()] {
        assert_eq!(read(&texts("AadApplication", &OTHER, &role)), Err(no_app_role), "{role:?}");
    }
    // Only the written form is accepted: two texts for one number would be two resource roles elsewhere.
    for role in ["", "04", "00", "+4", "-1", "-0", "4.0", " 4", "0x4", "\u{ff14}", "Contribute", "4294967296"]
    {
        assert_eq!(read(&texts("SharePointOnline", SITE, role)), Err(no_number), "{role:?}");
    }
    for role in ["", "eligible", "ACTIVE", "Active ", "Permanent"] {
        assert_eq!(read(&texts("DirectoryRole", &OTHER, role)), Err(no_activation), "{role:?}");
    }
    for system in ["CustomDataProvidedResource", "customdataprovidedresource"] {
        for (resource, role) in [("", ""), ("Finance", "approver")] {
            let nothing = Err(ParseResourceRoleError::NothingToEnforce);
            assert_eq!(read(&texts(system, resource, role)), nothing, "{system}");
        }
    }
}

/// A type that a known origin id already contains may be repeated, but not contradicted.
#[test]
fn a_type_that_does_not_fit_is_refused() {
    let types = [
        "",
        "active",
        "ACTIVE",
        "eligible",
        "Eligible",
        "application",
        "delegated",
        "unknownFutureValue",
        "active ",
        "7",
    ];
    for (texts, role) in known() {
        let ([system, _, role_id], role_type) = &texts;
        let is_azure = system == "AzureResources";
        let said = if role_id.starts_with("Eligible") { "eligible" } else { "active" };
        for word in types {
            let wrong = |expected: &'static str| {
                let origin_system =
                    ["AadGroup", "AadApplication", "SharePointOnline", "DirectoryRole", "AzureResources"];
                let origin_system = origin_system.into_iter().find(|it| it == system).expect("a known one");
                Err(ParseResourceRoleError::RoleType { origin_system, expected })
            };
            let expected = match (word.to_lowercase().as_str(), is_azure) {
                ("active" | "eligible", true) => {
                    let is_same = role_type.as_deref() == Some(&word.to_lowercase());
                    assert_eq!(read(&typed(texts.clone(), word)) == Ok(role.clone()), is_same, "{word}");
                    continue;
                }
                (_, true) => wrong("`active` or `eligible`"),
                (word, false) if word == said => Ok(role.clone()),
                (_, false) if said == "active" => wrong("`active` or none"),
                (_, false) => wrong("`eligible` or none"),
            };
            assert_eq!(read(&typed(texts.clone(), word)), expected, "{texts:?}, {word:?}");
        }
        // Only Azure requires the type.
        assert_eq!(read(&(texts.0, None)).is_err(), is_azure);
    }
}

/// An origin system that is known, nearly known or unknown.
fn system() -> impl Strategy<Value = String> {
    let name = "(AadGroup|aadapplication|AadApplication|SharePointOnline|DirectoryRole|AzureResources|CustomDataProvidedResource)s?";
    prop_oneof![3 => name, 1 => any::<String>()]
}

fn guid() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(GROUP.to_string()),
        any::<u128>().prop_map(|value| Uuid::from_u128(value).to_string().to_uppercase())
    ]
}

/// An origin id that fits some origin system, nearly fits it or is anything.
fn origin_id() -> impl Strategy<Value = String> {
    let access = "(Eligible)?(Member|Owner)_?";
    prop_oneof![
        guid(),
        (access, guid()).prop_map(|(access, guid)| access + &guid),
        "[+-]?[0-9]{0,11}",
        "Eligible|Active",
        "(/[sS]ubscriptions/?[0-9])?(/?providers/microsoft.authorization/roledefinitions/7b56ede0-9b58-40bd-b11e-b3d18fc32698)?/?",
        any::<String>(),
    ]
}

fn role_type() -> impl Strategy<Value = Option<String>> {
    prop_oneof![2 => Just(None), 3 => "([aA]ctive|[eE]ligible)".prop_map(Some), 1 => any::<Option<String>>()]
}

proptest! {
    #[test]
    fn what_is_read_is_written_again(ids in (system(), origin_id(), origin_id()), role_type in role_type()) {
        let texts: Texts = (ids.into(), role_type);
        if let Ok(role) = read(&texts) {
            prop_assert_eq!(read(&written(&role)), Ok(role.clone()));
            if matches!(role, ResourceRole::Other(_)) {
                prop_assert_eq!(&written(&role), &texts);
            }
            for (text, original) in written(&role).0.iter().zip(&texts.0) {
                match role {
                    ResourceRole::Other(_) => prop_assert_eq!(text, original),
                    _ => prop_assert!(text.eq_ignore_ascii_case(original), "{} from {}", text, original),
                }
            }
        }
    }
}
