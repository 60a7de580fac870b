//! Whether an assignment that seems to have lost something still owes it. In a large tenant a check takes
//! minutes, and access that was removed meanwhile is not lost.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use access_package::graph::http::{self as graph, CallError, GetError};
use access_package::graph::json::EXPAND_V1;
use access_package::graph::observe::LookError;
use access_package::{AccessPackageId, Assignment, AssignmentId, AssignmentState};
use http::{Request, Response, StatusCode};

use crate::ask::{NotAnswered, Question, ask_all};
use crate::book::{Book, NotConfirmed};
use crate::inventory::{EXPAND_LESS, one};
use crate::packages::{Packages, is_cut, package_of};
use crate::problem::Problem;
use crate::service::{Service, now};

/// An assignment that is read again.
struct Looked<'a> {
    row: i64,
    id: AssignmentId,
    request: Option<Request<String>>,
    /// What to ask a service that does not expand so deep.
    shallow: Option<Request<String>>,
    packages: &'a Packages,
    owes: Owes,
}

enum Owes {
    /// Only these resource roles, as they are stored.
    Only(BTreeSet<String>),
    /// Everything that this access package gives.
    What(AccessPackageId),
    /// It cannot be read, for this reason.
    NotKnown(String),
}

/// Drops findings that are no longer owed, and keeps the number of assignments that could not be asked.
pub async fn confirm(service: &Arc<Service>, at_once: usize, book: &mut Book) -> Result<(), Problem> {
    let mut not_confirmed = NotConfirmed::default();
    let mut after = 0;
    let next = |book: &Book| {
        let next = book.next_drifted(after)?;
        after = next.map_or(after, |(row, _)| row);
        Ok(next)
    };
    let mut packages = Packages::default();
    let cut = round(service, at_once, book, &packages, next, &mut not_confirmed).await?;
    for (.., package) in &cut {
        packages.ask(service, *package).await?;
    }
    // By now it is known what these access packages give.
    let mut cut = cut.into_iter().map(|(row, id, _)| (row, id));
    let next = |_: &Book| Ok(cut.next());
    round(service, at_once, book, &packages, next, &mut not_confirmed).await?;
    book.set_not_confirmed(&not_confirmed)
}

/// Looks at each assignment once. Returns the assignments that owe what their access package gives, if that
/// is not known yet.
async fn round(
    service: &Arc<Service>,
    at_once: usize,
    book: &mut Book,
    packages: &Packages,
    mut next: impl FnMut(&Book) -> Result<Option<(i64, AssignmentId)>, Problem>,
    not_confirmed: &mut NotConfirmed,
) -> Result<Vec<(i64, AssignmentId, AccessPackageId)>, Problem> {
    let (book, mut cut) = (RefCell::new(book), Vec::new());
    let next = || {
        let Some((row, id)) = next(&book.borrow())? else { return Ok(None) };
        let request = Some(one(service, id, EXPAND_V1)?);
        let shallow = Some(one(service, id, EXPAND_LESS)?);
        Ok(Some(Looked { row, id, request, shallow, packages, owes: Owes::NotKnown(String::new()) }))
    };
    let done = |looked: Looked<'_>, read: Result<(), NotAnswered>| {
        match (read, looked.owes) {
            (Ok(()), Owes::Only(roles)) => book.borrow_mut().owes_only(looked.row, &roles)?,
            (Ok(()), Owes::What(package)) => cut.push((looked.row, looked.id, package)),
            (Ok(()), Owes::NotKnown(why)) => not_confirmed.add(why),
            (Err(error), _) => not_confirmed.add(error.to_string()),
        }
        Ok(())
    };
    ask_all(service, at_once, next, done).await?;
    Ok(cut)
}

impl Question for Looked<'_> {
    fn request(&self) -> Option<Request<String>> {
        self.request.clone()
    }

    fn read(&mut self, answer: &Response<String>) -> Result<(), LookError> {
        let body = answer.body().as_bytes();
        self.owes = match graph::read_assignment(answer) {
            Ok(assignment) => owed(assignment),
            // An answer without a code comes from a gateway, which knows nothing about the assignment.
            Err(GetError::Call(CallError::Rejected(told)))
                if told.status == StatusCode::NOT_FOUND && told.code.is_some() =>
            {
                Owes::Only(BTreeSet::new())
            }
            Err(GetError::Call(CallError::Rejected(told)))
                if told.status == StatusCode::BAD_REQUEST && self.shallow.is_some() =>
            {
                self.request = self.shallow.take();
                return Ok(());
            }
            Err(GetError::Call(error)) => return Err(error.into()),
            Err(GetError::Read(problem)) => match (self.packages.read(body), package_of(body)) {
                (Some(Ok(assignment)), _) if is_cut(&problem) => owed(assignment),
                (None, Some(package)) if is_cut(&problem) => Owes::What(package),
                _ => Owes::NotKnown(problem.to_string()),
            },
        };
        self.request = None;
        Ok(())
    }

    fn size(&self) -> usize {
        1
    }
}

fn owed(mut assignment: Assignment) -> Owes {
    let _ = assignment.expire(now());
    if assignment.state() != AssignmentState::Delivered {
        return Owes::Only(BTreeSet::new());
    }
    let roles = assignment.resource_roles().unwrap_or_default().iter();
    Owes::Only(roles.filter_map(|owed| serde_json::to_string(&owed.resource_role).ok()).collect())
}
