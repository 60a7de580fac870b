//! What must hold for any request, any response and any call; see `bodies.rs`. Paths and tokens are read here
//! a second time, naively, by the rules.
#![allow(dead_code, reason = "each fuzz target uses one of these")]

use access_package::graph::http::{
    Call, CallError, Detail, ErrorResponse, GetError, InnerError, Rejection, RequestError, RetryAfter,
    Target, get, read_assignment, read_response, recognize, request, respond,
};
use access_package::graph::{Version, json::read};
use access_package::{AssignmentId, Reason, Refusal, Step, Timestamp};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Lines: the first is returned as it is, then there are headers up to an empty line, and the rest is the
/// body.
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

/// R24, R25, R30: a request is recognized as the rules say, and its answer is well formed and can be read.
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

    let expected = place(request.uri().path()).map(|(version, target)| {
        let (allowed, methods): (_, &[_]) = match target {
            Target::Reprocess(_) | Target::ReprocessRequest { .. } => ("POST", &[Method::POST]),
            _ => ("GET", &[Method::GET, Method::HEAD]),
        };
        if !methods.contains(request.method()) {
            return Err(Rejection::MethodNotAllowed { allowed }); // R30
        }
        let values: Vec<_> = request.headers().get_all("authorization").iter().collect();
        let [value] = values[..] else { return Err(Rejection::NoCaller) }; // R25
        let token = token(value.as_bytes()).ok_or(Rejection::NoCaller)?;
        Ok((version, token, target))
    });
    let recognized = recognize(&request);
    let seen = recognized.map(|call| call.map(|call| (call.version, call.token.as_bytes(), call.target)));
    assert_eq!(seen, expected);

    let result = recognized.map(|call| match call?.target {
        Target::Reprocess(id) | Target::Assignment(id) => id.map(drop), // R28
        Target::ReprocessRequest { request, .. } => request.map(drop),  // R35
        _ => Ok(()),
    });
    if let Some(result) = result {
        answer(result);
    }
}

/// The answer is well formed, and can be read.
fn answer(result: Result<(), Rejection>) {
    let inner = InnerError { date: Timestamp::MIN, request_id: "1", client_request_id: None };
    let response = respond(result, &inner);
    let Err(rejection) = result else {
        assert_eq!((response.status().as_u16(), response.body().as_str()), (202, "")); // R27
        assert!(response.headers().is_empty());
        assert_eq!(read_response(&response), Ok(()));
        return;
    };
    let (status, code) = match rejection {
        Rejection::MethodNotAllowed { .. } => (405, "MethodNotAllowed"), // R30
        Rejection::NoCaller => (401, "InvalidAuthenticationToken"),
        Rejection::InvalidId | Rejection::InvalidRequestId => (400, "InvalidRequest"), // R28, R35
        Rejection::NotFound | Rejection::RequestNotFound => (404, "ResourceNotFound"),
        Rejection::Refused(refusal) if refusal.is_unauthorized() => (403, "UnAuthorized"), // R29
        Rejection::Refused(refusal) if refusal.is_of_request() => (400, "InvalidAssignmentRequest"), // R35
        Rejection::Refused(_) => (400, "InvalidAssignmentState"),
        Rejection::Failed => (500, "InternalServerError"),
    };
    assert_eq!(response.status(), status);
    assert_eq!(response.headers()["content-type"], "application/json");
    let allowed = if let Rejection::MethodNotAllowed { allowed } = rejection { Some(allowed) } else { None };
    assert_eq!(response.headers().get("allow").map(HeaderValue::as_bytes), allowed.map(str::as_bytes));
    let mut body: Value = serde_json::from_str(response.body()).expect("JSON");
    let details = body["error"]["details"].take();
    let message = body["error"]["message"].take();
    assert!(details.as_array().is_some_and(|details| details.iter().all(is_detail) && !details.is_empty()));
    assert!(message.as_str().is_some_and(|message| !message.is_empty()));
    let inner = json!({ "date": "0001-01-01T00:00:00Z", "request-id": "1" });
    let error = json!({ "code": code, "message": null, "details": null, "innerError": inner });
    assert_eq!(body, json!({ "error": error }));

    let Err(CallError::Rejected(told)) = read_response(&response) else { panic!("{response:?}") };
    assert_eq!((told.status, told.code.as_deref()), (response.status(), Some(code)));
    let refusal = if let Rejection::Refused(refusal) = rejection { Some(refusal) } else { None };
    assert!(told.reasons().eq(refusal.into_iter().flat_map(Refusal::reasons)));
    let remedies = refusal.into_iter().flat_map(Refusal::remedies);
    assert!(told.remedies().map(<[_]>::to_vec).eq(remedies.map(|remedy| remedy.steps().collect::<Vec<_>>())));
}

fn is_detail(detail: &Value) -> bool {
    detail.as_object().is_some_and(|it| {
        it.len() == 2 && ["code", "message"].iter().all(|name| it.get(*name).is_some_and(Value::is_string))
    })
}

