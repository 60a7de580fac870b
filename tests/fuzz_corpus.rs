//! Replays the useful inputs that fuzzing has found: what must hold for any bytes holds for them.
#![cfg(feature = "graph")]

use std::path::Path;

use access_package::AssignmentState;

#[path = "support/bodies.rs"]
mod bodies;
#[path = "support/golden.rs"]
mod golden;
#[cfg(feature = "http")]
#[path = "support/http_bodies.rs"]
mod http_bodies;

/// Runs the body on every file of the corpus of its target.
fn replay(target: &str, body: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let mut files = 0;
    for file in corpus.read_dir().expect("the target has a corpus") {
        let path = file.expect("a file").path();
        let data = std::fs::read(&path).expect("a file");
        // A failed test shows its output. The last line names the file that broke it.
        println!("{}", path.display());
        body(&data);
        files += 1;
    }
    assert!(files >= 10, "only {files} files");
}

#[test]
fn documents() {
    replay("document", bodies::document);
}

#[test]
fn the_stored_form() {
    replay("stored", bodies::stored);
}

#[test]
fn origin_ids() {
    replay("origin_ids", bodies::origin_ids);
}

#[test]
fn claims() {
    replay("claims", bodies::claims);
}

#[test]
fn receipts() {
    replay("receipts", bodies::receipts);
}

#[test]
fn asked() {
    replay("asked", bodies::asked);
}

#[cfg(feature = "http")]
#[test]
fn requests() {
    replay("http_request", http_bodies::http_request);
}

#[cfg(feature = "http")]
#[test]
fn responses() {
    replay("http_response", http_bodies::http_response);
}

#[cfg(feature = "http")]
#[test]
fn calls() {
    replay("http_call", http_bodies::http_call);
}

#[test]
fn the_words_that_a_fuzzer_would_take_long_to_guess() {
    let states = AssignmentState::ALL.iter().map(|state| format!("\"\\\"{state}\\\"\"\n"));
    let marks = ["# States:\n", "# Others:\n"];
    golden::hold_between("tests/fuzz/words.dict", marks, &states.collect::<Vec<_>>().concat());
}
