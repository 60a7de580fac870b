//! A resource role that a target of this kind cannot hold is not tried (R46).

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use access_package::{
    Assignment, AssignmentResourceRole, AssignmentState, Cause, Fulfillment, Observed, Outcome, Recorded,
    ResourceRole, StoredAssignment, SubjectType, Timestamp, reprocess, reprocess_observed,
};
use support::documented::CANNOT_HOLD;
use support::{
    Lacks, MANAGER, azure_role, caller, load, member_of, one_of_each_origin_system, save_and_load, stored,
};

use AssignmentState::{Delivered, Delivering, DeliveryFailed, PartiallyDelivered};
use Fulfillment::{Fulfilled, Pending, Unenforceable};

const NOW: Timestamp = Timestamp::MIN;

/// An API permission for an agent, as public tools show it.
fn api_permission(origin_system: &str) -> ResourceRole {
    let (api, permission) = ("c8844f17-9294-40dc-874b-a2e47bcacef7", "b3befcfe-0dce-4ef0-b88c-b8cd7111dc66");
    ResourceRole::from_origin(origin_system, api, permission, Some("application")).expect("an opaque one")
}

/// A resource role of each origin system, and the resource roles that only an agent can hold.
fn every_one() -> Vec<ResourceRole> {
    let mut all = one_of_each_origin_system();
    all.extend(["OAuthApplication", "oauthapplication"].map(api_permission));
    all.sort();
    all
}

fn every_type() -> impl Iterator<Item = Option<SubjectType>> {
    [None].into_iter().chain(SubjectType::ALL.iter().copied().map(Some))
}

/// By the documentation.
fn can_hold(target_type: Option<SubjectType>, resource_role: &ResourceRole) -> bool {
    let system = resource_role.origin_system();
    let cannot =
        |&(of, known): &(SubjectType, &str)| Some(of) == target_type && known.eq_ignore_ascii_case(system);
    !CANNOT_HOLD.iter().any(cannot)
}

/// A delivered assignment to a target of this kind.
fn delivered(target_type: Option<SubjectType>, gives: &[ResourceRole]) -> Assignment {
    let in_place = gives.iter().map(|role| AssignmentResourceRole::new(role.clone(), Fulfilled));
    load(StoredAssignment { target_type, resource_roles: Some(in_place.collect()), ..stored(Delivered, &[]) })
}

fn fulfillments(assignment: &Assignment) -> Vec<Fulfillment> {
    assignment.resource_roles().expect("known").iter().map(|entry| entry.fulfillment).collect()
}

#[test]
fn the_documentation_names_each_kind() {
    for kind in SubjectType::ALL {
        assert!(CANNOT_HOLD.iter().any(|(of, _)| of == kind), "{kind:?}");
    }
    assert!(every_one().iter().all(|role| can_hold(None, role)));
}

#[test]
fn what_cannot_be_held_is_not_asked_for_and_everything_else_is() {
    for target_type in every_type() {
        for role in every_one() {
            let mut assignment = delivered(target_type, std::slice::from_ref(&role));
            assert_eq!(assignment.target_type(), target_type);
            let asked = reprocess(&mut assignment, MANAGER).expect("accepted").count();
            let expected = if can_hold(target_type, &role) {
                (1, Delivering, vec![Pending])
            } else {
                (0, DeliveryFailed, vec![Unenforceable])
            };
            assert_eq!(
                (asked, assignment.state(), fulfillments(&assignment)),
                expected,
                "{target_type:?}, {role}"
            );
            assert_eq!(save_and_load(&assignment), assignment);
        }
    }
}