/// R24: the version, and the target that one of our paths names.
fn place(path: &str) -> Option<(Version, Target)> {
    let segments: Vec<Vec<u8>> = path.strip_prefix('/')?.split('/').map(decoded).collect();
    let segments: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    let (version, rest) = match segments[..] {
        [b"v1.0", b"", ref rest @ ..] | [b"v1.0", ref rest @ ..] => (Version::V1, rest),
        [b"beta", b"", ref rest @ ..] | [b"beta", ref rest @ ..] => (Version::Beta, rest),
        _ => return None,
    };
    let [b"identitygovernance", b"entitlementmanagement", rest @ ..] = rest else { return None };
    let (collection, id, rest) = keyed(rest)?;
    let requests: [&[u8]; 2] = [b"assignmentrequests", b"accesspackageassignmentrequests"];
    let is_reprocess = |rest: &[&[u8]]| matches!(rest, [b"reprocess" | b"microsoft.graph.reprocess"]);
    // R35
    let of_request = |id: Option<&[u8]>, rest: &[&[u8]], below| {
        let request = parsed(id?).ok_or(Rejection::InvalidRequestId);
        is_reprocess(rest).then_some((version, Target::ReprocessRequest { request, below }))
    };
    if requests.contains(&collection) {
        return of_request(id, rest, None);
    }
    let ours: &[&[u8]] = match version {
        Version::V1 => &[b"assignments", b"accesspackageassignments"],
        Version::Beta => &[b"accesspackageassignments"],
    };
    if !ours.contains(&collection) {
        return None;
    }
    let Some(id) = id else { return Some((version, Target::Assignments)) };
    let id = parsed(id).ok_or(Rejection::InvalidId); // R28
    if let Some((collection, request, rest)) = keyed(rest) {
        if requests.contains(&collection) {
            return of_request(request, rest, Some(id));
        }
    }
    let target = match rest {
        [] => Target::Assignment(id),
        rest if is_reprocess(rest) => Target::Reprocess(id),
        _ => return None,
    };
    Some((version, target))
}

/// A collection, the key after it, and the rest.
type Keyed<'p, 's> = (&'s [u8], Option<&'s [u8]>, &'p [&'s [u8]]);

/// The first collection in the path.
fn keyed<'p, 's>(path: &'p [&'s [u8]]) -> Option<Keyed<'p, 's>> {
    let (&collection, rest) = path.split_first()?;
    let in_parentheses = collection.strip_suffix(b"')").and_then(|keyed| {
        let open = keyed.windows(2).position(|two| two == b"('")?;
        Some((&keyed[..open], Some(&keyed[open + 2..]), rest))
    });
    Some(in_parentheses.unwrap_or(match rest {
        [id, rest @ ..] => (collection, Some(*id), rest),
        [] => (collection, None, rest),
    }))
}

fn parsed<T: std::str::FromStr>(id: &[u8]) -> Option<T> {
    std::str::from_utf8(id).ok().and_then(|id| id.parse().ok())
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

/// R25: the rest of a header after `Bearer`, if it is a token.
fn token(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(7)?;
    let value = std::str::from_utf8(token).ok()?.trim_matches(' ').as_bytes();
    let letters = value.iter().rposition(|&byte| byte != b'=')? + 1;
    let of_a_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
    (scheme.eq_ignore_ascii_case(b"bearer ") && value[..letters].iter().all(of_a_token)).then_some(value)
}

/// Any response can be read, and means what its status says.
pub fn http_response(data: &[u8]) {
    let (first, headers, body) = message(data);
    let Ok(status) = StatusCode::from_bytes(first) else { return };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in headers {
        response.headers_mut().append(name, value);
    }
    let heard = read_response(&response);
    let assignment = read_assignment(&response);
    match (status.as_u16(), &heard) {
        (200, Err(CallError::Rejected(_))) => assert_eq!(assignment, read(body).map_err(GetError::Read)),
        (202, Ok(())) => assert!(matches!(assignment, Err(GetError::Call(CallError::Rejected(_))))),
        (429 | 503 | 504, Err(CallError::Retry { status: told, after })) => {
            assert_eq!(*told, status);
            let said = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
            check_retry_after(after.as_ref(), said.map(str::trim));
        }
        (status, Err(CallError::Rejected(told))) if ![202, 429, 503, 504].contains(&status) => {
            assert_eq!(told.status, status);
        }
        other => panic!("{other:?}"),
    }
    if let (false, Err(error)) = (status == StatusCode::OK, heard) {
        assert_eq!(assignment, Err(GetError::Call(error)));
    }
    if let Ok(body) = serde_json::from_slice(body) {
        check_told(&body);
    }
}

/// R29: every detail of an error is kept, even if the crate does not know it. Details that form one refusal
/// are the same after a server of this crate has sent them.
fn check_told(body: &Value) {
    let mut response = Response::new(body.to_string());
    *response.status_mut() = StatusCode::FORBIDDEN;
    let Err(CallError::Rejected(told)) = read_response(&response) else { panic!("{response:?}") };
    let (code, message, details) = error(body).unwrap_or_default();
    let details = details.into_iter().map(detail).collect();
    assert_eq!(told, ErrorResponse { status: StatusCode::FORBIDDEN, code, message, details });
    let codes = json!({ "reasons": told.reasons().collect::<Vec<_>>(), "remedies": [] });
    if let Ok(refusal) = serde_json::from_value::<Refusal>(codes) {
        answer(Err(refusal.into()));
    }
}

/// A code and a message.
type Said = (Option<String>, Option<String>);

/// The property, whatever the case of its name. It is null if it is missing, and absent if it is there in two
/// spellings.
fn property<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut found = object.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
    let (first, second) = (found.next(), found.next());
    second.is_none().then_some(first.map_or(&Value::Null, |(_, value)| value))
}

