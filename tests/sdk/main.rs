//! Compares the requests of the crate with those of Microsoft's own SDK for Python (R37).
//!
//! You run `record.py` by hand. It asks the SDK for the requests, and writes `fixtures.json`: the actions,
//! and the request for each. `differences.json` lists every difference that is allowed, with the reason. The
//! test fails on a difference that is not in this list, and on a listed difference that no longer exists.
#![cfg(feature = "http")]

use std::collections::BTreeSet;

use access_package::graph::enforce::{Delivery, Next, Settings};
use access_package::graph::observe::{Holders, Listing};
use access_package::graph::{BaseUrl, Endpoint, batch};
use access_package::{Action, Timestamp};
use http::{Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Fixtures {
    now: Timestamp,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Call {
    name: String,
    /// Several parts are one batch.
    parts: Vec<Part>,
    sent: Sent,
}

#[derive(Deserialize)]
struct Part {
    ask: Ask,
    action: Action,
}

#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
enum Ask {
    CarryOut,
    LookForAll,
    LookForTarget,
    ReadGroup,
}

/// What the SDK sends.
#[derive(Deserialize)]
struct Sent {
    method: String,
    path: String,
    body: Value,
}

/// Differences that are allowed for one reason.
#[derive(Deserialize)]
struct Allowed {
    why: String,
    places: Vec<Place>,
}

/// In each of these calls, at each of these places.
#[derive(Deserialize)]
struct Place {
    calls: Vec<String>,
    at: Vec<String>,
    /// `None` if only the crate sends a value.
    sdk: Option<Value>,
    /// `None` if only the SDK sends a value.
    #[serde(rename = "crate")]
    own: Option<Value>,
}

fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("fixtures.json")).expect("what record.py writes")
}

fn base_url() -> BaseUrl {
    "https://graph.microsoft.com".parse().expect("a base URL")
}

/// The crate's request for one part.
fn request(part: &Part, now: Timestamp) -> Request<String> {
    let listing = Listing::of(&part.action.resource_role).expect("Graph has it");
    let holders = match part.ask {
        Ask::CarryOut | Ask::ReadGroup => return delivered(part, now),
        Ask::LookForAll => Holders::new(listing, base_url()),
        Ask::LookForTarget => Holders::of_target(listing, part.action.target, base_url()),
    };
    holders.request().expect("a first page")
}

fn delivered(part: &Part, now: Timestamp) -> Request<String> {
    let mut delivery = Delivery::new(part.action.clone(), Settings::new(base_url())).expect("Graph has it");
    let mut next = delivery.next(now);
    if part.ask == Ask::ReadGroup {
        let mut denied = Response::new(r#"{ "error": { "code": "Authorization_RequestDenied" } }"#);
        *denied.status_mut() = StatusCode::FORBIDDEN;
        delivery.answered(&denied, now);
        next = delivery.next(now);
    }
    let Next::Send(request) = next else { panic!("{next:?}") };
    request
}

/// The crate's request for the call.
fn own(call: &Call, now: Timestamp) -> Value {
    let parts: Vec<_> = call.parts.iter().map(|part| request(part, now)).collect();
    let request = match <[_; 1]>::try_from(parts) {
        Ok([request]) => request,
        Err(parts) => batch::request(&base_url(), &parts).expect("parts of a batch"),
    };
    let path = request.uri().path_and_query().expect("a path").as_str();
    let body = match request.body().as_str() {
        "" => Value::Null,
        body => serde_json::from_str(body).expect("JSON"),
    };
    document(request.method().as_str(), path, body)
}

/// A request in a form that can be compared: its URL, and the URLs of a batch's parts, are decoded.
fn document(method: &str, path: &str, mut body: Value) -> Value {
    for part in body.get_mut("requests").and_then(Value::as_array_mut).into_iter().flatten() {
        let url = part["url"].as_str().map(address).expect("each part of a batch has a URL");
        part["url"] = url;
    }
    json!({ "method": method, "url": address(path), "body": body })
}

/// The path, and the parameters of the query in any order.
fn address(text: &str) -> Value {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let mut parameters = Map::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').expect("a value");
        let before = parameters.insert(decoded(name), decoded(value).into());
        assert_eq!(before, None, "{text}: twice");
    }
    json!({ "path": decoded(path), "query": parameters })
}

fn decoded(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).expect("two digits");
        bytes.push(u8::from_str_radix(digits, 16).expect("two digits"));
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// One difference as a line: the place, the SDK's value and the crate's value.
fn line(name: &str, at: &str, sdk: Option<&Value>, own: Option<&Value>) -> String {
    let [sdk, own] = [sdk, own].map(|value| value.map_or("nothing".into(), Value::to_string));
    format!("{name}: {at}: the SDK sends {sdk}, the crate {own}")
}

/// Collects the differences, each at the deepest place that has a name.
fn compare(name: &str, at: &str, sdk: Option<&Value>, own: Option<&Value>, lines: &mut BTreeSet<String>) {
    match (sdk, own) {
        (Some(Value::Object(sdk)), Some(Value::Object(own))) => {
            for key in sdk.keys().chain(own.keys()) {
                compare(name, &format!("{at}/{key}"), sdk.get(key), own.get(key), lines);
            }
        }
        (Some(Value::Array(sdk)), Some(Value::Array(own))) => {
            for index in 0..sdk.len().max(own.len()) {
                compare(name, &format!("{at}/{index}"), sdk.get(index), own.get(index), lines);
            }
        }
        (sdk, own) if sdk == own => {}
        (sdk, own) => drop(lines.insert(line(name, at, sdk, own))),
    }
}

fn differences(name: &str, sdk: &Value, own: &Value) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    compare(name, "", Some(sdk), Some(own), &mut lines);
    lines
}

