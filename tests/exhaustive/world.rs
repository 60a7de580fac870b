//! The world around one assignment: what the host has in memory, what it has saved, what is in flight, and
//! which access really exists.

use std::fmt;

use access_package::uuid::Uuid;
use access_package::{
    Action, Assignment, AssignmentRequest, AssignmentResourceRole, AssignmentState, FailureReason,
    Fulfillment, Observed, Outcome, Purpose, Receipt, Recency, ResourceRole, StoredAssignment, Timestamp,
};

use crate::evidence::{Evidence, Roles};
use crate::support::{member_of, stored};

/// The most resource roles that a world can have.
pub const MOST_ROLES: usize = 3;

/// The attempt in which every world starts. The next one wraps around: attempts are compared only for
/// equality.
pub const FIRST_ATTEMPT: u32 = u32::MAX;

/// The age of the request that the assignment came from. It has its own clock, so an assignment without an
/// end has a request that ages, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestAge {
    /// It was completed less than 14 days ago.
    Young,
    /// It was completed exactly 14 days ago, or longer.
    TooOld,
}

impl RequestAge {
    /// The request as it is looked up while the assignment is in this state. It repeats the 14 days on
    /// purpose, instead of asking the crate.
    pub fn request(self, of: &Assignment, now: Timestamp) -> AssignmentRequest {
        let fortnight = 12_096_000_000_000;
        let ago = if self == Self::Young { fortnight - 1 } else { fortnight };
        AssignmentRequest {
            id: Uuid::from_u128(77).into(),
            assignment: of.id(),
            purpose: Purpose::Grant,
            state: of.state(),
            completed: Timestamp::from_unix_ticks(now.unix_ticks() - ago).expect("in range"),
            recency: Recency::Newest,
        }
    }
}

/// What the host has seen of each resource role, by number.
pub type Observations = [Observed; MOST_ROLES];

/// The size of a world. Everything that could go on forever has a budget; this is the rest of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    pub roles: u8,
    /// Actions and receipts on their way at once.
    pub in_flight: usize,
    /// Accepted reprocesses.
    pub attempts: u8,
    /// Crashes, losses, duplicate receipts, saves by another host, and access that is removed behind the
    /// host's back, all together.
    pub faults: u8,
    /// Changes of the package.
    pub changes: u8,
}

/// The host that drives the crate. `Faithful` keeps the contract. Each of the others breaks a part that no
/// type enforces, to show that the part is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Host {
    Faithful,
    /// Treats the acceptance as saved before it is.
    ActsBeforeSaving,
    /// Treats the assignment as saved, although another save came first.
    IgnoresALostSave,
    /// Overwrites a version that it did not load.
    OverwritesAnotherSave,
    /// Loads the assignment as if from Graph, which does not know the attempt.
    ForgetsTheAttempt,
    /// Looked at the clock only once.
    AdmitsAtAnOldTime,
    /// Looked the request up only once.
    KeepsAnOldRequest,
    EnforcesAfterTheEnd,
    /// Leaves it to the calls to expire the assignment.
    NeverExpires,
    TakesAccessAway,
    ReportsWithoutDoing,
}

/// The time, in relation to the end of the assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clock {
    Before,
    At,
    After,
}

impl Clock {
    pub const ALL: [Self; 3] = [Self::Before, Self::At, Self::After];

    /// Repeats the rule on purpose: the laws do not ask the crate whether the end has come.
    pub fn end_has_come(self) -> bool {
        self != Self::Before
    }

    pub fn now(self) -> Timestamp {
        let ticks = match self {
            Self::Before => 999,
            Self::At => 1000,
            Self::After => 1001,
        };
        Timestamp::from_unix_ticks(ticks).expect("in range")
    }

    pub fn next(self) -> Option<Self> {
        match self {
            Self::Before => Some(Self::At),
            Self::At => Some(Self::After),
            Self::After => None,
        }
    }
}

