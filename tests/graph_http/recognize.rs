//! Which requests are ours, and what they contain.

use access_package::graph::Version;
use access_package::graph::http::{Call, Rejection, Target, recognize, reprocess_request};
use http::{Method, Request};

use crate::{BETA, ID, TOKEN, V1, V1_FIRST, id, post};

fn call(version: Version) -> Call<'static> {
    Call { version, token: TOKEN, target: Target::Reprocess(Ok(id())) }
}

pub(crate) fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02x}"))
}

// R24
#[test]
fn every_form_that_clients_send_is_ours() {
    let (upper, encoded) = (ID.to_uppercase(), percent_encoded(ID));
    for (collection, version) in [(V1, Version::V1), (V1_FIRST, Version::V1), (BETA, Version::Beta)] {
        let doubled = collection.replacen("/identity", "//identity", 1);
        for collection in [collection.to_lowercase(), collection.to_uppercase(), collection.into(), doubled] {
            for id in [ID, &upper, &encoded] {
                let keys = [
                    format!("/{id}"),
                    format!("('{id}')"),
                    format!("(%27{id}%27)"),
                    format!("%28%27{id}%27%29"),
                ];
                for key in keys {
                    for action in ["reprocess", "microsoft.graph.reprocess", "Reprocess", "%72eprocess"] {
                        for query in ["", "?", "?api-version=1&x=/y"] {
                            let path = format!("{collection}{key}/{action}{query}");
                            for path in [format!("https://graph.microsoft.com{path}"), path] {
                                let request = post(&path).body(()).unwrap();
                                assert_eq!(recognize(&request), Some(Ok(call(version))), "{path}");
                            }
                        }
                    }
                }
            }
        }
    }
}

// R30
#[test]
fn another_path_is_not_ours() {
    let paths = [
        "/".into(),
        "*".into(),
        "//".into(),
        "/v1.0".into(),
        "/v1.0/me".into(),
        // A slash at the end, a double slash elsewhere, or an encoded slash.
        format!("{V1}/{ID}/reprocess/"),
        format!("{V1}('{ID}')/reprocess/"),
        format!("/{V1}/{ID}/reprocess"),
        format!("{V1}//{ID}/reprocess"),
        format!("{V1}/{ID}//reprocess"),
        format!("{V1}/{ID}/reprocess//"),
        format!("{}/{ID}/reprocess", V1.replacen("/identity", "///identity", 1)),
        format!("{}/{ID}/reprocess", V1.replace("/entitlement", "//entitlement")),
        format!("{}/{ID}/reprocess", V1.replace("/assignments", "//assignments")),
        // Another version, another host's prefix, or a dot segment that was not resolved.
        format!("{}/{ID}/reprocess", V1.replace("v1.0", "v1")),
        format!("{}/{ID}/reprocess", V1.replace("v1.0", "v2.0")),
        format!("{}/{ID}/reprocess", V1.replace("/v1.0", "")),
        format!("/graph{V1}/{ID}/reprocess"),
        format!("/v1.0/..{V1}/{ID}/reprocess"),
        // beta never used this name.
        format!("{}/{ID}/reprocess", V1.replace("v1.0", "beta")),
        // Neighbors: other collections, and other actions on an assignment or a request.
        V1.replace("assignments", "assignmentRequests"),
        format!("{}/{ID}", V1.replace("assignments", "assignmentRequests")),
        format!("{}/{ID}/cancel", V1.replace("assignments", "assignmentRequests")),
        format!("{V1}/{ID}/assignmentRequests"),
        format!("{V1}/{ID}/assignmentRequests/{ID}"),
        format!("{V1}/{ID}/assignmentRequests/{ID}/reprocess/"),
        format!("{V1}/{ID}/accessPackages/{ID}/reprocess"),
        format!("{}/{ID}/reprocess", V1.replace("assignments", "accessPackages")),
        format!("{V1}/{ID}/resume"),
        format!("{V1}/{ID}/target"),
        format!("{V1}/{ID}/reprocesses"),
        format!("{V1}/{ID}/graph.reprocess"),
        format!("{V1}/{ID}/microsoft.graph."),
        format!("{V1}/{ID}/microsoft.graph.microsoft.graph.reprocess"),
        format!("{V1}/{ID}/reprocess()"),
        format!("{V1}/{ID}/reprocess/$count"),
        // Other forms of parentheses.
        format!("{V1}({ID})/reprocess"),
        format!("{V1}(id='{ID}')/reprocess"),
        format!("{V1}('{ID}/reprocess"),
        format!("{V1}('{ID}')('{ID}')/{ID}/reprocess"),
        format!("{V1}/('{ID}')/{ID}/reprocess"),
    ];
    for path in paths {
        for method in [Method::POST, Method::GET, Method::OPTIONS] {
            let request = post(&path).method(method).body(()).unwrap();
            assert_eq!(recognize(&request), None, "{path}");
        }
    }
    // A CONNECT request has no path.
    let connect = Request::connect("graph.microsoft.com:443").body(()).unwrap();
    assert_eq!(recognize(&connect), None);
}

