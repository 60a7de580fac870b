//! Answers in Graph's shapes, and its errors by their codes.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::kind::Kind;
use crate::{Problem, now};

pub struct Answer {
    pub status: StatusCode,
    pub retry_after: Option<String>,
    pub body: Body,
}

pub enum Body {
    None,
    Json(Value),
    Text(String),
}

/// What a caller gets: an answer, or none.
pub enum Reply {
    Answer(Answer),
    Lost(Loss),
}

/// How an answer is lost: the connection is closed, or stays open and silent.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Loss {
    Dropped,
    Withheld,
}

/// Why something ends early: with an answer for the caller, or because the directory itself fails.
pub enum Stop {
    Answer(Answer),
    Problem(Problem),
}

impl From<Answer> for Stop {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

pub const BAD_REQUEST: &str = "Request_BadRequest";
pub const DENIED: &str = "Authorization_RequestDenied";
pub const NOT_FOUND: &str = "Request_ResourceNotFound";
pub const INVALID_SCHEDULE: &str = "InvalidRoleAssignmentRequest";
pub const EXISTS: &str = "RoleAssignmentExists";
pub const NOT_A_REFERENCE: &str = "Not a valid reference update.";

/// The codes with their statuses and texts. A status stands for the first code that has it.
const ERRORS: [(&str, u16, &str); 26] = [
    ("BadRequest", 400, "Write requests are only supported on contained entities"),
    (BAD_REQUEST, 400, NOT_A_REFERENCE),
    (EXISTS, 400, "The Role assignment already exists."),
    ("PendingRoleAssignmentRequest", 400, "There is already a pending role assignment request."),
    ("RoleNotFound", 400, "The role is not found."),
    ("SubjectNotFound", 400, "The subject is not found."),
    ("ResourceIsLocked", 400, "The resource is locked."),
    ("RoleAssignmentDoesNotExist", 400, "The Role assignment does not exist."),
    (
        "RoleAssignmentRequestPolicyValidationFailed",
        400,
        r#"The following policy rules failed: ["ExpirationRule"]"#,
    ),
    (INVALID_SCHEDULE, 400, "The role assignment request is invalid."),
    // The report that shows this error gives no status: this one is our choice.
    (
        "Directory_ConcurrencyViolation",
        400,
        "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
    ),
    ("InvalidAuthenticationToken", 401, "Access token has expired or is not yet valid."),
    (DENIED, 403, "Insufficient privileges to complete the operation."),
    ("UnknownError", 403, SCOPE_NOT_GRANTED),
    (
        NOT_FOUND,
        404,
        "Resource does not exist or one of its queried reference-property objects are not present.",
    ),
    ("Conflict", 409, "The resource is in conflict with another request."),
    ("Locked", 423, "The resource is locked."),
    ("TooManyRequests", 429, "Too many requests."),
    ("activityLimitReached", 429, "The app or user has been throttled."),
    ("throttledRequest", 429, "Too many requests."),
    ("InternalServerError", 500, "There was an internal server error while processing the request."),
    ("BadGateway", 502, "The gateway received an invalid answer."),
    ("ServiceUnavailable", 503, "The service is unavailable."),
    ("serviceNotAvailable", 503, "The service is not available."),
    ("GatewayTimeout", 504, "The gateway received no answer in time."),
    ("BandwidthLimitExceeded", 509, "The bandwidth limit is exceeded."),
];

/// PIM's message for a missing permission: JSON as text.
const SCOPE_NOT_GRANTED: &str = r#"{"errorCode":"PermissionScopeNotGranted","message":"Authorization failed due to missing permission scope.","instanceAnnotations":[]}"#;

/// The status and the text of a code.
pub fn of_code(code: &str) -> Option<(u16, &'static str)> {
    ERRORS.iter().find(|(it, ..)| *it == code).map(|(_, status, message)| (*status, *message))
}

/// The code and the text of a status.
pub fn of_status(status: u16) -> (&'static str, &'static str) {
    let found = ERRORS.iter().find(|(_, it, _)| *it == status);
    found.map_or(("UnknownError", "An error has occurred."), |(code, _, message)| (*code, *message))
}

impl Answer {
    pub fn json(status: StatusCode, body: Value) -> Self {
        Self { status, retry_after: None, body: Body::Json(body) }
    }

    pub fn ok(body: Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub fn created(body: Value) -> Self {
        Self::json(StatusCode::CREATED, body)
    }

    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, retry_after: None, body: Body::None }
    }

    /// An error with the status and the text of its code.
    pub fn error(code: &str) -> Self {
        let (status, message) = of_code(code).unwrap_or((500, ""));
        Self::error_with(status, code, message)
    }

    /// An error with the status of its code and a text of its own.
    pub fn error_saying(code: &str, message: &str) -> Self {
        Self::error_with(of_code(code).map_or(500, |(status, _)| status), code, message)
    }

    pub fn error_with(status: u16, code: &str, message: &str) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::json(status, json!({ "error": { "code": code, "message": message } }))
    }

    pub fn not_found(id: Uuid) -> Self {
        let message = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::error_saying(NOT_FOUND, &message)
    }

    /// The error for access that is in place already.
    pub fn exists(kind: Kind) -> Self {
        let link = |name| {
            let message = format!(
                "One or more added object references already exist for the following modified properties: '{name}'."
            );
            Self::error_saying(BAD_REQUEST, &message)
        };
        match kind {
            Kind::Member => link("members"),
            Kind::Owner => link("owners"),
            Kind::AppRole => {
                Self::error_saying(BAD_REQUEST, "Permission being assigned already exists on the object")
            }
            Kind::GroupEligibility
            | Kind::RoleEligibility
            | Kind::RoleAssignment
            | Kind::Group
            | Kind::ServicePrincipal
            | Kind::Batch => Self::error(EXISTS),
        }
    }

    /// Adds the date and the ids of the request to the body of an error.
    pub fn about(mut self, request_id: &str, client_request_id: Option<&str>) -> Self {
        if let Body::Json(body) = &mut self.body
            && let Some(error) = body.get_mut("error")
        {
            error["innerError"]["date"] = now().to_string().into();
            error["innerError"]["request-id"] = request_id.into();
            error["innerError"]["client-request-id"] = client_request_id.unwrap_or(request_id).into();
        }
        self
    }
}
