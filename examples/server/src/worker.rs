//! Step 5: carries out what is to be done. The work is in the database and nowhere else: there is no queue
//! that a crash could empty.
//!
//! A worker claims assignments under leases, so that no other worker carries out the same actions. A slow
//! action does not hold up others: it keeps running, but its slot is free again.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use access_package::graph::enforce::Failure;
use access_package::{Action, FailureReason, Receipt, Timestamp};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};
use tracing::{error, warn};

use crate::executor::Executor;
use crate::lease::Lease;
use crate::store::{Claimed, Store};
use crate::{Problem, contract, now};

/// How often the worker looks through the database if nothing wakes it.
const EVERY: Duration = Duration::from_secs(1);
/// An action that takes longer than this gives up its slot, and an assignment its place.
const SLOW: Duration = Duration::from_secs(1);
/// How many actions of one assignment run at a time, slow ones not counted.
const SIDE_BY_SIDE: usize = 8;
/// How many assignments a worker has at most, slow ones included.
const MOST: usize = 4096;
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// How long work under way may take once the worker is told to stop.
const GRACE: Duration = Duration::from_secs(3);

/// How much a worker does at a time, and for how long.
#[derive(Clone, Copy)]
pub struct Limits {
    /// How many actions run at a time, slow ones not counted.
    pub at_a_time: usize,
    /// After how long another worker takes over from one that is gone.
    pub lease: Duration,
    /// How long an action may take.
    pub action: Duration,
    /// How often an action is tried before it counts as failed.
    pub tries: u32,
    /// The pause after the first error. It doubles after each further one.
    pub pause: Duration,
}

pub struct Worker {
    store: Store,
    executor: Executor,
    limits: Limits,
    /// For claimed assignments: twice as many as slots, so that a free slot does not wait for a claim.
    places: Arc<Semaphore>,
    /// For actions that are carried out.
    slots: Semaphore,
}

impl Worker {
    #[must_use]
    pub fn new(store: Store, executor: Executor, limits: Limits) -> Self {
        let (places, slots) = (Semaphore::new(limits.at_a_time * 2), Semaphore::new(limits.at_a_time));
        Self { store, executor, limits, places: Arc::new(places), slots }
    }

