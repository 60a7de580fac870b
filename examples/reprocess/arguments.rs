//! The command-line arguments.

use std::error::Error;
use std::time::SystemTime;

use access_package::{Account, Permission, PrivilegeLevel, Recency, Role, RoleAssignment, Scope, Timestamp};

use crate::caller::Given;
use crate::token::Token;

const HELP: &str = include_str!("help.txt");

pub struct Arguments {
    pub document: Option<String>,
    pub caller: Given,
    pub observed: Option<String>,
    pub packages: Vec<String>,
    pub request: Option<String>,
    pub recency: Recency,
    pub level: Option<PrivilegeLevel>,
    pub now: Timestamp,
    pub fail: Vec<usize>,
    pub json: bool,
}

impl Arguments {
    /// Whether to use the sample: no argument names an assignment or an actual caller.
    pub fn takes_sample(&self) -> bool {
        let Given { token, role_assignments, .. } = &self.caller;
        self.document.is_none() && self.request.is_none() && token.is_none() && role_assignments.is_empty()
    }
}

/// The role of the caller if no argument gives roles.
pub fn manager() -> RoleAssignment {
    RoleAssignment { role: Role::AccessPackageAssignmentManager, scope: Scope::Tenant }
}

/// Parses the arguments. `None` if the help was printed.
pub fn parse() -> Result<Option<Arguments>, Box<dyn Error>> {
    use lexopt::prelude::*;
    let mut given = Arguments {
        document: None,
        caller: Given::default(),
        observed: None,
        packages: Vec::new(),
        request: None,
        recency: Recency::Newest,
        level: None,
        now: SystemTime::now().into(),
        fail: Vec::new(),
        json: false,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        let caller = &mut given.caller;
        match argument {
            Long("account") => caller.account = Some(parser.value()?.parse_with(account)?),
            Long("permission") => {
                caller.permissions.get_or_insert_default().extend(parser.value()?.parse_with(unless_none)?);
            }
            Long("role") => {
                let text = parser.value()?.string()?;
                let role = if text == "none" { None } else { role_assignment(&text)? };
                if role.is_none() && text != "none" {
                    caller.unknown_roles.push(text); // R47
                }
                caller.roles.get_or_insert_default().extend(role);
            }
            Long(name @ ("claims" | "token-file" | "token-env")) => {
                let token = match name {
                    "claims" => Token::Payload,
                    "token-file" => Token::File,
                    _ => Token::Variable,
                };
                if caller.token.replace(token(parser.value()?.string()?)).is_some() {
                    return Err(
                        "only one token is allowed: pass one of --token-file, --token-env and --claims"
                            .into(),
                    );
                }
            }
            Long("principal") => caller.principals.push(parser.value()?.parse()?),
            Long("role-assignments") => caller.role_assignments.push(parser.value()?.string()?),
            Long("observed") => given.observed = Some(parser.value()?.string()?),
            Long("package") => given.packages.push(parser.value()?.string()?),
            Long("request") => given.request = Some(parser.value()?.string()?),
            Long("superseded") => given.recency = Recency::Superseded,
            Long("catalog-level") => given.level = Some(parser.value()?.parse()?),
            Long("now") => given.now = parser.value()?.parse()?,
            Long("fail") => given.fail.push(parser.value()?.parse()?),
            Long("json") => given.json = true,
            Long("help") | Short('h') => {
                print!("{HELP}");
                return Ok(None);
            }
            Value(path) if given.document.is_none() => given.document = Some(path.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if given.recency == Recency::Superseded && given.request.is_none() {
        return Err("--superseded requires --request".into());
    }
    Ok(Some(given))
}

fn account(kind: &str) -> Result<Account, &'static str> {
    match kind {
        "work" => Ok(Account::WorkOrSchool),
        "application" => Ok(Account::Application),
        "personal" => Ok(Account::Personal),
        _ => Err("expected `work`, `application` or `personal`"),
    }
}

fn unless_none(name: &str) -> Result<Option<Permission>, access_package::ParsePermissionError> {
    if name == "none" { Ok(None) } else { name.parse().map(Some) }
}

/// The role and its scope. `None` if the role is unknown, which is not an error (R47).
fn role_assignment(text: &str) -> Result<Option<RoleAssignment>, Box<dyn Error>> {
    let (role, scope) = match text.split_once('@') {
        Some((role, scope)) => (role, scope_of(scope)?),
        None => (text, Scope::Tenant),
    };
    Ok(role.parse().ok().map(|role| RoleAssignment { role, scope }))
}

/// The scope from a catalog id or an `appScopeId`.
fn scope_of(text: &str) -> Result<Scope, Box<dyn Error>> {
    let scope = if text.starts_with('/') {
        text.parse().map_err(|error| format!("--role: `{text}` is {error}"))?
    } else {
        Scope::Catalog(text.parse().map_err(|error| format!("--role: `{text}` is {error}"))?)
    };
    Ok(scope)
}
