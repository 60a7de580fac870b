//! The crate as one function from text to text, for callers in other languages.
//!
//! It decides nothing itself. It reads the question, calls the crate, and writes the answer.

mod answer;
mod problem;
mod question;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;
use serde_json::value::RawValue;

use self::answer::{Expired, Explained, Failed, Imported, Left, Listed, Noted, Reprocessed};
use self::problem::Problem;
use self::question::{Observations, Question, only_item};
use crate::admission::NotAdmitted;
use crate::answer::Verdict;
use crate::assignment::{Assignment, StoredAssignment};
use crate::caller::{Caller, Known};
use crate::graph::json::{self, ReadError, RoleAssignments};
use crate::reason::Reason;
use crate::refusal::Refusal;
use crate::request::AssignmentRequest;
use crate::resource_role::ResourceRole;
use crate::text::Exact;
use crate::timestamp::Timestamp;
use crate::verdict::{Authority, evaluate, evaluate_request};

/// Answers a question in JSON: the whole crate, for callers in other languages.
///
/// Calls share no state. Pass the assignment with the question as you have [stored](crate::StoredAssignment) it; the
/// answer contains it as you store it next. Pass the present time as well.
///
/// | operation | question | answer |
/// |---|---|---|
/// | `evaluate` | `caller`, `stored`, `now`; optionally `request` | the [verdict](crate::Verdict) |
/// | `explain` | `claims`, `stored`, `now`; optionally `roles`, `request` | the verdict; the `caller` that the claims of a token describe; the `caveats`: what the question cannot say, such as roles that were not looked up, and problems of the token |
/// | `reprocess` | `caller`, `stored`, `now`, `gives`; optionally `observed`, `request` | the verdict; `event`, `actions`, `stored` |
/// | `record` | `stored`, `receipt`, `now` | `result`, `event`, `actions`, `stored` |
/// | `expire` | `stored`, `now` | `result`, `event`, `actions`, `stored` |
/// | `read` | `document` | `stored` and `gives`, from a document of Microsoft Graph |
/// | `read` | `roleAssignments` | `roles`, from the role assignments of one principal as Microsoft Graph lists them: `explain` takes them |
///
/// - `request`: reprocess this request instead of the assignment ([R31](crate::policy#r31)).
/// - `gives`: what the access package gives now. Null means what the assignment has.
/// - `observed`: your observations, each with a `resourceRole` and an `observed`. Every other resource role is unknown
///   ([R19](crate::policy#r19)).
/// - `roles`: the roles of the caller that you have looked up, as in a [`Caller`].
/// - `document`: an assignment, or a page with exactly one assignment.
///
/// The words are those of the test vectors. `src/ask/schema.json`, a [JSON Schema](https://json-schema.org), describes
/// every question and answer.
///
/// In the question itself, in an observation and in a resource role, an unknown member is an error, so that you notice
/// a misspelled one. In `caller`, `stored`, `receipt` and `request` it is ignored, because a later version may add
/// some. It is also ignored in `claims` and `document`.
///
/// **If there is an `event`, save `stored` before you carry out an action.** If the caller may not reprocess, the
/// answer is only the verdict, and contains nothing of the assignment ([R8](crate::policy#r8)).
///
/// If a question cannot be answered, nothing changes, and the answer is `{"error": …}`. The error has a `code` for
/// programs, a `message`, and its `data`. Its `place` is the path of the member that it is about, or null for the
/// question as a whole. The codes are:
///
/// - `unknownOperation`, `missing`, `oneTooMany`, and `malformed` for a question that is not JSON in UTF-8 or does not
///   have its form;
/// - those of [`LoadError`](crate::LoadError), [`RecordError`](crate::RecordError) and, for `read`, of
///   [`ReadError`](crate::graph::json::ReadError), and `isEmptyPage`;
/// - `severalPrincipals`, if the role assignments are not those of one principal;
/// - `contradictoryObservations`, if you have `observed` a resource role in two ways.
///
/// An error repeats only a bounded part of the question, and nothing of a token.
///
/// # Examples
/// ```
/// let question = br#"{
///     "caller": { "account": "application", "permissions": ["EntitlementManagement.ReadWrite.All"] },
///     "stored": {
///         "format": 1,
///         "id": "78f1fdfd-4d01-4e20-9e7d-792f1f0cba47",
///         "catalog": { "id": "cec5d6ab-c75d-47c0-9c1c-92e89f66e384", "privilegeLevel": "standard" },
///         "accessPackage": "8ca95b77-5991-438f-b0a4-f5fa02fb93e0",
///         "target": "2bc42425-6dc5-4f2a-9ebb-7a7464481eb0", "targetType": "user",
///         "state": "expired", "end": null, "attempt": 0, "resourceRoles": []
///     },
///     "now": "2026-11-28T12:00:00Z"
/// }"#;
/// let answer = access_package::ask("evaluate", question);
/// assert!(answer.starts_with(r#"{"verdict":"invalidState","message":"state is `expired`"#));
///
/// let answer = access_package::ask("evaluate", br#"{ "caller": { "account": "robot" } }"#);
/// assert!(answer.starts_with(r#"{"error":{"code":"malformed""#));
/// assert!(answer.ends_with(r#""place":"caller.account"}}"#));
/// ```
#[must_use]
pub fn ask(operation: &str, question: &[u8]) -> String {
    answered(&ALL, operation, question)
}

