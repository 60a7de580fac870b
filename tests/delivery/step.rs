//! Every possible next step, and its effect on the world. The host is here: it does what the machine says.

use std::fmt;

use access_package::graph::enforce::{Delivery, Next};
use http::Response;

use crate::kind::{Ask, Page};
use crate::laws::{Broken, check, check_unanswered, hold};
use crate::reply::{Act, After, Reply, Says, Tells};
use crate::world::{Clock, Grant, Host, Objects, Verdict, World};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The request is sent, with this result.
    Send(Ask, Reply),
    /// The host sleeps until then.
    Sleep(Clock),
    /// Somebody else grants the resource role.
    Grant,
    /// Somebody else revokes it.
    Revoke,
    /// The host loses the machine, and begins again.
    Crash,
}

impl World {
    /// Asks the machine for the next step, as this host does.
    fn ask(&self) -> (Delivery, Next) {
        let mut machine = self.machine.clone();
        let mut next = machine.next(self.now());
        if let (Host::DoesNotWait, Next::Wait(until)) = (self.host, &next) {
            next = machine.next(*until);
        }
        (machine, next)
    }

    /// Every step that can be taken now. First, the laws have to hold for what the machine says.
    pub fn steps(&self) -> Result<Vec<Step>, Broken> {
        let (machine, next) = self.ask();
        let asked = check(self, &machine, &next)?;
        let mut steps: Vec<_> = match (next, asked) {
            (Next::Done(_), _) => return Ok(Vec::new()),
            (Next::Wait(until), _) => {
                let until = Clock::try_from(until.unix_ticks() / 10_000_000).expect("not that long");
                let until = until.max(self.clock + 1);
                [until, until + 1].map(Step::Sleep).into()
            }
            (Next::Send(_), Some(ask)) => {
                Reply::every(self, ask).into_iter().map(|reply| Step::Send(ask, reply)).collect()
            }
            (Next::Send(_), None) => unreachable!("the laws hold"),
        };
        if self.events > 0 {
            match self.grant {
                Some(_) => steps.push(Step::Revoke),
                None if self.objects != Objects::Missing && self.are_objects_there() => {
                    steps.push(Step::Grant);
                }
                None => {}
            }
            if self.memory.began.is_some() {
                steps.push(Step::Crash);
            }
        }
        Ok(steps)
    }

    /// Takes the step.
    pub fn apply(&mut self, step: Step) -> Result<(), Broken> {
        match step {
            Step::Sleep(until) => {
                self.machine = self.ask().0;
                self.pass(until);
            }
            Step::Grant => {
                self.events -= 1;
                self.memory.had = true;
                self.grant = Some(Grant { since: self.clock, lost: false });
            }
            Step::Revoke => {
                self.events -= 1;
                self.gone = self.granted().map(|_| self.clock).filter(|&since| self.is_fresh(since));
                self.grant = None;
            }
            Step::Crash => {
                self.events -= 1;
                self.begin_again();
            }
            Step::Send(ask, reply) => {
                self.machine = self.ask().0;
                self.send(ask, &reply)?;
            }
        }
        // A change that takes effect now may be visible now.
        self.pass(self.clock);
        Ok(())
    }

    fn send(&mut self, ask: Ask, reply: &Reply) -> Result<(), Broken> {
        let response = reply.response(self);
        let is_clear = self.grant.is_some_and(|grant| !self.is_fresh(grant.since));
        self.memory.began.get_or_insert(self.clock);
        self.memory.at_once += 1;
        if let Act::Grant(later) = reply.act {
            let since = self.clock.saturating_add(later);
            self.grant = Some(Grant { since, lost: reply.tells == Tells::Doubt && later == 0 });
        }
        self.pass(self.clock + reply.takes);
        self.remember(ask, reply, is_clear);
        self.tell(response.map(|response| (response, reply)))
    }

