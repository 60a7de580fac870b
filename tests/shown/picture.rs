//! The life of an assignment as a picture. This file fixes the positions. The code decides what to draw.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use access_package::AssignmentState;

use crate::life::{Event, Move};

const STYLE: &str = "\
#life{max-width:860px;width:100%}\
#life rect.page{fill:#ffffff;stroke:#d1d9e0}\
#life rect{fill:#f6f8fa;stroke:#59636e}\
#life text{font:14px system-ui,sans-serif;fill:#1f2328;text-anchor:middle}\
#life text.key{text-anchor:start}\
#life path{fill:none;stroke-width:1.6}\
#life .reprocess{stroke:#0969da}#life .request{stroke:#8250df}#life .record{stroke:#1a7f37}#life .expire{stroke:#8c959f;stroke-dasharray:5 4}\
#life marker path{stroke:none}\
#life #to-reprocess path{fill:#0969da}#life #to-request path{fill:#8250df}#life #to-record path{fill:#1a7f37}#life #to-expire path{fill:#8c959f}\
@media(prefers-color-scheme:dark){\
#life rect.page{fill:#0d1117;stroke:#3d444d}\
#life rect{fill:#151b23;stroke:#9198a1}#life text{fill:#f0f6fc}\
#life .reprocess{stroke:#4493f8}#life .request{stroke:#ab7df8}#life .record{stroke:#3fb950}#life .expire{stroke:#7d8590}\
#life #to-reprocess path{fill:#4493f8}#life #to-request path{fill:#ab7df8}#life #to-record path{fill:#3fb950}#life #to-expire path{fill:#7d8590}\
}";

type Point = (f64, f64);

const HALF: Point = (84.0, 21.0);

/// The position of a state.
fn middle(state: AssignmentState) -> Point {
    match state {
        AssignmentState::Delivered => (130.0, 130.0),
        AssignmentState::Delivering => (730.0, 130.0),
        AssignmentState::PartiallyDelivered => (430.0, 215.0),
        AssignmentState::DeliveryFailed => (430.0, 320.0),
        AssignmentState::Expired => (430.0, 435.0),
        other => unreachable!("no such state when this was drawn: {other}"),
    }
}

/// Where an arrow leaves and arrives, as shares of half the width and half the height of the boxes, and how
/// far it bends, in pixels.
fn way(from: AssignmentState, event: Event, to: AssignmentState) -> (Point, Point, f64) {
    use AssignmentState::{Delivered, Delivering, DeliveryFailed, Expired, PartiallyDelivered};
    match (from, event, to) {
        (Delivered, Event::Reprocess, Delivering) => ((0.6, -1.0), (-0.6, -1.0), 55.0),
        (Delivered, Event::Reprocess, PartiallyDelivered) => ((0.9, 1.0), (-1.0, -0.5), 0.0),
        (Delivered, Event::Reprocess, DeliveryFailed) => ((0.3, 1.0), (-1.0, -0.5), 0.0),
        (PartiallyDelivered, Event::ReprocessRequest, Delivering) => ((1.0, -0.5), (-0.85, 1.0), -14.0),
        (DeliveryFailed, Event::ReprocessRequest, Delivering) => ((1.0, 0.4), (0.3, 1.0), -28.0),
        (Delivering, Event::Record, Delivered) => ((-1.0, 0.0), (1.0, 0.0), 0.0),
        (Delivering, Event::Record, PartiallyDelivered) => ((-0.6, 1.0), (1.0, 0.0), 0.0),
        (Delivering, Event::Record, DeliveryFailed) => ((0.0, 1.0), (1.0, 0.0), 0.0),
        (PartiallyDelivered, Event::Record, Delivered) => ((-1.0, 0.5), (0.6, 1.0), 0.0),
        (DeliveryFailed, Event::Record, Delivered) => ((-1.0, 0.5), (0.0, 1.0), 0.0),
        (DeliveryFailed, Event::Record, PartiallyDelivered) => ((-0.3, -1.0), (-0.3, 1.0), 0.0),
        (Delivered, Event::Expire, Expired) => ((-0.5, 1.0), (-1.0, 0.0), -80.0),
        (Delivering, Event::Expire, Expired) => ((0.5, 1.0), (1.0, 0.0), 80.0),
        (PartiallyDelivered, Event::Expire, Expired) => ((0.95, 0.7), (0.9, -0.8), 130.0),
        (DeliveryFailed, Event::Expire, Expired) => ((0.0, 1.0), (0.0, -1.0), 0.0),
        other => unreachable!("no such move when this was drawn: {other:?}"),
    }
}