/// Answers like [`ask`], except for `read`, which is not an operation here.
///
/// A program that calls only this function contains no reader of documents, which makes a WebAssembly module smaller by
/// a third.
///
/// # Examples
/// ```
/// let answer = access_package::ask_stored("read", br#"{ "document": {} }"#);
/// assert!(answer.starts_with(r#"{"error":{"code":"unknownOperation""#));
/// ```
#[must_use]
pub fn ask_stored(operation: &str, question: &[u8]) -> String {
    answered(&STORED, operation, question)
}

/// An operation: its name, and the function that answers it.
type Operation = (&'static str, fn(Question<'_>) -> Result<String, Problem>);

const STORED: [Operation; 5] = [
    ("evaluate", evaluated),
    ("explain", explained),
    ("reprocess", reprocessed),
    ("record", recorded),
    ("expire", expired),
];

const ALL: [Operation; 6] = {
    let [a, b, c, d, e] = STORED;
    [a, b, c, d, e, ("read", imported)]
};

fn answered(operations: &[Operation], name: &str, question: &[u8]) -> String {
    let answer = match operations.iter().find(|(known, _)| *known == name) {
        Some((_, answer)) => Question::new(question).and_then(answer),
        None => Err(Problem::unknown_operation(name, operations)),
    };
    answer.unwrap_or_else(|problem| written(&Failed::from(problem)))
}

/// Plain data, which can always be written.
fn written(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}

fn evaluated(mut question: Question<'_>) -> Result<String, Problem> {
    let (caller, stored, now, request) = (
        question.take("caller")?,
        question.take("stored")?,
        question.take("now")?,
        question.find("request")?,
    );
    question.end()?;
    Ok(written(&Verdict::from(judged(&caller, &loaded(stored)?, request.as_ref(), now))))
}

fn explained(mut question: Question<'_>) -> Result<String, Problem> {
    let (claims, roles, stored, now, request): (_, Option<Known>, _, _, _) = (
        question.take_by("claims", json::read_claims)?,
        question.find("roles")?,
        question.take("stored")?,
        question.take("now")?,
        question.find("request")?,
    );
    question.end()?;
    let assignment = loaded(stored)?;
    let roles = roles.map(|Known(roles)| roles);
    let caller = Caller::from_claims(&claims, roles.iter().flatten().copied());
    let verdict = judged(&caller, &assignment, request.as_ref(), now);
    // If roles were looked up, the caveats about them do not apply. But the lists of Graph do not have all of them.
    let of_token = claims.caveats(now).filter(|caveat| roles.is_none() || !caveat.is_of_roles());
    let looked_up = roles.as_ref().filter(|_| verdict.is_err_and(Refusal::is_unauthorized));
    let of_lists = looked_up.into_iter().flat_map(|roles| Noted::of_lists(roles, &claims, caller.object));
    let of_level = Noted::of_level(&caller, assignment.catalog());
    let caveats =
        of_token.map(|caveat| Noted::of(caveat, caller.object)).chain(of_lists).chain(of_level).collect();
    Ok(written(&Explained { verdict: verdict.into(), caller, caveats }))
}

