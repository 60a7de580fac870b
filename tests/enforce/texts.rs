//! What is said: causes, reasons and errors, to the letter.

use std::collections::HashSet;

use access_package::FailureReason;
use access_package::graph::Endpoint;
use access_package::graph::enforce::{Cannot, End, Failure, FailureCause};

use crate::{Run, answer, error, with_headers};

fn failure(endpoint: Endpoint, response: &http::Response<String>) -> Failure {
    match Run::written(endpoint, response).end() {
        Some(End::Failed(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_failure_says_what_was_answered_and_what_helps() {
    let denied = with_headers(
        403,
        &[("request-id", "aa324f0f")],
        r#"{"error":{"code":"UnknownError","message":"{\"errorCode\":\"PermissionScopeNotGranted\"}"}}"#,
    );
    let cases = [
        (
            failure(Endpoint::GroupEligibility, &denied),
            "missingPermission",
            "a permission is missing: the answer was `403`, `PermissionScopeNotGranted` (request `aa324f0f`)",
            "; obtain the permission `PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup`",
        ),
        (
            failure(Endpoint::AppRoles, &answer(403, "")),
            "notAllowed",
            "it is not allowed: the answer was `403`",
            "; obtain the permission `AppRoleAssignment.ReadWrite.All` and `Application.Read.All`",
        ),
        (
            failure(Endpoint::AppRoles, &answer(400, "")),
            "rejected",
            "the request was rejected: the answer was `400`",
            "",
        ),
        (
            failure(Endpoint::DirectoryEligibility, &answer(201, r#"{"status":"Denied"}"#)),
            "declined",
            "the schedule request was not carried out: the answer was `201`, `Denied`",
            "",
        ),
        (
            failure(
                Endpoint::AppRoles,
                &answer(418, r#"{"error":{"code":"a","innerError":{"code":"b","innerError":{"code":"c"}}}}"#),
            ),
            "rejected",
            "the request was rejected: the answer was `418`, `c`",
            "",
        ),
    ];
    for (failure, code, text, help) in cases {
        assert_eq!(failure.to_string(), text);
        assert_eq!(failure.reason().code(), code);
        assert_eq!(failure.reason().words(), format!("{text}{help}"));
    }
}

#[test]
fn a_failure_without_an_answer_says_so() {
    let mut run = Run::of(Endpoint::AppRoles);
    while let Some(request) = run.request() {
        assert!(["GET", "POST"].contains(&request.method().as_str()));
        run.unanswered();
    }
    let Some(End::Failed(failure)) = run.end() else { panic!("failed") };
    assert_eq!((failure.status, failure.code.as_ref(), failure.request_id.as_ref()), (None, None, None));
    assert_eq!(failure.to_string(), "it did not succeed in time");
}

/// Whatever a service says, a reason stays short and whole.
#[test]
fn words_of_the_service_are_cut_at_64_bytes() {
    for (word, kept) in [
        ("a".repeat(64), "a".repeat(64)),
        ("a".repeat(65), "a".repeat(64)),
        (format!("{}é", "a".repeat(63)), "a".repeat(63)),
        (format!("{}é", "a".repeat(62)), format!("{}é", "a".repeat(62))),
        ("é".repeat(10_000), "é".repeat(32)),
        (String::new(), String::new()),
    ] {
        let failure = failure(Endpoint::AppRoles, &error(400, &word));
        assert_eq!(failure.code.as_deref(), Some(&*kept));
        assert!(failure.reason().words().len() <= FailureReason::MAX_WORDS);
    }
    let long = "r".repeat(1_000);
    let failure = failure(Endpoint::AppRoles, &with_headers(400, &[("request-id", &long)], ""));
    assert_eq!(failure.request_id, Some("r".repeat(64)));
}

#[test]
fn every_cause_has_a_code_a_text_and_what_helps() {
    let texts = [
        (
            FailureCause::DynamicGroup,
            "dynamicGroup",
            "the members of the group follow from its rule",
            Some("change the rule of the group, or take the group out of the access package"),
        ),
        (
            FailureCause::SyncedGroup,
            "syncedGroup",
            "the group is kept in a directory on premises",
            Some("change the group in the directory on premises that it comes from"),
        ),
        (
            FailureCause::MailEnabledGroup,
            "mailEnabledGroup",
            "the group is kept in Exchange",
            Some("change the group in Exchange"),
        ),
        (
            FailureCause::RoleAssignableGroup,
            "roleAssignableGroup",
            "roles can be assigned to the group, and that takes a permission of its own",
            Some("obtain the permission `RoleManagement.ReadWrite.Directory`"),
        ),
        (
            FailureCause::MissingPermission,
            "missingPermission",
            "a permission is missing",
            None, // it depends on where
        ),
        (
            FailureCause::NotAllowed,
            "notAllowed",
            "it is not allowed",
            None, // it depends on where
        ),
        (
            FailureCause::NotFound,
            "notFound",
            "the resource, its role or the target does not exist",
            Some("bring the resource back, or take it out of the access package"),
        ),
        (
            FailureCause::Policy,
            "policy",
            "a policy of Privileged Identity Management does not allow it",
            Some("change the policy of the role in Privileged Identity Management"),
        ),
        (FailureCause::Declined, "declined", "the schedule request was not carried out", None),
        (FailureCause::Rejected, "rejected", "the request was rejected", None),
        (
            FailureCause::NotAuthenticated,
            "notAuthenticated",
            "the token was not taken",
            Some("get a new token, for the service that the request goes to"),
        ),
        (FailureCause::Unreadable, "unreadable", "what the service lists cannot be read", None),
        (FailureCause::OutOfPatience, "outOfPatience", "it did not succeed in time", None),
    ];
    assert!(texts.iter().map(|it| it.0).eq(FailureCause::ALL.iter().copied()));
    let mut codes = HashSet::new();
    for (cause, code, text, help) in texts {
        assert_eq!((cause.code(), &*cause.to_string(), cause.help()), (code, text, help));
        assert_eq!(format!("{cause:>100}"), format!("{text:>100}"));
        assert!(codes.insert(code));
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let texts = [
        (Cannot::OriginSystem, "unknownOriginSystem", "no request is known for this origin system"),
        (
            Cannot::Azure,
            "azureRole",
            "roles of Azure are assigned by Azure Resource Manager, and not by Microsoft Graph",
        ),
        (
            Cannot::SiteWithoutReading,
            "siteWithoutReading",
            "how the number of a role in a SharePoint site is to be read is not known",
        ),
        (Cannot::NotInSite, "notInSite", "resource role is not one in a SharePoint site"),
        (
            Cannot::SiteUrl,
            "invalidSiteUrl",
            "not the URL of a site: expected one such as `https://contoso.sharepoint.com/sites/campaign`",
        ),
    ];
    for (cannot, code, text) in texts {
        assert_eq!((cannot.to_string().as_str(), cannot.code()), (text, code));
        let reason = cannot.reason();
        assert_eq!((reason.code(), reason.words()), (code, text));
    }
}

#[test]
fn endpoints_are_shown_as_paths() {
    let paths = [
        "/groups/{id}/members",
        "/groups/{id}/owners",
        "/identityGovernance/privilegedAccess/group/eligibilitySchedule…",
        "/servicePrincipals/{id}/appRoleAssignedTo",
        "/roleManagement/directory/roleEligibilitySchedule…",
        "/roleManagement/directory/roleAssignmentSchedule…",
        "{site}/_api/web/roleassignments",
        "{site}/_api/web/sitegroups",
    ];
    assert!(Endpoint::ALL.iter().map(ToString::to_string).eq(paths));
    assert_eq!(format!("{:>30}", Endpoint::GroupOwners), format!("{:>30}", "/groups/{id}/owners"));
}
