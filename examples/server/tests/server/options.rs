//! The options of a query: the answer has what they ask for, or the request is refused.

use access_package::graph::json::read_list;
use access_package::graph::{BaseUrl, Version};
use access_package::{AssignmentState, StoredAssignment};
use access_package_server::development::{self, EXPIRED, FAILED, FOREIGN, HALF, PARTIAL, SAMPLE};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::odata::{assert_is, plain};
use crate::support::{BETA, Place, Server, V1, in_state, insert, request, token};

fn ids(server: &Server, path: &str, token: &str) -> Vec<Uuid> {
    let answer = server.ask("GET", path, token);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    let items = answer.json()["value"].as_array().unwrap().clone();
    items.iter().map(|item| item["id"].as_str().unwrap().parse().unwrap()).collect()
}

#[test]
fn filters_are_joined() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    let application = token("application");
    let [sample, foreign] = [SAMPLE, FOREIGN].map(|id| place.read(id));
    let (package, target) = (sample.access_package, sample.target);
    let cases: &[(&str, &[Uuid])] = &[
        (&format!("accessPackage/id eq '{package}'"), &[SAMPLE]),
        (&format!("ACCESSPACKAGE/ID  EQ '{package}'"), &[SAMPLE]),
        (&format!("target/objectId eq '{target}'"), &[SAMPLE]),
        (&format!("target/objectid eq '{target}' AND accessPackage/id eq '{package}'"), &[SAMPLE]),
        (&format!("accessPackage/id eq '{package}' and STATE eq 'Delivered'"), &[SAMPLE]),
        (&format!("STATE eq 'delivered' and target/objectId eq '{target}'"), &[SAMPLE]),
        (&format!("accessPackage/id eq '{package}' and STATE eq 'expired'"), &[]),
        (&format!("target/objectId eq '{target}' and STATE eq 'delivering'"), &[]),
        (&format!("target/objectId eq '{target}' and accessPackage/id eq '{target}'"), &[]),
        (&format!("target/objectId eq '{package}'"), &[]),
        (&format!("accessPackage/id eq '{}'", foreign.access_package), &[FOREIGN]),
        (&format!("target/objectId eq '{}' and STATE eq 'delivered'", foreign.target), &[FOREIGN]),
        ("STATE eq 'expired'", &[EXPIRED]),
        ("STATE eq 'partiallyDelivered'", &[PARTIAL]),
    ];
    for (collection, state) in [(V1, "state"), (BETA, "assignmentState")] {
        for (filter, expected) in cases {
            let filter = filter.replace("STATE", state).replace(' ', "%20");
            assert_eq!(ids(&server, &format!("{collection}?$filter={filter}"), &application), *expected);
        }
    }
    let all = ids(&server, V1, &application);
    assert!([FOREIGN, HALF, FAILED].iter().all(|id| all.contains(id)));
    // Beta has other names for the ids, and an option needs no `$`.
    for filter in [format!("accessPackageId eq '{package}'"), format!("targetId eq '{target}'")] {
        let filter = filter.replace(' ', "+");
        assert_eq!(ids(&server, &format!("{BETA}?filter={filter}"), &application), [SAMPLE]);
        assert_eq!(server.ask("GET", &format!("{V1}?$filter={filter}"), &application).status, 400);
    }
}

