//! Any request, response and call, and some that are nearly ours. `support/http_bodies.rs` says what must
//! hold for them.

use access_package::graph::http::{CallError, Rejection, Target, read_response, recognize};
use http::{HeaderValue, Response};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::recognize::percent_encoded;
use crate::{BETA, ID, TOKEN, V1, V1_FIRST, answer, http_bodies, id, post, results};

/// Segments of our paths, and of similar ones.
fn any_path() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "v1.0",
        "beta",
        "identityGovernance",
        "entitlementManagement",
        "assignments",
        "accessPackageAssignments",
        ID,
        "reprocess",
        "microsoft.graph.reprocess",
        "('",
        "')",
        "%27",
        "%",
        "%2",
        "%ff",
        "%00",
        "",
        "x",
    ]);
    let piece = prop_oneof![4 => piece.prop_map(String::from), 1 => "[ -~]{0,9}"];
    vec((piece, select(vec!["/", "/", "/", ""])), 0..12).prop_map(|pieces| {
        pieces.into_iter().fold(String::from("/"), |path, (piece, between)| path + &piece + between)
    })
}

fn ours() -> impl Strategy<Value = String> {
    let forms = [V1, V1_FIRST, BETA].into_iter().flat_map(|collection| {
        [format!("{collection}/{ID}/reprocess"), format!("{collection}('{ID}')/microsoft.graph.reprocess")]
    });
    select(forms.collect::<Vec<_>>())
}

/// What clients, proxies and typing errors do to a path.
fn nearly_ours() -> impl Strategy<Value = String> {
    let change: [fn(&mut Vec<String>, usize); 15] = [
        |path, at| path.insert(at, String::new()), // a double slash
        |path, at| drop(path.splice(at..at, [String::new(), String::new()])),
        |path, _| path[0] = "beta".into(),
        |path, at| drop(path.remove(at)),
        |path, at| path.insert(at, path[at].clone()),
        |path, at| path.swap(at, 1),
        |path, at| path[at] = path[at].to_uppercase(),
        |path, at| path[at] = percent_encoded(&path[at]),
        |path, at| path[at] = path[at].replace('%', "%25"),
        |path, at| path[at] = path[at].chars().skip(1).collect(),
        |path, at| path[at] = format!("microsoft.graph.{}", path[at]),
        |path, at| path[at] = path[at].replace(['(', ')', '\''], ""),
        |path, at| path[at] = format!("{}%2f", path[at]),
        |path, at| path[at] = format!("{}%20", path[at]),
        |path, at| path[at] = format!("{}('{ID}')", path[at]),
    ];
    let changes = vec((select(change.to_vec()), any::<Index>()), 0..4);
    (ours(), changes, select(vec!["", "", "?", "?a=/b", "/"])).prop_map(|(path, changes, end)| {
        let mut segments: Vec<_> = path.split('/').skip(1).map(String::from).collect();
        for (change, at) in changes {
            // A path of one segment has no segment to swap or remove.
            if segments.len() > 1 {
                let at = at.index(segments.len());
                change(&mut segments, at);
            }
        }
        format!("/{}{end}", segments.join("/"))
    })
}

fn any_authorization() -> impl Strategy<Value = Vec<u8>> {
    let scheme = prop_oneof![
        2 => Just("Bearer "),
        1 => select(vec!["bearer ", "BEARER  ", "Bearer", "Bearer\t", "Basic ", " Bearer ", ""]),
    ];
    let token = prop_oneof![4 => Just(String::from(TOKEN)), 1 => "[ -~]{0,9}", 1 => "[a=]{0,4} ?", 1 => "[ab,;:@]{1,3}"];
    prop_oneof![
        4 => (scheme, token).prop_map(|(scheme, token)| format!("{scheme}{token}").into_bytes()),
        1 => vec(any::<u8>(), 0..40),
    ]
}

