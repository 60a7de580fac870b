//! Requests written, responses read.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use ::http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, RETRY_AFTER};
use ::http::uri::Scheme;
use ::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use serde::Deserialize;
use uuid::Uuid;

use super::{ENTITLEMENT_MANAGEMENT, REPROCESS, Rejection, collection, is_bearer_token};
use crate::assignment::{REQUIRED_ROLE, REQUIRED_STATE};
use crate::caller::{Account, Caller, Permission, RoleAssignment, Scope};
use crate::graph::Version;
use crate::graph::object::Object;
use crate::id::AssignmentId;
use crate::state::AssignmentState;
use crate::verdict::Refusal;

/// Makes the request to reprocess the assignment ([R24](crate::policy#r24)). It has no body.
///
/// The base URL is what comes before the version, such as `https://graph.microsoft.com`. The header
/// with the token is marked as sensitive, so that it is not shown by `Debug`.
///
/// # Errors
/// The base URL or the token is not valid. The error does not hold the token.
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
/// // Most clients have a body of their own for nothing: `request.map(|()| Body::empty())`.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn request(
    base_url: &str,
    version: Version,
    assignment: AssignmentId,
    token: &str,
) -> Result<Request<()>, RequestError> {
    let mut request = Request::new(());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri(base_url, version, assignment).ok_or(RequestError::BaseUrl)?;
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, authorization(token).ok_or(RequestError::Token)?);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    Ok(request)
}

fn uri(base_url: &str, version: Version, assignment: AssignmentId) -> Option<Uri> {
    // What is added would become a part of them.
    if base_url.contains(['?', '#']) {
        return None;
    }
    let (base_url, version_name) = (base_url.trim_end_matches('/'), version.segment());
    let [governance, management] = ENTITLEMENT_MANAGEMENT;
    let assignments = collection(version);
    let url =
        format!("{base_url}/{version_name}/{governance}/{management}/{assignments}/{assignment}/{REPROCESS}");
    let is_http = |uri: &Uri| uri.scheme().is_some_and(|it| [Scheme::HTTP, Scheme::HTTPS].contains(it));
    url.parse().ok().filter(is_http)
}

fn authorization(token: &str) -> Option<HeaderValue> {
    let value = is_bearer_token(token).then(|| format!("Bearer {token}"))?;
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The request cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RequestError {
    /// The base URL is not one of `http` or `https`, or it has a query or a fragment.
    #[error("not a base URL: expected one such as `https://graph.microsoft.com`, without query and fragment")]
    BaseUrl,
    /// The token is empty, or has a character that no bearer token has.
    #[error("not a bearer token: expected letters, digits and `-._~+/`, and `=` at the end only")]
    Token,
}

/// Reads the answer to a call.
///
/// Accepted is not done: look at the assignment again to learn what became of it
/// ([R15](crate::policy#r15)).
///
/// # Errors
/// The call is not accepted: see [`CallError`]. A body that is absent, empty or not JSON is normal, and
/// never an error of its own.
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
/// assert_eq!(error.to_string(), "answer is `400`, `InvalidModel`: The model is invalid.");
/// # Ok::<(), ::http::Error>(())
/// ```
pub fn read_response<B: AsRef<[u8]>>(response: &Response<B>) -> Result<(), CallError> {
    let status = response.status();
    match status {
        StatusCode::ACCEPTED => Ok(()), // R27
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            Err(CallError::Retry { status, after: retry_after(response.headers()) })
        }
        _ => {
            let body = serde_json::from_slice(response.body().as_ref());
            let Object(Body { error: Object(error) }) = body.unwrap_or_default();
            let rejection = every_rejection().find(|rejection| error.is_of(*rejection, status));
            Err(rejection.map_or_else(
                || CallError::Other { status, code: error.code, message: error.message },
                CallError::Rejected,
            ))
        }
    }
}

/// The call is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CallError {
    /// A server of this crate rejects the call: this is what it said, reasons and remedies included.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// `429`, `503` or `504`: call again later. After the latter two it may be that the call was accepted
    /// all the same; as a rule another one then finds the assignment `delivering` and is refused.
    #[error("answer is `{status}`: call again later", status = .status.as_u16())]
    Retry {
        /// The status.
        status: StatusCode,
        /// When; `None` if the server does not say.
        after: Option<RetryAfter>,
    },
    /// Another server rejects it, Graph for one, or it is no answer to this call.
    #[error("answer is `{status}`{}", said(.code.as_deref(), .message.as_deref()), status = .status.as_u16())]
    Other {
        /// The status.
        status: StatusCode,
        /// The code of the error, if the body has one.
        code: Option<String>,
        /// The message of the error, if the body has one.
        message: Option<String>,
    },
}

fn said(code: Option<&str>, message: Option<&str>) -> String {
    let code = code.map(|code| format!(", `{code}`")).unwrap_or_default();
    let message = message.map(|message| format!(": {message}")).unwrap_or_default();
    code + &message
}

/// The header `Retry-After`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RetryAfter {
    /// So many seconds after the answer.
    Seconds(u64),
    /// What else it says, in its own words: as a rule a date such as `Wed, 21 Oct 2015 07:28:00 GMT`.
    Text(String),
}

fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
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
    details: Option<Vec<Object<Detail>>>,
}

#[derive(Deserialize)]
struct Detail {
    code: Option<String>,
}

impl Error {
    /// Whether a server of this crate that rejects a call so says this: by the words for programs, since
    /// the messages may change.
    fn is_of(&self, rejection: Rejection, status: StatusCode) -> bool {
        let details = self.details.iter().flatten().map(|Object(detail)| detail.code.as_deref());
        status == rejection.status()
            && self.code.as_deref() == Some(rejection.code())
            && details.eq(rejection.details().iter().map(|detail| Some(detail.code.as_str())))
    }
}

/// Every rejection there is.
fn every_rejection() -> impl Iterator<Item = Rejection> {
    let states = AssignmentState::ALL.iter().copied().filter(|&state| state != REQUIRED_STATE);
    let of_state = states.map(|actual| Refusal::InvalidState { required: REQUIRED_STATE, actual });
    let without_verdict =
        [Rejection::MethodNotAllowed, Rejection::NoCaller, Rejection::InvalidId, Rejection::NotFound];
    without_verdict.into_iter().chain(every_refused_caller().chain(of_state).map(Rejection::Refused))
}

/// Every refusal of a caller: what sets one apart from another is the account, the permission, and whether
/// a role that suffices is held here, elsewhere or nowhere.
fn every_refused_caller() -> impl Iterator<Item = Refusal> {
    let permissions = [None, Some(Permission::EntitlementManagementReadWriteAll)];
    let scopes = [None, Some(Scope::Catalog(Uuid::nil().into())), Some(Scope::Tenant)];
    let accounts = [Account::WorkOrSchool, Account::Application, Account::Personal].into_iter();
    let with_permission =
        accounts.flat_map(move |account| permissions.map(|permission| (account, permission)));
    let callers = with_permission.flat_map(move |(account, permission)| {
        scopes.map(|scope| Caller {
            account,
            permissions: permission.into_iter().collect(),
            roles: scope.map(|scope| RoleAssignment { role: REQUIRED_ROLE, scope }).into_iter().collect(),
        })
    });
    callers.filter_map(|caller| caller.authority(None).err()).map(Refusal::Unauthorized)
}
