//! Who is asking: an access token or what stands for it, and the roles that were looked up.

use std::error::Error;

use access_package::{
    Account, Caller, Caveat, Claims, ObjectId, Permission, Refusal, RoleAssignment, Timestamp, graph,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::files;

/// Where the token is. It is never an argument, for other users of the machine could see it there.
pub enum Token {
    File(String),
    Variable(String),
    /// Only its payload, or what Graph PowerShell shows of its session.
    Payload(String),
}

/// The caller, and what has to be known to anyone who believes the verdict.
pub struct Asking {
    pub caller: Caller,
    pub caveats: Vec<Caveat>,
    /// Roles that were given and are not known.
    pub unknown_roles: Vec<String>,
    /// Role assignments of others.
    pub passed_over: usize,
}

impl Asking {
    /// What has to be known beside a refusal, a line each.
    pub fn notes(&self, refusal: Option<Refusal>) -> impl Iterator<Item = String> {
        let is_of_caller = refusal.is_none_or(Refusal::is_unauthorized);
        let caveats = self.caveats.iter().filter(move |caveat| is_of_caller || !caveat.is_of_roles());
        let caveats = caveats.map(|caveat| match self.caller.object {
            Some(object) => caveat.to_string().replace("<object id>", &object.to_string()),
            None => caveat.to_string(),
        });
        let unknown =
            self.unknown_roles.iter().map(|role| format!("role `{role}` is not known, and does not suffice"));
        let passed_over = (self.passed_over > 0).then(|| {
            format!(
                "{} role assignments of other principals are passed over: if one is a group of the caller's, give its \
                 role by --role",
                self.passed_over
            )
        });
        caveats.chain(unknown).chain(passed_over)
    }
}

/// What the arguments say of the caller.
#[derive(Default)]
pub struct Given {
    pub account: Option<Account>,
    pub permissions: Option<Vec<Permission>>,
    pub roles: Option<Vec<RoleAssignment>>,
    pub unknown_roles: Vec<String>,
    pub token: Option<Token>,
    pub role_assignments: Vec<String>,
}

impl Given {
    pub fn asking(self, now: Timestamp) -> Result<Asking, Box<dyn Error>> {
        let is_token = self.token.is_some();
        if is_token && (self.account.is_some() || self.permissions.is_some()) {
            return Err("a token says what --account and --permission say: give one or the other".into());
        }
        let claims = self.token.as_ref().map(Token::claims).transpose()?;
        if is_token {
            eprintln!("note: nothing of the token is verified");
        }
        let object = claims.as_ref().and_then(|claims| claims.oid.as_deref()?.parse().ok());
        let (listed, passed_over) = listed(&self.role_assignments, object)?;
        let were_looked_up = self.roles.is_some() || !self.role_assignments.is_empty();
        let default = if is_token || were_looked_up { Vec::new() } else { vec![crate::arguments::manager()] };
        let roles = self.roles.unwrap_or(default).into_iter().chain(listed);
        let Some(claims) = claims else {
            let permissions = self.permissions.unwrap_or(vec![Permission::EntitlementManagementReadWriteAll]);
            let account = self.account.unwrap_or(Account::WorkOrSchool);
            let caller = Caller { object: None, account, permissions, roles: roles.collect() };
            return Ok(Asking { caller, caveats: vec![], unknown_roles: self.unknown_roles, passed_over });
        };
        let caveats =
            claims.caveats(now).filter(|it| !were_looked_up || *it != Caveat::RolesNotInToken).collect();
        let caller = Caller::from_claims(&claims, roles);
        Ok(Asking { caller, caveats, unknown_roles: self.unknown_roles, passed_over })
    }
}

/// The roles in these files that are the caller's, if it is known who that is; and how many are not.
fn listed(
    paths: &[String],
    object: Option<ObjectId>,
) -> Result<(Vec<RoleAssignment>, usize), Box<dyn Error>> {
    let (mut own, mut passed_over) = (Vec::new(), 0);
    for path in paths {
        let named = |error| format!("{path}: {error}");
        let assignments = graph::json::read_role_assignments(&files::read(Some(path))?).map_err(named)?;
        if let Some(next) = assignments.next_link {
            return Err(format!("{path}: not the whole list, which goes on at {next}").into());
        }
        for (principal, held) in assignments.held {
            if object.is_none_or(|object| object == principal) {
                own.push(held);
            } else {
                passed_over += 1;
            }
        }
    }
    Ok((own, passed_over))
}

impl Token {
    fn claims(&self) -> Result<Claims, Box<dyn Error>> {
        let (name, payload) = match self {
            Self::Payload(path) => (path.clone(), files::read(Some(path))?),
            Self::File(path) => {
                let text = String::from_utf8(files::read(Some(path))?);
                let text = text.map_err(|_| format!("{path}: not a text"))?;
                (path.clone(), payload(&text).map_err(|error| format!("{path}: {error}"))?)
            }
            Self::Variable(name) => {
                let text = std::env::var(name).map_err(|error| format!("{name}: {error}"))?;
                (name.clone(), payload(&text).map_err(|error| format!("{name}: {error}"))?)
            }
        };
        let claims = graph::json::read_claims(&payload);
        let claims = match self {
            Self::Payload(_) => claims.or_else(|of_claims| match graph::json::read_mg_context(&payload) {
                Ok(session) => Ok(session),
                Err(_) => Err(of_claims),
            }),
            Self::File(_) | Self::Variable(_) => claims,
        };
        claims.map_err(|error| format!("{name}: {error}").into())
    }
}

/// The payload of a token. An error does not hold the token.
fn payload(token: &str) -> Result<Vec<u8>, &'static str> {
    let token = token.trim();
    let token = match token.split_once(char::is_whitespace) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => token.trim_start(),
        _ => token,
    };
    let parts: Vec<_> = token.split('.').collect();
    match parts[..] {
        [_, payload, _] => {
            let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('='));
            payload.map_err(|_| "the second part of the token is not base64url")
        }
        [_, _, _, _, _] => Err("the token is encrypted: only the API that it is for can read it"),
        _ => Err("not a JSON web token: expected three parts with dots between"),
    }
}