/// A caller who has roles on catalogs only has to name an access package, and gets Graph's status without
/// one.
#[test]
fn who_has_catalogs_only_lists_one_package() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    let [sample, foreign] = [SAMPLE, FOREIGN].map(|id| place.read(id));
    let (package, target) = (sample.access_package, sample.target);
    let manager = token("manager");
    // There is another assignment of the foreign package. What is behind a page is foreign, too.
    place.with_store(async |store| {
        let other = StoredAssignment { id: Uuid::from_u128(9).into(), ..foreign.clone() };
        assert!(store.insert(&other).await.unwrap());
    });
    let refused = plain(
        "UnAuthorized",
        "caller has roles on catalogs only, and may list one access package at a time: `$filter=accessPackage/id eq '…'`",
    );
    let ask = |collection: &str, filter: &str, token: &str| {
        server.ask("GET", &format!("{collection}?$filter={}", filter.replace(' ', "+")), token)
    };
    for (collection, state) in [(V1, "state"), (BETA, "assignmentState")] {
        assert_is(server.ask("GET", collection, &manager), 403, &refused, collection);
        assert_is(
            server.ask("GET", &format!("{collection}?$top=1&$skiptoken=0"), &manager),
            403,
            &refused,
            collection,
        );
        for filter in [
            format!("{state} eq 'delivered'"),
            format!("target/objectId eq '{target}'"),
            format!("target/objectId eq '{target}' and {state} eq 'delivered'"),
        ] {
            assert_is(ask(collection, &filter, &manager), 403, &refused, &filter);
            assert_eq!(ask(collection, &filter, &token("application")).status, 200, "{filter}");
        }
        let named = |package, rest: &str| {
            let filter = format!("accessPackage/id eq '{package}'{rest}&$top=1");
            let answer = ask(collection, &filter, &manager);
            assert_eq!(answer.status, 200, "{}", answer.body);
            answer.body
        };
        let nothing = r#"{"value":[]}"#;
        for rest in
            ["", &*format!(" and {state} eq 'delivered'"), &format!(" and target/objectId eq '{target}'")]
        {
            assert!(named(package, rest).contains(&SAMPLE.to_string()), "{rest}");
            // R28: a foreign package looks like a missing one.
            assert_eq!(named(foreign.access_package, rest), nothing, "{rest}");
            assert_eq!(named(Uuid::from_u128(404).into(), rest), nothing, "{rest}");
        }
        assert_eq!(named(package, &format!(" and {state} eq 'expired'")), nothing);
        assert_eq!(named(package, &format!(" and target/objectId eq '{}'", foreign.target)), nothing);
    }
    // A caller without a sufficient role learns that first.
    let answer = server.ask("GET", V1, &token("reader")).json();
    assert!(answer["error"]["message"].as_str().unwrap().starts_with("caller may not read"), "{answer}");
}

#[test]
fn what_is_not_supported_is_refused() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    let refused = |path: &str, message: &str| {
        let answer = server.ask("GET", path, &token("manager"));
        assert_is(answer, 400, &plain("InvalidRequest", message), path);
    };
    let id = Uuid::from_u128(1);
    for (collection, state) in [(V1, "state"), (BETA, "assignmentState")] {
        let message = format!(
            "filter is not supported: expected `{state} eq '…'`, `accessPackage/id eq '…'` and `target/objectId eq '…'`, \
             each at most once, joined by `and`"
        );
        for filter in [
            "",
            "%",
            "%ff",
            "'",
            "STATE",
            "STATE+eq+delivered",
            "STATE+eq+'",
            "STATE+ne+'delivered'",
            "STATE+eq+'delivered'+or+true",
            "STATE+eq+'delivered'+or+STATE+eq+'expired'",
            "STATE+eq+'delivered'+and",
            "and+STATE+eq+'delivered'",
            "STATE+eq+'delivered'+and+STATE+eq+'delivered'",
            "(STATE+eq+'delivered')",
            "target+eq+'delivered'",
            "accessPackage/displayName+eq+'x'",
            &format!("target/id+eq+'{id}'"),
            &format!("target/objectId+eq+{id}"),
            &format!("target/objectId+eq+'{id}'+and+target/objectId+eq+'{id}'"),
        ] {
            refused(&format!("{collection}?$filter={}", filter.replace("STATE", state)), &message);
        }
        for word in ["unknownFutureValue", "Deliverd", ""] {
            let message = format!(
                "`{word}` in the filter is not a state: expected `delivering`, `partiallyDelivered`, `delivered`, `expired`, \
                 `deliveryFailed`"
            );
            refused(&format!("{collection}?$filter={state}+eq+'{word}'"), &message);
        }
        for property in ["target/objectId", "accessPackage/id"] {
            for word in ["7", "delivered", &id.simple().to_string(), ""] {
                let message = format!("`{word}` in the filter is not a GUID");
                refused(&format!("{collection}?$filter={property}+eq+'{word}'"), &message);
            }
        }
        for option in
            ["skip", "count", "orderby", "search", "format", "apply", "compute", "deltatoken", "x", ""]
        {
            refused(
                &format!("{collection}?$top=1&${option}=1"),
                &format!("`${option}` is not supported here"),
            );
        }
        for option in ["filter", "top", "skiptoken", "count"] {
            refused(
                &format!("{collection}/{SAMPLE}?${option}=1"),
                &format!("`${option}` is not supported here"),
            );
        }
        for top in ["0", "-1", "x", "", "1.5", "99999999999999999999999"] {
            refused(
                &format!("{collection}?$top={top}"),
                "`$top` is not supported: expected a number from 1 on",
            );
        }
        refused(&format!("{collection}?$top=1&%24Top=2"), "`$top` is given twice");
        for name in ["", "x", "displayName", "target", "id,,state"] {
            let wrong = name.split(',').find(|it| *it != "id").unwrap();
            refused(&format!("{collection}?$select={name}"), &format!("`{wrong}` cannot be selected"));
        }
        for item in ["", "x", "id", "target(", "target)", "assignmentPolicy", "%25", "accessPackage/catalog"]
        {
            let message = format!("`{}` cannot be expanded", item.replace("%25", "%"));
            refused(&format!("{collection}/{SAMPLE}?$expand={item}"), &message);
        }
        refused(&format!("{collection}?$expand=target,target"), "`target` is expanded twice");
        refused(&format!("{collection}?$expand=target($top=1)"), "`$top` is not supported within `$expand`");
        refused(&format!("{collection}?$expand=target($select=x)"), "`x` cannot be selected");
        refused(&format!("{collection}?$expand=accessPackage($expand=x)"), "`x` cannot be expanded");
    }
    for option in ["filter", "Top", "skip", "select", "count"] {
        let lower = option.to_lowercase();
        refused(&format!("{V1}?{option}=1"), &format!("`{lower}` is not an option: expected `${lower}`"));
    }
    refused(&format!("{BETA}?skip=1"), "`$skip` is not supported here");
}