// R37, R39
#[test]
fn the_crate_sends_what_the_sdk_sends() {
    let Fixtures { now, calls } = fixtures();
    let differ: BTreeSet<_> = calls
        .iter()
        .flat_map(|call| {
            let Sent { method, path, body } = &call.sent;
            differences(&call.name, &document(method, path, body.clone()), &own(call, now))
        })
        .collect();

    let allowed: Vec<Allowed> = serde_json::from_str(include_str!("differences.json")).expect("differences");
    let mut may_differ = BTreeSet::new();
    for Allowed { why, places } in &allowed {
        assert!(!why.is_empty());
        for Place { calls, at, sdk, own } in places {
            for (name, at) in calls.iter().flat_map(|name| at.iter().map(move |at| (name, at))) {
                assert!(may_differ.insert(line(name, at, sdk.as_ref(), own.as_ref())), "{name}, {at}: twice");
            }
        }
    }
    let lines = |a: &BTreeSet<String>, b| a.difference(b).cloned().collect::<Vec<_>>().join("\n");
    let [new, gone] = [lines(&differ, &may_differ), lines(&may_differ, &differ)];
    assert!(new.is_empty() && gone.is_empty(), "not allowed:\n{new}\n\nallowed, and no longer so:\n{gone}");
}

/// The SDK was asked for every kind of endpoint in Graph: to write, with an end (if the grant can carry one)
/// and without, and to look.
#[test]
fn the_sdk_was_asked_for_all_of_it() {
    let mut asked = BTreeSet::new();
    let mut ends = BTreeSet::new();
    for part in fixtures().calls.iter().flat_map(|call| &call.parts) {
        let endpoint = Endpoint::of(&part.action.resource_role).expect("Graph has it");
        asked.insert((endpoint, part.ask));
        if part.ask == Ask::CarryOut {
            ends.insert((endpoint, part.action.end.is_some()));
        }
    }
    for &endpoint in Endpoint::ALL {
        let (in_graph, in_group, with_end) = match endpoint {
            Endpoint::GroupMembers | Endpoint::GroupOwners => (true, true, false),
            Endpoint::AppRoles => (true, false, false),
            Endpoint::GroupEligibility | Endpoint::DirectoryEligibility | Endpoint::DirectoryAssignments => {
                (true, false, true)
            }
            Endpoint::SiteRoles | Endpoint::SiteGroups => (false, false, false),
        };
        for ask in [Ask::CarryOut, Ask::LookForAll, Ask::LookForTarget] {
            assert_eq!(asked.contains(&(endpoint, ask)), in_graph, "{endpoint}: {ask:?}");
        }
        assert_eq!(asked.contains(&(endpoint, Ask::ReadGroup)), in_group, "{endpoint}");
        assert_eq!(ends.contains(&(endpoint, false)), in_graph, "{endpoint}");
        assert_eq!(ends.contains(&(endpoint, true)), with_end, "{endpoint}");
    }
}

#[test]
fn a_difference_is_seen_wherever_it_is() {
    let sdk = document("POST", "/v1.0/a%20b?$top=9&x='y'", json!({ "a": { "b": 1 }, "c": [true, "z"] }));
    let changed = [
        ("PATCH", "/v1.0/a%20b?$top=9&x='y'", json!({ "a": { "b": 1 }, "c": [true, "z"] }), "/method"),
        ("POST", "/v1.0/a+b?$top=9&x='y'", json!({ "a": { "b": 1 }, "c": [true, "z"] }), "/url/path"),
        ("POST", "/v1.0/a%20B?$top=9&x='y'", json!({ "a": { "b": 1 }, "c": [true, "z"] }), "/url/path"),
        (
            "POST",
            "/v1.0/a%20b?$top=90&x='y'",
            json!({ "a": { "b": 1 }, "c": [true, "z"] }),
            "/url/query/$top",
        ),
        ("POST", "/v1.0/a%20b?$top=9", json!({ "a": { "b": 1 }, "c": [true, "z"] }), "/url/query/x"),
        ("POST", "/v1.0/a%20b?$top=9&x='y'&z=", json!({ "a": { "b": 1 }, "c": [true, "z"] }), "/url/query/z"),
        ("POST", "/v1.0/a%20b?$top=9&x='y'", json!({ "a": { "b": "1" }, "c": [true, "z"] }), "/body/a/b"),
        (
            "POST",
            "/v1.0/a%20b?$top=9&x='y'",
            json!({ "a": { "b": 1, "d": null }, "c": [true, "z"] }),
            "/body/a/d",
        ),
        ("POST", "/v1.0/a%20b?$top=9&x='y'", json!({ "a": {}, "c": [true, "z"] }), "/body/a/b"),
        ("POST", "/v1.0/a%20b?$top=9&x='y'", json!({ "a": { "b": 1 }, "c": [true] }), "/body/c/1"),
        ("POST", "/v1.0/a%20b?$top=9&x='y'", json!({ "a": { "b": 1 }, "c": [true, "z", 3] }), "/body/c/2"),
        ("POST", "/v1.0/a%20b?$top=9&x='y'", Value::Null, "/body"),
    ];
    for (method, path, body, at) in changed {
        let seen = differences("it", &sdk, &document(method, path, body));
        let [seen] = <[_; 1]>::try_from(seen.into_iter().collect::<Vec<_>>()).expect("one difference");
        assert!(seen.starts_with(&format!("it: {at}: ")), "{seen}");
    }
    let encoded =
        document("POST", "/v1.0/a%20b?x=%27y%27&%24top=9", json!({ "c": [true, "z"], "a": { "b": 1 } }));
    assert_eq!(differences("it", &sdk, &encoded), BTreeSet::new());
}
