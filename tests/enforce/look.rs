//! What follows an answer: a look, another write, or giving up.

use access_package::graph::Endpoint;
use access_package::graph::enforce::{Delivery, End, FailureCause, Next};
use access_package::{Outcome, ResourceRole};
use serde_json::json;

use crate::{
    GROUP, OTHER, Run, SECOND, V1, action, answer, done, error, item, later, not_seen, now, of_json,
    resource_role, seconds, seen, settings, with_headers,
};

pub(crate) fn azure_role() -> ResourceRole {
    let subscription = format!("/subscriptions/{GROUP}");
    let definition = format!("{subscription}/providers/Microsoft.Authorization/roleDefinitions/{OTHER}");
    ResourceRole::from_origin("AzureResources", &subscription, &definition, Some("active")).expect("a role")
}

/// An answer that makes each kind look at once, if there is one.
fn maybe_there(endpoint: Endpoint) -> http::Response<String> {
    match endpoint {
        Endpoint::GroupMembers | Endpoint::GroupOwners | Endpoint::AppRoles => {
            error(400, "Request_BadRequest")
        }
        Endpoint::GroupEligibility | Endpoint::DirectoryEligibility | Endpoint::DirectoryAssignments => {
            error(400, "RoleAssignmentExists")
        }
        Endpoint::SiteRoles | Endpoint::SiteGroups => error(409, "x"),
    }
}

// R38
#[test]
fn what_is_seen_is_fulfilled_however_it_came_to_be_looked_for() {
    for &endpoint in Endpoint::ALL {
        let run = Run::written(endpoint, &done(endpoint));
        assert_eq!(run.end(), Some(End::Fulfilled), "{endpoint:?}");

        let mut run = Run::written(endpoint, &maybe_there(endpoint));
        assert_eq!(run.send().method(), "GET");
        run.answer(&seen(endpoint));
        assert_eq!(run.end(), Some(End::Fulfilled), "{endpoint:?}");

        let mut run = Run::of(endpoint);
        run.send();
        run.unanswered();
        assert_eq!(run.wait().1.method(), "GET");
        run.answer(&seen(endpoint));
        assert_eq!(run.end(), Some(End::Fulfilled), "{endpoint:?}");

        let mut run = Run::of(endpoint);
        run.delivery = run.delivery.looking_first();
        assert_eq!(run.send().method(), "GET");
        run.answer(&seen(endpoint));
        assert_eq!(run.end(), Some(End::Fulfilled), "{endpoint:?}");
    }
}

// R22: after a crash.
#[test]
fn looking_first_writes_at_once_if_it_is_not_to_be_seen() {
    for &endpoint in Endpoint::ALL {
        let mut run = Run::of(endpoint);
        run.delivery = run.delivery.looking_first();
        run.send();
        run.answer(&not_seen(endpoint));
        assert_eq!(run.send().method(), "POST", "{endpoint:?}");
        run.answer(&done(endpoint));
        assert_eq!(run.end(), Some(End::Fulfilled));
    }
}

// R39, R41: a grant that is not visible may be too new.
#[test]
fn a_write_that_may_be_there_is_repeated_only_while_the_directory_replicates() {
    for &endpoint in Endpoint::ALL {
        let mut run = Run::written(endpoint, &maybe_there(endpoint));
        let (mut writes, mut last) = (1, run.now);
        while let Some(request) = run.request() {
            if request.uri().query().is_some_and(|query| query.contains("groupTypes")) {
                run.answer(&answer(404, ""));
            } else if request.method() == "GET" {
                run.answer(&not_seen(endpoint));
            } else {
                (writes, last) = (writes + 1, run.now);
                run.answer(&maybe_there(endpoint));
            }
        }
        assert_eq!(run.cause(), Some(FailureCause::Rejected), "{endpoint:?}");
        // Pauses of 1, 2, 4, … 128 seconds, and a last try after five minutes.
        assert_eq!((writes, seconds(now(), last)), (10, 300), "{endpoint:?}");
    }
}

