//! Files as tools write them, and the access package in a document of its own.

use serde_json::{Value, json};

use crate::{File, TARGET, observation, page, printed, request, sample};

/// In UTF-16, as `>` writes it in Windows PowerShell.
fn in_utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
}

#[test]
fn every_file_may_begin_with_a_byte_order_mark() {
    let document = sample().to_string();
    let expected = printed(&[], document.as_bytes());
    let text = |text: &str| format!("\u{feff}{text}").into_bytes();
    for document in
        [text(&document), in_utf16(&document, u16::to_le_bytes), in_utf16(&document, u16::to_be_bytes)]
    {
        assert_eq!(printed(&[], &document), expected);
    }
    for broken in [b"\xff\xfe{".as_slice(), b"\xfe\xff\xd8\x00\x00{"] {
        let (text, status) = printed(&[], broken);
        assert_eq!((text.as_str(), status), ("error: -: invalid UTF-16: save the file as UTF-8\n", Some(2)));
    }
    let claims = json!({ "tid": TARGET, "scp": "EntitlementManagement.ReadWrite.All" }).to_string();
    let claims = File::of_bytes("marked-claims", &text(&claims));
    let observed = json!([observation(TARGET, "present")]).to_string();
    let observed = File::of_bytes("utf16-observed", &in_utf16(&observed, u16::to_le_bytes));
    let manager = "Access package assignment manager";
    let files = ["--claims", claims.path(), "--role", manager, "--observed", observed.path()];
    let (text, status) = printed(&files, document.as_bytes());
    assert!(text.contains("accepted: 2 to enforce\n"), "{text}");
    assert_eq!(status, Some(0));
}

#[test]
fn what_tools_make_of_a_list_is_one() {
    let one = sample().to_string();
    let (expected, status) = printed(&[], &page(&[sample(), sample()]));
    assert_eq!(status, Some(0));
    let response = json!({ "id": "1", "status": 200, "body": { "value": [sample(), sample()] } });
    for list in [
        format!("[{one},{one}]"),
        format!("{one}\r\n{one}\r\n"),
        json!({ "Value": [sample(), sample()] }).to_string(),
        json!({ "responses": [response] }).to_string(),
    ] {
        assert_eq!(printed(&[], list.as_bytes()), (expected.clone(), Some(0)), "{list}");
    }
    // A document that is not a list gets the error of a document.
    let (text, status) = printed(&[], br#"{"value":7}"#);
    let expected = "error: line 1, column 10: `value`: invalid type: integer `7`, expected a sequence\n";
    assert_eq!((text.as_str(), status), (expected, Some(2)));
}

// R13, R45
#[test]
fn what_the_package_gives_may_come_by_itself() {
    let whole = sample();
    let scopes = whole["accessPackage"]["resourceRoleScopes"].clone();
    let mut bare = whole.clone();
    bare["accessPackage"].as_object_mut().expect("an object").remove("resourceRoleScopes");
    let mut cut = whole.clone();
    cut["accessPackage"]["resourceRoleScopes@odata.nextLink"] = json!("https://next");
    let expected = printed(&[], whole.to_string().as_bytes());

    let all = File::new(
        "package",
        &json!({ "id": whole["accessPackage"]["id"], "resourceRoleScopes": scopes }).to_string(),
    );
    let first = json!({ "value": [scopes[0], scopes[1]], "@odata.nextLink": "https://next" });
    let first = File::new("package-first", &first.to_string());
    let last = File::new("package-last", &json!({ "value": [scopes[2]] }).to_string());
    for document in [&whole, &bare, &cut] {
        let input = document.to_string();
        assert_eq!(printed(&["--package", all.path()], input.as_bytes()), expected);
        let pages = ["--package", first.path(), "--package", last.path()];
        assert_eq!(printed(&pages, input.as_bytes()), expected);
        let (text, _) = printed(&["--package", last.path()], input.as_bytes());
        assert!(text.contains("accepted: 1 to enforce"), "{text}");
        // The rest of the list is missing.
        for pages in
            [&["--package", first.path()][..], &["--package", last.path(), "--package", first.path()]]
        {
            let (text, status) = printed(pages, input.as_bytes());
            let why = "`value` is not the whole list: request `https://next` (`--package FILE`)\n";
            assert_eq!((text, status), (format!("error: {}: {why}", first.path()), Some(2)));
        }
    }
    let (text, status) = printed(&[], cut.to_string().as_bytes());
    assert!(text.ends_with("resourceRoleScopes?$expand=role,scope` (`--package FILE`)\n"), "{text}");
    assert_eq!(status, Some(2));
    // The second document is about another access package.
    let other = File::new("package-other", &json!({ "id": TARGET, "resourceRoleScopes": [] }).to_string());
    let (text, status) = printed(&["--package", other.path()], bare.to_string().as_bytes());
    let id = whole["accessPackage"]["id"].as_str().expect("an id");
    let why = format!("list belongs to access package `{TARGET}`, not to `{id}`\n");
    assert_eq!((text, status), (format!("error: {}: {why}", other.path()), Some(2)));
    // Documents in the wrong place.
    let (text, status) = printed(&["--package", all.path()], &page(&[bare.clone()]));
    let why = "document is a page of a list: pass it without `--package` and `--request`, or pass one of its assignments\n";
    assert_eq!((text, status), (format!("error: {why}"), Some(2)));
    let document = File::new("package-document", &whole.to_string());
    let (text, _) = printed(&["--package", document.path()], bare.to_string().as_bytes());
    let why = "document is an assignment: pass it as FILE\n";
    assert_eq!(text, format!("error: {}: {why}", document.path()));
    let (text, status) = printed(&[], json!({ "value": scopes }).to_string().as_bytes());
    assert!(
        text.contains("unreadable: `value[0]`: document is an access package or its resource roles: pass it with `--package FILE`\n"),
        "{text}"
    );
    assert_eq!(status, Some(2));

    // The same for a request.
    let failed = |mut document: Value| {
        document["state"] = json!("deliveryFailed");
        document
    };
    let completed = "2023-12-20T00:00:00Z";
    let bare_request = request("deliveryFailed", completed, &failed(bare.clone())).to_string();
    let file = File::new("request-of-package", &bare_request);
    let (text, status) = printed(&["--request", file.path(), "--package", all.path()], b"");
    assert!(text.contains("accepted: 3 to enforce"), "{text}");
    assert_eq!(status, Some(0));
    let id_only = json!({ "id": whole["id"] });
    let id_only =
        File::new("request-bare-of-package", &request("deliveryFailed", completed, &id_only).to_string());
    let arguments = ["--request", id_only.path(), "--package", all.path()];
    let (text, status) = printed(&arguments, failed(bare).to_string().as_bytes());
    assert!(text.contains("accepted: 3 to enforce"), "{text}");
    assert_eq!(status, Some(0));
    // If a request stands in place of an assignment, the error names the option for it.
    let (text, status) = printed(&[], bare_request.as_bytes());
    assert!(text.ends_with("`: pass it with `--request FILE`\n"), "{text}");
    assert_eq!(status, Some(2));
}
