//! Connections, and their limits: how many there are, how large a head is and how long it takes, how long a
//! connection is idle, and how long it lives.

mod told;

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{debug, warn};

use self::told::Told;

/// How large a head may be: a token from Entra takes some kilobytes.
const HEAD_SIZE: usize = 32 * 1024;
/// How long to wait for room before another connection is told to make it.
const ROOM: Duration = Duration::from_millis(50);
/// How long a client may take to finish a head once its connection is to end.
const LAST_WORD: Duration = Duration::from_secs(1);

#[derive(Clone, Copy)]
pub struct Limits {
    /// How many connections there are at most. A new one takes the place of the one that has waited longest
    /// for a request.
    pub connections: usize,
    /// How long a head may take, and how long a connection may wait for one.
    pub head: Duration,
    /// How long a connection lives. A request that is under way at that time is still answered.
    pub life: Duration,
}

/// A connection, as others see it.
struct Seen {
    /// When the connection began to wait for a request, by a counter that rises; 0 while a request is under
    /// way.
    waits_since: AtomicU64,
    gives_way: Notify,
}

impl Seen {
    fn is_waiting(&self) -> bool {
        self.waits_since.load(Ordering::Relaxed) != 0
    }
}

struct Open {
    tasks: JoinSet<()>,
    seen: HashMap<Id, Arc<Seen>>,
}

impl Open {
    /// Waits until a connection has ended.
    async fn one_less(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(ended) => self.forget(ended.map_or_else(|error| error.id(), |(id, ())| id)),
            None => pending().await,
        }
    }

    fn forget(&mut self, id: Id) {
        self.seen.remove(&id);
    }

    /// Tells a connection to end: the one that has waited longest for a request.
    fn make_room(&self) {
        let waiting = self.seen.values().filter(|it| it.is_waiting());
        if let Some(longest) = waiting.min_by_key(|it| it.waits_since.load(Ordering::Relaxed)) {
            longest.gives_way.notify_one();
        }
    }
}

/// Answers every client until `stop` comes, and then finishes the requests that are under way.
pub async fn serve<A, F>(listener: TcpListener, service: A, limits: Limits, stop: impl Future<Output = ()>)
where
    A: Fn(Request<Body>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<String>> + Send + 'static,
{
    let clock = Arc::new(AtomicU64::new(1));
    let mut open = Open { tasks: JoinSet::new(), seen: HashMap::new() };
    let (told, stopped) = watch::channel(());
    let mut stop = pin!(stop);
    'accepting: loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        while let Some(ended) = open.tasks.try_join_next_with_id() {
            open.forget(ended.map_or_else(|error| error.id(), |(id, ())| id));
        }
        match accepted {
            Ok((stream, _)) => {
                while open.tasks.len() >= limits.connections {
                    open.make_room();
                    // The connection that was told to end may just have received a request.
                    tokio::select! {
                        () = &mut stop => break 'accepting,
                        () = open.one_less() => {}
                        () = sleep(ROOM) => {}
                    }
                }
                // Without it, small answers wait for each other. If it fails, the connection still works.
                let _ = stream.set_nodelay(true);
                let seen = Arc::new(Seen { waits_since: now(&clock).into(), gives_way: Notify::new() });
                let connection = answer(
                    stream,
                    service.clone(),
                    limits,
                    Arc::clone(&seen),
                    clock.clone(),
                    stopped.clone(),
                );
                open.seen.insert(open.tasks.spawn(connection).id(), seen);
            }
            // Usually the process has run out of file handles.
            Err(error) => {
                warn!(%error, open = open.tasks.len(), "connection is not accepted");
                open.make_room();
                let _ = timeout(ROOM, open.one_less()).await;
            }
        }
    }
    drop(listener);
    told.send_replace(());
    while open.tasks.join_next().await.is_some() {}
}

fn now(clock: &AtomicU64) -> u64 {
    clock.fetch_add(1, Ordering::Relaxed)
}

/// Answers the requests of one connection.
async fn answer<F: Future<Output = Response<String>>>(
    stream: TcpStream,
    service: impl Fn(Request<Body>) -> F,
    limits: Limits,
    seen: Arc<Seen>,
    clock: Arc<AtomicU64>,
    mut stopped: watch::Receiver<()>,
) {
    let answers = service_fn(|request: Request<Incoming>| {
        seen.waits_since.store(0, Ordering::Relaxed);
        let answer = service(request.map(Body::new));
        let (seen, clock) = (&seen, &clock);
        async move {
            let answer = answer.await;
            seen.waits_since.store(now(clock), Ordering::Relaxed);
            Ok::<_, Infallible>(answer)
        }
    });
    let mut http = http1::Builder::new();
    // This limit also covers the time that a connection waits for a head.
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_header_size(HEAD_SIZE);
    let mut connection = pin!(http.serve_connection(TokioIo::new(Told::new(stream)), answers));
    let (mut deadline, mut is_ending) = (Instant::now() + limits.life, false);
    loop {
        tokio::select! {
            ended = &mut connection => {
                if let Err(error) = ended {
                    debug!(%error, "connection ends");
                }
                return;
            }
            () = seen.gives_way.notified() => if seen.is_waiting() { return },
            _ = stopped.changed(), if !is_ending => deadline = Instant::now(),
            () = sleep_until(deadline) => {
                // By now the client does not read the answer, or does not finish its head.
                if is_ending && seen.is_waiting() {
                    return;
                }
                if !is_ending {
                    connection.as_mut().graceful_shutdown();
                }
                (deadline, is_ending) = (Instant::now() + LAST_WORD, true);
            }
        }
    }
}
