//! The machine itself: one action, from its first request to its end.

use alloc::boxed::Box;
use alloc::string::String;

use ::http::{Request, Response, StatusCode};

use super::answers::{Answer, Meaning};
use super::end::{End, Failure, FailureCause};
use super::group;
use super::pauses::Settings;
use super::said::Said;
use super::site::{SiteReading, SiteRole};
use super::write::{Cannot, Place};
use crate::action::{Action, Outcome, Receipt};
use crate::assignment::Observed;
use crate::graph::http::retry_after;
use crate::graph::observe::{Holders, Replication};
use crate::timestamp::Timestamp;
use uuid::Uuid;

/// One action on its way.
///
/// Ask it what is [next](Self::next), do that, and tell it the [answer](Self::answered), or that there was
/// [none](Self::unanswered).
///
/// It keeps these promises, whatever is answered:
///
/// - From the end of the assignment on nothing is sent ([R21](crate::policy#r21)).
/// - After a write without an answer it looks before it writes again ([R40](crate::policy#r40)).
/// - It comes to an end within its patience.
///
/// It need not be stored. After a crash begin again, with [`looking_first`](Self::looking_first).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Delivery {
    action: Action,
    place: Place,
    settings: Settings,
    stage: Stage,
    /// When the first request was made.
    began: Option<Timestamp>,
    /// Since when it may be that something is not replicated yet.
    early: Option<Timestamp>,
    /// When a write may have been carried out without our knowing.
    doubt: Option<Timestamp>,
    pauses: u32,
    refused_tokens: u8,
    /// The last answer to a write.
    said: Option<Said>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Stage {
    Due(Step, Timestamp),
    Sent(Step),
    Over(End),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Step {
    Write,
    Look(Look),
    /// Ask this group why not.
    Ask(Uuid),
}

/// A look for the grant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Look {
    at: At,
    /// What to do if it is not to be seen.
    otherwise: Otherwise,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum At {
    /// The pages so far.
    Graph(Box<Holders>),
    Site(SiteRole),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Otherwise {
    /// Write, for nothing speaks against it.
    Write,
    /// Write again, while what is missing may not be replicated yet.
    WriteWhileEarly,
    /// Look again, while there is patience.
    LookAgain,
    /// Give up, for this cause.
    GiveUp(FailureCause),
}

/// What to do next.
#[derive(Debug, Clone)]
pub enum Next {
    /// Send this request, and tell what came of it. It has no token: add yours as `Authorization`, for the service to which
    /// the request goes.
    Send(Request<String>),
    /// Do nothing until then.
    Wait(Timestamp),
    /// It is over.
    Over(End),
}

impl Delivery {
    /// An action to carry out.
    ///
    /// # Errors
    /// No request can be made of it ([R42](crate::policy#r42)).
    pub fn new(action: Action, settings: Settings) -> Result<Self, Cannot> {
        let place = Place::of(&action.resource_role)?;
        Ok(Self::at(action, place, settings))
    }

    /// An action for a role in a SharePoint site, with what the host knows of it.
    ///
    /// # Errors
    /// It is for another resource role, or the URL of the site is not one.
    pub fn in_site(action: Action, reading: SiteReading, settings: Settings) -> Result<Self, Cannot> {
        let place = Place::in_site(&action.resource_role, reading)?;
        Ok(Self::at(action, place, settings))
    }

    fn at(action: Action, place: Place, settings: Settings) -> Self {
        Self {
            action,
            place,
            settings,
            stage: Stage::Due(Step::Write, Timestamp::MIN),
            began: None,
            early: None,
            doubt: None,
            pauses: 0,
            refused_tokens: 0,
            said: None,
        }
    }

    /// Looks before the first write: for an action that may have been carried out before, as after a crash.
    #[must_use]
    pub fn looking_first(mut self) -> Self {
        self.stage = Stage::Due(self.look(Otherwise::Write), Timestamp::MIN);
        self
    }

    /// The action.
    #[must_use]
    pub const fn action(&self) -> &Action {
        &self.action
    }

    /// What to do at this instant. Give the true time.
    ///
    /// To ask again after a request, without telling what came of it, is to say that it was not answered.
    pub fn next(&mut self, now: Timestamp) -> Next {
        if let Stage::Over(end) = &self.stage {
            return Next::Over(end.clone());
        }
        if self.action.has_ended(now) {
            return Next::Over(self.over(End::Ended)); // R21, R42
        }
        self.unanswered(now);
        match &self.stage {
            Stage::Over(end) => Next::Over(end.clone()),
            Stage::Due(_, at) if now < *at => Next::Wait(self.action.end.map_or(*at, |end| end.min(*at))),
            Stage::Due(step, _) | Stage::Sent(step) => {
                let step = step.clone();
                let request = self.request(&step, now);
                self.began.get_or_insert(now);
                self.stage = Stage::Sent(step);
                Next::Send(request)
            }
        }
    }

    fn request(&self, step: &Step, now: Timestamp) -> Request<String> {
        let base_url = &self.settings.base_url;
        match step {
            Step::Write => self.place.write(base_url, &self.action, now),
            // While there is a look to be made, there is a page to be asked for.
            Step::Look(Look { at: At::Graph(holders), .. }) => holders.request().unwrap_or_default(),
            Step::Look(Look { at: At::Site(role), .. }) => role.look(),
            Step::Ask(group) => group::request(base_url, *group),
        }
    }

    /// Says what was answered to the last request. An answer to anything else is not looked at.
    pub fn answered<B: AsRef<[u8]>>(&mut self, response: &Response<B>, now: Timestamp) {
        let Stage::Sent(step) = &self.stage else { return };
        match step.clone() {
            Step::Write => self.written(Said::of(response), now),
            Step::Look(look) => self.looked(look, response, now),
            Step::Ask(_) => {
                let cause = group::cause(self.place.endpoint(), response);
                self.give_up(cause, now, asked_for(response, now));
            }
        }
    }

    /// Says that there was no answer to the last request, or that it is not known whether it was sent.
    pub fn unanswered(&mut self, now: Timestamp) {
        let Stage::Sent(step) = &self.stage else { return };
        match step.clone() {
            Step::Write => {
                self.said = None;
                self.in_doubt(now, None);
            }
            step @ Step::Look(_) => self.later(step, now, None),
            Step::Ask(_) => self.give_up(FailureCause::NotAllowed, now, None),
        }
    }

    /// The receipt to record for this end: none if the assignment has ended before.
    #[must_use]
    pub fn receipt(self, end: &End) -> Option<Receipt> {
        match end {
            End::Fulfilled => Some(self.action.receipt(Outcome::Fulfilled)),
            End::Failed(failure) => Some(self.action.failed(failure.reason())),
            End::Ended => None,
        }
    }

    /// What the answer to a write means, and what follows.
    fn written(&mut self, said: Said, now: Timestamp) {
        let meaning = Answer::meaning(self.place.endpoint(), &said);
        let at = said.retry_after.as_ref().and_then(|after| after.at(now));
        self.said = Some(said);
        if meaning != Meaning::NotAuthenticated {
            self.refused_tokens = 0;
        }
        match meaning {
            Meaning::Fulfilled => {
                self.over(End::Fulfilled);
            }
            Meaning::Look => {
                let look = self.look(Otherwise::WriteWhileEarly);
                match at {
                    Some(_) => self.later(look, now, at),
                    None => self.stage = Stage::Due(look, now),
                }
            }
            Meaning::UnderWay => {
                let look = self.look(Otherwise::LookAgain);
                self.later(look, now, at);
            }
            Meaning::TooEarly(cause) => self.while_early(cause, now, at),
            Meaning::Later => self.later(Step::Write, now, at),
            Meaning::InDoubt => self.in_doubt(now, at),
            Meaning::NotAuthenticated => {
                self.refused_tokens += 1;
                if self.refused_tokens > 1 {
                    self.give_up(FailureCause::NotAuthenticated, now, at);
                } else {
                    self.later(Step::Write, now, at);
                }
            }
            Meaning::Denied => match &self.place {
                Place::Graph(listing) => self.stage = Stage::Due(Step::Ask(listing.resource()), now),
                Place::Site(_) => self.give_up(FailureCause::NotAllowed, now, at),
            },
            Meaning::Failed(cause) => self.give_up(cause, now, at),
        }
    }

    fn looked<B: AsRef<[u8]>>(&mut self, look: Look, response: &Response<B>, now: Timestamp) {
        let Look { mut at, otherwise } = look;
        let (seen, is_all) = match &mut at {
            At::Site(role) => (role.is_seen(response), true),
            // Where nothing is, nobody has anything.
            At::Graph(_) if response.status() == StatusCode::NOT_FOUND => (Some(false), true),
            At::Graph(holders) => {
                let page = holders.request();
                let is_read = holders.read(response, now).is_ok();
                let next = holders.request();
                // A page that leads to itself would be asked for for ever.
                let leads_on = next.as_ref().map(Request::uri) != page.as_ref().map(Request::uri);
                let is_seen = is_read && self.is_seen(holders);
                ((is_seen || is_read && leads_on).then_some(is_seen), next.is_none())
            }
        };
        match seen {
            Some(true) => {
                self.over(End::Fulfilled);
            }
            Some(false) if is_all => self.not_seen(otherwise, now),
            // R38: not on this page is not absent.
            Some(false) => self.stage = Stage::Due(Step::Look(Look { at, otherwise }), now),
            // What cannot be looked at now may be later.
            None => {
                let look = self.look(otherwise);
                self.later(look, now, asked_for(response, now));
            }
        }
    }

    fn is_seen(&self, holders: &Holders) -> bool {
        let Action { resource_role, target, .. } = &self.action;
        holders.observed(resource_role, *target, Replication::UnderWay) == Observed::Present
    }

    fn not_seen(&mut self, otherwise: Otherwise, now: Timestamp) {
        match otherwise {
            Otherwise::Write => self.stage = Stage::Due(Step::Write, now),
            Otherwise::WriteWhileEarly => self.while_early(FailureCause::Rejected, now, None),
            Otherwise::LookAgain => {
                let look = self.look(Otherwise::LookAgain);
                self.later(look, now, None);
            }
            Otherwise::GiveUp(cause) => self.fail(cause),
        }
    }

    /// R40: it is looked for before it is written again.
    fn in_doubt(&mut self, now: Timestamp, at: Option<Timestamp>) {
        self.doubt = Some(now);
        let look = self.look(Otherwise::Write);
        self.later(look, now, at);
    }

    /// R41: what may not be replicated yet is tried again for so long.
    fn while_early(&mut self, cause: FailureCause, now: Timestamp, at: Option<Timestamp>) {
        let until = self.early.get_or_insert(now).saturating_add(self.settings.replication);
        if now < until {
            self.again(Step::Write, now, at, until);
        } else {
            self.give_up(cause, now, at);
        }
    }

    /// R40: a step again, after a pause, while there is patience.
    fn later(&mut self, step: Step, now: Timestamp, at: Option<Timestamp>) {
        self.again(step, now, at, Timestamp::MAX);
    }

    /// The same, after a pause that does not go beyond a bound, unless the service asks for it.
    fn again(&mut self, step: Step, now: Timestamp, at: Option<Timestamp>, bound: Timestamp) {
        let until = self.until(now);
        let own = self.settings.after(self.pauses, now).min(bound).min(until);
        self.pauses += 1;
        // An instant that does not lie ahead is none: it would be asked again and again.
        let at = at.filter(|at| *at > now);
        if now < until && at.is_none_or(|at| at <= until) {
            self.stage = Stage::Due(step, at.unwrap_or(own));
            return;
        }
        let cause = match step {
            Step::Look(Look { otherwise: Otherwise::GiveUp(cause), .. }) => cause,
            Step::Look(Look {
                otherwise: Otherwise::Write | Otherwise::WriteWhileEarly | Otherwise::LookAgain,
                ..
            })
            | Step::Write
            | Step::Ask(_) => FailureCause::OutOfPatience,
        };
        self.give_up(cause, now, at);
    }

    /// R39: a write that may have been carried out is looked for once more, when it has had time to be seen.
    fn give_up(&mut self, cause: FailureCause, now: Timestamp, at: Option<Timestamp>) {
        let seen = self.doubt.take().map(|doubt| doubt.saturating_add(self.settings.replication));
        match (seen, at) {
            (None, _) => self.fail(cause),
            (Some(seen), Some(at)) if at > seen.max(self.until(now)) => self.fail(cause),
            (Some(seen), at) => {
                let look = self.look(Otherwise::GiveUp(cause));
                self.stage = Stage::Due(look, at.unwrap_or(now).max(now).max(seen));
            }
        }
    }

    /// How long there is patience.
    fn until(&self, now: Timestamp) -> Timestamp {
        self.began.unwrap_or(now).saturating_add(self.settings.patience)
    }

    fn look(&self, otherwise: Otherwise) -> Step {
        let at = match &self.place {
            Place::Graph(listing) => {
                let base_url = self.settings.base_url.clone();
                At::Graph(Box::new(Holders::of_target(*listing, self.action.target, base_url)))
            }
            Place::Site(role) => At::Site(role.clone()),
        };
        Step::Look(Look { at, otherwise })
    }

    fn fail(&mut self, cause: FailureCause) {
        self.over(End::Failed(Failure::new(cause, self.said.as_ref())));
    }

    fn over(&mut self, end: End) -> End {
        self.stage = Stage::Over(end.clone());
        end
    }
}

/// When the service asks to come back.
fn asked_for<B>(response: &Response<B>, now: Timestamp) -> Option<Timestamp> {
    retry_after(response.headers())?.at(now)
}
