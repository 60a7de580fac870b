//! The service: what it can do with a request, and what it can answer.

use access_package::graph::enforce::FailureCause;
use http::{Response, StatusCode};

use crate::kind::{Ask, Kind, Page};
use crate::world::{Clock, NEVER, Verdict, World, at};

/// The fate of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    pub act: Act,
    pub says: Says,
    pub after: After,
    pub tells: Tells,
    /// How many seconds the answer takes.
    pub takes: Clock,
}

/// What the directory does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Nothing,
    /// The grant exists, from this many seconds later on.
    Grant(Clock),
}

/// What the answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// There is no answer.
    Nothing,
    /// This status, with this body.
    Body(u16, &'static str),
    /// This status, with this code in an error inside the error.
    Code(u16, &'static str),
    /// A schedule request, with its status.
    Schedule(&'static str),
    Page(Page),
}

/// What `Retry-After` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    Nothing,
    Seconds(Clock),
    /// As a date.
    Date(Clock),
}

/// What the answer means to the service itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// The grant exists.
    Granted,
    /// It is on its way.
    InProgress,
    /// Nothing was done, for now.
    Busy,
    /// The write may or may not have been carried out.
    Doubt,
    /// To a write: the decision.
    Verdict(Verdict),
    /// To a look: this page completes the list.
    Whole,
    /// To a look: there is another page.
    More,
    /// To a look: it shows nothing.
    Blind,
    /// About the group: why it cannot be changed.
    Why(FailureCause),
}

const PERMISSION: &str = r#"{"error":{"code":"UnknownError","message":"{\"errorCode\":\"PermissionScopeNotGranted\",\"message\":\"no\",\"instanceAnnotations\":[]}"}}"#;
const EXISTS: &str = r#"{"error":{"code":"Request_BadRequest","message":"One or more added object references already exist for the following modified properties: 'members'."}}"#;
const NOT_VALID: &str =
    r#"{"error":{"code":"Request_BadRequest","message":"Not a valid reference update."}}"#;

impl Reply {
    const fn new(says: Says, tells: Tells) -> Self {
        Self { act: Act::Nothing, says, after: After::Nothing, tells, takes: 0 }
    }

    const fn verdict(says: Says, verdict: Verdict) -> Self {
        Self::new(says, Tells::Verdict(verdict))
    }

    const fn doing(self, act: Act) -> Self {
        Self { act, ..self }
    }

    const fn after(self, after: After) -> Self {
        Self { after, ..self }
    }

    const fn lost(tells: Tells) -> Self {
        Self { takes: 1, ..Self::new(Says::Nothing, tells) }
    }

    /// Every reply to this request, in this world.
    pub fn every(world: &World, ask: Ask) -> Vec<Self> {
        let mut replies = Vec::new();
        match ask {
            Ask::Write => {
                busy(world, Tells::Busy, &mut replies);
                refusals(world, &mut replies);
                writes(world, &mut replies);
            }
            Ask::Look | Ask::SecondPage => {
                busy(world, Tells::Blind, &mut replies);
                looks(world, ask, &mut replies);
            }
            Ask::Group => groups(world, &mut replies),
        }
        if world.size.wide {
            let slow: Vec<_> =
                replies.iter().filter(|it| it.takes == 0 && it.after == After::Nothing).copied().collect();
            replies.extend(slow.into_iter().map(|it| Self { takes: 1, ..it }));
        }
        replies
    }

