//! The laws that hold for every [`Implementation`].
//!
//! Each law is a function. Pass it a function that makes an implementation from a stored assignment. The cases are the
//! same in every run, and failures are not saved. `PROPTEST_CASES` sets the number of cases for each law (256 by
//! default).
//!
//! A law looks only at the answers of the implementation, its actions and its stored form. If it can, it compares one
//! answer with another. Otherwise it computes the expected answer from the rules. From the rest of the crate it uses
//! only which roles suffice, what a subject cannot hold, and, for requests, [`Caller::authority`].

mod caller;
mod life;
mod request;
mod told;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use uuid::Uuid;

use super::words::Words;
use super::{Broken, Implementation, strategy};
use crate::{
    Account, AssignmentState, Caller, Catalog, CatalogId, Observed, Permission, PrivilegeLevel, ResourceRole,
    Role, RoleAssignment, Scope, StoredAssignment, Timestamp,
};

pub use caller::{
    a_refused_caller_learns_nothing, more_authority_never_hurts, refusal_is_complete_and_its_remedies_minimal,
};
pub use life::{
    accepted_asks_for_everything_owed, expired_stays_expired, observed_asks_only_for_what_is_missing,
    only_a_delivered_assignment_is_reprocessed, order_and_repetition_do_not_matter, outcomes_make_the_state,
    refused_changes_nothing, restart_forgets_nothing,
};
pub use request::{a_request_is_refused_as_the_rules_say, an_accepted_request_asks_for_everything_again};

/// Checks every law, and stops at the first one that is broken.
///
/// # Errors
/// The first broken law, with the simplest case that shows it.
pub fn all<I: Implementation>(make: impl Fn(StoredAssignment) -> I) -> Result<(), Broken> {
    refusal_is_complete_and_its_remedies_minimal(&make)?;
    more_authority_never_hurts(&make)?;
    a_refused_caller_learns_nothing(&make)?;
    only_a_delivered_assignment_is_reprocessed(&make)?;
    refused_changes_nothing(&make)?;
    accepted_asks_for_everything_owed(&make)?;
    observed_asks_only_for_what_is_missing(&make)?;
    outcomes_make_the_state(&make)?;
    order_and_repetition_do_not_matter(&make)?;
    expired_stays_expired(&make)?;
    restart_forgets_nothing(&make)?;
    a_request_is_refused_as_the_rules_say(&make)?;
    an_accepted_request_asks_for_everything_again(&make)
}

struct Law {
    name: &'static str,
    rules: &'static str,
}

impl Law {
    /// Checks the law in every case. Returns the case that breaks it.
    fn hold<C: Words>(
        self,
        cases: impl Strategy<Value = C>,
        check: impl Fn(&C) -> Result<(), String>,
    ) -> Result<(), Broken> {
        let config = Config { failure_persistence: None, ..Config::default() };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let held = runner.run(&cases, |case| check(&case).map_err(TestCaseError::fail));
        let Self { name: law, rules } = self;
        held.map_err(|error| match error {
            TestError::Fail(found, case) => {
                Broken { law, rules, case: case.words(), found: found.to_string() }
            }
            TestError::Abort(why) => {
                Broken { law, rules, case: "no case".into(), found: format!("could not be tried: {why}") }
            }
        })
    }
}

fn ensure(holds: bool, found: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(found()) }
}

/// Whether both contain the same items the same number of times, in any order.
fn same<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    let mut left: Vec<_> = other.iter().collect();
    let are_there = one.iter().all(|item| {
        let place = left.iter().position(|&it| it == item);
        place.map(|place| left.swap_remove(place)).is_some()
    });
    are_there && left.is_empty()
}

/// The catalog of every assignment here.
const HERE: CatalogId = CatalogId::from_uuid(Uuid::from_u128(1));

/// An assignment, and the time of the call.
type Given = (StoredAssignment, Timestamp);

