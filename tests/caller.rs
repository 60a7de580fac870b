//! The caller as a host establishes them: scopes and permissions as text, and the claims of a token.

use core::error::Error;

#[path = "support/documented.rs"]
mod documented;

use access_package::{
    Account, Caller, CatalogId, Claims, ParsePermissionError, ParseScopeError, Permission, Role,
    RoleAssignment, Scope,
};
use documented::DIRECTORY_ROLES;
use proptest::prelude::*;
use uuid::Uuid;

use Account::{Application, Personal, WorkOrSchool};
use Permission::{EntitlementManagementReadAll as READ, EntitlementManagementReadWriteAll as READ_WRITE};

/// As the documentation prints it.
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
        (
            &ParseScopeError,
            "not a known scope: expected `/` or `/AccessPackageCatalog/` and the id of a catalog",
        ),
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

/// A text that is a scope or a permission, nearly one, or nothing of the kind.
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

    #[test]
    fn whatever_a_token_claims_gives_a_caller(
        texts in [perhaps_a_word(), perhaps_a_word()],
        idtyp in proptest::option::of(prop_oneof![Just("app".to_owned()), any::<String>()]),
        scp in proptest::option::of(perhaps_a_word()),
        lists in [proptest::collection::vec(perhaps_a_word(), 0..4), proptest::collection::vec(perhaps_a_word(), 0..4)],
    ) {
        let [tid, wid] = texts;
        let [roles, mut wids] = lists;
        wids.push(wid);
        let caller = Caller::from_claims(&Claims { tid, oid: None, idtyp, scp, roles, wids }, []);
        // No directory role has such an id.
        prop_assert_eq!(caller.roles, []);
    }
}

const WORK_TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const PERSONAL_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";

/// Claims of a work tenant that say nothing else.
fn claims() -> Claims {
    Claims { tid: WORK_TENANT.into(), oid: None, idtyp: None, scp: None, roles: vec![], wids: vec![] }
}

fn app() -> Claims {
    Claims { idtyp: Some("app".into()), ..claims() }
}

fn list(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.into()).collect()
}

/// A caller without roles.
fn caller(account: Account, permissions: &[Permission]) -> Caller {
    Caller { object: None, account, permissions: permissions.to_vec(), roles: vec![] }
}

fn tenant_wide(role: Role) -> RoleAssignment {
    RoleAssignment { role, scope: Scope::Tenant }
}

/// What a token with these claims amounts to; with the feature `serde`, read from its payload too.
fn check<const N: usize>(rows: [(&str, Claims, Caller); N]) {
    for (what, claims, caller) in rows {
        assert_eq!(Caller::from_claims(&claims, []), caller, "{what}");
        #[cfg(feature = "serde")]
        assert_eq!(payload::read(payload::of(&claims)).expect(what), claims, "{what}");
    }
}

#[test]
fn the_account_is_told_by_tenant_and_type() {
    let tenant = |tid: &str| Claims { tid: tid.into(), ..claims() };
    let idtyp = |idtyp: &str| Claims { idtyp: Some(idtyp.into()), ..claims() };
    check([
        ("no type", claims(), caller(WorkOrSchool, &[])),
        ("an application's", app(), caller(Application, &[])),
        ("a user's", idtyp("user"), caller(WorkOrSchool, &[])),
        ("an empty type", idtyp(""), caller(WorkOrSchool, &[])),
        ("the type in another case", idtyp("App"), caller(WorkOrSchool, &[])),
        ("the tenant of personal accounts", tenant(PERSONAL_TENANT), caller(Personal, &[])),
        ("in upper case", tenant(&PERSONAL_TENANT.to_uppercase()), caller(Personal, &[])),
        ("whatever the type", Claims { tid: PERSONAL_TENANT.into(), ..app() }, caller(Personal, &[])),
        ("a tenant that is no GUID", tenant("contoso.onmicrosoft.com"), caller(WorkOrSchool, &[])),
        ("a tenant without a name", tenant(""), caller(WorkOrSchool, &[])),
    ]);
}

