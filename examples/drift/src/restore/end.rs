//! How a restore ends for one assignment.

use access_package::graph::http::{CallError, ErrorResponse};
use access_package::{AssignmentState, Refusal};
use serde_json::json;

use crate::evidence::Diary;
use crate::problem::Problem;
use crate::token::Lack;

#[derive(Default)]
pub struct End {
    /// The word that is printed beside the id, if it is not restored.
    pub word: &'static str,
    pub says: Vec<String>,
    pub is_restored: bool,
    /// The assignment no longer owes what was lost.
    pub is_not_owed: bool,
    /// The service has accepted it, and it may still be under way.
    pub is_accepted: bool,
}

impl End {
    /// The assignment is in this state now.
    pub fn of_state(diary: &Diary, state: AssignmentState) -> Result<Self, Problem> {
        let mut end = Self { word: "not restored", ..Self::default() };
        let refusal = Refusal::of_state(state);
        let remedies: Vec<_> = refusal.iter().flat_map(|it| it.remedies()).map(|it| it.to_string()).collect();
        diary.add("ended", json!({ "state": state.as_str(), "remedies": remedies }))?;
        end.is_restored = refusal.is_none();
        end.says.push(format!("its state is `{state}`"));
        end.says.extend(remedies.into_iter().map(|remedy| format!("what helps: {remedy}")));
        Ok(end)
    }

    /// Microsoft Graph, or a server that uses the crate, refuses.
    fn refused(diary: &Diary, told: &ErrorResponse, lack: Option<&Lack>) -> Result<Self, Problem> {
        let mut end = Self { word: "refused", ..Self::default() };
        end.says.push(told.to_string());
        let mut reasons = Vec::new();
        for reason in told.reasons() {
            let rules: Vec<_> = reason.rules().map(|rule| rule.id).collect();
            end.says.push(format!("because: {reason} ({})", rules.join(", ")));
            reasons.push(json!({ "code": reason.code(), "says": reason.to_string(), "rules": rules }));
        }
        let mut remedies = Vec::new();
        for remedy in told.remedies() {
            let steps: Vec<_> = remedy.iter().map(ToString::to_string).collect();
            end.says.push(format!("what helps: {}", steps.join(", and ")));
            remedies.push(steps);
        }
        // Graph gives no reasons, but the token may, and some of Graph's codes tell what helps.
        end.says.extend(lack.map(|lack| format!("because: {}", lack.reason())));
        let help = lack.map(Lack::help).or_else(|| told.help().map(ToOwned::to_owned));
        let help = help.filter(|_| remedies.is_empty());
        end.says.extend(help.iter().map(|help| format!("what helps: {help}")));
        let (status, code, message) = (told.status.as_u16(), &told.code, &told.message);
        diary.add(
            "refused",
            json!({
                "status": status, "code": code, "message": message, "reasons": reasons, "remedies": remedies, "help": help,
            }),
        )?;
        Ok(end)
    }

    /// It is not known how it ends.
    pub fn in_doubt(diary: &Diary, why: &str) -> Result<Self, Problem> {
        diary.add("inDoubt", json!({ "says": why }))?;
        Ok(Self {
            word: "not known",
            says: Vec::from([
                why.to_owned(),
                "what helps: run `drift check`, then `drift restore` again".to_owned(),
            ]),
            ..Self::default()
        })
    }

    /// The service answers with an error.
    pub fn of_error(diary: &Diary, error: &CallError, lack: Option<&Lack>) -> Result<Self, Problem> {
        match error {
            CallError::Rejected(told) if told.status.is_client_error() => Self::refused(diary, told, lack),
            error @ (CallError::Rejected(_) | CallError::Retry { .. }) => {
                Self::in_doubt(diary, &error.to_string())
            }
        }
    }

    /// One resource role could not be granted.
    pub fn add_failure(
        &mut self,
        diary: &Diary,
        resource_role: &str,
        (code, says, help): (&str, &str, Option<&str>),
    ) -> Result<(), Problem> {
        self.word = "not restored";
        self.is_restored = false;
        self.says.push(format!("{resource_role}: {says}"));
        self.says.extend(help.map(|help| format!("what helps: {help}")));
        diary.add(
            "notGranted",
            json!({ "resourceRole": resource_role, "cause": code, "says": says, "help": help }),
        )
    }
}
