//! The stages of reprocessing an assignment: what they report, and how a host keeps them.

mod support;

use std::future::{Future, ready};

use access_package::{
    Account, Assignment, AssignmentRequest, AssignmentState, Caller, Cause, Event, FailureReason, ObjectId,
    Observed, Outcome, Permission, Purpose, Recency, Recorded, Refusal, ResourceRole, Role, RoleAssignment,
    Scope, Step, StoredAssignment, Timestamp, Unchanged, Unsaved,
};
use support::{MANAGER, delivered, load, member_of};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::MIN;

fn object() -> ObjectId {
    Uuid::from_u128(0xca).into()
}

fn caller(role: Role) -> Caller {
    Caller {
        object: Some(object()),
        account: Account::WorkOrSchool,
        permissions: vec![Permission::EntitlementManagementReadWriteAll],
        roles: vec![RoleAssignment { role, scope: Scope::Tenant }],
    }
}

fn accepted(assignment: Assignment, gives: Vec<ResourceRole>, seen: &[(ResourceRole, Observed)]) -> Unsaved {
    let authority = caller(MANAGER).authority(Some(assignment.catalog())).expect("it may");
    let admitted = authority.admit(assignment, NOW).expect("delivered");
    admitted.reprocess_observed(gives, |role| {
        seen.iter().find(|(of, _)| of == role).map_or(Observed::Unknown, |(_, observed)| *observed)
    })
}

// R13, R14, R20
#[test]
fn an_acceptance_says_who_asked_for_what_and_what_has_changed_in_the_package() {
    let before = delivered(3); // 0, 1, 2
    let gives = [2, 5, 4, 2].map(member_of).to_vec();
    let seen = [(member_of(4), Observed::Unenforceable), (member_of(5), Observed::Present)];
    let unsaved = accepted(before.clone(), gives, &seen);
    let event = Event {
        assignment: before.id(),
        at: NOW,
        attempt: 1,
        from: AssignmentState::Delivered,
        to: AssignmentState::Delivering,
        cause: Cause::Reprocessed {
            caller: Some(object()),
            role: MANAGER,
            request: None,
            asked: vec![member_of(2)],
            unenforceable: vec![member_of(4)],
            added: vec![member_of(4), member_of(5)],
            dropped: vec![member_of(0), member_of(1)],
        },
    };
    assert_eq!(unsaved.event(), event);
    let stored = unsaved.stored();
    let assignment = unsaved.saved();
    assert_eq!(StoredAssignment::from(&assignment), stored);
    assert!(assignment.actions().map(|action| action.resource_role).eq([member_of(2)]));
}

/// If a package no longer gives anything, the event says so, although there is nothing to do.
#[test]
fn an_empty_package_is_told_of() {
    let event = accepted(delivered(1), vec![], &[]).event();
    assert_eq!((event.from, event.to), (AssignmentState::Delivered, AssignmentState::Delivered));
    let Cause::Reprocessed { asked, added, dropped, .. } = event.cause else { panic!("{event:?}") };
    assert_eq!((asked, added, dropped), (vec![], vec![], vec![member_of(0)]));
}

// R17
#[test]
fn a_receipt_says_what_it_has_changed_and_why_not() {
    let mut assignment = accepted(delivered(1), vec![member_of(0)], &[]).saved();
    let action = assignment.actions().next().expect("one");
    let reason = FailureReason::new("gone", "the group does not exist");
    let failed = action.clone().failed(reason.clone());
    let Ok(Recorded::Changed(event)) = assignment.record(&failed, NOW) else { panic!("it is new") };
    assert_eq!((event.from, event.to), (AssignmentState::Delivering, AssignmentState::DeliveryFailed));
    let outcome = Outcome::Failed;
    let cause = Cause::Recorded { resource_role: member_of(0), outcome, reason: Some(reason.clone()) };
    assert_eq!((event.attempt, event.cause), (1, cause));
    let kept = assignment.resource_roles().expect("known")[0].reason.clone();
    assert_eq!(kept, Some(reason));

    let again = assignment.clone();
    assert_eq!(assignment.record(&failed, NOW), Ok(Recorded::Unchanged(Unchanged::AlreadyKnown)));
    let earlier = access_package::Receipt { attempt: 0, ..failed };
    assert_eq!(assignment.record(&earlier, NOW), Ok(Recorded::Unchanged(Unchanged::AnotherAttempt)));
    assert_eq!(assignment, again);

    // A resource role that is in place has no longer failed.
    let fulfilled = assignment.record(&action.receipt(Outcome::Fulfilled), NOW);
    assert!(matches!(fulfilled, Ok(Recorded::Changed(_))));
    assert_eq!(assignment.resource_roles().expect("known")[0].reason, None);
}

