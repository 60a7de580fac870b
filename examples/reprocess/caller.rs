//! The caller: an access token or its replacement, and the roles that were looked up.

use std::error::Error;
use std::fmt::Write as _;

use access_package::{Account, Caller, ObjectId, Permission, Refusal, RoleAssignment, Scope, Timestamp};
use serde_json::{Value, json};

use crate::Report;
use crate::notes::{self, Matters, Note, Outcome};
use crate::roles::Listed;
use crate::token::{Token, Told};

/// The caller, with the notes that belong to every verdict.
pub struct Asking {
    pub caller: Caller,
    is_of_token: bool,
    notes: Vec<Note>,
    /// The roles that do not count, with the reason.
    unknown_roles: Vec<String>,
    /// The number of role assignments that belong to other principals.
    passed_over: usize,
}

impl Asking {
    /// The notes that belong to this outcome.
    pub fn notes(&self, outcome: &Outcome) -> impl Iterator<Item = &Note> {
        self.notes.iter().filter(|note| note.is_for(outcome))
    }

    /// The look-ups that may find a role with which the caller may reprocess, or would be refused for other reasons. They
    /// cast doubt on this refusal.
    pub fn look_ups(&self, report: &Report) -> impl Iterator<Item = &Note> {
        let is_refused = report.refusal().is_some_and(Refusal::is_unauthorized);
        let catalog = report.assignment.catalog();
        self.notes.iter().filter(move |note| match note.matters {
            Matters::MayFind(role) if is_refused => {
                let mut caller = self.caller.clone();
                caller.roles.push(RoleAssignment { role, scope: Scope::Tenant });
                caller.authority(Some(catalog)) != self.caller.authority(Some(catalog))
            }
            _ => false,
        })
    }

    /// Says that this is a simulation, and describes the caller.
    pub fn as_text(&self) -> String {
        let rest = if self.is_of_token {
            ", nothing has changed, and the token is not verified"
        } else {
            ", and nothing has changed"
        };
        format!("simulation: nothing is sent to Microsoft Graph{rest}\n\n{}", self.who())
    }

    /// The caller, one line for each fact.
    fn who(&self) -> String {
        let Caller { object, account, permissions, roles } = &self.caller;
        let account = match account {
            Account::WorkOrSchool => "work or school account",
            Account::Application => "application",
            Account::Personal => "personal account",
        };
        let object = object.map_or("object id unknown".into(), |object| object.to_string());
        let role = |held: &RoleAssignment| match held.scope {
            Scope::Tenant => format!("{}, in the tenant", held.role),
            scope => format!("{}, on {scope}", held.role),
        };
        let mut text = format!("caller     {account}, {object}\n");
        let permissions = permissions.iter().map(Permission::to_string).collect();
        let lines = [
            ("granted", permissions, "none that counts"),
            ("role", roles.iter().map(role).collect::<Vec<_>>(), "none known"),
        ];
        for (name, mut values, none) in lines {
            values.dedup();
            if values.is_empty() {
                values.push(none.into());
            }
            for value in values {
                let _ = writeln!(text, "{name:<10} {value}");
            }
        }
        for note in self.notes.iter().filter(|note| note.matters == Matters::First) {
            let _ = writeln!(text, "token      {}", note.text);
        }
        text
    }

    pub fn as_json(&self) -> Value {
        let mut caller = json!(self.caller);
        let is_known = |note: &Note| !matches!(note.matters, Matters::MayFind(_));
        caller["rolesKnown"] = json!(self.notes.iter().all(is_known));
        caller["unknownRoles"] = json!(self.unknown_roles);
        caller["passedOver"] = json!(self.passed_over);
        caller
    }
}

/// The arguments about the caller.
#[derive(Default)]
pub struct Given {
    pub account: Option<Account>,
    pub permissions: Option<Vec<Permission>>,
    pub roles: Option<Vec<RoleAssignment>>,
    pub unknown_roles: Vec<String>,
    pub token: Option<Token>,
    pub role_assignments: Vec<String>,
    pub principals: Vec<ObjectId>,
}

impl Given {
    pub fn asking(self, now: Timestamp) -> Result<Asking, Box<dyn Error>> {
        if self.token.is_some() && (self.account.is_some() || self.permissions.is_some()) {
            return Err("a token already gives --account and --permission: pass one or the other".into());
        }
        let token = self.token.as_ref().map(Token::read).transpose()?;
        let claims = token.as_ref().map(|Told { claims, .. }| claims);
        let listed = Listed::read(&self.role_assignments)?;
        let object = claims.and_then(|claims| claims.oid.as_deref()?.parse().ok());
        let mut principals: Vec<ObjectId> = object.into_iter().chain(self.principals).collect();
        if principals.is_empty() {
            principals.extend(listed.only_principal()?);
        }
        let (mut held, mut unknown_roles, mut passed_over) = (Vec::new(), self.unknown_roles, 0);
        for (principal, role) in &listed.assignments {
            match role {
                _ if !principals.contains(principal) => passed_over += 1,
                Ok(role) => held.push(*role),
                Err(unknown) => unknown_roles.push(unknown.clone()),
            }
        }

        let are_said = self.roles.is_some();
        let is_known = claims.is_some() || !self.role_assignments.is_empty();
        let default = if is_known { Vec::new() } else { vec![crate::arguments::manager()] };
        let roles = self.roles.unwrap_or(default).into_iter().chain(held);
        let mut caller = match claims {
            Some(claims) => Caller::from_claims(claims, roles),
            None => Caller {
                object: None,
                account: self.account.unwrap_or(Account::WorkOrSchool),
                permissions: self.permissions.unwrap_or(vec![Permission::EntitlementManagementReadWriteAll]),
                roles: roles.collect(),
            },
        };
        caller.object = principals.first().copied();

        let mut notes = notes::of_roles(token.as_ref(), &listed, are_said, &caller);
        notes.extend(claims.iter().flat_map(|claims| notes::of_token(claims, &caller, now)));
        notes.extend(unknown_roles.iter().map(|role| notes::of_unknown(role)));
        notes.extend(notes::of_passed_over(passed_over, listed.assignments.len(), &caller));
        Ok(Asking { caller, is_of_token: claims.is_some(), notes, unknown_roles, passed_over })
    }
}
