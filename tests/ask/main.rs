//! The crate as one function from text to text: every test vector as a JSON question, and the questions in
//! `asked.rs`, whose answers are kept in `tests/vectors/asked.json`.
//!
//! The questions are also written to files, one call a line, so that `tests/vectors/schemas.py` can check
//! them against the schema.
#![cfg(feature = "graph")]

mod asked;
#[path = "../support/golden.rs"]
mod golden;
mod hostile;
mod vectors;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use serde_json::{Value, json};

/// The calls of one test, to be checked against the schema.
struct Calls(BufWriter<File>);

impl Calls {
    fn of(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("asked-{test}.jsonl"));
        Self(BufWriter::new(File::create(path).expect("a folder for tests")))
    }

    fn ask(&mut self, operation: &str, question: &Value) -> Value {
        let answer = ask(operation, &question.to_string());
        let call = json!({ "operation": operation, "question": question, "answer": answer });
        writeln!(self.0, "{call}").expect("written");
        answer
    }
}

fn ask(operation: &str, question: &str) -> Value {
    serde_json::from_str(&access_package::ask(operation, question.as_bytes())).expect("JSON")
}
