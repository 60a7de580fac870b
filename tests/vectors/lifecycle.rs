//! The life of an assignment, step by step.

use access_package::{
    Action, Assignment, AssignmentRequest, AssignmentResourceRole, AssignmentState, FailureReason,
    Fulfillment, Observed, Outcome, Purpose, Receipt, Recency, ResourceRole, Role, StoredAssignment,
    SubjectType, Timestamp,
};
use uuid::Uuid;

use crate::support::{
    MANAGER, azure_role, every_list, in_state, load, member_of, one_of_each_origin_system, stored,
};
use crate::trace::{NOW, Trace};

const OBSERVED: [(Observed, &str); 4] = [
    (Observed::Present, "present"),
    (Observed::Absent, "absent"),
    (Observed::Unknown, "unknown"),
    (Observed::Unenforceable, "unenforceable"),
];
const OUTCOMES: [Outcome; 2] = [Outcome::Fulfilled, Outcome::Failed];
fn reason(code: &str, words: &str) -> FailureReason {
    FailureReason::new(code, words)
}

fn delivered(resource_roles: usize) -> StoredAssignment {
    stored(AssignmentState::Delivered, &vec![Fulfillment::Fulfilled; resource_roles])
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fulfilled => "fulfilled",
        Outcome::Failed => "failed",
    }
}

