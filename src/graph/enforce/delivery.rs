//! The state machine: one action, from its first request to its end.

use alloc::string::String;

use ::http::{Request, Response, StatusCode};

use super::answers::{Answer, Meaning};
use super::end::{DeliveryError, End, Failure, FailureCause};
use super::group;
use super::look::{Look, Otherwise, Seen};
use super::pauses::Settings;
use super::said::Said;
use super::site::SiteReading;
use super::write::Place;
use crate::action::{Action, Outcome, Receipt};
use crate::graph::endpoint::Endpoint;
use crate::graph::http::retry_after;
use crate::timestamp::Timestamp;
use uuid::Uuid;

/// The delivery of one action: from the first request to the outcome.
///
/// Ask for the [next](Self::next) step and do it. Then report the [response](Self::answered), or that there was
/// [none](Self::unanswered). The [module](crate::graph::enforce) has an example.
///
/// Whatever the service answers, a delivery
///
/// - sends nothing from the end of the assignment on ([R21](crate::policy#r21)),
/// - looks before it repeats a write that had no response ([R40](crate::policy#r40)),
/// - sends nothing earlier than the service asks for ([R40](crate::policy#r40)),
/// - ends within [`patience`](Settings::patience) plus [`replication`](Settings::replication), or twice that if a list
///   never ends.
///
/// You need not store it. After a crash, begin again with [`looking_first`](Self::looking_first).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Delivery {
    action: Action,
    place: Place,
    settings: Settings,
    stage: Stage,
    /// The time of the first request.
    began: Option<Timestamp>,
    /// The first time that something may not have been replicated yet.
    early: Option<Timestamp>,
    /// The last time that a write may have been carried out without an answer.
    doubt: Option<Timestamp>,
    pauses: u32,
    refused_tokens: u8,
    /// The time at which the last response asks for the next request, if it is in the future.
    asked: Option<Timestamp>,
    /// The last response, except for what looks have shown. `None` if the last write had no response.
    said: Option<Said>,
    /// The failure, unless the last look finds the grant.
    failure: Option<Failure>,
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
    /// Ask this group for the cause. If it does not show one, use this cause.
    Ask(Uuid, FailureCause),
}

/// What a [`Delivery`] asks you to do next.
#[derive(Debug, Clone)]
pub enum Next {
    /// Send this request, and report the response. The request has no token: add yours as `Authorization`, for the
    /// service that the request goes to.
    Send(Request<String>),
    /// Wait until this instant.
    Wait(Timestamp),
    /// The delivery has ended.
    Done(End),
}

impl Delivery {
    /// A delivery of this action.
    ///
    /// # Errors
    /// The crate has no request for the action ([R42](crate::policy#r42)): [`DeliveryError::SiteWithoutReading`], for
    /// which [`in_site`](Self::in_site) helps, [`DeliveryError::Azure`] or [`DeliveryError::OriginSystem`].
    pub fn new(action: Action, settings: Settings) -> Result<Self, DeliveryError> {
        let place = Place::of(&action.resource_role)?;
        Ok(Self::at(action, place, settings))
    }

