//! Signs of life on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::tools::{Progress, clean_sentence};

/// A spinner on standard error, which shows nothing where that is no terminal.
pub(super) struct Spinner(ProgressBar);

impl Spinner {
    /// A spinner with a first message.
    pub(super) fn start(message: &str) -> Self {
        let bar = ProgressBar::new_spinner().with_message(message.to_owned());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self(bar)
    }
}

impl Progress for Spinner {
    fn report(&self, _waited: f64, _total: f64, message: String) {
        self.0.set_message(clean_sentence(&message));
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Says nothing, for calls that are part of something larger.
pub(super) struct Silent;

impl Progress for Silent {
    fn report(&self, _waited: f64, _total: f64, _message: String) {}
}
