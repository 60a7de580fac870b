//! The roles that Graph lists: the principals, the forms of the lists, and what a list does not show.

use serde_json::{Value, json};

use crate::caller::{
    CATALOG_OWNER, OBJECT, READ_WRITE, TENANT, assigned, document, on_catalog, token, user, with_claim,
};
use crate::{File, page, printed, sample};

/// Another principal than `OBJECT`, such as a group.
const GROUP: &str = "11111111-2222-4333-8444-555555555555";
const CATALOG_READER: &str = "44272f93-9762-48e8-af59-1b5351b1d6b3";
const GOVERNANCE: &str = "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e";
const NEXT: &str = "https://graph.microsoft.com/next";

fn owner() -> Value {
    assigned(OBJECT, CATALOG_OWNER, &on_catalog())
}

/// In a list of the directory, another property names the scope.
fn in_directory(role: &str) -> Value {
    json!({ "principalId": OBJECT, "roleDefinitionId": role, "directoryScopeId": "/" })
}

fn context(of: &str) -> String {
    format!("https://graph.microsoft.com/v1.0/$metadata#roleManagement/{of}")
}

/// The output for these lists of role assignments, with other arguments.
fn told(arguments: &[&str], lists: &[&str]) -> (String, Option<i32>) {
    let files: Vec<_> = (0..).zip(lists).map(|(n, text)| File::new(&format!("roles-{n}"), text)).collect();
    let lists = files.iter().flat_map(|file| ["--role-assignments", file.path()]);
    let (mut text, status) =
        printed(&arguments.iter().copied().chain(lists).collect::<Vec<_>>(), &document());
    for (n, file) in (0..).zip(&files) {
        text = text.replace(file.path(), &format!("FILE {n}"));
    }
    (text, status)
}

/// The same for one list, and a user whose token names no roles.
fn told_user(list: &str) -> (String, Option<i32>) {
    let token = File::new("roles-token", &token(&user()));
    told(&["--token-file", token.path()], &[list])
}

#[test]
fn roles_of_several_count_only_if_it_is_said_whose_they_are() {
    let both =
        json!({ "value": [assigned(OBJECT, CATALOG_READER, "/"), assigned(GROUP, CATALOG_OWNER, "/")] });
    let both = both.to_string();
    let nobody = File::new("nobody", &with_claim("oid", Value::Null).to_string());
    let broken = File::new("broken-oid", &with_claim("oid", json!("me")).to_string());
    let session = json!({ "TenantId": TENANT, "AuthType": 0, "Scopes": [READ_WRITE] });
    let session = File::new("session", &session.to_string());
    for who in
        [&[][..], &["--claims", nobody.path()], &["--claims", broken.path()], &["--claims", session.path()]]
    {
        let why = format!(
            "error: --role-assignments: the roles belong to 2 principals, such as `{OBJECT}`, and the caller's object id \
             is unknown: pass it with `--principal ID`\n"
        );
        assert!(told(who, &[&both]).0.ends_with(&why), "{who:?}");
        assert_eq!(told(who, &[&both]).1, Some(2));
        for (principals, role, status) in [
            (&["--principal", OBJECT][..], "Catalog reader, in the tenant\n\n", 1),
            (&["--principal", GROUP], "Catalog owner, in the tenant\n\n", 0),
            // The caller comes first, and then a group.
            (
                &["--principal", OBJECT, "--principal", GROUP],
                "Catalog reader, in the tenant\nrole       Catalog owner, in the tenant\n\n",
                0,
            ),
            (&["--principal", TENANT], "none known\n\n", 1),
        ] {
            let (text, actual) = told(&[who, principals].concat(), &[&both]);
            assert!(text.contains(&format!("work or school account, {}\n", principals[1])), "{text}");
            assert!(text.contains(&format!("\nrole       {role}")), "{text}");
            assert_eq!(actual, Some(status), "{text}");
        }
        // If there is only one principal, it is the caller.
        let (text, status) = told(who, &[&json!({ "value": [owner(), owner()] }).to_string()]);
        assert!(text.contains(&format!("work or school account, {OBJECT}\n")), "{text}");
        assert_eq!(status, Some(0), "{text}");
    }
    let (text, status) = told(&["--principal", "me"], &[&both]);
    assert!(text.starts_with("error: ") && text.contains("me"), "{text}");
    assert_eq!(status, Some(2));
}

