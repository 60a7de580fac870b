//! Shows on a terminal what is left. Without a terminal, it only says that a long pause begins.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

#[derive(Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    #[must_use]
    pub fn new() -> Self {
        let bar = if io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// Shows the pages of assignments. Their total is not known.
    pub fn pages(&self) {
        self.style("{spinner} reading assignments: {pos} pages, {elapsed}");
    }

    pub fn lists(&self, left: u64) {
        self.0.reset();
        self.0.set_length(left);
        self.style("{bar:30} {pos} of {len} lists, {eta} left");
    }

    pub fn assignments(&self, left: u64) {
        self.0.reset();
        self.0.set_length(left);
        self.style("{bar:30} {pos} of {len} assignments, {eta} left");
    }

    pub fn one_more(&self) {
        self.0.inc(1);
    }

    /// Without a terminal, this line is the only sign of a long pause.
    pub fn begins_to_wait(&self, pause: Duration) {
        if self.0.is_hidden() && pause >= Duration::from_secs(1) {
            warn!("{}", looks_again_in(pause));
        }
    }

    pub fn waits(&self, left: Duration) {
        self.style("{spinner} {msg}");
        self.0.set_message(looks_again_in(left));
    }

    /// Prints a line, beside the bar if there is one.
    pub fn say(&self, line: &str) {
        self.0.suspend(|| tell!("{line}"));
    }

    /// The same on standard error.
    pub fn warn(&self, line: &str) {
        self.0.suspend(|| warn!("{line}"));
    }

    pub fn finish(&self) {
        self.0.finish_and_clear();
    }

    fn style(&self, template: &str) {
        // An invalid template would be our mistake, and would only cost the look.
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
    }
}

fn looks_again_in(pause: Duration) -> String {
    let seconds = pause.as_secs_f64().ceil();
    format!("looking again in {seconds} s for what the directory does not show yet")
}