#[test]
fn what_is_selected_and_expanded_is_shown() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    let sample = place.read(SAMPLE);
    let (id, target) = (SAMPLE.to_string(), sample.target.to_string());
    let (package, catalog) = (sample.access_package.to_string(), sample.catalog.id.to_string());
    let shown = |version: Version, query: &str| {
        let collection = if version == Version::V1 { V1 } else { BETA };
        let one = server.ask("GET", &format!("{collection}/{SAMPLE}?{query}"), &token("manager")).json();
        let filter = format!("$filter=target/objectId%20eq%20'{target}'");
        let list = server.ask("GET", &format!("{collection}?{filter}&{query}"), &token("application")).json();
        assert_eq!(list, json!({ "value": [&one] }));
        one
    };
    let v1 = |query: &str| shown(Version::V1, query);
    let whole = v1("");
    assert_eq!(v1("$select=id"), json!({ "id": id }));
    assert_eq!(v1("$select=id,State"), json!({ "id": id, "state": "delivered" }));
    assert_eq!(
        v1("$select=id&$expand=target($select=objectId)"),
        json!({ "id": id, "target": { "objectId": target } })
    );
    let catalog = json!({ "id": package, "catalog": { "id": catalog } });
    assert_eq!(
        v1("$expand=accessPackage($select=id;$expand=Catalog)&$select=id"),
        json!({ "id": id, "accessPackage": catalog })
    );
    assert_eq!(v1("$expand=accessPackage($expand=catalog)&$select=id")["accessPackage"], catalog);
    assert_eq!(v1("$expand=accessPackage($select=id)&$select=id")["accessPackage"], json!({ "id": package }));
    let scope =
        &v1("$select=id&$expand=accessPackage($expand=resourceRoleScopes($expand=scope($select=originId)))");
    let first = &scope["accessPackage"]["resourceRoleScopes"][0];
    let all = &whole["accessPackage"]["resourceRoleScopes"][0];
    assert_eq!(*first, json!({ "scope": { "originId": all["scope"]["originId"] } }));
    let without = |left_out: &str| {
        let mut left = whole.clone();
        left.as_object_mut().unwrap().remove(left_out);
        left
    };
    assert_eq!(v1("$expand=target"), without("accessPackage"));
    assert_eq!(v1("$expand=accessPackage"), without("target"));
    for query in ["$expand=*", "$select=*", "$expand=target,accessPackage", "$select=*,id"] {
        assert_eq!(v1(query), whole, "{query}");
    }
    let beta = |query: &str| shown(Version::Beta, query);
    assert_eq!(beta("select=id,assignmentState"), json!({ "id": id, "assignmentState": "Delivered" }));
    let expanded = "accessPackageAssignmentResourceRoles(select=status;expand=accessPackageResourceScope(select=originSystem))";
    let roles = &beta(&format!("$select=id&expand={expanded}"))["accessPackageAssignmentResourceRoles"];
    let role = json!({ "status": "Fulfilled", "accessPackageResourceScope": { "originSystem": "AadGroup" } });
    assert_eq!(roles[0], role);
    assert_eq!(beta("$expand=target")["accessPackageAssignmentResourceRoles"], Value::Null);
    assert_eq!(beta("$expand=target")["target"]["objectId"], target);
}

