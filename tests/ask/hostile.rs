//! Every input gets an answer in JSON.

use serde_json::Value;

use crate::ask;
use crate::asked::{evaluate, explain, record, reprocess};

fn answer(operation: &str, question: &[u8]) -> Value {
    serde_json::from_str(&access_package::ask(operation, question)).expect("JSON")
}

const OPERATIONS: [&str; 6] = ["evaluate", "explain", "reprocess", "record", "expire", "read"];

#[test]
fn no_utf8() {
    for operation in OPERATIONS {
        for text in [&b"\xff"[..], b"\xff\xfe{\0}\0", b"{\"now\":\"\xc3\x28\"}", b"{\"\xf0\x28\x8c\x28\":1}"]
        {
            let answer = answer(operation, text);
            assert!(answer["error"]["code"].is_string(), "{answer}");
        }
    }
    assert_eq!(answer("expire", b"\xff\xfe{\0}\0")["error"]["code"], "notUtf8");
}

/// A question that was cut off, or has another byte somewhere, still gets an answer.
#[test]
fn every_part_and_every_slip() {
    let questions =
        [("evaluate", evaluate()), ("explain", explain()), ("reprocess", reprocess()), ("record", record())];
    for (operation, question) in questions {
        let text = question.to_string();
        assert!(ask(operation, &text)["error"].is_null());
        for end in 0..text.len() {
            assert_eq!(answer(operation, &text.as_bytes()[..end])["error"]["code"], "malformed");
        }
        for at in 0..text.len() {
            for byte in [0, b'"', b'}', b'0', 0xff] {
                let mut slip = text.clone().into_bytes();
                slip[at] = byte;
                let answer = answer(operation, &slip);
                assert!(answer.is_object(), "{answer}");
            }
        }
    }
}

/// An error repeats only a limited part of its input.
#[test]
fn long_texts() {
    let long = "x".repeat(100_000);
    for (operation, question) in [
        (&*long, "{}".to_owned()),
        ("expire", format!("{{\"{long}\":1}}")),
        ("expire", format!("{{\"now\":\"{long}\"}}")),
        ("evaluate", format!("{{\"caller\":{{\"account\":\"{long}\"}}}}")),
        ("explain", format!("{{\"claims\":{{\"{long}\":1}}}}")),
        ("read", format!("{{\"document\":{{\"id\":\"{long}\"}}}}")),
    ] {
        let answer = access_package::ask(operation, question.as_bytes());
        assert!(answer.len() < 2_000 && answer.starts_with("{\"error\":"), "{answer}");
    }
}