// R38: a schedule request in progress is not written again.
#[test]
fn what_is_under_way_is_looked_for_until_it_is_there_or_patience_ends() {
    for endpoint in
        [Endpoint::GroupEligibility, Endpoint::DirectoryEligibility, Endpoint::DirectoryAssignments]
    {
        for taken in [answer(201, r#"{"status":"Granted"}"#), error(400, "PendingRoleAssignmentRequest")] {
            let mut run = Run::written(endpoint, &taken);
            for pause in [1, 2, 4] {
                let (waited, request) = run.wait();
                assert_eq!((waited, request.method().as_str()), (pause, "GET"));
                run.answer(&not_seen(endpoint));
            }
            let mut never = run.clone();
            assert_eq!(run.wait().1.method(), "GET");
            run.answer(&seen(endpoint));
            assert_eq!(run.end(), Some(End::Fulfilled));
            while let Some(request) = never.request() {
                assert_eq!(request.method(), "GET");
                never.answer(&not_seen(endpoint));
            }
            assert_eq!(never.cause(), Some(FailureCause::TimedOut));
        }
    }
}

// R40
#[test]
fn a_write_without_an_answer_is_looked_for_and_written_again_if_it_is_not_to_be_seen() {
    for &endpoint in Endpoint::ALL {
        // The host reports no answer, the host reports nothing, or a gateway answers.
        let mut told = Run::of(endpoint);
        told.send();
        told.unanswered();
        let mut silent = Run::of(endpoint);
        silent.send();
        let gateway = Run::written(endpoint, &answer(504, "<html>"));
        for (name, mut run) in [("told", told), ("silent", silent), ("gateway", gateway)] {
            let (waited, request) = run.wait();
            assert_eq!((waited, request.method().as_str()), (1, "GET"), "{endpoint:?} {name}");
            run.answer(&not_seen(endpoint));
            assert_eq!(run.send().method(), "POST", "{endpoint:?} {name}");
            run.answer(&done(endpoint));
            assert_eq!(run.end(), Some(End::Fulfilled));
        }
    }
}

#[test]
fn a_look_without_an_answer_is_made_again() {
    for &endpoint in Endpoint::ALL {
        let mut run = Run::written(endpoint, &maybe_there(endpoint));
        run.send();
        run.unanswered();
        let (waited, request) = run.wait();
        assert_eq!((waited, request.method().as_str()), (1, "GET"));
        // To ask for the next step without a report is the same.
        let (waited, request) = run.wait();
        assert_eq!((waited, request.method().as_str()), (2, "GET"));
        run.answer(&seen(endpoint));
        assert_eq!(run.end(), Some(End::Fulfilled));
    }
}

// R39: however long it takes, a write that may have been carried out is looked for after it has had time to
// become visible.
#[test]
fn the_last_look_comes_when_the_directory_has_had_time_to_replicate() {
    for &endpoint in Endpoint::ALL {
        let mut run = Run::of(endpoint);
        let (mut last_write, mut last) = (run.now, run.clone());
        while let Some(request) = run.request() {
            last = run.clone();
            if request.method() == "POST" {
                last_write = run.now;
                run.unanswered();
            } else {
                run.answer(&not_seen(endpoint));
            }
        }
        assert_eq!(run.cause(), Some(FailureCause::TimedOut));
        assert_eq!(seconds(last_write, last.now), 300);
        assert!((3_600..=3_900).contains(&seconds(now(), last.now)));
        let run = last;
        let [mut there, mut gone, mut silent, mut busy] = [run.clone(), run.clone(), run.clone(), run];
        there.answer(&seen(endpoint));
        assert_eq!(there.end(), Some(End::Fulfilled), "{endpoint:?}");
        gone.answer(&not_seen(endpoint));
        silent.unanswered();
        busy.answer(&answer(503, ""));
        for run in [gone, silent, busy] {
            assert_eq!(run.cause(), Some(FailureCause::TimedOut), "{endpoint:?}");
        }
    }
}

const LISTED: [Endpoint; 4] = [
    Endpoint::GroupEligibility,
    Endpoint::AppRoles,
    Endpoint::DirectoryEligibility,
    Endpoint::DirectoryAssignments,
];

#[test]
fn every_page_is_looked_at_before_it_is_written_again() {
    for endpoint in LISTED {
        let page = |value: serde_json::Value| {
            of_json(200, &json!({ "value": value, "@odata.nextLink": format!("{V1}/next") }))
        };
        let mut run = Run::written(endpoint, &maybe_there(endpoint));
        run.send();
        run.answer(&page(json!([])));
        assert_eq!(run.send().uri().to_string(), format!("{V1}/next"));
        let mut found = run.clone();
        // The grant may be on a page before the last one.
        found.answer(&page(json!([item(endpoint)])));
        assert_eq!(found.end(), Some(End::Fulfilled));
        run.answer(&answer(200, r#"{ "value": [] }"#));
        assert_eq!(run.wait().1.method(), "POST", "{endpoint:?}");
    }
}

/// The list of this service never ends.
#[test]
fn a_list_without_an_end_ends_with_patience() {
    let mut run = Run::written(Endpoint::AppRoles, &maybe_there(Endpoint::AppRoles));
    let mut pages = 0;
    while run.request().is_some() {
        let link = format!("{V1}/next?page={pages}");
        run.answer(&of_json(200, &json!({ "value": [], "@odata.nextLink": link })));
        run.now = later(run.now, SECOND);
        pages += 1;
        assert!(pages < 5_000, "it never ends");
    }
    assert_eq!((run.cause(), pages), (Some(FailureCause::TimedOut), 3_602));

    // After patience has ended, the last look may take as long as the directory has to replicate.
    let mut run = Run::of(Endpoint::AppRoles);
    run.send();
    run.unanswered();
    while seconds(now(), run.now) < 3_600 {
        run.request();
        run.unanswered();
    }
    let mut pages = 0;
    while run.request().is_some() {
        let link = format!("{V1}/next?page={pages}");
        run.answer(&of_json(200, &json!({ "value": [], "@odata.nextLink": link })));
        run.now = later(run.now, SECOND);
        pages += 1;
        assert!(pages < 5_000, "it never ends");
    }
    assert_eq!((run.cause(), pages), (Some(FailureCause::TimedOut), 302));
}

/// A look that cannot be read begins again with the first page.
#[test]
fn a_look_that_cannot_be_read_begins_again() {
    for endpoint in LISTED {
        let other_host = json!({ "value": [], "@odata.nextLink": "https://example.com/next" });
        let answers = [
            answer(200, "<html>"),
            answer(200, "[]"),
            answer(200, "{}"),
            of_json(200, &other_host),
            answer(204, ""),
            answer(302, ""),
            answer(500, ""),
        ];
        for response in answers {
            let mut run = Run::written(endpoint, &maybe_there(endpoint));
            let first = run.send();
            run.answer(&of_json(200, &json!({ "value": [], "@odata.nextLink": format!("{V1}/next") })));
            run.send();
            run.answer(&response);
            let (waited, again) = run.wait();
            assert_eq!((waited, again.uri()), (1, first.uri()), "{response:?}");
        }
    }
    // A gateway's own page is not a member.
    for body in ["", "<html>", "null", "[]"] {
        let mut run = Run::written(Endpoint::GroupMembers, &maybe_there(Endpoint::GroupMembers));
        run.send();
        run.answer(&answer(200, body));
        assert_eq!(run.wait().1.method(), "GET", "{body}");
    }
}

// R41: a look that is refused cannot succeed either.
#[test]
fn a_look_that_is_refused_fails_and_says_why() {
    let refused =
        with_headers(403, &[("request-id", "r1")], r#"{"error":{"code":"Authorization_RequestDenied"}}"#);
    for &endpoint in Endpoint::ALL {
        let cases = [
            (refused.clone(), FailureCause::NotAllowed),
            (error(403, "PermissionScopeNotGranted"), FailureCause::MissingPermission),
            (error(400, "BadRequest"), FailureCause::Rejected),
            (answer(501, ""), FailureCause::Rejected),
        ];
        for (response, cause) in cases {
            let mut run = Run::written(endpoint, &maybe_there(endpoint));
            run.send();
            run.answer(&response);
            let Some(End::Failed(failure)) = run.end() else { panic!("{endpoint:?}: {response:?}") };
            assert_eq!((failure.cause, failure.status), (cause, Some(response.status().as_u16())));
        }
        let mut run = Run::written(endpoint, &maybe_there(endpoint));
        run.send();
        run.answer(&refused);
        let Some(End::Failed(failure)) = run.end() else { panic!("{endpoint:?}") };
        assert_eq!(failure.code.as_deref(), Some("Authorization_RequestDenied"));
        assert_eq!(failure.request_id.as_deref(), Some("r1"));
    }
}

// R41: a resource that does not exist has no holders. The next write shows whether it is only too new.
#[test]
fn a_list_that_is_not_found_shows_nothing_and_it_is_written_again_while_the_directory_replicates() {
    for endpoint in LISTED {
        for (written, cause) in
            [(answer(404, ""), FailureCause::NotFound), (maybe_there(endpoint), FailureCause::Rejected)]
        {
            let mut run = Run::written(endpoint, &maybe_there(endpoint));
            let mut late = None;
            while let Some(request) = run.request() {
                if request.method() == "GET" {
                    run.answer(&answer(404, ""));
                } else {
                    late = Some(run.clone());
                    run.answer(&written);
                }
            }
            assert_eq!((run.cause(), seconds(now(), run.now)), (Some(cause), 300), "{endpoint:?}");
            let mut late = late.expect("it was written again");
            assert_eq!(seconds(now(), late.now), 300, "in the last moment");
            late.answer(&done(endpoint));
            assert_eq!(late.end(), Some(End::Fulfilled));
        }
    }
}

// R41: the objects that a look needs may be too new as well.
#[test]
fn a_look_that_is_too_early_is_made_again_while_the_directory_replicates() {
    for endpoint in
        [Endpoint::GroupEligibility, Endpoint::DirectoryEligibility, Endpoint::DirectoryAssignments]
    {
        for code in ["RoleNotFound", "SubjectNotFound"] {
            let mut run = Run::written(endpoint, &maybe_there(endpoint));
            while let Some(request) = run.request() {
                assert_eq!(request.method(), "GET");
                run.answer(&error(400, code));
            }
            assert_eq!(run.cause(), Some(FailureCause::NotFound), "{endpoint:?} {code}");
            assert_eq!(seconds(now(), run.now), 300);
        }
    }
}

// R40: a page that links to itself would be requested again and again.
#[test]
fn a_page_that_leads_to_itself_is_no_answer_unless_it_shows_the_grant() {
    for endpoint in LISTED {
        let mut run = Run::written(endpoint, &maybe_there(endpoint));
        let link = run.send().uri().to_string();
        let mut found = run.clone();
        run.answer(&of_json(200, &json!({ "value": [], "@odata.nextLink": link })));
        let (waited, again) = run.wait();
        assert_eq!((waited, again.uri().to_string()), (1, link.clone()), "{endpoint:?}");
        found.answer(&of_json(200, &json!({ "value": [item(endpoint)], "@odata.nextLink": link })));
        assert_eq!(found.end(), Some(End::Fulfilled));
    }
}

// R39: a write that has failed for good is still followed by a look, if an earlier write may have been
// carried out.
#[test]
fn a_failure_after_a_write_without_an_answer_waits_for_a_last_look() {
    let refused = with_headers(501, &[("request-id", "r1")], "");
    let mut run = Run::of(Endpoint::AppRoles);
    run.send();
    run.unanswered();
    run.wait();
    run.answer(&not_seen(Endpoint::AppRoles));
    run.send();
    run.answer(&refused);
    let (waited, request) = run.wait();
    assert_eq!((waited, request.method().as_str()), (299, "GET"), "five minutes after the write");
    let [mut there, mut gone, mut missing, mut denied, mut silent] = core::array::from_fn(|_| run.clone());
    there.answer(&seen(Endpoint::AppRoles));
    assert_eq!(there.end(), Some(End::Fulfilled));
    gone.answer(&not_seen(Endpoint::AppRoles));
    missing.answer(&answer(404, ""));
    denied.answer(&error(403, "Authorization_RequestDenied"));
    // Patience has not ended yet.
    loop {
        silent.unanswered();
        if silent.request().is_none() {
            break;
        }
    }
    assert_eq!(seconds(now(), silent.now), 3_600);
    // The delivery keeps its first reason for failing.
    for run in [gone, missing, denied, silent] {
        let Some(End::Failed(failure)) = run.end() else { panic!("failed") };
        assert_eq!((failure.cause, failure.status), (FailureCause::Rejected, Some(501)));
        assert_eq!(failure.request_id.as_deref(), Some("r1"));
    }
    // The look waits as long as the service asks, but never beyond patience.
    for (after, waits) in
        [("100", Some(299)), ("299", Some(299)), ("300", Some(300)), ("3599", Some(3_599)), ("3600", None)]
    {
        let mut run = Run::of(Endpoint::AppRoles);
        run.send();
        run.unanswered();
        run.wait();
        run.answer(&not_seen(Endpoint::AppRoles));
        run.send();
        run.answer(&with_headers(501, &[("retry-after", after)], ""));
        match waits {
            Some(waits) => assert_eq!(run.wait().0, waits),
            None => assert_eq!(run.cause(), Some(FailureCause::Rejected)),
        }
    }
}

// R41
#[test]
fn a_token_is_refused_twice_in_a_row_and_no_more() {
    let refused = answer(401, "");
    for &endpoint in Endpoint::ALL {
        let mut run = Run::written(endpoint, &refused);
        assert_eq!(run.wait().1.method(), "POST");
        let mut other = run.clone();
        run.answer(&refused);
        assert_eq!(run.cause(), Some(FailureCause::NotAuthenticated));
        // An answer in between shows that the token was accepted.
        other.answer(&maybe_there(endpoint));
        other.send();
        other.answer(&refused);
        assert_eq!(other.wait().1.method(), "GET");
        let mut in_vain = other.clone();
        other.answer(&seen(endpoint));
        assert_eq!(other.end(), Some(End::Fulfilled));
        in_vain.answer(&refused);
        assert_eq!(in_vain.cause(), Some(FailureCause::NotAuthenticated), "{endpoint:?}");
    }
}

#[test]
fn a_token_that_a_look_was_answered_with_was_taken() {
    for &endpoint in Endpoint::ALL {
        let mut run = Run::of(endpoint);
        run.delivery = run.delivery.looking_first();
        run.send();
        run.answer(&answer(401, ""));
        run.wait();
        run.answer(&not_seen(endpoint));
        run.send();
        run.answer(&answer(401, ""));
        assert_eq!(run.wait().1.method(), "POST", "{endpoint:?}");
        run.answer(&done(endpoint));
        assert_eq!(run.end(), Some(End::Fulfilled));
    }
}

#[test]
fn an_answer_to_nothing_is_not_looked_at() {
    for &endpoint in Endpoint::ALL {
        let mut run = Run::of(endpoint);
        let before = run.delivery.clone();
        run.answer(&done(endpoint));
        run.unanswered();
        assert_eq!(run.delivery, before, "nothing was sent");
        run.send();
        run.answer(&answer(429, ""));
        let waiting = run.delivery.clone();
        run.answer(&done(endpoint));
        run.unanswered();
        assert_eq!(run.delivery, waiting, "it was answered");
        assert!(matches!(run.next(), Next::Wait(_)));
        run.wait();
        run.answer(&done(endpoint));
        let over = run.delivery.clone();
        run.answer(&answer(400, ""));
        run.unanswered();
        assert_eq!(run.delivery, over, "it is over");
        assert_eq!(run.end(), Some(End::Fulfilled));
    }
}

#[test]
fn a_receipt_says_what_became_of_it() {
    let delivery = || Delivery::new(action(resource_role(Endpoint::GroupMembers)), settings()).unwrap();
    assert_eq!(delivery().action(), &action(crate::member()));
    let receipt = delivery().receipt(&End::Fulfilled).expect("done");
    assert_eq!((receipt.outcome, receipt.reason, receipt.attempt), (Outcome::Fulfilled, None, 3));
    assert_eq!(delivery().receipt(&End::Expired), None);
    let run = Run::written(Endpoint::GroupMembers, &error(400, "x"));
    let end = run.end().expect("failed");
    let receipt = delivery().receipt(&end).expect("failed");
    assert_eq!(receipt.outcome, Outcome::Failed);
    assert_eq!(receipt.resource_role, crate::member());
    assert_eq!(receipt.reason.expect("a reason").code(), "rejected");
}

/// A list that cannot be read is requested again, since a gateway may have sent it. In the end, the delivery
/// fails as unreadable.
#[test]
fn a_list_that_cannot_be_read_is_not_out_of_patience() {
    for endpoint in [Endpoint::AppRoles, Endpoint::GroupEligibility, Endpoint::DirectoryAssignments] {
        for body in ["<html>", "{}", r#"{"value":{}}"#] {
            let mut run = Run::written(endpoint, &maybe_there(endpoint));
            let mut looks = 0;
            while let Some(request) = run.request() {
                assert_eq!(request.method(), "GET");
                run.answer(&answer(200, body));
                looks += 1;
            }
            assert_eq!(run.cause(), Some(FailureCause::Unreadable), "{endpoint:?} {body}");
            assert!(looks > 2, "{looks}");

            let mut run = Run::written(endpoint, &maybe_there(endpoint));
            run.send();
            run.answer(&answer(200, body));
            run.wait();
            run.answer(&seen(endpoint));
            assert_eq!(run.end(), Some(End::Fulfilled), "{endpoint:?} {body}");
        }
    }
}
