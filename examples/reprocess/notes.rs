//! What has to be known to anyone who believes a verdict.

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

/// Where a note matters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Matters {
    Always,
    /// Before any verdict: Graph does not take the token.
    First,
    WhereAccepted,
    WhereARoleIsLacking,
    /// There too. It names a look-up, which may find this role, and none that is higher.
    MayFind(Role),
}

/// What has become of the calls, as far as a note depends on it.
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

/// Under this heading, a line each.
pub fn under<'a>(heading: &str, notes: impl Iterator<Item = &'a Note>) -> String {
    let lines: Vec<_> = notes.map(|note| format!("  - {}\n", note.text)).collect();
    if lines.is_empty() { String::new() } else { format!("\n{heading}\n{}", lines.concat()) }
}

/// Under their heading, but for those that were told already: first, or as a look-up.
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
    let all_the_same = Note {
        matters: Matters::WhereAccepted,
        ..Note::new(
            "ifGraphRefuses",
            "if Graph refuses the call all the same: was it made with this token, is the catalog privileged \
             (`--catalog-level privileged`), and was the state the same then?",
        )
    };
    // What is known of roles is not only in the token.
    let own = claims.caveats(now).filter(|caveat| !caveat.is_of_roles());
    let own =
        own.map(|caveat| Note { matters: Matters::First, ..Note::new(caveat.code(), of(caveat, claims)) });
    own.chain(by_ids).chain([all_the_same]).collect()
}

/// What is wrong with the token. The audience is an API, and so no secret of the caller's.
fn of(caveat: Caveat, claims: &Claims) -> String {
    let why = match (caveat, &claims.aud, claims.exp) {
        (Caveat::OtherAudience, Some(audience), _) => {
            let audience: String = audience.chars().take(200).flat_map(char::escape_debug).collect();
            format!("its audience is `{audience}`, not Microsoft Graph: is it the token of the call?")
        }
        (Caveat::ExpiredToken, _, Some(expires)) => {
            let at = expires.checked_mul(10_000_000).and_then(Timestamp::from_unix_ticks);
            at.map_or("it has expired".into(), |at| format!("it expired at {at}"))
        }
        _ => caveat.to_string(),
    };
    format!("Graph answers 401 to this token: {why}")
}

/// What is not known of the caller's roles, by who gives them.
pub fn of_roles(token: Option<&Told>, listed: &Listed, are_said: bool, caller: &Caller) -> Vec<Note> {
    if token.is_none() && !listed.of_entitlement_management && !listed.of_directory {
        return Vec::new(); // They are those of --role.
    }
    let id = caller.object.map_or("<object id>".into(), |object| object.to_string());
    let client = token.and_then(|told| told.client.as_deref()).unwrap_or("<client id>");
    let call = match (caller.object, caller.account) {
        (None, Account::WorkOrSchool) => Some("/v1.0/me".into()),
        (None, Account::Application) => Some(format!("/v1.0/servicePrincipals(appId='{client}')")),
        _ => None,
    };
    let whose = call.map(|call| format!(" (`<object id>` is the `id` in the answer to `GET {call}`)"));
    let whose = whose.unwrap_or_default();
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
        let matters = Matters::MayFind(Role::CatalogOwner);
        Some(Note { matters, ..Note::new(Caveat::RolesNotInToken.code(), text) })
    };
    // An application does not activate roles.
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
        let of_token = if token.is_some() { ", for the token has no `wids`" } else { "" };
        let text = format!("directory roles are not known{of_token}: {}", look_up("directory"));
        let matters = Matters::MayFind(Role::GlobalAdministrator);
        Some(Note { matters, ..Note::new(Caveat::DirectoryRolesNotKnown.code(), text) })
    };
    of_entitlement_management.into_iter().chain(of_directory).collect()
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
