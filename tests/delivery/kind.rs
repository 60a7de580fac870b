//! The kinds of grants: the requests for each, repeated here on purpose, and the answers to them.

use access_package::graph::enforce::{Delivery, DeliveryError, Settings, SiteReading};
use access_package::uuid::Uuid;
use access_package::{Action, Activation, GroupAccess, ResourceRole, Timestamp};
use http::{Method, Request};
use serde_json::{Value, json};

const GRAPH: &str = "https://graph.microsoft.com";
const SITE: &str = "https://contoso.sharepoint.com/sites/Sales";
const LOGIN_NAME: &str = "i:0#.f|membership|o'hara@contoso.com";

/// A kind of grant, by where it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Members,
    Owners,
    GroupEligibility,
    AppRoles,
    DirectoryEligibility,
    DirectoryAssignments,
    SiteRole,
    SiteGroup,
}

/// The purpose of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ask {
    Write,
    /// The first page, or the only one.
    Look,
    SecondPage,
    /// The group, to find out why it cannot be changed.
    Group,
}

const TARGET: &str = "00000000-0000-0000-0000-00000000000d";
const RESOURCE: &str = "00000000-0000-0000-0000-000000000001";
const APP_ROLE: &str = "00000000-0000-0000-0000-000000000005";
const OTHER: &str = "00000000-0000-0000-0000-000000000099";

