//! Logging: one line an event, to standard error or a file, without secrets, bodies or personal data.

use std::{
    io::{self, Write},
    path::Path,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        mpsc::{self, Receiver, Sender, SyncSender},
    },
    time::Duration,
};

use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{private_file, redact::Redactor, visible::escaped_line};

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
    lines: Arc<Lines>,
    ended: Receiver<()>,
}

/// Lines on their way to a thread of their own, which starts with the first of them: most sessions have nothing to log, and
/// a thread with its queue is a good part of what a start costs. `tracing-appender` would start it at once, panic where there
/// is none to be had, and print to standard output at the end when nobody reads the log.
struct Lines {
    output: Mutex<Option<Output>>,
    queue: OnceLock<Option<SyncSender<Message>>>,
}

enum Message {
    Line(String),
    End,
}

/// Where the thread puts lines, and whom it tells of the end.
struct Output {
    file: Box<dyn Write + Send>,
    ended: Sender<()>,
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
    let file: Box<dyn Write + Send> = match file {
        Some(path) => Box::new(private_file::append(path)?),
        None => Box::new(io::stderr()),
    };
    let (end, ended) = mpsc::channel();
    let lines = Arc::new(Lines {
        output: Mutex::new(Some(Output { file, ended: end })),
        queue: OnceLock::new(),
    });
    let writers = Writers {
        lines: Arc::clone(&lines),
        format,
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
        if let Some(Some(queue)) = self.lines.queue.get()
            && queue.try_send(Message::End).is_ok()
        {
            let _ = self.ended.recv_timeout(LAST_LINES);
        }
    }
}

impl Lines {
    /// Hands a line over; a full queue loses it.
    fn push(&self, line: String) {
        if let Some(queue) = self.queue.get_or_init(|| self.start()) {
            drop(queue.try_send(Message::Line(line)));
        }
    }

    /// Starts the thread; without one there is no log.
    fn start(&self) -> Option<SyncSender<Message>> {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let output = output.take()?;
        let (queue, messages) = mpsc::sync_channel(MOST_WAITING);
        let thread = std::thread::Builder::new().name("log".to_owned());
        let started = thread.spawn(move || output.write_all(&messages));
        started.ok().map(|_| queue)
    }
}

impl Output {
    fn write_all(mut self, messages: &Receiver<Message>) {
        while let Ok(Message::Line(line)) = messages.recv() {
            // A log that cannot be written has nowhere to say so.
            drop(self.file.write_all(line.as_bytes()));
        }
        // Nobody waits any more when the process ends in a hurry.
        let _ = self.ended.send(());
    }
}

struct Writers {
    lines: Arc<Lines>,
    format: Format,
    redactor: Redactor,
}

impl<'a> MakeWriter<'a> for Writers {
    type Writer = LineWriter;

    fn make_writer(&'a self) -> LineWriter {
        LineWriter {
            lines: Arc::clone(&self.lines),
            format: self.format,
            redactor: self.redactor.clone(),
        }
    }
}

/// Takes one whole event at a time, as the subscriber writes them.
struct LineWriter {
    lines: Arc<Lines>,
    format: Format,
    redactor: Redactor,
}

impl Write for LineWriter {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = match self.format {
            Format::Text => self
                .redactor
                .text(String::from_utf8_lossy(event).into_owned()),
            Format::Json => {
                String::from_utf8_lossy(&self.redactor.json_line(event.to_vec())).into_owned()
            }
        };
        // An event is one line, whatever its fields hold.
        let mut line = escaped_line(&line);
        line.push('\n');
        self.lines.push(line);
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
