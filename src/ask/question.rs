//! The question, read member by member.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::problem::Problem;
use crate::assignment::Observed;
use crate::graph::json::{self, Place, ReadError};
use crate::resource_role::ResourceRole;
use crate::text::Exact;

/// A question, with the members that are not read yet.
pub(super) struct Question<'q> {
    text: &'q [u8],
    members: Members<'q>,
}

/// Each member by its name, still as text.
struct Members<'q>(Vec<(String, &'q RawValue)>);

impl<'q> Question<'q> {
    pub(super) fn new(text: &'q [u8]) -> Result<Self, Problem> {
        let Exact(members) = json::unmarked(text).and_then(json::parse)?;
        Ok(Self { text, members })
    }

    /// The member of this name, as text.
    pub(super) fn text(&mut self, name: &'static str) -> Result<&'q RawValue, Problem> {
        self.remove(name).ok_or_else(|| json::missing(name).into())
    }

    /// The member of this name.
    pub(super) fn take<T: Deserialize<'q>>(&mut self, name: &'static str) -> Result<T, Problem> {
        self.take_by(name, json::parse)
    }

    /// The member of this name, read by this function.
    pub(super) fn take_by<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&'q [u8]) -> Result<T, ReadError>,
    ) -> Result<T, Problem> {
        let value = self.text(name)?;
        read(value.get().as_bytes()).map_err(|problem| {
            let mut problem = self.of_whole(problem, value);
            if let ReadError::Malformed { part, .. } = &mut problem {
                *part = Some(below(name, part.as_deref()));
            } else if let ReadError::Missing { part } = &mut problem {
                *part = below(name, Some(part));
            }
            problem.into()
        })
    }

    /// The member of this name, if it is there and not null.
    pub(super) fn find<T: Deserialize<'q>>(&mut self, name: &'static str) -> Result<Option<T>, Problem> {
        if self.members.0.iter().any(|(known, _)| known == name) { self.take(name) } else { Ok(None) }
    }

    /// The end of the question. A member that is left is misspelled, belongs to another question, or is there twice.
    pub(super) fn end(self) -> Result<(), Problem> {
        self.members.0.first().map_or(Ok(()), |(name, _)| Err(Problem::one_too_many(name)))
    }

    /// The member of this name as text, if it is there.
    pub(super) fn remove(&mut self, name: &str) -> Option<&'q RawValue> {
        let Members(members) = &mut self.members;
        let index = members.iter().position(|(known, _)| known == name)?;
        Some(members.remove(index).1)
    }

    /// The problem of this member, with its line and column in the whole question.
    pub(super) fn of_whole(&self, problem: ReadError, value: &RawValue) -> ReadError {
        let mut place = Place::of(self.text);
        place.go_to(value.get().as_bytes());
        place.of_whole(problem)
    }
}

/// The path of a part of a member.
fn below(name: &str, part: Option<&str>) -> String {
    match part {
        None => name.into(),
        Some(index) if index.starts_with('[') => format!("{name}{index}"),
        Some(part) => format!("{name}.{part}"),
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Properties;

        impl<'de> Visitor<'de> for Properties {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut properties: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = properties.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Properties)
    }
}

/// The only item of a page.
pub(super) fn only_item(page: &RawValue) -> Result<&RawValue, Problem> {
    #[derive(Deserialize)]
    struct Page<'p> {
        #[serde(borrow)]
        value: Vec<&'p RawValue>,
    }

    let Exact(Page { value }) = json::parse(page.get().as_bytes())?;
    match value[..] {
        [] => Err(Problem::IsEmptyPage),
        [only] => Ok(only),
        [_, _, ..] => Err(Problem::IsPage { items: value.len() }),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Seen {
    resource_role: ResourceRole,
    observed: Observed,
}

/// The observations, by resource role.
pub(super) struct Observations(Vec<Seen>);

impl Observations {
    /// Contradicting observations are an error.
    pub(super) fn new(seen: Vec<Exact<Seen>>) -> Result<Self, Problem> {
        let mut seen: Vec<_> = seen.into_iter().map(|Exact(seen)| seen).collect();
        seen.sort_unstable_by(|a, b| a.resource_role.cmp(&b.resource_role));
        let contradictory = seen.windows(2).find_map(|pair| match pair {
            [a, b] if a.resource_role == b.resource_role && a.observed != b.observed => {
                Some(a.resource_role.clone())
            }
            _ => None,
        });
        contradictory.map_or(Ok(Self(seen)), |twice| Err(Problem::ContradictoryObservations(twice)))
    }

    pub(super) fn of(&self, resource_role: &ResourceRole) -> Observed {
        let found = self.0.binary_search_by(|seen| seen.resource_role.cmp(resource_role));
        // R19
        found.ok().and_then(|index| self.0.get(index)).map_or(Observed::Unknown, |seen| seen.observed)
    }
}
