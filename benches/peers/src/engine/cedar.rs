//! Cedar, with the crate's own policies.

use std::collections::{HashMap, HashSet};
use std::str::FromStr as _;

use access_package::policy::{CEDAR, CEDAR_SCHEMA};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    Response, RestrictedExpression, Schema, ValidationMode, Validator,
};

use super::Engine;
use crate::question::{ASSIGNMENT, RequestText, Text};
use crate::support::documented::ROLES;
use crate::support::in_camel_case;

/// The texts as policies and schema, if the policies are valid in strict mode.
pub fn conforming(policies: &str, schema: &str) -> Result<(PolicySet, Schema), String> {
    let policies = PolicySet::from_str(policies).map_err(|error| error.to_string())?;
    let (schema, warnings) = Schema::from_cedarschema_str(schema).map_err(|error| error.to_string())?;
    let warnings: Vec<_> = warnings.collect();
    if !warnings.is_empty() {
        return Err(format!("{warnings:?}"));
    }
    let result = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
    if result.validation_passed_without_warnings() { Ok((policies, schema)) } else { Err(result.to_string()) }
}

pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    /// If present, entities must conform to it.
    schema: Option<Schema>,
    types: Types,
}

struct Types {
    scope: EntityTypeName,
    permission: EntityTypeName,
    state: EntityTypeName,
    assignment: EntityTypeName,
    user: EntityTypeName,
    application: EntityTypeName,
    personal: EntityTypeName,
    reprocess: EntityUid,
    reprocess_request: EntityUid,
}

fn of_type(name: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(name.clone(), EntityId::new(id))
}

fn reference(name: &EntityTypeName, id: &str) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(of_type(name, id))
}

impl Cedar {
    /// With texts other than the crate's. Every question must conform to the schema, too.
    pub fn checked(policies: &str, schema: &str) -> Result<Self, String> {
        let (policies, schema) = conforming(policies, schema)?;
        Ok(Self { schema: Some(schema), ..Self::with(policies) })
    }

    /// With policies other than the crate's, and without a schema.
    pub fn unchecked(policies: &str) -> Result<Self, String> {
        PolicySet::from_str(policies).map(Self::with).map_err(|error| error.to_string())
    }

    fn with(policies: PolicySet) -> Self {
        let name = |name: &str| format!("AccessPackage::{name}").parse().expect("a name");
        let types = Types {
            scope: name("Scope"),
            permission: name("Permission"),
            state: name("State"),
            assignment: name("Assignment"),
            user: name("User"),
            application: name("Application"),
            personal: name("PersonalAccount"),
            reprocess: of_type(&name("Action"), "reprocess"),
            reprocess_request: of_type(&name("Action"), "reprocessRequest"),
        };
        Self { authorizer: Authorizer::new(), policies, schema: None, types }
    }

    /// The question as entities and a request.
    pub fn entities(&self, text: &Text) -> Result<(Request, Entities), String> {
        let types = &self.types;
        let tenant = of_type(&types.scope, "/");
        let catalog = of_type(&types.scope, &text.scope);

        let held = |&(_, name, _): &(_, &str, _)| {
            let scopes = text.roles.iter().filter(|(role, _)| role == name);
            let scopes = scopes.map(|(_, scope)| reference(&types.scope, scope));
            (in_camel_case(name), RestrictedExpression::new_set(scopes))
        };
        let roles = RestrictedExpression::new_record(ROLES.iter().map(held)).expect("different names");
        let permissions = text.permissions.iter().map(|permission| reference(&types.permission, permission));
        let account = match text.account.as_str() {
            "workOrSchool" => &types.user,
            "application" => &types.application,
            _ => &types.personal,
        };
        let caller = Entity::new(
            of_type(account, "caller"),
            HashMap::from([
                ("permissions".to_owned(), RestrictedExpression::new_set(permissions)),
                ("roles".to_owned(), roles),
            ]),
            HashSet::new(),
        );
        // R43: an unknown level counts as standard.
        let is_privileged = text.privilege_level.as_deref() == Some("privileged");
        let assignment = Entity::new(
            of_type(&types.assignment, ASSIGNMENT),
            HashMap::from([
                ("state".to_owned(), reference(&types.state, &text.state)),
                ("isPrivileged".to_owned(), RestrictedExpression::new_bool(is_privileged)),
            ]),
            HashSet::from([catalog.clone()]),
        );
        let caller = caller.map_err(|error| error.to_string())?;
        let assignment = assignment.map_err(|error| error.to_string())?;

        let schema = self.schema.as_ref();
        let (action, context) = match &text.request {
            None => (&types.reprocess, Context::empty()),
            Some(request) => (&types.reprocess_request, self.context(request)),
        };
        let request = Request::new(caller.uid(), action.clone(), assignment.uid(), context, schema);
        let request = request.map_err(|error| error.to_string())?;
        let scopes = [
            Entity::new_no_attrs(catalog, HashSet::from([tenant.clone()])),
            Entity::new_no_attrs(tenant, HashSet::new()),
        ];
        let entities = Entities::from_entities([caller, assignment].into_iter().chain(scopes), schema);
        Ok((request, entities.map_err(|error| error.to_string())?))
    }

    /// The request to reprocess, and the time.
    fn context(&self, request: &RequestText) -> Context {
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let fields = [
            ("assignment".to_owned(), reference(&self.types.assignment, request.assignment)),
            ("purpose".to_owned(), text(request.purpose)),
            ("isNewest".to_owned(), RestrictedExpression::new_bool(request.recency == "newest")),
            ("state".to_owned(), reference(&self.types.state, &request.state)),
            ("completed".to_owned(), RestrictedExpression::new_long(request.completed)),
        ];
        let fields = RestrictedExpression::new_record(fields).expect("different names");
        let pairs =
            [("request".to_owned(), fields), ("now".to_owned(), RestrictedExpression::new_long(request.now))];
        Context::from_pairs(pairs).expect("different names")
    }

    pub fn response(&self, (request, entities): &(Request, Entities)) -> Response {
        self.authorizer.is_authorized(request, &self.policies, entities)
    }

    pub fn answer(&self, question: &(Request, Entities)) -> Result<bool, String> {
        let response = self.response(question);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.to_string());
        }
        Ok(response.decision() == Decision::Allow)
    }
}

impl Engine for Cedar {
    const NAME: &'static str = "Cedar";
    type Prepared = (Request, Entities);

    fn new() -> Self {
        let (policies, _) = conforming(CEDAR, CEDAR_SCHEMA).expect("valid policies");
        Self::with(policies)
    }

    fn prepare(&mut self, text: &Text) -> Self::Prepared {
        self.entities(text).expect("entities")
    }

    fn decide(&mut self, question: &Self::Prepared) -> bool {
        self.response(question).decision() == Decision::Allow
    }
}
