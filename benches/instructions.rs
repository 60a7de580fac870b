//! How many instructions does a call take, compared with the [`baseline`]? `.ci/instructions` counts them.
//!
//! Each question goes to an assignment of its own. Both sides must give the same answer.

mod baseline;
mod counted;
#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::mem;
use std::process::ExitCode;

use access_package::{
    Action, Assignment, AssignmentState, Fulfillment, Observed, Outcome, Receipt, RecordError, Recorded,
    ResourceRole, Role, StoredAssignment, Timestamp,
};
use baseline::{Denied, Record, Subject, read};
use support::{Lacks, MANAGER, caller, member_of, stored};

const NOW: Timestamp = Timestamp::MIN;

/// How many assignments are prepared, however many are asked.
const PREPARED: usize = 1_000;

/// How many times as much as the baseline the crate may take.
const LIMIT: f64 = 2.0;

struct Question {
    name: &'static str,
    role: Role,
    state: AssignmentState,
    fulfillment: Fulfillment,
    resource_roles: usize,
    way: Way,
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Reprocess,
    /// Everything is observed to be in place.
    Observed,
    /// Evaluate a caller with five roles.
    Evaluate(Lacks),
    /// From an existing authority to the actions.
    Admit,
    /// A receipt for each resource role, one after the other.
    Record,
    /// No call, only the loop around it.
    Loop,
}

#[derive(Debug, PartialEq)]
enum Answer {
    Actions(Result<Vec<Action>, Denied>),
    Verdict(Result<Role, Denied>),
    Saved(Result<(StoredAssignment, Vec<Action>), Denied>),
    Recorded(Vec<Result<Recorded, RecordError>>),
}

impl Question {
    const fn accepted(name: &'static str, resource_roles: usize) -> Self {
        Self {
            name,
            role: MANAGER,
            state: AssignmentState::Delivered,
            fulfillment: Fulfillment::Fulfilled,
            resource_roles,
            way: Way::Reprocess,
        }
    }

    const fn recorded(name: &'static str, resource_roles: usize) -> Self {
        Self {
            way: Way::Record,
            state: AssignmentState::Delivering,
            fulfillment: Fulfillment::Pending,
            ..Self::accepted(name, resource_roles)
        }
    }

    const ALL: [Self; 18] = [
        Self { way: Way::Loop, ..Self::accepted("loop", 5) },
        Self { role: Role::UserAdministrator, ..Self::accepted("refused-by-role", 5) },
        Self {
            state: AssignmentState::Delivering,
            fulfillment: Fulfillment::Pending,
            ..Self::accepted("refused-by-state", 5)
        },
        Self::accepted("accepted-1", 1),
        Self::accepted("accepted-5", 5),
        Self::accepted("accepted-20", 20),
        Self::accepted("accepted-100", 100),
        Self { way: Way::Observed, ..Self::accepted("observed-5", 5) },
        Self { way: Way::Observed, ..Self::accepted("observed-100", 100) },
        Self { way: Way::Evaluate(Lacks::Nothing), ..Self::accepted("evaluate-allowed", 5) },
        Self { way: Way::Evaluate(Lacks::Permission), ..Self::accepted("evaluate-refused-by-permission", 5) },
        Self { way: Way::Evaluate(Lacks::Role), ..Self::accepted("evaluate-refused-by-role", 5) },
        Self { way: Way::Evaluate(Lacks::Scope), ..Self::accepted("evaluate-refused-by-scope", 5) },
        Self {
            way: Way::Evaluate(Lacks::Nothing),
            state: AssignmentState::Delivering,
            fulfillment: Fulfillment::Pending,
            ..Self::accepted("evaluate-refused-by-state", 5)
        },
        Self { way: Way::Admit, ..Self::accepted("admitted-5", 5) },
        Self::recorded("record-5", 5),
        Self::recorded("record-20", 20),
        Self::recorded("record-100", 100),
    ];

    fn stored(&self) -> StoredAssignment {
        stored(self.state, &vec![self.fulfillment; self.resource_roles])
    }

    fn gives_now(&self) -> Vec<ResourceRole> {
        (0..).take(self.resource_roles).map(member_of).collect()
    }

    fn receipts(&self) -> Vec<Receipt> {
        let actions = <Assignment as Subject>::load(self.stored());
        actions.actions().map(|action| action.receipt(Outcome::Fulfilled)).collect()
    }

