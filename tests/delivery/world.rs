//! The world around one action: the machine that carries it out, the directory as it really is, and the
//! clock.

use std::fmt;
use std::time::Duration;

use access_package::Timestamp;
use access_package::graph::enforce::{Delivery, FailureCause, Settings};

use crate::kind::Kind;

/// A time in seconds since the start.
pub type Clock = u16;

/// Later than anything that happens.
pub const NEVER: Clock = Clock::MAX;

pub fn at(clock: Clock) -> Timestamp {
    Timestamp::from_unix_ticks(i64::from(clock) * 10_000_000).expect("in range")
}

/// The size of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    /// In seconds.
    pub patience: Clock,
    /// In seconds. During this time, a change may not be visible yet.
    pub replication: Clock,
    /// How often somebody else grants or revokes the resource role, or the host crashes, all together.
    pub events: u8,
    /// The ends that are tried, in seconds, besides an assignment without an end.
    pub ends: &'static [Clock],
    /// Whether every way to say the same thing is tried, or only one.
    pub wide: bool,
}

/// The host that drives the machine. `Faithful` does what the machine says. Each of the others does not, to
/// show that the laws notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Host {
    Faithful,
    /// Its clock is slow by a second.
    HasASlowClock,
    DoesNotWait,
    DropsRetryAfter,
    /// Reports that the service was busy.
    HidesALostAnswer,
    /// Begins again with the write.
    ForgetsToLookAfterACrash,
    /// Does what many clients do that read the message.
    TakesABadRequestForDone,
}

/// Whether the group, application, role and target exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Objects {
    /// From this time on.
    From(Clock),
    Missing,
}

/// A grant in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grant {
    /// The time from which the grant counts.
    pub since: Clock,
    /// The grant came from a write whose answer was lost.
    pub lost: bool,
}

/// What the service last said about a write. The model knows it by itself, and does not ask the crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Nothing conclusive.
    None,
    /// Too early, or the object does not exist.
    NotFound,
    /// Already there, too early, or wrong: one code for all three.
    BadRequest,
    /// The write needs another token.
    Token,
    /// The write cannot succeed.
    Final(FailureCause),
}

/// What the checker has seen. It judges the next step of the machine by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing seen or not, apart from the others")]
pub struct Memory {
    /// When the first request was sent.
    pub began: Option<Clock>,
    /// When the service first said that it is too early, or listed an unreadable item.
    pub early: Option<Clock>,
    /// A write may have been carried out, and there was no complete look since.
    pub in_doubt: bool,
    /// Nothing may be sent before.
    pub not_before: Clock,
    pub verdict: Verdict,
    /// Why a look was refused, if a look was refused and the write was not.
    pub refused: Option<FailureCause>,
    /// How many requests in a row were rejected for their token. Two are final.
    pub tokens: u8,
    /// An answer was unclear, so the delivery may take until patience is over.
    pub troubled: bool,
    /// The last look told nothing, although everything was visible by then.
    pub blind: bool,
    /// A listed item could not be read.
    pub garbled: bool,
    /// The target has, or had, the resource role.
    pub had: bool,
    /// The requests since the clock last moved.
    pub at_once: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub kind: Kind,
    pub host: Host,
    pub size: Size,
    pub end: Option<Clock>,
    pub machine: Delivery,
    pub clock: Clock,
    /// How many events are left.
    pub events: u8,
    pub objects: Objects,
    pub grant: Option<Grant>,
    /// When a grant was taken away.
    pub gone: Option<Clock>,
    pub memory: Memory,
}

