//! The world around one assignment: what the host holds in memory and has saved, what is on its
//! way, and which access is really there.

use std::fmt;

use access_package::{
    Action, Assignment, AssignmentResourceRole, AssignmentState, Fulfillment, Observed, Outcome, Receipt,
    ResourceRole, StoredAssignment, Timestamp,
};

use crate::evidence::{Evidence, Roles};
use crate::support::{load, member_of, stored};

/// The most resource roles that a world can have.
pub const MOST_ROLES: usize = 3;

/// The attempt that every world starts in: the next one wraps, for attempts are only ever compared
/// for equality.
pub const FIRST_ATTEMPT: u32 = u32::MAX;

/// What the host has seen of each resource role, by number.
pub type Observations = [Observed; MOST_ROLES];

/// How large a world is. What would go on for ever has a budget, which is what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    pub roles: u8,
    /// Actions and receipts on their way at once.
    pub in_flight: usize,
    /// Accepted reprocesses.
    pub attempts: u8,
    /// Crashes, losses, doubled receipts and access removed behind the host's back, all together.
    pub faults: u8,
    /// Changes of the package.
    pub changes: u8,
}

/// Who drives the crate: a host that keeps the contract, or one that breaks a part of it, so
/// as to see that the part is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Host {
    Faithful,
    ActsBeforeSaving,
    /// As one would that loads from Graph, which does not know it.
    ForgetsTheAttempt,
    EnforcesAfterTheEnd,
    NeverExpires,
    TakesAccessAway,
    ReportsWithoutDoing,
}

/// Time as far as it matters: where it stands to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clock {
    Before,
    At,
    After,
}

impl Clock {
    pub const ALL: [Self; 3] = [Self::Before, Self::At, Self::After];

    /// Said here a second time on purpose: the laws do not ask the crate whether the end has come.
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

/// An assignment, in memory or saved, with the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Known<A> {
    pub assignment: A,
    pub evidence: Evidence,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub host: Host,
    pub left: Size,
    pub clock: Clock,
    /// Nothing while the host is down.
    pub memory: Option<Known<Assignment>>,
    pub saved: Known<StoredAssignment>,
    /// The access that is really there.
    pub directory: Roles,
    /// With the executor. In order, so that worlds that differ in the order alone are one.
    pub actions: Vec<Action>,
    /// Back from the executor. In order, too.
    pub receipts: Vec<Receipt>,
}

impl World {
    /// The worlds that a search starts from: an assignment that was delivered, with an end and
    /// without one; one that was loaded half way; and one whose resource roles are not known.
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
            .map(|(assignment, directory)| Self {
                host,
                left: size,
                clock: Clock::Before,
                memory: None,
                saved: Known {
                    assignment: StoredAssignment { attempt: FIRST_ATTEMPT, ..assignment },
                    evidence: Evidence::of(directory),
                },
                directory,
                actions: Vec::new(),
                receipts: Vec::new(),
            })
            .into()
    }

    /// Whether what is in memory would survive a crash.
    pub fn is_saved(&self) -> bool {
        self.memory
            .as_ref()
            .is_some_and(|memory| StoredAssignment::from(&memory.assignment) == self.saved.assignment)
    }

    /// The state in memory, while the host is up.
    pub fn state(&self) -> Option<AssignmentState> {
        self.memory.as_ref().map(|memory| memory.assignment.state())
    }

    /// What the access package gives, as far as the host knows it.
    pub fn desired(&self) -> Option<Roles> {
        self.memory.as_ref().and_then(|memory| desired(&memory.assignment))
    }

    /// Every receipt that can ever be on its way in a world of this size, and some that cannot.
    pub fn possible_receipts(of: &Assignment, size: Size) -> Vec<Receipt> {
        let mut receipts = Vec::new();
        for attempt in 0..=u32::from(size.attempts) {
            for number in 0..=size.roles {
                for outcome in [Outcome::Fulfilled, Outcome::Failed] {
                    receipts.push(Receipt {
                        assignment: of.id(),
                        attempt: FIRST_ATTEMPT.wrapping_add(attempt),
                        resource_role: member_of(number.into()),
                        outcome,
                    });
                }
            }
        }
        receipts
    }
}

/// The resource roles of an assignment, by number.
pub fn desired(assignment: &Assignment) -> Option<Roles> {
    Some(assignment.resource_roles()?.iter().map(|role| number(&role.resource_role)).collect())
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unsaved = if self.is_saved() { "" } else { ", not saved" };
        match &self.memory {
            Some(memory) => writeln!(f, "      memory: {}{unsaved}", words(&memory.assignment))?,
            None => writeln!(f, "      memory: none, the host is down")?,
        }
        writeln!(f, "      saved:  {}", words(&load(self.saved.assignment.clone())))?;
        write!(f, "      {:?} the end; directory {}; in flight:", self.clock, self.directory)?;
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

pub fn words(assignment: &Assignment) -> String {
    let roles = assignment.resource_roles().map_or("resource roles unknown".into(), |roles| {
        let role =
            |role: &AssignmentResourceRole| format!("{} {:?}", number(&role.resource_role), role.fulfillment);
        roles.iter().map(role).collect::<Vec<_>>().join(", ")
    });
    format!("{}, attempt {} ({roles})", assignment.state(), assignment.attempt())
}

pub fn action_words(action: &Action) -> String {
    format!("action for role {}, attempt {}", number(&action.resource_role), action.attempt)
}

pub fn receipt_words(receipt: &Receipt) -> String {
    let Receipt { attempt, resource_role, outcome, .. } = receipt;
    format!("receipt for role {}, attempt {attempt}: {outcome:?}", number(resource_role))
}
