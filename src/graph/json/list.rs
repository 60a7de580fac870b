//! A list of assignments, page by page.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{ReadError, missing, read};
use crate::assignment::Assignment;
use crate::graph::object::Object;
use crate::id::AssignmentId;

/// A page of a list of assignments.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The assignments, in the order of the page; for one that cannot be read, why.
    pub items: Vec<Result<Assignment, ItemError>>,
    /// Where the next page is, to be asked for as it stands (`@odata.nextLink`); `None` on the last.
    pub next_link: Option<String>,
}

/// One item of a list cannot be read as an assignment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`value[{index}]`{}: {problem}", Named(*.id))]
#[non_exhaustive]
pub struct ItemError {
    /// Which item of the page it is, from 0.
    pub index: usize,
    /// The id of the assignment, where at least that can be read.
    pub id: Option<AssignmentId>,
    /// Why it cannot be read. A line and column in it are those of the whole page, not of the item.
    pub problem: ReadError,
}

/// The id in the text of an error.
struct Named(Option<AssignmentId>);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |id| write!(f, " (`{id}`)"))
    }
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    value: Option<Vec<&'a RawValue>>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
}

#[derive(Deserialize)]
struct Identified {
    id: Option<AssignmentId>,
}

/// Reads a page of a list of assignments, of v1.0 or of beta: an object with `value`, and, unless it is
/// the last, `@odata.nextLink`.
///
/// Each item is read as by [`read`]. One that cannot be is that item's error; the others are read.
///
/// # Errors
/// The page as a whole is not JSON, or no list.
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
    let Object(document) = serde_json::from_slice::<Object<Document<'_>>>(page)?;
    let items = document.value.ok_or_else(|| missing("value"))?;
    let mut place = Place { line: 1, column: 0, rest: page };
    let items = (0..).zip(items).map(|(index, item)| {
        let item = item.get().as_bytes();
        read(item).map_err(|problem| {
            place.go_to(item);
            let id = serde_json::from_slice(item).ok().and_then(|Object(Identified { id })| id);
            ItemError { index, id, problem: place.of_page(problem) }
        })
    });
    Ok(Page { items: items.collect(), next_link: document.next_link })
}

/// A place in a page that only moves forward, so that all of them together cost one pass.
struct Place<'a> {
    /// From 1.
    line: usize,
    /// How many bytes of the line come before.
    column: usize,
    rest: &'a [u8],
}

impl Place<'_> {
    /// Moves to an item, which is a part of what is left of the page.
    fn go_to(&mut self, item: &[u8]) {
        let distance = item.as_ptr().addr().saturating_sub(self.rest.as_ptr().addr());
        let Some((passed, rest)) = self.rest.split_at_checked(distance) else { return };
        for byte in passed {
            if *byte == b'\n' {
                self.line += 1;
                self.column = 0;
            } else {
                self.column += 1;
            }
        }
        self.rest = rest;
    }

    /// The problem of the item that begins here, its place told as one of the page.
    fn of_page(&self, mut problem: ReadError) -> ReadError {
        if let ReadError::Malformed { line, column, .. } = &mut problem {
            if *line == 1 {
                *column += self.column;
            }
            *line += self.line - 1;
        }
        problem
    }
}
