//! Signs of life on a terminal.
//!
//! One line, drawn by a thread of its own so that it moves while the command waits. The usual library for this computes its
//! rates with `pow`, for which every start of the server would load the system's mathematics library.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use console::{Term, truncate_str};

use crate::tools::{Progress, clean_sentence};

/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(120);
/// One after the other.
const SIGNS: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/// The longest bar, in characters.
const LONGEST_BAR: usize = 40;

/// A line on standard error, which shows nothing where that is no terminal, and goes when it is dropped.
struct StatusLine(Option<(Arc<Shared>, JoinHandle<()>)>);

struct Shared {
    /// Held while something is written, which can last where the terminal is stopped. The work itself never waits for it.
    terminal: Mutex<Term>,
    started: Instant,
    state: Mutex<State>,
    ended: Condvar,
}

struct State {
    shown: Shown,
    has_ended: bool,
}

enum Shown {
    /// What is being waited for.
    Message(String),
    /// How many of how many are done.
    Count(usize, usize),
}

impl StatusLine {
    fn start(shown: Shown) -> Self {
        let terminal = Term::stderr();
        if !terminal.features().is_attended() {
            return Self(None);
        }
        let shared = Arc::new(Shared {
            terminal: Mutex::new(terminal),
            started: Instant::now(),
            state: Mutex::new(State {
                shown,
                has_ended: false,
            }),
            ended: Condvar::new(),
        });
        let drawn = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || drawn.draw());
        // Without a thread there is no line, and the command works all the same.
        Self(thread.ok().map(|thread| (shared, thread)))
    }

    fn change(&self, change: impl FnOnce(&mut Shown)) {
        if let Some((shared, _)) = &self.0 {
            change(&mut locked(&shared.state).shown);
        }
    }

    /// Takes the line away while something else is printed.
    fn aside(&self, print: impl FnOnce()) {
        let terminal = self.0.as_ref().map(|(shared, _)| {
            let terminal = locked(&shared.terminal);
            drop(terminal.clear_line());
            terminal
        });
        print();
        drop(terminal);
    }
}

impl Drop for StatusLine {
    fn drop(&mut self) {
        if let Some((shared, thread)) = self.0.take() {
            locked(&shared.state).has_ended = true;
            shared.ended.notify_all();
            // What is printed next must not be overwritten.
            drop(thread.join());
        }
    }
}

impl Shared {
    /// Draws until the end. A terminal that cannot be written has no use for the line.
    fn draw(&self) {
        for sign in SIGNS.into_iter().cycle() {
            let terminal = locked(&self.terminal);
            let width = usize::from(terminal.size().1);
            let line = line(
                &locked(&self.state).shown,
                sign,
                self.started.elapsed(),
                width,
            );
            drop(terminal.clear_line());
            drop(terminal.write_str(&line));
            drop(terminal.flush());
            drop(terminal);
            let state = locked(&self.state);
            let waited = self
                .ended
                .wait_timeout_while(state, TICK, |state| !state.has_ended);
            if waited.unwrap_or_else(PoisonError::into_inner).0.has_ended {
                break;
            }
        }
        drop(locked(&self.terminal).clear_line());
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the line says, no longer than the terminal is wide.
fn line(shown: &Shown, sign: char, elapsed: Duration, width: usize) -> String {
    // A full line would wrap, and could not be taken away again.
    let room = width.saturating_sub(1);
    let line = match shown {
        Shown::Message(message) => format!("{sign} {message} ({} s)", elapsed.as_secs()),
        Shown::Count(done, all) => {
            let rate = *done as f64 / elapsed.as_secs_f64().max(0.001);
            let left = match done {
                0 => String::new(),
                _ => format!("  {} left", time((all - done) as f64 / rate)),
            };
            let figures = format!("{done}/{all}  {rate:.1}/s{left}");
            let bar = LONGEST_BAR.min(room.saturating_sub(figures.len() + 1));
            let full = bar * done / (*all).max(1);
            format!("{}{} {figures}", "█".repeat(full), "░".repeat(bar - full))
        }
    };
    if room == 0 {
        return String::new();
    }
    truncate_str(&line, room, "…").into_owned()
}

/// A time as people say it.
fn time(seconds: f64) -> String {
    match seconds.ceil() as u64 {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// A message with a sign that turns.
pub(super) struct Spinner(StatusLine);

impl Spinner {
    /// A spinner with a first message.
    pub(super) fn start(message: &str) -> Self {
        Self(StatusLine::start(Shown::Message(message.to_owned())))
    }
}

impl Progress for Spinner {
    fn report(&self, _waited: f64, _total: f64, message: String) {
        let message = clean_sentence(&message);
        self.0.change(|shown| *shown = Shown::Message(message));
    }
}

/// How many of many are done.
pub(super) struct Bar(StatusLine);

impl Bar {
    /// A bar of `all` steps.
    pub(super) fn start(all: usize) -> Self {
        Self(StatusLine::start(Shown::Count(0, all)))
    }

    /// One more is done.
    pub(super) fn step(&self) {
        self.0.change(|shown| {
            if let Shown::Count(done, all) = shown {
                *done = (*done + 1).min(*all);
            }
        });
    }

    /// Takes the bar away while something else is printed.
    pub(super) fn aside(&self, print: impl FnOnce()) {
        self.0.aside(print);
    }
}

/// Says nothing, for calls that are part of something larger.
pub(super) struct Silent;

impl Progress for Silent {
    fn report(&self, _waited: f64, _total: f64, _message: String) {}
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use console::measure_text_width;

    use super::{Shown, line};

    fn counted(done: usize, all: usize, width: usize) -> String {
        line(
            &Shown::Count(done, all),
            ' ',
            Duration::from_secs(10),
            width,
        )
    }

    #[test]
    fn a_bar_tells_how_far_how_fast_and_how_long_still() {
        assert_eq!(
            counted(50, 200, 60),
            format!(
                "{}{} 50/200  5.0/s  30 s left",
                "█".repeat(8),
                "░".repeat(26)
            )
        );
        assert!(counted(0, 200, 60).ends_with(" 0/200  0.0/s"));
        assert!(counted(200, 200, 60).ends_with(" 200/200  20.0/s  0 s left"));
        assert!(counted(1, 40_000, 80).ends_with("  111 h 6 min left"));
        assert!(counted(0, 0, 80).ends_with(" 0/0  0.0/s"));
    }

    #[test]
    fn no_line_is_as_long_as_the_terminal_is_wide() {
        let message = Shown::Message("待機中 waiting for the person".to_owned());
        for width in 0..120 {
            for shown in [&message, &Shown::Count(7, 90)] {
                let line = line(shown, '⠋', Duration::from_secs(3), width);
                assert!(measure_text_width(&line) < width.max(1), "{width} {line}");
            }
        }
    }
}