#[test]
fn roles_of_others_than_the_token_speaks_of_do_not_count() {
    let token = File::new("own-roles-token", &token(&user()));
    let group = assigned(GROUP, CATALOG_OWNER, "/");
    let help = "if one belongs to a group of the caller, pass the group with `--principal ID`";
    for (items, why) in [
        (
            json!([group]),
            format!(
                "no role assignment in the list belongs to `{OBJECT}`: 1 role assignment of another principal does not count"
            ),
        ),
        (
            json!([group, assigned(TENANT, CATALOG_OWNER, "/")]),
            format!(
                "no role assignment in the list belongs to `{OBJECT}`: 2 role assignments of other principals do not count"
            ),
        ),
        (
            json!([assigned(OBJECT, CATALOG_READER, "/"), group, group]),
            "2 role assignments of other principals do not count".into(),
        ),
    ] {
        let list = json!({ "value": items }).to_string();
        let (text, status) = told(&["--token-file", token.path()], &[&list]);
        assert!(text.contains(&format!("\n  - {why}: {help}\n")), "{text}");
        assert_eq!(status, Some(1));
        let (json, _) = told(&["--token-file", token.path(), "--json"], &[&list]);
        let json: Value = serde_json::from_str(&json).expect("an object");
        let others =
            items.as_array().expect("a list").iter().filter(|it| it["principalId"] != OBJECT).count();
        assert_eq!(json["caller"]["passedOver"], others);
        assert!(json["caveats"].to_string().contains(&why), "{json}");
        // The token has its own object id.
        let (text, status) = told(&["--token-file", token.path(), "--principal", GROUP], &[&list]);
        assert!(text.contains(&format!("work or school account, {OBJECT}\n")), "{text}");
        assert_eq!(status, Some(0), "{text}");
    }
    let (text, _) = told_user(&json!({ "value": [assigned(OBJECT, CATALOG_READER, "/")] }).to_string());
    assert!(!text.contains("do not count") && !text.contains("does not count"), "{text}");
}

#[test]
fn a_list_of_roles_may_have_any_shape_that_tools_give_it() {
    let (one, two) = (assigned(OBJECT, CATALOG_READER, "/"), owner());
    let pascal = json!({ "PrincipalId": OBJECT, "RoleDefinitionId": CATALOG_OWNER, "AppScopeId": on_catalog(), "DirectoryScopeId": null });
    let first = json!({ "value": [one], "@odata.nextLink": NEXT });
    let last = json!({ "value": [two] });
    for list in [
        json!({ "value": [one, two] }).to_string(),
        json!([one, two]).to_string(),
        two.to_string(),
        format!("\u{feff}{two}"),
        format!("{one}\n{two}\n"),
        format!("{one}\r\n\r\n{two}"),
        json!({ "value": two }).to_string(),
        pascal.to_string(),
        json!({ "Value": [pascal] }).to_string(),
        format!("{first}\n{last}"),
        json!([first, last]).to_string(),
    ] {
        let (text, status) = told_user(&list);
        let reader =
            if list.contains(CATALOG_READER) { "Catalog reader, in the tenant\nrole       " } else { "" };
        let roles = format!("\nrole       {reader}Catalog owner, on {}\n\n", on_catalog());
        assert!(text.contains(&roles), "{list}: {text}");
        assert_eq!(status, Some(0), "{list}");
    }
    let token = File::new("shapes-token", &token(&user()));
    let (text, status) = told(&["--token-file", token.path()], &[&first.to_string(), &last.to_string()]);
    assert!(text.contains("Catalog reader, in the tenant\nrole       Catalog owner, on"), "{text}");
    assert_eq!(status, Some(0));
    for empty in ["[]", r#"{"value":[]}"#] {
        let (text, status) = told_user(empty);
        assert!(text.contains("\nrole       none known\n"), "{text}");
        assert_eq!(status, Some(1));
    }
}

#[test]
fn what_is_no_list_of_roles_says_what_it_is() {
    let error =
        json!({ "error": { "code": "Authorization_RequestDenied", "message": "Insufficient privileges" } });
    let of_graph = "document is a Microsoft Graph error, `Authorization_RequestDenied`: Insufficient privileges; this is a refusal by Graph, not an export";
    let eligible = json!({ "@odata.context": context("directory/roleEligibilitySchedules"), "value": [in_directory(GOVERNANCE)] });
    let mut nobody = owner();
    nobody["principalId"] = json!("me");
    for (list, why) in [
        (error.to_string(), of_graph),
        (format!("{}\n{error}", owner()), of_graph),
        (String::new(), "no role assignments: the file is empty"),
        ("{".into(), "EOF while parsing an object at line 1 column 1"),
        (format!("{}\n{{", owner()), "EOF while parsing an object at line 2 column 1"),
        (json!({ "value": [owner(), {}] }).to_string(), "`value[1].principalId` is missing"),
        (json!([owner(), { "principalId": OBJECT }]).to_string(), "`value[1].roleDefinitionId` is missing"),
        (
            json!([nobody]).to_string(),
            "`value[0].principalId`: `me` is not a valid object id: expected a GUID of 36 characters with hyphens",
        ),
        (eligible.to_string(), "lists eligible roles: list the active ones, or activate these"),
    ] {
        assert_eq!(told_user(&list), (format!("error: FILE 0: {why}\n"), Some(2)), "{list}");
    }
}

