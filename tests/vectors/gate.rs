//! Every point of the gate, and callers with two roles.

use access_package::{
    Account, AssignmentState, Caller, CatalogId, Permission, Reason, Role, RoleAssignment, Scope, Step,
    StoredAssignment, Timestamp, evaluate,
};
use serde::Serialize;
use uuid::Uuid;

use crate::support::{in_state, load};

const HERE: CatalogId = CatalogId::from_uuid(Uuid::from_u128(0xcec5_d6ab_c75d_47c0_9c1c_92e8_9f66_e384));
const THERE: CatalogId = CatalogId::from_uuid(Uuid::from_u128(0xbeed_adfe_01d5_4025_910b_84ab_b936_9997));
const SCOPES: [Scope; 3] = [Scope::Catalog(HERE), Scope::Catalog(THERE), Scope::Tenant];
const ACCOUNTS: [Account; 3] = [Account::WorkOrSchool, Account::Application, Account::Personal];
const READ: Permission = Permission::EntitlementManagementReadAll;
const READ_WRITE: Permission = Permission::EntitlementManagementReadWriteAll;
const PERMISSIONS: [&[Permission]; 4] = [&[], &[READ], &[READ_WRITE], &[READ, READ_WRITE]];

/// What all cases have in common.
#[derive(Serialize)]
pub(crate) struct Given {
    catalog: CatalogId,
}

impl Given {
    pub(crate) fn new() -> Self {
        Self { catalog: HERE }
    }
}

#[derive(Serialize)]
pub(crate) struct Case {
    account: &'static str,
    permissions: Vec<&'static str>,
    roles: Vec<Held>,
    state: AssignmentState,
    verdict: &'static str,
    role: Option<&'static str>,
    reasons: Vec<&'static str>,
    remedies: Vec<Vec<&'static str>>,
}

#[derive(Serialize)]
struct Held {
    role: &'static str,
    scope: String,
}

impl Case {
    fn new(caller: &Caller, state: AssignmentState) -> Self {
        let stored = StoredAssignment::from(&in_state(state));
        let assignment = load(StoredAssignment { catalog: HERE, ..stored });
        let mut case = Self {
            account: match caller.account {
                Account::WorkOrSchool => "workOrSchool",
                Account::Application => "application",
                Account::Personal => "personal",
            },
            permissions: caller.permissions.iter().map(|permission| permission.name()).collect(),
            roles: caller.roles.iter().map(Held::from).collect(),
            state,
            verdict: "accepted",
            role: None,
            reasons: vec![],
            remedies: vec![],
        };
        match evaluate(caller, &assignment, Timestamp::MIN) {
            Ok(authority) => case.role = Some(authority.role().name()),
            Err(refusal) => {
                case.verdict = if refusal.is_unauthorized() { "unauthorized" } else { "invalidState" };
                case.reasons = refusal.reasons().map(Reason::code).collect();
                let steps = refusal.remedies().map(|remedy| remedy.steps().map(Step::code).collect());
                case.remedies = steps.collect();
            }
        }
        case
    }
}

impl From<&RoleAssignment> for Held {
    fn from(held: &RoleAssignment) -> Self {
        Self { role: held.role.name(), scope: held.scope.to_string() }
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let held: Vec<_> = Role::ALL
        .iter()
        .copied()
        .flat_map(|role| SCOPES.map(|scope| RoleAssignment { role, scope }))
        .collect();
    let mut cases = Vec::new();

    // Every point, with one role or none.
    let one_or_none: Vec<_> = [vec![]].into_iter().chain(held.iter().map(|&held| vec![held])).collect();
    for account in ACCOUNTS {
        for permissions in PERMISSIONS {
            for roles in &one_or_none {
                let caller =
                    Caller { object: None, account, permissions: permissions.to_vec(), roles: roles.clone() };
                cases.extend(AssignmentState::ALL.iter().map(|&state| Case::new(&caller, state)));
            }
        }
    }

    // Two roles, where the role decides: the better one counts, whichever stands first.
    for (account, permissions) in [(Account::WorkOrSchool, vec![READ_WRITE]), (Account::Application, vec![])]
    {
        for (place, &first) in held.iter().enumerate() {
            for (other, &second) in held.iter().enumerate().skip(place + 1) {
                let roles = if (place + other) % 2 == 0 { vec![first, second] } else { vec![second, first] };
                let caller = Caller { object: None, account, permissions: permissions.clone(), roles };
                cases.push(Case::new(&caller, AssignmentState::Delivered));
            }
        }
    }
    cases
}
