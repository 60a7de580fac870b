//! The crate beside a second, naive implementation of the rules, through long random runs. After every step,
//! both have to agree in everything that is visible.

#[path = "../support/golden.rs"]
mod golden;
mod naive;
mod roles;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod tally;

use std::cell::RefCell;
use std::cmp::Ordering;

use access_package::{
    Account, Action, Assignment, AssignmentRequest, AssignmentResourceRole, Caller, Cause, FailureReason,
    Fulfillment, Observed, Outcome, Permission, Purpose, Reason, Receipt, Recency, RecordError, Recorded,
    Refusal, ResourceRole, Role, RoleAssignment, Scope, StoredAssignment, Timestamp, Unchanged, reprocess,
    reprocess_observed,
};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};
use uuid::Uuid;

use golden::hold;
use naive::{Heard, Naive, NotRecorded, Package, Request};
use roles::{RESOURCE_ROLES, number};
use steps::{Asked, Step};
use support::{load, stored};
use tally::Tally;

#[test]
fn the_naive_implementation_agrees_after_every_step() {
    // The runs are the same each time. A failure is not written down, because it comes back by itself.
    let config = Config { cases: 7000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::XorShift));
    let tally = RefCell::new(Tally::default());
    let agree = |(start, steps): (Naive, Vec<Step>)| {
        let mut run = Run::from(start);
        run.compare()?;
        steps.iter().try_for_each(|step| run.take(step, &mut tally.borrow_mut()))
    };
    runner.run(&(steps::start(), steps::steps()), agree).unwrap_or_else(|error| panic!("{error}"));
    // Runs that lead nowhere would agree, too. A line that disappears is a step that was seen too seldom. A
    // line that appears is a transition that may break a rule.
    hold("tests/model/transitions.txt", &tally.into_inner().to_string());
}

/// Both implementations, side by side.
struct Run {
    naive: Naive,
    real: Assignment,
    /// Every action that was handed out.
    given_out: Vec<Action>,
    attempts: u32,
}

impl From<Naive> for Run {
    fn from(naive: Naive) -> Self {
        Self { real: load(expected(&naive)), naive, given_out: Vec::new(), attempts: 0 }
    }
}

impl Run {
    fn take(&mut self, step: &Step, tally: &mut Tally) -> TestCaseResult {
        let before = self.naive.state();
        let what = match step {
            Step::Reprocess(caller, seen) => self.reprocess(*caller, seen.as_deref())?,
            Step::Ask(caller, request, gives, seen, after) => match self.instant(*after) {
                Some(now) => self.ask(*caller, now, *request, gives, seen)?,
                None => return Ok(()),
            },
            Step::Answer(asked, outcome, why, after) => match (self.find(asked), self.instant(*after)) {
                (Some(action), Some(now)) => {
                    let reason = why.filter(|_| *outcome == Outcome::Failed).map(reason);
                    self.record(&Receipt { reason, ..action.receipt(*outcome) }, now)?
                }
                _ => return Ok(()),
            },
            &Step::Forge { assignment, attempts_ahead, resource_role, outcome, after } => {
                let receipt = Receipt {
                    assignment: Uuid::from_u128(assignment).into(),
                    attempt: self.naive.attempt.wrapping_add(attempts_ahead),
                    resource_role: RESOURCE_ROLES[resource_role].clone(),
                    outcome,
                    reason: None,
                };
                match self.instant(after) {
                    Some(now) => self.record(&receipt, now)?,
                    None => return Ok(()),
                }
            }
            Step::Expire(after) => match self.instant(*after) {
                Some(now) => self.expire(now)?,
                None => return Ok(()),
            },
            Step::SaveAndLoad => self.save_and_load()?,
        };
        self.compare()?;
        tally.note(what, before, self.naive.state());
        Ok(())
    }

