//! Strategies that generate the input of a host: valid, nearly valid, and hostile.
//!
//! Ids, resource roles and texts mostly come from a few values, so that they often collide.
// Large strategies are boxed: nested, they would not fit on the stack of a test.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Debug;

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use uuid::{Uuid, uuid};

use crate::{
    Account, Action, Activation, Assignment, AssignmentRequest, AssignmentResourceRole, AssignmentState,
    Caller, Catalog, CatalogId, Claims, FailureReason, Fulfillment, GroupAccess, Observed, Outcome,
    Permission, PrivilegeLevel, Purpose, Receipt, Recency, ResourceRole, Role, RoleAssignment, Scope,
    StoredAssignment, SubjectType, Timestamp,
};

/// An id of any kind, or a plain GUID: mostly one of four.
pub fn id<T: From<Uuid> + Debug>() -> impl Strategy<Value = T> {
    prop_oneof![4 => 0..4_u128, 1 => any::<u128>()].prop_map(|number| Uuid::from_u128(number).into())
}

/// An instant. The first and the last ones are frequent.
pub fn timestamp() -> impl Strategy<Value = Timestamp> {
    let (first, last) = (Timestamp::MIN.unix_ticks(), Timestamp::MAX.unix_ticks());
    let ticks = prop_oneof![1 => select([0, first, first + 1, last - 1, last].to_vec()), 4 => first..=last];
    ticks.prop_filter_map("lies between the first instant and the last", Timestamp::from_unix_ticks)
}

/// A text that differs a little from this one, to test parsers.
pub fn near_miss(text: &str) -> impl Strategy<Value = String> + use<> {
    let original: Vec<char> = text.chars().collect();
    let same = original.clone();
    let hostile =
        prop_oneof![select([' ', '-', '0', '/', '{', '\0', '\u{660}', 'ſ'].as_slice()), any::<char>()];
    let edited =
        (any::<Index>(), 0..2_usize, vec(hostile, 0..2)).prop_map(move |(place, removed, inserted)| {
            let place = place.index(original.len() + 1);
            let (before, after) = original.split_at(place);
            before.iter().chain(&inserted).chain(after.iter().skip(removed)).collect::<String>()
        });
    let cased = select([text.to_uppercase(), text.to_lowercase(), [text, text].concat()].to_vec());
    prop_oneof![8 => edited, 1 => cased]
        .prop_filter("is another text", move |near| !near.chars().eq(same.iter().copied()))
}

/// A role.
pub fn role() -> impl Strategy<Value = Role> {
    select(Role::ALL)
}

/// The level of a catalog, or an unknown one.
pub fn privilege_level() -> impl Strategy<Value = Option<PrivilegeLevel>> {
    proptest::option::of(select(PrivilegeLevel::ALL))
}

/// A state.
pub fn state() -> impl Strategy<Value = AssignmentState> {
    select(AssignmentState::ALL)
}

/// A resource role of any known or unknown origin system. Some differ by one letter, or only in the type of the role.
pub fn resource_role() -> impl Strategy<Value = ResourceRole> {
    let access = prop_oneof![
        Just(GroupAccess::Member),
        Just(GroupAccess::Owner),
        id().prop_map(GroupAccess::EligibleMember),
        id().prop_map(GroupAccess::EligibleOwner),
    ];
    let activation = select([Activation::Eligible, Activation::Active].as_slice());
    prop_oneof![
        4 => (id(), access).prop_map(|(group, access)| ResourceRole::Group { group, access }),
        2 => (id(), id()).prop_map(|(service_principal, app_role)| {
            ResourceRole::Application { service_principal, app_role }
        }),
        2 => (origin_text(), prop_oneof![0..3_u32, any::<u32>()])
            .prop_map(|(site, role)| ResourceRole::SharePointSite { site: site.into(), role }),
        1 => (id(), activation)
            .prop_map(|(definition, activation)| ResourceRole::Directory { definition, activation }),
        2 => (azure_scope(), azure_definition(), select(["active", "eligible"].as_slice()))
            .prop_filter_map("is of Azure", |(scope, definition, role_type)| {
                ResourceRole::from_origin("AzureResources", scope, &definition, Some(role_type)).ok()
            }),
        2 => (origin_text(), origin_text(), origin_text(), role_type())
            .prop_filter_map("is no known origin system", |(system, resource, role, role_type)| {
                ResourceRole::from_origin(&system, &resource, &role, role_type.as_deref()).ok()
            }),
    ]
    .boxed()
}