    /// A delivery of an action for a role in a SharePoint site, with the reading that you choose.
    ///
    /// # Errors
    /// [`DeliveryError::NotInSite`]: the action is for another kind of resource role. [`DeliveryError::SiteUrl`]: the
    /// URL of the site is not valid.
    pub fn in_site(action: Action, reading: SiteReading, settings: Settings) -> Result<Self, DeliveryError> {
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
            asked: None,
            said: None,
            failure: None,
        }
    }

    /// The same delivery, but it looks before the first write. Use this if the action may have been carried out before,
    /// for example after a crash.
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

    /// What to do at this instant. Pass the true time.
    ///
    /// If you call this after a request without reporting a response, the request counts as unanswered.
    pub fn next(&mut self, now: Timestamp) -> Next {
        if let Stage::Over(end) = &self.stage {
            return Next::Done(end.clone());
        }
        if self.action.has_ended(now) {
            return Next::Done(self.over(End::Expired)); // R21, R42
        }
        self.unanswered(now);
        match &self.stage {
            Stage::Over(end) => Next::Done(end.clone()),
            Stage::Due(_, at) if now < *at => Next::Wait(self.action.end.map_or(*at, |end| end.min(*at))),
            Stage::Due(step, _) | Stage::Sent(step) => {
                let step = step.clone();
                let request = self.request(&step, now);
                self.began.get_or_insert(now);
                self.asked = None;
                self.stage = Stage::Sent(step);
                Next::Send(request)
            }
        }
    }

    fn request(&self, step: &Step, now: Timestamp) -> Request<String> {
        let base_url = &self.settings.base_url;
        match step {
            Step::Write => self.place.write(base_url, &self.action, now),
            Step::Look(look) => look.request(),
            Step::Ask(group, _) => group::request(base_url, *group),
        }
    }

    /// Reports the response to the last request. If no request is open, it does nothing.
    pub fn answered<B: AsRef<[u8]>>(&mut self, response: &Response<B>, now: Timestamp) {
        let Stage::Sent(step) = &self.stage else { return };
        let step = step.clone();
        // R40: a time that is not in the future would cause the request to be sent again and again.
        self.asked = retry_after(response.headers()).and_then(|after| after.at(now)).filter(|at| *at > now);
        match step {
            Step::Write => self.written(Said::of(response), now),
            Step::Look(look) => self.looked(look, response, now),
            Step::Ask(_, otherwise) => {
                let cause = group::cause(self.place.endpoint(), response, otherwise);
                self.give_up(cause, now);
            }
        }
    }

    /// Reports that the last request had no response, or that you do not know whether it was sent.
    pub fn unanswered(&mut self, now: Timestamp) {
        let Stage::Sent(step) = &self.stage else { return };
        match step.clone() {
            Step::Write => {
                self.said = None;
                self.in_doubt(now);
            }
            step @ Step::Look(_) => self.later(step, now),
            Step::Ask(_, otherwise) => self.give_up(otherwise, now),
        }
    }

    /// The receipt to record for this end. `None` if the assignment has ended first: let it expire.
    #[must_use]
    pub fn receipt(self, end: &End) -> Option<Receipt> {
        match end {
            End::Fulfilled => Some(self.action.receipt(Outcome::Fulfilled)),
            End::Failed(failure) => Some(self.action.failed(failure.reason())),
            End::Expired => None,
        }
    }

    /// Continues after the response to a write.
    fn written(&mut self, said: Said, now: Timestamp) {
        match self.heard(said) {
            Meaning::Fulfilled => {
                self.over(End::Fulfilled);
            }
            Meaning::Look => self.soon(self.look(Otherwise::WriteWhileEarly), now),
            Meaning::InProgress => self.later(self.look(Otherwise::LookAgain), now),
            Meaning::TooEarly(cause) => self.while_early(Step::Write, cause, now),
            Meaning::Later => self.later(Step::Write, now),
            Meaning::InDoubt => self.in_doubt(now),
            Meaning::NotAuthenticated => self.with_another_token(Step::Write, now),
            Meaning::Denied => self.ask(FailureCause::NotAllowed, now),
            Meaning::Failed(cause) => self.give_up(cause, now),
        }
    }

    fn looked<B: AsRef<[u8]>>(&mut self, mut look: Look, response: &Response<B>, now: Timestamp) {
        let seen = look.read(&self.action, response, now);
        if seen.is_some() {
            self.refused_tokens = 0;
        }
        match seen {
            Some(Seen::Grant) => {
                self.over(End::Fulfilled);
            }
            Some(Seen::Nothing) => self.not_seen(look.otherwise, now),
            // R38: a grant that is not on this page may be on the next.
            Some(Seen::NothingYet) => self.next_page(look, now),
            None => self.not_told(look.otherwise, Said::of(response), now),
        }
    }

    fn not_seen(&mut self, otherwise: Otherwise, now: Timestamp) {
        match otherwise {
            Otherwise::Write => self.soon(Step::Write, now),
            Otherwise::WriteWhileEarly => self.while_early(Step::Write, FailureCause::Rejected, now),
            Otherwise::LookAgain => self.later(self.look(Otherwise::LookAgain), now),
            Otherwise::GiveUp => self.give_up(FailureCause::TimedOut, now),
        }
    }

    /// R40: even a list without an end is given up when patience ends, or later, so that the last look is not cut
    /// short.
    fn next_page(&mut self, mut look: Look, now: Timestamp) {
        let until = self.until(now).max(now.saturating_add(self.settings.replication));
        if now <= *look.until.get_or_insert(until) {
            self.soon(Step::Look(look), now);
        } else {
            self.give_up(FailureCause::TimedOut, now);
        }
    }

    /// Continues after a response to a look that does not show who has the resource role. The table for writes applies,
    /// except that a look can always be repeated.
    fn not_told(&mut self, otherwise: Otherwise, said: Said, now: Timestamp) {
        let look = self.look(otherwise);
        let is_a_list = said.status == StatusCode::OK;
        match self.heard(said) {
            // A gateway may have sent this page. The next one may be readable.
            _ if is_a_list => self.while_early(look, FailureCause::Unreadable, now),
            Meaning::TooEarly(cause) => self.while_early(look, cause, now),
            Meaning::NotAuthenticated => self.with_another_token(look, now),
            Meaning::Denied => self.give_up(FailureCause::NotAllowed, now),
            Meaning::Failed(cause) => self.give_up(cause, now),
            Meaning::Fulfilled | Meaning::Look | Meaning::InProgress | Meaning::Later | Meaning::InDoubt => {
                self.later(look, now);
            }
        }
    }

    /// Keeps the response, and returns its meaning.
    fn heard(&mut self, said: Said) -> Meaning {
        let meaning = Answer::meaning(self.place.endpoint(), &said);
        if meaning != Meaning::NotAuthenticated {
            self.refused_tokens = 0;
        }
        self.said = Some(said);
        meaning
    }

    fn with_another_token(&mut self, step: Step, now: Timestamp) {
        self.refused_tokens += 1;
        if self.refused_tokens > 1 {
            self.give_up(FailureCause::NotAuthenticated, now);
        } else {
            self.later(step, now);
        }
    }

    /// R40: looks before it writes again.
    fn in_doubt(&mut self, now: Timestamp) {
        self.doubt = Some(now);
        self.later(self.look(Otherwise::Write), now);
    }

    /// Asks the group for the cause, if the write changes the members or owners of a group.
    fn ask(&mut self, cause: FailureCause, now: Timestamp) {
        match &self.place {
            Place::Graph(listing)
                if [Endpoint::GroupMembers, Endpoint::GroupOwners].contains(&listing.endpoint()) =>
            {
                self.soon(Step::Ask(listing.resource(), cause), now);
            }
            Place::Graph(_) | Place::Site(_) => self.give_up(cause, now),
        }
    }

    /// R41: tries again while something may not be replicated yet, and once more afterwards.
    fn while_early(&mut self, step: Step, cause: FailureCause, now: Timestamp) {
        let until = self.early.get_or_insert(now).saturating_add(self.settings.replication);
        if now < until {
            self.again(step, now, until);
        } else if cause == FailureCause::Rejected {
            self.ask(cause, now);
        } else {
            self.give_up(cause, now);
        }
    }

    /// Does a step immediately, unless the service asks to wait.
    fn soon(&mut self, step: Step, now: Timestamp) {
        match self.asked {
            Some(_) => self.later(step, now),
            None => self.stage = Stage::Due(step, now),
        }
    }

    /// R40: does a step after a pause.
    fn later(&mut self, step: Step, now: Timestamp) {
        self.again(step, now, Timestamp::MAX);
    }

    /// Does a step after a pause, while there is patience. Our own pauses end no later than patience and this bound, so
    /// that each of them is used to its end.
    fn again(&mut self, step: Step, now: Timestamp, bound: Timestamp) {
        let until = self.until(now);
        let own = self.settings.after(self.pauses, now).min(bound).min(until);
        self.pauses = self.pauses.saturating_add(1);
        let at = self.asked.unwrap_or(own);
        if now < until && at <= until {
            self.stage = Stage::Due(step, at);
            return;
        }
        let cause = match step {
            Step::Write | Step::Look(_) => FailureCause::TimedOut,
            Step::Ask(_, cause) => cause,
        };
        self.give_up(cause, now);
    }

    /// The time at which patience ends.
    fn until(&self, now: Timestamp) -> Timestamp {
        self.began.unwrap_or(now).saturating_add(self.settings.patience)
    }

    /// The action fails. R39: if a write may have been carried out, there is one more look, after the directory has had
    /// time to replicate.
    fn give_up(&mut self, cause: FailureCause, now: Timestamp) {
        let failure = self
            .failure
            .take()
            .unwrap_or_else(|| Failure::new(cause, self.place.endpoint(), self.said.as_ref()));
        if let Some(doubt) = self.doubt.take() {
            let seen = doubt.saturating_add(self.settings.replication).max(now);
            let at = self.asked.map_or(seen, |asked| asked.max(seen));
            if at <= seen.max(self.until(now)) {
                self.failure = Some(failure);
                self.stage = Stage::Due(self.look(Otherwise::GiveUp), at);
                return;
            }
        }
        self.over(End::Failed(failure));
    }

    fn look(&self, otherwise: Otherwise) -> Step {
        Step::Look(Look::new(&self.place, &self.action, &self.settings.base_url, otherwise))
    }

    fn over(&mut self, end: End) -> End {
        self.stage = Stage::Over(end.clone());
        end
    }
}
