//! The client: writes requests, reads responses.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

use ::http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, RETRY_AFTER};
use ::http::uri::Scheme;
use ::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{ENTITLEMENT_MANAGEMENT, REPROCESS, REQUESTS, collection, is_bearer_token};
use crate::assignment::Assignment;
use crate::graph::json::{self, ReadError};
use crate::graph::object::Object;
use crate::graph::{Version, help_for};
use crate::id::{AssignmentId, AssignmentRequestId};
use crate::reason::Reason;
use crate::remedy::Step;
use crate::timestamp::Timestamp;

/// Makes the request to reprocess the assignment ([R24](crate::policy#r24)). It has no body.
///
/// The base URL ends before the version, such as `https://graph.microsoft.com`. The header with the token is marked as
/// sensitive, so `Debug` does not show it.
///
/// # Errors
/// [`RequestError::BaseUrl`] or [`RequestError::Token`]: the base URL or the token is not valid. The error does not
/// contain the token.
///
/// # Examples
/// ```
/// use access_package::graph::{Version, http};
///
/// let id = "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b".parse()?;
/// let request = http::request("https://graph.microsoft.com", Version::Beta, id, "eyJ0.eyJh.c2ln")?;
/// assert_eq!(
///     request.uri(),
///     "https://graph.microsoft.com/beta/identityGovernance/entitlementManagement/accessPackageAssignments/d82eb508-acc4-43cc-bcf1-7c1c4a2c073b/reprocess"
/// );
/// assert!(!format!("{request:?}").contains("eyJ0"));
/// // Most clients have an empty body of their own: `request.map(|()| Body::empty())`.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn request(
    base_url: &str,
    version: Version,
    assignment: AssignmentId,
    token: &str,
) -> Result<Request<()>, RequestError> {
    let rest = format!("{}/{assignment}/{REPROCESS}", collection(version));
    post(base_url, version, &rest, token)
}

/// Makes the request to reprocess the request that led to an assignment ([R35](crate::policy#r35)). It has no body.
/// Read the response with [`read_response`].
///
/// # Errors
/// As for [`request`].
///
/// # Examples
/// ```
/// use access_package::graph::{Version, http};
///
/// let id = "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b".parse()?;
/// let request = http::reprocess_request("https://graph.microsoft.com", Version::V1, id, "eyJ0.eyJh.c2ln")?;
/// assert_eq!(
///     request.uri(),
///     "https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/assignmentRequests/d82eb508-acc4-43cc-bcf1-7c1c4a2c073b/reprocess"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn reprocess_request(
    base_url: &str,
    version: Version,
    assignment_request: AssignmentRequestId,
    token: &str,
) -> Result<Request<()>, RequestError> {
    let [requests, _] = REQUESTS;
    post(base_url, version, &format!("{requests}/{assignment_request}/{REPROCESS}"), token)
}

fn post(base_url: &str, version: Version, rest: &str, token: &str) -> Result<Request<()>, RequestError> {
    let mut request = to(Method::POST, base_url, version, rest, token)?;
    request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    Ok(request)
}

/// Makes the request to read the assignment, with every `$expand` that [`read_assignment`] needs.
///
/// # Errors
/// As for [`request`].
///
/// # Examples
/// ```
/// use access_package::graph::{Version, http};
///
/// let id = "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b".parse()?;
/// let request = http::get("https://graph.microsoft.com", Version::V1, id, "eyJ0.eyJh.c2ln")?;
/// assert_eq!(request.method(), "GET");
/// assert!(request.uri().query().unwrap().starts_with("$expand=target,accessPackage("));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn get(
    base_url: &str,
    version: Version,
    assignment: AssignmentId,
    token: &str,
) -> Result<Request<()>, RequestError> {
    let expand = match version {
        Version::V1 => json::EXPAND_V1,
        Version::Beta => json::EXPAND_BETA,
    };
    let rest = format!("{}/{assignment}?$expand={expand}", collection(version));
    to(Method::GET, base_url, version, &rest, token)
}

fn to(
    method: Method,
    base_url: &str,
    version: Version,
    rest: &str,
    token: &str,
) -> Result<Request<()>, RequestError> {
    let mut request = Request::new(());
    *request.method_mut() = method;
    *request.uri_mut() = uri(base_url, version, rest).ok_or(RequestError::BaseUrl)?;
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, authorization(token).ok_or(RequestError::Token)?);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    Ok(request)
}

