//! Scopes and permissions of a caller, as text.

use core::error::Error;

use access_package::{CatalogId, ParsePermissionError, ParseScopeError, Permission, Scope};
use proptest::prelude::*;
use uuid::Uuid;

use Permission::{EntitlementManagementReadAll as READ, EntitlementManagementReadWriteAll as READ_WRITE};

/// The id as the documentation prints it.
const CATALOG: &str = "beedadfe-01d5-4025-910b-84abb9369997";

fn catalog() -> CatalogId {
    CatalogId::from_uuid(Uuid::from_u128(0xbeed_adfe_01d5_4025_910b_84ab_b936_9997))
}

// R3
#[test]
fn a_scope_is_read_and_written() {
    let on_catalog = format!("/AccessPackageCatalog/{CATALOG}");
    for (scope, text) in [(Scope::Tenant, "/"), (Scope::Catalog(catalog()), on_catalog.as_str())] {
        assert_eq!(text.parse(), Ok(scope));
        assert_eq!(scope.to_string(), text);
    }
    let upper = format!("/AccessPackageCatalog/{}", CATALOG.to_uppercase());
    assert_eq!(upper.parse(), Ok(Scope::Catalog(catalog())));
}

#[test]
fn nothing_else_is_a_scope() {
    let simple = CATALOG.replace('-', "");
    let junk = [
        String::new(),
        " /".into(),
        "/ ".into(),
        "//".into(),
        "tenant".into(),
        CATALOG.into(),
        format!("/{CATALOG}"),
        "/AccessPackageCatalog".into(),
        "/AccessPackageCatalog/".into(),
        "/AccessPackageCatalog/*".into(),
        format!("AccessPackageCatalog/{CATALOG}"),
        format!("/accesspackagecatalog/{CATALOG}"),
        format!("//AccessPackageCatalog/{CATALOG}"),
        format!("/AccessPackageCatalog//{CATALOG}"),
        format!("/AccessPackageCatalog/{CATALOG}/"),
        format!("/AccessPackageCatalog/{CATALOG} "),
        format!("/AccessPackageCatalog/{simple}"),
        format!("/AccessPackageCatalog/{{{CATALOG}}}"),
        format!("/AccessPackageCatalog/{}", &CATALOG[1..]),
        format!("/administrativeUnits/{CATALOG}"),
    ];
    for text in junk {
        assert_eq!(text.parse::<Scope>(), Err(ParseScopeError), "{text:?}");
    }
}

const PERMISSIONS: [(Permission, &str); 3] = [
    (READ_WRITE, "EntitlementManagement.ReadWrite.All"),
    (READ, "EntitlementManagement.Read.All"),
    (Permission::RoleManagementReadWriteDirectory, "RoleManagement.ReadWrite.Directory"),
];

#[test]
fn a_permission_is_read_and_written() {
    assert_eq!(Permission::ALL, PERMISSIONS.map(|(permission, _)| permission));
    for (permission, name) in PERMISSIONS {
        assert_eq!(permission.name(), name);
        assert_eq!(name.parse(), Ok(permission));
        assert_eq!(format!("{permission}|{permission:>40}"), format!("{name}|{name:>40}"));
    }
}

#[test]
fn nothing_else_is_a_permission() {
    let junk = [
        "",
        "EntitlementManagement.ReadWrite",
        "EntitlementManagement.ReadWrite.All ",
        "entitlementmanagement.readwrite.all",
        "EntitlementManagement.ReadWrite.All EntitlementManagement.Read.All",
        "https://graph.microsoft.com/EntitlementManagement.ReadWrite.All",
        "EntitlementMgmt-SubjectAccess.ReadWrite",
        "Directory.ReadWrite.All",
    ];
    for name in junk {
        assert_eq!(name.parse::<Permission>(), Err(ParsePermissionError), "{name:?}");
    }
}

#[test]
fn the_errors_say_what_was_expected() {
    let errors: [(&dyn Error, _); 2] = [
        (&ParseScopeError, "not a known scope: expected `/` or `/AccessPackageCatalog/<catalog id>`"),
        (
            &ParsePermissionError,
            "not a known permission: expected `EntitlementManagement.ReadWrite.All`, `EntitlementManagement.Read.All` or `RoleManagement.ReadWrite.Directory`",
        ),
    ];
    for (error, text) in errors {
        assert_eq!(error.to_string(), text);
        assert!(error.source().is_none(), "{text}");
    }
}

/// A text that is a scope or a permission, nearly one, or something else.
fn perhaps_a_word() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "/?AccessPackageCatalog/?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/?",
        "/AccessPackageCatalog/[0-9a-gé-]{34,37}",
        "EntitlementManagement\\.(Read|Write|ReadWrite)(\\.All)?.?",
    ]
}

proptest! {
    #[test]
    fn what_is_read_is_what_is_written(text in perhaps_a_word()) {
        if let Ok(scope) = text.parse::<Scope>() {
            let written = scope.to_string();
            prop_assert!(written.eq_ignore_ascii_case(&text), "{text:?}");
        }
        if let Ok(permission) = text.parse::<Permission>() {
            prop_assert_eq!(permission.to_string(), text);
        }
    }
}
