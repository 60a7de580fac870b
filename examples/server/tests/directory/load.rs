//! Requests per second.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use uuid::Uuid;

use crate::support::{Directory, GROUP, Place, TOKEN, reference};

const CALLERS: usize = 8;
const TIME: Duration = Duration::from_secs(5);

#[test]
#[ignore = "a measurement: run it in release, by itself"]
fn load() {
    let place = Place::new();
    let directory = Directory::seeded(&place);
    let users: Vec<_> = (0..100_000).map(|number| Uuid::from_u128(0x1_0000 + number)).collect();
    let started = Instant::now();
    directory.seed(&users.iter().map(|id| json!({ "id": id, "object": "user" })).collect());
    println!("{} users are seeded in {:?}", users.len(), started.elapsed());
    for (what, method) in [("added", "POST"), ("looked for", "GET")] {
        let started = Instant::now();
        let count: usize = thread::scope(|scope| {
            let callers = users.chunks(users.len() / CALLERS).map(|users| {
                let directory = &directory;
                scope.spawn(move || {
                    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
                    let agent = config.build().new_agent();
                    let mut count = 0;
                    for user in users.iter().take_while(|_| started.elapsed() < TIME) {
                        let links = format!("http://{}/v1.0/groups/{GROUP}/members", directory.address);
                        let (url, body) = match method {
                            "POST" => (format!("{links}/$ref"), reference(*user).to_string()),
                            _ => (format!("{links}/{user}/$ref"), String::new()),
                        };
                        let request = ureq::http::Request::builder().method(method).uri(url);
                        let request = request.header("Authorization", format!("Bearer {TOKEN}"));
                        let mut answer = agent.run(request.body(body).unwrap()).unwrap();
                        assert!([200, 204, 404].contains(&answer.status().as_u16()));
                        answer.body_mut().read_to_vec().unwrap();
                        count += 1;
                    }
                    count
                })
            });
            let callers: Vec<_> = callers.collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).sum()
        });
        println!(
            "{what}: {:.0} a second",
            f64::from(u32::try_from(count).unwrap()) / started.elapsed().as_secs_f64()
        );
    }
}