/// The id of one of two Azure role definitions.
fn azure_definition() -> impl Strategy<Value = String> {
    (0..2_u128).prop_map(|number| {
        let definition = Uuid::from_u128(number);
        format!("/providers/Microsoft.Authorization/roleDefinitions/{definition}")
    })
}

/// The scope of an Azure role. Two of them are the same, since they differ only in ASCII case.
fn azure_scope() -> impl Strategy<Value = &'static str> {
    const FEW: [&str; 5] = [
        "/",
        "/providers/Microsoft.Management/managementGroups/root",
        "/subscriptions/00000000-0000-0000-0000-000000000001",
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/Sales",
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/sales",
    ];
    select(FEW.as_slice())
}

/// The type of an opaque role, which is mostly absent.
fn role_type() -> impl Strategy<Value = Option<String>> {
    let few = select(["active", "Active", "eligible", "delegated", ""].as_slice()).prop_map(String::from);
    prop_oneof![2 => Just(None), 1 => few.prop_map(Some)]
}

/// The text of an opaque origin system or origin id.
fn origin_text() -> impl Strategy<Value = String> {
    let few = ["https://contoso.sharepoint.com/sites/Sales", "https://contoso.sharepoint.com/sites/sales"];
    let few = [few.as_slice(), &["SapIag", "OAuthApplication", "AadGroups", "", " ", "4", "04"]].concat();
    prop_oneof![4 => select(few).prop_map(String::from), 1 => any::<String>()]
}

/// The fulfillment of a resource role.
pub fn fulfillment() -> impl Strategy<Value = Fulfillment> {
    use Fulfillment::{Failed, Fulfilled, Pending, Unenforceable};
    select([Fulfilled, Failed, Pending, Unenforceable].as_slice())
}

/// What a host has observed of a resource role.
pub fn observed() -> impl Strategy<Value = Observed> {
    select([Observed::Unknown, Observed::Absent, Observed::Present, Observed::Unenforceable].as_slice())
}

/// The outcome of an action.
pub fn outcome() -> impl Strategy<Value = Outcome> {
    select([Outcome::Fulfilled, Outcome::Failed].as_slice())
}

/// The reason for a failure: none, or one of a few.
pub fn failure_reason() -> impl Strategy<Value = Option<FailureReason>> {
    let reason = |code, words| Some(FailureReason::new(code, words));
    let few = [reason("a", "2"), reason("b", "1"), reason("a", "1"), reason("", ""), None];
    select(few.to_vec())
}

/// A valid stored assignment in any state, with known or unknown resource roles.
pub fn stored_assignment() -> impl Strategy<Value = StoredAssignment> {
    let known = state().prop_flat_map(stored_assignment_in);
    let unknown = state()
        .prop_flat_map(stored_assignment_in)
        .prop_map(|stored| StoredAssignment { resource_roles: None, ..stored });
    prop_oneof![8 => known, 1 => unknown].boxed()
}

/// The kind of target that has an assignment, or an unknown one.
pub fn target_type() -> impl Strategy<Value = Option<SubjectType>> {
    prop_oneof![2 => Just(None), 1 => select(SubjectType::ALL).prop_map(Some)]
}

/// The most resource roles, beyond those that the state needs.
const MANY: usize = 20;

/// A valid stored assignment in this state, with known resource roles.
pub fn stored_assignment_in(state: AssignmentState) -> impl Strategy<Value = StoredAssignment> {
    use Fulfillment::{Failed, Fulfilled, Pending, Unenforceable};
    // The fulfillments that this state requires, and the fulfillments that it allows (R16).
    let (least, beyond): (&[Fulfillment], &[Fulfillment]) = match state {
        AssignmentState::Delivering => (&[Pending], &[Fulfilled, Failed, Pending, Unenforceable]),
        AssignmentState::PartiallyDelivered => (&[Failed, Fulfilled], &[Fulfilled, Failed, Unenforceable]),
        AssignmentState::Delivered => (&[], &[Fulfilled]),
        AssignmentState::Expired => (&[], &[Fulfilled, Failed, Pending, Unenforceable]),
        AssignmentState::DeliveryFailed => (&[Failed], &[Failed, Unenforceable]),
    };
    // Mostly few, but sometimes many, to find storage that is too small.
    let least_number = least.len();
    let resource_roles = prop_oneof![
        7 => btree_set(resource_role(), least_number..=least_number + 3),
        1 => btree_set(resource_role(), least_number + 4..=least_number + MANY),
    ];
    let resource_roles = (resource_roles, vec(select(beyond), MANY), failure_reason(), any::<bool>())
        .prop_map(move |(resource_roles, beyond, reason, backwards)| {
            let fulfillments = least.iter().copied().chain(beyond);
            let with = |(resource_role, fulfillment)| AssignmentResourceRole {
                resource_role,
                fulfillment,
                reason: reason.clone().filter(|_| fulfillment == Failed),
            };
            let mut all: Vec<_> = resource_roles.into_iter().zip(fulfillments).map(with).collect();
            if backwards {
                all.reverse(); // Any order loads.
            }
            all
        });
    let attempt = prop_oneof![select([0, 1, u32::MAX - 1, u32::MAX].as_slice()), any::<u32>()];
    let end = proptest::option::of(timestamp());
    let catalog = (id(), privilege_level()).prop_map(|(id, privilege_level)| Catalog { id, privilege_level });
    ((id(), catalog, id(), id()), target_type(), end, attempt, resource_roles)
        .prop_map(
            move |((id, catalog, access_package, target), target_type, end, attempt, resource_roles)| {
                StoredAssignment {
                    format: StoredAssignment::FORMAT,
                    id,
                    catalog,
                    access_package,
                    target,
                    target_type,
                    state,
                    end,
                    attempt,
                    resource_roles: Some(resource_roles),
                }
            },
        )
        .boxed()
}

