//! The assignments that a worker has to look after: leases, pauses, and rows that are set aside.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access_package::Assignment;
use sqlx::postgres::PgListener;
use sqlx::{AssertSqlSafe, query, query_as, query_scalar};
use tokio::sync::Notify;
use tokio::time::sleep;
use tracing::{error, warn};

use super::assignments::whole;
use super::{Kind, Store};
use crate::lease::Lease;
use crate::{Problem, metrics};

/// The version of the server that could not load a row: another version tries the row again.
const READER: &str = env!("CARGO_PKG_VERSION");
/// How long a row that cannot be loaded is left alone. Another version of the server may be able to load it,
/// and tries at once when it starts.
const ASIDE: Duration = Duration::from_mins(5);
/// The channel on which PostgreSQL announces work.
const CHANNEL: &str = "access_package_work";

/// The least time between two announcements.
const TOLD: Duration = Duration::from_millis(5);

/// An assignment to look after.
pub struct Claimed {
    pub assignment: Assignment,
    pub lease: Lease,
    /// How often it has been claimed in this attempt, this time included.
    pub tries: u32,
}

impl Store {
    /// Claims at most so many assignments that have something to do or are past their end. No other worker
    /// has a lease on them: an earlier lease has ended.
    pub async fn claim(&self, limit: usize, time: Duration) -> Result<Vec<Claimed>, Problem> {
        let now = self.kind.now();
        let sql = format!(
            "WITH claimed AS MATERIALIZED \
                 (SELECT id FROM assignment WHERE due <= {now} ORDER BY due LIMIT $1 {}) \
             UPDATE assignment SET lease = lease + 1, tries = tries + 1, due = {}, \
                 held = CASE held WHEN 0 THEN 1 ELSE 2 END \
             FROM claimed WHERE assignment.id = claimed.id \
             RETURNING assignment.id, lease, tries, due - {now}, held, end_ticks, stored",
            self.kind.skip_locked(),
            self.not_after_the_end("$2"),
        );
        let asked = Instant::now();
        let rows = query_as::<_, (String, i64, i64, i64, i64, Option<i64>, String)>(AssertSqlSafe(sql))
            .bind(i64::try_from(limit)?)
            .bind(ticks(time))
            .fetch_all(&self.pool)
            .await?;
        self.kind.still_there()?;
        let mut all = Vec::new();
        for (key, number, tries, left, held, end, stored) in rows {
            if held > 1 {
                metrics::taken_over();
                warn!(assignment = %key, "taken over: the worker that had it did not give it back");
            }
            match whole(&key, end, &stored) {
                Ok(assignment) => {
                    let lease = Lease::new(assignment.id(), number, asked, duration(left));
                    all.push(Claimed { assignment, lease, tries: u32::try_from(tries).unwrap_or(u32::MAX) });
                }
                Err(problem) => {
                    self.set_due(&key, number, ASIDE, false).await?;
                    self.set_aside(&key, &problem).await;
                }
            }
        }
        Ok(all)
    }

    /// Extends a lease. Returns false if the lease is no longer the newest.
    pub async fn renew(&self, lease: &Lease, time: Duration) -> Result<bool, Problem> {
        let asked = Instant::now();
        let left = self.set_due(&lease.id.to_string(), lease.number, time, true).await?;
        self.kind.still_there()?;
        if let Some(left) = left {
            lease.extend(asked, left);
        }
        Ok(left.is_some())
    }

    /// Gives a lease back, and sets the pause until the next look.
    pub async fn put_off(&self, lease: &Lease, pause: Duration) -> Result<(), Problem> {
        lease.extend(Instant::now(), Duration::ZERO);
        self.set_due(&lease.id.to_string(), lease.number, pause, false).await?;
        Ok(())
    }

    /// Sets when a worker looks next, unless no look is ever due, and whether the lease is kept until then.
    /// Returns the time until then.
    async fn set_due(
        &self,
        key: &str,
        number: i64,
        after: Duration,
        is_kept: bool,
    ) -> Result<Option<Duration>, Problem> {
        let sql = format!(
            "UPDATE assignment SET due = {}, held = CASE WHEN {is_kept} THEN held ELSE 0 END \
             WHERE id = $2 AND lease = $3 AND due IS NOT NULL \
             RETURNING due - {}",
            self.not_after_the_end("$1"),
            self.kind.now()
        );
        let left = query_scalar::<_, i64>(AssertSqlSafe(sql)).bind(ticks(after)).bind(key).bind(number);
        Ok(left.fetch_optional(&self.pool).await?.map(duration))
    }

