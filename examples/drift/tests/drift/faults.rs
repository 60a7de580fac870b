//! The faults of a service on a bad day.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::{Value, json};

use crate::exact::found;
use crate::stub::{Answer, Stub};
use crate::support::{Directory, Place, Server, command, drift, run, until};
use crate::tenant::{Taken, Tenant, document, is_visible, roles};

#[test]
fn a_busy_service_is_asked_again_and_all_of_it_is_found() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(60, 20);
    tenant.settle(&place, &directory);
    let taken = tenant.take_from(7, &directory);
    let throttled = json!({ "error": { "status": 429, "retryAfter": { "seconds": 1 } } });
    for (kind, count, fault) in [
        ("batch", 2, throttled.clone()),
        ("batch", 1, json!({ "error": { "status": 503 } })),
        ("batch", 1, json!({ "text": { "status": 502, "body": "<html>" } })),
        ("batch", 1, json!({ "lost": { "how": "dropped" } })),
        // Faults of the parts of a batch.
        ("member", 3, throttled),
        ("appRole", 2, json!({ "error": { "status": 503 } })),
        ("owner", 1, json!({ "error": { "status": 500 } })),
    ] {
        directory.fault(&json!({ "kind": kind, "count": count, "fault": fault }));
    }
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0", "--json"]));
    // The dropped connection is reported.
    assert_eq!((said.status, said.err.lines().count()), (1, 1), "{}", said.err);
    assert!(said.err.contains(" does not answer ("), "{}", said.err);
    assert_eq!(directory.fired(), [2, 1, 1, 1, 3, 2, 1]);
    assert_eq!(found(&said, "restorable"), taken);
    assert_eq!(found(&said, "unknown"), tenant.owed(|role| !is_visible(role)));
}

#[test]
fn what_is_granted_but_not_yet_seen_is_not_lost() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(5, 20);
    tenant.settle(&place, &directory);
    let assignment = &tenant.assignments[1];
    let member = roles(assignment).find(|role| role.to_string().contains("Member")).unwrap();
    let grant_again = |lag: u64| {
        crate::tenant::take(&directory, assignment, member);
        let id = directory
            .fault(&json!({ "kind": "member", "method": "POST", "fault": { "lag": { "ms": lag } } }));
        let reference = format!("https://graph.microsoft.com/v1.0/directoryObjects/{}", assignment.target());
        let path = format!("/v1.0/groups/{}/members/$ref", member.resource_origin_id());
        directory.tell("POST", &path, &json!({ "@odata.id": reference }));
        directory.tell("DELETE", &format!("/control/faults/{id}"), &Value::Null);
    };
    // The grant takes two seconds to show, and the check waits four.
    grant_again(2_000);
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "4", "--json"]));
    assert_eq!((said.status, found(&said, "restorable")), (3, Taken::new()), "{}", said.err);
    // Without a terminal, the pause is reported as well, once.
    assert_eq!(said.err.matches("looking again in ").count(), 1, "{}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    // A check that does not wait does not see the grant.
    grant_again(600_000);
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0", "--json"]));
    let lost = Taken::from([(assignment.id().to_string(), member.to_string())]);
    assert_eq!((said.status, found(&said, "restorable")), (1, lost), "{}", said.err);
}

