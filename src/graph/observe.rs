//! Observes what is in place: reads from Microsoft Graph who has a resource role.
//!
//! One [`Listing`] covers everybody who has a resource role, and every other resource role in the same list of Graph.
//! So read the members of a group once, not once for each assignment. [`Holders`] reads the list page by page.
//!
//! ```
//! use access_package::graph::observe::{Holders, Listing, Replication};
//! use access_package::{Observed, ResourceRole, Timestamp};
//! # fn send(request: http::Request<String>) -> http::Response<String> {
//! #     assert!(request.uri().path().ends_with("/members"));
//! #     http::Response::new(r#"{ "value": [{ "id": "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0" }] }"#.into())
//! # }
//! # let now = Timestamp::MIN;
//!
//! let group = "0282e19d-bf41-435d-92a4-99bab93af305";
//! let member = ResourceRole::from_origin("AadGroup", group, &format!("Member_{group}"), None)?;
//!
//! let listing = Listing::of(&member).expect("Graph lists the members of a group");
//! let mut holders = Holders::new(listing, "https://graph.microsoft.com".parse()?);
//! while let Some(request) = holders.request() {
//!     holders.read(&send(request), now)?; // add your token to the request
//! }
//! let target = "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0".parse()?;
//! assert_eq!(holders.observed(&member, target, Replication::Complete), Observed::Present);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use ::http::{Request, Response, StatusCode, Uri};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use uuid::Uuid;

use super::endpoint::{BaseUrl, Endpoint, get};
use super::http::CallError;
use super::json::ReadError;
use super::object::Object;
use crate::action::has_ended;
use crate::assignment::Observed;
use crate::id::ObjectId;
use crate::resource_role::{GroupAccess, ResourceRole};
use crate::timestamp::Timestamp;

/// A list in Microsoft Graph of who has certain resource roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Listing {
    endpoint: Endpoint,
    /// The group, service principal or role definition.
    resource: Uuid,
}

impl Listing {
    /// The list that shows who has this resource role. `None` if Graph has no such list; see [`Endpoint::of`].
    ///
    /// One listing can cover several resource roles: all app roles of an application, or the eligible members and the
    /// eligible owners of a group.
    #[must_use]
    pub fn of(resource_role: &ResourceRole) -> Option<Self> {
        let endpoint = Endpoint::of(resource_role)?;
        let resource = match resource_role {
            ResourceRole::Group { group: id, .. }
            | ResourceRole::Application { service_principal: id, .. } => id.as_uuid(),
            ResourceRole::Directory { definition, .. } => *definition,
            ResourceRole::SharePointSite { .. } | ResourceRole::Azure { .. } | ResourceRole::Other(_) => {
                return None;
            }
        };
        Some(Self { endpoint, resource })
    }

    /// The endpoint of the list.
    #[must_use]
    pub const fn endpoint(self) -> Endpoint {
        self.endpoint
    }

    /// The group, service principal or role definition.
    pub(super) const fn resource(self) -> Uuid {
        self.resource
    }

    /// The path below the version: of the whole list, or of the shortest one that covers this target.
    fn rest(self, target: Option<ObjectId>) -> String {
        let Self { endpoint, resource } = self;
        let filter = |own: &str| {
            target.map_or_else(
                || format!("{own}%20eq%20'{resource}'"),
                |target| format!("principalId%20eq%20'{target}'"),
            )
        };
        match (endpoint, target) {
            // This is observed to work, although no page documents it. The whole list can be very long.
            (Endpoint::GroupMembers, Some(target)) => format!("groups/{resource}/members/{target}/$ref"),
            (Endpoint::GroupOwners, Some(target)) => format!("groups/{resource}/owners/{target}/$ref"),
            (Endpoint::GroupMembers, None) => format!("groups/{resource}/members?$select=id&$top=999"),
            (Endpoint::GroupOwners, None) => format!("groups/{resource}/owners?$select=id&$top=999"),
            (Endpoint::GroupEligibility, _) => format!(
                "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?$filter={}",
                filter("groupId")
            ),
            // No page documents a filter by principal.
            (Endpoint::AppRoles, _) => format!("servicePrincipals/{resource}/appRoleAssignedTo?$top=999"),
            (Endpoint::DirectoryEligibility, _) => format!(
                "roleManagement/directory/roleEligibilityScheduleInstances?$filter={}",
                filter("roleDefinitionId")
            ),
            (Endpoint::DirectoryAssignments, _) => format!(
                "roleManagement/directory/roleAssignmentScheduleInstances?$filter={}",
                filter("roleDefinitionId")
            ),
            // These have no listing.
            (Endpoint::SiteRoles | Endpoint::SiteGroups, _) => String::new(),
        }
    }
}

