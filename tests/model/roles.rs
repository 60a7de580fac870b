//! The resource roles of these runs, by number.

use std::sync::LazyLock;

use access_package::{ResourceRole, SubjectType};

use crate::support::documented::CANNOT_HOLD;

/// Every resource role of these runs. The naive implementation knows them by their index.
pub(crate) static RESOURCE_ROLES: LazyLock<Vec<ResourceRole>> = LazyLock::new(|| {
    const ONE: &str = "0282e19d-bf41-435d-92a4-99bab93af305";
    const TWO: &str = "7b56ede0-9b58-40bd-b11e-b3d18fc32698";
    let group = |id: &str, access: &str| ("AadGroup", id.to_owned(), format!("{access}_{id}"));
    let other = |system, id: &str, role: &str| (system, id.to_owned(), role.to_owned());
    let azure = || {
        let definition = format!("/providers/Microsoft.Authorization/roleDefinitions/{TWO}");
        ("AzureResources", format!("/subscriptions/{ONE}"), definition)
    };
    let untyped = [
        group(ONE, "Member"),
        group(ONE, "Owner"),
        group(ONE, "EligibleMember"),
        group(TWO, "Member"),
        other("AadApplication", ONE, TWO),
        other("SharePointOnline", "https://contoso.sharepoint.com/sites/Sales", "4"),
        other("SharePointOnline", "https://contoso.sharepoint.com/sites/sales", "4"),
        other("DirectoryRole", ONE, "Active"),
        other("DirectoryRole", ONE, "Eligible"),
        other("Payroll", "Ledger", "Reader"),
        other("Payroll", "ledger", "Reader"),
        // A user cannot hold it (R46).
        other("OAuthApplication", "Ledger", "Reader"),
    ];
    // They differ only in the type (R23).
    let typed = [
        (azure(), Some("active")),
        (azure(), Some("eligible")),
        (other("Payroll", "Ledger", "Reader"), Some("delegated")),
    ];
    let all = untyped.map(|origin| (origin, None)).into_iter().chain(typed);
    let mut all: Vec<_> = all
        .map(|((system, resource, role), role_type)| {
            ResourceRole::from_origin(system, &resource, &role, role_type)
                .expect("a known form, or an unknown system")
        })
        .collect();
    all.sort();
    all
});

/// R46: the resource roles that a target of this kind cannot hold.
pub(crate) fn unholdable(target_type: Option<SubjectType>) -> Vec<usize> {
    let listed = |role: &ResourceRole| {
        let systems = CANNOT_HOLD.iter().filter(|(of, _)| Some(*of) == target_type);
        systems.into_iter().any(|(_, system)| *system == role.origin_system())
    };
    (0..RESOURCE_ROLES.len()).filter(|&number| listed(&RESOURCE_ROLES[number])).collect()
}

pub(crate) fn number(resource_role: &ResourceRole) -> usize {
    RESOURCE_ROLES.iter().position(|other| other == resource_role).expect("one of these runs")
}
