//! The known answers and permissions of Microsoft Graph.

use std::fmt::Write as _;

use access_package::graph::Endpoint;
use access_package::graph::enforce::{ANSWERS, Meaning, Says};
use access_package::policy::Basis;

fn in_markdown(meaning: Meaning) -> String {
    match meaning {
        Meaning::Fulfilled => "the grant is in place".into(),
        Meaning::Look => "look; if the grant is not visible, write again while it may be too early".into(),
        Meaning::InProgress => "look until the grant is visible".into(),
        Meaning::TooEarly(cause) => {
            format!("write again while it may be too early; then **failed**: {cause}")
        }
        Meaning::Later => "write again later".into(),
        Meaning::InDoubt => "look; if the grant is not visible, write again".into(),
        Meaning::NotAuthenticated => "write again, once, with another token".into(),
        Meaning::Denied => "ask the group why".into(),
        Meaning::Failed(cause) => format!("**failed**: {cause}"),
    }
}

const fn word(basis: Basis) -> &'static str {
    match basis {
        Basis::Documented => "documented",
        Basis::Observed => "observed",
        Basis::OurChoice => "our choice",
    }
}

/// The meaning of the answers to a write, in the order in which they are tried.
pub fn answers() -> String {
    let names = |endpoints: &[Endpoint]| {
        let names: Vec<_> = endpoints.iter().map(|endpoint| format!("`{endpoint:?}`")).collect();
        names.join(", ")
    };
    let schedules: Vec<_> = Endpoint::ALL.iter().copied().filter(|endpoint| endpoint.carries_end()).collect();
    let mut table = "| endpoint | status | says | means | basis |\n|---|---|---|---|---|\n".to_owned();
    for row in ANSWERS {
        let endpoints = match row.endpoints {
            [] => "any".into(),
            endpoints if endpoints == schedules => "schedules".into(),
            endpoints => names(endpoints),
        };
        let (first, last) = (row.status.start(), row.status.end());
        let status = if first == last { first.to_string() } else { format!("{first} to {last}") };
        let says = match row.says {
            Says::Anything => "anything".into(),
            Says::Code(code) => format!("code `{code}`"),
            Says::Status(status) => format!("status `{status}`"),
        };
        let (means, basis) = (in_markdown(row.means), word(row.basis));
        writeln!(table, "| {endpoints} | {status} | {says} | {means} | {basis} |").unwrap();
    }
    writeln!(table, "\nThe *schedules* are {}.", names(&schedules)).unwrap();
    table
}

/// The least permissions of each endpoint.
pub fn permissions() -> String {
    let mut table = "| endpoint | to enforce | to observe |\n|---|---|---|\n".to_owned();
    let all = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
    for endpoint in Endpoint::ALL {
        let least = endpoint.least_permissions();
        let (enforce, observe) = (all(least.enforce), all(least.observe));
        writeln!(table, "| `{endpoint:?}` | {enforce} | {observe} |").unwrap();
    }
    table
}
