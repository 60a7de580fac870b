//! Combines up to twenty requests to Microsoft Graph into one `$batch`, and splits the response.
//!
//! ```
//! use access_package::graph::observe::Holders;
//! use access_package::graph::{BaseUrl, batch};
//! use access_package::Timestamp;
//! use http::{Request, Response};
//!
//! /// Reads many lists completely, up to twenty pages with one request.
//! fn read_all(
//!     base_url: &BaseUrl,
//!     lists: &mut [Holders],
//!     send: impl Fn(Request<String>) -> Response<String>, // with your token
//!     now: Timestamp,
//! ) -> Result<(), Box<dyn std::error::Error>> {
//!     loop {
//!         let mut open: Vec<_> = lists.iter_mut().filter(|list| list.request().is_some()).take(batch::MAX).collect();
//!         let parts: Vec<_> = open.iter().filter_map(|list| list.request()).collect();
//!         if parts.is_empty() {
//!             return Ok(());
//!         }
//!         let answers = batch::read(&send(batch::request(base_url, &parts)?), parts.len())?;
//!         for (list, answer) in open.iter_mut().zip(answers) {
//!             // A part without an answer is asked for again. If an answer says so, wait: see `CallError::Retry`.
//!             if let Some(answer) = answer {
//!                 list.read(&answer, now)?;
//!             }
//!         }
//!     }
//! }
//! # let group = "0282e19d-bf41-435d-92a4-99bab93af305";
//! # let member = access_package::ResourceRole::from_origin("AadGroup", group, &format!("Member_{group}"), None)?;
//! # let listing = access_package::graph::observe::Listing::of(&member).unwrap();
//! # let base_url: BaseUrl = "https://graph.microsoft.com".parse()?;
//! # let mut lists = [Holders::new(listing, base_url.clone())];
//! # let send = |request: Request<String>| {
//! #     assert_eq!(request.uri(), "https://graph.microsoft.com/v1.0/$batch");
//! #     assert!(request.body().contains(r#""url":"/groups/0282e19d"#));
//! #     Response::new(r#"{ "responses": [{ "id": "0", "status": 200, "body": { "value": [] } }] }"#.to_owned())
//! # };
//! # read_all(&base_url, &mut lists, send, Timestamp::MIN)?;
//! # assert!(lists[0].request().is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use ::http::{HeaderName, HeaderValue, Request, Response, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::endpoint::{BaseUrl, post};
use super::http::CallError;
use super::json::{ReadError, missing, parse};
use super::object::Object;

/// The most requests in one batch.
pub const MAX: usize = 20;

/// The requests cannot be combined, or the response cannot be split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// There are too many requests.
    #[error("batch has {actual} requests: at most {MAX} are allowed")]
    TooMany {
        /// The number of requests.
        actual: usize,
    },
    /// A request is for another service or version, or has a body that is not JSON.
    #[error(
        "request {index} cannot be part of the batch: it must be for the same service, and its body must be JSON"
    )]
    NotAPart {
        /// The index of the request, from 0.
        index: usize,
    },
    /// The service refuses the batch, or asks you to call again later.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The response cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

#[derive(Serialize)]
struct Parts<'a> {
    requests: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Part<'a> {
    id: String,
    method: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
}

/// Combines several requests into one.
///
/// It has no token: add yours. The headers of the parts are not sent, so neither are their tokens.
///
/// # Errors
/// [`BatchError::TooMany`]: there are more than [`MAX`] requests. [`BatchError::NotAPart`]: one of them cannot be part
/// of a batch.
pub fn request(base_url: &BaseUrl, parts: &[Request<String>]) -> Result<Request<String>, BatchError> {
    if parts.len() > MAX {
        return Err(BatchError::TooMany { actual: parts.len() });
    }
    let root: Uri = base_url.below("").parse().unwrap_or_default();
    // The rest of the path, after the version, begins with a slash.
    let root = root.path().trim_end_matches('/');
    let mut requests = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let not_a_part = || BatchError::NotAPart { index };
        let url = part.uri().path_and_query().filter(|_| base_url.has(part.uri()));
        let url = url.and_then(|url| url.as_str().strip_prefix(root)).filter(|rest| rest.starts_with('/'));
        let url = url.ok_or_else(not_a_part)?;
        let body = part.body();
        let body =
            if body.is_empty() { None } else { Some(serde_json::from_str(body).map_err(|_| not_a_part())?) };
        // Only a body needs a `Content-Type`.
        let headers = body.map(|_| ("Content-Type", "application/json")).into_iter().collect();
        requests.push(Part { id: index.to_string(), method: part.method().as_str(), url, headers, body });
    }
    let body = serde_json::to_string(&Parts { requests }).map_err(|_| BatchError::NotAPart { index: 0 })?;
    Ok(post(&base_url.below("$batch"), &body))
}

#[derive(Deserialize)]
struct Answers<'a> {
    #[serde(borrow)]
    responses: Option<Vec<Object<Answer<'a>>>>,
}

#[derive(Deserialize)]
struct Answer<'a> {
    id: Option<String>,
    status: Option<u16>,
    headers: Option<BTreeMap<String, String>>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

/// Splits the response to a batch of this many parts.
///
/// The responses are in the order of the parts. A part without a response is `None`.
///
/// # Errors
/// [`BatchError::Call`]: the service refuses the batch as a whole, or asks you to call again later.
/// [`BatchError::Read`]: the response is not that of a batch.
pub fn read<B: AsRef<[u8]>>(
    response: &Response<B>,
    parts: usize,
) -> Result<Vec<Option<Response<String>>>, BatchError> {
    if response.status() != StatusCode::OK {
        return Err(CallError::of(response).into());
    }
    let Object(Answers { responses }) = parse(response.body().as_ref())?;
    let mut answers: Vec<Option<Response<String>>> = (0..parts).map(|_| None).collect();
    for (index, Object(answer)) in responses.ok_or_else(|| missing("responses"))?.into_iter().enumerate() {
        let missing = |part: &str| missing(&format!("responses[{index}].{part}"));
        let id: usize = answer.id.and_then(|id| id.parse().ok()).ok_or_else(|| missing("id"))?;
        let status = answer.status.and_then(|status| StatusCode::from_u16(status).ok());
        let mut part = Response::new(answer.body.map(|body| body.get().to_string()).unwrap_or_default());
        *part.status_mut() = status.ok_or_else(|| missing("status"))?;
        for (name, value) in answer.headers.unwrap_or_default() {
            // An invalid header is ignored.
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                part.headers_mut().insert(name, value);
            }
        }
        if let Some(answer) = answers.get_mut(id) {
            *answer = Some(part);
        }
    }
    Ok(answers)
}
