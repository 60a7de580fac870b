//! What must hold for any bytes. The fuzzer searches for bytes that break it, and `tests/fuzz_corpus.rs`
//! replays the useful ones.
#![allow(dead_code, reason = "each fuzz target uses one of these")]

use access_package::graph::Version;
use access_package::graph::json::{
    EXPAND_BETA, EXPAND_V1, Page, ReadError, read, read_access_package, read_claims, read_gives, read_list,
    read_request, read_role_assignments, read_with, write, write_list,
};
use std::collections::BTreeSet;

use access_package::{
    Account, Assignment, AssignmentResourceRole, AssignmentState, Authority, Caller, Catalog, Cause, Event,
    FailureReason, Fulfillment, GroupAccess, NotAdmitted, Observed, Outcome, Permission, Receipt, Recency,
    RecordError, Recorded, Refusal, ResourceRole, Role, StoredAssignment, Timestamp, Unchanged, evaluate,
    reprocess_observed,
};
use uuid::Uuid;

/// Before the end of every assignment, except one that ends at once.
const NOW: Timestamp = Timestamp::MIN;

/// A document of Graph is read or refused, alone and in a list. A document that was read is written as it
/// was.
pub fn document(data: &[u8]) {
    let alone = read(data);
    check_access_package(data);
    if let Ok(found) = read_request(data, Recency::Newest) {
        assert!(alone.is_err());
        assert!(found.assignment.is_none_or(|assignment| assignment.id() == found.request.assignment));
    }
    if let Ok(assignment) = &alone {
        // The result is the same with or without the mark, and wherever the resource roles come from.
        let unmarked = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
        assert_eq!(read(&[b"\xef\xbb\xbf", unmarked].concat()).as_ref(), Ok(assignment));
        if let Ok(gives) = read_gives(data) {
            let mut package = read_access_package(b"[]").expect("an empty page");
            package.gives = gives;
            assert_eq!(read_with(data, &package).as_ref(), Ok(assignment));
        }
        for version in [Version::V1, Version::Beta] {
            let written = write(assignment, version);
            assert_eq!(read(written.as_bytes()), as_told(assignment, version), "{written}");
        }
    }
    if let Ok(page) = read_list(data) {
        check_page(&page);
    }
    // Any JSON can be an item of a list. There it is read as it is alone.
    if serde_json::from_slice::<serde_json::Value>(data).is_ok() {
        let page = [br#"{"value":[{},"#, data, b"]}"].concat();
        let mut page = read_list(&page).expect("one unreadable item does not hide the others");
        check_page(&page);
        let (listed, empty) = (page.items.pop(), page.items.pop());
        assert!(matches!(empty, Some(Err(_))));
        match (listed, alone) {
            (Some(Ok(listed)), Ok(alone)) => assert_eq!(listed, alone),
            (Some(Err(listed)), Err(alone)) => assert_eq!(*listed.problem, shifted(alone, 13)),
            other => panic!("{other:?}"),
        }
    }
}

/// What an access package gives is listed once, and the document is not read as anything else.
fn check_access_package(data: &[u8]) {
    let Ok(package) = read_access_package(data) else { return };
    assert!(package.gives.is_sorted_by(|a, b| a < b));
    assert_eq!(package.clone().join(package.clone()).as_ref(), Ok(&package));
    assert!(read(data).is_err() && read_request(data, Recency::Newest).is_err());
}

fn check_page(page: &Page) {
    for (index, item) in page.items.iter().enumerate() {
        if let Err(error) = item {
            assert_eq!(error.index, index);
            assert!(!error.to_string().is_empty());
        }
    }
    // An assignment that Graph has shown can be shown again, except one that is delivering unknown resource
    // roles.
    let told = |it: &&Assignment| it.resource_roles().is_some() || it.state() != AssignmentState::Delivering;
    let readable: Vec<_> = page.items.iter().flatten().filter(told).collect();
    let written = write_list(readable.iter().copied(), page.next_link.as_deref(), Version::Beta);
    let again = read_list(written.as_bytes()).expect("what was written");
    assert_eq!(again.next_link, page.next_link);
    let again: Vec<_> = again.items.iter().map(|item| item.as_ref().expect("what was written")).collect();
    assert_eq!(again, readable);
}

/// The same problem, this many bytes later in its first line.
fn shifted(problem: ReadError, by: usize) -> ReadError {
    match problem {
        ReadError::Malformed { line: 1, column, part, message } => {
            ReadError::Malformed { line: 1, column: column + by, part, message }
        }
        other => other,
    }
}

/// The assignment as Graph can show it.
pub fn as_told(assignment: &Assignment, version: Version) -> Result<Assignment, ReadError> {
    use Fulfillment::{Failed, Fulfilled, Pending, Unenforceable};
    let mut stored = StoredAssignment::from(assignment);
    stored.attempt = 0;
    match (stored.state, &mut stored.resource_roles) {
        (AssignmentState::Delivered | AssignmentState::Delivering, None) => {
            let (part, expand) = match version {
                Version::V1 => ("accessPackage.resourceRoleScopes", EXPAND_V1),
                Version::Beta => ("accessPackageAssignmentResourceRoles", EXPAND_BETA),
            };
            return Err(ReadError::NotExpanded { part: part.into(), expand });
        }
        (AssignmentState::Delivering, Some(roles)) => {
            for role in roles {
                role.fulfillment = match (version, role.fulfillment) {
                    (Version::Beta, Fulfilled) => Fulfilled,
                    (_, Pending | Failed | Unenforceable | Fulfilled) => Pending,
                };
                role.reason = None;
            }
        }
        (AssignmentState::Delivered, Some(_)) => {}
        (_, roles) => *roles = None,
    }
    Ok(stored.try_into().expect("what can be told is whole"))
}

/// The stored form is read or refused, and then loaded or refused. A loaded assignment is as sound as any.
pub fn stored(data: &[u8]) {
    let Ok(stored) = serde_json::from_slice::<StoredAssignment>(data) else { return };
    let text = serde_json::to_string(&stored).expect("plain data");
    assert_eq!(serde_json::from_str::<StoredAssignment>(&text).expect("what was written"), stored);
    let Ok(loaded) = Assignment::try_from(stored) else { return };
    check(&loaded);
    let gives_now = || loaded.resource_roles().unwrap_or_default().iter().map(|it| it.resource_role.clone());
    for observed in [Observed::Present, Observed::Absent, Observed::Unknown, Observed::Unenforceable] {
        check(&reprocess_now(loaded.clone(), &gives_now().collect::<Vec<_>>(), |_| observed, NOW));
        for &role in Role::ALL {
            let mut assignment = loaded.clone();
            let accepted = reprocess_observed(&mut assignment, role, |_| observed).map(drop);
            assert!(accepted.is_ok() || assignment == loaded, "a refused call changes nothing"); // R12
            check(&assignment);
            let actions: Vec<_> = assignment.actions().collect();
            for action in actions {
                let _ = record(&mut assignment, &action.receipt(Outcome::Fulfilled), NOW)
                    .expect("its own receipt");
            }
            assert!(accepted.is_err() || assignment.state() != AssignmentState::Delivering); // R16
            check(&assignment);
        }
    }
}

/// What holds for every assignment: saved and loaded, it is the same, and has the same actions.
fn check(assignment: &Assignment) {
    let stored = serde_json::to_string(&StoredAssignment::from(assignment)).expect("plain data");
    let stored: StoredAssignment = serde_json::from_str(&stored).expect("what was written");
    let loaded = Assignment::try_from(stored).expect("an assignment is whole");
    assert_eq!(&loaded, assignment);
    assert!(loaded.actions().eq(assignment.actions())); // R22
    let is_owed = assignment.state() == AssignmentState::Delivering;
    assert!(is_owed || assignment.actions().next().is_none());
    for version in [Version::V1, Version::Beta] {
        let written = write(assignment, version);
        assert_eq!(read(written.as_bytes()), as_told(assignment, version), "{written}");
    }
    if let Some(end) = assignment.end() {
        let mut ended = assignment.clone();
        expire(&mut ended, end); // R21
        assert_eq!((ended.state(), ended.actions().next()), (AssignmentState::Expired, None));
        assert_eq!(ended.expire(Timestamp::MAX), None);
    }
}

/// Expires the assignment. There is an event only if it did expire.
fn expire(assignment: &mut Assignment, now: Timestamp) {
    let before = assignment.clone();
    let event = assignment.expire(now);
    assert_eq!(event.is_some(), *assignment != before);
    if let Some(event) = event {
        check_event(&event, &before, assignment, now);
        assert_eq!((event.to, event.cause), (AssignmentState::Expired, Cause::Expired)); // R21
    }
}

/// Records a receipt. The answer is true, whether the assignment has changed or not.
fn record(assignment: &mut Assignment, receipt: &Receipt, now: Timestamp) -> Result<Recorded, RecordError> {
    let before = assignment.clone();
    let recorded = assignment.record(receipt, now);
    match &recorded {
        Ok(Recorded::Changed(event)) => {
            assert_ne!(*assignment, before);
            check_event(event, &before, assignment, now);
            match &event.cause {
                Cause::Recorded { resource_role, outcome, reason } => {
                    assert_eq!((resource_role, *outcome), (&receipt.resource_role, receipt.outcome));
                    assert!(*outcome == Outcome::Fulfilled || *reason == receipt.reason);
                }
                Cause::Expired => assert_eq!(assignment.state(), AssignmentState::Expired), // R21
                Cause::Reprocessed { .. } => panic!("{event:?}"),
            }
        }
        Ok(Recorded::Unchanged(why)) => {
            assert_eq!(*assignment, before);
            let expected = match before.state() {
                AssignmentState::Expired => Unchanged::Expired, // R21
                _ if receipt.attempt != before.attempt() => Unchanged::AnotherAttempt, // R17
                _ => Unchanged::AlreadyKnown,
            };
            assert_eq!(*why, expected);
        }
        Err(_) => assert_eq!(*assignment, before), // R12
    }
    recorded
}

/// The event describes this change, and is the same after serialization.
fn check_event(event: &Event, before: &Assignment, after: &Assignment, now: Timestamp) {
    assert_eq!((event.assignment, event.at, event.attempt), (after.id(), now, after.attempt()));
    assert_eq!((event.from, event.to), (before.state(), after.state()));
    let text = serde_json::to_string(event).expect("plain data");
    assert_eq!(serde_json::from_str::<Event>(&text).expect("what was written"), *event);
}

/// Reprocesses by the stages, for a caller who may. Each stage tells what it really does.
fn reprocess_now(
    assignment: Assignment,
    gives_now: &[ResourceRole],
    observe: impl FnMut(&ResourceRole) -> Observed,
    now: Timestamp,
) -> Assignment {
    fn names(entries: &[AssignmentResourceRole]) -> BTreeSet<&ResourceRole> {
        entries.iter().map(|entry| &entry.resource_role).collect()
    }

    let permissions = vec![Permission::EntitlementManagementReadWriteAll];
    let caller = Caller { object: None, account: Account::Application, permissions, roles: vec![] };
    let verdict = evaluate(&caller, &assignment, now).map(Authority::role);
    let before = assignment.clone();
    let authority = caller.authority(Some(assignment.catalog())).expect("R5");
    let admitted = match authority.admit(assignment, now) {
        Ok(admitted) => admitted,
        Err(NotAdmitted { refusal, assignment, expired }) => {
            assert_eq!((verdict, Refusal::of_state(assignment.state())), (Err(refusal), Some(refusal))); // R9
            match expired {
                Some(event) => check_event(&event, &before, &assignment, now), // R21
                None => assert_eq!(assignment, before),                        // R12
            }
            return assignment;
        }
    };
    assert_eq!((verdict, admitted.assignment()), (Ok(authority.role()), &before));
    let unsaved = admitted.reprocess_observed(gives_now.iter().cloned(), observe);
    let (stored, event) = (unsaved.stored(), unsaved.event());
    let after = unsaved.saved();
    assert_eq!(Assignment::try_from(stored).as_ref(), Ok(&after)); // R22
    check_event(&event, &before, &after, now);
    assert_eq!(after.attempt(), before.attempt().wrapping_add(1));
    let Cause::Reprocessed { caller: _, role, request: None, asked, unenforceable, added, dropped } =
        event.cause
    else {
        panic!("{event:?}")
    };
    let entries = after.resource_roles().expect("what is given now");
    let (had, has) = (names(before.resource_roles().unwrap_or_default()), names(entries));
    assert_eq!((role, &has), (authority.role(), &gives_now.iter().collect())); // R13, R23
    assert!(asked.into_iter().eq(after.actions().map(|action| action.resource_role)));
    let unenforced = entries.iter().filter(|entry| entry.fulfillment == Fulfillment::Unenforceable);
    assert!(unenforceable.iter().eq(unenforced.map(|entry| &entry.resource_role))); // R20
    assert!(added.iter().eq(has.difference(&had).copied()));
    assert!(dropped.iter().eq(had.difference(&has).copied())); // R14
    after
}

/// Three lines of origin ids, and an optional fourth line with a type. If they are read, they are written in
/// one form, which can be read again.
pub fn origin_ids(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let mut lines = text.splitn(4, '\n');
    let mut line = || lines.next();
    let [origin_system, resource, role] = [(); 3].map(|()| line().unwrap_or_default());
    let role_type = line();
    let Ok(read) = ResourceRole::from_origin(origin_system, resource, role, role_type) else { return };
    let (same_system, same_resource, same_role) =
        (read.origin_system(), read.resource_origin_id(), read.role_origin_id());
    let again = ResourceRole::from_origin(same_system, &same_resource, &same_role, read.role_type());
    assert_eq!(again.as_ref(), Ok(&read));
    // R23: GUIDs, ids of Azure and names of origin systems ignore case. Everything else is compared exactly.
    assert!(same_system.eq_ignore_ascii_case(origin_system));
    assert!(same_resource.eq_ignore_ascii_case(resource) && same_role.eq_ignore_ascii_case(role));
    if matches!(read, ResourceRole::Other(_) | ResourceRole::SharePointSite { .. }) {
        assert_eq!((&*same_resource, &*same_role), (resource, role));
    }
    let is_typed = matches!(read, ResourceRole::Azure { .. } | ResourceRole::Other(_));
    assert_eq!(read.role_type().is_some(), is_typed && role_type.is_some());
    let same = |said: &str| role_type.is_some_and(|given| given.eq_ignore_ascii_case(said));
    assert!(read.role_type().is_none_or(same));
    let with_type = read.role_type().map(|said| format!(" {said}")).unwrap_or_default();
    assert_eq!(read.to_string(), format!("{same_system} {same_resource} {same_role}{with_type}"));
    let json = serde_json::to_string(&read).expect("plain data");
    assert_eq!(serde_json::from_str::<ResourceRole>(&json).expect("what was written"), read);
}

/// What is known of a caller: role assignments, a caller as data, and the payload of a token. Whatever a
/// token claims, its caller is judged by the rules.
pub fn claims(data: &[u8]) {
    let _ = read_role_assignments(data);
    if let Ok(caller) = serde_json::from_slice::<Caller>(data) {
        let text = serde_json::to_string(&caller).expect("plain data");
        assert_eq!(serde_json::from_str::<Caller>(&text).expect("what was written"), caller);
    }
    let Ok(claims) = read_claims(data) else { return };
    let caller = Caller::from_claims(&claims, []);
    assert_eq!(caller.object, claims.oid.and_then(|oid| oid.parse().ok()));
    // R3: a token names only directory roles.
    let directory_roles = [
        Role::UserAdministrator,
        Role::PrivilegedRoleAdministrator,
        Role::IdentityGovernanceAdministrator,
        Role::GlobalAdministrator,
    ];
    assert!(caller.roles.iter().all(|held| directory_roles.contains(&held.role)));
    let assignment = numbered(AssignmentState::Delivered, &[Fulfillment::Fulfilled], None);
    // R6
    let personal = claims.tid.eq_ignore_ascii_case("9188040d-6c67-4c5b-b112-36a304b66dad");
    assert!(!personal || evaluate(&caller, &assignment, NOW).is_err());
    match evaluate(&caller, &assignment, NOW) {
        // R4 to R7
        Ok(authority) => {
            let role = authority.role();
            assert!(role.at_least(Role::AccessPackageAssignmentManager));
            assert_ne!(caller.account, Account::Personal);
            let held = |it: &access_package::RoleAssignment| it.role == role;
            assert!(caller.account == Account::Application || caller.roles.iter().any(held));
        }
        Err(refusal) => {
            assert!(refusal.is_unauthorized(), "it is delivered");
            assert!(refusal.reasons().count() > 0 && refusal.remedies().count() > 0);
            let text = serde_json::to_string(&refusal).expect("plain data");
            assert_eq!(serde_json::from_str::<Refusal>(&text).expect("what was written"), refusal);
        }
    }
    // R8: the state makes no difference to what the caller is told.
    let expired = numbered(AssignmentState::Expired, &[], None);
    let told = |it: &Assignment| evaluate(&caller, it, NOW).err().filter(|refusal| refusal.is_unauthorized());
    assert_eq!(told(&expired), told(&assignment));
}

fn member_of(number: u8) -> ResourceRole {
    ResourceRole::Group { group: Uuid::from_u128(number.into()).into(), access: GroupAccess::Member }
}

/// An assignment of groups, by number.
fn numbered(state: AssignmentState, fulfillments: &[Fulfillment], end: Option<Timestamp>) -> Assignment {
    let numbered = (0..).zip(fulfillments);
    let roles =
        numbered.map(|(number, &fulfillment)| AssignmentResourceRole::new(member_of(number), fulfillment));
    let stored = StoredAssignment {
        format: StoredAssignment::FORMAT,
        id: Uuid::from_u128(1).into(),
        catalog: Catalog::of_unknown_level(Uuid::from_u128(2).into()),
        access_package: Uuid::from_u128(3).into(),
        target: Uuid::from_u128(4).into(),
        target_type: None,
        state,
        end,
        attempt: u32::MAX,
        resource_roles: Some(roles.collect()),
    };
    stored.try_into().expect("a whole assignment")
}

/// A life, step by step: one byte gives the event, and the next byte what it applies to. Nothing panics, and
/// after every step the assignment can be saved and loaded.
pub fn receipts(data: &[u8]) {
    let Some((&size, steps)) = data.split_first() else { return };
    let roles = size % 9;
    let end = Timestamp::from_unix_ticks(i64::from(size));
    let fulfilled = vec![Fulfillment::Fulfilled; roles.into()];
    let mut assignment = numbered(AssignmentState::Delivered, &fulfilled, end);
    // A long life shows no more than many short ones.
    for step in steps.chunks_exact(2).take(256) {
        let before = assignment.clone();
        let (what, which) = (step[0], step[1]);
        let later = Timestamp::from_unix_ticks(which.into()).expect("about 1970");
        let now = if what & 16 == 0 { NOW } else { later };
        let observe = |seen: &ResourceRole| {
            let ResourceRole::Group { group, .. } = seen else { return Observed::Unknown };
            match (group.as_uuid().as_u128() + u128::from(which / 8)) % 4 {
                0 => Observed::Present,
                1 => Observed::Absent,
                2 => Observed::Unknown,
                _ => Observed::Unenforceable,
            }
        };
        match what % 8 {
            0 | 1 => {
                let role = Role::ALL[usize::from(which) % Role::ALL.len()];
                if reprocess_observed(&mut assignment, role, observe).is_err() {
                    assert_eq!(assignment, before); // R12
                }
            }
            2 => expire(&mut assignment, later),
            3 => {
                // Some of them twice, and not sorted.
                let gives_now = (0..which % 9).map(|number| member_of(number * 5 % 7 + which / 32));
                assignment = reprocess_now(assignment, &gives_now.collect::<Vec<_>>(), observe, now);
            }
            _ => {
                let code = ["a", "b"][usize::from(which / 64 % 2)];
                let receipt = Receipt {
                    assignment: assignment.id(),
                    attempt: assignment.attempt().wrapping_sub(u32::from(which >= 224)),
                    resource_role: member_of(which % 16),
                    outcome: if what & 8 == 0 { Outcome::Fulfilled } else { Outcome::Failed },
                    reason: (what & 32 != 0).then(|| FailureReason::new(code, "")),
                };
                let _ = record(&mut assignment, &receipt, now);
                // The later fulfillment wins, whichever came first, and the smaller of two reasons.
                let known = |it: &Assignment| it.resource_roles().unwrap_or_default().to_vec();
                let has_expired = assignment.state() == AssignmentState::Expired;
                let is_taken = receipt.attempt == before.attempt() && !has_expired;
                for (then, now) in known(&before).into_iter().zip(known(&assignment)) {
                    assert!(then.fulfillment <= now.fulfillment); // R17
                    if now.fulfillment == Fulfillment::Failed {
                        let is_told = is_taken && now.resource_role == receipt.resource_role;
                        let told = receipt.reason.iter().filter(|_| is_told);
                        assert_eq!(now.reason.as_ref(), then.reason.iter().chain(told).min()); // R17
                    }
                }
                // To record a receipt twice is to record it once.
                let once = assignment.clone();
                let _ = record(&mut assignment, &receipt, now);
                assert_eq!(assignment, once); // R17
            }
        }
        if before.state() == AssignmentState::Expired {
            assert_eq!(assignment, before); // R21
        }
        let loaded =
            Assignment::try_from(StoredAssignment::from(&assignment)).expect("an assignment is whole");
        assert_eq!(loaded, assignment); // R22
    }
    check(&assignment);
}

/// A line with an operation, and then a question. It gets an answer, the same each time, and the resulting
/// assignment can be stored.
pub fn asked(data: &[u8]) {
    let end = data.iter().position(|&byte| byte == b'\n').unwrap_or(data.len());
    let (operation, question) = data.split_at(end);
    let operation = String::from_utf8_lossy(operation);
    let answer = access_package::ask(&operation, question);
    assert_eq!(access_package::ask(&operation, question), answer);
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    if let Some(error) = answer.get("error") {
        let is_said = |name| error[name].as_str().is_some_and(|text| !text.is_empty());
        assert!(is_said("code") && is_said("message") && error["data"].is_object(), "{error}");
        assert!(answer.to_string().len() < 8_192 + operation.len(), "what it repeats is bounded");
        return;
    }
    // In a member that nobody reads, the grammar of JSON allows half a surrogate pair, which no string can hold.
    assert!(
        serde_json::from_slice::<Box<serde_json::value::RawValue>>(question).is_ok(),
        "a question is JSON"
    );
    // R8
    assert!(answer["verdict"] != "unauthorized" || answer.get("stored").is_none());
    if let Some(stored) = answer.get("stored") {
        let now = "0001-01-01T00:00:00Z";
        let question = serde_json::json!({ "stored": stored, "now": now }).to_string();
        let again = access_package::ask("expire", question.as_bytes());
        let again: serde_json::Value = serde_json::from_str(&again).expect("JSON");
        // R22, R21
        if stored["end"] != now || stored["state"] == "expired" {
            assert_eq!(again["stored"], *stored);
            assert!(answer.get("actions").is_none_or(|actions| again["actions"] == *actions));
        }
    }
}
