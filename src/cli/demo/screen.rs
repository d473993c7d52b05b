//! What the demo prints: steps, what the tool answered, and whether that was right.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// Standard output, with colours only on a terminal.
pub(super) struct Screen {
    output: anstream::Stdout,
    step: usize,
    wrong: usize,
}

impl Screen {
    /// A screen without any step yet.
    pub(super) fn new() -> Self {
        Self {
            output: anstream::stdout(),
            step: 0,
            wrong: 0,
        }
    }

    /// The first line.
    pub(super) fn title(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.output, "{BOLD}{text}{BOLD:#}")
    }

    /// Begins a step.
    pub(super) fn step(&mut self, text: &str) -> io::Result<()> {
        self.step += 1;
        writeln!(self.output, "\n{BOLD}{}. {text}{BOLD:#}", self.step)
    }

    /// What the human or the person does.
    pub(super) fn human(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.output, "   {CYAN}{text}{CYAN:#}")
    }

    /// A tool call.
    pub(super) fn call(&mut self, tool: &str, arguments: &str) -> io::Result<()> {
        writeln!(self.output, "   {DIM}> {tool} {arguments}{DIM:#}")
    }

    /// What came back.
    pub(super) fn answer(&mut self, text: &str) -> io::Result<()> {
        for line in text.lines() {
            writeln!(self.output, "     {line}")?;
        }
        Ok(())
    }

    /// Whether it was right.
    pub(super) fn check(&mut self, expectation: &str, right: bool) -> io::Result<()> {
        if right {
            writeln!(self.output, "   {GREEN}ok{GREEN:#} {expectation}")
        } else {
            self.wrong += 1;
            writeln!(self.output, "   {RED}WRONG{RED:#} {expectation}")
        }
    }

    /// The last line.
    pub(super) fn summary(&mut self) -> io::Result<()> {
        if self.all_right() {
            writeln!(
                self.output,
                "\n{GREEN}All {} steps gave the right result.{GREEN:#} Next: add the server to your client; the README has the lines to copy.",
                self.step
            )
        } else {
            writeln!(
                self.output,
                "\n{RED}{} checks went wrong.{RED:#}",
                self.wrong
            )
        }
    }

    /// Whether every check so far was right.
    pub(super) fn all_right(&self) -> bool {
        self.wrong == 0
    }
}
