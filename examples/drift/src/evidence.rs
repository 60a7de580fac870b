//! The log of what was done, to keep as evidence: one JSON object per line, written as it happens.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use access_package::AssignmentId;
use serde_json::{Value, json};

use crate::problem::Problem;
use crate::service::now;

pub struct Evidence {
    path: String,
    file: Mutex<File>,
}

/// The evidence of one assignment.
pub struct Diary {
    pub evidence: Arc<Evidence>,
    pub assignment: AssignmentId,
}

impl Evidence {
    /// Appends to the file.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let file = OpenOptions::new().append(true).create(true).open(path).map_err(Problem::file(path))?;
        Ok(Self { path: path.display().to_string(), file: Mutex::new(file) })
    }

    /// Adds a line: what has happened, and to what.
    pub fn add(&self, event: &str, about: &Value) -> Result<(), Problem> {
        // The time and the event come first.
        let about = about.to_string();
        let rest =
            about.strip_prefix('{').filter(|rest| *rest != "}").map_or("}".into(), |rest| format!(",{rest}"));
        let line = format!("{{\"at\":\"{}\",\"event\":\"{event}\"{rest}", now());
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = file.write_all(format!("{line}\n").as_bytes());
        written.map_err(|source| Problem::File { path: self.path.clone(), source })
    }
}

impl Diary {
    pub fn add(&self, event: &str, mut about: Value) -> Result<(), Problem> {
        about["assignment"] = json!(self.assignment);
        self.evidence.add(event, &about)
    }
}
