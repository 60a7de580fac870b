//! Prints the public items in a file of rustdoc JSON, one a line. It leaves out what every type has, and what
//! a trait declares.

use std::collections::HashSet;

/// Traits that the compiler implements where it can. A type without one of them gets a line, with `!` before
/// the name.
const EVERYWHERE: [&str; 8] = [
    "core::marker::Freeze",
    "core::marker::Send",
    "core::marker::StructuralPartialEq",
    "core::marker::Sync",
    "core::marker::Unpin",
    "core::marker::UnsafeUnpin",
    "core::panic::unwind_safe::RefUnwindSafe",
    "core::panic::unwind_safe::UnwindSafe",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let json = std::env::args_os().nth(1).ok_or("the path of a file of rustdoc JSON is missing")?;
    let api = public_api::Builder::from_rustdoc_json(json).omit_blanket_impls(true).build()?;
    let items: Vec<_> = api.items().map(|item| (item.id(), item.parent_id(), item.to_string())).collect();
    let is_of_trait = |line: &str| line.starts_with("impl") && line.contains(" for ");
    let of_traits: HashSet<_> =
        items.iter().filter(|(.., line)| is_of_trait(line)).map(|(id, ..)| *id).collect();
    for (_, parent, line) in &items {
        let says_the_trait = parent.is_some_and(|parent| of_traits.contains(&parent)) && line.contains("fn ");
        let is_everywhere = EVERYWHERE.iter().any(|name| line.starts_with(&format!("impl {name} for ")));
        if !says_the_trait && !is_everywhere {
            println!("{line}");
        }
    }
    Ok(())
}