/// Where the next page is depends on this server's own address, or on the client's `Host`, and on no other
/// header.
#[test]
fn a_page_and_the_next() {
    let place = Place::new();
    place.with_store(async |store| {
        development::seed(store).await.unwrap();
        for _ in 0..5 {
            insert(store, &in_state(AssignmentState::Delivering)).await;
        }
    });
    let server = Server::start_as("server", &place, &[]);
    let authorization = format!("Authorization: Bearer {}\r\n", token("application"));
    let first = |server: &Server, path: &str, headers: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n{authorization}{headers}\r\n");
        server.send(&head)
    };
    let query = "?$skiptoken=&$filter=state%20eq%20'delivering'&$top=2&x=skiptoken=1";
    let forged =
        "X-Forwarded-Proto: javascript\r\nX-Forwarded-Host: evil\r\nForwarded: proto=https;host=evil\r\n";
    for host in ["localhost", "example.org:8080", "[::1]:80", "127.0.0.1"] {
        let headers = format!("Host: {host}\r\n{forged}");
        let (mut found, mut path) = (Vec::new(), format!("{V1}{query}"));
        for size in [2, 2, 1] {
            let page = read_list(first(&server, &path, &headers).body.as_bytes()).unwrap();
            assert_eq!(page.items.len(), size);
            found.extend(page.items.into_iter().map(|item| item.unwrap().id()));
            let Some(next) = page.next_link else { break };
            path = next.strip_prefix(&format!("http://{host}")).unwrap().to_owned();
            let rest = "&$filter=state%20eq%20'delivering'&$top=2&x=skiptoken=1";
            assert_eq!(path, format!("{V1}?$skiptoken={}{rest}", found.last().unwrap()));
        }
        found.dedup();
        assert_eq!(found.len(), 5);
    }
    let beta = format!("{BETA}?skiptoken=&top=1");
    let next = first(&server, &beta, "Host: h\r\n").json()["@odata.nextLink"].as_str().unwrap().to_owned();
    assert_eq!(next.matches("skiptoken").count(), 1, "{next}");
    let invalid = plain("InvalidRequest", "`Host` is not valid");
    for headers in
        ["", "Host: a\r\nHost: b\r\n", "Host: a/b\r\n", "Host: u@h\r\n", "Host: a b\r\n", "Host: \r\n"]
    {
        assert_is(first(&server, &format!("{V1}?$top=1"), headers), 400, &invalid, headers);
    }
    let proxied = [("PUBLIC_URL", "https://graph.example.org".to_owned())];
    assert!(proxied[0].1.parse::<BaseUrl>().is_ok());
    let server = Server::start_as("server", &place, &proxied);
    for headers in ["Host: localhost\r\n", "", "Host: a/b\r\n", forged] {
        let link = first(&server, &format!("{V1}?$top=1"), headers).json()["@odata.nextLink"].clone();
        assert!(
            link.as_str().unwrap().starts_with(&format!("https://graph.example.org{V1}?$skiptoken=")),
            "{link}"
        );
    }
}

/// A caller who may not read is told so, in words about reading.
#[test]
fn a_refused_read_speaks_of_reading() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    for path in
        [V1.to_owned(), format!("{V1}/{SAMPLE}"), BETA.to_owned(), format!("{BETA}/{}", Uuid::from_u128(9))]
    {
        let answer = server.ask("GET", &path, &token("stranger"));
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["code"]), (403, &json!("UnAuthorized")), "{path}");
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with("caller may not read what they may not reprocess: "), "{message}");
        assert!(error["details"].as_array().unwrap().len() > 1);
    }
    let answer = server.reprocess(SAMPLE, &token("stranger")).json();
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("caller may not reprocess this assignment: ")
    );
}

/// A value that is not an id is not repeated.
#[test]
fn a_long_client_request_id_is_left_out() {
    let place = Place::new();
    let server = Server::start_with(&place, &[]);
    for (length, is_repeated) in [(1, true), (128, true), (129, false), (20_000, false)] {
        let id = "7".repeat(length);
        let answer = server.send(&request("GET", V1, &format!("client-request-id: {id}\r\n")));
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("client-request-id") == Some(&*id), is_repeated);
        assert_eq!(answer.json()["error"]["innerError"]["client-request-id"] == *id, is_repeated);
    }
}
