//! Carrying an action out: the requests, the effect of each answer, and the end. The table of answers is
//! tested row by row: the machine's next step shows what a row means.
#![cfg(feature = "http")]

mod batch;
mod ends;
mod groups;
mod look;
mod observe;
mod obstacles;
mod pauses;
mod requests;
mod sites;
mod table;
mod texts;

use access_package::graph::enforce::{
    Delivery, DeliveryError, End, FailureCause, Next, Settings, SiteReading,
};
use access_package::graph::{BaseUrl, Endpoint};
use access_package::{Action, Activation, AssignmentId, GroupAccess, ObjectId, ResourceRole, Timestamp};
use http::{Request, Response};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const GROUP: &str = "0282e19d-bf41-435d-92a4-99bab93af305";
pub(crate) const TARGET: &str = "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0";
pub(crate) const OTHER: &str = "8586ddc8-0ff7-4c24-9c79-f192bc3566e3";
pub(crate) const APP_ROLE: &str = "e18f0405-fdec-4ae8-a8a0-d8edb98b061f";
pub(crate) const SITE: &str = "https://contoso.sharepoint.com/sites/campaign";
pub(crate) const LOGIN: &str = "i:0#.f|membership|o'hara@contoso.com";
pub(crate) const V1: &str = "https://graph.microsoft.com/v1.0";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub(crate) fn now() -> Timestamp {
    at("2026-11-28T12:00:00Z")
}

/// The instant, this many ticks of 100 nanoseconds later.
pub(crate) fn later(instant: Timestamp, ticks: i64) -> Timestamp {
    Timestamp::from_unix_ticks(instant.unix_ticks() + ticks).expect("an instant")
}

pub(crate) const SECOND: i64 = 10_000_000;

pub(crate) fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    (to.unix_ticks() - from.unix_ticks()) / SECOND
}

pub(crate) fn id(text: &str) -> ObjectId {
    text.parse().expect("an id")
}

pub(crate) fn uuid(text: &str) -> Uuid {
    text.parse().expect("an id")
}

pub(crate) fn group(access: GroupAccess) -> ResourceRole {
    ResourceRole::Group { group: id(GROUP), access }
}

pub(crate) fn member() -> ResourceRole {
    group(GroupAccess::Member)
}

/// A resource role that this endpoint keeps.
pub(crate) fn resource_role(endpoint: Endpoint) -> ResourceRole {
    let directory = |activation| ResourceRole::Directory { definition: uuid(GROUP), activation };
    match endpoint {
        Endpoint::GroupMembers => member(),
        Endpoint::GroupOwners => group(GroupAccess::Owner),
        Endpoint::GroupEligibility => group(GroupAccess::EligibleMember(uuid(APP_ROLE))),
        Endpoint::AppRoles => {
            ResourceRole::Application { service_principal: id(GROUP), app_role: uuid(APP_ROLE) }
        }
        Endpoint::DirectoryEligibility => directory(Activation::Eligible),
        Endpoint::DirectoryAssignments => directory(Activation::Active),
        Endpoint::SiteRoles => ResourceRole::SharePointSite { site: SITE.into(), role: 1_073_741_827 },
        Endpoint::SiteGroups => ResourceRole::SharePointSite { site: SITE.into(), role: 4 },
    }
}

pub(crate) fn action(resource_role: ResourceRole) -> Action {
    let assignment: AssignmentId = "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47".parse().expect("an id");
    Action { assignment, attempt: 3, target: id(TARGET), resource_role, end: None }
}

pub(crate) fn base_url() -> BaseUrl {
    "https://graph.microsoft.com".parse().expect("a base URL")
}

pub(crate) fn settings() -> Settings {
    Settings::new(base_url())
}

pub(crate) fn reading(endpoint: Endpoint) -> Option<SiteReading> {
    match endpoint {
        Endpoint::SiteRoles => Some(SiteReading::RoleDefinition { principal: 17 }),
        Endpoint::SiteGroups => Some(SiteReading::Group { login_name: LOGIN.into() }),
        Endpoint::GroupMembers
        | Endpoint::GroupOwners
        | Endpoint::GroupEligibility
        | Endpoint::AppRoles
        | Endpoint::DirectoryEligibility
        | Endpoint::DirectoryAssignments => None,
    }
}

pub(crate) fn delivery(
    endpoint: Endpoint,
    action: Action,
    settings: Settings,
) -> Result<Delivery, DeliveryError> {
    match reading(endpoint) {
        Some(reading) => Delivery::in_site(action, reading, settings),
        None => Delivery::new(action, settings),
    }
}

/// The machine, and a clock that moves only when the machine waits.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) delivery: Delivery,
    pub(crate) now: Timestamp,
}

impl Run {
    pub(crate) fn of(endpoint: Endpoint) -> Self {
        Self::with(endpoint, settings())
    }

    pub(crate) fn with(endpoint: Endpoint, settings: Settings) -> Self {
        let delivery = delivery(endpoint, action(resource_role(endpoint)), settings);
        Self { delivery: delivery.expect("it can be expressed"), now: now() }
    }

    pub(crate) fn next(&mut self) -> Next {
        self.delivery.next(self.now)
    }

    /// The request to send now.
    pub(crate) fn send(&mut self) -> Request<String> {
        match self.next() {
            Next::Send(request) => request,
            other => panic!("{other:?}"),
        }
    }

