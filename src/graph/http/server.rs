//! The server: reads requests, writes responses.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::{fmt, str};

use ::http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use ::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use serde::Serialize;

use super::{ENTITLEMENT_MANAGEMENT, Entry, REPROCESS, REQUESTS, Rejection, collection, is_bearer_token};
use crate::graph::Version;
use crate::id::{AssignmentId, AssignmentRequestId};
use crate::timestamp::Timestamp;

/// A request that [`recognize`] accepts. Its [`Debug`](fmt::Debug) output omits the token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Call<'r> {
    /// The version in the path. The response to a call to reprocess is the same in both versions.
    pub version: Version,
    /// The bearer token, unverified. Verify it to establish the caller.
    pub token: &'r str,
    /// The target of the path: what the request asks for.
    pub target: Target,
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, token: _, target } = self;
        let mut call = f.debug_struct("Call");
        call.field("version", version).field("target", target).finish_non_exhaustive()
    }
}

/// The target of a path: what the request asks for.
///
/// An invalid id is an error, such as [`Rejection::InvalidId`]. Establish the caller before you return it, so that an
/// unknown caller learns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// `POST …/{id}/reprocess`: reprocess the assignment.
    Reprocess(Result<AssignmentId, Rejection>),
    /// `POST …/assignmentRequests/{id}/reprocess`: reprocess the request ([R35](crate::policy#r35)).
    ReprocessRequest {
        /// The request.
        request: Result<AssignmentRequestId, Rejection>,
        /// The assignment, if the path names one above the request. The request must belong to it.
        below: Option<Result<AssignmentId, Rejection>>,
    },
    /// `GET …/{id}`: read the assignment.
    Assignment(Result<AssignmentId, Rejection>),
    /// `GET …`: read a list of assignments.
    Assignments,
}

impl Target {
    const fn method(self) -> Method {
        match self {
            Self::Reprocess(_) | Self::ReprocessRequest { .. } => Method::POST,
            Self::Assignment(_) | Self::Assignments => Method::GET,
        }
    }
}

/// Recognizes a request to reprocess an assignment or its request, to read an assignment, or to list assignments.
///
/// Returns `None` for any other path, so that you can route it on ([R30](crate::policy#r30)).
///
/// These paths are recognized ([R24](crate::policy#r24)), with `/` or `//` after the version:
/// - `/v1.0/identityGovernance/entitlementManagement/assignments`,
/// - `/v1.0/identityGovernance/entitlementManagement/accessPackageAssignments`,
/// - `/beta/identityGovernance/entitlementManagement/accessPackageAssignments`,
/// - each of them followed by `/{id}` or `('{id}')`,
/// - and then by `/reprocess`, with or without `microsoft.graph.` before it;
/// - for requests ([R35](crate::policy#r35)), `/assignmentRequests/{id}/reprocess` or
///   `/accessPackageAssignmentRequests/{id}/reprocess`, alone or after an assignment.
///
/// Like Graph, it ignores ASCII case and the query, and any character may be percent-encoded. A slash that is encoded,
/// trailing, or doubled elsewhere makes another path. The id may be any text, even an empty one: the path is then
/// recognized, and the id is an error.
///
/// The body is ignored. A call needs none, but some clients send `{}` or `null` ([R26](crate::policy#r26)).
///
/// # Errors
/// The path is recognized, but the request must be rejected. Pass the error to [`respond`]:
///
/// - [`Rejection::MethodNotAllowed`]: the method does not fit the path ([R30](crate::policy#r30)).
/// - [`Rejection::NoCaller`]: there is not exactly one header `Authorization: Bearer …` with a token
///   ([R25](crate::policy#r25)).
///
/// # Examples
/// ```
/// use access_package::graph::http::{self, Rejection, Target};
///
/// let request = ::http::Request::post(
///     "/beta/identityGovernance/entitlementManagement/accessPackageAssignments('7')/reprocess",
/// );
/// let request = request.header("Authorization", "Bearer eyJ0.eyJh.c2ln").body("{}")?;
/// let call = http::recognize(&request).unwrap()?;
/// assert_eq!(call.token, "eyJ0.eyJh.c2ln");
/// assert_eq!(call.target, Target::Reprocess(Err(Rejection::InvalidId)));
///
/// let another = ::http::Request::get("/beta/me").body(())?;
/// assert_eq!(http::recognize(&another), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn recognize<B>(request: &Request<B>) -> Option<Result<Call<'_>, Rejection>> {
    let (version, target) = read_path(request.uri().path())?;
    let allowed = target.method();
    if *request.method() != allowed && (allowed, request.method()) != (Method::GET, &Method::HEAD) {
        let allowed = if target.method() == Method::POST { "POST" } else { "GET" };
        return Some(Err(Rejection::MethodNotAllowed { allowed })); // R30
    }
    let Some(token) = bearer_token(request.headers()) else {
        return Some(Err(Rejection::NoCaller)); // R25
    };
    Some(Ok(Call { version, token, target }))
}

