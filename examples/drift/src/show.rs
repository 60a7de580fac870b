//! What was found, for people and for programs.

mod chart;
pub mod csv;
pub mod html;
pub mod json;
pub mod table;

use crate::book::Totals;

/// The outcome in a line. Unknown and unreadable parts are not fine, so they are never left out.
fn headline(totals: &Totals) -> String {
    let (roles, delivered) = (totals.roles, number_of(totals.delivered, "delivered assignment"));
    let unreadable = match totals.unreadable {
        0 => String::new(),
        number => format!("; {} could not be read", number_of(number, "part")),
    };
    let outcome = if totals.drifted > 0 {
        let have = if totals.drifted == 1 { "has" } else { "have" };
        let lost = format!("{} of {delivered} {have} lost access", thousands(totals.drifted));
        let unknown = number_of(roles.unknown, "resource role");
        if roles.unknown > 0 { format!("{lost}; unknown: {unknown}") } else { lost }
    } else if roles.unknown > 0 {
        let (unknown, all) = (thousands(roles.unknown), number_of(roles.all(), "resource role"));
        let rest = if roles.present > 0 { "the others are in place" } else { "nothing could be seen" };
        format!("Unknown: {unknown} of {all}; {rest}")
    } else {
        format!("Nothing is lost of {delivered}")
    };
    outcome + &unreadable
}

/// A number with its noun: `1 part`, `2 parts`.
#[must_use]
pub fn number_of(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", thousands(number))
}

/// The number with separators, such as `12,345`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
