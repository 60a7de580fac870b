//! What must hold for any request and any response; see `bodies.rs`. The paths and tokens are read here a second
//! time, naively and from the rules.
#![allow(dead_code, reason = "each fuzz target uses one of these")]

use access_package::graph::Version;
use access_package::graph::http::{
    CallError, InnerError, Rejection, RetryAfter, read_response, recognise, respond,
};
use access_package::{AssignmentId, Timestamp};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};

/// Lines: the first one as it is, then headers up to an empty line; what is left is the body.
fn message(data: &[u8]) -> (&[u8], Vec<(HeaderName, HeaderValue)>, &[u8]) {
    let (first, mut rest) = line(data);
    let mut headers = Vec::new();
    while !rest.is_empty() {
        let (header, after) = line(rest);
        rest = after;
        if header.is_empty() {
            break;
        }
        let Some(colon) = header.iter().position(|&byte| byte == b':') else { continue };
        let (name, value) = (&header[..colon], &header[colon + 1..]);
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.push((name, value));
        }
    }
    (first, headers, rest)
}

fn line(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|&byte| byte == b'\n').unwrap_or(data.len());
    (&data[..end], data.get(end + 1..).unwrap_or_default())
}

/// R24, R25, R30: a request is ours as the rules say, and what is answered is well formed and heard.
pub fn http_request(data: &[u8]) {
    let (first, headers, body) = message(data);
    let blank = first.iter().position(|&byte| byte == b' ').unwrap_or(first.len());
    let (Ok(method), Ok(uri)) =
        (Method::from_bytes(&first[..blank]), Uri::try_from(first.get(blank + 1..).unwrap_or_default()))
    else {
        return;
    };
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    for (name, value) in headers {
        request.headers_mut().append(name, value);
    }

    let expected = place(request.uri().path()).map(|(version, assignment)| {
        if request.method() != Method::POST {
            return Err(Rejection::MethodNotAllowed); // R30
        }
        let values: Vec<_> = request.headers().get_all("authorization").iter().collect();
        let [value] = values[..] else { return Err(Rejection::NoCaller) }; // R25
        let token = token(value.as_bytes()).ok_or(Rejection::NoCaller)?;
        Ok((version, token, assignment.ok_or(Rejection::InvalidId))) // R28
    });
    let recognised = recognise(&request);
    let seen = recognised.map(|call| call.map(|call| (call.version, call.token.as_bytes(), call.assignment)));
    assert_eq!(seen, expected);

    if let Some(call) = recognised {
        let result = call.and_then(|call| call.assignment).map(drop);
        assert_eq!(heard(result), result.map_err(CallError::Rejected));
    }
}

/// What a client hears of this answer, which is looked at on the way (R27, R29).
fn heard(result: Result<(), Rejection>) -> Result<(), CallError> {
    let inner = InnerError { date: Timestamp::MIN, request_id: "1", client_request_id: None };
    let response = respond(result, &inner);
    match result {
        Ok(()) => {
            assert_eq!((response.status(), response.body().as_str()), (StatusCode::ACCEPTED, ""));
            assert!(response.headers().is_empty());
        }
        Err(rejection) => {
            assert!(response.status().is_client_error());
            assert_eq!(response.headers()["content-type"], "application/json");
            let body: serde_json::Value = serde_json::from_str(response.body()).expect("JSON");
            assert_eq!(body["error"]["message"], rejection.to_string());
            assert_eq!(body["error"]["innerError"]["request-id"], "1");
            assert!(!body["error"]["details"].as_array().expect("a list").is_empty());
        }
    }
    read_response(&response)
}

/// R24: the version and the id that a path of ours names.
fn place(path: &str) -> Option<(Version, Option<AssignmentId>)> {
    let segments: Vec<Vec<u8>> = path.strip_prefix('/')?.split('/').map(decoded).collect();
    let segments: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    let (version, rest) = match segments[..] {
        [b"v1.0", b"", ref rest @ ..] | [b"v1.0", ref rest @ ..] => (Version::V1, rest),
        [b"beta", b"", ref rest @ ..] | [b"beta", ref rest @ ..] => (Version::Beta, rest),
        _ => return None,
    };
    let [b"identitygovernance", b"entitlementmanagement", rest @ ..] = rest else { return None };
    let (collection, id, action) = match *rest {
        [collection, id, action] => (collection, id, action),
        [keyed, action] => {
            let keyed = keyed.strip_suffix(b"')")?;
            let open = keyed.windows(2).position(|two| two == b"('")?;
            (&keyed[..open], &keyed[open + 2..], action)
        }
        _ => return None,
    };
    let ours: &[&[u8]] = match version {
        Version::V1 => &[b"assignments", b"accesspackageassignments"],
        Version::Beta => &[b"accesspackageassignments"],
    };
    let is_ours =
        ours.contains(&collection) && [&b"reprocess"[..], b"microsoft.graph.reprocess"].contains(&action);
    let id = std::str::from_utf8(id).ok().and_then(|id| id.parse().ok());
    is_ours.then_some((version, id))
}

/// A segment in lower case and without percent-encoding.
fn decoded(segment: &str) -> Vec<u8> {
    let bytes = segment.as_bytes();
    let (mut decoded, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        match digits {
            Some(digits) if bytes[at] == b'%' => {
                let digits = std::str::from_utf8(digits).expect("digits");
                decoded.push(u8::from_str_radix(digits, 16).expect("digits"));
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    decoded.make_ascii_lowercase();
    decoded
}

/// R25: what a header says after `Bearer`, if it is a token.
fn token(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(7)?;
    let value = std::str::from_utf8(token).ok()?.trim_matches(' ').as_bytes();
    let letters = value.iter().rposition(|&byte| byte != b'=')? + 1;
    let of_a_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
    (scheme.eq_ignore_ascii_case(b"bearer ") && value[..letters].iter().all(of_a_token)).then_some(value)
}

/// Any answer is heard, and as what its status says.
pub fn http_response(data: &[u8]) {
    let (first, headers, body) = message(data);
    let Ok(status) = StatusCode::from_bytes(first) else { return };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in headers {
        response.headers_mut().append(name, value);
    }
    match (status.as_u16(), read_response(&response)) {
        (202, heard) => assert_eq!(heard, Ok(())),
        (429 | 503 | 504, Err(CallError::Retry { status: told, after })) => {
            assert_eq!(told, status);
            let text = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
            let told = after.map(|after| match after {
                RetryAfter::Seconds(seconds) => seconds.to_string(),
                RetryAfter::Text(text) => text,
            });
            // A number may have been written with zeros before it.
            let plain = |text: &str| text.trim().trim_start_matches('0').to_owned();
            assert_eq!(told.as_deref().map(plain), text.map(plain));
        }
        (429 | 503 | 504, other) => panic!("{other:?}"),
        // What a server of this crate says is what it would say again.
        (_, Err(CallError::Rejected(rejection))) => {
            assert_eq!(heard(Err(rejection)), Err(CallError::Rejected(rejection)));
            let inner = InnerError { date: Timestamp::MIN, request_id: "1", client_request_id: None };
            let again = respond(Err(rejection), &inner);
            assert_eq!(again.status(), status);
            let code = |body: &[u8]| {
                let body: serde_json::Value = serde_json::from_slice(body).expect("it was read");
                body["error"]["code"].clone()
            };
            assert_eq!(code(body), code(again.body().as_bytes()));
        }
        (_, Err(CallError::Other { status: told, .. })) => assert_eq!(told, status),
        (_, other) => panic!("{other:?}"),
    }
}
