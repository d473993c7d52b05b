//! Logging: one line an event, to standard error or a file, without secrets, bodies or personal data.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::Arc,
};

use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

use crate::redact::Redactor;

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
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
) -> io::Result<()> {
    let output = match file {
        Some(path) => Output::File(Arc::new(private_append(path)?)),
        None => Output::Stderr,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .with_writer(Writers { output, redactor });
    match format {
        Format::Text => subscriber.init(),
        Format::Json => subscriber.json().init(),
    }
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
    Ok(())
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

#[derive(Clone)]
enum Output {
    Stderr,
    File(Arc<File>),
}

struct Writers {
    output: Output,
    redactor: Redactor,
}

impl<'a> MakeWriter<'a> for Writers {
    type Writer = LineWriter;

    fn make_writer(&'a self) -> LineWriter {
        LineWriter {
            output: self.output.clone(),
            redactor: self.redactor.clone(),
        }
    }
}

/// Takes one whole event at a time, as the subscriber writes them.
struct LineWriter {
    output: Output,
    redactor: Redactor,
}

impl Write for LineWriter {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = self
            .redactor
            .text(String::from_utf8_lossy(event).into_owned());
        match &self.output {
            Output::Stderr => io::stderr().write_all(line.as_bytes())?,
            Output::File(file) => file.as_ref().write_all(line.as_bytes())?,
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