fn reprocessed(mut question: Question<'_>) -> Result<String, Problem> {
    let (caller, stored, now, gives, observed, request): (Caller, _, _, Option<Vec<ResourceRole>>, _, _) = (
        question.take("caller")?,
        question.take("stored")?,
        question.take("now")?,
        // Required, even if null: what the assignment has may be out of date (R13).
        question.take("gives")?,
        question.find("observed")?,
        question.find("request")?,
    );
    question.end()?;
    let observations = Observations::new(observed.unwrap_or_default())?;
    let assignment = loaded(stored)?;
    // R8: a caller who may not reprocess learns nothing about the assignment.
    let authority = match caller.authority(Some(assignment.catalog())) {
        Ok(authority) => authority,
        Err(refusal) => return Ok(written(&Verdict::from(Err(refusal)))),
    };
    let admitted = match request {
        None => authority.admit(assignment, now),
        Some(Exact(request)) => authority.admit_request(assignment, &request, now),
    };
    let refused = |NotAdmitted { refusal, assignment, expired }| {
        written(&Left::of(Reprocessed { verdict: Err(refusal).into(), event: expired }, assignment))
    };
    let admitted = match admitted {
        Ok(admitted) => admitted,
        Err(not_admitted) => return Ok(refused(not_admitted)),
    };
    let had = admitted.assignment().resource_roles();
    let had = had.map(|had| had.iter().map(|entry| entry.resource_role.clone()).collect());
    let Some(gives) = gives.or(had) else {
        // R13
        let refusal = Refusal::new(Reason::ResourceRolesUnknown, None);
        let assignment = admitted.assignment().clone();
        return Ok(refused(NotAdmitted { refusal, assignment, expired: None }));
    };
    let unsaved = admitted.reprocess_observed(gives, |resource_role| observations.of(resource_role));
    let event = Some(unsaved.event());
    Ok(written(&Left::of(Reprocessed { verdict: Ok(authority).into(), event }, unsaved.saved())))
}

fn recorded(mut question: Question<'_>) -> Result<String, Problem> {
    let (stored, Exact(receipt), now) =
        (question.take("stored")?, question.take("receipt")?, question.take("now")?);
    question.end()?;
    let mut assignment = loaded(stored)?;
    let recorded = assignment.record(&receipt, now)?;
    Ok(written(&Left::of(recorded, assignment)))
}

fn expired(mut question: Question<'_>) -> Result<String, Problem> {
    let (stored, now) = (question.take("stored")?, question.take("now")?);
    question.end()?;
    let mut assignment = loaded(stored)?;
    let expired = Expired::from(assignment.expire(now));
    Ok(written(&Left::of(expired, assignment)))
}

/// Reads the assignment of a Graph document, and what its access package gives, if the document lists it.
fn imported(mut question: Question<'_>) -> Result<String, Problem> {
    if let Some(page) = question.remove("roleAssignments") {
        return listed(question, page);
    }
    let document = question.text("document")?;
    let (document, assignment) = match json::read(document.get().as_bytes()) {
        Err(ReadError::IsPage) => {
            let item = only_item(document)?;
            (item, json::read(item.get().as_bytes()))
        }
        read => (document, read),
    };
    let of_document = |problem| {
        let problem = question.of_whole(problem, document);
        Problem::Document { member: "document", problem }
    };
    let text = document.get().as_bytes();
    let assignment = assignment.map_err(of_document)?;
    let gives = match json::read_gives(text) {
        // The list itself may be missing. A part of one of its items may not: its path has an index.
        Err(ReadError::NotExpanded { part, .. }) if !part.contains('[') => None,
        gives => Some(gives.map_err(of_document)?),
    };
    question.end()?;
    Ok(written(&Imported { stored: assignment.into(), gives }))
}

/// Reads the roles of one principal, as Graph lists them.
fn listed(question: Question<'_>, page: &RawValue) -> Result<String, Problem> {
    let of_page = |problem| Problem::Document { member: "roleAssignments", problem };
    let RoleAssignments { held, next_link } = json::read_role_assignments(page.get().as_bytes())
        .map_err(|problem| of_page(question.of_whole(problem, page)))?;
    question.end()?;
    if let Some(next_link) = next_link {
        return Err(of_page(json::list_cut("value", &next_link))); // R45
    }
    let mut principals: Vec<_> = held.iter().map(|(principal, _)| *principal).collect();
    principals.sort_unstable();
    principals.dedup();
    if principals.len() > 1 {
        return Err(Problem::SeveralPrincipals { principals: principals.len() });
    }
    Ok(written(&Listed { roles: held.into_iter().map(|(_, role)| role).collect() }))
}

fn loaded(Exact(stored): Exact<StoredAssignment>) -> Result<Assignment, Problem> {
    Ok(stored.try_into()?)
}

fn judged(
    caller: &Caller,
    assignment: &Assignment,
    request: Option<&Exact<AssignmentRequest>>,
    now: Timestamp,
) -> Result<Authority, Refusal> {
    match request {
        None => evaluate(caller, assignment, now),
        Some(Exact(request)) => evaluate_request(caller, assignment, request, now),
    }
}
