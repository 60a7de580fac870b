//! The arguments, and the caller that they describe.

use std::error::Error;
use std::time::SystemTime;

use access_package::{Account, Caller, Claims, Permission, Role, RoleAssignment, Scope, Timestamp};

const HELP: &str = "\
Reprocess the access package assignment in a document of Microsoft Graph (v1.0 or beta), or each in a
page of a list.

Usage: reprocess [OPTIONS] [FILE]

  FILE                    the document; `-` reads standard input, and without one a sample is used
  --account KIND          `work`, `application` or `personal` [default: work]
  --permission NAME       a permission of the call; can be given more than once, `none` for none
                          [default: EntitlementManagement.ReadWrite.All]
  --role ROLE[@CATALOG]   a role of the caller, by name or id, on a catalog or else in the whole
                          tenant; can be given more than once, `none` for none
                          [default: Access package assignment manager]
  --claims FILE           take account, permissions and directory roles from the payload of an access
                          token, as JSON: `tid`, and if there `idtyp`, `scp`, `roles` and `wids` (nothing is
                          validated); other roles still come from --role
  --observed FILE         ask only for what is missing: a JSON list of objects with `target` (the `objectId` of
                          the document's target), `resourceRole` (`originSystem`, `resourceOriginId`,
                          `roleOriginId`) and `observed`, which is `present`, `absent`, `unknown` or
                          `unenforceable`
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
    account: Option<Account>,
    permissions: Option<Vec<Permission>>,
    roles: Option<Vec<RoleAssignment>>,
    claims: Option<String>,
    pub observed: Option<String>,
    pub packages: Vec<String>,
    pub request: Option<String>,
    pub now: Timestamp,
    pub fail: Vec<usize>,
    pub json: bool,
}

impl Arguments {
    pub fn caller(&self) -> Result<Caller, Box<dyn Error>> {
        if let Some(path) = &self.claims {
            if self.account.is_some() || self.permissions.is_some() {
                return Err("--claims says what --account and --permission say: give one or the other".into());
            }
            let payload = crate::files::read(Some(path))?;
            let claims: Claims =
                serde_json::from_slice(&payload).map_err(|error| format!("{path}: {error}"))?;
            return Ok(Caller::from_claims(&claims, self.roles.clone().unwrap_or_default()));
        }
        let manager = RoleAssignment { role: Role::AccessPackageAssignmentManager, scope: Scope::Tenant };
        Ok(Caller {
            object: None,
            account: self.account.unwrap_or(Account::WorkOrSchool),
            permissions: self
                .permissions
                .clone()
                .unwrap_or(vec![Permission::EntitlementManagementReadWriteAll]),
            roles: self.roles.clone().unwrap_or(vec![manager]),
        })
    }
}

/// The arguments; nothing if only the help was asked for.
pub fn parse() -> Result<Option<Arguments>, Box<dyn Error>> {
    use lexopt::prelude::*;
    let mut given = Arguments {
        document: None,
        account: None,
        permissions: None,
        roles: None,
        claims: None,
        observed: None,
        packages: Vec::new(),
        request: None,
        now: SystemTime::now().into(),
        fail: Vec::new(),
        json: false,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("account") => given.account = Some(parser.value()?.parse_with(account)?),
            Long("permission") => {
                given.permissions.get_or_insert_default().extend(parser.value()?.parse_with(unless_none)?);
            }
            Long("role") => {
                let role = parser.value()?.string()?;
                let role = if role == "none" { None } else { Some(role_assignment(&role)?) };
                given.roles.get_or_insert_default().extend(role);
            }
            Long("claims") => given.claims = Some(parser.value()?.string()?),
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

fn role_assignment(text: &str) -> Result<RoleAssignment, Box<dyn Error>> {
    let (role, scope) = match text.split_once('@') {
        Some((role, catalog)) => (
            role,
            Scope::Catalog(catalog.parse().map_err(|error| format!("--role: `{catalog}` is {error}"))?),
        ),
        None => (text, Scope::Tenant),
    };
    Ok(RoleAssignment { role: role.parse().map_err(|error| format!("--role: `{role}` is {error}"))?, scope })
}
