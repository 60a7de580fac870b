//! A caller without rights is told so, with what helps. `drift` does only what it was asked to do.

use serde_json::json;

use crate::exact::events;
use crate::faults::page_number;
use crate::stub::{Answer, Stub};
use crate::support::{Directory, Place, Said, Server, command, drift, run};
use crate::tenant::{Tenant, document};

fn lost(place: &Place) -> (Directory, Server, Tenant) {
    let directory = Directory::start(place);
    let server = Server::start(place, &directory, &[]);
    let tenant = Tenant::new(40, 20);
    tenant.settle(place, &directory);
    tenant.take_from(3, &directory);
    let said = run(&mut drift(place, &server, &directory, &["check", "--settle", "0"]));
    assert_eq!((said.status, &*said.err), (1, ""));
    (directory, server, tenant)
}

#[test]
fn a_token_that_may_only_read_checks_and_restores_nothing() {
    let place = Place::new();
    let (directory, server, _) = lost(&place);
    let read = [
        "GroupMember.Read.All",
        "PrivilegedEligibilitySchedule.Read.AzureADGroup",
        "Application.Read.All",
        "RoleEligibilitySchedule.Read.Directory",
        "RoleAssignmentSchedule.Read.Directory",
    ];
    directory.tell("PUT", "/control/permissions", &json!(read));
    let said = run(&mut drift(&place, &server, &directory, &["check", "--settle", "0"]));
    assert_eq!((said.status, &*said.err), (1, ""));
    assert!(!said.out.contains("response is `403`"), "{}", said.out);
    let log = place.file("log.jsonl");
    let restore = ["restore", "--direct", "--settle", "0", "--yes", "--log", log.to_str().unwrap()];
    let said = run(&mut drift(&place, &server, &directory, &restore));
    assert_eq!((said.status, &*said.err), (1, ""));
    assert!(said.out.contains("what helps: obtain the permission `"), "{}", said.out);
    assert!(said.out.contains("\nrestored 0\nnot restored 3\n"), "{}", said.out);
    assert_eq!((events(&place, "log.jsonl", "notGranted").len(), directory.carried_out().len()), (3, 0));
}

#[test]
fn each_refusal_has_its_reasons_and_remedies() {
    let place = Place::new();
    let (directory, server, _) = lost(&place);
    let log = place.file("log.jsonl");
    let restore =
        ["restore", "--settle", "0", "--yes", "--log", log.to_str().unwrap(), "--token-env", "READER"];
    let said = run(drift(&place, &server, &directory, &restore).env("READER", &server.reader));
    assert_eq!((said.status, &*said.err), (1, ""));
    assert_eq!(
        said.out
            .matches("because: no role is `Access package assignment manager` or higher (R1, R2)")
            .count(),
        3,
        "{}",
        said.out
    );
    assert_eq!(said.out.matches("what helps: hold the role ").count(), 3, "{}", said.out);
    let refused = place.read("log.jsonl");
    let refused: Vec<serde_json::Value> =
        refused.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let refused = refused.iter().find(|it| it["event"] == "refused").unwrap();
    assert_eq!((&refused["status"], &refused["code"]), (&json!(403), &json!("UnAuthorized")));
    assert_eq!(refused["reasons"][0]["code"], "insufficientRole");
    assert!(!refused["remedies"].as_array().unwrap().is_empty());
    // No file contains a token.
    for kept in ["log.jsonl", "drift.db"] {
        let kept = std::fs::read(place.file(kept)).unwrap();
        for token in [&server.reader, &server.application] {
            assert!(!kept.windows(token.len()).any(|it| it == token.as_bytes()));
        }
    }
    assert_eq!(directory.writes(), 0);
}

#[test]
fn without_a_word_nothing_is_restored() {
    let place = Place::new();
    let (directory, server, _) = lost(&place);
    let said = run(&mut drift(&place, &server, &directory, &["restore", "--settle", "0"]));
    assert_eq!(said.status, 2);
    assert!(
        said.out.starts_with("plan: 3 of 3 assignments")
            && said.err == "drift: input is not a terminal: look at the plan, and add `--yes`\n",
        "{}{}",
        said.out,
        said.err
    );
    // One of the assignments has lost everything.
    let roles = said.out.lines().filter(|line| line.starts_with("    ")).count();
    let heading = format!("to be restored: {roles} resource roles of 3 assignments");
    assert!(roles > 3 && said.out.contains(&heading), "{}", said.out);
    assert_eq!(directory.writes(), 0);
}