/// A stored assignment with one mistake, so it does not load: its state contradicts its fulfillments, a resource role
/// is listed twice or has a reason without a failure, or the format is unknown.
pub fn broken_stored_assignment() -> impl Strategy<Value = StoredAssignment> {
    let whole = || {
        let living = state().prop_filter("can be contradicted", |&state| can_be_contradicted(state));
        living.prop_flat_map(stored_assignment_in)
    };
    let contradictory = (whole(), state()).prop_filter_map("is another state", |(stored, state)| {
        let contradicts = state != stored.state && can_be_contradicted(state);
        contradicts.then_some(StoredAssignment { state, ..stored })
    });
    let doubled = whole().prop_filter_map("has a resource role", |mut stored| {
        let resource_roles = stored.resource_roles.as_mut()?;
        resource_roles.push(resource_roles.first()?.clone());
        Some(stored)
    });
    let formatted = (whole(), any::<u32>()).prop_filter_map("is another format", |(stored, format)| {
        (format != StoredAssignment::FORMAT).then_some(StoredAssignment { format, ..stored })
    });
    let reasoned = whole().prop_filter_map("has a resource role that has not failed", |mut stored| {
        let mut resource_roles = stored.resource_roles.iter_mut().flatten();
        let unfailed = resource_roles.find(|role| role.fulfillment != Fulfillment::Failed)?;
        unfailed.reason = Some(FailureReason::new("code", "words"));
        Some(stored)
    });
    prop_oneof![contradictory, doubled, formatted, reasoned].boxed()
}

/// Whether the state follows from the fulfillments.
const fn can_be_contradicted(state: AssignmentState) -> bool {
    match state {
        AssignmentState::Expired => false,
        AssignmentState::Delivering
        | AssignmentState::PartiallyDelivered
        | AssignmentState::Delivered
        | AssignmentState::DeliveryFailed => true,
    }
}

/// An assignment, in any state.
pub fn assignment() -> impl Strategy<Value = Assignment> {
    stored_assignment().prop_filter_map("loads", |stored| stored.try_into().ok())
}

/// A request, mostly for this assignment, and the time of the call: often close to the end of the 14 days.
pub fn request_for(
    stored: &StoredAssignment,
) -> impl Strategy<Value = (AssignmentRequest, Timestamp)> + use<> {
    let (own, state_of_own) = (stored.id, stored.state);
    let days = AssignmentRequest::REPROCESSED_WITHIN;
    let age =
        prop_oneof![4 => select([-days, 0, 1, days - 1, days, days + 1].to_vec()), 1 => -days..2 * days];
    let completed = select([0, 1_000_000_000_000, 1_000_000_000_000_000].as_slice());
    (
        (id(), prop_oneof![8 => Just(own), 1 => id()]),
        prop_oneof![8 => Just(Purpose::Grant), 1 => Just(Purpose::Removal), 1 => Just(Purpose::Unknown)],
        prop_oneof![8 => Just(state_of_own), 1 => state()],
        prop_oneof![8 => Just(Recency::Newest), 1 => Just(Recency::Superseded)],
        (completed, age),
    )
        .prop_filter_map("instants", |((id, assignment), purpose, state, recency, (completed, age))| {
            let now = Timestamp::from_unix_ticks(completed + age)?;
            let completed = Timestamp::from_unix_ticks(completed)?;
            Some((AssignmentRequest { id, assignment, purpose, state, completed, recency }, now))
        })
}