/// Whether the directory has had time to replicate since the last possible grant ([R39](crate::policy#r39)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Replication {
    /// It has had time, so a grant that is not visible is absent. Five minutes are enough (our choice).
    Complete,
    /// It may not have had time.
    InProgress,
}

/// Who has the resource roles of one [`Listing`], as far as its pages have been read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Holders {
    listing: Listing,
    asked: Asked,
    base_url: BaseUrl,
    next: Option<Uri>,
    held: BTreeSet<(Uuid, Held)>,
}

/// The targets that the reader asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Asked {
    Everybody,
    /// The list contains everybody, but only these are kept.
    Several(BTreeSet<Uuid>),
    /// The list is as short as Graph allows.
    One(ObjectId),
}

impl Asked {
    fn is_of(&self, target: Uuid) -> bool {
        match self {
            Self::Everybody => true,
            Self::Several(targets) => targets.contains(&target),
            Self::One(asked) => asked.as_uuid() == target,
        }
    }
}

/// One of the resource roles of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Held {
    /// The only resource role of the listing.
    It,
    Member,
    Owner,
    AppRole(Uuid),
}

impl Held {
    const fn of(resource_role: &ResourceRole) -> Self {
        match resource_role {
            ResourceRole::Group { access: GroupAccess::EligibleMember(_), .. } => Self::Member,
            ResourceRole::Group { access: GroupAccess::EligibleOwner(_), .. } => Self::Owner,
            ResourceRole::Application { app_role, .. } => Self::AppRole(*app_role),
            ResourceRole::Group { access: GroupAccess::Member | GroupAccess::Owner, .. }
            | ResourceRole::Directory { .. }
            | ResourceRole::SharePointSite { .. }
            | ResourceRole::Azure { .. }
            | ResourceRole::Other(_) => Self::It,
        }
    }
}

/// A page of a list, or a single item.
#[derive(Deserialize)]
struct Page {
    value: Option<Vec<Object<Item>>>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    /// The GUID of an object. The id of a grant can be anything.
    id: Option<Value>,
    principal_id: Option<ObjectId>,
    group_id: Option<ObjectId>,
    access_id: Option<String>,
    app_role_id: Option<ObjectId>,
    role_definition_id: Option<ObjectId>,
    directory_scope_id: Option<String>,
    member_type: Option<String>,
    assignment_type: Option<String>,
    start_date_time: Option<Timestamp>,
    end_date_time: Option<Timestamp>,
}

