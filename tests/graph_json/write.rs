//! Writes assignments: the exact text, and reading it gives the same assignment.

use access_package::graph::Version;
use access_package::graph::json::{read, read_list, write, write_list};
use access_package::{
    Assignment, AssignmentResourceRole, AssignmentState, Catalog, Fulfillment, GroupAccess, Observed,
    ResourceRole, Role, StoredAssignment, SubjectType, Timestamp, reprocess_observed,
};
use proptest::prelude::*;
use uuid::Uuid;

use crate::bodies::as_told;
use crate::fixtures::{beta, read_value, v1};

fn load(stored: StoredAssignment) -> Assignment {
    stored.try_into().expect("a whole assignment")
}

/// The v1.0 sample as plain data, with the first of its resource roles.
fn sample() -> StoredAssignment {
    let mut stored = StoredAssignment::from(&read_value(&v1()).expect("a document"));
    stored.resource_roles.as_mut().expect("known").truncate(1);
    stored
}

#[test]
fn v1_is_written_to_the_letter() {
    assert_eq!(
        write(&load(sample()), Version::V1),
        concat!(
            r#"{"id":"78f1fdfd-4d01-4e20-9e7d-792f1f0cba47","state":"delivered","status":"Delivered","#,
            r#""expiredDateTime":null,"schedule":{"startDateTime":null,"recurrence":null,"#,
            r#""expiration":{"endDateTime":null,"duration":null,"type":"noExpiration"}},"#,
            r#""target":{"objectId":"2bc42425-6dc5-4f2a-9ebb-7a7464481eb0","subjectType":"user"},"#,
            r#""accessPackage":{"id":"8ca95b77-5991-438f-b0a4-f5fa02fb93e0","#,
            r#""catalog":{"id":"cec5d6ab-c75d-47c0-9c1c-92e89f66e384"},"#,
            r#""resourceRoleScopes":[{"role":{"originId":"Member_0282e19d-bf41-435d-92a4-99bab93af305","#,
            r#""originSystem":"AadGroup"},"scope":{"originId":"0282e19d-bf41-435d-92a4-99bab93af305","#,
            r#""originSystem":"AadGroup"}}]}}"#,
        )
    );
}

#[test]
fn beta_is_written_to_the_letter() {
    let end = "2022-07-27T21:55:19.69Z".parse().expect("an instant");
    let stored = StoredAssignment { state: AssignmentState::Expired, end: Some(end), ..sample() };
    assert_eq!(
        write(&load(stored), Version::Beta),
        concat!(
            r#"{"id":"78f1fdfd-4d01-4e20-9e7d-792f1f0cba47","catalogId":"cec5d6ab-c75d-47c0-9c1c-92e89f66e384","#,
            r#""accessPackageId":"8ca95b77-5991-438f-b0a4-f5fa02fb93e0","assignmentPolicyId":null,"#,
            r#""targetId":"2bc42425-6dc5-4f2a-9ebb-7a7464481eb0","assignmentStatus":null,"#,
            r#""assignmentState":"Expired","isExtended":null,"expiredDateTime":"2022-07-27T21:55:19.69Z","#,
            r#""schedule":{"startDateTime":null,"recurrence":null,"#,
            r#""expiration":{"endDateTime":"2022-07-27T21:55:19.69Z","duration":null,"type":"afterDateTime"}},"#,
            r#""target":{"objectId":"2bc42425-6dc5-4f2a-9ebb-7a7464481eb0","type":"User"},"#,
            r#""accessPackageAssignmentResourceRoles":[{"originId":"Member_0282e19d-bf41-435d-92a4-99bab93af305","#,
            r#""originSystem":"AadGroup","status":"Fulfilled","#,
            r#""accessPackageResourceRole":{"originId":"Member_0282e19d-bf41-435d-92a4-99bab93af305","#,
            r#""originSystem":"AadGroup"},"#,
            r#""accessPackageResourceScope":{"originId":"0282e19d-bf41-435d-92a4-99bab93af305","#,
            r#""originSystem":"AadGroup"}}]}"#,
        )
    );
}

#[test]
fn status_and_end_are_said_only_where_they_are_known() {
    let end: Timestamp = "2022-07-27T21:55:19.69Z".parse().expect("an instant");
    for &state in AssignmentState::ALL {
        let status = match state {
            AssignmentState::Delivering => Some("Delivering"),
            AssignmentState::Delivered => Some("Delivered"),
            _ => None,
        };
        for end in [None, Some(end)] {
            let assignment = load(StoredAssignment { state, end, resource_roles: None, ..sample() });
            let expired = end.filter(|_| state == AssignmentState::Expired).map(|end| end.to_string());
            for (version, property) in [(Version::V1, "status"), (Version::Beta, "assignmentStatus")] {
                let written: serde_json::Value =
                    serde_json::from_str(&write(&assignment, version)).expect("JSON");
                assert_eq!(written[property].as_str(), status, "{state}");
                assert_eq!(written["expiredDateTime"].as_str(), expired.as_deref(), "{state}");
                // Unknown resource roles are not an empty list: the property is missing, as if it had not
                // been expanded.
                assert!(written["accessPackage"].get("resourceRoleScopes").is_none());
                assert!(written.get("accessPackageAssignmentResourceRoles").is_none());
            }
        }
    }
}

