//! Signs of life on a terminal: one line on standard error, which shows nothing where that is no terminal, and goes when it is
//! dropped.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

use crate::tools::{Progress, clean_sentence};

/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(120);

/// A message with a spinner.
pub(super) struct Spinner(ProgressBar);

impl Spinner {
    /// A spinner with a first message.
    pub(super) fn start(message: &str) -> Self {
        let line = ProgressBar::new_spinner().with_message(message.to_owned());
        Self(drawn(line, "{spinner} {msg} ({elapsed})"))
    }
}

impl Progress for Spinner {
    fn report(&self, _waited: f64, _total: f64, message: String) {
        self.0.set_message(clean_sentence(&message));
    }
}

/// How many of many are done.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar of `all` steps.
    pub(super) fn start(all: usize) -> Self {
        let template = "{wide_bar} {pos}/{len}  {per_sec}  {eta} left";
        Self(drawn(ProgressBar::new(all as u64), template))
    }

    /// One more is done.
    pub(super) fn step(&self) {
        self.0.inc(1);
    }

    /// Takes the bar away while something else is printed.
    pub(super) fn aside(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }
}

/// Has the line drawn by a thread of its own, so that it moves while the command waits and a step waits for no terminal.
fn drawn(line: ProgressBar, template: &str) -> ProgressBar {
    if let Ok(style) = ProgressStyle::with_template(template) {
        line.set_style(style);
    }
    if !line.is_hidden() {
        line.enable_steady_tick(TICK);
    }
    line.with_finish(ProgressFinish::AndClear)
}

/// Says nothing, for calls that are part of something larger.
pub(super) struct Silent;

impl Progress for Silent {
    fn report(&self, _waited: f64, _total: f64, _message: String) {}
}
