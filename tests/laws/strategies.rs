//! The strategies: valid values are valid, invalid values are not, and every kind of value occurs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;

use access_package::testing::{Implementation, Refused, laws, strategy};
use access_package::{
    Account, Action, Assignment, AssignmentRequest, AssignmentResourceRole, AssignmentState, Caller, Catalog,
    CatalogId, LoadError, Observed, Receipt, Recorded, ResourceRole, Role, RoleAssignment, Scope,
    StoredAssignment, SubjectType, Timestamp, Unchanged, evaluate,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use uuid::Uuid;

use crate::documented::ladder;
use crate::{Server, faithful};

/// Counts the kinds of values. The count is the same each time.
fn kinds<T: Debug>(values: impl Strategy<Value = T>, kind: impl Fn(T) -> String) -> BTreeMap<String, u32> {
    let config = Config { cases: 2000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let seen = RefCell::new(BTreeMap::new());
    let note = |value| {
        *seen.borrow_mut().entry(kind(value)).or_default() += 1;
        Ok(())
    };
    runner.run(&values, note).unwrap_or_else(|error| panic!("{error}"));
    let seen = seen.into_inner();
    println!("{seen:?}");
    seen
}

fn names(kinds: &BTreeMap<String, u32>) -> Vec<&str> {
    kinds.keys().map(String::as_str).collect()
}

#[test]
fn whole_assignments_load_in_every_state() {
    let loaded = |stored: StoredAssignment| {
        let assignment = Assignment::try_from(stored).expect("whole");
        format!("{}, known: {}", assignment.state(), assignment.resource_roles().is_some())
    };
    let target_type = |stored: StoredAssignment| format!("{:?}", stored.target_type);
    assert_eq!(kinds(strategy::stored_assignment(), target_type).len(), 1 + SubjectType::ALL.len());
    assert_eq!(kinds(strategy::stored_assignment(), loaded).len(), 2 * AssignmentState::ALL.len());
    for &state in AssignmentState::ALL {
        let of_this = |stored: StoredAssignment| {
            assert_eq!(stored.state, state);
            let known = stored.resource_roles.clone().expect("known").len();
            loaded(stored);
            known.to_string()
        };
        assert!(kinds(strategy::stored_assignment_in(state), of_this).len() > 3);
    }
}

#[test]
fn broken_assignments_do_not_load_for_each_reason() {
    let reason = |stored| match Assignment::try_from(stored).expect_err("broken") {
        LoadError::UnsupportedFormat { .. } => "format",
        LoadError::DuplicateResourceRole(_) => "duplicate",
        LoadError::ReasonWithoutFailure(_) => "reason",
        LoadError::StateContradictsFulfillments { .. } => "state",
    };
    let seen = kinds(strategy::broken_stored_assignment(), |stored| reason(stored).into());
    assert_eq!(names(&seen), ["duplicate", "format", "reason", "state"]);
}

#[test]
fn receipts_are_taken_and_not_and_refused() {
    let with_receipt = strategy::assignment().prop_flat_map(|assignment| {
        let receipt = strategy::receipt_for(&assignment);
        (Just(assignment), receipt)
    });
    let kind = |(assignment, receipt): (Assignment, Receipt)| {
        let mut after = assignment.clone();
        match after.record(&receipt, Timestamp::MIN) {
            Ok(Recorded::Changed(_)) => "counts",
            Ok(Recorded::Unchanged(Unchanged::AnotherAttempt)) => "of another attempt",
            Ok(Recorded::Unchanged(Unchanged::AlreadyKnown)) => "says nothing new",
            Ok(Recorded::Unchanged(Unchanged::Expired)) => "after the end",
            Err(access_package::RecordError::OtherAssignment { .. }) => "of another assignment",
            Err(access_package::RecordError::UnknownResourceRole(_)) => "of another resource role",
        }
        .to_owned()
    };
    assert_eq!(kinds(with_receipt, kind).len(), 6);
}

// If the assignment has resource roles, most receipts are for one of them, and some are for another one.
#[test]
fn receipts_are_mostly_of_resource_roles_that_are_there() {
    let with_receipt = strategy::assignment().prop_flat_map(|assignment| {
        let receipt = strategy::receipt_for(&assignment);
        (Just(assignment), receipt)
    });
    let of_which = |(assignment, receipt): (Assignment, Receipt)| {
        let known = assignment.resource_roles().unwrap_or_default();
        match known.iter().any(|role| role.resource_role == receipt.resource_role) {
            _ if known.is_empty() => "there is none",
            true => "there",
            false => "another",
        }
        .to_owned()
    };
    let seen = kinds(with_receipt, of_which);
    assert!(seen["another"] > 50 && seen["there"] > 4 * seen["another"], "{seen:?}");
}

#[test]
fn callers_may_and_may_not_for_every_reason() {
    let catalog = CatalogId::from_uuid(Uuid::from_u128(1));
    let (id, package, target) = (Uuid::nil().into(), Uuid::nil().into(), Uuid::nil().into());
    let assignment = Assignment::delivered(id, Catalog::of_unknown_level(catalog), package, target, None, []);
    let kind = |caller: Caller| match evaluate(&caller, &assignment, Timestamp::MIN) {
        Ok(authority) => format!("{:?} may as {}", caller.account, authority.role()),
        Err(refusal) => format!("{:?}: {refusal}", caller.account),
    };
    let seen = kinds(strategy::caller(catalog), kind);
    // For each account: each role that suffices, and each set of reasons. An application with the permission
    // has at least the role of an Identity Governance Administrator.
    let ladder = ladder().count();
    assert_eq!(seen.len(), (ladder + 5) + (ladder + 2) + 1);
}

#[test]
fn resource_roles_and_claims_are_of_every_kind() {
    let written_and_read = |role: ResourceRole| {
        let (system, resource, role_id) =
            (role.origin_system().to_owned(), role.resource_origin_id(), role.role_origin_id());
        let again = ResourceRole::from_origin(&system, &resource, &role_id, role.role_type());
        assert_eq!(again.as_ref(), Ok(&role));
        match role {
            ResourceRole::Group { .. } => role_id.split('_').next().expect("a first part").to_owned(),
            ResourceRole::Azure { .. } => format!("{:?}", role.role_type()),
            ResourceRole::Other(_) => format!("other, with a type: {}", role.role_type().is_some()),
            _ => system,
        }
    };
    assert_eq!(kinds(strategy::resource_role(), written_and_read).len(), 4 + 3 + 2 + 2);
    // R23: some assignments have two resource roles that differ only in the type.
    let differ_in_the_type = |stored: StoredAssignment| {
        let known = stored.resource_roles.unwrap_or_default();
        let names = |entry: &AssignmentResourceRole| {
            let role = &entry.resource_role;
            let texts = [role.origin_system().to_owned(), role.resource_origin_id(), role.role_origin_id()];
            texts.map(|text| text.to_ascii_lowercase())
        };
        let mut names: Vec<_> =
            known.iter().filter(|entry| entry.resource_role.role_type().is_some()).map(names).collect();
        names.sort();
        names.windows(2).any(|pair| pair[0] == pair[1]).to_string()
    };
    assert!(kinds(strategy::stored_assignment(), differ_in_the_type)["true"] > 20);
    let account = |claims| format!("{:?}", Caller::from_claims(&claims, []).account);
    let accounts = [Account::Application, Account::Personal, Account::WorkOrSchool];
    assert_eq!(names(&kinds(strategy::claims(), account)), accounts.map(|account| format!("{account:?}")));
    let roles = |claims| Caller::from_claims(&claims, []).roles.len().to_string();
    assert!(kinds(strategy::claims(), roles).len() > 2);
}

#[test]
fn near_misses_are_never_the_text_and_mostly_not_read() {
    let id = "e2182095-804a-4656-ae11-64734e9b7ae5";
    let read = |near: String| {
        assert_ne!(near, id);
        near.parse::<CatalogId>().is_ok().to_string()
    };
    // A text in upper case, or with another digit, is still a GUID.
    assert_eq!(names(&kinds(strategy::near_miss(id), read)), ["false", "true"]);
    let never = |near: String| near.parse::<Role>().is_ok().to_string();
    assert!(kinds(strategy::near_miss(Role::CatalogOwner.name()), never)["false"] > 1500);
    // An empty text has a near miss, too.
    assert_eq!(kinds(strategy::near_miss(""), |near| near.is_empty().to_string()).len(), 1);
}

#[test]
fn instants_and_actions_reach_the_edges() {
    let edge = |instant: Timestamp| match instant {
        Timestamp::MIN => "first",
        Timestamp::MAX => "last",
        _ => "between",
    };
    assert_eq!(kinds(strategy::timestamp(), |instant| edge(instant).into()).len(), 3);
    let ends = |action: Action| action.end.map_or("never", edge).to_owned();
    assert_eq!(kinds(strategy::action(), ends).len(), 4);
}

/// The faithful implementation, which also notes the callers.
struct Noting<'a>(Server, &'a RefCell<Vec<Caller>>);

impl Implementation for Noting<'_> {
    fn reprocess(
        &mut self,
        caller: &Caller,
        observe: &dyn Fn(&ResourceRole) -> Observed,
        now: Timestamp,
    ) -> Result<(), Refused> {
        self.1.borrow_mut().push(caller.clone());
        self.0.reprocess(caller, observe, now)
    }

    fn reprocess_request(
        &mut self,
        caller: &Caller,
        request: &AssignmentRequest,
        gives: &[ResourceRole],
        now: Timestamp,
    ) -> Result<(), Refused> {
        self.0.reprocess_request(caller, request, gives, now)
    }

    fn record(&mut self, receipt: &Receipt, now: Timestamp) {
        self.0.record(receipt, now);
    }

    fn actions(&self) -> Vec<Action> {
        self.0.actions()
    }

    fn stored(&self) -> StoredAssignment {
        self.0.stored()
    }
}

// R43: in a privileged catalog, one of the two roles does not suffice. If all roles were equally likely, such
// callers would be rare.
#[test]
fn a_law_lets_many_ask_who_hold_one_of_the_two_roles_without_the_other() {
    let asked = RefCell::default();
    laws::a_refused_caller_learns_nothing(|stored| Noting(faithful(stored), &asked)).expect("holds");
    let asked = asked.into_inner();
    let holds = |caller: &Caller, role| caller.roles.contains(&RoleAssignment { role, scope: Scope::Tenant });
    let one_alone = |caller: &&Caller| {
        let roles = [Role::IdentityGovernanceAdministrator, Role::PrivilegedRoleAdministrator];
        let [governs, grants] = roles.map(|role| holds(caller, role));
        governs != grants && !holds(caller, Role::GlobalAdministrator)
    };
    let so_many = asked.iter().filter(one_alone).count();
    assert!(so_many * 8 > asked.len(), "{so_many} of {}", asked.len());
}