    /// The pause in seconds, and the request to send after it.
    pub(crate) fn wait(&mut self) -> (i64, Request<String>) {
        let before = self.now;
        match self.next() {
            Next::Wait(until) => {
                assert!(until > self.now, "it waits for the past");
                self.now = until;
                (seconds(before, until), self.send())
            }
            other => panic!("{other:?}"),
        }
    }

    /// The next request, whenever it is due. `None` if the delivery is over.
    pub(crate) fn request(&mut self) -> Option<Request<String>> {
        match self.next() {
            Next::Send(request) => Some(request),
            Next::Done(_) => None,
            Next::Wait(_) => Some(self.wait().1),
        }
    }

    pub(crate) fn answer(&mut self, response: &Response<String>) {
        self.delivery.answered(response, self.now);
    }

    pub(crate) fn unanswered(&mut self) {
        self.delivery.unanswered(self.now);
    }

    /// Answers the first write, and continues from there.
    pub(crate) fn written(endpoint: Endpoint, response: &Response<String>) -> Self {
        let mut run = Self::of(endpoint);
        run.send();
        run.answer(response);
        run
    }

    /// The end, if it is over.
    pub(crate) fn end(&self) -> Option<End> {
        match self.delivery.clone().next(self.now) {
            Next::Done(end) => Some(end),
            Next::Send(_) | Next::Wait(_) => None,
        }
    }

    /// The cause, if it has failed.
    pub(crate) fn cause(&self) -> Option<FailureCause> {
        match self.end() {
            Some(End::Failed(failure)) => Some(failure.cause),
            Some(End::Fulfilled | End::Expired) | None => None,
        }
    }
}

pub(crate) fn answer(status: u16, body: &str) -> Response<String> {
    with_headers(status, &[], body)
}

pub(crate) fn with_headers(status: u16, headers: &[(&str, &str)], body: &str) -> Response<String> {
    let builder =
        headers.iter().fold(Response::builder().status(status), |it, (name, value)| it.header(*name, *value));
    builder.body(body.into()).expect("an answer")
}

pub(crate) fn error(status: u16, code: &str) -> Response<String> {
    let error = json!({ "error": { "code": code, "message": "No." } });
    answer(status, &error.to_string())
}

pub(crate) fn of_json(status: u16, body: &Value) -> Response<String> {
    answer(status, &body.to_string())
}

/// The answer to a look that does not find the grant.
pub(crate) fn not_seen(endpoint: Endpoint) -> Response<String> {
    match endpoint {
        Endpoint::GroupMembers | Endpoint::GroupOwners | Endpoint::SiteRoles | Endpoint::SiteGroups => {
            error(404, "Request_ResourceNotFound")
        }
        Endpoint::GroupEligibility
        | Endpoint::AppRoles
        | Endpoint::DirectoryEligibility
        | Endpoint::DirectoryAssignments => answer(200, r#"{ "value": [] }"#),
    }
}

/// An item of a list which says that the target has the resource role.
pub(crate) fn item(endpoint: Endpoint) -> Value {
    match endpoint {
        Endpoint::GroupMembers | Endpoint::GroupOwners => json!({ "id": TARGET }),
        Endpoint::GroupEligibility => {
            json!({ "principalId": TARGET, "groupId": GROUP, "accessId": "member", "memberType": "Direct" })
        }
        Endpoint::AppRoles => json!({ "principalId": TARGET, "resourceId": GROUP, "appRoleId": APP_ROLE }),
        Endpoint::DirectoryEligibility => json!({
            "principalId": TARGET, "roleDefinitionId": GROUP, "directoryScopeId": "/", "memberType": "Direct",
        }),
        Endpoint::DirectoryAssignments => json!({
            "principalId": TARGET, "roleDefinitionId": GROUP, "directoryScopeId": "/", "memberType": "Direct",
            "assignmentType": "Assigned",
        }),
        Endpoint::SiteRoles => json!({ "Id": 1_073_741_827 }),
        Endpoint::SiteGroups => json!({ "Id": 17 }),
    }
}

/// The answer to a look that finds the grant.
pub(crate) fn seen(endpoint: Endpoint) -> Response<String> {
    let body = match endpoint {
        Endpoint::GroupMembers | Endpoint::GroupOwners | Endpoint::SiteGroups => item(endpoint),
        Endpoint::SiteRoles => json!({ "RoleDefinitionBindings": [item(endpoint)] }),
        Endpoint::GroupEligibility
        | Endpoint::AppRoles
        | Endpoint::DirectoryEligibility
        | Endpoint::DirectoryAssignments => json!({ "value": [item(endpoint)] }),
    };
    of_json(200, &body)
}

/// The answer that means success.
pub(crate) fn done(endpoint: Endpoint) -> Response<String> {
    match endpoint {
        Endpoint::GroupMembers | Endpoint::GroupOwners => answer(204, ""),
        Endpoint::AppRoles => answer(201, r#"{ "id": "a" }"#),
        Endpoint::GroupEligibility | Endpoint::DirectoryEligibility | Endpoint::DirectoryAssignments => {
            answer(201, r#"{ "status": "Provisioned" }"#)
        }
        Endpoint::SiteRoles | Endpoint::SiteGroups => answer(200, ""),
    }
}