impl Listing {
    /// Who holds which resource role by this item. `None` if the item is about something else, or does not apply now.
    fn held_by(self, item: &Item, now: Timestamp) -> Result<Option<(Uuid, Held)>, ReadError> {
        let needed = |id: Option<ObjectId>, name: &str| {
            id.map(ObjectId::as_uuid).ok_or_else(|| super::json::missing(&format!("value[].{name}")))
        };
        let is = |text: &Option<String>, word: &str| {
            text.as_deref().is_some_and(|text| text.eq_ignore_ascii_case(word))
        };
        let is_of_resource = |id: Option<ObjectId>| id.map(ObjectId::as_uuid) == Some(self.resource);
        let held = match self.endpoint {
            Endpoint::GroupMembers | Endpoint::GroupOwners => {
                let id = item.id.as_ref().and_then(Value::as_str).and_then(|id| id.parse().ok());
                return Ok(Some((needed(id, "id")?, Held::It)));
            }
            Endpoint::GroupEligibility => [("member", Held::Member), ("owner", Held::Owner)]
                .into_iter()
                .find(|(word, _)| is_of_resource(item.group_id) && is(&item.access_id, word))
                .map(|(_, held)| held),
            Endpoint::AppRoles => Some(Held::AppRole(needed(item.app_role_id, "appRoleId")?)),
            Endpoint::DirectoryEligibility | Endpoint::DirectoryAssignments => {
                // An activated role ends by itself.
                let is_activated = is(&item.assignment_type, "Activated");
                let is_whole = is(&item.directory_scope_id, "/");
                (is_of_resource(item.role_definition_id) && is_whole && !is_activated).then_some(Held::It)
            }
            Endpoint::SiteRoles | Endpoint::SiteGroups => None,
        };
        // A role through a group is a different grant.
        let is_direct = item.member_type.is_none() || is(&item.member_type, "Direct");
        let has_begun = item.start_date_time.is_none_or(|start| start <= now);
        match held {
            Some(held) if is_direct && has_begun && !has_ended(item.end_date_time, now) => {
                Ok(Some((needed(item.principal_id, "principalId")?, held)))
            }
            Some(_) | None => Ok(None),
        }
    }
}

impl Holders {
    /// A reader of the whole list, which keeps everybody.
    #[must_use]
    pub fn new(listing: Listing, base_url: BaseUrl) -> Self {
        Self::asked(listing, Asked::Everybody, base_url)
    }

    /// A reader of the whole list, which keeps only these targets. Its memory does not grow with the list.
    ///
    /// ```
    /// use access_package::graph::observe::{Holders, Listing, Replication};
    /// use access_package::{Observed, ObjectId, ResourceRole, Timestamp};
    ///
    /// let group = "0282e19d-bf41-435d-92a4-99bab93af305";
    /// let member = ResourceRole::from_origin("AadGroup", group, &format!("Member_{group}"), None)?;
    /// let [target, other] = [1, 2].map(|id| ObjectId::from_uuid(uuid::Uuid::from_u128(id)));
    ///
    /// let listing = Listing::of(&member).expect("Graph lists the members of a group");
    /// let mut holders = Holders::of_targets(listing, [target], "https://graph.microsoft.com".parse()?);
    /// let page = format!(r#"{{ "value": [{{ "id": "{target}" }}, {{ "id": "{other}" }}] }}"#);
    /// holders.read(&http::Response::new(page), Timestamp::MIN)?;
    /// assert_eq!(holders.observed(&member, target, Replication::Complete), Observed::Present);
    /// assert_eq!(holders.observed(&member, other, Replication::Complete), Observed::Unknown); // it was not asked for
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of_targets(
        listing: Listing,
        targets: impl IntoIterator<Item = ObjectId>,
        base_url: BaseUrl,
    ) -> Self {
        let targets = targets.into_iter().map(ObjectId::as_uuid).collect();
        Self::asked(listing, Asked::Several(targets), base_url)
    }

    /// A reader for one target only, with the shortest list that Graph offers.
    ///
    /// For members and owners of groups, that is one item. For eligible members and owners and for directory roles, it
    /// is a filtered list. For app roles, it is the whole list.
    #[must_use]
    pub fn of_target(listing: Listing, target: ObjectId, base_url: BaseUrl) -> Self {
        Self::asked(listing, Asked::One(target), base_url)
    }

    fn asked(listing: Listing, asked: Asked, base_url: BaseUrl) -> Self {
        let target = match asked {
            Asked::One(target) => Some(target),
            Asked::Everybody | Asked::Several(_) => None,
        };
        let next = Some(get(&base_url.below(&listing.rest(target))).uri().clone());
        Self { listing, asked, base_url, next, held: BTreeSet::new() }
    }