// R45
#[test]
fn a_list_that_goes_on_needs_its_next_page_right_after_it() {
    let page = |of: &str, next: Option<&str>| {
        json!({ "@odata.context": context(of), "value": [], "@odata.nextLink": next }).to_string()
    };
    let (entitlement, directory) = ("entitlementManagement/roleAssignments", "directory/roleAssignments");
    let (cut, rest) = (page(entitlement, Some(NEXT)), page(entitlement, None));
    let other = page(directory, None);
    let bare = "[]".to_owned();
    let token = File::new("cut-token", &token(&user()));
    for (pages, of_cut) in [
        (vec![&cut], Some(0)),
        (vec![&rest, &cut], Some(1)),
        (vec![&cut, &other], Some(0)),
        (vec![&cut, &other, &rest], Some(0)),
        (vec![&cut, &cut], Some(1)),
        (vec![&cut, &rest], None),
        (vec![&cut, &cut, &rest, &other], None),
        (vec![&cut, &bare], None),
    ] {
        let pages: Vec<_> = pages.into_iter().map(String::as_str).collect();
        let (text, status) = told(&["--token-file", token.path()], &pages);
        let why = of_cut.map(|n| {
            format!("error: FILE {n}: not the whole list, which continues at {NEXT}: pass that page too, right after it\n")
        });
        assert_eq!(status, Some(if why.is_some() { 2 } else { 1 }), "{text}");
        assert!(why.is_none_or(|why| why == text), "{text}");
    }
}

// R47
#[test]
fn a_listed_role_that_is_not_known_is_named() {
    let list = json!({ "value": [assigned(OBJECT, TENANT, "/"), assigned(OBJECT, CATALOG_OWNER, "/administrativeUnits/7"), assigned(GROUP, GROUP, "/")] });
    let (text, status) = told_user(&list.to_string());
    assert!(text.contains(&format!("\n  - role `{TENANT}` is unknown, and does not count\n")), "{text}");
    let scope = format!("{CATALOG_OWNER}@/administrativeUnits/7");
    assert!(text.contains("\n  - role `Catalog owner@/administrativeUnits/7` is unknown"), "{text}: {scope}");
    assert!(!text.contains(&format!("role `{GROUP}`")), "{text}");
    assert_eq!(status, Some(1));
    let token = File::new("unknown-token", &token(&user()));
    let (json, _) = told(&["--token-file", token.path(), "--json"], &[&list.to_string()]);
    let json: Value = serde_json::from_str(&json).expect("an object");
    assert_eq!(json["caller"]["unknownRoles"], json!([TENANT, "Catalog owner@/administrativeUnits/7"]));
}

/// The codes of the notes about roles, for this payload of a token and these lists.
fn codes(claims: Option<&Value>, more: &[&str], lists: &[&String]) -> Vec<String> {
    let file = File::new("codes", &claims.unwrap_or(&Value::Null).to_string());
    let token = if claims.is_some() { vec!["--claims", file.path()] } else { vec![] };
    let arguments = [&token[..], &["--json", "--catalog-level", "standard"], more].concat();
    let lists: Vec<_> = lists.iter().map(|list| list.as_str()).collect();
    let (json, status) = told(&arguments, &lists);
    assert_eq!(status, Some(1), "{json}");
    let json: Value = serde_json::from_str(&json).expect("an object");
    let codes = json["caveats"].as_array().expect("a list").iter();
    codes.map(|it| it["code"].as_str().expect("a code").to_owned()).collect()
}

