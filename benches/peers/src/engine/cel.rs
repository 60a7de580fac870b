//! CEL: the gate as one expression.

use std::collections::HashMap;

use cel::{Context, Program, Value};

use super::Engine;
use crate::question::Text;
use crate::support::documented::ladder;

const EXPRESSION: &str = include_str!("../gate.cel");

pub struct Cel {
    program: Program,
}

fn map<const N: usize>(fields: [(&str, Value); N]) -> Value {
    HashMap::from(fields.map(|(name, value)| (name.to_owned(), value))).into()
}

fn text(text: &str) -> Value {
    text.to_owned().into()
}

impl Engine for Cel {
    const NAME: &'static str = "CEL";
    type Prepared = Context<'static, 'static>;

    fn new() -> Self {
        Self { program: Program::compile(EXPRESSION).expect("an expression") }
    }

    fn prepare(&mut self, asked: &Text) -> Self::Prepared {
        let permissions: Vec<_> = asked.permissions.iter().map(|name| text(name)).collect();
        let held = |(role, scope): &(String, String)| map([("role", text(role)), ("scope", text(scope))]);
        let roles: Vec<_> = asked.roles.iter().map(held).collect();
        let caller = map([
            ("account", text(&asked.account)),
            ("permissions", permissions.into()),
            ("roles", roles.into()),
        ]);
        let assignment = map([
            ("scope", text(&asked.scope)),
            ("privilegeLevel", asked.privilege_level.as_deref().map_or(Value::Null, text)),
            ("state", text(&asked.state)),
        ]);
        let mut context = Context::default();
        // R1. A list in the expression would be made again for each role of the caller.
        let ladder: Vec<_> = ladder().map(|role| text(role.name())).collect();
        context.add_variable_from_value("ladder", ladder);
        context.add_variable_from_value("caller", caller);
        context.add_variable_from_value("assignment", assignment);
        context
    }

    fn decide(&mut self, question: &Self::Prepared) -> bool {
        self.program.execute(question).expect("a value") == Value::Bool(true)
    }
}
