//! The way of an action, from the call to the receipt, as a picture. A real run gives its texts.

use std::fmt::Write as _;

use access_package::graph::enforce::{Delivery, Next, Settings};
use access_package::graph::{self, Version, http::InnerError};
use access_package::{Role, RoleAssignment, Scope, Timestamp};

use crate::support::{Lacks, caller};

const STYLE: &str = "\
#way{max-width:860px;width:100%}\
#way rect{fill:#f6f8fa;stroke:#59636e}\
#way rect.page{fill:#ffffff;stroke:#d1d9e0}\
#way text{font:14px system-ui,sans-serif;fill:#1f2328;text-anchor:middle}\
#way text.code{font:12.5px ui-monospace,monospace}\
#way path{fill:none;stroke:#59636e;stroke-width:1.4}\
#way path.lane{stroke:#d1d9e0}\
#way path.back{stroke-dasharray:5 4}\
#way marker path{stroke:none;fill:#59636e}\
#way rect.mark{fill:#ddf4ff;stroke:#0969da}\
@media(prefers-color-scheme:dark){\
#way rect{fill:#151b23;stroke:#9198a1}#way rect.page{fill:#0d1117;stroke:#3d444d}\
#way text{fill:#f0f6fc}#way path{stroke:#9198a1}#way path.lane{stroke:#3d444d}\
#way marker path{fill:#9198a1}#way rect.mark{fill:#121d2f;stroke:#4493f8}\
}";

/// The participants, from left to right.
#[derive(Clone, Copy, PartialEq)]
enum Lane {
    Client,
    Host,
    Crate,
    Graph,
}

impl Lane {
    const ALL: [Self; 4] = [Self::Client, Self::Host, Self::Crate, Self::Graph];

    fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Host => "your code",
            Self::Crate => "access-package",
            Self::Graph => "Microsoft Graph",
        }
    }

    fn x(self) -> f64 {
        match self {
            Self::Client => 75.0,
            Self::Host => 275.0,
            Self::Crate => 555.0,
            Self::Graph => 775.0,
        }
    }
}

enum Row {
    /// A question or a request.
    Tell(Lane, Lane, String),
    /// The answer to it.
    Answer(Lane, Lane, String),
    /// A step that one participant takes alone.
    Alone(Lane, String),
}

/// A group membership is lost and restored.
fn run() -> Vec<Row> {
    use Lane::{Client, Crate, Graph, Host};
    let code = str::to_owned;
    let now = Timestamp::MIN;
    let mut rows = Vec::new();

    let sample = graph::json::read(include_bytes!("../../examples/assignment.json")).expect("the sample");
    let request = graph::http::request("https://graph.microsoft.com", Version::V1, sample.id(), "token")
        .expect("a call");
    let (_, last) = request.uri().path().rsplit_once('/').expect("a path");
    rows.push(Row::Tell(Client, Host, format!("{} …/{last}", request.method())));

    let roles = vec![RoleAssignment { role: Role::AccessPackageAssignmentManager, scope: Scope::Tenant }];
    let caller = access_package::Caller { roles, ..caller(Lacks::Nothing) };
    let authority = caller.authority(Some(sample.catalog())).expect("the caller may");
    rows.push(Row::Tell(Host, Crate, code("caller.authority(catalog)")));
    rows.push(Row::Tell(Host, Crate, code("authority.admit(assignment, now)")));
    let gives: Vec<_> =
        sample.resource_roles().expect("known").iter().map(|it| it.resource_role.clone()).collect();
    let missing = gives.iter().find(|it| it.to_string().contains("Member_")).expect("a member").clone();
    let admitted = authority.admit(sample, now).expect("it is delivered");
    let unsaved = admitted.reprocess_observed(gives, |it| {
        if *it == missing { access_package::Observed::Absent } else { access_package::Observed::Present }
    });
    rows.push(Row::Tell(Host, Crate, code("admitted.reprocess(gives_now)")));
    let (state, mut assignment) = (unsaved.stored().state, unsaved.saved());
    rows.push(Row::Answer(Crate, Host, format!("{state}, {} action", assignment.actions().count())));
    rows.push(Row::Alone(Host, code("save")));
    let inner = InnerError { date: now, request_id: "1", client_request_id: None };
    rows.push(Row::Answer(Host, Client, graph::http::respond(Ok(()), &inner).status().to_string()));

    let action = assignment.actions().next().expect("what was lost");
    let settings = Settings::new("https://graph.microsoft.com".parse().expect("an address"));
    let mut delivery = Delivery::new(action, settings).expect("Graph can do it");
    rows.push(Row::Tell(Host, Crate, code("delivery.next(now)")));
    let Next::Send(request) = delivery.next(now) else { panic!("there is something to send") };
    rows.push(Row::Answer(Crate, Host, code("Send(request)")));
    let segments: Vec<_> = request.uri().path().split('/').collect();
    let [_, _, what, _, of, end] = segments[..] else { panic!("{segments:?}") };
    rows.push(Row::Tell(Host, Graph, format!("{} /{what}/…/{of}/{end}", request.method())));
    let answer = http::Response::builder().status(204).body("").expect("an answer");
    rows.push(Row::Answer(Graph, Host, answer.status().to_string()));
    delivery.answered(&answer, now);
    rows.push(Row::Tell(Host, Crate, code("delivery.answered(response, now)")));
    rows.push(Row::Tell(Host, Crate, code("delivery.next(now)")));
    let Next::Done(end) = delivery.next(now) else { panic!("it is over") };
    let receipt = delivery.receipt(&end).expect("it has not ended");
    rows.push(Row::Answer(Crate, Host, format!("Done: {:?}", receipt.outcome)));
    let _ = assignment.record(&receipt, now).expect("its own");
    rows.push(Row::Tell(Host, Crate, code("assignment.record(receipt, now)")));
    rows.push(Row::Answer(Crate, Host, assignment.state().to_string()));
    rows.push(Row::Alone(Host, code("save")));
    rows
}