fn uri(base_url: &str, version: Version, rest: &str) -> Option<Uri> {
    // Otherwise, an appended path would become part of the query, the fragment or the user.
    if base_url.contains(['?', '#']) {
        return None;
    }
    let (base_url, version_name) = (base_url.trim_end_matches('/'), version.segment());
    let [governance, management] = ENTITLEMENT_MANAGEMENT;
    let url = format!("{base_url}/{version_name}/{governance}/{management}/{rest}");
    let is_http = |uri: &Uri| uri.scheme().is_some_and(|it| [Scheme::HTTP, Scheme::HTTPS].contains(it));
    url.parse().ok().filter(is_http)
}

fn authorization(token: &str) -> Option<HeaderValue> {
    let value = is_bearer_token(token).then(|| format!("Bearer {token}"))?;
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Why a request cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RequestError {
    /// The base URL does not use `http` or `https`, or it has a query or a fragment.
    #[error(
        "not a base URL: expected a URL such as `https://graph.microsoft.com`, without query or fragment"
    )]
    BaseUrl,
    /// The token is empty, or has a character that is not allowed in a bearer token.
    #[error("not a bearer token: expected letters, digits and `-._~+/`, with `=` only at the end")]
    Token,
}

/// Reads the response to a call to reprocess.
///
/// Accepted does not mean done: read the assignment again to learn the outcome
/// ([R15](crate::policy#r15)).
///
/// # Errors
/// [`CallError`]: the status is not `202`. The body may be absent, empty or not JSON; the error then has no code.
///
/// # Examples
/// ```
/// use access_package::graph::http::{CallError, RetryAfter, read_response};
///
/// let accepted = ::http::Response::builder().status(202).body("")?;
/// assert_eq!(read_response(&accepted), Ok(()));
///
/// let throttled = ::http::Response::builder().status(429).header("Retry-After", "12").body("")?;
/// let Err(CallError::Retry { after, .. }) = read_response(&throttled) else { unreachable!() };
/// assert_eq!(after, Some(RetryAfter::Seconds(12)));
///
/// let body = r#"{"error":{"code":"InvalidModel","message":"The model is invalid."}}"#;
/// let error = read_response(&::http::Response::builder().status(400).body(body)?).unwrap_err();
/// assert_eq!(error.to_string(), "response is `400`, `InvalidModel`: The model is invalid.");
/// # Ok::<(), ::http::Error>(())
/// ```
pub fn read_response<B: AsRef<[u8]>>(response: &Response<B>) -> Result<(), CallError> {
    // R27
    if response.status() == StatusCode::ACCEPTED { Ok(()) } else { Err(CallError::of(response)) }
}

/// Reads the response to [`get`], like [`json::read`].
///
/// # Errors
/// [`GetError::Call`]: the status is not `200`. [`GetError::Read`]: the document cannot be read as an assignment.
pub fn read_assignment<B: AsRef<[u8]>>(response: &Response<B>) -> Result<Assignment, GetError> {
    if response.status() == StatusCode::OK {
        Ok(json::read(response.body().as_ref())?)
    } else {
        Err(CallError::of(response).into())
    }
}

/// The response does not show an assignment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GetError {
    /// The server rejects the call, or asks you to call again later.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The document cannot be read as an assignment.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// The call was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The server rejects the call, or the response does not belong to this call.
    #[error(transparent)]
    Rejected(#[from] ErrorResponse),
    /// `429`, `503` or `504`: call again later. A call that was answered with `503` or `504` may have been accepted.
    /// The next call then usually finds the assignment `delivering`, and is refused.
    #[error("response is `{status}`: call again later", status = .status.as_u16())]
    Retry {
        /// The status.
        status: StatusCode,
        /// When to call again. `None` if the server does not say.
        after: Option<RetryAfter>,
    },
}

impl CallError {
    pub(crate) fn of<B: AsRef<[u8]>>(response: &Response<B>) -> Self {
        let status = response.status();
        match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                Self::Retry { status, after: retry_after(response.headers()) }
            }
            _ => {
                let body = serde_json::from_slice(response.body().as_ref());
                let Object(Body { error: Object(error) }) = body.unwrap_or_default();
                let details = error.details.into_iter().flatten().map(|Object(entry)| Detail::from(entry));
                let details = details.collect();
                Self::Rejected(ErrorResponse { status, code: error.code, message: error.message, details })
            }
        }
    }
}

