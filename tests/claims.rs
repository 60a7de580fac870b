//! The caller that the claims of a token describe, and what a token cannot tell.

#[path = "support/documented.rs"]
mod documented;

use access_package::{
    Account, Caller, CatalogId, Caveat, Claims, Permission, Role, RoleAssignment, Scope, Timestamp,
};
use documented::DIRECTORY_ROLES;
use proptest::prelude::*;

use Account::{Application, Personal, WorkOrSchool};
use Permission::{EntitlementManagementReadAll as READ, EntitlementManagementReadWriteAll as READ_WRITE};

const WORK_TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const PERSONAL_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";

/// Claims that only name a work tenant.
fn claims() -> Claims {
    Claims {
        tid: WORK_TENANT.into(),
        oid: None,
        sub: None,
        idtyp: None,
        scp: None,
        roles: vec![],
        wids: None,
        aud: None,
        exp: None,
    }
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

/// Checks the caller that these claims make. With the feature `serde`, the claims are also read from a
/// payload.
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

// R36: every way in which a token can show its kind of account, beside a second reading.
#[test]
fn whose_token_it_is() {
    const OBJECT: &str = "8586ddc8-0ff7-4c24-9c79-f192bc3566e3";
    const OTHER: &str = "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0";
    let some = |text: &str| Some(text.to_owned());
    let idtyps = [None, some("app"), some("user"), some(""), some("App")];
    let scps = [None, some(""), some("/"), some("EntitlementManagement.ReadWrite.All")];
    let oids = [None, some(OBJECT), some("me")];
    let subs =
        [None, some(OBJECT), some(&OBJECT.to_uppercase()), some(OTHER), some("me"), some("aBc-pairwise_1")];
    let mut seen = [0, 0, 0];
    for tid in [WORK_TENANT, PERSONAL_TENANT, "contoso.onmicrosoft.com"] {
        for (idtyp, scp) in idtyps.iter().flat_map(|idtyp| scps.iter().map(move |scp| (idtyp, scp))) {
            for (oid, sub) in oids.iter().flat_map(|oid| subs.iter().map(move |sub| (oid, sub))) {
                let (idtyp, scp, oid, sub) = (idtyp.clone(), scp.clone(), oid.clone(), sub.clone());
                let own = oid.as_deref() == Some(OBJECT)
                    && sub.as_ref().is_some_and(|sub| sub.eq_ignore_ascii_case(OBJECT));
                let account = match (tid, idtyp.as_deref(), &scp) {
                    (PERSONAL_TENANT, _, _) => Personal, // R6
                    (_, Some("app"), _) => Application,
                    (_, None, None) if own => Application,
                    _ => WorkOrSchool,
                };
                seen[account as usize] += 1;
                let roles = list(&["EntitlementManagement.Read.All"]);
                let claims = Claims { tid: tid.into(), idtyp, scp, oid, sub, roles, ..claims() };
                let caller = Caller::from_claims(&claims, []);
                assert_eq!(caller.account, account, "{claims:?}");
                // Only a token of an application itself uses `roles`.
                let read = caller.permissions.contains(&READ);
                assert_eq!(read, account == Application, "{claims:?}");
            }
        }
    }
    assert!(seen.iter().all(|&times| times > 0), "{seen:?}");
}

#[test]
fn what_a_token_cannot_tell() {
    let at = |seconds: i64| Timestamp::from_unix_ticks(seconds * 10_000_000).expect("an instant");
    let caveats = |claims: &Claims, now| claims.caveats(now).collect::<Vec<_>>();
    let known = Claims { wids: Some(vec![]), ..claims() };
    assert_eq!(caveats(&known, at(0)), [Caveat::RolesNotInToken]);
    assert_eq!(caveats(&claims(), at(0)), [Caveat::RolesNotInToken, Caveat::DirectoryRolesNotKnown]);
    let of_graph = [
        "https://graph.microsoft.com",
        "https://graph.microsoft.com/",
        "00000003-0000-0000-c000-000000000000",
        "00000003-0000-0000-C000-000000000000",
        "https://graph.microsoft.us",
        "https://dod-graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn",
    ];
    for aud in of_graph {
        let claims = Claims { aud: Some(aud.into()), ..known.clone() };
        assert_eq!(caveats(&claims, at(0)), [Caveat::RolesNotInToken], "{aud}");
    }
    let of_others = [
        "",
        "api://own",
        "https://graph.microsoft.com.evil.example",
        "http://graph.microsoft.com",
        "graph.microsoft.com",
    ];
    for aud in of_others {
        let claims = Claims { aud: Some(aud.into()), ..known.clone() };
        assert_eq!(caveats(&claims, at(0)), [Caveat::RolesNotInToken, Caveat::OtherAudience], "{aud}");
    }
    let expiring = Claims { exp: Some(7), ..known };
    let expired = [6, 7, 8].map(|now| caveats(&expiring, at(now)).contains(&Caveat::ExpiredToken));
    assert_eq!(expired, [false, true, true]);
    let before_all_time = Timestamp::from_unix_ticks(-1).expect("an instant");
    assert!(!caveats(&Claims { exp: Some(0), ..claims() }, before_all_time).contains(&Caveat::ExpiredToken));
}

#[test]
fn caveats_have_a_code_and_a_text_of_their_own() {
    let codes: std::collections::HashSet<_> = Caveat::ALL.iter().map(|caveat| caveat.code()).collect();
    let texts: std::collections::HashSet<_> = Caveat::ALL.iter().map(Caveat::to_string).collect();
    assert_eq!((codes.len(), texts.len()), (Caveat::ALL.len(), Caveat::ALL.len()));
    let to_look_up = [Caveat::RolesNotInToken, Caveat::DirectoryRolesNotKnown];
    for caveat in Caveat::ALL {
        let (code, variant) = (caveat.code(), format!("{caveat:?}"));
        assert!(code.eq_ignore_ascii_case(&variant) && code[1..] == variant[1..], "{code}");
        assert_eq!(caveat.is_of_roles(), to_look_up.contains(caveat), "{caveat}");
        assert_eq!(
            caveat.to_string().contains("/roleAssignments?$filter=principalId eq "),
            to_look_up.contains(caveat)
        );
    }
}

// R4, R5: each kind of call has its own claim.
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
    let wids = |wids: &[&str]| Claims { wids: Some(list(wids)), ..claims() };
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
        // R2: the role is known, but does not suffice.
        ("off the ladder", wids(&[USER_ADMINISTRATOR]), with(WorkOrSchool, &[Role::UserAdministrator])),
        (
            "all of them, in the order of the token",
            wids(&[USER_ADMINISTRATOR, "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e", GLOBAL_ADMINISTRATOR]),
            with(
                WorkOrSchool,
                &[Role::UserAdministrator, Role::IdentityGovernanceAdministrator, Role::GlobalAdministrator],
            ),
        ),
        // An id that every user's token contains, and an id that no token should contain.
        ("unknown", wids(&["b79fbf4d-3ef9-4689-8143-76b194e85509"]), with(WorkOrSchool, &[])),
        ("not an id", wids(&["", "Global Administrator"]), with(WorkOrSchool, &[])),
        (
            "of entitlement management",
            Claims { wids: Some(of_entitlement_management), ..claims() },
            with(WorkOrSchool, &[]),
        ),
        (
            "an application's",
            Claims { wids: Some(list(&[GLOBAL_ADMINISTRATOR])), ..app() },
            with(Application, &[Role::GlobalAdministrator]),
        ),
    ]);
}

