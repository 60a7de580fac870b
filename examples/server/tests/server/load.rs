//! How many calls in a second: of reprocess, and of `/healthz`, which shows what HTTP costs by itself.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use access_package::Fulfillment;
use access_package_server::development::{self, member};
use uuid::Uuid;

use crate::support::{Place, Server, V1, insert, sample, token};

const CALLERS: usize = 8;
const TIME: Duration = Duration::from_secs(3);

#[test]
#[ignore = "a measurement: run it in release, by itself"]
fn load() {
    let place = Place::new();
    let (given, empty) = place.with_store(async |store| {
        development::seed(store).await.unwrap();
        let like = sample(store).await;
        let gives = vec![member(Uuid::from_u128(7), Fulfillment::Fulfilled)];
        let mut ids = (Vec::new(), Vec::new());
        for _ in 0..CALLERS {
            ids.0.push(insert(store, &like, gives.clone()).await);
            ids.1.push(insert(store, &like, vec![]).await);
        }
        ids
    });
    let server = Server::start(&place, Duration::ZERO);
    let path = |id: &Uuid| format!("{V1}/{id}/reprocess");
    let paths = |ids: &[Uuid]| ids.iter().map(path).collect::<Vec<_>>();
    let missing = vec![path(&Uuid::from_u128(404)); CALLERS];
    let cases = [
        ("GET /healthz", "GET", vec!["/healthz".to_owned(); CALLERS]),
        ("reprocess, refused: 403", "POST", missing),
        ("reprocess, nothing to enforce: 202, saved", "POST", paths(&empty)),
        ("reprocess, 202 and 400, the worker beside it", "POST", paths(&given)),
    ];
    for (what, method, paths) in cases {
        let calls = AtomicU32::new(0);
        let started = Instant::now();
        thread::scope(|scope| {
            for path in &paths {
                let url = format!("{}{path}", server.base_url());
                let calls = &calls;
                scope.spawn(move || {
                    let config = ureq::Agent::config_builder().http_status_as_error(false);
                    let (agent, token) = (config.build().new_agent(), format!("Bearer {}", token("manager")));
                    while started.elapsed() < TIME {
                        let request = ureq::http::Request::builder().method(method).uri(&url);
                        let request = request.header("Authorization", &token).body(()).unwrap();
                        agent.run(request).unwrap().body_mut().read_to_vec().unwrap();
                        calls.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        println!("{:>8.0} /s  {what}", f64::from(calls.into_inner()) / started.elapsed().as_secs_f64());
    }
}
