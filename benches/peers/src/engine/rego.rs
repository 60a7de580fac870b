//! Rego, with the crate's own policy, in the two evaluators of `regorus`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use access_package::policy::REGO;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{CompiledPolicy, Engine as Regorus, Value};

use super::Engine;
use crate::question::{ASSIGNMENT, Text};

const ALLOW: &str = "data.access_package.allow";

fn compiled(module: &str, rule: &str) -> Result<CompiledPolicy, String> {
    let mut engine = Regorus::new();
    let added = engine.add_policy("gate.rego".to_owned(), module.to_owned());
    added.and_then(|_| engine.compile_with_entrypoint(&rule.into())).map_err(|error| error.to_string())
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::from(
        fields.map(|(name, value)| (Value::from(name), value)).into_iter().collect::<BTreeMap<_, _>>(),
    )
}

/// The question as an input.
pub fn input(text: &Text) -> Value {
    let strings =
        |texts: &[String]| -> Vec<_> { texts.iter().map(|text| Value::from(text.as_str())).collect() };
    let held = |(role, scope): &(String, String)| {
        object([("role", role.as_str().into()), ("scope", scope.as_str().into())])
    };
    let request = text.request.as_ref().map(|request| {
        object([
            ("assignment", request.assignment.into()),
            ("purpose", request.purpose.into()),
            ("recency", request.recency.into()),
            ("state", request.state.as_str().into()),
            ("completed", Value::from(request.completed)),
        ])
    });
    object([
        ("now", text.request.as_ref().map_or(Value::Null, |request| Value::from(request.now))),
        ("request", request.unwrap_or(Value::Null)),
        (
            "caller",
            object([
                ("account", text.account.as_str().into()),
                ("permissions", strings(&text.permissions).into()),
                ("roles", text.roles.iter().map(held).collect::<Vec<_>>().into()),
            ]),
        ),
        (
            "assignment",
            object([
                ("id", ASSIGNMENT.into()),
                ("scope", text.scope.as_str().into()),
                ("privilegeLevel", text.privilege_level.as_deref().map_or(Value::Null, Value::from)),
                ("state", text.state.as_str().into()),
            ]),
        ),
    ])
}

/// The interpreter.
pub struct Rego {
    policy: CompiledPolicy,
}

/// The module's other answer: the reasons.
pub struct Reasons {
    policy: CompiledPolicy,
}

impl Reasons {
    pub fn with(module: &str) -> Result<Self, String> {
        Ok(Self { policy: compiled(module, "data.access_package.reasons")? })
    }

    pub fn answer(&self, text: &Text) -> Result<BTreeSet<String>, String> {
        let value = self.policy.eval_with_input(input(text)).map_err(|error| error.to_string())?;
        let reasons = value.as_set().map_err(|error| error.to_string())?;
        Ok(reasons
            .iter()
            .map(|reason| reason.as_string().map_or_else(|_| reason.to_string(), ToString::to_string))
            .collect())
    }
}

impl Rego {
    /// With a module other than the crate's.
    pub fn with(module: &str) -> Result<Self, String> {
        Ok(Self { policy: compiled(module, ALLOW)? })
    }

    /// Decides on requests.
    pub fn of_requests(module: &str) -> Result<Self, String> {
        Ok(Self { policy: compiled(module, "data.access_package.allow_request")? })
    }

    pub fn answer(&self, text: &Text) -> Result<bool, String> {
        self.answer_to(input(text))
    }

    /// The answer to an input of any form.
    pub fn answer_to(&self, input: Value) -> Result<bool, String> {
        let value = self.policy.eval_with_input(input).map_err(|error| error.to_string())?;
        value.as_bool().copied().map_err(|error| error.to_string())
    }
}

impl Engine for Rego {
    const NAME: &'static str = "Rego, interpreter";
    type Prepared = Value;

    fn new() -> Self {
        Self::with(REGO).expect("a valid module")
    }

    fn prepare(&mut self, text: &Text) -> Value {
        input(text)
    }

    fn decide(&mut self, question: &Value) -> bool {
        self.policy.eval_with_input(question.clone()).expect("a value") == Value::from(true)
    }
}

/// The virtual machine.
pub struct RegoVm(RegoVM);

impl Engine for RegoVm {
    const NAME: &'static str = "Rego, virtual machine";
    type Prepared = Value;

    fn new() -> Self {
        let policy = compiled(REGO, ALLOW).expect("a valid module");
        let program = Compiler::compile_from_policy(&policy, &[ALLOW]).expect("a program");
        let mut machine = RegoVM::new();
        machine.load_program(Arc::clone(&program));
        Self(machine)
    }

    fn prepare(&mut self, text: &Text) -> Value {
        input(text)
    }

    fn decide(&mut self, question: &Value) -> bool {
        self.0.set_input(question.clone());
        self.0.execute().expect("a value") == Value::from(true)
    }
}
