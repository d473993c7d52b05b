//! `kyc session`: the link for one person.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::fields::{object, text};
use crate::{
    cli::{
        ask::Agreed,
        runner::{Outcome, Runner, unprinted},
    },
    config::OneOf,
    didit::{LANGUAGES, SANDBOX_SCENARIOS},
    tools::{ToolError, ToolOutput, qr},
};

/// The link for one person. The workflow comes from --workflow-id, or is found when there is one sensible choice.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Show the link as a QR code too.
    #[arg(long)]
    qr: bool,
    #[command(flatten)]
    agreed: Agreed,
    #[command(flatten)]
    person: Person,
}

/// Who is verified, and how.
#[derive(Debug, Args)]
pub(super) struct Person {
    /// Your own id of the person; an unfinished session with the same id is returned instead of a new one.
    #[arg(long, value_name = "ID")]
    vendor_data: Option<String>,
    /// Where the person's browser goes afterwards.
    #[arg(long, value_name = "URL")]
    callback: Option<String>,
    /// Which device goes there: initiator, completer or both.
    #[arg(
        long,
        value_name = "DEVICE",
        value_parser = OneOf(|| ["initiator", "completer", "both"].map(str::to_owned).into()),
        hide_possible_values = true
    )]
    callback_method: Option<String>,
    /// Language of the pages, such as en or pt-BR.
    #[arg(
        long,
        value_name = "CODE",
        value_parser = OneOf(|| LANGUAGES.map(str::to_owned).into()),
        hide_possible_values = true
    )]
    language: Option<String>,
    /// Any JSON, returned with the session.
    #[arg(long, value_name = "JSON")]
    metadata: Option<String>,
    /// Outcome to simulate, such as approve; sandbox and simulator only.
    #[arg(
        long,
        visible_alias = "sandbox-scenario",
        value_name = "NAME",
        value_parser = OneOf(|| SANDBOX_SCENARIOS.map(str::to_owned).into()),
        hide_possible_values = true
    )]
    pub(super) scenario: Option<String>,
    /// A portrait in the output folder, for a face match without a document.
    #[arg(long, value_name = "FILE")]
    portrait_file: Option<String>,
    #[command(flatten)]
    contact: Contact,
    #[command(flatten)]
    expected: Expected,
}

/// How to reach the person.
#[derive(Debug, Args)]
#[command(next_help_heading = "Contact")]
struct Contact {
    /// The person's e-mail address.
    #[arg(long, value_name = "ADDRESS")]
    contact_email: Option<String>,
    /// The person's phone number, such as +14155550100.
    #[arg(long, value_name = "NUMBER")]
    contact_phone: Option<String>,
    /// Let Didit e-mail that address.
    #[arg(long, requires = "contact_email")]
    notify: bool,
    /// Language of those e-mails.
    #[arg(long, value_name = "CODE")]
    email_lang: Option<String>,
}

/// What the documents should say; differences become warnings.
#[derive(Debug, Args)]
#[command(next_help_heading = "Expected details (compared with the document)")]
struct Expected {
    /// Given names.
    #[arg(long, value_name = "TEXT")]
    first_name: Option<String>,
    /// Family names.
    #[arg(long, value_name = "TEXT")]
    last_name: Option<String>,
    /// YYYY-MM-DD.
    #[arg(long, value_name = "DATE")]
    date_of_birth: Option<String>,
    /// M or F.
    #[arg(long, value_name = "M|F")]
    gender: Option<String>,
    /// Three letters, such as ESP.
    #[arg(long, value_name = "CODE")]
    nationality: Option<String>,
    /// Three letters; of document and address.
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
    /// Postal address; needs --country.
    #[arg(long, value_name = "TEXT")]
    address: Option<String>,
    /// Personal or document number.
    #[arg(long, value_name = "NUMBER")]
    identification_number: Option<String>,
}

impl Person {
    /// The arguments of the tool that makes a session.
    fn arguments(&self) -> Value {
        let contact = &self.contact;
        let expected = &self.expected;
        json!({
            "vendor_data": self.vendor_data,
            "callback": self.callback,
            "callback_method": self.callback_method,
            "language": self.language,
            "metadata": self.metadata,
            "sandbox_scenario": self.scenario,
            "portrait_file": self.portrait_file,
            "contact_details": object(json!({
                "email": contact.contact_email,
                "phone": contact.contact_phone,
                "send_notification_emails": contact.notify.then_some(true),
                "email_lang": contact.email_lang,
            })),
            "expected_details": object(json!({
                "first_name": expected.first_name,
                "last_name": expected.last_name,
                "date_of_birth": expected.date_of_birth,
                "gender": expected.gender,
                "nationality": expected.nationality,
                "country": expected.country,
                "address": expected.address,
                "identification_number": expected.identification_number,
            })),
        })
    }
}

pub(super) async fn run(runner: &Runner, arguments: Arguments) -> Outcome {
    let answer = create(runner, &arguments.person, None, arguments.agreed).await?;
    let output = runner.output();
    let code = qr::unicode(text(&answer, "url")).filter(|_| arguments.qr && !output.is_json());
    match code {
        Some(code) => output.answer_with_code(&answer, Some(&code)),
        None => output.answer(&answer),
    }
    .map_err(unprinted)?;
    runner.note_simulator_end()?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the link, with this workflow or the one of the settings.
pub(super) async fn create(
    runner: &Runner,
    person: &Person,
    workflow_id: Option<&str>,
    agreed: Agreed,
) -> Result<ToolOutput, ToolError> {
    let mut arguments = person.arguments();
    if let Some(entries) = arguments.as_object_mut() {
        entries.insert("workflow_id".into(), json!(workflow_id));
    }
    runner
        .decide("didit_session_create", arguments, agreed)
        .await
}

/// Prints the link as a QR code, for people.
pub(super) fn show_qr(runner: &Runner, link: &str) -> Result<(), ToolError> {
    match qr::unicode(link) {
        Some(code) => runner.output().code(&code).map_err(unprinted),
        None => Ok(()),
    }
}