/// The message in the form that the bodies read.
fn message(first: &str, headers: &[(&str, Vec<u8>)], body: &[u8]) -> Vec<u8> {
    let headers = headers.iter().flat_map(|(name, value)| [name.as_bytes(), b":", value, b"\n"].concat());
    first.bytes().chain(*b"\n").chain(headers).chain(*b"\n").chain(body.iter().copied()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    // R24, R25, R28, R30
    #[test]
    fn a_request_is_ours_as_the_rules_say(
        method in prop_oneof![4 => "POST", 1 => "GET|HEAD|post|POSTS", 1 => "[A-Z]{1,7}"],
        path in prop_oneof![1 => any_path(), 4 => nearly_ours()],
        authorization in prop_oneof![4 => vec(any_authorization(), 1), 1 => vec(any_authorization(), 0..3)],
        body in vec(any::<u8>(), 0..9),
    ) {
        let headers: Vec<_> = authorization.into_iter().map(|value| ("authorization", value)).collect();
        http_bodies::http_request(&message(&format!("{method} {path}"), &headers, &body));
    }

    #[test]
    fn an_answer_that_is_nearly_ours_is_heard_as_what_it_says(
        (_, result) in select(results()),
        status in option::weighted(0.3, prop_oneof![
            select(vec![202_u16, 400, 401, 403, 404, 405, 429, 503, 504]),
            100..1000_u16,
        ]),
        after in option::of(prop_oneof![
            "-?[0-9]{0,22}",
            " ?[0-9+.]{1,3} ?",
            "Wed, 21 Oct 2015 07:28:00 GMT",
        ]),
        edits in vec((any::<Index>(), option::of(any::<u8>())), 0..3),
    ) {
        let said = answer(result);
        let status = status.unwrap_or(said.status().as_u16());
        let mut body = said.into_body().into_bytes();
        for (at, byte) in edits {
            let at = at.index(body.len() + 1);
            match byte {
                Some(byte) => body.insert(at, byte),
                None => body.truncate(at),
            }
        }
        let headers: Vec<_> = after.into_iter().map(|after| ("retry-after", after.into_bytes())).collect();
        http_bodies::http_response(&message(&status.to_string(), &headers, &body));
    }

    #[test]
    fn any_call_is_made_as_the_rules_say_or_is_refused(
        base_url in prop_oneof![
            4 => ("(https?|HTTP|ftp)://", "[a-z0-9.\\-]{0,9}(:[0-9]{0,6})?", "(/[a-z%]{0,3}){0,3}", "[ ?#/]?")
                .prop_map(|(scheme, host, path, end)| scheme + &host + &path + &end),
            1 => any::<String>(),
        ],
        id in vec(any::<u8>(), 0..17),
        token in prop_oneof!["[A-Za-z0-9._~+/-]{0,9}={0,2}", "[ -~]{0,9}", any::<String>()],
    ) {
        http_bodies::http_call(&[base_url.as_bytes(), b"\n", &id, b"\n", token.as_bytes()].concat());
    }
}

proptest! {
    #[test]
    fn one_segment_more_or_less_is_no_call_to_reprocess(path in ours(), at: Index, segment in "[a-z]{1,9}") {
        let segments: Vec<_> = path.split('/').skip(1).map(String::from).collect();
        let mut more = segments.clone();
        more.insert(at.index(segments.len() + 1), segment);
        let mut fewer = segments.clone();
        fewer.remove(at.index(segments.len()));
        for changed in [more, fewer] {
            let request = post(&format!("/{}", changed.join("/"))).body(()).unwrap();
            // Without the last segment, the path is the one to read the assignment.
            let read = Err(Rejection::MethodNotAllowed { allowed: "GET" });
            prop_assert!(recognize(&request).is_none_or(|call| call == read));
        }
    }

    #[test]
    fn any_character_may_be_encoded_and_in_either_case(path in ours(), changes in vec(0..3_u8, 150)) {
        let plain = post(&path).body(()).unwrap();
        let changed: String = path.chars().zip(changes).map(|(char, change)| match (char, change) {
            ('/', _) | (_, 0) => char.to_string(),
            (_, 1) => char.to_uppercase().to_string(),
            _ => format!("%{:02X}", u32::from(char)),
        }).collect();
        let changed = post(&changed).body(()).unwrap();
        prop_assert_eq!(recognize(&changed), recognize(&plain));
        prop_assert_eq!(recognize(&plain).unwrap().unwrap().target, Target::Reprocess(Ok(id())));
    }

    #[test]
    fn any_response_is_heard(
        status in 100..1000_u16,
        after in option::of(vec(any::<u8>(), 0..30)),
        body in prop_oneof![vec(any::<u8>(), 0..99), "[\\[\\]{}:,\"a-z0-9]{0,99}".prop_map(String::into_bytes)],
    ) {
        let mut response = Response::new(body);
        *response.status_mut() = status.try_into().unwrap();
        let after = after.and_then(|value| HeaderValue::from_bytes(&value).ok());
        after.map(|value| response.headers_mut().insert("retry-after", value));
        let heard = read_response(&response);
        prop_assert_eq!(heard.is_ok(), status == 202);
        let again = matches!(heard, Err(CallError::Retry { .. }));
        prop_assert_eq!(again, [429, 503, 504].contains(&status));
    }

    #[test]
    fn any_error_of_another_server_is_heard_in_its_words(
        status in select(vec![400_u16, 401, 403, 404, 405, 500]),
        code in prop_oneof!["UnAuthorized|InvalidRequest|ResourceNotFound|MethodNotAllowed", any::<String>()],
        message: String,
        details in option::of(vec(any::<String>(), 0..3)),
    ) {
        let details = details.map(|codes| codes.into_iter().map(|code| serde_json::json!({ "code": code })));
        let error = serde_json::json!({
            "code": code, "message": message, "details": details.map(Iterator::collect::<Vec<_>>),
        });
        let mut response = Response::new(serde_json::json!({ "error": error }).to_string());
        *response.status_mut() = status.try_into().unwrap();
        let status = response.status();
        let Err(CallError::Rejected(told)) = read_response(&response) else { panic!("not accepted") };
        prop_assert_eq!((told.status, told.code, told.message), (status, Some(code), Some(message)));
    }
}
