//! Reads each list once, whatever the number of assignments, and judges the owed access by it.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use access_package::graph::http::CallError;
use access_package::graph::observe::{Holders, Listing, LookError, Replication};
use access_package::graph::obstacle::{Obstacle, Resource};
use access_package::graph::{BaseUrl, Endpoint};
use access_package::{Observed, ResourceRole, Timestamp};
use http::{Request, Response, StatusCode};
use tokio::time::sleep;

use crate::ask::{NotAnswered, Question, ask_all};
use crate::book::{Book, OpenList, Pass, Wanted};
use crate::circle::Circle;
use crate::problem::Problem;
use crate::progress::Progress;
use crate::service::{Service, now};
use crate::verdict::Verdict;

pub struct Observer<'a> {
    pub service: &'a Arc<Service>,
    pub at_once: usize,
    /// How long the directory may take to replicate a new grant (R39).
    pub settle: Duration,
    pub progress: &'a Progress,
}

impl Observer<'_> {
    /// Looks for everything that is open, and again for what was not seen.
    pub async fn observe(&self, book: &mut Book) -> Result<(), Problem> {
        self.pass(book, Pass::First).await?;
        if let Some(since) = book.suspected_since()? {
            // After this wait, the directory shows everything that was given before the assignments were
            // read.
            let over = since.saturating_add(self.settle);
            self.progress.begins_to_wait(over.saturating_duration_since(now()));
            // The clock may be changed meanwhile.
            while now() < over {
                let left = over.saturating_duration_since(now());
                self.progress.waits(left);
                sleep(left.min(Duration::from_secs(1))).await;
            }
            self.pass(book, Pass::Second).await?;
        }
        self.obstacles(book).await
    }

    /// Reads each list in which something is open.
    pub async fn pass(&self, book: &mut Book, pass: Pass) -> Result<(), Problem> {
        self.progress.lists(book.lists_left(pass)?);
        let (book, mut after) = (RefCell::new(book), 0);
        let next = || {
            let Some(list) = book.borrow().next_list(after, pass)? else { return Ok(None) };
            after = list.id;
            Ok(List::new(list, &self.service.base_url))
        };
        let done = |list: List, read: Result<(), NotAnswered>| {
            self.progress.one_more();
            let book = &mut **book.borrow_mut();
            let verdict: Box<dyn Fn(&Wanted<'_>) -> Verdict> = match read {
                Ok(()) => {
                    if list.is_stuck {
                        book.cannot_read(list.id, "links to the next page lead in a circle", false)?;
                    }
                    let List { holders, began, .. } = list;
                    Box::new(move |wanted| match self.verdict(&holders, began, wanted) {
                        Verdict::Suspected | Verdict::Unknown if pass == Pass::Again => Verdict::Lost,
                        verdict => verdict,
                    })
                }
                Err(error) => {
                    if list.is_missing && pass == Pass::First {
                        Box::new(|_| Verdict::Suspected)
                    } else if pass == Pass::Again {
                        // It was seen to be lost, and this failure does not tell otherwise.
                        Box::new(|_| Verdict::Lost)
                    } else {
                        let is_missing = status(&error) == Some(StatusCode::NOT_FOUND);
                        book.cannot_read(list.id, &list.why_not(&error), is_missing)?;
                        Box::new(|_| Verdict::Unknown)
                    }
                }
            };
            book.judge(list.id, pass, verdict)
        };
        ask_all(self.service, self.at_once, next, done).await
    }

    fn verdict(&self, holders: &Holders, began: Timestamp, wanted: &Wanted<'_>) -> Verdict {
        // R21
        if wanted.end.is_some_and(|end| now() >= end) {
            return Verdict::NotOwed;
        }
        let is_over = began >= wanted.read_at.saturating_add(self.settle);
        let replication = if is_over { Replication::Complete } else { Replication::InProgress };
        match holders.observed(wanted.resource_role, wanted.target, replication) {
            Observed::Present => Verdict::Present,
            Observed::Absent => Obstacle::of_target(wanted.target_type, wanted.resource_role)
                .map_or(Verdict::Lost, Verdict::Never),
            Observed::Unknown if is_over => Verdict::Unknown,
            Observed::Unknown => Verdict::Suspected,
            // A list cannot tell this.
            Observed::Unenforceable => Verdict::Unknown,
        }
    }

    /// Asks the groups and applications whether what is lost can be given back.
    async fn obstacles(&self, book: &mut Book) -> Result<(), Problem> {
        let (book, mut after) = (RefCell::new(book), 0);
        let next = || loop {
            let Some((id, role)) = book.borrow().next_lost_role(after)? else { return Ok(None) };
            after = id;
            if let Some(resource) = Resource::of(&role) {
                let request = resource.request(&self.service.base_url);
                return Ok(Some(Asked { id, role, resource, request: Some(request), obstacle: None }));
            }
        };
        let done = |asked: Asked, _read| match asked.obstacle {
            Some(obstacle) => book.borrow().set_obstacle(asked.id, obstacle),
            // No obstacle is seen. Restoring will tell.
            None => Ok(()),
        };
        ask_all(self.service, self.at_once, next, done).await
    }
}

