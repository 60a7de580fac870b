//! How many calls in a second: of reprocess, and of `/healthz`, which shows what HTTP costs by itself.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use access_package::{AssignmentState, StoredAssignment};
use access_package_server::development;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::{DEADLINE, Place, Server, V1, in_state, insert, postgres, token};

const CALLERS: usize = 8;
const TIME: Duration = Duration::from_secs(5);

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
    println!(
        "| {CALLERS} callers, {} s each | calls/s | to `/healthz` | accepted/s |\n|---|--:|--:|--:|",
        TIME.as_secs()
    );
    let (commits, simple_updates) = (commits(&place), simple_updates(&place));
    println!("| commits of one row | {commits:.0} | | |");
    if let Some(rate) = simple_updates {
        println!("| `pgbench -N` | {rate:.0} | | |");
    }
    let mut healthz = None;
    for (what, method, expected, paths) in cases {
        let (calls, accepted) = (AtomicU32::new(0), AtomicU32::new(0));
        let started = Instant::now();
        thread::scope(|scope| {
            for path in &paths {
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
                        assert!(expected.contains(&status), "{what}: {status}");
                        answer.body_mut().read_to_vec().unwrap();
                        calls.fetch_add(1, Ordering::Relaxed);
                        accepted.fetch_add(u32::from(status == 202), Ordering::Relaxed);
                    }
                });
            }
        });
        let [rate, accepted] =
            [calls, accepted].map(|count| f64::from(count.into_inner()) / started.elapsed().as_secs_f64());
        println!("| {what} | {rate:.0} | {:.2} | {accepted:.0} |", rate / *healthz.get_or_insert(rate));
        if accepted > 0.0 {
            let simple_updates = simple_updates.map(|rate| accepted / rate);
            println!(
                "| … to commits, and to `pgbench -N` | | | {:.2} {simple_updates:.2?} |",
                accepted / commits
            );
        }
    }
}

/// How many commits there are in a second, of as many connections, with nothing around them: the limit of the machine.
fn commits(place: &Place) -> f64 {
    place.with_store(async |store| {
        let started = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..CALLERS {
            let (store, package) = (store.clone(), Uuid::new_v4().into());
            tasks.spawn(async move {
                let mut count = 0;
                while started.elapsed() < TIME {
                    store.set_gives(package, &[]).await.unwrap();
                    count += 1;
                }
                count
            });
        }
        let count: u32 = tasks.join_all().await.iter().sum();
        f64::from(count) / started.elapsed().as_secs_f64()
    })
}

/// The same of the transaction that comes with PostgreSQL to measure it, where that is there.
fn simple_updates(place: &Place) -> Option<f64> {
    postgres()?;
    let pgbench = |arguments: &[&str]| {
        let output = Command::new("pgbench").args(arguments).arg(place.database()).output().ok()?;
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).ok()
    };
    pgbench(&["--initialize", "--quiet"])?;
    let (callers, time) = (CALLERS.to_string(), TIME.as_secs().to_string());
    let said = pgbench(&["--skip-some-updates", "--client", &callers, "--jobs", "2", "--time", &time])?;
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")).unwrap();
    Some(rate.split(' ').next().unwrap().parse().unwrap())
}