    /// After so many ticks, or at the assignment's end if that comes first: it expires on time, whichever
    /// worker has it.
    fn not_after_the_end(&self, ticks: &str) -> String {
        let now = self.kind.now();
        format!(
            "CASE WHEN end_ticks > {now} AND end_ticks < {now} + {ticks} THEN end_ticks ELSE {now} + {ticks} END"
        )
    }

    /// Marks a row that cannot be loaded, and logs it once.
    pub(super) async fn set_aside(&self, key: &str, problem: &Problem) {
        let sql = "UPDATE assignment SET unread_by = $1 WHERE id = $2 AND unread_by IS DISTINCT FROM $1";
        match query(sql).bind(READER).bind(key).execute(&self.pool).await {
            Ok(marked) if marked.rows_affected() == 0 => {}
            Ok(_) => error!(assignment = key, %problem, "row cannot be loaded and is set aside"),
            Err(error) => warn!(assignment = key, %problem, %error, "row cannot be loaded, nor set aside"),
        }
    }

    /// How many rows are set aside.
    pub async fn set_aside_rows(&self) -> Result<u64, Problem> {
        let sql = "SELECT count(*) FROM assignment WHERE unread_by IS NOT NULL";
        Ok(u64::try_from(query_scalar::<_, i64>(sql).fetch_one(&self.pool).await?)?)
    }

    /// The number of assignments with something to do that no worker does yet, and the longest wait among
    /// them.
    pub async fn waiting(&self) -> Result<(u32, Duration), Problem> {
        let now = self.kind.now();
        let sql = format!(
            "SELECT count(*), COALESCE(MAX({now} - due), 0) \
             FROM assignment WHERE due <= {now} AND state = 'delivering'"
        );
        let (count, age) = query_as::<_, (i64, i64)>(AssertSqlSafe(sql)).fetch_one(&self.pool).await?;
        Ok((u32::try_from(count)?, duration(age)))
    }

    /// Tries again what another version of this server could not load.
    pub(super) async fn look_again(&self) -> Result<(), Problem> {
        let sql = "UPDATE assignment SET unread_by = NULL, due = CASE WHEN due IS NULL THEN NULL ELSE 0 END \
                   WHERE unread_by IS NOT NULL AND unread_by <> $1";
        query(sql).bind(READER).execute(&self.pool).await?;
        Ok(())
    }
}

/// Tells the workers that there is work, whenever this process has accepted a call. With SQLite, the workers
/// of other processes look for themselves.
pub async fn announce(store: Store, accepted: Arc<Notify>, wake: Arc<Notify>) {
    loop {
        accepted.notified().await;
        wake.notify_one();
        if matches!(store.kind, Kind::Sqlite { .. }) {
            continue;
        }
        // Not in the transaction that accepts: only one could commit at a time then. And once for all calls
        // of a moment.
        if let Err(error) = query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(&store.pool).await {
            warn!(%error, "workers are not told of new work");
        }
        sleep(TOLD).await;
    }
}

/// Wakes the worker of this process whenever any process says that there is work.
pub async fn listen(kind: Kind, wake: Arc<Notify>) {
    let Kind::Postgres { url } = kind else { return };
    loop {
        if let Err(error) = listen_once(&url, &wake).await {
            warn!(%error, "cannot listen for new work");
        }
        sleep(Duration::from_secs(1)).await;
    }
}

async fn listen_once(url: &str, wake: &Notify) -> Result<(), Problem> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    loop {
        listener.recv().await?;
        wake.notify_one();
    }
}

/// A tick is a hundred nanoseconds.
fn ticks(time: Duration) -> i64 {
    i64::try_from(time.as_nanos() / 100).unwrap_or(i64::MAX / 4)
}

fn duration(ticks: i64) -> Duration {
    Duration::from_nanos(u64::try_from(ticks).unwrap_or(0).saturating_mul(100))
}
