//! The arguments.

use std::error::Error;
use std::time::SystemTime;

use access_package::{Account, Permission, Role, RoleAssignment, Scope, Timestamp};

use crate::caller::{Given, Token};

const HELP: &str = "\
Reprocess the access package assignment in a document of Microsoft Graph (v1.0 or beta), or each in a
page of a list.

Usage: reprocess [OPTIONS] [FILE]

  FILE                    the document; `-` reads standard input, and without one a sample is used
  --account KIND          `work`, `application` or `personal` [default: work]
  --permission NAME       a permission of the call; can be given more than once, `none` for none
                          [default: EntitlementManagement.ReadWrite.All]
  --role ROLE[@SCOPE]     a role of the caller, by name or id, on a catalog (by its id or `appScopeId`) or
                          else in the whole tenant; can be given more than once, `none` for none
                          [default: Access package assignment manager; beside a token: none]
  --token-file FILE       take account, permissions and directory roles from an access token, with or
                          without `Bearer`; `-` reads standard input. Nothing is verified
  --token-env NAME        the same from an environment variable
  --claims FILE           the same from the payload of a token, as JSON, or from what
                          `Get-MgContext | ConvertTo-Json` prints
  --role-assignments FILE the roles of the caller as Graph lists them: the answer to
                          `GET /v1.0/roleManagement/entitlementManagement/roleAssignments`, or to the
                          same below `directory`; can be given more than once
  --observed FILE         ask only for what is missing: a JSON list of objects with `target` (the `objectId` of
                          the document's target), `resourceRole` (`originSystem`, `resourceOriginId`,
                          `roleOriginId`, and `roleType` where the role has a type) and `observed`, which is
                          `present`, `absent`, `unknown` or `unenforceable`
  --package FILE          what the access package gives now, in this document of Microsoft Graph: an access package
                          with its resource role scopes, or a page of those; can be given more than once, for
                          each page in order. The document of the assignment then need not list them
  --request FILE          reprocess the request that the assignment came from, in this document of Microsoft Graph;
                          if it has the assignment expanded, that is the document
  --now TIME              the present time, in ISO 8601 [default: the clock's]
  --fail N                let the Nth action fail, of a list that of each assignment; can be given more than
                          once
  --json                  print a JSON object, of a list one a line and the sum last
  --help                  print this

Exit status: 0 accepted, 1 refused, 2 the document or the arguments cannot be used; of a list
the worst of all";

pub struct Arguments {
    pub document: Option<String>,
    pub caller: Given,
    pub observed: Option<String>,
    pub packages: Vec<String>,
    pub request: Option<String>,
    pub now: Timestamp,
    pub fail: Vec<usize>,
    pub json: bool,
}

/// Who asks if nothing is said of the roles.
pub fn manager() -> RoleAssignment {
    RoleAssignment { role: Role::AccessPackageAssignmentManager, scope: Scope::Tenant }
}

/// The arguments; nothing if only the help was asked for.
pub fn parse() -> Result<Option<Arguments>, Box<dyn Error>> {
    use lexopt::prelude::*;
    let mut given = Arguments {
        document: None,
        caller: Given::default(),
        observed: None,
        packages: Vec::new(),
        request: None,
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
                        "there is one token: give one of --token-file, --token-env and --claims".into()
                    );
                }
            }
            Long("role-assignments") => caller.role_assignments.push(parser.value()?.string()?),
            Long("observed") => given.observed = Some(parser.value()?.string()?),
            Long("package") => given.packages.push(parser.value()?.string()?),
            Long("request") => given.request = Some(parser.value()?.string()?),
            Long("now") => given.now = parser.value()?.parse()?,
            Long("fail") => given.fail.push(parser.value()?.parse()?),
            Long("json") => given.json = true,
            Long("help") | Short('h') => {
                println!("{HELP}");
                return Ok(None);
            }
            Value(path) if given.document.is_none() => given.document = Some(path.string()?),
            other => return Err(other.unexpected().into()),
        }
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

/// The role and its scope; nothing if the role is not known, for that is no error (R47).
fn role_assignment(text: &str) -> Result<Option<RoleAssignment>, Box<dyn Error>> {
    let (role, scope) = match text.split_once('@') {
        Some((role, scope)) => (role, scope_of(scope)?),
        None => (text, Scope::Tenant),
    };
    Ok(role.parse().ok().map(|role| RoleAssignment { role, scope }))
}

/// A catalog by its id, or an `appScopeId`.
fn scope_of(text: &str) -> Result<Scope, Box<dyn Error>> {
    let scope = if text.starts_with('/') {
        text.parse().map_err(|error| format!("--role: `{text}` is {error}"))?
    } else {
        Scope::Catalog(text.parse().map_err(|error| format!("--role: `{text}` is {error}"))?)
    };
    Ok(scope)
}