// R39
#[test]
fn a_group_that_is_not_seen_yet_is_not_gone() {
    let assignment = &Tenant::new(30, 30).assignments[29];
    let (document, target) = (document(assignment), assignment.target());
    let is_seen = AtomicBool::new(false);
    let stub = Stub::start(move |asked, _| {
        Some(if page_number(&asked.path).is_some() {
            Answer::json(&json!({ "value": [document] }))
        } else if asked.path.contains("/groups/") && !is_seen.swap(true, Ordering::SeqCst) {
            Answer::error(404, "Request_ResourceNotFound")
        } else if asked.path.contains("/members?") {
            Answer::json(&json!({ "value": [{ "id": target }] }))
        } else {
            Answer::json(&json!({ "value": [] }))
        })
    });
    let check = ["check", "--settle", "2", "--json", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
    let said = run(command(&Place::new(), &check).env("TOKEN", "token"));
    assert_eq!((said.status, &said.json()["resourceRoles"]["present"]), (0, &json!(1)), "{}", said.out);
    assert!(said.err.contains("looking again in "), "{}", said.err);
}

#[test]
fn what_cannot_be_read_is_unknown_and_never_fine() {
    let place = Place::new();
    let directory = Directory::start(&place);
    let server = Server::start(&place, &directory, &[]);
    let tenant = Tenant::new(40, 20);
    tenant.settle(&place, &directory);
    let taken = tenant.take_from(9, &directory);
    // One kind lacks a permission, and in another kind one list has its next page on another service.
    directory.fault(&json!({ "kind": "appRole", "fault": { "error": { "status": 403, "code": "Authorization_RequestDenied" } } }));
    let page = json!({ "value": [], "@odata.nextLink": "http://198.51.100.7/v1.0/groups" });
    directory.fault(&json!({
        "kind": "owner", "method": "GET", "count": 1, "fault": { "text": { "status": 200, "body": page.to_string() } },
    }));
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0", "--json"]));
    assert_eq!((said.status, &*said.err), (1, ""));
    let whys: Vec<_> = said.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["verdict"] == "unknown" && it["kind"] == "group owner")
        .map(|it| (it["resourceRole"].to_string(), it["why"].as_str().unwrap().to_owned()))
        .collect();
    let elsewhere = whys.iter().all(|(role, why)| {
        *role == whys[0].0 && why.contains("leads to another service: `http://198.51.100.7")
    });
    assert!(!whys.is_empty() && elsewhere, "{whys:?}");
    let unknown = found(&said, "unknown");
    let apps = tenant.owed(|role| role.origin_system() == "AadApplication");
    assert!(apps.is_subset(&unknown));
    let rest: Taken = taken.difference(&unknown).cloned().collect();
    assert_eq!(found(&said, "restorable"), rest);
    assert!(!rest.is_empty() && rest.len() < taken.len());
}

#[test]
fn a_page_of_assignments_elsewhere_is_not_asked_for() {
    let place = Place::new();
    let directory = Directory::start(&place);
    // The links of this server begin with this address.
    let server = Server::start(&place, &directory, &[("PUBLIC_URL", "http://198.51.100.7")]);
    Tenant::new(101, 20).settle(&place, &directory);
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0"]));
    assert_eq!((said.status, &*said.out), (2, ""));
    assert!(
        said.err.contains("link to the next page leads to another service: `http://198.51.100.7/"),
        "{}",
        said.err
    );
}

/// A service with one page for each of these assignments, and with empty lists.
pub fn pages(number: usize) -> impl Fn(&str, &str) -> Option<Answer> {
    let tenant = Tenant::new(number, 20);
    move |path: &str, base_url: &str| {
        if path.contains("/assignments?") && path.contains("'delivered'") {
            let page: usize = path.rsplit_once("&page=").map_or(0, |(_, page)| page.parse().unwrap());
            let mut body = json!({ "value": [document(&tenant.assignments[page])] });
            if page + 1 < number {
                let first = path.split("&page=").next().unwrap();
                body["@odata.nextLink"] = format!("{base_url}{first}&page={}", page + 1).into();
            }
            return Some(Answer::json(&body));
        }
        Some(Answer::json(&json!({ "value": [] })))
    }
}

pub fn page_number(path: &str) -> Option<usize> {
    let is_page = path.contains("/assignments?") && path.contains("'delivered'");
    is_page.then(|| path.rsplit_once("&page=").map_or(0, |(_, page)| page.parse().unwrap()))
}