impl World {
    /// The worlds from which a search starts: with an end or without; the objects there, late or missing; the
    /// grant there or not; and a machine that looks first or does not.
    pub fn starts(kind: Kind, host: Host, size: Size) -> Vec<Self> {
        let ends = size.ends.iter().copied().map(Some);
        let mut starts = Vec::new();
        for end in std::iter::once(None).chain(ends) {
            let late = (1..=if size.wide { size.replication } else { 1 }).map(Objects::From);
            let objects = [Objects::From(0), Objects::Missing].into_iter().chain(late);
            for (objects, looking_first) in objects.flat_map(|it| [(it, false), (it, true)]) {
                let granted = (objects == Objects::From(0)).then_some(Grant { since: 0, lost: false });
                for grant in [None].into_iter().chain(granted.map(Some)) {
                    let machine = machine(kind, size, end);
                    starts.push(Self {
                        kind,
                        host,
                        size,
                        end,
                        machine: if looking_first { machine.looking_first() } else { machine },
                        clock: 0,
                        events: size.events,
                        objects,
                        grant,
                        gone: None,
                        memory: Memory { had: grant.is_some(), ..Memory::NEW },
                    });
                }
            }
        }
        starts
    }

    pub fn are_objects_there(&self) -> bool {
        matches!(self.objects, Objects::From(clock) if clock <= self.clock)
    }

    /// The time since which the target has the grant, if it has it.
    pub fn granted(&self) -> Option<Clock> {
        self.grant.map(|grant| grant.since).filter(|&since| since <= self.clock)
    }

    /// Whether a change at that time may not be visible yet.
    pub fn is_fresh(&self, since: Clock) -> bool {
        self.clock < since.saturating_add(self.size.replication)
    }

    /// Whether the end has come. Repeats the rule on purpose.
    pub fn has_ended(&self) -> bool {
        self.end.is_some_and(|end| self.clock >= end)
    }

    /// When patience is over.
    pub fn patience(&self) -> Clock {
        self.memory.began.map_or(NEVER, |began| began + self.size.patience)
    }

    /// The time by the host's clock.
    pub fn now(&self) -> Timestamp {
        at(if self.host == Host::HasASlowClock { self.clock.saturating_sub(1) } else { self.clock })
    }

    pub fn begin_again(&mut self) {
        let machine = machine(self.kind, self.size, self.end);
        let looks = self.host != Host::ForgetsToLookAfterACrash;
        self.machine = if looks { machine.looking_first() } else { machine };
        let Memory { in_doubt, had, .. } = self.memory;
        self.memory = Memory { in_doubt, had, ..Memory::NEW };
        // The new machine does not know of the lost answer.
        self.grant = self.grant.map(|grant| Grant { lost: false, ..grant });
    }

    /// Moves the clock, and forgets what no longer makes a difference.
    pub fn pass(&mut self, until: Clock) {
        if until > self.clock {
            self.memory.at_once = 0;
        }
        self.clock = until;
        let fresh = |since: &Clock| until < since.saturating_add(self.size.replication);
        self.gone = self.gone.filter(fresh);
        if let Some(grant) = &mut self.grant {
            if grant.since <= until {
                self.memory.had = true;
            }
            if !fresh(&grant.since) {
                grant.since = 0;
            }
        }
        if let Objects::From(clock) = &mut self.objects {
            if *clock <= until {
                *clock = 0;
            }
        }
        if self.memory.not_before <= until {
            self.memory.not_before = 0;
        }
    }
}

impl Memory {
    const NEW: Self = Self {
        began: None,
        early: None,
        in_doubt: false,
        not_before: 0,
        verdict: Verdict::None,
        refused: None,
        tokens: 0,
        troubled: false,
        blind: false,
        garbled: false,
        had: false,
        at_once: 0,
    };
}

fn machine(kind: Kind, size: Size, end: Option<Clock>) -> Delivery {
    let settings = Settings {
        patience: Duration::from_secs(size.patience.into()),
        replication: Duration::from_secs(size.replication.into()),
        ..Settings::new("https://graph.microsoft.com".parse().expect("an address"))
    };
    kind.delivery(end.map(at), settings).expect("a kind that can be expressed")
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clock, end, objects, grant, gone, memory, .. } = self;
        write!(f, "      at {clock} s")?;
        end.map_or(Ok(()), |end| write!(f, " of {end}"))?;
        write!(f, "; objects {objects:?}; grant {grant:?}")?;
        gone.map_or(Ok(()), |gone| write!(f, ", taken away at {gone} s"))?;
        writeln!(f, "\n      {memory:?}")
    }
}