#[test]
fn beta_shows_how_far_each_resource_role_is() {
    use Observed::{Absent, Present, Unenforceable};
    let mut assignment = read_value(&v1()).expect("a document");
    let mut seen = [Present, Absent, Unenforceable].into_iter();
    let observe = |_: &_| seen.next().expect("three");
    reprocess_observed(&mut assignment, Role::CatalogOwner, observe).expect("accepted");
    let written: serde_json::Value = serde_json::from_str(&write(&assignment, Version::Beta)).expect("JSON");
    let roles = written["accessPackageAssignmentResourceRoles"].as_array().expect("a list");
    let words: Vec<_> = roles.iter().map(|role| role["status"].as_str().expect("a word")).collect();
    assert_eq!(words, ["Fulfilled", "PendingFulfillment", "PendingFulfillment"]);
    // So a failed resource role is enforced again by a reader that has only the document.
    let again = read(written.to_string().as_bytes()).expect("what was written");
    assert_eq!((again.attempt(), again.actions().count()), (0, 2));
}

#[test]
fn a_page_is_read_as_it_was_written() {
    let assignments = [v1(), beta()].map(|document| read_value(&document).expect("a document"));
    for version in [Version::V1, Version::Beta] {
        for next_link in [None, Some("https://graph.microsoft.com/v1.0/a?$skiptoken=\"\\\u{e9}")] {
            let written = write_list(&assignments, next_link, version);
            assert_eq!(written.contains("@odata.nextLink"), next_link.is_some());
            let page = read_list(written.as_bytes()).expect("what was written");
            assert_eq!(page.next_link.as_deref(), next_link);
            assert_eq!(
                page.items.into_iter().collect::<Result<Vec<_>, _>>().as_deref(),
                Ok(&assignments[..])
            );
            for assignment in &assignments {
                assert!(written.contains(&write(assignment, version)));
            }
        }
    }
    assert_eq!(write_list([], None, Version::Beta), r#"{"value":[]}"#);
}

fn resource_role() -> impl Strategy<Value = ResourceRole> {
    let id = || any::<u128>().prop_map(Uuid::from_u128);
    let group = |(group, other, access): (Uuid, Uuid, u8)| ResourceRole::Group {
        group: group.into(),
        access: match access {
            0 => GroupAccess::Member,
            1 => GroupAccess::Owner,
            2 => GroupAccess::EligibleMember(other),
            _ => GroupAccess::EligibleOwner(other),
        },
    };
    prop_oneof![
        (id(), id(), 0..4_u8).prop_map(group),
        (id(), id()).prop_map(|(service_principal, app_role)| ResourceRole::Application {
            service_principal: service_principal.into(),
            app_role
        }),
        (any::<String>(), any::<u32>())
            .prop_map(|(site, role)| ResourceRole::SharePointSite { site: site.into(), role }),
        (any::<String>(), any::<String>(), any::<String>()).prop_filter_map("known", |(system, id, role)| {
            ResourceRole::from_origin(&system, &id, &role, None).ok()
        }),
    ]
}

fn assignment() -> impl Strategy<Value = Assignment> {
    let fulfillment = prop_oneof![
        Just(Fulfillment::Pending),
        Just(Fulfillment::Failed),
        Just(Fulfillment::Unenforceable),
        Just(Fulfillment::Fulfilled),
        Just(Fulfillment::Fulfilled)
    ];
    let role = (resource_role(), fulfillment)
        .prop_map(|(resource_role, fulfillment)| AssignmentResourceRole::new(resource_role, fulfillment));
    let ticks = Timestamp::MIN.unix_ticks()..=Timestamp::MAX.unix_ticks();
    let fields = (
        any::<[u128; 4]>(),
        proptest::option::of(proptest::sample::select(SubjectType::ALL)),
        proptest::option::of(ticks),
        any::<u32>(),
        proptest::option::weighted(0.9, proptest::collection::vec(role, 0..4)),
        proptest::sample::select(AssignmentState::ALL),
    );
    fields.prop_filter_map("a whole assignment", |(ids, target_type, end, attempt, resource_roles, state)| {
        let [id, catalog, access_package, target] = ids.map(Uuid::from_u128);
        let stored = StoredAssignment {
            format: StoredAssignment::FORMAT,
            id: id.into(),
            catalog: Catalog { id: catalog.into(), privilege_level: None },
            access_package: access_package.into(),
            target: target.into(),
            target_type,
            state,
            end: end.and_then(Timestamp::from_unix_ticks),
            attempt,
            resource_roles,
        };
        // The state, or otherwise a state that follows from the fulfillments.
        let mut states = [state].into_iter().chain(AssignmentState::ALL.iter().copied());
        states.find_map(|state| StoredAssignment { state, ..stored.clone() }.try_into().ok())
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(assignment in assignment()) {
        for version in [Version::V1, Version::Beta] {
            let written = write(&assignment, version);
            let read = read(written.as_bytes());
            prop_assert_eq!(&read, &as_told(&assignment, version));
            // Written again, it is the same text, except what the state makes unknown.
            if let Ok(read) = read {
                let known = read.resource_roles().is_some() == assignment.resource_roles().is_some();
                prop_assert!(!known || write(&read, version) == written);
            }
        }
    }
}