// R4, R5: each kind of call has its own.
#[test]
fn only_the_permissions_of_the_tokens_own_kind_count() {
    const READ_WRITE_ALL: &str = "EntitlementManagement.ReadWrite.All";
    const BOTH: &str = "EntitlementManagement.Read.All EntitlementManagement.ReadWrite.All";
    let scp = |scp: &str| Claims { scp: Some(scp.into()), ..claims() };
    let roles = list(&[READ_WRITE_ALL]);
    check([
        ("delegated", scp(READ_WRITE_ALL), caller(WorkOrSchool, &[READ_WRITE])),
        ("in the order of the token", scp(BOTH), caller(WorkOrSchool, &[READ, READ_WRITE])),
        (
            "among others",
            scp(&format!("openid  User.Read {READ_WRITE_ALL} profile ")),
            caller(WorkOrSchool, &[READ_WRITE]),
        ),
        ("none", scp(""), caller(WorkOrSchool, &[])),
        ("only part of a name", scp("EntitlementManagement.ReadWrite.AllOfThem"), caller(WorkOrSchool, &[])),
        (
            "of a personal account",
            Claims { tid: PERSONAL_TENANT.into(), ..scp(READ_WRITE_ALL) },
            caller(Personal, &[READ_WRITE]),
        ),
        ("application", Claims { roles: roles.clone(), ..app() }, caller(Application, &[READ_WRITE])),
        (
            "among others, in the order of the token",
            Claims {
                roles: list(&["User.Read.All", "EntitlementManagement.Read.All", READ_WRITE_ALL]),
                ..app()
            },
            caller(Application, &[READ, READ_WRITE]),
        ),
        ("two in one text", Claims { roles: list(&[BOTH]), ..app() }, caller(Application, &[])),
        (
            "`scp` in an application's",
            Claims { idtyp: Some("app".into()), ..scp(BOTH) },
            caller(Application, &[]),
        ),
        (
            "`roles` in a delegated one",
            Claims { roles: roles.clone(), ..claims() },
            caller(WorkOrSchool, &[]),
        ),
        (
            "`roles` of a personal account",
            Claims { tid: PERSONAL_TENANT.into(), roles, ..app() },
            caller(Personal, &[]),
        ),
    ]);
}

// R3
#[test]
fn directory_roles_are_tenant_wide_and_others_are_not_in_a_token() {
    let with = |account, roles: &[Role]| Caller {
        roles: roles.iter().copied().map(tenant_wide).collect(),
        ..caller(account, &[])
    };
    let wids = |wids: &[&str]| Claims { wids: list(wids), ..claims() };
    let of_entitlement_management = Role::ALL.iter().filter(|role| !DIRECTORY_ROLES.contains(role));
    let of_entitlement_management: Vec<_> =
        of_entitlement_management.map(|role| role.id().to_string()).collect();
    assert!(!of_entitlement_management.is_empty());
    check([
        ("known", wids(&[GLOBAL_ADMINISTRATOR]), with(WorkOrSchool, &[Role::GlobalAdministrator])),
        (
            "in upper case",
            wids(&[&GLOBAL_ADMINISTRATOR.to_uppercase()]),
            with(WorkOrSchool, &[Role::GlobalAdministrator]),
        ),
        // R2: known, and good for nothing.
        ("off the ladder", wids(&[USER_ADMINISTRATOR]), with(WorkOrSchool, &[Role::UserAdministrator])),
        (
            "all of them, in the order of the token",
            wids(&[USER_ADMINISTRATOR, "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e", GLOBAL_ADMINISTRATOR]),
            with(
                WorkOrSchool,
                &[Role::UserAdministrator, Role::IdentityGovernanceAdministrator, Role::GlobalAdministrator],
            ),
        ),
        // What every user's token has, and what no token should have.
        ("unknown", wids(&["b79fbf4d-3ef9-4689-8143-76b194e85509"]), with(WorkOrSchool, &[])),
        ("not an id", wids(&["", "Global Administrator"]), with(WorkOrSchool, &[])),
        (
            "of entitlement management",
            Claims { wids: of_entitlement_management, ..claims() },
            with(WorkOrSchool, &[]),
        ),
        (
            "an application's",
            Claims { wids: list(&[GLOBAL_ADMINISTRATOR]), ..app() },
            with(Application, &[Role::GlobalAdministrator]),
        ),
    ]);
}

#[test]
fn the_roles_that_were_looked_up_are_added() {
    let looked_up = [
        RoleAssignment { role: Role::CatalogOwner, scope: Scope::Catalog(catalog()) },
        tenant_wide(Role::AccessPackageManager),
    ];
    let claims = Claims { wids: list(&[GLOBAL_ADMINISTRATOR]), ..claims() };
    let roles = [&[tenant_wide(Role::GlobalAdministrator)], looked_up.as_slice()].concat();
    assert_eq!(Caller::from_claims(&claims, looked_up), Caller { roles, ..caller(WorkOrSchool, &[]) });
}