#[test]
fn who_may_not_read_is_told_what_helps() {
    let place = Place::new();
    let (directory, server, _) = lost(&place);
    let check = ["check", "--settle", "0", "--token-env", "READER"];
    let said = run(drift(&place, &server, &directory, &check).env("READER", &server.reader));
    refused(&said, "response is `403`, `UnAuthorized`");
    refused(&said, "  because: no role is `Access package assignment manager` or higher");
    // A role on a catalog is not enough to read all assignments.
    refused(&said, "  what helps: a role for the whole tenant");
    assert!(!said.err.contains("hold the role"), "{}", said.err);
}

#[test]
fn a_token_comes_from_a_file_or_from_standard_input() {
    let place = Place::new();
    let stub = Stub::start(|asked, _| {
        let is_known = asked.token == "a.good-token";
        Some(if is_known {
            Answer::json(&json!({ "value": [] }))
        } else {
            Answer::error(401, "InvalidAuthenticationToken")
        })
    });
    // As an editor or a tool leaves the token in a file.
    let text = "Bearer a.good-token\r\n";
    let file = place.file("token");
    std::fs::write(&file, text).unwrap();
    let check = |from: &str| {
        command(&place, &["check", "--settle", "0", "--base-url", &stub.base_url, "--token-file", from])
    };
    assert_eq!(run(&mut check(file.to_str().unwrap())).status, 0);
    assert_eq!(run(check("-").stdin(std::fs::File::open(&file).unwrap())).status, 0);
    // Standard input cannot be read again.
    std::fs::write(&file, "another").unwrap();
    let said = run(check("-").stdin(std::fs::File::open(&file).unwrap()));
    refused(
        &said,
        "refuses the token of `--token-file`, which is not an access token (three parts, with dots between them): get a new one",
    );
}

fn refused(said: &Said, says: &str) {
    assert_eq!((said.status, &*said.out), (2, ""));
    assert!(said.err.contains(says), "{}", said.err);
}

#[test]
fn what_cannot_be_done_is_said_to_be_so() {
    let place = Place::new();
    let check = |more: &[&str]| {
        run(command(&place, &[&["check"], more].concat()).env("TOKEN", "token").env("EMPTY", ""))
    };
    refused(&check(&["--base-url", "http://graph.example.org", "--token-env", "TOKEN"]), "is not `https`");
    refused(&check(&["--token-env", "MISSING"]), "`MISSING` is not set");
    refused(&check(&["--token-env", "EMPTY"]), "`EMPTY` is empty\n");
    refused(
        &check(&["--token-command", "echo no such login >&2; exit 3"]),
        "(exit status: 3): no such login\n",
    );
    refused(&check(&["--token-command", "exit 3"]), "(exit status: 3)\n");
    refused(&check(&["--token-file", "/no/such/file"]), "`/no/such/file`");
    for more in [&[][..], &["--json"], &["--base-url", "http://127.0.0.1:9"]] {
        refused(&check(more), "Usage: drift check [OPTIONS] <--token-file");
    }
    refused(
        &check(&["--base-url", "http://127.0.0.1:9", "--patience", "0", "--token-env", "TOKEN"]),
        "does not answer",
    );
    // The checks above have failed, and there was no check elsewhere.
    refused(&run(&mut command(&place, &["report"])), "run `drift check` first");
    let elsewhere = Place::new();
    refused(&run(&mut command(&elsewhere, &["report"])), "run `drift check` first");
    assert!(!elsewhere.file("drift.db").exists());
    std::fs::write(place.file("drift.db"), "not a file of `drift`, but rather something else").unwrap();
    refused(&run(&mut command(&place, &["report"])), "not a file of `drift`");
}

#[test]
fn a_token_for_this_machine_goes_to_no_proxy() {
    let place = Place::new();
    let proxy = Stub::start(|_, _| Some(Answer::json(&json!({ "value": [] }))));
    let stub = Stub::start(|_, _| Some(Answer::json(&json!({ "value": [] }))));
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let check = ["check", "--settle", "0", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
        let said = run(command(&place, &check).env("TOKEN", "token").env(name, &proxy.base_url));
        assert_eq!((said.status, &*said.err), (0, ""));
    }
    assert_eq!((proxy.asked().len(), stub.asked().len()), (0, 9));
}

/// A token of this tenant, with no signature.
fn of_tenant(tenant: &str) -> String {
    use base64::Engine as _;
    let payload = json!({ "tid": tenant, "aud": "https://graph.microsoft.com" }).to_string();
    format!("e30.{}.x", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(payload))
}

