//! Calls per second: of reprocess, and of `/healthz`, which shows the cost of HTTP itself.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use access_package::{AssignmentState, StoredAssignment};
use access_package_server::development::{self, member};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::{DEADLINE, Place, Server, V1, in_state, insert, postgres, token};

const CALLERS: usize = 8;
/// Everything is measured in turn, several times, so that other load on the machine affects every measurement
/// alike.
const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(1);

/// A measurement: how many calls were made, how many were accepted, and in how many seconds.
#[derive(Default)]
struct Measured {
    count: f64,
    accepted: f64,
    seconds: f64,
}

impl Measured {
    fn add(&mut self, [count, accepted]: [u32; 2], time: Duration) {
        self.count += f64::from(count);
        self.accepted += f64::from(accepted);
        self.seconds += time.as_secs_f64();
    }

    fn rate(&self) -> f64 {
        self.count / self.seconds
    }

    fn accepted(&self) -> f64 {
        self.accepted / self.seconds
    }
}

#[test]
#[ignore = "a measurement: run it in release, by itself"]
fn load() {
    let place = Place::new();
    let (given, empty) = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let given = in_state(AssignmentState::Delivered);
        let empty = StoredAssignment { resource_roles: Some(vec![]), ..given.clone() };
        let mut ids = (Vec::new(), Vec::new());
        for _ in 0..CALLERS {
            ids.0.push(insert(store, &given).await);
            ids.1.push(insert(store, &empty).await);
        }
        ids
    });
    let server = Server::start(&place, Duration::ZERO);
    let path = |id: &Uuid| format!("{V1}/{id}/reprocess");
    let paths = |ids: &[Uuid]| ids.iter().map(path).collect::<Vec<_>>();
    let missing = vec![path(&Uuid::from_u128(404)); CALLERS];
    let cases: [(&str, &str, &[u16], Vec<String>); 4] = [
        ("`GET /healthz`", "GET", &[200], vec!["/healthz".to_owned(); CALLERS]),
        ("refused, `403`", "POST", &[403], missing),
        ("accepted and saved, nothing to enforce", "POST", &[202], paths(&empty)),
        ("accepted or refused as `delivering`, the worker beside it", "POST", &[202, 400], paths(&given)),
    ];
    let (mut commits, mut simple_updates) = (Measured::default(), Vec::new());
    let mut measured = cases.each_ref().map(|_| Measured::default());
    prepare_simple_updates(&place);
    for _ in 0..ROUNDS {
        let (count, time) = commit(&place);
        commits.add([count, 0], time);
        simple_updates.extend(simple_updates_of(&place));
        for ((_, method, expected, paths), measured) in cases.iter().zip(&mut measured) {
            let started = Instant::now();
            measured.add(call(&server, method, expected, paths), started.elapsed());
        }
    }
    let commits = commits.rate();
    let sum = simple_updates.iter().copied().reduce(|one, other| one + other);
    let simple_updates = sum.map(|sum| sum / f64::from(u32::try_from(ROUNDS).unwrap()));
    println!("| {CALLERS} callers | a second | to `/healthz` | accepted | to commits | to `pgbench -N` |");
    println!("|---|--:|--:|--:|--:|--:|");
    let healthz = measured[0].rate();
    for ((what, ..), measured) in cases.iter().zip(&measured) {
        let (rate, accepted) = (measured.rate(), measured.accepted());
        let to = |limit: Option<f64>| limit.map_or(String::new(), |limit| format!("{:.2}", accepted / limit));
        let (to_commits, to_updates) = (to(Some(commits)), to(simple_updates));
        println!(
            "| {what} | {rate:.0} | {:.2} | {accepted:.0} | {to_commits} | {to_updates} |",
            rate / healthz
        );
    }
    println!("| commits of one row | {commits:.0} | | | | |");
    if let Some(rate) = simple_updates {
        println!("| `pgbench -N` | {rate:.0} | | | | |");
    }
}

/// How many calls are answered, and how many of them accepted.
fn call(server: &Server, method: &str, expected: &[u16], paths: &[String]) -> [u32; 2] {
    let (calls, accepted) = (AtomicU32::new(0), AtomicU32::new(0));
    let started = Instant::now();
    thread::scope(|scope| {
        for path in paths {
            let url = format!("{}{path}", server.base_url());
            let (calls, accepted) = (&calls, &accepted);
            scope.spawn(move || {
                let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
                let agent = config.timeout_global(Some(DEADLINE)).build().new_agent();
                let token = format!("Bearer {}", token("manager"));
                while started.elapsed() < TIME {
                    let request = ureq::http::Request::builder().method(method).uri(&url);
                    let request = request.header("Authorization", &token).body(()).unwrap();
                    let mut answer = agent.run(request).unwrap();
                    let status = answer.status().as_u16();
                    assert!(expected.contains(&status), "{path}: {status}");
                    answer.body_mut().read_to_vec().unwrap();
                    calls.fetch_add(1, Ordering::Relaxed);
                    accepted.fetch_add(u32::from(status == 202), Ordering::Relaxed);
                }
            });
        }
    });
    [calls.into_inner(), accepted.into_inner()]
}

/// The number of commits on as many connections: the limit of the machine.
fn commit(place: &Place) -> (u32, Duration) {
    place.with_store(async |store| {
        let started = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..CALLERS {
            let (store, package) = (store.clone(), Uuid::new_v4().into());
            tasks.spawn(async move {
                let mut count = 0;
                while started.elapsed() < TIME {
                    // A value that stays the same is not written.
                    let gives = [member(Uuid::from_u128(count.into()))];
                    store.set_gives(package, &gives).await.unwrap();
                    count += 1;
                }
                count
            });
        }
        (tasks.join_all().await.iter().sum(), started.elapsed())
    })
}

/// Runs PostgreSQL's own benchmark, if it is there.
fn pgbench(place: &Place, arguments: &[&str]) -> Option<String> {
    postgres()?;
    let output = Command::new("pgbench").args(arguments).arg(place.database()).output().ok()?;
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).ok()
}

fn prepare_simple_updates(place: &Place) {
    pgbench(place, &["--initialize", "--quiet"]);
}

/// The simple updates per second that it measures.
fn simple_updates_of(place: &Place) -> Option<f64> {
    let (callers, time) = (CALLERS.to_string(), TIME.as_secs().to_string());
    let arguments = ["--skip-some-updates", "--client", &callers, "--jobs", "2", "--time", &time];
    let said = pgbench(place, &arguments)?;
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")).unwrap();
    Some(rate.split(' ').next().unwrap().parse().unwrap())
}
