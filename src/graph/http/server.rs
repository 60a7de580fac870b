//! Requests read, responses written.

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

/// A request that is ours. Its [`Debug`](fmt::Debug) leaves the token out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Call<'r> {
    /// The version that the path names. The answers to a call to reprocess are the same in both.
    pub version: Version,
    /// The bearer token, unverified: it is for the host to establish the caller.
    pub token: &'r str,
    /// What the path names, and so what is asked.
    pub target: Target,
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, token: _, target } = self;
        let mut call = f.debug_struct("Call");
        call.field("version", version).field("target", target).finish_non_exhaustive()
    }
}

/// What a path of ours names. An id that is not valid is [`Rejection::InvalidId`]: establish the caller before you look at
/// it, so that an unknown caller learns nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// `POST …/{id}/reprocess`: reprocess the assignment.
    Reprocess(Result<AssignmentId, Rejection>),
    /// `POST …/assignmentRequests/{id}/reprocess`: reprocess the request ([R35](crate::policy#r35)).
    ReprocessRequest {
        /// The request.
        request: Result<AssignmentRequestId, Rejection>,
        /// The assignment below which the path names it, where it does: the request has to be its own.
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

/// Recognizes a request for assignments: to reprocess one or the request that it came from, to read one, to list them.
/// `None` for any other path, which the host can route on ([R30](crate::policy#r30)).
///
/// These are ours ([R24](crate::policy#r24)), with `/` or `//` after the version:
/// - `/v1.0/identityGovernance/entitlementManagement/assignments`,
/// - `/v1.0/identityGovernance/entitlementManagement/accessPackageAssignments`,
/// - `/beta/identityGovernance/entitlementManagement/accessPackageAssignments`,
/// - behind each of them `/{id}` or `('{id}')`,
/// - and behind that `/reprocess`, with or without `microsoft.graph.` before it;
/// - the same for requests ([R35](crate::policy#r35)): `/assignmentRequests/{id}/reprocess` or
///   `/accessPackageAssignmentRequests/{id}/reprocess`, also below an assignment.
///
/// Like Graph, it ignores ASCII case, any character may be percent-encoded, and
/// the query is ignored. Nothing else is guessed: a slash that is encoded, at the end, or doubled at another place
/// makes another path. But anything may stand in place of the id, even nothing: such a request is ours, and its id invalid.
///
/// The body is not looked at: none is needed, and clients send `{}` and `null`
/// ([R26](crate::policy#r26)).
///
/// # Errors
/// The path is ours, but the answer is certain: [`Rejection::MethodNotAllowed`], or, without one header
/// `Authorization: Bearer …` that holds a token, [`Rejection::NoCaller`] ([R25](crate::policy#r25)).
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

/// R24: the version and what is named, if the path is ours.
fn read_path(path: &str) -> Option<(Version, Target)> {
    let mut segments = path.strip_prefix('/')?.split('/').map(percent_decoded);
    let mut next = segments.next()?;
    let version = [Version::V1, Version::Beta].into_iter().find(|it| is(&next, it.segment()))?;
    next = segments.next()?;
    if next.is_empty() {
        next = segments.next()?; // The doubled slash.
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
    // The first page of v1.0 had the name of beta.
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

/// The name of a collection and the key behind it: in parentheses, or in the next segment if there is one.
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

/// Whether this is what is left of a path, with or without the namespace.
fn is_reprocess<'s>(mut rest: impl Iterator<Item = Cow<'s, [u8]>>) -> bool {
    let Some(action) = rest.next() else { return false };
    let action = strip_prefix(&action, "microsoft.graph.").unwrap_or(&action);
    is(action, REPROCESS) && rest.next().is_none()
}

/// Graph does not tell the case of letters.
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

/// One segment without its percent-encoding; what is no encoding stands for itself. The path is split
/// before, so that an encoded slash does not split it.
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

/// The bearer token of a request, unverified, for the other paths of a host; [`recognize`] reads it from a call.
/// `None` without exactly one header `Authorization: Bearer …` that holds a token ([R25](crate::policy#r25)).
// Of two it could not be said which one counts.
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

/// What the host knows of a request, for whoever has to find it again: the `innerError` of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct InnerError<'a> {
    /// When the request was answered.
    pub date: Timestamp,
    /// The host's own id of the request.
    pub request_id: &'a str,
    /// The request's header `client-request-id`, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_id: Option<&'a str>,
}

/// Writes the answer to a call.
///
/// Accepted, it is `202` with neither body nor `Content-Type` ([R27](crate::policy#r27)): answer so once
/// the assignment is saved, and not when everything is enforced. Otherwise it is the status of the
/// [`Rejection`], with an error of OData as JSON that holds each reason and each remedy as one of its
/// `details` ([R29](crate::policy#r29)). Their codes are words for programs, which stay the same: that of the
/// [`Reason`](crate::Reason)s, and those of each remedy's [`Step`](crate::Step)s with `+` between.
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
    // Text and lists of text: there is nothing in it that cannot be written.
    serde_json::to_string(&Body { error }).unwrap_or_default()
}
