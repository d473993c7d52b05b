//! Asking the human at the terminal before a decision takes effect.

use std::{
    future::Future,
    io::{self, BufRead, IsTerminal, Write},
    pin::Pin,
};

use clap::Args;

use crate::tools::{Agreement, Consent, Effect, Stop, ToolError, clean};

/// Agreement given beforehand.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct Agreed {
    /// Agree beforehand, instead of being asked; needed where there is no terminal to ask at.
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

impl Consent for Terminal {
    fn ask<'a>(
        &'a self,
        effect: &'a Effect,
    ) -> Pin<Box<dyn Future<Output = Result<Agreement, Stop>> + Send + 'a>> {
        Box::pin(async move {
            if self.agreed.yes {
                return Ok(Agreement::Operator);
            }
            if !is_interactive() {
                return Err(agreement_needed(effect).into());
            }
            // Whoever reads has to be able to tell the question from everything else, so each part is one line.
            let question = format!(
                "{}\n  {}{}\n  {}\n  Environment: {}\nDo it? [y/N] ",
                clean(&effect.action),
                clean(&effect.target),
                effect
                    .person
                    .as_deref()
                    .map(|name| format!("\n  Person, as the document says: \"{}\"", clean(name)))
                    .unwrap_or_default(),
                clean(&effect.consequence),
                clean(&effect.environment)
            );
            let answer = line(question).await?;
            if ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
                Ok(Agreement::Human)
            } else {
                Err(ToolError::new(
                    "refused_by_human",
                    "You did not agree. Nothing was changed.",
                )
                .into())
            }
        })
    }
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

fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

async fn line(prompt: String) -> Result<String, ToolError> {
    let read = tokio::task::spawn_blocking(move || {
        let mut errors = io::stderr();
        write!(errors, "{prompt}")?;
        errors.flush()?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok::<_, io::Error>(line)
    });
    match read.await {
        Ok(Ok(line)) => Ok(line),
        _ => Err(ToolError::new(
            "terminal",
            "The terminal could not be read. Nothing was changed.",
        )),
    }
}

fn agreement_needed(effect: &Effect) -> ToolError {
    ToolError::new(
        "agreement_needed",
        format!(
            "This needs a human's agreement, and there is no terminal to ask at. {} Target: {}. {} Nothing was changed.",
            clean(&effect.action),
            clean(&effect.target),
            clean(&effect.consequence)
        ),
    )
    .with_advice("with --yes the command agrees beforehand; with --confirm never nobody is ever asked.")
}
