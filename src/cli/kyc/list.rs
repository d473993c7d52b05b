//! `kyc list` and `kyc workflows`: what there is, as a table.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::{
    output::Table,
    runner::{Outcome, Runner, unprinted},
};

/// Which sessions; --workflow-id is a filter here.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Statuses, separated by commas, such as "In Review".
    #[arg(long, value_name = "STATUSES", value_delimiter = ',')]
    status: Vec<String>,
    /// Your own id of the person, exactly.
    #[arg(long, value_name = "ID")]
    vendor_data: Option<String>,
    /// Session id or number, name, e-mail, phone or document number.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// First day, YYYY-MM-DD in UTC.
    #[arg(long, value_name = "DATE")]
    date_from: Option<String>,
    /// Last day, included.
    #[arg(long, value_name = "DATE")]
    date_to: Option<String>,
    /// Issuing countries, three letters, separated by commas.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    country: Vec<String>,
    /// Codes such as P, ID, DL, separated by commas.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    document_type: Vec<String>,
    /// Risk codes such as DOCUMENT_EXPIRED, separated by commas.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    warning: Vec<String>,
    /// user, business or all [default: user].
    #[arg(long, value_name = "KIND")]
    session_kind: Option<String>,
    /// Rows, from 1 to 100 [default: 20].
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
    /// Where the page before ended.
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

pub(super) async fn run(runner: &Runner, arguments: Arguments) -> Outcome {
    let some = |values: Vec<String>| (!values.is_empty()).then_some(values);
    let answer = runner
        .call(
            "didit_session_list",
            json!({
                "status": some(arguments.status),
                "vendor_data": arguments.vendor_data,
                "search": arguments.search,
                // A filter where it was named; elsewhere it is what sessions are made with.
                "workflow_id": runner.connection().settings().workflow_id.clone().map(|id| vec![id]),
                "date_from": arguments.date_from,
                "date_to": arguments.date_to,
                "country": some(arguments.country),
                "document_type": some(arguments.document_type),
                "warning": some(arguments.warning),
                "session_kind": arguments.session_kind,
                "limit": arguments.limit,
                "cursor": arguments.cursor,
            }),
        )
        .await?;
    let table = Table(&[
        ("NUMBER", "session_number"),
        ("STATUS", "status"),
        ("SESSION", "session_id"),
        ("VENDOR DATA", "vendor_data"),
        ("CREATED", "created_at"),
    ]);
    runner.output().rows(&answer, &table).map_err(unprinted)?;
    if let Some(id) = &runner.connection().settings().workflow_id {
        // Who looks for people in review must know that others may be waiting.
        let filter = format!(
            "Only sessions of workflow {id}: --workflow-id (DIDIT_WORKFLOW_ID) is a filter here."
        );
        runner.output().text(&filter).map_err(unprinted)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Which part of the workflows.
#[derive(Debug, Args)]
pub(super) struct Workflows {
    /// Rows, from 1 to 100 [default: 20].
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
    /// Where the page before ended.
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

/// Lists the templates that sessions can be made with.
pub(super) async fn workflows(runner: &Runner, arguments: Workflows) -> Outcome {
    let answer = runner
        .call(
            "didit_workflow_list",
            json!({ "limit": arguments.limit, "cursor": arguments.cursor }),
        )
        .await?;
    let table = Table(&[
        ("WORKFLOW", "workflow_id"),
        ("NAME", "workflow_label"),
        ("CHECKS", "features"),
        ("PRICE", "total_price"),
        ("STATUS", "status"),
        ("DEFAULT", "is_default"),
    ]);
    runner.output().rows(&answer, &table).map_err(unprinted)?;
    Ok(ExitCode::SUCCESS)
}