    fn compare(&self) -> TestCaseResult {
        let seen = StoredAssignment {
            format: StoredAssignment::FORMAT,
            id: self.real.id(),
            catalog: self.real.catalog(),
            access_package: self.real.access_package(),
            target: self.real.target(),
            target_type: self.real.target_type(),
            state: self.real.state(),
            end: self.real.end(),
            attempt: self.real.attempt(),
            resource_roles: self.real.resource_roles().map(<[_]>::to_vec),
        };
        prop_assert_eq!(seen, expected(&self.naive));
        prop_assert_eq!(self.real.actions().collect::<Vec<_>>(), remaining(&self.naive));
        Ok(())
    }

    /// If the end is at the limit of time, there may be no instant before or after it.
    fn instant(&self, after: i64) -> Option<Timestamp> {
        Timestamp::from_unix_ticks(self.naive.end.unwrap_or(0) + after)
    }

    fn reprocess(&mut self, caller: Role, seen: Option<&[Observed]>) -> Result<String, TestCaseError> {
        let not_looked = vec![Observed::Unknown; RESOURCE_ROLES.len()];
        let expected = self.naive.reprocess(caller, seen.unwrap_or(&not_looked));
        let mut looked_at = Vec::new();
        let actual = match seen {
            None => reprocess(&mut self.real, caller),
            Some(seen) => reprocess_observed(&mut self.real, caller, |resource_role| {
                looked_at.push(number(resource_role));
                seen[number(resource_role)]
            }),
        };
        let actions = expected.map(|()| remaining(&self.naive));
        prop_assert_eq!(actual.map(Iterator::collect).map_err(only), actions);
        let to_look_at =
            if expected.is_ok() && seen.is_some() { self.naive.resource_roles() } else { vec![] };
        prop_assert_eq!(looked_at, to_look_at);
        Ok(self.answered(if seen.is_some() { "reprocess observed" } else { "reprocess" }, expected))
    }

    fn ask(
        &mut self,
        role: Role,
        now: Timestamp,
        request: Option<Request>,
        gives: &[usize],
        seen: &[Observed],
    ) -> Result<String, TestCaseError> {
        let before = self.naive.clone();
        let expected = self.naive.ask(role, now.unix_ticks(), request, gives, seen);
        let caller = caller(role);
        let gives = gives.iter().map(|&number| RESOURCE_ROLES[number].clone());
        let asked = request.and_then(|request| in_terms_of_the_crate(request, now));
        if asked.is_none() && request.is_some() {
            self.naive = before;
            return Ok("reprocess its request: completed before all time".into());
        }
        let admitted = caller.authority(Some(self.real.catalog())).map_err(only).and_then(|authority| {
            let admitted = match &asked {
                None => authority.admit(self.real.clone(), now),
                Some(request) => authority.admit_request(self.real.clone(), request, now),
            };
            admitted.map_err(|not| {
                // Only time may have changed it (R12, R21).
                assert_eq!(not.expired.is_some(), not.assignment != self.real);
                self.real = not.assignment;
                only(not.refusal)
            })
        });
        let actual = admitted.map(|admitted| {
            let unsaved = admitted.reprocess_observed(gives, |role| seen[number(role)]);
            let (event, stored) = (unsaved.event(), unsaved.stored());
            self.real = unsaved.saved();
            assert_eq!(StoredAssignment::from(&self.real), stored);
            let is = |role: &ResourceRole| number(role);
            let Cause::Reprocessed { asked, unenforceable, added, dropped, .. } = &event.cause else {
                panic!("{event:?}")
            };
            let [had, has] = [before.resource_roles(), self.naive.resource_roles()];
            assert!(asked.iter().map(is).eq(self.naive.remaining()));
            assert!(added.iter().map(is).eq(has.iter().copied().filter(|role| !had.contains(role))));
            assert!(dropped.iter().map(is).eq(had.iter().copied().filter(|role| !has.contains(role))));
            let given_up = self.naive.fulfillments().expect("known").into_iter();
            let given_up = given_up.filter(|(_, it)| *it == Fulfillment::Unenforceable);
            assert!(unenforceable.iter().map(is).eq(given_up.map(|(role, _)| role)));
            assert_eq!((event.from, event.to, event.at), (before.state(), self.naive.state(), now));
        });
        prop_assert_eq!(actual, expected);
        Ok(self.answered(
            if request.is_some() { "reprocess its request" } else { "reprocess what is given" },
            expected,
        ))
    }