#[test]
fn the_roles_that_were_looked_up_are_added() {
    let looked_up = [
        RoleAssignment {
            role: Role::CatalogOwner,
            scope: Scope::Catalog(CatalogId::from_uuid(uuid::Uuid::from_u128(0xc))),
        },
        tenant_wide(Role::AccessPackageManager),
    ];
    let claims = Claims { wids: Some(list(&[GLOBAL_ADMINISTRATOR])), ..claims() };
    let roles = [&[tenant_wide(Role::GlobalAdministrator)], looked_up.as_slice()].concat();
    assert_eq!(Caller::from_claims(&claims, looked_up), Caller { roles, ..caller(WorkOrSchool, &[]) });
}

// Only for the log: the claim decides nothing.
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
    use serde::Deserialize;
    use serde::de::value::{self, MapDeserializer};
    use serde_json::{Error, Value, json};

    pub(super) fn read(payload: Value) -> Result<Claims, Error> {
        serde_json::from_value(payload)
    }

    /// The payload with these claims. A claim without a value is left out.
    pub(super) fn of(claims: &Claims) -> Value {
        let Claims { tid, oid, sub, idtyp, scp, roles, wids, aud, exp } = claims;
        let claims = json!({
            "tid": tid, "oid": oid, "sub": sub, "idtyp": idtyp, "scp": scp, "roles": roles, "wids": wids, "aud": aud,
            "exp": exp
        });
        let Value::Object(mut payload) = claims else { unreachable!("written as an object") };
        payload.retain(|claim, value| !value.is_null() && (claim != "roles" || *value != json!([])));
        payload.into()
    }

    #[test]
    fn what_is_not_claimed_is_not_in_it() {
        assert_eq!(of(&claims()), json!({ "tid": WORK_TENANT }));
        assert_eq!(of(&app()), json!({ "tid": WORK_TENANT, "idtyp": "app" }));
    }

    /// Complete tokens of a guest, with all the claims that the crate ignores.
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

        // R6: in the home tenant, a call of the same person is personal, whatever else the token says.
        let mut at_home = guest;
        at_home["tid"] = PERSONAL_TENANT.into();
        let account = Caller::from_claims(&read(at_home).expect("claims"), []).account;
        assert_eq!(account, Account::Personal);
    }

    /// No caller is mistaken for another.
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
            ("aud", json!(["https://graph.microsoft.com"])),
            ("exp", json!("soon")),
        ];
        for (claim, value) in claims {
            let payload = json!({ "tid": WORK_TENANT, claim: value });
            assert!(read(payload.clone()).is_err(), "{payload}");
        }
    }

    /// A list instead of an object is not accepted.
    #[test]
    fn a_payload_is_an_object() {
        let no = json!(null);
        let payloads = [
            (json!([WORK_TENANT]), "sequence"),
            (json!([WORK_TENANT, no, no, no, no, [], no, no, no]), "sequence"),
            (json!([]), "sequence"),
            (json!(WORK_TENANT), "string"),
            (json!(null), "null"),
        ];
        for (payload, found) in payloads {
            let refused = read(payload.clone()).expect_err("refused");
            assert_eq!(
                refused.to_string(),
                format!("invalid type: {found}, expected an object"),
                "{payload}"
            );
        }
    }

    /// A format other than JSON can contain values that JSON cannot express and that no claim can have.
    #[test]
    fn bytes_are_no_claim() {
        for claim in ["tid", "roles", "exp"] {
            let payload = MapDeserializer::<_, value::Error>::new([(claim, &b"bytes"[..])].into_iter());
            let refused = Claims::deserialize(payload).expect_err("refused");
            assert_eq!(refused.to_string(), "invalid type: byte array, expected a claim", "{claim}");
        }
    }
}

/// A permission or an id, a text that is nearly one, or something else.
fn perhaps_a_word() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "EntitlementManagement\\.(Read|Write|ReadWrite)(\\.All)?.?",
    ]
}

proptest! {
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
        let caller = Caller::from_claims(&Claims { tid, idtyp, scp, roles, wids: Some(wids), ..claims() }, []);
        // No directory role has such an id.
        prop_assert_eq!(caller.roles, []);
    }
}