fn status(error: &NotAnswered) -> Option<StatusCode> {
    let NotAnswered::Look(LookError::Call(CallError::Rejected(told))) = error else { return None };
    Some(told.status)
}

/// A list that is being read.
struct List {
    id: i64,
    size: usize,
    /// One of the resource roles that the list shows.
    of: ResourceRole,
    endpoint: Endpoint,
    holders: Holders,
    /// The time at which the reading of the list began.
    began: Timestamp,
    circle: Circle,
    /// Whether its pages lead in a circle.
    is_stuck: bool,
    /// Whether the directory says that the resource of this list does not exist. A server without such lists
    /// does not say so.
    is_missing: bool,
}

impl List {
    fn new(OpenList { id, of, targets }: OpenList, base_url: &BaseUrl) -> Option<Self> {
        let listing = Listing::of(&of)?;
        let size = targets.len();
        let holders = Holders::of_targets(listing, targets, base_url.clone());
        let endpoint = listing.endpoint();
        let (began, circle) = (now(), Circle::default());
        Some(Self { id, size, of, endpoint, holders, began, circle, is_stuck: false, is_missing: false })
    }

    /// Why the list cannot be read, and what helps.
    fn why_not(&self, error: &NotAnswered) -> String {
        match status(error) {
            Some(StatusCode::FORBIDDEN) => {
                let needed = self.endpoint.least_permissions().observe.join("` and `");
                format!("{error}; obtain the permission `{needed}`")
            }
            Some(StatusCode::NOT_FOUND) if !self.is_missing => {
                format!("{error}; is `--directory-url` right?")
            }
            _ => error.to_string(),
        }
    }
}

impl Question for List {
    fn request(&self) -> Option<Request<String>> {
        self.holders.request().filter(|_| !self.is_stuck)
    }

    fn read(&mut self, answer: &Response<String>) -> Result<(), LookError> {
        let is_gone = |it: Resource| it.obstacle(&self.of, answer) == Ok(Some(Obstacle::ResourceGone));
        self.is_missing =
            answer.status() == StatusCode::NOT_FOUND && Resource::of(&self.of).is_some_and(is_gone);
        let asked = self.holders.request().map(|it| it.uri().to_string());
        self.holders.read(answer, now())?;
        self.is_stuck = asked.is_some_and(|asked| self.circle.is_closed_by(&asked));
        Ok(())
    }

    fn size(&self) -> usize {
        self.size
    }
}

/// A group or an application that is asked for obstacles.
struct Asked {
    id: i64,
    role: ResourceRole,
    resource: Resource,
    request: Option<Request<String>>,
    obstacle: Option<Obstacle>,
}

impl Question for Asked {
    fn request(&self) -> Option<Request<String>> {
        self.request.clone()
    }

    fn read(&mut self, answer: &Response<String>) -> Result<(), LookError> {
        self.obstacle = self.resource.obstacle(&self.role, answer)?;
        self.request = None;
        Ok(())
    }

    fn size(&self) -> usize {
        1
    }
}