    /// The answer to a call to reprocess, in words. Hands out the actions.
    fn answered(&mut self, what: &str, answer: Result<(), Reason>) -> String {
        if answer.is_ok() {
            self.given_out.extend(remaining(&self.naive));
            self.attempts += 1;
        }
        match answer {
            Ok(()) if self.naive.attempt == 0 => format!("{what}: accepted, and the attempt wraps"),
            Ok(()) if self.attempts >= 5 => format!("{what}: accepted, for the fifth time or later"),
            Ok(()) => format!("{what}: accepted"),
            Err(Reason::InvalidState(_)) => format!("{what}: refused, invalidState"),
            Err(Reason::RequestDelivering | Reason::RequestDelivered | Reason::RequestExpired) => {
                format!("{what}: refused, invalidRequestState")
            }
            Err(reason) => format!("{what}: refused, {}", reason.code()),
        }
    }

    fn record(&mut self, receipt: &Receipt, now: Timestamp) -> Result<String, TestCaseError> {
        let (what, before) = (self.describe(receipt), self.naive.state());
        let told = naive::Receipt {
            assignment: receipt.assignment.as_uuid().as_u128(),
            attempt: receipt.attempt,
            resource_role: number(&receipt.resource_role),
            outcome: receipt.outcome,
            why: receipt.reason.as_ref().map(|given| (0..3).find(|&why| reason(why) == *given).expect("one")),
        };
        let expected = self.naive.record(told, now.unix_ticks());
        let own = self.real.id();
        let error = |refused| match refused {
            NotRecorded::OtherAssignment => {
                RecordError::OtherAssignment { required: own, actual: receipt.assignment }
            }
            NotRecorded::UnknownResourceRole => {
                RecordError::UnknownResourceRole(receipt.resource_role.clone())
            }
        };
        let actual = self.real.record(receipt, now).map(|recorded| match recorded {
            Recorded::Changed(event) => {
                assert_eq!((event.from, event.to, event.at), (before, self.naive.state(), now));
                if event.cause == Cause::Expired { Heard::Expired } else { Heard::Something }
            }
            Recorded::Unchanged(Unchanged::AnotherAttempt) => Heard::OfAnotherAttempt,
            Recorded::Unchanged(Unchanged::AlreadyKnown) => Heard::NothingNew,
            Recorded::Unchanged(Unchanged::Expired) => Heard::AfterTheEnd,
        });
        prop_assert_eq!(actual, expected.map_err(error));
        Ok(match expected {
            Ok(heard) => format!("record {what}: {heard:?}"),
            Err(refused) => format!("record {what}: refused, {refused:?}"),
        })
    }