#[test]
fn a_file_is_of_one_tenant() {
    const ONE: &str = "7b0a4c3e-52d1-4d0b-9f0e-6a0c4b1f2d3e";
    const OTHER: &str = "11111111-52d1-4d0b-9f0e-6a0c4b1f2d3e";
    let place = Place::new();
    let stub = Stub::start(|_, _| Some(Answer::json(&json!({ "value": [] }))));
    let drift = |arguments: &[&str], token: &str| {
        let service = ["--settle", "0", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
        run(command(&place, &[arguments, &service].concat()).env("TOKEN", token))
    };
    assert_eq!(drift(&["check"], &of_tenant(ONE)).status, 0);
    let is_refused = |said: &Said| said.status == 2 && said.err.contains(ONE) && said.err.contains(OTHER);
    let said = drift(&["restore"], &of_tenant(OTHER));
    assert!(is_refused(&said), "{}", said.err);
    for token in [&of_tenant(ONE), &of_tenant(&ONE.to_uppercase()), "opaque", "e30.e30.x"] {
        assert_eq!(drift(&["restore"], token).status, 0, "{token}");
    }
    // As if the check was interrupted.
    let interrupt = || {
        let book = rusqlite::Connection::open(place.file("drift.db")).unwrap();
        book.execute_batch("DELETE FROM setting WHERE name = 'finished'").unwrap();
    };
    interrupt();
    let said = drift(&["check"], &of_tenant(OTHER));
    assert!(is_refused(&said), "{}", said.err);
    assert_eq!(drift(&["check"], &of_tenant(ONE)).status, 0);
    interrupt();
    assert_eq!(drift(&["check", "--anew"], &of_tenant(OTHER)).status, 0);
    assert!(is_refused(&drift(&["restore"], &of_tenant(ONE))));
    // An opaque token does not tell its tenant.
    assert_eq!(drift(&["check", "--anew"], "opaque").status, 0);
    assert_eq!(drift(&["restore"], &of_tenant(ONE)).status, 0);
}

#[test]
fn a_new_token_is_of_the_same_tenant() {
    let place = Place::new();
    let stub = Stub::start(|_, _| Some(Answer::error(401, "InvalidAuthenticationToken")));
    let tokens = ["7b0a4c3e-52d1-4d0b-9f0e-6a0c4b1f2d3e", "11111111-52d1-4d0b-9f0e-6a0c4b1f2d3e"];
    let calls = place.file("calls");
    let (first, second) = (of_tenant(tokens[0]), of_tenant(tokens[1]));
    let script = format!("test -e {0} && echo {second} || {{ touch {0}; echo {first}; }}", calls.display());
    let said =
        run(&mut command(&place, &["check", "--base-url", &stub.base_url, "--token-command", &script]));
    assert!(tokens.iter().all(|it| said.err.contains(it)), "{}", said.err);
    assert_eq!((said.status, stub.asked().len()), (2, 1));
}

#[test]
fn the_command_for_the_token_is_not_repeated() {
    let place = Place::new();
    for command_line in ["printf 'no token' # s3cret", "printf '' # s3cret", "exit 3 # s3cret"] {
        let said = run(&mut command(&place, &["check", "--token-command", command_line]));
        assert_eq!((said.status, &*said.out), (2, ""));
        assert!(!said.err.contains("s3cret"), "{}", said.err);
        let says = [
            "`--token-command` gives no bearer token",
            "`--token-command` printed nothing",
            "command for the token has failed",
        ];
        assert!(says.iter().any(|it| said.err.contains(it)), "{}", said.err);
    }
}

#[test]
fn a_check_that_reads_nothing_keeps_the_one_before_it() {
    let place = Place::new();
    let stub = Stub::start(|asked, _| {
        Some(if asked.token == "refused" {
            Answer::error(401, "InvalidAuthenticationToken")
        } else if asked.path.contains("resourceRoleScopes") && asked.token == "shallow" {
            Answer::error(400, "BadRequest")
        } else if asked.token == "shallow" {
            Answer::error(403, "UnAuthorized")
        } else {
            Answer::json(&json!({ "value": [] }))
        })
    });
    let drift = |arguments: &[&str], base_url: &str, token: &str| {
        let service = ["--settle", "0", "--base-url", base_url, "--patience", "0", "--token-env", "TOKEN"];
        run(command(&place, &[arguments, &service].concat()).env("TOKEN", token))
    };
    // A file into which no check has read anything belongs to no service.
    assert_eq!(drift(&["check"], "http://127.0.0.1:9", "good").status, 2);
    let said = drift(&["check"], &stub.base_url, "good");
    assert_eq!((said.status, &*said.err), (0, ""));
    for (more, base_url, token) in [
        (&[][..], &*stub.base_url, "refused"),
        (&["--anew"], &stub.base_url, "refused"),
        (&[], &stub.base_url, "shallow"),
        (&["--assignments", "/no/such/file"], &stub.base_url, "good"),
        (&[], "http://127.0.0.1:9", "good"),
    ] {
        assert_eq!(drift(&[&["check"], more].concat(), base_url, token).status, 2);
        assert_eq!(run(&mut command(&place, &["report"])).status, 0, "{more:?} {base_url} {token}");
        let said = drift(&["restore"], &stub.base_url, "good");
        assert_eq!((said.status, &*said.err), (0, ""));
    }
}

#[test]
fn a_refused_token_is_named_with_who_refuses_it() {
    let assignments: Vec<_> = Tenant::new(1, 20).assignments.iter().map(document).collect();
    let stub = Stub::start(move |asked, _| {
        Some(match &*asked.token {
            "refused" => Answer::error(401, "InvalidAuthenticationToken"),
            _ if page_number(&asked.path).is_some() => Answer::json(&json!({ "value": assignments })),
            _ => Answer::json(&json!({ "value": [] })),
        })
    });
    let other = Stub::start(|_, _| Some(Answer::error(401, "InvalidAuthenticationToken")));
    let place = Place::new();
    let check = |token: &str, more: &[&str]| {
        let arguments = ["check", "--settle", "0", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
        run(command(&place, &[&arguments, more].concat()).env("TOKEN", token))
    };
    let (here, there) = (&stub.base_url, &other.base_url);
    refused(&check("refused", &[]), &format!("`{here}` refuses the token of `--token-env`"));
    let elsewhere = ["--directory-url", there, "--anew"];
    refused(&check("good", &elsewhere), &format!("`{there}` refuses the token of `--token-env`"));
    let with_token = [&elsewhere[..], &["--directory-token-env", "TOKEN"]].concat();
    let said = check("good", &with_token);
    refused(&said, &format!("`{there}` refuses the token of `--directory-token-env`"));
    // The token of the directory has no command.
    assert!(!said.err.contains("--token-command"), "{}", said.err);
}

#[test]
fn who_may_see_nothing_is_told_which_permission_helps() {
    let assignments: Vec<_> = Tenant::new(20, 20).assignments.iter().map(document).collect();
    let stub = Stub::start(move |asked, _| {
        Some(if page_number(&asked.path).is_some() {
            Answer::json(&json!({ "value": assignments }))
        } else if asked.path.contains("entitlementManagement") || asked.path.ends_with("/$batch") {
            Answer::json(&json!({ "value": [] }))
        } else {
            Answer::error(403, "Authorization_RequestDenied")
        })
    });
    let place = Place::new();
    let html = place.file("report.html");
    let drift = |arguments: &[&str]| {
        let service = ["--settle", "0", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
        run(command(&place, &[arguments, &service].concat()).env("TOKEN", "token"))
    };
    let said = drift(&["check", "--html", html.to_str().unwrap()]);
    assert_eq!((said.status, &*said.err), (3, ""), "{}", said.out);
    let all = Tenant::new(20, 20).owed(|_| true).len();
    let headline = format!("Unknown: {all} of {all} resource roles; nothing could be seen");
    assert!(said.out.starts_with(&headline), "{}", said.out);
    let page = place.read("report.html");
    assert!(page.contains(&format!("<h1>{headline}</h1>")) && !page.contains('`'), "{page}");
    for needed in [
        "GroupMember.Read.All",
        "PrivilegedEligibilitySchedule.Read.AzureADGroup",
        "Application.Read.All",
        "RoleEligibilitySchedule.Read.Directory",
        "RoleAssignmentSchedule.Read.Directory",
    ] {
        assert!(said.out.contains(&format!("; obtain the permission `{needed}`")), "{needed}: {}", said.out);
        assert!(page.contains(&format!("obtain the permission <code>{needed}</code>")), "{needed}");
    }
    let said = drift(&["restore", "--yes"]);
    assert!(said.out.contains(&format!("not in the plan: {all} resource roles;")), "{}", said.out);
    for nothing in [&["restore", "--yes", "--limit", "0"][..], &["check", "--at-once", "0"]] {
        let said = drift(nothing);
        assert_eq!((said.status, said.err.contains("0 is not in 1..")), (2, true), "{}", said.err);
    }
}

#[test]
fn who_may_read_no_list_is_told_which_role_helps() {
    let stub = Stub::start(|_, _| Some(Answer::error(403, "UnAuthorized")));
    let check = ["check", "--base-url", &stub.base_url, "--token-env", "TOKEN"];
    let said = run(command(&Place::new(), &check).env("TOKEN", "token"));
    refused(&said, "what helps: a role for the whole tenant, or an application with ");
    assert!(!said.err.contains("evaluate"), "{}", said.err);
}
