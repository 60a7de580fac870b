//! Pages of other origins may call, if the configuration names these origins.

use std::str::FromStr;

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, StatusCode, Uri};

use crate::Problem;

/// The origins whose pages may call, each as browsers write it.
#[derive(Default)]
pub struct Origins(Vec<HeaderValue>);

impl FromStr for Origins {
    type Err = Problem;

    /// Reads a list separated by blanks.
    fn from_str(text: &str) -> Result<Self, Problem> {
        let read = |text: &str| -> Result<HeaderValue, Problem> {
            let is_origin = |uri: &Uri| {
                let (scheme, host) = (uri.scheme_str().unwrap_or_default(), uri.authority());
                host.is_some_and(|host| format!("{scheme}://{host}").to_lowercase() == text)
            };
            if !text.parse().is_ok_and(|uri| is_origin(&uri)) {
                let expected = "expected one such as `https://portal.example.org`";
                return Err(format!("`{text}` is not an origin: {expected}").into());
            }
            Ok(text.parse()?)
        };
        Ok(Self(text.split_ascii_whitespace().map(read).collect::<Result<_, _>>()?))
    }
}

impl Origins {
    fn of(&self, head: &Parts) -> Option<&HeaderValue> {
        let origin = head.headers.get(ORIGIN)?;
        self.0.iter().find(|it| *it == origin)
    }

    /// Answers a browser that asks whether its page may call. It sends no token yet.
    pub fn preflight(&self, head: &Parts) -> Option<Response<String>> {
        let is_asked =
            head.method == Method::OPTIONS && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        self.of(head).filter(|_| is_asked)?;
        let mut response = Response::new(String::new());
        *response.status_mut() = StatusCode::NO_CONTENT;
        for (name, value) in [
            (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
            (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, client-request-id"),
            (ACCESS_CONTROL_MAX_AGE, "600"),
        ] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        Some(response)
    }

    /// Lets the page read an answer.
    pub fn allow(&self, head: &Parts, response: &mut Response<String>) {
        if self.0.is_empty() {
            return;
        }
        let headers = response.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = self.of(head) {
            let exposed =
                HeaderValue::from_static("request-id, client-request-id, retry-after, www-authenticate");
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        }
    }
}
