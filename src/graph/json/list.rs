//! A list of assignments, page by page.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::context::Collection;
use super::read::Readable;
use super::shown::{Kind, id_of};
use super::text::{Place, SHOWN, parse, shortened, unmarked};
use super::{ReadError, list_cut, missing, read};
use crate::assignment::Assignment;
use crate::graph::object::Object;
use crate::id::AssignmentId;

/// A page of a list of assignments, and the link to the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The assignments in the order of the page. An unreadable one is an error.
    pub items: Vec<Result<Assignment, ItemError>>,
    /// The link to the next page (`@odata.nextLink`). Use it unchanged. `None` on the last page.
    pub next_link: Option<String>,
}

/// An item of a list that cannot be read as an assignment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{part}`{}: {problem}", Named(*.id))]
#[non_exhaustive]
pub struct ItemError {
    /// The index of the item, from 0.
    pub index: usize,
    /// The path of the item in the page, such as `value[0]`, or `responses[2].body.value[0]` in a response to a batch.
    /// The paths in `problem` are relative to it.
    pub part: String,
    /// The id of the assignment, if it can be read.
    pub id: Option<AssignmentId>,
    /// Why the item cannot be read. Its line and column are those of the whole page.
    pub problem: Box<ReadError>,
}

/// The id in the text of an error.
struct Named(Option<AssignmentId>);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |id| write!(f, " (`{id}`)"))
    }
}

/// The container of the items.
enum Items<'a> {
    Listed(Vec<&'a [u8]>),
    /// The responses in a batch.
    Batch(Vec<&'a RawValue>),
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    value: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    responses: Option<Vec<&'a RawValue>>,
    #[serde(rename = "@odata.context")]
    context: Option<String>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
}

#[derive(Deserialize)]
struct Single<'a> {
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(rename = "@odata.context")]
    context: Option<String>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
}

#[derive(Deserialize)]
struct Response<'a> {
    id: Option<String>,
    status: Option<u16>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

/// Reads a page of a list of assignments, in v1.0 or in beta: an object with `value`, and with `@odata.nextLink` unless
/// it is the last page.
///
/// It reads each item like [`read`](super::read()). An unreadable item is an error of its own, and does not affect the
/// others.
///
/// It also reads what tools write instead of a page: a plain list, a `value` that is a single item, one object per
/// line, and the response to a `$batch`. In a batch, each response is an assignment or a page of assignments. A failed
/// response counts as an unreadable item. If a page in a batch continues elsewhere, the missing rest counts as one too
/// ([R45](crate::policy#r45)).
///
/// # Errors
/// [`ReadError`]: the page as a whole is not JSON, or not a list of assignments, for example according to its
/// `@odata.context`.
///
/// # Examples
/// ```
/// use access_package::graph::json::read_list;
///
/// let assignment = include_str!("../../../examples/assignment.json");
/// let page = format!(r#"{{ "value": [{assignment}, {{ "id": "a0134a12-ef14-42ff-adac-6fef258e720a" }}] }}"#);
/// let page = read_list(page.as_bytes())?;
/// assert!(page.items[0].is_ok());
/// assert_eq!(
///     page.items[1].as_ref().unwrap_err().to_string(),
///     "`value[1]` (`a0134a12-ef14-42ff-adac-6fef258e720a`): `state` is missing"
/// );
/// assert_eq!(page.next_link, None);
/// # Ok::<(), access_package::graph::json::ReadError>(())
/// ```
pub fn read_list(page: &[u8]) -> Result<Page, ReadError> {
    let page = unmarked(page)?;
    if let Some(read) = at_once(page) {
        return Ok(read);
    }
    let (items, next_link) = split(page)?;
    let mut reading = Reading { place: Place::of(page), items: Vec::new() };
    match items {
        Items::Listed(items) => reading.read_each("value", items),
        Items::Batch(responses) => {
            (0..).zip(responses).for_each(|(index, response)| reading.read_response(index, response));
        }
    }
    Ok(Page { items: reading.items, next_link })
}

/// Reads the page in one pass. `None` if an item cannot be read: the page is then split, to find the error of each item.
fn at_once(page: &[u8]) -> Option<Page> {
    #[derive(Deserialize)]
    struct Whole {
        value: Vec<Readable>,
        responses: Option<IgnoredAny>,
        #[serde(rename = "@odata.context")]
        context: Option<String>,
        #[serde(rename = "@odata.nextLink")]
        next_link: Option<String>,
    }

    let text = core::str::from_utf8(page).ok()?;
    let (items, next_link) = if page.trim_ascii_start().starts_with(b"[") {
        (serde_json::from_str(text).ok()?, None)
    } else {
        let Object(whole) = serde_json::from_str::<Object<Whole>>(text).ok()?;
        let Whole { value, responses: None, context, next_link } = whole else { return None };
        Collection::Assignments.check(context.as_deref()).ok()?;
        (value, next_link)
    };
    Some(Page { items: items.into_iter().map(|Readable(item)| Ok(item)).collect(), next_link })
}