// R21
#[test]
fn a_receipt_at_the_end_lets_it_expire_instead() {
    let end = Timestamp::from_unix_ticks(7).expect("an instant");
    let mut assignment = load(StoredAssignment { end: Some(end), ..(&delivered(1)).into() });
    assignment = accepted(assignment, vec![member_of(0)], &[]).saved();
    let receipt = assignment.actions().next().expect("one").receipt(Outcome::Fulfilled);
    let Ok(Recorded::Changed(event)) = assignment.record(&receipt, end) else { panic!("it expires") };
    assert_eq!((event.to, event.cause, event.at), (AssignmentState::Expired, Cause::Expired, end));
    assert_eq!(assignment.record(&receipt, NOW), Ok(Recorded::Unchanged(Unchanged::Expired)));
}

/// A database in which another save may come first.
struct Store {
    stored: StoredAssignment,
    lost: u32,
}

impl Store {
    async fn load(&self) -> Assignment {
        ready(()).await;
        load(self.stored.clone())
    }

    async fn save(&mut self, stored: StoredAssignment) -> bool {
        ready(()).await;
        let is_lost = self.lost > 0;
        self.lost -= u32::from(is_lost);
        if !is_lost {
            self.stored = stored;
        }
        !is_lost
    }
}

async fn gives_now(_: &Assignment) -> Vec<ResourceRole> {
    ready(()).await;
    vec![member_of(0), member_of(1)]
}

/// Keeps every stage across an `await`.
async fn host(caller: &Caller, store: &mut Store) -> Result<usize, Refusal> {
    loop {
        let assignment = store.load().await;
        let authority = caller.authority(Some(assignment.catalog()))?;
        let admitted = authority.admit(assignment, NOW)?;
        let gives_now = gives_now(admitted.assignment()).await;
        let unsaved = admitted.reprocess(gives_now);
        if store.save(unsaved.stored()).await {
            return Ok(unsaved.saved().actions().count());
        }
    }
}

fn is_send<T: Send>(value: T) -> T {
    value
}

/// Nothing here ever waits.
fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let waker = std::task::Waker::noop();
    match future.as_mut().poll(&mut std::task::Context::from_waker(waker)) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn a_lost_save_begins_again_in_a_future_that_can_be_sent() {
    let mut store = Store { stored: (&delivered(1)).into(), lost: 2 };
    let caller = caller(MANAGER);
    assert_eq!(run(is_send(host(&caller, &mut store))), Ok(2));
    // A lost acceptance leaves no trace.
    assert_eq!((store.stored.attempt, store.lost), (1, 0));
    let refused = run(host(&caller, &mut store)).expect_err("delivering");
    assert_eq!(Some(refused), Refusal::of_state(AssignmentState::Delivering));
}

// R34: the way out of a failed delivery, and its event.
#[test]
fn a_failed_delivery_is_asked_for_again_by_its_request() {
    let mut assignment = accepted(delivered(2), vec![member_of(0), member_of(1)], &[]).saved();
    let actions: Vec<_> = assignment.actions().collect();
    for (action, outcome) in actions.into_iter().zip([Outcome::Fulfilled, Outcome::Failed]) {
        assert!(matches!(assignment.record(&action.receipt(outcome), NOW), Ok(Recorded::Changed(_))));
    }
    let state = AssignmentState::PartiallyDelivered;
    let authority = caller(MANAGER).authority(Some(assignment.catalog())).expect("it may");
    let refused = authority.admit(assignment.clone(), NOW).expect_err("partially delivered").refusal;
    let helps: Vec<_> = refused.remedies().flat_map(access_package::Remedy::steps).collect();
    assert_eq!(helps[0], Step::ReprocessRequest);

    let request = AssignmentRequest {
        id: Uuid::from_u128(0xe).into(),
        assignment: assignment.id(),
        purpose: Purpose::Grant,
        state,
        completed: NOW,
        recency: Recency::Newest,
    };
    let admitted = authority.admit_request(assignment, &request, NOW).expect("it can be");
    let unsaved = admitted.reprocess([member_of(0), member_of(1)]);
    let event = unsaved.event();
    assert_eq!((event.from, event.to, event.attempt), (state, AssignmentState::Delivering, 2));
    let Cause::Reprocessed { request: by, asked, .. } = event.cause else { panic!("{event:?}") };
    assert_eq!((by, asked), (Some(request.id), vec![member_of(0), member_of(1)]));
    let mut assignment = unsaved.saved();
    for action in assignment.actions().collect::<Vec<_>>() {
        let _ = assignment.record(&action.receipt(Outcome::Fulfilled), NOW).expect("its own");
    }
    assert_eq!(assignment.state(), AssignmentState::Delivered);
}
