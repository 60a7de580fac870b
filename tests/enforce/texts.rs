//! The exact texts of causes, reasons and errors.

use std::collections::HashSet;

use access_package::FailureReason;
use access_package::graph::Endpoint;
use access_package::graph::enforce::{DeliveryError, End, Failure, FailureCause};

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
            "a permission is missing: the response was `403`, `PermissionScopeNotGranted` (request `aa324f0f`)",
            "; obtain the permission `PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup`",
        ),
        (
            failure(Endpoint::AppRoles, &answer(403, "")),
            "notAllowed",
            "the request is not allowed: the response was `403`",
            "; obtain the permission `AppRoleAssignment.ReadWrite.All` and `Application.Read.All`",
        ),
        (
            failure(Endpoint::AppRoles, &answer(400, "")),
            "rejected",
            "the request was rejected: the response was `400`",
            "",
        ),
        (
            failure(Endpoint::DirectoryEligibility, &answer(201, r#"{"status":"Denied"}"#)),
            "declined",
            "the schedule request was not carried out: the response was `201`, `Denied`",
            "",
        ),
        (
            failure(
                Endpoint::AppRoles,
                &answer(418, r#"{"error":{"code":"a","innerError":{"code":"b","innerError":{"code":"c"}}}}"#),
            ),
            "rejected",
            "the request was rejected: the response was `418`, `c`",
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
    assert_eq!(failure.to_string(), "the grant did not succeed in time");
}

/// Whatever the service says, a reason is short and not cut within a character.
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
            "the group is dynamic: its rule determines its members",
            Some("change the group's rule, or remove the group from the access package"),
        ),
        (
            FailureCause::SyncedGroup,
            "syncedGroup",
            "the group is synchronized from an on-premises directory",
            Some("change the group in its on-premises directory"),
        ),
        (
            FailureCause::MailEnabledGroup,
            "mailEnabledGroup",
            "the group is managed in Exchange",
            Some("change the group in Exchange"),
        ),
        (
            FailureCause::RoleAssignableGroup,
            "roleAssignableGroup",
            "the group is role-assignable, which requires an additional permission",
            Some("obtain the permission `RoleManagement.ReadWrite.Directory`"),
        ),
        (
            FailureCause::MissingPermission,
            "missingPermission",
            "a permission is missing",
            None, // it depends on the endpoint
        ),
        (
            FailureCause::NotAllowed,
            "notAllowed",
            "the request is not allowed",
            None, // it depends on the endpoint
        ),
        (
            FailureCause::NotFound,
            "notFound",
            "the resource, its role or the target does not exist",
            Some("restore the resource, or remove it from the access package"),
        ),
        (
            FailureCause::Policy,
            "policy",
            "a Privileged Identity Management policy does not allow it",
            Some("change the role's policy in Privileged Identity Management"),
        ),
        (FailureCause::Declined, "declined", "the schedule request was not carried out", None),
        (FailureCause::Rejected, "rejected", "the request was rejected", None),
        (
            FailureCause::NotAuthenticated,
            "notAuthenticated",
            "the token was not accepted",
            Some("get a new token for the service that the request goes to"),
        ),
        (FailureCause::Unreadable, "unreadable", "the service's list cannot be read", None),
        (FailureCause::TimedOut, "timedOut", "the grant did not succeed in time", None),
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
        (DeliveryError::OriginSystem, "unknownOriginSystem", "no request is known for this origin system"),
        (
            DeliveryError::Azure,
            "azureRole",
            "Azure roles are assigned through Azure Resource Manager, not Microsoft Graph",
        ),
        (
            DeliveryError::SiteWithoutReading,
            "siteWithoutReading",
            "the role number of a SharePoint site is ambiguous: choose how to read it",
        ),
        (DeliveryError::NotInSite, "notInSite", "resource role is not in a SharePoint site"),
        (
            DeliveryError::SiteUrl,
            "invalidSiteUrl",
            "not a site URL: expected a URL such as `https://contoso.sharepoint.com/sites/campaign`",
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
