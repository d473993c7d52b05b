//! What a command prints: text for people, or one JSON document for programs. Nothing leaves with a secret in it.

mod commands;
mod csv;
mod table;

use std::io::{self, Write};

use anstyle::{Ansi256Color, AnsiColor, Color, Style};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::{
    redact::Redactor,
    server::structured,
    tools::{ToolError, ToolOutput, clean, clean_sentence, strip_invisible},
    visible::escaped,
};

pub(super) use csv::ListFormat;
pub(super) use table::Table;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// The light modules of a code are what is drawn.
const INK: Style = Style::new()
    .fg_color(Some(Color::Ansi256(Ansi256Color(231))))
    .bg_color(Some(Color::Ansi256(Ansi256Color(16))));
const RED: Style = AnsiColor::Red.on_default().bold();

/// How results are printed.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Format {
    /// Print one JSON document, errors included, instead of text.
    #[arg(long, global = true, help_heading = "Output")]
    pub(super) json: bool,
}

/// Standard output and standard error of one command.
pub(super) struct Output {
    json: bool,
    redactor: Redactor,
}

impl Output {
    /// An output of the chosen format, from which `redactor` hides secrets.
    pub(super) fn new(format: Format, redactor: Redactor) -> Self {
        Self {
            json: format.json,
            redactor,
        }
    }

    /// Whether a program reads it.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Prints a tool's answer as it is.
    pub(super) fn answer(&self, answer: &ToolOutput) -> io::Result<()> {
        if self.json {
            return self.document(&data(answer));
        }
        self.answer_with_code(answer, None)
    }

    /// Prints a tool's answer for people, with a QR code before what comes next.
    pub(super) fn answer_with_code(
        &self,
        answer: &ToolOutput,
        code: Option<&str>,
    ) -> io::Result<()> {
        self.shown(answer)?;
        if let Some(code) = code {
            self.code(code)?;
        }
        self.next_steps(answer)
    }

    /// Prints a tool's answer without what comes next.
    pub(super) fn shown(&self, answer: &ToolOutput) -> io::Result<()> {
        self.text(&answer.text)?;
        self.facts(answer)
    }

    /// Prints a QR code. With colours it is black on white, whatever the terminal's are; without it is for dark terminals,
    /// because a reader wants dark modules on a light ground.
    pub(super) fn code(&self, code: &str) -> io::Result<()> {
        if self.json {
            return Ok(());
        }
        self.text("Scan with the person's phone:")?;
        let mut output = anstream::stdout();
        for line in code.lines() {
            unless_unread(writeln!(output, "{INK}{line}{INK:#}"))?;
        }
        Ok(())
    }

    /// Prints a tool's answer with its rows as a table or for a spreadsheet, where it has rows.
    pub(super) fn rows(
        &self,
        answer: &ToolOutput,
        table: &Table<'_>,
        format: ListFormat,
    ) -> io::Result<()> {
        let rows = answer.data.as_ref().and_then(|data| data.get("items"));
        let Some(rows) = rows.and_then(Value::as_array).filter(|_| !self.json) else {
            return self.answer(answer);
        };
        if format.is_csv() {
            // Each cell was cleaned by itself, so that joiners between letters of an id stay.
            let lines = csv::lines(table, rows).map_err(io::Error::other)?;
            unless_unread(writeln!(
                anstream::stdout(),
                "{}",
                self.redactor.text(lines)
            ))?;
        } else {
            let heading = answer.text.lines().next().unwrap_or_default();
            self.text(heading)?;
            if !rows.is_empty() {
                let columns = console::Term::stdout().size_checked();
                let columns = columns.map(|(_, columns)| usize::from(columns));
                self.styled_heading_and_rows(&table.lines(rows, columns))?;
            }
        }
        let cursor = answer
            .data
            .as_ref()
            .and_then(|data| data.get("next_cursor"));
        let Some(cursor) = cursor.and_then(Value::as_str) else {
            return Ok(());
        };
        let more = format!("More rows follow: --cursor {cursor}");
        if format.is_csv() {
            self.note(&more)
        } else {
            self.text(&more)
        }
    }

    /// Prints lines for people; nothing when a program reads.
    pub(super) fn text(&self, text: &str) -> io::Result<()> {
        if self.json {
            return Ok(());
        }
        let text = self.redactor.text(strip_invisible(text));
        unless_unread(writeln!(anstream::stdout(), "{text}"))
    }

    /// Prints lines for people on standard error, also when a program reads the result.
    pub(super) fn note(&self, text: &str) -> io::Result<()> {
        let text = self.redactor.text(strip_invisible(text));
        unless_unread(writeln!(anstream::stderr(), "{text}"))
    }

    /// Prints the document of a program.
    pub(super) fn document(&self, document: &Value) -> io::Result<()> {
        let mut line = serde_json::to_vec_pretty(document)?;
        line.push(b'\n');
        let line = self.redactor.json_line(line);
        let mut output = std::io::stdout();
        let written = output
            .write_all(escaped(&String::from_utf8_lossy(&line)).as_bytes())
            .and_then(|()| output.flush());
        unless_unread(written)
    }