/// The number of a resource role: the inverse of [`member_of`].
pub fn number(role: &ResourceRole) -> u8 {
    let ResourceRole::Group { group, .. } = role else { unreachable!("worlds have groups only") };
    u8::try_from(group.as_uuid().as_u128()).expect("worlds have few roles")
}

/// The executor's answer, with the number of a reason if it gives one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Fulfilled,
    Failed(Option<u8>),
}

impl Answer {
    /// The answers for a resource role. The first role fails without a reason. The laws also try smaller and
    /// greater reasons.
    pub fn of(role: u8) -> [Self; 2] {
        [Self::Fulfilled, Self::Failed((role > 0).then_some(1))]
    }

    pub fn to(self, action: Action) -> Receipt {
        match self {
            Self::Fulfilled => action.receipt(Outcome::Fulfilled),
            Self::Failed(None) => action.receipt(Outcome::Failed),
            Self::Failed(Some(number)) => action.failed(FailureReason::new(&number.to_string(), "in words")),
        }
    }
}

/// What the host still has to save.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owes {
    Nothing,
    /// The host was told that the assignment has changed.
    Change,
    /// The memory holds an `Unsaved`.
    Acceptance,
}

/// What the host has in memory, with the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Memory {
    pub assignment: Assignment,
    pub evidence: Evidence,
    pub owes: Owes,
    /// Another host has saved since this one loaded.
    pub stale: bool,
}

/// What was saved, with the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Saved {
    pub assignment: StoredAssignment,
    pub evidence: Evidence,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub host: Host,
    pub left: Size,
    pub clock: Clock,
    pub request: RequestAge,
    /// `None` while the host is down.
    pub memory: Option<Memory>,
    pub saved: Saved,
    /// The access that really exists.
    pub directory: Roles,
    /// At the executor. They are sorted, so that worlds that differ only in the order are equal.
    pub actions: Vec<Action>,
    /// From the executor, on the way to the host. They are sorted, too.
    pub receipts: Vec<Receipt>,
}

impl World {
    /// The worlds from which a search starts: a delivered assignment, with an end and without; one that was
    /// loaded halfway; and one with unknown resource roles.
    pub fn starts(host: Host, size: Size) -> Vec<Self> {
        let all = vec![Fulfillment::Fulfilled; usize::from(size.roles)];
        let end = Some(Clock::At.now());
        let delivered = StoredAssignment { end, ..stored(AssignmentState::Delivered, &all) };
        let endless = StoredAssignment { end: None, ..delivered.clone() };
        let unknown = StoredAssignment { resource_roles: None, ..delivered.clone() };
        let mut some = all.clone();
        some[0] = Fulfillment::Pending;
        let delivering = StoredAssignment { end, ..stored(AssignmentState::Delivering, &some) };

        let every = Roles::first(size.roles);
        let rest = every.numbers().skip(1).collect();
        [(delivered, every), (endless, every), (unknown, Roles::default()), (delivering, rest)]
            .map(|(assignment, directory)| {
                let gives = if assignment.resource_roles.is_some() { every } else { Roles::default() };
                Self {
                    host,
                    left: size,
                    clock: Clock::Before,
                    request: RequestAge::Young,
                    memory: None,
                    saved: Saved {
                        assignment: StoredAssignment { attempt: FIRST_ATTEMPT, ..assignment },
                        evidence: Evidence::of(gives, directory.truth()),
                    },
                    directory,
                    actions: Vec::new(),
                    receipts: Vec::new(),
                }
            })
            .into()
    }

    /// The state in memory. `None` while the host is down.
    pub fn state(&self) -> Option<AssignmentState> {
        self.memory.as_ref().map(|memory| memory.assignment.state())
    }

    /// Whether the assignment has an end, and it has come.
    pub fn has_ended(&self) -> bool {
        self.saved.assignment.end.is_some() && self.clock.end_has_come()
    }