// For the record: it decides nothing.
#[test]
fn the_object_of_the_caller_is_kept() {
    let oid = |oid: &str| Claims { oid: Some(oid.into()), ..claims() };
    let object = |claims: &Claims| Caller::from_claims(claims, []).object;
    assert_eq!(object(&oid(&WORK_TENANT.to_uppercase())), Some(WORK_TENANT.parse().expect("a GUID")));
    assert_eq!((object(&claims()), object(&oid("me"))), (None, None));
}

#[cfg(feature = "serde")]
mod payload {
    use super::{
        Account, Caller, Claims, PERSONAL_TENANT, READ_WRITE, Role, WORK_TENANT, app, caller, claims,
        tenant_wide,
    };
    use serde_json::{Error, Value, json};

    pub(super) fn read(payload: Value) -> Result<Claims, Error> {
        serde_json::from_value(payload)
    }

    /// The payload with these claims; what it does not claim is not in it.
    pub(super) fn of(claims: &Claims) -> Value {
        let Claims { tid, oid, idtyp, scp, roles, wids } = claims;
        let Value::Object(mut payload) =
            json!({ "tid": tid, "oid": oid, "idtyp": idtyp, "scp": scp, "roles": roles, "wids": wids })
        else {
            unreachable!("written as an object")
        };
        payload.retain(|_, claim| !claim.is_null() && *claim != json!([]));
        payload.into()
    }

    #[test]
    fn what_is_not_claimed_is_not_in_it() {
        assert_eq!(of(&claims()), json!({ "tid": WORK_TENANT }));
        assert_eq!(of(&app()), json!({ "tid": WORK_TENANT, "idtyp": "app" }));
    }

    /// Whole tokens of a guest, with everything that is none of our business.
    #[test]
    fn a_guest_with_a_personal_account_makes_a_work_call() {
        let guest = json!({
            "aud": "00000003-0000-0000-c000-000000000000",
            "iss": format!("https://sts.windows.net/{WORK_TENANT}/"),
            "iat": 1_658_958_919,
            "amr": ["pwd", "mfa"],
            "idp": "live.com",
            "altsecid": "1:live.com:00034001B4B2F1A5",
            "scp": "EntitlementManagement.ReadWrite.All User.Read",
            "tid": WORK_TENANT,
            "ver": "1.0",
            "wids": ["62e90394-69f5-4237-9190-012177145e10", "13bd1c72-6f4a-4dcf-985f-18d3b80f208a"],
            "xms_tcdt": null,
        });
        let expected = Caller {
            roles: vec![tenant_wide(Role::GlobalAdministrator)],
            ..caller(Account::WorkOrSchool, &[READ_WRITE])
        };
        assert_eq!(Caller::from_claims(&read(guest.clone()).expect("claims"), []), expected);

        // R6: at home the same person's call is a personal one, whatever else the token says.
        let mut at_home = guest;
        at_home["tid"] = PERSONAL_TENANT.into();
        let account = Caller::from_claims(&read(at_home).expect("claims"), []).account;
        assert_eq!(account, Account::Personal);
    }

    /// Nobody is taken for anybody.
    #[test]
    fn without_a_tenant_it_is_no_claim() {
        let refused = read(json!({ "scp": "EntitlementManagement.ReadWrite.All" })).expect_err("refused");
        assert_eq!(refused.to_string(), "missing field `tid`");
        for payload in [json!({ "tid": null }), json!({ "tid": 7 }), json!(null), json!(WORK_TENANT)] {
            assert!(read(payload.clone()).is_err(), "{payload}");
        }
    }

    #[test]
    fn a_claim_of_another_shape_is_not_taken_for_none() {
        let claims = [
            ("oid", json!(7)),
            ("idtyp", json!(["app"])),
            ("scp", json!(["EntitlementManagement.ReadWrite.All"])),
            ("roles", json!("EntitlementManagement.ReadWrite.All")),
            ("wids", json!({})),
        ];
        for (claim, value) in claims {
            let payload = json!({ "tid": WORK_TENANT, claim: value });
            assert!(read(payload.clone()).is_err(), "{payload}");
        }
    }
}
