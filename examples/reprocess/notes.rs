//! What has to be known to anyone who believes a verdict.

use access_package::{Account, Caller, Caveat, Claims, Reason, Refusal, Timestamp};
use serde_json::{Value, json};

use crate::roles::Listed;

pub struct Note {
    pub code: &'static str,
    pub text: String,
    /// It matters only where a role is lacking.
    pub is_of_roles: bool,
}

impl Note {
    pub fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), is_of_roles: false }
    }

    pub fn of_roles(code: &'static str, text: impl Into<String>) -> Self {
        Self { is_of_roles: true, ..Self::new(code, text) }
    }

    pub fn as_json(&self) -> Value {
        json!({ "code": self.code, "text": self.text })
    }
}

/// Under their heading, a line each.
pub fn as_text<'a>(notes: impl Iterator<Item = &'a Note>) -> String {
    let lines: Vec<_> = notes.map(|note| format!("  - {}\n", note.text)).collect();
    if lines.is_empty() { String::new() } else { format!("\nnotes\n{}", lines.concat()) }
}

/// Whether another role would help.
pub fn lacks_role(refusal: Refusal) -> bool {
    refusal.reasons().any(|reason| {
        matches!(
            reason,
            Reason::InsufficientRole
                | Reason::OutOfScope
                | Reason::PrivilegedCatalog
                | Reason::WithoutIdentityGovernanceAdministrator
                | Reason::WithoutPrivilegedRoleAdministrator
        )
    })
}

/// What the token tells of itself.
pub fn of_token(claims: &Claims, caller: &Caller, now: Timestamp) -> Vec<Note> {
    // R36
    let by_ids = match caller.account {
        _ if claims.idtyp.is_some() || claims.scp.is_some() => None,
        Account::Application => Some("an application's, since `oid` is `sub`"),
        Account::WorkOrSchool => Some("that of an account, since `oid` is not `sub`"),
        Account::Personal => None,
    };
    let by_ids = by_ids.map(|whose| {
        let text = format!("token has neither `idtyp` nor `scp`: it is taken for {whose} (R36)");
        Note::new("kindByIds", text)
    });
    // What is known of roles is not only in the token.
    let own = claims.caveats(now).filter(|caveat| !caveat.is_of_roles());
    own.map(|caveat| Note::new(caveat.code(), caveat.to_string())).chain(by_ids).collect()
}

/// What is not known of the caller's roles, by who gives them.
pub fn of_roles(claims: Option<&Claims>, listed: &Listed, are_said: bool, caller: &Caller) -> Vec<Note> {
    if claims.is_none() && !listed.of_entitlement_management && !listed.of_directory {
        return Vec::new(); // They are those of --role.
    }
    let id = caller.object.map_or("<object id>".into(), |object| object.to_string());
    let whose = match (caller.object, caller.account) {
        (None, Account::WorkOrSchool) => " (`<object id>` is in the answer to `GET /v1.0/me`)",
        _ => "",
    };
    let look_up = |of| {
        format!(
            "look them up with `GET /v1.0/roleManagement/{of}/roleAssignments?$filter=principalId eq '{id}'`{whose}, and \
             give the answer with `--role-assignments FILE`"
        )
    };
    let of_entitlement_management = if listed.of_entitlement_management {
        let text = "roles of entitlement management that the caller holds through a group are not in the list: look up \
                    those of the group too, and name it with `--principal ID`";
        Some(Note::of_roles("entitlementManagementRolesOfGroups", text))
    } else if are_said {
        None
    } else {
        let text =
            format!("roles of entitlement management are in no token: {}", look_up("entitlementManagement"));
        Some(Note::of_roles(Caveat::RolesNotInToken.code(), text))
    };
    let of_directory = if listed.of_directory {
        let text = "directory roles that the caller holds through a group, or is only eligible for (PIM), are not in the \
                    list";
        Note::of_roles("directoryRolesOfGroupsOrEligible", text)
    } else if claims.is_some_and(|claims| claims.wids.is_some()) {
        let text = "directory roles that the caller is only eligible for (PIM) are not in the token: activate them, and \
                    get a new token";
        Note::of_roles("directoryRolesEligible", text)
    } else {
        let of_token = if claims.is_some() { ", for the token has no `wids`" } else { "" };
        let text = format!("directory roles are not known{of_token}: {}", look_up("directory"));
        Note::of_roles(Caveat::DirectoryRolesNotKnown.code(), text)
    };
    of_entitlement_management.into_iter().chain([of_directory]).collect()
}

/// R47: what is not known does not suffice.
pub fn of_unknown(role: &str) -> Note {
    Note::of_roles("unknownRole", format!("role `{role}` is not known, and counts for nothing"))
}

/// So many of all the role assignments that are listed are of others.
pub fn of_passed_over(others: usize, all: usize, caller: &Caller) -> Option<Note> {
    let id = caller.object?;
    let counted = match others {
        0 => return None,
        1 => "1 role assignment of another principal does not count".into(),
        _ => format!("{others} role assignments of other principals do not count"),
    };
    let none =
        if others == all { format!("no role assignment in the list is of `{id}`: ") } else { String::new() };
    let text = format!(
        "{none}{counted}: if one is of a group of the caller's, name the group with `--principal ID`"
    );
    Some(Note::of_roles("passedOver", text))
}
