//! `hyper` answers a malformed request by itself, and without a body. This module adds one.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use access_package::graph::http::InnerError;
use axum::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::fault::Fault;
use crate::now;

/// A connection on which every error has a body.
pub struct Told {
    stream: TcpStream,
    /// The bytes to write in place of bytes that already count as written.
    instead: Vec<u8>,
}

impl Told {
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, instead: Vec::new() }
    }

    fn poll_instead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.instead.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.instead))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.instead.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

/// Adds a body to the head of an error that has none. Errors of the service itself have a request id, and no
/// text in them breaks a line.
fn with_body(written: &[u8]) -> Option<Vec<u8>> {
    let (head, rest) = std::str::from_utf8(written).ok()?.split_once("\r\n\r\n")?;
    let status: StatusCode = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let has = |name: &str| head.lines().any(|line| line.to_ascii_lowercase().starts_with(name));
    if !rest.is_empty() || !status.is_client_error() || !has("content-length: 0") || has("request-id:") {
        return None;
    }
    let (code, message) = match status {
        StatusCode::URI_TOO_LONG => ("UriTooLong", "path and query are too long"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            ("RequestHeaderFieldsTooLarge", "head is larger than 32 KiB, or has more than 100 headers")
        }
        _ => ("BadRequest", "request is not valid HTTP/1.1"),
    };
    let request_id = Uuid::new_v4().to_string();
    let inner = InnerError { date: now(), request_id: &request_id, client_request_id: None };
    let body = Fault::Other(status, code, message).response(&inner).into_body();
    let lines = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("content-length:"));
    let head: String = lines.flat_map(|line| [line, "\r\n"]).collect();
    let length = body.len();
    let more = format!(
        "content-type: application/json\r\ncontent-length: {length}\r\nrequest-id: {request_id}\r\n\r\n{body}"
    );
    Some((head + &more).into_bytes())
}

impl AsyncRead for Told {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Told {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_instead(context))?;
        match with_body(bytes) {
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
            Some(instead) => {
                self.instead = instead;
                Poll::Ready(Ok(bytes.len()))
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_instead(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_instead(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
