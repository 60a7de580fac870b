//! The text of a document, and the position of a problem in it.

use alloc::format;
use alloc::string::{String, ToString};

use serde::Deserialize;

use super::ReadError;

/// The text without its byte order mark, which Windows tools write.
pub(crate) fn unmarked(text: &[u8]) -> Result<&[u8], ReadError> {
    let is_utf16 = text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff");
    if is_utf16 { Err(ReadError::NotUtf8) } else { Ok(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)) }
}

/// Reads the text. If it cannot be read, it is read a second time to find the path of the problem.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, ReadError> {
    // Tracking the path takes longer, but a module that is sent over a network should have one reader, not two.
    if cfg!(target_family = "wasm") {
        return tracked(text).map_err(|(error, part)| malformed(&error, part));
    }
    // To check UTF-8 once is faster than string by string. A text that is not UTF-8 can still be read, if the parts
    // that are read are UTF-8.
    let read = core::str::from_utf8(text).map_or_else(|_| serde_json::from_slice(text), serde_json::from_str);
    read.map_err(|error| {
        let part = tracked::<T>(text).err().and_then(|(_, part)| part);
        malformed(&error, part)
    })
}

/// Reads the text, and tracks the path of a problem.
fn tracked<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, (serde_json::Error, Option<String>)> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let read = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let is_part = error.path().iter().len() > 0 && error.inner().is_data();
        let part = is_part.then(|| shortened(&error.path().to_string(), SHOWN, 0));
        (error.into_inner(), part)
    })?;
    deserializer.end().map_err(|error| (error, None))?;
    Ok(read)
}

fn malformed(error: &serde_json::Error, part: Option<String>) -> ReadError {
    let (line, column) = (error.line(), error.column());
    let mut message = error.to_string();
    // The message must not repeat the position.
    if let Some(at) = message.rfind(" at line ") {
        message.truncate(at);
    }
    let message = cut_off(&message).unwrap_or(message);
    // Keep the end of the message: it names the expected value.
    ReadError::Malformed { line, column, part, message: shortened(&message, SHOWN, 150) }
}

/// The most characters of a document that an error repeats in one place.
pub(crate) const SHOWN: usize = 200;

/// The text, shortened to at most this many characters: its start, `…`, and this many characters of its end.
pub(crate) fn shortened(text: &str, most: usize, of_end: usize) -> String {
    let start = text.char_indices().map(|(at, _)| at).nth(most.saturating_sub(of_end + 1));
    let is_longer = text.char_indices().nth(most).is_some();
    let end = text.char_indices().rev().take(of_end).last().map_or(text.len(), |(at, _)| at);
    match (start.and_then(|start| text.get(..start)), text.get(end..)) {
        (Some(start), Some(end)) if is_longer => format!("{start}…{end}"),
        _ => text.into(),
    }
}

/// A better message for a value that `ConvertTo-Json` has cut off. For an object or a list below its depth it writes a
/// string, such as `@{id=1; role=}` or the name of a type.
fn cut_off(message: &str) -> Option<String> {
    let (found, _) = message.rsplit_once(", expected a")?;
    let text = found.strip_prefix("invalid type: string \"")?;
    let is_cut = ["@{", "Microsoft.", "System."].iter().any(|start| text.starts_with(start));
    is_cut.then(|| {
        format!("{found}, expected an object or a list: it was cut off, export it again with `ConvertTo-Json -Depth 10`")
    })
}

/// A position in a text. It only moves forward, so all positions together cost one pass.
pub(crate) struct Place<'a> {
    /// From 1.
    line: usize,
    /// The number of bytes before it in the line.
    column: usize,
    rest: &'a [u8],
}

impl<'a> Place<'a> {
    /// The beginning of the text.
    pub(crate) const fn of(text: &'a [u8]) -> Self {
        Self { line: 1, column: 0, rest: text }
    }

    /// Moves to this part of the rest of the text.
    pub(crate) fn go_to(&mut self, part: &[u8]) {
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

    /// The problem of the part that begins here, with its position in the whole text.
    pub(crate) fn of_whole(&self, mut problem: ReadError) -> ReadError {
        if let ReadError::Malformed { line, column, .. } = &mut problem {
            if *line == 1 {
                *column += self.column;
            }
            *line += self.line - 1;
        }
        problem
    }
}