/// The content of an OData error. `None` if it is not one.
fn error(body: &Value) -> Option<(Option<String>, Option<String>, Vec<Said>)> {
    #[expect(
        clippy::option_option,
        reason = "what is no text is no error of OData; what is not there says nothing"
    )]
    fn text(object: &Map<String, Value>, name: &str) -> Option<Option<String>> {
        match property(object, name)? {
            Value::Null => Some(None),
            text => Some(Some(text.as_str()?.to_owned())),
        }
    }
    let error = property(body.as_object()?, "error")?.as_object()?;
    let details = match property(error, "details")? {
        Value::Null => &vec![],
        details => details.as_array()?,
    };
    let details = details.iter().map(|detail| {
        let detail = detail.as_object()?;
        Some((text(detail, "code")?, text(detail, "message")?))
    });
    Some((text(error, "code")?, text(error, "message")?, details.collect::<Option<_>>()?))
}

fn detail((code, message): Said) -> Detail {
    let said = code.clone().unwrap_or_default();
    let steps = said.split('+').map(|code| Step::ALL.iter().copied().find(|step| step.code() == code));
    match (Reason::all().find(|reason| reason.code() == said), steps.collect()) {
        (Some(reason), _) => Detail::Reason(reason),
        (None, Some(steps)) => Detail::Remedy(steps),
        (None, None) => Detail::Other { code, message },
    }
}

/// A number counts as seconds only if it consists of digits.
fn check_retry_after(after: Option<&RetryAfter>, said: Option<&str>) {
    let without_zeros = |text: &str| text.trim_start_matches('0').to_owned();
    match (after, said.filter(|said| !said.is_empty())) {
        (None, None) => {}
        (Some(RetryAfter::Seconds(seconds)), Some(said)) => {
            assert!(said.starts_with(|first: char| first.is_ascii_digit()), "{said:?}");
            assert_eq!(without_zeros(&seconds.to_string()), without_zeros(said));
        }
        (Some(RetryAfter::Text(text)), Some(said)) => {
            assert_eq!(text, said);
            assert!(said.starts_with('+') || said.parse::<u64>().is_err(), "{said:?}");
        }
        other => panic!("{other:?}"),
    }
}

/// Lines: a base URL, up to 16 bytes of an id, and a token. The call is made as R24 says and recognized as it
/// was made, or it is refused.
pub fn http_call(data: &[u8]) {
    let (base_url, rest) = line(data);
    let (bytes, text) = line(rest);
    let (Ok(base_url), Ok(text)) = (std::str::from_utf8(base_url), std::str::from_utf8(text)) else { return };
    let mut id = [0; 16];
    id.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let id = AssignmentId::from_uuid(Uuid::from_bytes(id));
    let versions =
        [(Version::V1, "v1.0", "assignments"), (Version::Beta, "beta", "accessPackageAssignments")];
    let calls = versions.into_iter().flat_map(|(version, name, collection)| {
        let below = format!("/{name}/identityGovernance/entitlementManagement/{collection}/{id}");
        [
            (
                version,
                request(base_url, version, id, text),
                format!("{below}/reprocess"),
                Target::Reprocess(Ok(id)),
            ),
            (version, get(base_url, version, id, text), below, Target::Assignment(Ok(id))),
        ]
    });
    for (version, made, below, target) in calls {
        let mut request = match made {
            Ok(request) => request,
            Err(RequestError::Token) => {
                assert_ne!(token(format!("Bearer {text}").as_bytes()), Some(text.as_bytes()));
                continue;
            }
            Err(RequestError::BaseUrl) => {
                let host = base_url.strip_prefix("https://").unwrap_or_default();
                assert!(host.is_empty() || !host.bytes().all(|byte| byte.is_ascii_alphanumeric()));
                continue;
            }
        };
        assert!(["http", "https"].contains(&request.uri().scheme_str().expect("absolute")));
        let url = request.uri().to_string();
        let (path, query) = url.split_once('?').map_or((&*url, None), |(path, query)| (path, Some(query)));
        let base = path.strip_suffix(&below).expect("what comes before the version");
        assert!(!base.ends_with('/'), "{url}");
        let is_read = matches!(target, Target::Assignment(_));
        assert_eq!(query.map(|query| query.starts_with("$expand=target,")), is_read.then_some(true), "{url}");
        // A base URL may have a path, which a host removes.
        *request.uri_mut() = below.parse().expect("a path");
        assert_eq!(recognize(&request), Some(Ok(Call { version, token: text, target })));
    }
}
