//! The text of a document, and the place at which it is wrong.

use alloc::format;
use alloc::string::{String, ToString};

use serde::Deserialize;

use super::ReadError;

/// The text without its byte order mark, which Windows puts before what it writes.
pub(super) fn unmarked(text: &[u8]) -> Result<&[u8], ReadError> {
    let is_utf16 = text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff");
    if is_utf16 { Err(ReadError::NotUtf8) } else { Ok(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)) }
}

/// Reads the text. Only one that cannot be read is read a second time, to tell which part of it is wrong.
pub(in crate::graph) fn parse<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, ReadError> {
    // That it is UTF-8 is seen sooner at once than string by string. What is not may still be so where it is read.
    let read = core::str::from_utf8(text).map_or_else(|_| serde_json::from_slice(text), serde_json::from_str);
    read.map_err(|error| {
        let part = if error.is_data() { part::<T>(text) } else { None };
        let (line, column) = (error.line(), error.column());
        let mut message = error.to_string();
        // The place is told once, at the front.
        if let Some(at) = message.rfind(" at line ") {
            message.truncate(at);
        }
        let message = cut_off(&message).unwrap_or(message);
        // What it should have been stands at the end.
        ReadError::Malformed { line, column, part, message: shortened(&message, SHOWN, 150) }
    })
}

/// How many characters of a document an error repeats at one place.
pub(super) const SHOWN: usize = 200;

/// The text, or so many characters of it: its start, `…` and, as far as asked for, its end.
pub(super) fn shortened(text: &str, most: usize, of_end: usize) -> String {
    let start = text.char_indices().map(|(at, _)| at).nth(most.saturating_sub(of_end + 1));
    let is_longer = text.char_indices().nth(most).is_some();
    let end = text.char_indices().rev().take(of_end).last().map_or(text.len(), |(at, _)| at);
    match (start.and_then(|start| text.get(..start)), text.get(end..)) {
        (Some(start), Some(end)) if is_longer => format!("{start}…{end}"),
        _ => text.into(),
    }
}

/// The path at which the text is wrong.
fn part<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Option<String> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let error = serde_path_to_error::deserialize::<_, T>(&mut deserializer).err()?;
    let path = error.path();
    (path.iter().len() > 0).then(|| path.to_string())
}

/// What to say instead where `ConvertTo-Json` has put a text, such as `@{id=1; role=}` or the name of a type, in place
/// of an object or a list that lies deeper than it was told to go.
fn cut_off(message: &str) -> Option<String> {
    let (found, _) = message.rsplit_once(", expected a")?;
    let text = found.strip_prefix("invalid type: string \"")?;
    let is_cut = ["@{", "Microsoft.", "System."].iter().any(|start| text.starts_with(start));
    is_cut.then(|| {
        format!("{found}, expected an object or a list: it was cut off, export it again with `ConvertTo-Json -Depth 10`")
    })
}

/// A place in a text that only moves forward, so that all of them together cost one pass.
pub(super) struct Place<'a> {
    /// From 1.
    line: usize,
    /// How many bytes of the line come before.
    column: usize,
    rest: &'a [u8],
}

impl<'a> Place<'a> {
    /// The beginning.
    pub(super) const fn of(text: &'a [u8]) -> Self {
        Self { line: 1, column: 0, rest: text }
    }

    /// Moves to a part of what is left of the text.
    pub(super) fn go_to(&mut self, part: &[u8]) {
        let distance = part.as_ptr().addr().saturating_sub(self.rest.as_ptr().addr());
        let Some((passed, rest)) = self.rest.split_at_checked(distance) else { return };
        for byte in passed {
            if *byte == b'\n' {
                self.line += 1;
                self.column = 0;
            } else {
                self.column += 1;
            }
        }
        self.rest = rest;
    }

    /// The problem of the part that begins here, its place told as one of the whole.
    pub(super) fn of_whole(&self, mut problem: ReadError) -> ReadError {
        if let ReadError::Malformed { line, column, .. } = &mut problem {
            if *line == 1 {
                *column += self.column;
            }
            *line += self.line - 1;
        }
        problem
    }
}
