//! A look: reads page by page whether the grant is in place.

use alloc::boxed::Box;
use alloc::string::String;

use ::http::{Request, Response, StatusCode};

use super::site::SiteRole;
use super::write::Place;
use crate::action::Action;
use crate::assignment::Observed;
use crate::graph::endpoint::BaseUrl;
use crate::graph::observe::{Holders, Replication};
use crate::timestamp::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Look {
    at: At,
    pub(super) otherwise: Otherwise,
    /// When to give up on a list of several pages.
    pub(super) until: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum At {
    /// The pages read so far.
    Graph(Box<Holders>),
    Site(SiteRole),
}

/// What to do if the grant is not visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Otherwise {
    /// Write: nothing has been written yet, or it may have been lost.
    Write,
    /// Write again, while something may not be replicated yet.
    WriteWhileEarly,
    /// Look again, while there is patience.
    LookAgain,
    /// Give up.
    GiveUp,
}

/// What a response shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The grant is in place.
    Grant,
    /// The whole list was read, without the grant.
    Nothing,
    /// The grant was not found yet, and there is another page.
    NothingYet,
}

impl Look {
    pub(super) fn new(place: &Place, action: &Action, base_url: &BaseUrl, otherwise: Otherwise) -> Self {
        let at = match place {
            Place::Graph(listing) => {
                At::Graph(Box::new(Holders::of_target(*listing, action.target, base_url.clone())))
            }
            Place::Site(role) => At::Site(role.clone()),
        };
        Self { at, otherwise, until: None }
    }

    pub(super) fn request(&self) -> Request<String> {
        match &self.at {
            // A look always has a next page.
            At::Graph(holders) => holders.request().unwrap_or_default(),
            At::Site(role) => role.look(),
        }
    }

    /// What the response shows. `None` if it does not tell.
    pub(super) fn read<B: AsRef<[u8]>>(
        &mut self,
        action: &Action,
        response: &Response<B>,
        now: Timestamp,
    ) -> Option<Seen> {
        let holders = match &mut self.at {
            At::Site(role) => {
                return role.is_seen(response).map(|it| if it { Seen::Grant } else { Seen::Nothing });
            }
            // A resource that does not exist has no members.
            At::Graph(_) if response.status() == StatusCode::NOT_FOUND => return Some(Seen::Nothing),
            At::Graph(holders) => holders,
        };
        let asked = holders.request();
        holders.read(response, now).ok()?;
        let seen = holders.observed(&action.resource_role, action.target, Replication::InProgress);
        if seen == Observed::Present {
            return Some(Seen::Grant);
        }
        match (holders.request(), asked) {
            (None, _) => Some(Seen::Nothing),
            // The link leads back to this page. To follow it would request the same page again and again.
            (Some(next), Some(asked)) if next.uri() == asked.uri() => None,
            (Some(_), _) => Some(Seen::NothingYet),
        }
    }
}