    /// Works until it is told to stop. It looks for work at once, since a crash may have left some behind.
    pub async fn run(self: Arc<Self>, wake: Arc<Notify>, mut stop: watch::Receiver<bool>) {
        let mut tasks = JoinSet::new();
        while !*stop.borrow() {
            while tasks.try_join_next().is_some() {}
            let free = self.places.available_permits().min(MOST.saturating_sub(tasks.len()));
            let claimed =
                if free == 0 { Ok(vec![]) } else { self.store.claim(free, self.limits.lease).await };
            let is_all = match claimed {
                Ok(claimed) => {
                    let is_all = claimed.len() < free;
                    for claimed in claimed {
                        let (worker, stop) = (Arc::clone(&self), stop.clone());
                        let place = Arc::clone(&self.places).try_acquire_owned();
                        tasks.spawn(async move {
                            gives_way(place, worker.look_after(claimed, stop)).await;
                        });
                    }
                    is_all
                }
                Err(error) => {
                    let error = self.store.kind.why(error).await;
                    error!(%error, "the assignments to look after cannot be claimed");
                    true
                }
            };
            tokio::select! {
                () = wake.notified(), if is_all => {}
                () = sleep(EVERY) => {}
                // There is more work: claim again once half of the places are free.
                _ = self.places.acquire_many(self.half()), if !is_all && tasks.len() < MOST => {}
                _ = stop.changed() => {}
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    fn half(&self) -> u32 {
        u32::try_from(self.limits.at_a_time).unwrap_or(u32::MAX)
    }

    /// Tries each action of one assignment once, as long as the lease holds.
    async fn look_after(self: Arc<Self>, claimed: Claimed, stop: watch::Receiver<bool>) {
        let Claimed { assignment, lease, tries } = claimed;
        let (id, lease) = (assignment.id(), Arc::new(lease));
        let side_by_side = Arc::new(Semaphore::new(SIDE_BY_SIDE));
        let mut tasks = JoinSet::new();
        for action in assignment.actions().filter(|action| !action.has_ended(now())) {
            let side_by_side = Arc::clone(&side_by_side);
            tasks.spawn(Arc::clone(&self).carry_out(action, Arc::clone(&lease), tries, side_by_side));
        }
        let mut is_done = !tasks.is_empty();
        let (mut ended, mut told) = (pin!(until(assignment.end())), pin!(told_to_stop(stop)));
        let mut renewal = interval(self.limits.lease / 3);
        renewal.reset();
        let pause = loop {
            tokio::select! {
                biased;
                // R21: expire on time, whatever is still under way.
                () = &mut ended => {
                    if let Err(error) = contract::load(&self.store, id).await {
                        error!(assignment = %id, %error, "not expired");
                    }
                    return;
                }
                one = tasks.join_next() => match one {
                    Some(one) => is_done &= one.is_ok_and(|is_done| is_done),
                    None if is_done => return,
                    None => break self.pause(tries),
                },
                _ = renewal.tick() => match self.store.renew(&lease, self.limits.lease).await {
                    Ok(true) => {}
                    Ok(false) => {
                        warn!(assignment = %id, "lease is lost");
                        return;
                    }
                    // The lease still holds for its time, and the next renewal may succeed.
                    Err(error) => warn!(assignment = %id, %error, "lease is not renewed"),
                },
                () = &mut told => break Duration::ZERO,
            }
        };
        // Break off what is under way before another worker can begin.
        tasks.shutdown().await;
        if let Err(error) = self.store.put_off(&lease, pause).await {
            warn!(assignment = %id, %error, "lease is not given back: it ends by itself");
        }
    }

    /// Carries out one action, and returns whether it has come to its end.
    async fn carry_out(
        self: Arc<Self>,
        action: Action,
        lease: Arc<Lease>,
        tries: u32,
        side_by_side: Arc<Semaphore>,
    ) -> bool {
        let slots = (side_by_side.acquire().await, self.slots.acquire().await);
        let (id, resource_role) = (action.assignment, action.resource_role.clone());
        match gives_way(slots, self.try_once(action, &lease, tries)).await {
            Ok(()) => true,
            Err(error) => {
                warn!(assignment = %id, %resource_role, tries, %error, "not carried out");
                false
            }
        }
    }

    async fn try_once(&self, action: Action, lease: &Lease, tries: u32) -> Result<(), Problem> {
        let work = self.executor.carry_out(action.clone(), tries == 1, || lease.holds());
        let receipt = match timeout(self.limits.action, work).await {
            Ok(Ok(receipt)) => receipt,
            Ok(Err(error)) => Some(self.failed(action, tries, "notCarriedOut", error)?),
            Err(late) => Some(self.failed(action, tries, "timedOut", late.into())?),
        };
        match receipt {
            Some(receipt) => contract::record(&self.store, lease, &receipt).await,
            None => Ok(()),
        }
    }

    /// After the last try the error is the outcome.
    fn failed(&self, action: Action, tries: u32, code: &str, error: Problem) -> Result<Receipt, Problem> {
        if tries < self.limits.tries {
            return Err(error);
        }
        let reason = match error.downcast_ref::<Failure>() {
            Some(failure) => failure.reason(),
            None => FailureReason::new(code, &error.to_string()),
        };
        Ok(action.failed(reason))
    }

    fn pause(&self, tries: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(tries.saturating_sub(1));
        self.limits.pause.saturating_mul(doubled).min(LONGEST_PAUSE)
    }
}

/// Does the work. Holds on to the permit until the work turns out to be slow.
async fn gives_way<P, T>(permit: P, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    if let Ok(done) = timeout(SLOW, &mut work).await {
        return done;
    }
    drop(permit);
    work.await
}

async fn until(end: Option<Timestamp>) {
    let Some(end) = end else { return pending().await };
    loop {
        let ticks = end.unix_ticks().saturating_sub(now().unix_ticks());
        let Some(ticks) = u64::try_from(ticks).ok().filter(|ticks| *ticks > 0) else { return };
        // The clock may be changed meanwhile, so do not sleep for long.
        sleep(Duration::from_nanos(ticks.saturating_mul(100)).min(Duration::from_mins(1))).await;
    }
}

/// Completes once the worker is told to stop and the time for work under way is over.
async fn told_to_stop(mut stop: watch::Receiver<bool>) {
    let told = stop.wait_for(|stop| *stop).await.is_ok();
    if told { sleep(GRACE).await } else { pending().await }
}