#[test]
fn each_who_gives_roles_has_a_caveat_of_its_own() {
    let (with_wids, without) = (user(), with_claim("wids", Value::Null));
    let empty = json!({ "@odata.context": context("entitlementManagement/roleAssignments"), "value": [] })
        .to_string();
    let directory =
        json!({ "@odata.context": context("directory/roleAssignments"), "value": [] }).to_string();
    let reader = json!([assigned(OBJECT, CATALOG_READER, "/")]).to_string();
    let bare = "[]".to_owned();
    let privileged = "e8611ab8-c189-46e8-94e1-60213ab1f814";
    let of_directory = json!([in_directory(privileged)]).to_string();
    let [in_no_token, of_groups] = ["rolesNotInToken", "entitlementManagementRolesOfGroups"];
    let [not_known, listed, eligible] =
        ["directoryRolesNotKnown", "directoryRolesOfGroupsOrEligible", "directoryRolesEligible"];
    for (claims, more, lists, expected) in [
        (Some(&with_wids), &[][..], &[][..], [in_no_token, eligible]),
        (Some(&without), &[], &[], [in_no_token, not_known]),
        (Some(&without), &[], &[&empty], [of_groups, not_known]),
        (Some(&without), &[], &[&reader], [of_groups, not_known]),
        (Some(&without), &[], &[&bare], [of_groups, not_known]),
        (Some(&without), &[], &[&directory], [in_no_token, listed]),
        (Some(&without), &[], &[&of_directory], [in_no_token, listed]),
        (Some(&with_wids), &[], &[&empty, &directory], [of_groups, listed]),
        (None, &[], &[&reader], [of_groups, not_known]),
        (None, &[], &[&directory], [in_no_token, listed]),
    ] {
        assert_eq!(codes(claims, more, lists), expected, "{claims:?} {lists:?}");
    }
    // A role from `--role` is known.
    assert_eq!(codes(Some(&with_wids), &["--role", "none"], &[]), [eligible]);
    assert!(codes(None, &["--role", "none"], &[]).is_empty());
    // If no role is missing, there are no notes about roles.
    assert!(
        codes(Some(&with_claim("scp", json!("User.Read"))), &["--role", "Catalog owner"], &[]).is_empty()
    );
}

#[test]
fn a_caveat_names_the_caller_where_that_is_known() {
    for (who, id, hint) in [
        (user(), OBJECT, false),
        (with_claim("oid", Value::Null), "<object id>", true),
        (json!({ "TenantId": TENANT, "AuthType": "AppOnly", "Scopes": [] }), "<object id>", false),
    ] {
        let file = File::new("named", &who.to_string());
        let (text, _) = told(&["--claims", file.path()], &[]);
        let look_up = format!("entitlementManagement/roleAssignments?$filter=principalId eq '{id}'`");
        assert!(text.contains(&look_up), "{text}");
        assert_eq!(
            text.contains("`<object id>` is the `id` in the response to `GET /v1.0/me`"),
            hint,
            "{text}"
        );
        let (text, _) = told(&["--claims", file.path(), "--principal", GROUP], &[]);
        assert_eq!(text.contains(&format!("principalId eq '{GROUP}'")), id != OBJECT, "{text}");
    }
}

#[test]
fn what_is_not_known_of_roles_is_said_where_a_role_is_lacking() {
    let elsewhere = format!("/AccessPackageCatalog/{GROUP}");
    let on_other = format!("Catalog owner@{elsewhere}");
    let privileged = "e8611ab8-c189-46e8-94e1-60213ab1f814";
    let claims = |wids: Value| File::new("lacking", &with_claim("wids", wids).to_string());
    for (wids, role, level, code) in [
        (json!([]), "none", "standard", "insufficientRole"),
        (json!([]), &on_other, "standard", "outOfScope"),
        (json!([]), "Catalog owner", "privileged", "privilegedCatalog"),
        (json!([privileged]), "Catalog owner", "privileged", "withoutIdentityGovernanceAdministrator"),
        (json!([GOVERNANCE]), "none", "privileged", "withoutPrivilegedRoleAdministrator"),
    ] {
        let file = claims(wids);
        let arguments = ["--claims", file.path(), "--role", role, "--catalog-level", level];
        let eligible = "directory roles that the caller is only eligible for (PIM) are not in the token";
        for input in [document(), page(&[sample()])] {
            let (text, status) = printed(&arguments, &input);
            assert!(text.contains(&format!("\n  - {eligible}")), "{text}");
            assert_eq!(status, Some(1));
            let (json, _) = printed(&[&arguments[..], &["--json"]].concat(), &input);
            assert!(json.contains(code) && json.contains(eligible), "{json}");
        }
    }
    let file = claims(json!(["62e90394-69f5-4237-9190-012177145e10"]));
    for input in [document(), page(&[sample()])] {
        let (text, status) = printed(&["--claims", file.path()], &input);
        assert!(!text.contains("(PIM)"), "{text}");
        assert_eq!(status, Some(0));
    }
}
