//! Faults on demand: decides what goes wrong with a request, before and after it is carried out.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, SystemTime};

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::answer::{self, Answer, Body, Loss, Reply};
use super::call::About;
use super::kind::{Kind, Method};

/// A fault, and the requests that it befalls: all that match every given field.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    pub kind: Option<Kind>,
    pub method: Option<Method>,
    pub resource: Option<Uuid>,
    pub principal: Option<Uuid>,
    /// The share of these requests, from 0 to 1; all of them if it is missing.
    pub probability: Option<f64>,
    /// How often the rule fires at most.
    pub count: Option<u32>,
    pub fault: Fault,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Fault {
    /// A `GET` sees a write only after this time.
    Lag {
        ms: i64,
    },
    /// PIM ends a grant after this time, unless it ends earlier anyway.
    EndsEarly {
        ms: i64,
    },
    /// PIM answers with this status. A grant that is only pending takes effect after this time, or never.
    Status {
        status: String,
        effective_in_ms: Option<i64>,
    },
    /// The request is carried out, but the answer says that the access is in place already.
    Duplicate,
    Error(Error),
    /// An answer that is not JSON.
    Text {
        status: u16,
        body: String,
        #[serde(default)]
        carried_out: bool,
    },
    Lost {
        how: Loss,
        #[serde(default)]
        carried_out: bool,
    },
}

/// An error with a code, a status or both; the rest is as documented.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Error {
    code: Option<String>,
    status: Option<u16>,
    message: Option<String>,
    /// A more detailed code inside.
    inner_code: Option<String>,
    retry_after: Option<RetryAfter>,
    #[serde(default)]
    carried_out: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum RetryAfter {
    Seconds(u64),
    /// The date so many seconds from now.
    Date(u32),
    Text(String),
}

impl Error {
    fn answer(&self) -> Answer {
        let known = self.code.as_deref().and_then(answer::of_code);
        let status = self.status.or(known.map(|(status, _)| status)).unwrap_or(400);
        let (code, message) = answer::of_status(status);
        let code = self.code.as_deref().unwrap_or(code);
        let message = self.message.as_deref().unwrap_or(known.map_or(message, |(_, message)| message));
        let mut answer = Answer::error_with(status, code, message);
        if let (Some(code), Body::Json(body)) = (&self.inner_code, &mut answer.body) {
            body["error"]["innerError"]["code"] = code.as_str().into();
        }
        answer.retry_after = self.retry_after.as_ref().map(|after| match after {
            RetryAfter::Seconds(seconds) => seconds.to_string(),
            RetryAfter::Date(seconds) => {
                httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs((*seconds).into()))
            }
            RetryAfter::Text(text) => text.clone(),
        });
        answer
    }
}

impl Rule {
    /// Why the rule is not valid.
    pub fn problem(&self) -> Option<&'static str> {
        let is_status = |status: u16| (400..=599).contains(&status);
        match &self.fault {
            _ if self.probability.is_some_and(|it| !(0.0..=1.0).contains(&it)) => {
                Some("`probability` is not between 0 and 1")
            }
            Fault::Error(error) if !error.status.is_none_or(is_status) => {
                Some("`status` is not an error status")
            }
            Fault::Error(error) if error.status.is_none() && error.code.is_none() => {
                Some("an error needs a `code` or a `status`")
            }
            Fault::Text { status, .. } if !(200..=599).contains(status) => Some("`status` is not a status"),
            Fault::Lag { .. }
            | Fault::EndsEarly { .. }
            | Fault::Status { .. }
            | Fault::Duplicate
            | Fault::Error(_)
            | Fault::Text { .. }
            | Fault::Lost { .. } => None,
        }
    }

    fn fits(&self, about: &About) -> bool {
        self.kind.is_none_or(|kind| kind == about.kind)
            && self.method.is_none_or(|method| method == about.method)
            && self.resource.is_none_or(|resource| Some(resource) == about.resource)
            && self.principal.is_none_or(|principal| Some(principal) == about.principal)
            && (about.method == Method::Post || self.fault.is_of_every_request())
            && (about.kind.is_scheduled() || !self.fault.is_of_schedules())
    }
}

impl Fault {
    /// Whether it can befall a `GET`.
    const fn is_of_every_request(&self) -> bool {
        matches!(self, Self::Error(_) | Self::Text { .. } | Self::Lost { .. })
    }

