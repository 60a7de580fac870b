//! Any request and any response: nothing panics, and what is not ours is not taken for it.

use access_package::graph::Version;
use access_package::graph::http::{CallError, Rejection, read_response, recognise, request};
use http::{HeaderValue, Method, Request, Response, Uri};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::{BETA, ID, V1, V1_FIRST, id, post};

/// Pieces of paths that are ours, and of such as nearly are.
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

proptest! {
    // R30
    #[test]
    fn any_request_is_ours_or_is_said_not_to_be(
        method in "[A-Z]{1,7}|POST",
        path in any_path(),
        authorization in vec(vec(any::<u8>(), 0..40), 0..3),
        body in vec(any::<u8>(), 0..9),
    ) {
        // What cannot be a request at all is the concern of whoever reads it off the wire.
        let Ok(uri) = Uri::try_from(&path) else { return Ok(()) };
        let mut request = Request::new(body);
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        *request.uri_mut() = uri;
        for value in authorization.iter().filter_map(|value| HeaderValue::from_bytes(value).ok()) {
            request.headers_mut().append("authorization", value);
        }
        if let Some(recognised) = recognise(&request) {
            let path = request.uri().path().to_ascii_lowercase();
            prop_assert!(path.starts_with("/v1.0/") || path.starts_with("/beta/"), "{}", path);
            prop_assert!(path.ends_with("reprocess"), "{}", path);
            prop_assert_eq!(recognised == Err(Rejection::MethodNotAllowed), method != "POST");
        }
    }

    #[test]
    fn one_segment_more_or_less_is_another_path(path in ours(), at: Index, segment in "[a-z]{1,9}") {
        let segments: Vec<_> = path.split('/').skip(1).map(String::from).collect();
        let mut more = segments.clone();
        more.insert(at.index(segments.len() + 1), segment);
        let mut fewer = segments.clone();
        fewer.remove(at.index(segments.len()));
        for changed in [more, fewer] {
            let request = post(&format!("/{}", changed.join("/"))).body(()).unwrap();
            prop_assert_eq!(recognise(&request), None);
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
        prop_assert_eq!(recognise(&changed), recognise(&plain));
        prop_assert_eq!(recognise(&plain).unwrap().unwrap().assignment, Ok(id()));
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
        let rejected = matches!(heard, Err(CallError::Rejected(_)));
        prop_assert!(!rejected);
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
        let expected = CallError::Other { status, code: Some(code), message: Some(message) };
        prop_assert_eq!(read_response(&response), Err(expected));
    }

    #[test]
    fn any_token_and_any_base_url_is_sent_or_refused(base_url: String, token: String) {
        let _ = request(&base_url, Version::V1, id(), &token);
        if let Ok(request) = request("https://graph.microsoft.com", Version::V1, id(), &token) {
            prop_assert_eq!(recognise(&request).unwrap().unwrap().token, token);
        }
    }
}