    /// The request for the next page. It has no token: add yours. `None` after the last page.
    #[must_use]
    pub fn request(&self) -> Option<Request<String>> {
        self.next.as_ref().map(|uri| get(&uri.to_string()))
    }

    /// Reads the response to that request, at this instant. A grant that has ended or has not begun does not count.
    ///
    /// # Errors
    /// Nothing changes, so [`request`](Self::request) returns the same page again.
    ///
    /// - [`LookError::Call`]: the service refuses, or asks you to call again later.
    /// - [`LookError::Read`]: the response is not a page of the list.
    /// - [`LookError::OtherService`]: the next page is at another service, which must not get your token.
    pub fn read<B: AsRef<[u8]>>(&mut self, response: &Response<B>, now: Timestamp) -> Result<(), LookError> {
        // Members and owners have a reference that can be read alone.
        let is_by_reference = match self.listing.endpoint {
            Endpoint::GroupMembers | Endpoint::GroupOwners => true,
            Endpoint::GroupEligibility
            | Endpoint::AppRoles
            | Endpoint::DirectoryEligibility
            | Endpoint::DirectoryAssignments
            | Endpoint::SiteRoles
            | Endpoint::SiteGroups => false,
        };
        match (response.status(), &self.asked) {
            (StatusCode::OK, Asked::One(target)) if is_by_reference => {
                // The body must be an object: a page of a gateway is not a response of Graph.
                let Object(IgnoredAny) = super::json::parse(response.body().as_ref())?;
                self.held.insert((target.as_uuid(), Held::It));
                self.next = None;
                Ok(())
            }
            (StatusCode::NOT_FOUND, Asked::One(_)) if is_by_reference => {
                self.next = None;
                Ok(())
            }
            (StatusCode::OK, _) => self.read_page(response.body().as_ref(), now),
            _ => Err(CallError::of(response).into()),
        }
    }

    fn read_page(&mut self, page: &[u8], now: Timestamp) -> Result<(), LookError> {
        let Object(Page { value, next_link }) = super::json::parse(page)?;
        let items = value.ok_or_else(|| super::json::missing("value"))?;
        let next = next_link.map(|link| self.followed(link)).transpose()?;
        let held = items.iter().map(|Object(item)| self.listing.held_by(item, now));
        let held = held.collect::<Result<Vec<_>, _>>()?;
        self.held.extend(held.into_iter().flatten().filter(|(id, _)| self.asked.is_of(*id)));
        self.next = next;
        Ok(())
    }

    /// If the link leads to another service, the token must not follow it.
    fn followed(&self, link: String) -> Result<Uri, LookError> {
        match link.parse() {
            Ok(uri) if self.base_url.has(&uri) => Ok(uri),
            _ => Err(LookError::OtherService { link }),
        }
    }

    /// What the pages show of this resource role and target, for
    /// [`reprocess_observed`](crate::Admitted::reprocess_observed).
    ///
    /// It is *absent* only if every page was read and the directory has had time to replicate. Before that it is
    /// *unknown*. A resource role of another listing and a target that was not asked for are always *unknown*
    /// ([R39](crate::policy#r39)).
    #[must_use]
    pub fn observed(
        &self,
        resource_role: &ResourceRole,
        target: ObjectId,
        replication: Replication,
    ) -> Observed {
        let is_asked = Listing::of(resource_role) == Some(self.listing) && self.asked.is_of(target.as_uuid());
        if !is_asked {
            Observed::Unknown
        } else if self.held.contains(&(target.as_uuid(), Held::of(resource_role))) {
            Observed::Present
        } else {
            match replication {
                Replication::Complete if self.next.is_none() => Observed::Absent,
                Replication::Complete | Replication::InProgress => Observed::Unknown,
            }
        }
    }
}

/// The response does not show who has a resource role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    /// The service refuses, or asks you to call again later.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The response is not a page of a list.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The link to the next page leads to another service, which would receive the token.
    #[error("link to the next page leads to another service: `{link}`")]
    OtherService {
        /// The link.
        link: String,
    },
}