// R18, R19, R20: a resource role that is there stays, and one that was not seen is not tried.
#[test]
fn only_what_was_seen_to_be_in_place_stays() {
    for (observed, otherwise) in [
        (Observed::Present, Fulfilled),
        (Observed::Absent, Pending),
        (Observed::Unknown, Pending),
        (Observed::Unenforceable, Unenforceable),
    ] {
        for target_type in every_type() {
            let gives = every_one();
            let mut assignment = delivered(target_type, &gives);
            let asked = reprocess_observed(&mut assignment, MANAGER, |_| observed).expect("accepted");
            let asked: Vec<_> = asked.map(|action| action.resource_role).collect();
            let expected = gives.iter().map(|role| match otherwise {
                Pending if !can_hold(target_type, role) => Unenforceable,
                other => other,
            });
            let expected: Vec<_> = expected.collect();
            assert_eq!(fulfillments(&assignment), expected, "{target_type:?}, {observed:?}");
            let owed = gives.iter().zip(&expected).filter(|(_, it)| **it == Pending).map(|(role, _)| role);
            assert!(asked.iter().eq(owed), "{target_type:?}, {observed:?}");
            // Every count is right: the assignment loads, and is delivered to its end.
            let mut loaded = save_and_load(&assignment);
            assert_eq!(loaded, assignment);
            let actions: Vec<_> = loaded.actions().collect();
            for action in actions {
                assert!(matches!(
                    loaded.record(&action.receipt(Outcome::Fulfilled), NOW),
                    Ok(Recorded::Changed(_))
                ));
            }
            let all_in_place = fulfillments(&loaded).iter().all(|it| *it == Fulfilled);
            assert_eq!(loaded.state() == Delivered, all_in_place);
        }
    }
}

// R13, R31: the resource roles that the package gives now count, whether the call is for the assignment or
// its request. The event shows them.
#[test]
fn the_event_lists_it() {
    let site =
        ResourceRole::SharePointSite { site: "https://contoso.sharepoint.com/sites/a".into(), role: 4 };
    let gives = [azure_role("active"), site.clone(), member_of(1)];
    let authority = caller(Lacks::Nothing).authority(Some(delivered(None, &[]).catalog())).expect("allowed");
    for target_type in every_type() {
        let admitted = authority.admit(delivered(target_type, &[member_of(1)]), NOW).expect("delivered");
        let unsaved = admitted.reprocess(gives.clone());
        let is_agent = target_type == Some(SubjectType::ServicePrincipal);
        let Cause::Reprocessed { asked, unenforceable, .. } = unsaved.event().cause else { panic!() };
        let (given_up, rest): (Vec<_>, Vec<_>) =
            gives.iter().cloned().partition(|role| is_agent && *role == site);
        assert_eq!((asked.len(), unenforceable), (rest.len(), given_up), "{target_type:?}");
        let assignment = unsaved.saved();
        assert_eq!((assignment.state(), assignment.target_type()), (Delivering, target_type));
    }
}

// R17: if a resource role was granted all the same, this counts.
#[test]
fn a_late_outcome_still_counts() {
    let gives = [member_of(1), ResourceRole::SharePointSite { site: "".into(), role: 4 }];
    let mut assignment = delivered(Some(SubjectType::ServicePrincipal), &gives);
    let member = reprocess(&mut assignment, MANAGER).expect("accepted").next().expect("the member");
    let site = access_package::Action { resource_role: gives[1].clone(), ..member.clone() };
    for (receipt, state) in [
        (member.receipt(Outcome::Fulfilled), PartiallyDelivered),
        (site.clone().receipt(Outcome::Failed), PartiallyDelivered),
        (site.receipt(Outcome::Fulfilled), Delivered),
    ] {
        assignment.record(&receipt, NOW).map(drop).expect("its own");
        assert_eq!(assignment.state(), state, "{receipt:?}");
    }
}

#[test]
fn a_panic_while_observing_leaves_a_whole_assignment() {
    let gives = every_one();
    for target_type in every_type() {
        for seen in 0..gives.len() {
            let mut assignment = delivered(target_type, &gives);
            let mut calls = 0;
            let observe = |_: &_| {
                calls += 1;
                // Unwinds without printing a panic.
                if calls > seen { resume_unwind(Box::new("observe")) } else { Observed::Present }
            };
            let call = AssertUnwindSafe(|| reprocess_observed(&mut assignment, MANAGER, observe).map(drop));
            assert!(catch_unwind(call).is_err());
            assert_eq!((assignment.state(), save_and_load(&assignment)), (Delivering, assignment.clone()));
        }
    }
}

// An assignment that was loaded halfway stays as it was stored: only a new attempt applies the rule.
#[test]
fn loading_changes_nothing() {
    let site = ResourceRole::SharePointSite { site: "".into(), role: 4 };
    let entry = AssignmentResourceRole::new(site, Pending);
    let target_type = Some(SubjectType::ServicePrincipal);
    let assignment =
        load(StoredAssignment { target_type, resource_roles: Some(vec![entry]), ..stored(Delivering, &[]) });
    assert_eq!(assignment.actions().count(), 1);
}
