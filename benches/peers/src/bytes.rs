//! From stored text to stored text: read an assignment, decide, reprocess it, look at every action, and write it.
//!
//! Each side gets the caller as strings, as a host has them from a token and a directory.

use std::hint::black_box;

use access_package::{Assignment, StoredAssignment, evaluate, reprocess};

use crate::baseline::{Record, Subject as _};
use crate::engine::{Engine, caller};
use crate::floor::Row;
use crate::machine::{Life as _, Machine};
use crate::question::{NOW, Text};

/// One side: from stored text to stored text.
pub trait Way {
    const NAME: &'static str;

    /// Prepares everything for this caller.
    fn new(caller: Text) -> Self;

    /// The text to save. `None` if the caller or the state is refused.
    fn reprocess(&mut self, stored: &str) -> Option<String>;
}

fn read(text: &str) -> StoredAssignment {
    serde_json::from_str(text).expect("a stored assignment")
}

fn row(text: &str) -> Row<'_> {
    serde_json::from_str(text).expect("a row")
}

/// The crate itself.
pub struct Crate(Text);

impl Way for Crate {
    const NAME: &'static str = "crate";

    fn new(caller: Text) -> Self {
        Self(caller)
    }

    fn reprocess(&mut self, stored: &str) -> Option<String> {
        let mut assignment = Assignment::try_from(read(stored)).expect("a whole assignment");
        let authority = evaluate(&caller(&self.0), &assignment, black_box(NOW)).ok()?;
        for action in reprocess(&mut assignment, authority.role()).ok()? {
            black_box(&action);
        }
        Some(serde_json::to_string(&StoredAssignment::from(assignment)).expect("plain data"))
    }
}

/// An engine decides. The rest is written by hand, on borrowed strings that nothing parses.
pub struct Gated<E> {
    engine: E,
    question: Text,
}

fn put(place: &mut String, text: &str) {
    place.clear();
    place.push_str(text);
}

impl<E: Engine> Way for Gated<E> {
    const NAME: &'static str = E::NAME;

    fn new(caller: Text) -> Self {
        Self { engine: E::new(), question: caller }
    }

    fn reprocess(&mut self, stored: &str) -> Option<String> {
        let mut row = row(stored);
        put(&mut self.question.state, row.state);
        put(&mut self.question.scope, "/AccessPackageCatalog/");
        self.question.scope.push_str(row.catalog.id);
        self.question.privilege_level = row.catalog.privilege_level.map(str::to_owned);
        let prepared = self.engine.prepare(&self.question);
        if !self.engine.decide(&prepared) {
            return None;
        }
        row.attempt = row.attempt.wrapping_add(1);
        for entry in row.resource_roles.iter_mut().flatten() {
            entry.fulfillment = "pending";
            row.state = "delivering";
            black_box((row.id, row.attempt, row.target, &entry.resource_role, row.end));
        }
        Some(serde_json::to_string(&row).expect("plain data"))
    }
}

/// Reads and writes with the types of the crate, and judges the caller by hand: `statig` does neither.
pub struct ByMachine(Text);

impl Way for ByMachine {
    const NAME: &'static str = Machine::NAME;

    fn new(caller: Text) -> Self {
        Self(caller)
    }

    fn reprocess(&mut self, stored: &str) -> Option<String> {
        let mut stored = read(stored);
        let allowed = Record::authority(&caller(&self.0), stored.catalog).ok()?;
        let resource_roles = stored.resource_roles.take();
        let mut machine = Machine::load(StoredAssignment { resource_roles, ..stored });
        for action in machine.reprocess(allowed.role).ok()? {
            black_box(&action);
        }
        machine.save(&mut stored);
        Some(serde_json::to_string(&stored).expect("plain data"))
    }
}

/// Decides nothing and changes nothing.
pub struct Floor;

impl Way for Floor {
    const NAME: &'static str = "reading and writing alone";

    fn new(_: Text) -> Self {
        Self
    }

    fn reprocess(&mut self, stored: &str) -> Option<String> {
        Some(serde_json::to_string(&row(stored)).expect("plain data"))
    }
}