    const fn is_of_schedules(&self) -> bool {
        matches!(self, Self::EndsEarly { .. } | Self::Status { .. })
    }

    /// Whether it changes how a request is carried out, and not what is answered.
    const fn is_change(&self) -> bool {
        matches!(self, Self::Lag { .. } | Self::EndsEarly { .. } | Self::Status { .. })
    }
}

/// What goes wrong with one request.
#[derive(Default)]
pub struct Decision {
    changes: Vec<Fault>,
    outcome: Option<Fault>,
}

impl Decision {
    pub fn lag(&self) -> Option<i64> {
        self.changes.iter().find_map(|it| if let Fault::Lag { ms } = it { Some(*ms) } else { None })
    }

    pub fn ends_early(&self) -> Option<i64> {
        self.changes.iter().find_map(|it| if let Fault::EndsEarly { ms } = it { Some(*ms) } else { None })
    }

    /// The status that PIM answers with, and the delay until the grant takes effect.
    pub fn status(&self) -> Option<(&str, Option<i64>)> {
        self.changes.iter().find_map(|it| match it {
            Fault::Status { status, effective_in_ms } => Some((status.as_str(), *effective_in_ms)),
            _ => None,
        })
    }

    /// Before: whether the request is carried out at all.
    pub fn is_carried_out(&self) -> bool {
        match &self.outcome {
            Some(
                Fault::Error(Error { carried_out, .. })
                | Fault::Text { carried_out, .. }
                | Fault::Lost { carried_out, .. },
            ) => *carried_out,
            _ => true,
        }
    }

    /// After: what the caller gets, given the answer of the directory, if there is one.
    pub fn reply(&self, kind: Kind, answer: Option<Answer>) -> Reply {
        let own = || answer.unwrap_or_else(|| Answer::error("InternalServerError"));
        match &self.outcome {
            Some(Fault::Error(error)) => Reply::Answer(error.answer()),
            Some(Fault::Text { status, body, .. }) => Reply::Answer(Answer {
                status: StatusCode::from_u16(*status).unwrap_or_default(),
                retry_after: None,
                body: Body::Text(body.clone()),
            }),
            Some(Fault::Lost { how, .. }) => Reply::Lost(*how),
            Some(Fault::Duplicate) => {
                let own = own();
                Reply::Answer(if own.status.is_success() { Answer::exists(kind) } else { own })
            }
            _ => Reply::Answer(own()),
        }
    }
}

/// The rules, in the order of their ids.
pub struct Faults {
    seed: u64,
    pub rules: Vec<Held>,
    /// How often each rule has drawn for the same request.
    draws: HashMap<(i64, About), u64>,
}

pub struct Held {
    pub id: i64,
    pub rule: Rule,
    pub fired: u32,
}

impl Faults {
    pub fn new(seed: u64, rules: Vec<Held>) -> Self {
        Self { seed, rules, draws: HashMap::new() }
    }

    /// Decides what goes wrong with this request, and returns the rules that have fired, with their counts.
    /// The first rule that fires decides the answer; changes add up.
    ///
    /// A draw depends on the seed, the rule, the request and how often it came. So it does not depend on other requests.
    pub fn decide(&mut self, about: About) -> (Decision, Vec<(i64, u32)>) {
        let (mut decision, mut fired) = (Decision::default(), Vec::new());
        for held in &mut self.rules {
            let is_open = held.rule.fault.is_change() || decision.outcome.is_none();
            let is_left = held.rule.count.is_none_or(|count| held.fired < count);
            if !is_open || !is_left || !held.rule.fits(&about) {
                continue;
            }
            if let Some(probability) = held.rule.probability {
                let draws = self.draws.entry((held.id, about)).or_default();
                *draws += 1;
                if chance(&(self.seed, held.id, about, *draws)) >= probability {
                    continue;
                }
            }
            held.fired += 1;
            fired.push((held.id, held.fired));
            let fault = held.rule.fault.clone();
            if fault.is_change() {
                decision.changes.push(fault);
            } else {
                decision.outcome = Some(fault);
            }
        }
        (decision, fired)
    }
}

/// From 0 up to, but not including, 1. The same input always gives the same number.
fn chance(of: &impl Hash) -> f64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    f64::from(u32::try_from(hasher.finish() >> 32).unwrap_or_default()) / 4_294_967_296.0
}
