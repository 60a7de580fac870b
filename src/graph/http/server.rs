//! Requests read, responses written.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::{fmt, str};

use ::http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use ::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use serde::Serialize;

use super::{Detail, ENTITLEMENT_MANAGEMENT, REPROCESS, Rejection, collection, is_bearer_token};
use crate::graph::Version;
use crate::id::AssignmentId;
use crate::timestamp::Timestamp;

/// A call to reprocess an assignment. Its [`Debug`](fmt::Debug) leaves the token out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Call<'r> {
    /// The version that the path names. The answers of both are the same.
    pub version: Version,
    /// The bearer token, unverified: it is for the host to establish the caller.
    pub token: &'r str,
    /// The assignment, or [`Rejection::InvalidId`]; it is `Copy`. Establish the caller before you look at it, so that an
    /// unknown caller learns nothing more.
    pub assignment: Result<AssignmentId, Rejection>,
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, token: _, assignment } = self;
        let mut call = f.debug_struct("Call");
        call.field("version", version).field("assignment", assignment).finish_non_exhaustive()
    }
}

/// Recognizes a call to reprocess an assignment; `None` for any other path, which the host can route
/// on ([R30](crate::policy#r30)).
///
/// These are ours ([R24](crate::policy#r24)), each with or without `microsoft.graph.` before `reprocess`,
/// and with `/` or `//` after the version:
/// - `/v1.0/identityGovernance/entitlementManagement/assignments/{id}/reprocess`,
/// - `/v1.0/identityGovernance/entitlementManagement/accessPackageAssignments/{id}/reprocess`,
/// - `/beta/identityGovernance/entitlementManagement/accessPackageAssignments/{id}/reprocess`,
/// - and `('{id}')` in place of `/{id}`.
///
/// As with Graph the case of ASCII letters does not matter, any character may be percent-encoded, and
/// the query is ignored. Nothing else is guessed: a slash that is encoded, at the end, or doubled at another place
/// makes another path. But anything may stand in place of the id, even nothing: such a call is ours, and its id invalid.
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
/// use access_package::graph::http;
///
/// let request = ::http::Request::post(
///     "/beta/identityGovernance/entitlementManagement/accessPackageAssignments('7')/reprocess",
/// );
/// let request = request.header("Authorization", "Bearer eyJ0.eyJh.c2ln").body("{}")?;
/// let call = http::recognize(&request).unwrap()?;
/// assert_eq!(call.token, "eyJ0.eyJh.c2ln");
/// assert_eq!(call.assignment, Err(http::Rejection::InvalidId));
///
/// let another = ::http::Request::get("/beta/me").body(())?;
/// assert_eq!(http::recognize(&another), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn recognize<B>(request: &Request<B>) -> Option<Result<Call<'_>, Rejection>> {
    let (version, assignment) = read_path(request.uri().path())?;
    if request.method() != Method::POST {
        return Some(Err(Rejection::MethodNotAllowed)); // R30
    }
    let Some(token) = bearer_token(request.headers()) else {
        return Some(Err(Rejection::NoCaller)); // R25
    };
    Some(Ok(Call { version, token, assignment }))
}

/// R24: the version and the id, if the path is ours.
fn read_path(path: &str) -> Option<(Version, Result<AssignmentId, Rejection>)> {
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
    let (name, id) = match key_in_parentheses(&next) {
        Some((name, id)) => (name, Cow::Borrowed(id)),
        None => (&*next, segments.next()?),
    };
    // The first page of v1.0 had the name of beta.
    let is_ours = is(name, collection(version)) || is(name, collection(Version::Beta));
    let action = segments.next()?;
    let action = strip_prefix(&action, "microsoft.graph.").unwrap_or(&action);
    if !is_ours || !is(action, REPROCESS) || segments.next().is_some() {
        return None;
    }
    // R28
    let id = str::from_utf8(&id).ok().and_then(|id| id.parse().ok());
    Some((version, id.ok_or(Rejection::InvalidId)))
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
/// [`Reason`](crate::Reason), or the state; and those of a remedy's [`Step`](crate::Step)s with `+` between,
/// or of the advice.
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
    *response.status_mut() = rejection.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    match rejection {
        Rejection::MethodNotAllowed => drop(headers.insert(ALLOW, HeaderValue::from_static("POST"))),
        Rejection::NoCaller => drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
        Rejection::InvalidId | Rejection::NotFound | Rejection::Refused(_) => {}
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
        details: Vec<Detail>,
        inner_error: &'a InnerError<'a>,
    }

    let error = ODataError {
        code: rejection.code(),
        message: rejection.to_string(),
        details: rejection.details(),
        inner_error,
    };
    // Text and lists of text: there is nothing in it that cannot be written.
    serde_json::to_string(&Body { error }).unwrap_or_default()
}
