//! `kyc approve`, `decline`, `resubmit` and `pdf`: what a reviewer does with a session.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::{
    cli::{
        ask::Agreed,
        output::{data, error_document},
        runner::{Outcome, Runner, unprinted},
        which,
    },
    tools::{ErrorCode, ToolError, ToolOutput},
};

/// Which sessions, and what is told.
#[derive(Debug, Args)]
pub(super) struct Decide {
    #[command(flatten)]
    which: Which,
    /// Why, for the record.
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
    #[command(flatten)]
    mail: Mail,
    #[command(flatten)]
    agreed: Agreed,
}

/// Which steps are to be done again.
#[derive(Debug, Args)]
pub(super) struct Resubmit {
    #[command(flatten)]
    which: Which,
    /// Steps in words, separated by commas: document, selfie, address, phone, email, chip, questionnaire; all that is not
    /// approved when absent.
    #[arg(long, value_name = "STEPS", value_delimiter = ',')]
    steps: Vec<String>,
    /// Why, for the record.
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
    #[command(flatten)]
    mail: Mail,
    #[command(flatten)]
    agreed: Agreed,
}

/// One session or several.
#[derive(Debug, Args)]
struct Which {
    /// The sessions.
    #[arg(value_name = "SESSION", required = true, help = which::SESSION)]
    sessions: Vec<String>,
}

/// Whom Didit tells.
#[derive(Debug, Args)]
struct Mail {
    /// Tell the person by e-mail, at the address that Didit knows.
    #[arg(long)]
    send_email: bool,
    /// Tell the person at this e-mail address.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Language of that e-mail.
    #[arg(long, value_name = "CODE")]
    email_language: Option<String>,
}

/// Where a report goes.
#[derive(Debug, Args)]
pub(super) struct Pdf {
    #[command(flatten)]
    which: Which,
    /// Name of the new file in the output folder, of one session; made from the session when absent.
    #[arg(long, value_name = "NAME")]
    file_name: Option<String>,
}

/// Sets a status by hand.
pub(super) async fn decide(runner: &Runner, arguments: Decide, new_status: &str) -> Outcome {
    let arguments = Resubmit {
        which: arguments.which,
        steps: Vec::new(),
        comment: arguments.comment,
        mail: arguments.mail,
        agreed: arguments.agreed,
    };
    update(runner, arguments, new_status).await
}

/// Asks for steps again.
pub(super) async fn resubmit(runner: &Runner, arguments: Resubmit) -> Outcome {
    update(runner, arguments, "Resubmitted").await
}

/// Saves the reports.
pub(super) async fn pdf(runner: &Runner, arguments: Pdf) -> Outcome {
    let sessions = which::sessions(runner, &arguments.which.sessions).await?;
    if sessions.len() > 1 && arguments.file_name.is_some() {
        return Err(ToolError::invalid(
            "file-name",
            "--file-name is the name of one report; the reports of several sessions get names of their own.",
        ));
    }
    each(runner, &sessions, async |session| {
        let name = &arguments.file_name;
        runner
            .call(
                "didit_session_generate_pdf",
                json!({ "session_id": session, "file_name": name }),
            )
            .await
    })
    .await
}

async fn update(runner: &Runner, arguments: Resubmit, new_status: &str) -> Outcome {
    let sessions = which::sessions(runner, &arguments.which.sessions).await?;
    let steps = (!arguments.steps.is_empty()).then_some(arguments.steps);
    let mail = arguments.mail;
    if sessions.len() > 1 && mail.email.is_some() {
        return Err(ToolError::invalid(
            "email",
            "--email is the address of one person, and several sessions are of several.",
        ));
    }
    each(runner, &sessions, async |session| {
        runner
            .decide(
                "didit_session_update_status",
                json!({
                    "session_id": session,
                    "new_status": new_status,
                    "steps": steps,
                    "comment": arguments.comment,
                    "send_email": (mail.send_email || mail.email.is_some()).then_some(true),
                    "email_address": mail.email,
                    "email_language": mail.email_language,
                }),
                arguments.agreed,
            )
            .await
    })
    .await
}

/// Does the same for each session, one after the other, so that each is asked about alone. One that is so already counts as
/// done. Another failure ends it; when something was done before, that is printed too, and the exit code is that of a failure,
/// because what says that nothing was changed would not be true. Several answers are one list for a program.
async fn each(
    runner: &Runner,
    sessions: &[String],
    call: impl AsyncFn(&str) -> Result<ToolOutput, ToolError>,
) -> Outcome {
    let output = runner.output();
    if let [session] = sessions {
        let answer = call(session).await?;
        output.answer(&answer).map_err(unprinted)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut documents = Vec::new();
    for (done, session) in sessions.iter().enumerate() {
        match call(session).await {
            Ok(answer) if output.is_json() => documents.push(data(&answer)),
            Ok(answer) => output.answer(&answer).map_err(unprinted)?,
            Err(error) if error.code == ErrorCode::AlreadySo && output.is_json() => {
                documents.push(about(session, &error));
            }
            Err(error) if error.code == ErrorCode::AlreadySo => {
                let line = format!("Session {session}: {}", error.message);
                output.text(&line).map_err(unprinted)?;
            }
            Err(error) if done == 0 => return Err(error),
            Err(mut error) => {
                documents.push(about(session, &error));
                let all = sessions.len();
                if output.is_json() {
                    output.document(&documents.into()).map_err(unprinted)?;
                } else {
                    error.message = format!(
                        "Session {session} ({done} of {all} were done before it, the rest was left): {}",
                        error.message
                    );
                    output.error(&error, &|_| false).map_err(unprinted)?;
                }
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    if output.is_json() {
        output.document(&documents.into()).map_err(unprinted)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// An error as the document of one session among several.
fn about(session: &str, error: &ToolError) -> Value {
    let mut document = error_document(error, &|_| false);
    if let Some(entries) = document.as_object_mut() {
        entries.insert("session_id".to_owned(), session.into());
    }
    document
}
