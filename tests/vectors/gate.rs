//! Every point of the gate, callers with two roles, and other spellings of words.

use access_package::{
    Account, AssignmentState, Caller, Catalog, CatalogId, Permission, PrivilegeLevel, Reason, Role,
    RoleAssignment, Scope, Step, StoredAssignment, Timestamp, Verdict, evaluate,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::support::{in_state, load};

const HERE: CatalogId = CatalogId::from_uuid(Uuid::from_u128(0xcec5_d6ab_c75d_47c0_9c1c_92e8_9f66_e384));
const THERE: CatalogId = CatalogId::from_uuid(Uuid::from_u128(0xbeed_adfe_01d5_4025_910b_84ab_b936_9997));
const SCOPES: [Scope; 3] = [Scope::Catalog(HERE), Scope::Catalog(THERE), Scope::Tenant];
const ACCOUNTS: [Account; 3] = [Account::WorkOrSchool, Account::Application, Account::Personal];
const READ: Permission = Permission::EntitlementManagementReadAll;
const READ_WRITE: Permission = Permission::EntitlementManagementReadWriteAll;
const ROLES: Permission = Permission::RoleManagementReadWriteDirectory;
const PERMISSIONS: [&[Permission]; 6] =
    [&[], &[READ], &[READ_WRITE], &[READ, READ_WRITE], &[ROLES], &[READ_WRITE, ROLES]];
const STANDARD: Option<PrivilegeLevel> = Some(PrivilegeLevel::Standard);
const PRIVILEGED: Option<PrivilegeLevel> = Some(PrivilegeLevel::Privileged);

/// The facts that all cases share.
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
#[serde(rename_all = "camelCase")]
pub(crate) struct Case {
    account: &'static str,
    permissions: Vec<String>,
    roles: Vec<Held>,
    privilege_level: Option<PrivilegeLevel>,
    state: AssignmentState,
    verdict: &'static str,
    role: Option<&'static str>,
    reasons: Vec<&'static str>,
    remedies: Vec<Vec<&'static str>>,
    /// The same answer, as the crate's data.
    #[serde(skip)]
    pub(crate) answer: Verdict,
}

#[derive(Serialize)]
struct Held {
    role: String,
    scope: String,
}

impl Case {
    fn new(caller: &Caller, privilege_level: Option<PrivilegeLevel>, state: AssignmentState) -> Self {
        let stored = StoredAssignment::from(&in_state(state));
        let assignment = load(StoredAssignment { catalog: Catalog { id: HERE, privilege_level }, ..stored });
        let answer = evaluate(caller, &assignment, Timestamp::MIN);
        let mut case = Self {
            account: match caller.account {
                Account::WorkOrSchool => "workOrSchool",
                Account::Application => "application",
                Account::Personal => "personal",
            },
            permissions: caller.permissions.iter().map(|permission| permission.name().into()).collect(),
            roles: caller.roles.iter().map(Held::from).collect(),
            privilege_level,
            state,
            verdict: "accepted",
            role: None,
            reasons: vec![],
            remedies: vec![],
            answer: answer.into(),
        };
        match answer {
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

    /// A user as a text, since some of these words cannot be made.
    fn spelled(permission: &str, role: &str, scope: &str) -> Self {
        let (permissions, roles) =
            (vec![permission.to_owned()], vec![Held { role: role.into(), scope: scope.into() }]);
        let caller = json!({ "account": "workOrSchool", "permissions": permissions, "roles": roles });
        let caller = Caller::deserialize(caller).expect("what is not known is passed over");
        Self { permissions, roles, ..Self::new(&caller, STANDARD, AssignmentState::Delivered) }
    }
}

impl From<&RoleAssignment> for Held {
    fn from(held: &RoleAssignment) -> Self {
        Self { role: held.role.name().into(), scope: held.scope.to_string() }
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let held: Vec<_> = Role::ALL
        .iter()
        .copied()
        .flat_map(|role| SCOPES.map(|scope| RoleAssignment { role, scope }))
        .collect();
    let mut cases = Vec::new();

    // Every point, with one role or without a role.
    let one_or_none: Vec<_> = [vec![]].into_iter().chain(held.iter().map(|&held| vec![held])).collect();
    let levels: [(_, &[AssignmentState]); 3] = [
        (STANDARD, AssignmentState::ALL),
        (PRIVILEGED, &[AssignmentState::Delivered, AssignmentState::Expired]),
        (None, &[AssignmentState::Delivered]),
    ];
    for (level, states) in levels {
        for account in ACCOUNTS {
            for permissions in PERMISSIONS {
                for roles in &one_or_none {
                    let (permissions, roles) = (permissions.to_vec(), roles.clone());
                    let caller = Caller { object: None, account, permissions, roles };
                    cases.extend(states.iter().map(|&state| Case::new(&caller, level, state)));
                }
            }
        }
    }

    // Two roles, where the role decides: the better one counts, in either order. In a privileged catalog,
    // both together may count.
    let callers: [(_, _, &[Permission]); 7] = [
        (STANDARD, Account::WorkOrSchool, &[READ_WRITE]),
        (STANDARD, Account::Application, &[]),
        (PRIVILEGED, Account::WorkOrSchool, &[READ_WRITE]),
        (PRIVILEGED, Account::WorkOrSchool, &[]),
        (PRIVILEGED, Account::Application, &[]),
        (PRIVILEGED, Account::Application, &[READ_WRITE]),
        (PRIVILEGED, Account::Application, &[ROLES]),
    ];
    let counts_in_privileged = |held: RoleAssignment| {
        matches!(
            held.role,
            Role::PrivilegedRoleAdministrator
                | Role::IdentityGovernanceAdministrator
                | Role::GlobalAdministrator
        )
    };
    for (level, account, permissions) in callers {
        for (place, &first) in held.iter().enumerate() {
            for (other, &second) in held.iter().enumerate().skip(place + 1) {
                if level == PRIVILEGED && !counts_in_privileged(first) && !counts_in_privileged(second) {
                    continue;
                }
                let roles = if (place + other) % 2 == 0 { vec![first, second] } else { vec![second, first] };
                let caller = Caller { object: None, account, permissions: permissions.to_vec(), roles };
                cases.push(Case::new(&caller, level, AssignmentState::Delivered));
            }
        }
    }
    cases.extend(spellings());
    cases
}

/// R3, R23, R47: one word of a user who would be allowed, in other spellings.
fn spellings() -> Vec<Case> {
    let (permission, role) = (READ_WRITE.name(), Role::CatalogOwner.name());
    let scope = Scope::Catalog(HERE).to_string();
    let id = HERE.as_uuid();
    let (upper, simple) = (id.to_string().to_uppercase(), id.simple().to_string());
    let on = |id: &str| format!("/AccessPackageCatalog/{id}");
    let scopes = [
        on(&upper),
        on(&format!("{}{}", &upper[..18], &id.to_string()[18..])),
        on(&simple),
        on(&simple.to_uppercase()),
        on(&format!("{{{id}}}")),
        on(&format!("({id})")),
        on(&format!("urn:uuid:{id}")),
        on(&format!("{id}/")),
        on(&format!(" {id}")),
        on(""),
        on("*"),
        on(&THERE.to_string().to_uppercase()),
        scope.to_lowercase(),
        scope.to_uppercase(),
        scope[1..].to_owned(),
        format!("/{scope}"),
        format!("/AccessPackageCatalogs/{id}"),
        format!("/AccessPackage/{id}"),
        format!("/administrativeUnits/{id}"),
        id.to_string(),
        String::new(),
        " /".into(),
        "//".into(),
        "*".into(),
    ];
    let roles = [
        "catalog owner",
        "CATALOG OWNER",
        "Catalog  owner",
        " Catalog owner",
        "CatalogOwner",
        "Catalog owners",
        "Catalog chef",
        "Acce\u{17f}\u{17f} package manager",
        "",
    ];
    let permissions = [
        "entitlementmanagement.readwrite.all",
        "EntitlementManagement.ReadWrite.All ",
        "EntitlementManagement.ReadWrite",
        "EntitlementManagement.ReadWrite.All EntitlementManagement.Read.All",
        "https://graph.microsoft.com/EntitlementManagement.ReadWrite.All",
        "Directory.ReadWrite.All",
        "",
    ];
    let scopes = scopes.iter().map(|scope| Case::spelled(permission, role, scope));
    let roles = roles.map(|role| Case::spelled(permission, role, &scope));
    let permissions = permissions.map(|permission| Case::spelled(permission, role, &scope));
    scopes.chain(roles).chain(permissions).collect()
}