/// The catalog is not privileged.
fn at_any_time(stored: impl Strategy<Value = StoredAssignment>) -> impl Strategy<Value = Given> {
    let level = select([None, Some(PrivilegeLevel::Standard)].as_slice());
    let here = (stored, level).prop_map(|(stored, privilege_level)| StoredAssignment {
        catalog: Catalog { id: HERE, privilege_level },
        ..stored
    });
    (here, strategy::timestamp())
}

/// The catalog is privileged in half of the cases.
fn in_any_catalog(given: impl Strategy<Value = Given>) -> impl Strategy<Value = Given> {
    (given, any::<bool>()).prop_map(|((mut stored, now), is_privileged)| {
        if is_privileged {
            stored.catalog.privilege_level = Some(PrivilegeLevel::Privileged);
        }
        (stored, now)
    })
}

/// A caller with some of the roles that count in a privileged catalog.
fn highly_privileged() -> impl Strategy<Value = Caller> {
    let roles = [
        Role::CatalogOwner,
        Role::IdentityGovernanceAdministrator,
        Role::PrivilegedRoleAdministrator,
        Role::GlobalAdministrator,
    ];
    let scope = prop_oneof![4 => Just(Scope::Tenant), 1 => strategy::scope(HERE)];
    let held = (select(roles.to_vec()), scope).prop_map(|(role, scope)| RoleAssignment { role, scope });
    (strategy::caller(HERE), proptest::collection::vec(held, 1..4))
        .prop_map(|(caller, roles)| Caller { roles, ..caller })
}

/// A time before the end, possibly by only one tick.
fn before_the_end(stored: impl Strategy<Value = StoredAssignment>) -> impl Strategy<Value = Given> {
    let ahead = proptest::option::of(select([1, 2, 1_000_000_000_000, i64::MAX].as_slice()));
    (at_any_time(stored), ahead).prop_map(|((stored, now), ahead)| {
        let end =
            ahead.and_then(|ticks| now.unix_ticks().checked_add(ticks)).and_then(Timestamp::from_unix_ticks);
        (StoredAssignment { end, ..stored }, now)
    })
}

/// A time at or after the end.
fn from_the_end(stored: impl Strategy<Value = StoredAssignment>) -> impl Strategy<Value = Given> {
    let behind = select([0, 1, 1_000_000_000_000, i64::MAX].as_slice());
    (at_any_time(stored), behind).prop_map(|((stored, now), behind)| {
        let end = now
            .unix_ticks()
            .checked_sub(behind)
            .and_then(Timestamp::from_unix_ticks)
            .unwrap_or(Timestamp::MIN);
        (StoredAssignment { end: Some(end), ..stored }, now)
    })
}

fn delivered() -> impl Strategy<Value = Given> {
    before_the_end(strategy::stored_assignment_in(AssignmentState::Delivered))
}

/// R1
fn suffices(role: Role) -> bool {
    role.at_least(Role::AccessPackageAssignmentManager)
}

/// A caller who may reprocess, with no more than necessary (R3, R4, R5).
fn who_may() -> impl Strategy<Value = Caller> {
    let ladder: Vec<_> = Role::ALL.iter().copied().filter(|&role| suffices(role)).collect();
    let held = (select(ladder), select([Scope::Catalog(HERE), Scope::Tenant].as_slice()))
        .prop_map(|(role, scope)| RoleAssignment { role, scope });
    let with_the_role = |(account, permissions): (_, &[Permission])| {
        let permissions = permissions.to_vec();
        move |held| Caller { object: None, account, permissions: permissions.clone(), roles: [held].into() }
    };
    let permission = Permission::EntitlementManagementReadWriteAll;
    prop_oneof![
        2 => held.clone().prop_map(with_the_role((Account::WorkOrSchool, &[permission]))),
        1 => held.prop_map(with_the_role((Account::Application, &[]))),
        1 => Just(Caller {
            object: None,
            account: Account::Application,
            permissions: [permission].into(),
            roles: Vec::new(),
        }),
    ]
}

/// The observations of a host that does not observe.
fn unseen(_: &ResourceRole) -> Observed {
    Observed::Unknown
}