    pub fn response(&self, world: &World) -> Option<Response<String>> {
        let (status, body) = match self.says {
            Says::Nothing => return None,
            Says::Body(status, body) => (status, body.into()),
            Says::Code(status, code) => {
                let inner = format!(r#"{{"code":"{code}","message":"no"}}"#);
                let error = format!(r#"{{"code":"outer","message":"no","innerError":{inner}}}"#);
                (status, format!(r#"{{"error":{error}}}"#))
            }
            Says::Schedule(status) => (201, format!(r#"{{"id":"1","status":"{status}"}}"#)),
            Says::Page(page) => world.kind.seen(page, world.end.map(at)),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        let clock = world.clock + self.takes;
        let after = match self.after {
            After::Nothing => return Some(response),
            After::Seconds(seconds) => seconds.to_string(),
            After::Date(seconds) => {
                let (minutes, seconds) = ((clock + seconds) / 60, (clock + seconds) % 60);
                format!("Thu, 01 Jan 1970 00:{minutes:02}:{seconds:02} GMT")
            }
        };
        response.headers_mut().insert("retry-after", after.parse().expect("a header"));
        Some(response)
    }
}

/// Replies that the service is busy.
fn busy(world: &World, tells: Tells, replies: &mut Vec<Reply>) {
    let afters: &[After] = if world.size.wide {
        &[After::Nothing, After::Seconds(0), After::Seconds(3), After::Date(2), After::Seconds(600)]
    } else {
        &[After::Nothing, After::Seconds(0), After::Seconds(3), After::Seconds(600)]
    };
    let busy = |status| Reply::new(Says::Body(status, ""), tells);
    replies.extend(afters.iter().map(|&after| busy(429).after(after)));
    replies.push(busy(503).after(After::Date(3)));
    if world.size.wide {
        replies.push(busy(503));
        replies.push(busy(423).after(After::Seconds(2)));
        if tells == Tells::Busy {
            replies.push(busy(509));
            replies.push(Reply::new(Says::Code(400, "Directory_ConcurrencyViolation"), tells));
            replies.push(Reply::new(Says::Code(403, "resourceBeingProvisioned"), tells));
            if world.kind.is_schedule() {
                replies.push(Reply::new(Says::Code(400, "ResourceIsLocked"), tells));
            }
        }
    }
}

/// Refusals, whatever exists.
fn refusals(world: &World, replies: &mut Vec<Reply>) {
    let kind = world.kind;
    let no = |says, cause| Reply::verdict(says, Verdict::Final(cause));
    replies.push(Reply::verdict(Says::Body(401, ""), Verdict::Token));
    replies.push(Reply::verdict(Says::Code(409, "Conflict"), Verdict::BadRequest).after(After::Seconds(3)));
    replies.push(no(Says::Body(400, "<html>"), FailureCause::Rejected));
    if kind.is_reference() {
        // The group shows why.
        replies.push(no(Says::Code(403, "Authorization_RequestDenied"), FailureCause::NotAllowed));
    } else if kind.is_schedule() {
        replies.push(no(Says::Body(403, PERMISSION), FailureCause::MissingPermission));
        let code = "RoleAssignmentRequestPolicyValidationFailed";
        replies.push(no(Says::Code(400, code), FailureCause::Policy));
        replies.push(no(Says::Schedule("Failed"), FailureCause::Declined));
    } else {
        replies.push(no(Says::Body(403, ""), FailureCause::NotAllowed));
    }
    if world.size.wide {
        replies.push(Reply::verdict(Says::Body(409, ""), Verdict::BadRequest));
        replies.push(no(Says::Body(501, ""), FailureCause::Rejected));
        replies.push(no(Says::Code(405, "methodNotAllowed"), FailureCause::Rejected));
        replies.push(no(Says::Code(403, "accessDenied"), FailureCause::NotAllowed));
        if kind.is_schedule() {
            replies.extend(
                ["denied", "Canceled", "Revoked"].map(|it| no(Says::Schedule(it), FailureCause::Declined)),
            );
        }
    }
}

/// Replies that depend on what exists.
fn writes(world: &World, replies: &mut Vec<Reply>) {
    let (kind, wide) = (world.kind, world.size.wide);
    let done = if kind.is_reference() {
        Says::Body(204, "")
    } else if kind.is_schedule() {
        Says::Schedule("Provisioned")
    } else if kind.is_site() {
        Says::Body(200, "{}")
    } else {
        Says::Body(201, r#"{"id":"1"}"#)
    };
    // The answer does not show whether the write was carried out.
    let mut doubts = |act: Act| {
        let doubt = |status| Reply::new(Says::Body(status, ""), Tells::Doubt).doing(act);
        replies.push(Reply::lost(Tells::Doubt).doing(act));
        replies.push(doubt(500).after(After::Seconds(3)));
        replies.push(doubt(504).after(After::Seconds(600)));
        if wide {
            replies.push(doubt(504));
            replies.push(doubt(502));
            replies.push(Reply::new(Says::Body(408, "<html>"), Tells::Doubt).doing(act));
            replies.push(Reply::new(Says::Body(302, ""), Tells::Doubt).doing(act));
        }
    };
    doubts(Act::Nothing);
    if !world.are_objects_there() {
        replies.push(Reply::verdict(Says::Code(404, "Request_ResourceNotFound"), Verdict::NotFound));
        if kind == Kind::AppRoles {
            replies.push(Reply::verdict(Says::Body(400, NOT_VALID), Verdict::BadRequest));
        } else if kind.is_schedule() && wide {
            replies.push(Reply::verdict(Says::Code(400, "SubjectNotFound"), Verdict::NotFound));
            replies.push(Reply::verdict(Says::Code(400, "RoleNotFound"), Verdict::NotFound));
        }
        return;
    }
    match world.grant {
        Some(_) if kind.is_site() => replies.push(Reply::new(done, Tells::Granted)),
        Some(grant) if kind.is_schedule() && grant.since > world.clock => {
            replies.push(Reply::new(Says::Code(400, "PendingRoleAssignmentRequest"), Tells::InProgress));
        }
        Some(_) if kind.is_schedule() => {
            replies.push(Reply::verdict(Says::Code(400, "RoleAssignmentExists"), Verdict::BadRequest));
        }
        Some(_) => replies.push(Reply::verdict(Says::Body(400, EXISTS), Verdict::BadRequest)),
        None => {
            doubts(Act::Grant(0));
            replies.push(Reply::new(done, Tells::Granted).doing(Act::Grant(0)));
            if kind.is_schedule() {
                let under_way = |status, later| {
                    Reply::new(Says::Schedule(status), Tells::InProgress).doing(Act::Grant(later))
                };
                replies.push(under_way("Granted", 2));
                replies.push(under_way("PendingApproval", NEVER));
                if wide {
                    replies.push(under_way("PendingProvisioning", 0));
                    replies.push(under_way("ScheduleCreated", 1));
                    replies.push(under_way("AnythingNew", 4));
                    replies.push(Reply::lost(Tells::Doubt).doing(Act::Grant(2)));
                }
            }
        }
    }
}

fn looks(world: &World, ask: Ask, replies: &mut Vec<Reply>) {
    let kind = world.kind;
    let blind = |says| Reply::new(says, Tells::Blind);
    replies.push(Reply::lost(Tells::Blind));
    replies.push(blind(Says::Body(500, "")).after(After::Seconds(3)));
    // Refused like a write, whatever exists.
    replies.push(Reply::verdict(Says::Body(401, ""), Verdict::Token));
    replies.push(Reply::verdict(Says::Body(403, ""), Verdict::Final(FailureCause::NotAllowed)));
    if world.size.wide {
        replies.push(Reply::verdict(Says::Code(400, "x"), Verdict::Final(FailureCause::Rejected)));
        replies.push(blind(Says::Body(504, "")));
        replies.push(blind(Says::Body(200, "<html>")));
    }
    if kind == Kind::AppRoles && !world.are_objects_there() {
        replies.push(Reply::new(Says::Code(404, "Request_ResourceNotFound"), Tells::Whole));
        return;
    }
    if kind == Kind::AppRoles && ask == Ask::Look {
        replies.push(Reply::new(Says::Page(Page::More), Tells::More));
        replies.push(blind(Says::Page(Page::MoreOfTheSame)));
        return;
    }
    let page = |page| Reply::new(Says::Page(page), Tells::Whole);
    if let Some(since) = world.granted() {
        replies.push(page(Page::Seen { since: at(since) }));
    } else if world.gone.is_some() {
        replies.push(page(Page::Seen { since: at(0) }));
    }
    if world.granted().is_none_or(|since| world.is_fresh(since)) {
        replies.push(page(Page::Unseen));
        if world.size.wide {
            replies.push(page(Page::Unseen).after(After::Seconds(2)));
        }
    }
}

/// Why the group cannot be changed: its kind, or otherwise the earlier answer.
fn groups(world: &World, replies: &mut Vec<Reply>) {
    let otherwise = match world.memory.verdict {
        Verdict::Final(cause) => cause,
        Verdict::BadRequest | Verdict::None | Verdict::NotFound | Verdict::Token => FailureCause::Rejected,
    };
    let why = |body, cause| Reply::new(Says::Body(200, body), Tells::Why(cause));
    let dynamic = if world.kind == Kind::Members { FailureCause::DynamicGroup } else { otherwise };
    // Only if the write is not allowed.
    let assignable = match otherwise {
        FailureCause::NotAllowed => FailureCause::RoleAssignableGroup,
        other => other,
    };
    replies.extend([
        why(r#"{"groupTypes":["DynamicMembership"]}"#, dynamic),
        why(
            r#"{"groupTypes":[],"onPremisesSyncEnabled":true,"mailEnabled":true}"#,
            FailureCause::SyncedGroup,
        ),
        why(r#"{"groupTypes":[],"mailEnabled":true}"#, FailureCause::MailEnabledGroup),
        why(r#"{"groupTypes":["Unified"],"mailEnabled":true,"isAssignableToRole":true}"#, assignable),
        why(r#"{"groupTypes":["Unified"],"mailEnabled":true}"#, otherwise),
        why("<html>", otherwise),
        Reply::new(Says::Body(429, ""), Tells::Why(otherwise)).after(After::Seconds(3)),
        Reply::lost(Tells::Why(otherwise)),
    ]);
}
