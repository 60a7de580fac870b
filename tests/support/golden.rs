//! Files that are made from the code and kept beside it. `UPDATE=1 cargo test --all-features` makes them anew.

use std::path::Path;

/// A kept file, named from the root of the crate, is what it has to be.
pub fn hold(name: &str, current: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, current).expect("the folder of the crate can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differ = kept.lines().zip(current.lines()).position(|(kept, current)| kept != current);
    let line = differ.unwrap_or_else(|| kept.lines().count().min(current.lines().count())) + 1;
    assert!(kept == current, "{name} is out of date from line {line} on: `UPDATE=1` makes it anew");
}
