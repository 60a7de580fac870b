//! Reads files, also those that Windows tools write with a byte order mark or in UTF-16.

use std::error::Error;
use std::io::Read as _;

/// The assignment to judge if no argument names one.
pub const SAMPLE: &[u8] = include_bytes!("../assignment.json");

/// The content of the file, in UTF-8.
pub fn read(path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    match path {
        "-" => drop(std::io::stdin().read_to_end(&mut bytes)?),
        path => bytes = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?,
    }
    let text = match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => return Ok(bytes.split_off(3)),
        [0xff, 0xfe, text @ ..] => utf8(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf8(text, u16::from_be_bytes),
        _ => return Ok(bytes),
    };
    text.ok_or_else(|| format!("{path}: invalid UTF-16: save the file as UTF-8").into())
}

fn utf8(text: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Vec<u8>> {
    let units = text.chunks(2).map(|pair| Some(unit(pair.try_into().ok()?)));
    let text = String::from_utf16(&units.collect::<Option<Vec<_>>>()?).ok()?;
    Some(text.into_bytes())
}