/// A server's explanation of a rejection.
///
/// A server that uses this crate gives reasons and remedies. Graph itself does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("response is `{status}`{}", said(.code.as_deref(), .message.as_deref()), status = .status.as_u16())]
pub struct ErrorResponse {
    /// The status.
    pub status: StatusCode,
    /// The code of the error, if the body has one.
    pub code: Option<String>,
    /// The message of the error, if the body has one.
    pub message: Option<String>,
    /// The details, in the order of the response.
    pub details: Vec<Detail>,
}

impl ErrorResponse {
    /// The reasons among the details, as far as this crate knows them.
    pub fn reasons(&self) -> impl Iterator<Item = Reason> + Clone {
        self.details.iter().filter_map(|detail| match detail {
            Detail::Reason(reason) => Some(*reason),
            Detail::Remedy(_) | Detail::Other { .. } => None,
        })
    }

    /// Advice for an error of Graph itself, by its code. See [`help_for`].
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        self.code.as_deref().and_then(help_for)
    }

    /// The remedies among the details, as far as this crate knows them. Each is a set of steps.
    pub fn remedies(&self) -> impl Iterator<Item = &[Step]> + Clone {
        self.details.iter().filter_map(|detail| match detail {
            Detail::Remedy(steps) => Some(steps.as_slice()),
            Detail::Reason(_) | Detail::Other { .. } => None,
        })
    }
}

/// One entry of the `details` of an error, by its code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Detail {
    /// A reason.
    Reason(Reason),
    /// A remedy: steps to take together.
    Remedy(Vec<Step>),
    /// A detail that this version of the crate does not know.
    Other {
        /// Its code, if it has one.
        code: Option<String>,
        /// Its message, if it has one.
        message: Option<String>,
    },
}

impl From<Entry> for Detail {
    fn from(Entry { code, message }: Entry) -> Self {
        let known = code.as_deref().and_then(|code| {
            let remedy = || code.split('+').map(Step::from_code).collect::<Option<_>>().map(Self::Remedy);
            Reason::from_code(code).map(Self::Reason).or_else(remedy)
        });
        known.unwrap_or(Self::Other { code, message })
    }
}

fn said(code: Option<&str>, message: Option<&str>) -> String {
    let code = code.map(|code| format!(", `{code}`")).unwrap_or_default();
    let message = message.map(|message| format!(": {message}")).unwrap_or_default();
    code + &message
}

/// The value of the header `Retry-After`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RetryAfter {
    /// The number of seconds after the response.
    Seconds(u64),
    /// Any other text, usually a date such as `Wed, 21 Oct 2015 07:28:00 GMT`.
    Text(String),
}

impl RetryAfter {
    /// The instant to call again, for a response that arrived at `now`. `None` if the text is neither a number of
    /// seconds nor a date.
    ///
    /// ```
    /// use access_package::{Timestamp, graph::http::RetryAfter};
    ///
    /// let now: Timestamp = "2026-11-28T12:00:00Z".parse()?;
    /// assert_eq!(RetryAfter::Seconds(90).at(now), "2026-11-28T12:01:30Z".parse().ok());
    /// let date = RetryAfter::Text("Sat, 28 Nov 2026 12:05:00 GMT".into());
    /// assert_eq!(date.at(now), "2026-11-28T12:05:00Z".parse().ok());
    /// assert_eq!(RetryAfter::Text("soon".into()).at(now), None);
    /// # Ok::<(), access_package::ParseTimestampError>(())
    /// ```
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Seconds(seconds) => Some(now.saturating_add(Duration::from_secs(*seconds))),
            Self::Text(text) => {
                let date = DateTimeParser::new().parse_timestamp(text).ok()?;
                Timestamp::from_civil(TimeZone::UTC.to_datetime(date))
            }
        }
    }
}

pub(crate) fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = Some(headers.get(RETRY_AFTER)?.to_str().ok()?.trim()).filter(|text| !text.is_empty())?;
    let seconds = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    Some(seconds.map_or_else(|| RetryAfter::Text(text.to_string()), RetryAfter::Seconds))
}

#[derive(Default, Deserialize)]
struct Body {
    error: Object<Error>,
}

#[derive(Default, Deserialize)]
struct Error {
    code: Option<String>,
    message: Option<String>,
    details: Option<Vec<Object<Entry>>>,
}

#[derive(Deserialize)]
struct Entry {
    code: Option<String>,
    message: Option<String>,
}