    /// Reports to the machine, as this host does.
    fn tell(&mut self, answer: Option<(Response<String>, &Reply)>) -> Result<(), Broken> {
        let now = self.now();
        let answer = match (answer, self.host) {
            (None, Host::HidesALostAnswer) => {
                let mut busy = Response::new(String::new());
                *busy.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
                Some(busy)
            }
            (None, _) => None,
            (Some((mut response, _)), Host::DropsRetryAfter) => {
                response.headers_mut().remove("retry-after");
                Some(response)
            }
            (Some((response, reply)), Host::TakesABadRequestForDone)
                if reply.tells == Tells::Verdict(Verdict::BadRequest) =>
            {
                let mut done = response.map(|_| String::new());
                *done.status_mut() =
                    http::StatusCode::from_u16(if self.kind.is_reference() { 204 } else { 201 })
                        .expect("a status");
                Some(done)
            }
            (Some((response, _)), _) => Some(response),
        };
        let sent = self.machine.clone();
        match answer {
            None => {
                self.machine.unanswered(now);
                check_unanswered(self, &sent)
            }
            Some(response) => {
                self.machine.answered(&response, now);
                let mut again = sent;
                again.answered(&response, now);
                hold("D9", again == self.machine, || "the same answer has another result".into())
            }
        }
    }

    /// Keeps what the checker needs from the reply.
    fn remember(&mut self, ask: Ask, reply: &Reply, is_clear: bool) {
        let clock = self.clock;
        let memory = &mut self.memory;
        let after = match reply.after {
            After::Nothing => 0,
            After::Seconds(seconds) | After::Date(seconds) => clock + seconds,
        };
        memory.not_before = memory.not_before.max(after);
        memory.troubled |= match reply.tells {
            Tells::Granted | Tells::Whole | Tells::More | Tells::Why(_) | Tells::Verdict(_) => {
                reply.after != After::Nothing || reply.takes > 0
            }
            Tells::InProgress | Tells::Busy | Tells::Doubt | Tells::Blind => true,
        };
        // Two rejected tokens in a row are final, whatever follows. Without an answer, the token may be fine.
        match reply.tells {
            _ if memory.tokens > 1 => {}
            Tells::Verdict(Verdict::Token) => {
                memory.tokens += 1;
                memory.troubled = true;
            }
            _ if reply.says != Says::Nothing => memory.tokens = 0,
            _ => {}
        }
        match (ask, reply.tells) {
            (Ask::Write, tells) => {
                memory.refused = None;
                memory.verdict = if let Tells::Verdict(verdict) = tells { verdict } else { Verdict::None };
                memory.in_doubt |= tells == Tells::Doubt;
                match memory.verdict {
                    Verdict::NotFound | Verdict::BadRequest => {
                        memory.early.get_or_insert(clock);
                    }
                    Verdict::None | Verdict::Token | Verdict::Final(_) => {}
                }
            }
            (Ask::Group, Tells::Why(cause)) => memory.verdict = Verdict::Final(cause),
            (Ask::Group, _) => {}
            (Ask::Look | Ask::SecondPage, Tells::Whole) => {
                memory.in_doubt = false;
                memory.blind = false;
            }
            (Ask::Look | Ask::SecondPage, tells) => {
                memory.blind = is_clear && tells != Tells::More;
                let is_garbled = matches!(reply.says, Says::Body(200, _) | Says::Page(Page::MoreOfTheSame));
                if tells == Tells::Blind && is_garbled {
                    memory.garbled = true;
                    memory.early.get_or_insert(clock);
                }
                // The first reason is kept.
                if let (
                    Tells::Verdict(Verdict::Final(cause)),
                    Verdict::None | Verdict::NotFound | Verdict::BadRequest | Verdict::Token,
                ) = (tells, memory.verdict)
                {
                    memory.refused.get_or_insert(cause);
                }
            }
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(ask, Reply { act, says, after, tells, takes }) => {
                write!(f, "{ask:?} is sent; the directory does {act:?}; after {takes} s ")?;
                match says {
                    Says::Nothing => f.write_str("there is no answer")?,
                    says => write!(f, "the answer is {says:?}")?,
                }
                if *after != After::Nothing {
                    write!(f, ", again after {after:?}")?;
                }
                write!(f, " ({tells:?})")
            }
            Self::Sleep(until) => write!(f, "the host sleeps until {until} s"),
            Self::Grant => f.write_str("somebody else grants it"),
            Self::Revoke => f.write_str("somebody else takes it away"),
            Self::Crash => f.write_str("the host crashes, and begins again"),
        }
    }
}