fn id(text: &str) -> Uuid {
    text.parse().expect("a GUID")
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Members,
        Self::Owners,
        Self::GroupEligibility,
        Self::AppRoles,
        Self::DirectoryEligibility,
        Self::DirectoryAssignments,
        Self::SiteRole,
        Self::SiteGroup,
    ];

    /// The group itself holds the grant, as a reference.
    pub fn is_reference(self) -> bool {
        matches!(self, Self::Members | Self::Owners)
    }

    /// A schedule request of Privileged Identity Management makes the grant.
    pub fn is_schedule(self) -> bool {
        matches!(self, Self::GroupEligibility | Self::DirectoryEligibility | Self::DirectoryAssignments)
    }

    pub fn is_site(self) -> bool {
        matches!(self, Self::SiteRole | Self::SiteGroup)
    }

    pub fn delivery(self, end: Option<Timestamp>, settings: Settings) -> Result<Delivery, DeliveryError> {
        let group = |access| ResourceRole::Group { group: id(RESOURCE).into(), access };
        let directory = |activation| ResourceRole::Directory { definition: id(RESOURCE), activation };
        let resource_role = match self {
            Self::Members => group(GroupAccess::Member),
            Self::Owners => group(GroupAccess::Owner),
            Self::GroupEligibility => group(GroupAccess::EligibleMember(Uuid::from_u128(0x77))),
            Self::AppRoles => {
                ResourceRole::Application { service_principal: id(RESOURCE).into(), app_role: id(APP_ROLE) }
            }
            Self::DirectoryEligibility => directory(Activation::Eligible),
            Self::DirectoryAssignments => directory(Activation::Active),
            Self::SiteRole | Self::SiteGroup => ResourceRole::SharePointSite { site: SITE.into(), role: 4 },
        };
        let assignment = Uuid::from_u128(0xa).into();
        let action = Action { assignment, attempt: 1, target: id(TARGET).into(), resource_role, end };
        match self {
            Self::SiteRole => {
                Delivery::in_site(action, SiteReading::RoleDefinition { principal: 17 }, settings)
            }
            Self::SiteGroup => {
                Delivery::in_site(action, SiteReading::Group { login_name: LOGIN_NAME.into() }, settings)
            }
            _ => Delivery::new(action, settings),
        }
    }

    /// The purpose of the request, if the service knows it and it is for this grant, until this end.
    pub fn understand(
        self,
        request: &Request<String>,
        now: Timestamp,
        end: Option<Timestamp>,
    ) -> Option<Ask> {
        let uri = request.uri().to_string();
        let is_json = request.headers().get("accept").is_some_and(|it| it == "application/json");
        if !is_json || request.headers().contains_key("authorization") {
            return None;
        }
        if request.method() == Method::GET && request.body().is_empty() {
            if uri == self.look_url() {
                Some(Ask::Look)
            } else if self == Self::AppRoles && uri == self.second_page() {
                Some(Ask::SecondPage)
            } else if self.is_reference() && uri == group_url() {
                Some(Ask::Group)
            } else {
                None
            }
        } else {
            let body = match request.body().as_str() {
                "" => None,
                text => Some(serde_json::from_str(text).ok()?),
            };
            let (url, expected) = self.write(now, end);
            (request.method() == Method::POST && uri == url && body == expected).then_some(Ask::Write)
        }
    }

    fn write(self, now: Timestamp, end: Option<Timestamp>) -> (String, Option<Value>) {
        let reference = || Some(json!({ "@odata.id": format!("{GRAPH}/v1.0/directoryObjects/{TARGET}") }));
        let schedule = |more: Value| {
            let expiration = match end {
                Some(end) => json!({ "type": "afterDateTime", "endDateTime": end.to_string() }),
                None => json!({ "type": "noExpiration" }),
            };
            let mut body = json!({
                "action": "adminAssign",
                "principalId": TARGET,
                "justification": "Access package assignment 00000000-0000-0000-0000-00000000000a, attempt 1",
                "scheduleInfo": { "startDateTime": now.to_string(), "expiration": expiration },
            });
            let all = body.as_object_mut().expect("an object");
            all.extend(more.as_object().cloned().expect("an object"));
            Some(body)
        };
        let directory = || schedule(json!({ "roleDefinitionId": RESOURCE, "directoryScopeId": "/" }));
        let (rest, body) = match self {
            Self::Members => (format!("groups/{RESOURCE}/members/$ref"), reference()),
            Self::Owners => (format!("groups/{RESOURCE}/owners/$ref"), reference()),
            Self::GroupEligibility => (
                "identityGovernance/privilegedAccess/group/eligibilityScheduleRequests".into(),
                schedule(json!({ "accessId": "member", "groupId": RESOURCE })),
            ),
            Self::AppRoles => (
                format!("servicePrincipals/{RESOURCE}/appRoleAssignedTo"),
                Some(json!({ "principalId": TARGET, "resourceId": RESOURCE, "appRoleId": APP_ROLE })),
            ),
            Self::DirectoryEligibility => {
                ("roleManagement/directory/roleEligibilityScheduleRequests".into(), directory())
            }
            Self::DirectoryAssignments => {
                ("roleManagement/directory/roleAssignmentScheduleRequests".into(), directory())
            }
            Self::SiteRole => {
                let call = "addroleassignment(principalid=17,roledefid=4)";
                return (format!("{SITE}/_api/web/roleassignments/{call}"), None);
            }
            Self::SiteGroup => {
                let body = json!({ "LoginName": LOGIN_NAME });
                return (format!("{SITE}/_api/web/sitegroups/getbyid(4)/users"), Some(body));
            }
        };
        (format!("{GRAPH}/v1.0/{rest}"), body)
    }

    fn look_url(self) -> String {
        let rest = match self {
            Self::Members => format!("groups/{RESOURCE}/members/{TARGET}/$ref"),
            Self::Owners => format!("groups/{RESOURCE}/owners/{TARGET}/$ref"),
            Self::GroupEligibility => format!(
                "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?$filter=principalId%20eq%20'{TARGET}'"
            ),
            Self::AppRoles => format!("servicePrincipals/{RESOURCE}/appRoleAssignedTo?$top=999"),
            Self::DirectoryEligibility => format!(
                "roleManagement/directory/roleEligibilityScheduleInstances?$filter=principalId%20eq%20'{TARGET}'"
            ),
            Self::DirectoryAssignments => format!(
                "roleManagement/directory/roleAssignmentScheduleInstances?$filter=principalId%20eq%20'{TARGET}'"
            ),
            Self::SiteRole => {
                let query = "getbyprincipalid(17)?$expand=RoleDefinitionBindings";
                return format!("{SITE}/_api/web/roleassignments/{query}");
            }
            Self::SiteGroup => {
                let name = "i%3A0%23%2Ef%7Cmembership%7Co%27%27hara%40contoso%2Ecom";
                return format!("{SITE}/_api/web/sitegroups/getbyid(4)/users/getbyloginname(@v)?@v='{name}'");
            }
        };
        format!("{GRAPH}/v1.0/{rest}")
    }

    fn second_page(self) -> String {
        format!("{}&$skiptoken=2", self.look_url())
    }

    /// The status and the body of a look: the grant, visible from a time on; or no grant; or a link to
    /// another page. If the service is lost, the link leads to the same page again.
    pub fn seen(self, page: Page, end: Option<Timestamp>) -> (u16, String) {
        let since = match page {
            Page::Seen { since } => Some(since),
            Page::Unseen | Page::More | Page::MoreOfTheSame => None,
        };
        let item = |since: Timestamp, more: Value| {
            let mut item = json!({
                "principalId": TARGET,
                "startDateTime": since.to_string(),
                "endDateTime": end.map(|end| end.to_string()),
            });
            let all = item.as_object_mut().expect("an object");
            all.extend(more.as_object().cloned().expect("an object"));
            item
        };
        let epoch = Timestamp::from_unix_ticks(0).expect("in range");
        // Each page contains items that are nearly the grant.
        let (own, others): (Value, Vec<Value>) = match self {
            Self::Members | Self::Owners | Self::SiteGroup if since.is_none() => return (404, String::new()),
            Self::Members | Self::Owners => {
                let reference =
                    format!("{GRAPH}/v1.0/directoryObjects/{TARGET}/Microsoft.DirectoryServices.User");
                return (200, json!({ "@odata.id": reference }).to_string());
            }
            Self::SiteGroup => return (200, json!({ "Id": 17, "LoginName": LOGIN_NAME }).to_string()),
            Self::SiteRole => {
                let ids: &[u32] = if since.is_some() { &[7, 4] } else { &[7] };
                let bindings: Vec<_> = ids.iter().map(|id| json!({ "Id": id, "Name": "Read" })).collect();
                return (200, json!({ "PrincipalId": 17, "RoleDefinitionBindings": bindings }).to_string());
            }
            Self::GroupEligibility => (
                json!({ "groupId": RESOURCE, "accessId": "member", "memberType": "Direct" }),
                vec![
                    json!({ "groupId": RESOURCE, "accessId": "owner", "memberType": "Direct" }),
                    json!({ "groupId": OTHER, "accessId": "member", "memberType": "Direct" }),
                    json!({ "groupId": RESOURCE, "accessId": "member", "memberType": "Group" }),
                ],
            ),
            Self::AppRoles => (
                json!({ "resourceId": RESOURCE, "appRoleId": APP_ROLE }),
                vec![
                    json!({ "resourceId": RESOURCE, "appRoleId": OTHER }),
                    json!({ "resourceId": RESOURCE, "appRoleId": APP_ROLE, "principalId": OTHER }),
                ],
            ),
            Self::DirectoryEligibility | Self::DirectoryAssignments => {
                let active = self == Self::DirectoryAssignments;
                let mut own =
                    json!({ "roleDefinitionId": RESOURCE, "directoryScopeId": "/", "memberType": "Direct" });
                let mut others = vec![
                    json!({ "roleDefinitionId": OTHER, "directoryScopeId": "/", "memberType": "Direct" }),
                    json!({ "roleDefinitionId": RESOURCE, "directoryScopeId": "/x", "memberType": "Direct" }),
                    json!({ "roleDefinitionId": RESOURCE, "directoryScopeId": "/", "memberType": "Group" }),
                ];
                if active {
                    let mut activated = own.clone();
                    activated["assignmentType"] = "Activated".into();
                    others.push(activated);
                    own["assignmentType"] = "Assigned".into();
                }
                (own, others)
            }
        };
        let items = others.into_iter().map(|other| item(epoch, other));
        let items: Vec<_> = items.chain(since.map(|since| item(since, own))).collect();
        let mut body = json!({ "value": items });
        match page {
            Page::Seen { .. } | Page::Unseen => {}
            Page::More => body["@odata.nextLink"] = self.second_page().into(),
            Page::MoreOfTheSame => body["@odata.nextLink"] = self.look_url().into(),
        }
        (200, body.to_string())
    }
}

/// A page of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Seen { since: Timestamp },
    Unseen,
    More,
    MoreOfTheSame,
}

fn group_url() -> String {
    let select = "groupTypes,mailEnabled,isAssignableToRole,onPremisesSyncEnabled";
    format!("{GRAPH}/v1.0/groups/{RESOURCE}?$select={select}")
}
