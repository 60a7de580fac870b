//! Notes: facts that a reader of a verdict should know.

use access_package::{Account, Caller, Caveat, Claims, Reason, Refusal, Role, Timestamp};
use serde_json::{Value, json};

use crate::Report;
use crate::roles::Listed;
use crate::token::Told;

#[derive(Clone)]
pub struct Note {
    pub code: &'static str,
    pub text: String,
    pub matters: Matters,
}

/// Where to show a note.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Matters {
    Always,
    /// Before any verdict: Graph rejects the token.
    First,
    WhereAccepted,
    WhereARoleIsLacking,
    /// Also if a role is missing. The note names a look-up that may find this role, but no higher one.
    MayFind(Role),
}

/// The results of the calls, as far as notes depend on them.
#[derive(Default)]
pub struct Outcome {
    accepts: bool,
    lacks_role: bool,
}

impl Outcome {
    pub fn add(&mut self, report: &Report) {
        self.accepts |= report.refusal().is_none();
        self.lacks_role |= report.refusal().is_some_and(lacks_role);
    }
}

impl Note {
    pub fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), matters: Matters::Always }
    }

    fn of_roles(code: &'static str, text: impl Into<String>) -> Self {
        Self { matters: Matters::WhereARoleIsLacking, ..Self::new(code, text) }
    }

    pub fn is_for(&self, outcome: &Outcome) -> bool {
        match self.matters {
            Matters::Always | Matters::First => true,
            Matters::WhereAccepted => outcome.accepts,
            Matters::WhereARoleIsLacking | Matters::MayFind(_) => outcome.lacks_role,
        }
    }

    pub fn as_json(&self) -> Value {
        json!({ "code": self.code, "text": self.text })
    }
}

/// The notes as lines below this heading.
pub fn under<'a>(heading: &str, notes: impl Iterator<Item = &'a Note>) -> String {
    let lines: Vec<_> = notes.map(|note| format!("  - {}\n", note.text)).collect();
    if lines.is_empty() { String::new() } else { format!("\n{heading}\n{}", lines.concat()) }
}

/// The notes below their heading, except for those that were already shown first or as a look-up.
pub fn as_text<'a>(notes: impl Iterator<Item = &'a Note>, look_ups: &[&Note]) -> String {
    let is_told = |note: &Note| {
        note.matters == Matters::First || look_ups.iter().any(|look_up| look_up.code == note.code)
    };
    under("notes", notes.filter(|note| !is_told(note)))
}

