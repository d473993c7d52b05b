//! Signs of life on a terminal: one line on standard error, which shows nothing where that is no terminal, and goes when it is
//! dropped.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{HumanDuration, ProgressBar, ProgressFinish, ProgressState, ProgressStyle};

use crate::tools::{Progress, clean_sentence};

/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(120);

/// A message with a spinner.
pub(super) struct Spinner(ProgressBar);

impl Spinner {
    /// A spinner with a first message.
    pub(super) fn start(message: &str) -> Self {
        let line = ProgressBar::new_spinner().with_message(message.to_owned());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            line.set_style(style);
        }
        Self(drawn(line))
    }
}

impl Progress for Spinner {
    fn report(&self, _waited: f64, _total: f64, message: String) {
        self.0.set_message(clean_sentence(&message));
    }

    fn waits_for_limit(&self, time: Duration) {
        let seconds = time.as_secs() + 1;
        self.0
            .set_message(format!("Waiting {seconds} s for Didit's limit"));
    }
}

/// How many of many are done.
pub(super) struct Bar {
    line: ProgressBar,
    /// Until when requests wait for Didit's limit.
    limited: Arc<Mutex<Option<Instant>>>,
}

impl Bar {
    /// A bar of `all` steps.
    pub(super) fn start(all: usize) -> Self {
        let limited = Arc::new(Mutex::new(None));
        let shown = Arc::clone(&limited);
        let rest = move |state: &ProgressState, to: &mut dyn fmt::Write| {
            let until = *shown.lock().unwrap_or_else(PoisonError::into_inner);
            // While requests wait, what was done a second says nothing of the time that is left.
            let rest = match seconds_until(until) {
                Some(seconds) => format!("waiting for Didit's limit, goes on in {seconds} s"),
                None => format!("{} left", HumanDuration(state.eta())),
            };
            // A line that cannot be drawn is no reason to stop.
            to.write_str(&rest).unwrap_or_default();
        };
        let line = ProgressBar::new(all as u64);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {rest}") {
            line.set_style(style.with_key("rest", rest));
        }
        Self {
            line: drawn(line),
            limited,
        }
    }

    /// Requests wait until then.
    pub(super) fn waits(&self, until: Instant) {
        let mut limited = self.limited.lock().unwrap_or_else(PoisonError::into_inner);
        *limited = (*limited).max(Some(until));
    }

    /// One more is done.
    pub(super) fn step(&self) {
        self.line.inc(1);
    }

    /// Takes the bar away while something else is printed.
    pub(super) fn aside(&self, print: impl FnOnce()) {
        self.line.suspend(print);
    }
}

fn seconds_until(time: Option<Instant>) -> Option<u64> {
    let left = time?.checked_duration_since(Instant::now())?;
    Some(left.as_secs() + 1)
}

/// Has the line drawn by a thread of its own, so that it moves while the command waits and a step waits for no terminal.
fn drawn(line: ProgressBar) -> ProgressBar {
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