// R28
#[test]
fn anything_in_place_of_the_id_is_an_invalid_one() {
    let long = "7".repeat(60_000);
    let nested = "%25".repeat(20_000);
    let ids = [
        "",
        "7",
        "%00",
        "%",
        "%2",
        "%zz",
        "%+f",
        "%ff%fe",
        "%c3%28",
        "%f0%9f%92%a9",
        "..",
        "%2e%2e%2f",
        "$count",
        "null",
        &format!("{ID}%00"),
        &format!("%00{ID}"),
        &format!("{ID}%0d%0aAllow:%20GET"),
        &format!("{ID}%2freprocess"),
        &format!("{ID}%20"),
        &format!("+{ID}"),
        &format!("%7b{ID}%7d"),
        &format!("urn:uuid:{ID}"),
        &ID.replace('-', ""),
        &ID[1..],
        &format!("%2564{}", &ID[1..]), // decoded once, not twice
        &format!("%6{}", &ID[1..]),
        &ID.replace('d', "%zz"),
        &long,
        &nested,
    ];
    for id in ids {
        for path in [format!("{V1}/{id}/reprocess"), format!("{BETA}('{id}')/microsoft.graph.reprocess")] {
            let request = post(&path).body(()).unwrap();
            let call = recognize(&request).expect("ours").expect("a call");
            assert_eq!(call.target, Target::Reprocess(Err(Rejection::InvalidId)), "{path:.100}");
        }
    }
}

// R24: the assignments can be read and listed under the same forms of the path.
#[test]
fn what_is_read_is_ours_too() {
    let get = |path: &str| {
        let request = post(path).method(Method::GET).body(()).unwrap();
        recognize(&request).map(|call| call.map(|call| (call.version, call.target)))
    };
    for (collection, version) in [(V1, Version::V1), (V1_FIRST, Version::V1), (BETA, Version::Beta)] {
        let is = |target| Some(Ok((version, target)));
        for collection in [collection.to_uppercase(), collection.replacen("/identity", "//identity", 1)] {
            for key in [format!("/{ID}"), format!("('{ID}')"), format!("/{ID}?$expand=target")] {
                assert_eq!(get(&format!("{collection}{key}")), is(Target::Assignment(Ok(id()))));
            }
            for id in ["/", "/7", "('7')", "/reprocess"] {
                let path = format!("{collection}{id}");
                assert_eq!(get(&path), is(Target::Assignment(Err(Rejection::InvalidId))), "{path}");
            }
            for query in ["", "?$top=1"] {
                assert_eq!(get(&format!("{collection}{query}")), is(Target::Assignments));
            }
        }
        assert_eq!(get(&format!("{collection}/{ID}/")), None);
    }
    // R30
    for path in [V1.to_owned(), format!("{V1}/{ID}"), format!("{V1}('7')")] {
        for (method, ours) in [("HEAD", true), ("POST", false), ("PUT", false), ("get", false)] {
            let request = post(&path).method(method).body(()).unwrap();
            let rejected = recognize(&request).expect("ours").err();
            let expected = (!ours).then_some(Rejection::MethodNotAllowed { allowed: "GET" });
            assert_eq!(rejected, expected, "{method} {path}");
        }
    }
}