/// R24: the version and the target of a path.
fn read_path(path: &str) -> Option<(Version, Target)> {
    let mut segments = path.strip_prefix('/')?.split('/').map(percent_decoded);
    let mut next = segments.next()?;
    let version = [Version::V1, Version::Beta].into_iter().find(|it| is(&next, it.segment()))?;
    next = segments.next()?;
    if next.is_empty() {
        next = segments.next()?; // after a double slash
    }
    for name in ENTITLEMENT_MANAGEMENT {
        if !is(&next, name) {
            return None;
        }
        next = segments.next()?;
    }
    let is_request = |name: &[u8]| REQUESTS.iter().any(|requests| is(name, requests));
    let (name, id) = keyed(&next, &mut segments);
    if is_request(&name) {
        let request = parsed(&id?, Rejection::InvalidRequestId);
        let target = Target::ReprocessRequest { request, below: None };
        return is_reprocess(segments).then_some((version, target));
    }
    // The first page of v1.0 used the name of beta.
    if !is(&name, collection(version)) && !is(&name, collection(Version::Beta)) {
        return None;
    }
    let Some(id) = id else { return Some((version, Target::Assignments)) };
    let id = parsed(&id, Rejection::InvalidId); // R28
    let Some(next) = segments.next() else { return Some((version, Target::Assignment(id))) };
    let mut behind = segments.clone();
    let (name, key) = keyed(&next, &mut behind);
    if is_request(&name) {
        let request = parsed(&key?, Rejection::InvalidRequestId);
        let target = Target::ReprocessRequest { request, below: Some(id) };
        return is_reprocess(behind).then_some((version, target));
    }
    is_reprocess([next].into_iter().chain(segments)).then_some((version, Target::Reprocess(id)))
}

/// The name of a collection and the key after it, which is in parentheses or in the next segment.
fn keyed<'s>(
    segment: &[u8],
    segments: &mut impl Iterator<Item = Cow<'s, [u8]>>,
) -> (Vec<u8>, Option<Vec<u8>>) {
    match key_in_parentheses(segment) {
        Some((name, key)) => (name.to_vec(), Some(key.to_vec())),
        None => (segment.to_vec(), segments.next().map(Cow::into_owned)),
    }
}

fn parsed<T: str::FromStr>(id: &[u8], otherwise: Rejection) -> Result<T, Rejection> {
    str::from_utf8(id).ok().and_then(|id| id.parse().ok()).ok_or(otherwise)
}

/// Whether this is the rest of a path to reprocess, with or without the namespace.
fn is_reprocess<'s>(mut rest: impl Iterator<Item = Cow<'s, [u8]>>) -> bool {
    let Some(action) = rest.next() else { return false };
    let action = strip_prefix(&action, "microsoft.graph.").unwrap_or(&action);
    is(action, REPROCESS) && rest.next().is_none()
}

/// Like Graph, ignores ASCII case.
fn is(segment: &[u8], name: &str) -> bool {
    segment.eq_ignore_ascii_case(name.as_bytes())
}

fn strip_prefix<'s>(segment: &'s [u8], prefix: &str) -> Option<&'s [u8]> {
    let (start, rest) = segment.split_at_checked(prefix.len())?;
    is(start, prefix).then_some(rest)
}

/// `name('key')`.
fn key_in_parentheses(segment: &[u8]) -> Option<(&[u8], &[u8])> {
    let open = segment.iter().position(|&byte| byte == b'(')?;
    let (name, key) = segment.split_at_checked(open)?;
    Some((name, key.strip_prefix(b"('")?.strip_suffix(b"')")?))
}