fn border(state: AssignmentState, share: Point) -> Point {
    let (x, y) = middle(state);
    (x + share.0 * HALF.0, y + share.1 * HALF.1)
}

fn arrow(from: AssignmentState, event: Event, to: AssignmentState) -> String {
    let name = class(event);
    let line = if from == to {
        let ((x, y), (right, _)) = (border(from, (-0.7, -1.0)), border(from, (-0.1, -1.0)));
        format!("M{x} {y}C{x} {} {right} {} {right} {y}", y - 42.0, y - 42.0)
    } else {
        let (leaves, arrives, bend) = way(from, event, to);
        let ((x, y), (end_x, end_y)) = (border(from, leaves), border(to, arrives));
        let (dx, dy) = (end_x - x, end_y - y);
        let length = dx.hypot(dy);
        let through_x = f64::midpoint(x, end_x) + dy / length * bend;
        let through_y = f64::midpoint(y, end_y) - dx / length * bend;
        format!("M{x:.0} {y:.0}Q{through_x:.0} {through_y:.0} {end_x:.0} {end_y:.0}")
    };
    format!(
        "<path class=\"{name}\" data-from=\"{from}\" data-to=\"{to}\" d=\"{line}\" marker-end=\"url(#to-{name})\"/>\n"
    )
}

fn class(event: Event) -> &'static str {
    match event {
        Event::Reprocess => "reprocess",
        Event::ReprocessRequest => "request",
        Event::Record => "record",
        Event::Expire => "expire",
    }
}

/// Of a request, only the way to `delivering` is drawn. If everything was observed to be in place, the way
/// takes no time, as for an assignment, and would hide the rest.
fn is_drawn(&(_, event, to): &Move) -> bool {
    event != Event::ReprocessRequest || AssignmentState::ALL[to] == AssignmentState::Delivering
}

/// The events with their texts in the key.
fn key() -> String {
    let says = [
        (Event::Reprocess, "reprocess, accepted"),
        (Event::ReprocessRequest, "its request, accepted"),
        (Event::Record, "an outcome recorded"),
        (Event::Expire, "the end has come"),
    ];
    let mut key = String::new();
    for ((event, says), x) in says.into_iter().zip([24.0, 232.0, 452.0, 672.0]) {
        let name = class(event);
        writeln!(
            key,
            "<path class=\"{name}\" d=\"M{x} 32H{}\" marker-end=\"url(#to-{name})\"/>\n\
             <text class=\"key\" x=\"{}\" y=\"37\">{says}</text>",
            x + 40.0,
            x + 52.0
        )
        .unwrap();
    }
    key
}

/// Without an empty line, since the picture is pasted into Markdown.
pub fn draw(moves: &BTreeSet<Move>) -> String {
    let mut body = String::new();
    for event in Event::ALL {
        let name = class(event);
        writeln!(
            body,
            "<marker id=\"to-{name}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"9\" markerHeight=\"9\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker>"
        )
        .unwrap();
    }
    body.push_str("<rect class=\"page\" x=\"1\" y=\"1\" width=\"858\" height=\"478\" rx=\"8\"/>\n");
    body.push_str(&key());
    for &(from, event, to) in moves.iter().filter(|drawn| is_drawn(drawn)) {
        body.push_str(&arrow(AssignmentState::ALL[from], event, AssignmentState::ALL[to]));
    }
    for &state in AssignmentState::ALL {
        let ((left, top), (x, y)) = (border(state, (-1.0, -1.0)), middle(state));
        let (width, height) = (2.0 * HALF.0, 2.0 * HALF.1);
        writeln!(
            body,
            "<rect data-state=\"{state}\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"21\"/>\n\
             <text x=\"{x}\" y=\"{}\">{state}</text>",
            y + 5.0
        )
        .unwrap();
    }
    let title = "The life of an assignment";
    format!(
        "<svg id=\"life\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 480\" role=\"img\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n{body}</svg>\n"
    )
}
