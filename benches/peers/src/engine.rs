//! The engines, each with the gate in its own language.

mod casbin;
mod cedar;
mod cel;
mod rego;

use std::hint::black_box;

use access_package::{
    Account, Assignment, Caller, Catalog, RoleAssignment, Scope, StoredAssignment, evaluate,
};

pub use self::casbin::{CachedCasbin, Casbin};
pub use self::cedar::{Cedar, conforming};
pub use self::cel::Cel;
pub use self::rego::{Reasons, Rego, RegoVm, input};
use crate::baseline::{self, Record, Subject as _};
use crate::question::{NOW, Text};
use crate::support::{load, stored};

/// An engine that decides. `new` prepares the policy.
pub trait Engine {
    const NAME: &'static str;
    /// A question in the form that the engine takes.
    type Prepared;

    fn new() -> Self;
    fn prepare(&mut self, text: &Text) -> Self::Prepared;
    fn decide(&mut self, question: &Self::Prepared) -> bool;
}

/// The caller, from strings.
pub(crate) fn caller(text: &Text) -> Caller {
    let account = match text.account.as_str() {
        "workOrSchool" => Account::WorkOrSchool,
        "application" => Account::Application,
        "personal" => Account::Personal,
        other => panic!("`{other}` is no account"),
    };
    let held = |(role, scope): &(String, String)| RoleAssignment {
        role: role.parse().expect("a role"),
        scope: scope.parse().expect("a scope"),
    };
    Caller {
        object: None,
        account,
        permissions: text.permissions.iter().map(|name| name.parse().expect("a permission")).collect(),
        roles: text.roles.iter().map(held).collect(),
    }
}

fn read(text: &Text) -> (Caller, StoredAssignment) {
    let state = text.state.parse().expect("a state");
    let Ok(Scope::Catalog(id)) = text.scope.parse() else { panic!("`{}` is no catalog", text.scope) };
    let privilege_level = text.privilege_level.as_deref().map(|level| level.parse().expect("a level"));
    let catalog = Catalog { id, privilege_level };
    // The gate does not look at the resource roles.
    (caller(text), StoredAssignment { catalog, resource_roles: None, ..stored(state, &[]) })
}

/// The crate itself.
pub struct Crate;

impl Engine for Crate {
    const NAME: &'static str = "access-package";
    type Prepared = (Caller, Assignment);

    fn new() -> Self {
        Self
    }

    fn prepare(&mut self, text: &Text) -> Self::Prepared {
        let (caller, stored) = read(text);
        (caller, load(stored))
    }

    #[inline]
    fn decide(&mut self, (caller, assignment): &Self::Prepared) -> bool {
        evaluate(caller, assignment, black_box(NOW)).is_ok()
    }
}

/// What you would write by hand.
pub struct Baseline;

impl Engine for Baseline {
    const NAME: &'static str = "by hand";
    type Prepared = (Caller, Record);

    fn new() -> Self {
        Self
    }

    fn prepare(&mut self, text: &Text) -> Self::Prepared {
        let (caller, stored) = read(text);
        (caller, Record::load(StoredAssignment { resource_roles: Some(vec![]), ..stored }))
    }

    #[inline]
    fn decide(&mut self, (caller, record): &Self::Prepared) -> bool {
        baseline::evaluate(caller, record, black_box(NOW)).is_ok()
    }
}