/// Decodes one segment, and leaves an invalid encoding as it is. The path is split first, so an encoded slash does not
/// split it.
fn percent_decoded(segment: &str) -> Cow<'_, [u8]> {
    let mut rest = segment.as_bytes();
    if !rest.contains(&b'%') {
        return Cow::Borrowed(rest);
    }
    let mut decoded = Vec::with_capacity(rest.len());
    while let Some((&first, after)) = rest.split_first() {
        let encoded = match after {
            [high, low, after @ ..] if first == b'%' => byte_of_hex(*high, *low).map(|byte| (byte, after)),
            _ => None,
        };
        let (byte, after) = encoded.unwrap_or((first, after));
        decoded.push(byte);
        rest = after;
    }
    Cow::Owned(decoded)
}

fn byte_of_hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// The unverified bearer token of a request, for your other paths. For a call, [`recognize`] returns it.
///
/// `None` unless there is exactly one header `Authorization: Bearer …` with a token ([R25](crate::policy#r25)).
#[must_use]
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim_matches(' ');
    (scheme.eq_ignore_ascii_case("Bearer") && is_bearer_token(token)).then_some(token)
}

/// The `innerError` of an error, which identifies the request when somebody looks for it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct InnerError<'a> {
    /// The time of the response.
    pub date: Timestamp,
    /// Your id of the request, a new one for each.
    pub request_id: &'a str,
    /// The header `client-request-id` of the request, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_id: Option<&'a str>,
}

/// Writes the response to a call.
///
/// If the call is accepted, the response is `202` without a body and without `Content-Type` ([R27](crate::policy#r27)).
/// Send it once the assignment is saved; do not wait until everything is enforced.
///
/// Otherwise the response has the status of the [`Rejection`], and an OData error in JSON. Every reason and every
/// remedy is an entry of its `details` ([R29](crate::policy#r29)). The code of an entry is the
/// [code of the reason](crate::Reason::code), or the [codes of the remedy's steps](crate::Step::code) joined by `+`.
///
/// # Examples
/// ```
/// use access_package::Timestamp;
/// use access_package::graph::http::{InnerError, Rejection, respond};
///
/// let inner = InnerError {
///     date: "2022-07-27T21:55:19Z".parse()?,
///     request_id: "9a4c",
///     client_request_id: Some("7f02"),
/// };
/// let response = respond(Err(Rejection::NotFound), &inner);
/// assert_eq!(response.status(), 404);
/// assert_eq!(
///     response.body(),
///     concat!(
///         r#"{"error":{"code":"ResourceNotFound","message":"assignment does not exist","#,
///         r#""details":[{"code":"noSuchAssignment","message":"assignment does not exist"}],"#,
///         r#""innerError":{"date":"2022-07-27T21:55:19Z","request-id":"9a4c","client-request-id":"7f02"}}}"#,
///     )
/// );
///
/// let response = respond(Ok(()), &inner);
/// assert_eq!((response.status().as_u16(), response.headers().len()), (202, 0));
/// # Ok::<(), access_package::ParseTimestampError>(())
/// ```
#[must_use]
pub fn respond(result: Result<(), Rejection>, inner: &InnerError<'_>) -> Response<String> {
    let Err(rejection) = result else {
        let mut response = Response::new(String::new());
        *response.status_mut() = StatusCode::ACCEPTED; // R27
        return response;
    };
    let mut response = Response::new(error_body(rejection, inner));
    *response.status_mut() = rejection.answer().0;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    match rejection {
        Rejection::MethodNotAllowed { allowed } => {
            headers.insert(ALLOW, HeaderValue::from_static(allowed));
        }
        Rejection::NoCaller => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Rejection::InvalidId
        | Rejection::InvalidRequestId
        | Rejection::NotFound
        | Rejection::RequestNotFound
        | Rejection::Refused(_)
        | Rejection::Failed => {}
    }
    response
}

/// R29.
fn error_body(rejection: Rejection, inner_error: &InnerError<'_>) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        error: ODataError<'a>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct ODataError<'a> {
        code: &'static str,
        message: String,
        details: Vec<Entry>,
        inner_error: &'a InnerError<'a>,
    }

    let error = ODataError {
        code: rejection.answer().1,
        message: rejection.to_string(),
        details: rejection.details(),
        inner_error,
    };
    // The body contains only strings and lists of strings, so it can always be written.
    serde_json::to_string(&Body { error }).unwrap_or_default()
}