#[test]
fn a_token_that_expires_in_the_middle_is_fetched_again_once() {
    let place = Place::new();
    let answer = pages(6);
    let base = Arc::new(OnceLock::<String>::new());
    let known = Arc::clone(&base);
    // After four requests, the first token is no longer valid.
    let stub = Stub::start(move |asked, number| {
        let is_good = asked.token == if number < 4 { "token-1" } else { "token-2" };
        if is_good {
            answer(&asked.path, known.get().unwrap())
        } else {
            Some(Answer::error(401, "InvalidAuthenticationToken"))
        }
    });
    base.set(stub.base_url.clone()).unwrap();
    let calls = place.file("calls");
    let script = format!("echo x >> {0}; printf 'token-%s' $(wc -l < {0})", calls.display());
    let check =
        ["check", "--settle", "0", "--json", "--base-url", &stub.base_url, "--token-command", &script];
    let said = run(&mut command(&place, &check));
    assert_eq!((said.status, &*said.err), (1, ""), "{}", said.out);
    assert_eq!(said.json()["assignments"]["delivered"], 6);
    assert_eq!(place.read("calls").lines().count(), 2);
    // One answer was a refusal. Only that request was sent again.
    let asked: Vec<_> = stub.asked().iter().filter_map(|asked| page_number(&asked.path)).collect();
    assert_eq!(asked, [0, 1, 2, 3, 4, 4, 5]);

    // A lasting refusal ends the run, after one new token.
    let stub = Stub::start(|_, _| Some(Answer::error(401, "InvalidAuthenticationToken")));
    std::fs::remove_file(&calls).unwrap();
    let check = ["check", "--anew", "--base-url", &stub.base_url, "--token-command", &script];
    let said = run(&mut command(&place, &check));
    assert_eq!(said.status, 2);
    assert!(
        said.err.contains("refuses the token of `--token-command`, which is not an access token"),
        "{}",
        said.err
    );
    assert_eq!((place.read("calls").lines().count(), stub.asked().len()), (2, 2));
}

#[test]
fn one_answer_to_wait_is_enough_for_all() {
    let place = Place::new();
    // Many lists, and two batches under way at a time. The first batch is told to wait once the second has
    // arrived, and the second is answered once that answer was read. So a process that sends a third batch
    // knows of the wait.
    let (tenant, batches) = (Tenant::new(200, 200), AtomicUsize::new(0));
    let is_told = OnceLock::new();
    let stub = Stub::start(move |asked, _| {
        if asked.path.ends_with("/$batch") {
            match batches.fetch_add(1, Ordering::SeqCst) {
                0 => {
                    until("there are two", || batches.load(Ordering::SeqCst) >= 2);
                    is_told.set(Arc::clone(&asked.is_read)).unwrap();
                    let head = "Retry-After: 5\r\n".to_owned();
                    return Some(Answer { head, ..Answer::error(429, "TooManyRequests") });
                }
                1 => until("the first is told", || {
                    is_told.get().is_some_and(|it: &Arc<AtomicBool>| it.load(Ordering::SeqCst))
                }),
                _ => {}
            }
        }
        let items =
            page_number(&asked.path).map(|_| tenant.assignments.iter().map(document).collect::<Vec<_>>());
        Some(Answer::json(&json!({ "value": items.unwrap_or_default() })))
    });
    let check =
        ["check", "--settle", "0", "--at-once", "2", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
    let said = run(command(&place, &check).env("TOKEN", "token"));
    assert_eq!((said.status, &*said.err), (1, ""));
    let batches: Vec<_> =
        stub.asked().iter().filter(|it| it.path.ends_with("/$batch")).map(|it| it.at).collect();
    assert!(batches.len() > 10);
    // Both batches are sent before either is told to wait.
    let told = batches[0].max(batches[1]);
    let soon = batches[2..].iter().filter(|at| at.duration_since(told) < Duration::from_secs(5)).count();
    assert!(soon <= 1, "{soon} of {} did not wait", batches.len());
}