/// An action, of any assignment.
pub fn action() -> impl Strategy<Value = Action> {
    (id(), any::<u32>(), id(), resource_role(), proptest::option::of(timestamp())).prop_map(
        |(assignment, attempt, target, resource_role, end)| Action {
            assignment,
            attempt,
            target,
            resource_role,
            end,
        },
    )
}

/// A receipt, mostly for this assignment, its current attempt and one of its resource roles.
pub fn receipt_for(assignment: &Assignment) -> impl Strategy<Value = Receipt> + use<> {
    let (own, attempt) = (assignment.id(), assignment.attempt());
    let had = assignment.resource_roles().unwrap_or_default().iter().map(|role| role.resource_role.clone());
    let had: Vec<_> = had.collect();
    let resource_role = (any::<Index>(), prop::bool::weighted(0.1), resource_role()).prop_map(
        move |(place, astray, other)| match had.get(place.index(had.len().max(1))) {
            Some(had) if !astray => had.clone(),
            Some(_) | None => other,
        },
    );
    let attempt = prop_oneof![
        4 => Just(attempt),
        1 => select([attempt.wrapping_sub(1), attempt.wrapping_add(1)].to_vec()),
        1 => any::<u32>(),
    ];
    (prop_oneof![8 => Just(own), 1 => id()], attempt, resource_role, outcome(), failure_reason()).prop_map(
        |(assignment, attempt, resource_role, outcome, reason)| Receipt {
            assignment,
            attempt,
            resource_role,
            outcome,
            reason,
        },
    )
}

/// A role and its scope: this catalog, another one, or the tenant.
pub fn role_assignment(catalog: CatalogId) -> impl Strategy<Value = RoleAssignment> {
    (role(), scope(catalog)).prop_map(|(role, scope)| RoleAssignment { role, scope })
}

/// The scope of a role. It mostly counts on this catalog.
pub fn scope(catalog: CatalogId) -> impl Strategy<Value = Scope> {
    prop_oneof![2 => Just(Scope::Catalog(catalog)), 1 => id().prop_map(Scope::Catalog), 1 => Just(Scope::Tenant)]
}

/// A permission.
pub fn permission() -> impl Strategy<Value = Permission> {
    select(Permission::ALL)
}

/// A caller for an assignment in this catalog, with too little, just enough, or more.
pub fn caller(catalog: CatalogId) -> impl Strategy<Value = Caller> {
    let account = select([Account::WorkOrSchool, Account::Application, Account::Personal].as_slice());
    (proptest::option::of(id()), account, vec(permission(), 0..3), vec(role_assignment(catalog), 0..4))
        .prop_map(|(object, account, permissions, roles)| Caller { object, account, permissions, roles })
}

/// The claims of a token, valid and invalid.
pub fn claims() -> impl Strategy<Value = Claims> {
    const PERSONAL: Uuid = uuid!("9188040d-6c67-4c5b-b112-36a304b66dad");
    let personal = PERSONAL.to_string();
    let permission = || {
        let name = permission().prop_map(Permission::name);
        name.prop_flat_map(|name| prop_oneof![4 => Just(String::from(name)), 1 => near_miss(name)])
    };
    let wid = (role(), any::<bool>()).prop_flat_map(|(role, upper)| {
        let id = role.id().to_string();
        let id = if upper { id.to_uppercase() } else { id };
        let near = near_miss(&id);
        prop_oneof![4 => Just(id), 1 => near]
    });
    let idtyp = select([None, Some("app"), Some("user"), Some("App"), Some("app "), Some("")].as_slice());
    let tid = prop_oneof![
        2 => id().prop_map(|id: Uuid| id.to_string()),
        1 => Just(personal.clone()),
        1 => near_miss(&personal),
    ];
    let scp = proptest::option::of(vec(permission(), 0..3).prop_map(|names| names.join(" ")));
    let object = || proptest::option::of(id().prop_map(|id: Uuid| id.to_string()));
    let lists = (vec(permission(), 0..3), proptest::option::of(vec(wid, 0..3)));
    let aud = select([None, Some("https://graph.microsoft.com"), Some("api://other")].as_slice());
    let exp = proptest::option::of(any::<i64>());
    (tid, (object(), object()), idtyp, scp, lists, (aud, exp)).prop_map(
        |(tid, (oid, sub), idtyp, scp, (roles, wids), (aud, exp))| Claims {
            tid,
            oid,
            sub,
            idtyp: idtyp.map(String::from),
            scp,
            roles,
            wids,
            aud: aud.map(String::from),
            exp,
        },
    )
}