/// Whether another role would help.
fn lacks_role(refusal: Refusal) -> bool {
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

/// The notes about the token itself.
pub fn of_token(claims: &Claims, caller: &Caller, now: Timestamp) -> Vec<Note> {
    // R36
    let by_ids = match caller.account {
        _ if claims.idtyp.is_some() || claims.scp.is_some() => None,
        Account::Application => Some("an application's, since `oid` equals `sub`"),
        Account::WorkOrSchool => Some("an account's, since `oid` differs from `sub`"),
        Account::Personal => None,
    };
    let by_ids = by_ids.map(|whose| {
        let text = format!("token has neither `idtyp` nor `scp`: it counts as {whose} (R36)");
        Note::new("kindByIds", text)
    });
    let all_the_same = Note {
        matters: Matters::WhereAccepted,
        ..Note::new(
            "ifGraphRefuses",
            "if Graph refuses the call nevertheless: was it made with this token, is the catalog privileged \
             (`--catalog-level privileged`), and was the state the same?",
        )
    };
    // The token is not the only source of roles.
    let own = claims.caveats(now).filter(|caveat| !caveat.is_of_roles());
    let own =
        own.map(|caveat| Note { matters: Matters::First, ..Note::new(caveat.code(), of(caveat, claims)) });
    own.chain(by_ids).chain([all_the_same]).collect()
}

/// The problem of the token. The audience is an API, so it is not a secret of the caller.
fn of(caveat: Caveat, claims: &Claims) -> String {
    let why = match (caveat, &claims.aud, claims.exp) {
        (Caveat::OtherAudience, Some(audience), _) => {
            let audience: String = audience.chars().take(200).flat_map(char::escape_debug).collect();
            format!("its audience is `{audience}`, not Microsoft Graph: is it the token that you call with?")
        }
        (Caveat::ExpiredToken, _, Some(expires)) => {
            let at = expires.checked_mul(10_000_000).and_then(Timestamp::from_unix_ticks);
            at.map_or("it has expired".into(), |at| format!("it expired at {at}"))
        }
        _ => caveat.to_string(),
    };
    format!("Graph rejects this token with 401: {why}")
}

/// The notes about unknown roles, by the source of the roles.
pub fn of_roles(token: Option<&Told>, listed: &Listed, are_said: bool, caller: &Caller) -> Vec<Note> {
    if token.is_none() && !listed.of_entitlement_management && !listed.of_directory {
        return Vec::new(); // The roles are those of --role, so they are known.
    }
    let id = caller.object.map_or("<object id>".into(), |object| object.to_string());
    let client = token.and_then(|told| told.client.as_deref()).unwrap_or("<client id>");
    let call = match (caller.object, caller.account) {
        (None, Account::WorkOrSchool) => Some("/v1.0/me".into()),
        (None, Account::Application) => Some(format!("/v1.0/servicePrincipals(appId='{client}')")),
        _ => None,
    };
    let whose = call.map(|call| format!(" (`<object id>` is the `id` in the response to `GET {call}`)"));
    let whose = whose.unwrap_or_default();
    let look_up = |of| {
        format!(
            "look them up with `GET /v1.0/roleManagement/{of}/roleAssignments?$filter=principalId eq '{id}'`{whose}, and \
             pass the response with `--role-assignments FILE`"
        )
    };
    let of_entitlement_management = if listed.of_entitlement_management {
        let text = "entitlement management roles that the caller holds through a group are not in the list: look up \
                    the group's roles too, and pass the group with `--principal ID`";
        Some(Note::of_roles("entitlementManagementRolesOfGroups", text))
    } else if are_said {
        None
    } else {
        let text =
            format!("a token contains no entitlement management roles: {}", look_up("entitlementManagement"));
        let matters = Matters::MayFind(Role::CatalogOwner);
        Some(Note { matters, ..Note::new(Caveat::RolesNotInToken.code(), text) })
    };
    // An application cannot activate roles.
    let activates = caller.account != Account::Application;
    let of_directory = if listed.of_directory {
        let eligible = if activates { ", or is only eligible for (PIM)," } else { "" };
        let text =
            format!("directory roles that the caller holds through a group{eligible} are not in the list");
        Some(Note::of_roles("directoryRolesOfGroupsOrEligible", text))
    } else if token.is_some_and(|told| told.claims.wids.is_some()) {
        let text = "directory roles that the caller is only eligible for (PIM) are not in the token: activate them, and \
                    get a new token";
        activates.then(|| Note::of_roles("directoryRolesEligible", text))
    } else {
        let of_token = if token.is_some() { ", because the token has no `wids`" } else { "" };
        let text = format!("directory roles are unknown{of_token}: {}", look_up("directory"));
        let matters = Matters::MayFind(Role::GlobalAdministrator);
        Some(Note { matters, ..Note::new(Caveat::DirectoryRolesNotKnown.code(), text) })
    };
    of_entitlement_management.into_iter().chain(of_directory).collect()
}

/// R47: an unknown role does not suffice.
pub fn of_unknown(role: &str) -> Note {
    Note::of_roles("unknownRole", format!("role `{role}` is unknown, and does not count"))
}

/// The note that so many of all the listed role assignments belong to others.
pub fn of_passed_over(others: usize, all: usize, caller: &Caller) -> Option<Note> {
    let id = caller.object?;
    let counted = match others {
        0 => return None,
        1 => "1 role assignment of another principal does not count".into(),
        _ => format!("{others} role assignments of other principals do not count"),
    };
    let none = if others == all {
        format!("no role assignment in the list belongs to `{id}`: ")
    } else {
        String::new()
    };
    let text = format!(
        "{none}{counted}: if one belongs to a group of the caller, pass the group with `--principal ID`"
    );
    Some(Note::of_roles("passedOver", text))
}