    /// What kind of receipt this is, before it is recorded.
    fn describe(&self, receipt: &Receipt) -> &'static str {
        let resource_role = number(&receipt.resource_role);
        let told = self.naive.heard.iter();
        let heard = |what| told.clone().any(|(of, outcome, _)| (*of, *outcome) == (resource_role, what));
        let opposite = match receipt.outcome {
            Outcome::Fulfilled => Outcome::Failed,
            Outcome::Failed => Outcome::Fulfilled,
        };
        if receipt.assignment != self.real.id() {
            "of another assignment"
        } else if receipt.attempt != self.naive.attempt {
            let given_out = self.given_out.iter().any(|action| action.attempt == receipt.attempt);
            if given_out { "of an earlier attempt" } else { "of an attempt unheard of" }
        } else if matches!(self.naive.package, Package::Unknown(_)) {
            "where no resource roles are known"
        } else if heard(opposite) {
            "otherwise than before"
        } else if heard(receipt.outcome) {
            "again"
        } else {
            "for the first time"
        }
    }

    fn expire(&mut self, now: Timestamp) -> Result<String, TestCaseError> {
        let expected = self.naive.expire(now.unix_ticks());
        let event = self.real.expire(now);
        prop_assert_eq!(event.is_some_and(|event| event.cause == Cause::Expired), expected);
        let when = match self.naive.end.map(|end| now.unix_ticks().cmp(&end)) {
            None => "without an end",
            Some(Ordering::Less) => "before the end",
            Some(Ordering::Equal) => "at the end",
            Some(Ordering::Greater) => "after the end",
        };
        Ok(format!("expire {when}"))
    }

    fn save_and_load(&mut self) -> Result<String, TestCaseError> {
        let mut saved = StoredAssignment::from(&self.real);
        prop_assert_eq!(&saved, &expected(&self.naive));
        // Any order loads.
        saved.resource_roles.iter_mut().for_each(|resource_roles| resource_roles.reverse());
        let loaded = Assignment::try_from(saved);
        prop_assert_eq!(loaded.as_ref(), Ok(&self.real));
        self.real = loaded.expect("just compared");
        Ok("save and load".into())
    }

    /// The action to answer, if there is one.
    fn find(&self, asked: &Asked) -> Option<Action> {
        let pick = |actions: &[Action], index: &Index| {
            (!actions.is_empty()).then(|| actions[index.index(actions.len())].clone())
        };
        match asked {
            Asked::Remaining(index) => pick(&self.real.actions().collect::<Vec<_>>(), index),
            Asked::Before(index) => pick(&self.given_out, index),
        }
    }
}

/// The naive implementation's assignment, as the crate's stored form.
fn expected(naive: &Naive) -> StoredAssignment {
    let in_order = |(number, fulfillment): (usize, _)| AssignmentResourceRole {
        resource_role: RESOURCE_ROLES[number].clone(),
        fulfillment,
        reason: naive.why(number).map(reason),
    };
    StoredAssignment {
        id: Uuid::from_u128(naive.assignment).into(),
        target_type: naive.target_type,
        end: naive.end.map(instant),
        attempt: naive.attempt,
        resource_roles: naive.fulfillments().map(|all| all.into_iter().map(in_order).collect()),
        ..stored(naive.state(), &[])
    }
}

fn remaining(naive: &Naive) -> Vec<Action> {
    let StoredAssignment { id, target, end, attempt, .. } = expected(naive);
    let action = |number: usize| Action {
        assignment: id,
        attempt,
        target,
        resource_role: RESOURCE_ROLES[number].clone(),
        end,
    };
    naive.remaining().into_iter().map(action).collect()
}

/// Sorted by code, and then by words. The numbers have the same order.
fn reason(why: usize) -> FailureReason {
    let (code, words) = [("a", "1"), ("a", "2"), ("b", "0")][why];
    FailureReason::new(code, words)
}

/// The reason of a refusal. In these runs it has only one.
fn only(refusal: Refusal) -> Reason {
    let [reason] = refusal.reasons().collect::<Vec<_>>()[..] else { panic!("{refusal}") };
    reason
}

fn caller(role: Role) -> Caller {
    Caller {
        object: None,
        account: Account::WorkOrSchool,
        permissions: vec![Permission::EntitlementManagementReadWriteAll],
        roles: vec![RoleAssignment { role, scope: Scope::Tenant }],
    }
}

fn in_terms_of_the_crate(request: Request, now: Timestamp) -> Option<AssignmentRequest> {
    let other = steps::ASSIGNMENT + 1;
    Some(AssignmentRequest {
        id: Uuid::from_u128(0xe).into(),
        assignment: Uuid::from_u128(if request.is_for_this { steps::ASSIGNMENT } else { other }).into(),
        purpose: if request.asks_for_access { Purpose::Grant } else { Purpose::Removal },
        state: request.state,
        completed: Timestamp::from_unix_ticks(now.unix_ticks() - request.age)?,
        recency: if request.is_newest { Recency::Newest } else { Recency::Superseded },
    })
}

fn instant(ticks: i64) -> Timestamp {
    Timestamp::from_unix_ticks(ticks).expect("the end of one of these runs")
}