pub(crate) fn traces() -> Vec<Trace> {
    [
        asked(),
        unknown(),
        observed(),
        outcomes(),
        reasons(),
        astray(),
        ends(),
        ticks(),
        given_now(),
        in_upper_case(),
        targets(),
        requests(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Each role in each state.
fn asked() -> Vec<Trace> {
    let asked = |state| {
        Role::ALL.iter().map(move |&role| {
            let name = format!("asked by {role} while {state}");
            Trace::new(name, &["R1", "R2", "R8", "R9", "R12"], (&in_state(state)).into()).reprocess(role)
        })
    };
    AssignmentState::ALL.iter().copied().flat_map(asked).collect()
}

fn unknown() -> Vec<Trace> {
    let unknown = |state| {
        let start = StoredAssignment { resource_roles: None, ..stored(state, &[]) };
        let trace = Trace::new(format!("resource roles unknown while {state}"), &["R8", "R9", "R13"], start);
        trace.reprocess(Role::CatalogReader).reprocess(MANAGER).told(0, Outcome::Fulfilled)
    };
    AssignmentState::ALL.iter().copied().map(unknown).collect()
}

/// Two resource roles with every observation, then the outcomes of the actions, and then another call.
fn observed() -> Vec<Trace> {
    let observed = |seen: Vec<(Observed, &'static str)>| {
        let words: Vec<_> = seen.iter().map(|(_, word)| *word).collect();
        let name = format!("seen {}", words.join(" and "));
        let trace = Trace::new(name, &["R16", "R18", "R19", "R20"], delivered(2));
        let trace = trace.asked(MANAGER, NOW, None, Some(&seen));
        let asked: Vec<_> = trace.assignment.actions().collect();
        let settled = |trace: Trace, action: Action| trace.record(action.receipt(Outcome::Fulfilled));
        asked.into_iter().fold(trace, settled).reprocess(MANAGER)
    };
    every_list(&OBSERVED, 2).into_iter().map(observed).collect()
}

/// Outcomes in order, in reverse order, repeated, late and contradictory.
fn outcomes() -> Vec<Trace> {
    let all = every_list(&OUTCOMES, 2);
    let both = all.iter().flat_map(|outcomes| {
        [[0, 1], [1, 0]].map(|order| {
            let [first, second] = order.map(|number| (number, outcomes[usize::from(number == 1)]));
            let name = format!("{} {}, then {} {}", first.0, word(first.1), second.0, word(second.1));
            let trace = Trace::new(name, &["R15", "R16", "R17"], delivered(2)).reprocess(MANAGER);
            let trace = trace.told(first.0, first.1).told(second.0, second.1);
            trace.told(first.0, first.1).reprocess(MANAGER)
        })
    });
    let contradictory = all.iter().flat_map(|outcomes| {
        [1, 2].map(|number| {
            let words = outcomes.iter().map(|&outcome| word(outcome)).collect::<Vec<_>>().join(", then ");
            let name = format!("first of {number} {words}");
            let trace = Trace::new(name, &["R16", "R17"], delivered(number)).reprocess(MANAGER);
            outcomes.iter().fold(trace, |trace, &outcome| trace.told(0, outcome))
        })
    });
    // Outcomes for the first one, too, although it had no action.
    let unenforceable = all.iter().map(|outcomes| {
        let words = outcomes.iter().map(|&outcome| word(outcome)).collect::<Vec<_>>().join(" and ");
        let trace =
            Trace::new(format!("unenforceable and unknown, then {words}"), &["R17", "R20"], delivered(2));
        let trace = trace.asked(MANAGER, NOW, None, Some(&[OBSERVED[3], OBSERVED[2]]));
        trace.told(0, outcomes[0]).told(1, outcomes[1]).told(0, Outcome::Failed)
    });
    let nothing = Trace::new("nothing to enforce", &["R16"], delivered(0)).reprocess(MANAGER);
    both.chain(contradictory).chain(unenforceable).chain([nothing]).collect()
}

/// The reason for a failure. Of two reasons the smaller one stays, by code and then by words. No reason is
/// not a reason.
fn reasons() -> Vec<Trace> {
    let all = [None, Some(reason("a", "2")), Some(reason("b", "1")), Some(reason("a", "1"))];
    let pairs = all.iter().flat_map(|first| all.iter().map(move |second| [first.clone(), second.clone()]));
    let traces = pairs.map(|pair| {
        let said =
            pair.each_ref().map(|reason| reason.as_ref().map_or("no reason".into(), ToString::to_string));
        let name = format!("failed for {}, then for {}", said[0], said[1]);
        let trace = Trace::new(name, &["R17"], delivered(2)).reprocess(MANAGER);
        let failed = Receipt { reason: None, ..trace.receipt(0, Outcome::Failed) };
        let tell = |trace: Trace, reason| trace.record(Receipt { reason, ..failed.clone() });
        pair.into_iter().fold(trace, tell).told(1, Outcome::Fulfilled).told(0, Outcome::Fulfilled)
    });
    traces.collect()
}

/// Receipts that do not fit: for other attempts, another assignment or another resource role.
fn astray() -> Vec<Trace> {
    let rules = &["R17"];
    let mut traces = Vec::new();
    for outcome in OUTCOMES {
        for attempt in [0, u32::MAX - 1, u32::MAX] {
            let name = format!("{} in the attempt before, which was {attempt}", word(outcome));
            let start = Trace::new(name, rules, StoredAssignment { attempt, ..delivered(1) });
            let before = start.receipt(0, outcome);
            let next = Receipt { attempt: attempt.wrapping_add(2), ..before.clone() };
            let trace = start.record(before.clone()).reprocess(MANAGER).record(before).record(next);
            traces.push(trace.told(0, Outcome::Fulfilled).reprocess(MANAGER));
        }
    }
    for &state in AssignmentState::ALL {
        let trace = Trace::new(format!("astray while {state}"), rules, (&in_state(state)).into());
        let own = trace.receipt(0, Outcome::Fulfilled);
        let of_another = Receipt { assignment: Uuid::from_u128(0xaa).into(), ..own.clone() };
        let of_another_role = Receipt { resource_role: member_of(7), ..own.clone() };
        let and_attempt = Receipt { attempt: 7, ..of_another_role.clone() };
        traces.push(trace.record(of_another).record(of_another_role).record(and_attempt).record(own));
    }
    traces
}

/// In each state, a tick before the end, at the end, and after it.
fn ends() -> Vec<Trace> {
    let end = instant("2030-01-01T00:00:00.5Z");
    let clocks = [
        ("a tick before", instant("2030-01-01T00:00:00.4999999Z")),
        ("at", end),
        ("after", instant("9999-12-31T23:59:59.9999999Z")),
    ];
    let ended = |state| {
        clocks.map(|(when, now)| {
            let start = StoredAssignment { end: Some(end), ..(&in_state(state)).into() };
            let trace = Trace::new(format!("{when} the end while {state}"), &["R21"], start).expire(now);
            let trace = trace.told(0, Outcome::Fulfilled).told(1, Outcome::Fulfilled).reprocess(MANAGER);
            trace.expire(instant("0001-01-01T00:00:00Z")).expire(clocks[2].1)
        })
    };
    // The assignment was not expired before the call or the receipt comes.
    let forgotten = |state| {
        clocks.into_iter().flat_map(move |(when, now)| {
            let start = StoredAssignment { end: Some(end), ..(&in_state(state)).into() };
            let trace = |what: &str| {
                Trace::new(format!("{what} {when} the end while {state}"), &["R12", "R21"], start.clone())
            };
            let asked = trace("asked for").asked(Role::CatalogReader, now, None, None);
            let told = trace("told of");
            let receipt = told.receipt(0, Outcome::Fulfilled);
            let astray = Receipt { attempt: 7, ..receipt.clone() };
            [
                asked.asked(MANAGER, now, None, None).reprocess(MANAGER),
                told.record_at(astray, now).record_at(receipt, now),
            ]
        })
    };
    let without = Trace::new("without an end", &["R21"], delivered(1)).expire(clocks[2].1).reprocess(MANAGER);
    let states = AssignmentState::ALL.iter().copied();
    states.clone().flat_map(ended).chain(states.flat_map(forgotten)).chain([without]).collect()
}

/// Ends and present times that are one tick apart, within a millisecond and a second and across their
/// borders.
fn ticks() -> Vec<Trace> {
    let next = |instant: Timestamp| Timestamp::from_unix_ticks(instant.unix_ticks() + 1).expect("an instant");
    let lasts = [
        "0001-01-01T00:00:00Z",
        "2029-12-31T23:59:59.9999999Z",
        "2030-01-01T00:00:00Z",
        "2030-01-01T00:00:00.0000011Z",
        "2030-01-01T00:00:00.1Z",
        "2030-01-01T00:00:00.5Z",
        "2030-01-01T00:00:00.5009994Z",
        "2030-01-01T00:00:00.5009999Z",
        "2030-01-01T00:00:00.9999998Z",
        "2030-01-01T00:00:00.9999999Z",
        "9999-12-31T23:59:59.9999998Z",
    ];
    let ended = lasts.iter().flat_map(|text| {
        let (last, rules) = (instant(text), &["R21"]);
        let end = next(last);
        let start = StoredAssignment { end: Some(end), ..delivered(1) };
        let asked = Trace::new(
            format!("asked for at {last}, the last tick, and told of at the end"),
            rules,
            start.clone(),
        );
        let asked = asked.asked(MANAGER, last, None, None);
        let receipt = asked.receipt(0, Outcome::Fulfilled);
        let told =
            Trace::new(format!("told of at {last}, the last tick, and asked for at the end"), rules, start);
        let told = told
            .asked(MANAGER, last, None, None)
            .record_at(receipt.clone(), last)
            .asked(MANAGER, end, None, None);
        let failed = stored(AssignmentState::DeliveryFailed, &[Fulfillment::Failed]);
        let by_request = Trace::new(
            format!("its request asked for at {last}, the last tick"),
            rules,
            StoredAssignment { end: Some(end), ..failed },
        );
        let request = AssignmentRequest { completed: last, ..request_of(&by_request.assignment) };
        let by_request = by_request.request(MANAGER, last, request).expire(last).expire(end);
        [asked.expire(last).record_at(receipt, end), told, by_request]
    });
    // R33: the same for the 14 days.
    let completed = lasts[2..10].iter().map(|text| {
        let completed = instant(text);
        let failed = stored(AssignmentState::DeliveryFailed, &[Fulfillment::Failed]);
        let trace = Trace::new(format!("its request, completed at {completed}"), &["R33"], failed);
        let request = AssignmentRequest { completed, ..request_of(&trace.assignment) };
        let after = |ticks| Timestamp::from_unix_ticks(completed.unix_ticks() + ticks).expect("an instant");
        let late = trace.request(MANAGER, after(FOURTEEN_DAYS + 1), request);
        late.request(MANAGER, after(FOURTEEN_DAYS), request).request(
            MANAGER,
            after(FOURTEEN_DAYS - 1),
            request,
        )
    });
    ended.chain(completed).collect()
}

/// GUIDs in upper case, as other software writes them, make no difference.
fn in_upper_case() -> Vec<Trace> {
    let gives = one_of_each_origin_system();
    let start = |state, fulfillment| {
        let entries = gives.iter().map(|role| AssignmentResourceRole::new(role.clone(), fulfillment));
        StoredAssignment { resource_roles: Some(entries.collect()), ..stored(state, &[]) }
    };
    let rules = &["R23"];
    let trace =
        Trace::new("GUIDs in upper case", rules, start(AssignmentState::Delivered, Fulfillment::Fulfilled));
    let trace = trace.in_upper_case().asked(MANAGER, NOW, Some(gives.clone()), Some(&[OBSERVED[1]; 8]));
    let receipt = trace.receipt(0, Outcome::Fulfilled);
    let of_another = Receipt { assignment: Uuid::from_u128(0xaa).into(), ..receipt.clone() };
    let told = |trace: Trace, role: &ResourceRole| {
        trace.record(Receipt { resource_role: role.clone(), ..receipt.clone() })
    };
    let asked = gives.iter().fold(trace.record(of_another), told);
    let failed = start(AssignmentState::DeliveryFailed, Fulfillment::Failed);
    let trace = Trace::new("a request with GUIDs in upper case", rules, failed).in_upper_case();
    let request = request_of(&trace.assignment);
    let of_another = AssignmentRequest { assignment: Uuid::from_u128(0xaa).into(), ..request };
    vec![
        asked,
        trace.request(MANAGER, request.completed, of_another).request(MANAGER, request.completed, request),
    ]
}

/// The resource roles that the access package gives now.
fn given_now() -> Vec<Trace> {
    let rules = &["R13", "R23"];
    let in_each = |state| {
        let trace = Trace::new(format!("another package while {state}"), rules, (&in_state(state)).into());
        let trace = trace.gives(vec![member_of(3), member_of(2), member_of(1)]);
        trace.told(1, Outcome::Fulfilled).gives(vec![]).reprocess(MANAGER)
    };
    let unknown = StoredAssignment { resource_roles: None, ..delivered(0) };
    let known = Trace::new("given where nothing was known", rules, unknown)
        .reprocess(MANAGER)
        .gives(one_of_each_origin_system());
    let each = one_of_each_origin_system()
        .into_iter()
        .map(|resource_role| AssignmentResourceRole::new(resource_role, Fulfillment::Fulfilled));
    let each = StoredAssignment { resource_roles: Some(each.collect()), ..delivered(0) };
    let each = Trace::new("one of each origin system", rules, each).reprocess(MANAGER);
    let dropped = Trace::new("a resource role that is no longer given", rules, delivered(2))
        .gives(vec![member_of(1)])
        .told(0, Outcome::Fulfilled)
        .told(1, Outcome::Fulfilled);
    let nothing = Trace::new("nothing is given any more", rules, delivered(2)).gives(vec![]);
    let twice = vec![member_of(3), member_of(2), member_of(3)];
    let twice = Trace::new("given twice is given once", rules, delivered(1))
        .asked(MANAGER, NOW, Some(twice), Some(&OBSERVED[..1]))
        .told(2, Outcome::Fulfilled);
    let others = [known, each, dropped, nothing, twice, active_and_eligible()];
    AssignmentState::ALL.iter().copied().map(in_each).chain(others).collect()
}

/// Two resource roles that differ only in the type. Receipts name one of them in another case.
fn active_and_eligible() -> Trace {
    let gives = ["active", "eligible"].map(azure_role);
    let in_place = gives.clone().map(|role| AssignmentResourceRole::new(role, Fulfillment::Fulfilled));
    let start = StoredAssignment { resource_roles: Some(in_place.into()), ..delivered(0) };
    let trace = Trace::new("active and eligible side by side", &["R13", "R17", "R23"], start);
    let trace = trace.asked(MANAGER, NOW, Some(gives.clone().into()), Some(&OBSERVED[1..2]));
    let [active, eligible] = gives;
    let lower = |role: &ResourceRole| {
        let [scope, definition] =
            [role.resource_origin_id(), role.role_origin_id()].map(|id| id.to_lowercase());
        ResourceRole::from_origin(role.origin_system(), &scope, &definition, role.role_type())
            .expect("the same")
    };
    let told = |trace: Trace, resource_role: ResourceRole, outcome| {
        let receipt = Receipt { resource_role, ..trace.receipt(0, outcome) };
        trace.record(receipt)
    };
    let trace = told(trace, lower(&eligible), Outcome::Failed);
    let trace = told(trace, active.clone(), Outcome::Fulfilled);
    told(told(trace, lower(&active), Outcome::Failed), eligible, Outcome::Fulfilled).reprocess(MANAGER)
}

/// Resource roles that the target cannot hold, with all observations, by an assignment or a request, and with
/// late outcomes.
fn targets() -> Vec<Trace> {
    let rules = &["R18", "R19", "R20", "R46"];
    let mut gives = one_of_each_origin_system();
    gives.extend(["OAuthApplication", "oauthapplication"].map(|system| {
        ResourceRole::from_origin(system, "api", "permission", Some("application")).expect("an opaque one")
    }));
    let of_kind = |(target_type, name): (Option<SubjectType>, &str)| {
        let start = StoredAssignment { target_type, ..delivered(1) };
        let observed = OBSERVED.map(|seen| {
            let trace = Trace::new(format!("given to {name}, seen {}", seen.1), rules, start.clone());
            let trace = trace.asked(MANAGER, NOW, Some(gives.clone()), Some(&vec![seen; gives.len()]));
            let receipt = trace.receipt(0, Outcome::Fulfilled);
            let late = gives.iter().map(|role| Receipt { resource_role: role.clone(), ..receipt.clone() });
            late.fold(trace, Trace::record).reprocess(MANAGER)
        });
        let failed = stored(AssignmentState::DeliveryFailed, &[Fulfillment::Failed]);
        let start = StoredAssignment { target_type, ..failed };
        let trace = Trace::new(format!("a request of {name}"), rules, start);
        let request = request_of(&trace.assignment);
        let asked = trace.ask(MANAGER, request.completed, Some(request), Some(gives.clone()), None);
        observed.into_iter().chain([asked])
    };
    let kinds = [
        (None, "somebody"),
        (Some(SubjectType::User), "a user"),
        (Some(SubjectType::ServicePrincipal), "a service principal"),
    ];
    kinds.into_iter().flat_map(of_kind).collect()
}

/// R33, in ticks of 100 nanoseconds.
const FOURTEEN_DAYS: i64 = 12_096_000_000_000;

/// The newest request for access to this assignment, completed at the beginning of 2029.
fn request_of(assignment: &Assignment) -> AssignmentRequest {
    AssignmentRequest {
        id: Uuid::from_u128(0xe).into(),
        assignment: assignment.id(),
        purpose: Purpose::Grant,
        state: assignment.state(),
        completed: instant("2029-01-01T00:00:00Z"),
        recency: Recency::Newest,
    }
}

/// The request of a failed assignment can be reprocessed, and no other request can.
fn requests() -> Vec<Trace> {
    let rules = &["R31", "R32", "R33", "R34"];
    let completed = |after: i64| {
        let ticks = request_of(&load(delivered(0))).completed.unix_ticks() + after;
        Timestamp::from_unix_ticks(ticks).expect("an instant")
    };
    let in_time = completed(1);
    let mut traces = Vec::new();
    for &state in AssignmentState::ALL {
        for &role in Role::ALL {
            let trace = Trace::new(
                format!("its request asked for by {role} while {state}"),
                rules,
                (&in_state(state)).into(),
            );
            let request = request_of(&trace.assignment);
            traces.push(trace.request(role, in_time, request));
        }
        // One obstacle at a time, then several at once, and the limits of time.
        let request = request_of(&load((&in_state(state)).into()));
        let other = |state| {
            if state == AssignmentState::Delivered {
                AssignmentState::Expired
            } else {
                AssignmentState::Delivered
            }
        };
        let hindered = [
            (
                "of another assignment",
                AssignmentRequest { assignment: Uuid::from_u128(0xaa).into(), ..request },
            ),
            ("that removes", AssignmentRequest { purpose: Purpose::Removal, ..request }),
            ("of an unknown type", AssignmentRequest { purpose: Purpose::Unknown, ..request }),
            ("that is superseded", AssignmentRequest { recency: Recency::Superseded, ..request }),
            ("in another state", AssignmentRequest { state: other(state), ..request }),
        ];
        for (what, request) in hindered {
            let trace =
                Trace::new(format!("a request {what} while {state}"), rules, (&in_state(state)).into());
            traces.push(trace.request(MANAGER, in_time, request).request(
                MANAGER,
                completed(FOURTEEN_DAYS),
                request,
            ));
        }
        for (when, after) in [
            ("a tick before", FOURTEEN_DAYS - 1),
            ("at", FOURTEEN_DAYS),
            ("a tick after", FOURTEEN_DAYS + 1),
            ("long before", -FOURTEEN_DAYS),
        ] {
            let trace =
                Trace::new(format!("{when} the 14 days while {state}"), rules, (&in_state(state)).into());
            traces.push(trace.request(MANAGER, completed(after), request));
        }
        let start = StoredAssignment { end: Some(completed(5)), ..(&in_state(state)).into() };
        let trace =
            Trace::new(format!("its request at the end while {state}"), &["R12", "R21", "R32"], start);
        traces.push(trace.request(MANAGER, completed(5), request));
    }
    // The way out: the call is refused, the remedy is followed, and everything is in place.
    let trace = Trace::new("what helps is followed", rules, delivered(2)).reprocess(MANAGER);
    let trace = trace.told(0, Outcome::Fulfilled).told(1, Outcome::Failed).reprocess(MANAGER);
    let request = request_of(&trace.assignment);
    let trace =
        trace.request(MANAGER, in_time, request).told(0, Outcome::Fulfilled).told(1, Outcome::Fulfilled);
    traces.push(trace.request(MANAGER, in_time, request));
    // A new attempt does not know why the last one failed.
    let mut start = stored(AssignmentState::DeliveryFailed, &[Fulfillment::Failed; 2]);
    start.resource_roles.iter_mut().flatten().for_each(|role| role.reason = Some(reason("a", "1")));
    let trace = Trace::new("a request of what has failed for a reason", rules, start);
    let request = request_of(&trace.assignment);
    let trace = trace.request(MANAGER, in_time, request).told(0, Outcome::Failed);
    let failed = Receipt { reason: Some(reason("b", "2")), ..trace.receipt(1, Outcome::Failed) };
    traces.push(trace.record(failed));
    // Observations leave less to do, and the resource roles that the package gives now are added, even if
    // they were unknown before.
    let start = stored(AssignmentState::DeliveryFailed, &[Fulfillment::Failed; 2]);
    let trace = Trace::new("a request for another package, seen in part", rules, start);
    let request = request_of(&trace.assignment);
    let gives = vec![member_of(2), member_of(1)];
    traces.push(trace.ask(MANAGER, in_time, Some(request), Some(gives.clone()), Some(&OBSERVED[..1])));
    let start = StoredAssignment { resource_roles: None, ..stored(AssignmentState::PartiallyDelivered, &[]) };
    let trace = Trace::new("a request where nothing was known", rules, start);
    let request = request_of(&trace.assignment);
    traces.push(trace.ask(MANAGER, in_time, Some(request), Some(gives), None).told(1, Outcome::Fulfilled));
    traces
}
