//! Asks many questions at once: up to twenty in a batch and several batches at a time, until each question
//! has its whole answer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use access_package::graph::batch::{self, BatchError};
use access_package::graph::http::CallError;
use access_package::graph::observe::LookError;
use http::{Request, Response, Uri};
use tokio::task::JoinSet;

use crate::problem::Problem;
use crate::service::Service;

/// How many targets are looked for at a time, at most: they are kept in memory. A single list may have more.
const HELD: usize = 50_000;

/// A question that takes one request or, page by page, several.
pub trait Question {
    /// The next request. `None` once the answer is complete.
    fn request(&self) -> Option<Request<String>>;
    /// Takes the answer to that request.
    fn read(&mut self, answer: &Response<String>) -> Result<(), LookError>;
    /// How many targets it keeps in memory.
    fn size(&self) -> usize;
}

/// Why a question is not answered.
#[derive(Debug, thiserror::Error)]
pub enum NotAnswered {
    #[error(transparent)]
    Look(#[from] LookError),
    /// A batch goes to one version of one service.
    #[error("link to the next page leads to another service or version: `{0}`")]
    Elsewhere(Uri),
}

struct Open<Q> {
    question: Q,
    /// How often, and since when, it has been told to ask again.
    failures: u32,
    since: Option<Instant>,
}

/// Asks every question from `next`, and hands each to `done` with its result.
pub async fn ask_all<Q: Question>(
    service: &Arc<Service>,
    at_once: usize,
    mut next: impl FnMut() -> Result<Option<Q>, Problem>,
    mut done: impl FnMut(Q, Result<(), NotAnswered>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    // Questions that have begun come first, so that there are never many of them.
    let (mut begun, mut asked, mut size) = (VecDeque::new(), VecDeque::new(), 0);
    let (mut under_way, mut number) = (JoinSet::new(), 0_u64);
    loop {
        while under_way.len() < at_once {
            let mut parts = Vec::new();
            while parts.len() < batch::MAX {
                let open = match begun.pop_front() {
                    Some(open) => open,
                    None if size >= HELD => break,
                    None => match next()? {
                        Some(question) => {
                            size += question.size();
                            Open { question, failures: 0, since: None }
                        }
                        None => break,
                    },
                };
                parts.push(open);
            }
            if parts.is_empty() {
                break;
            }
            let mut requests: Vec<_> = parts.iter().filter_map(|open| open.question.request()).collect();
            let batch = loop {
                match batch::request(&service.base_url, &requests) {
                    Err(BatchError::NotAPart { index }) if index < parts.len() => {
                        let (open, request) = (parts.remove(index), requests.remove(index));
                        size = size.saturating_sub(open.question.size());
                        done(open.question, Err(NotAnswered::Elsewhere(request.uri().clone())))?;
                    }
                    batch => break batch?,
                }
            };
            if parts.is_empty() {
                continue;
            }
            service.count("parts", parts.len());
            under_way.spawn(send(Arc::clone(service), number, batch, parts.len()));
            asked.push_back((number, parts));
            number += 1;
        }
        let Some(joined) = under_way.join_next().await else { return Ok(()) };
        let (number, answers) = joined.map_err(|error| Problem::Damaged(error.to_string()))?;
        let answers = answers?;
        let Some(at) = asked.iter().position(|(it, _)| *it == number) else { continue };
        let (_, parts) = asked.remove(at).unwrap_or_default();
        for (mut open, answer) in parts.into_iter().zip(answers) {
            // A part that was not answered is asked again.
            let read = answer.map(|answer| (open.question.read(&answer), answer.status().is_server_error()));
            let is_open = match &read {
                Some((Ok(()), _)) => {
                    (open.failures, open.since) = (0, None);
                    open.question.request().is_some()
                }
                Some((Err(LookError::Call(CallError::Retry { after, .. })), _)) => {
                    service.told_to_wait(after.as_ref(), open.failures)?;
                    has_patience(service, &mut open)
                }
                None | Some((Err(_), true)) => {
                    service.told_to_wait(None, open.failures)?;
                    has_patience(service, &mut open)
                }
                Some((Err(_), false)) => false,
            };
            match read {
                _ if is_open => begun.push_back(open),
                Some((read, _)) => {
                    size = size.saturating_sub(open.question.size());
                    done(open.question, read.map_err(NotAnswered::from))?;
                }
                None => {
                    let (url, said) =
                        (service.base_url.to_string(), "a part of a batch has no answer".into());
                    return Err(Problem::NoAnswer { url, said });
                }
            }
        }
    }
}

fn has_patience<Q>(service: &Service, open: &mut Open<Q>) -> bool {
    open.failures += 1;
    open.since.get_or_insert_with(Instant::now).elapsed() < service.patience()
}

type Answers = Vec<Option<Response<String>>>;

async fn send(
    service: Arc<Service>,
    number: u64,
    batch: Request<String>,
    parts: usize,
) -> (u64, Result<Answers, Problem>) {
    let exchange = async {
        let response = service.send("batches", &batch).await?;
        batch::read(&response, parts).map_err(|error| match error {
            BatchError::Call(source) => {
                Problem::Answer { url: batch.uri().to_string(), source: source.into(), lack: None }
            }
            error => error.into(),
        })
    };
    (number, exchange.await)
}
