//! Text that is made from the code and kept in the repository: whole files, and parts of files between two
//! marks. `UPDATE=1 cargo test --all-features` makes everything again, in one run.
#![allow(dead_code, reason = "each file that includes this uses a part of it")]

use std::path::Path;
use std::sync::Mutex;

/// Several tests of one program may make parts of one file.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Checks a kept file, named from the root of the crate.
pub fn hold(name: &str, current: &str) {
    held(name, |_| current.to_owned());
}

/// Checks the part of a kept file between these marks. The text around it is written by hand.
pub fn hold_between(name: &str, [before, after]: [&str; 2], current: &str) {
    held(name, |kept| {
        let (head, rest) = kept.split_once(before).unwrap_or_else(|| panic!("{name} lacks {before:?}"));
        let (_, tail) = rest.split_once(after).unwrap_or_else(|| panic!("{name} lacks {after:?}"));
        [head, before, current, after, tail].concat()
    });
}

/// Checks a part of a Markdown file, between comments with this name.
pub fn hold_block(name: &str, block: &str, current: &str) {
    let marks = [format!("<!-- made: {block} -->\n"), format!("<!-- end: {block} -->")];
    hold_between(name, marks.each_ref().map(String::as_str), current);
}

fn held(name: &str, current: impl Fn(&str) -> String) {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let current = current(&kept);
    if kept == current {
        return;
    }
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        return std::fs::write(&path, current).expect("the folder of the crate can be written");
    }
    let differ = kept.lines().zip(current.lines()).position(|(kept, current)| kept != current);
    let line = differ.unwrap_or_else(|| kept.lines().count().min(current.lines().count()));
    let [kept, current] = [&kept, &current].map(|text| text.lines().nth(line).unwrap_or("(the end)"));
    panic!(
        "{name} is out of date from line {} on: run `UPDATE=1 cargo test --all-features`\n  is:  {kept}\n  has to be: {current}",
        line + 1
    );
}