    fn authority<S: Subject>(&self) -> S::Authority {
        let authority = S::authority(&caller(Lacks::Nothing), self.stored().catalog);
        authority.unwrap_or_else(|_| unreachable!("who lacks nothing may"))
    }

    fn case<S: Subject>(&self) -> String {
        format!("{}/{}", self.name, S::NAME)
    }

    /// Asks this number of assignments, each for the first time.
    fn put<S: Subject>(&self, times: usize) {
        let mut prepared: Vec<_> = (0..PREPARED).map(|_| S::load(self.stored())).collect();
        let asked = prepared.iter_mut().take(black_box(times));
        // Opaque in every iteration. Otherwise the compiler could compute the answers once, outside the loop.
        match self.way {
            Way::Reprocess => {
                for subject in asked {
                    read(black_box(subject).reprocess(black_box(self.role)));
                }
            }
            Way::Observed => {
                for subject in asked {
                    let observe = |_: &_| black_box(Observed::Present);
                    read(black_box(subject).reprocess_observed(black_box(self.role), observe));
                }
            }
            Way::Evaluate(lacks) => {
                let caller = caller(lacks);
                for subject in asked {
                    let _ = black_box(black_box(&*subject).evaluate(black_box(&caller), black_box(NOW)));
                }
            }
            Way::Admit => {
                let authority = self.authority::<S>();
                let gives_now = vec![self.gives_now(); PREPARED];
                let mut asked = prepared.into_iter().zip(gives_now);
                for (subject, gives_now) in asked.by_ref().take(black_box(times)) {
                    let answer = black_box(subject).admit(black_box(authority), gives_now, black_box(NOW));
                    read(answer.as_ref().map(|(stored, saved)| {
                        black_box(stored);
                        saved.actions()
                    }));
                }
                // Dropping is part of the call, so do not drop the assignments that were not asked.
                mem::forget(asked);
            }
            Way::Record => {
                let receipts = self.receipts();
                for subject in asked {
                    for receipt in &receipts {
                        let _ =
                            black_box(black_box(&mut *subject).record(black_box(receipt), black_box(NOW)));
                    }
                }
            }
            Way::Loop => {
                for subject in asked {
                    black_box(subject);
                    black_box(self.role);
                }
            }
        }
    }

    fn answer<S: Subject>(&self) -> Answer {
        let mut subject = S::load(self.stored());
        match self.way {
            Way::Evaluate(lacks) => {
                Answer::Verdict(subject.evaluate(&caller(lacks), NOW).map_err(Into::into))
            }
            Way::Admit => {
                let answer = subject.admit(self.authority::<S>(), self.gives_now(), NOW);
                let with_actions = |(stored, saved): (_, S)| (stored, saved.actions().collect());
                Answer::Saved(answer.map(with_actions).map_err(Into::into))
            }
            Way::Record => {
                let receipts = self.receipts();
                Answer::Recorded(receipts.iter().map(|receipt| subject.record(receipt, NOW)).collect())
            }
            Way::Observed => {
                Answer::Actions(read_all(subject.reprocess_observed(self.role, |_| Observed::Present)))
            }
            Way::Reprocess | Way::Loop => Answer::Actions(read_all(subject.reprocess(self.role))),
        }
    }
}

fn read_all(answer: Result<impl Iterator<Item = Action>, impl Into<Denied>>) -> Result<Vec<Action>, Denied> {
    answer.map(Iterator::collect).map_err(Into::into)
}

fn run(case: &str, times: usize) -> bool {
    Question::ALL.iter().any(|question| {
        if question.case::<Assignment>() == case {
            question.put::<Assignment>(times);
        } else if question.case::<Record>() == case {
            question.put::<Record>(times);
        } else {
            return false;
        }
        true
    })
}

fn main() -> ExitCode {
    let list: Vec<_> = Question::ALL.iter().map(|question| (question.name, Record::NAME, LIMIT)).collect();
    counted::run(&list, run, PREPARED, || {
        for question in &Question::ALL {
            question.put::<Assignment>(1);
            question.put::<Record>(1);
            assert_eq!(question.answer::<Assignment>(), question.answer::<Record>(), "{}", question.name);
        }
    })
}