/// The items of a page, and the link to the next page.
type Split<'a> = (Items<'a>, Option<String>);

fn split(page: &[u8]) -> Result<Split<'_>, ReadError> {
    if page.trim_ascii_start().starts_with(b"[") {
        return Ok((Items::Listed(texts(parse(page)?)), None));
    }
    let document = match parse(page) {
        Ok(Object(document)) => document,
        Err(problem) => return single(page).or_else(|| lines(page).map(Ok)).unwrap_or(Err(problem)),
    };
    let Document { value, responses, context, next_link } = document;
    match value.map(texts).map(Items::Listed).or(responses.map(Items::Batch)) {
        Some(items) => {
            Collection::Assignments.check(context.as_deref())?;
            Ok((items, next_link))
        }
        None => Err(match Kind::of(page) {
            Some(
                other @ (Kind::GraphError { .. }
                | Kind::Request { .. }
                | Kind::AccessPackage
                | Kind::PageWithoutList),
            ) => other.problem(),
            Some(Kind::Assignment | Kind::Page { .. }) | None => missing("value"),
        }),
    }
}

fn texts(items: Vec<&RawValue>) -> Vec<&[u8]> {
    items.into_iter().map(|item| item.get().as_bytes()).collect()
}

/// A single item in place of a list, as some tools write it.
fn single(page: &[u8]) -> Option<Result<Split<'_>, ReadError>> {
    let Object(Single { value, context, next_link }) = parse(page).ok()?;
    let split = || {
        Collection::Assignments.check(context.as_deref())?;
        Ok((Items::Listed(texts(Vec::from([value]))), next_link))
    };
    value.get().starts_with('{').then(split)
}

/// One document per line, if the first line is one.
fn lines(page: &[u8]) -> Option<Split<'_>> {
    let lines = page.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let lines: Vec<_> = lines.collect();
    let Object(Document { value: None, responses: None, .. }) = parse(lines.first()?).ok()? else {
        return None;
    };
    Some((Items::Listed(lines), None))
}

/// The items read so far.
struct Reading<'a> {
    place: Place<'a>,
    items: Vec<Result<Assignment, ItemError>>,
}

impl Reading<'_> {
    fn read_each(&mut self, list: &str, items: Vec<&[u8]>) {
        for (index, item) in items.into_iter().enumerate() {
            self.read(|| format!("{list}[{index}]"), item);
        }
    }

    fn read(&mut self, part: impl FnOnce() -> String, item: &[u8]) {
        match read(item) {
            Ok(assignment) => self.items.push(Ok(assignment)),
            Err(problem) => {
                let id = if let ReadError::IsRequest { assignment } = problem {
                    assignment
                } else {
                    // The id of an access package is not the id of an assignment.
                    id_of(item).filter(|_| problem != ReadError::IsAccessPackage)
                };
                self.fail(part(), item, id, problem);
            }
        }
    }

    /// Adds a part of the page that cannot be read.
    fn fail(&mut self, part: String, text: &[u8], id: Option<AssignmentId>, problem: ReadError) {
        self.place.go_to(text);
        let problem = Box::new(self.place.of_whole(problem));
        self.items.push(Err(ItemError { index: self.items.len(), part, id, problem }));
    }

    fn read_response(&mut self, index: usize, text: &RawValue) {
        let text = text.get().as_bytes();
        let part = format!("responses[{index}]");
        let response = match parse(text) {
            Ok(Object(response)) => response,
            Err(problem) => return self.fail(part, text, None, problem),
        };
        let Response { id, status: Some(status), body } = response else {
            return self.fail(part, text, None, missing("status"));
        };
        let body = body.map(|body| body.get().as_bytes());
        if !(200..300).contains(&status) {
            let (code, message) = match body.and_then(Kind::of) {
                Some(Kind::GraphError { code, message }) => (Some(code), message),
                _ => (None, None),
            };
            let id = shortened(&id.unwrap_or_default(), SHOWN, 0);
            return self.fail(part, text, None, ReadError::FailedResponse { id, status, code, message });
        }
        let Some(body) = body else { return self.fail(part, text, None, missing("body")) };
        let part = format!("{part}.body");
        match split(body) {
            Ok((Items::Listed(items), next_link)) => {
                self.read_each(&format!("{part}.value"), items);
                if let Some(next_link) = next_link {
                    // R45
                    self.fail(part, text, None, list_cut("value", &next_link));
                }
            }
            Err(problem @ ReadError::OtherCollection { .. }) => self.fail(part, body, None, problem),
            Ok((Items::Batch(_), _)) | Err(_) => self.read(|| part, body),
        }
    }
}
