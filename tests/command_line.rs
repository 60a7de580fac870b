//! The command line with lists and observations: its output and its exit status.
#![cfg(all(feature = "std", feature = "graph"))]

#[path = "command_line/asked.rs"]
mod asked;
#[path = "command_line/caller.rs"]
mod caller;
#[path = "command_line/documents.rs"]
mod documents;
#[path = "command_line/doubt.rs"]
mod doubt;
#[path = "support/golden.rs"]
mod golden;
#[path = "command_line/roles.rs"]
mod roles;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::{Value, json};

const NOW: [&str; 2] = ["--now", "2024-01-01T00:00:00Z"];

fn sample() -> Value {
    serde_json::from_str(include_str!("../examples/assignment.json")).expect("JSON")
}

/// The sample with another value, for example another state or id.
fn with(key: &str, value: &str) -> Value {
    let mut document = sample();
    document[key] = json!(value);
    document
}

/// Builds the example, or finds the build of `cargo test` with the same features.
fn built(options: &[&str]) -> PathBuf {
    let all = cfg!(all(feature = "http", feature = "proptest"));
    let features: &[_] = if all { &["--all-features"] } else { &["--features", "graph"] };
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--message-format", "json", "--example", "reprocess"])
        .args(features)
        .args(options)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let told = String::from_utf8(output.stdout).expect("text");
    told.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .unwrap_or_else(|| panic!("{told}\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// Runs the example on this input.
fn run(arguments: &[&str], input: &[u8]) -> Output {
    run_in(&[], arguments, input)
}

/// Runs it with these environment variables.
fn run_in(variables: &[(&str, &str)], arguments: &[&str], input: &[u8]) -> Output {
    run_bare(variables, &[&["-"], arguments].concat(), input)
}

/// Runs it without a FILE, unless the arguments contain one.
fn run_bare(variables: &[(&str, &str)], arguments: &[&str], input: &[u8]) -> Output {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| built(&[]));
    let mut program = Command::new(&*PROGRAM)
        .args(NOW)
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    // The program may refuse its arguments and end before it has read everything.
    let _ = program.stdin.take().expect("piped").write_all(input);
    program.wait_with_output().expect("it ends")
}

/// The output before the notes, without the newline.
fn before_notes(text: &str) -> &str {
    text.split_once("\n\nnotes\n").map_or(text.trim_end(), |(before, _)| before)
}

/// The output, and the exit status.
fn printed(arguments: &[&str], input: &[u8]) -> (String, Option<i32>) {
    text_of(run(arguments, input))
}

fn text_of(output: Output) -> (String, Option<i32>) {
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    (String::from_utf8(text).expect("text"), output.status.code())
}

fn page(items: &[Value]) -> Vec<u8> {
    json!({ "value": items }).to_string().into_bytes()
}

/// A temporary file with this text.
struct File(std::path::PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        Self::of_bytes(name, text.as_bytes())
    }

    fn of_bytes(name: &str, text: &[u8]) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("{name}-{}-{number}.json", std::process::id()));
        std::fs::write(&path, text).expect("a place for temporary files");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("text")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn of_a_list_each_has_a_line_and_the_worst_is_the_status() {
    let broken = with("id", "7");
    let expired = with("state", "expired");
    let more = json!({ "value": [sample(), expired, broken], "@odata.nextLink": "https://graph.microsoft.com/next" });
    let (text, status) = printed(&[], more.to_string().as_bytes());
    let lines: Vec<_> = before_notes(&text).lines().skip(6).collect();
    assert_eq!(
        lines[..2],
        [
            "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47  accepted: 3 to enforce, then delivered",
            "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47  refused: state is `expired`: only an assignment that is \
             `delivered` can be reprocessed",
        ]
    );
    assert!(lines[2].starts_with("unreadable: `value[2]`: line 1, column "), "{}", lines[2]);
    assert_eq!(
        lines[3..],
        [
            "3 in all: 1 accepted, 1 refused, 1 unreadable",
            "the next page is at https://graph.microsoft.com/next"
        ]
    );
    assert_eq!(status, Some(2));

    assert_eq!(printed(&[], &page(&[sample(), with("state", "delivering")])).1, Some(1));
    assert_eq!(printed(&[], &page(&[sample(), sample()])).1, Some(0));
    // An action that fails, fails in every assignment that has it.
    let (text, status) = printed(&["--fail", "3"], &page(&[sample()]));
    assert!(text.contains("accepted: 3 to enforce, then partiallyDelivered"), "{text}");
    assert_eq!(status, Some(0));
}

#[test]
fn of_a_list_json_is_an_object_a_line_and_the_sum_last() {
    let (text, status) = printed(&["--json"], &page(&[sample(), with("state", "expired"), json!({})]));
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    let words: Vec<_> = lines.iter().filter_map(|line| line["verdict"].as_str()).collect();
    assert_eq!(words, ["accepted", "invalidState", "unreadable"]);
    // Each item is the same as alone, except the summary at the end.
    let (alone, _) = printed(&["--json"], sample().to_string().as_bytes());
    let mut alone: serde_json::Map<_, _> = serde_json::from_str(&alone).expect("an object");
    let (caller, caveats) = (alone.remove("caller").expect("both"), alone.remove("caveats").expect("both"));
    assert_eq!(Value::Object(alone), lines[0]);
    let unreadable =
        json!({ "assignment": null, "index": 2, "verdict": "unreadable", "message": "`state` is missing" });
    assert_eq!(lines[2], unreadable);
    let sum = &lines[3];
    assert_eq!([&sum["accepted"], &sum["refused"], &sum["unreadable"]], [1, 1, 1]);
    assert_eq!((&sum["nextLink"], &sum["caller"]), (&Value::Null, &caller));
    assert_eq!(sum["caveats"][0], caveats[0]);
    assert_eq!(sum["caveats"][1]["code"], "exportAgain");
    assert_eq!(sum.get("caveats").and_then(Value::as_array).map(Vec::len), Some(2));
    assert_eq!(status, Some(2));
}

#[test]
fn what_is_no_list_is_one_document() {
    let (text, status) = printed(&[], b"{");
    assert_eq!((text.as_str(), status), ("error: line 1, column 1: EOF while parsing an object\n", Some(2)));
    let (text, status) = printed(&[], br#"{"value":null}"#);
    let export = "; what helps: export it again with `GET \
                  /v1.0/identityGovernance/entitlementManagement/assignments/{id}?$expand=target,accessPackage($expand=catalog,\
                  resourceRoleScopes($expand=role,scope))`";
    assert_eq!((text, status), (format!("error: `state` is missing{export}\n"), Some(2)));
    let bare = json!({ "id": sample()["id"], "state": "delivered", "schedule": null, "target": { "objectId": GROUP } });
    let (text, status) = printed(&[], bare.to_string().as_bytes());
    let export = export.replace("{id}", sample()["id"].as_str().expect("an id"));
    assert!(
        text.starts_with("error: `accessPackage` is missing") && text.ends_with(&format!("{export}\n")),
        "{text}"
    );
    assert_eq!(status, Some(2));
    let (text, status) = printed(&["--fail", "4"], sample().to_string().as_bytes());
    assert_eq!((text.as_str(), status), ("error: --fail 4: the actions are numbered 1 to 3\n", Some(2)));
    for (given, numbered) in
        [(0, "there is no action"), (1, "there is 1 action"), (2, "the actions are numbered 1 to 2")]
    {
        let mut document = sample();
        document["accessPackage"]["resourceRoleScopes"].as_array_mut().expect("a list").truncate(given);
        let (text, status) = printed(&["--fail", "3"], document.to_string().as_bytes());
        assert_eq!((text, status), (format!("error: --fail 3: {numbered}\n"), Some(2)));
    }
    // Windows PowerShell writes files in this way.
    let marked = [b"\xef\xbb\xbf".as_slice(), sample().to_string().as_bytes()].concat();
    assert_eq!(printed(&[], &marked), printed(&[], sample().to_string().as_bytes()));
}

#[test]
fn an_action_that_fails_says_why() {
    let (text, status) = printed(&["--fail", "2"], sample().to_string().as_bytes());
    let outcomes = "  1. fulfilled\n  2. failed: `toldToFail`: requested by `--fail`\n  3. fulfilled\nstate      partiallyDelivered\n";
    assert!(before_notes(&text).ends_with(outcomes.trim_end()), "{text}");
    assert_eq!(status, Some(0));

    let (json, _) = printed(&["--fail", "2", "--json"], sample().to_string().as_bytes());
    let json: Value = serde_json::from_str(&json).expect("an object");
    let receipts = json["receipts"].as_array().expect("a list");
    let outcomes: Vec<_> = receipts.iter().map(|it| (&it["outcome"], &it["reason"]["code"])).collect();
    let fulfilled = (&json!("fulfilled"), &Value::Null);
    assert_eq!(outcomes, [fulfilled, (&json!("failed"), &json!("toldToFail")), fulfilled]);
}

#[test]
fn a_refusal_says_why_and_what_helps() {
    let nobody = ["--account", "application", "--permission", "none", "--role", "none"];
    let (text, status) = printed(&nobody, sample().to_string().as_bytes());
    let reasons = "\
refused: the caller may not reprocess this assignment (at Graph: 403)

why
  - application permission `EntitlementManagement.ReadWrite.All` is missing
    (R5, R7: https://learn.microsoft.com/graph/api/accesspackageassignment-reprocess)
  - no role is `Access package assignment manager` or higher
    (R1, R2: https://learn.microsoft.com/graph/api/accesspackageassignment-reprocess)

what helps, any one of these
  - hold the role `Access package assignment manager` on the assignment's catalog
  - obtain the application permission `EntitlementManagement.ReadWrite.All`
";
    assert!(before_notes(&text).ends_with(reasons.trim_end()), "{text}");
    assert_eq!(status, Some(1));

    // R9, R10
    let delivering = with("state", "delivering").to_string();
    let (text, status) = printed(&[], delivering.as_bytes());
    let reasons = "\
refused: the assignment cannot be reprocessed as it is (at Graph: 400)

why
  - state is `delivering`: only an assignment that is `delivered` can be reprocessed
    (R9, R10: https://learn.microsoft.com/graph/api/accesspackageassignment-reprocess)

what helps
  - wait until delivery has ended, then check the state again
";
    assert!(before_notes(&text).ends_with(reasons.trim_end()), "{text}");
    assert_eq!(status, Some(1));

    for (arguments, document, reasons, remedies) in [
        (
            nobody.as_slice(),
            sample().to_string(),
            json!([["missingApplicationPermission", ["R5", "R7"]], ["insufficientRole", ["R1", "R2"]]]),
            json!([["holdRole"], ["obtainApplicationPermission"]]),
        ),
        (&[], delivering, json!([["delivering", ["R9", "R10"]]]), json!([["wait"]])),
    ] {
        let (json, _) = printed(&[arguments, &["--json"]].concat(), document.as_bytes());
        let json: Value = serde_json::from_str(&json).expect("an object");
        let each = |list: &str| json[list].as_array().expect("a list").clone();
        let told: Value = each("reasons").iter().map(|it| json!([it["code"], it["rules"]])).collect();
        let help: Value = each("remedies").iter().map(|it| it["steps"].clone()).collect();
        assert_eq!((told, help), (reasons, remedies));
    }
}

// R21. R8: a caller who may not reprocess does not even learn that the end has come.
#[test]
fn at_its_end_it_has_expired() {
    let mut document = sample();
    document["schedule"] =
        json!({ "expiration": { "type": "afterDateTime", "endDateTime": "2024-01-01T00:00:00Z" } });
    let document = document.to_string();
    let (text, status) = printed(&[], document.as_bytes());
    assert!(text.contains("\nstate      delivered, but its end has passed: expired\n"), "{text}");
    assert!(
        text.contains("state is `expired`")
            && before_notes(&text).ends_with("request the access package again"),
        "{text}"
    );
    assert_eq!(status, Some(1));
    let (text, status) = printed(&["--role", "none"], document.as_bytes());
    assert!(!before_notes(&text).contains("expired"), "{text}");
    assert_eq!(status, Some(1));
}

const TARGET: &str = "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0";
const GROUP: &str = "7b56ede0-9b58-40bd-b11e-b3d18fc32698";

fn observation(target: &str, observed: &str) -> Value {
    json!({
        "target": target,
        "resourceRole": {
            "originSystem": "AadGroup", "resourceOriginId": GROUP, "roleOriginId": format!("Owner_{GROUP}"),
        },
        "observed": observed,
    })
}

// R18 to R20
#[test]
fn what_was_observed_of_a_target_is_not_asked_for_again() {
    let alone = sample().to_string();
    for (target, observed, actions, expected) in [
        (
            TARGET,
            "present",
            2,
            "  -  AadGroup 7b56ede0-9b58-40bd-b11e-b3d18fc32698 Owner_7b56ede0-9b58-40bd-b11e-b3d18fc32698: in place\n",
        ),
        (TARGET, "unenforceable", 2, ": cannot be enforced\n"),
        (TARGET, "absent", 3, ""),
        (TARGET, "unknown", 3, ""),
        // It is of another assignment, so it has no effect here.
        (GROUP, "present", 3, ""),
    ] {
        let file = File::new("observed", &json!([observation(target, observed)]).to_string());
        let (text, status) = printed(&["--observed", file.path()], alone.as_bytes());
        assert!(text.contains(&format!("accepted: {actions} to enforce\n")), "{observed}: {text}");
        assert!(text.contains(expected), "{observed}: {text}");
        assert_eq!((text.contains("  -  "), status), (!expected.is_empty(), Some(0)));
        let end = if observed == "unenforceable" { "partiallyDelivered" } else { "delivered" };
        assert!(before_notes(&text).ends_with(&format!("state      {end}")), "{text}");

        let (line, _) = printed(&["--observed", file.path()], &page(&[sample()]));
        assert!(line.contains(&format!("accepted: {actions} to enforce")), "{line}");
        let (json, _) = printed(&["--json", "--observed", file.path()], alone.as_bytes());
        let json: Value = serde_json::from_str(&json).expect("an object");
        assert_eq!(json["actions"].as_array().map(Vec::len), Some(actions));
        assert_eq!(json.get("observed").is_some(), actions == 2);
    }
}

// R46
#[test]
fn what_the_target_cannot_hold_is_said_to_be_so() {
    let site = "  -  SharePointOnline https://contoso.sharepoint.com/sites/campaign 4: cannot be enforced\n";
    for (subject_type, actions, shown, end) in [
        ("servicePrincipal", 2, site, "partiallyDelivered"),
        ("user", 3, "", "delivered"),
        ("unknownFutureValue", 3, "", "delivered"),
    ] {
        let mut document = sample();
        document["target"]["subjectType"] = json!(subject_type);
        let (text, status) = printed(&[], document.to_string().as_bytes());
        assert!(text.contains(&format!("accepted: {actions} to enforce\n")), "{text}");
        assert_eq!((text.contains("cannot be enforced"), text.contains(shown)), (!shown.is_empty(), true));
        assert!(before_notes(&text).ends_with(&format!("\nstate      {end}")), "{text}");
        assert_eq!(status, Some(0));
    }
}

#[test]
fn what_was_observed_in_two_ways_was_not_observed() {
    for (list, why) in [
        (
            json!([observation(TARGET, "present"), observation(TARGET, "absent")]),
            format!("two different observations of `AadGroup {GROUP} Owner_{GROUP}` for target `{TARGET}`"),
        ),
        (json!([observation(TARGET, "there")]), "unknown variant `there`".into()),
        (json!([{ "observed": "present" }]), "missing field `target`".into()),
    ] {
        let file = File::new("contradiction", &list.to_string());
        let (text, status) = printed(&["--observed", file.path()], sample().to_string().as_bytes());
        assert!(text.starts_with("error: ") && text.contains(&why), "{text}");
        assert_eq!(status, Some(2));
    }
    let twice = json!([observation(TARGET, "present"), observation(TARGET, "present")]);
    let file = File::new("twice", &twice.to_string());
    assert_eq!(printed(&["--observed", file.path()], sample().to_string().as_bytes()).1, Some(0));
}

#[test]
#[ignore = "builds for release and is about time: run it alone, on a quiet machine"]
fn a_hundred_thousand_take_less_than_two_seconds() {
    let number = 100_000;
    let items: Vec<_> =
        (0..number).map(|number| with("id", &uuid::Uuid::from_u128(number).to_string())).collect();
    let file = File::new("many", &json!({ "value": items }).to_string());
    let program = built(&["--release"]);
    for arguments in [[].as_slice(), &["--json"], &["--role", "none"]] {
        let start = Instant::now();
        let output = Command::new(&program).arg(file.path()).args(arguments).output().expect("it runs");
        let seconds = start.elapsed().as_secs_f64();
        println!("{number} assignments, {arguments:?}: {seconds:.2} s");
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            text.lines().filter(|line| line.contains("00000000-0000-0000-0000-")).count() as u128,
            number
        );
        assert!(seconds < 2.0);
    }
}

/// The document of a request that was completed at this time, with its assignment as shown.
fn request(state: &str, completed: &str, assignment: &Value) -> Value {
    json!({
        "id": "d82eb508-acc4-43cc-bcf1-7c1c4a2c073b", "requestType": "adminAdd", "state": state,
        "completedDateTime": completed, "assignment": assignment,
    })
}

// R10, R31 to R34: an assignment whose second action has failed is refused, and the remedy works.
#[test]
fn what_has_failed_is_asked_for_again_by_its_request() {
    let failed = with("state", "partiallyDelivered");
    let input = failed.to_string();
    let (text, status) = printed(&[], input.as_bytes());
    assert_eq!(status, Some(1), "{text}");
    assert!(
        text.contains("reprocess this assignment's request, if it was completed less than 14 days ago"),
        "{text}"
    );

    // The remedy names the calls, and how to try it here.
    let ids = (failed["id"].as_str().expect("an id"), failed["accessPackage"]["id"].as_str().expect("an id"));
    let find = format!(
        "to reprocess the request:\n    1. save the response to `GET /v1.0/identityGovernance/entitlementManagement/\
         assignmentRequests?$expand=assignment($select=id),accessPackage&$filter=accessPackage/id eq '{}'` as FILE\n    \
         2. try it here with `--request FILE`, which uses the newest request for the assignment `{}`\n    3. call ",
        ids.1, ids.0
    );
    let call = "`POST /v1.0/identityGovernance/entitlementManagement/assignmentRequests/{id of the request}/reprocess`";
    for (state, is_said) in
        [("partiallyDelivered", true), ("deliveryFailed", true), ("delivering", false), ("expired", false)]
    {
        for input in [with("state", state).to_string().into_bytes(), page(&[with("state", state)])] {
            let (text, _) = printed(&[], &input);
            for part in [find.as_str(), call] {
                assert_eq!(text.contains(part), is_said, "{state}: {text}");
            }
            assert!(!text.contains("--superseded"), "{text}");
        }
        let (json, _) = printed(&["--json"], with("state", state).to_string().as_bytes());
        assert_eq!(json.contains(r#""code":"reprocessRequest""#), is_said, "{json}");
    }
    // R8: a caller who may not reprocess does not see it.
    assert!(!printed(&["--role", "none"], input.as_bytes()).0.contains("assignmentRequests"));

    let completed = "2023-12-20T00:00:00Z";
    let expanded = File::new("request", &request("partiallyDelivered", completed, &failed).to_string());
    let bare = json!({ "id": failed["id"] });
    let bare = File::new("request-bare", &request("partiallyDelivered", completed, &bare).to_string());
    let mut half = failed.clone();
    half.as_object_mut().expect("an object").retain(|name, _| name != "target" && name != "accessPackage");
    let half = File::new("request-half", &request("partiallyDelivered", completed, &half).to_string());
    for file in [&expanded, &bare, &half] {
        let (text, status) = printed(&["--request", file.path()], input.as_bytes());
        assert_eq!(status, Some(0), "{text}");
        assert!(text.contains("state      partiallyDelivered\n\naccepted: 3 to enforce\n"), "{text}");
        assert!(text.contains("\nrequest    d82eb508-acc4-43cc-bcf1-7c1c4a2c073b\n"), "{text}");
        assert!(before_notes(&text).ends_with("state      delivered"), "{text}");
        // R32
        assert!(text.contains("\n  - the request is assumed to be the newest for this assignment"), "{text}");
        assert!(!text.contains("assignmentRequests"), "{text}");
        let (text, status) = printed(&["--request", file.path(), "--superseded"], input.as_bytes());
        assert!(text.contains("a newer request for access was completed"), "{text}");
        assert!(!text.contains("is assumed to be the newest"), "{text}");
        assert_eq!(status, Some(1));
    }
    // R33: it is too late, and the remedy says so.
    let late = ["--request", expanded.path(), "--now", "2024-01-03T00:00:00Z"];
    let (text, status) = printed(&late, input.as_bytes());
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("refused: the request cannot be reprocessed as it is (at Graph: 400)"), "{text}");
    assert!(before_notes(&text).ends_with("what helps\n  - request the access package again"), "{text}");
    // R32
    let other = request("deliveryFailed", completed, &failed).to_string();
    let other = File::new("request-other", &other);
    let (text, status) = printed(&["--request", other.path(), "--json"], input.as_bytes());
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains(r#""code":"requestStateDisagrees""#), "{text}");
    let (text, status) = printed(&["--superseded"], input.as_bytes());
    assert_eq!(text, "error: --superseded requires --request\n");
    assert_eq!(status, Some(2));
    // Documents that are mistaken for a request.
    let alone = "; what helps: export the request with `$expand=assignment($select=id)`, and pass the assignment as FILE\n";
    let mut without = request("partiallyDelivered", completed, &failed);
    without.as_object_mut().expect("an object").remove("assignment");
    let file = File::new("no-request", &without.to_string());
    let (text, status) = printed(&["--request", file.path()], input.as_bytes());
    let starts = format!("error: {}: `assignment` is missing", file.path());
    assert!(text.starts_with(&starts) && text.ends_with(alone), "{text}");
    assert_eq!(status, Some(2));
    // If a document cannot be read, the error names its file.
    let denied = File::new("request-denied", &request("denied", completed, &failed).to_string());
    let (text, status) = printed(&["--request", denied.path()], input.as_bytes());
    assert_eq!(status, Some(2), "{text}");
    assert!(text.contains("request is `denied`: it has no assignment"), "{text}");
}

#[test]
fn the_help_says_what_it_does_and_names_every_option() {
    let (help, status) = printed(&["--help"], b"");
    assert_eq!(status, Some(0));
    assert!(help.starts_with("Tells whether a caller may reprocess an access package assignment"), "{help}");
    assert!(
        help.contains("\n  reprocess export.json --token-file token.txt --role-assignments roles.json\n")
    );
    let options: Vec<_> =
        help.lines().filter_map(|line| line.strip_prefix("  --")?.split(' ').next()).collect();
    assert_eq!(options.len(), 17, "{options:?}");
    for option in &options {
        // Options without a value are accepted. The others need a value.
        let option = format!("--{option}");
        let (text, _) = printed(&[&option], b"{");
        assert!(!text.contains("invalid option"), "{text}");
    }
    let source = include_str!("../examples/reprocess/arguments.rs");
    let taken = source.split("Long(").skip(1).filter_map(|rest| rest.split(')').next());
    let taken = taken.flat_map(|names| names.split('"').skip(1).step_by(2));
    assert_eq!(taken.filter(|name| !options.contains(name)).collect::<Vec<_>>(), [""; 0]);
}