    /// The attempt whose actions the host may hand out: it says that it has saved it.
    pub fn acting(&self) -> Option<u32> {
        let memory = self.memory.as_ref().filter(|memory| memory.owes != Owes::Acceptance)?;
        Some(memory.assignment.attempt())
    }

    /// What the package gives as long as it does not change: what the assignment has, or everything if that is not
    /// known.
    pub fn gives(&self, resource_roles: Option<&[AssignmentResourceRole]>) -> Roles {
        resource_roles.map_or(Roles::first(self.left.roles), Roles::of)
    }

    /// Whether an action or a receipt of this attempt is in flight.
    pub fn has_in_flight(&self, attempt: u32) -> bool {
        self.actions.iter().any(|action| action.attempt == attempt)
            || self.receipts.iter().any(|receipt| receipt.attempt == attempt)
    }

    /// Every receipt that can be in flight in a world of this size, and some that cannot.
    pub fn possible_receipts(of: &Assignment, size: Size) -> Vec<Receipt> {
        let mut receipts = Vec::new();
        for attempt in 0..=u32::from(size.attempts) {
            for number in 0..=size.roles {
                let action = Action {
                    assignment: of.id(),
                    attempt: FIRST_ATTEMPT.wrapping_add(attempt),
                    target: of.target(),
                    resource_role: member_of(number.into()),
                    end: of.end(),
                };
                let failed = [None, Some(0), Some(2)].map(Answer::Failed);
                let answers = failed.into_iter().chain([Answer::Fulfilled]);
                receipts.extend(answers.map(|answer| answer.to(action.clone())));
            }
        }
        receipts
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.memory {
            Some(Memory { assignment, owes, stale, .. }) => {
                let owes = match owes {
                    Owes::Nothing => "",
                    Owes::Change => ", to be saved",
                    Owes::Acceptance => ", accepted and to be saved",
                };
                let stale = if *stale { ", stale" } else { "" };
                writeln!(f, "      memory: {}{owes}{stale}", words(&assignment.into()))?;
            }
            None => writeln!(f, "      memory: none, the host is down")?,
        }
        writeln!(f, "      saved:  {}", words(&self.saved.assignment))?;
        let Self { clock, request, directory, .. } = self;
        write!(f, "      {clock:?} the end; the request is {request:?}; directory {directory}; in flight:")?;
        for action in &self.actions {
            write!(f, " [{}]", action_words(action))?;
        }
        for receipt in &self.receipts {
            write!(f, " [{}]", receipt_words(receipt))?;
        }
        let nothing = self.actions.is_empty() && self.receipts.is_empty();
        f.write_str(if nothing { " nothing" } else { "" })
    }
}

pub fn words(assignment: &StoredAssignment) -> String {
    let StoredAssignment { state, attempt, resource_roles, .. } = assignment;
    let roles = resource_roles.as_deref().map_or("resource roles unknown".into(), entries_words);
    format!("{state}, attempt {attempt} ({roles})")
}

pub fn entries_words(entries: &[AssignmentResourceRole]) -> String {
    let entry = |entry: &AssignmentResourceRole| {
        let reason = entry.reason.as_ref().map(|reason| format!(" by {}", reason.code()));
        format!("{} {:?}{}", number(&entry.resource_role), entry.fulfillment, reason.unwrap_or_default())
    };
    entries.iter().map(entry).collect::<Vec<_>>().join(", ")
}

pub fn action_words(action: &Action) -> String {
    format!("action for role {}, attempt {}", number(&action.resource_role), action.attempt)
}

pub fn receipt_words(receipt: &Receipt) -> String {
    let Receipt { attempt, resource_role, outcome, reason, .. } = receipt;
    let reason = reason.as_ref().map(|reason| format!(" by {}", reason.code())).unwrap_or_default();
    format!("receipt for role {}, attempt {attempt}: {outcome:?}{reason}", number(resource_role))
}
