//! The laws: what the machine says has to agree with what the checker has seen.

use access_package::graph::enforce::{Delivery, End, FailureCause, Next};
use access_package::{Outcome, Timestamp};
use http::Response;

use crate::kind::Ask;
use crate::world::{Clock, Host, Verdict, World, at};

/// More requests than any path sends at the same time.
const MOST_AT_ONCE: u8 = 8;

/// How far a write with two looks of two pages, all of them slow, and a host that oversleeps twice can exceed
/// the bounds, in seconds.
const SLACK: Clock = 7;

/// A law that does not hold.
#[derive(Debug)]
pub struct Broken {
    pub law: &'static str,
    pub how: String,
}

pub fn hold(law: &'static str, holds: bool, how: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken { law, how: how() }) }
}

/// Whether the machine may say this in this world. Returns the kind of the request, if it is one.
pub fn check(world: &World, after: &Delivery, next: &Next) -> Result<Option<Ask>, Broken> {
    if world.host != Host::DoesNotWait {
        let mut again = world.machine.clone();
        let said = again.next(world.now());
        let same = again == *after && same(&said, next);
        hold("D9", same, || "asked again, it says something different".into())?;
    }
    match next {
        Next::Send(request) => {
            let asked = world.kind.understand(request, world.now(), world.end.map(at));
            hold("D1", asked.is_some(), || format!("the service does not understand {request:?}"))?;
            check_send(world, asked.unwrap_or(Ask::Write))?;
            Ok(asked)
        }
        Next::Wait(until) => {
            check_wait(world, after, *until)?;
            Ok(None)
        }
        Next::Done(end) => {
            check_over(world, after, end)?;
            Ok(None)
        }
    }
}

fn same(one: &Next, other: &Next) -> bool {
    match (one, other) {
        (Next::Send(one), Next::Send(other)) => {
            (one.method(), one.uri(), one.body()) == (other.method(), other.uri(), other.body())
        }
        (Next::Wait(one), Next::Wait(other)) => one == other,
        (Next::Done(one), Next::Done(other)) => one == other,
        _ => false,
    }
}

fn check_send(world: &World, ask: Ask) -> Result<(), Broken> {
    let World { clock, memory, .. } = world;
    hold("D2", !world.has_ended(), || format!("{ask:?} is sent after the end"))?;
    hold("D4", *clock >= memory.not_before, || {
        format!("{ask:?} is sent before {} s, as `Retry-After` said", memory.not_before)
    })?;
    hold("D5", memory.at_once < MOST_AT_ONCE, || "it sends request after request at the same time".into())?;
    let latest = latest(world);
    hold("D5", *clock <= latest, || format!("{ask:?} is sent after {latest} s: there is no end to it"))?;
    if ask == Ask::Group {
        let is_over = memory.early.is_some_and(|early| *clock >= early + world.size.replication);
        let is_time = match memory.verdict {
            Verdict::Final(cause) => cause == FailureCause::NotAllowed,
            Verdict::BadRequest => is_over,
            Verdict::None | Verdict::NotFound | Verdict::Token => false,
        };
        hold("D8", is_time, || format!("the group is asked why, after {:?}", memory.verdict))?;
    }
    if ask == Ask::Write {
        hold("D3", !memory.in_doubt, || "it writes again without a look".into())?;
        let is_final =
            matches!(memory.verdict, Verdict::Final(_)) || memory.refused.is_some() || memory.tokens > 1;
        hold("D8", !is_final, || format!("it writes again after {:?}", memory.verdict))?;
    }
    Ok(())
}

/// The latest time at which the delivery is over.
fn latest(world: &World) -> Clock {
    world.patience().saturating_add(world.size.replication + SLACK)
}

fn check_wait(world: &World, waiting: &Delivery, until: Timestamp) -> Result<(), Broken> {
    hold("D5", until > world.now(), || "it waits until now".into())?;
    let latest = world.end.map_or(at(latest(world)), |end| at(end).min(at(latest(world))));
    hold("D2", until <= latest, || format!("it waits until {until}, and the end is {latest}"))?;
    check_still(world, waiting)
}

/// An answer without an open request changes nothing.
fn check_still(world: &World, still: &Delivery) -> Result<(), Broken> {
    let mut after = still.clone();
    for status in [200, 201, 204, 400, 404, 429] {
        let mut late = Response::new(r#"{"value":[],"status":"Failed"}"#);
        *late.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        after.answered(&late, world.now());
        hold("D7", after == *still, || format!("a late answer of {status} has changed it"))?;
    }
    after.unanswered(world.now());
    hold("D7", after == *still, || "to report no answer, without a request, has changed it".into())
}

fn check_over(world: &World, over: &Delivery, end: &End) -> Result<(), Broken> {
    for later in [0, 1, 1000] {
        let mut after = over.clone();
        let said = after.next(at(world.clock + later));
        let same = after == *over && matches!(said, Next::Done(other) if other == *end);
        hold("D7", same, || "it was over, and no longer is".into())?;
    }
    check_still(world, over)?;
    let outcome = over.clone().receipt(end).map(|receipt| receipt.outcome);
    match end {
        End::Expired => hold("D2", world.has_ended() && outcome.is_none(), || "the end has not come".into()),
        End::Fulfilled => {
            let told = outcome == Some(Outcome::Fulfilled);
            hold("D6", world.memory.had && told, || "fulfilled, and the target never had it".into())
        }
        End::Failed(failure) => {
            hold("D6", outcome == Some(Outcome::Failed), || "failed, and it is told otherwise".into())?;
            check_failed(world, failure.cause)
        }
    }
}

/// A delivery fails for a reason that the service gave, or because a bound is over. It does not fail while a
/// write of its own that was carried out is not visible yet.
fn check_failed(world: &World, cause: FailureCause) -> Result<(), Broken> {
    let World { clock, size, memory, .. } = world;
    let is_over = memory.early.is_some_and(|early| *clock >= early + size.replication);
    let is_so = match (cause, memory.verdict) {
        (FailureCause::NotFound, Verdict::NotFound) | (FailureCause::Rejected, Verdict::BadRequest) => {
            is_over
        }
        (FailureCause::Unreadable, _) => memory.garbled && is_over,
        (FailureCause::NotAuthenticated, _) => memory.tokens > 1,
        (FailureCause::TimedOut, _) => {
            let patience = world.patience();
            memory.troubled && (*clock >= patience || memory.not_before > patience)
        }
        (cause, verdict) => verdict == Verdict::Final(cause),
    };
    let is_so = is_so || memory.refused == Some(cause);
    hold("D8", is_so, || format!("failed with {cause:?}, which is wrong"))?;
    // From the end on, the grant is of no use.
    let own = world.grant.filter(|grant| grant.lost && !world.has_ended());
    let Some(grant) = own else { return Ok(()) };
    let seen_by = grant.since + size.replication;
    let could_not_look = memory.blind || memory.not_before > world.patience().max(seen_by);
    hold("D6", could_not_look, || "failed, and its own write was carried out".into())
}

/// To ask for the next step without reporting an answer is to report that there was none, except after the
/// end.
pub fn check_unanswered(world: &World, sent: &Delivery) -> Result<(), Broken> {
    let (mut silent, mut told) = (sent.clone(), world.machine.clone());
    let (one, other) = (silent.next(world.now()), told.next(world.now()));
    let alike = silent == told && same(&one, &other);
    hold("D9", alike || world.has_ended(), || "silence is not the same as no answer".into())
}