    /// Prints what went wrong: a document on standard output, or lines on standard error.
    pub(super) fn error(
        &self,
        error: &ToolError,
        has_tool: &dyn Fn(&str) -> bool,
    ) -> io::Result<()> {
        if self.json {
            return self.document(&error_document(error, has_tool));
        }
        let mut text = format!("{RED}Error{RED:#}: {}", clean_sentence(&error.in_full()));
        if let Some(field) = &error.field {
            text.push_str(&format!("\n  Argument: {}", clean(field)));
        }
        if !error.allowed.is_empty() {
            text.push_str(&format!("\n  Valid: {}", allowed(error).join(", ")));
        }
        if let Some(seconds) = error.retry_after_s {
            text.push_str(&format!("\n  Try again after: {seconds} s"));
        }
        for hint in hints(error, has_tool) {
            text.push_str(&format!("\n  {}", clean_sentence(&hint)));
        }
        writeln!(anstream::stderr(), "{}", self.redactor.text(text))
    }

    /// Prints what a person, a document or a reviewer wrote, one line each.
    fn facts(&self, answer: &ToolOutput) -> io::Result<()> {
        for fact in &answer.untrusted {
            self.text(&format!("{}: {}", clean(&fact.label), clean(&fact.value)))?;
        }
        Ok(())
    }

    /// Prints the commands that come next, about the session that the answer is about: by its number, which is short.
    pub(super) fn next_steps(&self, answer: &ToolOutput) -> io::Result<()> {
        let field = |name| answer.data.as_ref().and_then(|data| data.get(name));
        let number = field("session_number").and_then(Value::as_i64);
        let session = match (number, field("session_id").and_then(Value::as_str)) {
            (Some(number), _) => Some(number.to_string()),
            (None, id) => id.map(clean),
        };
        for step in &answer.next {
            let line = match step.tool.map(commands::of) {
                Some(Some(command)) => {
                    let command = match &session {
                        Some(session) => command.replace("SESSION", session),
                        None => command.to_owned(),
                    };
                    commands::with_purpose(&command, &step.purpose)
                }
                Some(None) => continue,
                None => step.purpose.clone(),
            };
            let line = self.redactor.text(clean_sentence(&line));
            unless_unread(writeln!(anstream::stdout(), "{DIM}Next: {line}{DIM:#}"))?;
        }
        Ok(())
    }

    fn styled_heading_and_rows(&self, lines: &[String]) -> io::Result<()> {
        let mut output = anstream::stdout();
        for (position, line) in lines.iter().enumerate() {
            let line = self.redactor.text(line.clone());
            unless_unread(if position == 0 {
                writeln!(output, "{BOLD}{line}{BOLD:#}")
            } else {
                writeln!(output, "{line}")
            })?;
        }
        Ok(())
    }
}

/// A reader that closes the output early, such as `head`, has what it wanted. The command still continues, because its exit
/// code is a result too: a declined person must not look approved to a script because nobody read the output.
pub(super) fn unless_unread(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// The structured form of an answer; one that has none is its text.
pub(super) fn data(answer: &ToolOutput) -> Value {
    structured(answer).unwrap_or_else(|| {
        let mut object = Map::new();
        object.insert("message".into(), strip_invisible(&answer.text).into());
        Value::Object(object)
    })
}

/// An error as a document.
pub(super) fn error_document(error: &ToolError, has_tool: &dyn Fn(&str) -> bool) -> Value {
    let mut object = Map::new();
    object.insert("code".into(), error.code.name().into());
    object.insert("message".into(), clean_sentence(&error.message).into());
    if let Some(field) = &error.field {
        object.insert("field".into(), clean(field).into());
    }
    if !error.allowed.is_empty() {
        object.insert("allowed".into(), allowed(error).into());
    }
    let hints: Vec<String> = hints(error, has_tool)
        .iter()
        .map(|hint| clean_sentence(hint))
        .collect();
    if !hints.is_empty() {
        object.insert("hint".into(), hints.join(" ").into());
    }
    if let Some(seconds) = error.retry_after_s {
        object.insert("retry_after_s".into(), seconds.into());
    }
    if let Some(said) = &error.said {
        object.insert("said_by_didit".into(), clean(&said.value).into());
    }
    json!({ "error": object })
}

fn allowed(error: &ToolError) -> Vec<String> {
    error.allowed.iter().map(|value| clean(value)).collect()
}

/// Advice in the words of the command line; what names a tool that is off or has no command is left out.
fn hints(error: &ToolError, has_tool: &dyn Fn(&str) -> bool) -> Vec<String> {
    error
        .hints
        .iter()
        .filter_map(|hint| match hint.tool {
            None => Some(hint.purpose.clone()),
            Some(tool) if has_tool(tool) => {
                commands::of(tool).map(|command| commands::with_purpose(command, &hint.purpose))
            }
            Some(_) => None,
        })
        .collect()
}