const TOP: u16 = 74;
const STEP: u16 = 26;

pub fn draw() -> String {
    let rows = run();
    let tops: Vec<_> = (TOP..).step_by(STEP.into()).take(rows.len() + 1).map(f64::from).collect();
    let height = tops[rows.len()] + 6.0;
    let mut body = format!(
        "<rect class=\"page\" x=\"1\" y=\"1\" width=\"858\" height=\"{}\" rx=\"8\"/>\n",
        height - 2.0
    );
    body.push_str(
        "<marker id=\"way-to\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker>\n",
    );
    for lane in Lane::ALL {
        let (x, name) = (lane.x(), lane.name());
        let class = if lane == Lane::Crate { " class=\"mark\"" } else { "" };
        writeln!(
            body,
            "<path class=\"lane\" d=\"M{x} 46V{}\"/>\n<rect{class} x=\"{}\" y=\"14\" width=\"128\" height=\"32\" rx=\"6\"/>\n\
             <text x=\"{x}\" y=\"35\">{name}</text>",
            height - 12.0,
            x - 64.0,
        )
        .unwrap();
    }
    for (row, top) in rows.iter().zip(tops) {
        let y = top + 8.0;
        match row {
            Row::Tell(from, to, says) => arrow(&mut body, "tell", (*from, *to, y), says),
            Row::Answer(from, to, says) => arrow(&mut body, "back", (*from, *to, y), says),
            Row::Alone(lane, says) => {
                let x = lane.x();
                writeln!(
                    body,
                    "<rect x=\"{}\" y=\"{}\" width=\"64\" height=\"24\" rx=\"12\"/>\n<text x=\"{x}\" y=\"{}\">{says}</text>",
                    x - 32.0,
                    y - 18.0,
                    y - 1.0
                )
                .unwrap();
            }
        }
    }
    format!(
        "<svg id=\"way\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 {height}\" role=\"img\">\n\
         <title>The way of an action, from the call to the receipt</title>\n<style>{STYLE}</style>\n{body}</svg>\n"
    )
}

fn arrow(body: &mut String, class: &str, (from, to, y): (Lane, Lane, f64), says: &str) {
    // The text of an arrow that passes the crate is written where the space is free.
    let (left, right) = if from.x() < to.x() { (from, to) } else { (to, from) };
    let right = if right == Lane::Graph { Lane::Crate.x() } else { right.x() };
    writeln!(
        body,
        "<path class=\"{class}\" d=\"M{} {y}H{}\" marker-end=\"url(#way-to)\"/>\n\
         <text class=\"code\" x=\"{}\" y=\"{}\">{says}</text>",
        from.x(),
        to.x(),
        f64::midpoint(left.x(), right),
        y - 6.0
    )
    .unwrap();
}