// R35
#[test]
fn a_request_is_reprocessed_in_every_form() {
    let request = "5b0cd6a9-2d8f-4f5e-a1c7-0b6d3e8f2a91";
    let parsed = request.parse().expect("a GUID");
    let told = |path: &str| {
        let request = post(path).body(()).unwrap();
        let call = recognize(&request).unwrap_or_else(|| panic!("ours: {path}")).expect("a call");
        (call.version, call.target)
    };
    let management = "/identityGovernance/entitlementManagement";
    for (version, name) in [(Version::V1, "v1.0"), (Version::Beta, "beta")] {
        for requests in ["assignmentRequests", "accessPackageAssignmentRequests", "ASSIGNMENTREQUESTS"] {
            for key in
                [format!("/{request}"), format!("('{request}')"), format!("/{}", request.to_uppercase())]
            {
                for action in ["reprocess", "microsoft.graph.reprocess"] {
                    let path = format!("/{name}{management}/{requests}{key}/{action}?x=1");
                    let target = Target::ReprocessRequest { request: Ok(parsed), below: None };
                    assert_eq!(told(&path), (version, target), "{path}");
                    for above in [format!("/{ID}"), format!("('{ID}')")] {
                        let path = format!(
                            "/{name}{management}/accessPackageAssignments{above}/{requests}{key}/{action}"
                        );
                        let target = Target::ReprocessRequest { request: Ok(parsed), below: Some(Ok(id())) };
                        assert_eq!(told(&path), (version, target), "{path}");
                    }
                }
            }
            for invalid in ["/7", "('7')", "/"] {
                let path = format!("/{name}{management}/{requests}{invalid}/reprocess");
                let request = Err(Rejection::InvalidRequestId);
                assert_eq!(told(&path).1, Target::ReprocessRequest { request, below: None }, "{path}");
            }
            let path =
                format!("/{name}{management}/accessPackageAssignments/7/{requests}/{request}/reprocess");
            let below = Some(Err(Rejection::InvalidId));
            assert_eq!(told(&path).1, Target::ReprocessRequest { request: Ok(parsed), below }, "{path}");
        }
        let get = post(&format!("/{name}{management}/assignmentRequests/{request}/reprocess"));
        let get = get.method("GET").body(()).unwrap();
        let rejected = recognize(&get).expect("ours");
        assert_eq!(rejected, Err(Rejection::MethodNotAllowed { allowed: "POST" }));
        // What a client sends.
        let sent = reprocess_request("https://localhost", version, parsed, TOKEN).unwrap();
        let call = recognize(&sent).expect("ours").expect("a call");
        assert_eq!(call.target, Target::ReprocessRequest { request: Ok(parsed), below: None });
        assert_eq!((sent.method().as_str(), call.token, call.version), ("POST", TOKEN, version));
    }
}

// R30
#[test]
fn another_method_is_rejected_before_all_else() {
    let methods = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "post", "POSTS"];
    for method in methods {
        for path in [format!("{V1}/{ID}/reprocess"), format!("{BETA}('7')/reprocess")] {
            let with_token = post(&path).method(method).body(()).unwrap();
            let without = Request::builder().method(method).uri(&path).body(()).unwrap();
            for request in [with_token, without] {
                let rejected = Rejection::MethodNotAllowed { allowed: "POST" };
                assert_eq!(recognize(&request), Some(Err(rejected)), "{method} {path}");
            }
        }
    }
}

// R25
#[test]
fn a_call_has_one_bearer_token() {
    // Also with an invalid id: an unknown caller learns nothing else.
    for path in [format!("{V1}/{ID}/reprocess"), format!("{V1}/7/reprocess")] {
        let told = |headers: &[&[u8]]| {
            let add =
                |request: http::request::Builder, header: &&[u8]| request.header("authorization", *header);
            let request = headers.iter().fold(Request::post(&path), add).body(()).unwrap();
            recognize(&request).expect("ours").map(|call| call.token.to_owned())
        };
        let taken = ["Bearer a", "bearer a", "BEARER a", "Bearer   a", "Bearer a "];
        for header in taken {
            assert_eq!(told(&[header.as_bytes()]), Ok("a".into()), "{header}");
        }
        assert_eq!(told(&[format!("Bearer {TOKEN}").as_bytes()]), Ok(TOKEN.into()));
        let not_taken: [&[&[u8]]; 15] = [
            &[],
            &[b""],
            &[b"Bearer"],
            &[b"Bearer "],
            &[b"Bearera"],
            &[b"Bearer\ta"],
            &[b" Bearer a"],
            &[b"Basic a"],
            &[b"a"],
            &[b"Bearer a b"],
            &[b"Bearer a,b"],
            &[b"Bearer a=b"],
            &[b"Bearer ="],
            &[b"Bearer \xff"],
            &[b"Bearer a", b"Bearer a"],
        ];
        for headers in not_taken {
            assert_eq!(told(headers), Err(Rejection::NoCaller), "{headers:?}");
        }
    }
}

// R26
#[test]
fn no_body_is_needed_and_any_is_taken() {
    let path = format!("{V1}/{ID}/reprocess");
    for body in ["", "{}", "null", "{\"x\":1}", "\0"] {
        let length = body.len().to_string();
        let headers: [&[(&str, &str)]; 5] = [
            &[],
            &[("content-length", &length)],
            &[("transfer-encoding", "chunked")],
            &[("content-type", "application/json")],
            &[("content-type", "application/json"), ("content-length", &length)],
        ];
        for headers in headers {
            let add =
                |request: http::request::Builder, &(name, value): &(&str, &str)| request.header(name, value);
            let request = headers.iter().fold(post(&path), add).body(body).unwrap();
            assert_eq!(recognize(&request), Some(Ok(call(Version::V1))), "{body} {headers:?}");
        }
    }
}

#[test]
fn a_call_does_not_show_its_token() {
    let shown = format!("{:?}", call(Version::V1));
    assert_eq!(
        shown,
        "Call { version: V1, target: Reprocess(Ok(AssignmentId(d82eb508-acc4-43cc-bcf1-7c1c4a2c073b))), .. }"
    );
}
