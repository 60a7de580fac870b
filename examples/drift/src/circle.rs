//! Notices links to pages that lead in a circle, which would be followed for ever.

/// Notices a circle of any length while it keeps only one link. It keeps the current link instead each time
/// that twice as many steps have gone by (Brent).
#[derive(Debug, Default)]
pub struct Circle {
    kept: String,
    steps: u64,
    until: u64,
}

impl Circle {
    /// Whether this link closes a circle.
    pub fn is_closed_by(&mut self, link: &str) -> bool {
        if self.kept == link {
            return true;
        }
        if self.steps >= self.until {
            (self.kept, self.steps, self.until) = (link.to_owned(), 0, (self.until * 2).max(1));
        }
        self.steps += 1;
        false
    }
}
