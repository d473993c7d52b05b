//! `kyc approve`, `decline`, `resubmit` and `pdf`: what a reviewer does with a session.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::{
    ask::Agreed,
    runner::{Outcome, Runner, unprinted},
};

/// Which session, and what is told.
#[derive(Debug, Args)]
pub(super) struct Decide {
    /// Session UUID.
    session: String,
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
    /// Session UUID.
    session: String,
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

/// Whom Didit tells.
#[derive(Debug, Args)]
struct Mail {
    /// Tell the person at this e-mail address.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Language of that e-mail.
    #[arg(long, value_name = "CODE", requires = "email")]
    email_language: Option<String>,
}

/// Where a report goes.
#[derive(Debug, Args)]
pub(super) struct Pdf {
    /// Session UUID.
    session: String,
    /// Name of the new file in the output folder; made from the session when absent.
    #[arg(long, value_name = "NAME")]
    file_name: Option<String>,
}

/// Sets a status by hand.
pub(super) async fn decide(runner: &Runner, arguments: Decide, new_status: &str) -> Outcome {
    let arguments = Resubmit {
        session: arguments.session,
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

/// Saves the report.
pub(super) async fn pdf(runner: &Runner, arguments: Pdf) -> Outcome {
    let answer = runner
        .call(
            "didit_session_generate_pdf",
            json!({ "session_id": arguments.session, "file_name": arguments.file_name }),
        )
        .await?;
    runner.output().answer(&answer).map_err(unprinted)?;
    Ok(ExitCode::SUCCESS)
}

async fn update(runner: &Runner, arguments: Resubmit, new_status: &str) -> Outcome {
    let answer = runner
        .decide(
            "didit_session_update_status",
            json!({
                "session_id": arguments.session,
                "new_status": new_status,
                "steps": (!arguments.steps.is_empty()).then_some(arguments.steps),
                "comment": arguments.comment,
                "send_email": arguments.mail.email.is_some().then_some(true),
                "email_address": arguments.mail.email,
                "email_language": arguments.mail.email_language,
            }),
            arguments.agreed,
        )
        .await?;
    runner.output().answer(&answer).map_err(unprinted)?;
    Ok(ExitCode::SUCCESS)
}
