//! The parts of a response that decide. A message never decides anything.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use ::http::{HeaderMap, Response};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::graph::object::Object;

/// The header that identifies a request for Microsoft's support.
const REQUEST_ID: &str = "request-id";

/// The most bytes that are kept of a code or an id.
const MAX_WORD: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Said {
    pub(super) status: u16,
    /// The codes of the error, from the outermost to the most detailed.
    codes: Vec<String>,
    /// The `status` of a schedule request.
    state: Option<String>,
    pub(super) request_id: Option<String>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    error: Option<Object<Error<'a>>>,
    status: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Error<'a> {
    code: Option<String>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(rename = "innerError")]
    inner: Option<Box<Object<Self>>>,
}

/// What Privileged Identity Management puts into the message of an `UnknownError`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inside {
    error_code: Option<String>,
}

impl Said {
    pub(super) fn of<B: AsRef<[u8]>>(response: &Response<B>) -> Self {
        let body = response.body().as_ref();
        let (error, state) = match serde_json::from_slice(body) {
            Ok(Object(Body { error, status })) => (error, status),
            Err(_) => (None, None),
        };
        let mut codes = Vec::new();
        let mut error = error.map(|Object(error)| error);
        while let Some(Error { code, message, inner }) = error {
            let is_unknown = code.as_deref().is_some_and(|code| code.eq_ignore_ascii_case("UnknownError"));
            codes.extend(code);
            codes.extend(message.filter(|_| is_unknown).and_then(inside));
            error = inner.map(|inner| inner.0);
        }
        let mut said = Self {
            status: response.status().as_u16(),
            codes,
            state: state.and_then(|state| serde_json::from_str(state.get()).ok()),
            request_id: header(response.headers()),
        };
        said.codes.iter_mut().chain(&mut said.state).chain(&mut said.request_id).for_each(cut);
        said
    }

    pub(super) fn has_code(&self, code: &str) -> bool {
        self.codes.iter().any(|known| known.eq_ignore_ascii_case(code))
    }

    pub(super) fn is_in(&self, state: &str) -> bool {
        self.state.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(state))
    }

    /// The most detailed code, or the status of a schedule request that has not failed.
    pub(super) fn word(&self) -> Option<&str> {
        self.codes.last().or(self.state.as_ref()).map(String::as_str)
    }
}

/// The code in a message that is itself JSON.
fn inside(message: &RawValue) -> Option<String> {
    let message: String = serde_json::from_str(message.get()).ok()?;
    let Object(Inside { error_code }) = serde_json::from_str(&message).ok()?;
    error_code
}

fn header(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(REQUEST_ID)?.to_str().ok()?.to_owned())
}

fn cut(word: &mut String) {
    let end = (0..=MAX_WORD.min(word.len())).rev().find(|&end| word.is_char_boundary(end));
    word.truncate(end.unwrap_or(0));
}
