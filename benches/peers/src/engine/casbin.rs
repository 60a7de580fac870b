//! Casbin: roles in domains, where the domains are the scopes.
//!
//! Role holders are part of the policy and not of a request, so they are in the enforcer, as Casbin intends.

use std::collections::HashSet;

use casbin::{CachedEnforcer, CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};

use super::Engine;
use crate::question::Text;
use crate::support::documented::ladder;

const MODEL: &str = include_str!("../gate.conf");
const RULES: &str = include_str!("../gate.csv");

/// Everything in Casbin that may load is asynchronous. In memory, nothing waits.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future)
}

fn owned<const N: usize>(rule: [&str; N]) -> Vec<String> {
    rule.map(str::to_owned).to_vec()
}

fn enforcer<E: CoreApi + MgmtApi>() -> E {
    wait(async {
        let model = DefaultModel::from_str(MODEL).await.expect("a model");
        let mut enforcer = E::new(model, MemoryAdapter::default()).await.expect("an enforcer");
        let rules = RULES.lines().map(|line| line.split(", ").skip(1).map(str::to_owned).collect());
        enforcer.add_policies(rules.collect()).await.expect("rules");
        enforcer
    })
}

/// The caller, named by its roles, and the scope and the level of the catalog.
pub struct Prepared {
    caller: String,
    account: String,
    permissions: Vec<String>,
    scope: String,
    level: String,
    state: String,
}

impl Prepared {
    fn new(text: &Text) -> Self {
        Self {
            caller: format!("who holds {:?}", text.roles),
            account: text.account.clone(),
            permissions: text.permissions.clone(),
            scope: text.scope.clone(),
            level: text.privilege_level.clone().unwrap_or_else(|| "unknown".to_owned()),
            state: text.state.clone(),
        }
    }

    fn ask(&self, enforcer: &impl CoreApi) -> bool {
        let Self { caller, account, permissions, scope, level, state } = self;
        let [caller, account, scope, level, state] =
            [caller, account, scope, level, state].map(String::as_str);
        let request = (caller, account, permissions, scope, level, state);
        enforcer.enforce(request).expect("an answer")
    }
}

struct Known<E> {
    enforcer: E,
    callers: HashSet<String>,
    scopes: HashSet<String>,
}

impl<E: CoreApi + MgmtApi> Known<E> {
    fn new() -> Self {
        Self { enforcer: enforcer(), callers: HashSet::new(), scopes: HashSet::new() }
    }

    fn prepare(&mut self, text: &Text) -> Prepared {
        let prepared = Prepared::new(text);
        if self.callers.insert(prepared.caller.clone()) {
            self.introduce(&prepared.caller, &text.roles);
        }
        prepared
    }

    fn introduce(&mut self, caller: &str, roles: &[(String, String)]) {
        let mut links: Vec<_> = roles.iter().map(|(role, scope)| owned([caller, role, scope])).collect();
        for (_, scope) in roles {
            if self.scopes.insert(scope.clone()) {
                // R1: once for each scope, since roles are related within one domain.
                let higher = ladder().skip(1).zip(ladder());
                links.extend(higher.map(|(role, below)| owned([role.name(), below.name(), scope])));
            }
        }
        wait(self.enforcer.add_grouping_policies(links)).expect("links");
    }
}

/// Casbin as it is.
pub struct Casbin(Known<Enforcer>);

impl Engine for Casbin {
    const NAME: &'static str = "Casbin";
    type Prepared = Prepared;

    fn new() -> Self {
        Self(Known::new())
    }

    fn prepare(&mut self, text: &Text) -> Prepared {
        self.0.prepare(text)
    }

    fn decide(&mut self, question: &Prepared) -> bool {
        question.ask(&self.0.enforcer)
    }
}

/// Casbin with its cache of answers.
pub struct CachedCasbin(Known<CachedEnforcer>);

impl Engine for CachedCasbin {
    const NAME: &'static str = "Casbin, answer cached";
    type Prepared = Prepared;

    fn new() -> Self {
        Self(Known::new())
    }

    fn prepare(&mut self, text: &Text) -> Prepared {
        self.0.prepare(text)
    }

    fn decide(&mut self, question: &Prepared) -> bool {
        question.ask(&self.0.enforcer)
    }
}
