//! How many calls in a second: of reprocess, and of `/healthz`, which shows what HTTP costs by itself.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use access_package::{AssignmentState, StoredAssignment};
use access_package_server::development;
use uuid::Uuid;

use crate::support::{DEADLINE, Place, Server, V1, in_state, insert, token};

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
    }
}
