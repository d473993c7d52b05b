//! Logging: one line an event, to standard error or a file, without secrets, bodies or personal data.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::mpsc::{self, Receiver, SyncSender},
    time::Duration,
};

use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::redact::Redactor;

/// Lines that may wait to be written. More are lost: a client that does not read standard error must not
/// stop the server.
const MOST_WAITING: usize = 4096;
/// How long the last lines may take at the end.
const LAST_LINES: Duration = Duration::from_millis(500);

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The running log.
pub struct Log {
    lines: SyncSender<Message>,
    ended: Receiver<()>,
}

enum Message {
    Line(String),
    End,
}

/// Starts logging. Also takes over panics: their place is logged, their message is not, because it may
/// quote what was being worked on.
///
/// # Errors
/// When the log file cannot be opened.
pub fn start(
    level: LevelFilter,
    format: Format,
    file: Option<&Path>,
    redactor: Redactor,
) -> io::Result<Log> {
    let output: Box<dyn Write + Send> = match file {
        Some(path) => Box::new(private_append(path)?),
        None => Box::new(io::stderr()),
    };
    let (lines, waiting) = mpsc::sync_channel(MOST_WAITING);
    let (end, ended) = mpsc::channel();
    std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || {
            write_all(&waiting, output);
            // Nobody waits any more when the process ends in a hurry.
            let _ = end.send(());
        })?;
    let writers = Writers {
        lines: lines.clone(),
        redactor,
    };
    let events = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(writers);
    let events = match format {
        Format::Text => events.boxed(),
        Format::Json => events.json().boxed(),
    };
    // The SDK's own lines can hold arguments and results, and say little else.
    let ours = Targets::new().with_target("didit_mcp", level);
    tracing_subscriber::registry()
        .with(events.with_filter(ours))
        .init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|location| format!("{}:{}", location.file(), location.line()))
            .unwrap_or_default();
        tracing::error!(
            place,
            "a part of the server failed; the call it served gets an error"
        );
    }));
    Ok(Log { lines, ended })
}

impl Log {
    /// Writes what is left, unless nobody reads it.
    pub fn finish(self) {
        if self.lines.try_send(Message::End).is_ok() {
            let _ = self.ended.recv_timeout(LAST_LINES);
        }
    }
}

/// Opens a file for appending whole lines; only its owner can read it.
///
/// # Errors
/// When the system refuses.
pub fn private_append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn write_all(lines: &Receiver<Message>, mut output: Box<dyn Write + Send>) {
    while let Ok(Message::Line(line)) = lines.recv() {
        // A log that cannot be written has nowhere to say so.
        drop(output.write_all(line.as_bytes()));
    }
}

struct Writers {
    lines: SyncSender<Message>,
    redactor: Redactor,
}

impl<'a> MakeWriter<'a> for Writers {
    type Writer = LineWriter;

    fn make_writer(&'a self) -> LineWriter {
        LineWriter {
            lines: self.lines.clone(),
            redactor: self.redactor.clone(),
        }
    }
}

/// Takes one whole event at a time, as the subscriber writes them.
struct LineWriter {
    lines: SyncSender<Message>,
    redactor: Redactor,
}

impl Write for LineWriter {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = self
            .redactor
            .text(String::from_utf8_lossy(event).into_owned());
        // A full queue loses the line.
        drop(self.lines.try_send(Message::Line(line)));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
