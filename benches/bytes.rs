//! How many instructions does it take to read an assignment from bytes and write it back, compared with the [`floor`]?
//! `.ci/instructions` counts them.
//!
//! The floor of a document is [`IgnoredAny`], which finds the end of the document and returns nothing.

mod counted;
mod floor;
mod prepared;
#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::process::ExitCode;

use access_package::graph::json;
use access_package::{Assignment, StoredAssignment, reprocess};
use counted::{Case, call};
use floor::{Document, Row, Unnamed};
use prepared::{of_each_origin_system, of_groups};
use serde::de::IgnoredAny;
use support::MANAGER;

/// How often a case runs at most.
const MOST: usize = 1_000;

const DOCUMENT: &[u8] = include_bytes!("../examples/assignment.json");

/// A page with this number of documents, as a service sends it.
fn page(documents: usize) -> Vec<u8> {
    let document: serde_json::Value = serde_json::from_slice(DOCUMENT).expect("JSON");
    let value = vec![document; documents];
    let context =
        "https://graph.microsoft.com/v1.0/$metadata#identityGovernance/entitlementManagement/assignments";
    let page =
        serde_json::json!({ "@odata.context": context, "value": value, "@odata.nextLink": "https://a/b" });
    serde_json::to_vec(&page).expect("JSON")
}

/// Reads a stored text, reprocesses, reads every action, and writes the stored text.
fn from_bytes_to_bytes(text: &str) -> String {
    let stored: StoredAssignment = serde_json::from_str(text).expect("a stored assignment");
    let mut assignment = Assignment::try_from(stored).expect("a whole assignment");
    for action in reprocess(&mut assignment, MANAGER).expect("accepted") {
        black_box(&action);
    }
    serde_json::to_string(&StoredAssignment::from(assignment)).expect("plain data")
}

/// The texts that are read and written.
struct Texts {
    groups: (StoredAssignment, String),
    kinds: (StoredAssignment, String),
    unnamed: Vec<u8>,
    page: Vec<u8>,
}

impl Texts {
    fn new() -> Self {
        let [groups, kinds] = [of_groups(), of_each_origin_system()].map(|stored| {
            let text = serde_json::to_string(&stored).expect("plain data");
            (stored, text)
        });
        let unnamed = postcard::to_allocvec(&groups.0).expect("plain data");
        Self { groups, kinds, unnamed, page: page(20) }
    }
}

fn row(text: &str) -> Row<'_> {
    serde_json::from_str(text).expect("a row")
}

fn texts_of(document: &[u8]) -> Document<'_> {
    serde_json::from_slice(document).expect("texts")
}

fn unnamed(bytes: &[u8]) -> Unnamed<'_> {
    postcard::from_bytes(bytes).expect("a row")
}

fn cases(texts: &Texts) -> Vec<Case<'_>> {
    let Texts { groups: (groups, text), kinds: (kinds, text_of_kinds), unnamed: bytes, page } = texts;
    let read = |text: &String| serde_json::from_str::<StoredAssignment>(text).expect("a stored assignment");
    let json = |stored: &StoredAssignment| serde_json::to_string(stored).expect("plain data");
    vec![
        Case { name: "loop".to_owned(), limit: 1.0, sides: [call(|| ()), call(|| ())] },
        Case {
            name: "stored-read".to_owned(),
            limit: 1.25,
            sides: [call(move || read(black_box(text))), call(|| row(black_box(text)))],
        },
        Case {
            name: "stored-read-kinds".to_owned(),
            limit: 1.75,
            sides: [call(move || read(black_box(text_of_kinds))), call(|| row(black_box(text_of_kinds)))],
        },
        Case {
            name: "stored-read-postcard".to_owned(),
            limit: 2.25,
            sides: [
                call(|| {
                    postcard::from_bytes::<StoredAssignment>(black_box(bytes)).expect("a stored assignment")
                }),
                call(|| unnamed(black_box(bytes))),
            ],
        },
        Case {
            name: "stored-write".to_owned(),
            limit: 1.25,
            sides: [call(move || json(black_box(groups))), {
                let row = row(text);
                call(move || serde_json::to_string(black_box(&row)).expect("plain data"))
            }],
        },
        Case {
            name: "stored-write-kinds".to_owned(),
            limit: 1.25,
            sides: [call(move || json(black_box(kinds))), {
                let row = row(text_of_kinds);
                call(move || serde_json::to_string(black_box(&row)).expect("plain data"))
            }],
        },
        Case {
            name: "stored-write-postcard".to_owned(),
            limit: 2.25,
            sides: [call(|| postcard::to_allocvec(black_box(groups)).expect("plain data")), {
                let row = unnamed(bytes);
                call(move || postcard::to_allocvec(black_box(&row)).expect("plain data"))
            }],
        },
        Case {
            name: "bytes-to-bytes".to_owned(),
            limit: 1.5,
            sides: [
                call(|| from_bytes_to_bytes(black_box(text))),
                call(|| serde_json::to_string(&row(black_box(text))).expect("plain data")),
            ],
        },
        Case {
            name: "document-read".to_owned(),
            limit: 2.25,
            sides: [
                call(|| json::read(black_box(DOCUMENT)).expect("an assignment")),
                call(|| serde_json::from_slice::<IgnoredAny>(black_box(DOCUMENT)).expect("JSON")),
            ],
        },
        // With `serde_json` and `serde` alone: no reader made of them takes less.
        Case {
            name: "document-texts".to_owned(),
            limit: 2.25,
            sides: [
                call(|| texts_of(black_box(DOCUMENT))),
                call(|| serde_json::from_slice::<IgnoredAny>(black_box(DOCUMENT)).expect("JSON")),
            ],
        },
        Case {
            name: "page-read-20".to_owned(),
            limit: 2.5,
            sides: [
                call(|| json::read_list(black_box(page)).expect("a page")),
                call(|| serde_json::from_slice::<IgnoredAny>(black_box(page)).expect("JSON")),
            ],
        },
    ]
}

/// The floor reads and writes the same texts.
fn check(texts: &Texts) {
    for (stored, text) in [&texts.groups, &texts.kinds] {
        assert_eq!(serde_json::from_str::<StoredAssignment>(text).expect("a stored assignment"), *stored);
        assert_eq!(serde_json::to_string(&row(text)).expect("plain data"), *text);
    }
    assert_eq!(postcard::to_allocvec(&unnamed(&texts.unnamed)).expect("plain data"), texts.unnamed);
    let after = from_bytes_to_bytes(&texts.groups.1);
    assert_eq!(after.len(), texts.groups.1.len() + "delivering".len() - "delivered".len() - 5 * 2, "{after}");
    let (borrowed, read) = (texts_of(DOCUMENT), json::read(DOCUMENT).expect("an assignment"));
    assert_eq!((borrowed.id, borrowed.state), (&*read.id().to_string(), read.state().as_str()));
    let listed = borrowed.access_package.resource_role_scopes.len();
    assert_eq!(Some(listed), read.resource_roles().map(<[_]>::len));
    assert!(json::read_list(&texts.page).expect("a page").items.iter().all(Result::is_ok));
}

fn main() -> ExitCode {
    let texts = Texts::new();
    counted::run_cases("floor", &cases(&texts), MOST, || check(&texts))
}
