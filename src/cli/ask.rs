//! Asking the human at the terminal before a decision takes effect.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::Args;

use crate::tools::{
    Agreement, Asked, Change, Confirmer, ErrorCode, Outlet, PersonalData, Recorded, ToolError,
};

/// Agreement given beforehand.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct Agreed {
    /// Confirm in advance instead of being asked; needed where there is no terminal to ask at.
    #[arg(short, long)]
    pub(super) yes: bool,
}

/// The human at the terminal.
pub(super) struct Terminal {
    agreed: Agreed,
}

impl Terminal {
    /// Asks unless the human agreed beforehand.
    pub(super) fn new(agreed: Agreed) -> Self {
        Self { agreed }
    }
}

impl Confirmer for Terminal {
    fn ask<'a>(&'a self, change: &'a Change, again: bool) -> Asked<'a> {
        Box::pin(async move {
            if self.agreed.yes {
                return Ok(Agreement::Operator);
            }
            if !is_interactive() {
                return Err(agreement_needed(change).into());
            }
            let changed = if again {
                "Something changed since you agreed, so it was not done; this is how it stands now.\n"
            } else {
                ""
            };
            let question = format!("{changed}{}\nDo it? [y/N] ", shown(change).join("\n  "));
            let answer = line(question).await?;
            if ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
                Ok(Agreement::Human)
            } else {
                Err(ToolError::new(
                    ErrorCode::RefusedByHuman,
                    "You did not agree. Nothing was changed.",
                )
                .into())
            }
        })
    }

    fn record(&self, _agreement: Agreement) -> Recorded<'_> {
        Box::pin(async { Ok(()) })
    }
}

/// The human who agreed to a plan of many rows beforehand, or did not.
pub(super) struct Planned {
    /// Whether rows that need agreement were agreed to with the rest.
    pub(super) agreed: bool,
}

impl Confirmer for Planned {
    fn ask<'a>(&'a self, change: &'a Change, _again: bool) -> Asked<'a> {
        Box::pin(async move {
            if self.agreed {
                return Ok(Agreement::Operator);
            }
            let why: Vec<String> = change
                .warnings
                .iter()
                .map(|line| line.shown(PersonalData::Full, Outlet::Question))
                .collect();
            Err(ToolError::new(
                ErrorCode::AgreementNeeded,
                format!(
                    "{} Nothing was sent; --again includes such rows.",
                    why.join(" ")
                ),
            )
            .into())
        })
    }

    fn record(&self, _agreement: Agreement) -> Recorded<'_> {
        Box::pin(async { Ok(()) })
    }
}

/// The lines of the question, whole: a human alone reads them.
fn shown(change: &Change) -> Vec<String> {
    change.lines(PersonalData::Full, Outlet::Question)
}

/// Asks for a text at the terminal; `None` when there is no terminal to ask at.
///
/// # Errors
/// When the terminal cannot be read.
pub(super) async fn for_text(prompt: &str) -> Result<Option<String>, ToolError> {
    if !is_interactive() {
        return Ok(None);
    }
    let text = line(format!("{prompt}: ")).await?.trim().to_owned();
    Ok((!text.is_empty()).then_some(text))
}

/// Asks for a text that is not shown while it is typed; `None` when there is no terminal to ask at, or nothing was typed.
///
/// # Errors
/// When the terminal cannot be read.
pub(super) async fn for_secret(why: &str, prompt: &str) -> Result<Option<String>, ToolError> {
    if !is_interactive() {
        return Ok(None);
    }
    let question = format!("{why}\n{prompt} (not shown): ");
    let text = read(move || {
        let terminal = console::Term::stderr();
        terminal.write_str(&question)?;
        terminal.read_secure_line()
    })
    .await?;
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Whether there is a terminal to ask at.
pub(super) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

async fn line(prompt: String) -> Result<String, ToolError> {
    read(move || {
        let mut errors = io::stderr();
        write!(errors, "{prompt}")?;
        errors.flush()?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok(line)
    })
    .await
}

async fn read(
    terminal: impl FnOnce() -> io::Result<String> + Send + 'static,
) -> Result<String, ToolError> {
    match tokio::task::spawn_blocking(terminal).await {
        Ok(Ok(line)) => Ok(line),
        _ => Err(ToolError::new(
            ErrorCode::Terminal,
            "The terminal could not be read. Nothing was changed.",
        )),
    }
}

fn agreement_needed(change: &Change) -> ToolError {
    ToolError::new(
        ErrorCode::AgreementNeeded,
        format!(
            "This needs a human's agreement, and there is no terminal to ask at. {} Nothing was changed.",
            shown(change).join(" / ")
        ),
    )
    .with_advice("--yes confirms in advance for this command; --confirm never turns confirmation off.")
}
